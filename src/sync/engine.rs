//! All sources together: one round over them, following them, the detail of one event.
//!
//! It assumes a tokio runtime. Sources run side by side and one that fails leaves the others running. It
//! must end within moments once [`Engine::stop`] is called, however many servers hang.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{join_all, ready};
use futures_util::stream;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::{Condition, Event, Fault, FaultKind, Outcome, SourceState, SourceStatus, Timestamp, Via};
use crate::store::{SourceSummary, Store, Turn};

use super::clock::Clock;
use super::faults::Faults;
use super::host::{Shared, share};
use super::line::{Board, Line, Means, Tally};
use super::probe::Probe;
use super::redact::Redactor;
use super::standin::{self, StandIn};
use super::{Extent, Fetched, Report, Source, detail, local, pull, scopes};

/// Scopes of one source that are walked side by side, unless its profile allows fewer.
const SIDE_BY_SIDE: usize = 4;

/// How often it is looked whether another program is done with a source.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// The configured sources and how they are asked. A clone is another handle to the same engine.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    lines: Vec<Arc<Line>>,
    store: Store,
    stop: CancellationToken,
}

/// Which sources are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// Those with these names. Names that no source has are passed over.
    Named(Vec<Arc<str>>),
}

impl Which {
    fn means(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|named| **named == *name),
        }
    }
}

/// What the walks of one source came to.
#[derive(Debug, Default)]
pub(super) struct Walked {
    scopes: Option<u64>,
    pub(super) faults: Faults,
}

impl Walked {
    /// A source that is asked as a whole, and what went wrong with it.
    pub(super) fn whole(fault: Option<Fault>) -> Self {
        Self { scopes: None, faults: fault.map(Faults::of_source).unwrap_or_default() }
    }
}

impl Engine {
    /// An engine over `sources`. Nothing is asked of anyone yet. What happens is told to `reports`, and every
    /// secret to `redactor`, those that are bought later included.
    pub fn new(
        sources: Vec<Source>,
        store: Store,
        redactor: Redactor,
        reports: &UnboundedSender<Report>,
    ) -> Self {
        let (http, clock) = (Arc::default(), Clock::default());
        Self::with(sources, Means { store, http, redactor, clock }, reports)
    }

    pub(super) fn with(sources: Vec<Source>, means: Means, reports: &UnboundedSender<Report>) -> Self {
        let shared = share(&sources);
        let line = |(source, shared): (Source, Shared)| {
            let board =
                Board::new(SourceStatus::idle(&source.name, source.profile.id(), ""), reports.clone());
            let mut line = Line::new(source, means.clone(), shared, Arc::new(board));
            line.stand_in = StandIn::of(&line);
            let origin = line.origin().to_owned();
            line.board.amend(|status| status.origin = origin);
            Arc::new(line)
        };
        let lines = sources.into_iter().zip(shared).map(line).collect();
        Self(Arc::new(Inner { lines, store: means.store, stop: CancellationToken::new() }))
    }

    /// Every source as it stands, with what the cache remembers of it from earlier runs.
    pub async fn statuses(&self) -> Result<Vec<SourceStatus>, Fault> {
        let Some(any) = self.0.lines.first() else { return Ok(Vec::new()) };
        let summaries = self.0.store.run(crate::store::Db::sources_summary).await;
        let summaries = summaries.map_err(|error| any.fault_of_store(&error))?;
        for line in &self.0.lines {
            if let Some(summary) = summaries.iter().find(|summary| summary.name == line.source.name) {
                remember(line, summary);
            }
        }
        Ok(self.0.lines.iter().map(|line| line.board.status()).collect())
    }

    /// Brings the cache up to date with the sources, all at once. Gives an outcome for each, in the order of
    /// the configuration. A source that is being synced already is waited for, then looked at once more.
    pub async fn sync(&self, which: &Which) -> Vec<Outcome> {
        self.sync_within(which, &Extent::default()).await
    }

    /// The same for a part of each source.
    pub async fn sync_within(&self, which: &Which, extent: &Extent) -> Vec<Outcome> {
        let meant: Vec<_> = self.0.lines.iter().filter(|line| which.means(&line.source.name)).collect();
        let syncs = meant.iter().map(|line| {
            let (line, stop, extent) = (Arc::clone(line), self.0.stop.clone(), extent.clone());
            let mut task = JoinSet::new();
            task.spawn(async move { sync(&line, &stop, &extent).await });
            async move { task.join_next().await.and_then(Result::ok) }
        });
        let outcomes = join_all(syncs).await;
        outcomes
            .into_iter()
            .zip(meant)
            .map(|(outcome, line)| outcome.unwrap_or_else(|| broken(line)))
            .collect()
    }

