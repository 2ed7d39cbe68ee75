//! What the user made is kept, whatever happens to the cache or to the file itself.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_774_000_000_000);

fn open(path: &Path) -> UserStore {
    let (store, notices) = UserStore::open(path).unwrap();
    assert_eq!(notices, []);
    store
}

fn keep(store: &UserStore, changes: &[UserChange]) {
    let changes = changes.to_vec();
    store.run_blocking(move |db| changes.iter().try_for_each(|change| db.keep(change, NOW))).unwrap();
}

fn load(store: &UserStore) -> UserData {
    store.run_blocking(UserDb::load).unwrap()
}

fn save(name: &str, query: &str) -> UserChange {
    UserChange::SaveView { name: name.into(), query: query.into() }
}

fn views(store: &UserStore) -> String {
    load(store).views.iter().fold(String::new(), |all, view| all + &view.name + "=" + &view.query + " ")
}

#[test]
fn what_was_made_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("user.db");
    let store = open(&path);
    assert_eq!(load(&store), UserData::default());
    let (one, other) = (EventId([1; 10]), EventId([2; 10]));
    let entity =
        |name: &str| Entity { kind: Some("flow".into()), id: Some("f1".into()), name: Some(name.into()) };
    let nameless = Entity { kind: None, id: None, name: Some("n".into()) };
    let watch = |entity: &Entity, on| UserChange::Watch { source: "prod".into(), entity: entity.clone(), on };
    keep(
        &store,
        &[
            save("Failed", "status:failed"),
            save("Prod", "source:prod*"),
            UserChange::BeginWith(Some("Prod".into())),
            UserChange::Read { view: Some("Failed".into()), to: RowId(77) },
            UserChange::Read { view: None, to: RowId(-5) },
            UserChange::UseLine("a".into()),
            UserChange::UseLine("b".into()),
            UserChange::UseLine("a".into()),
            UserChange::Bookmark(one, true),
            UserChange::Bookmark(one, true),
            UserChange::Bookmark(other, true),
            UserChange::Bookmark(other, false),
            UserChange::Note(one, "ticket 7".into()),
            UserChange::Note(one, "ticket 8".into()),
            UserChange::Note(other, "x".into()),
            UserChange::Note(other, String::new()),
            watch(&entity("Old name"), true),
            watch(&nameless, true),
            watch(&entity("New name"), false),
        ],
    );
    drop(store);
    let expected = UserData {
        paused: Vec::new(),
        views: vec![
            View { name: "Failed".into(), query: "status:failed".into(), read_to: Some(RowId(77)) },
            View { name: "Prod".into(), query: "source:prod*".into(), read_to: None },
        ],
        default: Some("Prod".into()),
        read_to: Some(RowId(-5)),
        lines: vec!["a".into(), "b".into()],
        bookmarks: vec![one],
        notes: vec![(one, "ticket 8".into())],
        watched: vec![("prod".into(), nameless)],
    };
    assert_eq!(load(&open(&path)), expected);
    for file in ["user.db", "user.db-wal", "user.db-shm"] {
        let mode = fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600, "{file}");
    }
}

#[test]
fn views_are_renamed_ordered_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("user.db"));
    keep(&store, &[save("a", "1"), save("b", "2"), save("c", "3"), save("b", "22")]);
    assert_eq!(views(&store), "a=1 b=22 c=3 ");
    keep(&store, &[UserChange::OrderViews(vec!["c".into(), "gone".into(), "a".into()])]);
    assert_eq!(views(&store), "c=3 a=1 b=22 ");
    keep(&store, &[UserChange::BeginWith(Some("a".into()))]);
    let rename = |from: &str, to: &str| UserChange::RenameView { from: from.into(), to: to.into() };
    keep(&store, &[rename("a", "A"), rename("b", "c")]);
    assert_eq!(views(&store), "c=3 A=1 b=22 ", "a name that is taken stays with its view");
    assert_eq!(load(&store).default.as_deref(), Some("A"));
    keep(&store, &[UserChange::DropView("A".into()), save("d", "4")]);
    assert_eq!(views(&store), "c=3 b=22 d=4 ");
    assert_eq!(load(&store).default, None, "a view that is gone is not begun with");
    keep(&store, &[UserChange::BeginWith(Some("d".into())), UserChange::BeginWith(None)]);
    assert_eq!(load(&store).default, None);
}

#[test]
fn only_so_many_lines_are_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("user.db"));
    let lines: Vec<_> = (0..LINES as i64 + 20).map(|n| UserChange::UseLine(format!("line {n}"))).collect();
    keep(&store, &lines);
    let lines = load(&store).lines;
    assert_eq!((lines.len(), lines[0].as_str()), (LINES, "line 1019"));
    assert_eq!(lines.last().unwrap(), "line 20");
}

#[test]
fn every_change_waits_for_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("user.db"));
    let ask = |sql: &'static str| {
        store
            .run_blocking(move |db| {
                let answer = db.conn.query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0));
                answer.map_err(|error| StoreError::from_sqlite(&db.path, &error))
            })
            .unwrap()
    };
    assert_eq!(ask("PRAGMA synchronous"), rusqlite::types::Value::Integer(2));
    assert_eq!(ask("PRAGMA journal_mode"), rusqlite::types::Value::Text("wal".into()));
    assert_eq!(ask("PRAGMA user_version"), rusqlite::types::Value::Integer(USER.version()));
    USER.schema().validate().unwrap();
}

