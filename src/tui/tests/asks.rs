//! What keys, and the time that passes after them, ask of the outside.

use super::support::{Bench, NOW, event, source, story};
use crate::domain::{Action, Condition, Detail, SourceState};
use crate::tui::{Effect, Message, Timer};

#[test]
fn a_refresh_under_a_filter_asks_for_what_the_filter_is_about_first() {
    let kind = |kind: &str| Condition::Type(kind.into());
    let rollback = || Condition::Action("rollback".into());
    for (keys, source, wanted, said) in [
        (
            "ftype:service<enter>r",
            Some("micro-prod"),
            vec![kind("service")],
            "asking micro-prod for what the filter",
        ),
        (
            "ftype:service -actor:x<enter>R",
            None,
            vec![kind("service")],
            "asking every source for what the filter",
        ),
        // Nothing is selected, and that may be because nothing was fetched.
        ("ftype:x action:rollback<enter>r", None, vec![kind("x"), rollback()], "asking every source"),
        (
            "fsource:kaireon-prod type:x<enter>r",
            Some("kaireon-prod"),
            vec![kind("x")],
            "asking kaireon-prod for what",
        ),
        // No server can be asked for these.
        ("frollback<enter>r", Some("kaireon-prod"), vec![], "asking kaireon-prod for news"),
        ("ftype:service,decision_flow<enter>R", None, vec![], "asking every source for news"),
        // On the screen of the sources, it is the source that counts.
        ("ftype:service<enter>gsr", Some("micro-prod"), vec![], "asking micro-prod for news"),
    ] {
        let mut bench = Bench::new((100, 24), story());
        bench.press(keys);
        let asked = bench.take_asked();
        let expected = Effect::Refresh { source: source.map(Into::into), wanted };
        assert!(asked.contains(&expected), "{keys}: {asked:?}");
        assert!(bench.screen().contains(said), "{keys}: {}", bench.screen());
    }
    let mut bench = Bench::new((100, 24), story());
    bench.press("ftype:nowhere<enter>");
    assert!(bench.screen().contains("`r` fetches what it is about"), "{}", bench.screen());
    bench.press("gcfnowhere<enter>r");
    assert!(bench.screen().contains("no source is selected"));
}

#[test]
fn opening_an_event_asks_what_changed_and_resting_on_it_does_too() {
    let mut asked = event(5, Action::Update, "service", "Orders");
    asked.record.detail = Detail::Available;
    let (row, other) = (asked.row, event(9, Action::Update, "service", "Other"));
    let fetch = Effect::FetchDetail { row };

    let mut bench = Bench::new((80, 24), vec![asked.clone(), other.clone()]);
    bench.press("<enter>");
    assert_eq!(bench.take_asked().iter().filter(|effect| **effect == fetch).count(), 1);
    bench.press("<esc><enter>");
    assert!(!bench.take_asked().contains(&fetch), "it is on its way already");

    for (size, keys, late, expected) in [
        ((120, 30), "", false, true),
        ((120, 30), "", true, false),
        ((120, 30), "j", false, false),
        ((120, 30), "p", false, false),
        ((80, 24), "", false, false),
        // Beside what changed before a moment as beside the list.
        ((160, 30), "gW", false, true),
        ((120, 30), "gW", false, false),
    ] {
        let newest = event(2, Action::Update, "service", "Newest");
        let before = keys == "gW";
        let events = before.then_some(newest).into_iter().chain([asked.clone(), other.clone()]);
        let mut bench = Bench::new(size, events.collect());
        bench.press(keys);
        let rest = bench.take_asked().into_iter().rev().find_map(|effect| match effect {
            Effect::Timer { timer: Timer::Rest(number), .. } => Some(number),
            _ => None,
        });
        let number = rest.unwrap() - u64::from(late);
        bench.tell(Message::Tick(Timer::Rest(number), NOW));
        assert_eq!(bench.take_asked().contains(&fetch), expected, "{size:?} {keys} {late}");
    }
}

#[test]
fn a_countdown_is_wound_every_second_and_nothing_else_is() {
    let mut bench = Bench::new((80, 24), story());
    let clock = |bench: &mut Bench| {
        bench.take_asked().into_iter().rev().find_map(|effect| match effect {
            Effect::Timer { timer: timer @ Timer::Clock(_), after } => Some((timer, after.as_secs())),
            _ => None,
        })
    };
    let (first, after) = clock(&mut bench).unwrap();
    assert_eq!(after, 60);
    let until = NOW.plus_millis(40_000);
    let waiting = source("one", "kaireonai", SourceState::Waiting { until, reason: "429".into() });
    bench.tell(Message::Sources(vec![waiting]));
    let (second, after) = clock(&mut bench).unwrap();
    assert_eq!(after, 0, "a countdown begins with the right time of day");
    bench.tell(Message::Tick(first, NOW));
    assert_eq!(clock(&mut bench), None, "a timer that is no longer waited for winds nothing up");
    bench.tell(Message::Tick(second, NOW.plus_millis(10_000)));
    assert_eq!(clock(&mut bench).unwrap().1, 1);
    assert!(bench.screen().contains("wait(429 30s) 1"), "{}", bench.screen());
}
