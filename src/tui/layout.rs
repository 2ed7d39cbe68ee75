//! Where everything is: one pure function from the size of the screen to rectangles.
//!
//! Both the update (how far does a page go, which rows must be read) and the view use it, so that they
//! can not disagree. Nothing here knows what is drawn in a rectangle.
//!
//! ```text
//! header   backtrail  3 sources  ok 2  wait(429 40s) 1                local +02:00
//! filter   filter> type:decision_flow                     37 of 1,204 · cached
//! rule     ───────────────────────────────────────────────────────────────────────
//! strip    25 Mar ▁▂▁▁▇▂▁ ▁▃▁ 1 Apr                                  one bar = 6 h
//! body     facets │ list                    │ preview
//! status   ^ 2 new   follow on                             ? help   : command
//! ```

use ratatui::layout::Rect;

/// The smallest screen that shows more than one line saying that it is too small.
pub(super) const SMALLEST: (u16, u16) = (40, 10);

/// From this width on, the preview stands to the right of the list.
const PREVIEW_RIGHT: u16 = 100;

/// The fewest and the most columns that the preview takes on the right, with the line before it.
const PREVIEW_WIDTH: (u16, u16) = (38, 58);

/// From this width on, an event is one line; below, it is two.
const ONE_LINE: u16 = 80;

/// From this height on, a screen too narrow for a preview on the right has one below.
const PREVIEW_BELOW: u16 = 30;

/// From this width on, the facets stand beside the list as long as the user does not hide them; below, while
/// they have the keys, and the preview gives way to them.
const FACETS_BESIDE: u16 = 140;

/// The fewest and the most columns that facets take, with the line after them.
const FACETS_WIDTH: (u16, u16) = (26, 38);

/// The smallest screen that shows the events over time above the list.
const STRIP: (u16, u16) = (60, 20);

/// What the user wants to see, as far as there is room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// The selected event beside or below the list.
    pub(super) preview: bool,
    /// It below the list, where there is room for it there.
    pub(super) below: bool,
    /// The events over time above it.
    pub(super) strip: bool,
    /// The facets.
    pub(super) facets: Facets,
}

/// Where the user wants to see facets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Facets {
    /// Nowhere.
    #[default]
    Hidden,
    /// Beside the list, where there is room.
    Beside,
    /// There, and where there is no room, in the place of the preview or of the list.
    InFront,
}

/// The places of one frame. Rectangles do not overlap and none reaches beyond the area given,
/// but that facets may take the body of a narrow screen.
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
    /// The events over time in one line; empty where there is no room.
    pub(super) strip: Rect,
    /// Everything between header and status line, for a screen that is not divided.
    pub(super) body: Rect,
    /// The values of keys; empty where they are not shown.
    pub(super) facets: Rect,
    /// The thin line between facets and list; empty where they take the place of the list.
    pub(super) facets_divider: Rect,
    /// What is right of the facets: the body without them.
    pub(super) main: Rect,
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

