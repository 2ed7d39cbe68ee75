//! The columns against a sorted map, and questions about single rows.

use std::collections::HashSet;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn rows_in_any_order_end_up_sorted_once(
        batches in prop::collection::vec(prop::collection::vec((0..60_i64, 0..3_u8), 0..12), 0..8),
        gone in prop::collection::vec(0..60_i64, 0..10),
        // Every place stands for so many, that segments are cut and joined.
        each in prop::sample::select(vec![1, 100]),
    ) {
        let (mut index, mut numbers) = (Index::default(), Numbers::default());
        let mut expected = BTreeMap::new();
        let rows = |place: i64| place * each..(place + 1) * each;
        for batch in batches {
            let batch: Vec<(i64, u8)> =
                batch.into_iter().flat_map(|(place, actor)| rows(place).map(move |row| (row, actor))).collect();
            expected.extend(batch.iter().copied());
            let events: Vec<Event> = batch.into_iter().map(|(row, actor)| event_by(row, actor)).collect();
            fill(&mut index, &mut numbers, &events);
        }
        let gone: Vec<RowId> = gone.into_iter().flat_map(rows).map(RowId).collect();
        index.remove(&gone);
        let gone: HashSet<i64> = gone.into_iter().map(|row| row.0).collect();
        expected.retain(|row, _| !gone.contains(row));
        for actor in 0..3_u8 {
            let query = read(&format!("actor:=a{actor}"));
            let (found, _) = answer(&index, &query, &Ask::default(), &[]);
            let wanted: Vec<RowId> =
                expected.iter().rev().filter(|(_, by)| **by == actor).map(|(row, _)| RowId(*row)).collect();
            prop_assert_eq!(found.rows.page(0, usize::MAX), wanted);
        }
        prop_assert_eq!(index.count(), expected.len());
        for place in (0..60).map(|place| place * each) {
            prop_assert_eq!(index.contains(RowId(place)), expected.contains_key(&place));
        }
    }
}

#[test]
fn a_lifecycle_is_one_entity_in_one_place_oldest_first() {
    let mut events: Vec<Event> = (0..6).rev().map(|row| event_by(row, 0)).collect();
    events.push(Event { scope: Some("x".into()), ..event_by(10, 0) });
    events.push(Event { source: "t".into(), ..event_by(12, 0) });
    let index = index_of(&events);
    let entity = Entity { kind: None, id: Some("e0".into()), name: Some("renamed".into()) };
    assert_eq!(index.lifecycle("s", None, &entity), [0, 2, 4, 10].map(RowId));
    assert_eq!(index.lifecycle("s", Some("x"), &entity), [RowId(10)]);
    assert_eq!(index.lifecycle("u", None, &entity), []);
    let nameless = Entity { kind: None, id: None, name: Some("2".into()) };
    assert_eq!(index.lifecycle("s", None, &nameless), []);
}

#[test]
fn what_is_known_is_not_asked_for_again() {
    let (mut index, mut numbers) = (Index::default(), Numbers::default());
    let row = numbers.row(&event_by(1, 0));
    let lacks = index.lacks(&[row], &[]);
    assert_eq!((lacks.entities_above, lacks.words), (0, vec![row.action]));
    index.learn(std::mem::take(&mut numbers.new));
    let lacks = index.lacks(&[row], &[]);
    assert_eq!((lacks.entities_above, lacks.actors_above, lacks.feeds_above), (1, 1, 1));
    assert!(lacks.words.is_empty());
}
