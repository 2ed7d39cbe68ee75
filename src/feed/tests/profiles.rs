//! Profiles that nobody would write over bodies that nobody would send: no panic, no lost record, no way out.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Page, Position, Profile, Scope, detail, page, request};
use super::{binding, cached};

/// Pointers that lead somewhere, nowhere, through a text, and to a key that is a number.
fn pointer() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "/a",
        "/b",
        "/a/0",
        "/a/b",
        "/0",
        "/",
        "/a~1b",
        "/nowhere/at/all",
        "/b/a/b",
        "/t",
    ])
}

fn paging() -> impl Strategy<Value = String> {
    let kinds = prop::sample::select(vec![
        "kind = 'none'",
        "kind = 'page'",
        "kind = 'page', next = 'P'",
        "kind = 'offset', param = 'o', start = 1000000",
        "kind = 'offset', next = 'P', in = 'body'",
        "kind = 'cursor', param = 'c', cursor = 'P'",
        "kind = 'cursor', param = '/x/c', cursor = 'P'",
        "kind = 'keyset', param = 'k', from = 'last:P'",
        "kind = 'keyset', param = 'k', from = 'first:P', in = 'body'",
        "kind = 'link'",
        "kind = 'next_url', next = 'P'",
    ]);
    (kinds, pointer(), pointer()).prop_map(|(kind, at, flag)| {
        format!(
            "paging = {{ {}, more = '{flag}', total = '{at}', size_param = '{at}', effective_size = '{flag}' }}",
            kind.replace('P', at)
        )
    })
}

fn changes() -> impl Strategy<Value = String> {
    let kinds = prop::sample::select(vec![
        "kind = 'pair', before = 'P', after = 'Q'",
        "kind = 'row', path = 'P', before = 'Q'",
        "kind = 'rows', at = 'P', path = 'Q', after = '^Q'",
        "kind = 'sets', at = 'P', added = 'Q', removed = '/0'",
        "kind = 'sets', path = 'P', removed = 'Q'",
        "kind = 'overlay', after = 'P', previous = 'Q'",
        "kind = 'map', at = 'P'",
        "kind = 'patch', at = 'P'",
        "kind = 'after', at = 'P'",
        "kind = 'chain', snapshot = 'P'",
        "kind = 'chain', at = 'P', key = 'Q', is = 'Q', snapshot = '^P'",
        "kind = 'text', at = 'P'",
    ]);
    let one = (kinds, pointer(), pointer())
        .prop_map(|(kind, p, q)| format!("{{ {} }}", kind.replace('P', p).replace('Q', q)));
    prop::collection::vec(one, 0..4).prop_map(|list| format!("changes = [{}]", list.join(", ")))
}

/// A profile, and whether it cuts records out of others.
fn profile() -> impl Strategy<Value = (Profile, bool)> {
    let parts = (paging(), changes(), pointer(), pointer(), any::<bool>(), pointer());
    parts.prop_map(|(paging, changes, decode, id, explodes, explode)| {
        let explode = if explodes { format!(", explode = '{explode}'") } else { String::new() };
        let text = format!(
            "schema = 1\nid = 'x'\nname = 'X'\nauth.kind = 'none'\n{paging}\n{changes}\n\
             items = {{ at = '/list', decode = ['{decode}']{explode} }}\nupsert.version = '{id}'\n\
             sync = {{ since_param = 's', order = 'asc' }}\n[time]\nformat = 'auto'\n\
             [request]\nbase = 'https://x.example/v1'\npath = '/x'\n\
             [map]\nid = '{id}'\ntime = ['{id}', '/t']\nsummary = '{{{id}}} {{/b?some}}'\n\
             [detail]\npath = '/d/{{{id}}}'\nonly = {{ '{id}' = ['a', '1'] }}\n{changes}\n",
        );
        // The list form of a chain is the only one that an answer has.
        let text = text.replace("kind = 'chain', snapshot", "kind = 'after', at");
        (Profile::parse("x.toml", &text).unwrap_or_else(|problems| panic!("{text}\n{problems:#?}")), explodes)
    })
}

