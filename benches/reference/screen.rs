//! What a person at a keyboard waits for: the browser in a pseudo-terminal, from its start and from each key
//! to the frame.
//!
//! The terminal answers like one with a dark background. A key is answered by a frame at once, and by more
//! frames as what it asks for is found, until the program is silent for a moment.

use std::time::{Duration, Instant};

use pty_process::{Pty, Size};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Child;
use tokio::time::timeout;

use crate::cache::Cache;
use crate::table::{Amount, Table, at, median};

const ROWS: u16 = 40;
const COLUMNS: u16 = 120;
/// How long a silence ends a frame. Keys follow each other no faster than this.
const SILENCE: Duration = Duration::from_millis(30);

/// What a program asks its terminal, and what a terminal with light text on a dark ground says.
const ASKED_AND_ANSWERED: [(&str, &str); 3] = [
    ("\x1b]10;?", "\x1b]10;rgb:d0d0/d0d0/d0d0\x1b\\"),
    ("\x1b]11;?", "\x1b]11;rgb:1010/1010/1010\x1b\\"),
    ("\x1b[c", "\x1b[?62;22c"),
];

/// When a key was answered.
#[derive(Clone, Copy)]
struct Answered {
    /// The first byte of the first frame.
    first: Duration,
    /// The last byte of the last.
    last: Duration,
}

struct Browser {
    pty: Pty,
    child: Child,
    screen: vt100::Parser,
    started: Instant,
}

impl Browser {
    fn start(cache: &Cache) -> Self {
        let (pty, pts) = pty_process::open().unwrap();
        pty.resize(Size::new(ROWS, COLUMNS)).unwrap();
        let started = Instant::now();
        let child = pty_process::Command::new(env!("CARGO_BIN_EXE_backtrail"))
            .args(cache.arguments())
            .env("TERM", "xterm-256color")
            .env("TZ", "UTC")
            .kill_on_drop(true)
            .spawn(pts)
            .unwrap();
        Self { pty, child, screen: vt100::Parser::new(ROWS, COLUMNS, 0), started }
    }

    async fn read(&mut self) -> bool {
        let mut bytes = vec![0; 65_536];
        let count = self.pty.read(&mut bytes).await.unwrap_or(0);
        let bytes = &bytes[..count];
        for (question, answer) in ASKED_AND_ANSWERED {
            if bytes.windows(question.len()).any(|window| window == question.as_bytes()) {
                self.pty.write_all(answer.as_bytes()).await.unwrap();
            }
        }
        self.screen.process(bytes);
        count > 0
    }

    /// Reads until the screen fulfils `wanted`.
    async fn until(&mut self, wanted: impl Fn(&str) -> bool) {
        let seen = async { while !wanted(&self.screen.screen().contents()) && self.read().await {} };
        timeout(Duration::from_secs(60), seen).await.unwrap_or_else(|_| {
            panic!("it never came:\n{}", self.screen.screen().contents());
        });
    }

    /// Presses `key`; `None` if it changes nothing on the screen.
    async fn press(&mut self, key: &str) -> Option<Answered> {
        let pressed = Instant::now();
        self.pty.write_all(key.as_bytes()).await.unwrap();
        let mut answered: Option<Answered> = None;
        while timeout(if answered.is_none() { SILENCE * 10 } else { SILENCE }, self.read()).await == Ok(true)
        {
            let last = pressed.elapsed();
            answered = Some(Answered { first: answered.map_or(last, |it| it.first), last });
        }
        answered
    }

    async fn press_all(&mut self, keys: impl IntoIterator<Item = &str>) -> Vec<Answered> {
        let mut times = Vec::new();
        for key in keys {
            times.extend(self.press(key).await);
        }
        times
    }

    fn resident(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kilobytes.unwrap_or_default() * 1024
    }
}

/// Whether a line of the list is there: a time of day at its beginning.
fn has_rows(contents: &str) -> bool {
    let is_row = |line: &str| {
        let line = line.trim_start_matches([' ', '>', '▌']).as_bytes();
        line.len() > 20 && line[2] == b':' && line[..2].iter().chain(&line[3..5]).all(u8::is_ascii_digit)
    };
    contents.lines().filter(|line| is_row(line)).count() > 3
}

pub(crate) fn measure(cache: &Cache, table: &mut Table) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut first = Vec::new();
        for _ in 0..9 {
            let mut browser = Browser::start(cache);
            browser.until(has_rows).await;
            first.push(browser.started.elapsed());
        }
        table.add("process start to the first frame with rows", median(first));
        let mut browser = Browser::start(cache);
        let all = counted(cache.events);
        browser.until(|contents| contents.contains(&all)).await;
        table.add("process start to all events counted", Amount::Time(browser.started.elapsed()));
        browser.press("j").await;
        let scroll = ["j", "j", "j", "k", "\x04", "\x04", "\x15", "G", "gg", "}", "{"];
        let scrolled = browser.press_all(scroll.into_iter().cycle().take(220)).await;
        add(table, "scrolling, jumping", &scrolled);
        let mut typed = Vec::new();
        for text in ["action:rollback since:30d", "type:journey -status:failed", "actor:ben tasks.max"] {
            browser.press("f").await;
            let letters: Vec<String> = text.chars().map(String::from).collect();
            typed.extend(browser.press_all(letters.iter().map(String::as_str)).await);
            browser.press("\r").await;
            browser.press("gc").await;
        }
        add(table, "typing a filter", &typed);
        table.add("resident memory, browsing", Amount::Bytes(browser.resident()));
    });
}

fn add(table: &mut Table, keys: &str, times: &[Answered]) {
    let first: Vec<Duration> = times.iter().map(|time| time.first).collect();
    table.add(&format!("key to frame, {keys}: median"), median(first.clone()));
    table.add(&format!("key to frame, {keys}: p99"), at(first, 0.99));
    table.add(
        &format!("key to all of its answer, {keys}: median"),
        median(times.iter().map(|time| time.last).collect()),
    );
}

/// A number as the screen writes it.
fn counted(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + " event"
}
