//! How far back a feed is asked, in which order it answers, and how little has to be asked again.

use std::time::Duration;

use serde_json::Value;

use super::binding::Position;
use super::pointer::Pointer;
use super::time::TimeFormat;
use crate::domain::Timestamp;

/// In which order a feed sends its records, as far as its documentation says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    Descending,
    /// Oldest first: what is new comes at the end of the list.
    Ascending,
    /// It does not say.
    #[default]
    Unknown,
}

/// What is known beforehand about fetching, and about fetching again: `[sync]`, `[window]`, `[upsert]`.
#[derive(Debug, Default)]
pub(super) struct Sync {
    pub(super) order: Order,
    pub(super) poll: Option<Duration>,
    /// The server keeps records for so long.
    pub(super) retention: Option<Duration>,
    /// Answers have an `ETag`, and the server says 304 to a request that repeats it.
    pub(super) etag: bool,
    /// A later walk asks from so long before the newest event it knows.
    pub(super) overlap: Option<Duration>,
    /// What happened at the very time that is asked from is part of the answer.
    pub(super) inclusive: bool,
    pub(super) since: Option<Bound>,
    pub(super) until: Option<Bound>,
    /// The largest range of time that one request may ask for.
    pub(super) span: Option<Duration>,
    /// How far back the first walk goes.
    pub(super) lookback: Option<Duration>,
    /// The server answers for a range of time only.
    pub(super) required: bool,
    /// Where a record says which of two with the same id is the newer.
    pub(super) version: Option<Pointer>,
}

/// A parameter that carries a time.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) param: String,
    pub(super) format: TimeFormat,
}

/// How far a first walk goes back where a range of time is required and nothing says how large it is.
const LOOKBACK: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// The most ranges of time that one walk is cut into.
const MOST_SPANS: usize = 10_000;

impl Sync {
    /// The parameters that say which range of time is asked for.
    pub(super) fn reach(&self, position: &Position) -> Vec<(&str, Value)> {
        let value = |bound: &Bound, time| {
            let text = bound.format.write(time);
            match text.parse::<i64>() {
                Ok(number) if matches!(bound.format, TimeFormat::Epoch(_)) => Value::from(number),
                _ => Value::String(text),
            }
        };
        let since = self.since.as_ref().zip(position.since).map(|(bound, since)| {
            let step = if self.inclusive { 0 } else { bound.format.step() };
            (bound.param.as_str(), value(bound, since.plus_millis(-step)))
        });
        let until = self.until.as_ref().zip(position.until);
        let until = until.map(|(bound, until)| {
            (bound.param.as_str(), value(bound, until.plus_millis(bound.format.step())))
        });
        since.into_iter().chain(until).collect()
    }

    /// The ranges of time to walk one after the other, the newest first. `top` is the newest time below
    /// which an earlier walk left nothing out.
    pub(super) fn ranges(
        &self,
        top: Option<Timestamp>,
        now: Timestamp,
        overlap: Duration,
    ) -> Vec<(Option<Timestamp>, Option<Timestamp>)> {
        let before = |time: Timestamp, by: Duration| {
            time.plus_millis(-i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4))
        };
        let again = top.map(|top| before(top, self.overlap.unwrap_or(overlap)));
        let lookback = self.lookback.or_else(|| self.required.then(|| self.retention.unwrap_or(LOOKBACK)));
        let since = again.or_else(|| lookback.map(|lookback| before(now, lookback)));
        let Some(floor) = since else { return vec![(None, self.required.then_some(now))] };
        let span = self.span.filter(|span| span.as_millis() > 0 && self.until.is_some());
        let Some(span) = span else { return vec![(Some(floor), self.required.then_some(now))] };
        let mut ranges = Vec::new();
        let mut until = now.max(floor);
        loop {
            let since = before(until, span).max(floor);
            ranges.push((Some(since), Some(until)));
            if since <= floor || ranges.len() >= MOST_SPANS {
                return ranges;
            }
            until = since;
        }
    }
}
