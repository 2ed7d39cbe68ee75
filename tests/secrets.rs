//! Twelve secrets of every kind, twenty ways in which a server can hand them back, and nothing of them
//! anywhere afterwards: not in what is printed, stored, logged, drawn or shown of the process.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use pty_process::{Pty, Size};
use serde_json::json;
use support::Home;
use support::echo::{Echo, FAULTS, SOLD, percent, read_request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// A header, two headers, a password, a parameter, two halves of credentials, what is bought with them and what
/// renews it, a form, what is bought with that, and the password of a proxy.
const CANARIES: [&str; 12] = [
    "canary-00-header/a+b=c",
    "canary-01-api-key~x",
    "canary-02-app-key.y",
    "canary-03-password/%z",
    "canary-04-in the query&?",
    "canary-05-client-id",
    "canary-06-client \"secret\\",
    SOLD[0],
    SOLD[1],
    "canary-09-form&secret=1",
    SOLD[2],
    "canary-11-proxy-password",
];

const QUERY: &str = "schema = 1\nid = 'by-query'\nname = 'By query'\n[secrets]\nkey = {}\n[auth]\nkind = 'query'\n\
    query = { api_key = '{@secret.key}' }\n[request]\npath = '/list'\n[paging]\nkind = 'link'\n\
    [items]\nat = '/items'\n[map]\nid = '/id'\ntime = '/time'\n";

const FORM: &str = "schema = 1\nid = 'by-form'\nname = 'By form'\n[secrets]\nsecret = {}\n[auth]\nkind = 'exchange'\n\
    headers = { Authorization = 'Bearer {@token}' }\n[auth.exchange]\nurl = '/token'\nencoding = 'form'\n\
    body = { grant_type = 'client_credentials', client_secret = '{@secret.secret}' }\ntoken = '/access_token'\n\
    [request]\npath = '/list'\n[items]\nat = '/items'\n[map]\nid = '/id'\ntime = '/time'\n";

/// Six sources at `addr`, whose secrets come from variables, a file and a program.
fn configure(home: &Home, addr: &str) -> String {
    let folder = home.0.path();
    fs::create_dir_all(folder.join("feeds")).unwrap();
    fs::write(folder.join("feeds/by-query.toml"), QUERY).unwrap();
    fs::write(folder.join("feeds/by-form.toml"), FORM).unwrap();
    for (name, secret) in [("two", CANARIES[2]), ("three", CANARIES[3])] {
        fs::write(folder.join(name), secret).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let source = |name: &str, feed: &str, rest: &str| {
        format!("[[source]]\nname = \"{name}\"\nfeed = \"{feed}\"\nbase = \"http://{addr}/{name}\"\n{rest}\n")
    };
    let three = folder.join("three").display().to_string();
    home.write_config(
        &[
            source("header", "kaireonai", "vars = { tenant = \"t\" }\nsecret.token = { env = \"C0\" }"),
            source("two", "datadog", "secret.api = { env = \"C1\" }\nsecret.app = { file = \"./two\" }"),
            source(
                "basic",
                "jira-changelog",
                &format!("vars = {{ email = \"ada@example.com\" }}\nsecret.token = {{ command = [\"cat\", \"{three}\"] }}"),
            ),
            source("query", "by-query", "secret.key = { env = \"C4\" }"),
            source("bought", "streamkap", "secret.id = { env = \"C5\" }\nsecret.key = { env = \"C6\" }"),
            source("form", "by-form", "secret.secret = { env = \"C9\" }"),
        ]
        .concat(),
    )
}

fn environment() -> Vec<(String, String)> {
    let mut environment: Vec<_> =
        [0, 1, 4, 5, 6, 9].map(|n| (format!("C{n}"), CANARIES[n].to_owned())).into_iter().collect();
    environment.push(("HTTPS_PROXY".to_owned(), format!("http://me:{}@127.0.0.1:1", CANARIES[11])));
    environment.push(("BACKTRAIL_LOG".to_owned(), "trace".to_owned()));
    environment
}

/// What a secret can look like: as it is, in an address, in base 64 wherever it begins.
fn forms(canary: &str) -> Vec<String> {
    let mut forms = vec![canary.to_owned(), percent(canary), percent(canary).to_lowercase()];
    for before in ["", "x", "xy"] {
        let skip = (before.len() * 8).div_ceil(6);
        let length = (before.len() + canary.len()) * 8 / 6;
        for written in [
            BASE64_STANDARD.encode(format!("{before}{canary}")),
            BASE64_URL_SAFE.encode(format!("{before}{canary}")),
        ] {
            forms.push(written[skip..length].to_owned());
        }
    }
    forms
}

#[track_caller]
fn assert_clean(bytes: &[u8], place: &str) {
    // What was cut short begins like all of them.
    let all =
        CANARIES.iter().flat_map(|canary| forms(canary)).chain(["canary-".to_owned(), "canary%".to_owned()]);
    for form in all {
        if let Some(at) = memchr::memmem::find(bytes, form.as_bytes()) {
            let around = String::from_utf8_lossy(&bytes[at.saturating_sub(80)..(at + 80).min(bytes.len())])
                .into_owned();
            panic!("{place} holds `{form}`: …{around}…");
        }
    }
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn whatever_a_server_hands_back_no_secret_is_kept_or_told() {
    let home = Home::new();
    let echo = Echo::start();
    let config = configure(&home, &echo.addr);
    let mut scanned = 0;
    for (number, (name, fault)) in FAULTS.iter().enumerate() {
        for sells in [false, true] {
            *echo.fault.lock().unwrap() = (*fault, sells);
            let cache = home.0.path().join(format!("cache-{number}-{sells}"));
            let args = |rest: &[&str]| -> Vec<String> {
                let places = ["--config", &config, "--cache-dir", cache.to_str().unwrap()];
                places.iter().chain(rest).map(|arg| (*arg).to_owned()).collect()
            };
            let commands: &[&[&str]] = if sells {
                &[&["sync"]]
            } else {
                &[&["sync", "--json"], &["sources", "list", "--json"], &["list", "--json"]]
            };
            for rest in commands {
                let args = args(rest);
                let args: Vec<&str> = args.iter().map(String::as_str).collect();
                let output = home.backtrail(&args).envs(environment()).output().unwrap();
                assert_clean(&output.stdout, &format!("{name}: the output of {rest:?}"));
                assert_clean(&output.stderr, &format!("{name}: what {rest:?} complains about"));
                assert!(output.status.code().is_some_and(|code| code < 100), "{name}: {rest:?} {output:?}");
            }
            for file in files(&cache) {
                assert_clean(&fs::read(&file).unwrap(), &format!("{name}: {}", file.display()));
                scanned += 1;
            }
        }
    }
    // Each of them was on the way, but for the proxy's, which no request to this machine takes.
    let seen = echo.seen.lock().unwrap().concat();
    for (number, canary) in CANARIES.iter().enumerate().take(11) {
        let form = canary.bytes().map(|byte| match byte {
            b' ' => "+".to_owned(),
            byte if byte.is_ascii_alphanumeric() || b"-._*".contains(&byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        });
        let in_json = json!(canary).to_string().trim_matches('"').to_owned();
        let sent = forms(canary).into_iter().chain([form.collect(), in_json]);
        assert!(sent.into_iter().any(|form| seen.contains(&form)), "{number} was never sent");
    }
    println!("{} canaries, {} faults, {scanned} files: 0 hits", CANARIES.len(), FAULTS.len());
    assert!(scanned >= FAULTS.len() * 2, "{scanned} files");
}

#[test]
fn looking_at_one_page_tells_no_secret_either() {
    let home = Home::new();
    let echo = Echo::start();
    let config = configure(&home, &echo.addr);
    for (name, fault) in FAULTS.iter().step_by(3) {
        *echo.fault.lock().unwrap() = (*fault, false);
        for source in ["query", "basic", "form"] {
            let cache = home.0.path().join(format!("cache-{name}-{source}"));
            let args = [
                "--config",
                &config,
                "--cache-dir",
                cache.to_str().unwrap(),
                "sources",
                "test",
                source,
                "--json",
            ];
            let output = home.backtrail(&args).envs(environment()).output().unwrap();
            assert_clean(&output.stdout, name);
            assert_clean(&output.stderr, name);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_command_lines_of_the_process_hold_no_secret() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = configure(&home, &listener.local_addr().unwrap().to_string());
    let (arrived, requests) = mpsc::channel();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            arrived.send(read_request(&mut stream)).unwrap();
            open.push(stream);
        }
    });
    let mut command = home.backtrail(&["--config", &config, "sync"]);
    let mut child = command.envs(environment()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    for _ in 0..6 {
        requests.recv_timeout(Duration::from_secs(60)).unwrap();
    }
    let line = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    assert!(String::from_utf8_lossy(&line).contains("sync"));
    assert_clean(&line, "the command line");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Everything that the browser writes to a terminal until `words` stand there after `keys`.
async fn drawn(home: &Home, config: &str, keys: &str, words: &str) -> Vec<u8> {
    let (mut pty, pts): (Pty, _) = pty_process::open().unwrap();
    pty.resize(Size::new(50, 200)).unwrap();
    let mut child = pty_process::Command::new(env!("CARGO_BIN_EXE_backtrail"))
        .args(["--config", config, "--cache-dir", home.0.path().join("cache").to_str().unwrap()])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home.0.path())
        .env("TERM", "xterm-256color")
        .envs(environment())
        .kill_on_drop(true)
        .spawn(pts)
        .unwrap();
    let (mut screen, mut written) = (vt100::Parser::new(50, 200, 0), Vec::new());
    let mut bytes = [0; 8192];
    let mut pressed = false;
    let seen = async {
        loop {
            let contents = screen.screen().contents();
            if !pressed && contents.contains("failed 6") {
                pty.write_all(keys.as_bytes()).await.unwrap();
                pressed = true;
            }
            if pressed && contents.contains(words) {
                return;
            }
            let count = pty.read(&mut bytes).await.unwrap_or(0);
            assert!(count > 0, "the program ended:\n{contents}");
            screen.process(&bytes[..count]);
            written.extend_from_slice(&bytes[..count]);
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(60), seen).await;
    assert!(in_time.is_ok(), "no `{words}` on:\n{}", screen.screen().contents());
    pty.write_all(b"Q").await.unwrap();
    let closed = async {
        while let Ok(count @ 1..) = pty.read(&mut bytes).await {
            written.extend_from_slice(&bytes[..count]);
        }
        child.wait().await.unwrap()
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(60), closed).await.unwrap().code(), Some(0));
    // The screen says it in words; the bytes between them are commands.
    written.extend(screen.screen().contents().bytes());
    written
}

#[tokio::test]
async fn no_secret_is_drawn() {
    let home = Home::new();
    let echo = Echo::start();
    let config = configure(&home, &echo.addr);
    let bytes = drawn(&home, &config, "gs", "Next:").await;
    assert!(String::from_utf8_lossy(&bytes).contains("<redacted>"), "the words of the server are shown");
    assert_clean(&bytes, "the terminal");
}
