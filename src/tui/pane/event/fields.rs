//! Changed fields, laid out: paths in one column, values in another.
//!
//! ```text
//! ~ limit   1200 → 300
//! ~ owner   − "team-shop, and on weekends
//!             team-night"
//!           + "team-orders"
//! − mode    "auto"
//! + extras.availability.sla.target
//!     "99.9"
//! ```

use ratatui::style::Style;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::view::Text;
use crate::domain::{Change, Op, Safe};
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// The longest value that is laid out, in bytes.
const LONGEST: usize = 16 * 1024;

/// The widest column of paths; a longer path stands on lines of its own.
const WIDEST: usize = 32;

/// How far values are set in below a path that has lines of its own.
const BELOW: usize = 4;

/// Lines that an object or a list may take before it gets one for each entry.
const SHORT: usize = 3;

/// Lines that are the same before and after, kept beside those that are not.
const AROUND: usize = 1;

/// Adds `changes` in lines of at most `width` cells, and the places where each begins.
pub(super) fn put(text: &mut Text, ui: &Ui, changes: &[Change], width: usize) {
    let most = (width * 2 / 5).min(WIDEST);
    let paths = changes.iter().map(|change| Safe::line(&change.path).width());
    let column = paths.filter(|path| *path <= most).max().unwrap_or(0);
    for change in changes {
        text.marks.push(text.lines.len());
        field(text, ui, change, column, width);
    }
}

/// The mark before a field.
fn glyph(op: Op) -> &'static str {
    match op {
        Op::Add => "+",
        Op::Remove => "−",
        Op::Replace => "~",
        Op::Move => "⇆",
        Op::Set => "=",
    }
}

/// One field: the path, and the values beside it or below it.
fn field(text: &mut Text, ui: &Ui, change: &Change, column: usize, width: usize) {
    let head = Row::new().put(glyph(change.op), ui.theme.for_op(change.op)).fill_by(1);
    let path = Safe::line(&change.path);
    let style = ui.style(Role::Text);
    let (mut first, indent) = if path.width() <= column {
        (head.cell(path.as_str(), column, style).fill_by(2), column + 4)
    } else {
        let mut lines = path.wrap(width.saturating_sub(2).max(1)).into_iter();
        text.push(head.safe(&lines.next().unwrap_or_default(), style));
        lines.for_each(|line| text.push(Row::new().fill(2).safe(&line, style)));
        (Row::new().fill(BELOW), BELOW)
    };
    for line in values(ui, change, width.saturating_sub(indent).max(1)) {
        text.push(std::mem::take(&mut first).fill(indent).join(line));
    }
}

/// What a field was and is, in lines of at most `room` cells.
fn values(ui: &Ui, change: &Change, room: usize) -> Vec<Row> {
    let dim = ui.style(Role::Dim);
    let removed = ui.style(Role::Removed);
    let added = ui.style(if change.op == Op::Set { Role::Text } else { Role::Added });
    match (&change.before, &change.after) {
        (None, None) => {
            let lines = Safe::line("changed, the feed does not say how").wrap(room);
            lines.iter().map(|line| Row::new().safe(line, dim)).collect()
        }
        (Some(value), None) => alone(value, removed, room),
        (None, Some(value)) => alone(value, added, room),
        (Some(before), Some(after)) => {
            if let (Value::String(before), Value::String(after)) = (before, after)
                && (before.contains('\n') || after.contains('\n'))
            {
                return by_line(ui, before, after, room);
            }
            let (one, other) = (short(before), short(after));
            let row = Row::new().put(&one, removed).put(" → ", dim).put(&other, added);
            if row.width() <= room && one.len() + other.len() < LONGEST {
                return vec![row];
            }
            let mut lines = marked("−", &long(before, room), removed, room);
            lines.extend(marked("+", &long(after, room), added, room));
            lines
        }
    }
}

/// A value that has no other to be compared with.
fn alone(value: &Value, style: Style, room: usize) -> Vec<Row> {
    let one = Safe::line(&short(value));
    if one.width() <= room && !matches!(value, Value::String(text) if text.contains('\n')) {
        return vec![Row::new().safe(&one, style)];
    }
    Safe::new(&long(value, room)).wrap(room).iter().map(|line| Row::new().safe(line, style)).collect()
}

/// A text whose lines are wrapped beside a mark.
fn marked(mark: &str, text: &str, style: Style, room: usize) -> Vec<Row> {
    let lines = Safe::new(text).wrap(room.saturating_sub(2).max(1));
    let first = |i: usize| if i == 0 { mark } else { "" };
    lines.iter().enumerate().map(|(i, line)| Row::new().cell(first(i), 2, style).safe(line, style)).collect()
}

