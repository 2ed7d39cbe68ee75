//! The list of the timeline, drawn.
//!
//! ```text
//! ── Wed 1 Apr 2026 ─────────────────────────────
//! ▌10:30  < rollback  Default Recomm…  jane.smith
//!  09:12  ^ publish   Default Recomm…  jane.smith
//! ── Wed 25 Mar 2026 ────────────────────────────
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::columns::{self, Clock, Column, Columns};
use super::found;
use super::gaps;
use super::row::{self, Looks, Mark, Sign};
use crate::domain::{Event, Heads, List, RowId};
use crate::query::{Arrangement, Group};
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::window::{Head, Item};
use crate::tui::words;

/// Draws the list.
pub(in crate::tui) fn draw(app: &App, buf: &mut Buffer) {
    let area = app.layout().list;
    let rows = app.timeline.list();
    let Some(selected) = app.timeline.place() else { return };
    let on_gap = app.timeline.gap().is_some();
    let mut y = area.y;
    for item in app.measure().items(&rows, app.timeline.top()) {
        match item {
            Item::Head(head, index) => {
                rule(app, &rows, head, index, area.width).draw(buf, area.x, y, area.width);
                y += 1;
            }
            Item::Row(index) => {
                let height = app.layout().row_height;
                let place = Rect { y, height, ..area };
                if let Some(row) = rows.get(index) {
                    let selected = index == selected && !on_gap;
                    draw_row(app, row, (index, rows.stands_for(index)), selected, place, buf);
                }
                y += height;
            }
            Item::Gap(index) => {
                let selected = app.timeline.gap_place() == Some(index) && on_gap;
                let holes = app.timeline.gap_below(index).unwrap_or_default();
                gaps::line(&holes, selected, usize::from(area.width), &app.ui)
                    .draw(buf, area.x, y, area.width);
                if selected {
                    buf.set_style(Rect { y, height: 1, ..area }, app.ui.style(Role::Selected));
                }
                y += 1;
            }
        }
    }
}

fn draw_row(
    app: &App,
    row: RowId,
    (index, stands_for): (usize, usize),
    selected: bool,
    area: Rect,
    buf: &mut Buffer,
) {
    let ui = &app.ui;
    let width = usize::from(area.width);
    let focused =
        !app.in_preview && !app.filter.editing() && !app.facets.focused() && app.overlays.is_empty();
    let mark = match (selected, focused) {
        (false, _) => Mark::None,
        (true, false) => Mark::Selected,
        (true, true) => Mark::Focused,
    };
    let chosen = app.timeline.chosen(index, row);
    let named = app.filter.query().directives().columns.as_deref();
    let clock = clock(app);
    let event = app.library.get(row);
    let sign = event.map_or(Sign::None, |event| Sign::of(event, &app.user));
    let looks = Looks { mark, sign, chosen, stands_for, clock };
    let lines = if let Some(event) = event {
        match area.height {
            0 | 1 => vec![row::one_line(event, &Columns::of(width, clock, named), looks, ui)],
            _ => row::two_lines(event, width, looks, ui).to_vec(),
        }
    } else {
        let time = match clock {
            Clock::Dated => columns::DATED,
            _ if area.height > 1 => 5,
            _ => Columns::of(width, clock, None).width(Column::Time),
        };
        vec![row::placeholder(row, time, looks, ui)]
    };
    for (y, line) in (area.y..).zip(&lines) {
        line.draw(buf, area.x, y, area.width);
    }
    if app.search.has(row) {
        found::draw(app.search.words(), area, ui, buf);
    }
    if selected {
        let role = if focused { Role::Selected } else { Role::SelectedUnfocused };
        buf.set_style(area, ui.style(role));
    }
}

/// What the list says about the time of an event.
fn clock(app: &App) -> Clock {
    match app.timeline.list().heads() {
        _ if app.ui.ages => Clock::Age,
        Heads::Days => Clock::Time,
        Heads::None | Heads::Groups(_) => Clock::Dated,
    }
}

/// The heading of a group: its day, or what its events have in common and how many they are.
fn rule(app: &App, list: &List, head: Head, index: usize, width: u16) -> Row {
    let ui = &app.ui;
    let width = usize::from(width);
    let row = Row::new().put("── ", ui.style(Role::Rule));
    let row = match head {
        Head::Day(day) => row.put(&words::day_name(day), ui.style(Role::Day)),
        Head::Group(_) => {
            let count = list.group(index).map_or(0, |(_, places)| places.len());
            let count = words::plural(count as u64, "event");
            let event = list.get(index).and_then(|row| app.library.get(row));
            let room = width.saturating_sub(row.width() + count.len() + 8);
            let name = match (event, app.timeline.how()) {
                (Some(event), Some(how)) => group_name(event, how, ui),
                _ => "…".to_owned(),
            };
            row.cut(&name, room, ui.style(Role::Day)).put(&format!("  {count}"), ui.style(Role::Dim))
        }
    };
    let row = row.put(" ", ui.style(Role::Rule));
    let left = width.saturating_sub(row.width());
    row.rule("─", left, ui.style(Role::Rule))
}

/// What the events of a group have in common.
fn group_name(event: &Event, how: &Arrangement, ui: &Ui) -> String {
    let record = &event.record;
    let named = |label: Option<&str>, none: &str| label.map_or_else(|| none.to_owned(), str::to_owned);
    match how.group {
        Group::Entity => {
            let name = named(record.entity.label(), "no entity");
            record.entity.kind.as_ref().map_or(name.clone(), |kind| format!("{name}  {kind}"))
        }
        Group::Actor => named(record.actor.label(), "nobody who is named"),
        Group::Source => event.source.to_string(),
        Group::Set => named(record.set.as_deref(), "no change set"),
        Group::Day | Group::None | Group::Run => words::day_name(words::day(record.time, ui.zone)),
    }
}
