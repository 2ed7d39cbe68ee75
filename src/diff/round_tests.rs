//! Round trips: what is said to have changed, applied to the old document by readers that share no code with
//! what wrote it, gives the new one.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::tests::document;
use super::*;
use crate::domain::{Change, Op};

/// The tokens of a JSON Pointer (RFC 6901).
fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
}

/// What RFC 6902 says about each operation, read literally.
fn apply_patch(document: &Value, patch: &Value) -> Result<Value, String> {
    let mut document = document.clone();
    for operation in patch.as_array().ok_or("a patch is a list")? {
        let path = |key: &str| operation[key].as_str().map(tokens).ok_or(format!("no `{key}`: {operation}"));
        let value = || operation.get("value").cloned().ok_or(format!("no value: {operation}"));
        match operation["op"].as_str() {
            Some("add") => add(&mut document, &path("path")?, value()?)?,
            Some("remove") => drop(remove(&mut document, &path("path")?)?),
            Some("replace") => *at(&mut document, &path("path")?)? = value()?,
            Some("move") => {
                let moved = remove(&mut document, &path("from")?)?;
                add(&mut document, &path("path")?, moved)?;
            }
            Some("test") => {
                if *at(&mut document, &path("path")?)? != value()? {
                    return Err(format!("the test fails: {operation}"));
                }
            }
            other => return Err(format!("no operation: {other:?}")),
        }
    }
    Ok(document)
}

fn at<'v>(document: &'v mut Value, path: &[String]) -> Result<&'v mut Value, String> {
    let mut value = document;
    for token in path {
        value = match value {
            Value::Object(fields) => fields.get_mut(token),
            Value::Array(list) => list.get_mut(token.parse::<usize>().map_err(|error| error.to_string())?),
            _ => None,
        }
        .ok_or(format!("nothing at {path:?}"))?;
    }
    Ok(value)
}

fn add(document: &mut Value, path: &[String], value: Value) -> Result<(), String> {
    let Some((last, parent)) = path.split_last() else {
        *document = value;
        return Ok(());
    };
    match at(document, parent)? {
        Value::Object(fields) => drop(fields.insert(last.clone(), value)),
        Value::Array(list) => {
            let place: usize = last.parse().map_err(|_| format!("no place: {last}"))?;
            if place > list.len() {
                return Err(format!("{place} is behind the end"));
            }
            list.insert(place, value);
        }
        _ => return Err("the parent holds nothing".to_owned()),
    }
    Ok(())
}

fn remove(document: &mut Value, path: &[String]) -> Result<Value, String> {
    let Some((last, parent)) = path.split_last() else { return Ok(document.take()) };
    match at(document, parent)? {
        Value::Object(fields) => fields.remove(last).ok_or(format!("no field {last}")),
        Value::Array(list) => {
            let place: usize = last.parse().map_err(|_| format!("no place: {last}"))?;
            if place >= list.len() {
                return Err(format!("{place} is behind the end"));
            }
            Ok(list.remove(place))
        }
        _ => Err("the parent holds nothing".to_owned()),
    }
}

/// A change as the applier below needs it: tokens in either document, and the new value.
struct Told {
    op: Op,
    from: Option<Vec<String>>,
    to: Option<Vec<String>>,
    after: Option<Value>,
}

/// Builds the new document: what no change names stays, elements of arrays in their old order in the places
/// that are left.
fn apply_changes(before: &Value, changes: &[(Change, Place)]) -> Value {
    let told = |(change, place): &(Change, Place)| Told {
        op: change.op,
        from: place.from.as_deref().map(tokens),
        to: place.to.as_deref().map(tokens),
        after: change.after.clone(),
    };
    let all: Vec<Told> = changes.iter().map(told).collect();
    build(before, &all.iter().collect::<Vec<_>>(), 0)
}

