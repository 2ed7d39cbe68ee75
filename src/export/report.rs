//! What both reports say, before it is Markdown or HTML.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diff::Comparison;
use crate::domain::{Detail, Event, Record, Status, Summary, Timestamp, Zone, count, plural};

/// What a report is about.
#[derive(Debug, Clone)]
pub struct About {
    /// Its title.
    pub title: String,
    /// The filter, as it is typed; empty for all events.
    pub query: String,
    /// How many events there are.
    pub count: usize,
    /// When the first and the last of them happened.
    pub range: Option<(Timestamp, Timestamp)>,
    /// What is known to be complete and what is missing, one line each; one line where nothing is missing.
    pub coverage: Vec<String>,
    /// The zone that times are told in.
    pub zone: Zone,
    /// When the report is made.
    pub made: Timestamp,
    /// The names of feed profiles, by their ids.
    pub feeds: BTreeMap<Arc<str>, String>,
    /// Whether secrets are written out.
    pub unmasked: bool,
    /// What models wrote at the user's request: about single events, and about several of those that it tells of.
    pub summaries: Vec<Summary>,
}

impl Default for About {
    fn default() -> Self {
        Self {
            title: "Change report".to_owned(),
            query: String::new(),
            count: 0,
            range: None,
            coverage: Vec::new(),
            zone: Zone::Utc,
            made: Timestamp::from_millis(0),
            feeds: BTreeMap::new(),
            unmasked: false,
            summaries: Vec::new(),
        }
    }
}

impl About {
    /// The facts of the head, each with its name.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let events = plural(self.count as u64, "event");
        let mut facts = vec![("Events", events)];
        if let Some((first, last)) = self.range {
            facts.push(("Range", format!("{} to {}", self.time(first), self.time(last))));
        }
        facts.push(("Made", format!("{} by Backtrail", self.time(self.made))));
        facts
    }

    /// What is said of secrets below the events.
    pub(super) fn masking(&self, masked: usize) -> String {
        match (self.unmasked, masked) {
            (true, _) => {
                "Everything stands here as it was sent; only what a feed's profile masks was never kept with \
                          its changes"
                    .to_owned()
            }
            (false, 0) => "No secret was found by its name".to_owned(),
            (false, 1) => "1 secret is masked".to_owned(),
            (false, several) => format!("{several} secrets are masked"),
        }
    }

    /// A time in full.
    pub(super) fn time(&self, time: Timestamp) -> String {
        self.zone.at(time).format("%a %-d %b %Y %H:%M:%S %:z").to_string()
    }

    /// A time as it stands in a column.
    pub(super) fn short(&self, time: Timestamp) -> String {
        self.zone.at(time).format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The name of the feed profile that read `event`.
    pub(super) fn feed<'a>(&'a self, event: &'a Event) -> &'a str {
        self.feeds.get(&event.feed).map_or(&event.feed, String::as_str)
    }

    /// What happened to which entity.
    pub(super) fn headline(event: &Event) -> String {
        let failed = if event.record.status == Status::Failed { " (failed)" } else { "" };
        format!("{}{failed}: {}", event.record.action, event.record.entity.label().unwrap_or("–"))
    }

    /// The facts of one event, each with its name.
    pub(super) fn facts_of(&self, event: &Event) -> Vec<(String, String)> {
        let record = &event.record;
        let mut facts = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            facts.extend(value.filter(|value| !value.is_empty()).map(|value| (name.to_owned(), value)));
        };
        add("time", Some(self.time(record.time)));
        add("by", record.actor.label().map(str::to_owned));
        let entity = [record.entity.kind.as_deref(), record.entity.id.as_deref()];
        add("entity", Some(entity.into_iter().flatten().collect::<Vec<_>>().join(" ")));
        add("source", Some(format!("{} ({})", event.source, self.feed(event))));
        add("status", (record.status != Status::Unknown).then(|| record.status.word().to_owned()));
        add("error", record.error.clone());
        add("gone from its feed", event.gone_at().map(|time| format!("found {}", self.time(time))));
        add("edited", (event.edits() > 0).then(|| event.edits().to_string()));
        record.facts.iter().for_each(|fact| add(&fact.name, Some(fact.value.clone())));
        add("changes", unknown(record));
        add("page", record.url.clone());
        add("id", Some(event.id.to_string()));
        facts
    }

    /// The texts that were written about several of its events, each under its author.
    pub(super) fn texts(&self) -> impl Iterator<Item = (String, &str)> {
        let several = self.summaries.iter().filter(|summary| summary.events.len() > 1);
        several.map(|summary| {
            let events = count(summary.events.len() as u64);
            (format!("{} · about {events} events", summary.label(self.zone)), summary.text.as_str())
        })
    }

    /// The texts that were written about one event, each under its author.
    pub(super) fn texts_of(&self, event: &Event) -> Vec<(String, String)> {
        let record = &event.record;
        let ai =
            record.ai_summary.as_ref().map(|text| (format!("AI · from {}", self.feed(event)), text.as_str()));
        let own = record.automatic().map(|text| ("automatic".to_owned(), text));
        let made = self.summaries.iter().filter(|summary| summary.events == [event.id]);
        let made = made.map(|summary| (summary.label(self.zone), summary.text.as_str()));
        own.into_iter().chain(ai).chain(made).map(|(label, text)| (label, text.to_owned())).collect()
    }
}

/// Why it is not known what changed in an event.
fn unknown(record: &Record) -> Option<String> {
    match &record.detail {
        Detail::Nothing | Detail::Fetched => None,
        Detail::Available if record.changes.is_empty() => {
            Some("not known: its source was not asked".to_owned())
        }
        Detail::Available => Some("perhaps not all: its source was not asked for more".to_owned()),
        Detail::Refused(reason) => Some(format!("not all known: {reason}")),
    }
}

/// What was written about an event, in one line.
pub(super) fn said(event: &Event) -> Cow<'_, str> {
    event.record.said().unwrap_or_default()
}

/// What changed in an event, where it says so.
pub(super) fn changes(event: &Event, unmasked: bool) -> Option<Comparison> {
    let compare = if unmasked { Comparison::unmasked } else { |event: &Event| Comparison::of(event, &[]) };
    (!event.record.changes.is_empty()).then(|| compare(event))
}
