//! Who it was, what else happened then, what changed before, and the way back from there.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::looks::text_and_style;
use super::support::{Bench, NOW, answer_of, event, settings, story};
use crate::domain::{Action, RowId, Status, Suspects, UserChange};
use crate::tui::pane::Screen;
use crate::tui::theme::Theme;
use crate::tui::{App, Effect, Glyphs, Message, Notice, Timer};

#[test]
fn around_an_event_is_a_filter_that_is_undone_like_any_other_and_gone_back_from() {
    let mut bench = Bench::new((120, 30), story());
    bench.press("ftype:decision_flow<enter>");
    let selected = bench.app.timeline.selected();
    let event = bench.app.event().cloned().unwrap();
    bench.press("gw");
    assert_eq!(bench.app.filter.applied(), format!("around:{}~10m", event.id));
    assert_eq!(bench.app.timeline.selected(), selected, "the selection stays on the event");
    assert!(
        bench.screen().contains("10 minutes before and after 10:30:00 in all sources"),
        "{}",
        bench.screen()
    );
    bench.press("gw");
    assert!(bench.screen().contains("these are the 10 minutes"), "{}", bench.screen());
    bench.press("u");
    assert_eq!(bench.app.filter.applied(), "type:decision_flow");
    bench.press("<c-r><esc>");
    assert_eq!((bench.app.filter.applied(), bench.app.timeline.selected()), ("type:decision_flow", selected));
    bench.press("<a-right>");
    assert_eq!(bench.app.filter.applied(), format!("around:{}~10m", event.id));
    bench.press("<a-right>");
    assert!(bench.screen().contains("nothing to go forward to"));
}

#[test]
fn q_goes_back_as_escape_does_and_asks_where_there_is_no_way_back() {
    for leap in ["gw", "gb", "gN"] {
        let mut bench = Bench::new((120, 30), story());
        bench.press("ftype:decision_flow<enter>");
        bench.press(leap);
        assert_ne!(bench.app.filter.applied(), "type:decision_flow", "{leap}");
        bench.press("q");
        assert_eq!(bench.app.filter.applied(), "type:decision_flow", "{leap}");
        assert!(!bench.screen().contains("Quit?"), "{leap}: {}", bench.screen());
        bench.press("q");
        assert!(bench.screen().contains("Quit?"), "{leap}: {}", bench.screen());
    }
}

#[test]
fn what_changed_before_an_event_is_ranked_with_the_reasons() {
    let mut bench = Bench::new((160, 30), story());
    bench.press("jgW");
    let screen = bench.screen();
    // The version of 10:00 was rolled back at 10:30, after the moment that is asked about.
    let lines: Vec<&str> = screen.lines().collect();
    let first = lines.iter().position(|line| line.starts_with('▌')).unwrap();
    assert!(lines[first].contains("1 Apr 10:00  ^ publish   Default Recommendation"), "{screen}");
    let why = lines[first + 1];
    assert!(why.contains("undone 30 min later, 15 min after the moment (+4.0) · "), "{screen}");
    let mut narrow = Bench::new((98, 30), story());
    narrow.press("jgW");
    let few = narrow.screen();
    assert!(few.contains("   undone 30 min later") && !few.contains("+4.0"), "{few}");
    assert!(screen.contains("2 changes in the 2 h before, in all sources"), "{screen}");
    bench.press("j");
    assert_eq!(bench.app.event().unwrap().record.entity.name.as_deref(), Some("Orders"));
    // What comes in meanwhile does not move the selection.
    bench.arrive(vec![event(26, Action::Publish, "decision_flow", "Newcomer")]);
    assert_eq!(bench.app.event().unwrap().record.entity.name.as_deref(), Some("Orders"));
    assert!(bench.screen().contains("3 changes in the 2 h before"), "{}", bench.screen());
}

