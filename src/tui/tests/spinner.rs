//! What is under way: one glyph turns beside it in words, and nothing does when nothing is.

use super::looks::text_and_style;
use super::support::{Bench, NOW, answer_of, settings, source, story};
use crate::domain::{SourceState, SourceStatus};
use crate::tui::theme::Theme;
use crate::tui::{Effect, Glyphs, Message, Notice, Timer};

/// The timer of the spinner that was wound last, and after how many milliseconds it comes due.
fn wound(bench: &mut Bench) -> Option<(Timer, u128)> {
    bench.take_asked().into_iter().rev().find_map(|effect| match effect {
        Effect::Timer { timer: timer @ Timer::Spinner(_), after } => Some((timer, after.as_millis())),
        _ => None,
    })
}

fn status_line(bench: &Bench) -> String {
    bench.screen().lines().last().unwrap().to_owned()
}

fn syncing(names: &[&str]) -> Vec<SourceStatus> {
    let state = SourceState::Syncing { pages: 3, events_new: 40 };
    names.iter().map(|name| source(name, "kaireonai", state.clone())).collect()
}

fn ready() -> Vec<SourceStatus> {
    vec![source("prod", "kaireonai", SourceState::Ready)]
}

/// The glyph before the words, if they are there.
fn glyph(bench: &Bench, words: &str) -> Option<char> {
    let line = status_line(bench);
    let before = line.split_once(words)?.0;
    before.trim_end().chars().last()
}

/// An app with nothing under way.
fn rested() -> Bench {
    let mut bench = Bench::new((120, 30), story());
    let (first, _) = wound(&mut bench).unwrap();
    bench.tell(Message::Tick(first, NOW));
    bench.press("j");
    assert_eq!(wound(&mut bench), None, "the first list is there, and nothing is under way");
    bench
}

#[test]
fn it_turns_while_something_is_under_way_and_asks_for_nothing_afterwards() {
    let mut bench = rested();
    bench.tell(Message::Sources(syncing(&["prod"])));
    let (mut timer, after) = wound(&mut bench).unwrap();
    assert!((100..=250).contains(&after), "{after}");
    assert!(!status_line(&bench).contains("syncing"), "it may be over at once");
    let mut seen = Vec::new();
    for step in 0..11 {
        assert!(bench.app.update(Message::Tick(timer, NOW)).iter().any(|effect| match effect {
            Effect::Timer { timer: next @ Timer::Spinner(_), .. } => {
                let is_new = *next != timer;
                timer = *next;
                is_new
            }
            _ => false,
        }));
        assert!(bench.app.take_dirty(), "{step}");
        seen.push(glyph(&bench, " syncing prod").unwrap());
    }
    assert_eq!(seen[0], seen[10], "{seen:?}");
    assert!(seen[..10].iter().enumerate().all(|(at, one)| !seen[..at].contains(one)), "{seen:?}");

    // Other messages do not wind a second timer beside the first.
    bench.tell(Message::Sources(syncing(&["prod", "test"])));
    assert_eq!(wound(&mut bench), None);
    assert!(status_line(&bench).contains("syncing 2 sources"));

    bench.app.take_dirty();
    bench.tell(Message::Sources(ready()));
    assert!(!status_line(&bench).contains("syncing") && bench.app.take_dirty());
    let effects = bench.app.update(Message::Tick(timer, NOW));
    assert!(!bench.app.take_dirty() && effects.is_empty(), "the last timer is nobody's: {effects:?}");
}

#[test]
fn what_is_over_before_it_is_seen_was_never_on_the_screen() {
    let mut bench = Bench::new((120, 30), story());
    bench.tell(Message::Sources(syncing(&["prod"])));
    let (timer, _) = wound(&mut bench).unwrap();
    bench.tell(Message::Sources(ready()));
    bench.tell(Message::Sources(syncing(&["prod"])));
    let (next, _) = wound(&mut bench).unwrap();
    bench.tell(Message::Tick(timer, NOW));
    assert!(
        glyph(&bench, " syncing").is_none(),
        "the timer of what is over says nothing of what began since"
    );
    bench.tell(Message::Tick(next, NOW));
    assert!(glyph(&bench, " syncing").is_some());
}

#[test]
fn looking_for_news_and_finding_none_is_nothing_to_turn_for() {
    let mut bench = rested();
    let state = SourceState::Syncing { pages: 1, events_new: 0 };
    bench.tell(Message::Sources(vec![source("prod", "kaireonai", state)]));
    assert_eq!(wound(&mut bench), None);
}

