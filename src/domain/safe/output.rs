//! Text for programs: JSON, CSV and Markdown that may end on a terminal, in a spreadsheet or on a page all the
//! same.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Safe, symbol};

/// Writes those characters of JSON text that a terminal would obey, or that change the direction of what is
/// read, as `\u` escapes: DEL, the C1 controls, the twelve bidi controls and Unicode's line breaks. `json` is
/// valid JSON; the answer is valid and means the same, since such characters stand only inside strings.
pub fn escape_json(json: &str) -> Cow<'_, str> {
    if !json.chars().any(must_be_escaped) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if must_be_escaped(c) {
            // Writing to a string cannot fail. All of these lie in the first plane: one escape each.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

fn must_be_escaped(c: char) -> bool {
    matches!(
        u32::from(c),
        0x7F..=0x9F | 0x061C | 0x200E | 0x200F | 0x2028..=0x202E | 0x2066..=0x2069
    )
}

/// The text of one CSV cell, before it is quoted: a `'` stands before a text that a spreadsheet would run as
/// a formula, and what a terminal would obey is shown by a symbol. Tabs and line breaks stay, and nothing
/// is cut.
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| !matches!(c, '\n' | '\t') && (c.is_control() || must_be_escaped(c));
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !formula && !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut cell = String::with_capacity(text.len() + 16);
    if formula {
        cell.push('\'');
    }
    for c in text.chars() {
        match symbol::symbol(c).filter(|_| harmful(c)) {
            Some(symbol) => cell.push_str(&symbol),
            None => cell.push(c),
        }
    }
    Cow::Owned(cell)
}

/// The text of one cell of a Markdown table, on one line: what a terminal would obey is shown by a symbol, and
/// what would be markup stands there as it was sent. An address may still become a link to itself.
pub fn markdown_cell(text: &str) -> String {
    let safe = Safe::line(text);
    let mut cell = String::with_capacity(safe.as_str().len() + 8);
    for c in safe.as_str().chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '<' | '&' | '~') {
            cell.push('\\');
        }
        cell.push(c);
    }
    cell
}
