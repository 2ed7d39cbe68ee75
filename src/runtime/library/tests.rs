//! The columns and the cache together, whoever writes to it and whatever happens to it.

use proptest::prelude::*;

use super::*;
use crate::domain::{Action, Actor, ActorKind, Detail, FacetKey, Identity, Record, Summary, Timestamp, Zone};
use crate::query::{self, Context};
use crate::store::{FeedKey, Learned};

fn write(store: &Store, ids: &[&str]) {
    write_raw(store, ids, "{}");
}

fn write_raw(store: &Store, ids: &[&str], raw: &str) {
    let record = |id: &&str| Record {
        entity: Entity { kind: None, id: Some((*id).to_owned()), name: None },
        raw: raw.into(),
        ..Record::bare(Identity::Native((*id).to_owned()), Timestamp::from_millis(1_774_000_000_000))
    };
    let (key, records) = (FeedKey::new("prod", "kaireonai"), ids.iter().map(record).collect::<Vec<_>>());
    let write =
        move |db: &mut Db| db.write_page(&key, &records, &[], &Learned::default(), Timestamp::from_millis(0));
    store.run_blocking(write).unwrap();
}

#[tokio::test]
async fn what_another_program_wrote_is_news() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    let (store, _) = Store::open(&path).unwrap();
    write(&store, &["a"]);
    let library = Library::new(store);
    library.load().await.unwrap();
    let version = library.version().await.unwrap();
    let other = Store::open(&path).unwrap().0;
    write(&other, &["b", "c"]);
    write_raw(&other, &["a"], "{\"more\":1}");
    assert_ne!(library.version().await.unwrap(), version);
    let news = library.catch_up().await.unwrap();
    // What is new is read when it comes into view; only what may be on the screen is read again.
    assert_eq!((news.new, news.changed.len(), news.replaced), (2, 1, false));
    assert_eq!(library.count(), 3);
}

#[tokio::test]
async fn the_columns_of_a_cache_that_was_moved_aside_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.db");
    let (store, _) = Store::open(&path).unwrap();
    write(&store, &["a", "b", "c"]);
    let library = Library::new(store);
    library.load().await.unwrap();
    assert_eq!(library.count(), 3);
    let version = library.version().await.unwrap();

    // What another program does that finds the file damaged.
    for end in ["", "-wal", "-shm"] {
        let name = |middle: &str| folder.path().join(format!("cache.db{middle}{end}"));
        std::fs::rename(name(""), name(".corrupt")).unwrap();
    }
    write(&Store::open(&path).unwrap().0, &["d"]);
    assert_ne!(library.version().await.unwrap(), version);
    let news = library.catch_up().await.unwrap();
    assert_eq!((news.new, news.replaced), (1, true));
    let rows = library.rows(Query::all()).await.unwrap();
    let events = library.events(rows.page(0, 9)).await.unwrap();
    assert_eq!(events[0].record.entity.id.as_deref(), Some("d"));
    assert_eq!((events.len(), library.count()), (1, 1));
}

#[tokio::test]
async fn a_summary_of_several_events_is_for_a_report_of_all_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&folder.path().join("cache.db")).unwrap();
    write(&store, &["a", "b", "c"]);
    let library = Library::new(store.clone());
    library.load().await.unwrap();
    let rows = library.rows(Query::all()).await.unwrap().page(0, 3);
    let events: Vec<_> = library.events(rows.clone()).await.unwrap().iter().map(|event| event.id).collect();
    for (hash, events) in [(1, events[..1].to_vec()), (2, events[..2].to_vec())] {
        let summary = Summary {
            hash: [hash; 32],
            model: "m".into(),
            host: "local".into(),
            made: Timestamp::from_millis(0),
            text: "So it went.".into(),
            events,
        };
        store.run(move |db| db.keep_summary(&summary)).await.unwrap();
    }
    for (rows, found) in [(&rows[..], 1), (&rows[..2], 1), (&rows[1..], 0), (&rows[..1], 0), (&[], 0)] {
        assert_eq!(library.summaries_among(rows).await.unwrap().len(), found, "{rows:?}");
    }
}

