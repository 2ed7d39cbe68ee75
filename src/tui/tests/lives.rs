//! The life of an entity.

use ratatui::style::Modifier;
use serde_json::{Value, json};

use super::screens::fault;
use super::support::{Bench, NOW, event, settings, story};
use crate::domain::{Action, Change, Detail, Event, FeedCoverage, Ledger, Op, Segment, Status, Stretch};
use crate::tui::theme::Theme;
use crate::tui::{Effect, Message};

pub(super) const SIZES: [(u16, u16); 4] = [(200, 60), (120, 40), (80, 24), (60, 20)];

fn change(path: &str, op: Op, before: Option<Value>, after: Option<Value>) -> Change {
    Change { path: path.into(), op, before, after }
}

fn replaced(path: &str, before: Value, after: Value) -> Change {
    change(path, Op::Replace, Some(before), Some(after))
}

/// What the service began with.
fn created() -> Vec<Change> {
    let created = [
        ("name", json!("Orders")),
        ("owner", json!("platform")),
        ("description", json!("Takes orders from the shop")),
        ("extras", json!({ "sla": "99.5", "api_key": "k1" })),
        ("produces", json!([{ "name": "order.created", "owner": "platform" }])),
    ];
    created.into_iter().map(|(path, value)| change(path, Op::Add, None, Some(value))).collect()
}

/// The life of a service, newest first: created, edited in a row, edited by somebody who does not say what,
/// edited in the incident and put right; a failed edit among them.
fn service() -> Vec<Event> {
    let service = |minutes: i64, action: Action, actor: &str, changes: Vec<Change>| {
        let mut event = event(minutes, action, "service", "Orders");
        (event.source, event.feed) = ("micro-prod".into(), "microvisualizer".into());
        event.scope = Some("shop-backend".into());
        event.record.actor.name = Some(actor.into());
        event.record.changes = changes;
        event.record.summary = None;
        event.record.detail = Detail::Fetched;
        event
    };
    let day = 24 * 60;
    let mut failed =
        service(3 * day, Action::Update, "ci-deployer", vec![replaced("owner", json!("a"), json!("b"))]);
    failed.record.status = Status::Failed;
    failed.record.error = Some("the name of the owner is not known".into());
    vec![
        service(
            5,
            Action::Update,
            "mia.tan@example.com",
            vec![
                replaced("timeout_ms", json!(200), json!(2_000)),
                replaced("extras.api_key", json!("k2"), json!("k3")),
            ],
        ),
        service(
            14,
            Action::Update,
            "ben.okafor@example.com",
            vec![
                change("timeout_ms", Op::Add, None, Some(json!(200))),
                replaced("extras.api_key", json!("k1"), json!("k2")),
                replaced("produces[order.created].owner", json!("platform"), json!("orders-team")),
            ],
        ),
        service(2 * day, Action::Other("touch".into()), "system", vec![]),
        failed,
        service(
            4 * day,
            Action::Update,
            "ana.ruiz@example.com",
            vec![replaced("extras.sla", json!("99.7"), json!("99.9"))],
        ),
        service(
            4 * day + 20,
            Action::Update,
            "ana.ruiz@example.com",
            vec![
                replaced("owner", json!("platform"), json!("orders-team")),
                replaced("extras.sla", json!("99.5"), json!("99.7")),
            ],
        ),
        service(9 * day, Action::Create, "ana.ruiz@example.com", created()),
    ]
}

/// Without what nobody says, so that more is known.
pub(super) fn told() -> Vec<Event> {
    service().into_iter().filter(|event| event.record.action != Action::Other("touch".into())).collect()
}

fn gap(from: i64, to: i64) -> Message {
    let at = |minutes: i64| NOW.plus_millis(-minutes * 60_000);
    let segment = |lo, hi, floor| Segment { span: Stretch { lo, hi }, verified_at: None, floor };
    let ledger = Ledger::new(
        vec![segment(at(to), at(0), false), segment(at(60 * 24 * 30), at(from), true)],
        Vec::new(),
    );
    Message::Coverage(vec![FeedCoverage {
        source: "micro-prod".into(),
        feed: "microvisualizer".into(),
        scope: Some("shop-backend".into()),
        scope_name: None,
        events: 7,
        ledger,
    }])
}

