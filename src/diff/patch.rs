//! A JSON Patch (RFC 6902) that turns one document into another, or as much of one as changed fields allow.
//!
//! Between two documents the patch is complete: applied to the old one it gives the new one, except that what
//! the rules leave out stays as it was, and what they mask is a mask in the patch too. Operations stand in the
//! order in which they apply: in an array first what goes, then what moves, then what comes, then what changes
//! inside.

use serde_json::{Map, Value, json};

use super::align::{self, Pair};
use super::path::{self, Step};
use super::rules::{Align, IDENTITY_KEYS, Matcher};
use super::walk::{MAX_CHANGES, MAX_DEPTH, masked, without_secrets};
use crate::domain::{Change, Op};

/// The patch that turns `before` into `after`, as a list of operations.
pub fn patch(before: &Value, after: &Value, rules: &Matcher) -> Value {
    let rules = &rules.within_texts();
    let mut patch = Patch { rules, steps: Vec::new(), place: String::new(), operations: Vec::new() };
    patch.values(before, after);
    Value::Array(patch.operations)
}

/// The patch that changed fields amount to by themselves, each tested first where its old value is known.
/// Fails with the path of a field whose place cannot be told without the document.
pub fn patch_of(changes: &[Change]) -> Result<Value, String> {
    let mut operations = Vec::new();
    for change in changes {
        let place = |path: &str| pointer_of(path).ok_or_else(|| change.path.clone());
        if change.op == Op::Move {
            let (from, to) = change.path.rsplit_once(" → ").ok_or_else(|| change.path.clone())?;
            // `steps[3] → [0]`: the second place stands in the same array.
            let to = if to.starts_with('[') {
                format!("{}{to}", from.rsplit_once('[').map_or("", |(array, _)| array))
            } else {
                to.to_owned()
            };
            operations.push(json!({ "op": "move", "from": place(from)?, "path": place(&to)? }));
            continue;
        }
        let path = place(&change.path)?;
        if let (Some(before), Op::Remove | Op::Replace) = (&change.before, change.op) {
            operations.push(json!({ "op": "test", "path": path, "value": before }));
        }
        operations.push(match change.op {
            Op::Remove => json!({ "op": "remove", "path": path }),
            Op::Replace => json!({ "op": "replace", "path": path, "value": change.after }),
            // To add a member that is there already is to replace it.
            _ => json!({ "op": "add", "path": path, "value": change.after }),
        });
    }
    Ok(Value::Array(operations))
}

/// A readable path as a JSON Pointer; `None` where it names an element by what it is.
fn pointer_of(path: &str) -> Option<String> {
    let mut pointer = String::new();
    if path == path::DOCUMENT {
        return Some(pointer);
    }
    for step in path::steps(path) {
        match step {
            Step::Key(key) => path::point(&mut pointer, &key),
            Step::Element(label) => {
                let place = label.strip_prefix('[')?.strip_suffix(']')?;
                let number = !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_digit());
                path::point(&mut pointer, if number { place } else { return None });
            }
        }
    }
    Some(pointer)
}

struct Patch<'a> {
    rules: &'a Matcher,
    steps: Vec<Step<'a>>,
    place: String,
    operations: Vec<Value>,
}

impl<'a> Patch<'a> {
    fn values(&mut self, before: &'a Value, after: &'a Value) {
        if before == after {
            return;
        }
        let so_far = self.operations.len();
        match (before, after) {
            _ if self.steps.len() >= MAX_DEPTH => self.replace(after),
            (Value::Object(before), Value::Object(after)) => self.objects(before, after),
            (Value::Array(old), Value::Array(new)) => match self.align(old, new) {
                Some(pairs) => self.arrays(old, new, &pairs),
                None => self.replace(after),
            },
            _ => self.replace(after),
        }
        if self.operations.len() - so_far > MAX_CHANGES {
            self.operations.truncate(so_far);
            self.replace(after);
        }
    }

    fn objects(&mut self, before: &'a Map<String, Value>, after: &'a Map<String, Value>) {
        let holds = self.rules.holds_secret_value(before) || self.rules.holds_secret_value(after);
        let new_keys = after.keys().filter(|key| !before.contains_key(*key));
        for key in before.keys().chain(new_keys) {
            let long = self.place.len();
            self.steps.push(Step::Key(key.into()));
            path::point(&mut self.place, key);
            if !self.rules.ignores(&self.steps) {
                let secret = self.rules.redacts(&self.steps)
                    || (holds && key == "value" && !self.rules.reveals(&self.steps));
                match (before.get(key), after.get(key)) {
                    (Some(before), Some(after)) if !secret => self.values(before, after),
                    (Some(before), Some(after)) if before == after => {}
                    (_, None) => self.operations.push(json!({ "op": "remove", "path": self.place })),
                    (was, Some(after)) => {
                        let value = if secret { masked(after) } else { self.shown(after) };
                        let op = if was.is_some() { "replace" } else { "add" };
                        self.operations.push(json!({ "op": op, "path": self.place, "value": value }));
                    }
                }
            }
            self.steps.pop();
            self.place.truncate(long);
        }
    }

