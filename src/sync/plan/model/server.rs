//! A server in memory: a list of rows, cut as its manners say.

use super::Dice;
use crate::domain::Timestamp;
use crate::feed::Seam;
use crate::sync::plan::{Ask, Cut, Direction, Sight, prints};

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: u64,
    pub(super) time: i64,
    /// The answer number before which it arrived.
    pub(super) born: u64,
    /// The list has it twice.
    pub(super) doubled: bool,
}

/// What the server says of how many rows it has, or of whether more follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Silent,
    True,
    /// It speaks of a while ago; of a size, it says the one that was asked for.
    Late,
    /// It is wrong, all the time.
    False,
}

/// What comes from beyond the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beyond {
    Empty,
    LastPage,
    NotFound,
}

/// How the server behaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manners {
    pub(super) cut: Cut,
    pub(super) direction: Direction,
    /// Time does not run through the list at all.
    pub(super) unordered: bool,
    /// Rows of one time come in another order each time.
    pub(super) shuffles_ties: bool,
    pub(super) cap: u64,
    /// It says which size it used.
    pub(super) echoes: Word,
    pub(super) total: Word,
    pub(super) more: Word,
    pub(super) beyond: Beyond,
    /// It sends a `Date`.
    pub(super) tells_time: bool,
    /// It answers only so deep.
    pub(super) deepest: Option<u64>,
}

#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) manners: Manners,
    /// In the order of the list, but for ties.
    pub(super) rows: Vec<Row>,
    pub(super) clock: i64,
    pub(super) answers: u64,
    dice: Dice,
    /// The time of every row that ever was, by number.
    times: Vec<i64>,
    /// The number of rows some answers ago.
    stale_total: u64,
    /// So far its clock is ahead of the true time.
    pub(super) ahead: i64,
}

pub(super) const MINUTE: i64 = 60_000;

/// An answer, and what the list was when it was cut.
pub(super) struct Answer {
    pub(super) sight: Sight,
    pub(super) rows: Vec<Row>,
    /// Where the answer leads.
    pub(super) next: Option<u64>,
}

impl Server {
    pub(super) fn new(manners: Manners, rows: u64, seed: u64) -> Self {
        let mut server = Self {
            manners,
            rows: Vec::new(),
            clock: 1_000_000 * MINUTE,
            answers: 0,
            dice: Dice::new(seed ^ 0xabcd),
            times: Vec::new(),
            stale_total: rows,
            ahead: 0,
        };
        for _ in 0..rows {
            server.clock += server.dice.roll(20) as i64 * 10_000;
            server.insert(0);
        }
        server.clock += MINUTE;
        server
    }

    /// A row whose time is `before` milliseconds before now.
    pub(super) fn insert(&mut self, before: i64) {
        let row = Row {
            id: self.times.len() as u64,
            time: self.clock - before,
            born: self.answers,
            doubled: false,
        };
        self.times.push(row.time);
        let place = if self.manners.unordered {
            self.dice.roll(self.rows.len() as u64 + 1) as usize
        } else {
            match self.manners.direction {
                Direction::Down => self.rows.partition_point(|one| one.time > row.time),
                Direction::Up => self.rows.partition_point(|one| one.time <= row.time),
            }
        };
        self.rows.insert(place, row);
    }

    pub(super) fn delete(&mut self, place: u64) {
        if !self.rows.is_empty() {
            let place = place as usize % self.rows.len();
            self.rows.remove(place);
        }
    }

    pub(super) fn double(&mut self, place: u64) {
        if !self.rows.is_empty() {
            let place = place as usize % self.rows.len();
            self.rows[place].doubled = true;
        }
    }

    /// How many entries the list has.
    pub(super) fn entries(&self) -> u64 {
        self.rows.iter().map(|row| 1 + u64::from(row.doubled)).sum()
    }

    /// Whether some row was ever dated in a time that is still to come.
    pub(super) fn told_the_future(&self) -> bool {
        self.times.iter().any(|time| *time > self.clock)
    }

    /// Drops the oldest rows.
    pub(super) fn retain(&mut self, but: u64) {
        for _ in 0..but.min(self.rows.len() as u64) {
            let oldest = self.rows.iter().enumerate().min_by_key(|(_, row)| row.time).map(|(at, _)| at);
            oldest.map(|at| self.rows.remove(at));
        }
    }

    /// The total that lies is brought up to date.
    pub(super) fn recount(&mut self) {
        self.stale_total = self.entries();
    }