#[test]
fn it_stands_still_where_motion_is_unwanted_and_is_said_all_the_same() {
    let mut settings = settings((120, 30));
    settings.spinner = false;
    let mut bench = Bench::with(settings, story());
    bench.tell(Message::Sources(syncing(&["prod"])));
    let (timer, _) = wound(&mut bench).unwrap();
    bench.tell(Message::Tick(timer, NOW));
    let still = glyph(&bench, " syncing prod");
    assert!(still.is_some());
    assert_eq!(wound(&mut bench), None, "no timer for what does not move");
    bench.tell(Message::Tick(timer, NOW));
    assert_eq!(glyph(&bench, " syncing prod"), still);
    bench.tell(Message::Sources(ready()));
    assert_eq!(glyph(&bench, " syncing"), None);
}

#[test]
fn a_terminal_without_the_glyphs_has_others() {
    let mut settings = settings((120, 30));
    settings.glyphs = Glyphs::Ascii;
    let mut bench = Bench::with(settings, story());
    bench.tell(Message::Sources(syncing(&["prod"])));
    let seen: String = (0..5)
        .map(|_| {
            let (timer, _) = wound(&mut bench).unwrap();
            bench.tell(Message::Tick(timer, NOW));
            glyph(&bench, " syncing prod").unwrap()
        })
        .collect();
    assert_eq!(seen, "|/-\\|");
}

#[test]
fn a_question_that_takes_a_while_says_what_it_is() {
    let mut bench = Bench::new((120, 30), story());
    // The list.
    let mut ask = bench.app.update(Message::Key('f'.into_key()));
    for key in "orders".chars() {
        ask.extend(bench.app.update(Message::Key(key.into_key())));
    }
    let last = ask.iter().rev().find_map(|effect| match effect {
        Effect::Query { generation, .. } => Some(*generation),
        _ => None,
    });
    let timer = ask.iter().rev().find_map(|effect| match effect {
        Effect::Timer { timer: timer @ Timer::Spinner(_), .. } => Some(*timer),
        _ => None,
    });
    bench.app.update(Message::Tick(timer.unwrap(), NOW));
    assert!(status_line(&bench).contains("looking for events"), "{}", status_line(&bench));
    let rows: Vec<_> = bench.cache.iter().map(|event| event.row).collect();
    bench.app.update(Message::Answer { generation: last.unwrap(), result: Ok(answer_of(&rows, 8)) });
    assert!(!status_line(&bench).contains("looking for events"), "{}", status_line(&bench));
}

#[test]
fn what_is_asked_of_others_turns_until_they_answer() {
    for (keys, words) in [("jjjjjj<enter>", "asking what changed"), ("i", "putting together")] {
        let mut bench = Bench::new((120, 30), story());
        bench.press(keys);
        let (timer, _) = wound(&mut bench).unwrap_or_else(|| panic!("{keys}: {}", bench.screen()));
        bench.tell(Message::Tick(timer, NOW));
        assert!(status_line(&bench).contains(words), "{keys}: {}", status_line(&bench));
    }
    let mut bench = Bench::new((120, 30), story());
    bench.silent = true;
    bench.press("[");
    let (timer, _) = wound(&mut bench).unwrap();
    bench.tell(Message::Tick(timer, NOW));
    assert!(status_line(&bench).contains("looking for what is related"), "{}", status_line(&bench));
    bench.take_asked();
    // Who looks elsewhere does not wait for it.
    bench.press("[");
    assert!(!status_line(&bench).contains("related"), "{}", status_line(&bench));
    assert_eq!(wound(&mut bench), None);
}

#[test]
fn it_looks_like_this_at_every_size() {
    for theme in ["dark", "light", "monochrome"] {
        let mut settings = settings((80, 24));
        settings.theme = Theme::built_in(theme).unwrap();
        let mut bench = Bench::with(settings, story());
        turn(&mut bench);
        insta::assert_snapshot!(format!("spinner-{theme}"), text_and_style(&bench));
    }
    let mut lines = Vec::new();
    for size in [(200, 60), (120, 40), (80, 24), (60, 20), (40, 10)] {
        let mut bench = Bench::new(size, story());
        turn(&mut bench);
        lines.push(status_line(&bench));
        bench.tell(Message::Notice(Notice::info("asking every source for news")));
        lines.push(status_line(&bench));
        bench.tell(Message::Notice(Notice::info("word ".repeat(60))));
        lines.push(status_line(&bench));
        bench.press("e");
        lines.push(status_line(&bench));
    }
    insta::assert_snapshot!("spinner-lines", lines.join("\n"));
}

fn turn(bench: &mut Bench) {
    bench.tell(Message::Sources(syncing(&["kaireon-prod", "test"])));
    let (timer, _) = wound(bench).unwrap();
    bench.tell(Message::Tick(timer, NOW));
}

trait IntoKey {
    fn into_key(self) -> ratatui::crossterm::event::KeyEvent;
}

impl IntoKey for char {
    fn into_key(self) -> ratatui::crossterm::event::KeyEvent {
        ratatui::crossterm::event::KeyCode::Char(self).into()
    }
}
