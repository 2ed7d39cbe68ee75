//! What the screens look like, at the sizes at which the layout changes.

use ratatui::style::Modifier;

use super::support::{Bench, NOW, answer_of, event, set, settings, source, story};
use crate::domain::{Action, Detail, Event, Fault, FaultKind, LinkState, RowId, SourceState, SourceStatus};
use crate::tui::theme::{Role, Theme};
use crate::tui::{App, Effect, Message};

const SIZES: [(u16, u16); 5] = [(200, 60), (120, 40), (80, 24), (60, 20), (30, 8)];

/// Compares one screen with its picture at every size.
fn at_every_size(name: &str, keys: &str) {
    for size in SIZES {
        let mut bench = Bench::new(size, story());
        bench.press(keys);
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), bench.screen());
    }
}

#[test]
fn timeline() {
    at_every_size("timeline", "");
}

#[test]
fn summary() {
    at_every_size("summary", "j<enter>");
}

#[test]
fn diff() {
    at_every_size("diff", "jjj<enter>]");
}

#[test]
fn raw() {
    at_every_size("raw", "<enter>]]");
}

#[test]
fn lifecycle() {
    at_every_size("lifecycle", "e");
}

#[test]
fn sources() {
    at_every_size("sources", "gs");
}

#[test]
fn help() {
    at_every_size("help", "?");
}

#[test]
fn filter_with_an_error() {
    at_every_size("filter-error", "facton:rollback");
}

#[test]
fn a_broken_link_is_seen_in_the_list_on_the_event_and_at_its_source() {
    let story = || {
        let mut events = story();
        events[0].link = LinkState::Broken;
        events[2].link = LinkState::Holds;
        events[3].link = LinkState::Open;
        events
    };
    for size in [(140, 24), (80, 24), (60, 20)] {
        let mut bench = Bench::new(size, story());
        let name = |screen: &str| format!("link-{screen}-{}x{}", size.0, size.1);
        insta::assert_snapshot!(name("list"), bench.screen());
        bench.press("<enter>");
        insta::assert_snapshot!(name("event"), bench.screen());
    }
    for (keys, words) in
        [("jj<enter>", "holds: the entry before it"), ("jjj<enter>", "not known: the entry that")]
    {
        let mut bench = Bench::new((120, 40), story());
        bench.press(keys);
        assert!(bench.screen().contains(words), "{}", bench.screen());
    }
    let mut bench = Bench::new((100, 24), story());
    let mut linked = source("kaireon-prod", "kaireonai-audit", SourceState::Ready);
    linked.broken = 1;
    bench.tell(Message::Sources(vec![linked]));
    bench.press("gs");
    let screen = bench.screen();
    assert!(
        screen.contains("≠ 1 event not linked to the entry before: the filter `is:broken` shows which"),
        "{screen}"
    );
}

#[test]
fn what_there_is_to_say_of_a_source_that_works_is_said_once_and_stays_with_it() {
    let mut bench = Bench::new((120, 24), story());
    let mut noted = source("kaireon-prod", "kaireonai-audit", SourceState::Ready);
    noted.note = Some("this key has no role admin".into());
    bench.tell(Message::Sources(vec![noted.clone()]));
    let status = |bench: &Bench| bench.screen().lines().last().unwrap_or_default().to_owned();
    assert!(status(&bench).contains("kaireon-prod: this key has no role admin"), "{}", bench.screen());
    bench.press("j");
    bench.tell(Message::Sources(vec![noted]));
    assert!(!status(&bench).contains("no role admin"), "{}", bench.screen());
    bench.press("gs");
    assert!(bench.screen().contains("   this key has no role admin"), "{}", bench.screen());
    assert!(bench.screen().contains("ok 1"), "it is no failure");
}

/// Compares one screen with its picture at one size.
fn looks_like(name: &str, bench: &Bench) {
    insta::assert_snapshot!(name, bench.screen());
}

#[test]
fn filter_with_results() {
    let mut bench = Bench::new((120, 16), story());
    bench.press("ftype:decision_flow action:publish<enter>");
    looks_like("filter-applied", &bench);
}

#[test]
fn hints_while_a_filter_is_typed() {
    for (name, keys) in [("empty", "f"), ("prefix", "fa"), ("key", "ftype:ser")] {
        let mut bench = Bench::new((100, 10), story());
        bench.press(keys);
        looks_like(&format!("filter-hint-{name}"), &bench);
    }
}

#[test]
fn an_error_near_the_right_end_is_told_to_the_left_of_it() {
    let mut bench = Bench::new((80, 12), story());
    bench.press("forders shop payments publish rollback statis:failed");
    looks_like("filter-error-right", &bench);
}

#[test]
fn what_may_follow_a_key() {
    let mut bench = Bench::new((80, 20), story());
    bench.press("g");
    looks_like("keys-after-g", &bench);
}

#[test]
fn the_palette() {
    let mut bench = Bench::new((120, 16), story());
    bench.press(":filter<down>");
    looks_like("palette", &bench);
}

#[test]
fn the_question_before_quitting() {
    let mut bench = Bench::new((80, 10), story());
    bench.press("q");
    looks_like("quit", &bench);
}

