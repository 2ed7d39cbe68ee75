//! What is taken out for good: nothing of it is left, nothing else goes, and no answer brings it back.

use super::sealing::seal_all;
use super::*;

fn secret(id: &str, time: i64) -> Record {
    Record {
        entity: Entity {
            kind: Some("person".into()),
            id: Some("zorblax".into()),
            name: Some("Zorblax".into()),
        },
        actor: Actor { name: Some("qwyxel@example.com".into()), ..record(id, time).actor },
        summary: Some("Zorblax moved to Vumpire street".into()),
        raw: format!("{{\"id\":\"{id}\",\"who\":\"zorblax\",\"street\":\"Vumpire\"}}").into(),
        ..record(id, time)
    }
}

/// Fifty events of which every fifth is secret, one of those in two versions, all put away.
fn filled() -> (Cache, Vec<Record>, Vec<RowId>) {
    let cache = Cache::new();
    let records: Vec<Record> = (0..50)
        .map(|n| {
            let (id, time) = (format!("e{n}"), T0 + n * 1_000);
            if n % 5 == 0 { secret(&id, time) } else { full_record(&id, time) }
        })
        .collect();
    cache.write(&feed(), &records);
    let edited = Record { summary: Some("Vumpire street no more".into()), ..secret("e5", T0 + 5_000) };
    let edited = Record { raw: "{\"id\":\"e5\",\"street\":\"none\"}".into(), ..edited };
    cache.write(&feed(), &[edited]);
    seal_all(&cache);
    let secrets =
        cache.all().into_iter().filter(|event| event.record.entity.kind.as_deref() == Some("person"));
    let rows: Vec<RowId> = secrets.map(|event| event.row).collect();
    assert_eq!((rows.len(), cache.ask("SELECT count(*) FROM revision")), (10, 1));
    (cache, records, rows)
}

/// All that can be read of a cache: every text of every table, unpacked where it is packed, and the files as
/// they are.
fn everything(cache: &Cache) -> String {
    let mut all = format!("{:?}", cache.all());
    let texts = cache.run(|db| {
        let mut texts = Vec::new();
        let numbers: Vec<i64> = db
            .conn
            .prepare("SELECT number FROM segment")
            .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
            .map_err(db.explain())?;
        for number in numbers {
            let packed = db.texts(number)?.and_then(|packed| packed.unpack());
            texts.push(format!("{packed:?}"));
        }
        let codebooks: Vec<Vec<u8>> = db
            .conn
            .prepare("SELECT data FROM codebook")
            .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
            .map_err(db.explain())?;
        texts.extend(codebooks.iter().map(|data| String::from_utf8_lossy(data).into_owned()));
        Ok(texts)
    });
    all += &texts.concat();
    for name in files(&cache.directory, "cache.db") {
        let bytes = std::fs::read(cache.directory.path().join(name)).unwrap();
        all += &String::from_utf8_lossy(&bytes);
    }
    all.to_lowercase()
}

const WORDS: [&str; 3] = ["zorblax", "qwyxel", "vumpire"];

