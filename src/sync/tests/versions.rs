//! What a published version changed, asked of a server that keeps all versions.

use serde_json::{Value, json};

use super::paging::Asked;
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, answer, says};
use crate::domain::{Change, Detail, Event};
use crate::sync::Source;

/// The history of one flow: a publish of version 5 and a rollback from it to version 3.
fn history() -> Value {
    let event = |id: &str, action: &str, kind: &str, changes: Value| {
        json!({
            "id": id, "action": action, "entityType": kind, "entityId": "flow_1", "entityName": "Home",
            "summary": action, "user": {"id": "u", "name": "Ada"}, "timestamp": "2026-04-01T10:00:00Z",
            "changes": changes,
        })
    };
    let rollback =
        json!({"action": "rollback", "fromVersion": 5, "toVersion": 3, "newVersion": 6, "notes": "back"});
    json!({"total": 4, "changes": [
        event("rollback", "rollback", "decision_flow", rollback),
        event("publish", "publish", "decision_flow", json!({"version": 5, "notes": "try"})),
        event("edit", "update", "decision_flow", json!({})),
        event("creative", "publish", "creative", json!({"version": 2})),
    ]})
}

fn versions() -> String {
    let version = |n: u64, nodes: u64, scoring: &str| json!({"version": n, "publishedAt": "2026-03-01T00:00:00Z", "notes": "n", "summary": {"nodeCount": nodes, "scoringMethod": scoring}});
    let list = [version(3, 5, "propensity"), version(4, 7, "propensity"), version(5, 7, "scorecard")];
    json!({"flowId": "flow_1", "versions": list}).to_string()
}

/// A server that answers requests for versions as `versions` says.
async fn serve(versions: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Wire {
    Wire::serve(move |request| {
        let asked = Asked::read(request);
        match asked.path.as_str() {
            "/change-history" => says(200, &history().to_string()),
            "/decision-flows/versions" => {
                assert_eq!(asked.query["id"], "flow_1");
                versions(&asked)
            }
            other => panic!("{other}"),
        }
    })
    .await
}

/// The event `id` after it was opened, and how many requests that took.
async fn opened(source: Source, wire: &Wire, id: &str) -> (Event, usize) {
    let rig = Rig::new(vec![source]);
    assert!(rig.sync().await.complete);
    let event = rig.events().into_iter().find(|event| event.record.identity.native() == Some(id)).unwrap();
    let before = wire.requests().len();
    let opened = rig.engine.detail(&event).await.unwrap();
    let stored = rig.events().into_iter().find(|other| other.id == event.id).unwrap();
    assert_eq!(opened, stored, "what was asked for is kept");
    (opened, wire.requests().len() - before)
}

fn lines(changes: &[Change]) -> Vec<String> {
    let value = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
    changes.iter().map(|it| format!("{} {} → {}", it.path, value(&it.before), value(&it.after))).collect()
}

#[tokio::test]
async fn a_version_is_compared_with_the_one_that_was_live_before_it() {
    let wire = serve(|_| says(200, &versions())).await;
    for (id, expected) in [
        (
            "publish",
            vec!["version - → 5", "notes - → \"try\"", "scoringMethod \"propensity\" → \"scorecard\""],
        ),
        (
            "rollback",
            vec![
                "version 5 → 3",
                "newVersion - → 6",
                "notes - → \"back\"",
                "nodeCount 7 → 5",
                "scoringMethod \"scorecard\" → \"propensity\"",
            ],
        ),
    ] {
        let (event, requests) = opened(source("kaireonai", &wire.origin), &wire, id).await;
        assert_eq!((&event.record.detail, requests), (&Detail::Fetched, 1), "{id}");
        let mut found = lines(&event.record.changes);
        found.sort();
        let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        expected.sort();
        assert_eq!(found, expected, "{id}");
    }
    for id in ["edit", "creative"] {
        let (event, requests) = opened(source("kaireonai", &wire.origin), &wire, id).await;
        assert_eq!((&event.record.detail, requests), (&Detail::Nothing, 0), "{id}: only flows have versions");
    }
}

#[tokio::test]
async fn a_key_that_may_not_read_versions_is_told_quietly() {
    for (status, body, said) in [
        (
            403,
            r#"{"error": {"message": "Requires role admin"}}"#,
            "it does not let this key read versions (Requires role admin)",
        ),
        (403, "", "it does not let this key read versions (the server answered 403)"),
        (
            404,
            r#"{"error": {"message": "No such flow"}}"#,
            "it knows no versions for this one (No such flow)",
        ),
        (
            403,
            r#"{"error": {"message": "canary-token"}}"#,
            "it does not let this key read versions (<redacted>)",
        ),
    ] {
        let wire = serve(move |_| Answer::Bytes(answer(status, "", body))).await;
        let (event, requests) = opened(source("kaireonai", &wire.origin), &wire, "publish").await;
        assert_eq!((event.record.detail, requests), (Detail::Refused(said.to_owned()), 1));
        assert_eq!(
            lines(&event.record.changes),
            ["version - → 5", "notes - → \"try\""],
            "what it says is kept"
        );
    }
}

#[tokio::test]
async fn whole_configurations_are_compared_once_somebody_says_how_to_ask_for_them() {
    let wire = serve(|asked| match asked.query.get("version").map(String::as_str) {
        None => says(200, &versions()),
        Some(version) => {
            let secret = format!("s{version}");
            let config = json!({"nodes": [{"id": "a", "limit": version}], "apiToken": secret});
            says(200, &json!({"version": version, "configSnapshot": config}).to_string())
        }
    })
    .await;
    let told = || {
        let mut source = source("kaireonai", &wire.origin);
        source.binding.vars.insert("version_parameter".into(), "version".into());
        source
    };
    for (id, limit) in [("publish", "\"4\" → \"5\""), ("rollback", "\"5\" → \"3\"")] {
        let (event, requests) = opened(told(), &wire, id).await;
        assert_eq!((&event.record.detail, requests), (&Detail::Fetched, 3));
        let found = lines(&event.record.changes);
        assert!(found.contains(&format!("nodes[a].limit {limit}")), "{found:?}");
        assert!(found.contains(&"apiToken \"••••\" → \"••••\"".to_owned()), "{found:?}");
    }
}

#[tokio::test]
async fn half_a_comparison_is_none() {
    let wire = serve(|asked| match asked.query.get("version").map(String::as_str) {
        None => says(200, &versions()),
        Some("4") => Answer::Bytes(answer(404, "", "{}")),
        Some(_) => says(200, r#"{"configSnapshot": {"a": 1}}"#),
    })
    .await;
    let mut source = source("kaireonai", &wire.origin);
    source.binding.vars.insert("version_parameter".into(), "version".into());
    let (event, requests) = opened(source, &wire, "publish").await;
    assert_eq!((&event.record.detail, requests), (&Detail::Fetched, 2), "the summaries were answered");
    assert!(!lines(&event.record.changes).iter().any(|line| line.starts_with("a ")));
}
