//! Tokens that have to be bought: one at a time per source, kept in memory only.
//!
//! It assumes that a token may be refused before its time and that a refresh may fail while a full
//! exchange works. It must never write a token anywhere, and never have two purchases of one source
//! under way.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::domain::Fault;
use crate::feed::{Request, RequestError, Token, request, token};

use super::line::{Line, Tally};

/// The part of its life after which a token is replaced.
const USEFUL_LIFE: f64 = 0.8;

/// The token of one source.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// Held across a purchase, so that everyone else waits for its result.
    held: tokio::sync::Mutex<Option<Held>>,
    /// The newest token, for keeping it out of messages. Never waited for.
    newest: Mutex<Option<Arc<Token>>>,
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
        let mut held = self.held.lock().await;
        match &*held {
            Some(held) if held.renew_at.is_none_or(|renew_at| Instant::now() < renew_at) => {
                Ok(Some(held.clone()))
            }
            _ => self.renew(&mut held, line, tally).await.map(Some),
        }
    }

    /// A token other than `refused`, which the server no longer takes. If someone else has bought one
    /// since, that one.
    pub(super) async fn replace(&self, refused: &Held, line: &Line, tally: &Tally) -> Result<Held, Fault> {
        let mut held = self.held.lock().await;
        match &*held {
            Some(held) if held.serial != refused.serial => Ok(held.clone()),
            _ => self.renew(&mut held, line, tally).await,
        }
    }

    /// The newest token.
    pub(super) fn newest(&self) -> Option<Arc<Token>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the token old enough to be replaced.
    #[cfg(test)]
    pub(super) async fn age(&self) {
        if let Some(held) = self.held.lock().await.as_mut() {
            held.renew_at = Some(Instant::now());
        }
    }

    async fn renew(&self, held: &mut Option<Held>, line: &Line, tally: &Tally) -> Result<Held, Fault> {
        let (profile, binding) = (&line.source.profile, &line.source.binding);
        let refreshable = held.take_if(|held| profile.refreshes() && held.token.refresh.is_some());
        let serial = held.as_ref().or(refreshable.as_ref()).map_or(0, |held| held.serial) + 1;
        let refreshed = match &refreshable {
            Some(old) => {
                let refresh = || request::refresh(profile, binding, &old.token);
                // Whatever is wrong with it, the credentials are the better try.
                buy(line, tally, refresh).await.ok()
            }
            None => None,
        };
        let token = match refreshed {
            Some(token) => token,
            None => buy(line, tally, || request::exchange(profile, binding)).await?,
        };
        let lifetime = token.expires_in.filter(|lifetime| !lifetime.is_zero());
        let token = Arc::new(token);
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&token));
        let renew_at =
            lifetime.and_then(|lifetime| Instant::now().checked_add(lifetime.mul_f64(USEFUL_LIFE)));
        let new = Held { token, serial, renew_at };
        *held = Some(new.clone());
        Ok(new)
    }
}

async fn buy(
    line: &Line,
    tally: &Tally,
    build: impl Fn() -> Result<Request, RequestError>,
) -> Result<Token, Fault> {
    let reply = line.ask_without_token(tally, build).await?;
    token::read(&line.source.profile, &reply.body).map_err(|error| line.fault_of_shape(&error, &reply))
}
