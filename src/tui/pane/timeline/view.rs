//! The list of the timeline, drawn.
//!
//! ```text
//! ── Wed 1 Apr 2026 ─────────────────────────────
//! ▌10:30  < rollback  Default Recomm…  jane.smith
//!  09:12  ^ publish   Default Recomm…  jane.smith
//! ── Wed 25 Mar 2026 ────────────────────────────
//! ```

use chrono::NaiveDate;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::row::{self, Columns, Mark, Sign};
use crate::domain::RowId;
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::window::Item;
use crate::tui::words;

/// Draws the list.
pub(in crate::tui) fn draw(app: &App, buf: &mut Buffer) {
    let area = app.layout().list;
    let rows = app.timeline.rows();
    let Some(selected) = app.timeline.place() else { return };
    let mut y = area.y;
    for item in app.measure().items(&rows, app.timeline.top()) {
        match item {
            Item::Day(day) => {
                day_rule(day, area.width, &app.ui).draw(buf, area.x, y, area.width);
                y += 1;
            }
            Item::Row(index) => {
                let height = app.layout().row_height;
                let place = Rect { y, height, ..area };
                if let Some(row) = rows.get(index) {
                    draw_row(app, row, index == selected, place, buf);
                }
                y += height;
            }
        }
    }
}

fn draw_row(app: &App, row: RowId, selected: bool, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    let width = usize::from(area.width);
    let focused = !app.in_preview && !app.filter.editing();
    let mark = match (selected, focused) {
        (false, _) => Mark::None,
        (true, false) => Mark::Selected,
        (true, true) => Mark::Focused,
    };
    let lines = match app.library.get(row) {
        Some(event) if area.height > 1 => {
            row::two_lines(event, width, mark, Sign::of(event, &app.user), ui).to_vec()
        }
        Some(event) => {
            let sign = Sign::of(event, &app.user);
            vec![row::one_line(event, Columns::of(width, ui.ages), mark, sign, ui)]
        }
        None => {
            let columns = if area.height > 1 { Columns::of(0, true) } else { Columns::of(width, ui.ages) };
            vec![row::placeholder(row, columns, mark, ui)]
        }
    };
    for (y, line) in (area.y..).zip(&lines) {
        line.draw(buf, area.x, y, area.width);
    }
    if selected {
        let role = if focused { Role::Selected } else { Role::SelectedUnfocused };
        buf.set_style(area, ui.style(role));
    }
}

fn day_rule(day: NaiveDate, width: u16, ui: &Ui) -> Row {
    let row = Row::new()
        .put("── ", ui.style(Role::Rule))
        .put(&words::day_name(day), ui.style(Role::Day))
        .put(" ", ui.style(Role::Rule));
    let left = usize::from(width).saturating_sub(row.width());
    row.rule("─", left, ui.style(Role::Rule))
}
