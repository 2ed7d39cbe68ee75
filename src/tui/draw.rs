//! The only way from text to the screen.
//!
//! A view puts a [`Row`] together from pieces and draws it. Every piece goes through [`Safe`], so whatever a
//! feed sends, a piece takes the cells it is given and no others. Outside this file clippy refuses every
//! other way to put text into a buffer (`clippy.toml`): ratatui lets through text that changes its own
//! direction, that has no width, or that has accents without end.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is the place that the ban sends everybody to"
)]

pub(super) mod ascii;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::domain::{Part, Safe};

/// One line of the screen: pieces of text, each with its looks.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pieces: Vec<(Safe, Style)>,
    width: usize,
}

impl Row {
    /// An empty line.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// The cells taken so far.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The text without its looks.
    #[cfg(test)]
    pub(super) fn text(&self) -> String {
        self.pieces.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// Adds `text` as wide as it is.
    #[must_use]
    pub(super) fn put(self, text: &str, style: Style) -> Self {
        self.safe(&Safe::line(text), style)
    }

    /// Adds a text that is already fit to be drawn; a line break in it is shown.
    #[must_use]
    pub(super) fn safe(mut self, text: &Safe, style: Style) -> Self {
        let text = if text.as_str().contains('\n') { Safe::line(text.as_str()) } else { text.clone() };
        if !text.is_empty() {
            self.width += text.width();
            self.pieces.push((text, style));
        }
        self
    }

    /// Adds `text` in exactly `width` cells, cut or filled up on the right.
    #[must_use]
    pub(super) fn cell(self, text: &str, width: usize, style: Style) -> Self {
        self.safe(&Safe::line(text).pad(width), style)
    }

    /// Adds `text` in exactly `width` cells, cut or filled up on the left.
    #[must_use]
    pub(super) fn right(self, text: &str, width: usize, style: Style) -> Self {
        self.safe(&Safe::line(text).pad_left(width), style)
    }

    /// Adds `text` in at most `width` cells, cut where it is longer.
    #[must_use]
    pub(super) fn cut(self, text: &str, width: usize, style: Style) -> Self {
        self.safe(&Safe::line(text).cut(width), style)
    }

    /// Adds empty cells up to the column `end`; a line that is already longer stays as it is.
    #[must_use]
    pub(super) fn fill(self, end: usize) -> Self {
        let gap = end.saturating_sub(self.width);
        self.fill_by(gap)
    }

    /// Adds `gap` empty cells.
    #[must_use]
    pub(super) fn fill_by(self, gap: usize) -> Self {
        self.safe(&Safe::default().pad(gap), Style::new())
    }

    /// Adds `symbol` again and again.
    #[must_use]
    pub(super) fn rule(self, symbol: &str, times: usize, style: Style) -> Self {
        self.put(&symbol.repeat(times), style)
    }

    /// Adds all pieces of another line.
    #[must_use]
    pub(super) fn join(mut self, other: Self) -> Self {
        self.width += other.width;
        self.pieces.extend(other.pieces);
        self
    }

    /// Puts `other` at the right end of a line of `width` cells; where both do not fit, `other` is left
    /// out.
    #[must_use]
    pub(super) fn with_right(self, other: Self, width: usize) -> Self {
        let start = width.saturating_sub(other.width);
        if start > self.width || self.width == 0 { self.fill(start).join(other) } else { self }
    }

    /// The line in at most `width` cells, with a mark at its end where something had to go.
    #[must_use]
    pub(super) fn within(self, width: usize) -> Self {
        let is_blank = |(text, _): &(Safe, Style)| text.as_str().trim().is_empty();
        let shown = self.pieces.iter().rposition(|piece| !is_blank(piece)).map_or(0, |last| last + 1);
        if self.pieces[..shown].iter().map(|(text, _)| text.width()).sum::<usize>() <= width {
            return self;
        }
        let mut row = Self::new();
        for (text, style) in &self.pieces {
            let left = width.saturating_sub(row.width);
            if text.width() >= left {
                // Longer than there is room for in any case, so that the mark is there.
                return row.safe(&Safe::line(&format!("{}……", text.as_str())).cut(left), *style);
            }
            row = row.safe(text, *style);
        }
        row
    }

    /// Draws the line from the cell (`x`, `y`) on, in at most `width` cells. What lies outside the buffer is
    /// not drawn, nor is half a character.
    pub(super) fn draw(&self, buf: &mut Buffer, x: u16, y: u16, width: u16) {
        let place = Rect { x, y, width, height: 1 }.intersection(buf.area);
        if place.is_empty() || place.x != x {
            return;
        }
        #[cfg(test)]
        faults::look(self, place, buf);
        let mut from = x;
        for (text, style) in &self.pieces {
            let start = from;
            let left = usize::from(place.right().saturating_sub(from));
            for part in text.parts() {
                let left = usize::from(place.right().saturating_sub(from));
                (from, _) = buf.set_stringn(from, y, part.as_str(), left, looks(part, *style));
            }
            if style.add_modifier.contains(Modifier::UNDERLINED) {
                clear_below_blanks(buf, start..from, y);
            }
            // A character that did not fit leaves a gap, and what follows must not slip into it.
            if left < text.width() {
                break;
            }
        }
    }
}

/// Takes the underline away from the blanks around a text: they are there for its column, and lines below
/// nothing look like text.
fn clear_below_blanks(buf: &mut Buffer, columns: std::ops::Range<u16>, y: u16) {
    let is_blank = |buf: &Buffer, x: u16| buf[(x, y)].symbol() == " ";
    let (mut first, mut last) = (columns.start, columns.end);
    while first < last && is_blank(buf, first) {
        first += 1;
    }
    while first < last && is_blank(buf, last - 1) {
        last -= 1;
    }
    for x in (columns.start..first).chain(last..columns.end) {
        buf[(x, y)].modifier.remove(Modifier::UNDERLINED);
    }
}

/// What a test of the looks wants to know of every line that is drawn: whether any text was lost at an edge
/// without a mark, or drawn over another.
#[cfg(test)]
pub(super) mod faults {
    use std::cell::RefCell;

    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use unicode_width::UnicodeWidthStr as _;

