//! Time literals: what a person types for a stretch of time, in the display zone.
//!
//! A literal is an interval at its own precision: `2026-03` is a month, `14:30` a minute of today. Days
//! and longer are civil ones, so a day may have 23 or 25 hours.

mod amount;
mod printed;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use crate::domain::{self, Oddity, OffsetAt, Timestamp, nearest};

pub(super) use amount::Amount;
use printed::Printed;

/// A moment to reckon from and the zone to reckon in.
pub(super) struct Clock<'a> {
    pub(super) now: Timestamp,
    /// Seconds east of UTC at an instant.
    pub(super) offset_at: &'a OffsetAt<'a>,
}

/// A stretch of time: start included, end excluded. An instant has the same start and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    /// What is odd about the civil time that was typed.
    pub(super) oddity: Option<Oddity>,
}

/// Why a literal cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadTime {
    pub(super) hint: String,
    /// What was probably meant.
    pub(super) meant: Option<String>,
}

impl BadTime {
    fn new(hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), meant: None }
    }
}

const WORDS: &[&str] = &["now", "today", "yesterday", "this-week", "last-week", "this-month", "last-month"];

const WEEKDAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sunday", Weekday::Sun),
];

/// Literals to choose from, with what each means.
pub(super) const LITERALS: &[(&str, &str)] = &[
    ("24h", "24 hours ago"),
    ("7d", "a week ago"),
    ("30d", "30 days ago"),
    ("today", "the civil day"),
    ("yesterday", "the day before"),
    ("this-week", "from Monday"),
    ("last-week", "from Monday to Sunday"),
    ("this-month", "from the first"),
    ("last-month", "the whole month"),
    ("1h", "an hour ago"),
    ("monday", "the last one, today included"),
    ("tuesday", "the last one, today included"),
    ("wednesday", "the last one, today included"),
    ("thursday", "the last one, today included"),
    ("friday", "the last one, today included"),
    ("saturday", "the last one, today included"),
    ("sunday", "the last one, today included"),
];

const OUT_OF_REACH: &str = "that is beyond the calendar";

const DAY_MILLIS: i64 = 86_400_000;

