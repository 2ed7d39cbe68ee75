//! What a changed value means in words beside the value itself: by how much a number grew, how long so many
//! milliseconds are.
//!
//! Careful on purpose. A number is only taken for a duration, a size or a time where the name of its field
//! says so, and the value as it was sent is always shown beside what stands here.

use crate::domain::count;
use chrono::{DateTime, Utc};
use serde_json::{Number, Value};

/// Names of numbers that are no quantities: the distance between two of them says nothing.
const NO_QUANTITY: [&str; 14] = [
    "id",
    "ids",
    "version",
    "revision",
    "generation",
    "port",
    "code",
    "year",
    "pid",
    "uid",
    "gid",
    "zip",
    "phone",
    "hash",
];

/// The last words of names that hold moments.
const MOMENTS: [&str; 9] = ["at", "time", "timestamp", "date", "ts", "expiry", "expires", "until", "since"];

/// What there is to say beside the two values of the field at `path`, in the order of its use.
pub(super) fn notes(path: &str, before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    let words = words_of_leaf(path);
    let mut notes = Vec::new();
    let means = |value: Option<&Value>| meaning(&words, value?);
    let (was, is) = (means(before), means(after));
    if let (Some(Value::Number(before)), Some(Value::Number(after))) = (before, after) {
        let moment = was.is_some() && words.last().is_some_and(|word| MOMENTS.contains(&word.as_str()));
        if !moment && !words.last().is_some_and(|word| NO_QUANTITY.contains(&word.as_str())) {
            notes.extend(delta(before, after));
        }
    }
    if let (Some(Value::String(before)), Some(Value::String(after))) = (before, after) {
        notes.extend(apart(before, after));
    }
    match (was, is) {
        (Some(was), Some(is)) => notes.push(format!("{was} → {is}")),
        (Some(one), None) | (None, Some(one)) => notes.push(one),
        (None, None) => {}
    }
    notes
}

