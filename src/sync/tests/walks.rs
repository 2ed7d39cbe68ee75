//! Walks from the wire to the cache.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::fake::{destinations, kaireonai, kaireonai_change, param, streamkap, token};
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, answer, says};
use crate::domain::{Detail, FaultKind, ScopeChoice, SourceState};
use crate::feed::Scope;
use crate::store::FeedKey;
use crate::sync::{Report, Which};

#[tokio::test]
async fn a_sync_stores_everything_once_and_a_second_one_adds_nothing() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 450))).await;
    let mut rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let first = rig.sync().await;
    assert!(first.complete, "{first:?}");
    assert_eq!((first.events_new, first.events_total, first.pages, first.requests), (450, 450, 3, 3));
    let events = rig.events();
    assert_eq!(events.len(), 450);
    assert!(events.is_sorted_by(|a, b| a.record.time >= b.record.time));
    assert_eq!(events[0].record.raw.as_ref(), kaireonai_change(449).to_string());
    let second = rig.sync().await;
    assert_eq!((second.complete, second.events_new, second.events_total, second.pages), (true, 0, 450, 1));
    let last = rig.statuses().pop().unwrap();
    assert_eq!((last.state, last.events, last.fault), (SourceState::Ready, 450, None));
    assert!(last.last_sync.is_some());
}

#[tokio::test]
async fn every_stored_row_is_reported_once() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 450))).await;
    let mut rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    rig.sync().await;
    rig.sync().await;
    let mut rows = Vec::new();
    while let Ok(report) = rig.reports.try_recv() {
        if let Report::Stored { source, new, .. } = report {
            assert_eq!(&*source, "kaireonai-prod");
            rows.extend(new.into_iter().map(|row| row.row));
        }
    }
    assert_eq!(rows.len(), 450);
    assert_eq!(rows.iter().collect::<HashSet<_>>().len(), 450);
}

#[tokio::test]
async fn what_was_interrupted_is_kept_and_the_next_sync_gets_the_rest() {
    let broken = std::sync::Arc::new(AtomicUsize::new(1));
    let flag = std::sync::Arc::clone(&broken);
    let wire = Wire::serve(move |request| {
        if param(request, "page") == Some(3) && flag.load(Ordering::SeqCst) == 1 {
            return says(500, r#"{"error":{"message":"boom"}}"#);
        }
        says(200, &kaireonai(request, 900))
    })
    .await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let first = rig.sync().await;
    let fault = first.fault.unwrap();
    assert_eq!((first.complete, first.events_total, fault.kind), (false, 396, FaultKind::Server));
    broken.store(0, Ordering::SeqCst);
    let second = rig.sync().await;
    assert_eq!((second.complete, second.events_new, second.events_total), (true, 504, 900));
    assert_eq!(second.fault, None);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_asked_for_again_and_half_of_it_is_never_stored() {
    let times = AtomicUsize::new(0);
    let wire = Wire::serve(move |request| {
        let whole = answer(200, "", &kaireonai(request, 90));
        if times.fetch_add(1, Ordering::SeqCst) == 0 {
            return Answer::Bytes(whole[..whole.len() - 700].to_vec());
        }
        Answer::Bytes(whole)
    })
    .await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total, outcome.requests), (true, 90, 2));
}

#[tokio::test]
async fn scopes_are_listed_and_each_is_walked() {
    let wire = Wire::serve(|request| match request {
        _ if request.starts_with("POST /auth/access-token ") => says(200, &token(1)),
        _ if request.starts_with("GET /destinations?") => says(200, &destinations(&["d_1", "d_2", "d_3"])),
        _ => says(200, &streamkap(request, 250)),
    })
    .await;
    let mut rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total, outcome.pages), (true, 750, 6), "{outcome:?}");
    assert_eq!(outcome.requests, 8, "one for the token, one for the list, two for each destination");
    assert_eq!(rig.statuses().pop().unwrap().scopes, Some(3));
    let key = FeedKey::new("streamkap-prod", "streamkap").in_scope("d_2", None);
    assert_eq!(rig.store.run_blocking(move |db| db.count(&key)).unwrap(), 250);
}

