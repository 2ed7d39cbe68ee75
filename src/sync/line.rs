//! The line to one source: a request goes in, an answer or a fault comes out.
//!
//! Everything that requests of one source share lives here: its token, the time before which nobody may
//! ask, the spacing between requests, the status that others see. It assumes that requests of one source
//! run side by side. It must never send a request before the time that the server named, also when that
//! was told to another program or before a restart, and it must not know what an answer is about.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::{Fault, FaultKind, Timestamp, Via};
use crate::feed::{Request, RequestError, Scope, Token, errors, rate};
use crate::store::Store;

use super::Source;
use super::clock::Clock;
use super::host::Shared;
use super::http::{Http, HttpError, Peer, Reply};
use super::local::Stamp;
use super::redact::Redactor;
use super::retry::{Failure, Jitter, PATIENCE, Tries, Verdict, asked_wait, judge};
use super::standin::StandIn;
use super::token::Tokens;

pub(super) use super::board::{Board, Tally};

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
    /// What must not be shown.
    pub(super) redactor: Redactor,
    /// Whether it is asked for nothing by itself.
    paused: tokio::sync::watch::Sender<bool>,
    http: Arc<Http>,
    peer: Result<Peer, HttpError>,
    /// What stands for the origin of a source that is not asked over the network.
    local: Option<String>,
    jitter: Mutex<Jitter>,
    /// What it has in common with other sources.
    shared: Shared,
    /// By the steady clock: when the next request fits into the least interval that the profile states.
    next_slot: Arc<Mutex<Duration>>,
    clock: Clock,
}

/// What every source of an engine works with.
#[derive(Debug, Clone)]
pub(super) struct Means {
    pub(super) store: Store,
    pub(super) http: Arc<Http>,
    pub(super) redactor: Redactor,
    pub(super) clock: Clock,
}

enum Step {
    Answered(Reply),
    Again,
    NewToken,
}

impl Line {
    pub(super) fn new(source: Source, means: Means, shared: Shared, board: Arc<Board>) -> Self {
        let Means { store, http, redactor, clock } = means;
        let peer = Peer::of(&source);
        let local = (source.via != Via::Http).then(|| source.via.to_string());
        for secret in source.binding.secrets.values() {
            redactor.hide(secret);
        }
        Self {
            source,
            store,
            tokens: Tokens::default(),
            board,
            stand_in: None,
            stands_in_for: None,
            turn: tokio::sync::Mutex::default(),
            scopes: Mutex::default(),
            seen: Mutex::default(),
            etags: Mutex::default(),
            redactor,
            paused: tokio::sync::watch::Sender::new(false),
            http,
            peer,
            local,
            jitter: Mutex::new(Jitter::from_entropy()),
            shared,
            next_slot: Arc::default(),
            clock,
        }
    }

    /// A line for another feed of the same server, asked with the same credentials: both share one gate and
    /// one state. `proper` is the feed that it stands in for.
    pub(super) fn beside(&self, source: Source, proper: &str) -> Self {
        let means = Means {
            store: self.store.clone(),
            http: Arc::clone(&self.http),
            redactor: self.redactor.clone(),
            clock: self.clock.clone(),
        };
        Self {
            stands_in_for: Some(proper.into()),
            next_slot: Arc::clone(&self.next_slot),
            ..Self::new(source, means, self.shared.clone(), Arc::clone(&self.board))
        }
    }

    /// Scheme, host and port of the source, or what stands in for it.
    pub(super) fn origin(&self) -> &str {
        let origin = || self.peer.as_ref().map_or("the server", |peer| &peer.origin);
        self.local.as_deref().unwrap_or_else(origin)
    }

    /// The time to the next look at the source, after it could not be reached in the last `unreached` ones.
    pub(super) fn until_next(&self, unreached: u32) -> Duration {
        lock(&self.jitter).until_next(self.source.poll, unreached)
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
        lock(&self.shared.budget).pay_in();
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
        lock(&self.shared.budget).pay_in();
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
        let reply = match sent {
            Ok(reply) => reply,
            Err(error) => return self.failed(&error, tries).await,
        };
        let now = reply.date.unwrap_or_else(|| self.clock.now().wall);
        let spent = rate::wait(&self.source.profile, &reply.headers, now);
        if let Some(wait) = spent {
            self.hold(wait, 429).await?;
        }
        if (200..300).contains(&reply.status) || accept(reply.status) {
            return Ok(Step::Answered(reply));
        }
        let says = errors::read(&self.source.profile, &reply.headers, &reply.body);
        let wait = asked_wait(&reply.headers, now, says.retry_after).max(spent);
        // Some servers say 403 where the limit is spent, and mean 429.
        let status = if reply.status == 403 && spent.is_some() { 429 } else { reply.status };
        match self.judge(&Failure::Status { status, wait }, tries) {
            Verdict::NewToken => Ok(Step::NewToken),
            Verdict::Again(wait) => {
                self.pause(wait, "retry").await;
                Ok(Step::Again)
            }
            // The next try waits with everyone else who shares the credential.
            Verdict::Slower(wait) => self.hold(wait, status).await.map(|_| Step::Again),
            Verdict::Stop(kind) => {
                let until = match wait.filter(|_| kind == FaultKind::RateLimited) {
                    Some(wait) => Some(self.hold(wait, status).await?),
                    None => None,
                };
                Err(self.fault_of_status(kind, (&reply, &says), scope, until, tries.failed))
            }
        }
    }

