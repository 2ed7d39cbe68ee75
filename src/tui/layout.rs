//! Where everything is: one pure function from the size of the screen to rectangles.
//!
//! Both the update (how far does a page go, which rows must be read) and the view use it, so that they
//! can not disagree. Nothing here knows what is drawn in a rectangle.
//!
//! ```text
//! header   backtrail  3 sources  ok 2  wait(429 40s) 1                local +02:00
//! filter   filter> type:decision_flow                     37 of 1,204 · cached
//! rule     ─────────────────────────────────┬─────────────────────────────────────
//! body     list                             │ preview
//! status   ^ 2 new   follow on                             ? help   : command
//! ```

use ratatui::layout::Rect;

/// The smallest screen that shows more than one line saying that it is too small.
pub(super) const SMALLEST: (u16, u16) = (40, 10);

/// From this width on, the preview stands to the right of the list.
const PREVIEW_RIGHT: u16 = 100;

/// The fewest and the most columns that the preview takes on the right, with the line before it.
const PREVIEW_WIDTH: (u16, u16) = (38, 66);

/// From this width on, an event is one line; below, it is two.
const ONE_LINE: u16 = 80;

/// From this height on, a screen too narrow for a preview on the right has one below.
const PREVIEW_BELOW: u16 = 30;

/// The places of one frame. Rectangles do not overlap and none reaches beyond the area given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// The whole screen.
    pub(super) area: Rect,
    /// The screen is too small for anything but a line that says so; all rectangles below are empty.
    pub(super) too_small: bool,
    /// Program, sources, zone.
    pub(super) header: Rect,
    /// The filter and what it came to.
    pub(super) filter: Rect,
    /// A thin rule, or what is wrong with the filter.
    pub(super) rule: Rect,
    /// Everything between header and status line, for a screen that is not divided.
    pub(super) body: Rect,
    /// The list of events.
    pub(super) list: Rect,
    /// The thin line between list and preview.
    pub(super) divider: Rect,
    /// The selected event; empty where there is no room or the user wants none.
    pub(super) preview: Rect,
    /// Notices, arrivals, keys.
    pub(super) status: Rect,
    /// How many lines one event takes in the list.
    pub(super) row_height: u16,
}

/// Divides `area`. `preview` says whether the user wants to see one.
pub(super) fn layout(area: Rect, preview: bool) -> Layout {
    let none = Rect::new(area.x, area.y, 0, 0);
    let mut layout = Layout {
        area,
        too_small: area.width < SMALLEST.0 || area.height < SMALLEST.1,
        header: none,
        filter: none,
        rule: none,
        body: none,
        list: none,
        divider: none,
        preview: none,
        status: none,
        row_height: if area.width < ONE_LINE { 2 } else { 1 },
    };
    if layout.too_small {
        return layout;
    }
    let line = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    layout.header = line(0);
    layout.filter = line(1);
    layout.rule = line(2);
    layout.body = Rect { y: area.y + 3, height: area.height - 4, ..area };
    layout.status = line(area.height - 1);
    layout.list = layout.body;
    if !preview {
        return layout;
    }
    let body = layout.body;
    if area.width >= PREVIEW_RIGHT {
        // The list is read across, the preview is read down: beyond a line of prose it needs no more.
        let list = body.width - (body.width * 7 / 20).clamp(PREVIEW_WIDTH.0, PREVIEW_WIDTH.1);
        layout.list = Rect { width: list, ..body };
        layout.divider = Rect { x: body.x + list, width: 1, ..body };
        layout.preview = Rect { x: body.x + list + 2, width: body.width - list - 2, ..body };
    } else if area.width >= ONE_LINE && area.height >= PREVIEW_BELOW {
        let list = body.height / 2;
        layout.list = Rect { height: list, ..body };
        layout.divider = Rect { y: body.y + list, height: 1, ..body };
        let (y, height) = (body.y + list + 1, body.height - list - 1);
        layout.preview = Rect { x: body.x + 1, y, width: body.width - 2, height };
    }
    layout
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(width: u16, height: u16, preview: bool) -> Layout {
        layout(Rect::new(0, 0, width, height), preview)
    }

    #[test]
    fn the_preview_stands_where_there_is_room() {
        for (width, height, right, below) in [
            (200, 60, true, false),
            (100, 10, true, false),
            (99, 30, false, true),
            (80, 30, false, true),
            (80, 24, false, false),
            (79, 60, false, false),
        ] {
            let layout = at(width, height, true);
            assert_eq!(layout.preview.x > 1, right, "{width}x{height}");
            assert_eq!(!right && layout.preview.height > 0, below, "{width}x{height}");
            assert!(at(width, height, false).preview.is_empty());
        }
    }

    #[test]
    fn no_size_is_too_odd_and_nothing_overlaps() {
        for width in 0..=210 {
            for height in 0..=64 {
                for preview in [false, true] {
                    let layout = at(width, height, preview);
                    let parts = [
                        layout.header,
                        layout.filter,
                        layout.rule,
                        layout.list,
                        layout.divider,
                        layout.preview,
                        layout.status,
                    ];
                    for (i, part) in parts.iter().enumerate() {
                        assert_eq!(part.intersection(layout.area).area(), part.area());
                        assert!(parts[i + 1..].iter().all(|other| !part.intersects(*other)));
                    }
                    assert_eq!(layout.too_small, width < 40 || height < 10);
                    assert!(layout.too_small || layout.list.height > 0);
                }
            }
        }
    }

    #[test]
    fn narrow_screens_give_an_event_two_lines() {
        assert_eq!((at(79, 24, true).row_height, at(80, 24, true).row_height), (2, 1));
    }
}
