//! `backtrail cache` as a person uses it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde_json::Value;
use support::Home;

/// Runs the program and gives its exit code, what it printed and what it said.
fn run(home: &Home, args: &[&str]) -> (i32, String, String) {
    let output = home.backtrail(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A home whose cache has two events of one entity and one of another.
fn filled() -> (Home, String) {
    let home = Home::new();
    let event = |id: &str, entity: &str, minute: u32| {
        serde_json::json!({
            "id": id, "action": "update", "entityType": "journey", "entityId": entity, "entityName": entity,
            "summary": format!("Updated {entity}"), "user": {"id": "u1", "name": "ana@example.com"},
            "timestamp": format!("2026-03-01T10:{minute:02}:00Z"), "changes": {},
        })
        .to_string()
    };
    let lines = [event("1", "orders", 1), event("2", "orders", 2), event("3", "payments", 3)].join("\n");
    let file = home.0.path().join("history.jsonl");
    std::fs::write(&file, lines).unwrap();
    let file = file.to_str().unwrap().to_owned();
    let (code, _, said) = run(&home, &["import", &file, "--feed", "kaireonai"]);
    assert_eq!(code, 0, "{said}");
    (home, file)
}

#[test]
fn what_is_purged_is_gone_and_does_not_come_back() {
    let (home, file) = filled();
    let (code, path, _) = run(&home, &["cache", "path"]);
    assert!(code == 0 && path.trim().ends_with("cache.db"), "{path}");
    let (code, _, said) = run(&home, &["cache", "purge", "entity:orders"]);
    assert_eq!(code, 2);
    assert!(said.contains("would purge 2 events for good") && said.contains("--yes"), "{said}");
    assert_eq!(home.json_lines(&["list", "--jsonl"]).len(), 3);
    let (code, _, said) = run(&home, &["cache", "purge", "entity:orders", "--yes"]);
    assert!(code == 0 && said.contains("purged 2 events"), "{said}");
    assert_eq!(run(&home, &["import", &file, "--feed", "kaireonai"]).0, 0);
    let left = home.json_lines(&["list", "--jsonl"]);
    assert_eq!((left.len(), &left[0]["entity"]["id"]), (1, &Value::from("payments")));
    let stats = &home.json_lines(&["cache", "stats", "--json"])[0];
    assert_eq!((&stats["events"], &stats["purged"]), (&Value::from(1), &Value::from(2)));
    let (code, printed, said) = run(&home, &["cache", "verify"]);
    assert!(code == 0 && printed.is_empty() && said.contains("1 events"), "{said}");
    let (code, _, said) = run(&home, &["cache", "purge", "entity:orders", "--yes"]);
    assert!(code == 0 && said.contains("nothing was purged"), "{said}");
}

#[test]
fn a_source_is_forgotten_and_can_be_brought_in_again() {
    let (home, file) = filled();
    let source =
        home.json_lines(&["list", "--jsonl", "--limit", "1"])[0]["source"].as_str().unwrap().to_owned();
    let (code, _, said) = run(&home, &["cache", "purge", "--source", "nobody", "--yes"]);
    assert!(code == 2 && said.contains("knows no source `nobody`"), "{said}");
    let (code, _, said) = run(&home, &["cache", "purge", "--source", &source, "--yes"]);
    assert!(code == 0 && said.contains("purged 3 events"), "{said}");
    assert_eq!(home.json_lines(&["cache", "stats", "--json"])[0]["events"], 0);
    assert_eq!(run(&home, &["import", &file, "--feed", "kaireonai"]).0, 0);
    assert_eq!(home.json_lines(&["list", "--jsonl"]).len(), 3);
}

#[test]
fn what_is_old_is_removed_and_does_not_come_back() {
    let (home, file) = filled();
    let source =
        home.json_lines(&["list", "--jsonl", "--limit", "1"])[0]["source"].as_str().unwrap().to_owned();
    let prune = |args: &[&str]| run(&home, &[&["cache", "prune"], args].concat());
    let (code, _, said) = prune(&[]);
    assert!(code == 2 && said.contains("nothing says how far back") && said.contains("keep ="), "{said}");
    let (code, _, said) = prune(&["--before", "someday"]);
    assert!(code == 2 && said.contains("`--before someday` is not a time"), "{said}");
    let (code, _, said) = prune(&["nobody", "--before", "90d"]);
    assert!(code == 2 && said.contains("knows no source `nobody`"), "{said}");
    let before = ["--before", "2026-03-01T10:03:00Z"];
    let (code, _, said) = prune(&before);
    assert!(code == 2 && said.contains("would remove 2 events for good") && said.contains("--yes"), "{said}");
    let (code, printed, _) = prune(&[&before[..], &["--dry-run"]].concat());
    assert!(code == 0 && printed.contains("would remove 2 events from before"), "{printed}");
    assert_eq!(home.json_lines(&["list", "--jsonl"]).len(), 3);
    let (code, printed, said) = prune(&[&before[..], &["--yes", "--json", &source]].concat());
    assert_eq!(code, 0, "{said}");
    let told: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((&told["removed"], &told["kept_marked"]), (&Value::from(2), &Value::from(0)));
    assert_eq!(run(&home, &["import", &file, "--feed", "kaireonai"]).0, 0);
    let left = home.json_lines(&["list", "--jsonl"]);
    assert_eq!((left.len(), &left[0]["entity"]["id"]), (1, &Value::from("payments")));
    assert_eq!(run(&home, &["cache", "verify"]).0, 0);
    assert_eq!(run(&home, &["cache", "purge", "--source", &source, "--yes"]).0, 0);
    assert_eq!(run(&home, &["import", &file, "--feed", "kaireonai"]).0, 0);
    assert_eq!(home.json_lines(&["list", "--jsonl"]).len(), 3, "a source that was forgotten begins anew");
}

#[test]
fn what_could_not_be_read_is_printed_without_moving_the_cursor() {
    let home = Home::new();
    let file = home.0.path().join("bad.jsonl");
    let hostile = "{\"id\":\"9\",\"note\":\"\u{1b}]0;owned\u{7}\u{202e}\u{9b}2J\"}";
    let good = "{\"id\":\"1\",\"action\":\"update\",\"timestamp\":\"2026-03-01T10:00:00Z\"}";
    std::fs::write(&file, format!("{good}\n{}\n", hostile.replace('\u{1b}', "\\u001b").replace('\u{7}', "")))
        .unwrap();
    let imported = run(&home, &["import", file.to_str().unwrap(), "--feed", "kaireonai", "--source", "bad"]);
    assert_eq!(imported.0, 0, "{imported:?}");
    let (code, printed, said) = run(&home, &["sources", "quarantine"]);
    assert!(code == 0 && printed.contains("bad  kaireonai"), "{printed} {said}");
    assert!(!printed.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{printed:?}");
    assert!(printed.contains("owned"), "{printed}");
    let all = home.json_lines(&["sources", "quarantine", "bad", "--json"]);
    assert_eq!(all.len(), 1);
    assert!(all[0]["raw"].as_str().unwrap().contains('\u{202e}') && all[0]["reason"].is_string(), "{all:?}");
    assert_eq!(run(&home, &["sources", "quarantine", "bald"]).0, 1);
}
