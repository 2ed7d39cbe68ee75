//! What a feed said of an event before it said something else: the fields that differ, latest edit first.
//!
//! ```text
//! edited, seen Wed 1 Apr 2026 10:40:00 +00:00
//!   ~ notes  "Spring" → "Spring campaign"
//! ```

use serde_json::Value;

use super::view::Text;
use crate::diff::{Rules, compare};
use crate::domain::{Change, Event, Op};
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Fields shown of one edit.
const FIELDS: usize = 12;

/// The longest record that is compared while the screen is drawn, in bytes.
const LONGEST: usize = 256 * 1024;

/// Adds what every edit changed, as lines of at most `width` cells.
pub(super) fn put(text: &mut Text, ui: &Ui, event: &Event, width: usize) {
    let Some(fate) = &event.fate else { return };
    let mut after: &str = &event.record.raw;
    for revision in &fate.revisions {
        text.push(Row::new());
        let title = Row::new().put("edited", ui.style(Role::Warning));
        let seen = format!(", seen {}", words::full(revision.replaced_at, ui.zone));
        text.push(title.cut(&seen, width.saturating_sub(6), ui.style(Role::Dim)));
        match changes(&revision.raw, after) {
            Ok(changes) => fields(text, ui, &changes, width),
            Err(why) => {
                text.push(Row::new().fill(2).cut(why, width.saturating_sub(2), ui.style(Role::Dim)));
            }
        }
        after = &revision.raw;
    }
    let more = fate.edits.saturating_sub(fate.revisions.len() as u64);
    if more > 0 {
        let text_of_more = format!("and {} before", words::plural(more, "edit"));
        text.push(Row::new().cut(&text_of_more, width, ui.style(Role::Dim)));
    }
}

fn changes(before: &str, after: &str) -> Result<Vec<Change>, &'static str> {
    if before.len().max(after.len()) > LONGEST {
        return Err("the record is too long to be compared here");
    }
    let read = |text: &str| serde_json::from_str::<Value>(text);
    match (read(before), read(after)) {
        (Ok(before), Ok(after)) => Ok(compare(&before, &after, &Rules::default())),
        _ => Err("the record is no JSON"),
    }
}

fn fields(text: &mut Text, ui: &Ui, changes: &[Change], width: usize) {
    for change in changes.iter().take(FIELDS) {
        let glyph = match change.op {
            Op::Add => "+ ",
            Op::Remove => "- ",
            Op::Replace | Op::Set => "~ ",
            Op::Move => "⇆ ",
        };
        let row = Row::new().fill(2).put(glyph, ui.theme.for_op(change.op));
        let shown = |value: &Option<Value>| value.as_ref().map(ToString::to_string);
        let values = match (shown(&change.before), shown(&change.after)) {
            (Some(before), Some(after)) => format!("{before} → {after}"),
            (before, after) => before.or(after).unwrap_or_default(),
        };
        let room = width.saturating_sub(row.width());
        let row = row.cut(&change.path, room, ui.style(Role::Text)).fill_by(2);
        let room = width.saturating_sub(row.width());
        text.push(row.cut(&values, room, ui.style(Role::Dim)));
    }
    let more = changes.len().saturating_sub(FIELDS);
    let words = match (changes.len(), more) {
        (0, _) => "only the order or the white space".to_owned(),
        (_, 0) => return,
        (_, more) => format!("… and {}", words::plural(more as u64, "change")),
    };
    text.push(Row::new().fill(2).cut(&words, width.saturating_sub(2), ui.style(Role::Dim)));
}