fn body() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(u64::MAX)),
        Just(json!(1e300)),
        Just(json!("https://evil.example/a")),
        Just(json!("//evil.example")),
        Just(json!("/next?c=1")),
        Just(json!("0000-01-01")),
        Just(json!("10000-01-01T00:00:00Z")),
        Just(json!("{\"a\": [{\"b\": 1}], \"t\": 1767225600}")),
        Just(json!(1_767_225_600_000_i64)),
        Just(json!([{"op": "move", "from": "/-", "path": "/a/0"}, {"op": "add", "path": "", "value": 1}])),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 5, |inner| {
        let key =
            prop::sample::select(vec!["a", "b", "0", "", "a/b", "t", "list", "added", "op", "path", "from"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..5).prop_map(|members| {
                Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

fn check(profile: &Profile, page: &Page, sent: usize, explodes: bool) {
    assert_eq!(page.length, sent);
    if !explodes {
        assert_eq!(page.records.len() + page.quarantined.len(), sent);
    }
    if let Some(next) = &page.next {
        let request = request::page(profile, &binding(), None, next, None);
        assert!(request.unwrap().url.starts_with("https://x.example/"));
    }
    for record in &page.records {
        let event = cached(record.clone());
        for which in detail::wanted(profile, &binding(), &event) {
            if let Ok(request) = request::detail(profile, &binding(), None, (&event, which, None), None) {
                assert!(request.url.starts_with("https://x.example/v1/d/"));
            }
            let _ = detail::read(profile, which, &event, record.raw.as_bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_profile_loses_a_record_or_leaves_its_base(
        (profile, explodes) in profile(),
        records in prop::collection::vec(body(), 0..5),
        around in body(),
        link in ".{0,20}|<//evil.example>; rel=next|</x?a>; rel=\"next\"|<https://x.example/../y>;rel=next",
        first in any::<bool>(),
    ) {
        let mut body = json!({"a": around, "b": around, "list": records});
        if first {
            body["next"] = around;
        }
        let headers = [("link".to_owned(), link)];
        let scope = Scope::default();
        let head = Position::first(&profile);
        let read = page::read(&profile, &binding(), Some(&scope), &head, &headers, body.to_string().as_bytes());
        check(&profile, &read.unwrap(), records.len(), explodes);
    }
}

#[test]
fn a_megabyte_deep_nesting_and_long_lists_are_read_or_refused_in_time() {
    let text = "schema = 1\nid = 'x'\nname = 'X'\nauth.kind = 'none'\nrequest.path = '/x'\nitems = { at = '', decode = '/j' }\n\
                map = { time = '/t' }\nchanges = [{ kind = 'rows', at = '/rows', path = '/p', after = '/p' }, { kind = 'map', at = '/j' }]";
    let profile = Profile::parse("x.toml", text).unwrap();
    let long = "x".repeat(1_000_000);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let rows = json!({"p": "f"}).to_string() + &format!(",{}", json!({"p": "f"})).repeat(50_000);
    for (records, readable) in [
        (format!(r#"{{"t": "2026-01-01", "j": "{long}"}}"#), 1),
        (format!(r#"{{"t": "2026-01-01", "j": "{deep}"}}"#), 1),
        (format!(r#"{{"t": "2026-01-01", "rows": [{rows}]}}"#), 1),
        (r#"{"t": "2026-01-01", "t": "2027-01-01", "t": null}, {"t": "2026-01-01"}"#.to_owned(), 1),
    ] {
        let page = super::read(&profile, &format!("[{records}]")).unwrap();
        assert_eq!(page.records.len(), readable);
        assert!(page.records[0].changes.len() <= crate::diff::MAX_CHANGES);
    }
    let page = super::read(&profile, &format!(r#"[{deep}, {{"t": "2026-01-01"}}]"#)).unwrap();
    assert_eq!((page.records.len(), page.quarantined.len()), (1, 1), "one that is too deep spoils no page");
}
