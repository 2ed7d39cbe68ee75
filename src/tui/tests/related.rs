//! The Related tab: what happened together with an event, near to it, to the same entity, and by the same actor.

use super::gaps::{ago, feed, segment};
use super::looks::text_and_style;
use super::support::{Bench, event, settings, story};
use crate::domain::{Action, Event, Neighbours};
use crate::tui::theme::Theme;
use crate::tui::{Effect, Message};

/// Keys that lead from the timeline to the tab of the selected event, full screen.
const TO_TAB: &str = "<enter>[";

/// The story, and what others did beside the rollback of 10:30.
fn events() -> Vec<Event> {
    let by = |mut event: Event, source: &str, actor: &str, set: Option<&str>| {
        event.source = source.into();
        event.record.actor.name = Some(actor.into());
        event.record.set = set.map(str::to_owned);
        event
    };
    let mut events = story();
    events[0].record.set = Some("release-42".into());
    let flow = |minutes, name| event(minutes, Action::Publish, "decision_flow", name);
    let jane = "jane.smith@example.com";
    events.push(by(flow(9, "Home Page NBA"), "kaireon-prod", jane, Some("release-42")));
    events.push(by(flow(11, "Cart NBA"), "kaireon-prod", "ben@example.com", Some("release-42")));
    // The same number elsewhere is another set.
    events.push(by(flow(12, "Elsewhere"), "streamkap-prod", "ben@example.com", Some("release-42")));
    for minutes in 0..7 {
        let mut service = event(13 + minutes, Action::Update, "service", &format!("Service {minutes}"));
        service.feed = "microvisualizer".into();
        events.push(by(service, "micro-prod", "ci-deployer", None));
    }
    for days in 9..12 {
        events.push(event(days * 24 * 60, Action::Update, "decision_flow", "Long ago"));
    }
    events
}

fn bench(size: (u16, u16), theme: &str) -> Bench {
    let mut settings = settings(size);
    settings.theme = Theme::built_in(theme).unwrap();
    let mut bench = Bench::with(settings, events());
    // What happened before 10:26 is not known of one source.
    bench.tell(Message::Coverage(vec![
        feed("kaireon-prod", None, &[segment(14, 0, false)], &[]),
        feed("micro-prod", None, &[segment(100_000, 0, true)], &[]),
        feed("streamkap-prod", None, &[segment(100_000, 0, true)], &[]),
    ]));
    bench.press("gg");
    while bench.app.event().unwrap().record.action != Action::Rollback {
        bench.press("j");
    }
    bench
}

/// The line of the screen that is selected.
fn selected(bench: &Bench) -> String {
    let screen = bench.screen();
    screen.lines().find(|line| line.starts_with('▌')).unwrap_or_default().to_owned()
}

#[test]
fn it_looks_like_this() {
    for theme in ["dark", "light", "monochrome"] {
        let mut bench = bench((80, 24), theme);
        bench.press(TO_TAB);
        insta::assert_snapshot!(format!("related-{theme}"), text_and_style(&bench));
    }
    for size in [(200, 60), (120, 40), (60, 20), (40, 10)] {
        let mut bench = bench(size, "dark");
        bench.press("[");
        insta::assert_snapshot!(format!("related-preview-{}x{}", size.0, size.1), bench.screen());
        bench.press("<tab>j");
        insta::assert_snapshot!(format!("related-focused-{}x{}", size.0, size.1), bench.screen());
        bench.press("<esc><enter>");
        insta::assert_snapshot!(format!("related-{}x{}", size.0, size.1), bench.screen());
    }
}

#[test]
fn it_is_asked_when_it_is_looked_at_and_not_before() {
    let mut bench = bench((120, 40), "dark");
    bench.silent = true;
    let asked = |bench: &mut Bench| {
        let asked = bench.take_asked();
        asked.iter().filter(|effect| matches!(effect, Effect::Neighbours { .. })).count()
    };
    bench.press("]]jk");
    assert_eq!(asked(&mut bench), 0);
    bench.press("]");
    assert_eq!(asked(&mut bench), 1);
    assert!(bench.screen().contains("Reading the cache…"), "{}", bench.screen());
    bench.press("<tab>jk<esc>t");
    assert_eq!(asked(&mut bench), 0, "it was asked already");
    bench.press("j");
    assert_eq!(asked(&mut bench), 1, "another event");
    // The preview is off: nobody looks.
    bench.press("pj");
    assert_eq!(asked(&mut bench), 0);
}

#[test]
fn an_answer_that_was_overtaken_is_nobodys_and_news_wait_for_the_answer_before() {
    let mut bench = bench((120, 40), "dark");
    bench.silent = true;
    bench.press("[");
    let generation = |bench: &mut Bench| {
        bench.take_asked().into_iter().find_map(|effect| match effect {
            Effect::Neighbours { generation, among, .. } => Some((generation, among.len())),
            _ => None,
        })
    };
    let (first, among) = generation(&mut bench).unwrap();
    assert_eq!(among, 4, "set, time, entity and actor in one question");
    let answer = |generation, others| Message::Neighbours {
        generation,
        result: Ok(vec![Neighbours { others, ..Neighbours::default() }; 4]),
    };
    bench.tell(answer(first + 1, 77));
    assert!(!bench.screen().contains("77"));
    bench.tell(Message::CacheGrew { new: 3 });
    assert_eq!(
        generation(&mut bench),
        None,
        "while the cache is being filled there would never be an answer"
    );
    bench.tell(answer(first, 55));
    assert!(bench.screen().contains("55 others"), "{}", bench.screen());
    let (second, _) = generation(&mut bench).unwrap();
    assert!(bench.screen().contains("55 others"), "what is known stays until there is better");
    bench.tell(answer(first, 44));
    assert!(bench.screen().contains("55 others"));
    bench.tell(answer(second, 66));
    assert!(bench.screen().contains("66 others"));
    assert_eq!(generation(&mut bench), None);
    bench.tell(Message::CacheGrew { new: 1 });
    let (third, _) = generation(&mut bench).unwrap();
    bench.tell(Message::Neighbours { generation: third, result: Err("the disk is full".into()) });
    assert!(bench.screen().contains("66 others"), "{}", bench.screen());
}

