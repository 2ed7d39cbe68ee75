//! Times as the screens print them: `14 Nov 12:00`, `Sat 14 Nov`, `Sat 14 Nov 2026 12:00:59 +00:00`.

use chrono::{Datelike, Month, NaiveDate, Weekday};

use super::BadTime;

/// The parts of a time that was printed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Printed<'t> {
    weekday: Option<Weekday>,
    day: u32,
    month: Month,
    year: Option<i32>,
    /// The time of day with its zone, as far as there is one.
    pub(super) time: Option<&'t str>,
}

/// The parts of `text`; `None` where it is written in another way, the error where only its rest is odd.
pub(super) fn parts(text: &str) -> Option<Result<Printed<'_>, BadTime>> {
    let (first, mut rest) = word(text)?;
    let weekday = first.parse::<Weekday>().ok();
    let mut day = first;
    if weekday.is_some() {
        (day, rest) = word(rest)?;
    }
    let is_day = (1..=2).contains(&day.len()) && day.bytes().all(|byte| byte.is_ascii_digit());
    let day: u32 = is_day.then(|| day.parse().ok())??;
    let (month, mut rest) = word(rest)?;
    let month = month.parse::<Month>().ok()?;
    let mut year = None;
    if let Some((digits, after)) = word(rest)
        && digits.len() == 4
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        (year, rest) = (digits.parse().ok(), after);
    }
    let time = (!rest.is_empty()).then_some(rest);
    Some(match time {
        Some(time) if !time.contains(':') => {
            Err(BadTime::new(format!("`{time}` is no time of day: write `12:00` behind the date")))
        }
        time => Ok(Printed { weekday, day, month, year, time }),
    })
}

fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (!word.is_empty()).then(|| (word, rest.trim_start()))
}

impl Printed<'_> {
    /// The day; without a year the last such day, `today` included.
    pub(super) fn date(&self, today: NaiveDate) -> Result<NaiveDate, BadTime> {
        let name = format!("{} {}", self.day, self.month.name());
        let in_year = |year: i32| NaiveDate::from_ymd_opt(year, self.month.number_from_month(), self.day);
        let date = match self.year {
            Some(year) => in_year(year),
            // A leap day may be some years back.
            None => (0..8).filter_map(|back| in_year(today.year() - back)).find(|date| *date <= today),
        };
        let date = date.ok_or_else(|| BadTime::new(format!("the calendar has no `{name}`")))?;
        match self.weekday {
            Some(weekday) if weekday != date.weekday() => {
                Err(BadTime::new(format!("{name} {} is a {}", date.year(), date.format("%A"))))
            }
            _ => Ok(date),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_told_from_what_is_not() {
        for text in ["", "14", "monday", "monday 14:30", "7d", "2026-03-25", "14:30", "14 xyz", "14 Nov 12"] {
            assert!(!matches!(parts(text), Some(Ok(_))), "{text}");
        }
        let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        let date = |text: &str| parts(text).unwrap().and_then(|printed| printed.date(today));
        assert_eq!(date("29 Feb").unwrap().year(), 2024);
        assert_eq!(date("21 Nov").unwrap().year(), 2025);
        assert!(date("31 Feb").unwrap_err().hint.contains("the calendar has no `31 February`"));
        assert!(date("Sun 14 Nov 2026").unwrap_err().hint.contains("14 November 2026 is a Saturday"));
        assert!(date("14 Nov noon").unwrap_err().hint.contains("`noon` is no time of day"));
    }
}
