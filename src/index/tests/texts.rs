//! Conditions on texts of rows that have come to rest, against the plain evaluation of a query.

use super::*;
use crate::domain::SealedRows;
use crate::query::{Filter, TextsBuilder};

/// What became of a row after the rows around it were sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Nothing.
    Same,
    /// It said something else.
    Changed,
    /// It came afterwards.
    Late,
    /// It said something else and is gone.
    Gone,
}

/// So many rows, and whether they are sealed and what became of each.
type Stretch = (usize, bool, Vec<Fate>);

fn stretches() -> impl Strategy<Value = Vec<Stretch>> {
    let fate = prop_oneof![
        6 => Just(Fate::Same),
        1 => Just(Fate::Changed),
        1 => Just(Fate::Late),
        1 => Just(Fate::Gone),
    ];
    let stretch = (1..9_usize, any::<bool>(), prop::collection::vec(fate, 9));
    prop::collection::vec(stretch, 1..8)
}

/// The columns of rows as they were sealed.
fn seal(number: i64, rows: &[IndexRow], events: &[Event], place: (i64, i64)) -> (SealedRows, Vec<u8>) {
    let mut texts = TextsBuilder::default();
    for event in events {
        texts.push(&event.record);
    }
    let texts = texts.finish();
    let filter = Filter::over(&Texts::read(texts.clone()).unwrap());
    let sealed = SealedRows {
        number,
        from: place.0,
        to: place.1,
        rows: rows.iter().map(|row| row.row.0).collect(),
        times: rows.iter().filter_map(|row| Some((row.row.0, row.time?))).collect(),
        feeds: rows.iter().map(|row| row.feed).collect(),
        entities: rows.iter().map(|row| row.entity).collect(),
        actors: rows.iter().map(|row| row.actor).collect(),
        deeds: (0..rows.len() as u32).collect(),
        words: rows.iter().map(|row| (row.action, row.raw_action)).collect(),
        sets: rows.iter().map(|row| row.set).collect(),
        marks: rows.iter().map(|row| row.marks).collect(),
        filter,
        late: Vec::new(),
        gone: Vec::new(),
    };
    (sealed, texts)
}

