//! A world of fabricated events, and an outside that answers effects from memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};

use crate::domain::{
    Action, Actor, ActorKind, Ask, Case, Change, Clue, Detail, Entity, Event, EventId, Fact, Heads, Identity,
    List, Neighbours, Op, Record, RowId, Rows, SourceState, SourceStatus, Status, Survey, Suspect, Suspects,
    Timestamp, UserData, View, Written, Zone, rank,
};
use crate::index::narrow;
use crate::index::tests::{clues_of, profile_of, survey_of};
use crate::query::complete;
use crate::query::{Arrangement, Directives, Group, Query, Sort, Told};
use crate::tui::theme::Theme;
use crate::tui::{Answer, App, Effect, Glyphs, Message, Notify, Settings, keymap::Keymap, view};

/// 2026-04-01T10:40:00Z.
pub(in crate::tui) const NOW: Timestamp = Timestamp::from_millis(1_775_040_000_000);

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// An event `minutes` before now, to be changed by the test.
pub(in crate::tui) fn event(minutes: i64, action: Action, kind: &str, name: &str) -> Event {
    let time = NOW.plus_millis(-minutes * MINUTE);
    let identity = Identity::Native(format!("ev-{minutes}-{name}"));
    let record = Record {
        raw_action: Some(action.word().to_owned()),
        entity: Entity {
            kind: Some(kind.to_owned()),
            id: Some(format!("{}_1", kind.chars().take(2).collect::<String>())),
            name: Some(name.to_owned()),
        },
        actor: Actor {
            kind: ActorKind::User,
            id: Some("u_7".into()),
            name: Some("jane.smith@example.com".into()),
        },
        status: Status::Success,
        summary: Some(format!("{} of {name}", action.word())),
        raw: json!({ "id": "ev", "action": action.word(), "changes": {} }).to_string().into(),
        action,
        ..Record::bare(identity, time)
    };
    Event::new("kaireon-prod", "kaireonai", None, record)
}

/// A field that the feed names with its new value only.
pub(in crate::tui) fn set(path: &str, after: Value) -> Change {
    Change { path: path.into(), op: Op::Set, before: None, after: Some(after) }
}

/// The events that most tests look at, newest first: one flow with a life, a connector that failed, a
/// service with a diff of its own.
pub(in crate::tui) fn story() -> Vec<Event> {
    let flow = "Default Recommendation Flow";
    let mut rollback = event(10, Action::Rollback, "decision_flow", flow);
    rollback.record.changes = vec![
        set("fromVersion", json!(7)),
        set("toVersion", json!(6)),
        set("newVersion", json!(8)),
        set("notes", json!("Reverting: conversions fell")),
    ];
    rollback.record.url = Some("https://playground.kaireonai.com/flows/de_1".into());
    let mut failed = event(25, Action::Update, "destination", "Orders to Snowflake");
    failed.source = "streamkap-prod".into();
    failed.feed = "streamkap".into();
    failed.record.status = Status::Failed;
    failed.record.error = Some("authentication failed for role LOADER".into());
    failed.record.summary = None;
    failed.record.ai_summary = Some(
        "The schema of the destination was changed, and the batch size went from 1,000 to 5,000.".into(),
    );
    failed.record.facts = vec![Fact { name: "connector type".into(), value: "snowflake".into() }];
    let mut publish = event(40, Action::Publish, "decision_flow", flow);
    publish.record.changes = vec![set("version", json!(7)), set("notes", json!("Spring campaign"))];
    let mut service = event(95, Action::Update, "service", "Orders");
    service.source = "micro-prod".into();
    service.feed = "microvisualizer".into();
    service.scope = Some("shop-backend".into());
    service.record.actor = Actor { kind: ActorKind::Key, id: None, name: Some("ci-deployer".into()) };
    service.record.detail = Detail::Fetched;
    service.record.changes = diff();
    let mut earlier = event(40 + 24 * 60, Action::Publish, "decision_flow", flow);
    earlier.record.changes = vec![set("version", json!(6))];
    let mut edited = event(41 + 24 * 60, Action::Update, "decision_flow", flow);
    edited.record.actor = Actor { kind: ActorKind::System, id: None, name: Some("system".into()) };
    let created = event(8 * 24 * 60, Action::Create, "decision_flow", flow);
    let mut asked = event(30 * 60, Action::Update, "service", "Payments");
    asked.source = "micro-prod".into();
    asked.feed = "microvisualizer".into();
    asked.record.detail = Detail::Available;
    vec![rollback, failed, publish, service, earlier, edited, asked, created]
}

