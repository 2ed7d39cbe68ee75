//! Tables for the walk, and what must hold for any two documents.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::{Change, Op};

/// One change as the line a reader would see.
fn line(change: &Change) -> String {
    let side = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), Value::to_string);
    format!("{} {} {} => {}", change.op.word(), change.path, side(&change.before), side(&change.after))
}

fn lines(before: &Value, after: &Value, rules: &Rules) -> Vec<String> {
    compare(before, after, rules).iter().map(line).collect()
}

fn plain(before: &Value, after: &Value) -> Vec<String> {
    lines(before, after, &Rules::default())
}

#[test]
fn a_service_reads_as_its_changed_fields() {
    let body: Value = serde_json::from_str(include_str!("../../tests/fixtures/diff/service.json")).unwrap();
    let rules = Rules {
        array_keys: vec![
            ("/produces".into(), Align::Key("name".into())),
            ("/consumes".into(), Align::Key("name".into())),
            ("/flows".into(), Align::Set),
        ],
        ..Rules::default()
    };
    assert_eq!(
        lines(&body["before"], &body["after"], &rules),
        [
            r#"replace description null => "Order management""#,
            r#"replace owner "platform" => "orders-team""#,
            r#"add flows[] - => "returns""#,
            r#"replace produces[order.created].owner "platform" => "orders-team""#,
            r#"add produces[order.cancelled] - => {"name":"order.cancelled"}"#,
            r#"replace extras {"repo":"https://git.example.com/orders"} => null"#,
        ]
    );
}

