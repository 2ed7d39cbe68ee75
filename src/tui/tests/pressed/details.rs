//! The changes of one event: going through them, laying them out, folding, showing what is masked.

use super::Seen::{Chosen, Gone, In, Text};
use super::{Bench, Table};
use crate::domain::{Change, Event, Op};
use crate::tui::command::Command as C;
use crate::tui::tests::diffs;
use crate::tui::tests::support::event;

/// A service with one change of every sort, on its screen.
fn changes() -> Bench {
    let mut bench = Bench::new((100, 30), vec![diffs::service()]);
    bench.press("d");
    bench
}

/// The same beside the list.
fn beside() -> Bench {
    let mut bench = Bench::new((160, 40), vec![diffs::service()]);
    bench.press("]<tab>");
    bench
}

/// The same on a screen that is too low for it.
fn low() -> Bench {
    let mut bench = Bench::new((100, 14), vec![diffs::service()]);
    bench.press("d");
    bench
}

/// One long line was added.
fn wide() -> Bench {
    let mut event: Event = event(5, crate::domain::Action::Update, "service", "Orders");
    let after = Some(serde_json::json!(format!("{}end", "x".repeat(200))));
    event.record.changes = vec![Change { path: "notes".into(), op: Op::Add, before: None, after }];
    let mut bench = Bench::new((100, 30), vec![event]);
    bench.press("d");
    bench
}

pub(super) const TABLES: &[Table] = &[
    Table {
        world: changes,
        rows: &[
            (&["n"], C::NextChange, Chosen("config.limit")),
            (&["nn"], C::PreviousChange, Chosen("config.mode")),
            (&[""], C::DiffLayout, Text("name \"Orders\"")),
            (&[""], C::FoldAll, Gone("1200 → 300")),
            (&["-"], C::UnfoldAll, Text("1200 → 300")),
            (&["nn"], C::FoldChange, Text("config.limit  ⋯")),
            (&["nnh"], C::UnfoldChange, Gone("config.limit  ⋯")),
            (&[""], C::LessContext, Gone("from orders")),
            (&["("], C::MoreContext, Text("from orders")),
            (&[""], C::Ignored, Text("updatedAt")),
            (&["nnnn"], C::Reveal, Text("Show `config.pin`? `X` again shows it")),
            (&["nnnnX"], C::Reveal, Text("\"1200\" → \"300\"")),
        ],
    },
    Table {
        world: beside,
        rows: &[
            (&[""], C::DiffLayout, Text("changes as a tree")),
            (&[""], C::FoldAll, Gone("1200 → 300")),
            (&[""], C::Ignored, Text("updatedAt")),
            (&["nnnn"], C::Reveal, In("reveal?")),
        ],
    },
    Table {
        world: low,
        rows: &[
            (&[""], C::Down, Gone("5 changed")),
            (&["j"], C::Up, Text("5 changed")),
            (&[""], C::Bottom, Text("steps[read]")),
            (&["G"], C::Top, Text("5 changed")),
        ],
    },
    Table { world: wide, rows: &[(&[""], C::Wrap, Gone("end")), (&["W"], C::Wrap, Text("end"))] },
];
