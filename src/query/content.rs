//! What a term finds in the parts of an event that do not repeat: texts, changed fields, the raw record.
//!
//! Total functions: whatever is missing, odd or hostile in an event, the answer is yes or no.
//! A masked value is opaque: nothing here compares it with anything, so no query can find out a secret.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Bound;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::{Change, Event, Record, Timestamp};

use super::ast::{ChangeTest, LeafTest, LeafValue, Side};
use super::number::Number;
use super::text::{self, Pattern};

/// Whether `value` is the mark that a masked value leaves behind: dots and nothing else.
fn is_masked(value: &Value) -> bool {
    matches!(value, Value::String(text) if !text.is_empty() && text.chars().all(|c| c == '•'))
}

/// A value as text: strings as they are, everything else as JSON. `None` for a masked value; masks inside a
/// document leave an empty text.
pub(super) fn value_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        masked if is_masked(masked) => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        other => Some(Cow::Owned(without_masks(other).to_string())),
    }
}

fn without_masks(value: &Value) -> Value {
    match value {
        masked if is_masked(masked) => Value::String(String::new()),
        Value::Array(items) => items.iter().map(without_masks).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), without_masks(value))).collect()
        }
        other => other.clone(),
    }
}

/// Whether the id of the event in the cache or in the feed agrees.
pub(super) fn id(event: &Event, pattern: &Pattern) -> bool {
    pattern.matches(&event.id.to_string()) || pattern.matches_some(event.record.identity.native())
}

/// Whether a free word or phrase is in any of the longer texts of the event. Its ids count only whole:
/// they are random letters, and short words would be found in many of them.
pub(super) fn free_text(event: &Event, pattern: &Pattern) -> bool {
    let record = &event.record;
    let texts = [&record.summary, &record.ai_summary, &record.error];
    texts.into_iter().any(|text| pattern.matches_some(text.as_deref()))
        || record.changes.iter().any(|change| {
            pattern.matches(&change.path)
                || [&change.before, &change.after]
                    .into_iter()
                    .flatten()
                    .filter_map(value_text)
                    .any(|text| pattern.matches(&text))
        })
        || matches!(pattern, Pattern::Contains(word) if id(event, &Pattern::Exact(word.clone())))
}

/// The texts of all version numbers that the record names: facts and changed fields whose name ends in
/// `version`, however it is written.
pub(super) fn versions(record: &Record) -> impl Iterator<Item = Cow<'_, str>> {
    let names_version = |name: &str| text::fold(name).ends_with("version");
    let facts = record.facts.iter().filter(move |fact| names_version(&fact.name));
    let changes = record.changes.iter().filter(move |change| names_version(&change.path));
    facts
        .map(|fact| Cow::Borrowed(&*fact.value))
        .chain(
            changes.flat_map(|change| {
                [&change.before, &change.after].into_iter().flatten().filter_map(value_text)
            }),
        )
        .filter(|text| Number::parse_version(text).is_some())
}

/// Whether the text of a version number is one between `bounds`.
pub(super) fn is_version_within(text: &str, bounds: &(Bound<Number>, Bound<Number>)) -> bool {
    Number::parse_version(text).is_some_and(|number| within(bounds, |bound| number.compare(*bound)))
}

/// Whether one change of the event has the path and the value that are asked for.
pub(super) fn changed(event: &Event, test: &ChangeTest) -> bool {
    event.record.changes.iter().any(|change| {
        is_at(&change.path, &test.path)
            && test.value.as_ref().is_none_or(|(side, pattern)| {
                let value = side_of(change, *side).and_then(value_text);
                pattern.matches_some(value.as_deref())
            })
    })
}

fn side_of(change: &Change, side: Side) -> Option<&Value> {
    match side {
        Side::After => change.after.as_ref(),
        Side::Before => change.before.as_ref(),
    }
}

/// Whether `pattern` is the path, or what is left of it after some of its first segments.
pub(super) fn is_at(path: &str, pattern: &Pattern) -> bool {
    let starts = path.match_indices(['.', '[']).map(|(at, _)| &path[at + 1..]);
    std::iter::once(path).chain(starts).any(|rest| pattern.matches(rest))
}

/// Whether the raw record has a leaf at the path, and its value is the one asked for.
pub(super) fn leaf(event: &Event, test: &LeafTest) -> bool {
    serde_json::from_str::<Value>(&event.record.raw)
        .is_ok_and(|root| Masks::of(event).leaf_in(&root, &text::fold(&test.path), &test.value))
}

/// The names under which the raw record still holds what is masked in the changes.
struct Masks {
    /// Last segments of masked paths: whatever stands under such a name is opaque.
    names: Vec<String>,
    /// All segments of masked paths: a leaf under such a name may be a document that holds the value.
    ancestors: Vec<String>,
}

