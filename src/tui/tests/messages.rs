//! What messages do: answers in and out of order, arrivals, and when there is something to draw.

use std::sync::Arc;

use super::support::{Bench, NOW, answer_of, event, many, settings, source, story};
use crate::domain::{Action, RowId, SourceState};
use crate::tui::{Answer, App, Effect, Message, Notice, Timer};

fn answer(generation: u64, rows: &[RowId]) -> Message {
    Message::Answer { generation, result: Ok(answer_of(rows, 100)) }
}

fn generation(effects: &[Effect]) -> u64 {
    let asked = effects.iter().rev().find_map(|effect| match effect {
        Effect::Query { generation, .. } => Some(*generation),
        _ => None,
    });
    asked.unwrap()
}

fn type_in(app: &mut App, text: &str) -> Vec<Effect> {
    text.chars()
        .flat_map(|c| app.update(Message::Key(ratatui::crossterm::event::KeyCode::Char(c).into())))
        .collect()
}

#[test]
fn only_the_answer_to_the_last_question_counts() {
    let rows: Vec<RowId> = many(3, 1_000, 1).iter().map(|event| event.row).collect();
    let (mut app, effects) = App::new(settings((80, 24)));
    let first = generation(&effects);
    let second = generation(&type_in(&mut app, "forders"));
    assert!(second > first);
    app.take_dirty();
    app.update(answer(first, &rows));
    assert!(!app.take_dirty() && !app.timeline.answered());
    app.update(answer(second, &rows[..1]));
    assert!(app.take_dirty());
    assert_eq!(app.timeline.counts(), (1, 100));
}

fn beginning(generation: u64, rows: &[RowId]) -> Message {
    let answer = Answer { whole: false, ..answer_of(rows, 100) };
    Message::Answer { generation, result: Ok(answer) }
}

#[test]
fn a_list_is_shown_from_its_beginning_while_the_rest_is_looked_for() {
    let events = many(60, 1_000, 1);
    let rows: Vec<RowId> = events.iter().map(|event| event.row).collect();
    let mut bench = Bench::new((100, 24), events);
    let asked = generation(&type_in(&mut bench.app, "forders"));
    bench.tell(beginning(asked, &rows[..20]));
    assert_eq!(bench.app.timeline.counts(), (20, 100));
    assert!(bench.screen().contains("20 so far, searching…"), "{}", bench.screen());
    bench.tell(beginning(asked, &rows[..40]));
    bench.tell(beginning(asked - 1, &rows[..1]));
    assert_eq!(bench.app.timeline.counts(), (40, 100));
    bench.tell(answer(asked, &rows[..50]));
    assert_eq!(bench.app.timeline.counts(), (50, 100));
    assert!(bench.screen().contains("50 of 100") && !bench.screen().contains("so far"), "{}", bench.screen());
}

#[test]
fn a_beginning_never_moves_the_selection_nor_shortens_the_list() {
    let events = many(60, 1_000, 1);
    let rows: Vec<RowId> = events.iter().map(|event| event.row).collect();
    let mut bench = Bench::new((100, 24), events);
    bench.press("<c-f><c-f>");
    let selected = bench.app.timeline.selected().unwrap();
    assert!(rows[..20].iter().all(|row| *row > selected));
    let asked = generation(&bench.app.update(Message::CacheGrew { new: 1 }));
    bench.tell(beginning(asked, &rows[..55]));
    assert_eq!(bench.app.timeline.list().len(), 60, "there is a longer list of the same query");
    bench.tell(answer(asked, &rows));
    let asked = generation(&type_in(&mut bench.app, "forders"));
    bench.tell(beginning(asked, &rows[..20]));
    assert_eq!(bench.app.timeline.selected(), Some(selected), "it ends above the selection");
    bench.tell(beginning(asked, &rows[..55]));
    assert_eq!((bench.app.timeline.list().len(), bench.app.timeline.selected()), (55, Some(selected)));
}

