//! Every form of a value, of a time, and of an object that says what changed.

use serde_json::{Value, json};

use super::super::Profile;
use super::super::json::Json;
use super::super::time::TimeFormat;
use super::{profile_with, read};
use crate::domain::{Identity, Op, Record};

/// The only event of a page with `record`, read with `map`.
#[track_caller]
fn event(map: &str, rest: &str, record: &Value) -> Record {
    let mut record = record.clone();
    record["t"] = json!("2026-01-01T00:00:00Z");
    let mut page = read(&profile_with(map, rest), &json!([record]).to_string()).unwrap();
    assert_eq!(page.quarantined, [], "{map}");
    page.records.remove(0)
}

#[test]
fn each_form_of_a_value_finds_what_it_names() {
    let record = json!({
        "a": "x", "n": 7, "f": 1.5, "b": true, "nil": null, "e": "", "list": ["p", {"q": "r"}], "obj": {"k": "v"},
        "a/b": "slash", "m~n": "tilde", "{odd}": "brace", "type": "obj", "": "blank", "none": [],
        "dots": "user.human.changed",
    });
    for (value, found) in [
        ("'/a'", Some("x")),
        ("'/n'", Some("7")),
        ("'/f'", Some("1.5")),
        ("'/b'", Some("true")),
        ("'/nil'", None),
        ("'/absent'", None),
        ("'/e'", Some("")),
        ("'/obj'", None),
        ("'/list/0'", Some("p")),
        ("'/list/1/q'", Some("r")),
        ("'/list/01'", None),
        ("'/list/-'", None),
        ("'/a~1b'", Some("slash")),
        ("'/m~0n'", Some("tilde")),
        ("'/{{odd}}'", Some("brace")),
        ("'/'", Some("blank")),
        ("'/{/type}/k'", Some("v")),
        ("'/{/absent}/k'", None),
        ("'@tenant'", Some("acme")),
        ("'plain words'", Some("plain words")),
        ("'a {/a} and {/n}'", Some("a x and 7")),
        ("'a {/absent}'", None),
        ("'a {/nil}'", None),
        ("'{{{/a}}}'", Some("{x}")),
        ("'{/a|upper}{@tenant|upper}'", Some("XACME")),
        ("'{/type|lower}'", Some("obj")),
        ("'{/dots|first}'", Some("user")),
        ("'{/dots|last}'", Some("changed")),
        ("'{/type|first}{/type|last}'", Some("objobj")),
        ("'{/a|word}'", Some("ex")),
        ("'{/n|word}'", Some("other")),
        ("'{/type|plain}'", Some("obj")),
        ("'{/a?yes}'", Some("yes")),
        ("'{/e?yes}'", None),
        ("'{/nil?yes}'", None),
        ("['/nil', '/e', '/none', '/absent', '/a']", Some("x")),
        ("['/nil', '{/e?yes}', 'last']", Some("last")),
        ("['/nil', ['/absent', '/n']]", Some("7")),
        ("['/nil', '/absent']", None),
    ] {
        let map = format!(
            "error = {value}\n[map.enum.word]\nx = 'ex'\n'*' = 'other'\n[map.enum.plain]\nz = 'zed'\n"
        );
        // Both tables of words have to be used by something.
        let map = format!("url = '{{/a|word}}{{/a|plain}}'\n{map}");
        assert_eq!(event(&map, "", &record).error.as_deref(), found, "{value}");
    }
}

#[test]
fn a_value_is_shown_as_it_is_written() {
    let profile = |id: &str| {
        let text = format!(
            "schema = 1\nid = 'x'\nname = 'X'\nauth.kind = 'none'\nvars.tenant = {{}}\n\
             request = {{ path = '/x', query = {{ since = '{{@since|%Y-%m}}', until = '{{@until|epoch_ms}}' }} }}\n\
             items = {{ at = '', explode = '/list' }}\n[map]\ntime = '/t'\nid = {id}\nurl = '{{/a|word}}'\n\
             [map.enum.word]\nx = 'ex'\n"
        );
        Profile::parse("x.toml", &text).unwrap_or_else(|problems| panic!("{id}: {problems:?}"))
    };
    for value in [
        "/a/b",
        "^/a",
        "/a~1b/m~0n",
        "/{{odd}}/0",
        "/{/type}/name",
        "{/a} plain words",
        "{{{/a}}} and {@tenant|upper}",
        "{/a|lower}",
        "{/a|first}{/a|last}",
        "{/a|word}",
        "{^/a?some text}",
        "#{/a|word}{/b}",
    ] {
        assert_eq!(profile(&format!("'{value}'")).map.id.as_ref().unwrap().to_string(), value);
    }
    let listed = profile("['/a', '@tenant', 'plain']");
    assert_eq!(listed.map.id.as_ref().unwrap().to_string(), "/a, @tenant, plain");
    let query = &listed.ask.as_ref().unwrap().query;
    let query: String = query.iter().map(|(_, exprs)| exprs[0].to_string()).collect();
    assert_eq!(query, "{@since|%Y-%m}{@until|epoch_ms}");
}

