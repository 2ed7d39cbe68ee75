//! One listener, three APIs below paths of their own, one world behind them.
//!
//! Handlers read the world under a lock that is never held across an await: a page is at most 200
//! records, told in well under a millisecond.

mod faults;
pub(super) mod kaireonai;
pub(super) mod microvisualizer;
pub(super) mod streamkap;

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::middleware;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::world::World;
use super::{Counts, Options};
use crate::domain::Timestamp;

/// A running demo server. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    world: Shared,
    task: JoinHandle<()>,
    stop: DropGuard,
}

/// How long [`Server::stop`] waits for requests under way.
const GRACE: Duration = Duration::from_millis(500);

impl Server {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many events there are at this moment; with live events the numbers grow.
    pub fn counts(&self) -> Counts {
        self.world.read(|world| Counts {
            streamkap: world.streamkap.len(),
            kaireonai: world.kaireonai.len(),
            microvisualizer: world.microvisualizer.len(),
        })
    }

    /// Stops listening, lets requests under way end for up to half a second, and frees the address.
    pub async fn stop(mut self) {
        drop(self.stop);
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }

    pub(super) async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(options.addr).await?;
        let addr = listener.local_addr()?;
        let Options { seed, events, until, .. } = options;
        let world = tokio::task::spawn_blocking(move || World::new(seed, events, until));
        let world = Shared::new(world.await.map_err(io::Error::other)?);
        let stop = CancellationToken::new();
        if let Some(every) = options.live {
            tokio::spawn(live(world.clone(), every, stop.clone()));
        }
        let mut router = router(&world, seed, streamkap::TOKEN_LIFE);
        if options.faults {
            let faults = Arc::new(faults::Faults::new(seed));
            router = router.layer(middleware::from_fn_with_state(faults, faults::inject));
        }
        let stopped = stop.clone().cancelled_owned();
        let task = tokio::spawn(async move {
            // Only accepting can fail, and axum tries that again on its own.
            let _ = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
        });
        Ok(Self { addr, world, task, stop: stop.drop_guard() })
    }
}

fn router(world: &Shared, seed: u64, token_life: Duration) -> Router {
    Router::new()
        .nest(streamkap::AT, streamkap::router(world.clone(), seed, token_life))
        .nest(kaireonai::AT, kaireonai::router(world.clone()))
        .nest(microvisualizer::AT, microvisualizer::router(world.clone()))
}

/// Adds an event now and then until the server stops.
async fn live(world: Shared, every: Duration, stop: CancellationToken) {
    let every = every.max(Duration::from_millis(1));
    while stop.run_until_cancelled(tokio::time::sleep(every)).await.is_some() {
        world.write(|world| world.tick(Timestamp::now()));
    }
}

/// The world, as all handlers and the live task share it.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<RwLock<World>>);

impl Shared {
    fn new(world: World) -> Self {
        Self(Arc::new(RwLock::new(world)))
    }

    /// Reads the world. A handler that panicked while it read has not changed anything.
    pub(super) fn read<R>(&self, read: impl FnOnce(&World) -> R) -> R {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<R>(&self, write: impl FnOnce(&mut World) -> R) -> R {
        write(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The parameters of a query; of one that is repeated the last counts.
type Params = HashMap<String, String>;

/// The token after `Bearer`, if the request has one.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get("authorization")?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The places of one page of a list that is kept oldest first and told newest first.
fn newest_first(len: usize, skip: usize, limit: usize) -> impl Iterator<Item = usize> {
    (0..len).rev().skip(skip).take(limit)
}

#[cfg(test)]
mod tests;
