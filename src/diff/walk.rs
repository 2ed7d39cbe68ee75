//! The walk down two documents at once.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::align::{self, Pair};
use super::path::{self, Step};
use super::rules::{Align, IDENTITY_KEYS, MASK, Matcher, Rules};
use crate::domain::{Change, Op};

/// How many levels down fields are told apart; what lies deeper is compared as one value.
pub const MAX_DEPTH: usize = 64;

/// How many changes one container is split into; with more of them it is one change itself.
pub const MAX_CHANGES: usize = 4_000;

/// What turns `before` into `after`.
///
/// A field that appears or disappears is one [`Op::Add`] or [`Op::Remove`] with its whole value. A document
/// that is created (`before` is null) or deleted (`after` is null) is taken as its top-level fields, one
/// change each: the list of what it began or ended with. Null inside a document is a value like any other,
/// so null to 1 is a replacement and absent to null an addition.
///
/// Elements of arrays are named by what identifies them (`produces[order.created]`), else by their place in
/// the new array (`steps[2]`; a removed one by its place in the old array), and in a set not at all
/// (`flows[]`). A move has the path `steps[3] → [0]` and carries the element on both sides, or only what
/// identifies it.
///
/// The order is that of the documents: fields of `before`, then new ones; in arrays the removed elements,
/// then the others in their new order, then moves. Equal documents give no changes, and the changes from
/// `after` to `before` are the same with every operation mirrored.
pub fn compare(before: &Value, after: &Value, rules: &Rules) -> Vec<Change> {
    compare_with(before, after, &Matcher::new(rules))
}

/// The same with rules that were made ready.
pub fn compare_with(before: &Value, after: &Value, rules: &Matcher) -> Vec<Change> {
    walk(before, after, rules).changes
}

/// The same, each change with its place in either document.
pub(super) fn compare_placed(before: &Value, after: &Value, rules: &Matcher) -> Vec<(Change, Place)> {
    let walk = walk(before, after, rules);
    walk.changes.into_iter().zip(walk.places).collect()
}

fn walk<'a>(before: &'a Value, after: &'a Value, rules: &'a Matcher) -> Walk<'a> {
    let mut walk =
        Walk { rules, steps: Vec::new(), trail: Vec::new(), changes: Vec::new(), places: Vec::new() };
    match (before, after) {
        (Value::Null, Value::Object(after)) if !after.is_empty() => walk.objects(None, Some(after)),
        (Value::Object(before), Value::Null) if !before.is_empty() => walk.objects(Some(before), None),
        (Value::Null, Value::Null) => {}
        (Value::Null, after) => walk.emit(Op::Add, None, Some(after)),
        (before, Value::Null) => walk.emit(Op::Remove, Some(before), None),
        (before, after) => walk.values(before, after),
    }
    walk
}

/// Masks what `rules` call secret in changes that a feed sent as such. Which field changed, and whether it
/// had a value before and after, stays visible.
pub fn redact(changes: &mut [Change], rules: &Rules) {
    redact_with(changes, &Matcher::new(rules));
}

/// The same with rules that were made ready.
pub fn redact_with(changes: &mut [Change], rules: &Matcher) {
    for change in changes {
        let mut steps = path::steps(&change.path);
        let secret = (1..=steps.len()).any(|depth| rules.redacts(&steps[..depth])) && !rules.reveals(&steps);
        for value in [&mut change.before, &mut change.after].into_iter().flatten() {
            *value = if secret { masked(value) } else { without_secrets(rules, &mut steps, value) };
        }
    }
}

/// Takes out the changes of fields that `rules` leave out, or that stand below such a field.
pub fn leave_out_with(changes: &mut Vec<Change>, rules: &Matcher) {
    changes.retain(|change| {
        let steps = path::steps(&change.path);
        !(1..=steps.len()).any(|depth| rules.ignores(&steps[..depth]))
    });
}

/// Where a changed field stands in each of two documents, as JSON Pointers (RFC 6901).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// In the old document; `None` where it has none, or the document is not known.
    pub from: Option<String>,
    /// In the new document; `None` where it has none, or the document is not known.
    pub to: Option<String>,
}

/// One step down as a pointer takes it.
#[derive(Debug, Clone, Copy)]
enum Hop<'a> {
    Key(&'a str),
    /// The places in the old and in the new array.
    Index(usize, usize),
}

