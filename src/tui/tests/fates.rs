//! What a feed did with an event later: in the list, on the event, in the filter.

use super::support::{Bench, NOW, story};
use crate::domain::{Event, Fate, Revision};

/// The first event was edited twice, the second is gone.
pub(super) fn later() -> Vec<Event> {
    let mut events = story();
    let revision = |raw: &str, minutes: i64| Revision {
        raw: raw.into(),
        replaced_at: NOW.plus_millis(-minutes * 60_000),
    };
    events[0].record.raw =
        r#"{"id":"ev","notes":"Reverting: conversions fell","password":"new","tags":[1]}"#.into();
    let revisions = vec![
        revision(r#"{"id":"ev","notes":"Reverting","password":"old","by":"jane"}"#, 3),
        revision(r#"{"by":"jane","id":"ev","notes":"Reverting","password":"old"}"#, 5),
    ];
    events[0].fate = Some(Box::new(Fate { gone_at: None, edits: 7, revisions }));
    let gone_at = Some(NOW.plus_millis(-60_000));
    events[1].fate = Some(Box::new(Fate { gone_at, ..Fate::default() }));
    events
}

#[test]
fn what_became_of_an_event_is_seen_in_the_list_and_on_the_event() {
    for size in [(200, 50), (80, 24), (60, 20)] {
        let mut bench = Bench::new(size, later());
        insta::assert_snapshot!(format!("fate-list-{}x{}", size.0, size.1), bench.screen());
        bench.press("<enter>G");
        insta::assert_snapshot!(format!("fate-edited-{}x{}", size.0, size.1), bench.screen());
        assert!(!bench.screen().contains("\"old\""), "secrets are masked: {}", bench.screen());
    }
    let mut bench = Bench::new((120, 40), later());
    bench.press("j<enter>");
    let screen = bench.screen();
    assert!(screen.contains("its feed does not have it any more, found Wed 1 Apr 2026 10:39:00"), "{screen}");
}

#[test]
fn a_filter_finds_what_was_edited_or_is_gone() {
    for (filter, count) in [("is:edited", "1 of 8"), ("is:gone", "1 of 8"), ("-is:gone,edited", "6 of 8")] {
        let mut bench = Bench::new((120, 40), later());
        bench.press(&format!("f{filter}<enter>"));
        assert!(bench.screen().contains(count), "{filter}: {}", bench.screen());
    }
}
