//! Text that means harm, screens that are too small, and keys without sense: none of it may get through,
//! and none of it may panic.

use proptest::prelude::*;
use ratatui::backend::TestBackend;
use ratatui::{
    Terminal,
    crossterm::event::{KeyCode, KeyEvent, KeyModifiers},
};

use super::support::{Bench, NOW, diff, event, many, set, story};
use crate::domain::{Action, Detail, Event, Fault, FaultKind, SourceState};
use crate::tui::{Message, Notice, Timer, view};

/// What a feed may send to deceive a reader or a terminal.
fn harm() -> Vec<String> {
    vec![
        "\u{1b}[2J\u{1b}]0;owned\u{7}".into(),
        "abc\u{202e}txt.exe\u{2066}".into(),
        "a".to_owned() + &"\u{301}".repeat(10_000),
        "\r\n\t\u{b}\u{c}\u{85}\u{9b}31m".into(),
        "👩‍👩‍👧‍👦".repeat(200) + "\u{e0041}\u{200b}\u{feff}",
        "x".repeat(200_000),
    ]
}

/// An event with `text` wherever a feed can put a text.
fn hostile(text: &str) -> Event {
    let mut event = event(3, Action::Other(text.into()), text, text);
    let record = &mut event.record;
    record.entity.id = Some(text.to_owned());
    record.entity.kind = Some(text.to_owned());
    record.actor.name = Some(text.to_owned());
    record.raw_action = Some(text.to_owned());
    record.summary = Some(text.to_owned());
    record.ai_summary = Some(format!("{text}!"));
    record.error = Some(text.to_owned());
    record.url = Some(text.to_owned());
    record.set = Some(text.to_owned());
    record.changes = vec![set(text, text.into())];
    record.detail = Detail::Refused(text.to_owned());
    record.raw = serde_json::json!({ text: text }).to_string().into();
    event.source = text.into();
    event.feed = text.into();
    event.scope = Some(text.into());
    event
}

#[test]
fn no_text_of_a_feed_reaches_the_screen_as_it_is() {
    for text in harm() {
        for size in [(120, 40), (60, 20)] {
            let mut bench = Bench::new(size, vec![hostile(&text)]);
            for keys in ["", "]", "]", "<enter>", "]", "]", "<esc>e", "<esc>gs"] {
                bench.press(keys);
                let screen = bench.screen();
                let forbidden = |c: char| {
                    (c.is_control() && c != '\n')
                        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
                };
                assert!(!screen.contains(forbidden), "{text:.20?} after {keys}: {screen}");
                let accents = screen.split(|c| c != '\u{301}').map(|run| run.chars().count()).max();
                assert!(accents <= Some(8), "{text:.20?} after {keys}");
                assert_eq!(screen.lines().count(), usize::from(size.1));
            }
        }
    }
}

#[test]
fn hostile_text_from_elsewhere_is_no_better() {
    for text in harm() {
        let mut bench = Bench::new((100, 30), story());
        bench.tell(Message::Notice(Notice::error(text.clone())));
        bench.press("f");
        bench.tell(Message::Paste(text.clone()));
        assert!(!bench.screen().contains('\u{1b}') && !bench.screen().contains('\u{202e}'), "{text:.20?}");
    }
}

#[test]
fn copies_hold_nothing_that_a_terminal_would_obey() {
    for text in harm() {
        let mut bench = Bench::new((100, 30), vec![hostile(&text)]);
        bench.take_asked();
        bench.press("f-zzzz<enter>yyyiyeyayjyq");
        let copies: Vec<String> = bench.take_asked().iter().map(|effect| format!("{effect:?}")).collect();
        assert_eq!(copies.iter().filter(|copy| copy.starts_with("Copy {")).count(), 6, "{copies:.200?}");
        for effect in &copies {
            assert!(!effect.contains("\\u{1b}") && !effect.contains("\\u{202e}"), "{effect:.100}");
        }
    }
}

#[test]
fn screens_of_no_size_show_nothing_and_do_not_panic() {
    for (width, height) in [(0, 0), (1, 1), (0, 5), (5, 0), (2, 40), (400, 1), (39, 10), (40, 9), (40, 10)] {
        let mut bench = Bench::new((width, height), story());
        for keys in ["", "?", "<esc>", ":", "<esc>", "f", "<esc>", "g", "s", "<esc>", "e", "<enter>", "]]G"] {
            bench.press(keys);
            bench.screen();
        }
    }
}

