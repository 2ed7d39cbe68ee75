//! The palette, drawn: the line to type in and the commands found.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Palette;
use crate::domain::Safe;
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::theme::Role;

/// The width of the column of keys.
const KEYS: usize = 14;

/// Draws the palette over the upper part of `area`; returns where text is being typed.
pub(in crate::tui) fn draw(app: &App, palette: &Palette, area: Rect, buf: &mut Buffer) -> Position {
    let ui = &app.ui;
    let found = palette.found();
    let width = area.width;
    let height = (found.len().max(1) as u16 + 2).min(area.height).max(2);
    let area = Rect { width, height, ..area };
    super::clear(area, ui, buf);
    let room = usize::from(width).saturating_sub(4);
    let text = Safe::line(palette.text()).cut(room);
    let prompt = Row::new().put(" : ", ui.style(Role::Focused)).safe(&text, ui.style(Role::Text));
    prompt.draw(buf, area.x, area.y, width);
    let visible = usize::from(height) - 2;
    let top = (palette.selected() + 1).saturating_sub(visible);
    let list = Rect { y: area.y + 1, height: height - 2, ..area };
    for (y, (i, row)) in (list.y..list.bottom()).zip(found.iter().enumerate().skip(top)) {
        let chosen = i == palette.selected();
        let line = Row::new()
            .put(if chosen { "▌" } else { " " }, ui.style(if chosen { Role::Focused } else { Role::Text }))
            .cell(row.name, 18, ui.style(Role::Text))
            .fill_by(1)
            .cell(&super::fitting(ui.keymap.keys_of(row.command), KEYS), KEYS, ui.style(Role::Key))
            .fill_by(1);
        let left = usize::from(width).saturating_sub(line.width());
        line.cell(row.help, left, ui.style(Role::Dim)).draw(buf, area.x, y, width);
        if chosen {
            buf.set_style(Rect { y, height: 1, ..area }, ui.style(Role::Selected));
        }
    }
    if found.is_empty() && visible > 0 {
        let none = Row::new().fill(1).put("no command has these words", ui.style(Role::Dim));
        none.draw(buf, list.x, list.y, width);
    }
    let rule = Row::new().rule("─", usize::from(width), ui.style(Role::Rule));
    rule.draw(buf, area.x, area.bottom() - 1, width);
    let before: String = palette.text().chars().take(palette.cursor()).collect();
    let x = area.x + 3 + Safe::line(&before).width().min(room) as u16;
    Position { x: x.min(area.right().saturating_sub(1)), y: area.y }
}