#[test]
fn what_cannot_be_read_says_why() {
    let mut bench = bench((120, 40), "dark");
    bench.silent = true;
    bench.press("[");
    let generation = bench.take_asked().into_iter().find_map(|effect| match effect {
        Effect::Neighbours { generation, .. } => Some(generation),
        _ => None,
    });
    let result = Err("the cache cannot be read".to_owned());
    bench.tell(Message::Neighbours { generation: generation.unwrap(), result });
    assert!(bench.screen().contains("the cache cannot be read"), "{}", bench.screen());
}

#[test]
fn a_related_event_is_opened_and_left_again_with_the_selection_where_it_was() {
    for (size, keys) in [((80, 24), TO_TAB), ((120, 40), "[<tab>")] {
        let mut bench = bench(size, "dark");
        bench.press(keys);
        bench.press("j");
        let before = bench.screen();
        bench.press("<enter>");
        assert_eq!(bench.app.event().unwrap().record.entity.name.as_deref(), Some("Cart NBA"));
        assert!(bench.screen().contains("[Summary]"), "{}", bench.screen());
        bench.press("<esc>");
        assert_eq!(bench.screen(), before);
        // From there back to the first: no circle.
        bench.press("<enter>[");
        let depth = bench.app.above.len();
        bench.press("<enter>");
        assert!(bench.app.above.len() <= depth + 1);
    }
}

#[test]
fn the_last_line_of_a_section_lists_all_of_it() {
    let mut bench = bench((80, 24), "dark");
    let row = bench.app.event().unwrap().row;
    let id = bench.app.event().unwrap().id;
    bench.press(TO_TAB);
    bench.press("jjjjjjjj");
    assert!(selected(&bench).contains("4 more · g w lists all: around:"), "{}", bench.screen());
    bench.press("<enter>");
    assert_eq!(bench.app.filter.applied(), format!("around:{id}~10m"));
    assert_eq!(bench.app.timeline.selected(), Some(row));
    bench.press("<esc>");
    assert!(selected(&bench).contains("4 more"), "{}", bench.screen());
    bench.press("G<enter>");
    assert_eq!(bench.app.filter.applied(), "actor:=jane.smith@example.com");
    assert_eq!(bench.app.timeline.list().len(), 10, "as many as the section counts, and the event itself");
}

#[test]
fn the_selection_stays_in_sight_with_the_heading_of_its_section() {
    let mut bench = bench((60, 20), "dark");
    bench.press(TO_TAB);
    let top = bench.screen();
    assert!(top.contains("Same change set"), "{top}");
    for _ in 0..30 {
        bench.press("j");
        assert!(!selected(&bench).is_empty(), "{}", bench.screen());
    }
    assert!(selected(&bench).contains("more"), "{}", bench.screen());
    for _ in 0..30 {
        bench.press("k");
        assert!(!selected(&bench).is_empty(), "{}", bench.screen());
    }
    assert_eq!(bench.screen(), top);
}

#[test]
fn news_do_not_move_the_selection() {
    let mut bench = bench((80, 24), "dark");
    bench.press(TO_TAB);
    bench.press("jjj");
    // The bar at the edge grows shorter.
    let line = |bench: &Bench| selected(bench).trim_end_matches('┃').trim_end().to_owned();
    let before = line(&bench);
    bench.arrive(vec![event(8, Action::Update, "service", "Newcomer")]);
    assert!(bench.screen().contains("Newcomer"), "{}", bench.screen());
    assert_eq!(line(&bench), before);
}

#[test]
fn a_section_without_events_says_so_and_why() {
    let mut alone = event(10, Action::Update, "service", "Alone");
    alone.record.actor = crate::domain::Actor::default();
    let mut bench = Bench::new((80, 24), vec![alone]);
    bench.press(TO_TAB);
    let screen = bench.screen();
    for text in [
        "The feed names no change set for this event",
        "Nothing else is known of these minutes",
        "The feed does not say who it was",
    ] {
        assert!(screen.contains(text), "{text}: {screen}");
    }
    bench.press("jk<enter>");
    assert!(bench.screen().contains("there is no related event to open"), "{}", bench.screen());
    insta::assert_snapshot!("related-alone", screen);
}

#[test]
fn what_is_not_known_of_the_minutes_is_said() {
    let mut bench = bench((80, 24), "dark");
    bench.press(TO_TAB);
    assert!(bench.screen().contains("kaireon-prod: not known before 10:26:00"), "{}", bench.screen());
    // A source that was not asked since then, a scope with a hole.
    let mut sources = bench.app.sources.clone();
    sources[2].last_sync = Some(ago(25));
    bench.tell(Message::Sources(sources));
    bench.tell(Message::Coverage(vec![
        feed("kaireon-prod", Some("shop"), &[segment(9, 0, false), segment(100_000, 12, true)], &[]),
        feed("micro-prod", None, &[segment(100_000, 0, true)], &[]),
        feed("streamkap-prod", None, &[segment(100_000, 0, true)], &[]),
    ]));
    let screen = bench.screen();
    assert!(screen.contains("The shop: not known between 10:28:00 and 10:31:00"), "{screen}");
    assert!(screen.contains("micro-prod: nothing is known of this time"), "{screen}");
}
