//! What a page does to the cache.

use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::domain::{EventId, Revision};

#[test]
fn a_record_comes_back_as_it_went_in() {
    let cache = Cache::new();
    let key = feed().in_scope("dest_1", Some("Orders"));
    let records = [full_record("a", T0), record("b", T0 + 1)];
    let written = cache.write(&key, &records);
    let events = cache.all();
    assert_eq!(events.iter().map(|event| &event.record).collect::<Vec<_>>(), [&records[1], &records[0]]);
    let event = &events[1];
    assert_eq!(event.id, EventId::derive("prod", Some("dest_1"), &records[0].identity));
    assert_eq!((&*event.source, &*event.feed, event.scope.as_deref()), ("prod", "kaireonai", Some("dest_1")));
    assert_eq!(event.count, 1);
    assert_eq!(cache.told(&written.new), [Told::of(&events[1]), Told::of(&events[0])]);
    assert_eq!((written.changed.len(), written.repeated), (0, 0));
}

#[rstest]
#[case::nothing("")]
#[case::spacing("{ \"a\" :\t1 ,\r\n\"b\":  [ ]}\n")]
#[case::duplicate_keys(r#"{"a":1,"a":2}"#)]
#[case::escapes(r#"{"a":"\u00e9\ud83d\ude00\/","\u0061":"\ud800"}"#)]
#[case::big_numbers(r#"{"n":123456789012345678901234567890.10,"m":1E400,"z":-0}"#)]
#[case::characters("{\"a\":\"é😀\u{202e}\u{0}\u{feff}\"}")]
fn raw_is_kept_byte_for_byte(#[case] raw: &str) {
    let cache = Cache::new();
    cache.write(&feed(), &[Record { raw: raw.into(), ..record("a", T0) }, nameless(raw, T0)]);
    let events = cache.all();
    assert_eq!(events.len(), 2);
    for event in events {
        assert_eq!(event.record.raw.as_bytes(), raw.as_bytes());
        if event.record.identity.native().is_none() {
            assert_eq!(event.record.identity, Identity::Content(raw.to_owned()));
        }
    }
}

#[test]
fn values_as_deep_as_a_reader_allows_come_back() {
    let cache = Cache::new();
    let text = format!("{}{}", "[".repeat(127), "]".repeat(127));
    let deep = serde_json::from_str(&text).unwrap();
    let change = Change { path: "deep".into(), op: Op::Set, before: None, after: Some(deep) };
    let record = Record { changes: vec![change], ..record("a", T0) };
    cache.write(&feed(), std::slice::from_ref(&record));
    assert_eq!(cache.all()[0].record, record);
}

#[test]
fn absent_and_empty_names_are_different_entities_and_actors() {
    let cache = Cache::new();
    let texts = [None, Some(String::new()), Some("0".to_owned())];
    let mut records = Vec::new();
    for (i, kind) in texts.iter().enumerate() {
        for (j, id) in texts.iter().enumerate() {
            let nth = (i * 3 + j) as i64;
            records.push(Record {
                entity: Entity { kind: kind.clone(), id: id.clone(), name: kind.clone() },
                actor: Actor { kind: ActorKind::Unknown, id: kind.clone(), name: id.clone() },
                action: Action::from_word(["", "unknown", "Created"][i]),
                ..record(&nth.to_string(), T0 + nth)
            });
        }
    }
    cache.write(&feed(), &records);
    let back: Vec<Record> = cache.all().into_iter().rev().map(|event| event.record).collect();
    assert_eq!(back, records);
    assert_eq!((cache.ask("SELECT count(*) FROM entity"), cache.ask("SELECT count(*) FROM actor")), (9, 9));
}

#[test]
fn the_same_page_twice_is_the_page_once_and_costs_no_write() {
    let cache = Cache::new();
    let page = [full_record("a", T0), nameless("n", T0), nameless("n", T0)];
    assert_eq!(cache.write(&feed(), &page).new.len(), 2);
    let before = cache.all();
    let log = std::fs::metadata(cache.path().with_extension("db-wal")).unwrap().len();
    let again = cache.write_at(&feed(), &page, T0 + 60_000);
    assert_eq!((again.new.len(), again.changed.len(), again.repeated), (0, 0, 2));
    assert_eq!(cache.all(), before);
    assert_eq!(std::fs::metadata(cache.path().with_extension("db-wal")).unwrap().len(), log);
}

#[test]
fn when_an_event_was_last_seen_is_kept_to_the_hour() {
    let cache = Cache::new();
    for (seen_at, kept) in [(0, 0), (3_599_999, 0), (3_600_000, 3_600_000), (3_700_000, 3_600_000)] {
        cache.write_at(&feed(), &[record("a", T0)], seen_at);
        assert_eq!(cache.ask("SELECT last_seen FROM event"), kept, "{seen_at}");
        assert_eq!(cache.ask("SELECT first_seen FROM event"), 0, "{seen_at}");
    }
}

