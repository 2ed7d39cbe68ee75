//! What changed, read out of a record or of a detail answer.
//!
//! A profile names any number of extractors, and what they find is put one after the other:
//!
//! | kind | keys | reads |
//! |---|---|---|
//! | `pair` | `before`, `after` | two whole documents, compared field by field |
//! | `row` | `path`, `before`, `after` | one changed field |
//! | `rows` | `at`, `path`, `before`, `after` | one changed field in each element of a list |
//! | `sets` | `at`, `path`, `added`, `removed` | values that a field gained and lost, for each element |
//! | `overlay` | `after`, `previous` | a document, and the old values of those fields that changed |
//! | `map` | `at` | a free-form object: pairs of fields, and facts about the change; or a JSON Patch |
//! | `patch` | `at` | a JSON Patch (RFC 6902) |
//! | `after` | `at` | the new values of an object, the old ones unknown |
//! | `chain` | `snapshot` | the same entity's records in a list, each compared with the one before it |
//! | `chain` | `at`, `key`, `is`, `was`, `snapshot` | a list of versions, the one named by the event compared with the one before it, or with the one at `was` |
//! | `text` | `at`, `path` | a sentence about the change |
//!
//! Each takes `array_keys`, `ignore` and `redact`. In `rows`, `sets` and the list form of `chain`, pointers
//! other than `at`, `is` and `was` start at the element. `^` starts at the record around: the outer one where
//! records are cut out of one, in a detail answer the one that was asked about, else the whole record.

use std::borrow::Cow;

use serde_json::Value;

use super::expr::{Expr, Values};
use super::json::Json;
use crate::diff::{self, Matcher, Snapshots};
use crate::domain::{Change, Op};

mod free;
mod patch;

/// One `[[changes]]` table.
#[derive(Debug)]
pub(super) struct Extractor {
    pub(super) kind: ExtractorKind,
    pub(super) rules: Matcher,
}

/// A changed field, as expressions.
#[derive(Debug)]
pub(super) struct Row {
    /// Without it, the values themselves stand for a document.
    pub(super) path: Option<Expr>,
    pub(super) before: Option<Expr>,
    pub(super) after: Option<Expr>,
}

#[derive(Debug)]
pub(super) enum ExtractorKind {
    /// Two whole documents.
    Pair { before: Expr, after: Expr },
    /// One field.
    Row(Row),
    /// One field in each element of a list.
    Rows { at: Expr, row: Row },
    /// What a field gained and lost, in each element of a list or each member of an object.
    Sets { at: Option<Expr>, path: Option<Expr>, added: Option<Expr>, removed: Option<Expr> },
    /// A document and the old values of the fields that changed.
    Overlay { after: Expr, previous: Expr },
    /// An object that says freely what changed.
    Map { at: Expr },
    /// A JSON Patch.
    Patch { at: Expr },
    /// What an object became.
    After { at: Expr },
    /// Snapshots of one entity, in records that follow each other.
    Chain { snapshot: Expr },
    /// Snapshots in a list, of which the event names one.
    Versions { at: Expr, key: Expr, is: Expr, was: Option<Expr>, snapshot: Expr },
    /// A sentence.
    Text { at: Expr, path: String },
}

/// The changes that all of `extractors` find in `document`, one after the other. `outer` is what `^` means.
pub(super) fn extract(
    extractors: &[Extractor],
    document: &Json<'_>,
    outer: Option<&Json<'_>>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for extractor in extractors {
        changes.extend(extractor.of(document, outer));
    }
    changes
}

/// The whole documents that one of `extractors` compares in `document`: of several, the last.
pub(super) fn documents(
    extractors: &[Extractor],
    document: &Json<'_>,
    outer: Option<&Json<'_>>,
) -> Option<Snapshots> {
    let values = Values { record: Some(document), outer, ..Values::default() };
    extractors.iter().rev().find_map(|extractor| extractor.documents(&values))
}

