//! Bodies that are cut, wrong, hostile or not quite what they were: an error or the same page, and nothing lost
//! or doubled by the next good one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rstest::rstest;
use serde_json::{Value, json};

use super::fake::{destinations, kaireonai, kaireonai_change, token};
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, answer, says};
use crate::domain::{FaultKind, Outcome};
use crate::sync::{Source, Which};

/// A page of each seed as its provider documents it.
const PAGES: [(&str, &str); 3] = [
    ("streamkap", include_str!("../../../tests/fixtures/streamkap/history.json")),
    ("kaireonai", include_str!("../../../tests/fixtures/kaireonai/history.json")),
    ("microvisualizer", include_str!("../../../tests/fixtures/microvisualizer/history.json")),
];

const PROJECT: &str = r#"{"data":[{"id":"one","name":"One"}],"page":0,"size":100,"total":1,"last":true}"#;

/// Whether `request` asks for a page of history.
fn is_history(request: &str) -> bool {
    let line = request.lines().next().unwrap_or_default();
    ["/config-history?", "/change-history?", "/history?"].iter().any(|path| line.contains(path))
}

/// What is not history, of the provider that is asked.
fn surroundings(request: &str) -> Answer {
    match request {
        _ if request.starts_with("POST ") => says(200, &token(1)),
        _ if request.contains("/destinations?") => says(200, &destinations(&["d_1"])),
        _ => says(200, PROJECT),
    }
}

/// An answer that ends where the connection does, so that nothing but its content tells whether it is whole.
fn without_length(body: &[u8]) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n", body].concat()
}

/// The first bytes of an answer that says how long it is.
fn cut_short(body: &str, end: usize) -> Vec<u8> {
    let whole = answer(200, "", body);
    whole[..whole.len() - body.len() + end].to_vec()
}

/// The part of the address that says where a body is cut: `/cut-17/…`.
fn cut_of(request: &str) -> usize {
    let path = request.split(' ').nth(1).unwrap();
    path.split('/').nth(1).unwrap().strip_prefix("cut-").unwrap().parse().unwrap()
}

/// One source for each byte that `page` can be cut at, all of one server.
fn cut_everywhere(feed: &str, origin: &str, length: usize, step: usize) -> Vec<Source> {
    let source = |end: usize| {
        let mut source = source(feed, &format!("{origin}/cut-{end}"));
        source.name = format!("cut-{end}").into();
        source
    };
    (0..length).step_by(step).map(source).collect()
}

#[rstest]
#[case::streamkap(0)]
#[case::kaireonai(1)]
#[case::microvisualizer(2)]
#[tokio::test]
async fn a_page_that_is_cut_anywhere_is_an_error_and_the_next_good_one_is_whole(#[case] seed: usize) {
    let (feed, page) = PAGES[seed];
    // Without the blanks between its parts, where every cut is like the last.
    let page: &'static str = serde_json::from_str::<Value>(page).unwrap().to_string().leak();
    let expected = {
        let wire = Wire::serve(
            move |request| if is_history(request) { says(200, page) } else { surroundings(request) },
        )
        .await;
        let rig = Rig::new(vec![source(feed, &wire.origin)]);
        assert!(rig.sync().await.complete);
        rig.events().len()
    };
    // Without a length, each byte; with one, fewer, since the cut is noticed before the content is looked at.
    for (with_length, step) in [(false, 1), (true, 23)] {
        let good = Arc::new(AtomicBool::new(false));
        let is_good = Arc::clone(&good);
        let wire = Wire::serve(move |request| match is_history(request) {
            false => surroundings(request),
            true if is_good.load(Ordering::SeqCst) => says(200, page),
            true if with_length => Answer::Bytes(cut_short(page, cut_of(request))),
            true => Answer::Bytes(without_length(&page.as_bytes()[..cut_of(request)])),
        })
        .await;
        let rig = Rig::new(cut_everywhere(feed, &wire.origin, page.len(), step));
        let count = (0..page.len()).step_by(step).count();
        for (end, outcome) in (0..page.len()).step_by(step).zip(sync_in_groups(&rig, count, step).await) {
            assert!(!outcome.complete && outcome.fault.is_some(), "{feed} cut at {end}: {outcome:?}");
            assert_eq!(outcome.events_total, 0, "{feed} cut at {end}");
        }
        good.store(true, Ordering::SeqCst);
        for (end, outcome) in (0..page.len()).step_by(step).zip(sync_in_groups(&rig, count, step).await) {
            assert!(outcome.complete, "{feed} after a cut at {end}: {outcome:?}");
            assert_eq!(outcome.events_total, expected as u64, "{feed} after a cut at {end}");
        }
        assert_eq!(rig.events().len(), expected * count);
    }
}

