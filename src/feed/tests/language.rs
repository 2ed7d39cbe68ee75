//! What a profile can say about records: where they stand, what changed in them, and requests for them.

use serde_json::{Value, json};

use super::super::{Binding, Position, Profile, detail, page, request};
use super::{binding, cached, profile_with, read, scope};
use crate::domain::{Change, Op, Record, Timestamp};

fn records(profile: &Profile, body: &Value) -> Vec<Record> {
    let page = read(profile, &body.to_string()).unwrap();
    assert_eq!(page.quarantined, []);
    page.records
}

/// The changes as lines: `path op before → after`.
fn lines(changes: &[Change]) -> Vec<String> {
    let value = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
    let line = |change: &Change| {
        format!("{} {} {} → {}", change.path, change.op.word(), value(&change.before), value(&change.after))
    };
    changes.iter().map(line).collect()
}

/// Asserts what an extractor finds in a record.
#[track_caller]
fn finds(changes: &str, mut record: Value, found: &[&str]) {
    let profile = profile_with("", &format!("[[changes]]\n{changes}\nignore = ['ignored']"));
    record["t"] = "2026-01-01".into();
    assert_eq!(lines(&records(&profile, &json!([record]))[0].changes), found, "{changes}");
}

#[test]
fn each_extractor_of_fields_finds_its_changes() {
    for (changes, record, found) in [
        (
            "kind = 'pair'\nbefore = '/a'\nafter = '/b'",
            json!({"a": {"x": 1}, "b": {"x": 2}}),
            vec!["x replace 1 → 2"],
        ),
        (
            "kind = 'row'\npath = '/field'\nbefore = '/from'\nafter = '/to'",
            json!({"field": "visibility", "from": "public", "to": "private"}),
            vec![r#"visibility replace "public" → "private""#],
        ),
        (
            "kind = 'row'\npath = '/field'\nbefore = '/from'\nafter = '/to'",
            json!({"from": "a", "to": "b"}),
            vec![],
        ),
        ("kind = 'row'\npath = 'mode'\nafter = '/to'", json!({"to": 1}), vec!["mode set - → 1"]),
        (
            "kind = 'pair'\nbefore = '/old'\nafter = ''\narray_keys = { '/old' = 'x' }",
            json!({"old": {"a": 1, "t": "2026-01-01"}, "a": 2, "ignored": 1}),
            vec!["a replace 1 → 2", r#"old add - → {"a":1,"t":"2026-01-01"}"#],
        ),
        (
            "kind = 'row'\npath = 'mode'\nbefore = '/from'\nafter = '/to'",
            json!({"to": 1}),
            vec!["mode add - → 1"],
        ),
        ("kind = 'row'\npath = 'mode'\nbefore = '/from'\nafter = '/to'", json!({"from": 1, "to": 1}), vec![]),
        (
            "kind = 'rows'\nat = '/items'\npath = ['/label', '/field']\nbefore = ['/fromString', '/from']\nafter = ['/toString', '/to']",
            json!({"items": [
                {"field": "status", "from": "1", "fromString": "To Do", "to": "3", "toString": "Done"},
                {"field": "who", "from": null, "fromString": "", "to": "5b", "toString": "Mia"},
                "no object", {"field": "none"},
            ]}),
            vec![r#"status replace "To Do" → "Done""#, r#"who add - → "Mia""#],
        ),
        (
            "kind = 'rows'\nat = '/items'\nbefore = '/old'\nafter = '/new'",
            json!({"items": [{"old": {"a": 1}, "new": {"a": 2}}]}),
            vec!["a replace 1 → 2"],
        ),
        (
            "kind = 'sets'\nat = '/diff'\nadded = '/added'\nremoved = '/removed'",
            json!({"diff": {"tags": {"added": ["x"], "removed": ["y", "z"]}, "plain": 7}}),
            vec![r#"tags[] remove "y" → -"#, r#"tags[] remove "z" → -"#, r#"tags[] add - → "x""#],
        ),
        (
            "kind = 'sets'\npath = 'members'\nadded = '/added'\nremoved = '/removed'",
            json!({"added": "ann"}),
            vec![r#"members[] add - → "ann""#],
        ),
    ] {
        finds(changes, record, &found);
    }
}

#[test]
fn each_extractor_of_documents_finds_its_changes() {
    let stripe = json!({
        "object": {"status": "active", "plan": {"id": "p", "price": 5}, "items": [{"id": "i", "n": 3}], "kept": 1},
        "previous": {"status": "trial", "plan": {"price": 4}, "items": [{"n": 2}], "gone": true},
    });
    for (changes, record, found) in [
        (
            "kind = 'overlay'\nafter = '/object'\nprevious = '/previous'",
            stripe,
            vec![
                r#"status replace "trial" → "active""#,
                "plan.price replace 4 → 5",
                "items[i].n replace 2 → 3",
                "gone remove true → -",
            ],
        ),
        ("kind = 'overlay'\nafter = '/object'\nprevious = '/previous'", json!({"object": {"a": 1}}), vec![]),
        (
            "kind = 'patch'\nat = '/patch'",
            json!({"patch": [
                {"op": "test", "path": "/spec/replicas", "value": 2},
                {"op": "replace", "path": "/spec/replicas", "value": 3},
                {"op": "add", "path": "/spec/ports/-", "value": 80},
                {"op": "remove", "path": "/a~1b/0"},
                {"op": "replace", "path": "/x", "value": null},
                {"op": "move", "from": "/a", "path": "/b"},
                {"op": "?", "path": "/"}, 5, {"op": "add", "path": "no pointer"},
            ]}),
            vec![
                "spec.replicas replace 2 → 3",
                "spec.ports[] add - → 80",
                r#""a/b"[0] remove - → -"#,
                "x set - → null",
                "a → b move - → -",
            ],
        ),
        (
            "kind = 'after'\nat = '/data'",
            json!({"data": {"name": "b", "token": "s"}}),
            vec![r#"name set - → "b""#, r#"token set - → "••••""#],
        ),
        (
            "kind = 'text'\nat = '/note'\npath = 'comment'",
            json!({"note": "because"}),
            vec![r#"comment set - → "because""#],
        ),
        ("kind = 'text'\nat = '/note'", json!({"note": " "}), vec![]),
        (
            "kind = 'map'\nat = '/m'",
            json!({"m": {"fromVersion": 1, "toVersion": 2}}),
            vec!["version replace 1 → 2"],
        ),
    ] {
        finds(changes, record, &found);
    }
}

#[test]
fn extractors_are_put_one_after_the_other_and_all_leave_out_and_mask() {
    let profile = profile_with(
        "",
        "[[changes]]\nkind = 'rows'\nat = '/rows'\npath = '/p'\nbefore = '/a'\nafter = '/b'\nignore = ['updated*', '/spec/noise']\nredact = ['pin']\n\
         [[changes]]\nkind = 'text'\nat = '/why'",
    );
    let rows = json!([
        {"p": "updatedAt", "a": 1, "b": 2}, {"p": "spec.noise", "a": 1, "b": 2}, {"p": "spec.noise.deep", "a": 1, "b": 2},
        {"p": "user.password", "a": "x", "b": "y"}, {"p": "pin", "a": null, "b": 7}, {"p": "name", "a": {"secret": "s"}, "b": 1},
    ]);
    let found = records(&profile, &json!([{"t": "2026-01-01", "rows": rows, "why": "tidy up"}]));
    assert_eq!(
        lines(&found[0].changes),
        [
            r#"user.password replace "••••" → "••••""#,
            r#"pin add null → "••••""#,
            r#"name replace {"secret":"••••"} → 1"#,
            r#"note set - → "tidy up""#,
        ]
    );
}

#[test]
fn a_chain_compares_each_record_with_the_one_before_it() {
    let map = "entity = { type = '/kind', id = '/e' }";
    let profile = profile_with(map, "[[changes]]\nkind = 'chain'\nsnapshot = '/source'");
    let record = |entity: &str, day: u8, tag: u8| json!({"e": entity, "t": format!("2026-01-0{day}"), "source": {"tag": tag}});
    let rising = [
        record("a", 1, 1),
        record("b", 2, 7),
        record("a", 3, 2),
        record("a", 3, 5),
        json!({"e": "a", "t": "2026-01-04"}),
    ];
    // Of the first of each nothing is known but what it says itself.
    let (a, b) = (vec!["tag set - → 1"], vec!["tag set - → 7"]);
    let expected = [a, b, vec!["tag replace 1 → 2"], vec!["tag replace 2 → 5"], vec![]];
    let found: Vec<_> = records(&profile, &json!(rising)).iter().map(|r| lines(&r.changes)).collect();
    assert_eq!(found, expected);
    let falling: Vec<_> = rising.into_iter().rev().collect();
    let mut found: Vec<_> = records(&profile, &json!(falling)).iter().map(|r| lines(&r.changes)).collect();
    found.reverse();
    assert_eq!(found, expected, "the same in a list that begins with the newest");
}

#[test]
fn json_in_a_text_is_read_and_the_record_stays_as_it_was_sent() {
    let map = "id = '/inner/id'\nsummary = '/inner/deep/0/word'\nerror = '/broken'";
    let items = "schema = 1\nid = 'x'\nname = 'X'\nauth.kind = 'none'\nrequest.path = '/x'\n\
                 items = { at = '', decode = ['/inner', '/inner/deep', '/broken', '/nowhere/x'] }\n";
    let profile = Profile::parse("x.toml", &format!("{items}[map]\ntime = '/inner/t'\n{map}")).unwrap();
    let inner = json!({"id": 7, "t": "2026-01-01", "deep": "[{\"word\": \"yes\"}]"}).to_string();
    let record = json!({"inner": inner, "broken": "{no"});
    let found = records(&profile, &json!([record]));
    assert_eq!(found[0].identity.native(), Some("7"));
    assert_eq!((found[0].summary.as_deref(), found[0].error.as_deref()), (Some("yes"), Some("{no")));
    assert_eq!(&*found[0].raw, record.to_string());
}

fn exploding(at: &str, explode: &str, map: &str) -> Profile {
    let text = format!(
        "schema = 1\nid = 'x'\nname = 'X'\nauth.kind = 'none'\nrequest.path = '/x'\n\
         items = {{ at = '{at}', explode = '{explode}' }}\n[map]\n{map}"
    );
    Profile::parse("x.toml", &text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn one_record_can_be_many_events_that_still_see_it() {
    let map = "id = '{^/key}-{/n}'\ntime = ['/at', '^/created']\nsummary = '^/title'";
    let profile = exploding("/issues", "/log/list", map);
    let body = json!({"issues": [
        {"key": "A", "title": "One", "created": "2026-01-01", "log": {"list": [{"n": 1, "at": "2026-01-02"}, {"n": 2}]}},
        {"key": "B", "title": "Two", "log": {"list": []}},
        {"key": "C", "title": "Three", "log": null},
    ]});
    let page = read(&profile, &body.to_string()).unwrap();
    assert_eq!(page.length, 3, "what the server counts");
    let told: Vec<_> = page
        .records
        .iter()
        .map(|r| (r.identity.native().unwrap(), r.summary.as_deref().unwrap(), &*r.raw))
        .collect();
    assert_eq!(told, [("A-1", "One", r#"{"n":1,"at":"2026-01-02"}"#), ("A-2", "One", r#"{"n":2}"#)]);

    // The answer may be a single record itself.
    let profile = exploding("", "/status/history", "id = '/id'\ntime = '/at'\nentity = { name = '^/name' }");
    let body = json!({"name": "web", "status": {"history": [{"id": 4, "at": "2026-01-01"}]}});
    assert_eq!(records(&profile, &body)[0].entity.name.as_deref(), Some("web"));
    let page = read(&profile, &json!({"status": {"history": 7}}).to_string()).unwrap();
    assert_eq!(
        (page.records.len(), page.quarantined[0].reason.as_str()),
        (0, "it has no list at `/status/history`")
    );
    let page = read(&profile, "[1, {\"status\": {\"history\": [1, {\"at\": null}]}}]").unwrap();
    assert_eq!(page.quarantined.len(), 3, "{page:?}");
}

#[test]
fn a_request_about_an_exploded_event_can_name_what_it_keeps_of_the_outer_record() {
    let text = |map: &str| {
        format!(
            "schema = 1\nid = 'x'\nname = 'X'\nauth.kind = 'none'\n\
             request = {{ base = 'https://x.example', path = '/x' }}\n\
             items = {{ at = '', explode = '/log' }}\n[map]\ntime = '/at'\n{map}\n\
             [detail]\npath = '/issues/{{^/key}}/log/{{/n}}'\nquery = {{ project = '{{^/in/~1project}}' }}\n\
             changes = [{{ kind = 'map', at = '' }}]\n"
        )
    };
    let map = "entity = { id = '^/key' }\nfacts = { project = '^/in/~1project', other = ['^/in/x', '^/y'] }";
    let profile = Profile::parse("x.toml", &text(map)).unwrap_or_else(|problems| panic!("{problems:?}"));
    let body = json!([{"key": "A-1", "in": {"/project": "web"}, "log": [{"n": 7, "at": "2026-01-01"}]}]);
    let event = cached(records(&profile, &body).remove(0));
    let request = request::detail(&profile, &Binding::default(), None, (&event, 0, None), None).unwrap();
    assert_eq!(request.url, "https://x.example/issues/A-1/log/7?project=web");
    // What was not sent is not asked with.
    let body = json!([{"key": "A-1", "log": [{"n": 7, "at": "2026-01-01"}]}]);
    let event = cached(records(&profile, &body).remove(0));
    let request = request::detail(&profile, &Binding::default(), None, (&event, 0, None), None).unwrap();
    assert_eq!(request.url, "https://x.example/issues/A-1/log/7");

    let problems = Profile::parse("x.toml", &text("entity = { id = '^/key' }")).expect_err("no project");
    let told = problems[0].to_string();
    assert!(
        told.contains("`detail.query.project`: `^/in/~1project` is not kept once the event is read"),
        "{told}"
    );
    assert!(told.contains("`[map.facts]`"), "{told}");
}

fn asking(request: &str, rest: &str) -> Profile {
    let text = format!(
        "schema = 1\nid = 'x'\nname = 'X'\nauth.kind = 'none'\nitems.at = ''\nmap.time = '/t'\n{rest}\n\
         [request]\nbase = 'https://x.example/v1'\npath = '/x'\n{request}"
    );
    Profile::parse("x.toml", &text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn times_and_lists_go_into_queries_and_bodies() {
    let day = Timestamp::from_millis(1_767_225_600_123);
    let position = |profile: &Profile| Position::first(profile).within(Some(day), None);
    let ask = |profile: &Profile| {
        request::page(profile, &Binding::default(), None, &position(profile), None).unwrap()
    };
    let profile = asking(
        "query = { kinds = ['a', 'b&c'], flag = true, from = '{@since}', s = '{@since|epoch_s}', d = '{@since|%d.%m.%Y}', to = '{@until}' }",
        "",
    );
    let query = "kinds=a&kinds=b%26c&flag=true&from=2026-01-01T00%3A00%3A00.123Z&s=1767225600&d=01.01.2026";
    assert_eq!(ask(&profile).url, format!("https://x.example/v1/x?{query}"));
    let profile = asking(
        "body = { q = { since = '{@since|epoch_ms}', text = 'at {@since|epoch_ms}', until = '{@until}', n = [1, 'x'] } }\npage_size = { default = 5 }",
        "paging = { kind = 'keyset', param = '/q/sequence', from = 'last:/seq', in = 'body', size_param = 'limit' }",
    );
    let request = ask(&profile);
    assert_eq!((request.method, request.url.as_str()), (request::Method::Post, "https://x.example/v1/x"));
    let body: Value = serde_json::from_str(request.body.unwrap().text.expose()).unwrap();
    let q = json!({"since": 1_767_225_600_123_i64, "text": "at 1767225600123", "n": [1, "x"]});
    assert_eq!(body, json!({"q": q, "limit": 5}));
    let page = page::read(
        &profile,
        &binding(),
        None,
        &position(&profile),
        &[],
        br#"[{"t": "2026-01-01", "seq": "9"}]"#,
    );
    let request =
        request::page(&profile, &Binding::default(), None, &page.unwrap().next.unwrap(), None).unwrap();
    let body: Value = serde_json::from_str(request.body.unwrap().text.expose()).unwrap();
    assert_eq!((&body["q"]["sequence"], &body["q"]["since"]), (&json!("9"), &json!(1_767_225_600_123_i64)));
}

#[test]
fn an_address_that_an_answer_names_is_resolved_as_a_browser_would_and_stays_at_home() {
    let profile = asking("query = { a = '1' }", "paging = { kind = 'next_url', next = '/next' }\n");
    let profile = Profile {
        items: super::super::items::Items {
            at: super::super::pointer::Pointer::parse("/list").unwrap(),
            ..Default::default()
        },
        ..profile
    };
    for (next, url) in [
        ("/y?b=2", Some("https://x.example/y?b=2")),
        ("?b=2", Some("https://x.example/v1/x?b=2")),
        ("y?b=2#c", Some("https://x.example/v1/y?b=2")),
        ("https://x.example/z", Some("https://x.example/z")),
        ("HTTPS://X.Example:443/z", Some("https://x.example/z")),
        ("//x.example/z", Some("https://x.example/z")),
        ("https://x.example?b", Some("https://x.example/?b")),
        ("http://x.example/z", None),
        ("https://x.example.evil.example/", None),
        ("https://x.example@evil.example/", None),
        ("https://x.example:444/", None),
        ("//evil.example/", None),
        ("/\\evil.example/", None),
        ("\\\\evil.example", None),
        ("/../y", None),
        ("/%2e%2e/y", None),
        ("javascript:alert(1)", None),
        ("data:x", None),
        ("/a b", None),
        ("/a\nb", None),
        ("#x", None),
    ] {
        let body = json!({"list": [{"t": "2026-01-01"}], "next": next}).to_string();
        let page = page::read(
            &profile,
            &binding(),
            Some(&scope("s")),
            &Position::first(&profile),
            &[],
            body.as_bytes(),
        )
        .unwrap();
        assert_eq!((page.records.len(), page.stray.is_some()), (1, url.is_none()), "{next}");
        let found = page.next.map(|next| request::page(&profile, &binding(), None, &next, None).unwrap().url);
        assert_eq!(found.as_deref(), url, "{next}");
    }
}

#[test]
fn a_detail_answer_is_read_with_the_record_beside_it() {
    let profile = profile_with(
        "",
        "[[detail]]\npath = '/v'\nquery = { id = '{/flow}', tag = ['{/missing}', 'x'] }\n[[detail.changes]]\nkind = 'chain'\nat = '/versions'\nkey = '/v'\nis = '^/to'\nsnapshot = '/config'\n",
    );
    let record = |to: Value| json!({"t": "2026-01-01", "flow": "f", "to": to});
    let answer = json!({"versions": [{"v": 9, "config": {"a": 9}}, {"v": 10, "config": {"a": 10}}, {"v": 3, "config": {"a": 3}}]});
    for (to, found) in [
        (json!(10), vec!["a replace 9 → 10"]),
        (json!("9"), vec!["a replace 3 → 9"]),
        (json!(3), vec!["a set - → 3"]),
        (json!(4), vec![]),
        (Value::Null, vec![]),
    ] {
        let event = cached(records(&profile, &json!([record(to.clone())])).remove(0));
        let request = request::detail(&profile, &binding(), None, (&event, 0, None), None).unwrap();
        assert_eq!(request.url, "https://x.example/v?id=f&tag=x");
        let changes = detail::read(&profile, 0, &event, answer.to_string().as_bytes()).unwrap().changes;
        assert_eq!(lines(&changes), found, "{to}");
    }
    assert_eq!(Op::Set.word(), "set");
}

#[test]
fn a_detail_answer_brings_the_whole_documents_that_it_compares() {
    let answer = json!({"is": {"a": 2, "b": 1, "pin": "9"}, "was": {"a": 1, "pin": "8"}, "list": []});
    for (changes, expected) in [
        (
            "{ kind = 'pair', before = '/was', after = '/is', redact = ['pin'] }",
            Some((json!({"a": 1, "pin": "8"}), json!({"a": 2, "b": 1, "pin": "9"}))),
        ),
        (
            "{ kind = 'pair', before = '/none', after = '/is' }",
            Some((Value::Null, json!({"a": 2, "b": 1, "pin": "9"}))),
        ),
        ("{ kind = 'pair', before = '/none', after = '/neither' }", None),
        (
            "{ kind = 'overlay', after = '/is', previous = '/was' }, { kind = 'map', at = '/list' }",
            Some((json!({"a": 1, "b": 1, "pin": "8"}), json!({"a": 2, "b": 1, "pin": "9"}))),
        ),
        ("{ kind = 'after', at = '/is' }", None),
    ] {
        let profile = detailed(&format!("changes = [{changes}]"));
        let event = cached(records(&profile, &json!([{"t": "2026-01-01"}])).remove(0));
        let read = detail::read(&profile, 0, &event, answer.to_string().as_bytes()).unwrap();
        let both = read.documents.map(|text| serde_json::from_str::<Value>(&text).unwrap());
        let found = both.map(|both| (both["before"].clone(), both["after"].clone()));
        assert_eq!(found, expected, "{changes}");
    }
}

/// A profile with a detail request as `detail` says, and an event that was sent as `raw`.
fn detailed(detail: &str) -> Profile {
    let text = format!(
        "schema = 1\nid = 'x'\nname = 'X'\nauth.kind = 'none'\nitems.at = ''\nmap.time = '/t'\nvars.by.label = 'x'\n\
         request = {{ base = 'https://x.example', path = '/x' }}\n[[detail]]\npath = '/versions'\n{detail}"
    );
    Profile::parse("x.toml", &text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn version_words(detail: &str, record: &Value, versions: &Value) -> Vec<String> {
    let profile = detailed(detail);
    let event = cached(records(&profile, &json!([record])).remove(0));
    lines(&detail::read(&profile, 0, &event, versions.to_string().as_bytes()).unwrap().changes)
}

#[test]
fn a_version_is_compared_with_the_one_before_it_or_with_the_one_that_was() {
    let chain = "changes = [{ kind = 'chain', at = '/versions', key = '/version', is = ['^/to', '^/version'], was = '^/from', snapshot = '/summary' }]";
    let version = |n: u32, nodes: u32| json!({"version": n, "summary": {"nodes": nodes}});
    let list = json!({"versions": [version(1, 5), version(2, 7), version(4, 9)]});
    for (record, expected) in [
        (json!({"t": "2026-01-01", "version": 2}), vec!["nodes replace 5 → 7"]),
        (json!({"t": "2026-01-01", "version": "4"}), vec!["nodes replace 7 → 9"]),
        (json!({"t": "2026-01-01", "version": 1}), vec!["nodes set - → 5"]),
        (json!({"t": "2026-01-01", "from": 4, "to": 1, "new": 5}), vec!["nodes replace 9 → 5"]),
        // What is not in the list is compared with nothing.
        (json!({"t": "2026-01-01", "from": 3, "to": 1}), vec![]),
        (json!({"t": "2026-01-01", "from": 4, "to": 3}), vec![]),
        (json!({"t": "2026-01-01", "version": 9}), vec![]),
        (json!({"t": "2026-01-01"}), vec![]),
    ] {
        assert_eq!(version_words(chain, &record, &list), expected, "{record}");
    }
}

#[test]
fn a_detail_request_can_be_made_for_several_values_and_read_as_one() {
    let detail = "query = { id = '{/id}', '{@by}' = '{@each}' }\nneeds = '@by'\n\
                  each = [['{/from}', '{/version|prior}'], ['{/to}', '{/version}']]\n\
                  changes = [{ kind = 'pair', before = '/0/config', after = '/1/config' }]";
    let profile = detailed(detail);
    let event = |record: &Value| cached(records(&profile, &json!([record])).remove(0));
    let publish = event(&json!({"t": "2026-01-01", "id": "f", "version": 7}));
    let bound = Binding { vars: [("by".to_owned(), "v".to_owned())].into(), ..binding() };
    assert_eq!(detail::wanted(&profile, &binding(), &publish), Vec::<usize>::new(), "nobody says how to ask");
    assert_eq!(detail::wanted(&profile, &bound, &publish), [0]);
    let values = |record: &Value| detail::values(&profile, &bound, 0, &event(record)).unwrap();
    let some = |value: &str| Some(value.to_owned());
    for (record, expected) in [
        (json!({"t": "2026-01-01", "version": 7}), [some("6"), some("7")]),
        (json!({"t": "2026-01-01", "version": 1}), [None, some("1")]),
        (json!({"t": "2026-01-01", "version": "x"}), [None, some("x")]),
        (json!({"t": "2026-01-01", "from": 7, "to": 4}), [some("7"), some("4")]),
    ] {
        assert_eq!(values(&record), expected, "{record}");
    }
    let request = request::detail(&profile, &bound, None, (&publish, 0, Some("6")), None).unwrap();
    assert_eq!(request.url, "https://x.example/versions?id=f&v=6");
    let answer = |limit: u32| Some(json!({"config": {"limit": limit}}).to_string().into_bytes());
    let both = detail::read_each(&profile, 0, &publish, &[answer(3), answer(5)]).unwrap();
    assert_eq!(lines(&both.changes), ["limit replace 3 → 5"]);
    let documents: Value = serde_json::from_str(&both.documents.unwrap()).unwrap();
    assert_eq!(documents, json!({"before": {"limit": 3}, "after": {"limit": 5}}));
    let first = detail::read_each(&profile, 0, &publish, &[None, answer(5)]).unwrap();
    assert_eq!(lines(&first.changes), ["limit add - → 5"]);
    assert_eq!(first.documents, None, "what was before was not asked for");
    assert!(detail::read_each(&profile, 0, &publish, &[answer(3), Some(b"<html>".to_vec())]).is_err());
    let once = detailed("changes = [{ kind = 'map', at = '/x' }]");
    assert_eq!(detail::values(&once, &bound, 0, &publish), None);
}