struct Walk<'a> {
    rules: &'a Matcher,
    steps: Vec<Step<'a>>,
    trail: Vec<Hop<'a>>,
    changes: Vec<Change>,
    /// One for each change.
    places: Vec<Place>,
}

impl<'a> Walk<'a> {
    fn values(&mut self, before: &'a Value, after: &'a Value) {
        if before == after {
            return;
        }
        let so_far = self.changes.len();
        match (before, after) {
            _ if self.steps.len() >= MAX_DEPTH => self.emit(Op::Replace, Some(before), Some(after)),
            (Value::Object(before), Value::Object(after)) => self.objects(Some(before), Some(after)),
            (Value::Array(old), Value::Array(new)) => match self.align(old, new) {
                Some((pairs, label)) => self.arrays(old, new, pairs, label),
                None => self.emit(Op::Replace, Some(before), Some(after)),
            },
            _ => self.emit(Op::Replace, Some(before), Some(after)),
        }
        if self.changes.len() - so_far > MAX_CHANGES {
            self.changes.truncate(so_far);
            self.places.truncate(so_far);
            self.emit(Op::Replace, Some(before), Some(after));
        }
    }

    fn objects(&mut self, before: Option<&'a Map<String, Value>>, after: Option<&'a Map<String, Value>>) {
        let so_far = self.changes.len();
        let secret = |object: Option<&Map<String, Value>>| {
            object.is_some_and(|object| self.rules.holds_secret_value(object))
        };
        let secret_value = secret(before) || secret(after);
        let known = |key: &str| before.is_some_and(|before| before.contains_key(key));
        let new_keys = after.into_iter().flat_map(Map::keys).filter(|key| !known(key));
        for key in before.into_iter().flat_map(Map::keys).chain(new_keys) {
            if self.changes.len() - so_far > MAX_CHANGES && !self.steps.is_empty() {
                return;
            }
            self.steps.push(Step::Key(Cow::Borrowed(key)));
            self.trail.push(Hop::Key(key));
            if !self.rules.ignores(&self.steps) {
                let secret = self.rules.redacts(&self.steps)
                    || (secret_value && key == "value" && !self.rules.reveals(&self.steps));
                let of = |object: Option<&'a Map<String, Value>>| object.and_then(|object| object.get(key));
                self.field(of(before), of(after), secret);
            }
            self.trail.pop();
            self.steps.pop();
        }
    }

    fn field(&mut self, before: Option<&'a Value>, after: Option<&'a Value>, secret: bool) {
        match (before, after) {
            (Some(before), Some(after)) if !secret => self.values(before, after),
            (Some(before), Some(after)) if before == after => {}
            (before, after) => {
                let op = match (before, after) {
                    (None, _) => Op::Add,
                    (_, None) => Op::Remove,
                    _ => Op::Replace,
                };
                if secret {
                    self.push(op, before.map(masked), after.map(masked));
                } else {
                    self.emit(op, before, after);
                }
            }
        }
    }

    /// How two arrays align and how their elements are named; `None` when they are too long to tell.
    fn align(&self, before: &[Value], after: &[Value]) -> Option<(Vec<Pair>, Label<'a>)> {
        let rules = self.rules;
        let rule = rules.align(&self.steps);
        match rule {
            Some(Align::Set) => return Some((align::as_sets(before, after), Label::Nothing)),
            Some(Align::Sequence) => return Some((align::by_order(before, after)?, Label::Place)),
            Some(Align::Key(_)) | None => {}
        }
        let told = rule.and_then(|rule| if let Align::Key(key) = rule { Some(key.as_str()) } else { None });
        let guesses = IDENTITY_KEYS.into_iter().filter(|key| !self.rules.redacts_name(key));
        for key in told.into_iter().chain(guesses) {
            if let Some(pairs) = align::by_key(before, after, key) {
                return Some((pairs, Label::Identity(key)));
            }
        }
        Some((align::by_order(before, after)?, Label::Place))
    }

