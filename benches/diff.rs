//! How soon two documents of a megabyte can be read, and what a key costs then: `cargo bench --bench diff`.
//!
//! It prints the time of the first look, which is a message on the screen while the documents are compared beside
//! it, of the comparison itself, of the first frame with its result, and of each key after that; and what is worked
//! out of a long life.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and fails by panicking"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backtrail::diff::{Diff, Life, LifeQuestion, Look, Matcher, Moment, Rules, compare};
use backtrail::domain::{
    Action, Actor, Detail, Entity, Event, Identity, Record, Rows, Status, Timestamp, UserData, Zone,
};
use backtrail::tui::keymap::Keymap;
use backtrail::tui::theme::Theme;
use backtrail::tui::{Answer, App, Effect, Glyphs, Message, Notify, Settings, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use serde_json::{Value, json};

/// A document of about a megabyte: some thousand fields, lists of objects, a long text.
fn document(turn: u64) -> Value {
    let field = |i: u64| {
        let value = if i.is_multiple_of(40) { i + turn } else { i };
        json!({ "id": format!("part-{i}"), "weight": value, "note": format!("the note of part {i}, which goes on") })
    };
    let parts: Vec<Value> = (0..8_000).map(field).collect();
    let line = |i: u64| {
        let turn = if i.is_multiple_of(9) { turn } else { 0 };
        format!("line {} of a long text that goes on {turn}", i * 7_919 % 28_001)
    };
    let text = (0..9_200).map(line).collect::<Vec<_>>().join("\n");
    json!({ "name": "Orders", "parts": parts, "text": text })
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let done = work();
    (begun.elapsed(), done)
}

fn main() {
    let (before, after) = (document(0), document(1));
    let size = |value: &Value| value.to_string().len() as f64 / 1e6;
    println!("two documents of {:.2} and {:.2} MB", size(&before), size(&after));
    let rules = Matcher::default();
    let (took, made) = timed(|| Diff::of_documents(&before, &after, &rules));
    println!("compared in {took:.1?}: {}", black_box(made).counts.words());

    let mut bench = Bench::new(&before, &after);
    let (look, ()) = timed(|| bench.press("d"));
    let (frame, screen) = timed(|| bench.screen());
    assert!(screen.contains("Comparing"), "{screen}");
    println!("first look: key {look:.1?}, frame {frame:.1?}");
    let (beside, message) = timed(|| bench.compare());
    println!("compared beside the screen in {beside:.1?}");
    let (taken, ()) = timed(|| bench.tell(message));
    let (frame, screen) = timed(|| bench.screen());
    assert!(screen.contains("changed"), "{screen}");
    println!("with the result: message {taken:.1?}, frame {frame:.1?}");
    for key in ["j", "j", "n", "n", "G", "k", "D", "j", "D", "j", "W", ")", "("] {
        let (pressed, ()) = timed(|| bench.press(key));
        let (frame, _) = timed(|| bench.screen());
        println!("{key:>3}: key {pressed:>8.1?}, frame {frame:>8.1?}");
        assert!(pressed + frame < Duration::from_secs(2), "a key that takes so long blocks");
    }
    life();
    opened();
}

/// What a long life costs on the screen whose events tell their fields before and after.
fn opened() {
    const EVENTS: u64 = 2_000;
    let document = |turn: u64| json!({ "owner": turn, "mode": turn / 30, "text": "stays" });
    let made = |turn: u64| {
        let mut event = event(&document(turn), &document(turn + 1), turn);
        event.record.raw = "{}".into();
        Arc::new(event)
    };
    let events: Vec<Arc<Event>> = (0..EVENTS).map(made).collect();
    let mut bench = Bench::of(&events[EVENTS as usize - 1]);
    bench.press("e");
    let (source, entity) = (events[0].source.clone(), events[0].record.entity.clone());
    let (taken, ()) = timed(|| bench.tell(Message::Lifecycle { source, entity, result: Ok(events) }));
    let (frame, screen) = timed(|| bench.screen());
    assert!(screen.contains('×'), "{screen}");
    println!("a life of {EVENTS} events opened: message {taken:.1?}, frame {frame:.1?}");
    let (pressed, ()) = timed(|| bench.press("G"));
    println!("to its other end: key {pressed:.1?}");
}

/// What the life of one entity costs whose every event carries two whole documents: worked out beside the screen.
fn life() {
    const EVENTS: u64 = 1_000;
    let version = |turn: u64| {
        let field = |i: u64| (format!("field-{i}"), json!(if i == turn % 40 { turn } else { i }));
        let fields: serde_json::Map<String, Value> = (0..40).map(field).collect();
        json!({ "name": "Orders", "fields": fields, "text": "a text that stays as it is ".repeat(60) })
    };
    let events = (0..EVENTS).map(|turn| Arc::new(event(&version(turn), &version(turn + 1), turn)));
    let life = Arc::new(Life::of(events.collect(), Matcher::default(), Vec::new()));
    println!("a life of {EVENTS} events and {:.1} MB", life.weight() as f64 / 1e6);
    let newest = life.steps[0].event.row;
    for (name, look) in [("blame", Look::Fields), ("state", Look::State(Moment::After(newest)))] {
        let (took, _) = timed(|| black_box(LifeQuestion { life: Arc::clone(&life), look }.answer()));
        println!("{name} worked out in {took:.1?}");
    }
}

/// The browser with one event that carries both documents.
struct Bench {
    app: App,
    terminal: Terminal<TestBackend>,
    asked: Vec<Effect>,
}

impl Bench {
    fn new(before: &Value, after: &Value) -> Self {
        Self::of(&Arc::new(event(before, after, 0)))
    }

    fn of(event: &Arc<Event>) -> Self {
        let settings = Settings {
            keymap: Keymap::built_in(),
            theme: Theme::built_in("dark").unwrap(),
            glyphs: Glyphs::Unicode,
            notify: Notify::Bell,
            spinner: false,
            zone: Zone::Utc,
            me: None,
            now: event.record.time,
            size: (160, 50),
            query: None,
            at: None,
            follow: false,
            ages: false,
            user: UserData::default(),
            sources: Vec::new(),
            feeds: BTreeMap::new(),
            rules: BTreeMap::new(),
        };
        let (app, effects) = App::new(settings);
        let terminal = Terminal::new(TestBackend::new(160, 50)).unwrap();
        let mut bench = Self { app, terminal, asked: Vec::new() };
        for effect in effects {
            if let Effect::Query { generation, how, .. } = effect {
                let list = [event.row].into_iter().collect::<Rows>().into();
                let answer = Answer { list, how, of: 1, whole: true };
                bench.tell(Message::Answer { generation, result: Ok(answer) });
            }
        }
        bench.tell(Message::Events(vec![Arc::clone(event)]));
        bench
    }

    fn tell(&mut self, message: Message) {
        let effects = self.app.update(message);
        self.asked.extend(effects.into_iter().filter(|effect| matches!(effect, Effect::Compare { .. })));
    }

    fn press(&mut self, key: &str) {
        let key = KeyEvent::from(KeyCode::Char(key.chars().next().unwrap()));
        self.tell(Message::Key(key));
    }

    fn screen(&mut self) -> String {
        self.terminal.draw(|frame| view(&self.app, frame)).unwrap();
        let buffer = self.terminal.backend().buffer();
        buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    /// Does what the runtime does on another thread.
    fn compare(&mut self) -> Message {
        let Some(Effect::Compare { subject, revealed }) = self.asked.pop() else {
            panic!("nothing was asked")
        };
        let comparison = Arc::new(subject.compare(&revealed));
        Message::Compared { subject, revealed, comparison }
    }
}

fn event(before: &Value, after: &Value, turn: u64) -> Event {
    let time = Timestamp::from_millis(1_775_000_000_000 + turn as i64 * 97 * 60_000);
    let identity = Identity::Native(format!("e{turn}"));
    let record = Record {
        identity,
        time,
        action: Action::Update,
        raw_action: None,
        entity: Entity { kind: None, id: Some("orders".to_owned()), name: None },
        actor: Actor::default(),
        status: Status::Success,
        error: None,
        summary: None,
        ai_summary: None,
        changes: compare(before, after, &Rules::default()),
        detail: Detail::Nothing,
        documents: None,
        set: None,
        url: None,
        facts: Vec::new(),
        raw: json!({ "before": before, "after": after }).to_string().into(),
    };
    Event::new("a", "b", None, record)
}
