//! A feed that counts other events than the cache has, and a walk that is killed and begun again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::fake::kaireonai;
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, says};
use crate::domain::Timestamp;
use crate::store::{Audited, FeedKey};

/// Events of the feed.
const EVENTS: usize = 3_000;

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