#[test]
fn a_damaged_file_is_moved_aside_and_the_cache_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (path, cache) = (folder.path().join("user.db"), folder.path().join("cache.db"));
    keep(&open(&path), &[save("a", "1")]);
    fs::write(&cache, "not looked at").unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[..64].fill(0x5a);
    fs::write(&path, &bytes).unwrap();
    let (store, notices) = UserStore::open(&path).unwrap();
    let notice = notices[0].to_string();
    assert!(notice.contains("views and notes") && notice.contains(".corrupt-"), "{notice}");
    assert_eq!(load(&store), UserData::default());
    keep(&store, &[save("b", "2")]);
    assert_eq!(views(&store), "b=2 ");
    let aside = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let aside = aside.filter(|path| path.to_string_lossy().contains(".corrupt-"));
    assert!(aside.into_iter().any(|path| fs::read(path).unwrap() == bytes), "nothing of it is lost");
    assert_eq!(fs::read_to_string(&cache).unwrap(), "not looked at");
}

#[test]
fn damage_that_shows_later_costs_no_more_than_the_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("user.db");
    let store = open(&path);
    keep(&store, &[save("a", "1")]);
    let broken = "ALTER TABLE view RENAME COLUMN query TO text";
    let broke = store.run_blocking(move |db| {
        db.conn.execute_batch(broken).map_err(|error| StoreError::from_sqlite(&db.path, &error))
    });
    broke.unwrap();
    let error = store.run_blocking(UserDb::load).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { aside: Some(_), .. }), "{error:?}");
    keep(&store, &[save("b", "2")]);
    assert_eq!(views(&store), "b=2 ");
}

#[test]
fn the_file_of_the_cache_is_not_taken_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    drop(crate::store::Store::open(&path).unwrap());
    let error = UserStore::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Denied { .. }), "{error:?}");
    let told = UserDataError(error).to_string();
    assert!(told.contains("views and notes") && told.contains("another program"), "{told}");
    assert!(told.contains("--data-dir") && !told.contains("cache at"), "{told}");
}

/// Changes over a few names, events and entities, so that they meet.
fn changes() -> impl Strategy<Value = Vec<UserChange>> {
    let name = || prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(str::to_owned);
    let id = || (0..3_u8).prop_map(|n| EventId([n; 10]));
    let entity = || {
        (prop::option::of(0..2_u8), 0..2_u8).prop_map(|(id, name)| Entity {
            kind: None,
            id: id.map(|id| id.to_string()),
            name: Some(name.to_string()),
        })
    };
    let change = prop_oneof![
        (name(), name()).prop_map(|(name, query)| UserChange::SaveView { name, query }),
        (name(), name()).prop_map(|(from, to)| UserChange::RenameView { from, to }),
        name().prop_map(UserChange::DropView),
        prop::sample::subsequence(vec!["a", "b", "c", "d"], 0..4)
            .prop_shuffle()
            .prop_map(|names| { UserChange::OrderViews(names.into_iter().map(str::to_owned).collect()) }),
        (prop::option::of(name()), 0..9_i64).prop_map(|(view, to)| UserChange::Read { view, to: RowId(to) }),
        name().prop_map(UserChange::UseLine),
        (id(), any::<bool>()).prop_map(|(id, on)| UserChange::Bookmark(id, on)),
        (id(), "[xy]?").prop_map(|(id, text)| UserChange::Note(id, text)),
        (entity(), any::<bool>()).prop_map(|(entity, on)| UserChange::Watch {
            source: "s".into(),
            entity,
            on
        }),
    ];
    prop::collection::vec(change, 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_file_says_what_the_changes_come_to(changes in changes(), begin in prop::option::of(0..4_usize)) {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("user.db"));
        let mut data = UserData::default();
        for (at, change) in changes.iter().enumerate() {
            let now = NOW.plus_millis(at as i64);
            let (kept, applied) = (change.clone(), change);
            store.run_blocking(move |db| db.keep(&kept, now)).unwrap();
            data.apply(applied);
            // Only a view that is there can be begun with.
            let begin = begin.and_then(|nth| data.views.get(nth)).map(|view| view.name.clone());
            if let Some(name) = begin.filter(|_| at % 5 == 4) {
                let change = UserChange::BeginWith(Some(name));
                data.apply(&change);
                store.run_blocking(move |db| db.keep(&change, now)).unwrap();
            }
        }
        prop_assert_eq!(load(&store), data, "{:?}", changes);
    }
}

#[test]
fn a_source_that_rests_does_so_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("user.db");
    let pause = |source: &str, on| UserChange::Pause { source: source.into(), on };
    let changes = [pause("b*[x", true), pause("a", true), pause("a", true), pause("never", false)];
    keep(&open(&path), &changes);
    assert_eq!(load(&open(&path)).paused, ["a".into(), Arc::<str>::from("b*[x")]);
    let mut data = UserData::default();
    for change in &changes {
        data.apply(change);
    }
    assert!(data.is_paused("a") && data.is_paused("b*[x") && !data.is_paused("never"));
    keep(&open(&path), &[pause("a", false)]);
    assert_eq!(load(&open(&path)).paused, [Arc::<str>::from("b*[x")]);
}
