//! Waiting as servers ask for it: in every form, across restarts, and whatever the wall clock is set to.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rstest::rstest;
use serde_json::json;

use super::clock::Simulated;
use super::fake::kaireonai;
use super::herd::Chance;
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, answer, says};
use crate::domain::{FaultKind, Secret, SourceState, Timestamp};
use crate::sync::{Source, Which};

/// The `Date` of every answer.
const DATE: &str = "Sun, 06 Nov 2033 12:00:00 GMT";

/// A header with a date so many seconds after the answer's own.
fn at_date(seconds: u64) -> String {
    let date = httpdate::parse_http_date(DATE).unwrap() + Duration::from_secs(seconds);
    format!("Retry-After: {}\r\n", httpdate::fmt_http_date(date))
}

/// What a Microvisualizer project with 30 events says to `request`.
fn microvisualizer(request: &str) -> Answer {
    let line = request.lines().next().unwrap();
    let body = if line.contains("/history") {
        let event = |n: i64| {
            let time = Timestamp::from_millis(1_700_000_000_000 - n * 60_000).to_string();
            json!({"snapshotId": format!("s-{n}"), "serviceSlug": "orders", "serviceName": "Orders",
                "changeType": "UPDATE", "actorName": "Ada", "actorType": "MEMBER", "timestamp": time})
        };
        json!({"events": (0..30).map(event).collect::<Vec<_>>(), "totalCount": 30})
    } else {
        json!({"data": [{"id": "one", "name": "One"}], "page": 0, "size": 100, "total": 1, "last": true})
    };
    says(200, &body.to_string())
}

