//! What the headers of an answer say about how often a provider may be asked.

use std::time::Duration;

use super::Profile;
use super::json::Json;
use super::time::TimeFormat;
use crate::domain::Timestamp;

/// How a header says when requests are allowed again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ResetFormat {
    /// By its size: below 10⁷ seconds from now, below 10¹¹ seconds since 1970, else milliseconds since
    /// 1970. A text that is no number is a date.
    #[default]
    Auto,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMillis,
    /// Seconds from now.
    DeltaSeconds,
    /// ISO 8601.
    Iso,
}

/// Where a time is told from the number of seconds until it, and seconds from milliseconds.
const DELTA_BELOW: f64 = 1e7;
const SECONDS_BELOW: f64 = 1e11;

/// How long an answer asks everyone to wait because its headers say that no request is left; `None` where
/// some are, or where the profile names no such headers. `now` is the server's clock where it tells it.
/// `headers` have lower-case names.
pub fn wait(profile: &Profile, headers: &[(String, String)], now: Timestamp) -> Option<Duration> {
    let rate = &profile.rate;
    let header = |name: &Option<String>| {
        let name = name.as_ref()?;
        headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    };
    let left: f64 = header(&rate.remaining)?.parse().ok()?;
    if left >= 1.0 {
        return None;
    }
    let wait = rate.reset_format.wait(header(&rate.reset)?, now)?;
    Some(wait.max(Duration::from_secs(1)))
}

impl ResetFormat {
    fn wait(self, text: &str, now: Timestamp) -> Option<Duration> {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        let millis_until = |millis: f64| (millis - now.millis() as f64).max(0.0) / 1000.0;
        let seconds = match (self, number) {
            (Self::DeltaSeconds, number) => number?,
            (Self::EpochSeconds, number) => millis_until(number? * 1000.0),
            (Self::EpochMillis, number) => millis_until(number?),
            (Self::Auto, Some(number)) if number < DELTA_BELOW => number,
            (Self::Auto, Some(number)) if number < SECONDS_BELOW => millis_until(number * 1000.0),
            (Self::Auto, Some(number)) => millis_until(number),
            (Self::Iso | Self::Auto, _) => {
                millis_until(TimeFormat::Iso.read(&Json::Text(text.into()))?.millis() as f64)
            }
        };
        Duration::try_from_secs_f64(seconds).ok()
    }
}