/// One change of every sort.
pub(in crate::tui) fn diff() -> Vec<Change> {
    let change = |path: &str, op, before: Option<Value>, after: Option<Value>| Change {
        path: path.into(),
        op,
        before,
        after,
    };
    vec![
        change("owner", Op::Replace, Some(json!("team-shop")), Some(json!("team-orders"))),
        change("extras.sla", Op::Add, None, Some(json!("99.9"))),
        change("flows[checkout]", Op::Remove, Some(json!("checkout")), None),
        change(
            "description",
            Op::Replace,
            Some(json!(
                "Takes orders from the shop and hands them to the warehouse, once they are paid for in full"
            )),
            Some(json!("Takes orders from the shop and from partners, and hands them to the warehouse")),
        ),
        set("version", json!(12)),
    ]
}

pub(in crate::tui) fn source(name: &str, feed: &str, state: SourceState) -> SourceStatus {
    SourceStatus {
        state,
        events: 1_204,
        last_sync: Some(NOW.plus_millis(-2 * MINUTE)),
        ..SourceStatus::idle(&name.into(), feed, &format!("https://api.{feed}.com"))
    }
}

/// Three sources that are well.
pub(in crate::tui) fn sources() -> Vec<SourceStatus> {
    [("streamkap-prod", "streamkap"), ("kaireon-prod", "kaireonai"), ("micro-prod", "microvisualizer")]
        .map(|(name, feed)| source(name, feed, SourceState::Ready))
        .to_vec()
}

