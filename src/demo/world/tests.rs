//! What holds for every world, read from what it tells.

mod audit;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::kaireonai::Filter;
use super::*;

/// 2026-07-15T10:20:00Z, a Wednesday.
const UNTIL: Timestamp = Timestamp::from_millis(1_784_110_800_000);

fn world(seed: u64, events: usize) -> World {
    World::new(seed, events, UNTIL)
}

fn len(world: &World) -> usize {
    world.streamkap.len() + world.kaireonai.len() + world.microvisualizer.len()
}

/// Every KaireonAI record, oldest first.
fn changes(world: &World) -> Vec<Value> {
    let mut all = world.kaireonai.changes(&Filter::default(), 0, usize::MAX).1;
    all.reverse();
    all
}

/// Every Streamkap record with its destination's id, oldest first within a destination.
fn configs(world: &World) -> Vec<(String, Value)> {
    let streamkap = &world.streamkap;
    streamkap
        .destinations()
        .flat_map(|d| {
            (0..streamkap.events(d).len()).map(move |place| (streamkap.id(d), streamkap.tell(d, place)))
        })
        .collect()
}

/// Every Microvisualizer record with its diff, oldest first within a project.
fn snapshots(world: &World) -> Vec<(Value, Value)> {
    let all = &world.microvisualizer;
    (0..3)
        .flat_map(|p| {
            (0..all.events(p).len()).map(move |place| (all.tell(p, place), all.tell_diff(p, place)))
        })
        .collect()
}

fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record[key].as_str().unwrap_or_else(|| panic!("no text `{key}` in {record}"))
}

fn millis(text: &str) -> i64 {
    let zoned = if text.ends_with('Z') || text.contains('+') { text.to_owned() } else { format!("{text}Z") };
    chrono::DateTime::parse_from_rfc3339(&zoned).unwrap().timestamp_millis()
}

#[test]
fn a_world_has_exactly_as_many_events_as_asked_for() {
    for events in [50, 51, 77, 200, 999, 6_000, 50_000] {
        for seed in [0, 1, 42, u64::MAX] {
            let world = world(seed, events);
            assert_eq!(len(&world), events, "seed {seed}");
            if events <= 1_000 {
                let told = changes(&world).len() + configs(&world).len() + snapshots(&world).len();
                assert_eq!(told, events);
            }
        }
    }
}

#[test]
fn the_same_seed_tells_the_same_and_another_tells_something_else() {
    let all = |seed| {
        let mut world = world(seed, 1_500);
        (0..50).for_each(|n| world.tick(UNTIL.plus_millis(n * 5_000)));
        format!("{:?}{:?}{:?}", changes(&world), configs(&world), snapshots(&world))
    };
    let first = all(7);
    assert_eq!(first, all(7));
    assert_ne!(first, all(8));
}

#[test]
fn times_rise_and_stay_within_120_days() {
    let world = world(3, 6_000);
    let from = UNTIL.plus_millis(-clock::DAYS * clock::DAY);
    let times: Vec<Vec<i64>> = [changes(&world).iter().map(|c| millis(text(c, "timestamp"))).collect()]
        .into_iter()
        .chain((0..3).map(|p| world.microvisualizer.events(p).iter().map(|e| e.time.millis()).collect()))
        .chain(
            world
                .streamkap
                .destinations()
                .map(|d| world.streamkap.events(d).iter().map(|e| e.time.millis()).collect()),
        )
        .collect();
    for times in times {
        assert!(times.is_sorted());
        assert!(times.iter().all(|time| (from.millis()..UNTIL.millis()).contains(time)));
    }
}

