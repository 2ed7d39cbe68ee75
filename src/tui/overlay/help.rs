//! The help, drawn: every command with the keys that are in force, by context.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Help;
use crate::tui::app::App;
use crate::tui::command::{COMMANDS, CommandRow, Context};
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;

/// The width of the column of keys and of the column of names.
const KEYS: usize = 24;
const NAME: usize = 20;

/// How many lines are seen at once.
pub(in crate::tui) fn page(layout: &Layout) -> usize {
    usize::from(layout.body.height).max(1)
}

/// All lines of the help.
pub(in crate::tui) fn lines(ui: &Ui) -> Vec<Row> {
    let mut lines = Vec::new();
    for context in Context::ALL {
        if !lines.is_empty() {
            lines.push(Row::new());
        }
        lines.push(Row::new().fill(1).put(title(context), ui.style(Role::Title)));
        let here = COMMANDS.iter().filter(|row| row.contexts.contains(&context));
        lines.extend(here.map(|row| line(row, context, ui)));
    }
    lines
}

fn title(context: Context) -> &'static str {
    match context {
        Context::Everywhere => "Everywhere",
        Context::Lists => "In a list of events",
        Context::Detail => "In one event",
        Context::Prompt => "While typing",
    }
}

fn line(row: &CommandRow, context: Context, ui: &Ui) -> Row {
    let keys = ui.keymap.keys_in(context, row.command);
    let narrow = ui.area.width < 80;
    let line = Row::new()
        .fill(2)
        .cell(&keys.join("  "), if narrow { 16 } else { KEYS }, ui.style(Role::Key))
        .fill_by(1);
    let line =
        if ui.area.width < 110 { line } else { line.cell(row.name, NAME, ui.style(Role::Dim)).fill_by(1) };
    let room = usize::from(ui.area.width).saturating_sub(line.width());
    line.cell(row.help, room, ui.style(Role::Text))
}

/// Draws the help over the body of the screen.
pub(in crate::tui) fn draw(app: &App, help: &Help, area: Rect, buf: &mut Buffer) {
    super::clear(area, &app.ui, buf);
    let lines = lines(&app.ui);
    let scroll = help.scroll.min(lines.len().saturating_sub(usize::from(area.height)));
    for (y, row) in (area.y..area.bottom()).zip(lines.into_iter().skip(scroll)) {
        row.draw(buf, area.x, y, area.width);
    }
}
