//! Feed profiles and sources without HTTP, from the command line: what somebody does who adds a provider.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::path::{Path, PathBuf};

use assert_cmd::prelude::*;
use predicates::prelude::*;
use serde_json::{Value, json};

use support::{Home, Served};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn write(home: &Home, name: &str, text: &str) -> String {
    let path = home.0.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn json_of(home: &Home, args: &[&str], code: i32) -> Value {
    let output = home.backtrail(args).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {err}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}: {err}"))
}

fn field<'v>(report: &'v Value, name: &str) -> &'v Value {
    let fields = report["fields"].as_array().unwrap();
    fields.iter().find(|field| field["field"] == name).unwrap_or_else(|| panic!("no {name}: {report}"))
}

#[test]
fn profiles_are_listed_with_what_they_need_and_tell() {
    let home = Home::new();
    let all = home.json_lines(&["feeds", "list", "--json"]);
    let find = |id: &str| all.iter().find(|profile| profile["id"] == id).unwrap();
    for (id, auth, secrets, maps) in [
        ("streamkap", "exchange", json!(["id", "key"]), "ai_summary"),
        ("kaireonai", "header", json!(["token"]), "changes"),
        ("microvisualizer", "header", json!(["token"]), "detail"),
    ] {
        let profile = find(id);
        assert_eq!((&profile["auth"], &profile["secrets"]), (&json!(auth), &secrets), "{id}");
        assert!(profile["maps"].as_array().unwrap().contains(&json!(maps)), "{profile}");
        assert!(profile["docs"].as_str().unwrap().starts_with("https://"), "{profile}");
        assert!(profile["file"].is_null(), "it comes with the program: {profile}");
    }
    let table = home.backtrail(&["feeds", "list"]).output().unwrap().stdout;
    let table = String::from_utf8(table).unwrap();
    assert_eq!(table.lines().count(), all.len() + 1, "{table}");
    assert!(table.starts_with("ID "), "{table}");
}