#[test]
fn a_record_is_known_by_its_id_its_parts_or_its_content() {
    let native = |id: &str| Identity::Native(id.to_owned());
    let content = |text: &str| Identity::Content(text.to_owned());
    for (map, record, identity) in [
        ("id = '/id'", json!({"id": "a"}), native("a")),
        ("id = '/id'", json!({"id": 12_345_678_901_234_567_890_u64}), native("12345678901234567890")),
        ("id = ['/uuid', '/id']", json!({"uuid": "", "id": 0}), native("0")),
        ("id = '{/a}:{/b}'", json!({"a": 1, "b": "x"}), native("1:x")),
        ("id = '#{/a}{/b}{/c}'", json!({"a": "x,", "b": null, "d": 1}), content("\"x,\",null,")),
        ("id = '#{/a}{/b}'", json!({"a": {"z": 1, "y": [2]}, "b": 1.0}), content("{\"y\":[2],\"z\":1},1.0")),
        ("id = '#{/a}{/b}'", json!({"z": 1}), content("{\"t\":\"2026-01-01T00:00:00Z\",\"z\":1}")),
        ("id = '/id'", json!({"id": null}), content("{\"id\":null,\"t\":\"2026-01-01T00:00:00Z\"}")),
        ("", json!({"id": "a"}), content("{\"id\":\"a\",\"t\":\"2026-01-01T00:00:00Z\"}")),
    ] {
        assert_eq!(event(map, "", &record).identity, identity, "{map} {record}");
    }
}

#[test]
fn members_in_another_order_are_the_same_record() {
    let profile = profile_with("", "");
    let one = read(&profile, r#"[{"t":"2026-01-01","a":1,"b":{"c":2,"d":3}}]"#).unwrap();
    let two = read(&profile, r#"[{ "b" : {"d":3,"c":2}, "a":1, "t":"2026-01-01"}]"#).unwrap();
    assert_eq!(one.records[0].identity, two.records[0].identity);
}

#[test]
fn facts_keep_the_order_of_the_profile_and_may_be_documents() {
    let map = "[map.facts]\nzone = '/z'\nabsent = '/no'\nalpha = '/a'\ntags = '/tags'\n";
    let event = event(map, "", &json!({"a": 1, "z": "eu", "tags": ["x"]}));
    let facts: Vec<_> = event.facts.iter().map(|fact| (&*fact.name, &*fact.value)).collect();
    assert_eq!(facts, [("zone", "eu"), ("alpha", "1"), ("tags", "[\"x\"]")]);
}

/// 2026-03-14T09:26:53Z
const T: i64 = 1_773_480_413_000;

fn assert_times<'t>(times: impl IntoIterator<Item = (&'t str, Value, Option<i64>)>) {
    for (format, value, millis) in times {
        let profile = profile_with("", &format!("time = {{ format = \"{format}\" }}"));
        let read = profile
            .time
            .read(&Json::parse(&value.to_string()).unwrap())
            .map(crate::domain::Timestamp::millis);
        assert_eq!(read, millis, "{format} {value}");
    }
}

#[test]
fn dates_of_iso_8601_are_read_in_the_forms_that_feeds_send() {
    assert_times([
        ("iso", json!("2026-03-14T09:26:53Z"), Some(T)),
        ("iso", json!("2026-03-14T09:26:53.589000Z"), Some(T + 589)),
        ("iso", json!("2026-03-14T09:26:53.5Z"), Some(T + 500)),
        ("iso", json!("2026-03-14T09:26:53.589999999Z"), Some(T + 589)),
        ("iso", json!("2026-03-14T09:26:53"), Some(T)),
        ("iso", json!("2026-03-14 09:26:53"), Some(T)),
        ("iso", json!("2026-03-14 09:26:53 UTC"), Some(T)),
        ("iso", json!(" 2026-03-14t09:26:53z "), Some(T)),
        ("iso", json!("2026-03-14T11:26:53+02:00"), Some(T)),
        ("iso", json!("2026-03-14T11:26:53+0200"), Some(T)),
        ("iso", json!("2026-03-14T11:26:53+02"), Some(T)),
        ("iso", json!("2026-03-14T03:56:53.000-05:30"), Some(T)),
        ("iso", json!("2026-03-14T09:26"), Some(T - 53_000)),
        ("iso", json!("2026-03-14"), Some(1_773_446_400_000)),
        ("iso", json!("2016-12-31T23:59:60Z"), Some(1_483_228_800_000)),
        ("iso", json!("0000-01-01T00:00:00Z"), Some(-62_167_219_200_000)),
        ("iso", json!("0000-01-01T00:00:00+01:00"), None),
        ("iso", json!("9999-12-31T23:59:59-01:00"), None),
        ("iso", json!("10000-01-01T00:00:00Z"), None),
        ("iso", json!("2026-02-29T00:00:00Z"), None),
        ("iso", json!("2026-03-14T24:00:00Z"), None),
        ("iso", json!("2026-03-14T09:26:53.Z"), None),
        ("iso", json!("2026-03-14T09:26:53+25:00"), None),
        ("iso", json!("2026-03-14T09:26:53 CET"), None),
        ("iso", json!("2026-03-14Т09:26:53Z"), None),
        ("iso", json!("2026-3-14"), None),
        ("iso", json!(""), None),
        ("iso", json!(1_773_480_413), None),
        ("iso", json!(null), None),
    ]);
    assert_eq!(profile_with("", "").time, TimeFormat::Iso);
}