#[test]
fn nothing_is_left_of_what_is_purged_and_no_answer_brings_it_back() {
    let (cache, records, rows) = filled();
    let before = everything(&cache);
    assert!(WORDS.iter().all(|word| before.contains(word)), "the test can see it");
    let others: Vec<Event> = cache.all().into_iter().filter(|event| !rows.contains(&event.row)).collect();
    let doomed = rows.clone();
    assert_eq!(cache.run(move |db| db.purge(&doomed)), 10);
    let after = everything(&cache);
    for word in WORDS {
        assert!(!after.contains(word), "`{word}` is left");
    }
    assert_eq!(cache.all(), others);
    assert_eq!(cache.run(Db::verify), Vec::<String>::new());
    seal_all(&cache);
    let again = cache.write(&feed(), &records);
    assert_eq!((again.new.len(), again.changed.len(), again.repeated), (0, 0, 50));
    assert_eq!(cache.all(), others);
    assert!(!WORDS.iter().any(|word| everything(&cache).contains(word)));
    let extent = cache.run(Db::extent);
    assert_eq!((extent.events, extent.purged, extent.revisions), (40, 10, 0));
    assert_eq!(cache.run(move |db| db.purge(&rows)), 0, "a second time there is nothing to do");
    assert_eq!(cache.ask("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1);
}

#[test]
fn a_scope_goes_with_its_last_event_and_others_stay() {
    let cache = Cache::new();
    let scope = |id: &str| feed().in_scope(id, Some(&format!("Vumpire {id}")));
    for id in ["one", "two", "bare"] {
        let count = i64::from(id != "bare");
        let records: Vec<Record> = (0..count * 2).map(|n| record(&format!("{id}-{n}"), T0 + n)).collect();
        cache.write(&scope(id), &records);
    }
    let of = |cache: &Cache, id: &str| -> Vec<RowId> {
        let all = cache.all();
        all.iter().filter(|event| event.scope.as_deref() == Some(id)).map(|event| event.row).collect()
    };
    let names = |cache: &Cache| -> Vec<String> {
        let sources = cache.run(Db::sources_summary);
        let scopes = sources[0].feeds.iter().filter_map(|feed| feed.key.scope_id());
        scopes.map(str::to_owned).collect()
    };
    let (mut doomed, last) = (of(&cache, "one"), of(&cache, "two").remove(0));
    doomed.push(last);
    assert_eq!(cache.run(move |db| db.purge(&doomed)), 3);
    assert_eq!(names(&cache), ["bare", "two"], "what was empty before was not purged");
    assert!(!everything(&cache).contains("vumpire one"));
    let again = cache.write(&scope("one"), &[record("one-0", T0)]);
    assert_eq!((again.new.len(), again.repeated), (0, 1), "the server names it again, and it stays empty");
    assert_eq!(cache.run(Db::verify), Vec::<String>::new());
}

#[test]
fn a_source_is_forgotten_whole_and_begins_anew() {
    let (cache, records, _) = filled();
    let other = FeedKey::new("other", "kaireonai");
    cache.write(&other, &[full_record("o1", T0), full_record("o2", T0 + 1)]);
    let mut kept = cache.all();
    kept.retain(|event| event.source.as_ref() == "other");
    assert_eq!(cache.run(|db| db.purge_source("nobody")), None);
    assert_eq!(cache.run(|db| db.purge_source("prod")), Some(50));
    assert_eq!((cache.all(), cache.run(Db::verify)), (kept, vec![]));
    assert!(!WORDS.iter().any(|word| everything(&cache).contains(word)));
    assert_eq!(cache.run(Db::sources_summary).len(), 1);
    assert_eq!(cache.write(&feed(), &records).new.len(), 50, "as if it had never been asked");
}

#[test]
fn a_cache_that_others_have_open_is_left_alone() {
    let (cache, _, rows) = filled();
    let before = cache.all();
    let other = open(&cache.path());
    other.run_blocking(Db::extent).unwrap();
    let doomed = rows.clone();
    let refused = cache.store.run_blocking(move |db| db.purge(&doomed));
    assert!(matches!(refused, Err(StoreError::Locked { .. })), "{refused:?}");
    assert_eq!(cache.all(), before);
    assert_eq!(cache.write(&feed(), &[full_record("new", T0 + 99_000)]).new.len(), 1, "and it goes on");
    drop(other);
    assert_eq!(cache.run(move |db| db.purge(&rows)), 10);
}

#[test]
fn what_is_wrong_with_a_cache_is_told() {
    let (cache, ..) = filled();
    assert_eq!(cache.run(Db::verify), Vec::<String>::new());
    cache.run(|db| {
        db.change(|tx| {
            tx.execute("DELETE FROM packed WHERE row = (SELECT max(row) FROM packed)", [])?;
            tx.execute("UPDATE feed SET events = events + 3", [])
        })
    });
    let faults = cache.run(Db::verify);
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert_eq!(faults[0], "a feed of `kaireonai` is said to have 53 events and has 50");
    assert!(faults[1].ends_with("cannot be read: they are not there"), "{}", faults[1]);
}
