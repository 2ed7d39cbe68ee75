//! What the keys are worth while something else is stuck: servers that never answer, a disk without room, a cache
//! that another program holds. The screen answers, and the program ends at once.
//!
//! The times are printed (`-- --nocapture`). `STUCK_PROGRAM` names the program to measure where it is not the one
//! of this build. What is asserted is far above what a person notices, for machines that are busy.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

mod support;

use std::fmt::Write;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use pty_process::Size;
use support::terminal::{LIMIT, Terminal};
use support::{Home, Served};
use tokio::process::Child;

/// Events in the cache from the beginning.
const EVENTS: usize = 500;

/// Keys that are pressed one after the other.
const KEYS: usize = 60;

/// How long a key may take at most.
const MOST: Duration = Duration::from_secs(1);

/// Four sources at `base`, and the variable with their token.
fn sources(base: &str) -> String {
    (0..4).fold(String::new(), |mut text, n| {
        let _ = write!(
            text,
            "[[source]]\nname = \"k{n}\"\nfeed = \"kaireonai\"\nbase = \"{base}\"\nvars = {{ tenant = \"t\" }}\n\
             [source.secret]\ntoken = {{ env = \"TOKEN\" }}\n"
        );
        text
    })
}

/// A home with that configuration and a cache with events.
fn filled(config: &str) -> Home {
    let home = Home::new();
    home.write_config(config);
    let event = |n: usize| {
        serde_json::json!({
            "id": n.to_string(), "action": "update", "entityType": "journey", "entityId": format!("j{n}"),
            "entityName": format!("Journey {n}"), "user": {"id": "u1", "name": "ana@example.com"},
            "timestamp": format!("2026-03-01T{:02}:{:02}:00Z", n / 60, n % 60), "changes": {},
        })
        .to_string()
    };
    let lines: Vec<String> = (0..EVENTS).map(event).collect();
    let file = home.0.path().join("history.jsonl");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let import = ["import", file.to_str().unwrap(), "--feed", "kaireonai", "--source", "k0"];
    assert!(home.backtrail(&import).status().unwrap().success());
    home
}

/// Starts the program in a terminal, below a shell that runs `before` first.
async fn start(home: Home, before: &str) -> (Terminal, Child) {
    let (pty, pts) = pty_process::open().unwrap();
    pty.resize(Size::new(30, 120)).unwrap();
    let program = std::env::var("STUCK_PROGRAM").unwrap_or(env!("CARGO_BIN_EXE_backtrail").to_owned());
    let root = home.0.path();
    let child = pty_process::Command::new("/bin/sh")
        .args(["-c", &format!("{before} exec \"$0\" --config \"$1\""), &program])
        .arg(root.join("backtrail.toml"))
        .env("TERM", "xterm-256color")
        .env("TZ", "UTC")
        .env("TOKEN", "secret")
        .env("HOME", root)
        .env("XDG_CACHE_HOME", root.join("cache"))
        .env("XDG_DATA_HOME", root.join("data"))
        .env("TMPDIR", root)
        .env_remove("NO_COLOR")
        .kill_on_drop(true)
        .spawn(pts)
        .unwrap();
    let mut terminal = Terminal { pty, screen: vt100::Parser::new(30, 120, 0), places: home.0 };
    terminal.until("▌08:19").await;
    (terminal, child)
}

/// Moves the selection down and up, and says how long each key took to be seen.
async fn keys(terminal: &mut Terminal) -> Vec<Duration> {
    let mut times = Vec::new();
    for n in 0..KEYS {
        let (key, line) = if n % 2 == 0 { ("j", "▌08:18") } else { ("k", "▌08:19") };
        let began = Instant::now();
        terminal.press(key).await;
        terminal.until(line).await;
        times.push(began.elapsed());
    }
    times
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{what}: {} keys, median {median:.1?}, at most {most:.1?}", times.len());
    assert!(most < MOST, "{what}: a key took {most:?}");
}

/// Ends the program and says how long that took.
async fn quit(mut terminal: Terminal, mut child: Child) -> Duration {
    let began = Instant::now();
    terminal.press("Q").await;
    terminal.until_closed().await;
    let ended = tokio::time::timeout(LIMIT, child.wait()).await;
    assert!(ended.is_ok_and(|ended| ended.is_ok()), "the program goes on");
    began.elapsed()
}

#[tokio::test]
async fn keys_are_answered_and_the_program_ends_while_every_server_hangs() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = filled(&sources(&format!("http://{}", listener.local_addr().unwrap())));
    let (mut terminal, child) = start(home, "").await;
    // Four requests are under way, and none is answered.
    let held: Vec<_> = (0..4).map(|_| listener.accept().unwrap()).collect();
    let times = keys(&mut terminal).await;
    let ended = quit(terminal, child).await;
    println!("quit with {} hung requests: {ended:.1?}", held.len());
    tell("servers that never answer", times);
    assert!(ended < MOST, "{ended:?}");
}

#[tokio::test]
async fn keys_are_answered_while_the_disk_has_no_room() {
    let served_from = Home::new();
    let served = Served::start(&served_from, &[]);
    let home = filled(&(sources("http://127.0.0.1:1") + &served.config));
    // No file can grow beyond 64 KiB, and the program is told so instead of being ended.
    let (mut terminal, child) = start(home, "trap '' XFSZ; ulimit -f 64;").await;
    let times = keys(&mut terminal).await;
    terminal.press("gs").await;
    terminal.until("Sources").await;
    tell("a disk without room", times);
    quit(terminal, child).await;
}

#[tokio::test]
async fn keys_are_answered_while_another_program_holds_the_cache() {
    let served_from = Home::new();
    let served = Served::start(&served_from, &[]);
    let home = filled(&(sources("http://127.0.0.1:1") + &served.config));
    let other = rusqlite::Connection::open(home.0.path().join("cache/backtrail/cache.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (mut terminal, child) = start(home, "").await;
    let times = keys(&mut terminal).await;
    tell("a cache that is held", times);
    let ended = quit(terminal, child).await;
    println!("quit while the cache is held: {ended:.1?}");
    other.execute_batch("ROLLBACK").unwrap();
}
