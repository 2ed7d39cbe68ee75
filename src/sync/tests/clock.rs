//! A clock that stands still until somebody waits.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use crate::domain::Timestamp;
use crate::sync::clock::Moment;

/// The steady clock of a machine that was just started.
const BEGUN: Duration = Duration::from_secs(1_000);

/// The clocks of a simulated machine. Waiting is written down and takes no time; by itself it moves the
/// clocks on, held it ends only when the test says so.
#[derive(Debug)]
pub(in crate::sync) struct Simulated {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    begun: Timestamp,
    /// Milliseconds by which the wall clock was set since.
    set: i64,
    steady: Duration,
    waits: Vec<Duration>,
    held: bool,
    /// Those who wait, by the time they wait for and in the order they came.
    sleepers: BTreeMap<(Duration, usize), oneshot::Sender<()>>,
}

impl Simulated {
    /// A clock on which waiting is over at once.
    pub(in crate::sync) fn new() -> Self {
        Self::from(Timestamp::now())
    }

    pub(in crate::sync) fn from(begun: Timestamp) -> Self {
        let state =
            State { begun, set: 0, steady: BEGUN, waits: Vec::new(), held: false, sleepers: BTreeMap::new() };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    /// The same, but waiting ends only with [`Simulated::wake`].
    pub(in crate::sync) fn held() -> Self {
        let clock = Self::new();
        clock.state.lock().unwrap().held = true;
        clock
    }

    pub(in crate::sync) fn now(&self) -> Moment {
        let state = self.state.lock().unwrap();
        let since = state.steady.saturating_sub(BEGUN).as_millis() as i64;
        Moment { wall: state.begun.plus_millis(since + state.set), steady: state.steady }
    }

    pub(in crate::sync) async fn rest(&self, wait: Duration) {
        let woken = {
            let mut state = self.state.lock().unwrap();
            state.waits.push(wait);
            let until = state.steady.saturating_add(wait);
            if state.held {
                let (wake, woken) = oneshot::channel();
                let turn = state.waits.len();
                state.sleepers.insert((until, turn), wake);
                Some(woken)
            } else {
                state.steady = state.steady.max(until);
                None
            }
        };
        self.changed.notify_waiters();
        match woken {
            // Nobody wakes those who wait when the test is over.
            Some(woken) => drop(woken.await),
            None => tokio::task::yield_now().await,
        }
    }

    /// Lets time pass.
    pub(in crate::sync) fn pass(&self, wait: Duration) {
        self.state.lock().unwrap().steady += wait;
    }

    /// Sets the wall clock forwards or back.
    pub(in crate::sync) fn set_wall(&self, by_millis: i64) {
        self.state.lock().unwrap().set += by_millis;
    }

    /// The clocks of this machine after it was started anew: the wall clock has run on.
    pub(in crate::sync) fn after_a_restart(&self) -> Self {
        let clock = Self::from(self.now().wall);
        clock.state.lock().unwrap().held = self.state.lock().unwrap().held;
        clock
    }

    /// Every wait so far.
    pub(in crate::sync) fn waits(&self) -> Vec<Duration> {
        self.state.lock().unwrap().waits.clone()
    }

    /// Waits until `count` are waiting. Gives the moment that the first of them waits for, by the steady clock.
    pub(in crate::sync) async fn waiting(&self, count: usize) -> Duration {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut state = self.state.lock().unwrap();
                state.sleepers.retain(|_, wake| !wake.is_closed());
                if state.sleepers.len() >= count
                    && let Some(((until, _), _)) = state.sleepers.first_key_value()
                {
                    return *until;
                }
            }
            changed.await;
        }
    }

    /// Moves the clocks on to the moment that the first of those who wait waits for, and wakes it.
    pub(in crate::sync) fn wake(&self) {
        let mut state = self.state.lock().unwrap();
        if let Some(((until, _), wake)) = state.sleepers.pop_first() {
            state.steady = state.steady.max(until);
            let _ = wake.send(());
        }
    }
}
