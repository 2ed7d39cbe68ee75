//! Reading times as feeds write them.

use std::fmt::Write as _;

use super::json::Json;
use crate::domain::Timestamp;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

/// How a feed writes its times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum TimeFormat {
    /// ISO 8601: `Z`, an offset (`+02:00`, `+0200`, `+02`) or no zone, which means UTC; `T` or a space.
    #[default]
    Iso,
    /// So many of these units since 1970-01-01T00:00:00Z, as a number or as digits in quotes.
    Epoch(Unit),
    /// Numbers by their size, texts as ISO 8601.
    Auto,
    /// A pattern of `strftime`; without a zone in it, UTC.
    Pattern(String),
}

/// The unit of an epoch time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

/// The names of the formats that need no pattern.
pub(super) const FORMATS: &[(&str, TimeFormat)] = &[
    ("iso", TimeFormat::Iso),
    ("auto", TimeFormat::Auto),
    ("epoch_s", TimeFormat::Epoch(Unit::Seconds)),
    ("epoch_ms", TimeFormat::Epoch(Unit::Millis)),
    ("epoch_us", TimeFormat::Epoch(Unit::Micros)),
    ("epoch_ns", TimeFormat::Epoch(Unit::Nanos)),
];

/// 0000-01-01 and 9999-12-31, the first and the last day that a time in JSON can name.
const RANGE: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

impl TimeFormat {
    /// The time in `value`; `None` where there is none that can be read, or one outside the years 0 to 9999.
    pub(super) fn read(&self, value: &Json<'_>) -> Option<Timestamp> {
        let millis = match self {
            Self::Iso => iso(value.as_text()?.trim())?,
            Self::Epoch(unit) => epoch(value, Some(*unit))?,
            Self::Auto => match value {
                Json::Text(text) => iso(text.trim()).or_else(|| epoch(value, None))?,
                other => epoch(other, None)?,
            },
            Self::Pattern(pattern) => by_pattern(value.as_text()?.trim(), pattern)?,
        };
        RANGE.contains(&millis).then(|| Timestamp::from_millis(millis))
    }
}

impl TimeFormat {
    /// `time` in this form; where the form is open, as ISO 8601 in UTC.
    pub(super) fn write(&self, time: Timestamp) -> String {
        let millis = time.millis();
        match self {
            Self::Iso | Self::Auto => time.to_string(),
            Self::Epoch(Unit::Seconds) => millis.div_euclid(1000).to_string(),
            Self::Epoch(Unit::Millis) => millis.to_string(),
            Self::Epoch(Unit::Micros) => (i128::from(millis) * 1000).to_string(),
            Self::Epoch(Unit::Nanos) => (i128::from(millis) * 1_000_000).to_string(),
            Self::Pattern(pattern) => {
                let mut text = String::new();
                // Patterns are checked when a profile is read; an empty text is left out of a request.
                if write!(text, "{}", time.utc().format(pattern)).is_err() {
                    text.clear();
                }
                text
            }
        }
    }

    /// The word or the pattern that a profile has for it.
    pub(super) fn word(&self) -> &str {
        match self {
            Self::Pattern(pattern) => pattern,
            other => FORMATS.iter().find(|(_, format)| format == other).map_or("", |(word, _)| word),
        }
    }

    /// The format that a profile's word or pattern names; the error says what is wrong.
    pub(super) fn from_word(word: &str) -> Result<Self, String> {
        if !word.contains('%') {
            let known = FORMATS.iter().find(|(name, _)| *name == word);
            return known.map(|(_, format)| format.clone()).ok_or_else(|| format!("unknown value `{word}`"));
        }
        let mut parts = chrono::format::StrftimeItems::new(word);
        if parts.any(|part| part == chrono::format::Item::Error) {
            return Err(format!("`{word}` is no pattern of `strftime`"));
        }
        Ok(Self::Pattern(word.to_owned()))
    }

    /// The least step between two times that it can tell apart, in milliseconds.
    pub(super) fn step(&self) -> i64 {
        match self {
            Self::Epoch(Unit::Seconds) | Self::Pattern(_) => 1000,
            _ => 1,
        }
    }
}

impl Unit {
    fn millis(self, count: i128) -> i128 {
        match self {
            Self::Seconds => count.saturating_mul(1000),
            Self::Millis => count,
            Self::Micros => count.div_euclid(1000),
            Self::Nanos => count.div_euclid(1_000_000),
        }
    }

