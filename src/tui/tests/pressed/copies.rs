//! What leaves the program: copies, and the forms to write events out or have them summed up.

use super::Seen::{Asks, Copies, In};
use super::{Bench, Table};
use crate::tui::command::Command as C;
use crate::tui::tests::support::story;

/// A service is selected that says what changed.
fn service() -> Bench {
    let mut bench = Bench::new((120, 40), story());
    bench.press("jjj");
    bench
}

/// In the list, on the screen of the event, beside the list.
const HERE: &[&str] = &["", "<enter>", "<tab>"];

pub(super) const TABLES: &[Table] = &[Table {
    world: service,
    rows: &[
        (HERE, C::CopyLine, Copies("event as a line", "update")),
        (HERE, C::CopyEventId, Copies("event id", "")),
        (HERE, C::CopyEntityId, Copies("entity id", "se_1")),
        (HERE, C::CopyActor, Copies("actor", "ci-deployer")),
        (HERE, C::CopyJson, Copies("record as JSON", "\"action\"")),
        (
            &["ftype:service<enter>", "ftype:service<enter><enter>"],
            C::CopyQuery,
            Copies("filter", "type:service"),
        ),
        (HERE, C::CopyDiff, Copies("changes as text", "~ owner")),
        (HERE, C::CopyMarkdown, Copies("changes as Markdown", "- changed `owner`")),
        (&["kkk", "kkk<enter>"], C::CopyPatch, Copies("changes as a JSON Patch", "/fromVersion")),
        (HERE, C::CopyPath, Copies("path of the field", "owner")),
        (&["dnn"], C::CopyPath, Copies("path of the field", "extras.sla")),
        (HERE, C::CopyValue, Copies("value of the field", "team-orders")),
        (HERE, C::CopyRequest, Asks("CopyRequest { event: Event")),
        (HERE, C::CopyPermalink, Copies("command that opens this again", "backtrail")),
        (HERE, C::Export, In("export")),
        (HERE, C::AiSummary, In("summary")),
        (HERE, C::AiSummary, Asks("Draft {")),
    ],
}];