#[rstest]
#[case::seconds(429, "Retry-After: 30\r\n", "{}", 30)]
#[case::a_date(429, &at_date(45), "{}", 45)]
#[case::a_date_that_is_past(429, "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "{}", 1)]
#[case::nothing_to_wait_for(429, "Retry-After: 0\r\n", "{}", 1)]
#[case::body_only(429, "", r#"{"status":429,"code":"rate_limited","message":"slow","retryAfter":60}"#, 60)]
#[case::the_largest_is_the_bodys(429, "Retry-After: 5\r\n", r#"{"retryAfter":60}"#, 60)]
#[case::the_largest_is_the_headers(429, "Retry-After: 90\r\n", r#"{"retryAfter":60}"#, 90)]
#[case::busy(503, "Retry-After: 20\r\n", "<html><title>Busy</title></html>", 20)]
#[tokio::test]
async fn a_wait_is_kept_in_whatever_form_it_is_asked_for(
    #[case] status: u16,
    #[case] headers: &str,
    #[case] body: &'static str,
    #[case] seconds: u64,
) {
    let (times, headers) = (AtomicUsize::new(0), headers.to_owned());
    let wire = Wire::serve(move |request| match times.fetch_add(1, Ordering::SeqCst) {
        1 => Answer::Bytes(answer(status, &headers, body)),
        _ => microvisualizer(request),
    })
    .await;
    let mut rig = Rig::new(vec![source("microvisualizer", &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total), (true, 30), "{outcome:?}");
    assert_eq!(rig.waits()[0], Duration::from_secs(seconds));
    let reason = rig.statuses().into_iter().find_map(|status| match status.state {
        SourceState::Waiting { reason, .. } => Some(reason),
        _ => None,
    });
    assert_eq!(reason, Some(status.to_string()));
}

#[rstest]
#[case::seconds("Retry-After: 901\r\n", 901)]
#[case::a_date_ten_years_on(&at_date(315_360_000), 315_360_000)]
#[case::more_than_any_clock("Retry-After: 99999999999999999999\r\n", u64::from(u32::MAX))]
#[tokio::test]
async fn a_wait_beyond_patience_takes_the_source_offline_with_a_countdown(
    #[case] headers: &str,
    #[case] seconds: u64,
) {
    let headers = headers.to_owned();
    let wire = Wire::serve(move |_| Answer::Bytes(answer(429, &headers, "{}"))).await;
    let mut rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let begun = rig.clock.now().wall;
    let fault = rig.sync().await.fault.unwrap();
    assert_eq!(fault.kind, FaultKind::RateLimited);
    let last = rig.statuses().pop().unwrap();
    let SourceState::Waiting { until, .. } = last.state else { panic!("{last:?}") };
    assert_eq!(until, begun.plus_millis(seconds as i64 * 1000));
    assert_eq!(rig.waits(), Vec::<Duration>::new(), "nobody sits that out");
    assert_eq!(rig.sync().await.requests, 0);
    // After a restart it is known before anything is asked.
    let rig = rig.restarted(vec![source("kaireonai", &wire.origin)]);
    let status = rig.engine.statuses().await.unwrap().remove(0);
    assert_eq!(status.state, SourceState::Waiting { until, reason: "429".to_owned() });
    assert_eq!((rig.sync().await.requests, wire.requests().len()), (0, 1));
}

#[tokio::test]
async fn a_burst_of_failures_passes_and_a_longer_one_is_told() {
    for (failures, complete) in [(4, true), (5, false)] {
        let times = AtomicUsize::new(0);
        let wire = Wire::serve(move |request| match times.fetch_add(1, Ordering::SeqCst) {
            0 => says(200, &kaireonai(request, 450)),
            time if time <= failures => says([500, 502, 503, 504][time % 4], "oops"),
            _ => says(200, &kaireonai(request, 450)),
        })
        .await;
        let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
        let outcome = rig.sync().await;
        assert_eq!(outcome.complete, complete, "{failures}: {outcome:?}");
        let most = [500, 1_000, 2_000, 4_000].map(Duration::from_millis);
        assert_eq!(rig.waits().len(), most.len());
        assert!(rig.waits().iter().zip(most).all(|(wait, most)| *wait <= most), "{:?}", rig.waits());
        let again = rig.sync().await;
        assert_eq!((again.complete, again.events_total), (true, 450), "nothing is lost");
    }
}

#[tokio::test]
async fn a_host_that_fails_for_all_is_not_asked_five_times_by_each() {
    let wire = Wire::serve(|_| says(503, "{}")).await;
    let named = |n: usize| Source { name: format!("k-{n}").into(), ..source("kaireonai", &wire.origin) };
    let rig = Rig::new((0..30).map(named).collect());
    let outcomes = rig.sync_all().await;
    assert!(outcomes.iter().all(|outcome| outcome.fault.as_ref().unwrap().kind == FaultKind::Server));
    // Thirty requests, a fifth of that in retries, and the ten that were there to begin with.
    assert!((36..=46).contains(&wire.requests().len()), "{}", wire.requests().len());
    let before = wire.requests().len();
    rig.sync_all().await;
    assert!(wire.requests().len() - before <= 37, "{}", wire.requests().len() - before);
}

#[tokio::test]
async fn one_credential_at_one_origin_has_one_limit_and_another_has_its_own() {
    let limited = AtomicBool::new(true);
    let wire = Wire::serve(move |request| {
        if request.contains("canary-token") && limited.swap(false, Ordering::SeqCst) {
            return Answer::Bytes(answer(429, "Retry-After: 3600\r\n", "{}"));
        }
        says(200, &kaireonai(request, 10))
    })
    .await;
    let sources = || {
        let named = |name: &str, token: &str| {
            let mut source = source("kaireonai", &wire.origin);
            source.name = name.into();
            source.binding.secrets.insert("token".to_owned(), Secret::new(token.to_owned()));
            source
        };
        vec![named("a", "canary-token"), named("b", "canary-token"), named("c", "other-token")]
    };
    let rig = Rig::new(sources());
    let only = |name: &str| Which::Named(vec![name.into()]);
    assert_eq!(rig.engine.sync(&only("a")).await[0].requests, 1);
    assert_eq!(rig.engine.sync(&only("b")).await[0].requests, 0, "the same limit");
    assert!(rig.engine.sync(&only("c")).await[0].complete, "a limit of its own");
    let rig = rig.restarted(sources());
    assert_eq!(rig.engine.sync(&only("b")).await[0].requests, 0, "also after a restart");
    // Another program with the same cache, which never met the limit.
    let beside = rig.beside(sources());
    assert_eq!(beside.engine.sync(&only("b")).await[0].requests, 0);
}

#[tokio::test]
async fn a_limit_that_another_program_meets_counts_at_once() {
    let times = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&times);
    let wire = Wire::serve(move |request| match seen.fetch_add(1, Ordering::SeqCst) {
        0 => says(502, "{}"),
        _ => says(200, &kaireonai(request, 10)),
    })
    .await;
    let rig = Rig::held(vec![source("kaireonai", &wire.origin)]);
    let engine = rig.engine.clone();
    let sync = tokio::spawn(async move { engine.sync(&Which::All).await });
    // It rests before its second try; meanwhile the other program is told to wait.
    rig.clock.waiting(1).await;
    let until = rig.clock.now().after(Duration::from_secs(120));
    rig.store.run_blocking(move |db| db.hold_source("kaireonai-prod", until)).unwrap();
    rig.clock.wake();
    rig.clock.waiting(1).await;
    assert_eq!(times.load(Ordering::SeqCst), 1, "it waits again and has sent nothing");
    while !sync.is_finished() {
        tokio::select! {
            _ = rig.clock.waiting(1) => rig.clock.wake(),
            () = tokio::task::yield_now() => {}
        }
    }
    assert!(rig.clock.now().wall >= until);
    assert!(sync.await.unwrap()[0].complete);
}

#[tokio::test]
async fn setting_the_clock_neither_shortens_nor_lengthens_a_wait() {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    for set in [DAY, -DAY] {
        let times = AtomicUsize::new(0);
        let wire = Wire::serve(move |request| match times.fetch_add(1, Ordering::SeqCst) {
            0 => Answer::Bytes(answer(429, "Retry-After: 600\r\n", "{}")),
            _ => says(200, &kaireonai(request, 10)),
        })
        .await;
        let rig = Rig::held(vec![source("kaireonai", &wire.origin)]);
        let begun = rig.clock.now().steady;
        let engine = rig.engine.clone();
        let sync = tokio::spawn(async move { engine.sync(&Which::All).await });
        let first = rig.clock.waiting(1).await;
        assert_eq!(first, begun + Duration::from_secs(600));
        rig.clock.set_wall(set);
        rig.clock.wake();
        let then = rig.clock.waiting(1).await;
        assert!(then <= first + Duration::from_secs(5), "only those who waited are kept apart: {then:?}");
        rig.clock.wake();
        assert!(sync.await.unwrap()[0].complete);
        assert_eq!(wire.requests().len(), 2);
    }
}

