//! What comes out of the cache, and what it knows of sources.

use super::*;
use crate::domain::{EventId, Fault, FaultKind, GapReason, Note, Parts};
use crate::store::{FeedSummary, Marker, Resume, SourceSummary};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

#[test]
fn events_come_in_the_order_asked_without_those_that_are_not_there() {
    let cache = Cache::new();
    let written = cache.write(&feed(), &[record("a", T0), record("b", T0 + 1), record("c", T0 + 2)]);
    let [a, b, c] = [0, 1, 2].map(|nth| written.new[nth].row);
    let asked = [b, RowId(1), c, a, b];
    let rows: Vec<RowId> =
        cache.run(move |db| db.events(&asked)).iter().map(|event: &Event| event.row).collect();
    assert_eq!(rows, [b, c, a, b]);
}

#[test]
fn an_event_is_found_by_its_name() {
    let cache = Cache::new();
    cache.write(&feed(), &[record("a", T0)]);
    let id = EventId::derive("prod", None, &Identity::Native("a".into()));
    assert_eq!(cache.run(move |db| db.event(id)).map(|event| event.record), Some(record("a", T0)));
    assert_eq!(cache.run(|db| db.event(EventId([0; 10]))), None);
}

#[test]
fn rows_for_the_columns_come_in_chunks_newest_first() {
    let cache = Cache::new();
    for (source, scope) in [("one", None), ("two", Some("s1")), ("two", Some("s2"))] {
        let mut key = FeedKey::new(source, "f");
        if let Some(scope) = scope {
            key = key.in_scope(scope, None);
        }
        let records: Vec<Record> = (0..7).map(|nth| full_record(&nth.to_string(), T0 + nth / 2)).collect();
        cache.write(&key, &records);
    }
    let whole = cache.run(|db| db.chunk(None, 1_000)).rows;
    assert_eq!(cache.told(&whole), cache.to_be_told());
    assert_eq!(whole.len(), 21);
    let mut chunks: Vec<IndexRow> = Vec::new();
    let mut after = None;
    loop {
        let chunk = cache.run(move |db| db.chunk(after, 4));
        assert!(chunk.sealed.is_empty() && chunk.rows.len() <= 4);
        chunks.extend(chunk.rows);
        after = chunk.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(chunks, whole);
}

#[test]
fn a_second_program_sees_what_arrived() {
    let cache = Cache::new();
    let other = open(&cache.path());
    let see = |since: Marker, limit: usize| {
        other.run_blocking(move |db| db.index_rows_since(since, limit)).unwrap()
    };
    let version = || other.run_blocking(Db::data_version).unwrap();
    let start = version();
    cache.write(&feed(), &[record("a", T0), record("b", T0 + 1), record("c", T0 + 2)]);
    assert_ne!(version(), start);
    let first = see(Marker::default(), 2);
    assert_eq!((first.rows.len(), first.more), (2, true));
    let second = see(first.marker, 2);
    assert_eq!((second.rows.len(), second.more), (1, false));
    assert_eq!(see(second.marker, 2).rows, []);
    assert_eq!(other.run_blocking(Db::marker).unwrap(), second.marker);

    let changed = cache.write(&feed(), &[record("b", T0 + 9)]).changed;
    let arrivals = see(second.marker, 10);
    assert_eq!(arrivals.left, [changed[0].0]);
    assert_eq!(arrivals.rows, [changed[0].1]);
    let row = changed[0].1.row;
    cache.run(move |db| db.save_detail(row, &fetched()));
    let arrivals = see(arrivals.marker, 10);
    assert_eq!((arrivals.left.len(), arrivals.rows[0].row), (0, row));
    let quiet = version();
    cache.write(&feed(), &[record("b", T0 + 9)]);
    assert_eq!(version(), quiet);
}

#[test]
fn what_was_learned_is_written_with_its_page() {
    let cache = Cache::new();
    let put = |learned: &Learned, id: &str| {
        let (learned, record) = (learned.clone(), record(id, T0));
        cache.run(move |db| db.write_page(&feed(), &[record], &[], &learned, at(T0)))
    };
    assert_eq!(cache.run(|db| db.state(&feed())), FeedState::default());
    let note = Note { span: Stretch { lo: at(0), hi: at(T0) }, reason: GapReason::RateLimited };
    let resume = Resume { below: at(T0 - 9), place: r#"{"after":"x"}"#.to_owned() };
    let next = Learned {
        notes: vec![note],
        ascending: Some(true),
        total: Some(u64::MAX),
        resume: Some(Some(resume.clone())),
        synced_at: Some(at(T0 + 1)),
        ..proves(T0 - 9, T0 + 5)
    };
    let first = put(&next, "a");
    let stored = cache.run(|db| db.state(&feed()));
    assert_eq!((stored == first.state, first.overtaken), (true, false));
    assert_eq!((stored.last_total, stored.last_sync), (Some(i64::MAX as u64), Some(at(T0 + 1))));
    assert_eq!((stored.ascending, stored.resume.as_ref()), (Some(true), Some(&resume)));
    assert_eq!((stored.ledger.complete_to(), stored.ledger.top()), (Some(at(T0 - 9)), Some(at(T0 + 5))));
    let [shown] = &cache.run(Db::coverage)[..] else { panic!("one feed was read") };
    assert_eq!((&shown.source, &shown.feed, &shown.scope), (&feed().source, &feed().feed, &None));
    assert_eq!((&shown.ledger, shown.events, shown.label()), (&stored.ledger, 1, &*feed().feed));
    assert_eq!(stored.ledger.notes(), [note]);

    assert_eq!(put(&proves(T0 + 3, T0 + 8), "b").state.ledger.segments().len(), 1, "they overlap");
    // Claims are taken back: what rests on them keeps its rows and claims nothing.
    let mixed = put(&Learned { generation: Some(0), mixed: true, ..Learned::default() }, "c").state;
    assert_eq!((mixed.generation, mixed.mixed, mixed.ledger.is_empty()), (1, true, true));
    let late = put(&proves(T0, T0 + 3), "d");
    assert_eq!((late.overtaken, late.new.len(), late.state == mixed), (true, 1, true));
    assert_eq!(cache.run(|db| db.count(&feed())), 4);
    let scoped = feed().in_scope("s", None);
    assert_eq!(cache.run(move |db| db.state(&scoped)), FeedState::default());
}

#[test]
fn what_an_answer_should_have_shown_is_gone_until_it_is_seen_again() {
    let cache = Cache::new();
    let records: Vec<Record> = (0..5).map(|nth| record(&nth.to_string(), T0 + nth)).collect();
    cache.write(&feed(), &records);
    let seq = cache.run(Db::marker);
    // The answer begins with 4 and ends with 0; 1 and 3 are missing, and 2 came while it was under way.
    let shown = |ids: &[usize]| ids.iter().map(|nth| records[*nth].clone()).collect::<Vec<_>>();
    let exact = |asked_at: i64| Learned {
        exact: Some(Stretch { lo: at(T0), hi: at(T0 + 4) }),
        asked_at: Some(at(asked_at)),
        date: Some(at(T0 + 100)),
        ..Learned::default()
    };
    let page = shown(&[4, 2, 0]);
    let put = |page: Vec<Record>, learned: Learned| {
        cache.run(move |db| db.write_page(&feed(), &page, &[], &learned, at(T0 + 50)))
    };
    assert_eq!(put(page.clone(), exact(T0 - 1)).gone, 0, "they came after the question");
    let written = put(page, exact(T0 + 60));
    assert_eq!((written.gone, written.changed.len()), (2, 2));
    assert!(written.changed.iter().all(|(_, row)| row.marks.parts().has(Parts::GONE)));
    let told = cache.run(move |db| db.index_rows_since(seq, 10)).rows;
    assert_eq!(told.len(), 2, "other programs hear of it");
    assert_eq!(cache.run(|db| db.count_beyond(&feed(), at(T0), true)), 2, "what is gone does not count");
    assert_eq!(cache.all().len(), 5, "and stays in the cache");
    let gone: Vec<_> =
        cache.all().iter().map(|event| event.fate.as_ref().and_then(|fate| fate.gone_at)).collect();
    assert_eq!(gone.iter().flatten().collect::<Vec<_>>(), [&at(T0 + 100); 2], "by the server's clock");
    let back = put(shown(&[3]), Learned::default());
    assert!(back.changed.len() == 1 && !back.changed[0].1.marks.parts().has(Parts::GONE));
    assert_eq!(cache.run(|db| db.count_beyond(&feed(), at(T0), true)), 3);
}

#[test]
fn a_source_is_held_until_the_latest_time_named() {
    let cache = Cache::new();
    assert_eq!(cache.run(|db| db.next_allowed_at("prod")), None);
    for (until, kept) in [(T0, T0), (T0 - 1, T0), (T0 + 1, T0 + 1)] {
        cache.run(move |db| db.hold_source("prod", at(until)));
        assert_eq!(cache.run(|db| db.next_allowed_at("prod")), Some(at(kept)));
    }
}

#[test]
fn the_summary_tells_what_is_there() {
    let cache = Cache::new();
    let fault = |kind| Fault {
        kind,
        message: "no".into(),
        fix: "do".into(),
        http_status: Some(401),
        request_id: None,
        at: at(T0),
    };
    for kind in [
        FaultKind::SignIn,
        FaultKind::Forbidden,
        FaultKind::Configuration,
        FaultKind::RateLimited,
        FaultKind::Network,
        FaultKind::Server,
        FaultKind::Shape,
        FaultKind::Store,
    ] {
        let fault = fault(kind);
        let saved = fault.clone();
        cache.run(move |db| db.save_outcome("alone", None, Some(&saved)));
        assert_eq!(cache.run(Db::sources_summary)[0].fault, Some(fault));
    }
    let one = feed().in_scope("s1", Some("Old"));
    cache.write(&one, &[record("a", T0)]);
    let one = feed().in_scope("s1", Some("New"));
    cache.write(&one, &[record("b", T0)]);
    let two = feed().in_scope("s2", None);
    cache.write(&two, &[record("c", T0)]);
    cache.run(|db| {
        db.save_outcome("prod", Some(at(T0)), None)?;
        db.save_outcome("prod", None, None)
    });
    let summary = cache.run(Db::sources_summary);
    let state = FeedState::default();
    assert_eq!(
        summary[1],
        SourceSummary {
            broken: 0,
            note: None,
            name: "prod".into(),
            feeds: vec![
                FeedSummary { key: one, events: 2, quarantined: 0, state: state.clone(), audited_at: None },
                FeedSummary { key: two, events: 1, quarantined: 0, state, audited_at: None },
            ],
            events: 3,
            quarantined: 0,
            last_sync: Some(at(T0)),
            next_allowed_at: None,
            fault: None,
        }
    );
    assert_eq!((&*summary[0].name, summary[0].events), ("alone", 0));
}
