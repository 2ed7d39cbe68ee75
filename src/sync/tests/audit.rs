//! A feed that counts other events than the cache has, although everything seems to be known.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;
use tokio::sync::Notify;

use super::fake::{kaireonai, kaireonai_change};
use super::paging::{Asked, profile_of};
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, says};
use crate::domain::Timestamp;
use crate::feed::Profile;
use crate::store::{Audited, FeedKey};
use crate::sync::Source;

/// Events of the feed, and the one that shows up late.
const EVENTS: usize = 3_000;
const LATE: usize = 1_234;

/// A server of `feed`, and whether it shows the one event by now. It can be asked by time or only by page.
async fn serve(by_time: bool) -> (Wire, Arc<AtomicBool>) {
    let shown = Arc::new(AtomicBool::new(false));
    let all = Arc::clone(&shown);
    let wire = Wire::serve(move |request| {
        let asked = Asked::read(request);
        let number = |name: &str| asked.query.get(name).and_then(|text| text.parse::<usize>().ok());
        let (page, size) = (number("page").unwrap(), number("limit").or(number("size")).unwrap());
        let since = asked.query.get("since").map(|text| text.replace("%3A", ":")).unwrap_or_default();
        let there = |n: &usize| all.load(Ordering::SeqCst) || *n != LATE;
        let listed = (0..EVENTS).rev().filter(there).map(kaireonai_change);
        let listed: Vec<_> =
            listed.filter(|one| one["timestamp"].as_str().unwrap() >= since.as_str()).collect();
        let changes: Vec<_> = listed.iter().skip((page - 1) * size).take(size).collect();
        let mut body = json!({ "changes": changes, "total": listed.len(), "page": page, "limit": size });
        if !by_time {
            for change in body["changes"].as_array_mut().unwrap() {
                change["time"] = change["timestamp"].take();
            }
        }
        says(200, &body.to_string())
    })
    .await;
    (wire, shown)
}

/// A source that can be asked for pages only.
fn by_page(origin: &str) -> Source {
    let paging = "kind = 'page'\nparam = 'page'\nstart = 1\nsize_param = 'size'\ntotal = '/total'";
    let profile = Profile::parse("x.toml", &profile_of(paging, "/changes", "")).unwrap();
    Source { profile: Arc::new(profile), stand_in: None, ..source("kaireonai", origin) }
}

/// Lets the last audit of the feed be long ago.
fn long_ago(rig: &Rig, key: &FeedKey) {
    let key = key.clone();
    let audited = Audited { at: Timestamp::from_millis(0), off: 0 };
    rig.store.run_blocking(move |db| db.save_audit(&key, audited)).unwrap();
}

#[tokio::test]
async fn an_event_that_turns_up_where_everything_was_known_is_found_by_its_count() {
    for by_time in [true, false] {
        let (wire, shown) = serve(by_time).await;
        let make = || if by_time { source("kaireonai", &wire.origin) } else { by_page(&wire.origin) };
        let key = FeedKey::new("kaireonai-prod", if by_time { "kaireonai" } else { "x" });
        let rig = Rig::new(vec![make()]);
        let first = rig.sync().await;
        assert!(first.complete && first.events_total == EVENTS as u64 - 1, "{first:?}");
        shown.store(true, Ordering::SeqCst);
        let soon = rig.sync().await;
        assert_eq!((soon.events_new, soon.complete), (0, true), "the count was just compared");
        long_ago(&rig, &key);
        let later = rig.sync().await;
        assert_eq!((later.events_new, later.events_total), (1, EVENTS as u64), "{later:?}");
        assert!(later.requests <= 25, "{later:?}");
        let state = rig.store.run_blocking({
            let key = key.clone();
            move |db| db.state(&key)
        });
        assert!(state.unwrap().ledger.is_whole(), "what was doubted is known again");
        let rig = rig.restarted(vec![make()]);
        assert!(rig.sync().await.requests <= 2, "a restart does not repeat it");
    }
}

#[tokio::test]
async fn a_count_that_stays_wrong_is_looked_into_once() {
    let wire =
        Wire::serve(|request| says(200, &kaireonai(request, 900).replace("\"total\":900", "\"total\":899")))
            .await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let first = rig.sync().await;
    assert_eq!((first.complete, first.events_total), (true, 900), "{first:?}");
    let key = FeedKey::new("kaireonai-prod", "kaireonai");
    let audited = rig.store.run_blocking(move |db| db.audited(&key)).unwrap().unwrap();
    assert_eq!(audited.off, -1);
    let key = FeedKey::new("kaireonai-prod", "kaireonai");
    let again = Audited { at: Timestamp::from_millis(0), ..audited };
    rig.store.run_blocking(move |db| db.save_audit(&key, again)).unwrap();
    let second = rig.sync().await;
    assert!(second.complete && second.requests <= 2, "{second:?}");
}

#[tokio::test]
async fn what_was_killed_in_the_middle_asks_for_hardly_more_than_it_needs() {
    let whole = {
        let wire = Wire::serve(|request| says(200, &kaireonai(request, EVENTS))).await;
        Rig::new(vec![source("kaireonai", &wire.origin)]).sync().await.requests
    };
    for killed_at in [1, 2, 7, 12, 16] {
        let (asked, reached) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let (count, tell) = (Arc::clone(&asked), Arc::clone(&reached));
        let wire = Wire::serve(move |request| {
            if count.fetch_add(1, Ordering::SeqCst) + 1 == killed_at {
                tell.notify_one();
                return Answer::Hang(Vec::new());
            }
            says(200, &kaireonai(request, EVENTS))
        })
        .await;
        let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
        tokio::select! {
            outcome = rig.sync() => panic!("{outcome:?}"),
            () = reached.notified() => {}
        }
        let rig = rig.restarted(vec![source("kaireonai", &wire.origin)]);
        let rest = rig.sync().await;
        assert_eq!((rest.complete, rest.events_total), (true, EVENTS as u64), "{rest:?}");
        // The one that was under way, the head for what is new, and no page twice.
        let more = asked.load(Ordering::SeqCst) as u64 - whole;
        assert!(more <= 2, "{more} requests more than {whole} after a kill at {killed_at}");
    }
}
