//! Going from one event to another place: a time, what was not read, what happened around it, who did it.

use super::Seen::{Asks, Below, Chosen, Filter, Gone, In, Nth, Text};
use super::{Bench, Table};
use crate::tui::command::Command as C;
use crate::tui::tests::support::{many, settings, story, user};

fn large() -> Bench {
    Bench::new((120, 40), story())
}

/// A list of which what is older than a day was read.
fn read() -> Bench {
    let mut settings = settings((80, 24));
    settings.user = user();
    settings.user.default = None;
    Bench::with(settings, many(40, 3_600_000, 0))
}

pub(super) const TABLES: &[Table] = &[
    Table { world: read, rows: &[(&[""], C::FirstUnread, Nth(24))] },
    Table {
        world: large,
        rows: &[
            (&["", "<enter>"], C::GoToTime, In("time>")),
            (&["G", "Ge"], C::LastPlace, Chosen("10:30  < rollback")),
            (&[""], C::NextOfEntity, Chosen("10:00  ^ publish")),
            (&["<enter>"], C::NextOfEntity, Text("^ publish  Default Recommendation Flow")),
            (&["jj"], C::PreviousOfEntity, Chosen("10:30  < rollback")),
            (&["jj<enter>"], C::PreviousOfEntity, Text("< rollback  Default Recommendation Flow")),
            (&["", "<enter>", "<tab>"], C::OpenLifecycle, In("lifecycle")),
            (&["", "<enter>"], C::OpenLifecycle, Text("5 events, from its creation on")),
            (&["", "<enter>", "<tab>", "e"], C::OpenActor, In("actor")),
            (&["", "<enter>"], C::OpenActor, Text("6 of 8 events · 1 failed · 3 entities")),
            (&["", "<enter>", "e"], C::Around, Filter("around:gkq5zw189matwfrv~10m")),
            (&["", "<enter>"], C::Around, Text("10 minutes before and after 10:30")),
            (&["", "<enter>", "<tab>"], C::Suspects, In("suspects")),
            (&[""], C::Suspects, Below(&["before Wed 1 Apr 2026 10:30:00", "^ publish", "! update"])),
            (&["", "<enter>"], C::OpenUrl, Asks("OpenUrl(\"https://playground.kaireonai.com/flows/de_1\")")),
            (&["", "<enter>", "<tab>"], C::NextTab, Text("[Diff] 4")),
            (&["]", "]<enter>"], C::PreviousTab, Text("[Summary]")),
            (&["<enter>[", "[<tab>"], C::Open, Gone("[Related]")),
            (&["gW"], C::ShorterWindow, Text("in the 1 h before")),
            (&["gW"], C::LongerWindow, Text("in the 6 h before")),
        ],
    },
];
