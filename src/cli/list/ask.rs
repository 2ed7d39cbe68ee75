//! What of a query goes to the sources: `list --fetch` asks them, `list --explain` says what it would ask.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::cli::{print, sync};
use crate::config::Source;
use crate::domain::{Outcome, Safe, Via};
use crate::feed::{Asked, Profile};
use crate::query::{Clause, Query};
use crate::runtime::{Exit, Failure, Session};
use crate::sync::{Engine, Fetched, Which, narrow};

/// Fetches what the query asks for. Servers that can filter by some of it are asked for that part of their
/// list only, the others for what is new; sources that the query leaves out are not asked.
pub(super) async fn fetch(
    query: &Query,
    session: &Session,
    stop: &CancellationToken,
) -> Result<Vec<Outcome>, Failure> {
    session.require_sources()?;
    let meant = session.config.sources.iter().map(|source| &source.name);
    let meant: Vec<Arc<str>> = meant.filter(|name| !query.leaves_out_source(name)).cloned().collect();
    let conditions = query.conditions();
    let which = Which::Named(meant);
    let outcomes = sync::with_engine(session, &which, stop, async |engine: &Engine| {
        let looks = engine.fetch(&which, &conditions).await;
        let (looked, whole): (Vec<_>, Vec<_>) =
            looks.into_iter().partition(|fetched| !fetched.asked.is_empty() || fetched.fault.is_some());
        let whole: Vec<Arc<str>> = whole.into_iter().map(|fetched| fetched.source).collect();
        let mut outcomes: Vec<Outcome> = looked.into_iter().map(tell).collect();
        if !whole.is_empty() {
            outcomes.extend(engine.sync(&Which::Named(whole)).await);
        }
        outcomes
    });
    let outcomes = outcomes.await;
    sync::complain(&outcomes);
    Ok(outcomes)
}

/// Says on stderr what came of a look, and counts it like a sync.
fn tell(fetched: Fetched) -> Outcome {
    let Fetched { source, asked, came, new, ended, fault } = fetched;
    if fault.is_none() {
        let rest = if ended { "" } else { "; there is more: ask for less, or run `backtrail sync`" };
        print::note(&format!("{source}: {came} events with {}, {new} of them new{rest}", words(&asked)));
    }
    Outcome { source, complete: ended, events_new: new, events_total: 0, pages: 0, requests: 0, fault }
}

fn words(asked: &[Asked]) -> String {
    let words: Vec<String> = asked.iter().map(|one| format!("{}={}", one.param, one.value)).collect();
    words.join(" ")
}

/// Prints what `--fetch` would ask of each source, and what is decided here.
pub(super) async fn explain(query: &Query, session: &Session) -> Result<Exit, Failure> {
    session.require_sources()?;
    let clauses = query.clauses();
    let statuses = session.remembered().await?;
    let mut lines = Vec::new();
    for (source, status) in session.config.sources.iter().zip(&statuses) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        // Where a feed stands in for another, it is the one that would be asked.
        let stand_in = source.stand_in.as_ref().filter(|_| status.note.is_some());
        let profile = stand_in.unwrap_or(&source.profile);
        lines.push(format!("{}  ({})", source.name, profile.name()));
        let said = of_source((source, profile), query, &clauses, session).await?;
        lines.extend(said.into_iter().map(|line| format!("  {line}")));
    }
    print::ended(print::lines(lines))?;
    Ok(Exit::Fine)
}

async fn of_source(
    (source, profile): (&Source, &Profile),
    query: &Query,
    clauses: &[Clause],
    session: &Session,
) -> Result<Vec<String>, Failure> {
    if query.leaves_out_source(&source.name) {
        return Ok(vec!["is not asked: the query leaves it out".to_owned()]);
    }
    let filter = match source.via {
        Via::Http => narrow(&session.store, &source.name, profile, &query.conditions()).await?,
        Via::Command { .. } | Via::File(_) => profile.narrow(&[]),
    };
    let asked = filter.asked();
    let mut lines = column("asks for", asked.iter().map(|one| format!("{}={}", one.param, one.value)));
    if asked.is_empty() {
        lines = column(
            "asks for",
            ["everything new: its server is asked for nothing of this query".to_owned()].into_iter(),
        );
    }
    let here = clauses.iter().filter_map(|clause| {
        let why = match &clause.asked {
            Err(why) => *why,
            Ok(conditions) => {
                let sent = |key| asked.iter().any(|one| one.key == key);
                let left = conditions.iter().find(|condition| !sent(condition.key()))?;
                // Of an entity the server knows the id, and a name may be that of several.
                let knows = !profile.narrow(std::slice::from_ref(left)).is_empty();
                if knows { "several entities are called so" } else { "the feed has no filter for it" }
            }
        };
        Some(format!("{}  ({why})", Safe::line(&clause.text).as_str()))
    });
    lines.extend(column(
        "decides here",
        here.chain(["all of it once more, for every event that comes".to_owned()]),
    ));
    Ok(lines)
}

/// A title, and the entries under each other beside it.
fn column(title: &str, entries: impl Iterator<Item = String>) -> Vec<String> {
    let lines = entries.enumerate();
    lines.map(|(at, entry)| format!("{:<14}{entry}", if at == 0 { title } else { "" })).collect()
}
