//! What may follow the keys pressed so far, above the status line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::key::Key;
use crate::tui::keymap::Lookup;
use crate::tui::theme::Role;

/// Draws the list while a sequence of keys is not complete.
pub(in crate::tui) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    if app.pressed.is_empty() {
        return;
    }
    let Lookup::Prefix(next) = ui.keymap.lookup(app.context(), &app.pressed) else { return };
    let height = (next.len() as u16 + 1).min(area.height);
    let area = Rect { y: area.bottom() - height, height, ..area };
    super::clear(area, ui, buf);
    let pressed: Vec<String> = app.pressed.iter().map(|key| Key::from(*key).to_string()).collect();
    let rule = Row::new()
        .put("── ", ui.style(Role::Rule))
        .put(&pressed.join(" "), ui.style(Role::Key))
        .put(" … ", ui.style(Role::Rule));
    let left = usize::from(area.width).saturating_sub(rule.width());
    let rule = rule.rule("─", left, ui.style(Role::Rule));
    rule.draw(buf, area.x, area.y, area.width);
    for (y, way) in (area.y + 1..area.bottom()).zip(&next) {
        let line = Row::new()
            .fill(1)
            .cell(&way.keys, 8, ui.style(Role::Key))
            .fill_by(1)
            .put(way.command.row().help, ui.style(Role::Text));
        let name = Row::new().put(way.command.name(), ui.style(Role::Dim)).fill_by(1);
        let line = line.with_right(name, usize::from(area.width));
        line.draw(buf, area.x, y, area.width);
    }
}