#[test]
fn news_during_a_question_ask_one_more() {
    let (mut app, effects) = App::new(settings((80, 24)));
    let first = generation(&effects);
    for _ in 0..5 {
        let effects = app.update(Message::CacheGrew { new: 3 });
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Query { .. })), "{effects:?}");
    }
    let effects = app.update(answer(first, &[]));
    let second = generation(&effects);
    let effects = app.update(answer(second, &[]));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Query { .. })), "{effects:?}");
    assert_eq!(generation(&app.update(Message::CacheGrew { new: 1 })), second + 1);
}

#[test]
fn a_question_that_failed_keeps_the_rows_and_says_why() {
    let mut bench = Bench::new((80, 24), story());
    let effects = type_in(&mut bench.app, "fx");
    let message =
        Message::Answer { generation: generation(&effects), result: Err("the cache cannot be read".into()) };
    bench.tell(message);
    assert_eq!(bench.app.timeline.list().len(), 8);
    assert!(bench.screen().contains("the cache cannot be read"));
}

#[test]
fn arrivals_and_following() {
    // Keys, whether following, arrivals above; then: rows in the list, new above, index of the selection.
    for (keys, follow, rows, new, place) in [
        ("j", true, 110, 0, 11),
        ("<c-f><c-f>", true, 110, 10, 46),
        ("j", false, 100, 10, 1),
        ("jF", true, 100, 10, 1),
        ("jF", false, 110, 0, 11),
        ("jgg", false, 100, 10, 0),
    ] {
        let mut settings = settings((80, 24));
        settings.follow = follow;
        let mut bench = Bench::with(settings, many(100, 1_000, 1));
        bench.press(keys);
        let selected = bench.app.timeline.selected();
        bench.arrive(many(10, 1_000, 0));
        let timeline = &bench.app.timeline;
        let seen = (timeline.list().len(), timeline.arrivals(), timeline.place());
        assert_eq!(seen, (rows, new, Some(place)), "{keys} {follow}");
        assert_eq!(timeline.selected(), selected, "{keys} {follow}");
        bench.press("gg");
        assert_eq!((bench.app.timeline.list().len(), bench.app.timeline.arrivals()), (110, 0));
    }
}

#[test]
fn a_scrolled_list_stays_where_it_is_when_rows_arrive_above() {
    let mut bench = Bench::new((80, 24), many(100, 1_000, 1));
    bench.press("<c-f><c-f>");
    let before = bench.screen();
    bench.arrive(many(10, 1_000, 0));
    let list = |screen: &str| screen.lines().skip(4).take(19).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(list(&bench.screen()), list(&before));
    assert!(bench.screen().contains("^ 10 new"));
}

#[test]
fn until_the_first_round_is_over_the_newest_event_is_selected() {
    let mut settings = settings((80, 24));
    settings.sources = vec![source("one", "kaireonai", SourceState::Syncing { pages: 1, events_new: 0 })];
    let mut bench = Bench::with(settings, many(3, 1_000, 2));
    bench.arrive(many(3, 1_000, 1));
    assert_eq!((bench.app.timeline.place(), bench.app.timeline.arrivals()), (Some(0), 0));
    bench.tell(Message::Sources(vec![source("one", "kaireonai", SourceState::Ready)]));
    let selected = bench.app.timeline.selected();
    bench.arrive(many(3, 1_000, 0));
    assert_eq!((bench.app.timeline.place(), bench.app.timeline.selected()), (Some(3), selected));
}

#[test]
fn only_events_near_the_screen_are_read() {
    let mut bench = Bench::new((80, 24), many(20_000, 1_000, 1));
    let loaded =
        |bench: &Bench| bench.cache.iter().filter(|event| bench.app.library.knows(event.row)).count();
    assert!(loaded(&bench) < 100, "{}", loaded(&bench));
    bench.press("G");
    assert!(bench.screen().contains("Service 19999"), "{}", bench.screen());
    for _ in 0..100 {
        bench.press("<c-b>");
    }
    assert!(loaded(&bench) <= 2_100, "{}", loaded(&bench));
}