#[test]
fn a_record_that_says_something_else_replaces_what_was_there() {
    let cache = Cache::new();
    cache.write(&feed(), &[record("a", T0), record("b", T0)]);
    let edited = Record { raw: "{}".into(), summary: Some("New".into()), ..record("a", T0) };
    let written = cache.write_at(&feed(), &[edited.clone(), record("b", T0)], T0 + 5);
    assert_eq!((written.new.len(), written.repeated), (0, 1));
    let [(old, new)] = &written.changed[..] else { panic!("{written:?}") };
    assert_eq!(*old, new.row);
    assert!(new.marks.parts().has(Parts::SUMMARY));
    let event = cache.all().into_iter().find(|event| event.row == *old).unwrap();
    assert_eq!(event.record, edited);
    let fate = event.fate.unwrap();
    let before = Revision { raw: record("a", T0).raw, replaced_at: Timestamp::from_millis(T0 + 5) };
    assert_eq!((fate.gone_at, fate.edits, &fate.revisions[..]), (None, 1, &[before][..]));
    let others = cache.all().into_iter().filter(|event| event.fate.is_some()).count();
    assert_eq!(others, 1, "nothing became of the other");
    for nth in 0..9 {
        let raw = format!("{{\"nth\":{nth}}}");
        cache.write(&feed(), &[Record { raw: raw.into(), ..record("a", T0) }]);
    }
    let fate = cache.all().into_iter().find_map(|event| event.fate).unwrap();
    let latest: Vec<&str> = fate.revisions.iter().map(|one| &*one.raw).take(2).collect();
    assert_eq!((fate.edits, latest), (10, vec!["{\"nth\":7}", "{\"nth\":6}"]));
    assert_eq!(cache.ask("SELECT min(first_seen) FROM event"), T0);
    assert_eq!(cache.ask("SELECT count(*) FROM event"), 2);
}

#[test]
fn a_better_reading_of_the_same_bytes_replaces_what_was_there() {
    let cache = Cache::new();
    cache.write(&feed(), &[record("a", T0)]);
    let better = Record { status: Status::Failed, ..record("a", T0) };
    assert_eq!(cache.write(&feed(), std::slice::from_ref(&better)).changed.len(), 1);
    assert_eq!(cache.all()[0].record, better);
}

#[test]
fn an_event_whose_time_changes_moves() {
    let cache = Cache::new();
    cache.write(&feed(), &[record("a", T0), record("b", T0 + 10)]);
    let before = cache.all();
    let moved = record("a", T0 + 20);
    let written = cache.write(&feed(), &[record("b", T0 + 10), moved.clone()]);
    let [(old, new)] = &written.changed[..] else { panic!("{written:?}") };
    assert_eq!(*old, before[1].row);
    let after = cache.all();
    assert_eq!(after.len(), 2);
    assert_eq!((after[0].row, after[0].id, &after[0].record), (new.row, before[1].id, &moved));
    assert_eq!(after[0].row.time().millis(), T0 + 20);
    assert_eq!(cache.ask("SELECT count(*) FROM packed"), 2);
    assert_eq!(cache.run(|db| db.count(&feed())), 2);
}

#[rstest]
#[case::once("n", 1)]
#[case::twice_in_a_page("n n", 2)]
#[case::the_most_counts("n n n / n", 3)]
#[case::and_grows("n / n m n", 2)]
#[case::pages_do_not_add_up("n / n / n", 1)]
fn identical_records_without_id_are_one_event(#[case] pages: &str, #[case] count: u32) {
    let cache = Cache::new();
    for page in pages.split('/') {
        let records: Vec<Record> = page.split_whitespace().map(|content| nameless(content, T0)).collect();
        cache.write(&feed(), &records);
    }
    let event = cache.all().into_iter().find(|event| &*event.record.raw == "n").unwrap();
    assert_eq!(event.count, count);
}

#[test]
fn an_id_that_a_page_repeats_is_one_event_that_counts_once() {
    let cache = Cache::new();
    let other = Record { raw: "{}".into(), ..record("a", T0) };
    assert_eq!(cache.write(&feed(), &[record("a", T0), other]).new.len(), 1);
    let event = &cache.all()[0];
    assert_eq!((event.count, &event.record), (1, &record("a", T0)));
}