/// Two texts of several lines, as the lines that differ and those beside them.
fn by_line(ui: &Ui, before: &str, after: &str, room: usize) -> Vec<Row> {
    let (before, after) = (cut(before.to_owned()), cut(after.to_owned()));
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    let mut rows = Vec::new();
    let mut seen = 0;
    let unchanged = |lines: usize| {
        let text = format!("⋯ {} unchanged", words::plural(lines as u64, "line"));
        Row::new().put(&text, ui.style(Role::Dim))
    };
    for group in diff.grouped_ops(AROUND) {
        let start = group.first().map_or(0, |op| op.old_range().start);
        if start > seen {
            rows.push(unchanged(start - seen));
        }
        seen = group.last().map_or(seen, |op| op.old_range().end);
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (mark, role) = match change.tag() {
                ChangeTag::Delete => ("−", Role::Removed),
                ChangeTag::Insert => ("+", Role::Added),
                ChangeTag::Equal => ("", Role::Dim),
            };
            let line = change.value().trim_end_matches(['\r', '\n']);
            // An empty line is a line too.
            let line = if line.is_empty() { " " } else { line };
            rows.extend(marked(mark, line, ui.style(role), room));
        }
    }
    let lines = before.lines().count();
    if lines > seen {
        rows.push(unchanged(lines - seen));
    }
    rows
}

/// A value as JSON on one line, so that `"5"` and `5` are different to the eye.
fn short(value: &Value) -> String {
    cut(value.to_string())
}

/// A value for several lines: a text as it is written, an object or a list with one entry to a line
/// unless it is short.
fn long(value: &Value, room: usize) -> String {
    let text = match value {
        Value::String(text) if text.contains('\n') => text.clone(),
        Value::Object(_) | Value::Array(_) if value.to_string().len() > SHORT * room => {
            serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
        }
        other => other.to_string(),
    };
    cut(text)
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tui::tests::support::settings;

    fn lines(changes: &[Change], width: usize) -> Vec<String> {
        let mut text = Text::default();
        put(&mut text, &Ui::new(&settings((80, 24))), changes, width);
        assert!(text.lines.iter().all(|line| line.width() <= width), "{:?}", text.lines);
        assert_eq!(text.marks.len(), changes.len());
        text.lines.iter().map(|line| line.text().trim_end().to_owned()).collect()
    }

    fn change(path: &str, op: Op, before: Option<Value>, after: Option<Value>) -> Change {
        Change { path: path.into(), op, before, after }
    }

    #[test]
    fn values_stand_below_each_other_in_their_own_column() {
        let changes = [
            change("limit", Op::Replace, Some(json!(1200)), Some(json!(300))),
            change("owner", Op::Replace, Some(json!("team-shop and others")), Some(json!("team-orders"))),
            change("mode", Op::Remove, Some(json!("auto")), None),
            change("note", Op::Set, None, Some(json!("longer than the line is, by far"))),
            change("what", Op::Set, None, None),
            change("a.path.that.is.too.long", Op::Add, None, Some(json!({ "sla": 9 }))),
        ];
        assert_eq!(
            lines(&changes, 36),
            [
                "~ limit  1200 → 300",
                "~ owner  − \"team-shop and others\"",
                "         + \"team-orders\"",
                "− mode   \"auto\"",
                "= note   \"longer than the line is,",
                "         by far\"",
                "= what   changed, the feed does not",
                "         say how",
                "+ a.path.that.is.too.long",
                "    {\"sla\":9}",
            ]
        );
    }

    #[test]
    fn texts_of_several_lines_are_compared_line_by_line() {
        let before = "one\ntwo\nthree\nfour\nfive\nsix";
        let after = "one\ntwo\n3\nfour\nfive\nsix";
        let both = change("sql", Op::Replace, Some(json!(before)), Some(json!(after)));
        assert_eq!(
            lines(&[both], 30),
            [
                "~ sql  ⋯ 1 line unchanged",
                "         two",
                "       − three",
                "       + 3",
                "         four",
                "       ⋯ 2 lines unchanged",
            ]
        );
        let added = change("sql", Op::Add, None, Some(json!("select 1\n\nfrom dual")));
        assert_eq!(lines(&[added], 30), ["+ sql  select 1", "", "       from dual"]);
    }

    #[test]
    fn no_width_is_too_small() {
        let long = json!({ "name": "日本語".repeat(9), "list": [1, 2, 3] });
        let all = [
            change("日本.path", Op::Replace, Some(long.clone()), Some(json!("👨‍👩‍👧 family\nline"))),
            change("b", Op::Replace, Some(json!("x\ny")), Some(json!("y\nz"))),
            change("c", Op::Add, None, Some(long)),
        ];
        for width in 0..60 {
            let mut text = Text::default();
            put(&mut text, &Ui::new(&settings((80, 24))), &all, width);
            assert_eq!(text.marks.len(), 3);
        }
    }
}
