//! The Raw tab: the record as it was sent, one value to a line, with its secrets masked, its objects and lists
//! folded as the user wants.

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

/// An object or a list that has lines of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Group {
    /// Its first line among those of the whole record; what is folded is known by it.
    pub(in crate::tui) open: usize,
    /// Its last line.
    close: usize,
    /// How many keys or elements it has.
    members: usize,
    /// The one that it stands in, as a place among the groups; nothing for the whole record.
    pub(in crate::tui) parent: Option<usize>,
}

/// The tab for one event. Its marks are the masked values.
pub(super) fn text(ui: &Ui, compared: Option<&Compared>, width: usize) -> Text {
    let mut text = Text::default();
    let Some(made) = compared.and_then(Compared::comparison) else {
        text.push(Row::new().put("Looking for secrets in the record…", ui.style(Role::Dim)));
        return text;
    };
    let (shown, cut) = pretty(&made.record.text);
    let mut hidden = places(&made.record, &shown);
    let lines: Vec<&str> = shown.lines().collect();
    let within;
    (text.groups, within) = if cut { (Vec::new(), Vec::new()) } else { groups(&lines) };
    let mut at = 0;
    while at < lines.len() {
        let group = within.get(at).copied().flatten();
        let folded = group.map(|group| text.groups[group]).filter(|group| group.open == at);
        let folded = folded.filter(|group| compared.is_some_and(|it| it.is_record_folded(group.open)));
        let last = folded.map_or(at, |group| group.close);
        for _ in lines[at..=last].iter().flat_map(|line| line.matches(MASK)) {
            if let Some(place) = hidden.next() {
                text.mark(place);
            }
        }
        let line = match folded {
            Some(group) => Safe::line(&folded_line(&lines, &group)),
            None => Safe::line(lines[at]),
        };
        put(&mut text, &line, width, ui);
        text.inside.resize(text.lines.len(), group);
        at = last + 1;
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

/// One line of the record, in as many lines of the screen as it needs.
fn put(text: &mut Text, line: &Safe, width: usize, ui: &Ui) {
    if line.width() <= width {
        return text.push(key(Row::new(), line, ui));
    }
    for (i, part) in line.wrap(width.saturating_sub(HANGING).max(1)).iter().enumerate() {
        text.push(if i == 0 {
            key(Row::new(), part, ui)
        } else {
            Row::new().fill(HANGING).safe(part, ui.style(Role::Text))
        });
    }
}

/// The objects and lists of a record that has one value to a line, and for each line the innermost that it belongs
/// to. No text ends such a line with a bracket: it would end with its quote.
fn groups(lines: &[&str]) -> (Vec<Group>, Vec<Option<usize>>) {
    let (mut groups, mut within): (Vec<Group>, Vec<Option<usize>>) = (Vec::new(), Vec::new());
    let mut open: Option<usize> = None;
    for (at, line) in lines.iter().enumerate() {
        let closes = matches!(line.trim(), "}" | "}," | "]" | "],");
        if closes {
            within.push(open);
            if let Some(group) = open.and_then(|open| groups.get_mut(open)) {
                group.close = at;
                open = group.parent;
            }
            continue;
        }
        if let Some(group) = open.and_then(|open| groups.get_mut(open)) {
            group.members += 1;
        }
        if line.ends_with(['{', '[']) {
            groups.push(Group { open: at, close: at, members: 0, parent: open });
            open = Some(groups.len() - 1);
        }
        within.push(open);
    }
    (groups, within)
}

/// `"auth": { … 2 keys },`
fn folded_line(lines: &[&str], group: &Group) -> String {
    let (open, close) = (lines[group.open], lines[group.close].trim());
    let (one, several) = if open.ends_with('{') { ("key", "keys") } else { ("item", "items") };
    format!("{open} … {} {} {close}", group.members, if group.members == 1 { one } else { several })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_lists_are_told_from_texts_that_end_like_them() {
        let record = serde_json::json!({
            "a": { "b": [1, { "c": "x {" }], "empty": {}, "odd": "[" },
            "list": ["}", "]"],
        });
        let shown = serde_json::to_string_pretty(&record).unwrap();
        let lines: Vec<&str> = shown.lines().collect();
        let (groups, within) = groups(&lines);
        let told: Vec<String> = groups.iter().map(|group| folded_line(&lines, group)).collect();
        assert_eq!(
            told,
            [
                "{ … 2 keys }",
                "  \"a\": { … 3 keys },",
                "    \"b\": [ … 2 items ],",
                "      { … 1 key }",
                "  \"list\": [ … 2 items ]",
            ]
        );
        assert_eq!(within.len(), lines.len());
        let parents: Vec<Option<usize>> = groups.iter().map(|group| group.parent).collect();
        assert_eq!(parents, [None, Some(0), Some(1), Some(2), Some(0)]);
    }
}
