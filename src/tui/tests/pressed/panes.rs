//! The panes with keys of their own: the views, the sources, the facets, the events over time, the help.

use super::Seen::{Asks, Below, Filter, Gone, In, Text};
use super::{Bench, Table};
use crate::domain::Action;
use crate::tui::Message;
use crate::tui::command::Command as C;
use crate::tui::tests::gaps::coverage;
use crate::tui::tests::support::{event, many, settings, story, user};

/// The list of two views.
fn views() -> Bench {
    let mut settings = settings((120, 40));
    settings.user = user();
    settings.user.default = None;
    let mut bench = Bench::with(settings, story());
    bench.press("gv");
    bench
}

/// The list of the sources, of some of which something is missing.
fn sources() -> Bench {
    let mut bench = Bench::new((120, 40), story());
    bench.tell(Message::Coverage(coverage()));
    bench.press("gs");
    bench
}

fn facets() -> Bench {
    let mut bench = Bench::new((140, 50), story());
    bench.press("s");
    bench
}

/// A key with more values than are listed of one.
fn kinds() -> Bench {
    let kinds = (0..20).map(|nth| event(nth, Action::Update, &format!("kind{nth:02}"), "Orders")).collect();
    let mut bench = Bench::new((140, 50), kinds);
    bench.press("s}");
    bench
}

fn histogram() -> Bench {
    let mut bench = Bench::new((120, 40), many(48, 3_600_000, 0));
    bench.press("H");
    bench
}

fn help() -> Bench {
    let mut bench = Bench::new((120, 40), story());
    bench.press("?");
    bench
}

pub(super) const TABLES: &[Table] = &[
    Table {
        world: views,
        rows: &[
            (&["j"], C::Open, Text("[2 Services]")),
            (&["j"], C::RenameView, Text("another name for Services>")),
            (&["j"], C::DropView, In("drop?")),
            (&["jx"], C::DropView, Gone("3  Prod flows")),
            (&["jx"], C::DropView, Text("removed the view `Services`")),
            (&["jj"], C::ViewUp, Below(&["2 Prod flows", "Prod flows", "Services"])),
            (&["j"], C::ViewDown, Text("2 Prod flows")),
            (&["j"], C::BeginWithView, Asks("Keep(BeginWith(Some(\"Services\")")),
            (&["j"], C::BeginWithView, Text("the browser begins with `Services` from now on")),
        ],
    },
    Table {
        world: sources,
        rows: &[
            (&[""], C::Open, Text("The shop")),
            (&["<enter>"], C::Open, Asks("Fill { source: \"kaireon-prod\", scope: Some(\"shop\")")),
            (&[""], C::TestSource, Asks("Test { source: \"kaireon-prod\"")),
            (&[""], C::TestSource, Text("asking kaireon-prod for one page")),
            (&[""], C::PauseSource, Asks("Pause { source: \"kaireon-prod\", on: true")),
            (&[""], C::PauseSource, Text("paused, space has it asked again")),
            (&[" "], C::PauseSource, Asks("Pause { source: \"kaireon-prod\", on: false")),
            (&["", "<enter>"], C::Backfill, Asks("Fill { source: \"kaireon-prod\", scope: Some(\"shop\")")),
            (&[""], C::Unreadable, Asks("Unreadable { source: \"kaireon-prod\", scope: None")),
            (
                &["<enter>"],
                C::Unreadable,
                Asks("Unreadable { source: \"kaireon-prod\", scope: Some(\"shop\")"),
            ),
        ],
    },
    Table {
        world: facets,
        rows: &[
            (&[""], C::IncludeValue, Filter("action:update")),
            (&["<enter>"], C::IncludeValue, Filter("")),
            (&[""], C::ExcludeValue, Filter("-action:update")),
            (&[""], C::Mark, Text("* update")),
            (&[""], C::NarrowValues, Text("facets  /")),
            (&[""], C::NextDay, Text("▌  decision_flow")),
            (&["}}"], C::PreviousDay, Text("▌  decision_flow")),
        ],
    },
    Table { world: kinds, rows: &[(&[""], C::Unfold, Text("kind19")), (&["l"], C::Fold, Gone("kind19"))] },
    Table {
        world: histogram,
        rows: &[
            (&[""], C::PreviousBar, Text("09:00 – 10:00 · 1 event")),
            (&["h"], C::NextBar, Text("10:00 – 11:00 · 1 event")),
            (&[""], C::Range, Text("10:00 – 11:00 · 1 event · range")),
            (&["vh"], C::Range, Gone("events · range")),
            (&[""], C::Stack, Text("by action")),
            (&["h"], C::ApplyRange, Filter("since:2026-04-01T09:00 until:2026-04-01T09:59")),
        ],
    },
    Table { world: help, rows: &[(&[""], C::Find, In("search of the help"))] },
];
