//! Two sides beside each other, what a record said before, and who changed a field last.

use super::Seen::{In, Text};
use super::{Bench, Table};
use crate::tui::command::Command as C;
use crate::tui::tests::fates::later;
use crate::tui::tests::support::story;

fn large() -> Bench {
    Bench::new((120, 40), story())
}

/// The first event was edited by its feed.
fn edited() -> Bench {
    Bench::new((120, 40), later())
}

pub(super) const TABLES: &[Table] = &[
    Table {
        world: large,
        rows: &[
            (
                &["", "<enter>"],
                C::Compare,
                Text("pinned: go to another event, and `c` there compares the two"),
            ),
            (&["cjj", " j ", "cjj<enter>", "cjj<tab>"], C::Compare, In("compare")),
            (&["<enter>", "<tab>"], C::Blame, In("lifecycle")),
            (&["<enter>"], C::Blame, Text("[Fields]")),
            (&["cjjc"], C::NextOfEntity, Text("right  31 Mar 10:00  ^ publish")),
        ],
    },
    Table { world: edited, rows: &[(&["", "<enter>", "<tab>"], C::OpenEdits, Text("what it says now"))] },
];
