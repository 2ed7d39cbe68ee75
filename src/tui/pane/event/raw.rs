//! The Raw tab: the record as it was sent, one value to a line, with its secrets masked.

use serde_json::Value;

use super::look::Compared;
use super::view::Text;
use crate::diff::{Covered, MASK};
use crate::domain::Safe;
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;

/// The largest record that is laid out, in bytes.
const LARGEST: usize = 256 * 1024;

/// The most lines that are shown.
const MOST: usize = 5_000;

/// How far the second line of a long value is set in.
const HANGING: usize = 4;

/// The tab for one event. Its marks are the masked values.
pub(super) fn text(ui: &Ui, compared: Option<&Compared>, width: usize) -> Text {
    let mut text = Text::default();
    let Some(made) = compared.and_then(Compared::comparison) else {
        text.push(Row::new().put("Looking for secrets in the record…", ui.style(Role::Dim)));
        return text;
    };
    let (shown, cut) = pretty(&made.record.text);
    let mut hidden = places(&made.record, &shown);
    for line in shown.lines() {
        for _ in line.matches(MASK) {
            if let Some(place) = hidden.next() {
                text.mark(place);
            }
        }
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

/// Which masked value each mask on the screen stands for; nothing where the feed sent masks of its own, or a
/// text in the record has several, and they cannot be told apart.
fn places(record: &Covered, shown: &str) -> std::ops::Range<usize> {
    let masks = shown.matches(MASK).count();
    0..if masks == record.hidden.len() { masks } else { 0 }
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
