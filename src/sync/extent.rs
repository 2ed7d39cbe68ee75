//! How much of a source is to be read.

use crate::domain::{Stretch, Timestamp};
use crate::feed::Profile;

/// How much of a source is to be read. The default is what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extent {
    /// Everything is read again, whatever is known.
    pub full: bool,
    /// Nothing older is asked for.
    pub since: Option<Timestamp>,
    /// Only what happened before this time is wanted. Where the server cannot be asked so, what is newer may
    /// be read on the way.
    pub until: Option<Timestamp>,
    /// Only this scope, by its id, where the source fans out.
    pub scope: Option<Box<str>>,
}

/// A stretch of time that is asked for; each end may be open.
type Range = (Option<Timestamp>, Option<Timestamp>);

impl Extent {
    /// What a walk is for; nothing where that is everything.
    pub(super) fn goal(&self) -> Option<Stretch> {
        let lo = self.since.map_or(Timestamp::MIN, |since| since.plus_millis(-1));
        let hi = self.until.unwrap_or(Timestamp::MAX);
        (self.since.is_some() || self.until.is_some()).then_some(Stretch { lo, hi })
    }

    /// The same without what is older than `time`.
    pub(super) fn from(&self, time: Option<Timestamp>) -> Self {
        Self { since: self.since.max(time), ..self.clone() }
    }

    /// The part of a range of time that is worth asking for, as far as a server of this profile can be asked.
    pub(super) fn part_of(&self, (since, until): Range, profile: &Profile) -> Option<Range> {
        let wanted = |range: Range| {
            let empty =
                |lo: Option<Timestamp>, hi: Option<Timestamp>| lo.zip(hi).is_some_and(|(lo, hi)| hi <= lo);
            !(empty(range.0, self.until) || empty(self.since, range.1))
        };
        let from = if profile.asks_since() { since.max(self.since) } else { since };
        let to = match (until, self.until.filter(|_| profile.asks_until())) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        wanted((since, until)).then_some((from, to))
    }

    /// Whether the scope of this id is wanted.
    pub(super) fn means(&self, scope: &str) -> bool {
        self.scope.as_deref().is_none_or(|wanted| wanted == scope)
    }
}