#[test]
fn the_world_is_peopled_as_promised() {
    let world = world(5, 6_000);
    let changes = changes(&world);
    let entities: BTreeSet<&str> = changes.iter().map(|c| text(c, "entityId")).collect();
    let kinds: BTreeSet<&str> = changes.iter().map(|c| text(c, "entityType")).collect();
    let actions: BTreeSet<&str> = changes.iter().map(|c| text(c, "action")).collect();
    assert!(entities.len() > 280, "{}", entities.len());
    assert_eq!(kinds.len(), 11);
    assert_eq!(actions.len(), 10, "{actions:?}");
    assert_eq!(world.streamkap.destinations().len(), 12);

    let snapshots = snapshots(&world);
    let services: BTreeSet<&str> = snapshots.iter().map(|(e, _)| text(e, "serviceSlug")).collect();
    let types: BTreeSet<&str> = snapshots.iter().map(|(e, _)| text(e, "changeType")).collect();
    assert_eq!(services.len(), 40);
    assert_eq!(types.into_iter().collect::<Vec<_>>(), ["CREATE", "DELETE", "UPDATE"]);
    assert!(snapshots.iter().any(|(e, _)| e["actorName"] == "ci-publisher" && e["actorType"] == "API_KEY"));
    assert!(snapshots.iter().any(|(e, _)| e["actorType"] == "MEMBER"));

    let configs = configs(&world);
    for (_, config) in &configs {
        assert_eq!(config["error_message"].is_string(), config["status"] == "failed", "{config}");
    }
    for (what, holds) in [
        ("a failure", configs.iter().any(|(_, c)| c["status"] == "failed")),
        ("status absent", configs.iter().any(|(_, c)| c.get("status").is_none())),
        ("system", configs.iter().any(|(_, c)| c["user_email"].is_null() && c["user_id"].is_null())),
        ("an extra field", configs.iter().any(|(_, c)| c.get("change_source").is_some())),
        ("no zone", configs.iter().any(|(_, c)| !text(c, "timestamp").contains(['Z', '+']))),
        ("free-form status", changes.iter().any(|c| c["changes"]["status"]["from"] == "draft")),
        ("free-form priority", changes.iter().any(|c| c["changes"]["priority"].is_u64())),
        ("a name that is null", changes.iter().any(|c| c["entityName"].is_null())),
        (
            "a person without an id",
            changes.iter().any(|c| c["user"]["id"].is_null() && c["user"]["name"] != "system"),
        ),
    ] {
        assert!(holds, "{what}");
    }
    let empty = changes.iter().filter(|c| c["changes"] == serde_json::json!({})).count();
    assert!(empty * 3 > changes.len(), "many changes say nothing: {empty}");
}

#[derive(Default)]
struct Life {
    created: bool,
    gone: bool,
    archived: bool,
    version: u64,
    status: Option<Value>,
}

#[test]
fn every_kaireonai_entity_lives_a_life_that_makes_sense() {
    for (seed, events) in [(1, 200), (2, 6_000), (3, 12_000)] {
        let mut lives: BTreeMap<String, Life> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for change in changes(&world(seed, events)) {
            assert!(ids.insert(text(&change, "id").to_owned()), "ids are unique: {change}");
            let life = lives.entry(text(&change, "entityId").to_owned()).or_default();
            check_step(life, &change);
        }
    }
}

fn check_step(life: &mut Life, change: &Value) {
    let said = &change["changes"];
    assert!(!life.gone, "nothing happens after the end: {change}");
    let action = text(change, "action");
    assert_eq!(life.created, action != "create", "{change}");
    assert_eq!(life.archived, matches!(action, "restore" | "delete"), "{change}");
    match action {
        "create" => life.created = true,
        "delete" => life.gone = true,
        "soft_delete" => life.archived = true,
        "restore" => life.archived = false,
        "publish" => {
            life.version += 1;
            assert_eq!(said["version"], life.version, "{change}");
        }
        "rollback" => {
            assert_eq!(text(change, "entityType"), "decision_flow");
            assert_eq!(said["action"], "rollback");
            assert_eq!(said["fromVersion"], life.version, "{change}");
            assert!((1..life.version).contains(&said["toVersion"].as_u64().unwrap()), "{change}");
            life.version += 1;
            assert_eq!(said["newVersion"], life.version, "{change}");
            assert!(text(said, "notes").starts_with("Rollback to v"));
        }
        "gdpr_erasure" => {
            assert_eq!(change["user"], serde_json::json!({ "id": null, "name": "system" }));
            assert_eq!(text(change, "entityType"), "customer");
            assert!(said["interactions"].is_u64() && said["summaries"].is_u64());
            life.gone = true;
        }
        _ => {}
    }
    if let Some(status) = said.get("status") {
        assert_eq!(status["from"], life.status.take().unwrap_or("draft".into()), "{change}");
        life.status = Some(status["to"].clone());
    }
}