#[test]
fn thousands_of_events_share_a_millisecond() {
    let cache = Cache::new();
    let records: Vec<Record> = (0..3_000).map(|nth| record(&nth.to_string(), T0)).collect();
    for page in records.chunks(500) {
        assert_eq!(cache.write(&feed(), page).new.len(), 500);
    }
    let events = cache.all();
    let rows: HashSet<RowId> = events.iter().map(|event| event.row).collect();
    assert_eq!(rows.len(), 3_000);
    assert!(events.iter().all(|event| event.record.time.millis() == T0 && event.row.time().millis() == T0));
    let beside =
        events.iter().filter(|event| event.row != RowId::preferred(event.record.time, event.id)).count();
    assert!(beside > 0, "no two wanted the same place: the test shows nothing");
    assert_eq!(cache.write(&feed(), &records).repeated, 3_000);
}

#[test]
fn times_beyond_what_a_place_can_tell_are_kept_exactly() {
    let cache = Cache::new();
    let times = [i64::MIN, -62_135_596_800_000, -1, 0, 253_402_300_799_999, i64::MAX - 1, i64::MAX];
    let records: Vec<Record> = times.iter().map(|time| record(&time.to_string(), *time)).collect();
    cache.write(&feed(), &records);
    let mut back: Vec<i64> = cache.all().iter().map(|event| event.record.time.millis()).collect();
    back.sort_unstable();
    assert_eq!(back, times);
    assert_eq!(cache.write(&feed(), &records).repeated, times.len());
}

#[test]
fn a_page_that_fails_in_the_middle_leaves_nothing() {
    let cache = Cache::new();
    cache.run(|db| {
        // Fails at the last of the rows, which ascend.
        let trigger = format!(
            "CREATE TEMP TRIGGER fails BEFORE INSERT ON main.event WHEN NEW.row >> 18 = {} BEGIN
                 SELECT RAISE(ABORT, 'no');
             END",
            T0 + 9
        );
        db.conn.execute_batch(&trigger).map_err(db.explain())
    });
    let records: Vec<Record> = (0..10).map(|nth| record(&nth.to_string(), T0 + nth)).collect();
    let page = records.clone();
    let failed = cache.store.run_blocking(move |db| {
        db.write_page(&feed(), &page, &[unreadable("x")], &proves(T0, T0 + 5), Timestamp::from_millis(T0))
    });
    assert!(matches!(failed, Err(StoreError::Other { .. })), "{failed:?}");
    for table in ["event", "packed", "quarantine", "coverage", "feed", "source", "entity", "actor", "word"] {
        let left = cache.run(move |db| {
            db.conn
                .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
                .map_err(db.explain())
        });
        assert_eq!(left, 0, "{table}");
    }
    cache.run(|db| db.conn.execute_batch("DROP TRIGGER fails").map_err(db.explain()));
    // The texts of the failed page are made again, not remembered from it.
    assert_eq!(cache.write(&feed(), &records).new.len(), 10);
    assert_eq!(cache.all().len(), 10);
    assert!(cache.run(|db| db.state(&feed())).ledger.is_empty());
}

#[test]
fn a_full_disk_loses_nothing_wherever_it_strikes() {
    let cache = Cache::new();
    cache.write(&feed(), &[record("kept", T0)]);
    let pages = cache.ask("PRAGMA page_count");
    // Nothing that could be packed into less: a generator of numbers (xorshift64, Marsaglia 2003).
    let mut number = 0x9e37_79b9_7f4a_7c15_u64;
    let mut noise = || {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        char::from(b' ' + (number % 90) as u8)
    };
    let big = |nth: i64| {
        let raw: String = (0..30_000).map(|_| noise()).collect();
        Record { raw: raw.into(), ..record(&nth.to_string(), T0 + nth) }
    };
    let records: Vec<Record> = (0..4).map(big).collect();
    let mut full = 0;
    for room in 0.. {
        let page = records.clone();
        let limit = format!("PRAGMA max_page_count = {}", pages + room);
        let written = cache.store.run_blocking(move |db| {
            db.conn.query_row(&limit, [], |_| Ok(())).map_err(db.explain())?;
            db.write_page(&feed(), &page, &[], &proves(T0, T0 + 5), Timestamp::from_millis(T0))
        });
        if written.is_ok() {
            break;
        }
        assert!(matches!(written, Err(StoreError::DiskFull { .. })), "{written:?}");
        assert_eq!(cache.all().len(), 1, "{room}");
        full += 1;
    }
    assert!(full > 20, "{full}");
    assert_eq!(cache.all().len(), 5);
    assert_eq!(cache.run(|db| db.count(&feed())), 5);
}

