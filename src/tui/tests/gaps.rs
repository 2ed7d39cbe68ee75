//! What is not known to be complete: in the list, beside the count, of each scope of a source.

use super::support::{Bench, NOW, settings, source, story};
use crate::domain::{
    FeedCoverage, GapReason, Ledger, Note, Segment, SourceState, Stretch, Timestamp, UserData,
};
use crate::tui::{Effect, Message};

const HOUR: i64 = 60;

pub(super) fn ago(minutes: i64) -> Timestamp {
    NOW.plus_millis(-minutes * 60_000)
}

pub(super) fn segment(from: i64, to: i64, floor: bool) -> Segment {
    Segment { span: Stretch { lo: ago(from), hi: ago(to) }, verified_at: None, floor }
}

pub(super) fn feed(source: &str, scope: Option<&str>, segments: &[Segment], notes: &[Note]) -> FeedCoverage {
    FeedCoverage {
        source: source.into(),
        feed: "kaireonai".into(),
        scope: scope.map(Into::into),
        scope_name: scope.map(|scope| format!("The {scope}").into()),
        events: 1_204,
        ledger: Ledger::new(segments.iter().copied(), notes.iter().copied()),
    }
}

/// One scope with a gap between the flow's rollback and its publication, one that keeps only the last day.
pub(super) fn coverage() -> Vec<FeedCoverage> {
    let dropped = Note {
        span: Stretch { lo: Timestamp::MIN, hi: ago(24 * HOUR).plus_millis(1) },
        reason: GapReason::Retention,
    };
    vec![
        feed("kaireon-prod", Some("shop"), &[segment(20, 0, false), segment(900 * HOUR, 30, true)], &[]),
        feed("micro-prod", None, &[segment(24 * HOUR, 0, false)], &[dropped]),
        feed("streamkap-prod", None, &[segment(900 * HOUR, 0, true)], &[]),
    ]
}

fn bench(size: (u16, u16)) -> Bench {
    let mut bench = Bench::new(size, story());
    bench.tell(Message::Coverage(coverage()));
    bench
}

fn fills(bench: &mut Bench) -> Vec<Effect> {
    let asked = bench.take_asked();
    asked.into_iter().filter(|effect| matches!(effect, Effect::Fill { .. })).collect()
}

fn fill_of_shop() -> Effect {
    let span = Stretch { lo: ago(30).plus_millis(-1), hi: ago(20).plus_millis(1) };
    Effect::Fill { source: "kaireon-prod".into(), scope: Some("shop".into()), span }
}

#[test]
fn what_is_missing_is_seen_where_it_is_and_beside_the_count() {
    for size in [(200, 30), (120, 30), (80, 24), (60, 20)] {
        let mut bench = bench(size);
        insta::assert_snapshot!(format!("gaps-{}x{}", size.0, size.1), bench.screen());
        bench.press("j");
        insta::assert_snapshot!(format!("gaps-selected-{}x{}", size.0, size.1), bench.screen());
    }
}

#[test]
fn an_empty_list_says_whether_nothing_happened_or_nothing_is_known() {
    for (filter, said, unsaid) in [
        // The service's feed keeps no more than a day.
        (
            "since:2026-03-01 until:2026-03-02",
            "The cache does not know all of that time: micro-prod",
            "so none",
        ),
        (
            "since:2026-03-01 until:2026-03-02 source:streamkap-prod",
            "All events of that time are among them, so none like this was sent.",
            "fetches what it is about",
        ),
        (
            "zzz source:streamkap-prod",
            "The sources offer no others, so none like this was sent.",
            "that time",
        ),
    ] {
        let mut bench = bench((120, 30));
        bench.press(&format!("f{filter}<enter>"));
        let screen = bench.screen();
        assert!(screen.contains("No event matches the filter"), "{filter}: {screen}");
        assert!(screen.contains(said) && !screen.contains(unsaid), "{filter}: {screen}");
    }
}

#[test]
fn what_has_no_room_in_an_empty_list_is_left_out_whole() {
    for (size, filter, has, lacks) in [
        ((40, 10), "since:2026-03-01 until:2026-03-02", "8 events in the cache.", "The cache does not"),
        ((60, 20), "since:2026-03-01 until:2026-03-02", "The cache does not know all", " …"),
        ((40, 10), "zzz source:streamkap-prod", "none like this was sent.", " …"),
    ] {
        let mut bench = bench(size);
        bench.press(&format!("f{filter}<enter>"));
        let screen = bench.screen();
        let said = screen.lines().skip(3).collect::<Vec<_>>().join("\n");
        assert!(said.contains("`f` edits the filter, `g c` clears"), "{screen}");
        assert!(said.contains(has) && !said.contains(lacks) && !said.contains('…'), "{screen}");
    }
}

