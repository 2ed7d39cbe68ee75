//! Random events and queries, and the numbers that a store would give them.

mod rows;
mod selects;
mod surveys;
mod texts;

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::search::CHUNK;
use super::{Content, Index};
use crate::domain::{
    Action, Actor, ActorKind, Ask, Change, Clue, Detail, Entity, Event, EventId, Fact, Fate, FeedNames,
    Identity, IndexRow, LinkState, Marks, Op, Parts, Profile, Record, RowId, Rows, Status, Survey, Timestamp,
    Vocabulary, Zone,
};
use crate::query::{self, Context, FIELDS, Kind, Marked, Query, Texts, Told, fingerprint};

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
            documents: None,
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
pub(super) fn events() -> impl Strategy<Value = Vec<Event>> {
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
                fate: (crowded % 4 == 2).then(|| {
                    let gone_at = (crowded == 2).then_some(record.time);
                    Box::new(Fate { gone_at, edits: u64::from(crowded == 6), ..Fate::default() })
                }),
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
pub(super) struct FromList<'a> {
    events: &'a [Event],
    /// Texts by the number of the rows that were sealed.
    texts: BTreeMap<i64, Vec<u8>>,
    asked: usize,
    /// How often texts were asked for.
    scanned: usize,
}

impl<'a> FromList<'a> {
    pub(super) fn of(events: &'a [Event]) -> Self {
        Self { events, texts: BTreeMap::new(), asked: 0, scanned: 0 }
    }
}

impl Content for FromList<'_> {
    type Error = Infallible;

    fn events(&mut self, rows: &[RowId]) -> Result<Vec<Event>, Infallible> {
        self.asked += rows.len();
        assert!(rows.is_sorted_by(|a, b| a > b) && rows.len() <= CHUNK);
        Ok(self.events.iter().filter(|event| rows.contains(&event.row)).cloned().collect())
    }

    fn texts(&mut self, number: i64) -> Result<Option<Texts>, Infallible> {
        self.scanned += 1;
        Ok(self.texts.get(&number).cloned().and_then(Texts::read))
    }

    fn find(&mut self, event: EventId) -> Result<Option<RowId>, Infallible> {
        Ok(self.events.iter().find(|it| it.id == event).map(|it| it.row))
    }

    fn go_on(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Some events are bookmarked, some have notes, the newer half is new.
fn marks(events: &[Event]) -> Told {
    let every = |step: usize| events.iter().step_by(step).map(|event| event.row);
    let notes = every(2).zip(["alpha", "Beta ς"].into_iter().cycle());
    Told {
        bookmarked: every(3).collect(),
        notes: notes.map(|(row, note)| (row, note.into())).collect(),
        watched: every(4).collect(),
        new: events.get(events.len() / 2).map_or_else(Marked::default, |event| Marked::Above(event.row)),
        first: every(5).collect(),
        last: every(7).collect(),
    }
}

/// Gives out numbers as the dictionaries of a store do.
#[derive(Default)]
struct Numbers {
    feeds: HashMap<FeedNames, u32>,
    entities: HashMap<Entity, u32>,
    actors: HashMap<Actor, u32>,
    words: HashMap<String, u32>,
    new: Vocabulary,
}

fn number<T: Clone + Eq + std::hash::Hash>(known: &mut HashMap<T, u32>, value: &T) -> (u32, bool) {
    let next = known.len() as u32 + 1;
    let number = *known.entry(value.clone()).or_insert(next);
    (number, number == next)
}

impl Numbers {
    fn word(&mut self, text: &str) -> u32 {
        let (number, is_new) = number(&mut self.words, &text.to_owned());
        if is_new {
            self.new.words.push((number, text.into()));
        }
        number
    }

    fn row(&mut self, event: &Event) -> IndexRow {
        let record = &event.record;
        let names = FeedNames {
            source: Arc::clone(&event.source),
            feed: Arc::clone(&event.feed),
            scope: event.scope.clone(),
        };
        let (feed, is_new) = number(&mut self.feeds, &names);
        self.new.feeds.extend(is_new.then_some((feed, names)));
        let (entity, is_new) = number(&mut self.entities, &record.entity);
        self.new.entities.extend(is_new.then(|| (entity, record.entity.clone())));
        let (actor, is_new) = number(&mut self.actors, &record.actor);
        self.new.actors.extend(is_new.then(|| (actor, record.actor.clone())));
        let action_word = if record.action == Action::Unknown { "" } else { record.action.word() };
        IndexRow {
            row: event.row,
            time: (event.row.time() != record.time).then_some(record.time),
            feed,
            entity,
            actor,
            action: self.word(action_word),
            raw_action: record.raw_action.as_deref().map_or(0, |word| self.word(word)),
            set: record.set.as_deref().map_or(0, fingerprint),
            marks: Marks::new(record.status, Parts::of_event(event)),
        }
    }
}

/// Takes events in as the runtime does.
fn fill<'a>(index: &mut Index, numbers: &mut Numbers, events: impl IntoIterator<Item = &'a Event>) {
    let rows: Vec<IndexRow> = events.into_iter().map(|event| numbers.row(event)).collect();
    index.learn(std::mem::take(&mut numbers.new));
    index.insert(rows);
}

pub(super) fn index_of(events: &[Event]) -> Index {
    let mut index = Index::default();
    fill(&mut index, &mut Numbers::default(), events);
    index
}

/// All that is known of what a query selects among these events.
/// What the index knows of an actor among `events`.
pub(crate) fn profile_of(events: &[Event], actor: &Actor, zone: Zone) -> Profile {
    index_of(events).profile(actor, zone, 12)
}

/// What the index knows of the events at `rows`.
pub(crate) fn clues_of(events: &[Event], rows: &Rows) -> Vec<Clue> {
    index_of(events).clues(rows)
}

pub(crate) fn survey_of(events: &[Event], query: &Query, ask: &Ask) -> Survey {
    answer(&index_of(events), query, ask, events).0
}

/// The answer to a query, and how many events had to be read for it.
fn answer(index: &Index, query: &Query, ask: &Ask, events: &[Event]) -> (Survey, usize) {
    let mut content = FromList::of(events);
    let mut search = index.search(query, ask);
    let Ok(()) = search.finish(&mut content);
    (search.survey(), content.asked)
}

/// Row number `row`, by one of a few actors, of one of two entities.
pub(super) fn event_by(row: i64, actor: u8) -> Event {
    let name = format!("{row}");
    Event {
        row: RowId(row),
        id: EventId([0; 10]),
        source: "s".into(),
        feed: "f".into(),
        scope: None,
        count: 1,
        link: LinkState::None,
        fate: None,
        record: Record {
            entity: Entity { kind: None, id: Some(format!("e{}", row % 2)), name: Some(name) },
            actor: Actor { kind: ActorKind::User, id: Some(format!("a{actor}")), name: None },
            action: Action::Update,
            status: Status::Success,
            documents: None,
            set: (row % 3 == 0).then(|| format!("Set-{row}")),
            ..Record::bare(Identity::Native(format!("n{row}")), RowId(row).time())
        },
    }
}
