//! Damaged files: moved aside as a whole, never a panic, never a cache that cannot be used again.

use std::fs;
use std::path::Path;

use super::*;
use crate::domain::RowId;
use crate::store::Marker;

/// The bytes of a sound cache of some hundred events.
fn sound() -> Vec<u8> {
    bytes_of(some_hundred())
}

fn some_hundred() -> Cache {
    let cache = Cache::new();
    let records: Vec<Record> = (0..400).map(|nth| full_record(&nth.to_string(), T0 + nth)).collect();
    cache.write(&feed(), &records);
    cache
}

fn bytes_of(cache: Cache) -> Vec<u8> {
    let (path, _directory) = (cache.path(), cache.directory);
    drop(cache.store);
    fs::read(path).unwrap()
}

/// A directory with a cache file of these bytes, closed to others as ours are.
fn directory_with(bytes: &[u8]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("cache.db"), bytes).unwrap();
    directory
}

/// Overwrites the last quarter of a file: no table begins there, so opening it does not come across.
fn spoil(bytes: &mut [u8]) {
    let from = bytes.len() / 4096 * 3 / 4 * 4096;
    bytes[from..].fill(0x5a);
}

/// Asks everything there is to ask.
fn use_all(store: &Store) -> Result<usize, StoreError> {
    store.run_blocking(|db| {
        while db.seal_some()? {}
        let chunk = db.chunk(None, 10_000)?;
        for sealed in &chunk.sealed {
            let _ = db.texts(sealed.number)?.map(|texts| texts.unpack());
        }
        let sealed = chunk.sealed.iter().flat_map(|sealed| &sealed.rows).map(|row| RowId(*row));
        let rows: Vec<RowId> = chunk.rows.iter().map(|row| row.row).chain(sealed).collect();
        let events = db.events(&rows)?;
        if let Some(event) = events.first() {
            db.event(event.id)?;
        }
        db.index_rows_since(Marker::default(), 10_000)?;
        db.sources_summary()?;
        let state = db.state(&feed())?;
        let learned = Learned { generation: Some(state.generation), ..proves(T0, T0 + 5) };
        let (records, unreadable) = ([record("new", T0)], [unreadable("x")]);
        db.write_page(&feed(), &records, &unreadable, &learned, Timestamp::from_millis(T0))?;
        Ok(events.len())
    })
}

/// A cache that can be written and read.
fn assert_usable(store: &Store) {
    use_all(store).unwrap();
    assert!(use_all(store).unwrap() >= 1);
}

#[test]
fn what_is_no_database_is_moved_aside_and_a_fresh_cache_begun() {
    let sound = sound();
    let zeroed_header = [&[0; 100], &sound[100..]].concat();
    let half = &sound[..sound.len() / 2];
    let no_version = [&sound[..60], &[0; 4], &sound[64..]].concat();
    let future = [&sound[..18], &[9], &sound[19..]].concat();
    let table: [(&str, &[u8]); 7] = [
        ("text", b"dear diary, this is no database, however long it may be"),
        ("a write version of the future", &future),
        ("no version and all the tables", &no_version),
        ("zeros", &[0; 8192]),
        ("zeroed header", &zeroed_header),
        ("cut in half", half),
        ("cut to its first 200 bytes", &sound[..200]),
    ];
    for (what, bytes) in table {
        let directory = directory_with(bytes);
        fs::write(directory.path().join("cache.db-wal"), "log").unwrap();
        let (store, notices) = Store::open(&directory.path().join("cache.db")).unwrap_or_else(|error| {
            panic!("{what}: {error}");
        });
        let aside = files(&directory, ".corrupt-");
        assert_eq!(notices.len(), 1, "{what}: {notices:?}");
        assert!(notices[0].to_string().contains(&aside[0]), "{what}: {notices:?}");
        assert_eq!(fs::read(directory.path().join(&aside[0])).unwrap(), bytes, "{what}");
        assert!(aside.contains(&format!("{}-wal", aside[0])), "{what}: {aside:?}");
        assert_usable(&store);
    }
}

#[test]
fn an_empty_file_is_a_cache_to_be_begun() {
    // SQLite on some systems makes an empty file one byte long.
    for bytes in ["", "S"] {
        let directory = directory_with(bytes.as_bytes());
        assert_usable(&open_quietly(&directory));
        assert_eq!(files(&directory, ".corrupt-").len(), 0);
    }
}

/// Opens the cache of a directory whose mode the test did not care about.
fn open_quietly(directory: &TempDir) -> Store {
    Store::open(&directory.path().join("cache.db")).unwrap().0
}

#[test]
fn a_table_that_is_missing_is_damage() {
    let cache = Cache::new();
    cache.run(|db| db.conn.execute_batch("DROP TABLE quarantine").map_err(db.explain()));
    let (path, directory) = (cache.path(), cache.directory);
    drop(cache.store);
    let (store, notices) = Store::open(&path).unwrap();
    assert!(notices[0].to_string().contains("quarantine"), "{notices:?}");
    assert_eq!(files(&directory, ".corrupt-").len(), 3);
    assert_usable(&store);
}

#[test]
fn the_log_of_a_file_that_is_gone_is_not_taken_for_part_of_the_next() {
    let cache = Cache::new();
    cache.write(&feed(), &[record("a", T0)]);
    let wal = fs::read(cache.path().with_extension("db-wal")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("cache.db-wal"), wal).unwrap();
    let store = open_quietly(&directory);
    assert_eq!(use_all(&store), Ok(0));
    assert_eq!(files(&directory, ".corrupt-").len(), 1);
}