#[test]
fn numbers_and_forms_of_a_feeds_own_are_times_where_the_profile_says_so() {
    assert_times([
        ("epoch_s", json!(1_773_480_413), Some(T)),
        ("epoch_s", json!("1773480413"), Some(T)),
        ("epoch_s", json!(1_773_480_413.589), Some(T + 589)),
        ("epoch_s", json!(-1), Some(-1000)),
        ("epoch_s", json!(1e300), None),
        ("epoch_s", json!(u64::MAX), None),
        ("epoch_s", json!("2026-03-14"), None),
        ("epoch_s", json!([1]), None),
        ("epoch_ms", json!(T), Some(T)),
        ("epoch_us", json!(T * 1000 + 999), Some(T)),
        ("epoch_ns", json!(T * 1_000_000), Some(T)),
        ("epoch_ns", json!(-1), Some(-1)),
        ("auto", json!(1_773_480_413), Some(T)),
        ("auto", json!(T), Some(T)),
        ("auto", json!(T * 1000), Some(T)),
        ("auto", json!(T * 1_000_000), Some(T)),
        ("auto", json!("1773480413"), Some(T)),
        ("auto", json!("2026-03-14T09:26:53Z"), Some(T)),
        ("%d.%m.%Y %H:%M:%S", json!("14.03.2026 09:26:53"), Some(T)),
        ("%d.%m.%Y %H:%M:%S %z", json!("14.03.2026 10:26:53 +0100"), Some(T)),
        ("%d.%m.%Y", json!("14.03.2026"), Some(1_773_446_400_000)),
        ("%d.%m.%Y", json!("31.02.2026"), None),
    ]);
}

type Said<P> = Vec<(P, Op, Option<Value>, Option<Value>)>;

fn owned(changes: Said<&str>) -> Said<String> {
    changes.into_iter().map(|(path, op, before, after)| (path.to_owned(), op, before, after)).collect()
}

/// What changed, as a free-form object says.
#[track_caller]
fn said_freely(object: &Value) -> Said<String> {
    let rest = "[[changes]]\nkind = 'map'\nat = '/c'\nignore = ['/action']\n";
    let changes = event("", rest, &json!({"c": object})).changes;
    changes.into_iter().map(|c| (c.path, c.op, c.before, c.after)).collect()
}

#[test]
fn an_object_without_a_fixed_shape_is_read_as_changed_fields() {
    let replace =
        |path: &'static str, before: Value, after: Value| (path, Op::Replace, Some(before), Some(after));
    let set = |path: &'static str, after: Value| (path, Op::Set, None, Some(after));
    for (object, expected) in [
        (json!({}), vec![]),
        (json!(null), vec![]),
        (json!(["a"]), vec![]),
        (
            json!({"action": "rollback", "fromVersion": 7, "toVersion": 4, "newVersion": 8, "notes": "CTR drop"}),
            vec![
                replace("version", json!(7), json!(4)),
                set("newVersion", json!(8)),
                set("notes", json!("CTR drop")),
            ],
        ),
        (json!({"version": 7, "notes": null}), vec![set("version", json!(7)), set("notes", json!(null))]),
        (
            json!({"mode": {"from": "a", "to": null}, "rate": {"old": 1, "new": 2}, "x": {"before": 1, "after": 1}}),
            vec![replace("mode", json!("a"), json!(null)), replace("rate", json!(1), json!(2))],
        ),
        (json!({"new_name": "b", "old_name": "a"}), vec![replace("name", json!("a"), json!("b"))]),
        (json!({"previousOwner": "a", "newOwner": "b"}), vec![replace("owner", json!("a"), json!("b"))]),
        (json!({"from": 1, "to": 2}), vec![replace("value", json!(1), json!(2))]),
        (
            json!({"before": {"a": 1, "b": 2}, "after": {"a": 1, "b": 3}, "by": "x"}),
            vec![replace("b", json!(2), json!(3)), set("by", json!("x"))],
        ),
        (
            json!({"config": {"from": {"a": {"b": 1}}, "to": {"a": {"b": 2}}}}),
            vec![replace("config.a.b", json!(1), json!(2))],
        ),
        // Pairs below a field, with something stated beside them.
        (
            json!({"limits": {"perCustomer": {"from": 7, "to": 4}, "unit": "day"}}),
            vec![replace("limits.perCustomer", json!(7), json!(4)), set("limits.unit", json!("day"))],
        ),
        (json!({"limits": {"perDay": 5}}), vec![set("limits", json!({"perDay": 5}))]),
        // Words that only begin like a pair, and pairs whose name is taken.
        (
            json!({"fromage": 1, "tomato": 2, "newsletter": 3}),
            vec![set("fromage", json!(1)), set("tomato", json!(2)), set("newsletter", json!(3))],
        ),
        (
            json!({"fromVersion": 1, "toVersion": 2, "version": 3}),
            vec![set("fromVersion", json!(1)), set("toVersion", json!(2)), set("version", json!(3))],
        ),
        (
            json!({"apiToken": "abc", "db_password": {"from": "x", "to": "y"}}),
            vec![replace("db_password", json!("••••"), json!("••••")), set("apiToken", json!("••••"))],
        ),
    ] {
        assert_eq!(said_freely(&object), owned(expected), "{object}");
    }
}