impl Clock<'_> {
    /// The stretch that `text` names.
    pub(super) fn literal(&self, text: &str) -> Result<Stretch, BadTime> {
        if let Some(stretch) = self.find(text) {
            return stretch;
        }
        let words = WORDS.iter().copied().chain(WEEKDAYS.iter().map(|(word, _)| *word));
        let meant = nearest(text, words).map(str::to_owned);
        Err(BadTime { hint: "write `2026-03-25`, `14:30`, `7d`, `yesterday` or `monday`".to_owned(), meant })
    }

    /// The same for a text that may as well be something else: `None` where it does not even resemble a time.
    pub(super) fn find(&self, text: &str) -> Option<Result<Stretch, BadTime>> {
        if let Some(printed) = printed::parts(text) {
            return printed.and_then(|printed| self.printed(&printed)).transpose();
        }
        if !text.starts_with(|c: char| c.is_ascii_digit()) {
            let text = text.to_lowercase();
            return self.word(&text).or_else(|| self.time_of_day_word(&text));
        }
        match Amount::parse(text) {
            Some(amount) => Some(amount.and_then(|amount| self.ago(&amount))),
            None => self.written(text),
        }
    }

    fn today(&self) -> NaiveDate {
        self.civil(self.now).date()
    }

    fn civil(&self, time: Timestamp) -> NaiveDateTime {
        domain::civil(time, self.offset_at)
    }

    fn instant(&self, civil: NaiveDateTime) -> (Timestamp, Option<Oddity>) {
        domain::instant(civil, self.offset_at)
    }

    fn word(&self, word: &str) -> Option<Result<Stretch, BadTime>> {
        let today = self.today();
        let monday = || today.checked_sub_days(Days::new(today.weekday().num_days_from_monday().into()));
        let days = |from: Option<NaiveDate>, count: u64| {
            let to = from.and_then(|from| from.checked_add_days(Days::new(count)));
            Some(self.days(from, to))
        };
        let months_back = |back: u32| {
            let first = today.with_day(1);
            let from = first.and_then(|first| first.checked_sub_months(Months::new(back)));
            Some(self.days(from, from.and_then(|from| from.checked_add_months(Months::new(1)))))
        };
        match word {
            "now" => Some(Ok(Stretch { start: self.now, end: self.now, oddity: None })),
            "today" => days(Some(today), 1),
            "yesterday" => days(today.pred_opt(), 1),
            "this-week" => days(monday(), 7),
            "last-week" => days(monday().and_then(|monday| monday.checked_sub_days(Days::new(7))), 7),
            "this-month" => months_back(0),
            "last-month" => months_back(1),
            _ => days(Some(self.weekday(word)?), 1),
        }
    }

    /// The last day of that name, today included.
    fn weekday(&self, name: &str) -> Option<NaiveDate> {
        let (_, weekday) = WEEKDAYS.iter().find(|(known, _)| *known == name)?;
        let today = self.today();
        today.checked_sub_days(Days::new(today.weekday().days_since(*weekday).into()))
    }

    /// A day by its name with a time of day: `yesterday 14:32`, `mondayT09:00`. `None` where it is not that.
    fn time_of_day_word(&self, text: &str) -> Option<Result<Stretch, BadTime>> {
        let mut days = ["today", "yesterday"].into_iter().chain(WEEKDAYS.iter().map(|(name, _)| *name));
        let (day, time) =
            days.find_map(|day| Some((day, text.strip_prefix(day)?.strip_prefix(['t', ' '])?)))?;
        let date = match day {
            "today" => self.today(),
            "yesterday" => self.today().pred_opt()?,
            _ => self.weekday(day)?,
        };
        self.at(date, time.trim_start())
    }

    /// The civil days from `from` up to, not including, `to`.
    fn days(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Stretch, BadTime> {
        let (Some(from), Some(to)) = (from, to) else { return Err(BadTime::new(OUT_OF_REACH)) };
        let (start, _) = self.instant(from.and_time(NaiveTime::MIN));
        let (end, _) = self.instant(to.and_time(NaiveTime::MIN));
        Ok(Stretch { start, end, oddity: None })
    }

    /// A time as the screens print it. Without a year it is the last such day, today included.
    fn printed(&self, printed: &Printed<'_>) -> Result<Option<Stretch>, BadTime> {
        let today = self.today();
        let date = printed.date(today)?;
        match printed.time {
            None => self.days(Some(date), date.succ_opt()).map(Some),
            Some(time) => self.at(date, time).transpose(),
        }
    }

    /// That long before now. Years, months, weeks and days go back on the calendar, the rest on the clock.
    fn ago(&self, amount: &Amount) -> Result<Stretch, BadTime> {
        let out_of_reach = || BadTime::new(OUT_OF_REACH);
        let start = if amount.months == 0 && amount.days == 0 {
            self.now
        } else {
            let civil = self
                .civil(self.now)
                .checked_sub_months(Months::new(amount.months))
                .and_then(|civil| civil.checked_sub_days(Days::new(amount.days)))
                .ok_or_else(out_of_reach)?;
            self.instant(civil).0
        };
        let start = start.plus_millis(-amount.millis);
        Ok(Stretch { start, end: start, oddity: None })
    }

    /// A date, a time of today or both. `None` when it resembles neither.
    fn written(&self, text: &str) -> Option<Result<Stretch, BadTime>> {
        let is_clock = text.find(':').is_some_and(|at| at <= 2);
        let (date, time) = match text.find(['T', 't', ' ']) {
            _ if is_clock => (None, Some(text)),
            Some(at) => (Some(&text[..at]), Some(&text[at + 1..])),
            None => (Some(text), None),
        };
        let (from, to) = match date.map(date_span) {
            None => (self.today(), self.today()),
            Some(span) => match span? {
                Ok(span) => span,
                Err(bad) => return Some(Err(bad)),
            },
        };
        let Some(time) = time else { return Some(self.days(Some(from), Some(to))) };
        if date.is_some_and(|date| date.len() != 10) {
            return Some(Err(BadTime::new("a time of day needs a whole date: `2026-03-25T16:45`")));
        }
        self.at(from, time)
    }

    /// The stretch that a time of day covers on `date`. `None` when `time` does not resemble one.
    fn at(&self, date: NaiveDate, time: &str) -> Option<Result<Stretch, BadTime>> {
        let (time, offset) = zone_suffix(time)?;
        let (time, millis) = match clock_span(time.trim_end())? {
            Ok(span) => span,
            Err(bad) => return Some(Err(bad)),
        };
        let civil = date.and_time(time);
        let (start, oddity) = match offset {
            Some(seconds) => {
                let utc = civil.and_utc().timestamp_millis() - i64::from(seconds) * 1000;
                (Timestamp::from_millis(utc), None)
            }
            None => self.instant(civil),
        };
        Some(Ok(Stretch { start, end: start.plus_millis(millis), oddity }))
    }
}

