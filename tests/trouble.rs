//! What a user meets with who is new, unlucky or careless: nothing set up, a damaged cache, a server that
//! never answers, other users on the machine. Each time the program says one thing that helps, and keeps
//! secrets to itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use assert_cmd::prelude::*;
use predicates::prelude::*;
use support::{Home, Served};

/// What must never be seen again once it was handed over.
const CANARY: &str = "canary-5f2c0d9b7e";

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A configuration with one source at `addr` that takes its token from the environment.
fn one_source(addr: &str) -> String {
    format!(
        "[[source]]\nname = \"k\"\nfeed = \"kaireonai\"\nbase = \"http://{addr}\"\nvars = {{ tenant = \"t\" }}\n\
         [source.secret]\ntoken = {{ env = \"CANARY\" }}\n"
    )
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn a_newcomer_is_told_how_to_begin_whatever_the_first_command_is() {
    for args in
        [&["list"][..], &["show", "3kq0x8v2m4n6p1rt"], &["lifecycle", "x"], &["sync"], &["sources", "list"]]
    {
        Home::new().backtrail(args).assert().code(2).stdout("").stderr(
            predicate::str::contains("no source is configured")
                .and(predicate::str::contains("config init"))
                .and(predicate::str::contains("backtrail demo")),
        );
    }
}

#[test]
fn a_cache_that_was_never_filled_is_no_answer_without_a_word() {
    let home = Home::new();
    let config = home.write_config(&one_source("127.0.0.1:1"));
    let empty =
        || predicate::str::contains("the cache is empty").and(predicate::str::contains("backtrail sync"));
    home.backtrail(&["--config", &config, "list", "--json"])
        .assert()
        .success()
        .stdout("[]\n")
        .stderr(empty());
    home.backtrail(&["--config", &config, "list"]).assert().success().stdout("").stderr(empty());
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let home = Home::new();
    let mut command = home.backtrail(&["config", "path", "log"]);
    command.env("BACKTRAIL_CONFIG", "").env("BACKTRAIL_CACHE_DIR", "");
    command.assert().success().stdout(predicate::str::ends_with("cache/backtrail/backtrail.log\n"));
    let mut command = home.backtrail(&["config", "path", "cache"]);
    command.env("BACKTRAIL_CACHE_DIR", "/somewhere").assert().success().stdout("/somewhere\n");
}

#[test]
fn what_failed_is_told_on_stderr_and_results_stay_results() {
    let home = Home::new();
    let config = home.write_config(&one_source("127.0.0.1:1"));
    let output = home.backtrail(&["--config", &config, "sync"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(out(&output), "k  failed  0 new, 0 in all, 0 pages, 0 requests\n");
    let told = err(&output);
    assert!(told.contains("`CANARY` is not set") && told.contains("export CANARY"), "{told}");
    assert!(!told.contains('\u{1b}'), "{told}");
}

#[test]
fn any_command_but_the_demo_itself_runs_in_the_demo() {
    let home = Home::new();
    home.backtrail(&["demo", "--", "config", "check"])
        .assert()
        .success()
        .stdout(predicate::str::contains("is fine"));
    home.backtrail(&["demo", "--", "demo"]).assert().code(2).stderr(predicate::str::contains("already"));
    let count = fs::read_dir(home.0.path()).unwrap().count();
    assert_eq!(count, 0, "the demo leaves nothing behind");
}

#[test]
fn a_server_that_only_serves_writes_no_file() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    assert!(served.config.contains("[[source]]"));
    assert_eq!(files(home.0.path()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn the_list_can_be_turned_round_and_put_into_another_zone() {
    let home = Home::new();
    let keep = home.0.path().join("kept");
    let times = |query: &str| -> Vec<String> {
        let args = ["demo", "--events", "300", "--keep", keep.to_str().unwrap(), "--", "list", query];
        let output = home.backtrail(&args).output().unwrap();
        out(&output).lines().skip(1).map(|line| line[18..37].to_owned()).collect()
    };
    let (newest, oldest) = (times("sort:-time"), times("sort:time"));
    assert!(newest.len() == 300 && newest.is_sorted_by(|a, b| a >= b), "{newest:?}");
    assert_eq!(newest.iter().rev().collect::<Vec<_>>(), oldest.iter().collect::<Vec<_>>());
    assert_ne!(times("tz:+05:30")[0], newest[0]);
    let args = ["demo", "--events", "300", "--keep", keep.to_str().unwrap(), "--", "list", "group:day"];
    let headings = predicate::str::is_match("\n── [A-Z][a-z]{2} [0-9]").unwrap();
    home.backtrail(&args).assert().success().stdout(headings);
}

#[test]
fn files_are_closed_to_others_whatever_the_umask_and_a_folder_that_was_there_is_left_as_it_was() {
    let home = Home::new();
    let shared = home.0.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, Permissions::from_mode(0o777)).unwrap();
    let served = Served::start(&home, &[]);
    let config = home.write_config(&served.config);
    let program = assert_cmd::cargo::cargo_bin("backtrail");
    let run = |rest: &str| {
        let mut shell = home.backtrail(&[]);
        let script = format!("umask 000; exec {} --config {config} --cache-dir {rest}", program.display());
        shell = {
            let mut sh = Command::new("sh");
            sh.args(["-c", &script]).env_clear();
            sh.envs(shell.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))));
            sh
        };
        shell.stdin(Stdio::null()).output().unwrap()
    };
    let output = run(&format!("{} sync", shared.display()));
    assert!(output.status.success(), "{}", err(&output));
    assert!(err(&output).contains("can be written by other users"), "{}", err(&output));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&shared), 0o777);
    let names: Vec<String> = files(&shared)
        .iter()
        .map(|file| {
            assert_eq!(mode(file), 0o600, "{}", file.display());
            file.file_name().unwrap().to_str().unwrap().to_owned()
        })
        .collect();
    assert!(names.iter().any(|name| name == "cache.db") && names.iter().any(|name| name == "backtrail.log"));

    let kept = home.0.path().join("kept");
    let output = run(&format!("x demo --events 100 --keep {} -- list", kept.display()));
    assert!(output.status.success(), "{}", err(&output));
    assert!(files(&kept).iter().all(|file| mode(file) == 0o600));
    assert_eq!((mode(&kept), mode(&kept.join("cache"))), (0o700, 0o700));
}

