//! Whose file it is, who may read it, and what is refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use rusqlite::Connection;
use rustix::fs::{CWD, Mode, mkfifoat};

use super::*;
use crate::store::open::refuse_foreign;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn files_and_directories_are_closed_to_others() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep/er/cache.db");
    let cache = Cache { store: open(&path), directory };
    cache.write(&feed(), &[record("a", T0)]);
    for file in ["cache.db", "cache.db-wal", "cache.db-shm"] {
        assert_eq!(mode(&path.with_file_name(file)), 0o600, "{file}");
    }
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(path.parent().unwrap().parent().unwrap()), 0o700);
}

#[test]
fn a_file_open_to_others_is_closed_and_a_directory_is_told_of_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cache.db");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o664)).unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o775)).unwrap();
    let (store, notices) = Store::open(&path).unwrap();
    assert_eq!((mode(&path), mode(directory.path())), (0o600, 0o775));
    assert_eq!(notices.len(), 1);
    assert!(notices[0].to_string().contains("can be written by other users"), "{}", notices[0]);
    assert!(notices[0].to_string().contains("chmod go-w"), "{}", notices[0]);
    drop(store);
    // Whoever can only look into the directory can do the cache no harm.
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    drop(open(&path));
    assert_eq!(mode(directory.path()), 0o755);
}

#[test]
fn what_is_no_plain_file_is_refused_and_left_alone() {
    type Make = fn(&Path);
    let table: [(&str, Make, &str); 6] = [
        ("cache.db", |path| symlink("/dev/null", path).unwrap(), "a symbolic link"),
        ("cache.db", |path| symlink("nowhere", path).unwrap(), "a symbolic link"),
        ("cache.db-wal", |path| symlink("nowhere", path).unwrap(), "a symbolic link"),
        ("cache.db-shm", |path| fs::create_dir(path).unwrap(), "not a plain file"),
        ("cache.db", |path| fs::create_dir(path).unwrap(), "not a plain file"),
        ("cache.db", |path| mkfifoat(CWD, path, Mode::RWXU).unwrap(), "not a plain file"),
    ];
    for (name, make, why) in table {
        let directory = tempfile::tempdir().unwrap();
        make(&directory.path().join(name));
        let error = Store::open(&directory.path().join("cache.db")).unwrap_err();
        let StoreError::Denied { path, why: said } = &error else { panic!("{error:?}") };
        assert_eq!(path.file_name().unwrap(), name);
        assert!(said.contains(why), "{name}: {said}");
        assert_eq!(files(&directory, "cache"), [name]);
        assert!(error.to_string().contains("--cache-dir"), "{error}");
    }
}

#[test]
fn a_directory_behind_a_link_is_fine() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("real")).unwrap();
    fs::set_permissions(directory.path().join("real"), Permissions::from_mode(0o700)).unwrap();
    symlink("real", directory.path().join("link")).unwrap();
    let store = open(&directory.path().join("link/cache.db"));
    assert!(store.path().ends_with("real/cache.db"), "{:?}", store.path());
}

#[test]
fn what_belongs_to_somebody_else_is_refused() {
    let me = rustix::process::geteuid().as_raw();
    assert_eq!(refuse_foreign(Path::new("x"), me), Ok(()));
    let error = refuse_foreign(Path::new("x"), me + 1).unwrap_err();
    assert!(error.to_string().contains("belongs to another user"), "{error}");
}

#[test]
fn a_path_through_a_file_or_without_a_name_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), "").unwrap();
    for path in ["file/cache.db", ".."] {
        let error = Store::open(&directory.path().join(path)).unwrap_err();
        assert!(matches!(error, StoreError::Denied { .. }), "{path}: {error:?}");
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let cache = Cache::new();
    cache.write(&feed(), &[record("a", T0)]);
    cache.run(|db| db.conn.execute_batch("PRAGMA user_version = 99").map_err(db.explain()));
    let error = Store::open(&cache.path()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error:?}");
    let sentence = error.to_string();
    for part in ["cache.db", "schema 99", "update Backtrail"] {
        assert!(sentence.contains(part), "{sentence}");
    }
    assert_eq!(cache.all().len(), 1);
    assert_eq!(files(&cache.directory, "corrupt"), Vec::<String>::new());
}

