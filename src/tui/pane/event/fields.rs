//! Changed fields, laid out: paths in one column, values in another.
//!
//! ```text
//! ~ limit   1200 → 300  −900 (−75 %)
//! ~ owner   − "team-shop, and on weekends
//!             team-night"
//!           + "team-orders"
//! − mode    "auto"
//! + extras.availability.sla.target
//!     "99.9"
//! ```

use ratatui::style::Style;
use serde_json::Value;

use super::flow::{LONGEST, bounded, flow, lined, worded};
use super::look::{Compared, Look};
use super::view::Text;
use crate::diff::{self, Block, Body, Kind, Line, Side, Stretch};
use crate::domain::Safe;
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// The widest column of paths; a longer path stands on lines of its own.
const WIDEST: usize = 32;

/// How far values are set in below a path that has lines of its own.
const BELOW: usize = 4;

/// Lines that an object or a list may take before it gets one for each entry.
const SHORT: usize = 3;

/// The most lines that are laid out: beyond, the command line is the better place to look.
pub(super) const MOST: usize = 2_000;

/// How fields are laid out.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) ui: &'a Ui,
    pub(super) look: Look,
    pub(super) width: usize,
}

/// Adds the blocks of `compared` that are shown, at most `most`, and the places where each begins. Returns how
/// many there are.
pub(super) fn put(text: &mut Text, page: Page<'_>, compared: &Compared, most: usize) -> usize {
    let Some(made) = compared.comparison() else { return 0 };
    let shown = made.diff.blocks.iter().enumerate().filter(|(_, block)| compared.shows(page.look, block));
    let shown: Vec<(usize, &Block)> = shown.collect();
    let widest = (page.width * 2 / 5).min(WIDEST);
    let widths = shown.iter().take(most).map(|(_, block)| Safe::line(&label(block)).width());
    let column = widths.filter(|width| *width <= widest).max().unwrap_or(0);
    for (done, (place, block)) in shown.iter().enumerate().take(most) {
        if text.lines.len() >= MOST {
            text.push(rest(page, shown.len() - done));
            break;
        }
        text.mark(*place);
        field(text, page, block, &label(block), column, compared.is_folded(*place));
    }
    shown.len()
}

/// What is said of changes that are not laid out any more.
pub(super) fn rest(page: Page<'_>, number: usize) -> Row {
    let words = format!("… and {}: `backtrail diff` prints all", words::plural(number as u64, "change"));
    Row::new().cut(&words, page.width, page.ui.style(Role::Dim))
}

/// What is said where the lines of one change are not laid out any more.
pub(super) fn cut_here(page: Page<'_>) -> Row {
    Row::new().cut("… cut here: `backtrail diff` prints all", page.width, page.ui.style(Role::Dim))
}

/// The path of a block, saying where it stands in a text.
fn label(block: &Block) -> String {
    match &block.inside {
        Some(outer) => match block.path.strip_prefix(outer.as_str()) {
            Some(inner) => format!("{outer} ⟨JSON⟩{inner}"),
            None => block.path.clone(),
        },
        None => block.path.clone(),
    }
}

/// The sign of a block, in the looks of what happened.
pub(super) fn sign(ui: &Ui, kind: Kind) -> Row {
    Row::new().put(kind.glyph(), ui.theme.for_op(kind.op())).fill_by(1)
}

/// A path in which the last field stands out from those that it stands in.
pub(super) fn path_pieces(ui: &Ui, path: &str) -> Vec<(String, Style)> {
    let end = path.split(" → ").next().map_or(path.len(), str::len);
    // A quoted name may hold anything, and stays whole.
    let cut = if path.contains('"') { None } else { path[..end].rfind('.') };
    let (parents, leaf) = path.split_at(cut.map_or(0, |dot| dot + 1));
    vec![(parents.to_owned(), ui.style(Role::Dim)), (leaf.to_owned(), ui.style(Role::Text))]
}

/// One field: the path, and the values beside it or below it.
pub(super) fn field(text: &mut Text, page: Page<'_>, block: &Block, path: &str, column: usize, folded: bool) {
    let Page { ui, width, .. } = page;
    let head = sign(ui, block.kind);
    let pieces = path_pieces(ui, path);
    if folded {
        let mark = ("  ⋯".to_owned(), ui.style(Role::Dim));
        let pieces: Vec<_> = pieces.into_iter().chain([mark]).collect();
        let row = flow(&pieces, width.saturating_sub(2).max(1), false).into_iter().next();
        return text.push(head.join(row.unwrap_or_default()));
    }
    let own = Safe::line(path).width();
    let (mut first, indent) = if own <= column {
        let row = flow(&pieces, own, false).into_iter().next().unwrap_or_default();
        (head.join(row).fill(column + 4), column + 4)
    } else {
        let mut lines = flow(&pieces, width.saturating_sub(2).max(1), true).into_iter();
        text.push(head.join(lines.next().unwrap_or_default()));
        lines.for_each(|line| text.push(Row::new().fill(2).join(line)));
        (Row::new().fill(BELOW), BELOW)
    };
    for line in values(page, block, width.saturating_sub(indent).max(1)) {
        if text.lines.len() >= MOST {
            return text.push(cut_here(page));
        }
        text.push(std::mem::take(&mut first).fill(indent).join(line));
    }
}

