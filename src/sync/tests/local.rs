//! Files as sources: read when they change, and only then.

use std::path::Path;

use super::rig::{Rig, source};
use crate::domain::{Detail, FaultKind, Outcome, ScopeChoice, Via};
use crate::feed::Binding;

fn of_file(path: &Path) -> crate::sync::Source {
    let mut source = source("kaireonai", "");
    source.via = Via::File(path.to_owned());
    source.binding = Binding::default();
    source
}

fn record(id: u32) -> String {
    format!(r#"{{"id":"{id}","timestamp":"2026-04-01T10:00:00Z","action":"update"}}"#)
}

#[tokio::test]
async fn a_file_is_read_again_only_when_it_changed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.jsonl");
    std::fs::write(&path, record(1)).unwrap();
    let rig = Rig::new(vec![of_file(&path)]);
    let pages = |outcome: Outcome| (outcome.pages, outcome.events_new, outcome.fault);
    assert_eq!(pages(rig.sync().await), (1, 1, None));
    assert_eq!(pages(rig.sync().await), (0, 0, None), "it looks as it did");
    std::fs::write(&path, format!("{}\n{}", record(1), record(2))).unwrap();
    assert_eq!(pages(rig.sync().await), (1, 1, None));
    std::fs::remove_file(&path).unwrap();
    let fault = rig.sync().await.fault.unwrap();
    assert_eq!(fault.kind, FaultKind::Configuration);
    assert!(fault.message.contains("x.jsonl"), "{}", fault.message);
    assert_eq!(rig.events().len(), 2, "what was read stays");
}

#[tokio::test]
async fn what_only_a_request_could_tell_is_not_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.json");
    std::fs::write(&path, include_bytes!("../../../tests/fixtures/microvisualizer/history.json")).unwrap();
    let mut source = source("microvisualizer", "");
    source.via = Via::File(path);
    source.scopes = ScopeChoice::Only(vec!["shop".to_owned()]);
    let rig = Rig::new(vec![source]);
    assert_eq!(rig.sync().await.fault, None);
    let events = rig.events();
    assert!(!events.is_empty());
    assert!(events.iter().all(|event| matches!(event.record.detail, Detail::Refused(_))));
    assert!(events.iter().all(|event| event.scope.as_deref() == Some("shop")));
    let same = rig.engine.detail(&events[0]).await.unwrap();
    assert_eq!(same, events[0]);
}

#[tokio::test]
async fn a_body_that_is_mostly_something_else_is_a_fault_and_is_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.jsonl");
    std::fs::write(&path, format!("{}\n7\n8\n", record(1))).unwrap();
    let rig = Rig::new(vec![of_file(&path)]);
    for _ in 0..2 {
        let outcome = rig.sync().await;
        assert_eq!((outcome.pages, outcome.events_total), (1, 1));
        assert_eq!(outcome.fault.unwrap().kind, FaultKind::Shape);
    }
    std::fs::write(&path, "<html>").unwrap();
    assert!(rig.sync().await.fault.unwrap().message.contains("web page"));
}

#[tokio::test]
async fn a_command_that_takes_longer_than_it_may_is_told_with_what_to_set() {
    let mut source = source("kaireonai", "");
    let argv = ["sleep", "600"].map(str::to_owned).into();
    source.via = Via::Command { argv, timeout: std::time::Duration::from_millis(100) };
    source.binding = Binding::default();
    let fault = Rig::new(vec![source]).sync().await.fault.unwrap();
    assert!(fault.message.contains("the command `sleep` was ended after 100ms"), "{}", fault.message);
    assert!(fault.fix.contains("set `timeout` of `kaireonai-prod`"), "{}", fault.fix);
}