#[test]
fn a_change_is_as_high_as_its_reasons_and_the_selected_one_is_seen_whole() {
    let kinds = [Action::Update, Action::Publish, Action::Delete];
    let of = |i: i64| {
        let mut event =
            event(12 + i * 5, kinds[(i % 3) as usize].clone(), "flow", &format!("Flow {}", i % 4));
        event.record.actor.name = Some(format!("somebody with a long name {}", i % 5));
        if i % 2 == 0 {
            event.record.status = Status::Failed;
        }
        event
    };
    for size in [(40, 10), (60, 20), (80, 24), (90, 16), (100, 20), (120, 40), (160, 20)] {
        let mut bench = Bench::new(size, (0..24).map(of).collect());
        bench.press("gW");
        let mut seen = Vec::new();
        for step in 0..9 {
            let screen = bench.screen();
            let lines: Vec<&str> = screen.lines().collect();
            let marked: Vec<&&str> = lines.iter().filter(|line| line.starts_with('▌')).collect();
            assert!(marked[0].starts_with(&format!("▌ {} ", step + 1)), "{size:?}\n{screen}");
            let is_bare =
                |line: &&&str| line.split('│').next().unwrap().trim_matches(['▌', ' ', '┃']).is_empty();
            assert!((2..=4).contains(&marked.len()) && !marked.iter().any(is_bare), "{size:?}\n{screen}");
            assert!(
                !screen.lines().any(|line| line.trim_start_matches(['▌', ' ']).starts_with("(+")),
                "{screen}"
            );
            seen.push(marked.len());
            bench.press("j");
        }
        bench.press("gg<c-f><c-f><c-f><c-f><c-f><c-f><c-f><c-f>");
        assert!(bench.screen().contains("▌ 9 "), "{size:?}\n{}", bench.screen());
        assert!(size.0 >= 120 || seen.contains(&3), "{size:?} {seen:?}");
    }
}

#[test]
fn where_nothing_changed_just_before_it_is_looked_further_back() {
    let events =
        vec![event(10, Action::Update, "flow", "Now"), event(10 + 20 * 60, Action::Update, "flow", "Then")];
    let mut bench = Bench::new((100, 24), events);
    bench.press("gW");
    assert!(bench.screen().contains("1 change in the 1 d before"), "{}", bench.screen());
    let mut bench = Bench::new((100, 24), vec![event(10, Action::Update, "flow", "Now")]);
    bench.press("gW");
    assert!(bench.screen().contains("Nothing changed in the 14 d before, in any source; `esc` goes back"));
}

#[test]
fn how_far_back_is_looked_can_be_changed_and_is_kept_then() {
    let ago = |minutes: i64| event(10 + minutes, Action::Update, "flow", &format!("{minutes} before"));
    let days = 24 * 60;
    let events: Vec<_> = [0, 20, 45, 90, 300, 1_000, 3 * days, 10 * days].map(ago).into();
    let mut bench = Bench::new((100, 40), events);
    bench.press("gW");
    assert!(bench.screen().contains("3 changes in the 2 h before"), "{}", bench.screen());
    let head = |bench: &Bench| bench.screen().lines().nth(3).unwrap().to_owned();
    assert!(head(&bench).contains("- shorter   2 h   = longer"), "{}", bench.screen());
    for (key, window, changes) in [
        ("=", "6 h", 4),
        ("=", "1 d", 5),
        ("=", "7 d", 6),
        ("=", "14 d", 7),
        ("=", "14 d", 7),
        ("-----", "1 h", 2),
        ("-", "30 min", 1),
        ("-", "30 min", 1),
    ] {
        bench.press(key);
        let screen = bench.screen();
        let plural = if changes == 1 { "" } else { "s" };
        assert!(
            screen.contains(&format!("{changes} change{plural} in the {window} before")),
            "{key}: {screen}"
        );
        assert!(head(&bench).contains(&format!("shorter   {window}   =")), "{key}: {screen}");
    }
    assert!(bench.screen().contains("30 min before is as near as it goes"), "{}", bench.screen());
    // What the user chose is kept where nothing is found, and when the cache grows.
    let alone = vec![event(10, Action::Update, "flow", "Now"), event(100, Action::Update, "flow", "Then")];
    let mut bench = Bench::new((100, 24), alone);
    bench.press("gW-");
    let nothing = "Nothing changed in the 1 h before, in any source; `esc` goes back, `=` looks further back";
    assert!(bench.screen().contains(nothing), "{}", bench.screen());
    bench.arrive(vec![event(5, Action::Update, "flow", "Later")]);
    assert!(bench.screen().contains(nothing), "{}", bench.screen());
    bench.press("<esc>=");
    assert!(bench.screen().contains("this is for what changed before an event: `g W`"), "{}", bench.screen());
}

