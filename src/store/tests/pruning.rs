//! What is old is removed some at a time, and at every moment the ledger says the truth.

use std::collections::HashSet;

use super::sealing::seal_all;
use super::*;
use crate::domain::EventId;
use crate::store::Pruning;

/// Ten events a second apart, all known, put away; the sixth in two versions, and a record that could not be
/// read.
fn filled() -> Cache {
    let cache = Cache::new();
    let records: Vec<Record> = (0..10).map(|n| full_record(&format!("e{n}"), T0 + n * 1_000)).collect();
    cache.run(move |db| {
        let learned = proves(T0 - 1, T0 + 60_000);
        db.write_page(&feed(), &records, &[unreadable("?")], &learned, Timestamp::from_millis(T0))
    });
    let edited = Record { raw: "{\"id\":\"e5\"}".into(), ..full_record("e5", T0 + 5_000) };
    cache.write(&feed(), &[edited]);
    seal_all(&cache);
    assert_eq!(cache.ask("SELECT count(*) FROM revision"), 1);
    cache
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(T0 + second * 1_000)
}

fn pruning(second: i64) -> Pruning {
    Pruning::new("prod", at(second), HashSet::new())
}

/// Removes all of it, looking at the cache after each batch.
fn prune(cache: &Cache, mut pruning: Pruning, mut look: impl FnMut(&Cache)) -> Pruning {
    loop {
        let (more, after) = cache.run(move |db| Ok((db.prune_some(&mut pruning)?, pruning)));
        look(cache);
        if !more {
            return after;
        }
        pruning = after;
    }
}

fn state(cache: &Cache) -> FeedState {
    cache.run(|db| db.state(&feed()))
}

#[test]
fn after_every_batch_what_is_left_is_all_there_is_and_known() {
    let cache = filled();
    let (mut batches, other) = (0, open(&cache.path()));
    let marker = other.run_blocking(Db::marker).unwrap();
    let done = prune(&cache, pruning(9), |cache| {
        batches += 1;
        let (ledger, oldest) = (state(cache).ledger, cache.all().last().unwrap().record.time);
        let kept = ledger.kept_from().unwrap();
        assert!(kept <= oldest, "nothing that is left is called removed");
        assert!(ledger.is_whole() && ledger.complete_to() == Some(kept.plus_millis(-1)), "{ledger:?}");
        assert!(ledger.around(oldest).is_some(), "all that is left is known");
        assert_eq!(cache.run(Db::verify), Vec::<String>::new());
    });
    assert!(batches > 2, "{batches}");
    assert_eq!((done.removed, done.kept, cache.all().len()), (9, 0, 1));
    assert_eq!(state(&cache).ledger.kept_from(), Some(at(9)));
    assert_eq!(cache.run(|db| db.count(&feed())) + state(&cache).removed, 10);
    for table in ["revision", "quarantine", "packed WHERE row < (SELECT min(row) FROM event)"] {
        let sql: &'static str = format!("SELECT count(*) FROM {table}").leak();
        assert_eq!(cache.ask(sql), 0, "{table}");
    }
    let arrivals = other.run_blocking(move |db| db.index_rows_since(marker, 100)).unwrap();
    assert_eq!(arrivals.left.len(), 9, "another program hears of it");
}

#[test]
fn what_was_put_away_is_not_found_by_texts_that_are_gone() {
    let cache = filled();
    prune(&cache, pruning(4), |_| ());
    seal_all(&cache);
    cache.run(Db::tidy_up);
    let texts = cache.run(|db| {
        let mut select = db.conn.prepare("SELECT number FROM segment").map_err(db.explain())?;
        let numbers = select.query_map([], |row| row.get::<_, i64>(0)).map_err(db.explain())?;
        Ok(numbers.map(Result::unwrap).collect::<Vec<_>>())
    });
    let rows: usize = cache.run(|db| db.chunk(None, usize::MAX)).sealed.iter().map(|it| it.rows.len()).sum();
    assert_eq!((texts.len(), rows), (1, 6));
    assert_eq!(cache.ask("SELECT count(*) FROM moved"), 0);
    let names: Vec<IndexRow> = super::sealing::known(&cache.run(|db| db.chunk(None, usize::MAX)));
    assert_eq!(cache.told(&names), cache.to_be_told());
}