#[test]
fn ages_instead_of_times() {
    let mut bench = Bench::new((120, 14), story());
    bench.press("t");
    looks_like("ages", &bench);
}

#[test]
fn arrivals_above_a_list_that_does_not_follow() {
    let mut settings = settings((80, 12));
    settings.follow = false;
    let mut bench = Bench::with(settings, story());
    bench.press("j");
    bench.arrive(vec![
        event(1, Action::Create, "service", "Newcomer"),
        event(2, Action::Delete, "service", "Leaver"),
    ]);
    looks_like("arrivals", &bench);
}

#[test]
fn rows_that_are_not_here_yet_show_their_time() {
    let (mut app, effects) = App::new(settings((80, 10)));
    let rows: Vec<RowId> = story().iter().map(|event| event.row).collect();
    let Some(Effect::Query { generation, .. }) = effects.first() else { panic!("{effects:?}") };
    app.update(Message::Answer { generation: *generation, result: Ok(answer_of(&rows, 8)) });
    looks_like("placeholders", &Bench { app, cache: Vec::new(), asked: Vec::new(), silent: false });
}

#[test]
fn the_keys_go_to_the_preview() {
    let mut bench = Bench::new((120, 14), story());
    bench.press("<tab>G");
    looks_like("preview-focused", &bench);
}

#[test]
fn the_preview_stands_below_where_the_screen_is_high() {
    let mut bench = Bench::new((90, 34), story());
    bench.press("jjj]");
    looks_like("preview-below", &bench);
}

#[test]
fn lists_that_are_empty_name_the_next_key() {
    let mut none = settings((100, 14));
    none.sources.clear();
    looks_like("empty-no-sources", &Bench::with(none, Vec::new()));

    let mut syncing = settings((100, 14));
    for source in &mut syncing.sources {
        source.state = SourceState::Syncing { pages: 1, events_new: 0 };
    }
    looks_like("empty-syncing", &Bench::with(syncing, Vec::new()));

    looks_like("empty-nothing-sent", &Bench::new((100, 14), Vec::new()));

    let mut bench = Bench::new((100, 14), story());
    bench.press("fnothing-like-it<enter>");
    looks_like("empty-no-match", &bench);

    let mut failing = settings((100, 18));
    for source in &mut failing.sources {
        *source = failed(source);
    }
    looks_like("empty-all-failing", &Bench::with(failing, Vec::new()));
}

fn failed(source: &SourceStatus) -> SourceStatus {
    let mut source = source.clone();
    source.state = SourceState::Failed;
    source.fault = Some(fault());
    source
}

pub(super) fn fault() -> Fault {
    Fault {
        kind: FaultKind::SignIn,
        message: "the server refused the token (401)".into(),
        fix: "check `source.secret.token` in the configuration".into(),
        http_status: Some(401),
        request_id: Some("req_81c".into()),
        at: NOW,
    }
}

#[test]
fn sources_in_every_state() {
    let mut settings = settings((100, 34));
    let [first, second, third] = settings.sources.as_mut_slice() else { panic!("three sources") };
    first.state = SourceState::Waiting { until: NOW.plus_millis(40_000), reason: "429".into() };
    second.state = SourceState::Syncing { pages: 12, events_new: 560 };
    second.origin = "http://10.0.0.7:8080".to_owned();
    *third = failed(third);
    third.quarantined = 2;
    third.scopes = Some(3);
    third.last_sync = None;
    settings.sources.push(source("new", "kaireonai", SourceState::Idle));
    let mut bench = Bench::with(settings, story());
    bench.press("gsj");
    looks_like("sources-states", &bench);
}

#[test]
fn the_header_of_a_narrow_screen_keeps_the_states() {
    for width in [40, 50, 60] {
        let mut settings = settings((width, 10));
        settings.sources[0].state =
            SourceState::Waiting { until: NOW.plus_millis(40_000), reason: "429".into() };
        settings.sources[1] = failed(&settings.sources[1]);
        let bench = Bench::with(settings, story());
        let screen = bench.screen();
        let header = screen.lines().next().unwrap();
        assert!(header.contains("ok 1  wait(429 40s) 1  failed 1"), "{width}: {header}");
    }
}

#[test]
fn a_diff_that_is_not_there_says_why() {
    let shown = |change: fn(&mut Event)| {
        let mut event = event(5, Action::Update, "service", "Orders");
        event.feed = "microvisualizer".into();
        change(&mut event);
        let mut bench = Bench::new((80, 14), vec![event]);
        bench.press("<enter>]");
        bench.screen()
    };
    let mut screens = vec![
        ("nothing", shown(|_| {})),
        ("asking", shown(|event| event.record.detail = Detail::Available)),
        ("fetched", shown(|event| event.record.detail = Detail::Fetched)),
        (
            "refused",
            shown(|event| event.record.detail = Detail::Refused("the snapshot is gone (404)".into())),
        ),
    ];
    let mut event = event(5, Action::Update, "service", "Orders");
    event.record.detail = Detail::Available;
    let row = event.row;
    let mut bench = Bench::new((80, 14), vec![event]);
    bench.press("<enter>]");
    bench.tell(Message::Detail { row, result: Err(fault()) });
    screens.push(("failed", bench.screen()));
    for (name, screen) in screens {
        insta::assert_snapshot!(format!("diff-{name}"), screen);
    }
}

