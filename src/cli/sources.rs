//! `backtrail sources`: what is configured and what the cache holds of it.

mod coverage;
mod quarantine;
mod test;

use serde_json::json;

use super::args::SourcesCommand;
use super::print;
use crate::config::Options;
use crate::domain::{Safe, SourceStatus, UserData, Zone, escape_json, is_open, plural};
use crate::runtime::{Exit, Failure};

pub(super) async fn run(command: SourcesCommand, options: &Options) -> Result<Exit, Failure> {
    match command {
        SourcesCommand::List { json } => list(json, options).await,
        SourcesCommand::Coverage { json } => coverage::run(json, options).await,
        SourcesCommand::Quarantine { source, json } => quarantine::run(source, json, options).await,
        SourcesCommand::Test { name, json } => test::run(&name, json, options).await,
    }
}

async fn list(json: bool, options: &Options) -> Result<Exit, Failure> {
    let session = super::open_with_sources(options)?;
    let statuses = session.remembered().await?;
    let user = session.user().await.0.data();
    let printed = if json {
        print::lines(
            statuses.iter().map(|status| escape_json(&as_json(status, &user).to_string()).into_owned()),
        )
    } else {
        print::lines(table(&statuses, &user, session.config.ui.zone))
    };
    print::ended(printed)?;
    Ok(Exit::Fine)
}

fn as_json(status: &SourceStatus, user: &UserData) -> serde_json::Value {
    json!({
        "source": &*status.name,
        "feed": &*status.feed,
        "origin": status.origin,
        "encrypted": !is_open(&status.origin),
        "events": status.events,
        "quarantined": status.quarantined,
        "broken_links": status.broken,
        "note": status.note,
        "scopes": status.scopes,
        "paused": user.is_paused(&status.name),
        "last_sync": status.last_sync.map(|time| time.to_string()),
        "error": status.fault.as_ref().map(|fault| fault.message.as_str()),
    })
}

fn table(statuses: &[SourceStatus], user: &UserData, zone: Zone) -> Vec<String> {
    let width = |text: fn(&SourceStatus) -> &str, title: &str| {
        statuses.iter().map(|status| Safe::line(text(status)).width()).max().unwrap_or(0).max(title.len())
    };
    let (name, feed) = (width(|status| &status.name, "SOURCE"), width(|status| &status.feed, "FEED"));
    let line = |cells: [&str; 5]| {
        let [source, profile, events, synced, origin] = cells.map(Safe::line);
        let line = format!(
            "{}  {}  {}  {}  {}",
            source.pad(name).as_str(),
            profile.pad(feed).as_str(),
            events.pad_left(9).as_str(),
            synced.pad(19).as_str(),
            origin.as_str()
        );
        line.trim_end().to_owned()
    };
    let mut lines = vec![line(["SOURCE", "FEED", "EVENTS", "LAST SYNC", "ORIGIN"])];
    for status in statuses {
        let synced = status
            .last_sync
            .map_or_else(|| "never".to_owned(), |time| zone.at(time).format("%Y-%m-%d %H:%M:%S").to_string());
        lines.push(line([&status.name, &status.feed, &status.events.to_string(), &synced, &status.origin]));
        if let Some(note) = &status.note {
            lines.push(format!("  note: {note}"));
        }
        if is_open(&status.origin) {
            lines.push("  not encrypted: whoever is on the way can read it and the secrets".to_owned());
        }
        if let Some(fault) = &status.fault {
            lines.push(format!("  failed: {}", fault.message));
            lines.push(format!("  fix: {}", fault.fix));
        }
        if user.is_paused(&status.name) {
            lines.push("  rests: the browser asks it for nothing by itself".to_owned());
        }
        if status.quarantined > 0 {
            let many = plural(status.quarantined, "record");
            lines.push(format!(
                "  {many} could not be read as events: `backtrail sources quarantine {}` shows them",
                status.name
            ));
        }
        if status.broken > 0 {
            let many =
                if status.broken == 1 { "1 event is" } else { &format!("{} events are", status.broken) };
            lines.push(format!(
                "  {many} not linked to the entry before: `backtrail list is:broken` shows which"
            ));
        }
    }
    lines
}
