//! `backtrail sync`: fetch what is new, then end.

mod progress;

use std::sync::Arc;

use indicatif::HumanCount;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::args::SyncArgs;
use super::print;
use crate::config::Options;
use crate::domain::{Outcome, Timestamp, escape_json, plural};
use crate::query;
use crate::runtime::{Exit, Failure, Pruned, Session};
use crate::store::StoreError;
use crate::sync::{Engine, Extent, Which};

pub(super) async fn run(
    args: SyncArgs,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    let session = super::open_with_sources(options)?;
    let which = named(&args.sources, &session)?;
    let extent = extent(&args, &session)?;
    let outcomes =
        with_engine(&session, &which, stop, async |engine| engine.sync_within(&which, &extent).await).await;
    let printed = if args.json {
        print::lines(outcomes.iter().map(|outcome| escape_json(&as_json(outcome).to_string()).into_owned()))
    } else {
        print::lines(outcomes.iter().map(as_line))
    };
    print::ended(printed)?;
    complain(&outcomes);
    Ok(if stop.is_cancelled() { Exit::Interrupted } else { Exit::of_sync(&outcomes) })
}

/// Brings the cache up to date, with a progress bar where somebody watches.
pub(super) async fn fetch(session: &Session, which: &Which, stop: &CancellationToken) -> Vec<Outcome> {
    with_engine(session, which, stop, async |engine| engine.sync(which).await).await
}

/// Has `work` done by an engine over the sources, with a progress bar where somebody watches. The outcomes
/// are followed by those of the sources that are meant and cannot be asked.
pub(super) async fn with_engine(
    session: &Session,
    which: &Which,
    stop: &CancellationToken,
    work: impl AsyncFnOnce(&Engine) -> Vec<Outcome>,
) -> Vec<Outcome> {
    let (reports, heard) = mpsc::unbounded_channel();
    let connected = session.connect(reports).await;
    let progress = tokio::spawn(progress::show(heard));
    let engine = connected.engine;
    let mut outcomes = {
        let synced = work(&engine);
        tokio::pin!(synced);
        tokio::select! {
            outcomes = &mut synced => outcomes,
            () = stop.cancelled() => {
                engine.stop();
                synced.await
            }
        }
    };
    let refused = connected.refused.into_iter().filter(|status| match which {
        Which::All => true,
        Which::Named(names) => names.contains(&status.name),
    });
    outcomes.extend(refused.map(|status| Outcome {
        source: status.name,
        complete: false,
        events_new: 0,
        events_total: status.events,
        pages: 0,
        requests: 0,
        fault: status.fault,
    }));
    // The bar ends with the last report, which the engine holds the sender of.
    drop(engine);
    for (name, note) in progress.await.unwrap_or_default() {
        print::note(&format!("{name}: {note}"));
    }
    if let Err(error) = remove_old(session, &outcomes).await {
        print::warn(&error.to_string());
    }
    if let Err(error) = session.put_away(stop).await {
        print::warn(&error.to_string());
    }
    outcomes
}

/// Removes what is older than the configuration keeps.
async fn remove_old(session: &Session, outcomes: &[Outcome]) -> Result<(), StoreError> {
    if session.config.sources.iter().all(|source| source.keep.is_none()) {
        return Ok(());
    }
    let (user, _) = session.user().await;
    let mut retention = session.retention(user);
    for outcome in outcomes {
        retention.synced(&outcome.source);
    }
    for (source, Pruned { removed, .. }) in retention.finish().await? {
        print::note(&format!("{source}: removed {} events that are too old to keep", HumanCount(removed)));
    }
    Ok(())
}

/// The part of the sources that is asked for.
fn extent(args: &SyncArgs, session: &Session) -> Result<Extent, Failure> {
    let context =
        query::Context { now: Timestamp::now(), zone: session.config.ui.zone, ..query::Context::default() };
    let time = |option: &str, text: &Option<String>| {
        let read = |text: &String| {
            query::stretch(text, &context)
                .map(|(start, _)| start)
                .map_err(|hint| Failure::usage(format!("`--{option} {text}` is not a time")).help(hint))
        };
        text.as_ref().map(read).transpose()
    };
    let (since, until) = (time("since", &args.since)?, time("until", &args.until)?);
    if since.zip(until).is_some_and(|(since, until)| until <= since) {
        return Err(Failure::usage("`--until` is not after `--since`, so there is nothing between them"));
    }
    Ok(Extent { full: args.full, since, until, scope: None })
}

fn named(names: &[String], session: &Session) -> Result<Which, Failure> {
    if names.is_empty() {
        return Ok(Which::All);
    }
    let known = || session.config.sources.iter().map(|source| &source.name);
    if let Some(name) = names.iter().find(|name| !known().any(|known| **known == ***name)) {
        let list = known().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(format!("no source is called `{name}`")).help(format!("there is {list}")));
    }
    Ok(Which::Named(names.iter().map(|name| Arc::from(name.as_str())).collect()))
}

fn as_json(outcome: &Outcome) -> serde_json::Value {
    json!({
        "source": &*outcome.source,
        "state": state(outcome),
        "events_new": outcome.events_new,
        "events_total": outcome.events_total,
        "pages": outcome.pages,
        "requests": outcome.requests,
        "error": outcome.fault.as_ref().map(|fault| fault.message.as_str()),
    })
}

fn state(outcome: &Outcome) -> &'static str {
    match &outcome.fault {
        _ if outcome.complete => "ready",
        Some(_) => "failed",
        None => "interrupted",
    }
}

fn as_line(outcome: &Outcome) -> String {
    format!(
        "{}  {}  {} new, {} in all, {}, {}",
        outcome.source,
        state(outcome),
        HumanCount(outcome.events_new),
        HumanCount(outcome.events_total),
        plural(outcome.pages, "page"),
        plural(outcome.requests, "request"),
    )
}

/// Says on stderr what kept a sync from being complete.
pub(super) fn complain(outcomes: &[Outcome]) {
    for outcome in outcomes {
        if let Some(fault) = &outcome.fault {
            print::warn(&format!("{}: {}; {}", outcome.source, fault.message, fault.fix));
        }
    }
}