/// What a field was and is, and what that means, in lines of at most `room` cells.
fn values(page: Page<'_>, block: &Block, room: usize) -> Vec<Row> {
    let Page { ui, look, .. } = page;
    let dim = ui.style(Role::Dim);
    let mut rows = bare(page, block, room);
    for note in &block.notes {
        let note = Safe::line(note);
        match rows.last_mut() {
            // Beside the only line, where it fits.
            Some(row) if row.width() + note.width() + 2 <= room && !is_lines(block) => {
                *row = std::mem::take(row).fill_by(2).safe(&note, dim);
            }
            _ => {
                let lines = flow(&[(note.as_str().to_owned(), dim)], room, look.wrap);
                // What lines are about is said before them.
                let at = if is_lines(block) { 0 } else { rows.len() };
                rows.splice(at..at, lines);
            }
        }
    }
    rows
}

fn is_lines(block: &Block) -> bool {
    matches!(block.body, Body::Lines(_) | Body::Coarse(_))
}

fn bare(page: Page<'_>, block: &Block, room: usize) -> Vec<Row> {
    let Page { ui, look, .. } = page;
    let dim = ui.style(Role::Dim);
    if block.is_hidden() {
        return flow(&[(diff::hidden(block), dim)], room, look.wrap);
    }
    let (removed, added) = sides(ui, block.kind);
    match (&block.before, &block.after) {
        (None, None) => flow(&[("changed, the feed does not say how".to_owned(), dim)], room, look.wrap),
        (Some(value), Some(_)) if block.kind == Kind::Moved => alone(page, value, dim, room),
        (Some(value), None) => alone(page, value, removed, room),
        (None, Some(value)) => alone(page, value, added, room),
        (Some(before), Some(after)) => match &block.body {
            Body::Lines(lines) | Body::Coarse(lines) => by_line(page, lines, room),
            Body::Words(was, is) => {
                both(page, &worded(ui, was, Role::Removed), &worded(ui, is, Role::Added), room)
            }
            Body::Values => {
                let value = |value: &Value, style| vec![(long(value, room), style)];
                both(page, &value(before, removed), &value(after, added), room)
            }
        },
    }
}

/// The looks of the values before and after.
pub(super) fn sides(ui: &Ui, kind: Kind) -> (Style, Style) {
    let after = if kind == Kind::Stated { Role::Text } else { Role::Added };
    (ui.style(Role::Removed), ui.style(after))
}

/// Two values on one line, or below each other with a sign.
fn both(page: Page<'_>, was: &[(String, Style)], is: &[(String, Style)], room: usize) -> Vec<Row> {
    let Page { ui, look, .. } = page;
    let long = |pieces: &[(String, Style)]| pieces.iter().map(|(text, _)| text.len()).sum::<usize>();
    let broken = |pieces: &[(String, Style)]| pieces.iter().any(|(text, _)| text.contains('\n'));
    if long(was) + long(is) <= room * 4 && !broken(was) && !broken(is) {
        let arrow = (" → ".to_owned(), ui.style(Role::Dim));
        let one: Vec<_> = was.iter().chain([&arrow]).chain(is).cloned().collect();
        let width: usize = one.iter().map(|(text, _)| Safe::line(text).width()).sum();
        if width <= room {
            return flow(&one, room, false);
        }
    }
    let (removed, added) = (ui.style(Role::Removed), ui.style(Role::Added));
    let mut rows = marked("−", removed, was, room, look);
    rows.extend(marked("+", added, is, room, look));
    rows
}

/// Pieces beside a sign, line breaks in them kept.
fn marked(sign: &str, style: Style, pieces: &[(String, Style)], room: usize, look: Look) -> Vec<Row> {
    let inner = room.saturating_sub(2).max(1);
    let mut rows = Vec::new();
    for line in broken(pieces) {
        rows.extend(flow(&line, inner, look.wrap));
    }
    let first = |i: usize| if i == 0 { sign } else { "" };
    rows.into_iter().enumerate().map(|(i, row)| Row::new().cell(first(i), 2, style).join(row)).collect()
}

/// Pieces cut at their line breaks.
pub(super) fn broken(pieces: &[(String, Style)]) -> Vec<Vec<(String, Style)>> {
    let mut lines = vec![Vec::new()];
    for (text, style) in pieces {
        for (i, part) in bounded(text).split('\n').enumerate() {
            if i > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push((part.to_owned(), *style));
            }
        }
    }
    lines
}

/// A value that has no other to be compared with.
fn alone(page: Page<'_>, value: &Value, style: Style, room: usize) -> Vec<Row> {
    let text = match value {
        Value::String(text) if text.contains('\n') => text.clone(),
        other => long(other, room),
    };
    let lines = broken(&[(text, style)]);
    lines.iter().flat_map(|line| flow(line, room, page.look.wrap)).collect()
}