/// The words of the last field of a path: `config.maxAgeSeconds` gives `max`, `age`, `seconds`.
fn words_of_leaf(path: &str) -> Vec<String> {
    let leaf = path.rsplit(['.', '/', ']']).next().unwrap_or(path).trim_matches('"');
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut was_lower = false;
    for c in leaf.chars() {
        if !c.is_alphanumeric() {
            fresh = true;
            continue;
        }
        if fresh || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        (fresh, was_lower) = (false, c.is_lowercase() || c.is_numeric());
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

/// What the value of a field with a name of these words means, where that is more than it says.
fn meaning(words: &[String], value: &Value) -> Option<String> {
    if let Value::String(text) = value {
        let millis = iso_duration(text)?;
        return Some(duration(millis));
    }
    let (Value::Number(number), Some(unit)) = (value, words.last()) else { return None };
    let value = number.as_i64()?;
    let millis = match unit.as_str() {
        "ms" | "msec" | "millis" | "milliseconds" => 1,
        "seconds" | "secs" | "sec" => 1_000,
        "minutes" | "mins" => 60_000,
        "hours" | "hrs" => 3_600_000,
        "bytes" => return size(value),
        unit if MOMENTS.contains(&unit) => return moment(value),
        _ => return None,
    };
    // What does not fill the next larger unit is told well by the value itself.
    let limit = if millis == 1 {
        1_000
    } else if millis == 3_600_000 {
        24
    } else {
        60
    };
    (value.unsigned_abs() >= limit).then(|| value.checked_mul(millis).map(duration))?
}

/// Seconds or milliseconds since 1970, where they fall into the years 2000 to 2099.
fn moment(value: i64) -> Option<String> {
    const SECONDS: std::ops::Range<i64> = 946_684_800..4_102_444_800;
    let time: DateTime<Utc> = if SECONDS.contains(&value) {
        DateTime::from_timestamp(value, 0)?
    } else if SECONDS.contains(&(value / 1_000)) {
        DateTime::from_timestamp_millis(value)?
    } else {
        return None;
    };
    Some(time.format("%-d %b %Y %H:%M:%S UTC").to_string())
}

/// So many milliseconds in the two largest units that say something: `3 h 12 m`.
pub fn duration(millis: i64) -> String {
    const UNITS: [(u64, &str); 5] =
        [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
    let mut left = millis.unsigned_abs();
    let first = UNITS.iter().position(|(unit, _)| left >= *unit).unwrap_or(UNITS.len() - 1);
    let mut parts = Vec::new();
    for (unit, name) in UNITS.iter().skip(first).take(2) {
        if left / unit > 0 || parts.is_empty() {
            parts.push(format!("{} {name}", left / unit));
        }
        left %= unit;
    }
    format!("{}{}", if millis < 0 { "−" } else { "" }, parts.join(" "))
}

/// So many bytes: in powers of 1,000 where they are round in those, else of 1,024.
fn size(bytes: i64) -> Option<String> {
    let round = bytes % 1_000 == 0 && bytes % 1_024 != 0;
    let (base, units) =
        if round { (1_000.0, ["kB", "MB", "GB", "TB"]) } else { (1_024.0, ["KiB", "MiB", "GiB", "TiB"]) };
    let mut amount = bytes as f64;
    let mut name = None;
    for unit in units {
        if amount.abs() < base {
            break;
        }
        amount /= base;
        name = Some(unit);
    }
    let text = format!("{amount:.1}");
    Some(format!("{} {}", text.strip_suffix(".0").unwrap_or(&text), name?))
}

/// An ISO 8601 duration of days, hours, minutes and seconds, such as `PT1H30M`, in milliseconds.
fn iso_duration(text: &str) -> Option<i64> {
    let (days, time) = text.strip_prefix('P')?.split_once('T').unwrap_or((text.strip_prefix('P')?, ""));
    let mut millis: i64 = 0;
    let mut known = false;
    for (part, units) in
        [(days, &[('D', 86_400_000)][..]), (time, &[('H', 3_600_000), ('M', 60_000), ('S', 1_000)])]
    {
        let mut number = String::new();
        for c in part.chars() {
            if c.is_ascii_digit() {
                number.push(c);
                continue;
            }
            let (_, unit) = units.iter().find(|(name, _)| *name == c)?;
            millis = millis.checked_add(number.parse::<i64>().ok()?.checked_mul(*unit)?)?;
            number.clear();
            known = true;
        }
        if !number.is_empty() {
            return None;
        }
    }
    known.then_some(millis)
}

/// How far two moments are apart.
fn apart(before: &str, after: &str) -> Option<String> {
    let moment = |text: &str| DateTime::parse_from_rfc3339(text).ok();
    let millis = (moment(after)? - moment(before)?).num_milliseconds();
    let word = if millis < 0 { "earlier" } else { "later" };
    (millis != 0).then(|| format!("{} {word}", duration(millis.checked_abs().unwrap_or(i64::MAX))))
}

/// By how much a number grew or shrank.
fn delta(before: &Number, after: &Number) -> Option<String> {
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    let amount = if let (Some(before), Some(after)) = (whole(before), whole(after)) {
        grouped(after - before)
    } else {
        // As many places as the finer of the two has: the rest is an artefact of binary fractions.
        let places = decimals(before)?.max(decimals(after)?);
        format!("{:+.places$}", after.as_f64()? - before.as_f64()?).replace('-', "−")
    };
    let (was, is) = (before.as_f64()?, after.as_f64()?);
    let percent = (is - was) / was.abs() * 100.0;
    let shown = if percent.abs() < 10.0 { format!("{percent:+.1}") } else { format!("{percent:+.0}") };
    let tells =
        percent.is_finite() && percent.abs() < 10_000.0 && shown.bytes().any(|b| matches!(b, b'1'..=b'9'));
    let shown = shown.strip_suffix(".0").unwrap_or(&shown).replace('-', "−");
    Some(if tells { format!("{amount} ({shown} %)") } else { amount })
}

/// The places behind the point, unless the number is written with a power of ten.
fn decimals(number: &Number) -> Option<usize> {
    let text = number.to_string();
    (!text.contains(['e', 'E'])).then(|| text.split_once('.').map_or(0, |(_, rest)| rest.len()))
}

/// A number with its sign and its digits in threes.
fn grouped(number: i128) -> String {
    format!("{}{}", if number < 0 { "−" } else { "+" }, count(number.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_told_in_words_where_their_names_say_what_they_are() {
        for (path, before, after, expected) in [
            ("limit", json!(1200), json!(300), vec!["−900 (−75 %)"]),
            ("rows", json!(1_000), json!(5_000), vec!["+4,000 (+400 %)"]),
            ("ratio", json!(0.1), json!(0.3), vec!["+0.2 (+200 %)"]),
            ("rate", json!(200), json!(201), vec!["+1 (+0.5 %)"]),
            ("big", json!(u64::MAX), json!(0), vec!["−18,446,744,073,709,551,615 (−100 %)"]),
            ("start", json!(0), json!(5), vec!["+5"]),
            ("timeout_ms", json!(1_200_000), json!(90_500), vec!["−1,109,500 (−92 %)", "20 m → 1 m 30 s"]),
            ("config.maxAgeSeconds", json!(86_400), json!(30), vec!["−86,370 (−100 %)", "1 d"]),
            (
                "x.sizeInBytes",
                json!(1_048_576),
                json!(5_000_000),
                vec!["+3,951,424 (+377 %)", "1 MiB → 5 MB"],
            ),
            (
                "expiresAt",
                json!(1_775_040_000),
                json!(1_775_040_000_000_i64),
                vec!["1 Apr 2026 10:40:00 UTC → 1 Apr 2026 10:40:00 UTC"],
            ),
            ("at", json!("2026-04-01T10:00:00Z"), json!("2026-04-01T13:12:00Z"), vec!["3 h 12 m later"]),
            ("window", json!("PT90M"), json!("P1DT2H"), vec!["1 h 30 m → 1 d 2 h"]),
            ("version", json!(3), json!(4), vec![]),
            ("port", json!(80), json!(443), vec![]),
            ("items", json!(5), json!("5"), vec![]),
            ("uptime", json!(100), json!(90), vec!["−10 (−10 %)"]),
            ("name", json!("Paris"), json!("Prague"), vec![]),
            ("created", json!(1_775_040_000), json!(1_775_040_001), vec!["+1"]),
        ] {
            assert_eq!(notes(path, Some(&before), Some(&after)), expected, "{path}");
        }
        assert_eq!(notes("retention_hours", None, Some(&json!(48))), ["2 d"]);
        assert!(notes("limit", None, Some(&json!(48))).is_empty());
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn no_value_is_too_odd(path in ".{0,12}", a in proptest::num::i64::ANY, b in proptest::num::f64::ANY) {
            for name in [path.as_str(), "ms", "bytes", "at", "hours"] {
                notes(name, Some(&json!(a)), Some(&json!(b)));
                notes(name, Some(&json!(b)), Some(&json!(a)));
                notes(name, Some(&json!(i64::MIN)), Some(&json!(a)));
                notes(name, Some(&json!(format!("P{a}DT{path}"))), Some(&json!(path)));
            }
        }
    }
}