pub(in crate::tui) fn settings(size: (u16, u16)) -> Settings {
    let feeds =
        [("streamkap", "Streamkap"), ("kaireonai", "KaireonAI"), ("microvisualizer", "Microvisualizer")];
    Settings {
        keymap: Keymap::built_in(),
        theme: Theme::built_in("dark").unwrap(),
        zone: Zone::Utc,
        me: None,
        now: NOW,
        size,
        query: None,
        at: None,
        glyphs: Glyphs::Unicode,
        notify: Notify::Bell,
        spinner: true,
        user: UserData::default(),
        ages: false,
        follow: true,
        sources: sources(),
        feeds: feeds
            .into_iter()
            .map(|(id, name)| (id.into(), name.to_owned()))
            .collect::<BTreeMap<Arc<str>, _>>(),
        rules: BTreeMap::new(),
    }
}

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

    fn terminal(&self) -> Terminal<TestBackend> {
        let area = self.app.ui.area;
        let mut terminal = Terminal::new(TestBackend::new(area.width, area.height)).unwrap();
        terminal.draw(|frame| view(&self.app, frame)).unwrap();
        terminal
    }

    /// The screen as text, one line for each of its lines, without the spaces at their ends.
    pub(in crate::tui) fn screen(&self) -> String {
        let terminal = self.terminal();
        let buffer = terminal.backend().buffer();
        let width = usize::from(buffer.area.width);
        if width == 0 {
            return String::new();
        }
        let mut lines = Vec::new();
        for cells in buffer.content.chunks(width) {
            let mut line = String::new();
            let mut covered = 0;
            for cell in cells {
                if covered > 0 {
                    covered -= 1;
                    continue;
                }
                covered = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
                line.push_str(cell.symbol());
            }
            lines.push(line.trim_end().to_owned());
        }
        lines.join("\n")
    }

    /// The screen as it is drawn.
    pub(in crate::tui) fn buffer(&self) -> ratatui::buffer::Buffer {
        self.terminal().backend().buffer().clone()
    }

    /// The cells of the screen.
    pub(in crate::tui) fn cells(&self) -> Vec<ratatui::buffer::Cell> {
        self.terminal().backend().buffer().content.clone()
    }

    /// The looks of the first cell of the first line that contains `text`.
    pub(in crate::tui) fn style_of(&self, text: &str) -> ratatui::style::Style {
        let y = self.screen().lines().position(|line| line.contains(text)).unwrap();
        let terminal = self.terminal();
        terminal.backend().buffer()[(1, y as u16)].style()
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

/// So many events, `gap` milliseconds apart, newest first, ending `back` days ago.
pub(in crate::tui) fn many(number: i64, gap: i64, back: i64) -> Vec<Event> {
    (0..number)
        .map(|i| {
            let mut event = event(0, Action::Update, "service", &format!("Service {i}"));
            event.record.time = NOW.plus_millis(-back * DAY - i * gap);
            event.record.identity = Identity::Native(format!("many-{back}-{gap}-{i}"));
            event.id = EventId::derive("kaireon-prod", None, &event.record.identity);
            event.row = RowId::preferred(event.record.time, event.id);
            event
        })
        .collect()
}

/// Rows, newest first, by day, among so many events.
pub(in crate::tui) fn answer_of(rows: &[RowId], of: usize) -> Answer {
    let how = Directives::default().arrangement(Zone::Utc);
    Answer { list: rows.iter().copied().collect::<Rows>().into(), how, of, whole: true }
}

/// The events, which stand newest first, in the order and under the headings of `how`.
fn arranged(events: &[&Arc<Event>], how: &Arrangement, open: &[RowId]) -> List {
    let rows: Rows = events.iter().map(|event| event.row).collect();
    let by_time = matches!(how.sort, Sort::NewestFirst | Sort::OldestFirst);
    let oldest_first = how.sort == Sort::OldestFirst;
    if by_time && matches!(how.group, Group::Day | Group::None) {
        let heads = if how.group == Group::Day { Heads::Days } else { Heads::None };
        return List::by_time(rows, oldest_first, heads);
    }
    let name = |event: &Event, by: Group| match by {
        Group::Entity => event.record.entity.label().unwrap_or_default().to_owned(),
        Group::Actor => event.record.actor.label().unwrap_or_default().to_owned(),
        Group::Source => event.source.to_string(),
        Group::Set => event.record.set.clone().unwrap_or_default(),
        Group::Day => event.row.time().to_string()[..10].to_owned(),
        Group::None | Group::Run => String::new(),
    };
    let sort_by = match how.sort {
        Sort::Entity => Group::Entity,
        Sort::Actor => Group::Actor,
        Sort::Source => Group::Source,
        Sort::NewestFirst | Sort::OldestFirst => Group::None,
    };
    let mut order: Vec<usize> = (0..events.len()).collect();
    if oldest_first {
        order.reverse();
    }
    order.sort_by_key(|at| name(events[*at], sort_by));
    let first = order.clone();
    let place_of = |group: &str| first.iter().position(|at| name(events[*at], how.group) == group);
    order.sort_by_key(|at| place_of(&name(events[*at], how.group)));
    let same = |a: &usize, b: &usize| {
        let (a, b) = (events[*a], events[*b]);
        let run = |event: &Event| {
            (event.record.action.clone(), event.record.entity.id.clone(), event.record.actor.clone())
        };
        if how.group == Group::Run { run(a) == run(b) } else { name(a, how.group) == name(b, how.group) }
    };
    let (mut shown, mut place, mut starts) = (Vec::new(), vec![0; events.len()], Vec::new());
    let (mut sizes, mut oldest) = (Vec::new(), Vec::new());
    for group in order.chunk_by(same) {
        starts.push(shown.len() as u32);
        sizes.push(group.len() as u32);
        let last = group.iter().map(|at| events[*at].row).min().unwrap();
        oldest.push(last);
        for (nth, at) in group.iter().enumerate() {
            if nth == 0 || how.group != Group::Run || open.contains(&last) {
                shown.push(*at as u32);
            }
            place[*at] = shown.len() as u32 - 1;
        }
    }
    let order = Written { shown, place };
    match how.group {
        Group::Run => {
            let heads = if by_time { Heads::Days } else { Heads::None };
            List::written(rows, order, heads).with_runs(starts, sizes, oldest)
        }
        Group::None => List::written(rows, order, Heads::None),
        _ => List::written(rows, order, Heads::Groups(starts.into())),
    }
}

/// A user with two views, of which everything older than today was read.
pub(in crate::tui) fn user() -> UserData {
    let read_to = Some(RowId::floor(NOW.plus_millis(-DAY)));
    let view = |name: &str, query: &str| View { name: name.into(), query: query.into(), read_to };
    UserData {
        views: vec![view("Services", "type:service"), view("Prod flows", "type:decision_flow source:*prod")],
        default: Some("Prod flows".into()),
        read_to,
        ..UserData::default()
    }
}
