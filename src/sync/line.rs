//! The line to one source: a request goes in, an answer or a fault comes out.
//!
//! Everything that requests of one source share lives here: its token, the time before which nobody may
//! ask, the spacing between requests, the status that others see. It assumes that requests of one source
//! run side by side. It must never send a request before the time that the server named, also when that
//! was told to another program or before a restart, and it must not know what an answer is about.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::{Fault, FaultKind, SourceState, SourceStatus, Timestamp, Via};
use crate::feed::{Request, RequestError, Scope, ServerSays, Token, errors, rate};
use crate::store::Store;

use super::http::{Http, HttpError, Peer, Reply};
use super::local::Stamp;
use super::retry::{Failure, Jitter, PATIENCE, Tries, Verdict, asked_wait, judge};
use super::standin::StandIn;
use super::token::Tokens;
use super::{Report, Source};

/// What requests of one source share.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) source: Source,
    pub(super) store: Store,
    pub(super) tokens: Tokens,
    pub(super) board: Arc<Board>,
    /// The feed that is read where the server refuses this one.
    pub(super) stand_in: Option<Box<StandIn>>,
    /// The id of the feed proper, where this one stands in for it.
    pub(super) stands_in_for: Option<Arc<str>>,
    /// One sync of a source at a time.
    pub(super) turn: tokio::sync::Mutex<()>,
    /// The scopes that the server listed last, and when.
    pub(super) scopes: Mutex<Option<(Instant, Vec<Scope>)>>,
    /// What a source that is a file looked like when it was read last.
    pub(super) seen: Mutex<Option<Stamp>>,
    /// By address: the `ETag` of the head of a list that was read to where nothing was left out.
    pub(super) etags: Mutex<HashMap<String, String>>,
    http: Arc<Http>,
    peer: Result<Peer, HttpError>,
    /// What stands for the origin of a source that is not asked over the network.
    local: Option<String>,
    jitter: Mutex<Jitter>,
    /// By the local clock, since that is the one a wait is measured with.
    next_allowed_at: Arc<Mutex<Option<Timestamp>>>,
    /// When the next request fits into the least interval that the profile states.
    next_slot: Arc<Mutex<Option<Instant>>>,
    waits: Waits,
}

/// How waiting is done. Tests record waits in place of sitting them out.
#[derive(Debug, Clone, Default)]
pub(super) enum Waits {
    /// By the clock.
    #[default]
    Real,
    /// Not at all: each wait is written down and over at once.
    #[cfg(test)]
    Recorded(Arc<Mutex<Vec<Duration>>>),
}

/// What one sync has done so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) pages: AtomicU64,
    pub(super) requests: AtomicU64,
    pub(super) events_new: AtomicU64,
}

/// The status of the source, told to whoever listens whenever it changes.
#[derive(Debug)]
pub(super) struct Board {
    shown: Mutex<Shown>,
    reports: tokio::sync::mpsc::UnboundedSender<Report>,
}

#[derive(Debug)]
struct Shown {
    status: SourceStatus,
    /// What the source is doing apart from waiting.
    doing: SourceState,
    /// How many requests wait.
    waiting: u32,
}

enum Step {
    Answered(Reply),
    Again,
    NewToken,
}

impl Tally {
    fn count(counter: &AtomicU64, by: u64) {
        counter.fetch_add(by, Ordering::Relaxed);
    }

    pub(super) fn page(&self, events_new: u64) {
        Self::count(&self.pages, 1);
        Self::count(&self.events_new, events_new);
    }

    pub(super) fn pages(&self) -> u64 {
        self.pages.load(Ordering::Relaxed)
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn events_new(&self) -> u64 {
        self.events_new.load(Ordering::Relaxed)
    }

    pub(super) fn state(&self) -> SourceState {
        SourceState::Syncing { pages: self.pages(), events_new: self.events_new() }
    }
}

impl Board {
    pub(super) fn new(status: SourceStatus, reports: tokio::sync::mpsc::UnboundedSender<Report>) -> Self {
        let doing = status.state.clone();
        Self { shown: Mutex::new(Shown { status, doing, waiting: 0 }), reports }
    }

    pub(super) fn status(&self) -> SourceStatus {
        lock(&self.shown).status.clone()
    }

    /// Changes the status without telling anyone.
    pub(super) fn amend(&self, change: impl FnOnce(&mut SourceStatus)) {
        change(&mut lock(&self.shown).status);
    }

    /// The source is doing this now; `change` brings the rest of the status along.
    pub(super) fn show(&self, doing: SourceState, change: impl FnOnce(&mut SourceStatus)) {
        let mut shown = lock(&self.shown);
        shown.doing = doing;
        if !matches!(shown.doing, SourceState::Syncing { .. }) {
            shown.waiting = 0;
        }
        if shown.waiting == 0 {
            shown.status.state = shown.doing.clone();
        }
        change(&mut shown.status);
        self.report(Report::Status(shown.status.clone()));
    }