/// Syncs the sources `cut-0`, `cut-{step}` and so on, some side by side.
async fn sync_in_groups(rig: &Rig, count: usize, step: usize) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let names: Vec<_> = (0..count).map(|n| format!("cut-{}", n * step).into()).collect();
    for group in names.chunks(16) {
        outcomes.extend(rig.engine.sync(&Which::Named(group.to_vec())).await);
    }
    outcomes
}

/// What one sync of a KaireonAI source comes to whose server answers with these bytes.
async fn of(bytes: Vec<u8>) -> (Rig, Outcome) {
    let wire = Wire::serve(move |_| Answer::Bytes(bytes.clone())).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let outcome = rig.sync().await;
    (rig, outcome)
}

fn page_of(changes: &[Value]) -> String {
    json!({"changes": changes, "total": changes.len(), "page": 1, "limit": 200}).to_string()
}

#[rstest]
#[case::html_of_a_proxy("text/html", b"<html><body>Please sign in</body></html>".to_vec(), "answered 200 with `text/html`: the server sent a web page instead of JSON, beginning with `<html><body>Please sign in")]
#[case::html_that_says_it_is_json("application/json", b"  <!DOCTYPE html>".to_vec(), "with `application/json`: the server sent a web page")]
#[case::empty("application/json", Vec::new(), "answered 200 with `application/json`: the answer has no body")]
#[case::blank("application/json", b" \n ".to_vec(), "the answer has no body")]
#[case::text("text/plain; charset=utf-8", b"OK".to_vec(), "with `text/plain; charset=utf-8`: the answer is not readable JSON")]
#[case::utf_16("application/json; charset=utf-16", "\u{FEFF}{\"changes\":[]}".encode_utf16().flat_map(u16::to_le_bytes).collect(), "it is in UTF-16, and JSON is in UTF-8), beginning with `{\"changes\":[]}`")]
#[case::latin_1("application/json; charset=iso-8859-1", b"{\"changes\":[{\"user\":{\"name\":\"Zo\xeb\"}}]}".to_vec(), "is not UTF-8")]
#[case::not_a_number("application/json", b"{\"changes\":[],\"total\":NaN}".to_vec(), "not readable JSON")]
#[case::no_list("application/json", b"{\"total\":0}".to_vec(), "expected a list at `/changes` but found nothing")]
#[case::another_type("application/json", b"{\"changes\":{\"id\":1}}".to_vec(), "expected a list at `/changes` but found an object")]
#[case::null("application/json", b"{\"changes\":null}".to_vec(), "expected a list at `/changes` but found null")]
#[case::deep("application/json", "[".repeat(10_000).into_bytes(), "not readable JSON")]
#[case::deep_and_whole("application/json", ["[".repeat(10_000), "]".repeat(10_000)].concat().into_bytes(), "expected a list at `/changes`")]
#[case::two_documents("application/json", b"{\"changes\":[]}{\"changes\":[]}".to_vec(), "trailing characters")]
#[case::odd_type("application/\x07json\"`", b"{}".to_vec(), "expected a list")]
#[tokio::test]
async fn what_is_no_page_is_told_with_status_type_and_beginning(
    #[case] content_type: &str,
    #[case] body: Vec<u8>,
    #[case] told: &str,
) {
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n", body.len());
    let (rig, outcome) = of([head.into_bytes(), body].concat()).await;
    let fault = outcome.fault.unwrap_or_else(|| panic!("{told}"));
    // A header that HTTP does not allow is no HTTP.
    assert_eq!(fault.kind, FaultKind::Shape);
    assert!(
        fault.message.contains(told) || fault.message.contains("does not speak HTTP"),
        "{}",
        fault.message
    );
    assert!(
        fault.message.chars().count() < 500 && !fault.message.contains(char::is_control),
        "{}",
        fault.message
    );
    assert_eq!(
        (outcome.complete, rig.events().len(), outcome.requests),
        (false, 0, 1),
        "nothing is claimed or asked again"
    );
}

