//! What an object without a fixed shape says about a change.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::{Map, Value};

use super::super::json::{Json, Members};
use crate::diff::{self, Matcher};
use crate::domain::{Change, Op};

/// Pairs of words for "what it was" and "what it is". Alone they are the keys of an object that stands for
/// one field: `{"mode": {"from": "a", "to": "b"}}`. In front of a name they mark two fields as one:
/// `fromVersion` and `toVersion`, `old_name` and `new_name`.
const PAIRS: &[(&str, &str)] = &[
    ("from", "to"),
    ("before", "after"),
    ("old", "new"),
    ("oldValue", "newValue"),
    ("old_value", "new_value"),
    ("previous", "current"),
    ("previousValue", "currentValue"),
    ("previous", "new"),
];

/// Names of the old values of those fields that changed, and of the whole document beside them.
const PREVIOUS: &[(&str, &str)] = &[
    ("previous_attributes", "object"),
    ("previous_attributes", "attributes"),
    ("previousAttributes", "object"),
    ("previousAttributes", "attributes"),
];

/// The operations of a JSON Patch (RFC 6902).
const OPERATIONS: [&str; 6] = ["add", "remove", "replace", "move", "copy", "test"];

/// How deep pairs are looked for below a field.
const DEPTH: usize = 8;

/// What a free-form object says changed. Fields that come as a pair have both values; any other field is
/// something the feed states about the change, without a value before.
pub(super) fn form(object: &Members<'_>, rules: &Matcher) -> Vec<Change> {
    if let Some((old, new)) = with_previous(object).or_else(|| two_by_two(object)) {
        return diff::compare_with(&old, &new, rules);
    }
    let (mut before, mut after) = (Map::new(), Map::new());
    let mut notes = Notes::default();
    let mut told = HashSet::new();
    let mut changes = Vec::new();
    for (key, value) in object.distinct() {
        if told.contains(key) {
            continue;
        }
        if let Some((old, new)) = halves(&[key], value, &mut notes, DEPTH) {
            before.insert(key.to_owned(), old);
            after.insert(key.to_owned(), new);
            continue;
        }
        let (name, old, new) = if let Some(pair) = pair_of_keys(object, key, value) {
            told.insert(pair.partner);
            let Pair { name, before: old, after: new, .. } = pair;
            if name.is_empty() && !is_plain(old) && !is_plain(new) {
                changes.extend(diff::compare_with(&old.to_value(), &new.to_value(), rules));
                continue;
            }
            (if name.is_empty() { "value".to_owned() } else { name }, old, new)
        } else {
            notes.stated.push(diff::child("", key));
            after.insert(key.to_owned(), value.to_value());
            continue;
        };
        before.insert(name.clone(), old.to_value());
        after.insert(name, new.to_value());
    }
    let Notes { stated, sets } = notes;
    let only_stated = before.is_empty();
    let stated: HashSet<String> = if only_stated { HashSet::new() } else { stated.into_iter().collect() };
    let rules = &if sets.is_empty() { Cow::Borrowed(rules) } else { Cow::Owned(rules.with_sets(sets)) };
    // One comparison for all, so that the rules, whose pointers start at the object, apply to every field.
    for mut change in diff::compare_with(&Value::Object(before), &Value::Object(after), rules) {
        if change.op == Op::Add && (only_stated || stated.contains(&change.path)) {
            change.op = Op::Set;
        }
        changes.push(change);
    }
    changes
}

/// Whether a list holds the operations of a JSON Patch and nothing else.
pub(super) fn is_patch(list: &[Json<'_>]) -> bool {
    let text = |value: &Json<'_>, key: &str| value.members()?.get(key)?.as_text().map(str::to_owned);
    let operation = |value: &Json<'_>| {
        let known = text(value, "op").is_some_and(|op| OPERATIONS.contains(&op.as_str()));
        known && text(value, "path").is_some_and(|path| path.is_empty() || path.starts_with('/'))
    };
    !list.is_empty() && list.iter().all(operation)
}

/// The two sides of an object that holds a document and the old values of what changed in it.
fn with_previous(object: &Members<'_>) -> Option<(Value, Value)> {
    let both = |(previous, whole): &(&str, &str)| Some((object.get(previous)?, object.get(whole)?));
    let (previous, whole) = PREVIOUS.iter().find_map(both)?;
    if !previous.is_object() || !whole.is_object() {
        return None;
    }
    let whole = whole.to_value();
    Some((super::overlaid(&whole, &previous.to_value()), whole))
}