#[test]
fn an_answer_for_another_window_is_nobodys() {
    let mut bench = Bench::new((100, 24), story());
    bench.press("jgW");
    let case = |bench: &Bench| match bench.app.above.last() {
        Some(Screen::Suspects(pane)) => pane.case,
        other => panic!("{other:?}"),
    };
    let before = case(&bench);
    let effects = bench.app.update(Message::Key(KeyCode::Char('=').into()));
    let asked = effects.iter().any(|effect| matches!(effect, Effect::Suspects { .. }));
    assert!(asked && case(&bench).window > before.window);
    let late = Suspects { case: before, of: 77, found: Vec::new() };
    bench.tell(Message::Suspects { case: before, result: Ok(late) });
    assert!(!bench.screen().contains("77"), "{}", bench.screen());
    let now = case(&bench);
    bench.tell(Message::Suspects { case: now, result: Err("the disk is full".into()) });
    assert!(bench.screen().contains("the disk is full"), "{}", bench.screen());
}

#[test]
fn what_an_actor_did_leads_to_the_events() {
    let term = "actor:=jane.smith@example.com";
    for (keys, expected) in [
        ("a<enter>", format!("{term} source:kaireon-prod")),
        ("ajjj<enter>", format!("{term} action:publish")),
        ("ajjjjjjj<enter>", format!("{term} type:decision_flow")),
    ] {
        let mut bench = Bench::new((120, 40), story());
        bench.press(keys);
        assert_eq!(bench.app.filter.applied(), expected, "{keys}: {}", bench.screen());
        assert!(!bench.app.timeline.list().is_empty());
        bench.press("<esc>");
        assert!(bench.screen().contains("› actor"), "back leads to the actor: {}", bench.screen());
    }
}

#[test]
fn a_name_that_differs_in_another_source_is_the_same_actor() {
    let mut other = event(50, Action::Delete, "service", "Old");
    other.source = "micro-prod".into();
    other.record.actor.name = Some("JANE.SMITH@example.com".into());
    other.record.status = Status::Failed;
    let mut events = story();
    events.push(other);
    let mut bench = Bench::new((120, 40), events);
    bench.press("a");
    let screen = bench.screen();
    assert!(
        screen.contains("micro-prod") && screen.contains("x delete") || screen.contains("! delete"),
        "{screen}"
    );
}

#[test]
fn an_actor_that_is_gone_to_is_shown_with_all_of_its_ids() {
    let mut other = event(50, Action::Delete, "service", "Old");
    other.source = "micro-prod".into();
    other.record.actor.id = Some("u_99".into());
    let mut events = story();
    events.push(other);
    let mut bench = Bench::new((120, 40), events);
    bench.press("<c-p>jane");
    assert_eq!(bench.screen().matches("actor    jane.smith").count(), 1, "{}", bench.screen());
    bench.press("<enter>");
    let screen = bench.screen();
    assert!(screen.contains("› actor") && screen.contains("micro-prod"), "{screen}");
    bench.press("<esc>");
    assert!(bench.app.above.is_empty());
}