fn build(before: &Value, changes: &[&Told], depth: usize) -> Value {
    let here = |change: &&&Told| {
        change.op != Op::Move
            && change.to.as_ref().or(change.from.as_ref()).is_some_and(|path| path.len() == depth)
    };
    if let Some(change) = changes.iter().find(here) {
        return change.after.clone().unwrap_or_default();
    }
    match before {
        Value::Object(fields) => Value::Object(build_object(fields, changes, depth)),
        Value::Array(list) => Value::Array(build_array(list, changes, depth)),
        value => value.clone(),
    }
}

fn build_object(fields: &Map<String, Value>, changes: &[&Told], depth: usize) -> Map<String, Value> {
    let mut built = Map::new();
    for (key, value) in fields {
        let under = |change: &&&Told| change.from.as_ref().is_some_and(|path| path[depth] == *key);
        let own: Vec<&Told> = changes.iter().filter(under).copied().collect();
        if !own.iter().any(|change| {
            change.to.is_none() && change.from.as_ref().is_some_and(|path| path.len() == depth + 1)
        }) {
            // What was added further down has no old place: it is found by its new one.
            let added = |change: &&&Told| {
                change.from.is_none() && change.to.as_ref().is_some_and(|path| path[depth] == *key)
            };
            let own: Vec<&Told> = own.into_iter().chain(changes.iter().filter(added).copied()).collect();
            built.insert(key.clone(), build(value, &own, depth + 1));
        }
    }
    for change in changes.iter().filter(|change| change.from.is_none()) {
        if let Some(path) = change.to.as_ref().filter(|path| path.len() == depth + 1) {
            built.insert(path[depth].clone(), change.after.clone().unwrap_or_default());
        }
    }
    built
}

fn build_array(list: &[Value], changes: &[&Told], depth: usize) -> Vec<Value> {
    let place = |path: &Option<Vec<String>>| path.as_ref().map(|path| path[depth].parse::<usize>().unwrap());
    let ends = |path: &Option<Vec<String>>| path.as_ref().is_some_and(|path| path.len() == depth + 1);
    let (mut gone, mut goes_to) = (vec![false; list.len()], vec![None; list.len()]);
    let mut came: Vec<(usize, Value)> = Vec::new();
    for change in changes {
        match (place(&change.from), place(&change.to)) {
            (Some(old), None) if ends(&change.from) => gone[old] = true,
            (None, Some(new)) if ends(&change.to) => came.push((new, change.after.clone().unwrap())),
            (Some(old), Some(new)) => goes_to[old] = Some(new),
            _ => {}
        }
    }
    let len = list.len() - gone.iter().filter(|gone| **gone).count() + came.len();
    let mut built: Vec<Option<Value>> = vec![None; len];
    for (new, value) in came {
        built[new] = Some(value);
    }
    let taken: Vec<usize> = goes_to.iter().flatten().copied().collect();
    let free: Vec<usize> = (0..len).filter(|new| built[*new].is_none() && !taken.contains(new)).collect();
    let mut free = free.into_iter();
    for (old, value) in list.iter().enumerate().filter(|(old, _)| !gone[*old]) {
        let new = goes_to[old].unwrap_or_else(|| free.next().unwrap());
        let own: Vec<&Told> = changes
            .iter()
            .filter(|change| !(change.op == Op::Move && ends(&change.to)))
            .filter(|change| match (place(&change.from), place(&change.to)) {
                (Some(from), _) => from == old,
                (None, Some(to)) => to == new && !ends(&change.to),
                (None, None) => false,
            })
            .copied()
            .collect();
        built[new] = Some(build(value, &own, depth + 1));
    }
    built.into_iter().map(Option::unwrap).collect()
}

/// Nothing may be masked where values are to come out as they went in.
fn open() -> Matcher {
    Matcher::new(&Rules::default()).unmasked()
}

