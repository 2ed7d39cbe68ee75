//! The help, drawn: every command with the keys that are in force, by context.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Help;
use crate::tui::app::App;
use crate::tui::command::{COMMANDS, CommandRow, Context};
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::scrollbar::Extent;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;

/// The width of the column of keys and of the column of names.
const KEYS: usize = 24;
const NAME: usize = 19;

/// From this width on, the names of commands have a column of their own.
const NAMES: usize = 110;

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
        Context::Views => "In the list of views",
        Context::Sources => "Among the sources and their scopes",
        Context::Facets => "Among the values to filter by",
        Context::Histogram => "In the events over time",
        Context::Prompt => "While typing",
    }
}

fn line(row: &CommandRow, context: Context, ui: &Ui) -> Row {
    let keys = ui.keymap.keys_in(context, row.command);
    let width = usize::from(ui.area.width);
    let column = if width < 90 { 16 } else { KEYS };
    let keys = super::fitting(keys, column);
    let line = Row::new().fill(2).cell(&keys, column, ui.style(Role::Key));
    let name = Row::new().put(row.name, ui.style(Role::Dim)).fill_by(2);
    if width >= NAMES {
        return line.fill_by(1).join(name).fill(KEYS + NAME + 4).put(row.help, ui.style(Role::Text));
    }
    // The name is needed to bind other keys, and stands where there is room for it.
    let room = width.saturating_sub(line.width() + 1);
    line.fill_by(1).cut(row.help, room, ui.style(Role::Text)).with_right(name, width)
}

/// Draws the help over the body of the screen.
pub(in crate::tui) fn draw(app: &App, help: &Help, area: Rect, buf: &mut Buffer) {
    super::clear(area, &app.ui, buf);
    let lines = lines(&app.ui);
    let height = usize::from(area.height);
    let scroll = help.scroll.min(lines.len().saturating_sub(height));
    let extent = Extent { len: lines.len(), above: scroll, shown: height };
    for (y, row) in (area.y..area.bottom()).zip(lines.into_iter().skip(scroll)) {
        row.draw(buf, area.x, y, area.width);
    }
    let bar = Rect { x: area.right().saturating_sub(1), width: 1, ..area };
    extent.draw(buf, bar, app.ui.style(Role::Rule));
    if extent.above + extent.shown < extent.len {
        let below = extent.len - extent.above - extent.shown + 1;
        let more = Row::new().put(&format!(" ↓ {below} more "), app.ui.style(Role::Dim));
        Row::new().fill(usize::from(area.width)).draw(
            buf,
            area.x,
            area.bottom() - 1,
            area.width.saturating_sub(1),
        );
        more.draw(buf, area.x + 1, area.bottom() - 1, area.width);
    }
}
