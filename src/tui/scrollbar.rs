//! Where a long list or text stands, drawn on the thin rule beside it.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::draw::Row;

/// What part of something long is on the screen, counted in lines or rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// How many there are.
    pub(super) len: usize,
    /// How many lie above the screen.
    pub(super) above: usize,
    /// How many are on the screen.
    pub(super) shown: usize,
}

impl Extent {
    /// The cells of a bar of `height` cells that the thumb takes; `None` when everything is on the screen.
    /// The thumb touches an end of the bar only when the screen is at that end, so that a glance tells
    /// whether there is more.
    pub(super) fn thumb(self, height: u16) -> Option<Range<u16>> {
        if height == 0 || self.shown >= self.len {
            return None;
        }
        // 128 bits hold any product of a length and a height.
        let (len, height) = (self.len as u128, u128::from(height));
        let size = (self.shown as u128 * height / len).clamp(1, height);
        let most = self.len - self.shown;
        let above = self.above.min(most) as u128;
        let free = height - size;
        let mut start = above * free / most as u128;
        if above > 0 && start == 0 && free > 1 {
            start = 1;
        }
        Some(start as u16..(start + size) as u16)
    }

    /// Draws the thumb over the column `bar`, of which it takes the first cell of each line.
    pub(super) fn draw(self, buf: &mut Buffer, bar: Rect, style: Style) {
        let thumb = Row::new().put("┃", style);
        for y in self.thumb(bar.height).into_iter().flatten() {
            thumb.draw(buf, bar.x, bar.y + y, bar.width.min(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thumb(len: usize, above: usize, shown: usize, height: u16) -> Option<Range<u16>> {
        Extent { len, above, shown }.thumb(height)
    }

    #[test]
    fn the_thumb_is_as_long_as_the_part_that_is_shown() {
        for (len, above, shown, height, expected) in [
            (10, 0, 10, 10, None),
            (5, 0, 10, 10, None),
            (0, 0, 0, 10, None),
            (20, 0, 10, 10, Some(0..5)),
            (20, 5, 10, 10, Some(2..7)),
            (20, 10, 10, 10, Some(5..10)),
            (1_000_000, 0, 40, 40, Some(0..1)),
            (1_000_000, 1, 40, 40, Some(1..2)),
            (1_000_000, 999_959, 40, 40, Some(38..39)),
            (1_000_000, 999_960, 40, 40, Some(39..40)),
            (20, 99, 10, 10, Some(5..10)),
            (20, 5, 10, 0, None),
            (20, 5, 10, 1, Some(0..1)),
        ] {
            assert_eq!(thumb(len, above, shown, height), expected, "{len} {above} {shown} {height}");
        }
        assert_eq!(thumb(usize::MAX, usize::MAX, 1, u16::MAX), Some(u16::MAX - 1..u16::MAX));
    }

    #[test]
    fn the_thumb_stays_on_the_bar_and_touches_its_ends_only_at_the_ends() {
        for len in 1..60_usize {
            for height in 3..12_u16 {
                let shown = usize::from(height);
                for above in 0..=len.saturating_sub(shown) {
                    let Some(thumb) = thumb(len, above, shown, height) else { continue };
                    assert!(!thumb.is_empty() && thumb.end <= height, "{len} {above} {height}");
                    if usize::from(height) - thumb.len() > 1 {
                        assert_eq!(thumb.start == 0, above == 0, "{len} {above} {height}");
                        assert_eq!(thumb.end == height, above + shown == len, "{len} {above} {height}");
                    }
                }
            }
        }
    }

    #[test]
    fn it_is_drawn_on_its_column() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 3, 4));
        Extent { len: 8, above: 4, shown: 4 }.draw(&mut buf, Rect::new(1, 0, 2, 4), Style::new());
        let drawn: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(drawn, "       ┃  ┃ ");
    }
}
