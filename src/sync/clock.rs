//! What time it is, and waiting for a time.
//!
//! Two clocks, because neither will do alone. The wall clock is what a restart or another program can
//! compare with, and it can be set, forwards and back. The steady clock only ever runs, also while the
//! machine sleeps, and means nothing beyond this run of the program.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::domain::Timestamp;

/// The clock of a running system. Since the machine was started, sleep included, where it can be told.
#[cfg(target_os = "linux")]
const STEADY: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const STEADY: ClockId = ClockId::Monotonic;

/// A moment by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) wall: Timestamp,
    /// Since some moment before the program began.
    pub(super) steady: Duration,
}

impl Moment {
    /// The time by the wall clock `wait` from this moment.
    pub(super) fn after(self, wait: Duration) -> Timestamp {
        self.wall.plus_millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The clocks that a source goes by. Tests bring their own, in which waiting takes no time.
#[derive(Debug, Clone, Default)]
pub(super) enum Clock {
    /// Those of this machine.
    #[default]
    System,
    #[cfg(test)]
    Simulated(std::sync::Arc<super::tests::clock::Simulated>),
}

impl Clock {
    /// This moment.
    pub(super) fn now(&self) -> Moment {
        match self {
            Self::System => {
                let now = clock_gettime(STEADY);
                // Both parts are positive: the clock begins at the start of the machine.
                let steady = Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32);
                Moment { wall: Timestamp::now(), steady }
            }
            #[cfg(test)]
            Self::Simulated(clock) => clock.now(),
        }
    }

    /// Lets `wait` pass.
    pub(super) async fn rest(&self, wait: Duration) {
        match self {
            Self::System => tokio::time::sleep(wait).await,
            #[cfg(test)]
            Self::Simulated(clock) => clock.rest(wait).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_clocks_of_the_machine_run() {
        let clock = Clock::System;
        let before = clock.now();
        clock.rest(Duration::from_millis(1)).await;
        assert!(clock.now().steady >= before.steady + Duration::from_millis(1));
        assert_eq!(before.after(Duration::from_secs(2)), before.wall.plus_millis(2_000));
        assert!(before.after(Duration::MAX) > before.wall);
    }
}