#[test]
fn the_snapshots_of_a_service_form_a_chain_from_nothing_to_nothing() {
    for (seed, events) in [(1, 200), (2, 6_000), (3, 12_000)] {
        let mut now: BTreeMap<String, Value> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for (event, diff) in snapshots(&world(seed, events)) {
            assert!(ids.insert(text(&event, "snapshotId").to_owned()), "ids are unique: {event}");
            let slug = text(&event, "serviceSlug").to_owned();
            let before = now.insert(slug, diff.get("after").cloned().unwrap_or(Value::String("gone".into())));
            assert_eq!(before.unwrap_or(Value::Null), diff["before"], "{event}");
            match text(&event, "changeType") {
                "CREATE" => assert!(diff["before"].is_null() && diff["after"].is_object()),
                "DELETE" => assert!(diff["before"].is_object() && diff.get("after").is_none()),
                _ => assert_ne!(diff["before"], diff["after"], "an update changes something: {event}"),
            }
        }
    }
}

#[test]
fn a_snapshot_is_found_by_its_id_in_its_project_only() {
    let world = world(4, 2_000);
    let all = &world.microvisualizer;
    for place in 0..all.events(1).len() {
        let id = all.snapshot_id(1, place);
        assert_eq!(all.find_snapshot(1, &id), Some(place));
        assert_eq!(all.find_snapshot(0, &id), None);
    }
    for id in ["", "no", "0b6a3a0e-3a52-4f0e-9f0f-6d1f6c2a9b11", "0b6a3a0e3a524f0e9f0f6d1f6c2a9b11"] {
        assert_eq!(all.find_snapshot(0, id), None, "{id}");
    }
}

#[test]
fn the_story_is_told_whatever_the_seed_the_size_and_the_day() {
    let midnight = UNTIL.millis().div_euclid(clock::DAY) * clock::DAY;
    let ends = [UNTIL.millis(), midnight, midnight + 1, midnight - 1, midnight + 4 * clock::DAY];
    for seed in 0..30 {
        let until = ends[seed as usize % ends.len()];
        let events = if seed < 3 { [50, 200, 12_000][seed as usize] } else { 1_000 };
        let world = World::new(seed, events, Timestamp::from_millis(until));
        let hour = until.div_euclid(clock::DAY) * clock::DAY - 10 * clock::HOUR;
        check_story(&world, hour);
    }
}

fn check_story(world: &World, hour: i64) {
    let in_hour = |record: &Value| {
        let minute = (millis(text(record, "timestamp")) - hour).div_euclid(clock::MINUTE);
        (0..60).contains(&minute).then_some(minute)
    };
    let mut story = BTreeMap::new();
    for (_, record) in configs(world) {
        if let Some(minute) = in_hour(&record).filter(|_| record["connector_name"] == "orders-to-snowflake") {
            let summary = record["ai_summary"]["summary"].as_str().unwrap();
            story
                .insert(minute, format!("{} {} {summary}", text(&record, "status"), record["error_message"]));
        }
    }
    for record in changes(world) {
        let named =
            record["entityName"] == "Home Page NBA" || record["changes"].get("fallbackRateLimit").is_some();
        if let Some(minute) = in_hour(&record).filter(|_| named) {
            let said = &record["changes"];
            story.insert(minute, format!("{} {} {said}", text(&record, "action"), record["user"]["name"]));
        }
    }
    for (event, diff) in snapshots(world) {
        if let Some(minute) = in_hour(&event).filter(|_| event["serviceName"] == "Checkout API") {
            let timeouts = [&diff["before"], &diff["after"]].map(|side| side["extras"]["timeout"].clone());
            story.insert(minute, format!("{} {timeouts:?}", text(&event, "actorName")));
        }
    }
    let story: Vec<String> =
        story.into_iter().map(|(minute, what)| format!("14:{minute:02} {what}")).collect();
    assert_eq!(
        story,
        [
            "14:05 failed \"Connection refused by destination host (credentials masked)\" Attempted to raise \
             tasks.max from 5 to 10 and switch ingestion mode from append to upsert; the update did not apply.",
            "14:18 publish \"ben@example.com\" {\"version\":7,\"notes\":\"Try new propensity model\"}",
            "14:26 mia@example.com [String(\"800ms\"), String(\"250ms\")]",
            "14:32 update \"system\" {\"fallbackRateLimit\":{\"from\":1200,\"to\":300},\"reason\":\"Fallback rate \
             limit lowered: too many decisions without an eligible offer\"}",
            "14:51 rollback \"ana@example.com\" {\"action\":\"rollback\",\"fromVersion\":7,\"toVersion\":6,\
             \"newVersion\":8,\"notes\":\"Rollback to v6: CTR drop of 38 % on the home page since 14:20\"}",
            "14:58 success null Raised tasks.max from 5 to 10 and switched ingestion mode from append to upsert.",
        ]
    );
}