impl Extractor {
    fn of(&self, document: &Json<'_>, outer: Option<&Json<'_>>) -> Vec<Change> {
        let values = Values { record: Some(document), outer, ..Values::default() };
        let at = |expr: &Expr| Some(expr.value(&values)?.to_value());
        match &self.kind {
            ExtractorKind::Pair { .. } | ExtractorKind::Overlay { .. } => self
                .documents(&values)
                .map(|both| diff::compare_with(&both.before, &both.after, &self.rules))
                .unwrap_or_default(),
            ExtractorKind::Row(row) => self.stated(row.of(&values, self)),
            ExtractorKind::Rows { at, row } => {
                let list = at.value(&values);
                let rows = elements(list.as_deref(), document, outer);
                self.stated(rows.iter().flat_map(|(_, values)| row.of(values, self)).collect())
            }
            ExtractorKind::Sets { at, path, added, removed } => {
                let own = Cow::Borrowed(document);
                let list = at.as_ref().map_or(Some(own), |at| at.value(&values));
                let many = at.is_some();
                let rows =
                    if many { elements(list.as_deref(), document, outer) } else { vec![(None, values)] };
                self.stated(
                    rows.iter()
                        .flat_map(|(key, values)| {
                            sets(*key, values, [path.as_ref(), added.as_ref(), removed.as_ref()])
                        })
                        .collect(),
                )
            }
            ExtractorKind::Map { at } => match at.value(&values).as_deref() {
                Some(Json::Object(members)) if !members.is_empty() => free::form(members, &self.rules),
                Some(Json::List(list)) if free::is_patch(list) => {
                    let operations: Vec<Value> = list.iter().map(Json::to_value).collect();
                    self.stated(patch::read(&operations))
                }
                _ => Vec::new(),
            },
            ExtractorKind::Patch { at: place } => match at(place) {
                Some(Value::Array(operations)) => self.stated(patch::read(&operations)),
                _ => Vec::new(),
            },
            ExtractorKind::After { at: place } => self.stated(became(at(place).as_ref())),
            ExtractorKind::Versions { .. } => self.versions(&values),
            ExtractorKind::Text { at: place, path } => {
                let text = place.text(&values).filter(|text| !text.trim().is_empty());
                let text = text.map(|text| set(path, Value::String(text.into_owned())));
                self.stated(text.into_iter().collect())
            }
            // Needs the records around it, see `super::chain`.
            ExtractorKind::Chain { .. } => Vec::new(),
        }
    }

    /// The whole documents that it compares; null stands for the one that is not there.
    fn documents(&self, values: &Values<'_>) -> Option<Snapshots> {
        let at = |expr: &Expr| Some(expr.value(values)?.to_value());
        let both = match &self.kind {
            ExtractorKind::Pair { before, after } => {
                Snapshots { before: at(before).unwrap_or_default(), after: at(after).unwrap_or_default() }
            }
            ExtractorKind::Overlay { after, previous } => {
                let (after, previous) = (at(after)?, at(previous).filter(|previous| !previous.is_null())?);
                Snapshots { before: overlaid(&after, &previous), after }
            }
            _ => return None,
        };
        (!both.before.is_null() || !both.after.is_null()).then_some(both)
    }

    /// The version that the event names, in a list of them, compared with the one before it.
    fn versions(&self, values: &Values<'_>) -> Vec<Change> {
        let ExtractorKind::Versions { at, key, is, was, snapshot } = &self.kind else { return Vec::new() };
        let (Some(list), Some(is), Some(document)) = (at.value(values), is.text(values), values.record)
        else {
            return Vec::new();
        };
        let rows = elements(Some(&list), document, values.outer);
        let (mut before, after) = version(&rows, key, &is);
        if let Some(was) = was.as_ref().and_then(|was| was.text(values)) {
            before = version(&rows, key, &was).1;
            if before.is_none() {
                return Vec::new();
            }
        }
        let shot = |values: Option<&Values<'_>>| Some(snapshot.value(values?)?.to_value());
        self.since(shot(before).as_ref(), shot(after).as_ref())
    }

    /// What is different in `after`, or what it is where nothing is known of the time before.
    pub(super) fn since(&self, before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
        match (before, after) {
            (Some(_), Some(_)) => self.compare(before, after),
            (None, after) => self.stated(became(after)),
            (Some(_), None) => Vec::new(),
        }
    }

    fn compare(&self, before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
        diff::compare_with(before.unwrap_or(&Value::Null), after.unwrap_or(&Value::Null), &self.rules)
    }

    /// Changes that the feed sent as such, without what is to be left out and masked where secret.
    fn stated(&self, mut changes: Vec<Change>) -> Vec<Change> {
        diff::leave_out_with(&mut changes, &self.rules);
        diff::redact_with(&mut changes, &self.rules);
        changes.truncate(diff::MAX_CHANGES);
        changes
    }
}

impl Row {
    /// Its expressions with their keys.
    pub(super) fn parts(&self) -> Vec<(&'static str, &Expr)> {
        let parts = [("path", &self.path), ("before", &self.before), ("after", &self.after)];
        parts.into_iter().filter_map(|(key, expr)| Some((key, expr.as_ref()?))).collect()
    }