#[test]
fn a_frame_of_another_size_than_the_app_knows_is_drawn_as_far_as_it_goes() {
    let mut bench = Bench::new((100, 30), story());
    for keys in ["", "e", "?", "<esc>:", "<esc><esc>f"] {
        bench.press(keys);
        for (width, height) in [(0, 0), (1, 1), (50, 12), (300, 100)] {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            terminal.draw(|frame| view(&bench.app, frame)).unwrap();
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Key(KeyEvent),
    Tell(u8, u16),
}

fn step() -> impl Strategy<Value = Step> {
    let characters = "jkGgcse?:qfFtTpuRr[]{}<>yiJKnNlh \"(:-x9日\u{301}";
    let character = proptest::sample::select(characters.chars().collect::<Vec<_>>()).prop_map(KeyCode::Char);
    let named = proptest::sample::select(vec![
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::Backspace,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageDown,
        KeyCode::F(1),
        KeyCode::Null,
    ]);
    let modifiers = proptest::sample::select(vec![
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::CONTROL,
        KeyModifiers::ALT,
    ]);
    prop_oneof![
        5 => (prop_oneof![4 => character, 2 => named], modifiers).prop_map(|(code, modifiers)| Step::Key(KeyEvent::new(code, modifiers))),
        1 => (0..9_u8, any::<u16>()).prop_map(|(what, number)| Step::Tell(what, number)),
    ]
}

fn tell(bench: &mut Bench, what: u8, number: u16) {
    let row = bench.cache[usize::from(number) % bench.cache.len()].row;
    let message = match what {
        0 => Message::Resize(number % 210, number / 7 % 60),
        1 => Message::Tick(Timer::Rest(u64::from(number % 20)), NOW.plus_millis(i64::from(number))),
        2 => Message::Tick(Timer::Clock(u64::from(number % 5)), NOW.plus_millis(i64::from(number) * 1_000)),
        3 => return bench.arrive(many(i64::from(number % 5) + 1, 1_000, i64::from(number % 3))),
        4 => {
            let mut event = (*bench.cache[usize::from(number) % bench.cache.len()]).clone();
            event.record.changes = diff();
            event.record.detail = Detail::Fetched;
            Message::Detail { row, result: Ok(event.into()) }
        }
        5 => {
            let fault = Fault {
                kind: FaultKind::Network,
                message: "no answer".into(),
                fix: "try again".into(),
                http_status: None,
                request_id: None,
                at: NOW,
            };
            Message::Detail { row, result: Err(fault) }
        }
        6 => {
            let state =
                SourceState::Waiting { until: NOW.plus_millis(i64::from(number)), reason: "429".into() };
            Message::Sources(vec![super::support::source("one", "kaireonai", state)])
        }
        7 => Message::Sources(Vec::new()),
        _ => Message::Answer { generation: u64::from(number % 9), result: Err("the cache is gone".into()) },
    };
    bench.tell(message);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_keys_and_messages_panics(steps in prop::collection::vec(step(), 1..80)) {
        let mut bench = Bench::new((110, 24), story().into_iter().chain(many(60, 5_000_000, 2)).collect());
        for step in steps {
            match step {
                Step::Key(key) => bench.tell(Message::Key(key)),
                Step::Tell(what, number) => tell(&mut bench, what, number),
            }
            bench.screen();
        }
    }

    #[test]
    fn arrivals_never_move_the_selection_nor_hide_it(
        moves in "[jkG{}]{1,30}",
        arrivals in prop::collection::vec(0..3_i64, 1..6),
        follow in any::<bool>(),
    ) {
        let mut settings = super::support::settings((80, 24));
        settings.follow = follow;
        let mut bench = Bench::with(settings, many(200, 3_600_000, 1));
        bench.press(&moves);
        let selected = bench.app.timeline.selected();
        for (i, back) in arrivals.into_iter().enumerate() {
            bench.arrive(many(7 + i as i64, 61_000 + i as i64, back));
            prop_assert_eq!(bench.app.timeline.selected(), selected);
            let marked = bench.screen().lines().filter(|line| line.starts_with('▌')).count();
            prop_assert_eq!(marked, 1);
        }
    }
}
