//! Servers that say no, or point elsewhere: one request, one sentence, and nothing that leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rstest::rstest;
use serde_json::json;

use super::fake::{destinations, kaireonai, streamkap, token};
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, answer, says};
use crate::domain::FaultKind;

/// What each seed says with an error, around the words that it says it in.
fn refusal(feed: &str, status: u16, words: &str) -> String {
    match feed {
        "streamkap" if status == 422 => {
            json!({"detail": [{"loc": ["query", "page"], "msg": words, "type": "int_parsing", "input": "canary-in"}]})
        }
        "streamkap" => json!({ "detail": words }),
        "kaireonai" => json!({"error": {"code": "NO", "message": words, "status": status}}),
        _ => json!({"status": status, "code": "no", "message": words, "details": null}),
    }
    .to_string()
}

/// A server of each seed that refuses its history.
async fn refusing(feed: &'static str, status: u16) -> Wire {
    Wire::serve(move |request| match request {
        _ if request.starts_with("POST ") => says(200, &token(1)),
        _ if request.starts_with("GET /destinations?") => says(200, &destinations(&["d_1"])),
        _ if request.starts_with("GET /v1/projects?") => {
            says(200, r#"{"data":[{"id":"one","name":"One"}],"page":0,"total":1,"last":true}"#)
        }
        _ => says(status, &refusal(feed, status, "so says the server")),
    })
    .await
}

#[rstest]
#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words_and_asked_once(
    #[values("streamkap", "kaireonai", "microvisualizer")] feed: &'static str,
    #[values((400, FaultKind::Configuration), (402, FaultKind::Forbidden), (403, FaultKind::Forbidden),
        (404, FaultKind::Configuration), (409, FaultKind::Configuration), (422, FaultKind::Configuration))]
    (status, kind): (u16, FaultKind),
) {
    let wire = refusing(feed, status).await;
    let rig = Rig::new(vec![source(feed, &wire.origin)]);
    let outcome = rig.sync().await;
    let fault = outcome.fault.unwrap();
    assert_eq!((fault.kind, fault.http_status), (kind, Some(status)));
    assert!(fault.message.contains("so says the server"), "{}", fault.message);
    assert!(!format!("{fault:?}").contains("canary"), "{fault:?}");
    let asked = wire.requests();
    assert_eq!(asked.iter().filter(|asked| asked.contains("history")).count(), 1, "{asked:?}");
    assert_eq!(asked.iter().filter(|asked| asked.contains("/refresh ")).count(), 0, "no new token helps");
    assert_eq!((outcome.complete, rig.waits().len()), (false, 0));
}

#[tokio::test]
async fn a_fixed_key_that_is_refused_is_shown_once_and_accepted_later() {
    let good = Arc::new(AtomicBool::new(false));
    let accepts = Arc::clone(&good);
    let wire = Wire::serve(move |request| {
        if accepts.load(Ordering::SeqCst) { says(200, &kaireonai(request, 5)) } else { says(401, "{}") }
    })
    .await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.fault.unwrap().kind, outcome.requests), (FaultKind::SignIn, 1));
    good.store(true, Ordering::SeqCst);
    assert!(rig.sync().await.complete);
}

#[tokio::test]
async fn credentials_that_are_revoked_in_the_middle_are_tried_once_for_all_scopes() {
    // The first purchase succeeds, those after it do not.
    let times = AtomicUsize::new(0);
    let wire = Wire::serve(move |request| {
        let purchase = request.starts_with("POST /auth/access-token ");
        if purchase && times.fetch_add(1, Ordering::SeqCst) > 0 {
            return says(403, r#"{"detail":"Client disabled"}"#);
        }
        match request {
            _ if purchase => says(200, &token(1)),
            _ if request.starts_with("POST ") => says(401, r#"{"detail":"revoked"}"#),
            _ if request.starts_with("GET /destinations?") => {
                says(200, &destinations(&["d_1", "d_2", "d_3", "d_4", "d_5", "d_6"]))
            }
            _ => says(401, r#"{"detail":"Token expired"}"#),
        }
    })
    .await;
    let rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    let outcome = rig.sync().await;
    assert!(outcome.fault.is_some());
    let asked = wire.requests();
    let count = |start: &str| asked.iter().filter(|asked| asked.starts_with(start)).count();
    assert_eq!(count("POST /auth/access-token/refresh "), 1, "{asked:#?}");
    assert_eq!(count("POST /auth/access-token "), 2, "one that succeeds, one that does not: {asked:#?}");
}

#[rstest]
#[case::another_port("http://127.0.0.1:1/x", "http://127.0.0.1:1")]
#[case::another_host("http://localhost/x?token=canary", "http://localhost")]
#[case::another_scheme("https://127.0.0.1/x", "https://127.0.0.1")]
#[case::without_a_scheme("//evil.example/x", "http://evil.example")]
#[case::with_a_password("http://canary:canary@evil.example/x", "http://evil.example")]
#[case::the_same_place("/elsewhere?token=canary", "http://127.0.0.1:PORT")]
#[case::nowhere("http://", "an address it does not name")]
#[case::no_web_address("file:///etc/passwd", "null")]
#[tokio::test]
async fn a_redirect_shows_its_origin_and_is_not_followed(
    #[case] location: &str,
    #[case] shown: &str,
    #[values(301, 302, 303, 307, 308)] status: u16,
) {
    let header = format!("location: {location}\r\n");
    let wire = Wire::serve(move |_| Answer::Bytes(answer(status, &header, ""))).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let fault = rig.sync().await.fault.unwrap();
    assert_eq!((fault.kind, fault.http_status), (FaultKind::Configuration, Some(status)));
    let port = wire.origin.rsplit(':').next().unwrap();
    let shown = shown.replace("PORT", port);
    assert!(
        fault.message.ends_with(&format!("answered {status} and points to {shown}")),
        "{}",
        fault.message
    );
    assert!(!format!("{fault:?}").contains("canary"), "{fault:?}");
    assert_eq!(wire.requests().len(), 1);
}

#[tokio::test]
async fn a_line_break_in_an_id_stays_in_its_part_of_the_address() {
    let ids = [
        "d_1\r\nX-Evil: 1",
        "d_2\n\nGET /evil HTTP/1.1",
        "../../evil",
        "d 3?x=1#y",
        "\u{0}",
        "%0d%0aX-Evil: 1",
    ];
    let wire = Wire::serve(move |request| match request {
        _ if request.starts_with("POST ") => says(200, &token(1)),
        _ if request.starts_with("GET /destinations?") => says(200, &destinations(&ids)),
        _ => says(200, &streamkap(request, 3)),
    })
    .await;
    let rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    let outcome = rig.sync().await;
    for asked in wire.requests() {
        let head = asked.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().skip(1).any(|line| line.to_lowercase().starts_with("x-evil")), "{asked}");
        let path = head.split(' ').nth(1).unwrap();
        let known = ["/auth/access-token", "/destinations?", "/destinations/"];
        assert!(known.iter().any(|start| path.starts_with(start)), "{asked}");
        assert!(!path.contains("evil HTTP") && !path.contains("/evil"), "{asked}");
    }
    assert!(outcome.events_total >= 3 * 3, "those that can be asked for are: {outcome:?}");
}
