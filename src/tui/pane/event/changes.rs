//! The Diff tab: one block for each changed field; and when there is none, why, and what to do next.
//!
//! ```text
//! 2 changed · 1 added
//!
//! ~ config.mode  "auto" → "manual"
//! + notes        "Handed over to the team that
//!                looks after orders"
//! ```

use std::rc::Rc;

use super::fields::{self, Page};
use super::look::{Arrangement, Compared};
use super::view::Text;
use super::{sides, tree};
use crate::diff::{Comparison, Subject};
use crate::domain::{Detail, Event, Safe};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::theme::Role;

/// The tab for one event.
pub(super) fn text(app: &App, event: &Event, width: usize) -> Rc<Text> {
    let compared = app.comparisons.of(event);
    let (role, words) = state(app, event);
    let mut paragraphs: Vec<(Role, String)> = words.into_iter().map(|words| (role, words)).collect();
    if compared.is_none_or(|compared| compared.comparison().is_none()) && !event.record.changes.is_empty() {
        paragraphs.push((Role::Dim, under_way(Comparison::weight(event))));
    }
    laid_out(app, compared, paragraphs, width)
}

/// What is different between the two sides of anything else.
pub(in crate::tui) fn difference(app: &App, subject: &Subject, width: usize) -> Rc<Text> {
    let compared = app.comparisons.about(subject);
    let mut paragraphs = Vec::new();
    match compared.and_then(Compared::comparison) {
        None => paragraphs.push((Role::Dim, under_way(subject.weight()))),
        Some(made) => {
            if made.diff.blocks.is_empty() {
                paragraphs.push((Role::Text, "No difference in what is known of both sides.".to_owned()));
            }
            paragraphs.extend(made.notes.iter().map(|note| (Role::Dim, note.clone())));
        }
    }
    laid_out(app, compared, paragraphs, width)
}

/// The counts, what there is to say, and the changes below.
fn laid_out(
    app: &App,
    compared: Option<&Compared>,
    paragraphs: Vec<(Role, String)>,
    width: usize,
) -> Rc<Text> {
    let ui = &app.ui;
    let mut above = Vec::new();
    let made = compared.and_then(|compared| Some((compared, compared.comparison()?)));
    if let Some((_, made)) = made.filter(|(_, made)| !made.diff.blocks.is_empty()) {
        let counts = Safe::line(&head(app, made));
        for line in counts.wrap(width.max(1)) {
            above.push(Row::new().safe(&line, ui.style(Role::Dim)));
        }
        above.push(Row::new());
    }
    for (role, paragraph) in paragraphs {
        for line in Safe::new(&paragraph).wrap(width.max(1)) {
            above.push(Row::new().safe(&line, ui.style(role)));
        }
        above.push(Row::new());
    }
    let Some((compared, _)) = made else { return Rc::new(Text { lines: above, ..Text::default() }) };
    compared.laid(ui.look, width, above, |text| {
        let page = Page { ui, look: ui.look, width };
        match ui.look.arrangement {
            Arrangement::Tree => tree::put(text, page, compared),
            Arrangement::Sides if Arrangement::Sides.fits(width) => sides::put(text, page, compared),
            Arrangement::Paths | Arrangement::Sides => {
                fields::put(text, page, compared, usize::MAX);
            }
        }
    })
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
fn under_way(weight: usize) -> String {
    let size = weight as f64 / 1_000_000.0;
    format!("Comparing {size:.1} MB beside the screen; every key works meanwhile…")
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
