//! The events over time: the line above the list, and the screen of its own.

use super::support::{Bench, NOW, event, many, settings, source, story};
use crate::domain::{Action, FeedCoverage, Ledger, Segment, SourceState, Stretch, Zone};
use crate::tui::Message;
use crate::tui::theme::Theme;

/// The line with the bars.
fn strip(bench: &Bench) -> String {
    bench.screen().lines().nth(3).unwrap_or_default().to_owned()
}

fn filter(bench: &Bench) -> &str {
    bench.app.filter.applied()
}

#[test]
fn histogram_at_every_size() {
    for (size, keys) in
        [((200, 60), "H"), ((120, 40), "Hc"), ((80, 24), "Hcc"), ((60, 20), "Hhhvh"), ((40, 10), "H")]
    {
        let mut bench = Bench::new(size, story());
        bench.press(keys);
        insta::assert_snapshot!(format!("histogram-{}x{}", size.0, size.1), bench.screen());
    }
}

#[test]
fn a_stack_is_told_apart_without_colours() {
    let mut settings = settings((100, 30));
    settings.theme = Theme::monochrome();
    let of = |minutes: i64| {
        let action = [Action::Update, Action::Publish, Action::Delete][(minutes / 7 % 3) as usize].clone();
        event(minutes, action, "service", "S")
    };
    let mut bench = Bench::with(settings, (0..90).map(|nth| of(nth * nth / 9)).collect());
    bench.press("Hchhvhh");
    insta::assert_snapshot!("histogram-stacked", bench.screen());
}

#[test]
fn the_strip_counts_what_the_filter_selects() {
    let mut bench = Bench::new((80, 24), many(48, 3_600_000, 0));
    let all = strip(&bench);
    assert!(all.starts_with(" 30 Mar") && all.ends_with("one bar = 3 h"), "{all}");
    bench.press("fsince:2026-04-01");
    assert!(strip(&bench).starts_with(" 1 Apr 00:00 "), "while it is typed: {}", strip(&bench));
    bench.press(" nothing");
    assert_eq!(strip(&bench), "", "there is no time without events");
    bench.press("<esc><esc>");
    assert_eq!(strip(&bench), all);
}

#[test]
fn where_nothing_is_proved_the_strip_says_so() {
    let events = || many(2, 20 * 3_600_000, 0);
    let mut bench = Bench::new((80, 24), events());
    assert!(!strip(&bench).contains('░'), "every source is complete: {}", strip(&bench));
    let mut never = source("kaireon-prod", "kaireonai", SourceState::Failed);
    never.last_sync = None;
    bench.tell(Message::Sources(vec![never.clone()]));
    let line = strip(&bench);
    assert!(line.contains('░') && line.contains('█'), "{line}");
    bench.press("Hh");
    assert!(bench.screen().contains("░ there may be more that is not in the cache"), "{}", bench.screen());
    bench.press("<esc>");
    bench.press("H<esc>fsource:micro-prod OR update<enter>");
    assert!(strip(&bench).contains('░'), "{}", strip(&bench));
    bench.press("f -source:kaireon-prod<enter>");
    assert!(!strip(&bench).contains('░'), "the filter leaves the source out");
}

#[test]
fn gaps_of_the_cache_are_drawn_where_there_is_nothing_else() {
    // Two events, twenty hours apart, and a gap of two hours in between.
    let mut bench = Bench::new((80, 24), many(2, 20 * 3_600_000, 0));
    let hours = |hours: i64| NOW.plus_millis(-hours * 3_600_000);
    let known = |lo: i64, hi: i64, floor| Segment {
        span: Stretch { lo: hours(lo), hi: hours(hi) },
        verified_at: None,
        floor,
    };
    let coverage = |source: &str, segments: [Segment; 2]| FeedCoverage {
        source: source.into(),
        feed: "kaireonai".into(),
        scope: None,
        scope_name: None,
        events: 2,
        ledger: Ledger::new(segments, []),
    };
    let whole = [known(99, 7, true), known(8, 0, false)];
    bench.tell(Message::Coverage(vec![coverage("kaireon-prod", whole)]));
    assert!(!strip(&bench).contains('░'), "{}", strip(&bench));
    let apart = [known(99, 9, true), known(7, 0, false)];
    bench.tell(Message::Coverage(vec![coverage("kaireon-prod", apart)]));
    let bars: String = strip(&bench).chars().filter(|c| "█░".contains(*c)).collect();
    assert_eq!(bars, "█░░░█", "the hours from 01:00 to 04:00 share time with it");
    bench.press("fsource:micro-prod OR -source:kaireon-prod OR update<enter>");
    assert!(strip(&bench).contains('░'), "the filter may be about the source");
    bench.tell(Message::Coverage(vec![coverage("kaireon-prod", whole)]));
    assert!(!strip(&bench).contains('░'), "what came has closed it");
}