    /// How the elements of two arrays belong together. Even where their order means nothing it is kept, since
    /// a patch speaks of places.
    fn align(&self, before: &[Value], after: &[Value]) -> Option<Vec<Pair>> {
        let told = match self.rules.align(&self.steps) {
            Some(Align::Set | Align::Sequence) => return align::by_order(before, after),
            Some(Align::Key(key)) => Some(key.as_str()),
            None => None,
        };
        let guesses = IDENTITY_KEYS.into_iter().filter(|key| !self.rules.redacts_name(key));
        let keyed = told.into_iter().chain(guesses).find_map(|key| align::by_key(before, after, key));
        keyed.or_else(|| align::by_order(before, after))
    }

    fn arrays(&mut self, before: &'a [Value], after: &'a [Value], pairs: &[Pair]) {
        let mut target = vec![None; after.len()];
        let (mut gone, mut moved) = (vec![false; before.len()], vec![false; before.len()]);
        for pair in pairs {
            match pair {
                Pair::Both(old, new) => target[*new] = Some(*old),
                Pair::Moved(old, new) => {
                    target[*new] = Some(*old);
                    moved[*old] = true;
                }
                Pair::Removed(old) => gone[*old] = true,
                Pair::Added(_) => {}
            }
        }
        fill(&mut target, pairs, &gone);
        for place in (0..before.len()).rev().filter(|place| gone[*place]) {
            self.operations.push(json!({ "op": "remove", "path": format!("{}/{place}", self.place) }));
        }
        let mut order: Vec<usize> = (0..before.len()).filter(|place| !gone[*place]).collect();
        let mut last = None;
        for old in target.iter().flatten() {
            if moved[*old] {
                self.one_move(&mut order, *old, last);
            }
            last = Some(*old);
        }
        for (place, _) in target.iter().enumerate().filter(|(_, old)| old.is_none()) {
            let value = self.element(|patch| patch.shown(&after[place]));
            let path = format!("{}/{place}", self.place);
            self.operations.push(json!({ "op": "add", "path": path, "value": value }));
        }
        for (place, old) in target.iter().enumerate() {
            let Some(old) = old else { continue };
            let long = self.place.len();
            path::point(&mut self.place, &place.to_string());
            self.steps.push(Step::Element(String::new()));
            self.values(&before[*old], &after[place]);
            self.steps.pop();
            self.place.truncate(long);
        }
    }

    /// Moves the element that was at `old` to behind the one that was at `behind`.
    fn one_move(&mut self, order: &mut Vec<usize>, old: usize, behind: Option<usize>) {
        let Some(from) = order.iter().position(|place| *place == old) else { return };
        order.remove(from);
        let behind = behind.and_then(|behind| order.iter().position(|place| *place == behind));
        let to = behind.map_or(0, |place| place + 1);
        order.insert(to, old);
        if from != to {
            let (from, path) = (format!("{}/{from}", self.place), format!("{}/{to}", self.place));
            self.operations.push(json!({ "op": "move", "from": from, "path": path }));
        }
    }

    fn replace(&mut self, after: &Value) {
        let value = self.shown(after);
        self.operations.push(json!({ "op": "replace", "path": self.place, "value": value }));
    }

    fn element<T>(&mut self, with: impl FnOnce(&mut Self) -> T) -> T {
        self.steps.push(Step::Element(String::new()));
        let made = with(self);
        self.steps.pop();
        made
    }

    fn shown(&mut self, value: &Value) -> Value {
        without_secrets(self.rules, &mut self.steps, value)
    }
}

/// Gives the places that no pair names to the elements that no pair names: those stayed as they are, in
/// their order.
fn fill(target: &mut [Option<usize>], pairs: &[Pair], gone: &[bool]) {
    let mut named = vec![false; gone.len()];
    target.iter().flatten().for_each(|old| named[*old] = true);
    let mut added = vec![false; target.len()];
    for pair in pairs {
        if let Pair::Added(new) = pair {
            added[*new] = true;
        }
    }
    let mut stayed = (0..gone.len()).filter(|old| !gone[*old] && !named[*old]);
    for (place, old) in target.iter_mut().enumerate() {
        if old.is_none() && !added[place] {
            *old = stayed.next();
        }
    }
}