/// A server that answers every other request with a time before which it wants to see none.
struct Moody {
    chance: Chance,
    clock: Mutex<Arc<Simulated>>,
    allowed_at: Mutex<Timestamp>,
    bursts: AtomicUsize,
    early: AtomicUsize,
}

impl Moody {
    const BURSTS: usize = 1_000;

    fn answer(&self, request: &str) -> Answer {
        let now = self.clock.lock().unwrap().now().wall;
        let mut allowed_at = self.allowed_at.lock().unwrap();
        self.early.fetch_add(usize::from(now < *allowed_at), Ordering::SeqCst);
        if self.bursts.load(Ordering::SeqCst) == Self::BURSTS || self.chance.below(10) < 3 {
            return microvisualizer(request);
        }
        self.bursts.fetch_add(1, Ordering::SeqCst);
        let seconds = 1 + self.chance.below([3, 60, 900, 4_000][self.chance.below(4) as usize]);
        let body = |seconds: u64| json!({"status": 429, "retryAfter": seconds}).to_string();
        let (seconds, headers, body) = match self.chance.below(6) {
            0 => (seconds, format!("Retry-After: {seconds}\r\n"), body(seconds / 2)),
            1 => (seconds, at_date(seconds), "{}".to_owned()),
            2 => (seconds, String::new(), body(seconds)),
            3 => (seconds, format!("Retry-After: {}\r\n", seconds / 3), body(seconds)),
            4 => (seconds, format!("{}Retry-After: 1\r\n", at_date(seconds)), "<html>".to_owned()),
            _ => (1, "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n".to_owned(), "{}".to_owned()),
        };
        *allowed_at = now.plus_millis(seconds as i64 * 1000);
        let status = if self.chance.below(5) == 0 { 503 } else { 429 };
        Answer::Bytes(answer(status, &headers, &body))
    }
}

#[tokio::test]
async fn a_thousand_bursts_of_429_restarts_included_and_no_request_before_its_time() {
    let moody = Arc::new(Moody {
        chance: Chance(AtomicU64::new(0x5eed)),
        clock: Mutex::new(Arc::new(Simulated::new())),
        allowed_at: Mutex::new(Timestamp::from_millis(0)),
        bursts: AtomicUsize::new(0),
        early: AtomicUsize::new(0),
    });
    let script = Arc::clone(&moody);
    let wire = Wire::serve(move |request| script.answer(request)).await;
    let sources = || vec![source("microvisualizer", &wire.origin)];
    let mut rig = Rig::held(sources());
    *moody.clock.lock().unwrap() = Arc::clone(&rig.clock);
    let (mut restarts, mut killed, mut offline) = (0, 0, 0);
    let complete = loop {
        let engine = rig.engine.clone();
        let mut sync = tokio::spawn(async move { engine.sync(&Which::All).await });
        let ended = loop {
            tokio::select! {
                biased;
                ended = &mut sync => break Some(ended.unwrap().remove(0)),
                until = rig.clock.waiting(1) => {
                    if moody.chance.below(8) > 0 {
                        rig.clock.wake();
                        continue;
                    }
                    // Killed in the middle of a wait.
                    let left = until.saturating_sub(rig.clock.now().steady);
                    rig.clock.pass(left.mul_f64(moody.chance.below(100) as f64 / 100.0));
                    sync.abort();
                    killed += 1;
                    break None;
                }
            }
        };
        if let Some(outcome) = &ended {
            let all = moody.bursts.load(Ordering::SeqCst) == Moody::BURSTS;
            if all && outcome.complete {
                break outcome.events_total;
            }
            if let Some(fault) = &outcome.fault {
                assert_eq!(fault.kind, FaultKind::RateLimited, "{fault:?}");
                offline += usize::from(outcome.requests == 0);
                rig.clock.pass(Duration::from_secs(moody.chance.below(1_500)));
            }
        }
        if ended.is_none() || moody.chance.below(3) == 0 {
            rig = rig.restarted(sources());
            *moody.clock.lock().unwrap() = Arc::clone(&rig.clock);
            restarts += 1;
        }
    };
    let early = moody.early.load(Ordering::SeqCst);
    let requests = wire.requests().len();
    println!(
        "{} bursts, {restarts} restarts ({killed} in the middle of a wait), {offline} syncs without a request, \
         {requests} requests, {early} before their time",
        Moody::BURSTS
    );
    assert_eq!((early, complete), (0, 30));
    assert!(restarts > 100 && killed > 30 && offline > 30, "{restarts} {killed} {offline}");
}