#[tokio::test]
async fn a_scope_that_fails_leaves_the_others_running() {
    let wire = Wire::serve(|request| match request {
        _ if request.starts_with("POST /auth/access-token ") => says(200, &token(1)),
        _ if request.starts_with("GET /destinations?") => says(200, &destinations(&["d_1", "d_2", "d_3"])),
        _ if request.contains("/d_2/") => says(404, r#"{"detail":"Destination not found"}"#),
        _ => says(200, &streamkap(request, 20)),
    })
    .await;
    let rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    let outcome = rig.sync().await;
    let fault = outcome.fault.unwrap();
    assert_eq!((outcome.complete, outcome.events_total), (false, 40));
    assert_eq!(fault.kind, FaultKind::Configuration);
    assert!(fault.message.contains("`d_2`: Destination not found"), "{}", fault.message);
}

#[tokio::test]
async fn scopes_that_the_server_does_not_list_are_named() {
    let wire = Wire::serve(|request| match request {
        _ if request.starts_with("POST /auth/access-token ") => says(200, &token(1)),
        _ if request.starts_with("GET /destinations?") => says(200, &destinations(&["dest_orders", "d_2"])),
        _ => says(200, &streamkap(request, 20)),
    })
    .await;
    let scopes = ScopeChoice::Only(vec!["d_2".into(), "dest_ordres".into()]);
    let rig = Rig::new(vec![crate::sync::Source { scopes, ..source("streamkap", &wire.origin) }]);
    let outcome = rig.sync().await;
    let fault = outcome.fault.unwrap();
    assert_eq!(outcome.events_total, 20, "the scope that is there is fetched");
    assert!(fault.message.ends_with("does not list `dest_ordres`"), "{}", fault.message);
    assert!(fault.fix.contains("did you mean `dest_orders`?"), "{}", fault.fix);
}

#[tokio::test]
async fn chosen_scopes_do_without_a_list_that_the_key_may_not_read() {
    let wire = Wire::serve(|request| match request {
        _ if request.starts_with("POST /auth/access-token ") => says(200, &token(1)),
        _ if request.starts_with("GET /destinations?") => says(403, r#"{"detail":"no"}"#),
        _ => says(200, &streamkap(request, 20)),
    })
    .await;
    let scopes = ScopeChoice::Only(vec!["d_2".into()]);
    let rig = Rig::new(vec![crate::sync::Source { scopes, ..source("streamkap", &wire.origin) }]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total), (true, 20), "{outcome:?}");
}

#[tokio::test]
async fn a_source_that_fails_leaves_the_others_running() {
    let good = Wire::serve(|request| says(200, &kaireonai(request, 30))).await;
    let bad = Wire::serve(|_| says(403, r#"{"message":"Forbidden"}"#)).await;
    let rig = Rig::new(vec![source("microvisualizer", &bad.origin), source("kaireonai", &good.origin)]);
    let outcomes = rig.sync_all().await;
    assert_eq!(&*outcomes[0].source, "microvisualizer-prod");
    assert_eq!(outcomes[0].fault.as_ref().map(|fault| fault.kind), Some(FaultKind::Forbidden));
    assert_eq!((outcomes[1].complete, outcomes[1].events_total), (true, 30));
    let named = Which::Named(vec!["kaireonai-prod".into(), "nobody".into()]);
    assert_eq!(rig.engine.sync(&named).await.len(), 1);
}

#[tokio::test]
async fn stopping_does_not_wait_for_servers_that_hang() {
    let wire = Wire::serve(|request| match request {
        _ if request.starts_with("POST /auth/access-token ") => says(200, &token(1)),
        _ if request.starts_with("GET /destinations?") => {
            says(200, &destinations(&["d_1", "d_2", "d_3", "d_4"]))
        }
        _ => Answer::Hang(Vec::new()),
    })
    .await;
    let rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    let engine = rig.engine.clone();
    let sync = tokio::spawn(async move { engine.sync(&Which::All).await });
    while wire.requests().len() < 6 {
        tokio::task::yield_now().await;
    }
    let stopped = Instant::now();
    rig.engine.stop();
    let outcome = sync.await.unwrap().remove(0);
    assert!(stopped.elapsed() < Duration::from_millis(200), "{:?}", stopped.elapsed());
    assert_eq!((outcome.complete, outcome.fault, outcome.requests), (false, None, 6));
    assert_eq!(rig.engine.sync(&Which::All).await[0].requests, 0, "nothing begins after a stop");
}

#[tokio::test]
async fn following_syncs_again_and_again_until_it_is_stopped() {
    let rounds = AtomicUsize::new(0);
    let wire = Wire::serve(move |request| {
        let round = rounds.fetch_add(1, Ordering::SeqCst);
        says(200, &kaireonai(request, 10 + round.min(3)))
    })
    .await;
    let mut rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let engine = rig.engine.clone();
    let follow = tokio::spawn(async move { engine.follow().await });
    let mut events = 0;
    while events < 13 {
        if let Report::Status(status) = rig.reports.recv().await.unwrap() {
            events = status.events;
        }
    }
    rig.engine.stop();
    follow.await.unwrap();
    let rests = rig.waits();
    let (least, most) = (Duration::from_secs(54), Duration::from_secs(66));
    assert!(!rests.is_empty() && rests.iter().all(|rest| *rest >= least && *rest <= most), "{rests:?}");
}

#[tokio::test]
async fn a_page_that_is_mostly_unreadable_is_told_and_its_good_records_are_kept() {
    let wire = Wire::serve(|request| {
        let page =
            kaireonai(request, 10).replace("\"timestamp\":\"2023-11-14T22:1", "\"when\":\"2023-11-14T22:1");
        says(200, &page)
    })
    .await;
    let mut rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let outcome = rig.sync().await;
    let fault = outcome.fault.unwrap();
    assert_eq!((outcome.complete, outcome.events_total, fault.kind), (false, 3, FaultKind::Shape));
    assert!(fault.message.contains("more than half of a page"), "{}", fault.message);
    assert_eq!(rig.statuses().pop().unwrap().quarantined, 7);
}

#[tokio::test]
async fn what_the_cache_remembers_is_shown_before_anything_is_asked() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 30))).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    rig.sync().await;
    let rig = rig.restarted(vec![source("kaireonai", &wire.origin), source("streamkap", &wire.origin)]);
    let statuses = rig.engine.statuses().await.unwrap();
    assert_eq!((statuses[0].events, &statuses[0].state), (30, &SourceState::Idle));
    assert_eq!(statuses[0].origin, wire.origin);
    assert!(statuses[0].last_sync.is_some() && statuses[1].last_sync.is_none());
    assert_eq!(wire.requests().len(), 1);
}

