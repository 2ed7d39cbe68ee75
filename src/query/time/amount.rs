//! Lengths of time as a person types them: numbers with a unit behind each.

use super::{BadTime, DAY_MILLIS, OUT_OF_REACH};

/// A length of time: `45s`, `1d12h`, `3mo`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::query) struct Amount {
    pub(super) months: u32,
    pub(super) days: u64,
    pub(super) millis: i64,
}

impl Amount {
    /// The length that `text` writes. `None` when it is not numbers with letters behind each.
    pub(in crate::query) fn parse(text: &str) -> Option<Result<Self, BadTime>> {
        let mut amount = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0)?;
            let unit_end = rest[digits..].find(|c: char| !c.is_ascii_alphabetic());
            let (count, after) = rest.split_at(digits);
            let (unit, after) = after.split_at(unit_end.unwrap_or(after.len()));
            if unit.is_empty() || unit == "T" || unit == "t" {
                return None;
            }
            rest = after;
            let Some(sum) = count.parse().ok().and_then(|count| amount.plus(count, unit)) else {
                let mut bad = bad_amount(count, unit);
                // An edit of the whole literal must not lose its other parts.
                bad.meant = bad.meant.filter(|_| text.len() == count.len() + unit.len());
                return Some(Err(bad));
            };
            amount = sum;
        }
        Some(Ok(amount))
    }

    fn plus(self, count: u32, unit: &str) -> Option<Self> {
        let mut sum = self;
        let millis = |each: i64| self.millis.checked_add(i64::from(count).checked_mul(each)?);
        match unit {
            "s" => sum.millis = millis(1000)?,
            "m" => sum.millis = millis(60_000)?,
            "h" => sum.millis = millis(3_600_000)?,
            "d" => sum.days += u64::from(count),
            "w" => sum.days += u64::from(count) * 7,
            "mo" => sum.months = sum.months.checked_add(count)?,
            "y" => sum.months = sum.months.checked_add(count.checked_mul(12)?)?,
            _ => return None,
        }
        Some(sum)
    }

    /// Its length on the clock, taking days as 24 hours and months as 30 days.
    pub(in crate::query) fn millis(self) -> i64 {
        let days = i64::from(self.months) * 30 + self.days as i64;
        self.millis.saturating_add(days.saturating_mul(DAY_MILLIS))
    }
}

fn bad_amount(count: &str, unit: &str) -> BadTime {
    let meant = match unit {
        "M" | "mon" | "month" | "months" => "mo",
        "min" | "mins" | "minute" | "minutes" => "m",
        "sec" | "secs" | "second" | "seconds" | "S" => "s",
        "hr" | "hrs" | "hour" | "hours" | "H" => "h",
        "day" | "days" | "D" => "d",
        "week" | "weeks" | "W" => "w",
        "yr" | "yrs" | "year" | "years" | "Y" => "y",
        "s" | "m" | "h" | "d" | "w" | "mo" | "y" => return BadTime::new(OUT_OF_REACH),
        _ => return BadTime::new("the units are `s`, `m`, `h`, `d`, `w`, `mo` and `y`"),
    };
    let hint = format!("minutes are `{count}m`, months `{count}mo`");
    let hint = if matches!(meant, "m" | "mo") { hint } else { format!("write `{count}{meant}`") };
    BadTime { hint, meant: Some(format!("{count}{meant}")) }
}
