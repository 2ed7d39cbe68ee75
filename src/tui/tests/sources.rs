//! What can be done about a source, and what its screen says while it is at work.

use super::support::{Bench, NOW, source, story};
use crate::domain::{
    FeedCoverage, Ledger, Segment, SourceState, SourceStatus, Stretch, Timestamp, Unreadable, UserChange,
};
use crate::tui::{Effect, Message, Timer};

fn bench() -> Bench {
    Bench::new((120, 30), story())
}

fn asked(bench: &mut Bench) -> Vec<Effect> {
    let other = |effect: &Effect| !matches!(effect, Effect::Timer { .. } | Effect::Load { .. });
    bench.take_asked().into_iter().filter(other).collect()
}

#[test]
fn a_source_is_tested_by_a_key() {
    let mut bench = bench();
    bench.press("gs");
    asked(&mut bench);
    bench.press("c");
    assert_eq!(asked(&mut bench), [Effect::Test { source: "kaireon-prod".into() }]);
    assert!(bench.screen().contains("asking kaireon-prod for one page"));
}

#[test]
fn a_source_rests_until_the_key_is_pressed_again() {
    let mut bench = bench();
    bench.press("gs");
    asked(&mut bench);
    for on in [true, false] {
        bench.press(" ");
        let source = || "kaireon-prod".into();
        let keep = Effect::Keep(UserChange::Pause { source: source(), on });
        assert_eq!(asked(&mut bench), [keep, Effect::Pause { source: source(), on }]);
        assert_eq!(bench.screen().contains("paused, space has it asked again"), on, "{}", bench.screen());
    }
}

#[test]
fn all_that_is_missing_of_a_source_is_asked_for_by_a_key() {
    let mut bench = bench();
    let at = |minutes: i64| NOW.plus_millis(-minutes * 60_000);
    let segment = Segment { span: Stretch { lo: at(60), hi: at(0) }, verified_at: None, floor: false };
    let feed = |scope: &str, segments: &[Segment]| FeedCoverage {
        source: "kaireon-prod".into(),
        feed: "kaireonai".into(),
        scope: Some(scope.into()),
        scope_name: None,
        events: 5,
        ledger: Ledger::new(segments.iter().copied(), []),
    };
    bench.press("gs");
    asked(&mut bench);
    bench.press("b");
    let all = Effect::Refresh { source: Some("kaireon-prod".into()), wanted: Vec::new() };
    assert_eq!(asked(&mut bench), [all], "nothing is known of it yet");
    bench.tell(Message::Coverage(vec![feed("one", &[segment]), feed("two", &[])]));
    bench.press("b");
    let fill =
        |scope: &str, span| Effect::Fill { source: "kaireon-prod".into(), scope: Some(scope.into()), span };
    let older = Stretch { lo: Timestamp::MIN, hi: at(60).plus_millis(1) };
    assert_eq!(asked(&mut bench), [fill("one", older), fill("two", Stretch::ALL)]);
    bench.press("<enter>jb");
    assert_eq!(asked(&mut bench), [fill("two", Stretch::ALL)], "of the scope that is looked into");
    let floor = Segment { floor: true, ..segment };
    bench.tell(Message::Coverage(vec![feed("one", &[floor])]));
    bench.press("<esc>b");
    assert_eq!(asked(&mut bench), []);
    assert!(bench.screen().contains("nothing is missing of kaireon-prod"));
}

#[test]
fn records_that_could_not_be_read_are_shown_and_cannot_move_the_cursor() {
    let mut bench = bench();
    bench.press("gs");
    asked(&mut bench);
    bench.press("v");
    assert_eq!(asked(&mut bench), [Effect::Unreadable { source: "kaireon-prod".into(), scope: None }]);
    let raw = format!("{{\"a\":\"\u{1b}[31m\u{202e}x\u{200b}\"}}\r\n{}", "long ".repeat(60));
    let record = Unreadable {
        source: "kaireon-prod".into(),
        feed: "kaireonai".into(),
        scope: Some("shop".into()),
        scope_name: Some("The \u{7}shop".into()),
        reason: "it has no time".into(),
        seen_at: NOW.plus_millis(-60_000),
        length: raw.chars().count() as u64 + 10,
        raw: raw.into(),
    };
    bench.tell(Message::Unreadable(Ok(vec![record])));
    let screen = bench.screen();
    assert!(!screen.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{screen:?}");
    insta::assert_snapshot!("unreadable", screen);
    bench.press("<esc>");
    bench.tell(Message::Unreadable(Ok(Vec::new())));
    assert!(bench.screen().contains("every record could be read as an event"));
    bench.tell(Message::Unreadable(Err("the disk is gone".into())));
    assert!(bench.screen().contains("the disk is gone"));
}

#[test]
fn a_sync_says_how_fast_it_goes_and_what_is_left_where_that_is_known() {
    let mut bench = bench();
    bench.press("gs");
    let syncing = |total| {
        let state = SourceState::Syncing { pages: 12, events_new: 2_400 };
        let began = Some(NOW.plus_millis(-8_000));
        SourceStatus { events: 3_000, began, total, ..source("kaireon-prod", "kaireonai", state) }
    };
    for (total, says) in [
        (None, "syncing · 12 pages, 2,400 new · 300 a second  "),
        (Some(30_000), "2,400 new · 300 a second · 10 % of 30,000, about 1m 30s left"),
    ] {
        bench.tell(Message::Sources(vec![syncing(total)]));
        assert!(bench.screen().contains(says), "{says}\n{}", bench.screen());
    }
}

#[test]
fn a_wait_counts_down_on_the_screen() {
    let mut bench = bench();
    bench.press("gs");
    let state = SourceState::Waiting { until: NOW.plus_millis(42_000), reason: "429".into() };
    bench.tell(Message::Sources(vec![source("kaireon-prod", "kaireonai", state)]));
    for (after, says) in [(0, "next try in 42s"), (1_000, "next try in 41s"), (41_500, "next try in 1s")] {
        bench.tell(Message::Tick(Timer::Clock(0), NOW.plus_millis(after)));
        assert!(bench.screen().contains(says), "{says}\n{}", bench.screen());
    }
}