#[test]
fn two_programs_that_fill_one_cache_at_once_store_every_event_once() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let config = home.write_config(&served.config);
    let cache = home.0.path().join("cache");
    let args = ["--config", &config, "--cache-dir", cache.to_str().unwrap(), "sync", "--json"];
    let both: Vec<_> = (0..2)
        .map(|_| {
            let mut command = home.backtrail(&args);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in both {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}{}", out(&output), err(&output));
    }
    let total: u64 = home.json_lines(&args).iter().map(|one| one["events_total"].as_u64().unwrap()).sum();
    assert_eq!(total, 600);
}

#[test]
fn a_damaged_cache_is_told_of_and_filled_again() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let config = home.write_config(&served.config);
    let cache = home.0.path().join("cache");
    fs::create_dir(&cache).unwrap();
    fs::write(cache.join("cache.db"), "dear diary, this is no database").unwrap();
    let args = ["--config", &config, "--cache-dir", cache.to_str().unwrap(), "list"];
    home.backtrail(&args)
        .assert()
        .success()
        .stderr(predicate::str::contains("was damaged").and(predicate::str::contains("cache.db.corrupt-")));
    let args = ["--config", &config, "--cache-dir", cache.to_str().unwrap(), "sync"];
    home.backtrail(&args).assert().success().stderr("");
}

#[test]
fn a_server_that_never_answers_can_be_interrupted() {
    let home = Home::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = home.write_config(&one_source(&silent.local_addr().unwrap().to_string()));
    for signal in ["INT", "TERM", "HUP"] {
        let mut command = home.backtrail(&["--config", &config, "sync", "--json"]);
        command.env("CANARY", CANARY).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        // The request is on its way when the connection is there.
        let connection = silent.accept().unwrap();
        let kill =
            Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        let output = child.wait_with_output().unwrap();
        drop(connection);
        assert_eq!(output.status.code(), Some(130), "{signal}");
        assert!(out(&output).contains("\"state\":\"interrupted\""), "{signal}: {}", out(&output));
        assert_eq!(err(&output), "", "{signal}");
    }
}

/// Answers every request with an error that repeats all that was sent, and an escape sequence.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 8192];
            let length = stream.read(&mut request).unwrap_or(0);
            let sent = String::from_utf8_lossy(&request[..length]).replace("\r\n", " ");
            let message = format!("\u{1b}[31m{sent}");
            let body = serde_json::json!({ "error": { "code": "BAD", "message": message, "status": 400 } })
                .to_string();
            let head = format!(
                "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    addr
}

#[test]
fn a_secret_is_nowhere_to_be_found_even_where_the_server_repeats_it() {
    let home = Home::new();
    let config = home.write_config(&one_source(&echo()));
    let cache = home.0.path().join("cache");
    for rest in
        [&["sync"][..], &["sync", "--json"], &["sources", "list"], &["sources", "list", "--json"], &["list"]]
    {
        let args = [&["--config", &config, "--cache-dir", cache.to_str().unwrap()], rest].concat();
        let output =
            home.backtrail(&args).env("CANARY", CANARY).env("BACKTRAIL_LOG", "trace").output().unwrap();
        let said = out(&output) + &err(&output);
        assert!(!said.contains(CANARY), "{rest:?}: {said}");
        assert!(!said.contains('\u{1b}'), "{rest:?}: {said}");
        if rest[0] == "sync" {
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains("status 400"), "{said}");
        }
    }
    let log = fs::read_to_string(cache.join("backtrail.log")).unwrap();
    assert!(log.contains("sync"), "the log is where `config path log` says: {log}");
    let found = files(&cache);
    assert!(found.len() >= 3, "{found:?}");
    for file in found {
        let bytes = fs::read(&file).unwrap();
        let hit = bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes());
        assert!(!hit, "{}", file.display());
    }
}
