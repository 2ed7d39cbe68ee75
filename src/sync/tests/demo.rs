//! The whole way against the demo server.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use rstest::rstest;

use super::rig::{Rig, source};
use crate::demo::{self, Options, Server};
use crate::domain::{Condition, Detail, FaultKind, LinkState, ScopeChoice, Secret, Timestamp};
use crate::sync::{Report, Source, Which};

async fn start(seed: u64, faults: bool) -> Server {
    let until = Timestamp::from_millis(1_790_000_000_000);
    demo::start(Options {
        seed,
        events: if faults { 600 } else { 1_500 },
        until,
        live: None,
        faults,
        ..Options::default()
    })
    .await
    .unwrap()
}

/// The three sources, as the configuration that the server hands out describes them.
fn sources(server: &Server) -> Vec<Source> {
    read(&demo::configuration(server.addr()))
}

/// The source that reads KaireonAI's audit log, with the key of an admin.
fn audit(server: &Server) -> Source {
    let mut sources = read(&demo::configuration_of_admin(server.addr()));
    sources.retain(|source| source.profile.id() == "kaireonai-audit");
    sources.remove(0)
}

fn read(text: &str) -> Vec<Source> {
    let table: toml::Table = text.parse().unwrap();
    let entries = table["source"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap().to_owned();
            let vars = entry.get("vars").and_then(|vars| vars.as_table()).cloned().unwrap_or_default();
            let vars = vars.into_iter().map(|(key, value)| (key, value.as_str().unwrap().to_owned()));
            let secrets = entry["secret"].as_table().unwrap().iter();
            let secrets = secrets.map(|(key, value)| {
                let command = value["command"].as_array().unwrap();
                (key.clone(), Secret::new(command.last().unwrap().as_str().unwrap().to_owned()))
            });
            let mut source = source(&text("feed"), &text("base"));
            source.name = text("name").into();
            source.binding.vars = vars.collect();
            source.binding.secrets = secrets.collect();
            source
        })
        .collect()
}

fn stored(rig: &Rig) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for event in rig.events() {
        *counts.entry(event.source.to_string()).or_default() += event.count as usize;
    }
    counts
}

