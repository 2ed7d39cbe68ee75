//! The index against the plain evaluation of a query, and the columns against a sorted map.

use std::collections::BTreeMap;
use std::convert::Infallible;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::{
    Action, Actor, ActorKind, Change, Detail, EventId, Fact, Identity, LinkState, Op, Record, Status,
    Timestamp, Zone,
};
use crate::query::{self, Context, FIELDS, Kind};

const DAY: i64 = 86_400_000;

/// 1 April 2026, 00:00 UTC.
const NOW: i64 = 1_775_001_600_000;

fn words() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "alpha", "Beta", "STRASSE", "Straße", "ΟΔΟΣ", "οδος", "Ärger", "a*b", "İx", "1", "",
    ])
    .prop_map(str::to_owned)
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    prop::option::of(words())
}

fn times() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => (-3 * 24..3 * 24_i64).prop_map(|hours| NOW + hours * 3_600_000),
        2 => (-3..3_i64).prop_map(|off| NOW + off),
        1 => prop::sample::select(vec![i64::MIN, i64::MAX, 0, 1 << 44, -(1 << 45)]),
    ]
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let value = prop::option::of(prop_oneof![
        words().prop_map(|word| json!(word)),
        Just(json!(null)),
        Just(json!(3)),
        Just(json!("••••")),
        Just(json!({"a": ["Beta"]})),
    ]);
    let path = prop::sample::select(vec!["mode", "config.mode", "steps[a.b].version", "Straße"]);
    let change = (path, value.clone(), value).prop_map(|(path, before, after)| Change {
        path: path.into(),
        op: Op::Set,
        before,
        after,
    });
    prop::collection::vec(change, 0..3)
}

fn records() -> impl Strategy<Value = (Record, &'static str, Option<&'static str>)> {
    let action = prop::sample::select(vec!["update", "Rolled_Back", "gdpr_erasure", "restore", "", "Ärger"]);
    let kinds = prop::sample::select(ActorKind::ALL.to_vec());
    let who = (maybe(), maybe(), maybe(), maybe(), maybe(), kinds);
    let texts = (maybe(), maybe(), maybe(), maybe(), changes());
    let rest = (
        action,
        prop::sample::select(Status::ALL.to_vec()),
        times(),
        prop::sample::select(vec!["alpha", "Beta-2"]),
        prop::option::of(Just("scope")),
        any::<bool>(),
    );
    (who, texts, rest).prop_map(|(who, texts, (action, status, time, source, scope, versioned))| {
        let record = Record {
            identity: Identity::Content(String::new()),
            time: Timestamp::from_millis(time),
            action: Action::from_word(action),
            raw_action: Some(action.to_owned()).filter(|word| !word.is_empty()),
            entity: Entity { kind: who.0, id: who.1, name: who.2 },
            actor: Actor { kind: who.5, id: who.3, name: who.4 },
            status,
            error: texts.0,
            summary: texts.1,
            ai_summary: texts.2,
            changes: texts.4,
            detail: Detail::Nothing,
            set: texts.3,
            url: None,
            facts: versioned
                .then(|| Fact { name: "toVersion".into(), value: "3".into() })
                .into_iter()
                .collect(),
            raw: r#"{"a":{"b":3},"when":"2026-04-01T00:00:00Z"}"#.into(),
        };
        (record, source, scope)
    })
}

/// Events with places as the store gives them out: the next free one from the preferred place on. A
/// tenth of them pretend that all places of their own millisecond were taken.
fn events() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec((records(), 0..10_u8), 0..40).prop_map(|records| {
        let mut taken = BTreeMap::new();
        for (number, ((mut record, source, scope), crowded)) in records.into_iter().enumerate() {
            record.identity = Identity::Native(number.to_string());
            let id = EventId::derive(source, scope, &record.identity);
            let next = RowId::floor(record.time.plus_millis(1));
            let mut row = if crowded == 0 { next } else { RowId::preferred(record.time, id) };
            while taken.contains_key(&row) {
                row.0 += 1;
            }
            let event = Event {
                row,
                id,
                source: source.into(),
                feed: "f".into(),
                scope: scope.map(Into::into),
                count: 1,
                link: if crowded % 3 == 1 { LinkState::Broken } else { LinkState::Open },
                record,
            };
            taken.insert(row, event);
        }
        taken.into_values().collect()
    })
}

