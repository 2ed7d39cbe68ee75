//! `backtrail show`: one event in full.

use tokio_util::sync::CancellationToken;

use super::args::ShowArgs;
use super::{details, print};
use crate::config::Options;
use crate::diff::{Comparison, Leaving};
use crate::domain::{Change, Detail, Event, EventId, Op, Status, Zone};
use crate::export;
use crate::runtime::{Exit, Failure, Session};

pub(super) async fn run(
    args: ShowArgs,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    let id = id(&args.id)?;
    let session = super::open_to_read(options).await?;
    let asked = event(&session, id).await?;
    details::fetch(args.ask, &[asked.row], &session, stop).await?;
    let event = event(&session, id).await?;
    let event = if args.unmasked { event } else { Leaving::of(&event).event };
    let printed = if args.json {
        export::json_line(&event).and_then(|line| print::lines([line]))
    } else {
        print::lines(describe(&event, &feed_name(&session, &event), session.config.ui.zone))
    };
    print::ended(printed)?;
    Ok(Exit::Fine)
}

/// The id that a person typed.
pub(super) fn id(text: &str) -> Result<EventId, Failure> {
    text.parse()
        .map_err(|error| Failure::usage(format!("`{text}`: {error}")).help("`backtrail list` prints ids"))
}

/// The event with this id.
pub(super) async fn event(session: &Session, id: EventId) -> Result<Event, Failure> {
    let event = session.store.run(move |db| db.event(id)).await?;
    event.ok_or_else(|| {
        Failure::not_found(format!("no event `{id}` in the cache"))
            .help("`backtrail sync` fetches what is new; `backtrail list` prints ids")
    })
}

/// The name of the feed profile that read `event`.
pub(super) fn feed_name(session: &Session, event: &Event) -> String {
    session.feed_names().get(&event.feed).cloned().unwrap_or_else(|| event.feed.to_string())
}

/// The event in lines for people. `feed` is the name of its feed profile.
fn describe(event: &Event, feed: &str, zone: Zone) -> Vec<String> {
    let record = &event.record;
    let mut lines = vec![format!("{}  {}", record.action, record.entity.label().unwrap_or("–"))];
    let mut fact = |name: &str, value: Option<String>| {
        lines.extend(value.filter(|value| !value.is_empty()).map(|value| format!("  {name:<14} {value}")));
    };
    fact("id", Some(event.id.to_string()));
    fact("time", Some(zone.at(record.time).format("%a %-d %b %Y %H:%M:%S%.3f %:z").to_string()));
    let entity = [record.entity.kind.as_deref(), record.entity.id.as_deref()];
    fact("entity", Some(entity.into_iter().flatten().collect::<Vec<_>>().join("  ")));
    fact("actor", record.actor.label().map(|label| format!("{label}  ({})", record.actor.kind.word())));
    fact("source", Some(format!("{}  ({feed})", event.source)));
    fact("scope", event.scope.as_deref().map(str::to_owned));
    fact("status", (record.status != Status::Unknown).then(|| record.status.word().to_owned()));
    fact("error", record.error.clone());
    fact("set", record.set.clone());
    fact("url", record.url.clone());
    fact("count", (event.count > 1).then(|| event.count.to_string()));
    fact(
        "gone",
        event.gone_at().map(|time| format!("found {}", zone.at(time).format("%a %-d %b %Y %H:%M:%S %:z"))),
    );
    fact("edited", (event.edits() > 0).then(|| event.edits().to_string()));
    fact("link", event.link.words().map(str::to_owned));
    for extra in &record.facts {
        fact(&extra.name, Some(extra.value.clone()));
    }
    if let Some(summary) = record.automatic() {
        lines.extend([String::new(), format!("  {summary}  (auto)")]);
    }
    if let Some(summary) = &record.ai_summary {
        lines.extend([String::new(), format!("  AI · from {feed}"), format!("  {summary}")]);
    }
    lines.push(String::new());
    if record.changes.is_empty() {
        lines.push(format!("  {}", why_no_changes(&record.detail, feed)));
    }
    if let (Detail::Refused(reason), false) = (&record.detail, record.changes.is_empty()) {
        lines.push(format!("  {feed} was asked for more and refused: {reason}"));
    }
    if record.detail == Detail::Available && !record.changes.is_empty() {
        lines.push(format!("  {feed} was not asked what else changed: `--fetch` asks"));
    }
    if !record.changes.is_empty() {
        lines.extend(Comparison::of(event, &[]).diff.text().iter().map(|line| format!("  {line}")));
    }
    lines
}

pub(super) fn why_no_changes(detail: &Detail, feed: &str) -> String {
    match detail {
        Detail::Nothing => format!("{feed} does not say which fields changed"),
        Detail::Available => "Which fields changed is a request of its own: `--fetch` makes it".to_owned(),
        Detail::Fetched => "No field changed".to_owned(),
        Detail::Refused(reason) => format!("{feed} does not tell which fields changed: {reason}"),
    }
}

/// A change on one line, as text for any output.
pub(super) fn describe_change(change: &Change) -> String {
    let value = |value: &Option<serde_json::Value>| match value {
        Some(value) => value.to_string(),
        None => "–".to_owned(),
    };
    let (before, after) = (value(&change.before), value(&change.after));
    match change.op {
        Op::Add => format!("+ {}  {after}", change.path),
        Op::Remove => format!("- {}  {before}", change.path),
        Op::Set => format!("= {}  {after}", change.path),
        Op::Move => format!("⇆ {}  {before} → {after}", change.path),
        Op::Replace => format!("~ {}  {before} → {after}", change.path),
    }
}
