//! What is told to the user, and what is never told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rstest::rstest;

use super::fake::kaireonai;
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, answer, says};
use crate::domain::{FaultKind, SourceState};
use crate::sync::retry::TRIES;

#[rstest]
#[case::wrong_token(
    401,
    r#"{"error":{"message":"Invalid API key"}}"#,
    FaultKind::SignIn,
    1,
    "does not accept the credentials of `kaireonai-prod`: Invalid API key",
    "check `secret.token`"
)]
#[case::no_right(
    403,
    r#"{"error":{"code":"FORBIDDEN","message":"Requires role admin","status":403}}"#,
    FaultKind::Forbidden,
    1,
    "does not let `kaireonai-prod` read this: Requires role admin",
    "ask for a role"
)]
#[case::unknown(
    404,
    "{}",
    FaultKind::Configuration,
    1,
    "does not know this address",
    "check `base` and `vars`"
)]
#[case::page_size(
    422,
    r#"{"message":"limit must be at most 100"}"#,
    FaultKind::Configuration,
    1,
    "refused the request of `kaireonai-prod` with status 422: limit must be at most 100",
    "the page size"
)]
#[case::broken(500, "oops", FaultKind::Server, TRIES as usize, "failed 5 times, the last time with status 500",
    "sync again later")]
#[case::gateway(502, "<html><title>502 Bad Gateway</title></html>", FaultKind::Server, TRIES as usize,
    "status 502: 502 Bad Gateway", "sync again later")]
#[case::web_page(
    200,
    "<!doctype html><title>Sign in</title>",
    FaultKind::Shape,
    1,
    "the server sent a web page instead of JSON",
    "a sign-in page may stand in front"
)]
#[case::nothing(200, "", FaultKind::Shape, 1, "the answer has no body", "check `base`")]
#[case::no_json(200, "{\"changes\": [", FaultKind::Shape, 1, "not readable JSON", "may be out of date")]
#[case::no_list(
    200,
    r#"{"items":[]}"#,
    FaultKind::Shape,
    1,
    "expected a list at `/changes`",
    "may be out of date"
)]
#[tokio::test]
async fn each_failure_is_one_sentence_and_one_remedy(
    #[case] status: u16,
    #[case] body: &'static str,
    #[case] kind: FaultKind,
    #[case] requests: usize,
    #[case] message: &str,
    #[case] fix: &str,
) {
    let wire = Wire::serve(move |_| says(status, body)).await;
    let mut rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let outcome = rig.sync().await;
    let fault = outcome.fault.unwrap();
    assert_eq!((fault.kind, fault.http_status), (kind, Some(status)));
    assert!(fault.message.contains(message), "{}", fault.message);
    assert!(fault.message.starts_with(&wire.origin) && !fault.message.ends_with('.'), "{}", fault.message);
    assert!(fault.fix.contains(fix), "{}", fault.fix);
    assert_eq!(wire.requests().len(), requests);
    let last = rig.statuses().pop().unwrap();
    assert_eq!((last.state, last.fault.map(|fault| fault.kind)), (SourceState::Failed, Some(kind)));
}

#[tokio::test]
async fn a_dead_port_is_tried_a_few_times_and_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let rig = Rig::new(vec![source("kaireonai", &origin)]);
    let outcome = rig.sync().await;
    let fault = outcome.fault.unwrap();
    assert_eq!((fault.kind, fault.http_status), (FaultKind::Network, None));
    assert_eq!(fault.message, format!("{origin} refused the connection"));
    assert!(fault.fix.contains("the port in `base`"), "{}", fault.fix);
    assert_eq!((outcome.requests, rig.waits().len()), (u64::from(TRIES), TRIES as usize - 1));
}

#[tokio::test]
async fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    let rig = Rig::new(vec![source("kaireonai", "http://192.0.2.1")]);
    let fault = rig.sync().await.fault.unwrap();
    assert_eq!(fault.kind, FaultKind::Configuration);
    assert_eq!(fault.message, "http://192.0.2.1 is not encrypted");
    assert!(fault.fix.contains("`insecure_http = true`"), "{}", fault.fix);
}

