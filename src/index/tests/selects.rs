//! The selection against the plain evaluation of a query.

use super::*;
use crate::domain::Reach;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_selection_is_what_the_query_matches(events in events(), text in queries()) {
        let query = read(&text).marked(&marks(&events));
        let (survey, _) = answer(&index_of(&events), &query, &Ask::default(), &events);
        let expected: Vec<RowId> =
            events.iter().rev().filter(|event| query.matches(event)).map(|event| event.row).collect();
        prop_assert_eq!(survey.rows.page(0, usize::MAX), expected, "{}", text);
        prop_assert_eq!(survey.of, events.len());
    }
}

#[test]
fn structured_conditions_need_no_events() {
    let events: Vec<Event> = (0..10_000)
        .map(|row| Event { row: RowId(row << 18), ..event_by(row, (row % 3) as u8) })
        .map(|mut event| {
            event.record.time = event.row.time();
            event
        })
        .collect();
    let index = index_of(&events);
    for (text, count, asked) in [
        ("", 10_000, 0),
        ("actor:a1 -entity:=e1", 1666, 0),
        ("status:failed OR is:system", 0, 0),
        ("has:diff error:x", 0, 0),
        ("action:update since:1970-01-01T00:00:05", 5000, 0),
        ("set:set-1", 0, 0),
        ("set:SET-3", 1, 1),
        ("a1", 3333, 6667),
        ("status:failed refused", 0, 0),
    ] {
        let (survey, read) = answer(&index, &read(text), &Ask::default(), &events);
        assert_eq!((survey.rows.len(), read), (count, asked), "{text}");
    }
}

/// Refuses after so many chunks.
struct Refusing(usize);

impl Content for Refusing {
    type Error = &'static str;

    fn events(&mut self, _: &[RowId]) -> Result<Vec<Event>, &'static str> {
        Ok(Vec::new())
    }

    fn texts(&mut self, _: i64) -> Result<Option<Texts>, &'static str> {
        Ok(None)
    }

    fn find(&mut self, _: EventId) -> Result<Option<RowId>, &'static str> {
        Ok(None)
    }

    fn go_on(&mut self) -> Result<(), &'static str> {
        self.0 = self.0.checked_sub(1).ok_or("cancelled")?;
        Ok(())
    }
}

#[test]
fn a_refusal_ends_the_search() {
    let events: Vec<Event> = (0..10_000).map(|row| event_by(row, 0)).collect();
    let index = index_of(&events);
    for patience in [0, 1, 3, 9] {
        let mut content = Refusing(patience);
        assert_eq!(index.search(&read("summary:x"), &Ask::default()).finish(&mut content), Err("cancelled"));
    }
}

#[test]
fn the_newest_are_known_before_the_oldest_are_looked_at() {
    let events: Vec<Event> = (0..10_000).map(|row| event_by(row, 0)).collect();
    let index = index_of(&events);
    let mut content = FromList::of(&events);
    let mut search = index.search(&read("error:x OR set:*"), &Ask::default());
    let mut reached = i64::MAX;
    while search.step(&mut content) == Ok(true) {
        let Reach::DownTo(row) = search.reach() else { panic!("{:?}", search.reach()) };
        assert!(row.0 < reached);
        reached = row.0;
        assert_eq!(search.count(), (reached..10_000).filter(|row| row % 3 == 0).count());
        assert_eq!(search.survey().rows.len(), search.count());
        assert!(content.asked < 10_000);
    }
    assert_eq!((search.reach(), search.count()), (Reach::Complete, 3334));
}

#[test]
fn rows_that_come_during_a_search_do_not_disturb_it() {
    let events: Vec<Event> = (0..10_000).map(|row| event_by(2 * row, 0)).collect();
    let (mut index, mut numbers) = (Index::default(), Numbers::default());
    fill(&mut index, &mut numbers, &events);
    let mut search = index.search(&read("actor:a0"), &Ask::default());
    let mut content = FromList::of(&[]);
    assert_eq!(search.step(&mut content), Ok(true));
    let late: Vec<Event> = (0..10_000).map(|row| event_by(2 * row + 1, 0)).collect();
    fill(&mut index, &mut numbers, &late);
    index.remove(&[RowId(0), RowId(19_998)]);
    let Ok(()) = search.finish(&mut content);
    let expected: Vec<RowId> = events.iter().rev().map(|event| event.row).collect();
    assert_eq!(search.survey().rows.page(0, usize::MAX), expected);
    assert_eq!(index.count(), 19_998);
}
