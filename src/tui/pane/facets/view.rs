//! The values of keys, drawn.
//!
//! ```text
//!  facets                   /jan
//!  action                      4
//! ▌+ update                   21
//!  - publish                   9
//!  * delete                    3
//!    2 more
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Item;
use crate::domain::{FacetKey, FacetValue, Safe};
use crate::query::{self, Stance};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::pane::mark;
use crate::tui::pane::timeline::row;
use crate::tui::scrollbar::Extent;
use crate::tui::theme::Role;
use crate::tui::words;

/// The title.
const HEAD: u16 = 1;

/// How many lines of values are seen at once.
pub(in crate::tui) fn page(layout: &Layout) -> usize {
    usize::from(layout.facets.height.saturating_sub(HEAD))
}

/// Draws the pane; returns where text is being typed.
pub(in crate::tui) fn draw(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let ui = &app.ui;
    let cursor = title(app, area, buf);
    let facets = app.counts.facets();
    let items = app.facets.items(facets);
    let body = Rect { y: area.y + HEAD, height: area.height.saturating_sub(HEAD), ..area };
    if items.is_empty() {
        let text = if app.facets.typed().is_empty() { "no value" } else { "no value has this in it" };
        Row::new().fill(1).put(text, ui.style(Role::Dim)).draw(buf, body.x, body.y, body.width);
        return cursor;
    }
    let width = usize::from(area.width);
    let (top, len) = (app.facets.top(), items.len());
    for (y, item) in (body.y..body.bottom()).zip(items.into_iter().skip(top)) {
        match item {
            Item::Key(key, distinct) => {
                let count = Row::new().put(&words::count(distinct as u64), ui.style(Role::Dim)).fill_by(1);
                let row = Row::new().fill(1).put(name(key), ui.style(Role::Title)).with_right(count, width);
                row.draw(buf, body.x, y, body.width);
            }
            Item::More(number) => {
                let text = format!("{} more", words::count(number as u64));
                Row::new().fill(3).put(&text, ui.style(Role::Dim)).draw(buf, body.x, y, body.width);
            }
            Item::Value(key, value) => {
                line(app, key, value, width).draw(buf, body.x, y, body.width);
                if app.facets.focused() && app.facets.is_cursor(key, value) {
                    buf.set_style(Rect { y, height: 1, ..body }, ui.style(Role::Selected));
                }
            }
        }
    }
    let bar = Rect { x: area.right().saturating_sub(1), width: 1, ..body };
    if app.facets.focused() {
        Extent { len, above: top, shown: usize::from(body.height) }.draw(buf, bar, ui.style(Role::Rule));
    }
    cursor
}

/// What a key is called here.
fn name(key: FacetKey) -> &'static str {
    match key {
        FacetKey::ActorType => "actor type",
        other => other.key(),
    }
}

fn title(app: &App, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let ui = &app.ui;
    let pane = &app.facets;
    let role = if pane.focused() { Role::Focused } else { Role::Title };
    let row = Row::new().fill(1).put("facets", ui.style(role)).fill_by(2);
    if !pane.typing() && pane.typed().is_empty() {
        let key = app.ui.key(if pane.focused() { Command::NarrowValues } else { Command::Facets });
        let hint = Row::new().put(&key, ui.style(Role::Key)).fill_by(1);
        row.with_right(hint, area.width.into()).draw(buf, area.x, area.y, area.width);
        return None;
    }
    let row = row.put("/", ui.style(Role::Focused));
    let before: String = pane.typed().chars().take(pane.line().cursor()).collect();
    let room = usize::from(area.width).saturating_sub(row.width() + 1);
    let x = area.x + (row.width() + Safe::line(&before).width().min(room)) as u16;
    row.cut(pane.typed(), room, ui.style(Role::Text)).draw(buf, area.x, area.y, area.width);
    pane.typing().then_some(Position { x, y: area.y })
}

fn line(app: &App, key: FacetKey, value: &FacetValue, width: usize) -> Row {
    let ui = &app.ui;
    let pane = &app.facets;
    let has_cursor = pane.focused() && pane.is_cursor(key, value);
    let term = query::parse(&query::exact_term(key.key(), &value.value), &ui.context());
    let stance = term.map_or(Stance::Open, |term| app.filter.query().stance(&term));
    let (sign, role) = match stance {
        _ if pane.is_marked(key, value) => ("*", Role::Accent),
        Stance::In => ("+", Role::Accent),
        Stance::Out => ("-", Role::Dim),
        Stance::Open => (" ", Role::Text),
    };
    let mark = mark(has_cursor, ui);
    let row = mark.put(sign, ui.style(role)).fill_by(1);
    let count = words::count(value.count as u64);
    let room = width.saturating_sub(row.width() + count.len() + 3);
    let label = if value.label.is_empty() { "–" } else { &value.label };
    let count = Row::new().put(&count, ui.style(Role::Dim)).fill_by(1);
    let label = row::short_name(&Safe::line(label), room);
    row.put(&label, ui.style(role)).with_right(count, width)
}
