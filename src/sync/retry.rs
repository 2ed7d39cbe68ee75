//! What to do after a request failed: again, later, with a new token, or not at all.
//!
//! Pure decisions: no clock, no I/O. Times are read from the answer itself, chance comes from a
//! [`Jitter`] that is handed in. It must not decide what a page means; that is the plan's work.

mod budget;

use std::time::Duration;

use crate::domain::{FaultKind, Timestamp};

use super::http::{HttpError, http_date};

pub(super) use budget::Budget;

/// How often one request is sent before its source is given up for this round.
pub(super) const TRIES: u32 = 5;
/// How often one request may be told how long to wait. Larger than [`TRIES`]: waiting as told is no failure.
const WAITS: u32 = 20;
/// The longest a source waits by itself; a server that asks for more is told to the user.
pub(super) const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// The wait a server asks for when it names a time that has passed.
const LEAST_WAIT: Duration = Duration::from_secs(1);
const FIRST_STEP: Duration = Duration::from_millis(500);
const LAST_STEP: Duration = Duration::from_secs(60);
const LAST_SPREAD: Duration = Duration::from_secs(5);

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Ask again after this long.
    Again(Duration),
    /// The server names a time: nobody who shares this credential may ask before it.
    Slower(Duration),
    /// Ask again with a token that is newer than the one used.
    NewToken,
    /// Asking again would not help.
    Stop(FaultKind),
}

/// How one request failed.
#[derive(Debug)]
pub(super) enum Failure<'a> {
    /// The server answered with a status that is no success.
    Status {
        /// The HTTP status.
        status: u16,
        /// How long the server asks to wait, see [`asked_wait`].
        wait: Option<Duration>,
    },
    /// No whole answer came.
    Error(&'a HttpError),
}

/// What has been tried for one request.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tries {
    /// Failures that did not say how long to wait.
    pub(super) failed: u32,
    /// Answers that did.
    pub(super) waited: u32,
    /// Answers that broke off.
    pub(super) truncated: u32,
    /// Whether a new token was already bought for it, or none can be.
    pub(super) renewed: bool,
}

/// What a status calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Remedy {
    Again,
    Slower,
    NewToken,
    Stop(FaultKind),
}

/// The statuses that mean something of their own. Others follow their class, see [`remedy`].
const STATUSES: &[(u16, Remedy)] = &[
    (401, Remedy::NewToken),
    (402, Remedy::Stop(FaultKind::Forbidden)),
    (403, Remedy::Stop(FaultKind::Forbidden)),
    (408, Remedy::Again),
    (425, Remedy::Again),
    (429, Remedy::Slower),
    (500, Remedy::Again),
    (502, Remedy::Again),
    (503, Remedy::Again),
    (504, Remedy::Again),
];

fn remedy(status: u16) -> Remedy {
    let row = STATUSES.iter().find(|(row, _)| *row == status);
    row.map_or(
        Remedy::Stop(if status >= 500 { FaultKind::Server } else { FaultKind::Configuration }),
        |(_, remedy)| *remedy,
    )
}

/// Decides about one failure and counts it in `tries`. A retry that nobody asked for is paid for out of
/// `budget`.
pub(super) fn judge(
    failure: &Failure<'_>,
    tries: &mut Tries,
    jitter: &mut Jitter,
    budget: &mut Budget,
) -> Verdict {
    let (remedy, wait) = match failure {
        Failure::Status { status, wait } => (remedy(*status), *wait),
        Failure::Error(error) => (error_remedy(error, tries), None),
    };
    let kind = match (remedy, failure) {
        (Remedy::Stop(kind), _) => return Verdict::Stop(kind),
        (Remedy::NewToken, _) if tries.renewed => return Verdict::Stop(FaultKind::SignIn),
        (Remedy::NewToken, _) => {
            tries.renewed = true;
            return Verdict::NewToken;
        }
        (Remedy::Slower, _) => FaultKind::RateLimited,
        (Remedy::Again, Failure::Status { .. }) => FaultKind::Server,
        (Remedy::Again, Failure::Error(_)) => FaultKind::Network,
    };
    if let Some(wait) = wait {
        tries.waited += 1;
        return match wait {
            wait if wait > PATIENCE => Verdict::Stop(FaultKind::RateLimited),
            _ if tries.waited >= WAITS => Verdict::Stop(kind),
            wait => Verdict::Slower(wait),
        };
    }
    tries.failed += 1;
    if tries.failed >= TRIES || !budget.take() {
        return Verdict::Stop(kind);
    }
    let wait = jitter.backoff(tries.failed);
    if remedy == Remedy::Slower { Verdict::Slower(wait.max(LEAST_WAIT)) } else { Verdict::Again(wait) }
}

