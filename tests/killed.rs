//! Programs that are killed while they write to one cache: nothing they stored is lost, doubled or damaged, and
//! nothing is called complete that is not.
//!
//! Two `backtrail sync` fill one cache through a proxy that counts the bytes of the answers. After a number of
//! bytes drawn at random one of the two, or both, are killed with a signal that cannot be caught. `KILLED_ROUNDS`
//! says how often; the test run does it a few times.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;
use support::{Home, Served};

/// How many programs are killed where nothing else is said.
const ROUNDS: usize = 8;

/// Numbers that look like chance and are the same in every run (xorshift, Marsaglia 2003).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Whoever waits for a number of bytes to have passed.
struct Alarm {
    at: u64,
    rings: Sender<()>,
}

/// Hands bytes on and counts those that come back.
#[derive(Clone, Default)]
struct Meter(Arc<Mutex<(u64, Vec<Alarm>)>>);

impl Meter {
    fn passed(&self) -> u64 {
        self.0.lock().unwrap().0
    }

    /// Rings after so many bytes more.
    fn after(&self, bytes: u64) -> Receiver<()> {
        let (rings, heard) = channel();
        let mut state = self.0.lock().unwrap();
        let at = state.0 + bytes;
        state.1.push(Alarm { at, rings });
        heard
    }

    /// Counts, and drops every alarm that has rung; `None` silences the others.
    fn count(&self, bytes: Option<u64>) {
        let mut state = self.0.lock().unwrap();
        state.0 += bytes.unwrap_or_default();
        let now = state.0;
        state.1.retain(|alarm| {
            if alarm.at <= now {
                let _ = alarm.rings.send(());
            }
            bytes.is_some() && alarm.at > now
        });
    }

    /// A port that leads to `server` past this meter.
    fn before(&self, server: SocketAddr) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let meter = self.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(upstream) = TcpStream::connect(server) else { continue };
                let (questions, answers) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
                thread::spawn(move || hand_on(questions, upstream, |_| {}));
                let meter = meter.clone();
                thread::spawn(move || hand_on(answers, client, |bytes| meter.count(Some(bytes))));
            }
        });
        address
    }
}

fn hand_on(mut from: TcpStream, mut to: TcpStream, passed: impl Fn(u64)) {
    let mut bytes = [0; 2048];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
        passed(count as u64);
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

/// What the server has: each event by its id, as `list` prints it.
struct Truth(HashMap<String, Value>);

impl Truth {
    /// Reads it with a cache of its own.
    fn of(config: &str) -> Self {
        let home = Home::new();
        sync(&home, config).wait().unwrap();
        let all = listed(&home, config);
        assert!(all.len() > 500, "{}", all.len());
        Self(all.into_iter().map(|event| (text(&event["id"]), event)).collect())
    }

    /// What is wrong with a cache.
    fn faults(&self, home: &Home, config: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let cache = home.0.path().join("cache/backtrail/cache.db");
        let sound: String = rusqlite::Connection::open(&cache)
            .and_then(|db| db.query_one("PRAGMA integrity_check", [], |row| row.get(0)))
            .unwrap_or_else(|error| error.to_string());
        if sound != "ok" {
            faults.push(sound);
        }
        let mut known = HashSet::new();
        for event in listed(home, config) {
            let id = text(&event["id"]);
            if self.0.get(&id) != Some(&event) {
                faults.push(format!("not what the server has: {event}"));
            }
            if !known.insert(id.clone()) {
                faults.push(format!("{id} is there twice"));
            }
        }
        for part in home.json_lines(&["sources", "coverage", "--json", "--config", config]) {
            for segment in part["segments"].as_array().unwrap() {
                let is_claimed = |event: &&Value| {
                    let (time, from) = (text(&event["time"]), segment["from"].as_str().unwrap_or_default());
                    event["source"] == part["source"]
                        && event["scope"].get("id").unwrap_or(&Value::Null) == &part["scope"]
                        && from <= time.as_str()
                        && time <= text(&segment["to"])
                };
                let lost =
                    self.0.values().filter(is_claimed).filter(|event| !known.contains(&text(&event["id"])));
                faults.extend(lost.map(|event| format!("called complete without {event}")));
            }
        }
        faults
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn listed(home: &Home, config: &str) -> Vec<Value> {
    home.json_lines(&["list", "--jsonl", "--limit", "100000", "--config", config])
}

fn sync(home: &Home, config: &str) -> Child {
    let mut sync = home.backtrail(&["sync", "--config", config]);
    sync.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Lets two programs fill the cache and kills one or both of them; says how many were alive until then.
fn round(home: &Home, config: &str, meter: &Meter, chance: &mut Chance, most: u64) -> usize {
    let writers = [sync(home, config), sync(home, config)];
    let both = chance.below(3) == 0;
    let mut killed = 0;
    for (number, mut writer) in writers.into_iter().enumerate() {
        if number == 0 || both {
            let alarm = meter.after(chance.below(most));
            let quiet = meter.clone();
            let id = rustix::process::Pid::from_child(&writer);
            // Whichever comes first: the bytes, or the end of the program, which silences the alarm.
            let watch = thread::spawn(move || {
                let status = writer.wait().unwrap();
                quiet.count(None);
                status
            });
            if alarm.recv().is_ok() {
                let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
            }
            killed += usize::from(watch.join().unwrap().code().is_none());
        } else {
            writer.wait().unwrap();
        }
    }
    killed
}

#[test]
fn programs_that_are_killed_while_they_write_leave_a_cache_that_is_true() {
    let rounds = std::env::var("KILLED_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    let place = Home::new();
    let served = Served::start(&place, &[]);
    let server = served.config.split("http://").nth(1).unwrap().split('/').next().unwrap();
    let meter = Meter::default();
    let proxy = meter.before(server.parse().unwrap());
    let config = place.write_config(&served.config.replace(server, &proxy.to_string()));
    let truth = Truth::of(&config);
    let most = meter.passed();
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let (mut killed, mut lives) = (0, 0);
    while killed < rounds {
        let home = Home::new();
        lives += 1;
        for turn in 0..6 {
            killed += round(&home, &config, &meter, &mut chance, most / 2);
            let faults = truth.faults(&home, &config);
            assert!(faults.is_empty(), "cache {lives}, round {turn}: {faults:#?}");
        }
        assert!(sync(&home, &config).wait().unwrap().success());
        assert_eq!(truth.faults(&home, &config), Vec::<String>::new(), "cache {lives} after a whole sync");
        assert_eq!(listed(&home, &config).len(), truth.0.len(), "cache {lives} after a whole sync");
    }
    println!("{killed} programs killed, {lives} caches, 0 bad");
}
