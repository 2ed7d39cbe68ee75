//! The walk against servers in memory that do all that servers do, and an oracle that knows the truth.
//!
//! A **schedule** is a server, a list of things that happen, and a seed. Rows arrive late, in storms and from the
//! future; rows go; the server clamps, lies, forgets and fails; clients are killed and run side by side. After
//! every answer that goes into the cache the oracle asks: is there a row that was on the server when the answer
//! was cut, that the ledger says is known, and that is not in the cache? After everything has calmed down: is
//! the cache what the server has? A schedule that fails is made smaller before it is shown.
//!
//! The wrong ways of doing it ([`mutants`]) stay here, and the suite has to notice each of them.

mod audited;
mod client;
mod held;
mod mutants;
mod schedule;
mod server;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use client::Client;
use mutants::Mutant;
use schedule::Schedule;
use server::{Beyond, MINUTE, Manners, Server, Word};

use super::{Cut, Direction};

/// A source of numbers that are the same for the same seed (xorshift64*, Vigna 2016).
#[derive(Debug, Clone)]
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides.max(1)
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }
}

/// What went wrong in a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Failure {
    /// The ledger says that a row is known which is not in the cache.
    FalseClaim { row: u64, time: i64 },
    /// A row is said to be gone that the server has.
    FalselyGone { row: u64 },
    /// The server has a row that the cache never got, although everything has calmed down.
    Lost { rows: usize },
    /// The server answers truly and in order, and its list is still not known whole.
    NotProved { ledger: String },
    /// A walk does not end.
    Endless,
}

/// Plays a schedule from its beginning to the calm after it.
fn play(schedule: &Schedule, mutant: Option<Mutant>) -> Result<(), Failure> {
    let mut server = schedule.server();
    let mut client = Client::new(mutant);
    for event in &schedule.events {
        schedule::happen(*event, &mut server, &mut client)?;
    }
    client.calm(&mut server)
}

/// Leaves out of a failing schedule what it can do without.
fn shrink(schedule: &Schedule, mutant: Option<Mutant>) -> Schedule {
    let mut small = schedule.clone();
    let mut size = small.events.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        while at < small.events.len() {
            let mut fewer = small.clone();
            fewer.events.drain(at..(at + size).min(small.events.len()));
            if play(&fewer, mutant).is_err() { small = fewer } else { at += size }
        }
        size /= 2;
    }
    small
}

/// How many schedules to play: by default few enough for every run of the tests.
fn schedules() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let first = number("BACKTRAIL_SCHEDULE");
    let many = number("BACKTRAIL_SCHEDULES").unwrap_or(if first.is_some() { 1 } else { 10_000 });
    first.unwrap_or_default()..first.unwrap_or_default() + many
}

/// Says what happens, where `BACKTRAIL_TELL` is set.
fn tell(line: impl FnOnce() -> String) {
    static TOLD: LazyLock<bool> = LazyLock::new(|| std::env::var_os("BACKTRAIL_TELL").is_some());
    if *TOLD {
        println!("{}", line());
    }
}

/// Plays schedules on every core. Gives those that failed, in order, and how.
fn failing(seeds: std::ops::Range<u64>, mutant: Option<Mutant>) -> Vec<(u64, Failure)> {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let next = AtomicU64::new(seeds.start);
    let one = || {
        let mut failed = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if !seeds.contains(&seed) {
                return failed;
            }
            if let Err(failure) = play(&Schedule::new(seed), mutant) {
                failed.push((seed, failure));
            }
        }
    };
    let mut failed = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    failed.sort_unstable_by_key(|(seed, _)| *seed);
    failed
}

#[test]
fn no_schedule_loses_an_event_or_makes_a_false_claim() {
    let seeds = schedules();
    let began = std::time::Instant::now();
    let failed = failing(seeds.clone(), None);
    println!(
        "{} schedules from {} on, {} failed, {:.1} s",
        seeds.end - seeds.start,
        seeds.start,
        failed.len(),
        began.elapsed().as_secs_f64()
    );
    for (seed, failure) in &failed {
        let small = shrink(&Schedule::new(*seed), None);
        println!("seed {seed}: {failure:?}; made small: {:?}\n{small:?}", play(&small, None));
    }
    assert!(
        failed.is_empty(),
        "play one again with BACKTRAIL_SCHEDULE=seed, step by step with BACKTRAIL_TELL=1"
    );
}

#[test]
fn every_wrong_way_is_noticed() {
    for mutant in Mutant::ALL {
        let caught = (0..20_000).find(|seed| play(&Schedule::new(*seed), Some(*mutant)).is_err());
        assert!(caught.is_some(), "{mutant:?} survives");
    }
}

#[test]
fn a_short_list_of_one_time_is_known_whole_on_its_lengths_alone() {
    for cut in [Cut::Pages, Cut::Offsets] {
        let (yes, no) = (Word::True, Word::Silent);
        for (rows, echoes) in [(1, yes), (2, yes), (3, yes), (7, yes), (19, yes), (3, no), (7, no)] {
            let manners = Manners {
                cut,
                direction: Direction::Up,
                unordered: false,
                shuffles_ties: false,
                cap: 20,
                echoes,
                total: Word::Silent,
                more: Word::Silent,
                beyond: Beyond::NotFound,
                tells_time: true,
                deepest: None,
            };
            let mut server = Server::new(manners, 0, 1);
            (0..rows).for_each(|_| server.insert(0));
            server.clock += 10 * MINUTE;
            let mut client = Client::new(None);
            let told = format!("{rows} rows by {cut:?}, echoes {echoes:?}");
            assert_eq!(client.calm(&mut server), Ok(()), "{told}");
            assert!(server.answers <= 4 * 5, "{told}: {} requests in four syncs", server.answers);
        }
    }
}
