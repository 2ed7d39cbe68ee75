//! Bodies in a few bytes. A codebook is made of forty records here, or of ten that are put away.

use super::*;

fn page(from: i64, to: i64) -> Vec<Record> {
    (from..to).map(|nth| full_record(&nth.to_string(), T0 + nth)).collect()
}

fn records(cache: &Cache) -> Vec<Record> {
    cache.all().into_iter().rev().map(|event| event.record).collect()
}

fn seal_all(cache: &Cache) {
    cache.run(|db| {
        while db.seal_some()? {}
        Ok(())
    });
}

const WITHOUT: &str = "SELECT count(*) FROM packed WHERE codebook = 0";

#[test]
fn a_codebook_is_learned_and_makes_bodies_shorter() {
    let cache = Cache::new();
    cache.write(&feed(), &page(0, 30));
    assert_eq!((cache.ask("SELECT count(*) FROM codebook"), cache.ask(WITHOUT)), (0, 30));
    cache.write(&feed(), &page(30, 60));
    assert_eq!((cache.ask("SELECT count(*) FROM codebook"), cache.ask(WITHOUT)), (1, 39));
    let average = |with: bool| {
        let sql = ["WHERE codebook = 0", "WHERE codebook > 0"][usize::from(with)];
        let sql: &'static str = Box::leak(format!("SELECT avg(length(data)) * 10 FROM packed {sql}").into());
        cache.run(move |db| db.conn.query_row(sql, [], |row| row.get::<_, f64>(0)).map_err(db.explain()))
    };
    assert!(average(true) * 3.0 < average(false), "{} {}", average(true), average(false));
    assert_eq!(records(&cache), page(0, 60));

    // Another program reads them, and packs with the same codebook.
    let path = cache.path();
    let other = open(&path);
    let more = page(60, 62);
    let write = move |db: &mut Db| {
        db.write_page(&feed(), &more, &[], &Learned::default(), Timestamp::from_millis(T0))
    };
    other.run_blocking(write).unwrap();
    assert_eq!((cache.ask("SELECT count(*) FROM codebook"), cache.ask(WITHOUT)), (1, 39));
    assert_eq!(records(&cache), page(0, 62));

    // What was packed before is packed anew when it is put away.
    seal_all(&cache);
    assert_eq!(cache.ask(WITHOUT), 0);
    assert_eq!(records(&cache), page(0, 62));
}

#[test]
fn few_records_learn_from_each_other_when_they_are_put_away() {
    let cache = Cache::new();
    for nth in 0..12 {
        cache.write(&feed(), &page(nth, nth + 1));
    }
    seal_all(&cache);
    assert_eq!((cache.ask("SELECT count(*) FROM codebook"), cache.ask(WITHOUT)), (1, 0));
    assert_eq!(records(&cache), page(0, 12));
}

#[test]
fn each_profile_has_a_codebook_of_its_own() {
    let cache = Cache::new();
    for name in ["one", "two"] {
        cache.write(&FeedKey::new(name, name), &page(0, 50));
    }
    assert_eq!(cache.ask("SELECT count(DISTINCT profile) FROM codebook"), 2);
    assert_eq!(cache.ask("SELECT count(DISTINCT codebook) FROM packed"), 3);
}

#[test]
fn a_cache_of_an_older_version_is_read_as_it_is_and_moved_bit_by_bit() {
    let cache = Cache::new();
    let mut expected = page(0, 30);
    expected.extend([nameless("content", T0 + 100), nameless("{}", T0 + 101)]);
    cache.write(&feed(), &expected);
    cache.unpack_all();
    cache.go_back_to(1);
    let (path, _directory) = (cache.path(), cache.directory);
    drop(cache.store);
    let cache = Cache { store: open(&path), directory: tempfile::tempdir().unwrap() };
    assert_eq!(records(&cache), expected);

    // One that changes moves at once, and so does one of which more is known.
    let edited = Record { summary: Some("New".into()), ..full_record("3", T0 + 3) };
    cache.write(&feed(), std::slice::from_ref(&edited));
    expected[3] = edited;
    let row = cache.all().into_iter().rev().nth(5).unwrap().row;
    let detail = Detail::Refused("403".into());
    let told = Record { detail, ..record("", 0) };
    cache.run(move |db| db.save_detail(row, &told));
    expected[5] =
        Record { changes: Vec::new(), detail: Detail::Refused("403".into()), ..expected[5].clone() };
    assert_eq!((cache.ask("SELECT count(*) FROM body"), cache.ask("SELECT count(*) FROM packed")), (30, 2));
    assert_eq!(records(&cache), expected);

    seal_all(&cache);
    assert_eq!((cache.ask("SELECT count(*) FROM body"), cache.ask("SELECT count(*) FROM packed")), (0, 32));
    assert_eq!((records(&cache), cache.ask(WITHOUT)), (expected, 0));
}

#[test]
fn what_was_rolled_back_is_not_packed_with() {
    let cache = Cache::new();
    let failed = cache.run(|db| {
        let failed = db.change_with(|tx, dictionaries| {
            for nth in 0..50_i64 {
                let body = body::get(tx, &mut dictionaries.codebooks, nth)?;
                assert!(body.is_none());
                let record = full_record(&nth.to_string(), T0);
                let encoded = crate::store::codec::Encoded::of(&record, "kaireonai");
                let body = body::Body::of(&record, &encoded);
                body::put(tx, &mut dictionaries.codebooks, nth, "kaireonai", &body)?;
            }
            Err::<(), _>(rusqlite::Error::InvalidQuery)
        });
        Ok(failed.is_err())
    });
    assert!(failed);
    cache.write(&feed(), &page(0, 60));
    assert_eq!(records(&cache), page(0, 60));
    assert_eq!(cache.ask("SELECT count(*) FROM codebook"), 1);
}
