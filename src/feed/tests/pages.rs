//! The built-in profiles over recorded answers.

use std::time::Duration;

use insta::assert_debug_snapshot;

use super::super::{Position, ShapeError, detail, errors, page, token};
use super::{binding, built_in, event, fixture, read, scope};
use crate::domain::{Action, Detail, Identity};

/// The events that come out of a recorded page, without their raw text, which is compared by itself.
#[track_caller]
fn events(feed: &str) -> super::Page {
    let body = fixture(&format!("{feed}/history.json"));
    let mut page = read(&built_in(feed), &body).unwrap();
    for record in &mut page.records {
        assert!(body.contains(&*record.raw), "the raw record is a part of the body, byte by byte");
        record.raw = "".into();
    }
    page
}

#[test]
fn streamkap_history() {
    assert_debug_snapshot!(events("streamkap"));
}

#[test]
fn kaireonai_history() {
    assert_debug_snapshot!(events("kaireonai"));
}

#[test]
fn microvisualizer_history() {
    assert_debug_snapshot!(events("microvisualizer"));
}

#[test]
fn microvisualizer_details() {
    let profile = built_in("microvisualizer");
    for name in ["detail-update", "detail-create"] {
        let body = fixture(&format!("microvisualizer/{name}.json"));
        assert_debug_snapshot!(
            name,
            detail::read(&profile, 0, &event("{}"), body.as_bytes()).unwrap().changes
        );
    }
    let deleted = r#"{"before": {"name": "Orders", "flows": ["a"]}}"#;
    assert_debug_snapshot!(
        "detail-delete",
        detail::read(&profile, 0, &event("{}"), deleted.as_bytes()).unwrap().changes
    );
    assert_eq!(detail::read(&profile, 0, &event("{}"), b"{}").unwrap().changes, []);
    assert!(profile.detail_may_answer(0, 404) && !profile.detail_may_answer(0, 500));
}

#[test]
fn scopes_are_listed_with_their_ids_and_names() {
    for (feed, id, name) in [
        ("streamkap", "68ee11bfa4e5d6f7081929ef", "orders-to-snowflake"),
        ("microvisualizer", "shop-a1b2c", "Shop"),
    ] {
        let profile = built_in(feed);
        let body = fixture(&format!("{feed}/scopes.json"));
        let first = Position::first_of_scopes(&profile, None).unwrap();
        let page = page::read_scopes(&profile, &binding(), None, &first, &[], body.as_bytes()).unwrap();
        assert_eq!((page.scopes.len(), page.length, page.total), (1, 1, Some(1)), "{feed}");
        assert_eq!((&*page.scopes[0].id, page.scopes[0].name.as_deref()), (id, Some(name)));
        assert_eq!(page.more, Some(false), "{feed}");
        assert!(page.effective_size.is_some());
        assert_eq!(profile.scope_from_id("x").id, "x");
    }
    let profile = built_in("kaireonai");
    assert!(!profile.fans_out() && Position::first_of_scopes(&profile, None).is_none());
}

#[test]
fn a_token_is_read_and_never_shown() {
    let profile = built_in("streamkap");
    let token = token::read(&profile, fixture("streamkap/token.json").as_bytes()).unwrap();
    assert_eq!(token.access.expose(), "<jwt>");
    assert_eq!(token.refresh.unwrap().expose(), "<opaque>");
    assert_eq!(token.expires_in, Some(Duration::from_secs(3600)));
    for body in [
        r#"{"access_token": "c4nary"}"#,
        r#"{"accessToken": 7, "x": "c4nary"}"#,
        r#"{"accessToken": "c4nary"#,
    ] {
        let error = token::read(&profile, body.as_bytes()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("c4nary"), "{error}");
    }
}