#[test]
fn damage_that_shows_in_a_later_query_is_told_and_a_fresh_cache_begun() {
    let mut bytes = sound();
    spoil(&mut bytes);
    let directory = directory_with(&bytes);
    let store = open_quietly(&directory);
    let error = use_all(&store).unwrap_err();
    let StoreError::Corrupt { aside: Some(aside), .. } = &error else { panic!("{error:?}") };
    assert_eq!(fs::read(aside).unwrap(), bytes);
    let sentence = error.to_string();
    assert!(sentence.contains("is damaged") && sentence.contains("sync to fill it"), "{sentence}");
    assert_eq!(use_all(&store), Ok(0));
    assert_usable(&store);
}

#[test]
fn a_failure_without_another_explanation_is_checked_against_the_file() {
    let unexplained = |db: &mut Db| -> Result<(), StoreError> {
        Err(StoreError::Other { path: db.path().to_owned(), what: "out of memory".into() })
    };
    let mut bytes = sound();
    let directory = directory_with(&bytes);
    let store = open_quietly(&directory);
    let error = store.run_blocking(unexplained).unwrap_err();
    assert!(matches!(error, StoreError::Other { .. }), "{error:?}");
    assert_eq!(use_all(&store), Ok(400));

    spoil(&mut bytes);
    let directory = directory_with(&bytes);
    let error = open_quietly(&directory).run_blocking(unexplained).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { aside: Some(_), .. }), "{error:?}");
}

#[test]
fn a_row_that_this_program_would_not_have_written_is_damage() {
    for sql in [
        "UPDATE packed SET codebook = 9",
        "UPDATE packed SET data = x''",
        "UPDATE packed SET data = CAST(substr(data, 1, length(data) - 1) AS BLOB)",
        "DELETE FROM packed",
        "UPDATE event SET status = 77",
        "UPDATE event SET status = -1",
        "UPDATE event SET count = -1",
        "UPDATE event SET detail = 9",
        "UPDATE event SET entity = 999",
        "UPDATE event SET feed = 999",
        "UPDATE event SET id = x'00'",
        "UPDATE feed SET events = -5",
        "ALTER TABLE packed RENAME COLUMN data TO date",
    ] {
        let cache = Cache::new();
        cache.write(&feed(), &[full_record("a", T0)]);
        cache.run(move |db| db.conn.execute_batch(sql).map_err(db.explain()));
        let error = use_all(&cache.store).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { aside: Some(_), .. }), "{sql}: {error:?}");
        assert_usable(&cache.store);
    }
}

#[test]
fn a_body_of_an_older_version_that_nobody_would_have_written_is_damage() {
    for sql in [
        "UPDATE body SET changes = '[{\"path\":1}]'",
        "UPDATE body SET changes = '[{\"path\":\"a\",\"op\":\"zap\"}]'",
        "UPDATE body SET facts = '{'",
        "UPDATE body SET raw = CAST(x'ff' AS TEXT)",
        "ALTER TABLE body RENAME COLUMN changes TO chances",
    ] {
        let cache = Cache::new();
        cache.write(&feed(), &[full_record("a", T0)]);
        cache.unpack_all();
        cache.run(move |db| db.conn.execute_batch(sql).map_err(db.explain()));
        let error = use_all(&cache.store).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { aside: Some(_), .. }), "{sql}: {error:?}");
    }
}

#[test]
fn a_codebook_with_one_wrong_bit_is_damage() {
    let cache = Cache::new();
    let page: Vec<Record> = (0..60).map(|nth| full_record(&nth.to_string(), T0 + nth)).collect();
    cache.write(&feed(), &page);
    assert_eq!(cache.ask("SELECT count(*) FROM codebook"), 1);
    let path = cache.path();
    drop(cache.store);
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute("UPDATE codebook SET data = CAST(data || x'00' AS BLOB)", []).unwrap();
    drop(conn);
    let error = use_all(&open(&path)).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { aside: Some(_), .. }), "{error:?}");
}

/// A small generator of numbers, the same on every run (xorshift64, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

#[test]
fn damage_anywhere_never_ends_in_a_panic_or_an_unusable_cache() {
    let cache = some_hundred();
    cache.run(|db| {
        while db.seal_some()? {}
        Ok(())
    });
    let sound = bytes_of(cache);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut found = 0;
    for nth in 0..120 {
        let mut bytes = sound.clone();
        match nth % 4 {
            0 => bytes.truncate(numbers.below(sound.len())),
            1 => bytes[numbers.below(100)] ^= 1 << numbers.below(8),
            2 => {
                for _ in 0..20 {
                    let at = numbers.below(sound.len());
                    bytes[at] = numbers.below(256) as u8;
                }
            }
            _ => {
                let start = numbers.below(sound.len() - 600);
                bytes[start..start + 600].fill(numbers.below(256) as u8);
            }
        }
        found += usize::from(survives(nth, &directory_with(&bytes).path().join("cache.db")));
    }
    assert!(found > 40, "only {found} were noticed");
}

/// Whether the damage was noticed. After damage is told, the cache can be used.
fn survives(nth: usize, path: &Path) -> bool {
    let directory = path.parent().unwrap();
    if fs::metadata(directory).is_err() {
        fs::create_dir_all(directory).unwrap();
    }
    match Store::open(path) {
        // A flipped bit of the marks in the header makes it a newer one, or another program's.
        Err(StoreError::Newer { .. } | StoreError::Denied { .. }) => true,
        Err(error) => panic!("{nth}: {error}"),
        Ok((store, notices)) => {
            let moved = notices.iter().any(|notice| notice.0.contains("damaged"));
            match use_all(&store) {
                Ok(_) => moved,
                Err(StoreError::Corrupt { aside: Some(_), .. }) => {
                    assert_usable(&store);
                    true
                }
                Err(error) => panic!("{nth}: {error}"),
            }
        }
    }
}