    fn list(&mut self) -> Vec<Row> {
        let twice = |row: &Row| std::iter::repeat_n(*row, 1 + usize::from(row.doubled));
        let mut list: Vec<Row> = self.rows.iter().flat_map(twice).collect();
        if self.manners.shuffles_ties && self.manners.cut != Cut::Led {
            let mut from = 0;
            while from < list.len() {
                let run = list[from..].iter().take_while(|row| row.time == list[from].time).count();
                for at in (1..run).rev() {
                    let with = self.dice.roll(at as u64 + 1) as usize;
                    list.swap(from + at, from + with);
                }
                from += run;
            }
        }
        list
    }

    /// What the server says to `ask`. `leads` is where the last answer led. Nothing where it refuses.
    pub(super) fn answer(&mut self, ask: Ask, leads: Option<u64>) -> Option<Answer> {
        self.answers += 1;
        self.clock += 1 + self.dice.roll(3) as i64 * 400;
        let list = self.list();
        let cap = self.manners.cap;
        let (from, size, asked) = match (self.manners.cut, ask) {
            (Cut::Led, Ask::Onwards | Ask::Resume) => (self.after(&list, leads?), cap, None),
            (Cut::Pages, Ask::At { first, size }) => {
                let size = size.min(cap);
                (first * size, size, Some(size))
            }
            (Cut::Fixed, Ask::At { first, .. }) => (first * cap, cap, None),
            // Whoever follows the numbers asks for the next page of the same size.
            (Cut::Fixed | Cut::Pages | Cut::Offsets, Ask::Onwards) => (leads?, cap, None),
            (_, Ask::At { first, size }) => (first, size.min(cap), Some(size.min(cap))),
            (Cut::Whole, _) => (0, list.len() as u64, None),
            _ => (0, cap, Some(cap)),
        };
        let beyond = from >= list.len() as u64 && from > 0;
        if self.manners.deepest.is_some_and(|deepest| from >= deepest) {
            return None;
        }
        let from = match self.manners.beyond {
            Beyond::NotFound if beyond && self.manners.cut != Cut::Led => return None,
            Beyond::LastPage if beyond => (list.len() as u64).saturating_sub(1) / size * size,
            _ => from,
        };
        let from = from.min(list.len() as u64) as usize;
        let to = (from + size as usize).min(list.len());
        let page = &list[from..to];
        let follows = to < list.len();
        let (total, more) = self.words(list.len() as u64, to as u64);
        let next = match self.manners.cut {
            Cut::Led => page.last().filter(|_| follows).map(|row| row.id),
            Cut::Whole => None,
            _ => Some(to.max(from) as u64),
        };
        let sight = Sight {
            length: page.len() as u64,
            times: page.iter().map(|row| Timestamp::from_millis(row.time)).collect(),
            prints: prints(page.iter().map(|row| row.id)),
            quarantined: 0,
            more: if self.manners.cut == Cut::Led { None } else { more },
            total,
            echo: match (self.manners.echoes, ask) {
                (Word::True, _) => asked,
                (Word::Late, Ask::At { size, .. }) => Some(size),
                (Word::Late, _) => Some(20),
                _ => None,
            },
            asked: None,
            can_go_on: match self.manners.cut {
                Cut::Led => next.is_some(),
                cut => cut != Cut::Whole,
            },
            seam: if self.manners.cut == Cut::Led { Seam::Named } else { Seam::Counted },
            next: next.unwrap_or(u64::MAX),
            date: self.manners.tells_time.then(|| Timestamp::from_millis(self.date())),
        };
        Some(Answer { sight, rows: page.to_vec(), next })
    }

    /// What its clock says.
    pub(super) fn date(&self) -> i64 {
        let clock = self.clock + self.ahead;
        clock - clock % 1000
    }

    /// What it says of how many rows there are, and of whether more follow those before `to`.
    fn words(&self, rows: u64, to: u64) -> (Option<u64>, Option<bool>) {
        let total = match self.manners.total {
            Word::Silent => None,
            Word::True => Some(rows),
            Word::Late => Some(self.stale_total),
            Word::False => Some(rows / 2 + 7),
        };
        let more = match self.manners.more {
            Word::Silent => None,
            Word::True => Some(to < rows),
            Word::Late => Some(to < self.stale_total),
            Word::False => Some(!to.is_multiple_of(3)),
        };
        (total, more)
    }

    /// The place behind the row that a cursor names. A cursor knows time and number, so it survives its row.
    fn after(&self, list: &[Row], id: u64) -> u64 {
        let cursor = (self.times[id as usize], id);
        let place = match self.manners.direction {
            Direction::Down => list.iter().position(|row| (row.time, row.id) < cursor),
            Direction::Up => list.iter().position(|row| (row.time, row.id) > cursor),
        };
        place.map_or(list.len() as u64, |place| place as u64)
    }
}
