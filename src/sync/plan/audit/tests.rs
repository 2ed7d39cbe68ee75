//! The search against feeds and caches of which every row is known, so that requests can be counted.

use super::*;

/// A feed and a cache of it, newest first by number, with so many rows to each time.
struct World {
    rows: u64,
    tied: u64,
    /// The numbers of rows that only the feed has, and of those that only the cache has.
    lost: Vec<u64>,
    kept: Vec<u64>,
    means: Means,
    asked: u32,
}

impl World {
    fn new(means: Means, rows: u64) -> Self {
        Self { rows, tied: 1, lost: Vec::new(), kept: Vec::new(), means, asked: 0 }
    }

    fn up(&self) -> bool {
        matches!(self.means, Means::Ranks { direction: Direction::Up, .. })
    }

    /// The time of row `number` of the list.
    fn time(&self, number: u64) -> Timestamp {
        let step = (number / self.tied) as i64 * 1_000;
        Timestamp::from_millis(if self.up() { step } else { i64::from(u32::MAX) * 1_000 - step })
    }

    /// Rows that stand before `time` in the list, of all that ever were.
    fn before(&self, time: Timestamp) -> u64 {
        let at = if self.up() { time.millis() } else { i64::from(u32::MAX) * 1_000 - time.millis() };
        ((at + 999).div_euclid(1_000).max(0) as u64 * self.tied).min(self.rows)
    }

    fn of(gone: &[u64], rows: u64) -> u64 {
        rows - gone.iter().filter(|one| **one < rows).count() as u64
    }

    /// The number of the row at place `place` of the feed.
    fn at(&self, place: u64) -> u64 {
        let mut number = place;
        let mut kept = self.kept.clone();
        kept.sort_unstable();
        for one in kept {
            number += u64::from(one <= number);
        }
        number
    }

    fn total(&self) -> u64 {
        Self::of(&self.kept, self.rows)
    }

    fn answer(&self, begins: u64, size: u64) -> Sight {
        let places = begins..(begins + size).min(self.total());
        let times: Vec<_> = places.map(|place| self.time(self.at(place))).collect();
        Sight { length: times.len() as u64, times, total: Some(self.total()), ..Sight::default() }
    }

    /// Follows the difference. Gives where it is found.
    fn audit(&mut self) -> Option<Stretch> {
        let cached = Self::of(&self.lost, self.rows);
        let mut audit = Audit::new(self.means, 200, self.total(), cached);
        let mut step = audit.begin();
        loop {
            step = match step {
                Step::Ask(Ask::At { first, size }) => {
                    let pages = matches!(self.means, Means::Ranks { cut: Cut::Pages, .. });
                    audit.read(&self.answer(if pages { first * size } else { first }, size))
                }
                Step::Ask(ask) => panic!("{ask:?}"),
                Step::Count(time) => {
                    audit.counted(Some(Self::of(&self.kept, self.before(time.plus_millis(-1)))))
                }
                Step::Locate(time, _) => audit.land(Self::of(&self.lost, self.before(time))),
                Step::Rank(rows) => {
                    let mut number = rows;
                    for one in &self.lost {
                        number += u64::from(*one <= number);
                    }
                    audit.ranked((number < self.rows).then(|| self.time(number)))
                }
                Step::Done(found) => {
                    self.asked = audit.requests();
                    return found;
                }
            };
        }
    }
}

const WAYS: [Means; 4] = [
    Means::Ranks { cut: Cut::Pages, direction: Direction::Down },
    Means::Ranks { cut: Cut::Offsets, direction: Direction::Down },
    Means::Ranks { cut: Cut::Pages, direction: Direction::Up },
    Means::Times,
];

#[test]
fn one_row_that_is_missing_among_ten_million_is_found_in_25_requests() {
    let rows = 10_000_000;
    for means in WAYS {
        let mut most = 0;
        for lost in [0, 1, 199, 4_999_999, 5_000_000, 7_654_321, 9_999_980, 9_999_999] {
            let mut world = World::new(means, rows);
            world.lost = vec![lost];
            let found = world.audit().unwrap();
            assert!(found.has(world.time(lost)), "row {lost} is not in {found:?}, by {means:?}");
            let length = (0..rows).skip(lost.saturating_sub(60) as usize).take(120);
            let inside = length.filter(|number| found.has(world.time(*number))).count();
            assert!(inside <= 41, "{inside} rows to read again for row {lost}, by {means:?}");
            most = most.max(world.asked);
        }
        println!("{means:?}: at most {most} requests to find one of {rows} rows");
        assert!(most <= 25, "{most} requests by {means:?}");
    }
}

#[test]
fn rows_of_one_time_and_several_differences_lead_to_one_of_them() {
    for means in WAYS {
        for tied in [1, 2, 7, 15] {
            let mut world = World::new(means, 30_000);
            world.tied = tied;
            world.lost = vec![777, 12_345, 12_346, 29_000];
            let found = world.audit().unwrap();
            assert!(world.lost.iter().any(|one| found.has(world.time(*one))), "{found:?} by {means:?}");
        }
    }
}

#[test]
fn a_row_that_only_the_cache_has_is_found_too() {
    for means in WAYS {
        let mut world = World::new(means, 30_000);
        world.kept = vec![23_456];
        let found = world.audit().unwrap();
        assert!(found.has(world.time(23_456)), "{found:?} by {means:?}");
    }
}

#[test]
fn where_the_counts_agree_nothing_is_asked() {
    let mut world = World::new(WAYS[0], 1_000);
    assert_eq!((world.audit(), world.asked), (None, 0));
}

#[test]
fn a_list_of_one_time_ends_the_search() {
    for means in WAYS {
        let mut world = World::new(means, 30_000);
        (world.tied, world.lost) = (30_000, vec![5]);
        world.audit();
        assert!(world.asked <= 20, "{} requests by {means:?}", world.asked);
    }
}
