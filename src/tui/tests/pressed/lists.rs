//! The list: moving in it, its order and headings, marks, folds, what is found in it.

use super::Seen::{Below, Chosen, Filter, Gone, In, Nth, Text};
use super::{Bench, Table};
use crate::domain::{Action, Event};
use crate::tui::command::Command as C;
use crate::tui::tests::support::{event, many, story};

fn large() -> Bench {
    Bench::new((120, 40), story())
}

/// A list of which 18 events are seen at once.
fn long() -> Bench {
    Bench::new((80, 24), many(200, 1_000, 1))
}

/// Little room for the event beside the list.
fn low() -> Bench {
    Bench::new((100, 14), story())
}

/// One actor updates one entity three times in a row, and something comes before.
fn runs() -> Bench {
    let update = |minutes| event(minutes, Action::Update, "service", "Orders");
    let events: Vec<Event> =
        vec![update(1), update(2), update(3), event(4, Action::Publish, "service", "Orders")];
    Bench::new((120, 40), events)
}

pub(super) const TABLES: &[Table] = &[
    Table {
        world: large,
        rows: &[
            (&["j"], C::Up, Chosen("10:30  < rollback")),
            (&[""], C::Down, Chosen("10:15  ! update")),
            (&["G"], C::Top, Chosen("10:30  < rollback")),
            (&["", "jj"], C::Bottom, Chosen("10:40  + create")),
            (&["", "e"], C::Open, In("event")),
            (&[""], C::OpenDiff, Text("[Diff] 4")),
            (&["e"], C::OpenDiff, Text("[Diff] 4")),
            (&[""], C::Unfold, In("event")),
            (&[""], C::Mark, Text(" 1 marked ")),
            (&[""], C::Mark, Chosen("10:15  ! update")),
            (&[""], C::Range, Text("range  1 event")),
            (&["vj"], C::Range, Gone("range  2 events")),
            (&[""], C::NextDay, Chosen("10:00  ^ publish")),
            (&["}}"], C::PreviousDay, Chosen("10:00  ^ publish")),
            (&[""], C::NextSetback, Chosen("10:15  ! update")),
            (&["G"], C::PreviousSetback, Chosen("10:15  ! update")),
            (&[""], C::Find, In("find>")),
            (&["/service<enter>"], C::NextMatch, Chosen("04:40  ~ update")),
            (&["/service<enter>n"], C::PreviousMatch, Chosen("09:05  ~ update")),
            (&["Oo"], C::SortNewest, Below(&["10:30  < rollback", "10:00  ^ publish", "10:40  + create"])),
            (&["Oo"], C::SortNewest, Filter("")),
            (&[""], C::SortOldest, Below(&["10:40  + create", "10:00  ^ publish", "10:30  < rollback"])),
            (&[""], C::SortEntity, Below(&["── Default Reco", "── Orders  service", "── Payments"])),
            (&[""], C::SortActor, Below(&["── ci-deployer", "── jane.smith@example.com", "── system"])),
            (&[""], C::SortSource, Below(&["── kaireon-prod", "── micro-prod", "── streamkap-prod"])),
            (&[""], C::GroupNone, Gone("── Tue 31 Mar 2026")),
            (&["OE"], C::GroupDay, Below(&["10:30", "── Tue 31 Mar 2026", "── Tue 24 Mar 2026"])),
            (&[""], C::GroupEntity, Below(&["── Default Reco", "── Orders to", "── Orders  service"])),
            (&[""], C::GroupActor, Below(&["── jane.smith@example.com", "── ci-deployer", "── system"])),
            (&[""], C::GroupSource, Below(&["── kaireon-prod", "── streamkap-prod", "── micro-prod"])),
            (&[""], C::GroupSet, Filter("group:set")),
            (&["e"], C::Down, Chosen("10:00  ^ publish")),
            (&["a"], C::Down, Chosen("micro-prod · u_7")),
        ],
    },
    Table {
        world: long,
        rows: &[
            (&["G"], C::HalfPageUp, Nth(190)),
            (&[""], C::HalfPageDown, Nth(9)),
            (&["G"], C::PageUp, Nth(181)),
            (&[""], C::PageDown, Nth(18)),
        ],
    },
    Table {
        world: low,
        rows: &[
            (&["jjj]"], C::PreviewDown, Gone("2 changed")),
            (&["jjj]J"], C::PreviewUp, Text("2 changed")),
        ],
    },
    Table {
        world: runs,
        rows: &[
            (&[""], C::GroupRun, Below(&["×3", "^ publish"])),
            (&["OR"], C::Unfold, Gone("×3")),
            (&["ORlj"], C::Fold, Text("×3")),
        ],
    },
];