/// Terms that are read: every key with values that occur, and text.
fn terms() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        words().prop_map(|word| format!("\"{word}\"")),
        prop::sample::select(vec![
            "a*",
            "*a",
            "=alpha",
            "~ra",
            "/a/",
            "/^[A-Z]/i",
            "ärger",
            "update,\"\"",
            "ς"
        ])
        .prop_map(str::to_owned),
    ];
    let text_keys: Vec<_> =
        FIELDS.iter().filter(|row| matches!(row.kind, Kind::Text(_))).map(|row| row.key).collect();
    let listed: Vec<String> = FIELDS
        .iter()
        .filter_map(|row| if let Kind::Words(words) = row.kind { Some((row, words)) } else { None })
        .flat_map(|(row, words)| words.iter().map(move |word| format!("{}:{}", row.key, word.word)))
        .collect();
    prop_oneof![
        3 => (prop::sample::select(text_keys), value.clone()).prop_map(|(key, value)| format!("{key}:{value}")),
        2 => prop::sample::select(listed),
        1 => words().prop_map(|word| format!("\"{word}\"")),
        1 => prop::sample::select(vec![
            "since:today", "until:yesterday", "on:2026-04-01", "on:>2026-03-30", "on:2026-04-01T00:00:00.000",
            "on:2026-03-31T23:59:59.999,2026-04-01T00:00:00.001", "around:2026-04-01~1h", "since:0001-01-01",
            "until:9999", "field:mode", "field:mode->\"Beta\"", "field:*<-3", "version:3", "version:>3", "@a.b:>2",
            "@when:2026..", "ra", "/ß/",
        ]).prop_map(str::to_owned),
    ]
}

fn queries() -> impl Strategy<Value = String> {
    let tree = terms().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            inner.prop_map(|inner| format!("-({inner})")),
        ]
    });
    prop_oneof![9 => tree, 1 => Just(String::new())]
}

