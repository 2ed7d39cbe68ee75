//! What changed in one event: the model, and the documents it is the difference of where the event's record
//! carries them.

use serde_json::Value;

use super::cover::{Covered, cover};
use super::finder::Finder;
use super::model::Diff;
use super::patch::{patch, patch_of};
use super::path::{self, Step};
use super::rules::{MASK, Matcher};
use super::snapshots::Snapshots;
use crate::domain::{Change, Event, Op};

/// What changed in one event.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The changes, ready to be shown.
    pub diff: Diff,
    /// The documents before and after, where the record carries them.
    pub documents: Option<Snapshots>,
    /// What is masked in the documents.
    pub rules: Matcher,
    /// The record as it was sent, masked by the same rules; empty where two sides are compared.
    pub record: Covered,
    /// What a reader should know of where the two sides come from.
    pub notes: Vec<String>,
}

impl Comparison {
    /// Compares what `event` holds. `revealed` are paths of changed fields, and places of
    /// the record as [`Covered::hidden`] names them, to show although they would be masked.
    pub fn of(event: &Event, revealed: &[String]) -> Self {
        Self::by(event, Snapshots::rules(&event.record.changes), revealed)
    }

    /// The same with nothing masked, for who asks for the secrets too. What was masked before it was kept, and
    /// stands in no document, stays so.
    pub fn unmasked(event: &Event) -> Self {
        Self::by(event, Matcher::default().unmasked(), &[])
    }

    fn by(event: &Event, rules: Matcher, revealed: &[String]) -> Self {
        let changes = &event.record.changes;
        let documents = Snapshots::of(&event.record);
        let changes: Vec<Change> = match &documents {
            Some(documents) => {
                let finder = Finder::default();
                changes.iter().map(|change| restored(&finder, change, documents)).collect()
            }
            None => changes.clone(),
        };
        let diff = Diff::with(&changes, &rules.revealing(revealed));
        let record = cover(&event.record.raw, &rules, revealed);
        Self { diff, documents, rules, record, notes: Vec::new() }
    }

    /// About how many bytes have to be looked at for [`Comparison::of`].
    pub fn weight(event: &Event) -> usize {
        fn of(value: &Value) -> usize {
            match value {
                Value::String(text) => text.len(),
                Value::Array(list) => list.iter().map(of).sum::<usize>() + list.len(),
                Value::Object(fields) => fields.iter().map(|(key, value)| key.len() + of(value)).sum(),
                _ => 8,
            }
        }
        let values = event.record.changes.iter().flat_map(|change| [&change.before, &change.after]);
        event.record.weight() + values.flatten().map(of).sum::<usize>()
    }

    /// The changes as a JSON Patch (RFC 6902), or why there is none.
    pub fn patch(&self) -> Result<Value, String> {
        if let Some(Snapshots { before, after }) = &self.documents {
            return Ok(patch(before, after, &self.rules));
        }
        let changes: Vec<Change> = self.diff.changes.iter().map(|(change, _)| change.clone()).collect();
        patch_of(&changes).map_err(|path| {
            format!("a patch needs the place of `{path}`, and the feed names it without the whole list")
        })
    }
}

/// The change with the values that its documents have where it holds masks: the model masks them again, and
/// can then show them on request.
fn restored<'v>(finder: &Finder<'v>, change: &Change, documents: &'v Snapshots) -> Change {
    let steps = path::steps(&change.path);
    if change.op == Op::Move || matches!(steps.last(), Some(Step::Element(label)) if label == "[]") {
        return change.clone();
    }
    let side = |shown: &Option<Value>, document: &'v Value| match shown {
        Some(Value::String(text)) if text == MASK => {
            finder.find(document, &steps).or(shown.as_ref()).cloned()
        }
        other => other.clone(),
    };
    Change {
        before: side(&change.before, &documents.before),
        after: side(&change.after, &documents.after),
        ..change.clone()
    }
}
