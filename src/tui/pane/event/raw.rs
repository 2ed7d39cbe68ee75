//! The Raw tab: the record as it was sent, one value to a line.

use serde_json::Value;

use super::view::Text;
use crate::domain::{Event, Safe};
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;

/// The largest record that is laid out, in bytes.
const LARGEST: usize = 256 * 1024;

/// The most lines that are shown.
const MOST: usize = 5_000;

/// How far the second line of a long value is set in.
const HANGING: usize = 4;

/// The tab for one event.
pub(super) fn text(ui: &Ui, event: &Event, width: usize) -> Text {
    let mut text = Text::default();
    let raw = &event.record.raw;
    let (shown, cut) = pretty(raw);
    for line in shown.lines() {
        let line = Safe::line(line);
        if line.width() <= width {
            text.push(key(Row::new(), &line, ui));
        } else {
            for (i, part) in line.wrap(width.saturating_sub(HANGING).max(1)).iter().enumerate() {
                text.push(if i == 0 {
                    key(Row::new(), part, ui)
                } else {
                    Row::new().fill(HANGING).safe(part, ui.style(Role::Text))
                });
            }
        }
        if text.lines.len() >= MOST {
            break;
        }
    }
    if cut || text.lines.len() >= MOST {
        text.push(
            Row::new().put("… cut here: the record is longer than a screen can serve", ui.style(Role::Dim)),
        );
    }
    text
}

/// The record with its values on lines of their own, and whether it had to be cut. What is no JSON, or
/// too long to be read again, stays as it was sent.
fn pretty(raw: &str) -> (String, bool) {
    if raw.len() > LARGEST {
        let end = (0..=LARGEST).rev().find(|at| raw.is_char_boundary(*at)).unwrap_or(0);
        return (raw[..end].to_owned(), true);
    }
    let value: Result<Value, _> = serde_json::from_str(raw);
    (value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| raw.to_owned()), false)
}

/// A line whose key, if it begins with one, is dimmer than its value.
fn key(row: Row, line: &Safe, ui: &Ui) -> Row {
    let text = line.as_str();
    match text.split_once("\": ") {
        Some((name, value)) if name.trim_start().starts_with('"') => {
            row.put(&format!("{name}\": "), ui.style(Role::Dim)).put(value, ui.style(Role::Text))
        }
        _ => row.put(text, ui.style(Role::Text)),
    }
}