    use super::Row;

    thread_local! {
        static FOUND: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    /// What was found since this was last called.
    pub(in crate::tui) fn take() -> Vec<String> {
        FOUND.with_borrow_mut(std::mem::take)
    }

    fn is_line(symbol: &str) -> bool {
        symbol.chars().all(|c| c == ' ' || ('\u{2500}'..='\u{257f}').contains(&c))
    }

    pub(super) fn look(row: &Row, place: Rect, buf: &Buffer) {
        let text = row.text();
        let mut x = place.x;
        for symbol in unicode_segmentation::UnicodeSegmentation::graphemes(text.as_str(), true) {
            let width = symbol.width() as u16;
            if x + width > place.right() {
                if !is_line(symbol) {
                    let fault = format!("cut without a mark in {} cells: {text:?}", place.width);
                    FOUND.with_borrow_mut(|found| found.push(fault));
                    return;
                }
            } else if !is_line(symbol) && !is_line(buf[(x, place.y)].symbol()) {
                let fault =
                    format!("drawn over {:?} at {x}, {}: {text:?}", buf[(x, place.y)].symbol(), place.y);
                FOUND.with_borrow_mut(|found| found.push(fault));
                return;
            }
            x += width;
        }
    }
}

/// Symbols that stand for something else are set apart from the text that was sent: dim, or reversed where
/// the text was meant to be misread.
fn looks(part: Part<'_>, style: Style) -> Style {
    match part {
        Part::Text(_) => style,
        Part::Symbol(_) => style.add_modifier(Modifier::DIM),
        Part::Turn(_) => style.add_modifier(Modifier::REVERSED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Color;

    fn drawn(row: &Row, width: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        row.draw(&mut buf, 0, 0, width);
        buf.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn pieces_take_the_cells_they_are_given() {
        let style = Style::new();
        let row = Row::new().cell("abc", 5, style).right("12345678", 4, style).cell("日本", 3, style);
        assert_eq!(row.text(), "abc  123…日…");
        assert_eq!(row.width(), 12);
        assert_eq!(Row::new().cut("abcdef", 4, style).put("|", style).text(), "abc…|");
        assert_eq!(Row::new().put("ab", style).fill(4).fill_by(1).rule("─", 2, style).text(), "ab   ──");
        assert_eq!(Row::new().put("abcdef", style).fill(4).text(), "abcdef");
    }

    #[test]
    fn a_line_that_is_too_long_says_so_at_its_end() {
        let style = Style::new();
        let row = Row::new().put("abc", style).fill_by(1).put("def", style).fill_by(4);
        for (width, text) in [
            (11, "abc def    "),
            (7, "abc def    "),
            (6, "abc d…"),
            (4, "abc…"),
            (3, "ab…"),
            (1, "…"),
            (0, ""),
        ] {
            let row = row.clone().within(width);
            assert_eq!(row.text(), text, "{width}");
        }
    }

    #[test]
    fn the_right_end_gives_way() {
        let style = Style::new();
        let (left, right) = (Row::new().put("left", style), Row::new().put("right", style));
        assert_eq!(left.clone().with_right(right.clone(), 12).text(), "left   right");
        assert_eq!(left.with_right(right, 8).text(), "left");
    }

    #[test]
    fn hostile_text_stays_in_its_cells() {
        let style = Style::new();
        for text in [
            "\u{1b}[2J",
            "\u{202e}abc",
            "\u{300}\u{300}",
            "a\u{200b}b",
            "one\ntwo\r\n",
            "👨\u{200d}👩\u{200d}👧",
        ] {
            for width in 0..12 {
                let row = Row::new().put("|", style).cell(text, width, style).put("|", style);
                assert_eq!(row.width(), width + 2, "{text:?}");
                let mut buf = Buffer::empty(Rect::new(0, 0, 20, 1));
                row.draw(&mut buf, 0, 0, 20);
                assert_eq!(buf[(width as u16 + 1, 0)].symbol(), "|", "{text:?} in {width}");
            }
        }
        assert_eq!(Row::new().safe(&Safe::new("a\nb"), style).text(), "a␊b");
    }

    #[test]
    fn a_line_is_drawn_where_it_belongs_and_nowhere_else() {
        let style = Style::new();
        let row = Row::new().put("ab日", style).put("cd", style);
        assert_eq!(drawn(&row, 8), "ab日 cd  ");
        assert_eq!(drawn(&row, 3), "ab ", "half a character is not drawn, nor what follows it");
        let mut buf = Buffer::empty(Rect::new(2, 2, 4, 1));
        for (x, y, width) in [(0, 0, 9), (0, 2, 9), (2, 3, 9), (9, 2, 9), (2, 2, 0)] {
            row.draw(&mut buf, x, y, width);
        }
        assert_eq!(buf, Buffer::empty(Rect::new(2, 2, 4, 1)));
        row.draw(&mut buf, 2, 2, u16::MAX);
        assert_eq!(buf[(3, 2)].symbol(), "b");
    }

    #[test]
    fn symbols_are_set_apart_from_what_was_sent() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 9, 1));
        Row::new().put("a\u{1b}\u{202e}b", Style::new()).draw(&mut buf, 0, 0, 9);
        let modifiers: Vec<Modifier> = (0..8).map(|x| buf[(x, 0)].modifier).collect();
        let (none, reversed) = (Modifier::empty(), Modifier::REVERSED);
        assert_eq!(modifiers, [none, Modifier::DIM, reversed, reversed, reversed, reversed, reversed, none]);
    }

    #[test]
    fn blanks_around_a_text_are_not_underlined() {
        let style = Style::new().add_modifier(Modifier::UNDERLINED);
        let mut buf = Buffer::empty(Rect::new(0, 0, 9, 1));
        Row::new().put(" ", style).cell(" a b", 6, style).put(" ", style).draw(&mut buf, 0, 0, 9);
        let lines: String = buf
            .content
            .iter()
            .map(|cell| if cell.modifier == Modifier::UNDERLINED { '_' } else { ' ' })
            .collect();
        assert_eq!(lines, "  ___    ");
    }

    #[test]
    fn each_piece_is_drawn_in_its_looks() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 2, 1));
        let row = Row::new().put("a", Style::new().fg(Color::Red)).put("b", Style::new());
        row.draw(&mut buf, 0, 0, 2);
        assert_eq!((buf[(0, 0)].fg, buf[(1, 0)].fg), (Color::Red, Color::Reset));
    }
}
