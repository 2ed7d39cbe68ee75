//! The filter as a whole, and the value of the selected event in it or out of it.

use super::Seen::{Asks, Filter, In, Text};
use super::{Bench, Table};
use crate::tui::command::Command as C;
use crate::tui::tests::support::story;

fn large() -> Bench {
    Bench::new((120, 40), story())
}

/// In the list, on the screen of the event, beside the list.
const HERE: &[&str] = &["", "<enter>", "<tab>"];

pub(super) const TABLES: &[Table] = &[Table {
    world: large,
    rows: &[
        (&["", "e", "<enter>"], C::EditFilter, In("filter")),
        (&["ftype:service<enter>", "ftype:service<enter>e"], C::ClearFilter, Filter("")),
        (&["ftype:service<enter>"], C::UndoQuery, Filter("")),
        (&["ftype:service<enter>u"], C::RedoQuery, Filter("type:service")),
        (HERE, C::IncludeAction, Filter("action:rollback")),
        (HERE, C::IncludeEntity, Filter("entity:=de_1")),
        (HERE, C::IncludeType, Filter("type:decision_flow")),
        (HERE, C::IncludeActor, Filter("actor:=jane.smith@example.com")),
        (HERE, C::IncludeSource, Filter("source:kaireon-prod")),
        (HERE, C::IncludeStatus, Filter("status:success")),
        (HERE, C::IncludeDay, Filter("on:2026-04-01")),
        (HERE, C::ExcludeAction, Filter("-action:rollback")),
        (HERE, C::ExcludeEntity, Filter("-entity:=de_1")),
        (HERE, C::ExcludeType, Filter("-type:decision_flow")),
        (HERE, C::ExcludeActor, Filter("-actor:=jane.smith@example.com")),
        (HERE, C::ExcludeSource, Filter("-source:kaireon-prod")),
        (HERE, C::ExcludeStatus, Filter("-status:success")),
        (HERE, C::ExcludeDay, Filter("-on:2026-04-01")),
        (&["+ajjj"], C::IncludeType, Filter("action:rollback type:decision_flow")),
        (&["!a", "!a<enter>"], C::Repeat, Filter("-action:rollback -action:update")),
        (&["ftype:service<enter>", "ftype:service<enter><enter>"], C::ShowInContext, Filter("")),
        (&["ftype:service<enter>\\"], C::ShowInContext, Filter("type:service")),
        (HERE, C::Bookmark, Asks("Keep(Bookmark(")),
        (HERE, C::Bookmark, Text("bookmarked: `g b` shows what you bookmarked")),
        (&["b"], C::Bookmark, Text("took the bookmark away")),
        (&["b"], C::Bookmarks, Filter("is:bookmarked")),
        (&["jmask the owner<enter>"], C::Notes, Filter("has:note")),
        (HERE, C::Note, In("note>")),
        (HERE, C::Watch, Asks("Keep(Watch { source: \"kaireon-prod\"")),
        (HERE, C::Watch, Text("watching Default Recommendation Flow: `is:watched`")),
    ],
}];
