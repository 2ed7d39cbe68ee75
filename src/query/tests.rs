//! Tests of the language as a whole: what is selected, what is refused and how, and what holds for any text.

mod errors;
mod events;
mod notes;
mod properties;
mod selects;

use chrono::{TimeZone, Utc};

use super::*;

/// Wednesday, 1 April 2026, 12:00 UTC.
fn context() -> Context {
    Context {
        now: Utc.with_ymd_and_hms(2026, 4, 1, 12, 0, 0).unwrap().into(),
        zone: Zone::Utc,
        me: Some("jane.smith@example.com".into()),
    }
}

fn read(text: &str) -> Query {
    read_all(text).query
}

fn read_all(text: &str) -> Reading {
    super::read(text, &context()).unwrap_or_else(|error| panic!("{text}: {error}"))
}
