//! Several handles, several connections, and the thread behind them.

use std::fs;
use std::sync::Barrier;
use std::thread;

use rusqlite::Connection;

use super::*;

#[test]
fn two_writers_lose_nothing() {
    let cache = Cache::new();
    let other = open(&cache.path());
    let stores = [cache.store.clone(), other];
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        for (nth, store) in stores.iter().enumerate() {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                for page in 0..40_i64 {
                    // Every second event is in the pages of both.
                    let records: Vec<Record> = (0..10)
                        .map(|at| {
                            let number = page * 10 + at;
                            let whose = if number % 2 == 0 { "both".to_owned() } else { nth.to_string() };
                            full_record(&format!("{whose}-{number}"), T0 + number)
                        })
                        .collect();
                    store
                        .run_blocking(move |db| {
                            let next = proves(T0 + page * 10 - 1, T0 + page * 10 + 10);
                            db.write_page(&feed(), &records, &[], &next, Timestamp::from_millis(T0))
                        })
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(cache.all().len(), 200 + 200 + 200);
    let ledger = cache.run(|db| db.state(&feed())).ledger;
    assert_eq!((ledger.segments().len(), ledger.top()), (1, Some(Timestamp::from_millis(T0 + 400))));
    assert_eq!(cache.run(|db| db.count(&feed())), 600);
    assert_eq!(cache.ask("SELECT count(DISTINCT seq) FROM event"), 600);
    let sound = cache.run(|db| {
        db.conn.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).map_err(db.explain())
    });
    assert_eq!(sound, "ok");
}

#[test]
fn many_that_start_at_once_share_one_cache() {
    for damaged in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cache.db");
        if damaged {
            fs::write(&path, "no database").unwrap();
        }
        let barrier = Barrier::new(8);
        let opened: Vec<_> = thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        Store::open(&path).unwrap()
                    })
                })
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert_eq!(opened.iter().map(|(_, notices)| notices.len()).sum::<usize>(), usize::from(damaged));
        assert_eq!(files(&directory, ".corrupt-").len(), usize::from(damaged));
        for (nth, (store, _)) in opened.iter().enumerate() {
            store
                .run_blocking(move |db| {
                    let record = record(&nth.to_string(), T0);
                    db.write_page(&feed(), &[record], &[], &proves(T0, T0 + 5), Timestamp::from_millis(T0))
                })
                .unwrap();
        }
        assert_eq!(opened[0].0.run_blocking(|db| db.count(&feed())).unwrap(), 8);
    }
}

#[test]
fn a_cache_that_another_program_began_anew_is_followed() {
    let cache = Cache::new();
    let other = open(&cache.path());
    cache.write(&feed(), &[full_record("old", T0)]);
    cache.run(|db| db.conn.execute_batch("UPDATE event SET status = 99").map_err(db.explain()));
    let found = other.run_blocking(|db| db.chunk(None, 10));
    assert!(matches!(found, Err(StoreError::Corrupt { aside: Some(_), .. })), "{found:?}");
    // What is written by either is seen by both, and closing one takes nothing from the other.
    cache.write(&feed(), &[record("new", T0)]);
    assert_eq!(other.run_blocking(|db| db.count(&feed())).unwrap(), 1);
    drop(other);
    assert_eq!(cache.all().len(), 1);
    assert_eq!(open(&cache.path()).run_blocking(|db| db.count(&feed())).unwrap(), 1);
}

#[test]
fn a_cache_that_was_removed_is_not_brought_back() {
    let cache = Cache::new();
    let path = cache.path();
    cache.write(&feed(), &[record("a", T0)]);
    fs::remove_dir_all(cache.directory.path()).unwrap();
    let _ = cache.store.run_blocking(|db| db.count(&feed()));
    drop(cache.store);
    assert!(!path.exists() && !path.parent().unwrap().exists());
}

#[test]
fn another_program_that_keeps_the_lock_is_named() {
    let cache = Cache::new();
    let holder = Connection::open(cache.path()).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = cache
        .store
        .run_blocking(|db| {
            db.conn.busy_timeout(std::time::Duration::ZERO).map_err(db.explain())?;
            db.hold_source("prod", Timestamp::from_millis(T0))
        })
        .unwrap_err();
    assert_eq!(error, StoreError::Locked { path: cache.store.path().to_owned() });
    // Reading goes on.
    assert_eq!(cache.run(|db| db.count(&feed())), 0);
}

#[test]
fn work_that_was_sent_is_done_before_the_last_handle_is_gone() {
    let cache = Cache::new();
    let path = cache.path();
    let directory = cache.directory;
    let clone = cache.store.clone();
    drop(cache.store);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        // Asked once, so that it is sent, and then given up.
        let work = clone.run(|db| {
            db.write_page(&feed(), &[record("a", T0)], &[], &proves(T0, T0 + 5), Timestamp::from_millis(T0))
        });
        tokio::select! {
            biased;
            _ = work => {}
            () = std::future::ready(()) => {}
        }
    });
    drop(clone);
    let cache = Cache { store: open(&path), directory };
    assert_eq!(cache.all().len(), 1);
}

#[tokio::test]
async fn tasks_get_their_answers() {
    let cache = Cache::new();
    let counts = futures_util::future::join_all(
        (0..50_u64).map(|nth| cache.store.run(move |db| Ok(db.count(&feed())? + nth))),
    )
    .await;
    assert_eq!(counts.into_iter().map(Result::unwrap).sum::<u64>(), 49 * 50 / 2);
}

#[test]
fn work_may_hold_the_last_handle() {
    let cache = Cache::new();
    let (store, directory) = (cache.store, cache.directory);
    let (sent, done) = std::sync::mpsc::channel();
    let held = store.clone();
    let job: super::super::Job<Db> = Box::new(move |_| {
        drop(held);
        sent.send(()).unwrap();
    });
    store.send(job).unwrap();
    drop(store);
    done.recv().unwrap();
    drop(directory);
}