/// An index over `events`, which stand oldest first, in stretches; the events that are there in the end, and
/// the texts of what is sealed.
fn arrange(events: &[Event], stretches: &[Stretch]) -> (Index, Vec<Event>, BTreeMap<i64, Vec<u8>>) {
    let (mut index, mut numbers) = (Index::default(), Numbers::default());
    let (mut there, mut all_texts) = (Vec::new(), BTreeMap::new());
    let mut rest = events;
    for (number, (length, is_sealed, fates)) in (1..).zip(stretches.iter().cycle().take(60)) {
        let (here, after) = rest.split_at((*length).min(rest.len()));
        let (Some(first), true) = (here.first(), *is_sealed) else {
            fill(&mut index, &mut numbers, here);
            there.extend_from_slice(here);
            rest = after;
            continue;
        };
        let before = |at: usize, event: &Event| Event {
            record: Record { time: event.record.time, ..events[(at * 7 + 3) % events.len()].record.clone() },
            ..event.clone()
        };
        let sealed_events: Vec<Event> = here
            .iter()
            .enumerate()
            .filter_map(|(at, event)| match fates[at] {
                Fate::Same => Some(event.clone()),
                Fate::Changed | Fate::Gone => Some(before(at, event)),
                Fate::Late => None,
            })
            .collect();
        let to = after.first().map_or(i64::MAX, |next| next.row.0);
        let rows: Vec<IndexRow> = sealed_events.iter().map(|event| numbers.row(event)).collect();
        let (mut sealed, texts) = seal(number, &rows, &sealed_events, (first.row.0, to));
        let late = |fate: Fate| matches!(fate, Fate::Changed | Fate::Late);
        let with_fates = || here.iter().zip(fates);
        let changed = with_fates().filter(|(_, fate)| late(**fate));
        sealed.late = changed.map(|(event, _)| numbers.row(event)).collect();
        let gone = with_fates().filter(|(_, fate)| **fate == Fate::Gone);
        sealed.gone = gone.map(|(event, _)| event.row).collect();
        index.learn(std::mem::take(&mut numbers.new));
        index.seal(sealed);
        all_texts.insert(number, texts);
        there.extend(with_fates().filter(|(_, fate)| **fate != Fate::Gone).map(|(event, _)| event.clone()));
        rest = after;
    }
    (index, there, all_texts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_texts_and_events_say_together_is_what_the_query_matches(
        events in events(),
        text in queries(),
        stretches in stretches(),
    ) {
        let query = read(&text);
        let (index, there, texts) = arrange(&events, &stretches);
        let mut content = FromList { texts, ..FromList::of(&there) };
        let mut search = index.search(&query, &Ask::default());
        let Ok(()) = search.finish(&mut content);
        let expected: Vec<RowId> =
            there.iter().rev().filter(|event| query.matches(event)).map(|event| event.row).collect();
        prop_assert_eq!(search.survey().rows.page(0, usize::MAX), expected, "{}", text);
        prop_assert_eq!(index.count(), there.len());
    }
}

fn story() -> Vec<Event> {
    let events = (0..60).map(|row| {
        let mut event = event_by(row * 10, 0);
        event.record.summary = Some(format!("Moved orders to shard {}", row % 7));
        event.record.facts = vec![Fact { name: "toVersion".into(), value: format!("v{row}") }];
        let (before, after) = (Some(json!(row)), Some(json!("Upsert")));
        event.record.changes = vec![Change { path: "config.mode".into(), op: Op::Set, before, after }];
        event.record.error = (row % 20 == 0).then(|| "Connection REFUSED".to_owned());
        event
    });
    events.collect()
}

#[test]
fn words_are_found_without_reading_events() {
    let events = story();
    let (index, _, texts) = arrange(&events, &[(20, true, vec![Fate::Same; 20])]);
    for (text, found, asked, scanned) in [
        ("shard", 60, 0, 3),
        ("\"SHARD 3\"", 9, 0, 3),
        ("serializable", 0, 0, 0),
        ("error:refused", 3, 0, 3),
        ("-error:refused upsert", 57, 0, 3),
        ("field:mode->upsert", 60, 0, 3),
        ("field:mode<-41", 1, 0, 3),
        ("version:41", 1, 0, 3),
        ("has:version", 60, 0, 3),
        ("n390", 1, 1, 1),
        ("id:N390", 1, 1, 1),
        ("/REFUSED$/", 3, 3, 3),
        ("/refused$/", 0, 3, 3),
        ("/serial(iz)+able/", 0, 0, 0),
        ("a0 serializable", 0, 0, 0),
        ("@toVersion:1", 0, 60, 3),
    ] {
        let mut content = FromList { texts: texts.clone(), ..FromList::of(&events) };
        let mut search = index.search(&read(text), &Ask::default());
        let Ok(()) = search.finish(&mut content);
        assert_eq!((search.count(), content.asked, content.scanned), (found, asked, scanned), "{text}");
    }
}

#[test]
fn an_event_is_found_by_its_name_alone() {
    let mut events = story();
    events[41].id = "3kq0x8v2m4n6p1rt".parse().unwrap();
    let (index, _, texts) = arrange(&events, &[(20, true, vec![Fate::Same; 20])]);
    for text in ["3KQ0x8v2m4n6p1rt", "id:3kq0x8v2m4n6p1rt"] {
        let mut content = FromList { texts: texts.clone(), ..FromList::of(&events) };
        let mut search = index.search(&read(text), &Ask::default());
        let Ok(()) = search.finish(&mut content);
        assert_eq!((search.rows().first(), search.count()), (Some(RowId(410)), 1), "{text}");
        assert_eq!(content.asked, 0);
    }
}

#[test]
fn texts_that_were_put_away_anew_are_replaced_by_events() {
    let events = story();
    let (index, _, _) = arrange(&events, &[(20, true, vec![Fate::Same; 20])]);
    let (survey, asked) = answer(&index, &read("\"shard 3\""), &Ask::default(), &events);
    assert_eq!((survey.rows.len(), asked), (9, 60));
}

#[test]
fn late_rows_stay_in_their_stretch_and_many_cut_it() {
    let events: Vec<Event> = (0..4000).map(|row| event_by(row * 10, 0)).collect();
    let (mut index, mut numbers) = (Index::default(), Numbers::default());
    let rows: Vec<IndexRow> = events.iter().map(|event| numbers.row(event)).collect();
    let (sealed, texts) = seal(1, &rows, &events, (0, 40_000));
    index.learn(std::mem::take(&mut numbers.new));
    index.seal(sealed);
    let late: Vec<Event> = (0..3000).map(|row| event_by(row * 13 + 3, 1)).collect();
    fill(&mut index, &mut numbers, &late);
    let mut all: Vec<Event> = events.into_iter().chain(late).collect();
    all.sort_by_key(|event| event.row);
    all.dedup_by_key(|event| event.row);
    let mut content = FromList { texts: BTreeMap::from([(1, texts)]), ..FromList::of(&all) };
    let mut search = index.search(&read("summary:x OR n130"), &Ask::default());
    let Ok(()) = search.finish(&mut content);
    // The rows that are known need no event but the one whose id might be meant.
    assert!((2900..3010).contains(&content.asked), "{}", content.asked);
    let expected: Vec<RowId> = all
        .iter()
        .filter(|event| event.record.identity.native() == Some("n130"))
        .map(|event| event.row)
        .collect();
    assert_eq!(search.rows().page(0, 9), expected);
    assert_eq!(index.count(), all.len());
}
