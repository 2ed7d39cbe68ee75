//! A few events that differ in everything a query can ask for.

use chrono::DateTime;
use serde_json::{Value, json};

use crate::domain::{
    Action, Actor, ActorKind, Change, Entity, Event, Fact, Fate, Identity, LinkState, Op, Record, Status,
    Timestamp,
};

pub(super) fn time(text: &str) -> Timestamp {
    Timestamp::from_millis(DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
}

pub(super) fn change(path: &str, before: Value, after: Value) -> Change {
    Change { path: path.into(), op: Op::Replace, before: Some(before), after: Some(after) }
}

/// An event with nothing in it but what every event has.
pub(super) fn bare(source: &str, native: &str, at: &str) -> Event {
    let identity = Identity::Native(native.into());
    Event::new(source, "test", None, Record::bare(identity, time(at)))
}

fn entity(kind: &str, id: &str, name: &str) -> Entity {
    Entity { kind: Some(kind.into()), id: Some(id.into()), name: Some(name.into()) }
}

fn user(id: &str, name: &str) -> Actor {
    Actor { kind: ActorKind::User, id: Some(id.into()), name: Some(name.into()) }
}

/// One event per letter, so that a test can say what it expects as a word.
pub(super) fn all() -> Vec<(char, Event)> {
    let mut connector = bare("streamkap-prod", "68f0", "2026-04-01T08:00:00Z");
    let record = &mut connector.record;
    record.action = Action::Update;
    record.raw_action = Some("updated".into());
    record.entity = entity("destination", "dest_1", "orders-to-Snowflake");
    record.actor = user("u-1", "jane.smith@example.com");
    record.status = Status::Failed;
    record.error = Some("Connection refused (credentials masked)".into());
    record.ai_summary = Some("Raised tasks.max from 5 to 10.".into());
    record.changes = vec![
        change("config.tasks.max", json!(5), json!(10)),
        change("config.mode", json!("append"), json!("Upsert")),
        change("config.password", json!("••••"), json!("••••")),
        change("enabled", json!(true), json!(false)),
        Change {
            path: "auth".into(),
            op: Op::Add,
            before: None,
            after: Some(json!({"keys": [{"pin": "•••"}]})),
        },
    ];
    record.raw = r#"{"id":"68f0","connector":{"type":"snowflake","tasks":10,"password":"hunter2"},
        "diff":[{"field":"password","new":"hunter2"},{"field":"mode","new":"upsert"}],
        "config":"{\"password\":\"hunter2\"}","auth":{"keys":[{"pin":"hunter2"}]},"a.b":{"c":1.0},"when":"2026-03-10T00:00:00Z","none":null}"#
        .into();

    let mut rollback = bare("kaireon", "audit_9", "2026-03-31T23:30:00Z");
    let record = &mut rollback.record;
    record.action = Action::Rollback;
    record.raw_action = Some("ROLLBACK".into());
    record.entity = entity("decision_flow", "flow_77", "Überblick Straße");
    record.actor = user("u-2", "ΟΔΥΣΣΕΥΣ");
    record.status = Status::Success;
    record.summary = Some("Rolled back Decision Flow \"Home Page\"".into());
    record.facts = vec![
        Fact { name: "fromVersion".into(), value: "7".into() },
        Fact { name: "to_version".into(), value: "v4".into() },
    ];
    record.changes = vec![change("steps[order.created].owner", json!(null), json!({"team": "core"}))];
    record.raw = r#"{"changes":{"fromVersion":7,"toVersion":4}}"#.into();

    let mut service = bare("visualizer", "s/1", "2026-03-25T16:45:30Z");
    let record = &mut service.record;
    record.action = Action::Other("snapshot".into());
    record.raw_action = Some("Snapshot".into());
    record.entity = Entity { kind: Some("service".into()), id: Some("orders".into()), name: None };
    record.actor = Actor { kind: ActorKind::Key, id: None, name: Some("ci-publisher".into()) };
    record.set = Some("0B6A-3a".into());

    let mut erased = bare("kaireon", "audit_6", "2025-12-31T23:59:59.999Z");
    let record = &mut erased.record;
    record.action = Action::Erase;
    record.raw_action = Some("gdpr_erasure".into());
    record.entity = Entity { kind: Some("customer".into()), id: Some("cust_9".into()), name: None };
    record.actor = Actor { kind: ActorKind::System, id: None, name: None };
    record.summary = Some(String::new());

    vec![
        ('c', later(connector, Fate { edits: 1, ..Fate::default() })),
        ('r', Event { link: LinkState::Broken, ..rollback }),
        ('s', Event { link: LinkState::Holds, ..service }),
        ('e', later(erased, Fate { gone_at: Some(Timestamp::MIN), ..Fate::default() })),
        ('n', bare("other", "x", "2026-03-01T00:00:00Z")),
    ]
}

fn later(event: Event, fate: Fate) -> Event {
    Event { fate: Some(Box::new(fate)), ..event }
}