    fn wait_begins(&self, until: Timestamp, reason: &str) {
        let mut shown = lock(&self.shown);
        shown.waiting += 1;
        shown.status.state = SourceState::Waiting { until, reason: reason.to_owned() };
        self.report(Report::Status(shown.status.clone()));
    }

    fn wait_ends(&self) {
        let mut shown = lock(&self.shown);
        shown.waiting = shown.waiting.saturating_sub(1);
        if shown.waiting == 0 {
            shown.status.state = shown.doing.clone();
            self.report(Report::Status(shown.status.clone()));
        }
    }

    /// Tells whoever listens. Nobody listening is fine: the cache has it all.
    pub(super) fn report(&self, report: Report) {
        let _ = self.reports.send(report);
    }
}

impl Line {
    pub(super) fn new(source: Source, store: Store, http: Arc<Http>, board: Board, waits: Waits) -> Self {
        let base = Some(source.binding.base.as_str()).filter(|base| !base.is_empty());
        let base = base.or_else(|| source.profile.base()).unwrap_or_default();
        let peer = Peer::new(base, source.insecure_http);
        let local = (source.via != Via::Http).then(|| source.via.to_string());
        Self {
            source,
            store,
            tokens: Tokens::default(),
            board: Arc::new(board),
            stand_in: None,
            stands_in_for: None,
            turn: tokio::sync::Mutex::default(),
            scopes: Mutex::default(),
            seen: Mutex::default(),
            etags: Mutex::default(),
            http,
            peer,
            local,
            jitter: Mutex::new(Jitter::from_entropy()),
            next_allowed_at: Arc::default(),
            next_slot: Arc::default(),
            waits,
        }
    }

    /// A line for another feed of the same server, asked with the same credentials: both share one gate and
    /// one state. `proper` is the feed that it stands in for.
    pub(super) fn beside(&self, source: Source, proper: &str) -> Self {
        let board = Board::new(self.board.status(), self.board.reports.clone());
        let line = Self::new(source, self.store.clone(), Arc::clone(&self.http), board, self.waits.clone());
        Self {
            board: Arc::clone(&self.board),
            stands_in_for: Some(proper.into()),
            next_allowed_at: Arc::clone(&self.next_allowed_at),
            next_slot: Arc::clone(&self.next_slot),
            ..line
        }
    }

    /// Scheme, host and port of the source, or what stands in for it.
    pub(super) fn origin(&self) -> &str {
        let origin = || self.peer.as_ref().map_or("the server", |peer| &peer.origin);
        self.local.as_deref().unwrap_or_else(origin)
    }

    /// `interval`, a little shorter or longer.
    pub(super) fn around(&self, interval: Duration) -> Duration {
        lock(&self.jitter).around(interval)
    }

    /// Asks with the source's token, if it needs one, until there is an answer of a good status or of one
    /// that `accept` takes.
    pub(super) async fn ask(
        &self,
        tally: &Tally,
        scope: Option<&Scope>,
        build: impl Fn(Option<&Token>) -> Result<Request, RequestError>,
        accept: impl Fn(u16) -> bool,
    ) -> Result<Reply, Fault> {
        let mut held = self.tokens.get(self, tally).await?;
        let mut tries = Tries { renewed: held.is_none(), ..Tries::default() };
        loop {
            let request = build(held.as_ref().map(|held| &*held.token));
            let request = request.map_err(|error| self.fault_of_request(&error))?;
            match self.step(tally, scope, &request, &mut tries, &accept).await? {
                Step::Answered(reply) => return Ok(reply),
                Step::Again => {}
                Step::NewToken => {
                    if let Some(refused) = &held {
                        held = Some(self.tokens.replace(refused, self, tally).await?);
                    }
                }
            }
        }
    }

    /// Asks without a token, as one has to for a token.
    pub(super) async fn ask_without_token(
        &self,
        tally: &Tally,
        build: impl Fn() -> Result<Request, RequestError>,
    ) -> Result<Reply, Fault> {
        let mut tries = Tries { renewed: true, ..Tries::default() };
        let request = build().map_err(|error| self.fault_of_request(&error))?;
        loop {
            if let Step::Answered(reply) = self.step(tally, None, &request, &mut tries, &|_| false).await? {
                return Ok(reply);
            }
        }
    }

