//! A search that shows what it has found while it goes on.
//!
//! What it shows is the beginning of the answer: a search goes from the newest events to the oldest. When
//! that is worth showing is decided here; what becomes of it, elsewhere.

use std::time::{Duration, Instant};

use crate::index::{Content, Search};

/// As many events as a high screen has lines.
const SCREEN: usize = 60;

/// When the beginning of an answer is worth showing.
pub(super) struct Patience {
    /// As many events are worth showing at once.
    worth: usize,
    /// A search that takes no longer is answered once.
    at_once: Duration,
    /// How long what was shown stays before more is shown.
    a_while: Duration,
    since: Instant,
    /// How many events were shown.
    shown: usize,
}

impl Patience {
    /// Of somebody who reads along.
    pub(super) fn of_a_person() -> Self {
        Self::new(SCREEN, Duration::from_millis(8), Duration::from_millis(100))
    }

    /// Of somebody who wants so many and no more.
    pub(super) fn for_as_many_as(worth: usize) -> Self {
        Self::new(worth.max(1), Duration::ZERO, Duration::MAX)
    }

    fn new(worth: usize, at_once: Duration, a_while: Duration) -> Self {
        Self { worth, at_once, a_while, since: Instant::now(), shown: 0 }
    }

    /// Whether so many events are worth showing now; if so, they count as shown.
    fn ends_with(&mut self, found: usize) -> bool {
        let least = if self.shown == 0 && found >= self.worth { self.at_once } else { self.a_while };
        if found == self.shown || self.since.elapsed() < least {
            return false;
        }
        (self.since, self.shown) = (Instant::now(), found);
        true
    }
}

/// Looks at everything that is left, and calls `begin` with what was found so far where that is worth
/// showing; without `patience`, never. Whether the search came to its end: it is given up where `begin`
/// says no.
pub(super) fn finish<C: Content + ?Sized>(
    search: &mut Search,
    content: &mut C,
    mut patience: Option<Patience>,
    begin: &mut dyn FnMut(&Search) -> bool,
) -> Result<bool, C::Error> {
    while search.step(content)? {
        let shows = patience.as_mut().is_some_and(|patience| patience.ends_with(search.count()));
        if shows && !begin(search) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::domain::{Ask, Event, EventId, IndexRow, Marks, Parts, RowId, Rows, Status, Timestamp};
    use crate::index::Index;
    use crate::query::{Query, Texts};

    struct Nothing;

    impl Content for Nothing {
        type Error = Infallible;

        fn events(&mut self, _: &[RowId]) -> Result<Vec<Event>, Infallible> {
            Ok(Vec::new())
        }

        fn texts(&mut self, _: i64) -> Result<Option<Texts>, Infallible> {
            Ok(None)
        }

        fn find(&mut self, _: EventId) -> Result<Option<RowId>, Infallible> {
            Ok(None)
        }

        fn go_on(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }

    /// A search for all of so many events.
    fn search(count: i64) -> Search {
        let row = |n: i64| {
            let row = RowId::floor(Timestamp::from_millis(n * 1_000));
            let marks = Marks::new(Status::default(), Parts::from_bits(0));
            let (feed, entity, actor, action, raw_action, set) = (1, 1, 1, 1, 0, 0);
            IndexRow { row, time: None, feed, entity, actor, action, raw_action, set, marks }
        };
        let mut index = Index::default();
        index.insert((0..count).map(row));
        index.search(&Query::all(), &Ask::default())
    }

    #[test]
    fn every_beginning_is_the_newest_part_of_the_whole() {
        let mut search = search(20_000);
        let mut begun = Vec::new();
        let patience = Some(Patience::new(SCREEN, Duration::ZERO, Duration::ZERO));
        let whole = finish(&mut search, &mut Nothing, patience, &mut |search| {
            begun.push(search.rows());
            true
        });
        assert_eq!(whole, Ok(true));
        let all = search.rows();
        assert!(all.len() == 20_000 && begun.len() > 1, "{}", begun.len());
        let lengths: Vec<usize> = begun.iter().map(Rows::len).collect();
        assert!(lengths.is_sorted() && lengths[0] >= SCREEN, "{lengths:?}");
        for rows in begun {
            assert!((0..rows.len()).step_by(97).all(|at| rows.get(at) == all.get(at)));
        }
    }

    #[test]
    fn whoever_has_seen_enough_ends_the_search() {
        let mut search = search(20_000);
        let patience = Some(Patience::new(SCREEN, Duration::ZERO, Duration::ZERO));
        let whole = finish(&mut search, &mut Nothing, patience, &mut |_| false);
        assert_eq!(whole, Ok(false));
        assert!((SCREEN..20_000).contains(&search.count()), "{}", search.count());
    }

    #[test]
    fn whoever_wants_so_many_and_no_more_has_them_at_once() {
        let mut search = search(20_000);
        let whole = finish(&mut search, &mut Nothing, Some(Patience::for_as_many_as(3_000)), &mut |_| false);
        assert_eq!(whole, Ok(false));
        assert!((3_000..20_000).contains(&search.count()), "{}", search.count());
        let more = Some(Patience::for_as_many_as(20_001));
        let mut search = self::search(20_000);
        assert_eq!(
            finish(&mut search, &mut Nothing, more, &mut |_| panic!("there are not so many")),
            Ok(true)
        );
    }

    #[test]
    fn a_quick_search_and_one_that_cannot_begin_are_answered_once() {
        for patience in [None, Some(Patience::new(SCREEN, Duration::MAX, Duration::MAX))] {
            let whole = finish(&mut search(20_000), &mut Nothing, patience, &mut |_| panic!("too soon"));
            assert_eq!(whole, Ok(true));
        }
    }
}