#[test]
fn evidence_of_the_end_is_passed_on_as_it_was_sent() {
    let profile = built_in("streamkap");
    for (envelope, more, total, size) in [
        (r#""has_next": true, "total": 9, "page_size": 50"#, Some(true), Some(9), Some(50)),
        (r#""has_next": false, "total": null"#, Some(false), None, None),
        (r#""has_next": null, "total": "12""#, None, Some(12), None),
        (r#""has_next": "yes", "total": -3, "page_size": {}"#, None, None, None),
        (r#""page": 1"#, None, None, None),
    ] {
        let page = read(&profile, &format!(r#"{{{envelope}, "result": []}}"#)).unwrap();
        assert_eq!((page.more, page.total, page.effective_size), (more, total, size), "{envelope}");
        assert_eq!(page.next, Some(Position::page(2, 200)));
        assert_eq!(page.length, 0);
    }
    let projects = built_in("microvisualizer");
    let first = Position::first_of_scopes(&projects, None).unwrap();
    let body = br#"{"data": [{"name": "no id"}], "last": false}"#;
    let page = page::read_scopes(&projects, &binding(), None, &first, &[], body).unwrap();
    assert_eq!((page.more, page.scopes.len(), page.length), (Some(true), 0, 1), "not last means more");
}

#[test]
fn an_answer_that_is_no_page_says_what_it_is() {
    let profile = built_in("kaireonai");
    for (body, message) in [
        ("", "the answer has no body"),
        (" \n", "the answer has no body"),
        (
            "<!DOCTYPE html>\n<html>",
            "the server sent a web page instead of JSON, beginning with `<!DOCTYPE html> <html>`",
        ),
        (
            "{\"changes\": [",
            "the answer is not readable JSON (EOF while parsing a list at line 1 column 13), beginning with `{\"changes\": [`",
        ),
        ("{\"total\": 0}", "expected a list at `/changes` but found nothing in `{\"total\": 0}`"),
        ("{\"changes\": null}", "expected a list at `/changes` but found null in `{\"changes\": null}`"),
        ("{\"changes\": {}}", "expected a list at `/changes` but found an object in `{\"changes\": {}}`"),
        ("[]", "expected a list at `/changes` but found nothing in `[]`"),
        ("7", "expected a list at `/changes` but found nothing in `7`"),
    ] {
        assert_eq!(read(&profile, body).unwrap_err().to_string(), message, "{body}");
    }
    let position = Position::first(&profile);
    let utf16 = page::read(&profile, &binding(), None, &position, &[], b"\xFF\xFE{\0}\0").unwrap_err();
    assert!(matches!(utf16, ShapeError::NotJson { ref reason, .. } if reason.contains("is in UTF-16")));
    assert!(read(&profile, "\u{FEFF}{\"changes\": []}").is_ok(), "a byte order mark is passed over");
}

#[test]
fn what_is_no_event_is_kept_aside_with_a_reason_and_counts() {
    let profile = built_in("microvisualizer");
    let good = r#"{ "timestamp":"2026-01-02T03:04:05Z" ,"serviceSlug" : 7 }"#;
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    let bad = [
        ("7", "it is not an object"),
        ("null", "it is not an object"),
        ("{}", "it has no time"),
        (r#"{"timestamp": null}"#, "its time `null` cannot be read"),
        (r#"{"timestamp": "soon"}"#, "its time `\"soon\"` cannot be read"),
        (r#"{"timestamp": "+10000-01-01T00:00:00Z"}"#, "cannot be read"),
        (r#"{"timestamp": "\ud800"}"#, "it is not readable JSON: "),
        (&deep, "it is nested more than 64 levels deep"),
    ];
    let records: Vec<&str> = std::iter::once(good).chain(bad.iter().map(|(raw, _)| *raw)).collect();
    let page =
        read(&profile, &format!("{{\"events\": [{}], \"totalCount\": 1}}", records.join(" ,\n"))).unwrap();
    assert_eq!((page.records.len(), page.quarantined.len(), page.length), (1, bad.len(), records.len()));
    assert_eq!(&*page.records[0].raw, good, "spaces and all");
    assert_eq!(page.records[0].entity.id.as_deref(), Some("7"), "a number is a good id");
    for ((raw, reason), quarantined) in bad.iter().zip(&page.quarantined) {
        assert_eq!(&*quarantined.raw, *raw);
        assert!(quarantined.reason.contains(reason), "{reason} in {}", quarantined.reason);
    }
}

#[test]
fn absent_null_and_empty_values_do_not_spoil_a_record() {
    let profile = built_in("streamkap");
    let body = r#"{"result": [
        {"timestamp": "2026-01-02 03:04:05", "user_id": null},
        {"timestamp": "2026-01-02T03:04:05.9999", "id": "", "status": "QUEUED", "user_id": 9, "ai_summary": null,
         "connector_name": "orders", "action": "paused"}
    ]}"#;
    let page = read(&profile, body).unwrap();
    let [bare, odd] = &page.records[..] else { panic!("{page:?}") };
    assert_eq!(
        bare.identity,
        Identity::Content(r#"{"timestamp":"2026-01-02 03:04:05","user_id":null}"#.into())
    );
    assert_eq!((bare.action.clone(), bare.raw_action.as_deref()), (Action::Unknown, None));
    assert_eq!((bare.actor.name.as_deref(), bare.entity.name.as_deref()), (Some("system"), Some("Shop")));
    assert_eq!((bare.summary.as_deref(), bare.detail.clone()), (None, Detail::Nothing));
    assert!(matches!(&odd.identity, Identity::Content(_)), "an empty id tells nothing apart");
    assert_eq!(odd.time.millis() - bare.time.millis(), 999, "no zone means UTC, fractions are cut off");
    assert_eq!(odd.summary.as_deref(), Some("Changed destination \"orders\""));
    assert_eq!((odd.ai_summary.as_deref(), odd.actor.name.as_deref()), (None, Some("9")));
    let status = odd.facts.iter().find(|fact| fact.name == "status").unwrap();
    assert_eq!(status.value, "QUEUED", "an unknown status is kept as a fact");
}

#[test]
fn the_collection_of_streamkap_decides_what_entities_are() {
    let mut binding = binding();
    binding.vars.insert("collection".into(), "sources".into());
    let profile = built_in("streamkap");
    let body = fixture("streamkap/history.json");
    let position = Position::first(&profile);
    let page = page::read(&profile, &binding, Some(&scope("s1")), &position, &[], body.as_bytes()).unwrap();
    assert_eq!(page.records[0].entity.kind.as_deref(), Some("source"));
    assert_eq!(page.records[0].entity.id.as_deref(), Some("s1"));
}

#[test]
fn errors_speak_with_the_servers_own_words() {
    for (feed, file, message, code) in [
        (
            "streamkap",
            "error-422",
            "page_size: Input should be less than or equal to 200",
            Some("less_than_equal"),
        ),
        ("streamkap", "error-404", "Destination not found", None),
        ("kaireonai", "error-403", "Requires role admin or editor", Some("FORBIDDEN")),
        ("microvisualizer", "error-429", "Too many requests", Some("rate_limited")),
    ] {
        let body = fixture(&format!("{feed}/{file}.json"));
        let says = errors::read(&built_in(feed), &[], body.as_bytes());
        assert_eq!((says.message.as_deref(), says.code.as_deref()), (Some(message), code), "{feed} {file}");
    }
    let profile = built_in("microvisualizer");
    let body = br#"{"code": "validation_failed", "message": "Validation failed", "violations": [{"field": "size", "message": "too large"}]}"#;
    let says = errors::read(&profile, &[], body);
    assert_eq!(says.message.as_deref(), Some("Validation failed: size too large"));
}

#[test]
fn the_longest_wait_that_the_server_names_counts() {
    let profile = built_in("microvisualizer");
    let date = "Fri, 20 Mar 2026 10:00:00 GMT";
    for (retry_after, date, body, seconds) in [
        (Some("7"), None, r#"{"retryAfter": 60}"#, Some(60)),
        (Some("90"), None, r#"{"retryAfter": "60"}"#, Some(90)),
        (None, None, r#"{"retryAfter": 1.5}"#, Some(1)),
        (None, None, r#"{"retryAfter": -1}"#, None),
        (None, None, r#"{"retryAfter": 1e300}"#, None),
        (Some("Fri, 20 Mar 2026 10:02:00 GMT"), Some(date), "", Some(120)),
        (Some("Fri, 20 Mar 2026 09:00:00 GMT"), Some(date), "", Some(0)),
        (Some("Fri, 20 Mar 2026 10:02:00 GMT"), None, "", None),
        (Some("later"), Some(date), "nonsense", None),
    ] {
        let header = |name: &str, value: Option<&str>| value.map(|value| (name.to_owned(), value.to_owned()));
        let headers: Vec<_> =
            header("retry-after", retry_after).into_iter().chain(header("date", date)).collect();
        let says = errors::read(&profile, &headers, body.as_bytes());
        assert_eq!(says.retry_after.map(|wait| wait.as_secs()), seconds, "{retry_after:?} {body}");
    }
}

#[test]
fn a_gateways_page_is_known_by_its_title_and_the_request_by_its_id() {
    let profile = built_in("streamkap");
    let headers = [("x-request-id".to_owned(), "req-1\u{7}".to_owned())];
    let says = errors::read(&profile, &headers, b"<html><TITLE>\n502 Bad Gateway </TITLE>");
    assert_eq!(says.message.as_deref(), Some("502 Bad Gateway"));
    assert_eq!(says.request_id.as_deref(), Some("req-1\u{FFFD}"));
    assert_eq!(errors::read(&profile, &[], b"<html><title>").message, None);
}