#[test]
fn lists_of_pairs_previous_attributes_and_patches_are_read_as_changed_fields() {
    let replace =
        |path: &'static str, before: Value, after: Value| (path, Op::Replace, Some(before), Some(after));
    let set = |path: &'static str, after: Value| (path, Op::Set, None, Some(after));
    for (object, expected) in [
        // Every field with its old and its new value; what may be a list of names stays one.
        (
            json!({"name": ["a", "b"], "archived": [false, true], "note": [null, "n"]}),
            vec![
                replace("name", json!("a"), json!("b")),
                replace("archived", json!(false), json!(true)),
                replace("note", json!(null), json!("n")),
            ],
        ),
        (json!({"tags": ["a", "b"]}), vec![set("tags", json!(["a", "b"]))]),
        (
            json!({"flags": [true, false], "n": 1}),
            vec![set("flags", json!([true, false])), set("n", json!(1))],
        ),
        // A document and the old values of what changed in it.
        (
            json!({"object": {"plan": {"tier": 2, "seats": 5}, "id": "x"}, "previous_attributes": {"plan": {"tier": 1}}}),
            vec![replace("plan.tier", json!(1), json!(2))],
        ),
        // A JSON Patch.
        (
            json!([{"op": "test", "path": "/a/b", "value": 1}, {"op": "replace", "path": "/a/b", "value": 2},
                   {"op": "remove", "path": "/password"}]),
            vec![replace("a.b", json!(1), json!(2)), ("password", Op::Remove, None, None)],
        ),
        (json!([{"op": "boil", "path": "/a"}]), vec![]),
    ] {
        assert_eq!(said_freely(&object), owned(expected), "{object}");
    }
}

#[test]
fn lists_of_what_came_and_went_have_no_places() {
    let set = |path: &'static str, after: Value| (path, Op::Set, None, Some(after));
    for (object, expected) in [
        (
            json!({"tags": {"added": ["vip"], "removed": []}}),
            vec![("tags[]", Op::Add, None, Some(json!("vip")))],
        ),
        (
            json!({"who": {"roles": {"added": [{"id": 1}, "x"], "removed": [7]}, "note": "n"}}),
            vec![
                ("who.roles[]", Op::Remove, Some(json!(7)), None),
                ("who.roles[]", Op::Add, None, Some(json!({"id": 1}))),
                ("who.roles[]", Op::Add, None, Some(json!("x"))),
                set("who.note", json!("n")),
            ],
        ),
    ] {
        assert_eq!(said_freely(&object), owned(expected), "{object}");
    }
}

#[test]
fn several_extractors_add_up() {
    let rest = "[[changes]]\nkind = 'pair'\nbefore = '/old'\nafter = '/new'\narray_keys = { '/topics' = 'name' }\n\
                [[changes]]\nkind = 'map'\nat = '/more'\n";
    let record = json!({
        "old": {"topics": [{"name": "a", "owner": 1}, {"name": "b"}]},
        "new": {"topics": [{"name": "b"}, {"name": "a", "owner": 2}]},
        "more": {"note": "x"},
    });
    let changes = event("", rest, &record).changes;
    let paths: Vec<_> = changes.iter().map(|change| &*change.path).collect();
    assert!(paths.contains(&"topics[a].owner") && paths.contains(&"note"), "{paths:?}");
}
