//! What follows about the fields at one moment from the steps on one side of it.
//!
//! A trace goes on from the steps before a moment or back from those after it, and keeps for each field the
//! value that one of them told last. Objects are taken apart to their fields, lists are kept whole. A step that
//! does not say what it changed, or that contradicts what is known, casts a doubt on everything told on its far
//! side.

use std::collections::BTreeMap;

use serde_json::Value;

use super::inside::{self, Turn, Way};
use super::portrait::Doubt;
use super::told::{Says, Told};
use super::{Life, Step as LifeStep};
use crate::diff::path::{self, Step};
use crate::diff::snapshots::same;
use crate::domain::{Change, Op};

/// The way to a field.
pub(super) type Place = Vec<Step<'static>>;

/// What is known of fields at a moment, from one side of it.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) leaves: BTreeMap<Place, Leaf>,
    /// The step that told the whole document: fields without a leaf are not there.
    pub(super) whole: Option<usize>,
    /// Steps across which nothing is sure, and why.
    pub(super) doubts: Vec<(usize, Doubt)>,
}

/// What is known of one field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf {
    pub(super) held: Held,
    /// The step that told it, all of it where it is a list.
    pub(super) step: usize,
    /// The order of its elements is not known.
    pub(super) loose: bool,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Held {
    /// This; a scalar, a list or an empty object.
    Value(Value),
    /// It is not there.
    Gone,
    /// Something that nobody told.
    Unknown,
}

impl Life {
    /// What the steps from the oldest up to that at `at`, itself included, say of the moment after it.
    pub(super) fn trace_on(&self, at: usize) -> Trace {
        let tells_all = |step: &LifeStep| step.took_effect() && step.told().documents.is_some();
        let from = (at..self.steps.len()).find(|i| tells_all(&self.steps[*i]));
        let from = from.unwrap_or(self.steps.len().saturating_sub(1));
        let mut trace = Trace::default();
        for i in (at..self.steps.len()).rev().filter(|i| *i <= from) {
            trace.go(i, &self.steps[i], Way::On);
        }
        trace
    }

    /// What the steps after that at `at` say of the moment before the first of them.
    pub(super) fn trace_back(&self, at: usize) -> Trace {
        let tells_all = |step: &LifeStep| step.took_effect() && step.told().documents.is_some();
        let from = (0..at).rev().find(|i| tells_all(&self.steps[*i])).unwrap_or(0);
        let mut trace = Trace::default();
        for i in from..at {
            trace.go(i, &self.steps[i], Way::Back);
        }
        trace
    }
}

impl Trace {
    fn go(&mut self, i: usize, step: &LifeStep, way: Way) {
        let told = step.told();
        match (told.says, &told.documents) {
            (Says::Nothing, _) => return,
            (_, Some(documents)) => {
                self.all(if way == Way::On { &documents.after } else { &documents.before }, i);
            }
            (Says::Mute, None) => self.doubts.push((i, Doubt::Mute(i))),
            (says, None) => {
                if says == Says::Some {
                    self.doubts.push((i, Doubt::Mute(i)));
                }
                told.changes.iter().for_each(|change| self.change(change, i, way));
            }
        }
        let gone = if way == Way::On { Told::ends(&step.event) } else { Told::begins(&step.event) };
        if gone {
            self.all(&Value::Null, i);
        }
    }

    /// The whole document, null where there is none.
    fn all(&mut self, document: &Value, i: usize) {
        self.leaves.clear();
        self.whole = Some(i);
        if document.is_null() {
            self.put(Vec::new(), Held::Gone, i);
        } else {
            self.spread(Vec::new(), document, i);
        }
    }

    fn put(&mut self, place: Place, held: Held, step: usize) {
        self.leaves.insert(place, Leaf { held, step, loose: false });
    }