#[tokio::test]
async fn a_beginning_that_is_shown_is_short_and_without_control_characters() {
    let body = format!("\u{1b}[31m\u{0}{}", "x".repeat(1_000));
    let (_, outcome) = of(answer(200, "", &body)).await;
    let message = outcome.fault.unwrap().message;
    assert!(message.contains(&format!("`\u{FFFD}[31m\u{FFFD}{}…`", "x".repeat(194))), "{message}");
}

#[rstest]
#[case::a_mark_before_it("\u{FEFF}", "application/json")]
#[case::another_type("", "text/plain")]
#[case::html_by_type_alone("", "text/html")]
#[tokio::test]
async fn what_is_a_page_whatever_stands_around_it_is_read(#[case] before: &str, #[case] content_type: &str) {
    let body = format!("{before}{}", page_of(&[kaireonai_change(1)]));
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n", body.len());
    let (_, outcome) = of((head + &body).into_bytes()).await;
    assert_eq!((outcome.complete, outcome.events_total), (true, 1), "{outcome:?}");
}

#[rstest]
#[case::no_object("7")]
#[case::no_time(r#"{"id": "x"}"#)]
#[case::a_lone_surrogate(r#"{"id": "x", "timestamp": "2026-01-01T00:00:00Z", "summary": "\ud800"}"#)]
#[case::too_long(&format!(r#"{{"id": "x", "timestamp": "2026-01-01T00:00:00Z", "summary": "{}"}}"#, "y".repeat(1 << 20)))]
#[case::too_deep(&format!(r#"{{"id": "x", "timestamp": "2026-01-01T00:00:00Z", "changes": {}{}}}"#, "[".repeat(10_000), "]".repeat(10_000)))]
#[tokio::test]
async fn one_bad_record_in_two_hundred_costs_itself(#[case] bad: &str) {
    let good: Vec<String> = (0..199).map(|n| kaireonai_change(n).to_string()).collect();
    let list = [&good[..100], &[bad.to_owned()], &good[100..]].concat().join(",");
    let (mut rig, outcome) =
        of(answer(200, "", &format!(r#"{{"changes":[{list}],"total":200,"page":1,"limit":200}}"#))).await;
    assert_eq!((outcome.complete, outcome.events_total), (true, 199), "{:?}", outcome.fault);
    assert_eq!(rig.statuses().pop().unwrap().quarantined, 1);
}

#[tokio::test]
async fn unknown_fields_and_words_are_kept_as_they_were_sent() {
    let mut change = kaireonai_change(1);
    change["action"] = "transmogrify".into();
    change["entityType"] = "kaleidoscope".into();
    change["novel"] = json!({"deep": [1, 1.50, "\u{202E}"]});
    change["user"]["name"] = json!(null);
    let twice = change.to_string().replacen("\"summary\"", "\"summary\":\"first\",\"summary\"", 1);
    let (rig, outcome) =
        of(answer(200, "", &format!(r#"{{"changes":[{twice}],"total":1,"more":"new"}}"#))).await;
    assert!(outcome.complete, "{outcome:?}");
    let event = rig.events().remove(0);
    assert_eq!(&*event.record.raw, twice, "byte for byte, the repeated key included");
    assert_eq!(event.record.raw_action.as_deref(), Some("transmogrify"));
    assert_eq!(event.record.entity.kind.as_deref(), Some("kaleidoscope"));
}

#[tokio::test]
async fn a_field_that_is_gone_everywhere_is_drift_and_claims_nothing() {
    let wire =
        Wire::serve(|request| says(200, &kaireonai(request, 20).replace("\"timestamp\"", "\"occurredAt\"")))
            .await;
    let mut rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let outcome = rig.sync().await;
    let fault = outcome.fault.unwrap();
    assert_eq!((outcome.complete, outcome.events_total, fault.kind), (false, 0, FaultKind::Shape));
    assert!(fault.message.starts_with("more than half of a page"), "{}", fault.message);
    assert!(fault.fix.contains("the feed profile `kaireonai` may be out of date"), "{}", fault.fix);
    let last = rig.statuses().pop().unwrap();
    assert_eq!((last.quarantined, last.last_sync), (20, None));
}
