//! The Diff tab: one block for each changed field; and when there is none, why, and what to do next.
//!
//! ```text
//! 2 changed · 1 added
//!
//! ~ config.mode  "auto" → "manual"
//! + notes        "Handed over to the team that
//!                looks after orders"
//! ```

use super::fields;
use super::view::Text;
use crate::domain::{Change, Detail, Event, Op, Safe};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::theme::Role;
use crate::tui::words;

/// Changes shown at most: beyond, the raw record is the better place to look.
const MOST: usize = 2_000;

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
    fields::put(&mut text, ui, &changes[..changes.len().min(MOST)], width);
    if changes.len() > MOST {
        text.push(Row::new().put(
            &format!("… and {}", words::plural((changes.len() - MOST) as u64, "change")),
            ui.style(Role::Dim),
        ));
    }
    text
}

/// How many fields were changed, added, removed, moved, set.
pub(super) fn counts(changes: &[Change]) -> String {
    let parts: Vec<String> = [
        (Op::Replace, "changed"),
        (Op::Add, "added"),
        (Op::Remove, "removed"),
        (Op::Move, "moved"),
        // There is nothing to compare with.
        (Op::Set, "set, before unknown"),
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
            // The profile foresees it: there is nothing to put right.
            (Role::Dim, vec![format!("{feed} was asked what changed and refused: {reason}."), raw])
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
