//! The help, drawn: every command with the keys that are in force, by context, that of what has the keys first.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Help;
use crate::domain::Safe;
use crate::tui::app::App;
use crate::tui::command::{COMMANDS, Command, CommandRow, Context};
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

/// Lines above the commands: what is looked for, or how to look for something.
const HEAD: u16 = 2;

/// How many lines are seen at once.
pub(in crate::tui) fn page(layout: &Layout) -> usize {
    usize::from(layout.body.height.saturating_sub(HEAD)).max(1)
}

/// The lines of the help that have what is looked for: first of what had the keys, then of the rest.
pub(in crate::tui) fn lines(ui: &Ui, help: &Help) -> Vec<Row> {
    let mut lines = Vec::new();
    let first = help.about.heard().iter().copied();
    let rest = Context::ALL.into_iter().filter(|context| !help.about.heard().contains(context));
    for context in first.chain(rest) {
        let here = COMMANDS.iter().filter(|row| row.contexts.contains(&context));
        let found: Vec<Row> = here
            .filter(|row| has(row, context, help.line.text(), ui))
            .map(|row| line(row, context, ui))
            .collect();
        if found.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Row::new());
        }
        lines.push(Row::new().fill(1).put(title(context), ui.style(Role::Title)));
        lines.extend(found);
    }
    lines
}

/// Whether a command has what is looked for: words in its name or in what it does, or behind an `@` a key.
fn has(row: &CommandRow, context: Context, text: &str, ui: &Ui) -> bool {
    let text = text.trim();
    if let Some(wanted) = text.strip_prefix('@') {
        let wanted = wanted.trim();
        let keys = ui.keymap.keys_in(context, row.command);
        return wanted.is_empty()
            || keys.iter().any(|keys| {
                keys.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
                    || keys.split(' ').any(|key| key == wanted)
            });
    }
    let (help, text) = (row.help.to_lowercase(), text.to_lowercase());
    text.split_whitespace().all(|word| row.name.contains(word) || help.contains(word))
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
        Context::Help => "In the help",
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
    // Names beside some of the lines would be noise; the palette has all of them.
    let room = width.saturating_sub(line.width() + 2);
    line.fill_by(1).cut(row.help, room, ui.style(Role::Text))
}

/// Draws the help over the body of the screen; returns where text is being typed.
pub(in crate::tui) fn draw(app: &App, help: &Help, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let ui = &app.ui;
    super::clear(area, ui, buf);
    let width = usize::from(area.width);
    let cursor = head(help, width, ui).draw_at(area, buf, help);
    let lines = lines(ui, help);
    let body = Rect { y: area.y + HEAD.min(area.height), height: area.height.saturating_sub(HEAD), ..area };
    if lines.is_empty() {
        let text = "no command has these words; `@` before a key finds what it does";
        Row::new()
            .fill(1)
            .cut(text, width.saturating_sub(2), ui.style(Role::Dim))
            .draw(buf, body.x, body.y, body.width);
    }
    let height = usize::from(body.height);
    let scroll = help.scroll.min(lines.len().saturating_sub(height));
    let extent = Extent { len: lines.len(), above: scroll, shown: height };
    for (y, row) in (body.y..body.bottom()).zip(lines.into_iter().skip(scroll)) {
        row.draw(buf, body.x, y, body.width);
    }
    let bar = Rect { x: area.right().saturating_sub(1), width: 1, ..body };
    extent.draw(buf, bar, ui.style(Role::Rule));
    cursor
}

/// The line above the commands.
struct Head(Row);

fn head(help: &Help, width: usize, ui: &Ui) -> Head {
    let searching = help.typing || !help.line.text().is_empty();
    if searching {
        let text = Safe::line(help.line.text()).cut(width.saturating_sub(4));
        return Head(Row::new().fill(1).put("/", ui.style(Role::Focused)).safe(&text, ui.style(Role::Text)));
    }
    let find = ui.keymap.keys_in(Context::Help, Command::Find).into_iter().next().unwrap_or_default();
    let row = Row::new().fill(1).put(&find, ui.style(Role::Key));
    let left = width.saturating_sub(row.width() + 1);
    Head(row.cut(" finds a command by its words, and `@x` what the key x does", left, ui.style(Role::Dim)))
}

impl Head {
    fn draw_at(&self, area: Rect, buf: &mut Buffer, help: &Help) -> Option<Position> {
        self.0.draw(buf, area.x, area.y, area.width);
        let before: String = help.line.text().chars().take(help.line.cursor()).collect();
        let x = area.x + 2 + Safe::line(&before).width() as u16;
        help.typing.then(|| Position { x: x.min(area.right().saturating_sub(1)), y: area.y })
    }
}