#[test]
fn bars_are_those_of_the_zone_that_is_shown() {
    let mut settings = settings((80, 24));
    settings.zone = Zone::Fixed(chrono::FixedOffset::east_opt(5 * 3600 + 1800).unwrap());
    let mut bench = Bench::with(settings, many(3, 86_400_000, 0));
    bench.press("H");
    assert!(bench.screen().contains("Wed 1 Apr 2026 16:00 – 17:00"), "{}", bench.screen());
    bench.press("T");
    assert!(bench.screen().contains("Wed 1 Apr 2026 10:00 – 11:00"), "{}", bench.screen());
}

#[test]
fn bars_are_chosen_and_become_a_stretch_of_time() {
    for (keys, text) in [
        ("<enter>", "since:2026-04-01T10:00 until:2026-04-01T10:59"),
        ("h<enter>", "since:2026-04-01T09:00 until:2026-04-01T09:59"),
        ("hvhh<enter>", "since:2026-04-01T07:00 until:2026-04-01T09:59"),
        ("vGv<enter>", "since:2026-03-30T11:00 until:2026-03-30T11:59"),
        ("Ggg<enter>", "since:2026-04-01T10:00 until:2026-04-01T10:59"),
        ("hvhh<esc><enter>", "since:2026-04-01T07:00 until:2026-04-01T07:59"),
        ("jjkvll<enter>", "since:2026-04-01T09:00 until:2026-04-01T10:59"),
        ("hhhhhhhhhhvG<enter>", "since:2026-03-30T11:00 until:2026-04-01T00:59"),
    ] {
        let mut bench = Bench::new((80, 24), many(48, 3_600_000, 0));
        bench.press("H");
        bench.press(keys);
        assert_eq!(filter(&bench), text, "{keys}\n{}", bench.screen());
        assert!(bench.app.above.is_empty());
        bench.press("u");
        assert_eq!(filter(&bench), "");
    }
}

#[test]
fn a_stretch_takes_the_place_of_another_and_nothing_else() {
    let mut bench = Bench::new((80, 24), many(48, 3_600_000, 0));
    bench.press("fsince:3d type:service tz:+02:00<enter>H<enter>");
    assert_eq!(filter(&bench), "type:service since:2026-04-01T12:00 until:2026-04-01T12:59 tz:+02:00");
    assert_eq!(bench.app.timeline.list().len(), 1);
}

#[test]
fn the_screen_begins_at_the_selected_event_and_is_left_again() {
    let mut bench = Bench::new((80, 24), many(48, 3_600_000, 0));
    bench.press("jjjjjjjH");
    assert!(bench.screen().contains("Wed 1 Apr 2026 03:00 – 04:00 · 1 event"), "{}", bench.screen());
    let place = bench.app.timeline.place();
    for keys in ["H", "H<esc>", "Hv<esc><esc>", "Hq"] {
        let mut bench = Bench::new((80, 24), many(48, 3_600_000, 0));
        bench.press("jjjjjjj");
        bench.press(keys);
        assert_eq!(
            (bench.app.above.len(), bench.app.timeline.place()),
            (usize::from(keys == "H"), place),
            "{keys}"
        );
    }
}

#[test]
fn stacking_names_what_the_chosen_bars_hold() {
    for (keys, words) in [
        ("Hv", " Wed 1 Apr 2026 09:00 – 12:00 · 4 events · range"),
        ("Hc", "by action"),
        ("Hcc", "by status"),
        ("Hccc", "by source"),
        ("Hcccc", "8 events over time  "),
        ("HcvG", "8 events · range · update 4 · publish 2 · create 1 · rollback 1"),
        ("HccvG", "8 events · range · success 7 · failed 1"),
        ("HcccvG", "8 events · range · kaireon-prod 5 · micro-prod 2 · streamkap-prod 1"),
    ] {
        let mut bench = Bench::new((120, 30), story());
        bench.press(keys);
        let screen = bench.screen();
        assert!(screen.contains(words), "{keys}: {words}\n{screen}");
    }
}

#[test]
fn the_chosen_parts_add_up_at_every_width() {
    for width in 40..130 {
        let mut bench = Bench::new((width, 30), story());
        bench.press("HcvG");
        let screen = bench.screen();
        let Some(line) = screen.lines().find(|line| line.contains(" · update ")) else {
            assert!(width < 90, "{width}\n{screen}");
            continue;
        };
        let parts = line.split(" · ").filter(|part| !part.contains("event") && !part.contains("range"));
        let counts = parts.filter_map(|part| part.trim().rsplit_once(' ')?.1.parse::<usize>().ok());
        assert_eq!(counts.sum::<usize>(), 8, "{width}: {line}");
    }
}
