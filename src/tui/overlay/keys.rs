//! What may follow the keys pressed so far, above the status line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::app::App;
use crate::tui::draw::Row;
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
    let rule = Row::new().rule("─", usize::from(area.width), ui.style(Role::Rule));
    rule.draw(buf, area.x, area.y, area.width);
    for (y, way) in (area.y + 1..area.bottom()).zip(&next) {
        let line = Row::new()
            .fill(1)
            .cell(&way.keys, 8, ui.style(Role::Key))
            .fill_by(1)
            .put(way.command.row().help, ui.style(Role::Text));
        line.draw(buf, area.x, y, area.width);
    }
}