#[test]
fn the_tabs_of_a_life() {
    for size in SIZES {
        for (name, keys) in [("events", "e"), ("fields", "e]"), ("state", "e]]"), ("state-then", "e]]>>>>")] {
            let mut bench = Bench::new(size, service());
            bench.press(keys);
            insta::assert_snapshot!(format!("life-{name}-{}x{}", size.0, size.1), bench.screen());
        }
    }
}

#[test]
fn every_tab_is_told_from_the_others_in_every_theme() {
    for theme in ["dark", "light", "high-contrast", "colour-blind", "monochrome"] {
        let mut settings = settings((100, 24));
        settings.theme = Theme::built_in(theme).unwrap();
        let mut bench = Bench::with(settings, service());
        for (keys, marked) in [("e", "~ update"), ("]", "extras.api_key"), ("]", "description")] {
            bench.press(keys);
            let screen = bench.screen();
            let line = screen.lines().find(|line| line.starts_with('▌')).unwrap_or_default();
            assert!(line.contains(marked), "{theme} {keys}:\n{screen}");
            let style = bench.style_of("▌");
            assert!(style.bg.is_some() || style.add_modifier.contains(Modifier::REVERSED), "{theme}");
        }
    }
}

#[test]
fn a_run_of_plain_edits_is_one_line_with_what_it_comes_to() {
    let mut bench = Bench::new((120, 30), told());
    bench.press("e");
    let run = |bench: &Bench| bench.screen().lines().find(|line| line.contains("×2")).map(str::to_owned);
    let line = run(&bench).unwrap();
    assert!(line.contains("2 changed: ~ extras.sla, ~ owner"), "{line}");
    bench.press("jjjl");
    assert!(run(&bench).is_none(), "{}", bench.screen());
    bench.press("jh");
    assert!(run(&bench).is_some(), "{}", bench.screen());
    bench.press("<enter>");
    assert!(bench.screen().contains("› event"));
}

#[test]
fn a_run_far_down_says_what_it_comes_to_once_it_is_seen() {
    let edits = (0..400_i64).map(|edit| {
        let mut event = event(5 + edit * 100, Action::Update, "service", "Orders");
        event.record.changes = vec![replaced("owner", json!(edit + 1), json!(edit))];
        event
    });
    let mut bench = Bench::new((120, 20), edits.collect());
    bench.press("e");
    for key in ["", "G"] {
        bench.press(key);
        let screen = bench.screen();
        let runs: Vec<&str> = screen.lines().filter(|line| line.contains('×')).collect();
        assert!(runs.len() > 3 && runs.iter().all(|line| line.contains("1 changed: ~ owner")), "{screen}");
    }
}

#[test]
fn a_run_that_comes_to_nothing_says_why() {
    let run = |step: &dyn Fn(&mut Event, i64)| {
        let events = (0..2).map(|i| {
            let mut event = event(10 + i, Action::Update, "service", "Orders");
            event.record.summary = None;
            step(&mut event, i);
            event
        });
        let mut bench = Bench::new((120, 30), events.collect());
        bench.press("e");
        bench.screen().lines().find(|line| line.contains("×2")).unwrap_or_default().to_owned()
    };
    let owner = |event: &mut Event, i: i64| {
        let [before, after] = if i == 0 { ["b", "a"] } else { ["a", "b"] };
        event.record.changes = vec![replaced("owner", json!(before), json!(after))];
    };
    let line = run(&owner);
    assert!(line.contains("changed back: nothing is left of it"), "{line}");
    let line = run(&|event, i| event.record.ai_summary = Some(format!("The batch size was changed, {i}.")));
    assert!(line.contains("AI The batch size was changed, 0."), "the newest, with its label: {line}");
    let line = run(&|event, _| event.record.detail = Detail::Available);
    assert!(line.contains("not asked yet what changed"), "{line}");
    let line = run(&|_, _| {});
    assert!(line.ends_with("×2  jane.smith@example.com"), "as silent as a single step: {line}");
}

