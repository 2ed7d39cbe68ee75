//! An app in a world of fabricated events, and an outside that answers effects from memory.

mod list;
mod seen;
mod world;

use std::collections::VecDeque;
use std::sync::Arc;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::domain::{
    Ask, Case, Clue, Entity, Event, Neighbours, RowId, Rows, Survey, Suspect, Suspects, rank,
};
use crate::index::narrow;
use crate::index::tests::{clues_of, profile_of, survey_of};
use crate::query::complete;
use crate::query::{Query, Told};
use crate::tui::{Answer, App, Effect, Message, Settings};
use list::arranged;

pub(in crate::tui) use list::answer_of;
pub(in crate::tui) use seen::{line, place, selected, status};
pub(in crate::tui) use world::{NOW, diff, event, many, set, settings, source, sources, story, user};

/// An app and an outside that answers it from memory.
pub(in crate::tui) struct Bench {
    pub(in crate::tui) app: App,
    /// The cache, newest first.
    pub(in crate::tui) cache: Vec<Arc<Event>>,
    /// What was asked and not answered here, oldest first.
    pub(in crate::tui) asked: Vec<Effect>,
    /// Whether questions about values and counts are left unanswered.
    pub(in crate::tui) silent: bool,
}

impl Bench {
    /// An app of that size over a cache with `events`.
    pub(in crate::tui) fn new(size: (u16, u16), events: Vec<Event>) -> Self {
        Self::with(settings(size), events)
    }

    pub(in crate::tui) fn with(settings: Settings, events: Vec<Event>) -> Self {
        let sources = settings.sources.clone();
        let (app, effects) = App::new(settings);
        let mut bench = Self { app, cache: Vec::new(), asked: Vec::new(), silent: false };
        bench.fill(events);
        bench.answer(effects);
        bench.tell(Message::Sources(sources));
        bench
    }

    fn fill(&mut self, events: Vec<Event>) {
        self.cache.extend(events.into_iter().map(Arc::new));
        self.cache.sort_by_key(|event| std::cmp::Reverse(event.row));
    }

    /// Sends a message and answers what comes of it, until nothing does.
    pub(in crate::tui) fn tell(&mut self, message: Message) {
        let effects = self.app.update(message);
        self.answer(effects);
    }

    /// Events come into the cache.
    pub(in crate::tui) fn arrive(&mut self, events: Vec<Event>) {
        let new = events.len() as u64;
        self.fill(events);
        self.tell(Message::CacheGrew { new });
    }

    /// Presses keys: each character is one, names stand between angle brackets.
    pub(in crate::tui) fn press(&mut self, keys: &str) {
        for key in keys_of(keys) {
            self.tell(Message::Key(key));
        }
    }

