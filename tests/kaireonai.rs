//! KaireonAI from the command line, against the demo's tenant: what is asked of the server, and what is not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use assert_cmd::prelude::*;
use predicates::prelude::*;
use serde_json::Value;

use support::{Home, Served};

/// The lines on stderr of a command that ends well.
fn said(home: &Home, args: &[&str]) -> String {
    let output = home.backtrail(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr).unwrap()
}

fn is_rollback_of_a_flow(event: &Value) -> bool {
    event["action"] == "rollback" && event["entity"]["type"] == "decision_flow"
}

#[test]
fn a_list_can_be_fetched_without_fetching_everything() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let config = home.write_config(&served.config);
    let query = ["action:rollback", "type:decision_flow", "source:kaireonai", "-actor_type:system"];
    let list = |more: &[&'static str]| [&["--config", &*config, "list"], &query[..], more].concat();

    let first = home.json_lines(&list(&["--fetch", "--jsonl"]));
    assert!(!first.is_empty() && first.iter().all(is_rollback_of_a_flow), "{first:?}");
    let again = said(&home, &list(&["--fetch"]));
    let count = first.len();
    assert_eq!(
        again,
        format!("kaireonai: {count} events with action=rollback entityType=decision_flow, 0 of them new\n")
    );
    // Nothing else was fetched, and nothing is thought to be complete because of it.
    let all = home.json_lines(&["--config", &config, "list", "--jsonl"]);
    assert_eq!(all, first);
    let sources = home.json_lines(&["--config", &config, "sources", "list", "--json"]);
    assert!(sources.iter().all(|source| source["last_sync"].is_null()), "{sources:?}");
    let synced = home.json_lines(&["--config", &config, "sync", "--json"]);
    let total: u64 = synced.iter().map(|source| source["events_total"].as_u64().unwrap()).sum();
    assert_eq!(total, 600, "{synced:?}");
    assert_eq!(home.json_lines(&list(&["--jsonl"])), first, "what was asked for is what there is");
}

#[test]
fn sources_that_cannot_be_asked_for_a_part_are_asked_for_what_is_new() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let config = home.write_config(&served.config);
    let args =
        ["--config", &*config, "list", "--fetch", "--jsonl", "action:create", "-source:streamkap-prod"];
    let events = home.json_lines(&args);
    let of = |source: &str| events.iter().filter(|event| event["source"] == source).count();
    assert!(of("kaireonai") > 0 && of("microvisualizer") > 0 && of("streamkap-prod") == 0);
    let all = home.json_lines(&["--config", &config, "list", "--jsonl"]);
    let elsewhere = |event: &&Value| event["source"] == "microvisualizer" && event["action"] != "create";
    assert!(all.iter().any(|event| elsewhere(&event)), "its whole history was fetched");
    assert!(all.iter().all(|event| event["source"] != "streamkap-prod"), "the query leaves it out");
}