    /// Puts the fields of a value that stands at `place`.
    fn spread(&mut self, place: Place, value: &Value, i: usize) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                for (key, value) in fields {
                    let mut below = place.clone();
                    below.push(Step::Key(key.clone().into()));
                    self.spread(below, value, i);
                }
            }
            value => self.put(place, Held::Value(value.clone()), i),
        }
    }

    fn change(&mut self, change: &Change, i: usize, way: Way) {
        let turn = Turn::of(change, way);
        if change.op == Op::Move || change.path.contains(" → ") {
            // It names two places, and shows the value in part.
            let whole = change.path.split(" → ").next().unwrap_or_default();
            let place = path::steps(whole);
            let list = place.iter().position(|step| matches!(step, Step::Element(_)));
            if let Some(list) = list {
                return self.lose(place[..list].to_vec(), i);
            }
            let (from, to) = change.path.split_once(" → ").unwrap_or((&change.path, ""));
            self.lose(path::steps(from), i);
            return self.lose(path::steps(to), i);
        }
        let mut place = path::steps(&change.path);
        if place.first().is_some_and(|step| matches!(step, Step::Key(key) if *key == path::DOCUMENT)) {
            place.remove(0);
        }
        if let Some(list) = place.iter().position(|step| matches!(step, Step::Element(_))) {
            return self.in_list(place, list, turn, i);
        }
        self.field(place, turn, i);
    }

    /// A change inside the list at the first `list` steps of `place`.
    fn in_list(&mut self, place: Place, list: usize, turn: Turn<'_>, i: usize) {
        let at = place[..list].to_vec();
        if let Some(leaf) = self.leaves.get_mut(&at) {
            if let Held::Value(value) = &mut leaf.held {
                // Where it can be followed, it still rests on the step that told all of the list.
                if let Ok(loose) = inside::apply(value, &place[list..], turn) {
                    leaf.loose |= loose;
                } else {
                    (leaf.held, leaf.step) = (Held::Unknown, i);
                }
                return;
            }
            if leaf.held == Held::Gone {
                self.contradict(i);
            }
            self.leaves.remove(&at);
        }
        // The list is not known, but an element of it may be followed by its name.
        let by_name = place[list..].iter().all(|step| match step {
            Step::Element(label) => {
                let inner = label.trim_start_matches('[').trim_end_matches(']');
                !inner.is_empty() && !inner.bytes().all(|byte| byte.is_ascii_digit())
            }
            Step::Key(_) => true,
        });
        if by_name {
            self.field(place, turn, i);
        } else {
            self.put(at, Held::Unknown, i);
        }
    }

    fn field(&mut self, place: Place, turn: Turn<'_>, i: usize) {
        match turn {
            Turn::Comes(value) | Turn::Becomes(_, value) if place.is_empty() => self.all(value, i),
            Turn::Comes(value) => {
                if self.holds(&place) == Some(true) {
                    self.contradict(i);
                }
                self.clear(&place, i);
                self.spread(place, value, i);
            }
            Turn::Goes(was) => {
                self.check(&place, was, i);
                self.clear(&place, i);
                self.empty(&place, i);
                self.put(place, Held::Gone, i);
            }
            Turn::Becomes(was, value) => {
                self.check(&place, was, i);
                self.clear(&place, i);
                self.spread(place, value, i);
            }
            Turn::Unknown => self.lose(place, i),
        }
    }

    fn lose(&mut self, place: Place, i: usize) {
        self.clear(&place, i);
        self.put(place, Held::Unknown, i);
    }

    /// Whether the field at `place` is known to be there, or not to be.
    fn holds(&self, place: &[Step<'static>]) -> Option<bool> {
        let mut below = self.below(place);
        if below.any(|(_, leaf)| matches!(leaf.held, Held::Value(_))) {
            return Some(true);
        }
        (self.leaves.get(place)?.held == Held::Gone).then_some(false)
    }

    /// Casts a doubt where what is known is not what a change says was there.
    fn check(&mut self, place: &[Step<'static>], was: Option<&Value>, i: usize) {
        let known = self.value(place);
        let fits = match (&known, was) {
            (Some(known), Some(was)) => same(known, was) || same(was, known),
            _ => self.holds(place) != Some(false),
        };
        if !fits {
            self.contradict(i);
        }
    }

    fn contradict(&mut self, i: usize) {
        self.doubts.push((i, Doubt::Contradicted(i)));
    }

    /// What is known to stand at `place`, where all of it is known.
    fn value(&self, place: &[Step<'static>]) -> Option<Value> {
        match &self.leaves.get(place)?.held {
            // A list of which the order is not known is compared with nothing.
            Held::Value(value) if !self.leaves[place].loose => Some(value.clone()),
            _ => None,
        }
    }

    /// Takes away all that stands at `place`, and what stands above it and cannot hold a field.
    fn clear(&mut self, place: &[Step<'static>], i: usize) {
        let below: Vec<Place> = self.below(place).map(|(place, _)| place.clone()).collect();
        for place in below {
            self.leaves.remove(&place);
        }
        for length in 0..place.len() {
            let Some(above) = self.leaves.remove(&place[..length]) else { continue };
            let empty = matches!(&above.held, Held::Value(Value::Object(_)) | Held::Unknown);
            if !empty {
                self.contradict(i);
            }
        }
    }

    /// The object around a field that goes may be empty then, or not be known in full.
    fn empty(&mut self, place: &[Step<'static>], i: usize) {
        let Some((_, around)) = place.split_last().filter(|(_, around)| !around.is_empty()) else { return };
        let holds = self.below(around).any(|(_, leaf)| leaf.held != Held::Gone);
        if !holds {
            self.put(around.to_vec(), Held::Unknown, i);
        }
    }

    fn below<'t>(&'t self, place: &'t [Step<'static>]) -> impl Iterator<Item = (&'t Place, &'t Leaf)> {
        let from = std::ops::Bound::Included(place);
        self.leaves
            .range::<[Step<'static>], _>((from, std::ops::Bound::Unbounded))
            .take_while(move |(other, _)| other.starts_with(place))
    }
}
