//! The Diff tab: one block for each changed field; and when there is none, why, and what to do next.
//!
//! ```text
//! 2 changed · 1 added
//!
//! ~ config.mode  "auto" → "manual"
//! + notes        "Handed over to the team that
//!                looks after orders"
//! ```

use super::fields::{self, Page};
use super::look::Arrangement;
use super::view::Text;
use super::{sides, tree};
use crate::diff::Comparison;
use crate::domain::{Detail, Event, Safe};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::theme::Role;

/// The tab for one event.
pub(super) fn text(app: &App, event: &Event, width: usize) -> Text {
    let ui = &app.ui;
    let mut text = Text::default();
    let compared = app.comparisons.of(event);
    let made = compared.and_then(|compared| Some((compared, compared.comparison()?)));
    if let Some((_, made)) = made.filter(|(_, made)| !made.diff.blocks.is_empty()) {
        let counts = Safe::line(&head(app, made));
        for line in counts.wrap(width.max(1)) {
            text.push(Row::new().safe(&line, ui.style(Role::Dim)));
        }
        text.push(Row::new());
    }
    let (role, words) = state(app, event);
    let mut paragraphs: Vec<(Role, String)> = words.into_iter().map(|words| (role, words)).collect();
    if made.is_none() && !event.record.changes.is_empty() {
        paragraphs.push((Role::Dim, under_way(event)));
    }
    if made.is_some() {
        paragraphs.extend(about(app, width).map(|words| (Role::Dim, words)));
    }
    for (role, paragraph) in paragraphs {
        for line in Safe::new(&paragraph).wrap(width.max(1)) {
            text.push(Row::new().safe(&line, ui.style(role)));
        }
        text.push(Row::new());
    }
    if let Some((compared, _)) = made {
        let page = Page { ui, look: ui.look, width };
        match ui.look.arrangement {
            Arrangement::Tree => tree::put(&mut text, page, compared),
            Arrangement::Sides if width >= sides::NEEDED => sides::put(&mut text, page, compared),
            Arrangement::Paths | Arrangement::Sides => {
                fields::put(&mut text, page, compared, usize::MAX);
            }
        }
    }
    text
}

/// How many changes there are of each sort, and how those that are left out are seen.
fn head(app: &App, made: &Comparison) -> String {
    let counts = made.diff.counts.words();
    if made.diff.counts.ignored == 0 || app.ui.look.ignored || made.diff.is_noise() {
        return counts;
    }
    format!("{counts}  (`{}` shows what is ignored)", app.ui.key(Command::Ignored))
}

/// What is said while two long documents are being compared.
fn under_way(event: &Event) -> String {
    let size = Comparison::weight(event) as f64 / 1_000_000.0;
    format!("Comparing {size:.1} MB beside the screen; every key works meanwhile…")
}

/// What the reader should know of the way the changes are shown.
fn about(app: &App, width: usize) -> Option<String> {
    let ui = &app.ui;
    (ui.look.arrangement == Arrangement::Sides && width < sides::NEEDED).then(|| {
        format!(
            "Side by side needs {} columns here, and there are {width}: shown by paths. `{}` is the next layout.",
            sides::NEEDED,
            ui.key(Command::DiffLayout)
        )
    })
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