#[test]
fn it_is_explained_what_goes_where() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let config = home.write_config(&served.config);
    let explain = |query: &str| {
        let output = home.backtrail(&["--config", &config, "list", "--explain", query]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let text = explain(
        "action:archived entity:=flow_1 since:2026-01-02 -status:failed -source:streamkap-prod tz:utc",
    );
    let [_, kaireonai, _] = text.split("\n\n").collect::<Vec<_>>()[..] else { panic!("{text}") };
    let expected = "kaireonai  (KaireonAI)\n  \
        asks for      action=soft_delete\n                \
        entityId=flow_1\n                \
        since=2026-01-02T00:00:00.000Z\n  \
        decides here  -status:failed  (it is negated)\n                \
        -source:streamkap-prod  (it says which sources are asked)\n                \
        all of it once more, for every event that comes";
    assert_eq!(kaireonai, expected);
    assert!(
        text.starts_with("streamkap-prod  (Streamkap)\n  is not asked: the query leaves it out\n"),
        "{text}"
    );
    assert!(text.contains("action:archived  (the feed has no filter for it)"), "{text}");
    // Nothing was asked of anyone.
    assert_eq!(home.json_lines(&["--config", &config, "list", "--jsonl"]), Vec::<Value>::new());
    home.backtrail(&["--config", &config, "list", "--explain", "acton:x"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("did you mean"));
}

/// What the JSON of a command says of the source `kaireonai`.
fn of_kaireonai(home: &Home, args: &[&str]) -> Value {
    let lines = home.json_lines(args);
    lines.into_iter().find(|line| line["source"] == "kaireonai").unwrap_or_else(|| panic!("{args:?}"))
}

#[test]
fn a_broken_chain_is_found_counted_and_shown() {
    let home = Home::new();
    let served = Served::start(&home, &["--admin"]);
    let config = home.write_config(&served.config);
    let run = |args: &[&'static str]| [&["--config", &*config], args].concat();
    let tested = of_kaireonai(&home, &run(&["sources", "test", "kaireonai", "--json"]));
    assert_eq!(tested["feed"], "kaireonai-audit");
    assert_eq!(tested["verification"]["intact"], false, "{tested}");
    assert_eq!(tested["verification"]["reason"], "chain_link_mismatch");
    home.backtrail(&run(&["sync"])).assert().success();
    let listed = of_kaireonai(&home, &run(&["sources", "list", "--json"]));
    assert_eq!((&listed["broken_links"], &listed["note"]), (&Value::from(1), &Value::Null));

    let broken = home.json_lines(&run(&["list", "is:broken", "--jsonl"]));
    let [event] = &broken[..] else { panic!("{broken:?}") };
    assert_eq!(event["link"], "broken", "{event}");
    assert_eq!(event["native_id"], tested["verification"]["broken_at"], "both mean the same entry");
    let id = event["id"].as_str().unwrap();
    let shown = home.backtrail(&["--config", &config, "show", id]).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("link           broken: the entry before it"), "{shown}");
    let sources = home.backtrail(&run(&["sources", "list"])).output().unwrap();
    let sources = String::from_utf8(sources.stdout).unwrap();
    assert!(sources.contains("1 event is not linked to the entry before"), "{sources}");
}

#[test]
fn a_key_without_the_audit_log_reads_the_plain_history_and_is_told_so() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let plain = "feed = \"kaireonai\"";
    assert!(served.config.contains(plain));
    let config = home.write_config(&served.config.replace(plain, "feed = \"kaireonai-audit\""));
    let run = |args: &[&'static str]| [&["--config", &*config], args].concat();
    let told = said(&home, &run(&["sync"]));
    assert!(told.contains("so the plain change history is read"), "{told}");
    let listed = of_kaireonai(&home, &run(&["sources", "list", "--json"]));
    assert_eq!((&listed["error"], &listed["feed"]), (&Value::Null, &"kaireonai-audit".into()), "{listed}");
    assert!(listed["note"].as_str().unwrap().contains("plain change history"), "{listed}");
    assert!(listed["events"].as_u64().unwrap() > 300, "{listed}");
    let tested = of_kaireonai(&home, &run(&["sources", "test", "kaireonai", "--json"]));
    assert_eq!((&tested["error"], &tested["note"]), (&Value::Null, &listed["note"]), "{tested}");

    home.write_config(&served.config);
    let chosen = of_kaireonai(&home, &run(&["sources", "list", "--json"]));
    assert_eq!(chosen["note"], Value::Null, "who asks for the plain history needs no word about it");
}

#[test]
fn a_key_that_becomes_an_admins_doubles_nothing() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let audit = served.config.replace("feed = \"kaireonai\"", "feed = \"kaireonai-audit\"");
    let config = home.write_config(&audit);
    let run = |args: &[&'static str]| [&["--config", &*config], args].concat();
    let list = run(&["list", "source:kaireonai", "--jsonl"]);
    home.backtrail(&run(&["sync"])).assert().success();
    let before = home.json_lines(&list);
    assert!(before.iter().all(|event| event["feed"] == "kaireonai" && event["link"].is_null()));

    home.write_config(&audit.replace("demo-kaireonai-editor", "demo-kaireonai-admin"));
    home.backtrail(&run(&["sync"])).assert().success();
    let after = home.json_lines(&list);
    let ids = |events: &[Value]| events.iter().map(|event| event["native_id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&before), ids(&after), "each entry is there once, where it was");
    assert!(after.iter().all(|event| event["feed"] == "kaireonai-audit"), "and says what the audit log says");
    assert_eq!(of_kaireonai(&home, &run(&["sources", "list", "--json"]))["note"], Value::Null);
}
