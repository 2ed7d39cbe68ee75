//! The walk against servers in memory that do all that servers do, and an oracle that knows the truth.
//!
//! A **schedule** is a server, a list of things that happen, and a seed. Rows arrive late, in storms and from the
//! future; rows go; the server clamps, lies, forgets and fails; clients are killed and run side by side. After
//! every answer that goes into the cache the oracle asks: is there a row that was on the server when the answer
//! was cut, that the ledger says is known, and that is not in the cache? After everything has calmed down: is
//! the cache what the server has? A schedule that fails is made smaller before it is shown.
//!
//! The wrong ways of doing it ([`mutants`]) stay here, and the suite has to notice each of them.

mod client;
mod held;
mod mutants;
mod schedule;
mod server;

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
fn schedules() -> u64 {
    std::env::var("BACKTRAIL_SCHEDULES").ok().and_then(|number| number.parse().ok()).unwrap_or(10_000)
}

#[test]
fn no_schedule_loses_an_event_or_makes_a_false_claim() {
    let all = schedules();
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                for seed in (thread..all).step_by(threads as usize) {
                    let schedule = Schedule::new(seed);
                    if let Err(failure) = play(&schedule, None) {
                        let small = shrink(&schedule, None);
                        let failure = play(&small, None).err().unwrap_or(failure);
                        panic!("seed {seed}: {failure:?}\n{small:#?}");
                    }
                }
            });
        }
    });
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
        for (rows, echoes) in [(1, true), (2, true), (3, true), (7, true), (19, true), (3, false), (7, false)]
        {
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
            let told = format!("{rows} rows by {cut:?}, echoes {echoes}");
            assert_eq!(client.calm(&mut server), Ok(()), "{told}");
            assert!(server.answers <= 4 * 5, "{told}: {} requests in four syncs", server.answers);
        }
    }
}