impl Masks {
    fn of(event: &Event) -> Self {
        let mut masks = Self { names: Vec::new(), ancestors: Vec::new() };
        for change in &event.record.changes {
            let mut path: Vec<String> = segments(&change.path).collect();
            for value in [&change.before, &change.after].into_iter().flatten() {
                masks.add(&mut path, value);
            }
        }
        masks
    }

    /// Takes in what is masked in a value at `path`, which may be a whole document.
    fn add(&mut self, path: &mut Vec<String>, value: &Value) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    path.push(text::fold(name).into_owned());
                    self.add(path, value);
                    path.pop();
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.add(path, item)),
            leaf if is_masked(leaf) => {
                self.names.extend(path.last().cloned());
                self.ancestors.extend(path.iter().cloned());
            }
            _ => {}
        }
    }

    /// Names may themselves hold dots, so every way to split the path is tried; an array stands for each
    /// of its elements, or for the one that a number names.
    fn leaf_in(&self, value: &Value, path: &str, test: &LeafValue) -> bool {
        match value {
            Value::Array(items) => {
                items.iter().any(|item| self.leaf_in(item, path, test))
                    || split_path(path).any(|(head, rest)| {
                        let item = head.parse::<usize>().ok().and_then(|at| items.get(at));
                        item.is_some_and(|item| self.leaf_in(item, rest, test))
                    })
            }
            Value::Object(fields) if self.is_about_a_mask(fields) => false,
            Value::Object(fields) => split_path(path).any(|(head, rest)| {
                fields.iter().any(|(name, value)| {
                    let hiding =
                        if value.is_object() || value.is_array() { &self.names } else { &self.ancestors };
                    text::fold(name) == head
                        && !segments(head).any(|segment| hiding.contains(&segment))
                        && self.leaf_in(value, rest, test)
                })
            }),
            leaf => path.is_empty() && is_value(leaf, test),
        }
    }

    /// Whether an object names a masked field in one of its values, as in `{"field": "password", …}`.
    fn is_about_a_mask(&self, fields: &serde_json::Map<String, Value>) -> bool {
        !self.names.is_empty()
            && fields
                .values()
                .filter_map(Value::as_str)
                .any(|text| segments(text).last().is_some_and(|segment| self.names.contains(&segment)))
    }
}

/// The segments of a path in any of the usual notations, folded.
fn segments(path: &str) -> impl Iterator<Item = String> {
    path.split(['.', '[', ']', '/'])
        .filter(|segment| !segment.is_empty())
        .map(|segment| text::fold(segment).into_owned())
}

fn split_path(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let dots = path.match_indices('.').map(|(at, _)| (&path[..at], &path[at + 1..]));
    dots.chain((!path.is_empty()).then_some((path, "")))
}

fn is_value(leaf: &Value, test: &LeafValue) -> bool {
    match test {
        LeafValue::Is(pattern, number) => {
            value_text(leaf).is_some_and(|text| pattern.matches(&text))
                || number
                    .is_some_and(|number| number_of(leaf).is_some_and(|leaf| leaf.compare(number).is_eq()))
        }
        LeafValue::Between { numbers, times } => match leaf {
            Value::Number(_) => numbers.as_ref().is_some_and(|bounds| {
                number_of(leaf).is_some_and(|leaf| within(bounds, |bound| leaf.compare(*bound)))
            }),
            Value::String(written) => times.as_ref().is_some_and(|(from, to)| {
                DateTime::parse_from_rfc3339(written).is_ok_and(|time| {
                    let time = Timestamp::from(time.with_timezone(&Utc));
                    from.is_none_or(|from| from <= time) && to.is_none_or(|to| time < to)
                })
            }),
            _ => false,
        },
    }
}

fn number_of(leaf: &Value) -> Option<Number> {
    match leaf {
        Value::Number(number) => Number::parse(&number.to_string()),
        _ => None,
    }
}

/// Whether a value lies within `bounds`, where `compare` says how it stands to a bound.
fn within<T>(bounds: &(Bound<T>, Bound<T>), compare: impl Fn(&T) -> Ordering) -> bool {
    let above = match &bounds.0 {
        Bound::Included(low) => compare(low).is_ge(),
        Bound::Excluded(low) => compare(low).is_gt(),
        Bound::Unbounded => true,
    };
    let below = match &bounds.1 {
        Bound::Included(high) => compare(high).is_le(),
        Bound::Excluded(high) => compare(high).is_lt(),
        Bound::Unbounded => true,
    };
    above && below
}
