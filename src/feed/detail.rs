//! Reading the answers to further requests about one event.

use super::errors::ok_but_error;
use super::expr::Values;
use super::json::Json;
use super::page::{Envelope, text};
use super::profile::DetailAsk;
use super::shape::snippet;
use super::{Binding, Profile, ShapeError, bounds, changes};
use crate::domain::{Change, Event};

/// What an answer says about one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What changed.
    pub changes: Vec<Change>,
    /// The whole documents that these are the difference of, where the answer holds such, as
    /// [`Record::documents`](crate::domain::Record::documents) keeps them.
    pub documents: Option<Box<str>>,
}

/// Which of the profile's detail requests are about `event`, each to be built with
/// [`request::detail`](super::request::detail).
pub fn wanted(profile: &Profile, binding: &Binding, event: &Event) -> Vec<usize> {
    profile.details_of(binding, &record(profile, event)).collect()
}

/// The values that the detail request `which` about `event` is made for, one after the other, with
/// [`request::detail`](super::request::detail); none for a request that is made once. A value that
/// is missing is not asked for, and keeps its place.
pub fn values(
    profile: &Profile,
    binding: &Binding,
    which: usize,
    event: &Event,
) -> Option<Vec<Option<String>>> {
    let detail = profile.details.get(which).filter(|detail| !detail.each.is_empty())?;
    let record = record(profile, event);
    let values = Values { record: Some(&record), ..Values::of(profile, binding) };
    Some(detail.each.iter().map(|each| each.filled(&values)).collect())
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

pub(super) fn record<'e>(profile: &Profile, event: &'e Event) -> Json<'e> {
    profile.items.parse(&event.record.raw).unwrap_or(Json::Null)
}

/// What changed, as the answer to the detail request `which` about `event` says.
pub fn read(profile: &Profile, which: usize, event: &Event, body: &[u8]) -> Result<Answer, ShapeError> {
    let detail = profile.details.get(which).ok_or(ShapeError::NotDescribed { what: "detail request" })?;
    Ok(Answer::of(detail, &document(profile, body)?, &record(profile, event)))
}

/// The same for a request that is made for several values: their answers are one list, in which null stands
/// for what was not asked for.
pub fn read_each<'b>(
    profile: &Profile,
    which: usize,
    event: &Event,
    bodies: &'b [Option<Vec<u8>>],
) -> Result<Answer, ShapeError> {
    let detail = profile.details.get(which).ok_or(ShapeError::NotDescribed { what: "detail request" })?;
    let answer =
        |body: &'b Option<Vec<u8>>| body.as_ref().map_or(Ok(Json::Null), |body| document(profile, body));
    let answers = Json::List(bodies.iter().map(answer).collect::<Result<_, _>>()?);
    let mut answer = Answer::of(detail, &answers, &record(profile, event));
    if bodies.iter().any(Option::is_none) {
        // Nobody asked for one of the two, which says nothing of whether there is one.
        answer.documents = None;
    }
    Ok(answer)
}

impl Answer {
    fn of(detail: &DetailAsk, answer: &Json<'_>, record: &Json<'_>) -> Self {
        Self {
            changes: changes::extract(&detail.changes, answer, Some(record)),
            documents: changes::documents(&detail.changes, answer, Some(record))
                .map(|both| both.to_text().into()),
        }
    }
}

/// An answer as JSON.
fn document<'b>(profile: &Profile, body: &'b [u8]) -> Result<Json<'b>, ShapeError> {
    let text = text(body)?;
    ok_but_error(profile, &Envelope::read(text)?)?;
    let body = bounds::answer(text)
        .map_err(|why| ShapeError::NotJson { reason: format!("it {why}"), snippet: snippet(text) })?;
    if !body.is_object() && !body.is_list() {
        let found = "a single value";
        let pointer = String::new();
        return Err(ShapeError::Unexpected { pointer, expected: "an object", found, snippet: snippet(text) });
    }
    Ok(body)
}