    /// The unit in which a number of this size names a time between 1973 and the far future.
    fn of(size: u128) -> Self {
        match size {
            0..100_000_000_000 => Self::Seconds,
            100_000_000_000..100_000_000_000_000 => Self::Millis,
            100_000_000_000_000..100_000_000_000_000_000 => Self::Micros,
            _ => Self::Nanos,
        }
    }
}

fn epoch(value: &Json<'_>, unit: Option<Unit>) -> Option<i64> {
    let text = match value {
        Json::Number(number) => number.to_string(),
        Json::Text(text) => text.trim().to_owned(),
        _ => return None,
    };
    if let Ok(count) = text.parse::<i128>() {
        let unit = unit.unwrap_or_else(|| Unit::of(count.unsigned_abs()));
        return i64::try_from(unit.millis(count)).ok();
    }
    // Some feeds send seconds with a fraction, or large numbers with an exponent.
    let count: f64 = text.parse().ok().filter(|count: &f64| count.is_finite() && count.abs() < 1e30)?;
    let unit = unit.unwrap_or_else(|| Unit::of(count.abs() as u128));
    let micros = match unit {
        Unit::Seconds => count * 1e6,
        Unit::Millis => count * 1e3,
        Unit::Micros => count,
        Unit::Nanos => count / 1e3,
    };
    // Rounded first: a binary fraction often lies just below the decimal one that was meant.
    i64::try_from((micros.round() as i128).div_euclid(1000)).ok()
}

/// The ISO 8601 forms that feeds send, in milliseconds; finer fractions are cut off.
fn iso(text: &str) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(
        digits(text, 0..4)? as i32,
        separated(text, 4, b'-', 5..7)?,
        separated(text, 7, b'-', 8..10)?,
    )?;
    let Some(rest) = text.get(10..).filter(|rest| !rest.is_empty()) else {
        return Some(date.and_time(NaiveTime::MIN).and_utc().timestamp_millis());
    };
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (hour, minute) = (digits(rest, 0..2)?, separated(rest, 2, b':', 3..5)?);
    let mut rest = rest.get(5..)?;
    let (mut second, mut millis) = (0, 0);
    if rest.starts_with(':') {
        second = digits(rest, 1..3)?;
        rest = rest.get(3..)?;
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let digits = &fraction.as_bytes()[..length];
            for place in 0..3 {
                millis = millis * 10 + digits.get(place).map_or(0, |digit| i64::from(digit - b'0'));
            }
            rest = (length > 0).then(|| &fraction[length..])?;
        }
    }
    // A leap second is counted as the first second of the next minute.
    let leap = i64::from(second == 60);
    let time = NaiveTime::from_hms_opt(hour, minute, second - u32::from(second == 60))?;
    let local = date.and_time(time).and_utc().timestamp_millis() + leap * 1000 + millis;
    Some(local - offset(rest.trim_start())? * 60_000)
}

/// Minutes east of UTC: nothing and `Z` are 0.
fn offset(zone: &str) -> Option<i64> {
    if zone.is_empty() || zone.eq_ignore_ascii_case("z") || zone == "UTC" {
        return Some(0);
    }
    let (sign, rest) = match zone.as_bytes()[0] {
        b'+' => (1, &zone[1..]),
        b'-' => (-1, &zone[1..]),
        _ => return None,
    };
    let minutes = match rest.len() {
        2 => 0,
        4 => digits(rest, 2..4)?,
        5 => separated(rest, 2, b':', 3..5)?,
        _ => return None,
    };
    let hours = digits(rest, 0..2)?;
    (hours <= 23 && minutes <= 59).then(|| sign * i64::from(hours * 60 + minutes))
}

fn separated(text: &str, at: usize, separator: u8, range: std::ops::Range<usize>) -> Option<u32> {
    (*text.as_bytes().get(at)? == separator).then(|| digits(text, range))?
}

fn digits(text: &str, range: std::ops::Range<usize>) -> Option<u32> {
    let part = text.as_bytes().get(range)?;
    part.iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
}

fn by_pattern(text: &str, pattern: &str) -> Option<i64> {
    if let Ok(time) = DateTime::parse_from_str(text, pattern) {
        return Some(time.timestamp_millis());
    }
    if let Ok(time) = NaiveDateTime::parse_from_str(text, pattern) {
        return Some(time.and_utc().timestamp_millis());
    }
    let date = NaiveDate::parse_from_str(text, pattern).ok()?;
    Some(date.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
}