fn error_remedy(error: &HttpError, tries: &mut Tries) -> Remedy {
    match error {
        HttpError::NoName { .. }
        | HttpError::Refused { .. }
        | HttpError::Unreachable { .. }
        | HttpError::Timeout { .. }
        | HttpError::Reset { .. } => Remedy::Again,
        HttpError::Truncated { .. } => {
            tries.truncated += 1;
            if tries.truncated > 1 { Remedy::Stop(FaultKind::Network) } else { Remedy::Again }
        }
        HttpError::Client { .. } | HttpError::Tls { .. } => Remedy::Stop(FaultKind::Network),
        HttpError::NotHttp { .. }
        | HttpError::Garbled { .. }
        | HttpError::Encoding { .. }
        | HttpError::TooLarge { .. } => Remedy::Stop(FaultKind::Shape),
        HttpError::BadUrl
        | HttpError::BadHeader { .. }
        | HttpError::OtherOrigin { .. }
        | HttpError::NotEncrypted { .. }
        | HttpError::Redirect { .. } => Remedy::Stop(FaultKind::Configuration),
    }
}

/// How long the server asks to wait: the longest of what its `Retry-After` headers and its body say.
///
/// A `Retry-After` is a number of seconds or a date (RFC 9110 section 10.2.3), which counts from `now`: the
/// server's own clock where it tells it, so that a wrong clock here does no harm. A time that has passed
/// asks for one second.
pub(super) fn asked_wait(
    headers: &[(String, String)],
    now: Timestamp,
    body: Option<Duration>,
) -> Option<Duration> {
    let named = headers.iter().filter(|(name, _)| name == "retry-after");
    let waits = named.filter_map(|(_, value)| read_wait(value.trim(), now));
    waits.chain(body).max().map(|wait| wait.max(LEAST_WAIT))
}

fn read_wait(text: &str, now: Timestamp) -> Option<Duration> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are longer than any patience.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let distance = http_date(text)?.millis().saturating_sub(now.millis());
    Some(Duration::from_millis(u64::try_from(distance).unwrap_or(0)))
}

/// Chance for waits, so that clients that failed together do not come back together.
#[derive(Debug, Clone)]
pub(super) struct Jitter(u64);

impl Jitter {
    /// The same seed gives the same waits.
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed that differs between processes and between calls.
    pub(super) fn from_entropy() -> Self {
        use std::hash::{BuildHasher, RandomState};
        Self::new(RandomState::new().hash_one(std::process::id()))
    }

    /// A number in `0.0..1.0`, by `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Full jitter: anything from nothing to half a second doubled for each failure, at most a minute.
    pub(super) fn backoff(&mut self, failures: u32) -> Duration {
        let doubled = FIRST_STEP.saturating_mul(1 << failures.saturating_sub(1).min(16));
        doubled.min(LAST_STEP).mul_f64(self.unit())
    }

    /// Up to a tenth of `wait` more, at most five seconds: those who wait for the same moment do not go on
    /// in the same moment.
    pub(super) fn spread(&mut self, wait: Duration) -> Duration {
        (wait / 10).min(LAST_SPREAD).mul_f64(self.unit())
    }

    /// The time to the next look at a source, up to a tenth shorter or longer than `poll`. One that could not
    /// be reached is looked for every minute or so, however rarely it is asked otherwise, and less and less
    /// often where it is asked more often than that.
    pub(super) fn until_next(&mut self, poll: Duration, unreached: u32) -> Duration {
        if unreached == 0 {
            return self.around(poll);
        }
        self.around(poll.min(LAST_STEP)).max(self.backoff(unreached))
    }

    /// `interval`, up to a tenth shorter or longer.
    fn around(&mut self, interval: Duration) -> Duration {
        interval.mul_f64(0.9 + 0.2 * self.unit())
    }
}

#[cfg(test)]
mod tests;
