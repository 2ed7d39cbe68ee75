//! The program as a whole, started as a user starts it: arguments in, stdout, stderr and exit code out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use assert_cmd::prelude::*;
use predicates::prelude::*;
use serde_json::Value;
use support::{Home, Served};

fn events_of(outcomes: &[Value], field: &str) -> u64 {
    outcomes.iter().map(|outcome| outcome[field].as_u64().unwrap()).sum()
}

#[test]
fn every_event_of_three_worlds_is_stored_once_and_a_second_sync_adds_none() {
    for seed in ["1", "7", "20260401"] {
        let home = Home::new();
        let keep = home.0.path().join("kept");
        let keep = keep.to_str().unwrap();
        let args = ["demo", "--seed", seed, "--events", "700", "--keep", keep, "--", "sync", "--json"];

        let first = home.json_lines(&args);
        assert_eq!(first.len(), 3, "one object per source");
        assert_eq!(events_of(&first, "events_new"), 700, "seed {seed}: {first:?}");
        assert_eq!(events_of(&first, "events_total"), 700);
        assert!(
            first.iter().all(|outcome| outcome["error"].is_null() && outcome["state"] == "ready"),
            "{first:?}"
        );
        assert!(first.iter().all(|outcome| outcome["requests"].as_u64() >= outcome["pages"].as_u64()));

        let second = home.json_lines(&args);
        assert_eq!(events_of(&second, "events_new"), 0, "seed {seed}: {second:?}");
        assert_eq!(events_of(&second, "events_total"), 700);
    }
}

#[test]
fn a_slow_and_broken_world_is_stored_whole_all_the_same() {
    let outcomes = Home::new().json_lines(&["demo", "--events", "300", "--faults", "--", "sync", "--json"]);
    assert_eq!(events_of(&outcomes, "events_total"), 300, "{outcomes:?}");
}

#[test]
fn list_prints_the_events_a_query_selects_as_json_lines_newest_first() {
    let events =
        Home::new().json_lines(&["demo", "--events", "900", "--", "list", "action:rollback", "--jsonl"]);
    assert!(!events.is_empty());
    assert!(events.iter().all(|event| event["action"] == "rollback"), "{events:?}");
    let times: Vec<&str> = events.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] >= pair[1]), "{times:?}");
    assert!(events.iter().any(|event| event["entity"]["name"] == "Home Page NBA"), "the story is there");
    let keys: Vec<&String> = events[0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "id",
            "native_id",
            "source",
            "feed",
            "scope",
            "time",
            "action",
            "raw_action",
            "entity",
            "actor",
            "status",
            "error",
            "summary",
            "ai_summary",
            "changes",
            "set",
            "url",
            "count",
            "link",
            "edits",
            "gone_at",
            "raw"
        ]
    );
}