#[test]
fn objects_are_compared_by_key() {
    for (before, after, expected) in [
        (json!({"a": 1}), json!({"a": 1}), vec![]),
        (json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), vec![]),
        (json!({"a": {"b": 1}}), json!({"a": {"b": 2}}), vec!["replace a.b 1 => 2"]),
        (json!({"a": 1}), json!({"a": "1"}), vec![r#"replace a 1 => "1""#]),
        (json!({}), json!({"a": null}), vec!["add a - => null"]),
        (json!({"a": null}), json!({}), vec!["remove a null => -"]),
        (json!({"a": {"b": 1}}), json!({"a": [1]}), vec![r#"replace a {"b":1} => [1]"#]),
        (json!({"x": {"a.b": 1}}), json!({"x": {"a.b": 2}}), vec![r#"replace x."a.b" 1 => 2"#]),
        (json!({"": 1, "a b": 1}), json!({}), vec![r#"remove "" 1 => -"#, r#"remove "a b" 1 => -"#]),
        (
            json!({"z": 1, "b": 1}),
            json!({"n": 1, "b": 2}),
            vec!["remove z 1 => -", "replace b 1 => 2", "add n - => 1"],
        ),
    ] {
        assert_eq!(plain(&before, &after), expected, "{before} to {after}");
    }
}

#[test]
fn a_document_that_appears_or_goes_is_the_list_of_its_fields() {
    let service = json!({"name": "Orders", "produces": [{"name": "a"}], "owner": null});
    assert_eq!(
        plain(&Value::Null, &service),
        [r#"add name - => "Orders""#, r#"add produces - => [{"name":"a"}]"#, "add owner - => null",]
    );
    assert_eq!(plain(&service, &Value::Null).len(), 3);
    assert_eq!(plain(&Value::Null, &json!({})), ["add (document) - => {}"]);
    assert_eq!(plain(&json!(1), &Value::Null), ["remove (document) 1 => -"]);
    assert_eq!(plain(&json!(1), &json!([])), ["replace (document) 1 => []"]);
    assert!(plain(&Value::Null, &Value::Null).is_empty());
}

#[test]
fn elements_with_an_identity_are_followed() {
    for (before, after, expected) in [
        // A guessed key, the first that tells all elements apart.
        (
            json!({"s": [{"id": "a", "v": 1}, {"id": "b", "v": 1}]}),
            json!({"s": [{"id": "b", "v": 2}, {"id": "c"}]}),
            vec![
                r#"remove s[a] {"id":"a","v":1} => -"#,
                "replace s[b].v 1 => 2",
                r#"add s[c] - => {"id":"c"}"#,
            ],
        ),
        (
            json!([{"id": 1, "slug": "x", "v": 1}, {"id": 1, "slug": "y", "v": 1}]),
            json!([{"id": 1, "slug": "y", "v": 2}]),
            vec![r#"remove [x] {"id":1,"slug":"x","v":1} => -"#, "replace [y].v 1 => 2"],
        ),
        // An id that could be taken for a place, and ids that would break the path.
        (json!([{"id": 3, "v": 1}]), json!([{"id": 3, "v": 2}]), vec!["replace [id=3].v 1 => 2"]),
        (json!([{"id": "a]", "v": 1}]), json!([{"id": "a]", "v": 2}]), vec![r#"replace ["a]"].v 1 => 2"#]),
        (json!([{"id": "", "v": 1}]), json!([{"id": "", "v": 2}]), vec![r#"replace [""].v 1 => 2"#]),
        // A document is no name, and what is in it stays masked.
        (
            json!([{"id": "{\"password\":\"x\"}", "v": 1}]),
            json!([{"id": "{\"password\":\"x\"}", "v": 2}]),
            vec!["replace [0].v 1 => 2"],
        ),
        // One element that moved is one change.
        (
            json!({"s": [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d", "v": 1}]}),
            json!({"s": [{"id": "d", "v": 2}, {"id": "a"}, {"id": "b"}, {"id": "c"}]}),
            vec!["replace s[d].v 1 => 2", r#"move s[3] → [0] {"id":"d"} => {"id":"d"}"#],
        ),
        // No key tells them apart: by order, and the field inside is found.
        (
            json!([{"v": 1}, {"v": 2}, {"v": 3}]),
            json!([{"v": 1}, {"v": 5}, {"v": 3}]),
            vec!["replace [1].v 2 => 5"],
        ),
    ] {
        assert_eq!(plain(&before, &after), expected, "{before} to {after}");
    }
}

#[test]
fn scalars_are_followed_by_order() {
    for (before, after, expected) in [
        (json!([1, 2, 3]), json!([1, 3]), vec!["remove [1] 2 => -"]),
        (json!([1, 3]), json!([1, 2, 3]), vec!["add [1] - => 2"]),
        (json!([1, 2, 3]), json!([1, 9, 3]), vec!["replace [1] 2 => 9"]),
        (json!(["a", "b", "c", "d"]), json!(["d", "a", "b", "c"]), vec![r#"move [3] → [0] "d" => "d""#]),
        (json!([]), json!([1]), vec!["add [0] - => 1"]),
        (json!([1, 1]), json!([1]), vec!["remove [1] 1 => -"]),
    ] {
        assert_eq!(plain(&before, &after), expected, "{before} to {after}");
    }
}

#[test]
fn rules_for_arrays_reach_nested_ones_and_yield_when_they_do_not_fit() {
    let rules = Rules {
        array_keys: vec![
            ("/topics/*/flows".into(), Align::Set),
            ("/steps".into(), Align::Sequence),
            ("/rows".into(), Align::Key("code".into())),
        ],
        ..Rules::default()
    };
    for (before, after, expected) in [
        (
            json!({"topics": [{"name": "t", "flows": ["a", "b"]}]}),
            json!({"topics": [{"name": "t", "flows": ["c", "b", "b"]}]}),
            vec![r#"remove topics[t].flows[] "a" => -"#, r#"add topics[t].flows[] - => "c""#],
        ),
        (json!({"steps": [{"id": 1}]}), json!({"steps": [{"id": 2}]}), vec!["replace steps[0].id 1 => 2"]),
        (
            json!({"rows": [{"code": "x", "id": 1}]}),
            json!({"rows": [{"code": "x", "id": 2}]}),
            vec!["replace rows[x].id 1 => 2"],
        ),
        (
            json!({"rows": [{"code": "x", "id": 1}, {"code": "x", "id": 2}]}),
            json!({"rows": [{"code": "x", "id": 1}]}),
            vec![r#"remove rows[id=2] {"code":"x","id":2} => -"#],
        ),
    ] {
        assert_eq!(lines(&before, &after, &rules), expected, "{before} to {after}");
    }
}

#[test]
fn ignored_fields_leave_no_change() {
    let rules =
        Rules { ignore: vec!["/updatedAt".into(), "ETAG".into(), "/s/*/seen".into()], ..Rules::default() };
    let before = json!({"updatedAt": 1, "a": {"updatedAt": 1, "etag": 1}, "s": [{"id": "x", "seen": 1}]});
    let after = json!({"updatedAt": 2, "a": {"updatedAt": 2, "etag": 2}, "s": [{"id": "x", "seen": 2}]});
    assert_eq!(lines(&before, &after, &rules), ["replace a.updatedAt 1 => 2"]);
    assert_eq!(lines(&Value::Null, &json!({"updatedAt": 1, "a": 1}), &rules), ["add a - => 1"]);
}

/// Documents whose every secret is a text with `hunter` in it.
fn documents_with_secrets() -> Vec<(Value, Value)> {
    vec![
        (json!({"db": {"dbPassword": "hunter1"}}), json!({"db": {"dbPassword": "hunter2"}})),
        (json!({}), json!({"auth": {"API_KEY": "hunter1", "user": "u"}})),
        (Value::Null, json!({"accessToken": {"value": "hunter1"}})),
        (json!({"env": [{"name": "DB_PASSWORD", "value": "hunter1"}]}), json!({"env": []})),
        (
            json!({"env": [{"name": "DB_PASSWORD", "value": "hunter1"}]}),
            json!({"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}),
        ),
        (json!({"tokens": ["hunter1"]}), json!({"tokens": ["hunter2", "hunter3"]})),
        (json!({"tokens": [{"id": "hunter1"}]}), json!({"tokens": [{"id": "hunter2"}]})),
        (json!([{"secret": "hunter1"}, 1, 2]), json!([1, 2, {"secret": "hunter1"}])),
        (
            json!({"pin": "hunter1", "deep": [{"pin": 1}]}),
            json!({"pin": null, "deep": [[{"pin": "hunter"}]]}),
        ),
        (json!({"placed": {"here": "hunter1"}}), json!({"placed": {"here": "hunter2"}})),
    ]
}

#[test]
fn secrets_are_masked_and_still_seen_to_change() {
    let rules = Rules { redact: vec!["pin".into(), "/placed/here".into()], ..Rules::default() };
    for (before, after) in documents_with_secrets() {
        let found = lines(&before, &after, &rules);
        assert!(!found.is_empty(), "{before} to {after}");
        assert!(found.iter().all(|line| !line.contains("hunter")), "{found:?}");
        assert!(found.iter().any(|line| line.contains(MASK)), "{found:?}");
    }
    assert_eq!(
        plain(&json!({"k": {"token": "a"}}), &json!({"k": {"token": null}})),
        [r#"replace k.token "••••" => null"#]
    );
}

#[test]
fn changes_from_elsewhere_are_masked_by_path_and_inside() {
    let rules = Rules { redact: vec!["/settings/pin".into()], ..Rules::default() };
    for (path, value, shown) in [
        ("password", json!("x"), json!(MASK)),
        ("/config/clientSecret", json!("x"), json!(MASK)),
        (r#"config."api_key""#, json!("x"), json!(MASK)),
        ("api_keys[main].label", json!("x"), json!(MASK)),
        ("settings.pin", json!(1234), json!(MASK)),
        ("pin", json!(1234), json!(1234)),
        ("services[token-shop].owner", json!("me"), json!("me")),
        ("config", json!({"token": "x", "mode": "a"}), json!({"token": MASK, "mode": "a"})),
        ("settings", json!({"pin": "x"}), json!({"pin": MASK})),
        ("password", Value::Null, Value::Null),
        (r#"un"closed[pass"#, json!("x"), json!("x")),
    ] {
        let change = Change { path: path.into(), op: Op::Replace, before: None, after: Some(value) };
        let mut changes = [change];
        redact(&mut changes, &rules);
        assert_eq!(changes[0].after, Some(shown), "{path}");
        assert_eq!((changes[0].before.as_ref(), changes[0].path.as_str()), (None, path));
    }
}

#[test]
fn a_deep_document_is_told_apart_down_to_the_limit() {
    let nest = |leaf: i32| (0..MAX_DEPTH * 2).fold(json!(leaf), |inner, _| json!({ "d": inner }));
    let changes = compare(&nest(1), &nest(2), &Rules::default());
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].path.split('.').count(), MAX_DEPTH);
}

#[test]
fn a_container_with_too_many_changes_is_one_change() {
    let numbers = |from: usize| Value::from((from..from + MAX_CHANGES * 3).collect::<Vec<_>>());
    let fields = |v: i32| Value::Object((0..=MAX_CHANGES).map(|i| (format!("f{i}"), json!(v))).collect());
    let before = json!({"list": numbers(0), "map": fields(1), "n": 1});
    let after = json!({"list": numbers(1_000_000), "map": fields(2), "n": 2});
    let changes = compare(&before, &after, &Rules::default());
    let paths: Vec<_> = changes.iter().map(|change| (change.op, change.path.as_str())).collect();
    assert_eq!(paths, [(Op::Replace, "list"), (Op::Replace, "map"), (Op::Replace, "n")]);
}

#[test]
fn a_long_array_with_one_new_element_is_one_change() {
    let mut numbers: Vec<usize> = (0..50_000).collect();
    let before = Value::from(numbers.clone());
    numbers.insert(25_000, 7);
    assert_eq!(plain(&before, &Value::from(numbers)), ["add [25000] - => 7"]);
}

pub(super) fn document() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec!["id", "name", "a", "b", "x.y", "token", "value", "[0]", ""]);
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4_i64).prop_map(Value::from),
        (-1.0..1.0_f64).prop_map(Value::from),
        prop::sample::select(vec!["", "p", "q", "3", "a]\""]).prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|fields| fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

/// The paths of all fields that are no objects, with their values; an array is one value here.
fn leaves(path: &str, value: &Value, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                leaves(&child(path, key), value, found);
            }
        }
        value => found.push((path.to_owned(), value.clone())),
    }
}

fn is_at_or_around(change: &str, leaf: &str) -> bool {
    let within = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    change == DOCUMENT || leaf.is_empty() || within(change, leaf) || within(leaf, change)
}

fn mirrored(op: Op) -> Op {
    match op {
        Op::Add => Op::Remove,
        Op::Remove => Op::Add,
        same => same,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equal_documents_have_no_changes(a in document()) {
        prop_assert_eq!(compare(&a, &a.clone(), &Rules::default()), vec![]);
    }

    #[test]
    fn every_differing_leaf_is_covered(a in document(), b in document()) {
        let changes = compare(&a, &b, &Rules::default());
        prop_assert_eq!(changes.is_empty(), a == b);
        let (mut old, mut new) = (Vec::new(), Vec::new());
        leaves("", &a, &mut old);
        leaves("", &b, &mut new);
        for leaf in old.iter().filter(|leaf| !new.contains(leaf)).chain(new.iter().filter(|leaf| !old.contains(leaf))) {
            prop_assert!(changes.iter().any(|c| is_at_or_around(&c.path, &leaf.0)), "{:?} in {:?}", leaf, changes);
        }
    }

    #[test]
    fn undoing_mirrors_the_operations(a in document(), b in document()) {
        let words = |changes: Vec<Change>, map: fn(Op) -> Op| {
            let mut words: Vec<_> = changes.iter().map(|c| map(c.op).word()).collect();
            words.sort_unstable();
            words
        };
        let forth = words(compare(&a, &b, &Rules::default()), |op| op);
        let back = words(compare(&b, &a, &Rules::default()), mirrored);
        prop_assert_eq!(forth, back);
    }

    #[test]
    fn comparing_twice_gives_the_same(a in document(), b in document()) {
        prop_assert_eq!(compare(&a, &b, &Rules::default()), compare(&a, &b, &Rules::default()));
    }

    #[test]
    fn any_path_can_be_masked(path in ".*", value in document()) {
        let mut changes = [Change { path, op: Op::Set, before: None, after: Some(value) }];
        redact(&mut changes, &Rules::default());
        prop_assert!(changes[0].after.is_some());
    }
}