#[test]
fn a_gap_is_drawn_where_it_is_and_casts_a_doubt() {
    for size in [(120, 30), (60, 20)] {
        let mut bench = Bench::new(size, told());
        bench.tell(gap(24 * 60, 12 * 60));
        bench.press("e");
        insta::assert_snapshot!(format!("life-gap-{}x{}", size.0, size.1), bench.screen());
    }
    let mut bench = Bench::new((120, 30), told());
    bench.tell(gap(24 * 60, 12 * 60));
    bench.press("e]jjj");
    let screen = bench.screen();
    assert!(
        screen.contains("3 may have changed since (?)") || screen.contains("may have changed since (?)"),
        "{screen}"
    );
    bench.press("G");
    assert!(bench.screen().contains("the cache may lack events of that time"), "{}", bench.screen());
}

#[test]
fn a_field_leads_to_the_event_that_changed_it_and_back() {
    let mut bench = Bench::new((120, 30), told());
    bench.press("e]");
    let screen = bench.screen();
    assert!(screen.contains("[Fields]") && screen.contains("••••") && !screen.contains("k3"), "{screen}");
    bench.press("jj");
    let line = bench.screen().lines().find(|line| line.starts_with('▌')).unwrap_or_default().to_owned();
    assert!(line.contains("produces[order.created].owner") && line.contains("ben.okafor"), "{line}");
    bench.press("<enter>");
    let screen = bench.screen();
    assert!(screen.contains("› event") && screen.contains("[Diff]"), "{screen}");
    assert!(screen.contains("▌~ produces[order.created].owner"), "{screen}");
    bench.press("B");
    let line = bench.screen().lines().find(|line| line.starts_with('▌')).unwrap_or_default().to_owned();
    assert!(line.contains("produces[order.created].owner"), "{}", bench.screen());
    bench.press("<esc>");
    assert!(!bench.screen().contains("› "), "{}", bench.screen());
}

#[test]
fn the_state_goes_along_with_the_event_and_to_any_time() {
    let mut bench = Bench::new((120, 30), told());
    bench.press("e]]");
    let screen = bench.screen();
    assert!(screen.contains("timeout_ms") && screen.contains("2000"), "{screen}");
    bench.press(">>");
    let screen = bench.screen();
    assert!(!screen.contains("2000") && screen.contains("after ! update"), "{screen}");
    bench.press("gt2026-03-25<enter>");
    let screen = bench.screen();
    assert!(screen.contains("at Wed 25 Mar 2026") && screen.contains("\"platform\""), "{screen}");
    bench.press("gt2026-03-01<enter>");
    let screen = bench.screen();
    assert!(screen.contains("not there yet") && screen.contains("It was not there."), "{screen}");
    bench.press("<");
    assert!(bench.screen().contains("after "), "{}", bench.screen());
}

/// The same life before anybody asked what changed.
fn untold() -> Vec<Event> {
    let mut events = told();
    for event in &mut events {
        event.record.detail = Detail::Available;
        event.record.changes = Vec::new();
    }
    events
}

/// How many second requests were asked for since this was last called.
fn fetches(bench: &mut Bench) -> usize {
    bench.take_asked().into_iter().filter(|effect| matches!(effect, Effect::FetchDetail { .. })).count()
}

#[test]
fn what_lies_between_two_sides_or_in_a_range_is_asked() {
    let mut bench = Bench::new((120, 12), untold());
    bench.press("c");
    fetches(&mut bench);
    bench.press("jjjjj");
    bench.press("c");
    assert!(bench.screen().contains("compare"), "{}", bench.screen());
    assert_eq!(fetches(&mut bench), 6);

    let mut bench = Bench::new((120, 30), untold());
    bench.press("vjjjj");
    assert_eq!(fetches(&mut bench), 5);
    assert!(!bench.screen().contains("timeout_ms"));
    for event in told() {
        bench.tell(Message::Detail { row: event.row, result: Ok(std::sync::Arc::new(event)) });
    }
    assert!(bench.screen().contains("timeout_ms"), "the range comes to more by now: {}", bench.screen());
}