#[test]
fn what_fills_the_screen_is_named_above_it() {
    for (keys, name) in [("gm", "messages"), ("?", "help"), ("i", "AI summary")] {
        let mut bench = Bench::new((120, 30), story());
        bench.press(keys);
        let screen = bench.screen();
        let header = screen.lines().next().unwrap();
        assert!(header.contains(&format!("backtrail  › {name}")), "{keys}: {screen}");
        bench.press("<esc>");
        assert!(!bench.screen().contains('›'), "{keys}: {}", bench.screen());
    }
}

#[test]
fn nobody_is_no_actor() {
    let mut nobody = event(5, Action::Update, "flow", "F");
    nobody.record.actor = crate::domain::Actor::default();
    let mut bench = Bench::new((80, 24), vec![nobody]);
    bench.press("a");
    assert!(bench.screen().contains("the feed does not say who it was"), "{}", bench.screen());
}

#[test]
fn what_the_status_line_said_can_be_read_again_in_full() {
    let mut bench = Bench::new((60, 20), story());
    let long = format!("a very long story about {}", "something ".repeat(12));
    bench.tell(Message::Notice(Notice::error(long.trim())));
    bench.press("j");
    bench.tell(Message::Notice(Notice::info("saved")));
    bench.press("gm");
    let screen = bench.screen();
    let saved = screen.lines().position(|line| line.ends_with("  saved")).unwrap();
    let story = screen.lines().position(|line| line.contains("a very long story")).unwrap();
    assert!(saved < story && screen.contains("error"), "the latest first: {screen}");
    assert_eq!(screen.matches("something").count(), 12, "in full: {screen}");
    // The same again is said again, but not because the screen was drawn again.
    bench.press("<esc>");
    bench.tell(Message::Resize(60, 20));
    bench.press("gm");
    assert_eq!(bench.screen().lines().filter(|line| line.ends_with("  saved")).count(), 1);
}