#[test]
fn unreadable_records_are_kept_once_and_leave_when_they_can_be_read() {
    let cache = Cache::new();
    let put = |records: &[Record], unreadable: &[Quarantined]| {
        let (records, unreadable) = (records.to_vec(), unreadable.to_vec());
        cache.run(move |db| {
            db.write_page(&feed(), &records, &unreadable, &Learned::default(), Timestamp::from_millis(T0))
        })
    };
    let good = record("a", T0);
    let bad = [unreadable("junk"), unreadable(&good.raw), unreadable("junk")];
    assert_eq!(put(&[], &bad).quarantined, 2);
    assert_eq!(put(&[], &bad).quarantined, 0);
    assert_eq!(cache.run(Db::sources_summary)[0].quarantined, 2);
    assert_eq!(
        cache.ask("SELECT count(*) FROM quarantine WHERE raw = 'junk' AND reason = 'it has no time'"),
        1
    );
    put(&[good], &[]);
    assert_eq!(cache.run(Db::sources_summary)[0].quarantined, 1);
    assert_eq!(cache.ask("SELECT count(*) FROM quarantine"), 1);
}

#[test]
fn what_a_second_request_said_stays_until_the_record_changes() {
    let cache = Cache::new();
    let plain = Record { detail: Detail::Available, ..record("a", T0) };
    let row = cache.write(&feed(), std::slice::from_ref(&plain)).new[0].row;
    let changes = full_record("a", T0).changes;
    let documents = Some(r#"{"before":null,"after":{"mode":"b"}}"#.into());
    let told = Record { changes: changes.clone(), documents: documents.clone(), ..fetched() };
    let event = cache.run(move |db| db.save_detail(row, &told)).unwrap();
    assert_eq!((&event.record.changes, &event.record.detail), (&changes, &Detail::Fetched));
    assert_eq!(event.record.documents, documents);

    assert_eq!(cache.write(&feed(), std::slice::from_ref(&plain)).repeated, 1);
    let better = Record { status: Status::Unknown, ..plain.clone() };
    let written = cache.write(&feed(), &[better]);
    assert!(written.changed[0].1.marks.parts().has(Parts::DIFF));
    assert_eq!(cache.told(&[written.changed[0].1]), cache.to_be_told());
    assert_eq!(cache.all()[0].record.changes, changes);
    assert_eq!(cache.all()[0].record.documents, documents);

    let edited = Record { raw: "{}".into(), ..plain };
    assert!(!cache.write(&feed(), std::slice::from_ref(&edited)).changed[0].1.marks.parts().has(Parts::DIFF));
    assert_eq!(cache.all()[0].record, edited);
    assert_eq!(cache.run(|db| db.save_detail(RowId(5), &fetched())), None);
}

#[test]
fn a_source_that_is_read_by_another_profile_keeps_its_events() {
    let cache = Cache::new();
    cache.write(&feed(), &[record("a", T0)]);
    let other = FeedKey::new("prod", "my-own");
    assert_eq!(cache.write(&other, &[record("a", T0)]).changed.len(), 1);
    assert_eq!(&*cache.all()[0].feed, "my-own");
    assert_eq!((cache.run(|db| db.count(&feed())), cache.run(move |db| db.count(&other))), (0, 1));
    assert_eq!(cache.run(|db| db.count_source("prod")), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Each number stands for one record; odd ones have no id.
    #[test]
    fn pages_in_any_order_come_to_the_set_of_their_records(
        pages in proptest::collection::vec(proptest::collection::vec(0_u8..24, 0..12), 0..8)
    ) {
        let make = |nth: &u8| {
            let time = T0 + i64::from(nth / 4);
            if nth % 2 == 1 { nameless(&nth.to_string(), time) } else { record(&nth.to_string(), time) }
        };
        let mut expected: BTreeMap<u8, u32> = BTreeMap::new();
        let cache = Cache::new();
        for page in &pages {
            cache.write(&feed(), &page.iter().map(make).collect::<Vec<_>>());
            for nth in page {
                let here = page.iter().map(|other| u32::from(other == nth)).sum();
                let count = expected.entry(*nth).or_default();
                *count = (*count).max(if nth % 2 == 1 { here } else { 1 });
            }
        }
        let events = cache.all();
        prop_assert!(events.windows(2).all(|pair| pair[0].row > pair[1].row));
        prop_assert_eq!(cache.run(|db| db.count(&feed())), events.len() as u64);
        let mut got: Vec<(String, u32)> =
            events.iter().map(|event| (event.record.raw.to_string(), event.count)).collect();
        let mut want: Vec<(String, u32)> =
            expected.iter().map(|(nth, count)| (make(nth).raw.to_string(), *count)).collect();
        got.sort();
        want.sort();
        prop_assert_eq!(got, want);
    }
}