#[test]
fn what_a_query_has_to_be_told_of_the_index_does_not_wait_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&folder.path().join("cache.db")).unwrap();
    write(&store, &["a", "b"]);
    let library = Library::new(store);
    tokio::runtime::Runtime::new().unwrap().block_on(library.load()).unwrap();
    for (query, found) in [("is:first", 2), ("is:last", 2), ("-is:first", 0), ("is:bookmarked", 0)] {
        let (answer, heard) = std::sync::mpsc::channel();
        let library = library.clone();
        // Beside the test, so that one that waits forever can be told.
        std::thread::spawn(move || {
            let query = query::parse(query, &Context::default()).unwrap();
            let list = library
                .list(&query, &query.directives().arrangement(Zone::Utc), &[], &|| true)
                .unwrap()
                .unwrap();
            answer.send((list.0.len(), library.count_of(&query).unwrap())).unwrap();
        });
        let heard = heard.recv_timeout(std::time::Duration::from_secs(60));
        assert_eq!(heard, Ok((found, found)), "{query}");
    }
}

#[tokio::test]
async fn a_value_is_found_however_rare_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&folder.path().join("cache.db")).unwrap();
    let names: Vec<String> = (0..60).map(|n| format!("offer-{n}")).chain(["Straße".to_owned()]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    write(&store, &names);
    let library = Library::new(store);
    library.load().await.unwrap();
    let ask = Ask { facets: vec![FacetKey::Entity], top: 3, bars: None };
    for (typed, listed, distinct) in
        [("", 3, 61), (" ", 3, 61), ("offer", 3, 60), ("STRASSE", 0, 0), ("straß", 1, 1), ("r-59", 1, 1)]
    {
        let survey = library.counts(&Query::all(), &ask, typed, &|| true).unwrap().unwrap();
        assert_eq!((survey.facets[0].values.len(), survey.facets[0].distinct), (listed, distinct), "{typed}");
        assert_eq!(survey.rows.len(), 61, "the list is not narrowed by it");
    }
    assert_eq!(library.counts(&Query::all(), &ask, "x", &|| false).unwrap(), None);
}

#[tokio::test]
async fn what_stands_next_to_an_event_is_found_among_each_selection() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&folder.path().join("cache.db")).unwrap();
    let key = FeedKey::new("prod", "kaireonai");
    // One in a minute, of which every third is by `u0`.
    let records: Vec<Record> = (0..60).map(|n| told(n, i64::from(n) * 60_000, "word")).collect();
    let write =
        move |db: &mut Db| db.write_page(&key, &records, &[], &Learned::default(), Timestamp::from_millis(0));
    store.run_blocking(write).unwrap();
    let library = Library::new(store);
    library.load().await.unwrap();
    let context = Context { now: Timestamp::from_millis(0), zone: Zone::Utc, me: None };
    let query = |text: &str| query::parse(text, &context).unwrap();
    let rows = library.rows(Query::all()).await.unwrap();
    let middle = rows.get(29).unwrap();
    let event = library.events(vec![middle]).await.unwrap().remove(0);
    let among = [query(&format!("around:{}~10m", event.id)), query("actor:u0"), query("entity:nobody")];
    let found = library.neighbours(middle, &among, 6, &|| true).unwrap().unwrap();
    let minutes = |found: &[Arc<Event>]| -> Vec<i64> {
        let start = 1_774_000_000_000;
        found.iter().map(|event| (event.record.time.millis() - start) / 60_000).collect()
    };
    let seen: Vec<_> = found.iter().map(|it| (it.others, minutes(&it.newer), minutes(&it.older))).collect();
    // The event itself is that of the 30th minute, and by `u0`.
    assert_eq!(
        seen,
        [
            (20, vec![33, 32, 31], vec![29, 28, 27]),
            (19, vec![39, 36, 33], vec![27, 24, 21]),
            (0, vec![], vec![])
        ]
    );
    assert_eq!(library.neighbours(middle, &among, 6, &|| false).unwrap(), None, "nobody waits");
}