#[test]
fn a_server_that_does_not_answer_is_named_among_the_fields_with_what_to_do() {
    let mut bench = Bench::new((120, 30), untold());
    bench.press("e]");
    for event in untold() {
        bench.tell(Message::Detail { row: event.row, result: Err(fault()) });
    }
    for tab in ["fields", "state"] {
        let screen = bench.screen();
        assert!(!screen.contains("Asking") && screen.contains(&fault().message), "{tab}: {screen}");
        assert!(screen.contains("Next: ") && !screen.contains("would show"), "{tab}: {screen}");
        bench.press("]");
    }
}

#[test]
fn a_life_that_takes_long_to_read_is_read_beside_the_screen() {
    let mut events = told();
    for event in &mut events {
        event.record.raw = json!({ "pad": "x".repeat(60_000) }).to_string().into();
    }
    let mut bench = Bench::new((120, 30), events);
    bench.press("e]");
    assert!(bench.screen().contains("Reading 0.4 MB of records beside the screen"), "{}", bench.screen());
    let asked = |bench: &mut Bench| {
        let asked = bench.take_asked().into_iter();
        let mut asked = asked.filter_map(|effect| match effect {
            Effect::Look(question) => Some(question),
            _ => None,
        });
        (asked.next(), asked.count())
    };
    let (question, more) = asked(&mut bench);
    let question = question.unwrap();
    assert_eq!(more, 0);
    bench.press("jkj");
    assert_eq!(asked(&mut bench).0, None, "once is enough");
    let seen = question.answer();
    bench.tell(Message::Looked { question, seen });
    assert!(bench.screen().contains("timeout_ms"), "{}", bench.screen());
    bench.press("]");
    let question = asked(&mut bench).0.unwrap();
    let seen = question.answer();
    bench.tell(Message::Looked { question, seen });
    assert!(bench.screen().contains("after "), "{}", bench.screen());
}

#[test]
fn what_was_not_asked_yet_is_asked_where_it_is_needed() {
    // A list that is too short for the whole life: what is on the screen is asked for, and what the fields need.
    let mut bench = Bench::new((60, 11), untold());
    bench.press("e");
    let seen = fetches(&mut bench);
    assert!((1..6).contains(&seen), "{seen}: {}", bench.screen());
    bench.press("]");
    assert!(bench.screen().contains("Asking Microvisualizer what changed in 6 events"), "{}", bench.screen());
    assert_eq!(fetches(&mut bench), 6 - seen);
    bench.press("]jj");
    assert_eq!(fetches(&mut bench), 0, "once is enough");
    let told = told().into_iter().next().unwrap();
    bench.tell(Message::Detail { row: told.row, result: Ok(std::sync::Arc::new(told)) });
    bench.press("[");
    assert!(bench.screen().contains("timeout_ms"), "{}", bench.screen());
}

#[test]
fn a_feed_that_sends_sentences_says_what_it_cannot_show() {
    let events: Vec<Event> = (0..3)
        .map(|i| {
            let mut event = event(10 + i, Action::Update, "destination", "Orders to Snowflake");
            (event.source, event.feed) = ("streamkap-prod".into(), "streamkap".into());
            event.record.ai_summary = Some("The batch size was changed.".into());
            event
        })
        .collect();
    for size in SIZES {
        let mut bench = Bench::new(size, events.clone());
        bench.press("e]");
        insta::assert_snapshot!(format!("life-silent-{}x{}", size.0, size.1), bench.screen());
    }
    let mut bench = Bench::new((100, 30), events);
    bench.press("e]]");
    assert!(bench.screen().contains("Nothing is known of its fields at this moment"), "{}", bench.screen());
}

#[test]
fn what_undid_what_stands_on_the_rail() {
    let mut bench = Bench::new((160, 30), story());
    bench.press("pe");
    let screen = bench.screen();
    assert!(screen.contains("reverted after 30 m"), "{screen}");
    assert!(screen.contains("30 m after the publish"), "{screen}");
}
