//! `backtrail cache`: where it is, what is in it, whether it is sound, and taking events out for good.

mod prune;

use std::io::{IsTerminal, Write};

use indicatif::{HumanBytes, HumanCount};
use serde_json::json;

use super::args::{CacheCommand, PurgeArgs};
use super::{asked, print};
use crate::config::Options;
use crate::domain::RowId;
use crate::runtime::{Exit, Failure};
use crate::store::{Db, Extent};

pub(super) async fn run(command: CacheCommand, options: &Options) -> Result<Exit, Failure> {
    match command {
        CacheCommand::Path => {
            let session = super::open_session(options)?;
            done(print::lines([session.store.path().display().to_string()]))
        }
        CacheCommand::Stats { json } => {
            let session = super::open_session(options)?;
            let extent = session.store.run(Db::extent).await?;
            done(print::lines(if json { vec![as_json(&extent)] } else { describe(&extent) }))
        }
        CacheCommand::Verify => verify(options).await,
        CacheCommand::Prune(args) => prune::run(args, options).await,
        CacheCommand::Purge(args) => purge(args, options).await,
    }
}

fn done(printed: std::io::Result<()>) -> Result<Exit, Failure> {
    Ok(print::ended(printed)?.unwrap_or(Exit::Fine))
}

fn as_json(extent: &Extent) -> String {
    let Extent { events, revisions, quarantined, purged, bytes } = extent;
    json!({
        "events": events, "revisions": revisions, "quarantined": quarantined, "purged": purged, "bytes": bytes,
    })
    .to_string()
}

fn describe(extent: &Extent) -> Vec<String> {
    let per_event = extent.bytes.checked_div(extent.events).unwrap_or_default();
    vec![
        format!("events       {}", HumanCount(extent.events)),
        format!("revisions    {}", HumanCount(extent.revisions)),
        format!("quarantined  {}", HumanCount(extent.quarantined)),
        format!("purged       {}", HumanCount(extent.purged)),
        format!("size         {}, {per_event} bytes per event", HumanBytes(extent.bytes)),
    ]
}

async fn verify(options: &Options) -> Result<Exit, Failure> {
    let session = super::open_session(options)?;
    let faults = session.store.run(Db::verify).await?;
    if faults.is_empty() {
        let extent = session.store.run(Db::extent).await?;
        print::note(&format!("{} events, all of them can be read", HumanCount(extent.events)));
        return Ok(Exit::Fine);
    }
    print::ended(print::lines(&faults))?;
    print::warn("remove the file and sync to fetch again what the feeds still offer");
    Ok(Exit::OVER)
}

async fn purge(args: PurgeArgs, options: &Options) -> Result<Exit, Failure> {
    let session = super::open_session(options)?;
    if let Some(name) = args.source {
        let feeds = session.store.run(Db::sources_summary).await?;
        let known: Option<u64> = feeds
            .iter()
            .find(|source| *source.name == *name)
            .map(|source| source.feeds.iter().map(|feed| feed.events).sum());
        let Some(count) = known else {
            return Err(Failure::usage(format!("the cache knows no source `{name}`"))
                .help("`backtrail sources coverage` names those that it knows"));
        };
        agree("purge", args.yes, &format!("{} events and all that is known of `{name}`", HumanCount(count)))?;
        let purged = session.store.run(move |db| db.purge_source(&name)).await?;
        return Ok(told(purged.unwrap_or_default()));
    }
    let query = asked::read(&args.query, &session).await?;
    let rows = session.library.rows(query).await?;
    if rows.is_empty() {
        print::note("no event is like this, and nothing was purged");
        return Ok(Exit::Fine);
    }
    agree("purge", args.yes, &format!("{} events", HumanCount(rows.len() as u64)))?;
    let rows: Vec<RowId> = rows.page(0, rows.len());
    Ok(told(session.store.run(move |db| db.purge(&rows)).await?))
}

fn told(count: usize) -> Exit {
    print::note(&format!("purged {} events", HumanCount(count as u64)));
    Exit::Fine
}

/// Asks before `what` is taken out, unless that was said on the command line.
fn agree(verb: &str, yes: bool, what: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::usage(format!("this would {verb} {what} for good"))
            .help("add `--yes` to do it without being asked"));
    }
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{verb} {what} for good? [y/N] ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    let _ = stdin.read_line(&mut answer);
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::usage(format!("you did not agree, so `{verb}` did nothing"))),
    }
}
