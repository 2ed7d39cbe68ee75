//! Records that are compared with the one before them, wherever a page ends.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::paging::{Asked, profile_of, source_of};
use super::rig::Rig;
use super::wire::{Wire, says};

const CHAIN: &str = "[[changes]]\nkind = 'chain'\nsnapshot = '/source'\n";

/// Version `n` of the application `app`, one each hour.
fn version(app: &str, n: u32) -> Value {
    let time = crate::domain::Timestamp::from_millis(1_700_000_000_000 + i64::from(n) * 3_600_000);
    json!({"id": format!("{app}-{n}"), "app": app, "time": time.to_string(), "source": {"tag": n}})
}

/// A server of `list`, three records to a page, and a source that reads it.
async fn serve(list: Arc<Mutex<Vec<Value>>>, sync: &str) -> (Wire, Rig) {
    let wire = Wire::serve(move |request| {
        let page: usize = Asked::read(request).query["page"].parse().unwrap();
        let list = list.lock().unwrap();
        says(
            200,
            &Value::from(list.iter().skip((page - 1) * 3).take(3).cloned().collect::<Vec<_>>()).to_string(),
        )
    })
    .await;
    let profile = profile_of("kind = 'page'", "", &format!("{sync}\n{CHAIN}"));
    let profile = profile.replace("default = 10", "default = 3") + "entity = { id = '/app' }\n";
    let rig = Rig::new(vec![source_of(&profile, &wire.origin)]);
    (wire, rig)
}

/// What changed in each event, the newest first.
fn changes(rig: &Rig) -> Vec<String> {
    let told = |event: &crate::domain::Event| {
        let change = event.record.changes.first()?;
        let value = |value: &Option<Value>| value.as_ref().map_or("?".to_owned(), ToString::to_string);
        Some(format!(
            "{}: {} > {}",
            event.record.identity.native()?,
            value(&change.before),
            value(&change.after)
        ))
    };
    rig.events().iter().filter_map(told).collect()
}

const TOLD: [&str; 8] = [
    "a-8: 7 > 8",
    "a-7: 5 > 7",
    "b-6: 3 > 6",
    "a-5: 4 > 5",
    "a-4: 2 > 4",
    "b-3: ? > 3",
    "a-2: 1 > 2",
    "a-1: ? > 1",
];

fn world() -> Vec<Value> {
    ["a", "a", "b", "a", "a", "b", "a", "a"].into_iter().zip(1..).map(|(app, n)| version(app, n)).collect()
}

#[tokio::test]
async fn the_record_before_is_found_on_the_next_page_of_a_list_that_begins_with_the_newest() {
    let mut list = world();
    list.reverse();
    let list = Arc::new(Mutex::new(list));
    let (wire, rig) = serve(Arc::clone(&list), "").await;
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_new), (true, 8), "{outcome:?}");
    assert_eq!(changes(&rig), TOLD);

    // A later sync reads the first page alone: what it cannot know any more, the cache does.
    let asked = wire.requests().len();
    list.lock().unwrap().insert(0, version("c", 9));
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_new), (true, 1), "{outcome:?}");
    let mut told = TOLD.to_vec();
    told.insert(0, "c-9: ? > 9");
    assert_eq!(changes(&rig), told);
    assert!(wire.requests().len() - asked < 3, "not the whole list again");
}

#[tokio::test]
async fn the_record_before_is_remembered_from_the_last_page_of_a_list_that_begins_with_the_oldest() {
    let (_wire, rig) = serve(Arc::new(Mutex::new(world())), "sync = { order = 'asc' }").await;
    assert!(rig.sync().await.complete);
    assert_eq!(changes(&rig), TOLD);
    assert!(rig.sync().await.complete);
    assert_eq!(changes(&rig), TOLD);
}

#[tokio::test]
async fn a_page_that_repeats_records_of_the_last_one_makes_nothing_up() {
    let mut list = world();
    list.reverse();
    // Something new came while the first page was read, so the second begins with what the first ended in.
    list.insert(3, list[2].clone());
    let (_wire, rig) = serve(Arc::new(Mutex::new(list)), "").await;
    assert_eq!(rig.sync().await.events_total, 8);
    assert_eq!(changes(&rig), TOLD);
}
