//! What was looked for, set apart in the row of an event that has it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::settings::Ui;
use crate::tui::theme::Role;

/// Sets `words`, which are in lower case, apart wherever they are drawn in `area`; where none of them is, the
/// event was found by something that is not shown, and its first text is set apart: the time.
pub(super) fn draw(words: &[String], area: Rect, ui: &Ui, buf: &mut Buffer) {
    let mut any = false;
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        let (text, columns) = text(area, y, buf);
        for word in words {
            for (at, found) in text.match_indices(word.as_str()) {
                any = true;
                // A column stands once for each byte of its letter.
                for x in &columns[at..at + found.len()] {
                    buf[(*x, y)].set_style(ui.style(Role::Match));
                }
            }
        }
    }
    if any {
        return;
    }
    let (text, columns) = text(area, area.y, buf);
    let Some(start) = text.find(char::is_alphanumeric) else { return };
    let end = text[start..].find(' ').map_or(text.len(), |length| start + length);
    for x in &columns[start..end] {
        buf[(*x, area.y)].set_style(ui.style(Role::Match));
    }
}

/// What a line says in lower case, and for each byte of that the column that it is drawn in.
fn text(area: Rect, y: u16, buf: &Buffer) -> (String, Vec<u16>) {
    let (mut text, mut columns) = (String::new(), Vec::new());
    let mut covered = 0;
    for x in area.left()..area.right() {
        // The cells that a wide character takes beside its own hold nothing.
        if covered > 0 {
            covered -= 1;
            continue;
        }
        let symbol = buf[(x, y)].symbol();
        covered = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
        text.push_str(&symbol.to_lowercase());
        columns.resize(text.len(), x);
    }
    (text, columns)
}