#[test]
fn a_cache_from_before_the_ledger_keeps_its_events_and_claims_nothing() {
    let before = Cache::new();
    before.write(&feed(), &[record("a", T0), record("b", T0 + 1)]);
    let all = before.all();
    before.go_back_to(4);
    let Cache { directory, store } = before;
    drop(store);
    let store = open(&directory.path().join("cache.db"));
    let after = Cache { directory, store };
    assert_eq!(after.all(), all);
    assert_eq!(after.run(|db| db.state(&feed())), crate::store::FeedState::default());
}

#[test]
fn a_cache_from_before_links_is_brought_on_with_its_events() {
    let before = Cache::new();
    before.write(&feed(), &[record("a", T0), record("b", T0 + 1)]);
    let all = before.all();
    before.unpack_all();
    before.go_back_to(1);
    let Cache { directory, store } = before;
    drop(store);
    let store = open(&directory.path().join("cache.db"));
    let after = Cache { directory, store };
    assert_eq!(after.all(), all);
    assert_eq!(after.ask("SELECT count(*) FROM link"), 0);
}

#[test]
fn the_database_of_another_program_is_refused_and_left_alone() {
    for sql in ["CREATE TABLE notes (text)", "PRAGMA user_version = 3", "PRAGMA application_id = 7"] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cache.db");
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = fs::read(&path).unwrap();
        let error = Store::open(&path).unwrap_err();
        assert!(error.to_string().contains("the database of another program"), "{sql}: {error}");
        assert_eq!(fs::read(&path).unwrap(), before, "{sql}");
        assert_eq!(files(&directory, "cache.db-"), Vec::<String>::new(), "{sql}");
    }
}

#[test]
fn the_settings_are_those_that_keep_the_file_sound() {
    let cache = Cache::new();
    for (setting, value) in [
        ("PRAGMA synchronous", 1),
        ("PRAGMA trusted_schema", 0),
        ("PRAGMA busy_timeout", 5_000),
        ("PRAGMA cache_size", -16_000),
        ("PRAGMA mmap_size", 0),
        ("PRAGMA cell_size_check", 1),
        ("PRAGMA application_id", 0x4254_524C),
        ("PRAGMA user_version", crate::store::schema::CACHE.version()),
    ] {
        assert_eq!(cache.ask(setting), value, "{setting}");
    }
    let mode = cache.run(|db| {
        db.conn.query_row("PRAGMA journal_mode", [], |row| row.get::<_, String>(0)).map_err(db.explain())
    });
    assert_eq!(mode, "wal");
}

#[test]
fn migrations_are_sound_and_make_every_table() {
    crate::store::schema::CACHE.schema().validate().unwrap();
    let cache = Cache::new();
    let tables =
        cache.ask("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
    assert_eq!(tables, crate::store::schema::CACHE.tables.len() as i64);
}

#[test]
fn closing_leaves_all_in_the_file_itself() {
    let cache = Cache::new();
    cache.write(&feed(), &[record("a", T0)]);
    let (path, directory) = (cache.path(), cache.directory);
    drop(cache.store);
    assert_eq!(fs::metadata(path.with_extension("db-wal")).unwrap().len(), 0);
    fs::remove_file(path.with_extension("db-wal")).unwrap();
    fs::remove_file(path.with_extension("db-shm")).unwrap();
    let cache = Cache { store: open(&path), directory };
    assert_eq!(cache.all().len(), 1);
}

#[test]
fn what_cannot_be_written_is_named_so() {
    let cache = Cache::new();
    cache.run(|db| db.conn.execute_batch("PRAGMA query_only = ON").map_err(db.explain()));
    let error =
        cache.store.run_blocking(|db| db.hold_source("prod", Timestamp::from_millis(T0))).unwrap_err();
    assert_eq!(error, StoreError::ReadOnly { path: cache.store.path().to_owned() });
    assert!(error.to_string().contains("make it writable"), "{error}");
}
