//! The audit log against the change history, and the versions of flows against both.

use serde_json::Value;

use super::*;

/// The whole audit log, oldest first.
fn audit(world: &World) -> Vec<Value> {
    let (total, mut log) = world.kaireonai.audit(None, 0, usize::MAX);
    assert_eq!(total, log.len());
    log.reverse();
    log
}

#[test]
fn the_audit_log_tells_of_the_same_events_as_the_history() {
    for (seed, events) in [(1, 200), (2, 6_000)] {
        let world = world(seed, events);
        let (history, log) = (changes(&world), audit(&world));
        assert_eq!(history.len(), log.len());
        for (change, entry) in history.iter().zip(&log) {
            for key in ["id", "action", "entityType", "entityId", "entityName", "timestamp", "changes"] {
                assert_eq!(change[key], entry[key], "{key}");
            }
            assert_eq!(
                (&change["user"]["id"], &change["user"]["name"]),
                (&entry["userId"], &entry["userName"])
            );
        }
    }
}

#[test]
fn what_a_thing_was_before_is_what_it_became_last() {
    let mut now: BTreeMap<String, Value> = BTreeMap::new();
    let world = world(2, 6_000);
    for entry in audit(&world) {
        let (before, after) = (&entry["before"], &entry["after"]);
        let known = now.insert(text(&entry, "entityId").to_owned(), after.clone());
        assert_eq!(*before, known.unwrap_or(Value::Null), "{entry}");
        match text(&entry, "action") {
            "create" => assert!(before.is_null() && after.is_object()),
            "delete" | "gdpr_erasure" => assert!(before.is_object() && after.is_null()),
            // Reviews change nothing but who has seen it.
            _ => assert!(before.is_object() && after.is_object() && before != after, "{entry}"),
        }
        let said = &entry["changes"];
        for field in ["status", "fallbackRateLimit", "timeoutSeconds"] {
            if let (Some(told), false) = (said.get(field), after.is_null()) {
                assert_eq!(told["to"], after[field], "{entry}");
            }
        }
        if let Some(version) = after.get("version") {
            assert_eq!(*version, entry["entityVersion"]);
        }
    }
}

#[test]
fn the_chain_of_hashes_is_whole_but_for_the_entry_of_the_story() {
    for seed in [1, 2, 33] {
        let log = audit(&world(seed, 1_500));
        assert!(log[0]["prevHash"].is_null());
        let broken: Vec<&Value> = log
            .windows(2)
            .filter(|pair| pair[1]["prevHash"] != pair[0]["integrityHash"])
            .map(|pair| &pair[1])
            .collect();
        let [entry] = broken[..] else { panic!("{broken:?}") };
        assert_eq!((text(entry, "entityName"), text(entry, "action")), ("Home Page NBA", "rollback"));
        let hashes: BTreeSet<&str> = log.iter().map(|entry| text(entry, "integrityHash")).collect();
        assert_eq!(hashes.len(), log.len());
        assert!(!hashes.contains(text(entry, "prevHash")), "the entry that it names is not there");
    }
}

#[test]
fn the_server_says_of_its_log_what_it_finds_in_the_part_that_it_looks_at() {
    let world = world(1, 1_500);
    let log = audit(&world);
    let at =
        log.iter().rposition(|entry| entry["action"] == "rollback" && entry["entityName"] == "Home Page NBA");
    let (at, total) = (at.unwrap(), log.len());
    let whole = world.kaireonai.verify(None);
    let broken = serde_json::json!({
        "intact": false, "verified": at, "total": total, "scanned": total,
        "brokenAtId": log[at]["id"], "brokenReason": "chain_link_mismatch",
    });
    assert_eq!(whole, broken);
    assert_eq!(world.kaireonai.verify(Some(usize::MAX)), broken);
    let behind = total - at;
    // The link of the oldest entry that is looked at leads out of sight.
    for (limit, intact) in [(0, true), (1, true), (behind, true), (behind + 1, false)] {
        let said = world.kaireonai.verify(Some(limit));
        assert_eq!(
            (&said["intact"], &said["scanned"]),
            (&Value::from(intact), &Value::from(limit)),
            "{limit}"
        );
    }
}

#[test]
fn pages_and_types_of_the_log_agree_with_the_whole_of_it() {
    let world = world(2, 1_500);
    let all: Vec<Value> = audit(&world).into_iter().rev().collect();
    for kind in [None, Some("decision_flow"), Some("customer"), Some("spaceship")] {
        let meant: Vec<&Value> =
            all.iter().filter(|entry| kind.is_none_or(|kind| entry["entityType"] == kind)).collect();
        for (skip, limit) in [(0, 20), (7, 33), (meant.len(), 5), (usize::MAX, 5), (0, 0)] {
            let (total, page) = world.kaireonai.audit(kind, skip, limit);
            assert_eq!(total, meant.len());
            assert!(page.iter().eq(meant.iter().skip(skip).take(limit).copied()), "{kind:?} {skip} {limit}");
        }
    }
}

#[test]
fn a_rollback_brings_back_the_content_of_the_version_that_it_names() {
    let world = world(2, 6_000);
    let mut rollbacks = 0;
    for entry in audit(&world).iter().filter(|entry| entry["entityType"] == "decision_flow") {
        let flow = text(entry, "entityId");
        let said = &entry["changes"];
        let one = |number: &Value| {
            let number = u16::try_from(number.as_u64().unwrap()).unwrap();
            let version = world.kaireonai.versions(flow, Some(number)).unwrap()["versions"][0].clone();
            assert_eq!(version["version"], number);
            version
        };
        match text(entry, "action") {
            "publish" => {
                let version = one(&said["version"]);
                assert_eq!(
                    (&version["notes"], &version["publishedAt"]),
                    (&said["notes"], &entry["timestamp"])
                );
                assert_eq!(version["configSnapshot"], entry["after"]["config"]);
                assert_ne!(entry["before"]["config"], entry["after"]["config"]);
            }
            "rollback" => {
                rollbacks += 1;
                let (to, new) = (one(&said["toVersion"]), one(&said["newVersion"]));
                assert_eq!(
                    (&to["configSnapshot"], &to["summary"]),
                    (&new["configSnapshot"], &new["summary"])
                );
                assert_eq!(new["configSnapshot"], entry["after"]["config"]);
                let list = world.kaireonai.versions(flow, None).unwrap();
                let numbers =
                    list["versions"].as_array().unwrap().iter().map(|it| it["version"].as_u64().unwrap());
                assert!(numbers.eq(1..=list["versions"].as_array().unwrap().len() as u64));
                assert!(list["versions"][0].get("configSnapshot").is_none(), "a list has no configurations");
            }
            _ => {}
        }
    }
    assert!(rollbacks > 3);
    assert_eq!(world.kaireonai.versions("flow_none", None), None);
}

#[test]
fn the_storys_bad_version_is_about_its_model() {
    for seed in [1, 2, 33] {
        let world = world(seed, 600);
        let log = audit(&world);
        let rollback =
            log.iter().rfind(|entry| entry["action"] == "rollback" && entry["entityName"] == "Home Page NBA");
        let flow = text(rollback.unwrap(), "entityId");
        let list = world.kaireonai.versions(flow, None).unwrap();
        let [.., six, seven, eight] = &list["versions"].as_array().unwrap()[..] else { panic!("{list}") };
        assert_ne!(six["summary"]["scoringModel"], seven["summary"]["scoringModel"]);
        assert_eq!(six["summary"], eight["summary"]);
    }
}
