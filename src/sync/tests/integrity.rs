//! Entries that name the one before them, from the wire to the cache, and the server that verifies them.

use serde_json::{Value, json};

use super::paging::{Asked, profile_of, source_of};
use super::rig::{Rig, source};
use super::wire::{Wire, says};
use crate::domain::{Event, LinkState, Timestamp};

/// Entry `n` of an audit log, counted from the oldest. Each names the one before it.
fn entry(n: usize) -> Value {
    let hash = |n: usize| format!("hash-{n}");
    let time = Timestamp::from_millis(1_700_000_000_000 + n as i64 * 60_000);
    json!({
        "id": format!("log_{n}"), "action": "update", "entityType": "offer", "entityId": "offer_1",
        "entityName": "Gold Card", "changes": {}, "before": {"n": n}, "after": {"n": n + 1},
        "entityVersion": n, "userId": "user_1", "userName": "Ben", "requestId": format!("req_{n}"),
        "integrityHash": hash(n), "prevHash": (n > 0).then(|| hash(n - 1)), "timestamp": time.to_string(),
    })
}

/// A page of the entries that `keeps` keeps.
fn audit(request: &str, total: usize, keeps: impl Fn(usize) -> bool) -> String {
    let asked = Asked::read(request);
    let number = |name: &str| asked.query[name].parse::<usize>().unwrap();
    let (page, limit) = (number("page"), number("limit").min(100));
    let all: Vec<Value> = (0..total).rev().filter(|n| keeps(*n)).map(entry).collect();
    let part: Vec<&Value> = all.iter().skip((page - 1) * limit).take(limit).collect();
    json!({"logs": part, "total": all.len(), "page": page, "limit": limit}).to_string()
}

/// The events with this state of their link, by the number of their entry, oldest first.
fn with_link(rig: &Rig, state: LinkState) -> Vec<usize> {
    let number = |event: &Event| event.record.identity.native().unwrap()[4..].parse().unwrap();
    let events = rig.events();
    events.iter().rev().filter(|event| event.link == state).map(number).collect()
}

#[tokio::test]
async fn a_whole_log_holds_together_over_all_its_pages() {
    let wire = Wire::serve(|request| says(200, &audit(request, 350, |_| true))).await;
    let rig = Rig::new(vec![source("kaireonai-audit", &wire.origin)]);
    assert!(rig.sync().await.complete);
    assert_eq!(with_link(&rig, LinkState::Holds), (1..350).collect::<Vec<_>>());
    assert_eq!(with_link(&rig, LinkState::None), [0], "the first names no entry before it");
    assert_eq!(rig.engine.statuses().await.unwrap()[0].broken, 0);
    let event = &rig.events()[0];
    assert!(event.record.facts.iter().any(|fact| (&*fact.name, &*fact.value) == ("version", "349")));
    assert!(event.record.facts.iter().any(|fact| (&*fact.name, &*fact.value) == ("request_id", "req_349")));
    let changed: Vec<_> = event.record.changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(changed, ["n"]);
}

#[tokio::test]
async fn an_entry_that_is_missing_is_told_with_the_source_and_found_again_after_a_restart() {
    let wire = Wire::serve(|request| says(200, &audit(request, 150, |n| n != 120 && n != 30))).await;
    let mut rig = Rig::new(vec![source("kaireonai-audit", &wire.origin)]);
    assert!(rig.sync().await.complete);
    assert_eq!(with_link(&rig, LinkState::Broken), [31, 121]);
    assert_eq!(rig.statuses().pop().unwrap().broken, 2);
    let rig = rig.restarted(vec![source("kaireonai-audit", &wire.origin)]);
    assert_eq!(rig.engine.statuses().await.unwrap()[0].broken, 2);
    assert_eq!(with_link(&rig, LinkState::Broken), [31, 121]);
}

#[tokio::test]
async fn what_lies_between_two_counted_pages_is_known_since_answers_overlap() {
    // Pages side by side would meet between 50 and 48, where an entry is missing.
    let wire = Wire::serve(|request| says(200, &audit(request, 150, |n| n != 49))).await;
    let rig = Rig::new(vec![source("kaireonai-audit", &wire.origin)]);
    assert!(rig.sync().await.complete);
    assert_eq!((with_link(&rig, LinkState::Broken), with_link(&rig, LinkState::Open)), (vec![50], vec![]));
}