fn read(text: &str) -> Query {
    let context = Context { now: Timestamp::from_millis(NOW + DAY / 2), zone: Zone::Utc, me: None };
    query::parse(text, &context).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Answers from a list of events, and counts how many it was asked for.
fn from_list<'a>(
    events: &'a [Event],
    asked: &'a mut usize,
) -> impl FnMut(&[RowId]) -> Result<Vec<Event>, Infallible> {
    |rows| {
        *asked += rows.len();
        assert!(rows.is_sorted_by(|a, b| a > b) && rows.len() <= CHUNK);
        Ok(events.iter().filter(|event| rows.contains(&event.row)).cloned().collect())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_selection_is_what_the_query_matches(events in events(), text in queries()) {
        let query = read(&text);
        let mut index = Index::default();
        index.insert(events.iter().map(IndexRow::of));
        let mut asked = 0;
        let Ok(selection) = index.select(&query, &mut from_list(&events, &mut asked));
        let expected: Vec<RowId> =
            events.iter().rev().filter(|event| query.matches(event)).map(|event| event.row).collect();
        prop_assert_eq!(&*selection.rows, expected, "{}", text);
        prop_assert_eq!(selection.of, events.len());
    }

    #[test]
    fn rows_in_any_order_end_up_sorted_once(
        batches in prop::collection::vec(prop::collection::vec((0..60_i64, 0..3_u8), 0..12), 0..8),
        gone in prop::collection::vec(0..60_i64, 0..10),
        eager in any::<bool>(),
    ) {
        let mut index = Index::default();
        let mut expected = BTreeMap::new();
        for batch in batches {
            expected.extend(batch.iter().copied());
            index.insert(batch.into_iter().map(|(row, actor)| row_by(row, actor)));
            if eager {
                index.count();
            }
        }
        let gone: Vec<RowId> = gone.into_iter().map(RowId).collect();
        index.remove(&gone);
        expected.retain(|row, _| !gone.contains(&RowId(*row)));
        for actor in 0..3_u8 {
            let found = index.narrow(&read(&format!("actor:=a{actor}")));
            let wanted: Vec<RowId> =
                expected.iter().rev().filter(|(_, by)| **by == actor).map(|(row, _)| RowId(*row)).collect();
            prop_assert_eq!(found.rows, wanted);
        }
        prop_assert_eq!(index.count(), expected.len());
    }
}

fn row_by(row: i64, actor: u8) -> IndexRow {
    IndexRow {
        row: RowId(row),
        source: "s".into(),
        feed: "f".into(),
        scope: None,
        entity: Arc::new(Entity {
            kind: None,
            id: Some(format!("e{}", row % 2)),
            name: Some(format!("{row}")),
        }),
        actor: Arc::new(Actor { kind: ActorKind::User, id: Some(format!("a{actor}")), name: None }),
        action: Action::Update,
        raw_action: None,
        status: Status::Success,
        set: (row % 3 == 0).then(|| format!("Set-{row}").into()),
        parts: crate::domain::Parts::default(),
    }
}

#[test]
fn structured_conditions_need_no_events() {
    let mut index = Index::default();
    index.insert((0..10_000).map(|row| IndexRow { row: RowId(row << 18), ..row_by(row, (row % 3) as u8) }));
    for (text, count, open) in [
        ("", 10_000, 0),
        ("actor:a1 -entity:=e1", 1666, 0),
        ("status:failed OR is:system", 0, 0),
        ("has:diff error:x", 0, 0),
        ("action:update since:1970-01-01T00:00:05", 5000, 1),
        ("set:set-1", 0, 0),
        ("set:SET-3", 1, 1),
        ("a1", 10_000, 6667),
        ("status:failed refused", 0, 0),
    ] {
        let found = index.narrow(&read(text));
        assert_eq!((found.rows.len(), found.open()), (count, open), "{text}");
    }
}

#[test]
fn a_refusal_ends_the_query() {
    let mut index = Index::default();
    index.insert((0..2000).map(|row| row_by(row, 0)));
    let mut asked = 0;
    let answer = index.select(&read("summary:x"), &mut |rows: &[RowId]| {
        asked += rows.len();
        if asked > CHUNK { Err("cancelled") } else { Ok(Vec::new()) }
    });
    assert_eq!((answer, asked), (Err("cancelled"), 2 * CHUNK));
}

#[test]
fn a_lifecycle_is_one_entity_in_one_place_oldest_first() {
    let mut index = Index::default();
    index.insert((0..6).rev().map(|row| row_by(row, 0)));
    index.insert([
        IndexRow { scope: Some("x".into()), ..row_by(10, 0) },
        IndexRow { source: "t".into(), ..row_by(12, 0) },
    ]);
    let entity = Entity { kind: None, id: Some("e0".into()), name: Some("renamed".into()) };
    assert_eq!(index.lifecycle("s", None, &entity), [0, 2, 4, 10].map(RowId));
    assert_eq!(index.lifecycle("s", Some("x"), &entity), [RowId(10)]);
    assert_eq!(index.lifecycle("u", None, &entity), []);
}

#[test]
fn positions_are_found_from_the_newest() {
    let mut index = Index::default();
    index.insert([5, 1, 9, 7].map(|row| row_by(row, 0)));
    let Ok(selection) = index.select(&Query::all(), &mut from_list(&[], &mut 0));
    assert_eq!(*selection.rows, [9, 7, 5, 1].map(RowId));
    assert_eq!(selection.position(RowId(7)), Some(1));
    assert_eq!(selection.position(RowId(6)), None);
    for (row, at) in [(10, 0), (9, 0), (8, 1), (6, 2), (1, 3), (0, 4)] {
        assert_eq!(selection.at_or_older(RowId(row)), at, "{row}");
    }
    assert!(index.contains(RowId(5)) && !index.contains(RowId(6)));
}
