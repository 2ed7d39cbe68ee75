//! Whole documents that a record carries beside the changed fields.
//!
//! A second request may bring documents too, and then says which they are. Which member of a record holds a document is known to the feed's profile alone. Here it is found without
//! it, and proved: two members count as the documents before and after only where every changed field has in
//! them the values that it is known to have had, or every field in which they differ is among the changes.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::finder::Finder;
use super::path::{self, Step};
use super::rules::{MASK, Matcher, Rules};
use super::walk::compare;
use crate::domain::{Change, Op, Record};

/// Pairs of names for the documents before and after.
const PAIRS: [(&str, &str); 8] = [
    ("before", "after"),
    ("old", "new"),
    ("previous", "current"),
    ("from", "to"),
    ("oldValue", "newValue"),
    ("old_value", "new_value"),
    ("previousState", "newState"),
    ("original", "updated"),
];

/// How deep in a record documents are looked for, and in how many of its members.
const DEPTH: usize = 5;
const MEMBERS: usize = 4_000;

/// The documents before and after a change.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Snapshots {
    /// The document before; null where there was none.
    pub before: Value,
    /// The document after; null where there is none.
    pub after: Value,
}

impl Snapshots {
    /// The documents that are known of a record: those that a second request brought, else those that it carries.
    pub fn of(record: &Record) -> Option<Self> {
        match &record.documents {
            Some(text) => serde_json::from_str(text).ok(),
            None => Self::find(&record.raw, &record.changes),
        }
    }

    /// As [`Record::documents`] keeps them.
    pub fn to_text(&self) -> String {
        json!({ "before": self.before, "after": self.after }).to_string()
    }

    /// The documents that the record `raw` carries and that `changes` are the difference of.
    fn find(raw: &str, changes: &[Change]) -> Option<Self> {
        if changes.is_empty() {
            return None;
        }
        let record: Value = serde_json::from_str(raw).ok()?;
        let mut left = MEMBERS;
        search(record, changes, DEPTH, &mut left)
    }

    /// Rules that mask what is masked by its name, and what is masked in `changes`: the feed's own profile may
    /// hide more than others do.
    pub fn rules(changes: &[Change]) -> Matcher {
        let mut names = HashSet::new();
        for change in changes {
            let leaf = path::steps(&change.path).into_iter().rev().find_map(|step| match step {
                Step::Key(key) => Some(key.into_owned()),
                Step::Element(_) => None,
            });
            for value in [&change.before, &change.after].into_iter().flatten() {
                masked_names(leaf.as_deref(), value, &mut names);
            }
        }
        Matcher::new(&Rules::default()).redacting(names)
    }
}

fn masked_names(name: Option<&str>, value: &Value, names: &mut HashSet<String>) {
    match value {
        Value::String(text) if text == MASK => names.extend(name.map(str::to_owned)),
        Value::Array(list) => list.iter().for_each(|value| masked_names(name, value, names)),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| masked_names(Some(name), value, names));
        }
        _ => {}
    }
}

fn search(value: Value, changes: &[Change], depth: usize, left: &mut usize) -> Option<Snapshots> {
    let Value::Object(mut members) = value else { return None };
    for (before, after) in PAIRS {
        if let Some(found) = pair(&mut members, before, after, changes) {
            return Some(found);
        }
    }
    if depth == 0 {
        return None;
    }
    for (_, member) in members {
        *left = left.checked_sub(1)?;
        if let Some(found) = search(member, changes, depth - 1, left) {
            return Some(found);
        }
    }
    None
}

fn pair(
    members: &mut Map<String, Value>,
    before: &str,
    after: &str,
    changes: &[Change],
) -> Option<Snapshots> {
    let document = |value: &Value| value.is_object() || value.is_null();
    let (was, is) = (members.get(before)?, members.get(after)?);
    if !document(was) || !document(is) || (was.is_null() && is.is_null()) {
        return None;
    }
    let finder = Finder::default();
    let fits = changes.iter().all(|change| fits(&finder, change, was, is)) || are_told(was, is, changes);
    // Taken only where they fit, so that a search that goes on finds all of the record.
    fits.then(|| Snapshots {
        before: members.remove(before).unwrap_or_default(),
        after: members.remove(after).unwrap_or_default(),
    })
}

/// Whether every field in which the documents differ is among the changes. Others may be: a feed states facts
/// beside the documents, such as a note or the number of a version.
fn are_told(before: &Value, after: &Value, changes: &[Change]) -> bool {
    let differences = compare(before, after, &Rules::default());
    let is_told = |difference: &Change| changes.iter().any(|change| change.path == difference.path);
    !differences.is_empty() && differences.iter().all(is_told)
}

/// Whether a changed field has in both documents the values that it is said to have.
fn fits<'v>(finder: &Finder<'v>, change: &Change, before: &'v Value, after: &'v Value) -> bool {
    let stands = |document, value| stands(finder, document, &change.path, value);
    match change.op {
        Op::Add | Op::Set => change.after.as_ref().is_some_and(|value| stands(after, value)),
        Op::Remove => change.before.as_ref().is_some_and(|value| stands(before, value)),
        Op::Replace => {
            change.before.as_ref().is_some_and(|value| stands(before, value))
                && change.after.as_ref().is_some_and(|value| stands(after, value))
        }
        // It names two places and shows the element in part.
        Op::Move => true,
    }
}

fn stands<'v>(finder: &Finder<'v>, document: &'v Value, path: &str, value: &Value) -> bool {
    let steps = path::steps(path);
    let (place, set) = match steps.split_last() {
        Some((Step::Element(label), array)) if label == "[]" => (array, true),
        _ => (steps.as_slice(), false),
    };
    let Some(found) = finder.find(document, place) else { return false };
    if set {
        return found.as_array().is_some_and(|list| list.iter().any(|element| same(element, value)));
    }
    same(found, value)
}

/// Whether `shown` is `sent`, apart from what was masked in it.
pub(super) fn same(sent: &Value, shown: &Value) -> bool {
    match (sent, shown) {
        (_, Value::String(text)) if text == MASK => true,
        (Value::Array(sent), Value::Array(shown)) => {
            sent.len() == shown.len() && sent.iter().zip(shown).all(|(sent, shown)| same(sent, shown))
        }
        (Value::Object(sent), Value::Object(shown)) => {
            sent.len() == shown.len()
                && shown.iter().all(|(key, shown)| sent.get(key).is_some_and(|sent| same(sent, shown)))
        }
        (sent, shown) => sent == shown,
    }
}