fn told(server: &Server) -> BTreeMap<String, usize> {
    server.counts().by_source().into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

#[rstest]
#[case(1, false)]
#[case(2, false)]
#[case(3, false)]
#[case(1, true)]
#[case(2, true)]
#[case(3, true)]
#[tokio::test]
async fn every_event_of_the_world_is_stored_once(#[case] seed: u64, #[case] faults: bool) {
    let server = start(seed, faults).await;
    let rig = Rig::new(sources(&server));
    for outcome in rig.sync_all().await {
        assert!(outcome.complete && outcome.events_new == outcome.events_total, "{outcome:?}");
    }
    assert_eq!(stored(&rig), told(&server));
    let events = rig.events();
    assert_eq!(events.iter().map(|event| event.id).collect::<HashSet<_>>().len(), events.len());
    for outcome in rig.sync_all().await {
        assert!(outcome.complete && outcome.events_new == 0, "{outcome:?}");
    }
    assert_eq!(rig.events(), events, "a second sync adds nothing");
}

#[tokio::test]
async fn a_second_sync_asks_for_little() {
    let server = start(4, false).await;
    let rig = Rig::new(sources(&server));
    let first: u64 = rig.sync_all().await.iter().map(|outcome| outcome.pages).sum();
    let second: u64 = rig.sync_all().await.iter().map(|outcome| outcome.pages).sum();
    assert!(second < first, "{second} pages after {first}");
}

#[tokio::test]
async fn events_that_arrive_while_following_come_in() {
    let options = Options {
        seed: 5,
        events: 300,
        live: Some(Duration::from_millis(5)),
        until: Timestamp::now(),
        ..Options::default()
    };
    let server = demo::start(options).await.unwrap();
    let mut rig = Rig::new(sources(&server));
    let engine = rig.engine.clone();
    let follow = tokio::spawn(async move { engine.follow().await });
    let mut rows = 0;
    while rows < 330 {
        if let Report::Stored { new, .. } = rig.reports.recv().await.unwrap() {
            rows += new.len();
        }
    }
    rig.engine.stop();
    follow.await.unwrap();
    assert!(rig.events().len() >= 330);
}

#[tokio::test]
async fn an_unknown_project_is_named_and_the_others_are_fetched() {
    let server = start(6, false).await;
    let mut sources = sources(&server);
    sources.retain(|source| source.profile.id() == "microvisualizer");
    sources[0].scopes = ScopeChoice::Only(vec!["no-such-project".into()]);
    let rig = Rig::new(sources);
    let fault = rig.sync().await.fault.unwrap();
    assert_eq!(fault.kind, FaultKind::Configuration);
    assert!(fault.message.ends_with("does not list `no-such-project`"), "{}", fault.message);
}

#[tokio::test]
async fn a_wrong_token_is_told_in_each_providers_words() {
    let server = start(7, false).await;
    let mut sources = sources(&server);
    for source in &mut sources {
        for secret in source.binding.secrets.values_mut() {
            *secret = Secret::new("canary-wrong".to_owned());
        }
    }
    let rig = Rig::new(sources);
    for outcome in rig.sync_all().await {
        let fault = outcome.fault.unwrap();
        assert_eq!(fault.kind, FaultKind::SignIn, "{fault:?}");
        assert!(!format!("{fault:?}").contains("canary"), "{fault:?}");
    }
    assert!(rig.events().is_empty());
}

#[tokio::test]
async fn the_diff_of_a_service_change_is_fetched_when_asked_for() {
    let server = start(8, false).await;
    let rig = Rig::new(sources(&server));
    rig.engine.sync(&Which::Named(vec!["microvisualizer".into()])).await;
    let event = rig.events().into_iter().find(|event| event.record.detail == Detail::Available).unwrap();
    let answered = rig.engine.detail(&event).await.unwrap();
    assert_eq!(answered.record.detail, Detail::Fetched);
    assert!(!answered.record.changes.is_empty());
}

#[tokio::test]
async fn the_audit_log_holds_together_but_for_the_entry_of_the_story() {
    let server = start(9, false).await;
    let rig = Rig::new(vec![audit(&server)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total as usize), (true, server.counts().kaireonai));
    let events = rig.events();
    let broken: Vec<_> = events.iter().filter(|event| event.link == LinkState::Broken).collect();
    // It may lie at the border of two pages, where nobody knows what stands between.
    let open: Vec<_> = events.iter().filter(|event| event.link == LinkState::Open).collect();
    let [event] = [broken, open].concat()[..] else { panic!("one link of all does not hold") };
    assert_eq!(
        (event.record.entity.name.as_deref(), event.record.action.word()),
        (Some("Home Page NBA"), "rollback")
    );
    assert_eq!(events.iter().filter(|event| event.link == LinkState::None).count(), 1, "the first of all");
    let verified = rig.engine.probe("kaireonai").await.unwrap().verification.unwrap().unwrap();
    assert_eq!((verified.intact, verified.reason.as_deref()), (false, Some("chain_link_mismatch")));
    assert_eq!(verified.broken_at.as_deref(), event.record.identity.native());
}

#[tokio::test]
async fn an_editor_reads_the_plain_history_and_an_admin_later_sees_nothing_twice() {
    let server = start(10, false).await;
    let editor = || {
        let mut source = audit(&server);
        let key = sources(&server).remove(1).binding.secrets.remove("token").unwrap();
        source.binding.secrets.insert("token".into(), key);
        source
    };
    let mut rig = Rig::new(vec![editor()]);
    assert!(rig.sync().await.complete);
    assert!(rig.statuses().pop().unwrap().note.unwrap().contains("no role admin"));
    let plain = rig.events();
    assert!(plain.iter().all(|event| &*event.feed == "kaireonai"));
    let rig = rig.restarted(vec![audit(&server)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_new), (true, 0));
    let audited = rig.events();
    assert!(audited.iter().all(|event| &*event.feed == "kaireonai-audit"));
    assert!(audited.iter().map(|event| event.id).eq(plain.iter().map(|event| event.id)));
}

#[tokio::test]
async fn the_versions_of_the_story_say_what_the_rollback_took_back() {
    let server = start(11, false).await;
    let rig = Rig::new(sources(&server));
    let which = Which::Named(vec!["kaireonai".into()]);
    // Not a walk over everything: only what is asked for.
    let wanted = [Condition::Action("rollback".into()), Condition::Type("decision_flow".into())];
    let fetched = rig.engine.fetch(&which, &wanted).await.remove(0);
    assert!(fetched.came > 0 && fetched.fault.is_none(), "{fetched:?}");
    let events = rig.events();
    assert_eq!(events.len() as u64, fetched.came);
    let story =
        events.iter().find(|event| event.record.entity.name.as_deref() == Some("Home Page NBA")).unwrap();
    let opened = rig.engine.detail(story).await.unwrap();
    let model = opened.record.changes.iter().find(|change| change.path == "scoringModel");
    let model = model.unwrap_or_else(|| panic!("{:?}", opened.record.changes));
    assert!(model.before.is_some() && model.after.is_some() && model.before != model.after);
}
