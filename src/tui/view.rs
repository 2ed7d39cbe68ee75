//! The whole frame: what stands where, and what lies over it.
//!
//! A view reads the state and changes nothing. Each region has a file of its own; this one only says
//! which of them is drawn where `layout` put it.

mod filter;
mod header;
pub(super) mod status;
pub(super) mod strip;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::app::App;
use super::draw::{Row, ascii};
use super::layout::{Layout, SMALLEST};
use super::overlay::{self, Overlay};
use super::pane::{
    Screen, actor, compare, event, facets, histogram, lifecycle, sources, suspects, timeline, views,
};
use super::scrollbar::Extent;
use super::settings::Glyphs;
use super::theme::Role;

/// Draws the interface as it is now.
pub fn view(app: &App, frame: &mut Frame<'_>) {
    // Between a resize and the message about it the state still has the old size; what lies outside the
    // frame is not drawn.
    let area = frame.area();
    let cursor = draw(app, frame.buffer_mut());
    if app.ui.glyphs == Glyphs::Ascii {
        ascii::plain(frame.buffer_mut());
    }
    if let Some(cursor) = cursor.filter(|cursor| area.contains(*cursor)) {
        frame.set_cursor_position(cursor);
    }
}

/// A picture of the screen as it is now, as SVG.
pub(super) fn picture(app: &App) -> String {
    let mut buf = Buffer::empty(app.ui.area);
    draw(app, &mut buf);
    if app.ui.glyphs == Glyphs::Ascii {
        ascii::plain(&mut buf);
    }
    super::picture::svg(&buf, &app.ui.theme, "Backtrail")
}

/// Draws into `buf`, which is as large as the screen; returns where text is being typed.
fn draw(app: &App, buf: &mut Buffer) -> Option<Position> {
    let layout = app.layout();
    if layout.too_small {
        too_small(app, layout.area, buf);
        return None;
    }
    buf.set_style(layout.area, app.ui.style(Role::Text));
    header::draw(app, layout.header, buf);
    let mut cursor = filter::draw(app, &layout, buf);
    match app.above.last() {
        None => {
            strip::draw(app, &layout, buf);
            cursor = draw_timeline(app, &layout, buf).or(cursor);
        }
        Some(screen) => match screen {
            Screen::Event(pane) => {
                let area = event::view::page(&layout, &app.ui, pane.view.tab);
                event::view::draw(app, pane.event.as_ref(), pane.view, area, buf);
            }
            Screen::Lifecycle(pane) => lifecycle::view::draw(app, pane, buf),
            Screen::Compare(pane) => compare::view::draw(app, pane, buf),
            Screen::Actor(pane) => actor::view::draw(app, pane, buf),
            Screen::Suspects(pane) => suspects::view::draw(app, pane, buf),
            Screen::Sources(pane) => sources::view::draw(app, pane, layout.body, buf),
            Screen::Views(pane) => views::view::draw(app, pane, layout.body, buf),
            Screen::Histogram(pane) => histogram::view::draw(app, pane, layout.body, buf),
        },
    }
    status::draw(app, layout.status, buf);
    if let Some(from) = filter::slot_column(app, &layout) {
        overlay::popup::draw(app, from, layout.body, buf);
    }
    for overlay in &app.overlays {
        match overlay {
            Overlay::Help(help) => cursor = overlay::help::draw(app, help, layout.body, buf),
            Overlay::Pick(picker) => {
                cursor = Some(overlay::picker::draw(app, picker, layout.body, buf));
            }
            Overlay::Ask(ask) => cursor = Some(overlay::ask::draw(app, ask, layout.status, buf)),
            Overlay::Ai(ai) => overlay::ai::draw(app, ai, layout.body, buf),
            Overlay::Export(export) => {
                cursor = overlay::export::draw(app, export, layout.body, buf);
            }
            Overlay::Told(told) => overlay::told::draw(app, told, layout.body, buf),
            // The question stands in the status line.
            Overlay::Quit | Overlay::Reveal(..) | Overlay::DropView(_) => {}
        }
    }
    overlay::keys::draw(app, layout.body, buf);
    cursor
}

/// Draws the list and what is beside it; returns where text is being typed.
fn draw_timeline(app: &App, layout: &Layout, buf: &mut Buffer) -> Option<Position> {
    if app.timeline.place().is_none() {
        timeline::empty::draw(app, layout.main, buf);
    } else {
        timeline::view::draw(app, buf);
        if !layout.preview.is_empty() {
            divide(app, layout, buf);
            if !timeline::gaps::draw_told(app, layout.preview, buf)
                && !timeline::range::draw(app, layout.preview, buf)
            {
                event::view::draw(app, app.event(), app.preview, layout.preview, buf);
            }
            if app.in_preview {
                let mark = Row::new().put("▌", app.ui.style(Role::Focused));
                mark.draw(buf, layout.preview.x - 1, layout.preview.y, 1);
            }
        }
    }
    if layout.facets.is_empty() {
        return None;
    }
    let style = app.ui.style(if app.facets.focused() { Role::RuleFocused } else { Role::Rule });
    let line = Row::new().put("│", style);
    if layout.facets_divider.is_empty() {
        overlay::clear(layout.facets, &app.ui, buf);
        return facets::view::draw(app, layout.facets, buf);
    }
    let divider = layout.facets_divider;
    (divider.top()..divider.bottom()).for_each(|y| line.draw(buf, divider.x, y, 1));
    facets::view::draw(app, layout.facets, buf)
}

/// The thin line between list and preview.
fn divide(app: &App, layout: &Layout, buf: &mut Buffer) {
    let area = layout.divider;
    let style = app.ui.style(if app.in_preview { Role::RuleFocused } else { Role::Rule });
    if area.height > 1 {
        let line = Row::new().put("│", style);
        (area.top()..area.bottom()).for_each(|y| line.draw(buf, area.x, y, 1));
        let rows = app.timeline.list();
        let (len, above) = (rows.len(), app.timeline.top());
        Extent { len, above, shown: app.measure().fits(&rows, above) }.draw(buf, area, style);
        if rule_is_plain(app) && app.overlays.is_empty() && layout.strip.is_empty() {
            Row::new().put("┬", app.ui.style(Role::Rule)).draw(buf, area.x, layout.rule.y, 1);
        }
    } else {
        Row::new().rule("─", usize::from(area.width), style).draw(buf, area.x, area.y, area.width);
    }
}

/// Whether the line below the filter is only a line.
fn rule_is_plain(app: &App) -> bool {
    app.filter.error().is_none() && app.note().is_none() && !app.filter.editing()
}

fn too_small(app: &App, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let (width, height) = SMALLEST;
    let text = format!("Backtrail needs {width}×{height}");
    let line = Row::new().put(&text, app.ui.style(Role::Warning));
    line.draw(buf, area.x, area.y, area.width);
}