/// The first day of `2026`, `2026-03` or `2026-03-25` and the day after its last.
fn date_span(text: &str) -> Option<Result<(NaiveDate, NaiveDate), BadTime>> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next(), parts.next());
    let numbers = |part: &str, length: usize| {
        (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())?
    };
    let year = numbers(year, 4)? as i32;
    let (month_number, day_number) = match (month, day) {
        (None, _) => (1, 1),
        (Some(month), None) => (numbers(month, 2)?, 1),
        (Some(month), Some(day)) => (numbers(month, 2)?, numbers(day, 2)?),
    };
    if parts.next().is_some() {
        return None;
    }
    let Some(from) = NaiveDate::from_ymd_opt(year, month_number, day_number) else {
        return Some(Err(BadTime::new(format!("the calendar has no `{text}`"))));
    };
    let to = match (month, day) {
        (None, _) => from.checked_add_months(Months::new(12)),
        (Some(_), None) => from.checked_add_months(Months::new(1)),
        _ => from.succ_opt(),
    };
    Some(to.map(|to| (from, to)).ok_or_else(|| BadTime::new(OUT_OF_REACH)))
}

/// What is left of a time of day before its zone, and the offset in seconds where it has one.
fn zone_suffix(text: &str) -> Option<(&str, Option<i32>)> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time, Some(0)));
    }
    match text.find(['+', '-']) {
        None => Some((text, None)),
        Some(at) => Some((&text[..at], Some(offset(&text[at..])?))),
    }
}

