//! What is not asked for: what is not kept, after old events were removed and where the configuration says so; and
//! anything of a source that rests.

use std::collections::HashSet;
use std::time::Duration;

use super::fake::kaireonai;
use super::paging::{profile_of, source_of};
use super::rig::{Rig, source};
use super::wire::{Wire, says};
use crate::domain::{SourceState, Timestamp};
use crate::store::{FeedKey, FeedState, Pruning};
use crate::sync::{Extent, Report, Source, Which};

/// The time of event number `n`.
fn at(n: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + n * 60_000)
}

fn state(rig: &Rig, source: &str, feed: &str) -> FeedState {
    let key = FeedKey::new(source, feed);
    rig.store.run_blocking(move |db| db.state(&key)).unwrap()
}

/// Removes what is older than event number `n`.
fn prune(rig: &Rig, source: &str, n: i64) -> u64 {
    let mut pruning = Pruning::new(source, at(n), HashSet::new());
    rig.store
        .run_blocking(move |db| {
            while db.prune_some(&mut pruning)? {}
            Ok(pruning.removed)
        })
        .unwrap()
}

#[tokio::test]
async fn what_was_removed_is_not_fetched_again() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 3_000))).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    assert_eq!(rig.sync().await.events_total, 3_000);
    assert_eq!(prune(&rig, "kaireonai-prod", 2_000), 2_000);
    for extent in [Extent::default(), Extent { since: Some(at(0)), ..Extent::default() }] {
        let again = rig.engine.sync_within(&Which::All, &extent).await.remove(0);
        assert!(again.complete && again.events_new == 0 && again.requests <= 2, "{again:?}");
        assert_eq!(again.events_total, 1_000);
    }
    let full =
        rig.engine.sync_within(&Which::All, &Extent { full: true, ..Extent::default() }).await.remove(0);
    assert!(full.complete && full.events_total == 1_000, "{full:?}");
    assert!(full.requests <= 9, "a full sync goes no further either: {full:?}");
    let ledger = state(&rig, "kaireonai-prod", "kaireonai").ledger;
    assert!(ledger.is_whole() && ledger.kept_from() == Some(at(2_000)), "{ledger:?}");
}

#[tokio::test]
async fn where_nothing_is_left_the_next_sync_still_asks_for_no_more() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 1_000))).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    rig.sync().await;
    assert_eq!(prune(&rig, "kaireonai-prod", 5_000), 1_000);
    let again = rig.sync().await;
    assert!(again.complete && again.events_total == 0 && again.requests <= 3, "{again:?}");
}

#[tokio::test]
async fn what_is_too_old_to_be_kept_is_not_asked_for_in_the_first_place() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 3_000))).await;
    let since = Timestamp::now().millis() - at(2_700).millis();
    let keep = Some(Duration::from_millis(u64::try_from(since).unwrap()));
    let kept = || Source { keep, ..source("kaireonai", &wire.origin) };
    let rig = Rig::new(vec![kept()]);
    let first = rig.sync().await;
    assert!(first.complete && (300..500).contains(&first.events_total), "{first:?}");
    assert!(prune(&rig, "kaireonai-prod", 2_700) > 0, "an answer reaches further than what is asked for");
    let again = rig.sync().await;
    assert!(again.complete && again.requests <= 2 && again.events_total == 300, "{again:?}");
    assert!(state(&rig, "kaireonai-prod", "kaireonai").ledger.is_whole());
}

#[tokio::test]
async fn a_list_in_no_order_still_adds_up() {
    let wire = Wire::serve(|request| {
        let page = super::fake::param(request, "page").unwrap_or(1);
        let rows = (0_i64..200).map(|n| n * 77 % 200).skip((page - 1) * 10).take(10);
        let list: Vec<_> =
            rows.map(|n| serde_json::json!({ "id": format!("r{n}"), "time": at(n).to_string() })).collect();
        says(200, &serde_json::json!({ "list": list, "total": 200 }).to_string())
    })
    .await;
    let profile = profile_of("kind = 'page'\ntotal = '/total'", "/list", "");
    let rig = Rig::new(vec![source_of(&profile, &wire.origin)]);
    assert_eq!(rig.sync().await.events_total, 200);
    assert_eq!(prune(&rig, "x-prod", 150), 150);
    let again = rig.sync().await;
    assert!(again.complete && again.events_new == 0 && again.events_total == 50, "{again:?}");
    let ledger = state(&rig, "x-prod", "x").ledger;
    assert_eq!((ledger.kept_from(), ledger.gaps().len()), (Some(at(150)), 0), "{ledger:?}");
}

/// Waits until a sync of this source has come to its end.
async fn ready(rig: &mut Rig, name: &str) {
    while let Some(report) = rig.reports.recv().await {
        if let Report::Status(status) = report
            && (&*status.name, &status.state) == (name, &SourceState::Ready)
        {
            return;
        }
    }
    panic!("{name} was never read");
}

#[tokio::test]
async fn a_source_that_rests_is_asked_when_somebody_asks_and_else_not_until_it_goes_on() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 30))).await;
    let quiet = Wire::serve(|request| says(200, &kaireonai(request, 30))).await;
    let named = |name: &str, wire: &Wire| Source { name: name.into(), ..source("kaireonai", &wire.origin) };
    let mut rig = Rig::held(vec![named("busy", &wire), named("resting", &quiet)]);
    rig.engine.pause("resting", true);
    rig.engine.pause("nobody", true);
    let engine = rig.engine.clone();
    let follow = tokio::spawn(async move { engine.follow().await });
    ready(&mut rig, "busy").await;
    let resting = rig.engine.sync(&Which::Named(vec!["resting".into()])).await.remove(0);
    assert!(resting.complete, "{resting:?}");
    let asked = quiet.requests().len();
    assert_eq!(asked as u64, resting.requests, "by itself nothing was asked");
    ready(&mut rig, "resting").await;
    rig.engine.pause("resting", false);
    ready(&mut rig, "resting").await;
    assert!(quiet.requests().len() > asked);
    rig.engine.stop();
    follow.await.unwrap();
}
