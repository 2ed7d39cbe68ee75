//! The last line: a notice or what is going on, and the keys that lead further.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::Safe;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::message::Weight;
use crate::tui::overlay::Overlay;
use crate::tui::theme::Role;
use crate::tui::words;

/// Draws the line.
pub(super) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    let width = usize::from(area.width);
    let dim = ui.style(Role::Dim);
    let left = if matches!(app.overlays.last(), Some(Overlay::Quit)) {
        let question = format!("Quit? `{}` again quits, any other key stays", ui.key(Command::Close));
        Row::new().fill(1).put(&question, ui.style(Role::Warning))
    } else if let Some(notice) = &app.notice {
        let role = match notice.weight {
            Weight::Info => Role::Text,
            Weight::Error => Role::Failed,
        };
        Row::new().fill(1).put(Safe::line(&notice.text).cut(width.saturating_sub(2)).as_str(), ui.style(role))
    } else {
        state(app)
    };
    let right = Row::new()
        .put(&ui.key(Command::Help), ui.style(Role::Key))
        .put(" help   ", dim)
        .put(&ui.key(Command::Palette), ui.style(Role::Key))
        .put(" command ", dim);
    left.with_right(right, width).draw(buf, area.x, area.y, area.width);
}

/// `^ 7 new   follow on   12 of 1,204`.
fn state(app: &App) -> Row {
    let ui = &app.ui;
    let dim = ui.style(Role::Dim);
    let mut row = Row::new().fill(1);
    let arrivals = app.timeline.arrivals();
    if arrivals > 0 {
        let text = format!("^ {} new", words::count(arrivals as u64));
        row = row.put(&text, ui.style(Role::Accent)).fill_by(3);
    }
    row = row.put(if app.timeline.follows() { "follow on" } else { "follow off" }, dim).fill_by(3);
    if let (Some(place), true) = (app.timeline.place(), app.above.is_empty()) {
        let of = app.timeline.rows().len();
        row = row.put(&format!("{}/{}", words::count(place as u64 + 1), words::count(of as u64)), dim);
    }
    row
}