    fn answer(&mut self, effects: Vec<Effect>) {
        let mut open: VecDeque<Effect> = effects.into();
        while let Some(effect) = open.pop_front() {
            let message = match effect {
                Effect::Query { generation, ref query, how, ref open } => {
                    let query = &self.told(query);
                    let selected: Vec<&Arc<Event>> =
                        self.cache.iter().filter(|event| query.matches(event)).collect();
                    let list = arranged(&selected, &how, open);
                    let answer = Answer { list, how, of: self.cache.len(), whole: true };
                    Message::Answer { generation, result: Ok(answer) }
                }
                Effect::Load { ref rows } => Message::Events(
                    self.cache.iter().filter(|event| rows.contains(&event.row)).cloned().collect(),
                ),
                Effect::Lifecycle { source, entity } => self.life(source, entity),
                Effect::Profile { actor, zone } => {
                    let profile = Box::new(profile_of(&self.events(), &actor, zone));
                    Message::Profile { actor, result: Ok((profile, self.cache.clone())) }
                }
                Effect::Suspects { ref query, case } => self.suspects(query, case),
                Effect::Neighbours { generation, row, ref among } if !self.silent => {
                    Message::Neighbours { generation, result: Ok(self.neighbours(row, among)) }
                }
                Effect::Find { ref query, from, newer } => self.found(query, from, newer),
                Effect::Values { asker, generation, key, ref rest, ref typed } if !self.silent => {
                    let values = complete::best(typed, self.values(key, rest));
                    Message::Values { asker, generation, key, values }
                }
                Effect::Search { generation, ref query } => {
                    let rows = self.cache.iter().filter(|event| query.matches(event)).map(|event| event.row);
                    Message::Matches { generation, result: Ok(rows.collect()) }
                }
                Effect::Survey { generation, ref query, ref ask, ref typed } if !self.silent => {
                    let survey = self.survey(query, ask, typed);
                    Message::Surveyed { generation, result: Ok(survey) }
                }
                Effect::Bookmarks { ref ids } => Message::Bookmarks(
                    self.cache.iter().filter(|event| ids.contains(&event.id)).cloned().collect(),
                ),
                Effect::Watch { ref query } => self.watched(query),
                Effect::Newest { ref query } => {
                    let newest = self.cache.iter().find(|event| query.matches(event)).cloned();
                    Message::Newest { result: Ok(newest) }
                }
                Effect::CountNew { generation, ref views } => {
                    let count =
                        |query: &Query| self.cache.iter().filter(|event| query.matches(event)).count();
                    let counts = views.iter().map(|(name, query)| (name.clone(), count(query)));
                    Message::NewCounts { generation, counts: counts.collect() }
                }
                other => {
                    self.asked.push(other);
                    continue;
                }
            };
            open.extend(self.app.update(message));
        }
    }

    fn found(&self, query: &Query, from: RowId, newer: bool) -> Message {
        let found = |event: &&Arc<Event>| {
            query.matches(event) && (if newer { event.row > from } else { event.row < from })
        };
        let mut all = self.cache.iter().filter(found).map(|event| event.row);
        Message::Found { from, result: Ok(if newer { all.next_back() } else { all.next() }) }
    }

    fn life(&self, source: Arc<str>, entity: Entity) -> Message {
        let same = |event: &&Arc<Event>| event.source == source && event.record.entity.same_as(&entity);
        let events = self.cache.iter().filter(same).cloned().collect();
        Message::Lifecycle { source, entity, result: Ok(events) }
    }

    fn watched(&self, query: &Query) -> Message {
        let query = self.told(query);
        let found: Vec<_> = self.cache.iter().filter(|event| query.matches(event)).collect();
        Message::Watched(found.first().map(|event| (Arc::clone(event), found.len())))
    }

    /// What the index says of the changes before a moment.
    fn suspects(&self, query: &Query, case: Case) -> Message {
        let from = case.at.plus_millis(-case.window);
        let is_before = |event: &&Arc<Event>| (from..case.at).contains(&event.record.time);
        let before = self.cache.iter().filter(|event| query.matches(event)).filter(is_before);
        let clues = clues_of(&self.events(), &before.map(|event| event.row).collect());
        let of = clues.len();
        let suspect = |clue: Clue| {
            let event = self.cache.iter().find(|event| event.row == clue.row)?;
            Some(Suspect::of(event.clone(), &clue, &case))
        };
        let found = rank(clues, &case, 9).into_iter().filter_map(suspect).collect();
        Message::Suspects { case, result: Ok(Suspects { case, of, found }) }
    }

    /// What stands next to an event among what each of these queries selects.
    fn neighbours(&self, row: RowId, among: &[Query]) -> Vec<Neighbours> {
        let near = |query: &Query| {
            let selected = self.cache.iter().filter(|event| query.matches(event));
            let rows: Rows = selected.map(|event| event.row).collect();
            let (newer, older) = Neighbours::places(&rows, row, 6);
            let read = |rows: Vec<RowId>| {
                self.cache.iter().filter(|event| rows.contains(&event.row)).cloned().collect()
            };
            let others = rows.len() - usize::from(rows.position(row).is_some());
            Neighbours { others, newer: read(newer), older: read(older) }
        };
        among.iter().map(near).collect()
    }

    /// The cache, oldest first.
    fn events(&self) -> Vec<Event> {
        self.cache.iter().rev().map(|event| (**event).clone()).collect()
    }

