//! Events as comma-separated values (RFC 4180), one row each.

use std::io::{self, Write};

use crate::domain::{Event, csv_cell};

/// A column: its title, and what stands in it.
pub(super) type Column = (&'static str, fn(&Event) -> String);

/// All columns, in their order.
pub(super) static COLUMNS: [Column; 26] = [
    ("id", |event| event.id.to_string()),
    ("native_id", |event| event.record.identity.native().unwrap_or_default().to_owned()),
    ("source", |event| event.source.to_string()),
    ("feed", |event| event.feed.to_string()),
    ("scope", |event| text(event.scope.as_deref())),
    ("time", |event| event.record.time.to_string()),
    ("action", |event| known(event.record.action.word())),
    ("raw_action", |event| text(event.record.raw_action.as_deref())),
    ("entity_type", |event| text(event.record.entity.kind.as_deref())),
    ("entity_id", |event| text(event.record.entity.id.as_deref())),
    ("entity_name", |event| text(event.record.entity.name.as_deref())),
    ("actor_type", |event| known(event.record.actor.kind.word())),
    ("actor_id", |event| text(event.record.actor.id.as_deref())),
    ("actor_name", |event| text(event.record.actor.name.as_deref())),
    ("status", |event| known(event.record.status.word())),
    ("error", |event| text(event.record.error.as_deref())),
    ("summary", |event| text(event.record.automatic())),
    ("ai_summary", |event| text(event.record.ai_summary.as_deref())),
    ("changes", |event| serde_json::to_string(&event.record.changes).unwrap_or_default()),
    ("set", |event| text(event.record.set.as_deref())),
    ("url", |event| text(event.record.url.as_deref())),
    ("count", |event| event.count.to_string()),
    ("link", |event| text(event.link.word())),
    ("edits", |event| event.edits().to_string()),
    ("gone_at", |event| event.gone_at().map_or_else(String::new, |time| time.to_string())),
    ("raw", |event| event.record.raw.to_string()),
];

/// What the columns of the query language are, by their names there.
static CHOSEN: [(&str, Column); 9] = [
    ("time", ("time", |event| event.record.time.to_string())),
    ("action", ("action", |event| known(event.record.action.word()))),
    ("type", ("entity_type", |event| text(event.record.entity.kind.as_deref()))),
    ("entity", ("entity", |event| text(event.record.entity.label()))),
    ("actor", ("actor", |event| text(event.record.actor.label()))),
    ("actor_type", ("actor_type", |event| known(event.record.actor.kind.word()))),
    ("source", ("source", |event| event.source.to_string())),
    ("status", ("status", |event| known(event.record.status.word()))),
    ("summary", ("summary", |event| super::report::said(event).into_owned())),
];

/// The column that the query language calls so.
pub(super) fn chosen(name: &str) -> Option<&'static Column> {
    CHOSEN.iter().find(|(known, _)| *known == name).map(|(_, column)| column)
}

/// Writes one row, below the titles where it is the first.
pub(super) fn write(out: &mut impl Write, columns: &[&Column], first: bool, event: &Event) -> io::Result<()> {
    if first {
        header(out, columns)?;
    }
    let mut csv = ::csv::Writer::from_writer(out);
    csv.write_record(columns.iter().map(|(_, text)| csv_cell(&text(event)).into_owned()))?;
    csv.flush()
}

/// Writes the titles.
pub(super) fn header(out: &mut impl Write, columns: &[&Column]) -> io::Result<()> {
    let titles: Vec<&str> = columns.iter().map(|(title, _)| *title).collect();
    writeln!(out, "{}", titles.join(","))
}

/// A word, or nothing where the feed does not say: as absent as null is in JSON.
fn known(word: &str) -> String {
    if word == "unknown" { String::new() } else { word.to_owned() }
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}
