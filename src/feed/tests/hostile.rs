//! Whatever comes over the wire or out of a file: no panic, no lost record, no secret where it can be seen.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::json::Json;
use super::super::{Position, Profile, detail, errors, page, token};
use super::{binding, built_in, event, fixture, profile_with, read, scope};

const FEEDS: [&str; 3] = ["streamkap", "kaireonai", "microvisualizer"];

/// Reads `body` in every way that a body can be read.
fn read_all(profile: &Profile, body: &[u8]) {
    let position = Position::first(profile);
    let scope = scope("s");
    if let Ok(page) = page::read(profile, &binding(), Some(&scope), &position, &[], body) {
        assert_eq!(page.records.len() + page.quarantined.len(), page.length);
    }
    let _ = page::read_scopes(profile, &binding(), None, &position, &[], body);
    let _ = detail::read(profile, 0, &event("{}"), body);
    let _ = token::read(profile, body);
    let _ = errors::read(profile, &[], body);
}

#[test]
fn a_body_cut_off_at_any_byte_is_an_error_and_no_panic() {
    for feed in FEEDS {
        let profile = built_in(feed);
        let body = fixture(&format!("{feed}/history.json"));
        let whole = body.trim_end().len();
        for end in 0..whole {
            read_all(&profile, &body.as_bytes()[..end]);
            let position = Position::first(&profile);
            let cut = page::read(&profile, &binding(), None, &position, &[], &body.as_bytes()[..end]);
            assert!(cut.is_err(), "{feed} cut at {end}");
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("2026-03-14T09:26:53Z")),
        Just(json!("0000-01-01T00:00:00+23:59")),
    ];
    let keys = prop_oneof![
        Just("timestamp"),
        Just("id"),
        Just("changes"),
        Just("events"),
        Just("result"),
        Just("user"),
        Just("before"),
        Just("after"),
        Just("from"),
        Just("fromVersion"),
        Just("toVersion"),
        Just("produces"),
        Just("name"),
        Just("flows"),
        Just("detail"),
        Just("error"),
        Just("message"),
        Just("ai_summary"),
        Just(""),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..6).prop_map(|members| {
                Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_a_page_or_an_error(body in any_json(), records in prop::collection::vec(any_json(), 0..4)) {
        for feed in FEEDS {
            let profile = built_in(feed);
            read_all(&profile, body.to_string().as_bytes());
            let page = json!({"result": records, "changes": records, "events": records, "data": records});
            let page = read(&profile, &page.to_string()).unwrap();
            prop_assert_eq!(page.length, records.len());
            let sent: Vec<String> = records.iter().map(ToString::to_string).collect();
            for raw in page.records.iter().map(|r| &r.raw).chain(page.quarantined.iter().map(|q| &q.raw)) {
                prop_assert!(sent.iter().any(|record| **record == **raw));
            }
        }
    }

    #[test]
    fn any_bytes_are_an_error_or_a_page(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for feed in FEEDS {
            read_all(&built_in(feed), &body);
        }
    }

    #[test]
    fn any_text_is_a_time_or_none(text in "[0-9TZ:. +-]{0,30}|.{0,20}", number in any::<f64>()) {
        for format in ["iso", "auto", "epoch_s", "epoch_ns", "%Y-%m-%d"] {
            let profile = profile_with("", &format!("time = {{ format = \"{format}\" }}"));
            for value in [json!(text), json!(number)] {
                if let Some(time) = profile.time.read(&Json::parse(&value.to_string()).unwrap()) {
                    prop_assert_eq!(time.to_string().len(), "2026-01-01T00:00:00.000Z".len());
                }
            }
        }
    }

    #[test]
    fn any_profile_is_read_or_refused(value in ".{0,40}", cut in 0_usize..4000) {
        let text = include_str!("../../../assets/feeds/streamkap.toml");
        let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        for text in [format!("{}{value}", &text[..cut]), format!("map.action = '''{value}'''")] {
            if let Err(problems) = Profile::parse("x.toml", &text) {
                prop_assert!(!problems.is_empty());
                let lines = text.matches('\n').count() + 1;
                prop_assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)));
            }
        }
    }

    #[test]
    fn no_id_gets_out_of_its_part_of_the_path(id in ".{0,40}") {
        let profile = built_in("microvisualizer");
        let scope = scope(&id);
        let first = Position::first(&profile);
        if let Ok(request) = super::super::request::page(&profile, &binding(), Some(&scope), &first, None) {
            let rest = request.url.strip_prefix("https://api.microvisualizer.com/v1/projects/").unwrap();
            let part = rest.strip_suffix("/history?page=0&size=50").unwrap();
            prop_assert!(part.bytes().all(|b| b.is_ascii_alphanumeric() || b"%-._~".contains(&b)));
            prop_assert!(!part.is_empty() && part != "." && part != "..");
        }
    }
}

