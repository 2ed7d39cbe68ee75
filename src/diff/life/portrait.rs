//! The fields of an entity at one moment, each with how it is known.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::trace::{Held, Leaf, Place, Trace};
use super::{Life, State};
use crate::diff::path::{self, Step};
use crate::diff::rules::MASK;
use crate::diff::walk::without_secrets;
use crate::domain::Timestamp;

/// An entity at one moment, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Portrait {
    /// The step after which it is, newest first; one past the oldest for the time before it.
    pub at: usize,
    /// Whether it was there.
    pub state: State,
    /// What is known of its fields, in the order of their paths; secrets are masked.
    pub fields: Vec<Field>,
    /// Whether every field is listed, and how that is known.
    pub whole: Option<Basis>,
}

/// One field at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its readable path.
    pub path: String,
    /// Its value, masked where it is a secret; `None` where it was not there.
    pub value: Option<Value>,
    /// How it is known.
    pub basis: Basis,
    /// The order of its elements is not known.
    pub loose: bool,
    /// The value without masks, for comparing.
    pub(super) bare: Option<Value>,
    pub(super) place: Place,
}

/// How something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The step beside the moment, before or after it, was sent with it.
    Sent(usize),
    /// This step was sent with it, and none in between says that it changed.
    Inferred(usize),
    /// It is the last that was known, by this step, and it may have changed unseen.
    Doubtful(usize, Doubt),
}

/// Why something may have changed unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// This step does not say all that it changed.
    Mute(usize),
    /// This step, or the one that follows, says something else.
    Contradicted(usize),
    /// The cache may lack events.
    Gap,
    /// The feed's profile leaves the field out when it compares.
    LeftOut,
}

impl Basis {
    /// The step that told it.
    pub fn step(self) -> usize {
        match self {
            Self::Sent(step) | Self::Inferred(step) | Self::Doubtful(step, _) => step,
        }
    }

    /// Whether it is more than the last that was known.
    pub fn is_sure(self) -> bool {
        !matches!(self, Self::Doubtful(..))
    }

    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sent(_) => "sent",
            Self::Inferred(_) => "inferred",
            Self::Doubtful(..) => "doubtful",
        }
    }
}

impl Portrait {
    /// The document that the fields make, secrets masked; fields below elements of a list that is not known are
    /// left out.
    pub fn document(&self) -> Value {
        document(self.fields.iter().filter_map(|field| Some((&field.place, field.value.as_ref()?))))
    }

    /// Whether nothing is known for sure.
    pub fn is_blank(&self) -> bool {
        !self.fields.iter().any(|field| field.basis.is_sure())
    }

    /// How many fields are known in each way: sent, inferred, doubtful.
    pub fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for field in &self.fields {
            counts[match field.basis {
                Basis::Sent(_) => 0,
                Basis::Inferred(_) => 1,
                Basis::Doubtful(..) => 2,
            }] += 1;
        }
        counts
    }
}

/// A document of these fields.
pub(super) fn document<'v>(fields: impl Iterator<Item = (&'v Place, &'v Value)>) -> Value {
    let mut root = Value::Object(Map::new());
    for (place, value) in fields {
        if place.iter().any(|step| matches!(step, Step::Element(_))) {
            continue;
        }
        let mut at = &mut root;
        for step in place {
            let Step::Key(key) = step else { break };
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            let Value::Object(fields) = at else { break };
            at = fields.entry(key.clone().into_owned()).or_insert(Value::Null);
        }
        *at = value.clone();
    }
    root
}

/// A moment in a life, with what casts a doubt on what was told far from it.
struct Moment<'l> {
    life: &'l Life,
    at: usize,
    time: Timestamp,
}

impl Life {
    /// What is known of the entity right after the step at `at`, or, one past the oldest, before it.
    pub fn portrait(&self, at: usize) -> Portrait {
        let time = self.steps.get(at).map_or(Timestamp::MIN, |step| step.event.row.time());
        self.portrait_at(at, time)
    }

    /// What is known of the entity at a time.
    pub fn portrait_of(&self, time: Timestamp) -> Portrait {
        self.portrait_at(self.place_at(time), time)
    }

    fn portrait_at(&self, at: usize, time: Timestamp) -> Portrait {
        let at = at.min(self.steps.len());
        let moment = Moment { life: self, at, time };
        let (on, back) = (self.trace_on(at), self.trace_back(at));
        let mut known = moment.known(&on, true);
        let later = moment.known(&back, false);
        let whole_on = on.whole.map(|step| moment.basis(&on, step, true));
        let whole_back = back.whole.map(|step| moment.basis(&back, step, false));
        let sure = |whole: Option<Basis>| whole.is_some_and(Basis::is_sure);
        if sure(whole_back) && !sure(whole_on) {
            let earlier = std::mem::replace(&mut known, later);
            cross_check(&mut known, &earlier, sure(whole_back));
        } else {
            cross_check(&mut known, &later, sure(whole_on));
            if !sure(whole_on) {
                join(&mut known, later);
            }
        }
        let whole = [whole_on, whole_back].into_iter().flatten().find(|whole| whole.is_sure());
        let fields = self.fields(known);
        Portrait { at, state: self.state_at(at), fields, whole }
    }