#[tokio::test]
async fn where_the_server_leads_from_page_to_page_the_border_is_known() {
    let wire = Wire::serve(|request| {
        let asked = Asked::read(request);
        let cursor = asked.query.get("cursor").map_or(usize::MAX, |cursor| cursor.parse().unwrap());
        let part: Vec<Value> =
            (0..30).rev().filter(|n| *n < cursor && *n != 19).take(10).map(entry).collect();
        let next = part.last().and_then(|entry| entry["entityVersion"].as_u64()).filter(|n| *n > 0);
        says(200, &json!({"items": part, "next": next}).to_string())
    })
    .await;
    let rest = "integrity = { hash = '/integrityHash', previous = '/prevHash' }";
    let paging = "kind = 'cursor'\nparam = 'cursor'\ncursor = '/next'";
    let profile = profile_of(paging, "/items", rest).replace("time = '/time'", "time = '/timestamp'");
    let rig = Rig::new(vec![source_of(&profile, &wire.origin)]);
    assert!(rig.sync().await.complete);
    assert_eq!((with_link(&rig, LinkState::Broken), with_link(&rig, LinkState::Open)), (vec![20], vec![]));
}

#[tokio::test]
async fn a_fetch_of_a_part_breaks_nothing() {
    let wire = Wire::serve(|request| {
        let part = request.contains("entityType=offer");
        says(200, &audit(request, 40, |n| !part || n % 5 == 0))
    })
    .await;
    let rig = Rig::new(vec![source("kaireonai-audit", &wire.origin)]);
    let offers = [crate::domain::Condition::Type("offer".into())];
    let fetched = rig.engine.fetch(&crate::sync::Which::All, &offers).await;
    assert_eq!((fetched[0].came, fetched[0].new), (8, 8));
    assert_eq!(with_link(&rig, LinkState::Open), [5, 10, 15, 20, 25, 30, 35]);
    assert!(rig.sync().await.complete);
    assert_eq!(with_link(&rig, LinkState::Holds), (1..40).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_look_at_a_source_has_the_server_verify_its_entries() {
    for (status, body, expected) in [
        (
            200,
            r#"{"intact": false, "verified": 7, "total": 9, "scanned": 9, "brokenAtId": "log_7", "brokenReason": "chain_link_mismatch"}"#,
            Ok((false, Some(7))),
        ),
        (200, r#"{"intact": true, "verified": 9, "total": 9, "scanned": 9}"#, Ok((true, Some(9)))),
        (200, r#"{"whole": true}"#, Err("expected a boolean at `/intact`")),
        (
            403,
            r#"{"error": {"message": "not for canary-token"}}"#,
            Err("does not let this key ask: not for <redacted>"),
        ),
        (404, "", Err("does not let this key ask: status 404")),
        (500, "", Err("500")),
    ] {
        let wire = Wire::serve(move |request| match Asked::read(request).path.as_str() {
            "/audit-logs" => says(200, &audit(request, 9, |_| true)),
            "/audit-logs/verify" => {
                assert_eq!(Asked::read(request).query["limit"], "1000");
                says(status, body)
            }
            other => panic!("{other}"),
        })
        .await;
        let rig = Rig::new(vec![source("kaireonai-audit", &wire.origin)]);
        let probe = rig.engine.probe("kaireonai-audit-prod").await.unwrap();
        assert_eq!(probe.page.length, 9, "the page came all the same");
        match (probe.verification.unwrap(), expected) {
            (Ok(said), Ok(expected)) => assert_eq!((said.intact, said.verified), expected),
            (Err(said), Err(part)) => assert!(said.contains(part), "{said}"),
            (said, _) => panic!("{status} {body}: {said:?}"),
        }
    }
    let wire = Wire::serve(|request| says(200, &super::fake::kaireonai(request, 3))).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    assert_eq!(
        rig.engine.probe("kaireonai-prod").await.unwrap().verification,
        None,
        "it knows no such request"
    );
}
