//! Rows that are put away, and what becomes of them afterwards. Stretches are of a dozen rows here.

use proptest::prelude::*;

use super::*;
use crate::domain::SealedRows;
use crate::query::{Filter, Texts};
use crate::store::{Chunk, Marker};

pub(super) fn seal_all(cache: &Cache) {
    cache.run(|db| {
        while db.seal_some()? {}
        Ok(())
    });
}

fn chunk(cache: &Cache) -> Chunk {
    cache.run(|db| db.chunk(None, usize::MAX))
}

/// The rows of a stretch as they were when it was put away.
fn rows_of(sealed: &SealedRows) -> Vec<IndexRow> {
    let time = |row: i64| sealed.times.iter().find(|(place, _)| *place == row).map(|(_, time)| *time);
    let row = |at: usize| {
        let (action, raw_action) = sealed.words[sealed.deeds[at] as usize];
        IndexRow {
            row: RowId(sealed.rows[at]),
            time: time(sealed.rows[at]),
            feed: sealed.feeds[at],
            entity: sealed.entities[at],
            actor: sealed.actors[at],
            action,
            raw_action,
            set: sealed.sets[at],
            marks: sealed.marks[at],
        }
    };
    (0..sealed.rows.len()).map(row).collect()
}

/// What a reader of a chunk knows in the end, newest first.
pub(super) fn known(chunk: &Chunk) -> Vec<IndexRow> {
    let mut rows: Vec<IndexRow> = chunk.rows.clone();
    for sealed in &chunk.sealed {
        let is_over = |row: &IndexRow| {
            sealed.gone.contains(&row.row) || sealed.late.iter().any(|late| late.row == row.row)
        };
        rows.extend(rows_of(sealed).into_iter().filter(|row| !is_over(row)));
        rows.extend(sealed.late.iter().copied());
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.row));
    rows
}

fn texts(cache: &Cache, number: i64) -> Texts {
    cache.run(move |db| db.texts(number)).unwrap().unpack().unwrap()
}

#[test]
fn what_was_put_away_says_what_the_events_say() {
    let cache = Cache::new();
    let page: Vec<Record> = (0..40).map(|nth| full_record(&nth.to_string(), T0 + nth / 3)).collect();
    cache.write(&feed(), &page);
    assert_eq!(chunk(&cache).sealed, []);
    seal_all(&cache);
    let chunk = chunk(&cache);
    let lengths: Vec<usize> = chunk.sealed.iter().map(|sealed| sealed.rows.len()).collect();
    assert_eq!((lengths.iter().sum::<usize>(), chunk.rows.len()), (40, 0), "{lengths:?}");
    assert_eq!(cache.told(&known(&chunk)), cache.to_be_told());
    for sealed in &chunk.sealed {
        assert_eq!((sealed.late.len(), sealed.gone.len()), (0, 0));
        assert!(Filter::read(&sealed.filter).is_some());
        texts(&cache, sealed.number);
    }
    let sides = chunk.sealed.windows(2).all(|pair| pair[1].to == pair[0].from);
    assert!(sides, "stretches leave no room between them");
}

#[test]
fn a_stretch_of_long_records_ends_early() {
    let cache = Cache::new();
    let long = |nth: i64| Record { raw: "x".repeat(900).into(), ..record(&nth.to_string(), T0 + nth) };
    cache.write(&feed(), &(0..30).map(long).collect::<Vec<_>>());
    seal_all(&cache);
    let chunk = chunk(&cache);
    assert!(chunk.sealed.len() > 5 && chunk.sealed.iter().all(|sealed| sealed.rows.len() <= 3));
    assert_eq!(cache.told(&known(&chunk)), cache.to_be_told());
}

#[test]
fn the_newest_rows_stay_loose_until_there_are_enough() {
    let cache = Cache::new();
    for nth in 0..9 {
        cache.write(&feed(), &[record(&nth.to_string(), T0 + nth)]);
        seal_all(&cache);
        let chunk = chunk(&cache);
        let expected = if nth < 5 { (0, nth as usize + 1) } else { (1, nth as usize - 5) };
        assert_eq!((chunk.sealed.len(), chunk.rows.len()), expected, "{nth}");
    }
}

