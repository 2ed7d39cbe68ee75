//! What an object without a fixed shape says about a change.

use serde_json::{Map, Value};

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

/// How deep pairs are looked for below a field.
const DEPTH: usize = 8;

/// What a free-form object says changed. Fields that come as a pair have both values; any other field is
/// something the feed states about the change, without a value before.
pub(super) fn form(object: &Map<String, Value>, rules: &Matcher) -> Vec<Change> {
    let (mut before, mut after) = (Map::new(), Map::new());
    let mut stated: Vec<String> = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    let mut changes = Vec::new();
    for (key, value) in object {
        if told.contains(&key.as_str()) {
            continue;
        }
        let path = diff::child("", key);
        if let Some((old, new)) = halves(&path, value, &mut stated, DEPTH) {
            before.insert(key.clone(), old);
            after.insert(key.clone(), new);
            continue;
        }
        let (name, old, new) = if let Some((name, partner, old, new)) = pair_of_keys(object, key) {
            told.push(partner);
            if name.is_empty() && !is_plain(old) && !is_plain(new) {
                changes.extend(diff::compare_with(old, new, rules));
                continue;
            }
            (if name.is_empty() { "value".to_owned() } else { name }, old, new)
        } else {
            stated.push(path);
            after.insert(key.clone(), value.clone());
            continue;
        };
        before.insert(name.clone(), old.clone());
        after.insert(name, new.clone());
    }
    // One comparison for all, so that the rules, whose pointers start at the object, apply to every field.
    for mut change in diff::compare_with(&Value::Object(before), &Value::Object(after), rules) {
        if change.op == Op::Add && stated.contains(&change.path) {
            change.op = Op::Set;
        }
        changes.push(change);
    }
    changes
}

/// What a value says was there before and is there now, where it holds a pair at any depth; `path` is its own.
/// What stands beside a pair without being one is stated: it goes into the latter half alone.
fn halves(path: &str, value: &Value, stated: &mut Vec<String>, depth: usize) -> Option<(Value, Value)> {
    let object = value.as_object()?;
    if let Some((old, new)) = pair_in(object) {
        return Some((old.clone(), new.clone()));
    }
    if let Some((removed, added)) = moves_in(object) {
        return Some((removed, added));
    }
    if depth == 0 {
        return None;
    }
    let (mut before, mut after) = (Map::new(), Map::new());
    let mut beside = Vec::new();
    for (key, value) in object {
        let path = diff::child(path, key);
        if let Some((old, new)) = halves(&path, value, &mut beside, depth - 1) {
            before.insert(key.clone(), old);
            after.insert(key.clone(), new);
        } else {
            beside.push(path);
            after.insert(key.clone(), value.clone());
        }
    }
    if before.is_empty() {
        return None;
    }
    stated.append(&mut beside);
    Some((Value::Object(before), Value::Object(after)))
}

/// The two sides of an object that holds nothing but lists of what came and went, such as
/// `{"added": ["vip"], "removed": []}`: what went, what came.
fn moves_in(object: &Map<String, Value>) -> Option<(Value, Value)> {
    let known = |key: &String| key == "added" || key == "removed";
    if object.is_empty() || !object.iter().all(|(key, list)| known(key) && list.is_array()) {
        return None;
    }
    let list = |key: &str| object.get(key).cloned().unwrap_or_else(|| Value::Array(Vec::new()));
    Some((list("removed"), list("added")))
}

/// Whether it is a single value, and not a document or the absence of one.
fn is_plain(value: &Value) -> bool {
    !value.is_object() && !value.is_null()
}

/// The two values of an object that holds nothing but a pair.
fn pair_in(object: &Map<String, Value>) -> Option<(&Value, &Value)> {
    if object.len() != 2 {
        return None;
    }
    PAIRS.iter().find_map(|(before, after)| Some((object.get(*before)?, object.get(*after)?)))
}

/// The pair that `key` is one half of: the name both share, the key of the other half, both values.
fn pair_of_keys<'o>(
    object: &'o Map<String, Value>,
    key: &str,
) -> Option<(String, &'o str, &'o Value, &'o Value)> {
    let (own, _) = object.get_key_value(key)?;
    for (before, after) in PAIRS {
        for (own_word, other_word, is_before) in [(before, after, true), (after, before, false)] {
            let Some(rest) = own.strip_prefix(own_word) else { continue };
            let Some((partner, value)) = object.get_key_value(&format!("{other_word}{rest}")) else {
                continue;
            };
            let Some(name) = plain_name(rest) else { continue };
            if object.contains_key(&name) {
                continue;
            }
            let (before, after) = if is_before { (&object[key], value) } else { (value, &object[key]) };
            return Some((name, partner, before, after));
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
