//! Tokens that have to be bought: one at a time per source, kept in memory only.
//!
//! It assumes that a token may be refused before its time and that a refresh may fail while a full
//! exchange works. It must never write a token anywhere, and never have two purchases of one source
//! under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

use crate::domain::{Fault, FaultKind};
use crate::feed::{Request, RequestError, Token, request, token};

use super::line::{Line, Tally};

/// The part of its life after which a token is replaced.
const USEFUL_LIFE: f64 = 0.8;

/// The token of one source.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// Held across a purchase, so that everyone else waits for its result.
    purse: tokio::sync::Mutex<Purse>,
    /// Purchases that have ended, well or not. Never waited for.
    ended: AtomicU64,
}

#[derive(Debug, Default)]
struct Purse {
    held: Option<Held>,
    /// What came of the last purchase, where it was nothing.
    failed: Option<Fault>,
}

/// A token, and which purchase brought it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) token: Arc<Token>,
    serial: u64,
    /// When it is old enough to be replaced; `None` if it does not say how long it lives.
    pub(super) renew_at: Option<Instant>,
}

impl Tokens {
    /// A token that is good for now; `None` where the source needs none.
    pub(super) async fn get(&self, line: &Line, tally: &Tally) -> Result<Option<Held>, Fault> {
        if !line.source.profile.exchanges() {
            return Ok(None);
        }
        let fresh = |held: &Held| held.renew_at.is_none_or(|renew_at| Instant::now() < renew_at);
        self.take(fresh, line, tally).await.map(Some)
    }

    /// A token other than `refused`, which the server no longer takes. If someone else has bought one
    /// since, that one.
    pub(super) async fn replace(&self, refused: &Held, line: &Line, tally: &Tally) -> Result<Held, Fault> {
        self.take(|held| held.serial != refused.serial, line, tally).await
    }

    /// The token if it `fits`, else a new one. Everyone who asks while one is being bought gets what comes of
    /// that. Credentials that the server refuses are not tried again in the same sync, however many scopes
    /// come to need a token later: some servers lock an account after a few refusals.
    async fn take(&self, fits: impl Fn(&Held) -> bool, line: &Line, tally: &Tally) -> Result<Held, Fault> {
        let ended = self.ended.load(Ordering::SeqCst);
        let mut purse = self.purse.lock().await;
        if let Some(held) = purse.held.as_ref().filter(|held| fits(held)) {
            return Ok(held.clone());
        }
        let failed = purse.failed.as_ref().filter(|_| self.ended.load(Ordering::SeqCst) > ended);
        if let Some(fault) = tally.refused.get().or(failed) {
            return Err(fault.clone());
        }
        let bought = renew(purse.held.take(), line, tally).await;
        if let Err(fault) = &bought
            && matches!(fault.kind, FaultKind::SignIn | FaultKind::Forbidden)
        {
            let _ = tally.refused.set(fault.clone());
        }
        let serial = self.ended.fetch_add(1, Ordering::SeqCst) + 1;
        purse.failed = bought.as_ref().err().cloned();
        let token = bought?;
        let lifetime = token.expires_in.filter(|lifetime| !lifetime.is_zero());
        let renew_at =
            lifetime.and_then(|lifetime| Instant::now().checked_add(lifetime.mul_f64(USEFUL_LIFE)));
        let new = Held { token: Arc::new(token), serial, renew_at };
        purse.held = Some(new.clone());
        Ok(new)
    }

    /// Makes the token old enough to be replaced.
    #[cfg(test)]
    pub(super) async fn age(&self) {
        if let Some(held) = self.purse.lock().await.held.as_mut() {
            held.renew_at = Some(Instant::now());
        }
    }
}

/// A new token: with what came along with the `old` one, where that can be done, else with the credentials.
async fn renew(old: Option<Held>, line: &Line, tally: &Tally) -> Result<Token, Fault> {
    let (profile, binding) = (&line.source.profile, &line.source.binding);
    if let Some(old) = old.filter(|old| profile.refreshes() && old.token.refresh.is_some()) {
        let refresh = || request::refresh(profile, binding, &old.token);
        // Whatever is wrong with it, the credentials are the better try.
        if let Ok(token) = buy(line, tally, refresh).await {
            return Ok(token);
        }
    }
    buy(line, tally, || request::exchange(profile, binding)).await
}

async fn buy(
    line: &Line,
    tally: &Tally,
    build: impl Fn() -> Result<Request, RequestError>,
) -> Result<Token, Fault> {
    let reply = line.ask_without_token(tally, build).await?;
    let read = token::read(&line.source.profile, &reply.body);
    let token = read.map_err(|error| line.fault_of_shape(&error, &reply))?;
    line.redactor.hide_bought(&token.access);
    token.refresh.iter().for_each(|refresh| line.redactor.hide_bought(refresh));
    Ok(token)
}