#[test]
fn enter_on_a_gap_asks_for_it_and_for_nothing_else() {
    let mut bench = bench((120, 30));
    let first = bench.app.timeline.selected();
    bench.press("j<enter>");
    assert_eq!(fills(&mut bench), [fill_of_shop()]);
    assert!(bench.screen().contains("asking kaireon-prod for what is missing of The shop"));
    assert!(bench.app.above.is_empty() && bench.app.event().is_none());
    bench.press("k");
    assert!(bench.app.event().is_some_and(|event| Some(event.row) == first), "back on the event above");
    bench.press("jj");
    let second = bench.app.timeline.selected();
    assert!(second < first && bench.app.timeline.gap().is_none());
    bench.press("k");
    assert!(bench.app.timeline.gap().is_some(), "from below one comes to the gap first");
    bench.press("<enter>");
    assert_eq!(fills(&mut bench), [fill_of_shop()]);
}

#[test]
fn a_gap_that_was_filled_is_no_line_any_more() {
    let mut bench = bench((120, 30));
    bench.press("j");
    let whole = feed("kaireon-prod", Some("shop"), &[segment(900 * HOUR, 0, true)], &[]);
    bench.tell(Message::Coverage(vec![whole]));
    assert!(bench.app.timeline.gap().is_none() && bench.app.event().is_some());
    assert!(!bench.screen().contains('┄') && bench.screen().contains("complete as of 10:38"));
    bench.press("<enter>");
    assert_eq!((fills(&mut bench), bench.app.above.len()), (Vec::new(), 1));
}

#[test]
fn what_the_feed_offers_no_more_is_told_and_not_asked_for() {
    let mut bench = bench((120, 30));
    bench.press("gg");
    let mut steps = 0;
    while bench.app.timeline.gap().is_none_or(|holes| &*holes[0].source != "micro-prod") {
        bench.press("j");
        steps += 1;
        assert!(steps < 20, "{}", bench.screen());
    }
    bench.press("<enter>");
    assert!(fills(&mut bench).is_empty());
    assert!(bench.screen().contains("asking again brings nothing: no longer offered by the feed"));
}

#[test]
fn the_count_says_what_is_missing_of_what_the_filter_is_about() {
    let last_hours = "since:2026-04-01T10:25:00Z";
    for (query, says) in [
        ("", "complete to 1 Apr 10:20, R fetches the rest"),
        ("source:micro-prod", "complete to 31 Mar 10:40: no longer offered by the feed"),
        ("source:streamkap-prod", "complete as of 10:38"),
        (last_hours, "complete as of 10:38"),
        ("until:2026-04-01T09:00:00Z -source:micro-prod", "complete as of 10:38"),
    ] {
        let mut settings = settings((200, 30));
        settings.query = Some(query.to_owned());
        settings.user = UserData::default();
        let mut bench = Bench::with(settings, story());
        bench.tell(Message::Coverage(coverage()));
        assert!(bench.screen().contains(&format!("· {says}")), "{query}\n{}", bench.screen());
    }
    let mut bench = bench((200, 30));
    let mut sources = bench.app.sources.clone();
    sources[1] = source("kaireon-prod", "kaireonai", SourceState::Syncing { pages: 1, events_new: 0 });
    bench.tell(Message::Sources(sources));
    assert!(bench.screen().contains("complete to 1 Apr 10:20, fetching the rest"));
}

#[test]
fn a_list_that_begins_with_the_oldest_has_its_gaps_where_they_are() {
    let mut bench = bench((120, 30));
    bench.press("fsort:time<enter>gg");
    let lines: Vec<String> = bench.screen().lines().map(str::to_owned).collect();
    let at = |text: &str| lines.iter().position(|line| line.contains(text)).unwrap();
    let gap = at("┄┄ 1 Apr 10:10");
    assert!(at("10:00  ^ publish") < gap && gap < at("10:30  < rollback"), "{}", bench.screen());
    bench.press("<enter>");
    assert_eq!(fills(&mut bench), []);
}