#[test]
fn live_events_come_one_by_one_and_never_before_the_last() {
    let mut world = world(9, 500);
    let mut latest = 0;
    for (nth, offset) in [0, 5_000, 5_000, -12_000, 10_000, 900_000_000].into_iter().enumerate() {
        world.tick(UNTIL.plus_millis(offset));
        assert_eq!(len(&world), 501 + nth);
        let newest = changes(&world)
            .iter()
            .map(|c| millis(text(c, "timestamp")))
            .chain((0..3).filter_map(|p| Some(world.microvisualizer.events(p).last()?.time.millis())))
            .chain(
                world
                    .streamkap
                    .destinations()
                    .filter_map(|d| Some(world.streamkap.events(d).last()?.time.millis())),
            )
            .max();
        let expected = UNTIL.plus_millis(offset).millis().max(latest);
        assert_eq!(newest, Some(expected));
        latest = expected;
    }
}

#[test]
fn filters_agree_with_looking_at_every_record() {
    let world = world(2, 3_000);
    let all: Vec<Value> = changes(&world).into_iter().rev().collect();
    let middle = all[700].clone();
    let since = Timestamp::from_millis(millis(text(&middle, "timestamp")));
    let owned = |key| Some(text(&middle, key).to_owned());
    for filter in [
        Filter::default(),
        Filter { kind: Some("decision_flow".into()), ..Filter::default() },
        Filter { kind: Some("spaceship".into()), ..Filter::default() },
        Filter { entity: owned("entityId"), ..Filter::default() },
        Filter { action: Some("publish".into()), since: Some(since), ..Filter::default() },
        Filter { since: Some(since), ..Filter::default() },
        Filter {
            kind: owned("entityType"),
            entity: owned("entityId"),
            action: owned("action"),
            since: Some(since),
        },
    ] {
        let expected: Vec<&Value> = all
            .iter()
            .filter(|c| filter.kind.as_deref().is_none_or(|kind| kind == text(c, "entityType")))
            .filter(|c| filter.entity.as_deref().is_none_or(|id| id == text(c, "entityId")))
            .filter(|c| filter.action.as_deref().is_none_or(|action| action == text(c, "action")))
            .filter(|c| filter.since.is_none_or(|since| since.millis() <= millis(text(c, "timestamp"))))
            .collect();
        let (total, page) = world.kaireonai.changes(&filter, 3, 20);
        assert_eq!(total, expected.len(), "{filter:?}");
        assert!(page.iter().eq(expected.into_iter().skip(3).take(20)), "{filter:?}");
    }
}

#[test]
fn any_end_of_the_world_will_do() {
    for until in [i64::MIN, 0, i64::MAX] {
        assert_eq!(len(&World::new(1, 60, Timestamp::from_millis(until))), 60, "{until}");
    }
}

#[test]
fn a_seed_is_much_the_same_world_whenever_it_ends() {
    for seed in [1, 2, 33] {
        let of = |minutes: i64| {
            let until = Timestamp::from_millis(UNTIL.millis() + minutes * clock::MINUTE);
            let world = World::new(seed, 900, until);
            [world.streamkap.len(), world.kaireonai.len(), world.microvisualizer.len()]
        };
        for minutes in [1, 37, 300, 24 * 60] {
            let moved: usize = of(0).iter().zip(of(minutes)).map(|(a, b)| a.abs_diff(b)).sum();
            assert!(moved <= 90, "seed {seed}, {minutes} min: {:?} {:?}", of(0), of(minutes));
        }
    }
}
