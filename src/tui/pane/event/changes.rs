//! The Diff tab: one block for each changed field; and when there is none, why, and what to do next.
//!
//! ```text
//! 2 changed · 1 added
//!
//! ~ config.mode  "auto" → "manual"
//! + produces[order.created].owner
//!   + "team-orders, who also look after everything that used to belong to …"
//! ```

use serde_json::Value;

use super::view::Text;
use crate::domain::{Change, Detail, Event, Op, Safe};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Changes shown at most: beyond, the raw record is the better place to look.
const MOST: usize = 2_000;

/// The longest value that is laid out, in bytes.
const LONGEST: usize = 16 * 1024;

/// The tab for one event.
pub(super) fn text(app: &App, event: &Event, width: usize) -> Text {
    let ui = &app.ui;
    let mut text = Text::default();
    let changes = &event.record.changes;
    let (role, words) = state(app, event);
    if !changes.is_empty() {
        text.push(Row::new().put(Safe::line(&counts(changes)).cut(width).as_str(), ui.style(Role::Dim)));
        text.push(Row::new());
    }
    for paragraph in words {
        for line in Safe::new(&paragraph).wrap(width) {
            text.push(Row::new().safe(&line, ui.style(role)));
        }
        text.push(Row::new());
    }
    for change in changes.iter().take(MOST) {
        text.marks.push(text.lines.len());
        block(&mut text, ui, change, width);
    }
    if changes.len() > MOST {
        text.push(Row::new().put(
            &format!("… and {}", words::plural((changes.len() - MOST) as u64, "change")),
            ui.style(Role::Dim),
        ));
    }
    text
}

/// How many fields were changed, added, removed, moved, set.
fn counts(changes: &[Change]) -> String {
    let parts: Vec<String> = [
        (Op::Replace, "changed"),
        (Op::Add, "added"),
        (Op::Remove, "removed"),
        (Op::Move, "moved"),
        (Op::Set, "set"),
    ]
    .into_iter()
    .filter_map(|(op, word)| {
        let number = changes.iter().filter(|change| change.op == op).count();
        (number > 0).then(|| format!("{} {word}", words::count(number as u64)))
    })
    .collect();
    parts.join(" · ")
}

/// What there is to say about where the changes come from, or why there are none.
fn state(app: &App, event: &Event) -> (Role, Vec<String>) {
    let feed = app.ui.feed_name(&event.feed);
    let key = |command| format!("`{}`", app.ui.key(command));
    let raw = format!("{} shows the record as it was sent.", key(Command::NextTab));
    let none = event.record.changes.is_empty();
    match &event.record.detail {
        Detail::Available if app.details.asking(event.row) => {
            (Role::Dim, vec![format!("Asking {feed} what changed…")])
        }
        Detail::Available => match app.details.fault(event.row) {
            Some(fault) => (
                Role::Failed,
                vec![
                    format!("{feed} was asked what changed, and: {}.", fault.message),
                    format!("Next: {}. Opening the event asks again.", fault.fix),
                ],
            ),
            None => (
                Role::Dim,
                vec![format!("{feed} says what changed when it is asked; {} asks.", key(Command::Open))],
            ),
        },
        Detail::Refused(reason) => {
            (Role::Warning, vec![format!("{feed} was asked what changed and refused: {reason}."), raw])
        }
        Detail::Fetched if none => {
            (Role::Dim, vec![format!("{feed} was asked what changed and named no field."), raw])
        }
        Detail::Nothing if none => (
            Role::Dim,
            vec![
                format!(
                    "No changed fields: {feed} sends none with this event, and has no second answer to ask for."
                ),
                format!("{raw} {} shows the other events of this entity.", key(Command::OpenLifecycle)),
            ],
        ),
        Detail::Fetched | Detail::Nothing => (Role::Dim, Vec::new()),
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

/// One field: on one line where it fits, else the path and each value on lines of their own.
fn block(text: &mut Text, ui: &Ui, change: &Change, width: usize) {
    let style = ui.theme.for_op(change.op);
    let (before, after) = (change.before.as_ref().map(value), change.after.as_ref().map(value));
    let head = Row::new().put(glyph(change.op), style).fill_by(1);
    let path = Safe::line(&change.path);
    let removed = ui.style(Role::Removed);
    let added = ui.style(if change.op == Op::Set { Role::Text } else { Role::Added });
    let values = match (&before, &after) {
        (Some(before), Some(after)) => {
            Row::new().put(before, removed).put(" → ", ui.style(Role::Dim)).put(after, added)
        }
        (Some(before), None) => Row::new().put(before, removed),
        (None, Some(after)) => Row::new().put(after, added),
        (None, None) => Row::new().put("changed, the feed does not say how", ui.style(Role::Dim)),
    };
    if head.width() + path.width() + 2 + values.width() <= width {
        text.push(head.safe(&path, ui.style(Role::Text)).fill_by(2).join(values));
        return;
    }
    let room = width.saturating_sub(head.width());
    text.push(head.safe(&path.cut(room), ui.style(Role::Text)));
    if before.is_none() && after.is_none() {
        text.push(Row::new().fill(2).join(values));
    }
    let marks = if change.op == Op::Set { ["=", "="] } else { ["−", "+"] };
    for ((value, mark), style) in [before, after].iter().zip(marks).zip([removed, added]) {
        let Some(value) = value else { continue };
        for (i, line) in Safe::line(value).wrap(width.saturating_sub(4).max(1)).iter().enumerate() {
            text.push(Row::new().fill(2).cell(if i == 0 { mark } else { "" }, 2, style).safe(line, style));
        }
    }
}

/// A value as JSON, so that `"5"` and `5` are different to the eye.
fn value(value: &Value) -> String {
    let mut text = value.to_string();
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}