/// Seconds east of UTC: `+02:00`, `-0530`, `+02`.
pub(super) fn offset(text: &str) -> Option<i32> {
    let (sign, digits) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.len() {
        2 => (digits, "00"),
        4 => (digits.get(..2)?, digits.get(2..)?),
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let number =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i32>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// A time of day and how many milliseconds it covers: `14:30`, `14:30:05`, `14:30:05.250`.
fn clock_span(text: &str) -> Option<Result<(NaiveTime, i64), BadTime>> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let parts: Vec<u32> = whole
        .split(':')
        .map(|part| {
            let digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse().ok())?
        })
        .collect::<Option<_>>()?;
    let (hour, minute, second, millis) = match *parts {
        [hour] if fraction.is_none() => (hour, 0, 0, 3_600_000),
        [hour, minute] if fraction.is_none() => (hour, minute, 0, 60_000),
        [hour, minute, second] => (hour, minute, second, 1000),
        _ => return None,
    };
    let (fraction, millis) = match fraction {
        None => (0, millis),
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let precision = digits.len();
            let digits = format!("{digits:0<3}");
            let unit = [100, 10, 1][precision.clamp(1, 3) - 1];
            (digits[..3].parse().ok()?, unit)
        }
        Some(_) => return None,
    };
    Some(
        NaiveTime::from_hms_milli_opt(hour, minute, second, fraction)
            .map(|time| (time, millis))
            .ok_or_else(|| BadTime::new(format!("a day has no `{text}`"))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Berlin in 2026: one hour east of UTC, two from 29 March 01:00 UTC to 25 October 01:00 UTC.
    fn berlin(time: Timestamp) -> i32 {
        let summer = at("2026-03-29T01:00:00Z")..at("2026-10-25T01:00:00Z");
        if summer.contains(&time) { 7200 } else { 3600 }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
    }

    fn read(now: &str, text: &str) -> Stretch {
        Clock { now: at(now), offset_at: &berlin }
            .literal(text)
            .unwrap_or_else(|bad| panic!("{text}: {bad:?}"))
    }

    #[test]
    fn days_are_civil_days_of_the_zone() {
        for (text, start, end) in [
            ("2026-03-28", "2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z"),
            ("2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            ("2026-03", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
            ("2026", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z"),
            ("today", "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z"),
            ("monday", "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z"),
            ("yesterday", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("sunday", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("last-week", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("14:30", "2026-03-30T12:30:00Z", "2026-03-30T12:31:00Z"),
            ("today 14:30", "2026-03-30T12:30:00Z", "2026-03-30T12:31:00Z"),
            ("yesterday 14:32", "2026-03-29T12:32:00Z", "2026-03-29T12:33:00Z"),
            ("yesterdayT14:32:05", "2026-03-29T12:32:05Z", "2026-03-29T12:32:06Z"),
            ("Tuesday 09:00", "2026-03-24T08:00:00Z", "2026-03-24T08:01:00Z"),
            ("tuesdayt09:00Z", "2026-03-24T09:00:00Z", "2026-03-24T09:01:00Z"),
            ("14 Nov", "2025-11-13T23:00:00Z", "2025-11-14T23:00:00Z"),
            ("28 Mar 09:00", "2026-03-28T08:00:00Z", "2026-03-28T08:01:00Z"),
            ("Sat 28 mar 09:00", "2026-03-28T08:00:00Z", "2026-03-28T08:01:00Z"),
            ("saturday 28 march", "2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z"),
            ("30 Mar", "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z"),
            ("5 Jan 2025", "2025-01-04T23:00:00Z", "2025-01-05T23:00:00Z"),
            ("Sat 28 Mar 2026 09:00:05 +01:00", "2026-03-28T08:00:05Z", "2026-03-28T08:00:06Z"),
            ("1d", "2026-03-29T09:00:00Z", "2026-03-29T09:00:00Z"),
            ("2d", "2026-03-28T10:00:00Z", "2026-03-28T10:00:00Z"),
            ("48h", "2026-03-28T09:00:00Z", "2026-03-28T09:00:00Z"),
            ("1mo", "2026-02-28T10:00:00Z", "2026-02-28T10:00:00Z"),
            ("1y1mo2w1d1h1m1s", "2025-02-13T08:58:59Z", "2025-02-13T08:58:59Z"),
            ("2026-03-28T16:45Z", "2026-03-28T16:45:00Z", "2026-03-28T16:46:00Z"),
            ("2026-03-28t16:45:01.25-0130", "2026-03-28T18:15:01.250Z", "2026-03-28T18:15:01.260Z"),
        ] {
            let stretch = read("2026-03-30T09:00:00Z", text);
            assert_eq!((stretch.start, stretch.end), (at(start), at(end)), "{text}");
        }
    }

    #[test]
    fn a_skipped_time_moves_forward_and_of_two_the_earlier_counts() {
        let skipped = read("2026-03-30T09:00:00Z", "2026-03-29T02:30");
        assert_eq!((skipped.start, skipped.oddity), (at("2026-03-29T01:30:00Z"), Some(Oddity::Skipped)));
        let twice = read("2026-03-30T09:00:00Z", "2026-10-25T02:30");
        assert_eq!((twice.start, twice.oddity), (at("2026-10-25T00:30:00Z"), Some(Oddity::Twice)));
        for text in ["2026-03-29T01:59", "2026-03-29T03:00", "2026-10-25T01:59", "2026-10-25T03:00"] {
            assert_eq!(read("2026-03-30T09:00:00Z", text).oddity, None, "{text}");
        }
    }

    #[test]
    fn the_machines_own_zone_agrees_with_itself() {
        use crate::domain::Zone;
        let offset_at = |time| Zone::Local.offset_at(time);
        let clock = Clock { now: at("2026-04-01T12:00:00Z"), offset_at: &offset_at };
        for hours in 0..(366 * 24) {
            let time = at("2026-01-01T00:00:00Z").plus_millis(hours * 3_600_000);
            let (again, oddity) = clock.instant(clock.civil(time));
            assert!(again == time || oddity == Some(Oddity::Twice), "{time}");
        }
    }
}