    /// What the index says of these events.
    fn survey(&self, query: &Query, ask: &Ask, typed: &str) -> Survey {
        let survey = survey_of(&self.events(), &self.told(query), ask);
        let narrowed = |facet| if typed.is_empty() { facet } else { narrow(facet, typed, ask.top) };
        Survey { facets: survey.facets.into_iter().map(narrowed).collect(), ..survey }
    }

    /// The query, told what the user marked.
    fn told(&self, query: &Query) -> Query {
        let user = &self.app.user;
        let row = |event: &Arc<Event>| event.row;
        let marked = self.cache.iter().filter(|event| user.bookmarks.contains(&event.id)).map(row);
        let notes = self.cache.iter().filter_map(|event| Some((event.row, Arc::from(user.note(event.id)?))));
        let watched = self.cache.iter().filter(|event| {
            user.watched
                .iter()
                .any(|(source, entity)| *source == event.source && entity.same_as(&event.record.entity))
        });
        let mut query = query.clone();
        for id in query.unknown_anchors() {
            if let Some(event) = self.cache.iter().find(|event| event.id == id) {
                query = query.anchored(id, event.record.time);
            }
        }
        query.marked(&Told {
            bookmarked: marked.collect(),
            notes: notes.collect(),
            watched: watched.map(row).collect(),
            ..Told::default()
        })
    }

    /// The values of a key under a query, in the order they are met.
    pub(in crate::tui) fn values(&self, key: &str, rest: &Query) -> Vec<complete::Value> {
        let mut values: Vec<complete::Value> = Vec::new();
        for event in self.cache.iter().filter(|event| rest.matches(event)) {
            let record = &event.record;
            let (value, name) = match key {
                "type" => (record.entity.kind.clone(), None),
                "action" => (Some(record.action.word().to_owned()), None),
                "source" => (Some(event.source.to_string()), None),
                "status" => (Some(record.status.word().to_owned()), None),
                "entity" => (record.entity.id.clone(), record.entity.name.clone()),
                "actor" => (record.actor.id.clone(), record.actor.name.clone()),
                _ => (None, None),
            };
            let Some(value) = value.or_else(|| name.clone()) else { continue };
            let name = name.filter(|name| *name != value);
            match values.iter_mut().find(|known| known.value == value) {
                Some(known) => known.count += 1,
                None => values.push(complete::Value { value, name, count: 1 }),
            }
        }
        values
    }

    /// The timers asked for since this was last called, without their times.
    pub(in crate::tui) fn take_asked(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.asked)
    }

    /// The same without the timers.
    pub(in crate::tui) fn take_work(&mut self) -> Vec<Effect> {
        let is_work = |effect: &Effect| !matches!(effect, Effect::Timer { .. });
        self.take_asked().into_iter().filter(is_work).collect()
    }
}

fn keys_of(text: &str) -> Vec<KeyEvent> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let name = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')).map(|(name, _)| name);
        let key = name.and_then(|name| {
            Some(match name {
                "enter" => KeyCode::Enter.into(),
                "esc" => KeyCode::Esc.into(),
                "tab" => KeyCode::Tab.into(),
                "backspace" => KeyCode::Backspace.into(),
                "down" => KeyCode::Down.into(),
                "up" => KeyCode::Up.into(),
                "left" => KeyCode::Left.into(),
                "a-right" => KeyEvent::new(KeyCode::Right, KeyModifiers::ALT),
                "a-left" => KeyEvent::new(KeyCode::Left, KeyModifiers::ALT),
                "f2" => KeyCode::F(2).into(),
                _ => KeyEvent::new(
                    KeyCode::Char(name.strip_prefix("c-")?.chars().next()?),
                    KeyModifiers::CONTROL,
                ),
            })
        });
        rest = &rest[if key.is_some() { name.map_or(0, str::len) + 2 } else { c.len_utf8() }..];
        keys.push(key.unwrap_or_else(|| KeyCode::Char(c).into()));
    }
    keys
}