#[test]
fn a_patch_reads_as_one_would_write_it() {
    for (before, after, expected) in [
        (json!({"a": 1}), json!({"a": 2}), json!([{"op": "replace", "path": "/a", "value": 2}])),
        (json!({"a/b": 1, "c": 1}), json!({"c": 1}), json!([{"op": "remove", "path": "/a~1b"}])),
        (json!([1, 2, 3]), json!([1, 3]), json!([{"op": "remove", "path": "/1"}])),
        (
            json!({"s": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}),
            json!({"s": [{"id": "c", "n": 1}, {"id": "a"}, {"id": "b"}]}),
            json!([
                {"op": "move", "from": "/s/2", "path": "/s/0"},
                {"op": "add", "path": "/s/0/n", "value": 1},
            ]),
        ),
        (json!(null), json!({"a": 1}), json!([{"op": "replace", "path": "", "value": {"a": 1}}])),
        (
            json!({"password": "old", "env": [{"name": "API_TOKEN", "value": "old"}]}),
            json!({"password": "new", "env": [{"name": "API_TOKEN", "value": "new"}]}),
            json!([
                {"op": "replace", "path": "/password", "value": MASK},
                {"op": "replace", "path": "/env/0/value", "value": MASK},
            ]),
        ),
    ] {
        assert_eq!(patch(&before, &after, &Matcher::new(&Rules::default())), expected, "{before} to {after}");
    }
}

#[test]
fn changed_fields_alone_make_a_patch_where_their_places_are_plain() {
    let change = |path: &str, op, before: Option<Value>, after: Option<Value>| Change {
        path: path.into(),
        op,
        before,
        after,
    };
    let changes = [
        change("a.b", Op::Replace, Some(json!(1)), Some(json!(2))),
        change("gone", Op::Remove, Some(json!(1)), None),
        change("list[2]", Op::Add, None, Some(json!("x"))),
        change("steps[3] → [0]", Op::Move, None, None),
        change("note", Op::Set, None, Some(json!("n"))),
    ];
    assert_eq!(
        patch_of(&changes),
        Ok(json!([
            {"op": "test", "path": "/a/b", "value": 1},
            {"op": "replace", "path": "/a/b", "value": 2},
            {"op": "test", "path": "/gone", "value": 1},
            {"op": "remove", "path": "/gone"},
            {"op": "add", "path": "/list/2", "value": "x"},
            {"op": "move", "from": "/steps/3", "path": "/steps/0"},
            {"op": "add", "path": "/note", "value": "n"},
        ]))
    );
    for path in ["produces[order.created].owner", "flows[]", "s[id=3]"] {
        let changes = [change(path, Op::Replace, Some(json!(1)), Some(json!(2)))];
        assert_eq!(patch_of(&changes), Err(path.to_owned()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_500, ..ProptestConfig::default() })]

    #[test]
    fn the_changes_turn_the_old_document_into_the_new_one(a in document(), b in document()) {
        prop_assume!(!a.is_null() && !b.is_null());
        let diff = Diff::of_documents(&a, &b, &open());
        prop_assert_eq!(apply_changes(&a, &diff.changes), b);
    }

    #[test]
    fn the_patch_turns_the_old_document_into_the_new_one(a in document(), b in document()) {
        let found = patch(&a, &b, &open());
        prop_assert_eq!(apply_patch(&a, &found), Ok(b), "{}", found);
    }

    #[test]
    fn a_shuffled_list_is_put_in_order(
        from in prop::collection::vec(0..9_u8, 0..9), to in prop::collection::vec(0..9_u8, 0..9), keyed: bool,
    ) {
        let list = |numbers: &[u8]| -> Value {
            let mut seen = Vec::new();
            numbers.iter().filter(|n| { let new = !seen.contains(*n); seen.push(**n); new || !keyed })
                .map(|n| if keyed { json!({ "id": n, "v": numbers.len() }) } else { json!(n) }).collect()
        };
        let (a, b) = (list(&from), list(&to));
        prop_assert_eq!(apply_patch(&a, &patch(&a, &b, &open())), Ok(b.clone()));
        prop_assert_eq!(apply_changes(&a, &Diff::of_documents(&a, &b, &open()).changes), b);
    }
}
