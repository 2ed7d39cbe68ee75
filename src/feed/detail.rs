//! Reading the answers to further requests about one event.

use serde_json::Value;

use super::errors::ok_but_error;
use super::page::{Envelope, text};
use super::shape::snippet;
use super::{Profile, ShapeError, bounds, changes};
use crate::domain::{Change, Event};

/// Which of the profile's detail requests are about `event`, each to be built with
/// [`request::detail`](super::request::detail).
pub fn wanted(profile: &Profile, event: &Event) -> Vec<usize> {
    profile.details_of(&record(profile, event)).collect()
}

/// What the record of `event` itself says changed. Snapshots that are compared along a page are no part of
/// a single record, so that such an event keeps the changes that it has.
pub fn own_changes(profile: &Profile, event: &Event) -> Vec<Change> {
    if has_chain(profile) {
        return event.record.changes.clone();
    }
    changes::extract(&profile.changes, &record(profile, event), None)
}

/// Whether changes are found by comparing records of one page with each other.
fn has_chain(profile: &Profile) -> bool {
    profile.changes.iter().any(|extractor| matches!(extractor.kind, changes::ExtractorKind::Chain { .. }))
}

pub(super) fn record(profile: &Profile, event: &Event) -> Value {
    profile.items.parse(&event.record.raw).unwrap_or(Value::Null)
}

/// What changed, as the answer to the detail request `which` about `event` says.
pub fn read(profile: &Profile, which: usize, event: &Event, body: &[u8]) -> Result<Vec<Change>, ShapeError> {
    let detail = profile.details.get(which).ok_or(ShapeError::NotDescribed { what: "detail request" })?;
    let text = text(body)?;
    ok_but_error(profile, &Envelope::read(&text)?)?;
    let body = bounds::answer(&text)
        .map_err(|why| ShapeError::NotJson { reason: format!("it {why}"), snippet: snippet(&text) })?;
    if !body.is_object() && !body.is_array() {
        let found = "a single value";
        let pointer = String::new();
        return Err(ShapeError::Unexpected {
            pointer,
            expected: "an object",
            found,
            snippet: snippet(&text),
        });
    }
    Ok(changes::extract(&detail.changes, &body, Some(&record(profile, event))))
}
