//! The world the demo tells about: three systems of one company over 120 days.
//!
//! It is a function of its seed, its size and its end, and nothing else: no clock is read here, nothing
//! is drawn from the machine. Events are kept in a few bytes each and told in full only when asked for,
//! because the world shares its process with the program that browses it. How the three systems are
//! asked, over HTTP, is none of its business.

mod clock;
mod event;
pub(super) mod kaireonai;
pub(super) mod microvisualizer;
mod names;
mod people;
mod random;
mod roster;
mod said;
mod services;
mod story;
pub(super) mod streamkap;

pub(super) use random::derive;

use crate::domain::Timestamp;
use event::Moment;
use random::Random;

/// Three systems and everything that happened in them.
#[derive(Debug)]
pub(super) struct World {
    seed: u64,
    /// How many events have happened that the story does not ask for.
    happened: u64,
    start: i64,
    until: i64,
    /// The time of the newest event.
    latest: i64,
    pub(super) streamkap: streamkap::Account,
    pub(super) kaireonai: kaireonai::Tenant,
    pub(super) microvisualizer: microvisualizer::Workspace,
}

/// How many events of a hundred belong to Streamkap and to Microvisualizer; the others are KaireonAI's.
const STREAMKAP: usize = 15;
const MICROVISUALIZER: usize = 25;

impl World {
    /// The world of `seed` with exactly `events` events before `until`, or as many as the story needs if
    /// that is more.
    pub(super) fn new(seed: u64, events: usize, until: Timestamp) -> Self {
        let end = until.millis();
        let start = end.saturating_sub(clock::DAYS * clock::DAY);
        let share = |percent: usize, each: usize| events / each * percent / 100;
        let mut world = Self {
            seed,
            happened: 0,
            start,
            until: end,
            latest: start,
            streamkap: streamkap::Account::new(seed, share(STREAMKAP, 6)),
            kaireonai: kaireonai::Tenant::new(seed, share(60, 11).max(12), share(61, 1)),
            microvisualizer: microvisualizer::Workspace::new(
                seed,
                Timestamp::from_millis(start),
                share(MICROVISUALIZER, 8).max(3),
            ),
        };
        for (minute, scene) in (1..).zip(story::FOUNDING) {
            world.latest = start.saturating_add(minute * clock::MINUTE);
            world.play(Timestamp::from_millis(world.latest), scene);
        }
        let scenes = story::scenes(seed, end);
        let random = events.saturating_sub(story::FOUNDING.len() + scenes.len());
        let times = clock::times(seed, start, random);
        let mut times = times.into_iter().peekable();
        for (at, scene) in scenes {
            while let Some(time) = times.next_if(|time| *time < at) {
                world.happen(time);
            }
            world.latest = world.latest.max(at);
            world.play(Timestamp::from_millis(world.latest), scene);
        }
        times.for_each(|time| world.happen(time));
        world
    }

    /// Lets the next believable thing happen at `now`, or at the time of the newest event if that is later.
    pub(super) fn tick(&mut self, now: Timestamp) {
        self.happen(now.millis());
    }

    fn happen(&mut self, time: i64) {
        self.latest = self.latest.max(time);
        // Automation would be all there is at night, but whoever watches is awake.
        let live = self.latest >= self.until;
        let quiet = self.latest.abs_diff(story::hour(self.until) + clock::HOUR / 2)
            < (clock::HOUR / 2 + story::QUIET) as u64;
        let passed = self.latest.saturating_sub(self.start).max(0) as u64;
        // Each event has chances of its own, so that an hour more or less changes only what it touches.
        let mut random = Random::new(derive(&[self.seed, 0xe7e, self.happened]));
        self.happened += 1;
        let mut moment = Moment {
            time: Timestamp::from_millis(self.latest),
            progress: passed.saturating_mul(1_000) / ((self.until - self.start).max(1_000) as u64 / 1_000),
            at_work: live || clock::at_work(self.latest),
            avoid: if quiet { story::ENTITIES } else { 0 },
            random: &mut random,
        };
        let roll = moment.random.place(100);
        let done = match roll {
            _ if roll < STREAMKAP => self.streamkap.step(&mut moment),
            _ if roll < STREAMKAP + MICROVISUALIZER => self.microvisualizer.step(&mut moment),
            _ => self.kaireonai.step(&mut moment),
        };
        // KaireonAI always has something to do: its table is never smaller than a dozen.
        if !done && !self.kaireonai.step(&mut moment) {
            moment.avoid = 0;
            self.kaireonai.step(&mut moment);
        }
    }
}

#[cfg(test)]
mod tests;