#[tokio::test]
async fn a_redirect_names_the_other_origin_and_no_header_leaves() {
    let other = Wire::serve(|_| says(200, "{}")).await;
    let location = format!("location: {}/login?next=secret\r\n", other.origin);
    let wire = Wire::serve(move |_| Answer::Bytes(answer(307, &location, ""))).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let fault = rig.sync().await.fault.unwrap();
    assert_eq!((fault.kind, fault.http_status), (FaultKind::Configuration, Some(307)));
    assert_eq!(fault.message, format!("{} answered 307 and points to {}", wire.origin, other.origin));
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn what_a_validation_error_repeats_of_the_request_is_not_shown() {
    let body = r#"{"detail":[{"loc":["query","page_size"],"msg":"Input should be less than or equal to 200",
        "type":"less_than_equal","input":"500-canary-input","ctx":{"le":"canary-ctx"}}]}"#;
    let wire = Wire::serve(move |_| says(422, body)).await;
    let rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    let fault = rig.sync().await.fault.unwrap();
    assert!(fault.message.contains("Input should be less than or equal to 200"), "{}", fault.message);
    assert!(!format!("{fault:?}").contains("canary"), "{fault:?}");
}

#[rstest]
#[case::error(403, r#"{"error":{"message":"key canary-token has no rights"}}"#)]
#[case::page(200, "<p>you sent canary-token</p>")]
#[case::json(200, r#"{"you": "canary-token"}"#)]
#[tokio::test]
async fn a_secret_that_the_server_repeats_is_masked(#[case] status: u16, #[case] body: &'static str) {
    let wire = Wire::serve(move |_| says(status, body)).await;
    let mut rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let outcome = rig.sync().await;
    assert!(outcome.fault.as_ref().unwrap().message.contains("<redacted>"), "{outcome:?}");
    let told = format!("{outcome:?} {:?}", rig.statuses());
    assert!(!told.contains("canary"), "{told}");
    let stored = rig.store.run_blocking(crate::store::Db::sources_summary).unwrap();
    assert!(!format!("{stored:?}").contains("canary"), "{stored:?}");
}

#[tokio::test]
async fn the_request_id_of_the_provider_is_passed_on() {
    let wire = Wire::serve(|_| Answer::Bytes(answer(403, "X-Request-Id: req-7\r\n", "{}"))).await;
    let rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    assert_eq!(rig.sync().await.fault.unwrap().request_id.as_deref(), Some("req-7"));
}

#[tokio::test]
async fn a_rate_limit_is_waited_for_with_a_countdown() {
    let times = AtomicUsize::new(0);
    let wire = Wire::serve(move |request| match times.fetch_add(1, Ordering::SeqCst) {
        1 => Answer::Bytes(answer(429, "Retry-After: 30\r\n", "{}")),
        _ => says(200, &kaireonai(request, 450)),
    })
    .await;
    let mut rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total, outcome.requests), (true, 450, 4));
    assert_eq!(rig.waits()[0], Duration::from_secs(30));
    let waiting = rig.statuses().into_iter().find_map(|status| match status.state {
        SourceState::Waiting { until, reason } => Some((until, reason)),
        _ => None,
    });
    let (until, reason) = waiting.unwrap();
    assert_eq!(reason, "429");
    let stored = rig.store.run_blocking(|db| db.next_allowed_at("kaireonai-prod")).unwrap().unwrap();
    assert!(stored.millis().abs_diff(until.millis()) < 1_000, "{stored} is not {until}");
}

#[tokio::test]
async fn a_wait_beyond_patience_is_told_and_kept_across_a_restart() {
    let wire = Wire::serve(|_| Answer::Bytes(answer(429, "Retry-After: 3600\r\n", "{}"))).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let fault = rig.sync().await.fault.unwrap();
    assert_eq!(fault.kind, FaultKind::RateLimited);
    assert!(fault.message.contains("asks `kaireonai-prod` to wait until 20"), "{}", fault.message);
    let rig = rig.restarted(vec![source("kaireonai", &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!(outcome.fault.unwrap().kind, FaultKind::RateLimited);
    assert_eq!((outcome.requests, wire.requests().len()), (0, 1), "no request before its time");
}

#[tokio::test]
async fn a_list_that_stops_before_its_total_is_told_and_kept() {
    let wire = Wire::serve(|request| {
        let page = kaireonai(request, 400).replace("\"total\":400", "\"total\":1000");
        says(200, &page)
    })
    .await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total), (false, 400));
    let fault = outcome.fault.unwrap();
    let expected = format!("{} counts 1000 events and sends none after the first 400", wire.origin);
    assert_eq!(fault.message, expected);
}
