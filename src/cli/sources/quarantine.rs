//! `backtrail sources quarantine`: the records that could not be read as events, as they came.

use serde_json::{Value, json};

use crate::cli::print;
use crate::config::Options;
use crate::domain::{Safe, Unreadable, Zone, did_you_mean, escape_json};
use crate::runtime::{Exit, Failure};
use crate::store::Db;

/// Characters of a text that people are shown.
const SHOWN: usize = 4_000;

pub(super) async fn run(source: Option<String>, json: bool, options: &Options) -> Result<Exit, Failure> {
    let session = super::super::open_session(options)?;
    if let Some(name) = &source {
        let known = session.store.run(Db::sources_summary).await?;
        if !known.iter().any(|known| *known.name == **name) {
            let help = did_you_mean(name, known.iter().map(|known| &*known.name));
            let help =
                help.unwrap_or_else(|| "`backtrail sources coverage` names those that it knows".to_owned());
            return Err(Failure::usage(format!("the cache knows no source `{name}`")).help(help));
        }
    }
    let characters = if json { usize::MAX } else { SHOWN };
    let read = move |db: &mut Db| db.unreadable(source.as_deref(), None, (usize::MAX, characters));
    let records = session.store.run(read).await?;
    let zone = session.config.ui.zone;
    let printed = if json {
        print::lines(records.iter().map(|record| escape_json(&as_json(record).to_string()).into_owned()))
    } else {
        print::lines(records.iter().flat_map(|record| describe(record, zone)))
    };
    if records.is_empty() {
        print::note("every record could be read as an event");
    }
    Ok(print::ended(printed)?.unwrap_or(Exit::Fine))
}

fn as_json(record: &Unreadable) -> Value {
    json!({
        "source": &*record.source,
        "feed": &*record.feed,
        "scope": record.scope.as_deref(),
        "scope_name": record.scope_name.as_deref(),
        "reason": record.reason,
        "seen_at": record.seen_at.to_string(),
        "raw": &*record.raw,
    })
}

fn describe(record: &Unreadable, zone: Zone) -> Vec<String> {
    let time = zone.at(record.seen_at).format("%Y-%m-%d %H:%M:%S");
    let scope = record.scope.as_ref().map(|_| format!("  {}", record.label())).unwrap_or_default();
    let head = format!("{time}  {}  {}{scope}  {}", record.source, record.feed, record.reason);
    let mut lines = vec![head];
    lines.extend(record.raw.lines().map(|line| format!("  {line}")));
    let left = record.length.saturating_sub(record.raw.chars().count() as u64);
    if left > 0 {
        lines.push(format!("  … and {left} characters more: `--json` prints all of it"));
    }
    lines.iter().map(|line| Safe::line(line).as_str().to_owned()).collect()
}