    /// No whole answer came.
    async fn failed(&self, error: &HttpError, tries: &mut Tries) -> Result<Step, Fault> {
        match self.judge(&Failure::Error(error), tries) {
            Verdict::Stop(kind) => Err(self.fault_of_http(kind, error)),
            Verdict::Again(wait) | Verdict::Slower(wait) => {
                self.pause(wait, "retry").await;
                Ok(Step::Again)
            }
            Verdict::NewToken => Ok(Step::NewToken),
        }
    }

    fn judge(&self, failure: &Failure<'_>, tries: &mut Tries) -> Verdict {
        judge(failure, tries, &mut lock(&self.jitter), &mut lock(&self.shared.budget))
    }

    /// Nobody who shares the credential may ask for `wait` from now, in this program or another, now or
    /// after a restart.
    async fn hold(&self, wait: Duration, status: u16) -> Result<Timestamp, Fault> {
        let until = lock(&self.shared.gate).hold(wait, status, self.clock.now());
        let names = Arc::clone(&self.shared.names);
        let held = self.store.run(move |db| names.iter().try_for_each(|name| db.hold_source(name, until)));
        held.await.map_err(|error| self.fault_of_store(&error))?;
        Ok(until)
    }

    /// Takes over what the cache knows about when this source may be asked.
    pub(super) fn learn_gate(&self, until: Option<Timestamp>) {
        lock(&self.shared.gate).learn(until, self.clock.now());
    }

    /// Until when nobody may ask, and why in a word, where that is further away than anybody waits here.
    pub(super) fn offline(&self) -> Option<(Timestamp, String)> {
        let (gate, now) = (lock(&self.shared.gate), self.clock.now());
        let left = gate.left(now).filter(|left| *left > PATIENCE)?;
        Some((now.after(left), gate.reason()))
    }

    /// Waits until a request may be sent. A time too far away to wait for is a fault.
    async fn pass_gate(&self) -> Result<(), Fault> {
        loop {
            // What was told to a source that is like this one, before this one was configured.
            let looked = self.shared.looked.get_or_try_init(|| self.look_up(Arc::clone(&self.shared.names)));
            looked.await?;
            // Another program may have been told to wait meanwhile.
            self.look_up([Arc::clone(&self.source.name)].into()).await?;
            if let Some((until, _)) = self.offline() {
                let message = format!("{} asks `{}` to wait until {until}", self.origin(), self.source.name);
                let fix = "nothing is lost: sync again after that time";
                return Err(self.fault(FaultKind::RateLimited, &message, fix));
            }
            let (left, reason) = self.left();
            if let Some(left) = left {
                self.pause(left, &reason).await;
                let spread = lock(&self.jitter).spread(left);
                self.clock.rest(spread).await;
                continue;
            }
            self.take_slot().await;
            if self.left().0.is_none() {
                return Ok(());
            }
        }
    }

    /// Takes over what is on record for the sources of these names.
    async fn look_up(&self, names: Arc<[Arc<str>]>) -> Result<(), Fault> {
        let known = self.store.run(move |db| {
            names.iter().try_fold(None, |latest, name| Ok(db.next_allowed_at(name)?.max(latest)))
        });
        self.learn_gate(known.await.map_err(|error| self.fault_of_store(&error))?);
        Ok(())
    }

    fn left(&self) -> (Option<Duration>, String) {
        let gate = lock(&self.shared.gate);
        (gate.left(self.clock.now()), gate.reason())
    }

    /// Keeps the least interval between two requests that the profile states.
    async fn take_slot(&self) {
        let Some(interval) = self.source.profile.min_interval() else { return };
        let now = self.clock.now().steady;
        let mine = {
            let mut next = lock(&self.next_slot);
            let mine = (*next).max(now);
            *next = mine.saturating_add(interval);
            mine
        };
        self.clock.rest(mine.saturating_sub(now)).await;
    }

    async fn pause(&self, wait: Duration, reason: &str) {
        self.board.wait_begins(self.clock.now().after(wait), reason);
        self.clock.rest(wait).await;
        self.board.wait_ends();
    }

    pub(super) fn let_rest(&self, on: bool) {
        self.paused.send_replace(on);
    }

    /// Waits until the source does not rest any more.
    pub(super) async fn rested(&self) {
        // The sender stands in this line, so the wait cannot fail.
        let _ = self.paused.subscribe().wait_for(|paused| !paused).await;
    }

    /// Lets `wait` pass.
    pub(super) async fn rest(&self, wait: Duration) {
        self.clock.rest(wait).await;
    }
}

/// A lock that a panic elsewhere cannot spoil: what it guards is whole after every statement.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