#[test]
fn a_huge_record_is_set_apart_whole_and_its_page_counts() {
    let profile = profile_with("summary = '/s'", "");
    let long = |length: usize| format!(r#"{{"t": "2026-01-01", "s": "a", "s": "{}"}}"#, "x".repeat(length));
    let page = read(&profile, &format!("[{},{}]", long(1_000_000), long(10_000_000))).unwrap();
    assert_eq!(
        page.records[0].summary.as_ref().map(String::len),
        Some(1_000_000),
        "the last of two keys wins"
    );
    assert_eq!((page.length, page.quarantined[0].raw.len()), (2, long(10_000_000).len()));
    assert_eq!(page.quarantined[0].reason, "it is 9.5 MiB long, and may have 1 MiB");
}

#[test]
fn a_page_of_nothing_but_tiny_records_is_refused() {
    let profile = profile_with("", "");
    let error = read(&profile, &format!("[{}1]", "1,".repeat(300_000))).unwrap_err();
    assert_eq!(error.to_string(), "the list at `` has more than 250000 records");
}

#[test]
fn what_json_does_not_promise_spoils_one_record_or_the_page_and_nothing_more() {
    let profile = profile_with("summary = '/s'", "");
    let good = r#"{"t": "2026-01-01", "s": "good"}"#;
    let deep = format!(
        "{}1{}",
        r#"{"t": "2026-01-01", "s": ["#.to_owned() + &"[".repeat(10_000),
        "]".repeat(10_001) + "}"
    );
    for (bad, reason) in [
        (r#"{"t": "2026-01-01", "s": "\ud800"}"#, "it is not readable JSON"),
        (r#"{"t": "2026-01-01", "s": "\udc00 \ud83d"}"#, "it is not readable JSON"),
        (deep.as_str(), "it is nested more than 64 levels deep"),
        ("[[[[]]]]", "it is not an object"),
        ("1e999", "it is not"),
    ] {
        let page = read(&profile, &format!("[{good},{bad},{good}]")).unwrap();
        assert_eq!((page.length, page.records.len()), (3, 2), "{reason}");
        assert!(page.quarantined[0].reason.starts_with(reason), "{}", page.quarantined[0].reason);
        assert_eq!(&*page.quarantined[0].raw, bad);
    }
    for bad in [
        "NaN",
        r#"{"t": Infinity}"#,
        r#"{"t": "2026-01-01", "s": -Infinity}"#,
        r#"{"t": 01}"#,
        r#"{"t" "x"}"#,
        "'x'",
    ] {
        assert!(read(&profile, &format!("[{good},{bad}]")).is_err(), "{bad}: no page is half a page");
    }
    for depth in [10_000, 1_000_000] {
        let body = "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(read(&profile, &body).unwrap().quarantined.len(), 1);
        read_all(&profile, body.as_bytes());
        read_all(&profile, "[".repeat(depth).as_bytes());
        read_all(&profile, (r#"{"a":"#.repeat(depth) + "1" + &"}".repeat(depth)).as_bytes());
    }
}

#[test]
fn a_text_in_utf_16_is_told_as_that_and_a_mark_before_utf_8_is_no_harm() {
    let profile = profile_with("", "");
    let body = r#"[{"t": "2026-01-01", "what": "Zo\u00eb"}]"#;
    assert_eq!(read(&profile, &format!("\u{FEFF}{body}")).unwrap().records.len(), 1);
    let little: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = body.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [[&[0xFF, 0xFE], &*little].concat(), little, [&[0xFE, 0xFF], &*big].concat(), big] {
        let head = Position::first(&profile);
        let error = page::read(&profile, &binding(), None, &head, &[], &bytes).unwrap_err();
        let told = r#"the answer is not readable JSON (it is in UTF-16, and JSON is in UTF-8), beginning with `[{"t": "#;
        assert!(error.to_string().starts_with(told), "{error}");
    }
}