/// The two sides of an object whose every field is a list of the old and the new value. A field that merely
/// holds two values looks the same, so one of them at least must be no plausible list: a list of names
/// holds neither null nor a truth value.
fn two_by_two(object: &Members<'_>) -> Option<(Value, Value)> {
    let (mut before, mut after) = (Map::new(), Map::new());
    let mut told = false;
    for (key, value) in object.distinct() {
        let Value::Array(list) = value.to_value() else { return None };
        let [old, new] = <[Value; 2]>::try_from(list).ok()?;
        if old == new || [&old, &new].into_iter().any(|side| side.is_object() || side.is_array()) {
            return None;
        }
        told |= [&old, &new].into_iter().any(|side| side.is_null() || side.is_boolean());
        before.insert(key.to_owned(), old);
        after.insert(key.to_owned(), new);
    }
    told.then_some((Value::Object(before), Value::Object(after)))
}

/// What has to be known beside the two sides of an object.
#[derive(Default)]
struct Notes {
    /// Paths of what is no pair: it goes into the latter side alone.
    stated: Vec<String>,
    /// Where lists of what came and went stand. Such a list has no order, so its elements have no places.
    sets: Vec<Vec<String>>,
}

/// What a value says was there before and is there now, where it holds a pair at any depth; `keys` lead to it.
fn halves(keys: &[&str], value: &Json<'_>, notes: &mut Notes, depth: usize) -> Option<(Value, Value)> {
    let object = value.members()?;
    if let Some((old, new)) = pair_in(object) {
        return Some((old.to_value(), new.to_value()));
    }
    if let Some((removed, added)) = moves_in(object) {
        notes.sets.push(keys.iter().map(|key| (*key).to_owned()).collect());
        return Some((removed, added));
    }
    if depth == 0 {
        return None;
    }
    let (mut before, mut after) = (Map::new(), Map::new());
    let mut beside = Vec::new();
    for (key, value) in object.distinct() {
        let keys: Vec<&str> = keys.iter().copied().chain([key]).collect();
        if let Some((old, new)) = halves(&keys, value, notes, depth - 1) {
            before.insert(key.to_owned(), old);
            after.insert(key.to_owned(), new);
        } else {
            beside.push(keys.iter().fold(String::new(), |path, key| diff::child(&path, key)));
            after.insert(key.to_owned(), value.to_value());
        }
    }
    if before.is_empty() {
        return None;
    }
    notes.stated.append(&mut beside);
    Some((Value::Object(before), Value::Object(after)))
}

/// The two sides of an object that holds nothing but lists of what came and went, such as
/// `{"added": ["vip"], "removed": []}`: what went, what came.
fn moves_in(object: &Members<'_>) -> Option<(Value, Value)> {
    let known = |key: &str| key == "added" || key == "removed";
    if object.is_empty() || !object.iter().all(|(key, list)| known(key) && list.is_list()) {
        return None;
    }
    let list = |key: &str| object.get(key).map_or_else(|| Value::Array(Vec::new()), Json::to_value);
    Some((list("removed"), list("added")))
}

/// Whether it is a single value, and not a document or the absence of one.
fn is_plain(value: &Json<'_>) -> bool {
    !matches!(value, Json::Object(_) | Json::Null)
}

/// The two values of an object that holds nothing but a pair.
fn pair_in<'o, 't>(object: &'o Members<'t>) -> Option<(&'o Json<'t>, &'o Json<'t>)> {
    if object.iter().nth(2).is_some() {
        return None;
    }
    PAIRS.iter().find_map(|(before, after)| Some((object.get(before)?, object.get(after)?)))
}

/// Two members that are one field.
struct Pair<'o, 't> {
    /// The name that both share; empty where they have no other.
    name: String,
    /// The key of the other half.
    partner: &'o str,
    before: &'o Json<'t>,
    after: &'o Json<'t>,
}

/// The pair that the member `key` is one half of.
fn pair_of_keys<'o, 't>(object: &'o Members<'t>, key: &str, own: &'o Json<'t>) -> Option<Pair<'o, 't>> {
    for (before, after) in PAIRS {
        for (own_word, other_word, is_before) in [(before, after, true), (after, before, false)] {
            // Hardly any name begins like this, so most are done with after one letter.
            if key.as_bytes().first() != own_word.as_bytes().first() {
                continue;
            }
            let Some(rest) = key.strip_prefix(own_word) else { continue };
            let Some(name) = plain_name(rest) else { continue };
            let Some((partner, other)) = object.get_named(&format!("{other_word}{rest}")) else { continue };
            if object.get(&name).is_some() {
                continue;
            }
            let (before, after) = if is_before { (own, other) } else { (other, own) };
            return Some(Pair { name, partner, before, after });
        }
    }
    None
}

/// `Version` and `_version` become `version`; a rest such as `age`, as in `fromage`, is no name of its own.
fn plain_name(rest: &str) -> Option<String> {
    let mut chars = rest.trim_start_matches(['_', '-']).chars();
    match chars.next() {
        None => Some(String::new()),
        Some(first) if first.is_uppercase() => Some(first.to_lowercase().chain(chars).collect()),
        Some(first) if rest.starts_with(['_', '-']) => Some(std::iter::once(first).chain(chars).collect()),
        Some(_) => None,
    }
}
