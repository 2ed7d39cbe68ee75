//! What may follow the keys pressed so far, above the status line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::Safe;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::key::Key;
use crate::tui::keymap::{Continuation, Lookup};
use crate::tui::settings::Ui;
use crate::tui::theme::Role;

/// Draws the list while a sequence of keys is not complete.
pub(in crate::tui) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    if app.pressed.is_empty() {
        return;
    }
    let Lookup::Prefix(next) = ui.keymap.lookup(app.context(), &app.pressed) else { return };
    let rows = usize::from(area.height.saturating_sub(1)).max(1);
    let columns = next.len().div_ceil(rows).min(usize::from(area.width) / NARROWEST).max(1);
    let lines = next.len().div_ceil(columns).min(rows);
    let height = (lines as u16 + 1).min(area.height);
    let area = Rect { y: area.bottom() - height, height, ..area };
    super::clear(area, ui, buf);
    let pressed: Vec<String> = app.pressed.iter().map(|key| Key::from(*key).to_string()).collect();
    let rule = Row::new()
        .put("── ", ui.style(Role::Rule))
        .put(&pressed.join(" "), ui.style(Role::Key))
        .put(" … ", ui.style(Role::Rule));
    let hidden = next.len().saturating_sub(lines * columns);
    let rest = if hidden > 0 {
        format!(" {hidden} more: `{}` lists them ", ui.key(Command::Help))
    } else {
        String::new()
    };
    let left = usize::from(area.width).saturating_sub(rule.width() + rest.len());
    let rule = rule.rule("─", left, ui.style(Role::Rule)).cut(&rest, rest.len(), ui.style(Role::Dim));
    rule.draw(buf, area.x, area.y, area.width);
    let width = (usize::from(area.width) / columns).min(if columns == 1 { LONGEST } else { usize::MAX });
    // The name of a command is beside all of them or none.
    let longest = |way: &Continuation| Safe::line(way.command.row().help).width() + way.command.name().len();
    let named = columns == 1 && next.iter().all(|way| longest(way) + KEYS + 6 <= width);
    for (nth, way) in next.iter().take(lines * columns).enumerate() {
        let (x, y) = (area.x + (nth / lines * width) as u16, area.y + 1 + (nth % lines) as u16);
        entry(way, width, (columns == 1, named), ui).draw(buf, x, y, width as u16);
    }
}

/// The narrowest column in which a line still says what a key does.
const NARROWEST: usize = 26;

/// The cells of the keys where each has a line for itself.
const KEYS: usize = 8;

/// The longest line: further apart, the name of a command does not seem to belong to it.
const LONGEST: usize = 84;

/// What one key does; with its name, where there is a line for it alone.
fn entry(way: &Continuation, width: usize, (alone, with_name): (bool, bool), ui: &Ui) -> Row {
    let keys = if alone { KEYS } else { 3 };
    let line = Row::new().fill(1).cell(&way.keys, keys, ui.style(Role::Key)).fill_by(1);
    let room = width.saturating_sub(line.width() + 1);
    let line = line.cut(way.command.row().help, room, ui.style(Role::Text));
    let name = Row::new().put(way.command.name(), ui.style(Role::Dim)).fill_by(1);
    if with_name { line.with_right(name, width) } else { line }
}