#[test]
fn a_profile_of_ones_own_is_listed_and_shown_as_it_is_written() {
    let home = Home::new();
    let text = include_str!("../assets/feed-skeleton.toml");
    let feeds = home.0.path().join("config/backtrail/feeds");
    std::fs::create_dir_all(&feeds).unwrap();
    std::fs::write(feeds.join("mine.toml"), text).unwrap();
    let all = home.json_lines(&["feeds", "list", "--json"]);
    let mine = all.iter().find(|profile| profile["id"] == "example").unwrap();
    assert_eq!(mine["verified"], false);
    assert!(mine["file"].as_str().unwrap().ends_with("feeds/mine.toml"), "{mine}");
    home.backtrail(&["feeds", "show", "example"]).assert().success().stdout(text);
    home.backtrail(&["feeds", "show", "exampel"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("exampel").and(predicate::str::contains("`example`")));
}

#[test]
fn the_skeleton_passes_its_own_check_and_reads_what_it_describes() {
    let home = Home::new();
    let skeleton = home.backtrail(&["feeds", "new"]).output().unwrap().stdout;
    let profile = write(&home, "new.toml", std::str::from_utf8(&skeleton).unwrap());
    home.backtrail(&["feeds", "check", &profile]).assert().success().stderr("");
    let body = json!({"total": 1, "changes": [{
        "id": 7, "timestamp": "2026-04-01T10:00:00Z", "action": "updated",
        "resource": {"type": "pipe", "id": "p1", "name": "orders"}, "user": {"id": "u1", "name": "Dana"},
        "before": {"size": 1, "updatedAt": 1, "api_token": "x"}, "after": {"size": 2, "updatedAt": 2, "api_token": "y"},
    }]});
    let sample = write(&home, "body.json", &body.to_string());
    let report = json_of(&home, &["feeds", "check", &profile, "--sample", &sample, "--json"], 0);
    assert_eq!((&report["records"], &report["problems"]), (&json!(1), &json!([])));
    let event = &report["events"][0];
    assert_eq!((&event["action"], &event["native_id"]), (&json!("update"), &json!("7")));
    assert_eq!((&event["summary"], &event["actor"]["name"]), (&json!("updated orders"), &json!("Dana")));
    let paths: Vec<&str> =
        event["changes"].as_array().unwrap().iter().map(|change| change["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["size", "api_token"], "{event}");
    assert!(!event["changes"].to_string().contains("\"x\""), "{event}");
}

#[test]
fn each_field_is_a_hit_a_fallback_or_a_miss() {
    let home = Home::new();
    let sample = fixture("streamkap/history.json");
    let sample = sample.to_str().unwrap();
    let report = json_of(&home, &["feeds", "check", "streamkap", "--sample", sample, "--json"], 0);
    let records = report["records"].as_u64().unwrap();
    assert_eq!(report["events"].as_array().unwrap().len() as u64, records);
    for field in report["fields"].as_array().unwrap() {
        let counts = ["hit", "fallback", "miss"].map(|count| field[count].as_u64().unwrap());
        assert_eq!(counts.iter().sum::<u64>(), records, "{field}");
        let tried = field["tried"].as_array().unwrap().iter().map(|one| one["records"].as_u64().unwrap());
        assert_eq!(tried.sum::<u64>(), counts[0] + counts[1], "{field}");
    }
    assert_eq!(field(&report, "id")["hit"], records);
    assert!(field(&report, "actor.name")["fallback"].as_u64().unwrap() > 0, "some are the system's");
    assert!(field(&report, "error")["miss"].as_u64().unwrap() > 0, "not every update fails");

    home.backtrail(&["feeds", "check", "streamkap", "--sample", sample]).assert().success().stdout(
        predicate::str::contains("FALLBACK")
            .and(predicate::str::contains("/user_email ×"))
            .and(predicate::str::contains("streamkap is fine"))
            .and(predicate::str::contains("\u{1b}").not()),
    );
}

#[test]
fn every_answer_that_a_profile_describes_passes_and_is_called_what_it_is() {
    let home = Home::new();
    for (feed, body, what) in [
        ("kaireonai", "kaireonai/history.json", None),
        ("microvisualizer", "microvisualizer/history.json", None),
        ("streamkap", "streamkap/token.json", Some("a token")),
        ("streamkap", "streamkap/scopes.json", Some("a list of")),
        ("streamkap", "streamkap/error-422.json", Some("an error")),
        ("microvisualizer", "microvisualizer/scopes.json", Some("a list of")),
        ("microvisualizer", "microvisualizer/detail-update.json", Some("the detail of one event")),
        ("microvisualizer", "microvisualizer/error-429.json", Some("an error")),
        ("kaireonai", "kaireonai/error-403.json", Some("an error")),
        ("kaireonai", "kaireonai/versions.json", Some("the answer to a detail request: 2 versions of one")),
        (
            "kaireonai-audit",
            "kaireonai/versions.json",
            Some("the answer to a detail request: 2 versions of one"),
        ),
        (
            "kaireonai-audit",
            "kaireonai-audit/verify.json",
            Some("verification: the server calls its entries broken"),
        ),
        ("kaireonai-audit", "kaireonai/error-403.json", Some("an error")),
    ] {
        let body = fixture(body);
        let report =
            json_of(&home, &["feeds", "check", feed, "--sample", body.to_str().unwrap(), "--json"], 0);
        assert_eq!(report["problems"], json!([]), "{}", body.display());
        match what {
            Some(what) => assert!(report["sample_is"].as_str().unwrap().contains(what), "{report}"),
            None => assert!(report["events"].as_array().is_some_and(|events| !events.is_empty()), "{report}"),
        }
    }
}

#[test]
fn a_feed_that_is_read_instead_is_looked_for_among_those_that_are_installed() {
    let home = Home::new();
    let text = include_str!("../assets/feeds/kaireonai-audit.toml");
    let good = write(&home, "audit.toml", text);
    home.backtrail(&["feeds", "check", &good]).assert().success();
    let bad = write(&home, "bad.toml", &text.replace("feed = \"kaireonai\"", "feed = \"kaireonia\""));
    home.backtrail(&["feeds", "check", &bad]).assert().code(2).stderr(
        predicate::str::contains("there is no other feed `kaireonia`")
            .and(predicate::str::contains("did you mean `kaireonai`?")),
    );
}

#[test]
fn what_reads_an_answer_without_events_is_told_part_by_part() {
    let home = Home::new();
    let check = |feed: &str, body: &str| {
        let body = fixture(body);
        json_of(&home, &["feeds", "check", feed, "--sample", body.to_str().unwrap(), "--json"], 0)
    };
    let versions = check("kaireonai", "kaireonai/versions.json");
    for (part, hits) in [("at", 1), ("key", 2), ("snapshot", 2)] {
        let part = field(&versions, &format!("detail[0].changes[0].{part}"));
        assert_eq!((&part["hit"], &part["miss"]), (&json!(hits), &json!(0)), "{part}");
    }
    let verify = check("kaireonai-audit", "kaireonai-audit/verify.json");
    for part in ["intact", "verified", "scanned", "total", "broken_at", "reason"] {
        assert_eq!(field(&verify, &format!("integrity.verify.{part}"))["hit"], 1, "{verify}");
    }
    let whole = write(&home, "verify.json", r#"{"intact": true, "verified": 7}"#);
    let args = ["feeds", "check", "kaireonai-audit", "--sample", &whole];
    home.backtrail(&args).assert().success().stdout(
        predicate::str::contains("the server calls its entries intact")
            .and(predicate::str::is_match(r"integrity\.verify\.verified +1 +0 +0 +/verified").unwrap())
            .and(predicate::str::is_match(r"integrity\.verify\.reason +0 +0 +1 +/brokenReason").unwrap())
            .and(predicate::str::contains("kaireonai-audit is fine")),
    );
    let diff = check("microvisualizer", "microvisualizer/detail-update.json");
    assert_eq!(field(&diff, "detail[0].changes[0].before")["hit"], 1);
}

#[test]
fn every_profile_that_comes_along_makes_events_of_its_fixture() {
    let home = Home::new();
    let profiles = home.json_lines(&["feeds", "list", "--json"]);
    assert!(profiles.len() >= 3);
    for id in profiles.iter().map(|profile| profile["id"].as_str().unwrap()) {
        let sample = fixture(&format!("{id}/history.json"));
        let args = ["feeds", "check", id, "--sample", sample.to_str().unwrap(), "--json"];
        let report = json_of(&home, &args, 0);
        let events = report["events"].as_array().unwrap();
        assert!(!events.is_empty() && report["quarantined"] == json!([]), "{id}: {report}");
        let counted = field(&report, "time")["hit"].as_u64().unwrap();
        let stood_in = field(&report, "time")["fallback"].as_u64().unwrap();
        assert_eq!(counted + stood_in, events.len() as u64, "{id}: records cut out of others count too");
    }
}

/// The block of the README between the markers called `name`, without its fences.
fn readme(name: &str) -> String {
    let text = include_str!("../README.md");
    let start = format!("<!-- {name}: begin -->");
    let from = &text[text.find(&start).unwrap() + start.len()..];
    let block = &from[..from.find(&format!("<!-- {name}: end -->")).unwrap()];
    block.lines().filter(|line| !line.starts_with("```")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_of_the_readme_does_what_the_readme_says() {
    let home = Home::new();
    let profile = write(&home, "deploys.toml", &readme("example profile"));
    let sample = write(&home, "body.json", &readme("example body"));
    let report = json_of(&home, &["feeds", "check", &profile, "--sample", &sample, "--json"], 0);
    let event = |place: usize, field: &str| report["events"][place][field].clone();
    assert_eq!((event(0, "action"), event(1, "status")), (json!("rollback"), json!("failed")));
    assert_eq!(event(0, "summary"), "Rolled back to checkout 2.4.0");
    assert_eq!(
        (event(1, "actor")["type"].clone(), event(1, "error")),
        (json!("system"), json!("probe failed"))
    );
    assert_eq!(event(0, "changes")[0]["before"], "2.4.1", "{report:#}");
    home.backtrail(&["feeds", "check", &profile, "--sample", &sample])
        .assert()
        .success()
        .stdout(predicate::str::contains("/by/email ×1  system ×1").and(predicate::str::contains("deploy!")))
        .stdout(predicate::str::contains("changed\n  ~ value  \"2.4.1\" → \"2.4.0\"\n"));
}

#[test]
fn a_sample_that_says_nothing_or_too_much_is_told_in_few_lines() {
    let home = Home::new();
    let profile = write(&home, "deploys.toml", &readme("example profile"));
    let check = |name: &str, body: &str| {
        let sample = write(&home, name, body);
        home.backtrail(&["feeds", "check", &profile, "--sample", &sample]).assert()
    };
    check("empty.json", "")
        .success()
        .stdout(predicate::str::contains("holds no records, so nothing could be tried"));
    let deploy =
        |n: u32| format!(r#"{{"id": {n}, "at": "2026-04-01T10:00:00Z", "kind": "DEPLOY", "ok": true}}"#);
    let many: Vec<String> = (0..1000).map(deploy).collect();
    let many = check("many.json", &format!("[{}]", many.join(","))).success();
    many.stdout(predicate::str::contains("… and 950 more events"));
    check("page.html", "<html><title>Sign in</title></html>")
        .code(2)
        .stderr(predicate::str::contains("`items.at`").and(predicate::str::contains("web page")));
    let broken: Vec<String> =
        (0..1000).map(|n| deploy(n).replace("2026-04-01T10:00:00Z", &n.to_string())).collect();
    check("broken.json", &broken.join("\n"))
        .code(2)
        .stderr(predicate::str::contains("1000 of 1000 records").count(1));
}

/// Ten mistakes, each on a line with a comment: some wrong on their own, some only beside the sample.
const PLANTED: &str = r#"schema = 1
id = "Planted"                          # capital letter
name = "Planted"
verifed = true                          # misspelt key
[vars.tenant]
pattern = "["                           # no regular expression
[auth]
kind = "headers"                        # misspelt word
[request]
base = "api.example.com"                # no scheme
path = "/v1/{@tenat}/changes"           # no such variable
[paging]
kind = "page"
param = "page"
total = "total"                         # no pointer
[items]
at = "/changes"
[map]
id = "/id"
time = "/timestamp"
action = "/actoin"                      # the sample says `action`
summary = "/summary"
[map.entity]
name = "/entity/nmae"                   # the sample says `name`
[rate]
min_interval = "soon"                   # no length of time
"#;

#[test]
fn ten_planted_mistakes_are_named_in_one_run() {
    let home = Home::new();
    let profile = write(&home, "planted.toml", PLANTED);
    let body = json!({"total": 1, "changes": [{
        "id": "a", "timestamp": "2026-04-01T10:00:00Z", "action": "update", "summary": "s",
        "entity": {"name": "orders"},
    }]});
    let sample = write(&home, "body.json", &body.to_string());
    let lines: Vec<usize> = PLANTED
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains('#'))
        .map(|(index, _)| index + 1)
        .collect();
    assert_eq!(lines.len(), 10);

    let report = json_of(&home, &["feeds", "check", &profile, "--sample", &sample, "--json"], 2);
    let found: Vec<u64> =
        report["problems"].as_array().unwrap().iter().map(|one| one["line"].as_u64().unwrap()).collect();
    for line in &lines {
        assert!(found.contains(&(*line as u64)), "nothing about line {line}: {report:#}");
    }
    assert_eq!(found.len(), 10, "and nothing else: {report:#}");
    assert!(
        report["problems"].as_array().unwrap().iter().all(|one| !one["key"].as_str().unwrap().is_empty())
    );

    let output = home.backtrail(&["feeds", "check", &profile, "--sample", &sample]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let err = String::from_utf8(output.stderr).unwrap();
    for line in lines {
        assert!(err.contains(&format!("planted.toml:{line}:")), "nothing about line {line}: {err}");
    }
    assert!(err.contains("did you mean `/action`?") && err.contains("did you mean `/entity/name`?"), "{err}");
}

#[test]
fn a_sample_that_is_no_answer_of_the_feed_is_told_with_the_place_in_the_profile() {
    let home = Home::new();
    for (body, words) in [
        ("<html>sign in</html>", "web page"),
        ("{\"rows\": []}", "expected a list at `/changes`"),
        ("{\"changes\": [{\"id\": 1}, 7]}", "it has no time"),
        ("not json", "not readable JSON"),
    ] {
        let sample = write(&home, "body", body);
        let report = json_of(&home, &["feeds", "check", "kaireonai", "--sample", &sample, "--json"], 2);
        let problems = report["problems"].as_array().unwrap();
        assert!(problems.iter().any(|one| one["line"].as_u64().unwrap() > 1), "{body}: {report}");
        assert!(report.to_string().contains(words), "{body}: {report}");
    }
    home.backtrail(&["feeds", "check", "no-such-thing"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("no-such-thing").and(predicate::str::contains("feeds list")));
    home.backtrail(&["feeds", "check", "kaireonai", "--sample", "/nowhere/x.json"]).assert().code(2);
}

#[test]
fn a_source_is_tested_with_one_page_of_which_nothing_is_kept() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let path = home.write_config(&served.config);
    let test =
        |name: &str, code| json_of(&home, &["--config", &path, "sources", "test", name, "--json"], code);
    for name in ["streamkap-prod", "kaireonai", "microvisualizer"] {
        let seen = test(name, 0);
        assert_eq!((&seen["status"], &seen["quarantined"]), (&json!(200), &json!(0)), "{seen}");
        assert!(seen["records"].as_u64().unwrap() > 0 && seen["total"].as_u64().unwrap() > 0, "{seen}");
        assert!(seen["clock_millis"].as_i64().unwrap().abs() < 60_000, "the same machine: {seen}");
        assert_eq!(seen["scopes"].is_null(), name == "kaireonai", "{seen}");
        assert_eq!(field(&seen, "id")["hit"], seen["records"], "{seen}");
    }
    home.backtrail(&["--config", &path, "sources", "test", "kaireonai"]).assert().success().stdout(
        predicate::str::contains("status 200")
            .and(predicate::str::contains("newest first"))
            .and(predicate::str::contains(" 1 requests").not())
            .and(predicate::str::contains("agrees with")),
    );
    let listed = home.json_lines(&["--config", &path, "sources", "list", "--json"]);
    assert!(listed.iter().all(|source| source["events"] == 0), "{listed:?}");
    home.backtrail(&["--config", &path, "sources", "test", "kaireon"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("no source is called `kaireon`"));

    home.write_config(&served.config.replace("demo-kaireonai-editor", "wrong"));
    let refused = test("kaireonai", 3);
    assert_eq!(refused["status"], 401, "{refused}");
    assert!(refused["fix"].as_str().unwrap().contains("secret.token"), "{refused}");
    let line = served.config.lines().find(|line| line.starts_with("base") && line.contains("/kaireonai"));
    home.write_config(&served.config.replace(line.unwrap(), "base = \"http://127.0.0.1:1/\""));
    assert!(test("kaireonai", 4)["error"].as_str().unwrap().contains("127.0.0.1:1"));
}

fn outcomes(home: &Home, config: &str, code: i32) -> Vec<Value> {
    let output = home.backtrail(&["--config", config, "sync", "--json"]).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(code), "{out}{}", String::from_utf8_lossy(&output.stderr));
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn change(id: &str, second: u32) -> Value {
    json!({"id": id, "timestamp": format!("2026-04-01T10:00:{second:02}Z"), "action": "update",
           "entityType": "offer", "entityId": "o1", "user": {"id": null, "name": "system"}, "changes": {}})
}

#[test]
fn a_program_and_a_file_are_sources_like_any_other_and_need_no_secret() {
    let home = Home::new();
    let lines: Vec<String> = (0..3).map(|n| change(&format!("l{n}"), n).to_string()).collect();
    write(&home, "lines.jsonl", &(lines.join("\n") + "\n"));
    let page = json!({"changes": [change("p1", 1), change("p2", 2)], "total": 2, "page": 1, "limit": 50});
    let page = write(&home, "page.json", &page.to_string());
    let config = home.write_config(&format!(
        "[[source]]\nname = \"lines\"\nfeed = \"kaireonai\"\nfile = \"lines.jsonl\"\n\
         [[source]]\nname = \"printed\"\nfeed = \"kaireonai\"\ncommand = [\"cat\", \"{page}\"]\n"
    ));
    home.backtrail(&["--config", &config, "config", "check"]).assert().success();
    let first = outcomes(&home, &config, 0);
    assert_eq!(first.iter().map(|one| one["events_new"].as_u64().unwrap()).collect::<Vec<_>>(), [3, 2]);
    assert!(first.iter().all(|one| one["state"] == "ready" && one["requests"] == 0), "{first:?}");
    // A line more is an event more, and what was there stays one.
    write(&home, "lines.jsonl", &(lines.join("\n") + "\n" + &change("l9", 9).to_string()));
    let second = outcomes(&home, &config, 0);
    assert_eq!(second.iter().map(|one| one["events_new"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 0]);
    let events = home.json_lines(&["--config", &config, "list", "--jsonl"]);
    let ids: Vec<&str> = events.iter().map(|event| event["native_id"].as_str().unwrap()).collect();
    assert_eq!(ids[0], "l9", "one timeline, newest first");
    assert_eq!(ids.len(), 6);
    home.backtrail(&["--config", &config, "sources", "test", "lines"]).assert().success();
}

#[test]
fn a_program_that_fails_is_a_fault_with_its_last_words_and_no_other_source_suffers() {
    let home = Home::new();
    let file = write(&home, "ok.json", &json!([change("a", 1)]).to_string());
    let config = home.write_config(&format!(
        "[[source]]\nname = \"fails\"\nfeed = \"kaireonai\"\n\
         command = [\"sh\", \"-c\", \"echo '[]'; printf 'no \\\\033[31mcredentials\\\\n' >&2; exit 7\"]\n\
         [[source]]\nname = \"works\"\nfeed = \"kaireonai\"\nfile = \"{file}\"\n"
    ));
    let all = outcomes(&home, &config, 4);
    let error = all[0]["error"].as_str().unwrap();
    assert!(error.contains("`sh`") && error.contains('7') && error.contains("credentials"), "{error}");
    assert!(!error.contains('\u{1b}'), "{error:?}");
    assert_eq!((&all[1]["events_new"], &all[1]["error"]), (&json!(1), &Value::Null));

    std::fs::remove_file(&file).unwrap();
    let all = outcomes(&home, &config, 2);
    assert!(all[1]["error"].as_str().unwrap().contains("ok.json"), "{all:?}");
}

#[test]
fn each_mistake_about_a_source_without_http_is_named_with_its_line() {
    let home = Home::new();
    let start = "[[source]]\nname = \"a\"\nfeed = \"kaireonai\"\n";
    for (rest, line, words) in [
        ("command = \"cat x\"", 4, "no shell"),
        ("command = []", 4, "no program"),
        ("command = [\"no-such-program-here\"]", 4, "no program `no-such-program-here`"),
        ("file = 7", 4, "text between quotes"),
        ("file = \"\"", 4, "no file"),
        ("file = \"gone.json\"", 4, "gone.json"),
        ("file = \"x\"\ncommand = [\"cat\"]", 5, "either a command or a file"),
        ("file = \"x\"\nbase = \"https://api.example.com\"", 5, "not asked over HTTP"),
        ("command = [\"cat\"]\n[source.secret]\ntoken = { env = \"X\" }", 5, "not asked over HTTP"),
        ("file = \"x\"\nscope = [\"a\"]", 5, "no scopes"),
    ] {
        let config = home.write_config(&format!("{start}{rest}\n"));
        let output = home.backtrail(&["--config", &config, "config", "check"]).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{rest}: {err}");
        assert!(err.contains(&format!("backtrail.toml:{line}:")) && err.contains(words), "{rest}: {err}");
    }
    let config = home.write_config("[[source]]\nname = \"a\"\nfeed = \"aws-cloudtrail\"\n");
    home.backtrail(&["--config", &config, "config", "check"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("over HTTP").and(predicate::str::contains("command = ")));
    let fan = "[[source]]\nname = \"a\"\nfeed = \"microvisualizer\"\ncommand = [\"cat\"]\n";
    let config = home.write_config(fan);
    home.backtrail(&["--config", &config, "config", "check"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("scope = [\"its-id\"]"));
}

#[test]
fn a_file_is_brought_in_once_under_its_own_name() {
    let home = Home::new();
    let file = write(&home, "old export.jsonl", &format!("{}\nbroken\n{}\n", change("a", 1), change("b", 2)));
    let import = |extra: &[&str]| {
        let args = [&["import", &file, "--feed", "kaireonai", "--json"], extra].concat();
        json_of(&home, &args, 0)
    };
    let first = import(&[]);
    assert_eq!(
        first,
        json!({"source": "old-export", "feed": "kaireonai", "events_new": 2, "events_known": 0, "quarantined": 1})
    );
    let again = import(&[]);
    assert_eq!((&again["events_new"], &again["events_known"]), (&json!(0), &json!(2)));
    assert_eq!(import(&["--source", "other"])["events_new"], 2, "another source, other events");
    let events = home.json_lines(&["list", "source:old-export", "--jsonl"]);
    assert_eq!(events.len(), 2);
    assert_eq!((&events[0]["native_id"], &events[0]["feed"]), (&json!("b"), &json!("kaireonai")));
    home.backtrail(&["import", &file, "--feed", "kaireonai"])
        .assert()
        .success()
        .stdout(predicate::str::contains("0 new, 2 known"));
}

#[test]
fn what_cannot_be_imported_says_why() {
    let home = Home::new();
    let history = fixture("microvisualizer/history.json");
    let history = history.to_str().unwrap();
    let scoped = json_of(
        &home,
        &["import", history, "--feed", "microvisualizer", "--scope", "shop", "--source", "s", "--json"],
        0,
    );
    assert!(scoped["events_new"].as_u64().unwrap() > 0, "{scoped}");
    for (args, code, words) in [
        (vec![history, "--feed", "microvisualizer"], 2, "--scope"),
        (vec![history, "--feed", "kaireonai"], 2, "/changes"),
        (vec![history, "--feed", "kaireonai", "--scope", "x"], 2, "no scopes"),
        (vec![history, "--feed", "nothing"], 2, "nothing"),
        (vec![history, "--feed", "kaireonai", "--source", "a b"], 2, "a b"),
        (vec![history, "--feed", "kaireonai", "--var", "tenat=x"], 2, "tenat"),
        (vec!["/nowhere.json", "--feed", "kaireonai"], 2, "/nowhere.json"),
    ] {
        let args = [&["import"], args.as_slice()].concat();
        home.backtrail(&args).assert().code(code).stdout("").stderr(predicate::str::contains(words));
    }
}