#[tokio::test]
async fn the_detail_of_an_event_is_fetched_stored_and_a_refusal_is_an_answer() {
    let history = r#"{"events":[
        {"snapshotId":"s-1","serviceSlug":"orders","serviceName":"Orders","changeType":"UPDATE",
         "actorName":"Ada","actorType":"MEMBER","timestamp":"2026-03-01T10:00:00Z"},
        {"snapshotId":"s-2","serviceSlug":"billing","serviceName":"Billing","changeType":"UPDATE",
         "actorName":"Ada","actorType":"MEMBER","timestamp":"2026-03-01T09:00:00Z"}],"totalCount":2}"#;
    let projects = r#"{"data":[{"id":"project-one","name":"One"}],"page":0,"size":100,"total":1,
        "totalPages":1,"first":true,"last":true}"#;
    let diff = r#"{"before":{"name":"Orders","owner":"a","produces":[],"consumes":[]},
        "after":{"name":"Orders","owner":"b","produces":[],"consumes":[]}}"#;
    let wire = Wire::serve(move |request| match request {
        _ if request.starts_with("GET /v1/projects/project-one/history/s-1/diff") => says(200, diff),
        _ if request.contains("/history/s-2/diff") => {
            says(404, r#"{"status":404,"code":"not_found","message":"Snapshot not found"}"#)
        }
        _ if request.contains("/history?") => says(200, history),
        _ => says(200, projects),
    })
    .await;
    let rig = Rig::new(vec![source("microvisualizer", &wire.origin)]);
    assert!(rig.sync().await.complete);
    let events = rig.events();
    assert_eq!(events[0].record.detail, Detail::Available);
    let answered = rig.engine.detail(&events[0]).await.unwrap();
    let changes: Vec<_> = answered.record.changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!((changes, &answered.record.detail), (vec!["owner"], &Detail::Fetched));
    let refused = rig.engine.detail(&events[1]).await.unwrap();
    assert_eq!(refused.record.detail, Detail::Refused("Snapshot not found".into()));
    let kept: Vec<_> = rig.events().into_iter().map(|event| event.record.detail).collect();
    assert_eq!(kept, [answered.record.detail, refused.record.detail], "both answers are in the cache");
}

#[tokio::test]
async fn two_programs_on_one_cache_lose_and_repeat_nothing() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 1_000))).await;
    let one = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let two = one.beside(vec![source("kaireonai", &wire.origin)]);
    let (first, second) = tokio::join!(one.sync(), two.sync());
    assert!(first.complete && second.complete, "{first:?} {second:?}");
    assert_eq!(first.events_new + second.events_new, 1_000);
    assert_eq!(one.events().len(), 1_000);
    let again = two.sync().await;
    assert_eq!((again.complete, again.events_new, again.events_total), (true, 0, 1_000));
}

#[test]
fn a_scope_is_named_by_its_id_alone() {
    let profile = source("streamkap", "http://127.0.0.1:1").profile;
    assert_eq!(profile.scope_from_id("d_1"), Scope { id: "d_1".into(), ..Scope::default() });
}
