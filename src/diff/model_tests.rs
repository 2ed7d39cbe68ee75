//! What the model says of changes, what never gets into it, and what is written from it.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::{Change, Event, Identity, Op, Record, Timestamp};

fn change(path: &str, op: Op, before: Option<Value>, after: Option<Value>) -> Change {
    Change { path: path.into(), op, before, after }
}

fn event() -> Event {
    let identity = Identity::Native("one".into());
    let time = Timestamp::from_millis(1_775_040_000_000);
    Event::new("source", "feed", None, Record::bare(identity, time))
}

fn replaced(path: &str, before: Value, after: Value) -> Change {
    change(path, Op::Replace, Some(before), Some(after))
}

fn text(changes: &[Change]) -> Vec<String> {
    Diff::of_changes(changes, &[]).text()
}

#[test]
fn changes_read_as_counts_and_blocks() {
    let changes = [
        replaced("config.mode", json!("auto"), json!("manual")),
        replaced("limit", json!(1200), json!("300")),
        replaced("timeout_ms", json!(60_000), json!(90_000)),
        replaced("owner", Value::Null, json!("me")),
        change("extras.sla", Op::Add, None, Some(json!({ "h": 9 }))),
        change("flows[]", Op::Remove, Some(json!("checkout")), None),
        change("steps[3] → [0]", Op::Move, Some(json!({"id": "d"})), Some(json!({"id": "d"}))),
        change("version", Op::Set, None, Some(json!(12))),
        change("what", Op::Set, None, None),
        replaced("metadata.updatedAt", json!(1), json!(2)),
        replaced("password", json!(MASK), json!(MASK)),
    ];
    assert_eq!(
        text(&changes),
        [
            "5 changed · 1 added · 1 removed · 1 moved · 2 set, before unknown · 1 ignored · 1 masked",
            "",
            r#"~ config.mode  "auto" → "manual""#,
            r#"~ limit  1200 → "300"  (type: number → string)"#,
            "~ timeout_ms  60000 → 90000  (+30,000 (+50 %))  (1 m → 1 m 30 s)",
            r#"~ owner  null → "me""#,
            r#"+ extras.sla  {"h":9}"#,
            r#"− flows[]  "checkout""#,
            r#"⇆ steps[3] → [0]  {"id":"d"}"#,
            "= version  12",
            "= what  changed, the feed does not say how",
            "~ password  •••• (before) → •••• (after), changed",
        ]
    );
    let noise = [replaced("etag", json!("a"), json!("b"))];
    assert_eq!(text(&noise)[2], r#"~ etag  "a" → "b""#, "where there is nothing else it is shown");
}

#[test]
fn json_in_a_text_is_taken_apart_and_its_secrets_are_masked() {
    let changes = [
        replaced(
            "config",
            json!(r#"{"mode": "a", "db": {"password": "hunter1", "port": 1}}"#),
            json!(r#"{"mode": "b", "db": {"password": "hunter2", "port": 1}}"#),
        ),
        replaced("spec", json!(r#"{"a":1}"#), json!(r#"{ "a": 1 }"#)),
        change("new", Op::Add, None, Some(json!(r#"{"token": "hunter3", "n": 1}"#))),
        replaced("not", json!("{a"), json!("{b")),
    ];
    let diff = Diff::of_changes(&changes, &[]);
    assert_eq!(
        diff.text()[2..],
        [
            r#"~ config.mode  "a" → "b""#,
            "~ config.db.password  •••• (before) → •••• (after), changed",
            r#"~ spec  "{\"a\":1}" → "{ \"a\": 1 }"  (the same JSON, written in another way)"#,
            r#"+ new  {"token":"••••","n":1}  (JSON in a text)"#,
            r#"~ not  "{a" → "{b""#,
        ]
    );
    assert_eq!(diff.blocks[0].inside.as_deref(), Some("config"));
    let masks: Vec<Mask> = diff.blocks.iter().map(|block| block.mask).collect();
    assert_eq!(masks, [Mask::None, Mask::Here, Mask::None, Mask::Here, Mask::None]);
    let seen = Diff::of_changes(&changes, &["config.db.password".to_owned()]);
    assert_eq!(seen.text()[3], r#"~ config.db.password  "hunter1" → "hunter2""#);
    assert!(!seen.text().concat().contains("hunter3"), "only the one that was asked for");
}

#[test]
fn one_masked_value_can_be_revealed_unless_it_was_masked_before() {
    let changes = [
        replaced("api_key", json!("hunter1"), json!("hunter2")),
        replaced("db.token.value", json!("hunter1"), json!("hunter2")),
        replaced("pin", json!(MASK), json!(MASK)),
        replaced("mode", json!("a"), json!("b")),
    ];
    let diff = Diff::of_changes(&changes, &[]);
    assert!(!diff.text().concat().contains("hunter"));
    let lifted: Vec<_> = diff.blocks.iter().map(|block| block.mask.can_be_lifted().is_ok()).collect();
    assert_eq!(lifted, [true, true, false, false]);
    for (path, line) in [("api_key", 2), ("db.token.value", 3)] {
        let text = Diff::of_changes(&changes, &[path.to_owned()]).text();
        assert!(text[line].contains("hunter2"), "{text:?}");
        assert_eq!(text.concat().matches("hunter").count(), 2, "{text:?}");
    }
}

#[test]
fn two_documents_that_differ_in_everything_are_compared_line_by_line() {
    let fields = |v: i32| Value::Object((0..=MAX_CHANGES).map(|i| (format!("f{i}"), json!(v))).collect());
    let diff = Diff::of_documents(&fields(1), &fields(2), &Matcher::new(&Rules::default()));
    assert_eq!(diff.blocks.len(), 1);
    assert!(matches!(&diff.blocks[0].body, Body::Coarse(lines) if lines.len() > MAX_CHANGES));
    assert!(diff.text().iter().any(|line| line.contains("compared line by line")));
}

#[test]
fn a_megabyte_against_a_megabyte_is_bounded() {
    let line = |word: &str, i: usize| format!("{word} line {} of a long text", i * 7919 % 20_011);
    let text = |word: &str| (0..20_000).map(|i| line(word, i)).collect::<Vec<_>>().join("\n");
    let (before, after) = (text("old"), text("new"));
    assert!(before.len() > 500_000);
    let begun = std::time::Instant::now();
    let diff = Diff::of_changes(&[replaced("sql", json!(before), json!(after))], &[]);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    assert!(matches!(&diff.blocks[0].body, Body::Lines(lines) if lines.len() >= 40_000));
}

#[test]
fn markdown_holds_what_it_quotes() {
    let changes = [
        replaced("a`b", json!("x | y"), json!("``z``")),
        replaced("sql", json!("select 1\n```\n"), json!("select 2\n```\n")),
        replaced("password", json!("hunter1"), json!("hunter2")),
    ];
    let text = Diff::of_changes(&changes, &[]).markdown();
    assert_eq!(
        text,
        "**3 changed · 1 masked**\n\n\
         - changed ``a`b``: `\"x | y\"` → ```\"``z``\"```\n\
         - changed `sql`\n\n  ````diff\n  -select 1\n  +select 2\n   ```\n   \n  ````\n\n\
         - changed `password`: •••• (before) → •••• (after), changed\n"
    );
}

#[test]
fn documents_in_a_record_are_found_and_proved() {
    let before = json!({"id": "s1", "mode": "a", "pin": "1", "tags": ["x"], "list": [{"name": "n", "v": 1}]});
    let after = json!({"id": "s1", "mode": "b", "pin": "2", "tags": ["y"], "list": [{"name": "n", "v": 2}]});
    let rules = Rules {
        redact: vec!["pin".into()],
        array_keys: vec![("/tags".into(), Align::Set)],
        ..Rules::default()
    };
    let changes = compare(&before, &after, &rules);
    let raw =
        json!({"event": {"noise": {"before": {}, "after": {}}, "old": before, "new": after}}).to_string();
    let find = |raw: &str, changes: &[Change]| {
        let bare = Record::bare(Identity::Native("a".into()), Timestamp::from_millis(0));
        Snapshots::of(&Record { raw: raw.into(), changes: changes.to_vec(), ..bare })
    };
    let found = find(&raw, &changes).unwrap();
    assert_eq!((&found.before, &found.after), (&before, &after));
    let own = Snapshots::rules(&changes);
    assert!(
        !patch(&found.before, &found.after, &own).to_string().contains("\"2\""),
        "the profile masks `pin`"
    );
    let mut other = changes.clone();
    other[0].after = Some(json!("c"));
    assert_eq!(find(&raw, &other), None);
    assert_eq!(find("{", &changes), None);
    let created = compare(&Value::Null, &after, &Rules::default());
    let raw = json!({"before": null, "after": after}).to_string();
    assert_eq!(find(&raw, &created).unwrap().before, Value::Null);
}

#[test]
fn the_tree_folds_what_stayed_and_keeps_what_tells_apart() {
    let before = json!({"id": "s1", "name": "Orders", "a": 1, "b": 2, "token": "hunter1",
        "steps": [{"id": "x", "v": 1, "w": 1}, {"id": "y", "v": 1}, {"id": "z", "v": 1}]});
    let after = json!({"id": "s1", "name": "Orders", "a": 1, "b": 3, "token": "hunter1",
        "steps": [{"id": "x", "v": 2, "w": 1}, {"id": "y", "v": 1}]});
    let rules = Matcher::new(&Rules::default());
    let diff = Diff::of_documents(&before, &after, &rules);
    let documents = Snapshots { before, after };
    let tree = Node::of(&diff, Some((&documents, &rules)), |_| true);
    assert_eq!(tree.identity, [("id".to_owned(), json!("s1")), ("name".to_owned(), json!("Orders"))]);
    assert_eq!(tree.same, ["a", "token"]);
    let steps = tree.children.iter().find(|child| child.label == "steps").unwrap();
    let labels: Vec<&str> = steps.children.iter().map(|child| child.label.as_str()).collect();
    assert_eq!((labels, steps.same_elements), (vec!["[z]", "[x]"], 1));
    let x = &steps.children[1];
    assert_eq!(
        (x.identity.len(), x.same.as_slice(), x.children[0].blocks.len()),
        (1, &["w".to_owned()][..], 1)
    );
    let bare = Node::of(&diff, None, |_| true);
    assert!(bare.same.is_empty() && bare.identity.is_empty() && bare.children.len() == 2);
}

#[test]
fn what_was_masked_before_can_be_revealed_where_the_record_carries_the_documents() {
    let before = json!({"id": "s1", "pin": "1", "list": [{"name": "n", "v": 1}]});
    let after = json!({"id": "s1", "pin": "2", "list": [{"name": "n", "v": 2}]});
    let rules = Rules { redact: vec!["pin".into()], ..Rules::default() };
    let mut event = event();
    event.record.changes = compare(&before, &after, &rules);
    event.record.raw = json!({"before": before, "after": after}).to_string().into();
    let masked = Comparison::of(&event, &[]);
    assert_eq!(masked.diff.text()[2], "~ pin  •••• (before) → •••• (after), changed");
    assert_eq!(masked.diff.blocks[0].mask, Mask::Here);
    assert!(!masked.patch().unwrap().to_string().contains("\"2\""));
    assert_eq!(masked.patch().unwrap()[1], json!({"op": "replace", "path": "/list/0/v", "value": 2}));
    let seen = Comparison::of(&event, &["pin".to_owned()]);
    assert_eq!(seen.diff.text()[2], r#"~ pin  "1" → "2""#);
    event.record.raw = "{}".into();
    let kept = Comparison::of(&event, &["pin".to_owned()]);
    assert_eq!(kept.diff.blocks[0].mask, Mask::Kept);
    assert!(kept.patch().unwrap_err().contains("list[n].v"));
    assert!(Comparison::weight(&event) > 2);
}

/// A document whose secrets, and nothing else, are texts with `hunter` in them, some inside texts.
fn document_with_secrets() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec!["password", "api_key", "accessToken", "clientSecret", "Cookie"]);
    let secret = (name, 0..9_u8).prop_map(|(name, n)| (name.to_owned(), json!(format!("hunter{n}"))));
    let plain = prop::sample::select(vec!["id", "mode", "tags", "x.y"]);
    let leaf = prop_oneof![(0..4_u8).prop_map(Value::from), Just(json!("text\nof lines")), Just(Value::Null)];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let field =
            prop_oneof![secret.clone(), (plain.clone(), inner.clone()).prop_map(|(k, v)| (k.to_owned(), v))];
        let object =
            prop::collection::vec(field, 0..5).prop_map(|fields| fields.into_iter().collect::<Value>());
        prop_oneof![
            object.clone(),
            object.prop_map(|object| Value::String(object.to_string())),
            (0..9_u8).prop_map(|n| json!({ "name": "DB_PASSWORD", "value": format!("hunter{n}") })),
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn no_output_shows_a_secret(a in document_with_secrets(), b in document_with_secrets()) {
        let rules = Matcher::new(&Rules::default());
        let stored = compare(&a, &b, &Rules::default());
        for diff in [Diff::of_documents(&a, &b, &rules), Diff::of_changes(&stored, &[])] {
            let patched = patch_of(&diff.changes.iter().map(|(change, _)| change.clone()).collect::<Vec<_>>());
            for text in [diff.text().join("\n"), diff.markdown(), format!("{patched:?}"), format!("{:?}", diff.blocks)] {
                prop_assert!(!text.contains("hunter"), "{}", text);
            }
        }
        let text = patch(&a, &b, &rules).to_string();
        prop_assert!(!text.contains("hunter"), "{}", text);
    }

    #[test]
    fn any_changes_can_be_shown(path in ".{0,12}", a in super::tests::document(), b in super::tests::document()) {
        for op in [Op::Add, Op::Remove, Op::Replace, Op::Move, Op::Set] {
            let diff = Diff::of_changes(&[change(&path, op, Some(a.clone()), Some(b.clone()))], &[]);
            prop_assert!(!diff.text().is_empty() && !diff.markdown().is_empty());
            let _ = Node::of(&diff, None, |_| true);
            let _ = patch_of(&[change(&path, op, Some(a.clone()), Some(b.clone()))]);
        }
    }
}