    /// Sends a request once, and waits if it has to be sent again.
    async fn step(
        &self,
        tally: &Tally,
        scope: Option<&Scope>,
        request: &Request,
        tries: &mut Tries,
        accept: &impl Fn(u16) -> bool,
    ) -> Result<Step, Fault> {
        let config = |error: &HttpError| self.fault_of_http(FaultKind::Configuration, error);
        let peer = self.peer.as_ref().map_err(config)?;
        self.pass_gate().await?;
        Tally::count(&tally.requests, 1);
        let sent = self.http.send(request, peer).await;
        let status = sent.as_ref().ok().map(|reply| reply.status);
        tracing::debug!(source = %self.source.name, url = %request.url, status, "request");
        let spent = sent.as_ref().ok().and_then(|reply| {
            rate::wait(&self.source.profile, &reply.headers, reply.date.unwrap_or_else(Timestamp::now))
        });
        if let Some(wait) = spent {
            self.hold(wait).await?;
        }
        let answer = match sent {
            Ok(reply) if (200..300).contains(&reply.status) || accept(reply.status) => {
                return Ok(Step::Answered(reply));
            }
            other => other,
        };
        let refusal = answer.as_ref().map(|reply| {
            let says = errors::read(&self.source.profile, &reply.headers, &reply.body);
            let wait = asked_wait(&reply.headers, reply.date, says.retry_after);
            (reply, says, wait)
        });
        let failure = match &refusal {
            // Some servers say 403 where the limit is spent, and mean 429.
            Ok((reply, _, wait)) => {
                let status = if reply.status == 403 && spent.is_some() { 429 } else { reply.status };
                Failure::Status { status, wait: (*wait).max(spent) }
            }
            Err(error) => Failure::Error(error),
        };
        let verdict = judge(&failure, tries, &mut lock(&self.jitter));
        match (verdict, refusal) {
            (Verdict::NewToken, _) => Ok(Step::NewToken),
            (Verdict::Again(wait), _) => {
                self.pause(wait, "retry").await;
                Ok(Step::Again)
            }
            (Verdict::Slower(wait), _) => {
                self.hold(wait).await?;
                self.pause_at_gate(&status.unwrap_or_default().to_string()).await;
                Ok(Step::Again)
            }
            (Verdict::Stop(kind), Ok((reply, says, wait))) => {
                Err(self.give_up(kind, reply, &says, scope, wait).await)
            }
            (Verdict::Stop(kind), Err(error)) => Err(self.fault_of_http(kind, error)),
        }
    }

    async fn give_up(
        &self,
        kind: FaultKind,
        reply: &Reply,
        says: &ServerSays,
        scope: Option<&Scope>,
        wait: Option<Duration>,
    ) -> Fault {
        let until = match wait.filter(|_| kind == FaultKind::RateLimited) {
            Some(wait) => match self.hold(wait).await {
                Ok(until) => Some(until),
                Err(fault) => return fault,
            },
            None => None,
        };
        self.fault_of_status(kind, reply, says, scope, until)
    }

    /// Nobody may ask this source for `wait` from now, in this program or another, now or after a restart.
    async fn hold(&self, wait: Duration) -> Result<Timestamp, Fault> {
        let until = after(wait);
        self.learn_gate(Some(until));
        let name = Arc::clone(&self.source.name);
        let held = self.store.run(move |db| db.hold_source(&name, until)).await;
        held.map_err(|error| self.fault_of_store(&error))?;
        Ok(until)
    }

    /// Takes over what the cache knows about when this source may be asked.
    pub(super) fn learn_gate(&self, until: Option<Timestamp>) {
        let mut known = lock(&self.next_allowed_at);
        *known = (*known).max(until);
    }

    /// Waits until a request may be sent. A time too far away to wait for is a fault.
    async fn pass_gate(&self) -> Result<(), Fault> {
        let until = *lock(&self.next_allowed_at);
        if let Some(until) = until
            && until > after(PATIENCE)
        {
            let message = format!("{} asks `{}` to wait until {until}", self.origin(), self.source.name);
            let fix = "nothing is lost: sync again after that time";
            return Err(self.fault(FaultKind::RateLimited, &message, fix));
        }
        self.pause_at_gate("429").await;
        if let Some(interval) = self.source.profile.min_interval() {
            let mine = {
                let mut next = lock(&self.next_slot);
                let mine = next.map_or_else(Instant::now, |next| next.max(Instant::now()));
                *next = Some(mine + interval);
                mine
            };
            self.rest(mine.saturating_duration_since(Instant::now())).await;
        }
        Ok(())
    }

    /// Waits for the time before which nobody may ask, also if it moves meanwhile.
    async fn pause_at_gate(&self, reason: &str) {
        let mut waited_for = None;
        loop {
            let until = *lock(&self.next_allowed_at);
            let now = Timestamp::now();
            let Some(until) = until.filter(|until| *until > now && Some(*until) != waited_for) else {
                return;
            };
            waited_for = Some(until);
            let left = u64::try_from(until.millis().saturating_sub(now.millis())).unwrap_or(0);
            // A clock that was set back must not make this longer than what we wait at most.
            self.pause(Duration::from_millis(left).min(PATIENCE), reason).await;
        }
    }

    async fn pause(&self, wait: Duration, reason: &str) {
        self.board.wait_begins(after(wait), reason);
        self.rest(wait).await;
        self.board.wait_ends();
    }

    /// Lets `wait` pass.
    pub(super) async fn rest(&self, wait: Duration) {
        match &self.waits {
            Waits::Real => tokio::time::sleep(wait).await,
            #[cfg(test)]
            Waits::Recorded(waits) => {
                lock(waits).push(wait);
                tokio::task::yield_now().await;
            }
        }
    }
}

/// The time `wait` from now by the local clock.
fn after(wait: Duration) -> Timestamp {
    Timestamp::now().plus_millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}

/// A lock that a panic elsewhere cannot spoil: what it guards is whole after every statement.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
