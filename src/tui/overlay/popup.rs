//! The choices for what is being typed, drawn below the filter line.
//!
//! ```text
//! filter> type:ser▏vice
//!         type: the type of the entity · exact; …
//!        ▌service            4,210
//!         shared_service       312
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::picker::matched;
use crate::domain::Safe;
use crate::query::complete::Choice;
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::scrollbar::Extent;
use crate::tui::theme::Role;
use crate::tui::words;

/// The most choices that are seen at once.
const MOST: u16 = 10;

/// Draws the list in the upper part of `area`, with the choices from the column `from` on.
pub(in crate::tui) fn draw(app: &App, from: usize, area: Rect, buf: &mut Buffer) {
    let choices = app.popup.choices();
    if choices.is_empty() || area.height < 2 {
        return;
    }
    let ui = &app.ui;
    let shown = (choices.len() as u16).min(MOST).min(area.height - 1);
    let area = Rect { height: shown + 1, ..area };
    super::clear(area, ui, buf);
    let width = usize::from(area.width);
    let selected = app.popup.selected();
    let top = (selected + 1).saturating_sub(usize::from(shown));
    let longest = choices.iter().map(|choice| Safe::line(&choice.label).width()).max().unwrap_or_default();
    let label = longest.clamp(8, (width / 2).max(8));
    let from = from.min(width.saturating_sub(label + 24)).max(1);
    for (y, (nth, choice)) in (area.y..area.bottom() - 1).zip(choices.iter().enumerate().skip(top)) {
        let row = line(app, choice, nth == selected, (from, label), width);
        row.draw(buf, area.x, y, area.width);
        if nth == selected {
            buf.set_style(Rect { y, height: 1, ..area }, ui.style(Role::Selected));
        }
    }
    let rule = Row::new().rule("─", width, ui.style(Role::Rule));
    rule.draw(buf, area.x, area.bottom() - 1, area.width);
    let extent = Extent { len: choices.len(), above: top, shown: usize::from(shown) };
    let bar = Rect { x: area.right().saturating_sub(1), width: 1, height: shown, ..area };
    extent.draw(buf, bar, ui.style(Role::Rule));
}

fn line(app: &App, choice: &Choice, selected: bool, (from, label): (usize, usize), width: usize) -> Row {
    let ui = &app.ui;
    let row = Row::new().fill(from - 1);
    let row = if selected { row.put("▌", ui.style(Role::Focused)) } else { row.fill_by(1) };
    let row = row.join(matched(&choice.label, &choice.letters, label, ui.style(Role::Text), ui)).fill_by(2);
    // Numbers stand below each other, and close to what they count.
    let row = match choice.count {
        Some(count) => row.right(&words::count(count), 9, ui.style(Role::Dim)).fill_by(2),
        None => row,
    };
    let left = width.saturating_sub(row.width() + 2);
    row.cut(&choice.help, left, ui.style(Role::Dim))
}