    fn of(&self, values: &Values<'_>, extractor: &Extractor) -> Vec<Change> {
        let value = |expr: &Option<Expr>| Some(expr.as_ref()?.value(values)?.to_value());
        let (before, after) = (value(&self.before), value(&self.after));
        if before.is_none() && after.is_none() {
            return Vec::new();
        }
        let Some(path) = &self.path else {
            return extractor.compare(before.as_ref(), after.as_ref());
        };
        let Some(path) = path.text(values).filter(|path| !path.is_empty()) else { return Vec::new() };
        let path = path.into_owned();
        let nothing = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_null);
        if before == after {
            return Vec::new();
        }
        let op = match (nothing(&before), nothing(&after)) {
            (false, true) => Op::Remove,
            // A feed that has no place for a value before does not say that there was none.
            (true, false) if self.before.is_none() => Op::Set,
            (true, false) => Op::Add,
            _ => Op::Replace,
        };
        vec![Change { path, op, before, after }]
    }
}

fn set(path: &str, after: Value) -> Change {
    Change { path: path.to_owned(), op: Op::Set, before: None, after: Some(after) }
}

/// The new values of an object, one change each; anything else is one change of the whole document.
fn became(after: Option<&Value>) -> Vec<Change> {
    match after {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(members)) => {
            members.iter().map(|(key, value)| set(&diff::child("", key), value.clone())).collect()
        }
        Some(other) => vec![set(diff::DOCUMENT, other.clone())],
    }
}

type Element<'v> = (Option<&'v str>, Values<'v>);

/// What expressions see in each element of a list, or in each member of an object with its key.
fn elements<'v>(
    list: Option<&'v Json<'v>>,
    document: &'v Json<'v>,
    outer: Option<&'v Json<'v>>,
) -> Vec<Element<'v>> {
    let outer = outer.or(Some(document));
    let values = |value| Values { record: Some(value), outer, ..Values::default() };
    match list {
        Some(Json::List(list)) => list.iter().map(|value| (None, values(value))).collect(),
        Some(Json::Object(members)) => {
            members.iter().map(|(key, value)| (Some(key), values(value))).collect()
        }
        _ => Vec::new(),
    }
}

/// What one field gained and lost.
fn sets(key: Option<&str>, values: &Values<'_>, [path, added, removed]: [Option<&Expr>; 3]) -> Vec<Change> {
    let path = path.and_then(|path| Some(path.text(values)?.into_owned()));
    let path = path.or_else(|| key.map(|key| diff::child("", key)));
    let path = path.map_or_else(|| diff::DOCUMENT.to_owned(), |path| format!("{path}[]"));
    let list = |expr: Option<&Expr>| match expr.and_then(|expr| Some(expr.value(values)?.to_value())) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list,
        Some(one) => vec![one],
    };
    let gone = list(removed).into_iter().map(|value| (Op::Remove, Some(value), None));
    let new = list(added).into_iter().map(|value| (Op::Add, None, Some(value)));
    gone.chain(new).map(|(op, before, after)| Change { path: path.clone(), op, before, after }).collect()
}

/// `after` with the values of `previous` put over it. Lists of the same length go element by element, as
/// far as those are objects; any other list replaces the one that stands there.
fn overlaid(after: &Value, previous: &Value) -> Value {
    match (after, previous) {
        (Value::Object(after), Value::Object(previous)) => {
            let mut merged = after.clone();
            for (key, old) in previous {
                let value = after.get(key).map_or_else(|| old.clone(), |new| overlaid(new, old));
                merged.insert(key.clone(), value);
            }
            Value::Object(merged)
        }
        (Value::Array(after), Value::Array(previous))
            if after.len() == previous.len() && previous.iter().chain(after).all(Value::is_object) =>
        {
            after.iter().zip(previous).map(|(after, previous)| overlaid(after, previous)).collect()
        }
        (_, previous) => previous.clone(),
    }
}

/// The element that the event names, and the one before it: by number where both keys are numbers, else
/// the next in the list, since versions stand newest first.
fn version<'r, 'v>(
    rows: &'r [Element<'v>],
    key: &Expr,
    is: &str,
) -> (Option<&'r Values<'v>>, Option<&'r Values<'v>>) {
    let keyed: Vec<(Cow<'_, str>, &Values<'_>)> =
        rows.iter().filter_map(|(_, values)| Some((key.text(values)?, values))).collect();
    let Some(at) = keyed.iter().position(|(key, _)| key == is) else { return (None, None) };
    let number = |key: &str| key.parse::<u128>().ok();
    let before = match number(is) {
        Some(own) => {
            let older = keyed.iter().filter_map(|(key, values)| Some((number(key)?, *values)));
            older.filter(|(key, _)| *key < own).max_by_key(|(key, _)| *key).map(|(_, values)| values)
        }
        None => keyed.get(at + 1).map(|(_, values)| *values),
    };
    (before, Some(keyed[at].1))
}