#[test]
fn each_message_has_its_second_in_a_column() {
    let said = |bench: &mut Bench, seconds: i64, notice: Notice| {
        let effects = bench.app.update(Message::Notice(notice));
        let timer = effects.iter().find_map(|effect| match effect {
            Effect::Timer { timer: timer @ Timer::Said(_), after } if after.is_zero() => Some(*timer),
            _ => None,
        });
        bench.tell(Message::Tick(timer.unwrap(), NOW.plus_millis(seconds * 1_000)));
        bench.press("j");
    };
    for (theme, size) in [
        ("dark", (80, 24)),
        ("light", (80, 24)),
        ("monochrome", (80, 24)),
        ("dark", (120, 40)),
        ("dark", (200, 60)),
        ("dark", (40, 10)),
    ] {
        let mut settings = settings(size);
        settings.theme = Theme::built_in(theme).unwrap();
        let mut bench = Bench::with(settings, story());
        said(&mut bench, 5, Notice::info("kaireon-prod answers in 40 ms: 20 events in one page"));
        let fault =
            "streamkap-prod: the token was refused (401); sign in again with `streamkap login` and refresh";
        said(&mut bench, 17, Notice::error(fault));
        said(&mut bench, 19 * 24 * 3_600 + 3, Notice::info("saved"));
        bench.press("gm");
        let screen = bench.screen();
        assert!(screen.contains("20 Apr 2026 10:40:03"), "{screen}");
        assert!(size.0 < 80 || screen.contains("  1 Apr 2026 10:40:05  kaireon-prod answers"), "{screen}");
        let name = format!("messages-{theme}-{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, text_and_style(&bench));
    }
}

#[test]
fn the_list_or_the_event_has_the_screen_for_itself() {
    let mut bench = Bench::new((120, 30), story());
    assert!(!bench.app.layout().preview.is_empty());
    bench.press("z");
    let layout = bench.app.layout();
    assert!(layout.preview.is_empty() && layout.strip.is_empty() && layout.list.width == 120);
    bench.press("z");
    assert!(!bench.app.layout().preview.is_empty());
    bench.press("P");
    assert!(bench.app.layout().preview.y > bench.app.layout().list.y, "below");
    bench.press("P");
    assert_eq!(bench.app.layout().preview.y, bench.app.layout().list.y);
}

#[test]
fn a_picture_is_taken_of_the_screen_without_the_line_that_asks_for_its_name() {
    let mut bench = Bench::new((80, 24), story());
    bench.press(":screenshot<enter>");
    assert!(bench.screen().contains("picture to> backtrail-20260401-104000.svg"), "{}", bench.screen());
    bench.take_asked();
    bench.press("<c-u>shot.svg<enter>");
    let asked = bench.take_asked();
    let Some(Effect::Picture { path, svg }) = asked.iter().find(|it| matches!(it, Effect::Picture { .. }))
    else {
        panic!("{asked:?}")
    };
    assert_eq!(path, "shot.svg");
    assert!(svg.starts_with("<svg") && svg.contains("rollback") && !svg.contains("picture to"));
    bench.press(":screenshot other.svg<enter>");
    let asked = bench.take_asked();
    assert!(
        asked.iter().any(|it| matches!(it, Effect::Picture { path, .. } if path == "other.svg")),
        "{asked:?}"
    );
}

#[test]
fn notes_have_a_list_of_their_own() {
    let mut bench = Bench::new((100, 24), story());
    bench.press("jmask the owner<enter>gN");
    assert_eq!(bench.app.filter.applied(), "has:note");
    assert_eq!(bench.app.timeline.list().len(), 1);
    assert!(bench.screen().contains("✎"), "{}", bench.screen());
    bench.press("f note:owner<enter>");
    assert_eq!(bench.app.timeline.list().len(), 1, "and are found by their words");
    let kept = bench.take_asked();
    assert!(
        kept.iter()
            .any(|it| matches!(it, Effect::Keep(UserChange::Note(_, text)) if text == "ask the owner"))
    );
}

#[test]
fn what_happens_to_a_watched_entity_is_told_once_and_never_what_the_user_did() {
    let told = |bench: &mut Bench| -> Vec<String> {
        let asked = bench.take_asked().into_iter();
        asked.filter_map(|it| if let Effect::Notify { text, .. } = it { Some(text) } else { None }).collect()
    };
    let mut settings = settings((120, 30));
    settings.me = Some("me@example.com".into());
    let mut bench = Bench::with(settings, story());
    bench.press("w");
    let flow = "Default Recommendation Flow";
    let publish = |minutes: i64, actor: &str| {
        let mut event = event(minutes, Action::Publish, "decision_flow", flow);
        event.record.actor.name = Some(actor.into());
        event.record.actor.id = None;
        event
    };
    bench.arrive(vec![publish(400, "ana")]);
    assert_eq!(told(&mut bench), [""; 0], "what happened before the start is no news");
    bench.arrive(vec![publish(-1, "ana"), publish(-2, "ben"), event(-3, Action::Update, "service", "Other")]);
    assert_eq!(told(&mut bench), [format!("publish of {flow} by ben, and 1 more change")]);
    assert!(bench.screen().contains("watched: publish of"), "{}", bench.screen());
    bench.arrive(vec![publish(-4, "me@example.com")]);
    assert_eq!(told(&mut bench), [""; 0]);
    bench.press("w");
    bench.arrive(vec![publish(-5, "ana")]);
    assert_eq!(told(&mut bench), [""; 0]);
}

#[test]
fn what_came_since_the_user_last_looked_is_said_once() {
    let mut settings = settings((100, 24));
    settings.user = super::support::user();
    settings.user.default = None;
    let mut bench = Bench::with(settings, story());
    let said = "4 events since you last looked: `g n` goes to the first";
    assert!(bench.screen().contains(said), "{}", bench.screen());
    bench.press("gn");
    assert_eq!(bench.app.event().unwrap().record.entity.name.as_deref(), Some("Orders"));
    assert!(!bench.screen().contains("since you last looked"));
    bench.tell(Message::Sources(super::support::sources()));
    assert!(!bench.screen().contains("since you last looked"));
}

#[test]
fn a_terminal_without_other_characters_gets_none_of_ours() {
    for keys in
        ["", "jjj<enter>]", "e", "a", "gW", "gs<enter>", "H", "Hc", "s", "?", ":", "y", "f", "b", "m", "OR"]
    {
        for size in [(200, 60), (60, 20)] {
            let mut ascii = settings(size);
            ascii.glyphs = Glyphs::Ascii;
            let mut bench = Bench::with(ascii, story());
            bench.press(keys);
            let screen = bench.screen();
            let odd: String = screen.chars().filter(|c| !c.is_ascii()).collect();
            assert_eq!(odd, "", "{size:?} {keys}: {screen}");
            let mut other = Bench::new(size, story());
            other.press(keys);
            // A cut text ends in one sign or in up to three.
            let end = |line: &str| line.trim_end_matches(['.', '…', '·']).chars().count();
            let widths = |screen: &str| screen.lines().map(end).collect::<Vec<_>>();
            assert_eq!(widths(&screen), widths(&other.screen()), "nothing moves: {keys}");
        }
    }
}

#[test]
fn bookmarks_are_gone_to_by_some_of_their_letters() {
    let mut bench = Bench::new((100, 24), story());
    bench.press("jjjbgg<c-p>ordupd");
    assert!(bench.screen().contains("mark     Orders update"), "{}", bench.screen());
    bench.press("<enter>");
    assert_eq!(bench.app.event().unwrap().record.entity.name.as_deref(), Some("Orders"));
    // The filter that leaves it out is lifted, and back leads to it again.
    bench.press("ftype:decision_flow<enter><c-p>ordupd<enter>");
    assert_eq!(bench.app.event().unwrap().record.entity.name.as_deref(), Some("Orders"));
    assert_eq!(bench.app.filter.applied(), "");
    bench.press("<esc>");
    assert_eq!(bench.app.filter.applied(), "type:decision_flow");
}

#[test]
fn what_is_being_looked_for_is_stopped_before_the_program_is() {
    let press =
        |app: &mut App, code: KeyCode, modifiers| app.update(Message::Key(KeyEvent::new(code, modifiers)));
    let interrupt = |app: &mut App| press(app, KeyCode::Char('c'), KeyModifiers::CONTROL);
    let asked_last = |asked: &[Effect]| {
        let query =
            |it: &Effect| if let Effect::Query { generation, .. } = it { Some(*generation) } else { None };
        asked.iter().rev().find_map(query).unwrap()
    };
    let rows: Vec<RowId> = story().iter().map(|event| event.row).collect();
    let answer = |generation, rows: &[RowId]| Message::Answer { generation, result: Ok(answer_of(rows, 8)) };
    let (mut app, asked) = App::new(settings((100, 24)));
    app.update(answer(asked_last(&asked), &rows));
    press(&mut app, KeyCode::Char('f'), KeyModifiers::NONE);
    let generation = asked_last(&press(&mut app, KeyCode::Char('x'), KeyModifiers::NONE));
    press(&mut app, KeyCode::Enter, KeyModifiers::NONE);
    let stopped = interrupt(&mut app);
    assert!(stopped.contains(&Effect::DropQuery { generation: generation + 1 }), "{stopped:?}");
    assert!(!stopped.contains(&Effect::Quit));
    // What still comes of it is not shown.
    app.update(answer(generation, &rows[..1]));
    assert_eq!(app.timeline.list().len(), 8);
    assert!(interrupt(&mut app).contains(&Effect::Quit));
}