    fn arrays(&mut self, before: &'a [Value], after: &'a [Value], pairs: Vec<Pair>, label: Label<'a>) {
        let so_far = self.changes.len();
        for pair in pairs {
            if self.changes.len() - so_far > MAX_CHANGES {
                return;
            }
            let text = match pair {
                Pair::Moved(old, new) => format!("{} → {}", path::at(old), path::at(new)),
                Pair::Both(_, new) | Pair::Added(new) => label.of(new, &after[new]),
                Pair::Removed(old) => label.of(old, &before[old]),
            };
            self.steps.push(Step::Element(text));
            self.trail.push(match pair {
                Pair::Both(old, new) | Pair::Moved(old, new) => Hop::Index(old, new),
                Pair::Removed(place) | Pair::Added(place) => Hop::Index(place, place),
            });
            match pair {
                Pair::Both(old, new) => self.values(&before[old], &after[new]),
                Pair::Removed(old) => self.emit(Op::Remove, Some(&before[old]), None),
                Pair::Added(new) => self.emit(Op::Add, None, Some(&after[new])),
                Pair::Moved(_, new) => {
                    let element = label.shown(&after[new]);
                    self.emit(Op::Move, Some(&element), Some(&element));
                }
            }
            self.trail.pop();
            self.steps.pop();
        }
    }

    fn emit(&mut self, op: Op, before: Option<&Value>, after: Option<&Value>) {
        let before = before.map(|value| without_secrets(self.rules, &mut self.steps, value));
        let after = after.map(|value| without_secrets(self.rules, &mut self.steps, value));
        self.push(op, before, after);
    }

    fn push(&mut self, op: Op, before: Option<Value>, after: Option<Value>) {
        self.places.push(Place {
            from: (op != Op::Add).then(|| self.pointer(|hop| hop.0)),
            to: (op != Op::Remove).then(|| self.pointer(|hop| hop.1)),
        });
        self.changes.push(Change { path: path::render(&self.steps), op, before, after });
    }

    /// The way down so far, with the places of one of the two documents.
    fn pointer(&self, side: fn((usize, usize)) -> usize) -> String {
        let mut pointer = String::new();
        for hop in &self.trail {
            match hop {
                Hop::Key(key) => path::point(&mut pointer, key),
                Hop::Index(old, new) => path::point(&mut pointer, &side((*old, *new)).to_string()),
            }
        }
        pointer
    }
}

/// How the elements of an array are named in a path.
#[derive(Clone, Copy)]
enum Label<'a> {
    Identity(&'a str),
    Place,
    Nothing,
}

impl Label<'_> {
    fn of(self, place: usize, element: &Value) -> String {
        match self {
            Self::Identity(key) => {
                align::identity(element, key).map_or_else(|| path::at(place), |id| path::named(key, &id))
            }
            Self::Place => path::at(place),
            Self::Nothing => "[]".to_owned(),
        }
    }

    /// What a move shows of the element that moved.
    fn shown(self, element: &Value) -> Cow<'_, Value> {
        match (self, element) {
            (Self::Identity(key), Value::Object(fields)) => {
                let identity = fields.iter().filter(|(name, _)| *name == key);
                Cow::Owned(Value::Object(identity.map(|(k, v)| (k.clone(), v.clone())).collect()))
            }
            _ => Cow::Borrowed(element),
        }
    }
}

/// The mask of `value`. Null is no secret, and that a field was or became unset is worth seeing.
pub(super) fn masked(value: &Value) -> Value {
    if value.is_null() { Value::Null } else { Value::from(MASK) }
}

/// A copy of `value`, which stands at `steps`, with every secret in it masked.
pub(super) fn without_secrets(rules: &Matcher, steps: &mut Vec<Step<'_>>, value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let secret_value = rules.holds_secret_value(fields);
            let mut copy = Map::with_capacity(fields.len());
            for (key, value) in fields {
                steps.push(Step::Key(Cow::Owned(key.clone())));
                let secret =
                    rules.redacts(steps) || (secret_value && key == "value" && !rules.reveals(steps));
                let kept = if secret { masked(value) } else { without_secrets(rules, steps, value) };
                steps.pop();
                copy.insert(key.clone(), kept);
            }
            Value::Object(copy)
        }
        Value::Array(elements) => {
            steps.push(Step::Element(String::new()));
            let copy = elements.iter().map(|element| without_secrets(rules, steps, element)).collect();
            steps.pop();
            Value::Array(copy)
        }
        Value::String(text) => match rules.json_in(text) {
            Some(inner) => {
                let clean = without_secrets(rules, steps, &inner);
                // What holds no secret stays as it was written.
                if clean == inner { value.clone() } else { Value::String(clean.to_string()) }
            }
            None => value.clone(),
        },
        scalar => scalar.clone(),
    }
}