/// Divides `area`.
pub(super) fn layout(area: Rect, wishes: Wishes) -> Layout {
    let none = Rect::new(area.x, area.y, 0, 0);
    let mut layout = Layout {
        area,
        too_small: area.width < SMALLEST.0 || area.height < SMALLEST.1,
        header: none,
        filter: none,
        rule: none,
        strip: none,
        body: none,
        facets: none,
        facets_divider: none,
        main: none,
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
    let strip = wishes.strip && area.width >= STRIP.0 && area.height >= STRIP.1;
    if strip {
        layout.strip = line(3);
    }
    let top = 3 + u16::from(strip);
    layout.body = Rect { y: area.y + top, height: area.height - top - 1, ..area };
    layout.status = line(area.height - 1);
    layout.main = layout.body;
    place_facets(&mut layout, wishes);
    layout.list = layout.main;
    if wishes.preview {
        place_preview(&mut layout, wishes.below);
    }
    layout
}

/// Puts the facets beside the rest of the body, or over it.
fn place_facets(layout: &mut Layout, wishes: Wishes) {
    let body = layout.body;
    let width = layout.area.width;
    let shown = match wishes.facets {
        Facets::Hidden => false,
        Facets::Beside => width >= FACETS_BESIDE,
        Facets::InFront => true,
    };
    if !shown {
        return;
    }
    if width < ONE_LINE {
        // Half an event says nothing: there the list has to wait.
        layout.facets = body;
        return;
    }
    let taken = (width / 6 + 3).clamp(FACETS_WIDTH.0, FACETS_WIDTH.1);
    layout.facets = Rect { width: taken - 1, ..body };
    layout.facets_divider = Rect { x: body.x + taken - 1, width: 1, ..body };
    layout.main = Rect { x: body.x + taken, width: body.width - taken, ..body };
}

/// Puts the preview beside or below the list.
fn place_preview(layout: &mut Layout, below: bool) {
    let (area, main) = (layout.area, layout.main);
    let fits_below = area.width >= ONE_LINE && area.height >= PREVIEW_BELOW;
    let below = (below || area.width < PREVIEW_RIGHT) && fits_below;
    if !below && main.width >= PREVIEW_RIGHT {
        // The list is read across, the preview is read down: beyond a line of prose it needs no more.
        let list = main.width - (main.width * 7 / 20).clamp(PREVIEW_WIDTH.0, PREVIEW_WIDTH.1);
        layout.list = Rect { width: list, ..main };
        layout.divider = Rect { x: main.x + list, width: 1, ..main };
        // One column on the right is for the bar that says how far it is scrolled.
        layout.preview = Rect { x: main.x + list + 2, width: main.width - list - 3, ..main };
    } else if below {
        let list = main.height / 2;
        layout.list = Rect { height: list, ..main };
        layout.divider = Rect { y: main.y + list, height: 1, ..main };
        let (y, height) = (main.y + list + 1, main.height - list - 1);
        layout.preview = Rect { x: main.x + 1, y, width: main.width - 2, height };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(width: u16, height: u16, preview: bool) -> Layout {
        layout(Rect::new(0, 0, width, height), Wishes { preview, ..Wishes::default() })
    }

    #[test]
    fn the_preview_stands_where_there_is_room() {
        for (width, height) in [(200, 60), (100, 30)] {
            let wishes = Wishes { preview: true, below: true, ..Wishes::default() };
            let layout = layout(Rect::new(0, 0, width, height), wishes);
            assert_eq!((layout.preview.x, layout.list.width), (1, width), "below, as was wished");
        }
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
    fn facets_stand_beside_the_list_or_take_a_place() {
        let with = |width, facets| {
            layout(Rect::new(0, 0, width, 40), Wishes { preview: true, strip: true, facets, below: false })
        };
        assert_eq!((with(140, Facets::Beside).list.x, with(200, Facets::Beside).list.x), (26, 36));
        assert!(with(139, Facets::Beside).facets.is_empty() && with(200, Facets::Hidden).facets.is_empty());
        for width in [80, 100, 120] {
            let front = with(width, Facets::InFront);
            assert!(front.list.x == 26 && front.list.width >= 54, "{front:?}");
            assert_eq!(front.preview.x > front.list.x, width == 80, "{width}: at most below the list");
        }
        let over = with(79, Facets::InFront);
        assert_eq!((over.facets, over.main), (over.body, over.body));
        assert_eq!((over.strip.y, over.body.y), (3, 4));
    }

    #[test]
    fn no_size_is_too_odd_and_nothing_overlaps() {
        for width in 0..=210 {
            for height in 0..=64 {
                for preview in [false, true] {
                    let facets = if width % 2 == 0 { Facets::Beside } else { Facets::Hidden };
                    let wishes = Wishes { preview, strip: preview, facets, below: width % 3 == 0 };
                    let layout = layout(Rect::new(0, 0, width, height), wishes);
                    let parts = [
                        layout.header,
                        layout.filter,
                        layout.rule,
                        layout.strip,
                        layout.facets,
                        layout.facets_divider,
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