#[test]
fn nothing_is_drawn_when_nothing_changed() {
    let mut bench = Bench::new((80, 24), story());
    bench.app.take_dirty();
    let sources = bench.app.sources.clone();
    for message in [
        Message::Resize(80, 24),
        Message::Sources(sources),
        Message::Tick(Timer::Clock(99), NOW),
        Message::Tick(Timer::Rest(0), NOW),
        Message::CacheGrew { new: 0 },
        answer(0, &[]),
        Message::Paste("x".into()),
    ] {
        let text = format!("{message:?}");
        bench.tell(message);
        assert!(!bench.app.take_dirty(), "{text}");
    }
    bench.tell(Message::Notice(Notice::info("hello")));
    assert!(bench.app.take_dirty());
    bench.tell(Message::Resize(100, 24));
    assert!(bench.app.take_dirty());
}

#[test]
fn an_event_that_is_opened_before_it_is_here_is_asked_about_when_it_comes() {
    let mut event = event(5, Action::Update, "service", "Orders");
    event.record.detail = crate::domain::Detail::Available;
    let row = event.row;
    let (mut app, effects) = App::new(settings((80, 24)));
    app.update(answer(generation(&effects), &[row]));
    app.update(Message::Key(ratatui::crossterm::event::KeyCode::Enter.into()));
    let effects = app.update(Message::Events(vec![Arc::new(event)]));
    assert!(effects.contains(&Effect::FetchDetail { row }), "{effects:?}");
}

#[test]
fn a_detail_is_shown_wherever_its_event_is() {
    let mut bench = Bench::new((120, 24), story());
    bench.press("jjjj<enter>]");
    let mut event = (**bench.app.event().unwrap()).clone();
    event.record.changes = super::support::diff();
    bench.tell(Message::Detail { row: event.row, result: Ok(Arc::new(event)) });
    assert!(bench.screen().contains("team-orders"));
    bench.press("<esc>");
    assert!(bench.screen().contains("team-orders"), "the preview shows it too");
}

#[test]
fn a_life_reads_the_versions_that_a_detail_brings() {
    let mut bench = Bench::new((120, 24), story());
    bench.press("jjjje");
    let mut event = (**bench.app.event().unwrap()).clone();
    event.record.changes = super::support::diff();
    bench.tell(Message::Detail { row: event.row, result: Ok(Arc::new(event)) });
    assert!(bench.screen().contains("publish   v12"), "{}", bench.screen());
}

#[test]
fn a_life_grows_while_it_is_looked_at() {
    let mut bench = Bench::new((100, 24), story());
    bench.press("e");
    assert!(bench.screen().contains("5 events, from its creation on"));
    bench.arrive(vec![event(1, Action::Delete, "decision_flow", "Default Recommendation Flow")]);
    assert!(bench.screen().contains("deleted · v8 · 6 events"), "{}", bench.screen());
    let marked =
        bench.screen().lines().filter(|line| line.starts_with('▌')).map(str::to_owned).collect::<Vec<_>>();
    assert!(marked[0].contains("rollback"), "the selection stays: {marked:?}");
}

#[test]
fn a_life_that_cannot_be_read_says_why() {
    let mut bench = Bench::new((100, 24), story());
    bench.press("e");
    let entity = bench.app.event().unwrap().record.entity.clone();
    let failed = || Message::Lifecycle {
        source: "kaireon-prod".into(),
        entity: entity.clone(),
        result: Err("the cache is locked".into()),
    };
    bench.tell(failed());
    assert!(bench.screen().contains("5 events"), "what was there stays");
    let (mut app, _) = App::new(settings((100, 24)));
    app.above = std::mem::take(&mut bench.app.above);
    if let Some(crate::tui::pane::Screen::Lifecycle(pane)) = app.above.last_mut() {
        pane.life = crate::tui::pane::lifecycle::Loaded::Waiting;
    }
    app.update(failed());
    let bench = Bench { app, cache: Vec::new(), asked: Vec::new(), silent: false };
    assert!(bench.screen().contains("the cache is locked"));
}