#[test]
fn what_was_removed_is_not_brought_in_again_and_what_is_marked_stays() {
    let cache = filled();
    let marked = cache.all().into_iter().find(|event| event.record.time == at(2)).unwrap();
    let spared: HashSet<EventId> = [marked.id].into();
    let count = spared.clone();
    assert_eq!(cache.run(move |db| db.count_before("prod", at(6), &count)), 5);
    let done = prune(&cache, Pruning::new("prod", at(6), spared), |_| ());
    assert_eq!((done.removed, done.kept), (5, 1));
    let records: Vec<Record> = (0..10).map(|n| full_record(&format!("e{n}"), T0 + n * 1_000)).collect();
    let again = cache.write(&feed(), &records);
    assert_eq!((again.new.len(), again.changed.len()), (0, 0));
    assert_eq!(cache.all().len(), 5);
    assert!(cache.all().iter().any(|event| event.id == marked.id));
    let whole = proves(T0 - 5_000, T0 + 61_000);
    let after = cache.run(move |db| db.write_page(&feed(), &[], &[], &whole, Timestamp::from_millis(T0)));
    assert_eq!(after.state.ledger.complete_to(), Some(at(6).plus_millis(-1)), "no claim reaches below");
    let late = Record { time: at(3), ..full_record("late", T0 + 3_000) };
    assert_eq!(cache.write(&feed(), &[late]).new.len(), 0);
}

#[test]
fn events_of_one_time_go_together() {
    let cache = Cache::new();
    let same: Vec<Record> = (0..9).map(|n| record(&format!("s{n}"), T0)).collect();
    cache.write(&feed(), &same);
    cache.write(&feed(), &[record("later", T0 + 5_000)]);
    prune(&cache, pruning(2), |cache| {
        let times: HashSet<i64> = cache.all().iter().map(|event| event.record.time.millis()).collect();
        let count = cache.all().len();
        assert!(count == 1 || count == 10, "{count} {times:?}");
    });
    assert_eq!(cache.all().len(), 1);
}

#[test]
fn a_batch_that_fails_changes_nothing() {
    let cache = filled();
    let (before, known) = (cache.all(), state(&cache));
    cache.run(|db| {
        let trigger = "CREATE TRIGGER stop BEFORE DELETE ON revision BEGIN SELECT raise(ABORT, 'no'); END";
        db.conn.execute_batch(trigger).map_err(db.explain())
    });
    let mut doomed = pruning(4);
    assert!(cache.store.run_blocking(move |db| db.prune_some(&mut doomed)).is_ok(), "no revision yet");
    let (half, claims) = (cache.all(), state(&cache));
    assert_eq!(half, before[..6], "the first batch is whole");
    assert!(claims != known);
    let mut doomed = pruning(8);
    assert!(cache.store.run_blocking(move |db| db.prune_some(&mut doomed)).is_err());
    assert_eq!((cache.all(), state(&cache)), (half, claims));
    assert_eq!(cache.run(Db::verify), Vec::<String>::new());
}

#[test]
fn a_source_that_is_forgotten_begins_without_a_limit() {
    let cache = filled();
    prune(&cache, pruning(6), |_| ());
    cache.run(|db| db.purge_source("prod"));
    let records: Vec<Record> = (0..10).map(|n| full_record(&format!("e{n}"), T0 + n * 1_000)).collect();
    assert_eq!(cache.write(&feed(), &records).new.len(), 10);
    assert_eq!(state(&cache).ledger.kept_from(), None);
}

#[test]
fn what_could_not_be_read_can_be_looked_at() {
    let cache = Cache::new();
    let scope = feed().in_scope("s1", Some("Shop"));
    let hostile = "{\"a\":\"\u{1b}[2J\u{202e}\u{0}\"}";
    for (key, raw, at) in [(feed(), "first", T0), (scope, hostile, T0 + 5)] {
        cache.run(move |db| {
            let at = Timestamp::from_millis(at);
            db.write_page(&key, &[], &[unreadable(raw)], &Learned::default(), at)
        });
    }
    let read = |source: Option<&'static str>, scope: Option<&'static str>, most: (usize, usize)| {
        cache.run(move |db| db.unreadable(source, scope, most))
    };
    let all = read(Some("prod"), None, (9, 100));
    assert_eq!(all.iter().map(|one| &*one.raw).collect::<Vec<_>>(), [hostile, "first"], "the latest first");
    assert_eq!(
        (all[0].label(), &*all[0].reason, all[0].seen_at.millis()),
        ("Shop", "it has no time", T0 + 5)
    );
    assert_eq!(read(None, Some("s1"), (9, 100)).len(), 1);
    let cut = read(None, None, (1, 3));
    assert_eq!((cut.len(), &*cut[0].raw, cut[0].length), (1, "{\"a", hostile.chars().count() as u64));
    assert!(read(Some("other"), None, (9, 9)).is_empty());
}