    /// Fetches what meets `conditions` from the sources whose servers can be asked for some of them, all at
    /// once and beside any sync. The others are asked for nothing: their outcome names no condition.
    pub async fn fetch(&self, which: &Which, conditions: &[Condition]) -> Vec<Fetched> {
        let meant = self.0.lines.iter().filter(|line| which.means(&line.source.name));
        let stop = &self.0.stop;
        let looks =
            meant.map(|line| async move { stop.run_until_cancelled(standin::fetch(line, conditions)).await });
        join_all(looks).await.into_iter().flatten().collect()
    }

    /// Syncs every source again and again, each at its own interval, until [`Engine::stop`].
    pub async fn follow(&self) {
        let mut tasks = JoinSet::new();
        for line in &self.0.lines {
            let (line, stop) = (Arc::clone(line), self.0.stop.clone());
            tasks.spawn(async move {
                let mut unreached = 0;
                while !stop.is_cancelled() {
                    if stop.run_until_cancelled(line.rested()).await.is_none() {
                        break;
                    }
                    let fault = sync(&line, &stop, &Extent::default()).await.fault;
                    let reached = fault.is_none_or(|fault| fault.kind != FaultKind::Network);
                    unreached = if reached { 0 } else { unreached + 1 };
                    let rest = line.until_next(unreached);
                    stop.run_until_cancelled(line.rest(rest)).await;
                }
            });
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Lets the source called `name` rest, or not any more: [`Engine::follow`] asks nothing of one that does.
    /// What is asked for by name is asked all the same.
    pub fn pause(&self, name: &str, on: bool) {
        let meant = self.0.lines.iter().filter(|line| *line.source.name == *name);
        meant.for_each(|line| line.let_rest(on));
    }

    /// Asks what changed in `event`, with further requests, and stores the answer. A refusal that the
    /// profile foresees is an answer too. An event that has nothing to ask for comes back as it is.
    pub async fn detail(&self, event: &Event) -> Result<Event, Fault> {
        let Some(line) = self.0.lines.iter().find(|line| line.source.name == event.source) else {
            return Err(not_configured(&event.source));
        };
        let line = line.of_event(event);
        if line.source.profile.detail_when().is_none() || line.source.via != Via::Http {
            return Ok(event.clone());
        }
        match self.0.stop.run_until_cancelled(detail::fetch(line, event)).await {
            Some(answer) => answer,
            None => Ok(event.clone()),
        }
    }

    /// Asks the source called `name` for one page to look at, and keeps nothing of it.
    pub async fn probe(&self, name: &str) -> Result<Probe, Fault> {
        let line = self.0.lines.iter().find(|line| *line.source.name == *name);
        let line = line.ok_or_else(|| not_configured(name))?;
        standin::look(line).await
    }

    /// Ends everything that is under way and everything that is begun later. What is in the cache stays.
    pub fn stop(&self) {
        self.0.stop.cancel();
    }
}

/// Takes over what the cache knows, unless a sync is under way, which knows better.
fn remember(line: &Line, summary: &SourceSummary) {
    line.learn_gate(summary.next_allowed_at);
    line.board.amend(|status| {
        if status.state == SourceState::Idle {
            status.events = summary.events;
            status.quarantined = summary.quarantined;
            status.broken = summary.broken;
            // An older configuration may have named another feed.
            status.note = summary.note.clone().filter(|_| line.stand_in.is_some());
            let scopes = summary.scopes();
            status.scopes = (scopes > 0).then_some(scopes);
            status.last_sync = summary.last_sync;
            status.fault.clone_from(&summary.fault);
            if let Some((until, reason)) = line.offline() {
                status.state = SourceState::Waiting { until, reason };
            }
        }
    });
}

/// One sync of one source, from its turn to its outcome.
async fn sync(line: &Line, stop: &CancellationToken, extent: &Extent) -> Outcome {
    let tally = Tally::default();
    let done = stop.run_until_cancelled(async {
        let _turn = line.turn.lock().await;
        let walked = match take_turn(line).await {
            Ok(_turn) => match prepare(line).await {
                Ok(()) => standin::walk(line, &tally, extent).await,
                Err(fault) => Walked::whole(Some(fault)),
            },
            Err(fault) => Walked::whole(Some(fault)),
        };
        finish(line, walked).await
    });
    let ended = done.await;
    if ended.is_none() {
        line.board.show(SourceState::Idle, |status| status.began = None);
    }
    let (complete, fault) = ended.map_or((false, None), |fault| (fault.is_none(), fault));
    let outcome = Outcome {
        source: Arc::clone(&line.source.name),
        complete,
        events_new: tally.events_new(),
        events_total: line.board.status().events,
        pages: tally.pages(),
        requests: tally.requests(),
        fault,
    };
    let fault = outcome.fault.as_ref().map(|fault| fault.message.as_str());
    tracing::info!(
        source = %outcome.source,
        complete = outcome.complete,
        events_new = outcome.events_new,
        requests = outcome.requests,
        fault,
        "sync"
    );
    outcome
}

/// Waits until no other program fills the cache from this source. What that one has fetched is then known
/// here, and little is left to ask.
async fn take_turn(line: &Line) -> Result<Turn, Fault> {
    loop {
        match line.store.take_turn(&line.source.name) {
            Ok(Some(turn)) => return Ok(turn),
            Ok(None) => line.rest(BETWEEN_LOOKS).await,
            Err(error) => return Err(line.fault_of_store(&error)),
        }
    }
}

/// Takes over what other programs and earlier runs left behind.
async fn prepare(line: &Line) -> Result<(), Fault> {
    let name = Arc::clone(&line.source.name);
    let known = line.store.run(move |db| Ok((db.next_allowed_at(&name)?, db.count_source(&name)?))).await;
    let (allowed, events) = known.map_err(|error| line.fault_of_store(&error))?;
    line.learn_gate(allowed);
    line.board.begin(Timestamp::now(), events);
    Ok(())
}

/// Walks every feed of a source, a few side by side.
pub(super) async fn walk_line(line: &Line, tally: &Tally, extent: &Extent) -> Walked {
    if line.source.via != Via::Http {
        return Walked::whole(local::bring_in(line, tally).await.err());
    }
    if !line.source.profile.fans_out() {
        return Walked::whole(pull::walk(line, tally, None, extent).await.err());
    }
    let chosen = match scopes::choose(line, tally).await {
        Ok(chosen) => chosen,
        Err(fault) => return Walked::whole(Some(fault)),
    };
    let count = chosen.scopes.len() as u64;
    line.board.show(tally.state(), |status| status.scopes = Some(count));
    let mut walked = Walked { scopes: Some(count), faults: chosen.faults };
    let most = line.source.profile.concurrency().map_or(SIDE_BY_SIDE, |most| (most as usize).max(1));
    // Walks that are under way go on to their own end: a page that is being stored has to be reported.
    let hopeless = AtomicBool::new(walked.faults.are_hopeless());
    let hopeless = &hopeless;
    let mut walks = stream::iter(chosen.scopes)
        .filter(|scope| ready(extent.means(&scope.id)))
        .map(|scope| async move {
            if hopeless.load(Ordering::Relaxed) {
                return None;
            }
            let walked = pull::walk(line, tally, Some(&scope), extent).await;
            line.board.scope_done();
            Some((Some(scope), walked.err()?))
        })
        .buffer_unordered(most.min(SIDE_BY_SIDE));
    while let Some(fault) = walks.next().await {
        walked.faults.extend(fault);
        hopeless.store(walked.faults.are_hopeless(), Ordering::Relaxed);
    }
    drop(walks);
    walked
}

/// Writes down how a sync ended and shows it. Gives what stopped it.
async fn finish(line: &Line, walked: Walked) -> Option<Fault> {
    let scopes = walked.scopes;
    let mut fault = walked.faults.into_fault();
    let complete_at = fault.is_none().then(Timestamp::now);
    let (name, saved) = (Arc::clone(&line.source.name), fault.clone());
    let totals = line.store.run(move |db| {
        db.save_outcome(&name, complete_at, saved.as_ref())?;
        Ok((db.count_source(&name)?, db.count_broken(&name)?))
    });
    let totals = match totals.await {
        Ok(totals) => Some(totals),
        Err(error) => {
            fault.get_or_insert_with(|| line.fault_of_store(&error));
            None
        }
    };
    let state = match (&fault, line.offline()) {
        (None, _) => SourceState::Ready,
        (Some(_), Some((until, reason))) => SourceState::Waiting { until, reason },
        (Some(_), None) => SourceState::Failed,
    };
    line.board.show(state, |status| {
        status.fault.clone_from(&fault);
        (status.began, status.total) = (None, None);
        (status.events, status.broken) = totals.unwrap_or((status.events, status.broken));
        status.scopes = scopes.or(status.scopes);
        status.last_sync = complete_at.or(status.last_sync);
    });
    fault
}

/// The outcome of a sync whose task ended without one, which only a defect of this program can cause.
fn broken(line: &Line) -> Outcome {
    let message = format!("the sync of `{}` ended without a result", line.source.name);
    let fault = line.fault(FaultKind::Store, &message, "report it with the log file");
    line.board.show(SourceState::Failed, |status| status.fault = Some(fault.clone()));
    Outcome {
        source: Arc::clone(&line.source.name),
        complete: false,
        events_new: 0,
        events_total: line.board.status().events,
        pages: 0,
        requests: 0,
        fault: Some(fault),
    }
}

fn not_configured(source: &str) -> Fault {
    Fault {
        kind: FaultKind::Configuration,
        message: format!("`{source}` is not configured any more"),
        fix: format!("add the source `{source}` again to fetch what changed"),
        http_status: None,
        request_id: None,
        at: Timestamp::now(),
    }
}
