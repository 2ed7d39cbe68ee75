//! What of a query goes to the sources: `list --fetch` asks them, `list --explain` says what it would ask.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::cli::{print, sync};
use crate::domain::Outcome;
use crate::feed::Asked;
use crate::query::Query;
use crate::runtime::{Exit, Failure, Session};
use crate::sync::{Engine, Fetched, Which};

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
    print::ended(print::lines(session.explainer().explain(query).await?))?;
    Ok(Exit::Fine)
}
