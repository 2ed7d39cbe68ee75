//! A part of a source is asked for: how far the walk goes, and what it leaves for another time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use super::fake::{destinations, kaireonai, param, streamkap, token};
use super::paging::profile_of;
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, says};
use crate::domain::{Outcome, Stretch, Timestamp};
use crate::feed::{Catalog, Profile};
use crate::store::{FeedKey, FeedState};
use crate::sync::{Extent, Which};

/// The time of event number `n`.
fn at(n: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + n * 60_000)
}

fn since(n: i64) -> Extent {
    Extent { since: Some(at(n)), ..Extent::default() }
}

async fn sync(rig: &Rig, extent: &Extent) -> Outcome {
    let mut outcomes = rig.engine.sync_within(&Which::All, extent).await;
    let outcome = outcomes.remove(0);
    assert!(outcome.complete, "{outcome:?}");
    outcome
}

fn state(rig: &Rig) -> FeedState {
    rig.store.run_blocking(|db| db.state(&FeedKey::new("kaireonai-prod", "kaireonai"))).unwrap()
}

#[tokio::test]
async fn a_walk_goes_no_further_back_than_is_wanted_and_the_next_goes_on_from_there() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 3_000))).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let part = sync(&rig, &since(2_700)).await;
    assert!((300..500).contains(&part.events_total), "{part:?}");
    let ledger = state(&rig).ledger;
    assert!(ledger.complete_to().unwrap() < at(2_700) && !ledger.is_whole(), "{ledger:?}");
    let further = sync(&rig, &since(2_000)).await;
    assert!((1_000..1_250).contains(&further.events_total), "{further:?}");
    let rest = sync(&rig, &Extent::default()).await;
    assert_eq!(rest.events_total, 3_000);
    assert!(state(&rig).ledger.is_whole());
    // The pages below 2,000 and the head, and hardly more.
    assert!(rest.requests <= 14, "{rest:?}");
}

#[tokio::test]
async fn of_two_gaps_the_one_that_is_wanted_is_filled_first() {
    let total = Arc::new(AtomicUsize::new(1_000));
    let count = Arc::clone(&total);
    let wire = Wire::serve(move |request| {
        // The server's clock stands at its newest event.
        let total = count.load(Ordering::SeqCst);
        let date = UNIX_EPOCH + Duration::from_millis(at(total as i64).millis() as u64);
        let (date, body) = (httpdate::fmt_http_date(date), kaireonai(request, total));
        let head = format!("HTTP/1.1 200 Said\r\ndate: {date}\r\ncontent-length: {}", body.len());
        Answer::Bytes(format!("{head}\r\nconnection: close\r\n\r\n{body}").into_bytes())
    })
    .await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    sync(&rig, &since(800)).await;
    // Much has come since, of which only the newest is fetched: there are two gaps.
    total.store(12_000, Ordering::SeqCst);
    sync(&rig, &since(11_900)).await;
    let gaps = state(&rig).ledger.gaps();
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    let older = gaps[1].span;
    let wanted = Extent { since: Some(at(400)), until: Some(older.hi), ..Extent::default() };
    let filled = sync(&rig, &wanted).await;
    // Sixty pages lie above it.
    assert!(filled.requests <= 20, "{filled:?}");
    let ledger = state(&rig).ledger;
    assert!(ledger.around(at(450)).is_some() && ledger.gaps().len() > 1, "{ledger:?}");
}

#[tokio::test]
async fn a_full_sync_reads_everything_again() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 1_000))).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    sync(&rig, &Extent::default()).await;
    assert_eq!(sync(&rig, &Extent::default()).await.pages, 1);
    let full = sync(&rig, &Extent { full: true, ..Extent::default() }).await;
    assert!(full.pages >= 5 && full.events_new == 0, "{full:?}");
}

#[tokio::test]
async fn one_scope_of_several_is_read() {
    let wire = Wire::serve(|request| {
        let path = request.split(' ').nth(1).unwrap().split('?').next().unwrap();
        match path {
            "/auth/access-token" => says(200, &token(1)),
            "/destinations" => says(200, &destinations(&["one", "two"])),
            _ if param(request, "page").is_some() => says(200, &streamkap(request, 30)),
            other => panic!("{other}"),
        }
    })
    .await;
    let rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    let part = sync(&rig, &Extent { scope: Some("two".into()), ..Extent::default() }).await;
    assert_eq!(part.events_total, 30);
    assert!(rig.events().iter().all(|event| event.scope.as_ref().is_some_and(|scope| **scope == *"two")));
    assert_eq!(sync(&rig, &Extent::default()).await.events_total, 60);
}

#[test]
fn a_range_is_cut_only_where_the_server_can_be_asked_so() {
    let plain = Catalog::built_in().get("kaireonai").unwrap();
    let rest = "window = { from = 'from', to = 'to' }";
    let ranged = Profile::parse("x.toml", &profile_of("kind = 'page'", "", rest)).unwrap();
    let extent = Extent { since: Some(at(100)), until: Some(at(200)), ..Extent::default() };
    let range = |since, until| (Some(at(since)), Some(at(until)));
    assert_eq!(extent.goal(), Some(Stretch { lo: at(100).plus_millis(-1), hi: at(200) }));
    assert_eq!(extent.part_of((None, None), &plain), Some((None, None)));
    assert_eq!(extent.part_of(range(50, 250), &ranged), Some(range(100, 200)));
    assert_eq!(extent.part_of(range(120, 150), &ranged), Some(range(120, 150)));
    assert_eq!(extent.part_of(range(200, 300), &ranged), None);
    assert_eq!(extent.part_of(range(50, 100), &ranged), None);
    assert_eq!(Extent::default().goal(), None);
}