    /// The fields for people: without what nobody knows, secrets masked.
    fn fields(&self, known: BTreeMap<Place, (Leaf, Basis)>) -> Vec<Field> {
        let held = |leaf: &Leaf| if let Held::Value(value) = &leaf.held { Some(value.clone()) } else { None };
        let bare: Vec<(Place, Option<Value>, bool, Basis)> = known
            .into_iter()
            // That there was nothing at all is for the state to say.
            .filter(|(place, (leaf, _))| {
                leaf.held != Held::Unknown && !(place.is_empty() && leaf.held == Held::Gone)
            })
            .map(|(place, (leaf, basis))| (place, held(&leaf), leaf.loose, basis))
            .collect();
        let whole = document(bare.iter().filter_map(|(place, value, ..)| Some((place, value.as_ref()?))));
        let masked = without_secrets(&self.rules.within_texts(), &mut Vec::new(), &whole);
        let fields = bare.into_iter().map(|(place, bare, loose, basis)| {
            let value = bare.as_ref().map(|bare| self.shown(&place, bare, &masked));
            Field { path: path::render(&place), value, basis, loose, bare, place }
        });
        fields.collect()
    }

    /// A value as it may be shown: that of the masked document, where it stands in it.
    fn shown(&self, place: &Place, bare: &Value, masked: &Value) -> Value {
        let in_element = place.iter().any(|step| matches!(step, Step::Element(_)));
        if in_element {
            let secret = (1..=place.len()).any(|depth| self.rules.redacts(&place[..depth]));
            let mask = secret && !bare.is_null();
            let rules = self.rules.within_texts();
            return if mask { MASK.into() } else { without_secrets(&rules, &mut place.clone(), bare) };
        }
        let mut at = masked;
        for step in place {
            match step {
                Step::Key(key) => match at.get(key.as_ref()) {
                    Some(below) => at = below,
                    // Something above it is masked as a whole.
                    None => return MASK.into(),
                },
                Step::Element(_) => break,
            }
        }
        at.clone()
    }
}

impl Moment<'_> {
    /// How far what a step told holds at this moment.
    fn basis(&self, trace: &Trace, step: usize, on: bool) -> Basis {
        let between = |other: usize| if on { other < step } else { other > step };
        if let Some((_, doubt)) = trace.doubts.iter().find(|(other, _)| between(*other)) {
            return Basis::Doubtful(step, *doubt);
        }
        let told = self.life.steps[step].event.row.time();
        let gap = if on {
            self.life.has_gap(told, self.time.plus_millis(1))
        } else {
            self.life.has_gap(self.time, told)
        };
        if gap {
            return Basis::Doubtful(step, Doubt::Gap);
        }
        let mut others = if on { self.at..step } else { step + 1..self.at };
        let beside = !others.any(|i| self.life.steps[i].took_effect());
        if beside { Basis::Sent(step) } else { Basis::Inferred(step) }
    }

    fn known(&self, trace: &Trace, on: bool) -> BTreeMap<Place, (Leaf, Basis)> {
        let left_out =
            |place: &Place| (1..=place.len()).any(|depth| self.life.rules.ignores(&place[..depth]));
        let leaf = |(place, leaf): (&Place, &Leaf)| {
            let mut basis = self.basis(trace, leaf.step, on);
            if let Basis::Inferred(step) = basis
                && left_out(place)
            {
                basis = Basis::Doubtful(step, Doubt::LeftOut);
            }
            (place.clone(), (leaf.clone(), basis))
        };
        trace.leaves.iter().map(leaf).collect()
    }
}

/// Casts a doubt on what the steps on the other side of the moment contradict. `whole` says whether fields that
/// are not among `known` are known not to be there.
fn cross_check(
    known: &mut BTreeMap<Place, (Leaf, Basis)>,
    others: &BTreeMap<Place, (Leaf, Basis)>,
    whole: bool,
) {
    let mut wrong: Vec<(Place, usize)> = Vec::new();
    for (place, (other, basis)) in others.iter().filter(|(_, (_, basis))| basis.is_sure()) {
        let Some((leaf, _)) = known.get(place) else {
            let around = |known: &Place| place.starts_with(known) || known.starts_with(place);
            let there = matches!(other.held, Held::Value(_));
            if whole && there && !place.iter().any(|step| matches!(step, Step::Element(_))) {
                wrong.extend(known.keys().filter(|known| around(known)).map(|at| (at.clone(), basis.step())));
            }
            continue;
        };
        let fits = match (&leaf.held, &other.held) {
            (Held::Value(one), Held::Value(two)) => {
                leaf.loose || other.loose || one == two || hidden(one, two)
            }
            (Held::Unknown, _) | (_, Held::Unknown) => true,
            (one, two) => one == two,
        };
        if !fits {
            wrong.push((place.clone(), basis.step()));
        }
    }
    for (place, by) in wrong {
        if let Some((leaf, basis)) = known.get_mut(&place)
            && basis.is_sure()
        {
            *basis = Basis::Doubtful(leaf.step, Doubt::Contradicted(by));
        }
    }
}

/// Whether one of the two is nothing but a mask.
fn hidden(one: &Value, two: &Value) -> bool {
    one == MASK || two == MASK
}

/// Adds what only the other side knows, or knows better.
fn join(known: &mut BTreeMap<Place, (Leaf, Basis)>, others: BTreeMap<Place, (Leaf, Basis)>) {
    for (place, (leaf, basis)) in others {
        if let Some((own, held)) = known.get(&place) {
            let surer = basis.is_sure() && !held.is_sure() && leaf.held != Held::Unknown;
            // What both sides tell differently stays doubtful.
            let contradicted = matches!(held, Basis::Doubtful(_, Doubt::Contradicted(_)));
            if (surer || own.held == Held::Unknown) && !contradicted {
                known.insert(place, (leaf, basis));
            }
            continue;
        }
        let crossed: Vec<Place> = known
            .keys()
            .filter(|other| place.starts_with(other) || other.starts_with(&place))
            .cloned()
            .collect();
        if crossed.is_empty() || (basis.is_sure() && crossed.iter().all(|other| !known[other].1.is_sure())) {
            for other in crossed {
                known.remove(&other);
            }
            known.insert(place, (leaf, basis));
        }
    }
}
