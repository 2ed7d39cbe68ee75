//! What comes of a body that is no page of events: the answer to a detail request or to one for verification.

use super::{Count, FieldReport};
use crate::feed::bounds;
use crate::feed::changes::{self, Extractor, ExtractorKind};
use crate::feed::expr::{Expr, Values};
use crate::feed::integrity;
use crate::feed::json::Json;
use crate::feed::page;
use crate::feed::profile::{DetailAsk, Profile};

/// A body that the profile describes and that holds no events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is, as a phrase.
    pub what: String,
    /// What came of each part of the profile that reads it, by its key.
    pub fields: Vec<FieldReport>,
}

/// The answer to a request for verification, or to a detail request, if `body` is one.
pub fn read(profile: &Profile, body: &[u8]) -> Option<Part> {
    let text = page::text(body).ok()?;
    let value = bounds::answer(text).ok()?;
    let mut details = profile.details.iter().enumerate();
    verification(profile, body, &value)
        .or_else(|| details.find_map(|(which, detail)| of_detail(which, detail, &value)))
}

fn verification(profile: &Profile, body: &[u8], value: &Json<'_>) -> Option<Part> {
    let said = integrity::read(profile, body).ok()?;
    let verify = profile.integrity.as_ref()?.verify.as_ref()?;
    let fields = verify.places().into_iter().filter_map(|(key, pointer)| {
        let pointer = pointer?;
        let hits = usize::from(pointer.of(value).is_some_and(|value| !matches!(value, Json::Null)));
        let tried = vec![(pointer.to_string(), hits)];
        Some(FieldReport { field: format!("integrity.verify.{key}"), tried, misses: 1 - hits, meant: None })
    });
    let verdict = if said.intact { "intact" } else { "broken" };
    let what = format!("the answer to a request for verification: the server calls its entries {verdict}");
    Some(Part { what, fields: fields.collect() })
}

/// What a detail request reads of `value`, if it reads anything.
fn of_detail(which: usize, detail: &DetailAsk, value: &Json<'_>) -> Option<Part> {
    let whole = Values { record: Some(value), ..Values::default() };
    let found = changes::extract(&detail.changes, value, None).len();
    let versions = detail.changes.iter().find_map(|extractor| match &extractor.kind {
        ExtractorKind::Versions { at, .. } => match at.value(&whole)?.as_ref() {
            Json::List(list) => Some(list.len()),
            _ => None,
        },
        _ => None,
    });
    let what = match (found, versions) {
        (0, None) => return None,
        (0, Some(count)) => {
            let what = detail.what.as_deref().unwrap_or("versions");
            format!(
                "the answer to a detail request: {count} {what} of one entity, in which an event finds its own"
            )
        }
        (count, _) => format!("the detail of one event with {count} changes"),
    };
    let fields = detail.changes.iter().enumerate().flat_map(|(at, extractor)| {
        let name = move |key| format!("detail[{which}].changes[{at}].{key}");
        of_extractor(extractor, value).into_iter().map(move |(key, count)| count.finish_as(name(key)))
    });
    Some(Part { what, fields: fields.collect() })
}

type Parts<'e> = Vec<(&'static str, &'e Expr)>;

/// The expressions of an extractor that look at the body, and those that look at each element of the list in
/// it. Those that look at the event are left out: there is none.
fn parts(extractor: &Extractor) -> (Parts<'_>, Parts<'_>) {
    match &extractor.kind {
        ExtractorKind::Pair { before, after } => (vec![("before", before), ("after", after)], vec![]),
        ExtractorKind::Overlay { after, previous } => {
            (vec![("after", after), ("previous", previous)], vec![])
        }
        ExtractorKind::Map { at }
        | ExtractorKind::Patch { at }
        | ExtractorKind::After { at }
        | ExtractorKind::Text { at, .. } => (vec![("at", at)], vec![]),
        ExtractorKind::Versions { at, key, snapshot, .. } => {
            (vec![("at", at)], vec![("key", key), ("snapshot", snapshot)])
        }
        ExtractorKind::Row(row) => (row.parts(), vec![]),
        ExtractorKind::Rows { at, row } => (vec![("at", at)], row.parts()),
        ExtractorKind::Sets { at, path, added, removed } => {
            let parts = [("path", path), ("added", added), ("removed", removed)];
            let parts = parts.into_iter().filter_map(|(key, expr)| Some((key, expr.as_ref()?))).collect();
            match at {
                Some(at) => (vec![("at", at)], parts),
                None => (parts, vec![]),
            }
        }
        ExtractorKind::Chain { snapshot } => (vec![("snapshot", snapshot)], vec![]),
    }
}

fn of_extractor<'e>(extractor: &'e Extractor, value: &Json<'_>) -> Vec<(&'static str, Count<'e>)> {
    let (whole, elements) = parts(extractor);
    let body = Values { record: Some(value), ..Values::default() };
    let list = whole.iter().find(|(key, _)| *key == "at").and_then(|(_, at)| at.value(&body));
    let rows: Vec<&Json<'_>> = match list.as_deref() {
        Some(Json::List(list)) => list.iter().collect(),
        Some(Json::Object(members)) => members.iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    };
    let count = |(key, expr): (&'static str, &'e Expr), over: &[&Json<'_>]| {
        let mut count = Count::new((key.to_owned(), expr));
        for record in over {
            count.look(&Values { record: Some(record), outer: Some(value), ..Values::default() });
        }
        (key, count)
    };
    let whole: Vec<_> = whole.into_iter().map(|part| count(part, &[value])).collect();
    whole.into_iter().chain(elements.into_iter().map(|part| count(part, &rows))).collect()
}