#[test]
fn a_life_with_several_ways_back_and_no_beginning() {
    let mut events = Vec::new();
    for (minutes, action, fields) in [
        (10, Action::Rollback, vec![("fromVersion", 9), ("toVersion", 7), ("newVersion", 10)]),
        (20, Action::Publish, vec![("version", 9)]),
        (30, Action::Rollback, vec![("fromVersion", 7), ("toVersion", 5), ("newVersion", 8)]),
        (40, Action::Publish, vec![("version", 7)]),
        (50, Action::Publish, vec![("version", 5)]),
        (60, Action::Rollback, vec![("fromVersion", 4), ("toVersion", 2)]),
        (70, Action::Archive, vec![]),
    ] {
        let mut event = event(minutes, action, "decision_flow", "Flow");
        event.record.changes = fields.into_iter().map(|(path, version)| set(path, version.into())).collect();
        events.push(event);
    }
    let mut bench = Bench::new((120, 16), events);
    bench.press("ej");
    looks_like("lifecycle-ways-back", &bench);
}

#[test]
fn the_selection_is_told_by_more_than_colour() {
    for theme in ["dark", "light", "high-contrast", "colour-blind", "monochrome"] {
        let mut settings = settings((80, 24));
        settings.theme = Theme::built_in(theme).unwrap();
        let selected = settings.theme.style(Role::Selected);
        let mut bench = Bench::with(settings, story());
        bench.press("jj");
        let screen = bench.screen();
        let marked: Vec<&str> = screen.lines().filter(|line| line.starts_with('▌')).collect();
        assert_eq!(marked.len(), 1, "{theme}");
        assert!(marked[0].contains("10:00  ^ publish"), "{theme}: {marked:?}");
        let style = bench.style_of("▌");
        assert_eq!(style.bg.filter(|_| selected.bg.is_some()), selected.bg, "{theme}");
        assert!(style.add_modifier.contains(selected.add_modifier), "{theme}");
        assert!(
            selected.bg.is_some() || selected.add_modifier.contains(Modifier::REVERSED),
            "{theme}: a selected row that looks like the others"
        );
    }
}

#[test]
fn choices_below_the_filter_line() {
    for size in SIZES {
        let mut bench = Bench::new(size, story());
        bench.press("fstatus:success entity:or");
        insta::assert_snapshot!(format!("choices-{}x{}", size.0, size.1), bench.screen());
    }
    let mut bench = Bench::new((100, 20), story());
    bench.press("fa<c-n>");
    looks_like("choices-keys", &bench);
    let mut bench = Bench::new((100, 20), story());
    bench.press("ftype:service<enter>f<c-u>");
    looks_like("choices-empty-line", &bench);
}

#[test]
fn notes_below_the_filter_line() {
    let mut bench = Bench::new((100, 12), story());
    bench.press("faction:create action:update<enter>");
    looks_like("filter-note", &bench);
}

#[test]
fn tabs_and_the_list_of_views() {
    for size in SIZES {
        let mut settings = settings(size);
        settings.user = crate::tui::tests::support::user();
        let mut bench = Bench::with(settings, story());
        bench.press("2f -orders<enter>");
        bench.arrive(vec![event(1, Action::Update, "decision_flow", "Newcomer")]);
        bench.press("b");
        insta::assert_snapshot!(format!("tabs-{}x{}", size.0, size.1), bench.screen());
        bench.press("gv");
        insta::assert_snapshot!(format!("views-{}x{}", size.0, size.1), bench.screen());
    }
}

#[test]
fn going_anywhere() {
    for size in SIZES {
        let mut settings = settings(size);
        settings.user = crate::tui::tests::support::user();
        let mut bench = Bench::with(settings, story());
        bench.press("<c-p>or");
        insta::assert_snapshot!(format!("jump-{}x{}", size.0, size.1), bench.screen());
    }
}

#[test]
fn finding_in_the_list() {
    let mut bench = Bench::new((100, 14), story());
    bench.press("/service");
    looks_like("find-typing", &bench);
    bench.press("<enter>n");
    looks_like("find-found", &bench);
    bench.press("mlook at ticket 7");
    looks_like("note-typing", &bench);
}

#[test]
fn what_may_follow_include() {
    let mut bench = Bench::new((80, 20), story());
    bench.press("+");
    looks_like("keys-after-include", &bench);
}

#[test]
fn another_order_and_other_headings() {
    for size in SIZES {
        let mut bench = Bench::new(size, story());
        bench.press("Oej");
        insta::assert_snapshot!(format!("sorted-{}x{}", size.0, size.1), bench.screen());
    }
    let mut bench = Bench::new((100, 16), story());
    bench.press("ftype:decision_flow group:run cols:time,action,summary<enter>");
    looks_like("runs", &bench);
    bench.press("gcO");
    looks_like("keys-after-order", &bench);
}