#[test]
fn chunks_of_what_was_put_away_come_newest_first_and_none_twice() {
    let cache = Cache::new();
    let page: Vec<Record> = (0..50).map(|nth| record(&nth.to_string(), T0 + nth)).collect();
    cache.write(&feed(), &page);
    seal_all(&cache);
    let more: Vec<Record> = (50..54).map(|nth| record(&nth.to_string(), T0 + nth)).collect();
    cache.write(&feed(), &more);
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let chunk = cache.run(move |db| db.chunk(after, 3));
        rows.extend(known(&chunk));
        after = chunk.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(cache.told(&rows), cache.to_be_told());
}

#[test]
fn a_second_program_hears_of_what_was_put_away_and_what_became_of_it() {
    let cache = Cache::new();
    let page: Vec<Record> = (0..12).map(|nth| record(&nth.to_string(), T0 + 10 * nth)).collect();
    cache.write(&feed(), &page);
    let before = cache.run(Db::marker);
    seal_all(&cache);
    cache.write(&feed(), &[record("3", T0 + 31), record("late", T0 + 55)]);
    let heard = cache.run(move |db| db.index_rows_since(before, 100));
    assert_eq!((heard.rows.len(), heard.left.len(), heard.sealed.len(), heard.more), (2, 1, 1, false));
    assert_eq!((heard.sealed[0].late.len(), &heard.sealed[0].gone), (2, &heard.left));
    let marker = heard.marker;
    let quiet = cache.run(move |db| db.index_rows_since(marker, 100));
    assert_eq!((quiet.rows.len(), quiet.sealed.len(), quiet.marker), (0, 0, marker));
    assert_ne!(marker, Marker::default());
}

#[test]
fn texts_that_are_damaged_are_as_good_as_none() {
    let cache = Cache::new();
    cache.write(&feed(), &(0..8).map(|nth| record(&nth.to_string(), T0 + nth)).collect::<Vec<_>>());
    seal_all(&cache);
    let number = chunk(&cache).sealed[0].number;
    for sql in [
        "UPDATE segment_texts SET data = CAST(substr(data, 1, length(data) - 1) AS BLOB)",
        "UPDATE segment_texts SET data = zeroblob(20)",
        "UPDATE segment_texts SET data = x''",
    ] {
        cache.run(move |db| db.conn.execute(sql, []).map_err(db.explain()));
        assert!(cache.run(move |db| db.texts(number)).unwrap().unpack().is_none(), "{sql}");
    }
    assert!(cache.run(move |db| db.texts(number + 1)).is_none());
}

/// What can happen to a cache.
#[derive(Debug, Clone)]
enum Step {
    /// A page with these events at these times.
    Write(Vec<(u8, i64)>),
    Seal,
    Detail(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let event = (0..40_u8, 0..60_i64);
    let step = prop_oneof![
        4 => prop::collection::vec(event, 0..20).prop_map(Step::Write),
        3 => Just(Step::Seal),
        1 => (0..40_u8).prop_map(Step::Detail),
    ];
    prop::collection::vec(step, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_put_away_and_loose_ones_are_all_there_is(steps in steps()) {
        let cache = Cache::new();
        for step in steps {
            match step {
                Step::Write(events) => {
                    let page = events.iter().map(|(id, time)| full_record(&id.to_string(), T0 + time));
                    cache.write(&feed(), &page.collect::<Vec<_>>());
                }
                Step::Seal => seal_all(&cache),
                Step::Detail(id) => {
                    if let Some(event) = cache.all().get(usize::from(id)) {
                        let row = event.row;
                        cache.run(move |db| db.save_detail(row, &fetched()));
                    }
                }
            }
            let chunk = chunk(&cache);
            prop_assert_eq!(cache.told(&known(&chunk)), cache.to_be_told());
            for sealed in &chunk.sealed {
                let was = texts(&cache, sealed.number);
                prop_assert!(Filter::read(&sealed.filter).is_some());
                drop(was);
            }
            let loose = cache.ask("SELECT count(*) FROM loose");
            let told: usize = chunk.sealed.iter().map(|sealed| sealed.late.len() + sealed.gone.len()).sum();
            prop_assert_eq!(loose, told as i64);
        }
    }
}