#[test]
fn a_list_that_does_not_go_by_time_has_one_line_above_it() {
    let mut bench = bench((120, 30));
    bench.press("Oegg");
    let screen = bench.screen();
    assert_eq!(screen.lines().filter(|line| line.contains('┄')).count(), 1, "{screen}");
    assert!(screen.contains("and 1 more"), "{screen}");
    bench.press("k<enter>");
    assert_eq!(fills(&mut bench), [fill_of_shop()]);
}

#[test]
fn what_is_missing_above_the_first_event_can_be_filled() {
    let mut bench = bench((120, 30));
    let newer = [segment(3, 0, false), segment(900 * HOUR, 8, true)];
    bench.tell(Message::Coverage(vec![feed("kaireon-prod", Some("shop"), &newer, &[])]));
    bench.press("gg");
    let first = bench.app.timeline.selected();
    insta::assert_snapshot!("gap-above", bench.screen());
    bench.press("k");
    assert!(bench.app.timeline.gap().is_some() && bench.app.event().is_none());
    bench.press("k<enter>");
    let span = Stretch { lo: ago(8).plus_millis(-1), hi: ago(3).plus_millis(1) };
    let fill = Effect::Fill { source: "kaireon-prod".into(), scope: Some("shop".into()), span };
    assert_eq!(fills(&mut bench), [fill]);
    bench.press("j");
    assert!(bench.app.event().is_some_and(|event| Some(event.row) == first), "back on the first event");
    bench.press("j");
    assert!(bench.app.timeline.selected() < first);
}

#[test]
fn a_feed_that_was_never_read_is_told_above_the_list_once_its_source_is_at_rest() {
    let mut bench = bench((120, 30));
    let till = feed("kaireon-prod", Some("till"), &[], &[]);
    bench.tell(Message::Coverage(vec![till]));
    assert!(bench.screen().contains("at any time · The till: not fetched yet"), "{}", bench.screen());
    bench.press("ggk<enter>");
    let all = Effect::Fill { source: "kaireon-prod".into(), scope: Some("till".into()), span: Stretch::ALL };
    assert_eq!(fills(&mut bench), [all]);
    let mut sources = bench.app.sources.clone();
    sources[1] = source("kaireon-prod", "kaireonai", SourceState::Syncing { pages: 1, events_new: 0 });
    bench.tell(Message::Sources(sources));
    assert!(!bench.screen().contains('┄'), "{}", bench.screen());
}

#[test]
fn what_was_removed_on_purpose_is_told_and_not_asked_for() {
    let mut bench = bench((200, 30));
    let mut kept = feed("kaireon-prod", None, &[segment(900 * HOUR, 0, true)], &[]);
    kept.ledger.keep_from(ago(26 * HOUR));
    bench.tell(Message::Coverage(vec![kept]));
    assert!(
        bench.screen().contains("complete to 31 Mar 08:40: removed from this cache"),
        "{}",
        bench.screen()
    );
    assert!(bench.screen().contains("before 31 Mar 08:40 · kaireon-prod: removed from this cache"));
    bench.press("gs<enter>");
    assert!(bench.screen().contains("before 31 Mar 08:40: removed from this cache"), "{}", bench.screen());
    bench.press("<enter>");
    assert_eq!(fills(&mut bench), []);
}

#[test]
fn every_scope_of_a_source_has_a_bar_with_its_gaps_and_their_reasons() {
    let mut feeds = coverage();
    feeds.push(feed("kaireon-prod", Some("till"), &[segment(10 * HOUR, 0, true)], &[]));
    for size in [(120, 30), (60, 20)] {
        let mut bench = bench(size);
        bench.tell(Message::Coverage(feeds.clone()));
        bench.press("gs<enter>");
        insta::assert_snapshot!(format!("coverage-{}x{}", size.0, size.1), bench.screen());
    }
}

#[test]
fn enter_on_a_scope_asks_for_all_that_is_missing_of_it() {
    let mut bench = bench((120, 30));
    bench.tell(Message::Coverage([coverage(), vec![feed("kaireon-prod", Some("till"), &[], &[])]].concat()));
    // The source of the selected event is the one that is selected.
    bench.press("gs<enter><enter>");
    assert_eq!(fills(&mut bench), [fill_of_shop()]);
    bench.press("j<enter>");
    let all = Effect::Fill { source: "kaireon-prod".into(), scope: Some("till".into()), span: Stretch::ALL };
    assert_eq!(fills(&mut bench), [all]);
    bench.press("q");
    assert!(bench.screen().contains(" Sources"), "{}", bench.screen());
}