/// The lines that differ and those beside them.
fn by_line(page: Page<'_>, lines: &[Line], room: usize) -> Vec<Row> {
    let Page { ui, look, .. } = page;
    let mut rows = Vec::new();
    for stretch in diff::around(lines, look.context()) {
        // More than can be laid out: whoever puts them together says so.
        if rows.len() > MOST {
            break;
        }
        match stretch {
            Stretch::Left(number) => rows.push(unchanged(ui, number, room)),
            Stretch::Line(line) => {
                let (sign, role) = match line.side {
                    Side::Before => ("−", Role::Removed),
                    Side::After => ("+", Role::Added),
                    Side::Both => ("", Role::Dim),
                };
                rows.extend(marked(sign, ui.style(role), &lined(ui, &line.pieces, line.side), room, look));
            }
        }
    }
    rows
}

pub(super) fn unchanged(ui: &Ui, lines: usize, room: usize) -> Row {
    let text = format!("⋯ {} unchanged", words::plural(lines as u64, "line"));
    Row::new().cut(&text, room, ui.style(Role::Dim))
}

/// A value for several lines: an object or a list with one entry to a line unless it is short.
pub(super) fn long(value: &Value, room: usize) -> String {
    match value {
        Value::Object(_) | Value::Array(_) => {
            let text = value.to_string();
            if text.len() <= SHORT * room || text.len() > LONGEST {
                return text;
            }
            serde_json::to_string_pretty(value).unwrap_or(text)
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ratatui::style::Modifier;
    use serde_json::json;

    use super::*;
    use crate::diff::Piece;
    use crate::domain::{Action, Change, Op};
    use crate::tui::pane::event::look::Comparisons;
    use crate::tui::tests::support::{event, settings};

    fn lines_with(changes: &[Change], width: usize, look: Look) -> Vec<String> {
        let mut event = event(5, Action::Update, "service", "Orders");
        event.record.changes = changes.to_vec();
        let event = Arc::new(event);
        let mut comparisons = Comparisons::default();
        assert!(comparisons.want(&crate::diff::Subject::Event(event.clone())).is_none());
        let (mut text, ui) = (Text::default(), Ui::new(&settings((80, 24))));
        put(&mut text, Page { ui: &ui, look, width }, comparisons.of(&event).unwrap(), usize::MAX);
        assert!(width < 8 || text.lines.iter().all(|line| line.width() <= width), "{width} {:?}", text.lines);
        assert_eq!(text.marks.len(), changes.len());
        text.lines.iter().map(|line| line.text().trim_end().to_owned()).collect()
    }

    fn lines(changes: &[Change], width: usize) -> Vec<String> {
        lines_with(changes, width, Look::default())
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
                "~ limit  1200 → 300  −900 (−75 %)",
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
            lines(std::slice::from_ref(&both), 30),
            [
                "~ sql  ⋯ 1 line unchanged",
                "         two",
                "       − three",
                "       + 3",
                "         four",
                "       ⋯ 2 lines unchanged",
            ]
        );
        let mut look = Look::default();
        assert!(look.widen(false) && !look.widen(false));
        assert_eq!(lines_with(&[both], 30, look).len(), 4, "no line beside those that differ");
        let added = change("sql", Op::Add, None, Some(json!("select 1\n\nfrom dual")));
        assert_eq!(lines(&[added], 30), ["+ sql  select 1", "", "       from dual"]);
    }

    #[test]
    fn lines_that_are_not_broken_are_cut_with_a_mark() {
        let look = Look { wrap: false, ..Look::default() };
        let long = change("note", Op::Set, None, Some(json!("longer than the line is, by far")));
        assert_eq!(lines_with(&[long], 24, look), ["= note  \"longer than th…"]);
        let words =
            change("note", Op::Replace, Some(json!("keep the old one")), Some(json!("keep the new one")));
        assert_eq!(lines_with(&[words], 20, look), ["~ note  − \"keep the…", "        + \"keep the…"]);
    }

    #[test]
    fn words_that_differ_are_underlined() {
        let ui = Ui::new(&settings((80, 24)));
        let piece = |text: &str, changed| Piece { text: text.into(), changed };
        let pieces = worded(&ui, &[piece("same ", false), piece("new", true)], Role::Added);
        let marked: Vec<bool> =
            pieces.iter().map(|(_, style)| style.add_modifier.contains(Modifier::UNDERLINED)).collect();
        assert_eq!(marked, [false, true]);
    }

    #[test]
    fn no_width_is_too_small() {
        let long = json!({ "name": "日本語".repeat(9), "list": [1, 2, 3] });
        let all = [
            change("日本.path", Op::Replace, Some(long.clone()), Some(json!("👨‍👩‍👧 family\nline"))),
            change("b", Op::Replace, Some(json!("x\ny")), Some(json!("y\nz"))),
            change("c", Op::Add, None, Some(long)),
            change("d", Op::Replace, Some(json!("keep the old")), Some(json!("keep the new"))),
        ];
        for width in 0..60 {
            for wrap in [true, false] {
                lines_with(&all, width, Look { wrap, ..Look::default() });
            }
        }
    }
}