#[test]
fn a_negated_term_needs_no_quotes_and_the_forms_agree() {
    let home = Home::new();
    let keep = home.0.path().join("kept");
    let demo = |rest: &[&str]| {
        let args = [&["demo", "--events", "400", "--keep", keep.to_str().unwrap(), "--"], rest].concat();
        let output = home.backtrail(&args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let all = demo(&["list", "--jsonl"]).lines().count();
    let updates = demo(&["list", "action:update", "--jsonl"]).lines().count();
    let others = demo(&["list", "-action:update", "--jsonl"]).lines().count();
    assert_eq!((all, updates + others), (400, 400));

    let array: Value = serde_json::from_str(&demo(&["list", "action:update", "--json"])).unwrap();
    assert_eq!(array.as_array().unwrap().len(), updates);
    let csv = demo(&["list", "action:update", "--csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().unwrap().get(0), Some("id"));
    assert_eq!(reader.records().map(Result::unwrap).count(), updates);
    let table = demo(&["list", "action:update", "--limit", "5"]);
    assert_eq!(table.lines().count(), 6, "a header and five rows:\n{table}");
    assert!(!table.contains('\u{1b}'));
}

#[test]
fn one_event_and_one_life_can_be_printed() {
    let home = Home::new();
    let keep = home.0.path().join("kept");
    let keep = keep.to_str().unwrap();
    let demo = |rest: &[&str]| {
        let args = [&["demo", "--events", "400", "--keep", keep, "--"], rest].concat();
        home.backtrail(&args)
    };
    let output = demo(&["list", "action:rollback", "entity:\"Home Page NBA\"", "--jsonl"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let event: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let id = event["id"].as_str().unwrap();

    demo(&["show", id])
        .assert()
        .success()
        .stdout(predicate::str::contains("Home Page NBA").and(predicate::str::contains("rollback")));
    let one: Value = serde_json::from_slice(&demo(&["show", id, "--json"]).output().unwrap().stdout).unwrap();
    assert_eq!(one, event);
    demo(&["show", "0000000000000000"]).assert().code(1).stderr(predicate::str::contains("0000000000000000"));
    demo(&["show", "nonsense"]).assert().code(2).stderr(predicate::str::contains("event id"));

    demo(&["diff", id]).assert().success().stdout(predicate::str::contains("~ version  7 → 6"));
    demo(&["diff", id, "--markdown"])
        .assert()
        .success()
        .stdout(predicate::str::contains("- changed `version`: `7` → `6`"));
    let patch = demo(&["diff", id, "--patch"]).output().unwrap();
    let patch: Value = serde_json::from_slice(&patch.stdout).unwrap();
    assert!(
        patch.as_array().unwrap().iter().any(|step| step["path"] == "/version" && step["value"] == 6),
        "{patch}"
    );
    demo(&["diff", id, id]).assert().success().stdout("");
    demo(&["diff", "nonsense"]).assert().code(2).stderr(predicate::str::contains("event id"));
    let none = demo(&["list", "source:streamkap-prod", "--jsonl", "--limit", "1"]).output().unwrap();
    let other: Value = serde_json::from_slice(&none.stdout).unwrap();
    let other = other["id"].as_str().unwrap();
    demo(&["diff", other])
        .assert()
        .code(1)
        .stderr(predicate::str::contains("does not say which fields changed"));
    demo(&["diff", id, other])
        .assert()
        .code(1)
        .stdout(predicate::str::contains("changed"))
        .stderr(predicate::str::contains("the records themselves are compared"));

    let life =
        String::from_utf8(demo(&["lifecycle", "Home Page NBA", "--jsonl"]).output().unwrap().stdout).unwrap();
    let life: Vec<Value> = life.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(life[0]["action"], "create", "a life starts with its creation");
    assert!(life.iter().all(|event| event["entity"]["name"] == "Home Page NBA"));
    demo(&["lifecycle", "no such thing"]).assert().code(1).stderr(predicate::str::contains("no such thing"));
}

#[test]
fn a_life_is_told_with_its_ways_back_its_fields_and_its_state_at_any_time() {
    let home = Home::new();
    let demo = |args: &[&str]| {
        let mut command = home.backtrail(&["demo", "--events", "1000", "--admin", "--"]);
        command.args(args);
        command
    };
    let json = |args: &[&str]| -> Value {
        let output = demo(args).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{args:?}: {error} {output:?}"))
    };
    demo(&["lifecycle", "Home Page NBA"]).assert().success().stdout(
        predicate::str::contains("v7 → back to v6, now v8").and(predicate::str::contains("reverted after")),
    );
    let life = json(&["lifecycle", "Home Page NBA", "--json"]);
    let steps = life["steps"].as_array().unwrap();
    let back = steps.iter().find(|step| step["action"] == "rollback").unwrap();
    let undone = steps.iter().find(|step| step["id"] == back["undoes"]["event"]).unwrap();
    assert_eq!(undone["undone_by"]["event"], back["id"]);
    assert!(back["undoes"]["millis"].as_i64().unwrap() > 0 && back["state"] == "live");
    assert!(!back["back_to"].is_null());

    let state = json(&["lifecycle", "Home Page NBA", "--at", back["id"].as_str().unwrap(), "--json"]);
    assert_eq!((state["after"].clone(), state["state"].clone()), (back["id"].clone(), "live".into()));
    let blame = json(&["blame", "Home Page NBA", "--json"]);
    for field in blame["fields"].as_array().unwrap() {
        assert!(field["path"].is_string() && field["sure"].is_boolean());
    }
    demo(&["blame", "Home Page NBA", "no.such.field"])
        .assert()
        .code(1)
        .stderr(predicate::str::contains("no field `no.such.field` is known"));
    demo(&["blame", "no such thing"]).assert().code(1).stderr(predicate::str::contains("no such thing"));
    demo(&["lifecycle", "Home Page NBA", "--at", "whenever"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("neither the id of an event nor a time"));
}

#[test]
fn a_wrong_query_says_where_and_what_was_meant() {
    Home::new()
        .backtrail(&["demo", "--events", "100", "--", "list", "acton:update"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(predicate::str::contains("acton").and(predicate::str::contains("did you mean `action`")));
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let home = Home::new();
    let mut child = home
        .backtrail(&["demo", "--events", "3000", "--", "list", "--jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut line).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

#[test]
fn without_a_terminal_the_browser_says_what_to_use_instead() {
    Home::new()
        .backtrail(&["demo"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("terminal").and(predicate::str::contains("list")));
}

/// The configuration with another address for one of its sources.
fn with_kaireonai_at(config: &str, base: &str) -> String {
    let line = config.lines().find(|line| line.starts_with("base") && line.contains("/kaireonai")).unwrap();
    config.replace(line, &format!("base = \"{base}\""))
}

#[test]
fn each_wrong_setting_gives_one_clear_sentence_and_its_exit_code() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let good = &served.config;
    for (what, config, code, words) in [
        (
            "a wrong token",
            good.replace("demo-kaireonai-editor", "wrong"),
            3,
            vec!["kaireonai", "credentials"],
        ),
        ("a wrong tenant", good.replace("demo-tenant", "other-tenant"), 3, vec!["kaireonai", "tenant"]),
        (
            "an unknown project",
            good.replace(
                "feed = \"microvisualizer\"",
                "feed = \"microvisualizer\"\nscope = [\"no-such-project\"]",
            )
            .replace(
                "scope = \"all\"\npoll = \"5s\"\n[source.secret]\ntoken",
                "poll = \"5s\"\n[source.secret]\ntoken",
            ),
            2,
            vec!["microvisualizer", "no-such-project"],
        ),
        (
            "a dead port",
            with_kaireonai_at(good, "http://127.0.0.1:1/api/v1"),
            4,
            vec!["kaireonai", "127.0.0.1:1"],
        ),
    ] {
        let path = home.write_config(&config);
        let output = home.backtrail(&["--config", &path, "sync", "--json"]).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{what}: {out}\n{err}\n{config}");
        assert_ne!(config, *good, "{what}: nothing was changed");
        for word in words {
            assert!(out.contains(word) || err.contains(word), "{what}: no `{word}` in {out}\n{err}");
        }
        assert!(!err.contains("panicked"), "{what}: {err}");
    }
    // What was stored before the mistakes is still there.
    let path = home.write_config(good);
    let outcomes = home.json_lines(&["--config", &path, "sync", "--json"]);
    assert_eq!(events_of(&outcomes, "events_total"), 600, "{outcomes:?}");
}

#[test]
fn the_configuration_can_be_made_checked_and_found() {
    let home = Home::new();
    let path = home.0.path().join("config/backtrail/config.toml");
    home.backtrail(&["config", "path", "config"])
        .assert()
        .success()
        .stdout(predicate::str::contains(path.to_str().unwrap()));
    home.backtrail(&["sync"]).assert().code(2).stderr(predicate::str::contains("config init"));
    home.backtrail(&["config", "init"]).assert().success();
    assert!(path.exists());
    home.backtrail(&["config", "init"]).assert().code(2).stderr(predicate::str::contains("already"));
    home.backtrail(&["config", "check"]).assert().success().stdout(predicate::str::contains("no source yet"));
    home.backtrail(&["config", "print"]).assert().success().stdout(
        predicate::str::contains("[ui]\ntheme = \"auto\"").and(predicate::str::contains("[keys.lists]")),
    );
    let unasked =
        predicate::str::contains("take the `#` away").and(predicate::str::contains("config init").not());
    home.backtrail(&["sync"]).assert().code(2).stderr(unasked);

    std::fs::write(&path, "[[source]]\nname = \"a\"\nfed = \"streamkap\"\n").unwrap();
    home.backtrail(&["config", "check"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains(":3").and(predicate::str::contains("did you mean `feed`")));

    std::fs::write(
        &path,
        "[[source]]\nname = \"k\"\nfeed = \"kaireonai\"\nvars = { tenant = \"t\" }\n[source.secret]\ntoken = \"sk_live_abc123\"\n",
    )
    .unwrap();
    home.backtrail(&["config", "check"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("sk_live_abc123").not().and(predicate::str::contains("env")));
}

#[test]
fn the_demo_leaves_the_users_own_places_alone() {
    let home = Home::new();
    home.json_lines(&["demo", "--events", "100", "--", "list", "--jsonl"]);
    let left: Vec<_> = std::fs::read_dir(home.0.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_list_is_in_the_order_under_the_headings_and_with_the_columns_of_its_query() {
    let home = Home::new();
    let keep = home.0.path().join("kept");
    let demo = |rest: &[&str]| {
        let args = [&["demo", "--events", "400", "--keep", keep.to_str().unwrap(), "--"], rest].concat();
        let output = home.backtrail(&args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let events = |query: &str| -> Vec<Value> {
        let (text, _) = demo(&["list", query, "--jsonl"]);
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let times = |events: &[Value]| -> Vec<String> {
        events.iter().map(|event| event["time"].as_str().unwrap().to_owned()).collect()
    };
    assert!(times(&events("action:update sort:time")).is_sorted());
    let by_entity = events("action:update sort:entity");
    let name = |event: &Value| {
        let entity = &event["entity"];
        entity["name"].as_str().or(entity["id"].as_str()).unwrap().to_lowercase()
    };
    assert!(by_entity.iter().map(name).is_sorted());
    assert_eq!(by_entity.len(), events("action:update").len());
    // A program gets every event, a person one line for each run.
    assert_eq!(events("group:run").len(), 400);
    let (runs, _) = demo(&["list", "group:run"]);
    let is_event = |line: &&str| !line.is_empty() && !line.starts_with("──");
    assert!(runs.contains("  ×2 ") && runs.lines().filter(is_event).count() < 400, "{runs}");

    let (table, _) = demo(&["list", "action:rollback sort:entity cols:time,entity"]);
    let mut lines = table.lines();
    assert_eq!(lines.next().unwrap().split_whitespace().collect::<Vec<_>>(), ["TIME", "ENTITY"]);
    assert!(lines.next().unwrap().starts_with("── "), "{table}");
    let (page, _) = demo(&["list", "action:rollback group:day cols:entity,action", "--md"]);
    let lines: Vec<&str> = page.lines().collect();
    assert!(lines[0].starts_with("### ") && lines[1].is_empty(), "{page}");
    assert_eq!(lines[2..4], ["| ENTITY | ACTION |", "| --- | --- |"]);
    assert_eq!(
        lines.iter().filter(|line| line.ends_with("| rollback |")).count(),
        events("action:rollback").len()
    );
    let heads = lines.iter().filter(|line| line.starts_with("### ")).count();
    assert!(heads > 1 && lines.iter().filter(|line| **line == "| --- | --- |").count() == heads, "{page}");
    let (csv, _) = demo(&["list", "action:rollback cols:entity,actor,time", "--csv"]);
    assert!(csv.starts_with("entity,actor,time\n"), "{csv}");
    let (_, told) = demo(&["list", "cols:time", "--jsonl", "--limit", "1"]);
    assert!(told.contains("a JSON object has all of them"), "{told}");
}

#[test]
fn what_is_odd_about_a_query_is_said_beside_the_answer() {
    let home = Home::new();
    let keep = home.0.path().join("kept");
    let keep = keep.to_str().unwrap();
    for (query, told) in [
        ("action:create action:update", "no event is both"),
        ("type:decision_flw", "did you mean `decision_flow`?"),
        ("field:password->x", "masked"),
        ("source:kaireonai actor:ana", ""),
        ("action:updated", ""),
    ] {
        let args = ["demo", "--events", "300", "--keep", keep, "--", "list", query, "--jsonl"];
        let output = home.backtrail(&args).output().unwrap();
        assert!(output.status.success());
        let stderr = String::from_utf8(output.stderr).unwrap();
        if told.is_empty() {
            assert_eq!(stderr, "", "{query}");
        } else {
            assert!(stderr.starts_with("warning: `") && stderr.contains(told), "{query}: {stderr}");
        }
    }
}

#[test]
fn a_check_fails_when_there_is_more_than_there_may_be() {
    let home = Home::new();
    let keep = home.0.path().join("kept");
    let demo = |rest: &[&str]| {
        home.backtrail(&[&["demo", "--events", "300", "--keep", keep.to_str().unwrap(), "--"], rest].concat())
    };
    let output = demo(&["check", "action:update", "--max", "1000"]).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(" events, at most 1000 · complete as of "), "{text}");
    demo(&["check", "action:update", "--max", "3"])
        .assert()
        .code(1)
        .stdout(predicate::str::contains("events, more than 3 · complete"));
    demo(&["check", "actoin:update", "--max", "3"]).assert().code(2);
    demo(&["check", "--max", "3"]).assert().code(2);
    let json = demo(&["check", "--max", "0", "--json", "status:failed"]).output().unwrap();
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    let listed = demo(&["list", "status:failed", "--jsonl"]).output().unwrap().stdout;
    assert_eq!(json["count"], String::from_utf8(listed).unwrap().lines().count());
    assert_eq!((json["ok"].as_bool(), json["complete"].as_bool()), (Some(false), Some(true)));
}

#[test]
fn a_tail_prints_what_comes_and_nothing_older() {
    let home = Home::new();
    let began = chrono::Utc::now();
    let mut child = home
        .backtrail(&["demo", "--events", "200", "--live", "50ms", "--", "tail", "--jsonl"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(3);
    let events: Vec<Value> = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let mut ids = std::collections::HashSet::new();
    for event in events {
        let time: chrono::DateTime<chrono::Utc> = event["time"].as_str().unwrap().parse().unwrap();
        assert!(time > began - chrono::TimeDelta::hours(1), "{event}");
        assert!(ids.insert(event["id"].as_str().unwrap().to_owned()), "{event} came twice");
    }
}

#[test]
fn a_partial_answer_is_a_failure_where_that_is_asked() {
    let home = Home::new();
    let whole = |args: &[&str]| {
        let args = [&["demo", "--events", "300", "--live", "off", "--"], args].concat();
        home.backtrail(&args).output().unwrap().status.code()
    };
    assert_eq!(whole(&["list", "--strict", "--limit", "1"]), Some(0));
    assert_eq!(whole(&["check", "", "--max", "400", "--strict"]), Some(0));

    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kaireonai/history.json");
    home.backtrail(&["import", file, "--feed", "kaireonai", "--source", "saved"]).assert().success();
    let partial = predicate::str::contains("the answer is partial: saved: ");
    for args in [
        vec!["list", "--limit", "1"],
        vec!["check", "source:saved", "--max", "100"],
        vec!["suspects", "--at", "2020-01-01T12:00"],
    ] {
        home.backtrail(&args).assert().code(0);
        let args = [args.as_slice(), &["--strict"]].concat();
        home.backtrail(&args).assert().code(4).stderr(partial.clone());
    }
    home.backtrail(&["check", "source:saved", "--max", "0", "--strict"]).assert().code(1);
    home.backtrail(&["list", "source:other", "--strict"]).assert().code(4);
}

#[test]
fn a_tail_says_what_keeps_a_source_from_being_read() {
    let home = Home::new();
    // Nobody listens there any more.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = home.write_config(&format!(
        "[[source]]\nname = 'k'\nfeed = 'kaireonai'\nbase = 'http://{gone}/api/v1'\nvars = {{ tenant = 't' }}\n\
         [source.secret]\ntoken = {{ env = 'KAIREONAI_TOKEN' }}\n"
    ));
    let mut child = home
        .backtrail(&["--config", &config, "tail"])
        .env("KAIREONAI_TOKEN", "x")
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.starts_with("warning: k: ") && line.contains("refused the connection"), "{line}");
}

#[test]
fn the_browser_is_opened_at_what_can_be_read_and_found() {
    let home = Home::new();
    // Without a terminal there is no browser, and that comes first.
    home.backtrail(&["open", "status:failed"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("needs a terminal"));
}

#[test]
fn what_changed_before_the_incident_names_the_guilty_change_first() {
    let home = Home::new();
    let keep = home.0.path().join("kept");
    let keep = keep.to_str().unwrap();
    let demo = ["demo", "--seed", "7", "--events", "900", "--keep", keep, "--"];
    let run = |words: &[&str]| home.backtrail(&demo).args(words).assert();
    let regression = run(&["list", "fallbackRateLimit", "action:update", "--jsonl"]).success();
    let out = regression.get_output().stdout.clone();
    let moment: Value = serde_json::from_slice(out.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
    // The moment is the event that told of it, or the minute in which it did.
    let minute = &moment["time"].as_str().unwrap()[..16];
    for at in [moment["id"].as_str().unwrap().to_owned(), format!("{minute}Z")] {
        // Something changed: the exit code says so.
        let found = run(&["suspects", "--at", &at, "--json"]).code(1);
        let found: Value = serde_json::from_slice(&found.get_output().stdout).unwrap();
        let first = &found["suspects"][0];
        assert_eq!(
            (&first["entity"]["name"], &first["action"]),
            (&"Home Page NBA".into(), &"publish".into())
        );
        assert_eq!(first["reasons"][0]["name"], "undone-after", "{first}");
        assert_eq!(found["window_seconds"], 7_200);
        assert!(
            found["suspects"]
                .as_array()
                .unwrap()
                .iter()
                .all(|it| it["time"].as_str() < moment["time"].as_str())
        );
    }
    run(&["suspects", "--at", &format!("{minute}Z"), "--window", "30m", "source:kaireonai"])
        .code(1)
        .stdout(predicates::str::contains("1.  ").and(predicates::str::contains("after the moment")));
    run(&["suspects", "--at", "1999-01-01"])
        .success()
        .stdout(predicates::str::contains("nothing changed in the 2 h"));
    run(&["suspects", "--at", "nonsense"])
        .code(2)
        .stderr(predicates::str::contains("neither the id of an event nor"));
    run(&["suspects", "--at", "14:32", "--window", "long"])
        .code(2)
        .stderr(predicates::str::contains("`long` is no length of time"));
}
