//! The time before which nobody may ask, as servers name it.
//!
//! Pure: moments are handed in. A wait that this program was told is measured by the steady clock, so
//! setting the wall clock neither shortens nor lengthens it. What is on record, from before a restart or
//! from another program, is a time by the wall clock and can only be compared with that one.

use std::time::Duration;

use crate::domain::Timestamp;

use super::clock::Moment;

/// When requests with one credential may go to one origin again.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// By the steady clock.
    opens: Duration,
    /// The latest time on record that is already in `opens`.
    known: Option<Timestamp>,
    /// Why, in a word: the status that said so.
    reason: Option<u16>,
}

impl Gate {
    /// A server asks to wait. Gives the time to put on record.
    pub(super) fn hold(&mut self, wait: Duration, status: u16, now: Moment) -> Timestamp {
        let until = now.after(wait);
        let opens = now.steady.saturating_add(wait);
        if opens > self.opens {
            self.opens = opens;
            self.reason = Some(status);
        }
        self.known = self.known.max(Some(until));
        until
    }

    /// Takes over what is on record. What is known already is not read again: the wall clock may have been
    /// set since.
    pub(super) fn learn(&mut self, until: Option<Timestamp>, now: Moment) {
        let Some(until) = until.filter(|until| self.known.is_none_or(|known| *until > known)) else { return };
        self.known = Some(until);
        let left = u64::try_from(until.millis().saturating_sub(now.wall.millis())).unwrap_or(0);
        self.opens = self.opens.max(now.steady.saturating_add(Duration::from_millis(left)));
    }

    /// How long nobody may ask; `None` when requests may go.
    pub(super) fn left(&self, now: Moment) -> Option<Duration> {
        self.opens.checked_sub(now.steady).filter(|left| !left.is_zero())
    }

    /// Why nobody may ask, in a word.
    pub(super) fn reason(&self) -> String {
        self.reason.unwrap_or(429).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(wall: i64, steady: u64) -> Moment {
        Moment { wall: Timestamp::from_millis(wall * 1000), steady: Duration::from_secs(steady) }
    }

    fn secs(left: Option<Duration>) -> Option<u64> {
        left.map(|left| left.as_secs())
    }

    #[test]
    fn the_longest_wait_counts_and_ends() {
        let mut gate = Gate::default();
        assert_eq!(gate.left(at(0, 0)), None);
        assert_eq!(gate.hold(Duration::from_secs(30), 429, at(1_000, 50)), Timestamp::from_millis(1_030_000));
        gate.hold(Duration::from_secs(10), 503, at(1_000, 50));
        assert_eq!((secs(gate.left(at(1_000, 50))), gate.reason().as_str()), (Some(30), "429"));
        assert_eq!(gate.left(at(1_029, 79)).map(|left| left.as_millis()), Some(1_000));
        assert_eq!(gate.left(at(1_030, 80)), None);
    }

    #[test]
    fn setting_the_wall_clock_changes_no_wait_that_is_under_way() {
        let mut gate = Gate::default();
        let until = gate.hold(Duration::from_secs(60), 429, at(100_000, 50));
        for wall in [0, 13_600, 100_001, 186_400, 1_000_000] {
            // What this program wrote down itself comes back from the cache.
            gate.learn(Some(until), at(wall, 51));
            assert_eq!(secs(gate.left(at(wall, 51))), Some(59), "{wall}");
        }
    }

    #[test]
    fn what_is_on_record_counts_from_the_wall_clock_once() {
        let mut gate = Gate::default();
        gate.learn(Some(Timestamp::from_millis(1_060_000)), at(1_000, 5));
        assert_eq!(secs(gate.left(at(1_000, 5))), Some(60));
        gate.learn(Some(Timestamp::from_millis(1_060_000)), at(0, 6));
        assert_eq!(secs(gate.left(at(0, 6))), Some(59), "the clock was set back meanwhile");
        gate.learn(Some(Timestamp::from_millis(1_090_000)), at(1_002, 7));
        assert_eq!(secs(gate.left(at(1_002, 7))), Some(88), "another program was told to wait longer");
        gate.learn(None, at(1_002, 7));
        gate.learn(Some(Timestamp::from_millis(1)), at(1_002, 7));
        assert_eq!(secs(gate.left(at(1_002, 7))), Some(88));
    }

    #[test]
    fn a_time_beyond_all_clocks_is_kept() {
        let mut gate = Gate::default();
        gate.hold(Duration::MAX, 429, at(1_000, 5));
        gate.learn(Some(Timestamp::from_millis(i64::MAX)), at(i64::MIN / 1000, 5));
        assert!(gate.left(at(2_000_000_000, 1_000_000_000)).is_some());
    }
}