/// Something that happens to the cache or to what is known of it.
#[derive(Debug, Clone)]
enum Step {
    /// A page with these events: id, time and words.
    Write(Vec<(u8, i64, &'static str)>),
    Seal,
    SealAndHear,
    CatchUp,
    Detail(usize),
    Reload,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let words = prop::sample::select(vec!["", "Moved orders", "ORDERS moved to Straße", "v3 raised", "ΟΔΟΣ"]);
    let event = (0..90_u8, 0..90_i64, words);
    let step = prop_oneof![
        4 => prop::collection::vec(event, 0..30).prop_map(Step::Write),
        1 => Just(Step::Seal),
        2 => Just(Step::SealAndHear),
        2 => Just(Step::CatchUp),
        1 => (0..90_usize).prop_map(Step::Detail),
        1 => Just(Step::Reload),
    ];
    prop::collection::vec(step, 1..12)
}

fn told(id: u8, time: i64, words: &str) -> Record {
    Record {
        entity: Entity { kind: None, id: Some(format!("e{}", id % 5)), name: Some(words.to_owned()) },
        actor: Actor { kind: ActorKind::User, id: None, name: Some(format!("u{}", id % 3)) },
        action: Action::from_word(["update", "delete", "restore"][usize::from(id % 3)]),
        summary: Some(format!("{words} {id}")),
        detail: Detail::Available,
        set: Some(format!("Set{}", id % 4)),
        raw: format!("{{\"a\":{id}}}").into(),
        ..Record::bare(Identity::Native(format!("n{id}")), Timestamp::from_millis(1_774_000_000_000 + time))
    }
}

async fn perform(step: Step, library: &mut Library) {
    let store = library.store.clone();
    match step {
        Step::Write(events) => {
            let records: Vec<Record> =
                events.iter().map(|(id, time, words)| told(*id, *time, words)).collect();
            let key = FeedKey::new("prod", "kaireonai");
            let write = move |db: &mut Db| {
                db.write_page(&key, &records, &[], &Learned::default(), Timestamp::from_millis(0))
            };
            store.run(write).await.unwrap();
        }
        Step::Seal => while store.run(Db::seal_some).await.unwrap() {},
        Step::SealAndHear => while library.seal_some().await.unwrap().0 {},
        Step::CatchUp => drop(library.catch_up().await.unwrap()),
        Step::Detail(at) => {
            let rows = library.rows(Query::all()).await.unwrap();
            if let Some(row) = rows.get(at) {
                let said = Record { detail: Detail::Fetched, ..told(0, 0, "") };
                store.run(move |db| db.save_detail(row, &said)).await.unwrap();
            }
        }
        Step::Reload => {
            *library = Library::new(store);
            library.load().await.unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_happens_to_the_cache_the_answer_is_what_the_events_say(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let (store, _) = Store::open(&folder.path().join("cache.db")).unwrap();
            let mut library = Library::new(store.clone());
            library.load().await.unwrap();
            for step in steps {
                perform(step, &mut library).await;
                library.catch_up().await.unwrap();
                let rows = library.rows(Query::all()).await.unwrap();
                let events = library.events(rows.page(0, usize::MAX)).await.unwrap();
                prop_assert_eq!(events.len(), rows.len());
                let context = Context { now: Timestamp::from_millis(0), zone: Zone::Utc, me: None };
                for text in [
                    "orders", "\"MOVED TO\" -actor:u1", "straße OR οδος", "n41", "summary:raised action:update",
                    "set:set2", "/Moved/ entity:e1", "-orders -v3", "is:reversal id:N7,n9", "@a:3",
                ] {
                    let query = query::parse(text, &context).unwrap();
                    let found = library.survey(&query, &Ask::default(), &|| true).unwrap().unwrap();
                    let expected: Rows =
                        events.iter().filter(|event| query.matches(event)).map(|event| event.row).collect();
                    prop_assert_eq!(found.rows, expected, "{}", text);
                    prop_assert_eq!(found.of, events.len());
                }
            }
            Ok(())
        })?;
    }
}
