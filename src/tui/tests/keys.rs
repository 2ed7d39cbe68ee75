//! What keys do: tables of keys and what can be seen afterwards.

use super::support::{Bench, event, many, settings, source, story};
use crate::domain::Condition;
use crate::domain::{Action, Detail, SourceState};
use crate::tui::command::COMMANDS;
use crate::tui::pane::Screen;
use crate::tui::{Effect, Message, Timer};

/// The selected row's line on the screen.
fn selected(bench: &Bench) -> String {
    let screen = bench.screen();
    screen.lines().find(|line| line.starts_with('▌')).unwrap_or_default().to_owned()
}

#[test]
fn moving_in_the_list() {
    for (keys, expected) in [
        ("", "10:30  < rollback"),
        ("j", "10:15  ! update"),
        ("<down><down>", "10:00  ^ publish"),
        ("jjjk", "10:00  ^ publish"),
        ("k", "10:30  < rollback"),
        ("G", "10:40  + create"),
        ("Ggg", "10:30  < rollback"),
        ("jjjjjjjjjjjjjj", "10:40  + create"),
        ("}", "10:00  ^ publish"),
        ("}}", "10:40  + create"),
        ("}}}", "10:40  + create"),
        ("G{", "10:00  ^ publish"),
        ("}j{", "10:00  ^ publish"),
        ("}j{{", "10:30  < rollback"),
        ("{", "10:30  < rollback"),
        ("Oejj}", "09:05  ~ update"),
        ("Oe}{", "10:30  < rollback"),
        ("Oo", "10:30  < rollback"),
        ("Oogg", "10:40  + create"),
        ("Oogg}", "04:40  ~ update"),
        ("OoG{{", "04:40  ~ update"),
        ("<c-f>", "10:40  + create"),
        ("G<c-b>", "10:30  < rollback"),
        ("gj", "10:30  < rollback"),
        ("g<esc>j", "10:15  ! update"),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        assert!(selected(&bench).contains(expected), "{keys}: {}", selected(&bench));
    }
}

#[test]
fn half_a_page_is_half_of_what_is_seen() {
    let mut bench = Bench::new((80, 24), many(200, 1_000, 1));
    bench.press("<c-d>");
    assert_eq!(bench.app.timeline.place(), Some(9));
    bench.press("<c-f>");
    assert_eq!(bench.app.timeline.place(), Some(27));
    bench.press("<c-u>");
    assert_eq!(bench.app.timeline.place(), Some(18));
}

/// The name of the innermost screen.
fn place(bench: &Bench) -> &'static str {
    match (bench.app.overlays.last(), bench.app.above.last()) {
        (Some(_), _) => "overlay",
        (None, None) if bench.app.filter.editing() => "filter",
        (None, None) if bench.app.in_preview => "preview",
        (None, None) if bench.app.in_facets() => "facets",
        (None, None) => "timeline",
        (None, Some(Screen::Event(_))) => "event",
        (None, Some(Screen::Lifecycle(_))) => "lifecycle",
        (None, Some(Screen::Compare(_))) => "compare",
        (None, Some(Screen::Actor(_))) => "actor",
        (None, Some(Screen::Suspects(_))) => "suspects",
        (None, Some(Screen::Sources(_))) => "sources",
        (None, Some(Screen::Views(_))) => "views",
        (None, Some(Screen::Histogram(_))) => "histogram",
    }
}

#[test]
fn going_into_screens_and_back() {
    for (keys, expected) in [
        ("<enter>", "event"),
        ("<enter><esc>", "timeline"),
        ("<enter><backspace>", "timeline"),
        ("<enter>q", "timeline"),
        ("<esc><esc>", "timeline"),
        ("e", "lifecycle"),
        ("e<enter>", "event"),
        ("e<enter><esc>", "lifecycle"),
        ("e<enter>e", "lifecycle"),
        ("e<enter>e<esc>", "timeline"),
        ("<enter>e<enter><esc><esc><esc>", "timeline"),
        ("gs", "sources"),
        ("gsgs<esc>", "timeline"),
        ("?", "overlay"),
        ("?<esc>", "timeline"),
        ("??", "timeline"),
        ("?q", "timeline"),
        (":", "overlay"),
        (":<esc>", "timeline"),
        (":sources<enter>", "sources"),
        (":no such thing<enter>", "timeline"),
        ("e?<esc>", "lifecycle"),
        ("f", "filter"),
        ("fq", "filter"),
        ("f<esc>", "filter"),
        ("f<esc><esc>", "timeline"),
        ("fzzz<esc>", "timeline"),
        ("f<c-r>", "overlay"),
        ("f<c-r><esc>", "filter"),
        ("<c-p>", "overlay"),
        ("<c-p>redraw<enter>", "timeline"),
        ("S", "overlay"),
        ("S<esc>", "timeline"),
        ("/", "overlay"),
        ("/<enter>", "timeline"),
        ("gv", "views"),
        ("gvgv<esc>", "timeline"),
        ("gv<enter>", "timeline"),
        ("gsgv", "views"),
        ("m", "overlay"),
        ("f<enter>", "timeline"),
        ("ef", "filter"),
        ("<tab>", "preview"),
        ("<tab><tab>", "timeline"),
        ("<tab><esc>", "timeline"),
        ("<tab>p", "timeline"),
        ("p<tab>", "timeline"),
        ("q", "overlay"),
        ("qj", "timeline"),
        ("q<esc>", "timeline"),
        ("qx", "timeline"),
    ] {
        let mut bench = Bench::new((120, 30), story());
        bench.press(keys);
        assert_eq!(place(&bench), expected, "{keys}");
    }
}

#[test]
fn going_to_people_and_moments_and_forward_again() {
    for (keys, expected) in [
        ("a", "actor"),
        ("aa<esc>", "timeline"),
        ("a<a-right>", "actor"),
        ("a<esc><a-right>", "actor"),
        ("ae", "actor"),
        ("aGe", "lifecycle"),
        ("a<esc>e<esc><esc><a-right>", "lifecycle"),
        ("a<esc>gs<esc><a-right><a-right>", "sources"),
        ("gW", "suspects"),
        ("gW<enter>", "event"),
        ("gW<enter><esc><esc>", "timeline"),
        ("gWa<esc><a-left><a-right><a-right>", "actor"),
        ("gw", "timeline"),
        ("egw<esc>", "lifecycle"),
        ("egw<esc><esc><a-right><a-right>", "timeline"),
        ("gm", "overlay"),
        ("z", "timeline"),
        ("<tab>z", "event"),
        ("<tab>zz", "preview"),
    ] {
        let mut bench = Bench::new((120, 30), story());
        bench.press(keys);
        assert_eq!(place(&bench), expected, "{keys}");
    }
}

#[test]
fn going_to_compare_and_to_blame_and_back() {
    for (keys, expected) in [
        ("c", "timeline"),
        ("cjc", "compare"),
        ("cjc<esc>", "timeline"),
        ("ecjc", "compare"),
        ("ecjc<esc>", "lifecycle"),
        ("e]]", "lifecycle"),
        ("<enter>B", "lifecycle"),
        ("<enter>B<esc>", "event"),
    ] {
        let mut bench = Bench::new((120, 30), story());
        bench.press(keys);
        assert_eq!(place(&bench), expected, "{keys}");
    }
}

#[test]
fn the_place_in_the_list_survives_going_away_and_back() {
    let mut bench = Bench::new((80, 24), many(100, 1_000, 1));
    bench.press("<c-f>jjj");
    let (selected, top) = (bench.app.timeline.selected(), bench.app.timeline.top());
    bench.press("<enter>]]<esc>gs<esc>e<enter><esc><esc>");
    assert_eq!((bench.app.timeline.selected(), bench.app.timeline.top()), (selected, top));
}

#[test]
fn a_wide_lifecycle_shows_the_selected_step_beside_the_rail() {
    for (keys, seen) in [("e", "[Summary]"), ("]e", "[Diff]"), ("]ej", "= version  7"), ("]]ejk", "[Raw]")] {
        let mut bench = Bench::new((150, 30), story());
        bench.press(keys);
        let screen = bench.screen();
        assert!(screen.contains("› lifecycle") && screen.contains(seen), "{keys}:\n{screen}");
    }
    let mut narrow = Bench::new((129, 30), story());
    narrow.press("e");
    assert!(!narrow.screen().contains("[Summary]"));
}

#[test]
fn what_is_asked_of_the_outside() {
    for (keys, expected) in [
        ("Q", Effect::Quit),
        ("<c-c>", Effect::Quit),
        ("qq", Effect::Quit),
        ("<c-z>", Effect::Suspend),
        ("<c-l>", Effect::Redraw),
        ("r", Effect::Refresh { source: Some("kaireon-prod".into()), wanted: vec![] }),
        ("jr", Effect::Refresh { source: Some("streamkap-prod".into()), wanted: vec![] }),
        ("R", Effect::Refresh { source: None, wanted: vec![] }),
        ("gsGr", Effect::Refresh { source: Some("micro-prod".into()), wanted: vec![] }),
        ("o", Effect::OpenUrl("https://playground.kaireonai.com/flows/de_1".into())),
        ("ye", Effect::Copy { what: "entity id", text: "de_1".into() }),
        ("ya", Effect::Copy { what: "actor", text: "jane.smith@example.com".into() }),
        ("ftype:service<enter>yq", Effect::Copy { what: "filter", text: "type:service".into() }),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.take_asked();
        bench.press(keys);
        let asked = bench.take_asked();
        assert!(asked.contains(&expected), "{keys}: {asked:?}");
    }
}

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
fn what_cannot_be_done_is_said_and_the_next_key_takes_it_away() {
    for (keys, expected) in [
        ("jo", "the feed names no page about this event"),
        ("u", "there is no filter before this one"),
        ("<c-r>", "there is no filter after this one"),
        ("j>", "no older event of this entity in the list"),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        let status = bench.screen().lines().last().unwrap_or_default().to_owned();
        assert!(status.contains(expected), "{keys}: {status}");
        bench.press("j");
        assert!(!bench.screen().contains(expected), "{keys}");
    }
}

#[test]
fn typing_a_filter() {
    for (keys, shown, text, editing) in [
        ("", 8, "", false),
        ("ftype:service", 2, "type:service", true),
        ("ftype:service<enter>", 2, "type:service", false),
        ("ftype:service<esc>", 8, "", false),
        ("ftype:service<enter>f -payments<esc>", 2, "type:service", false),
        ("ftype:service<enter>f -payments<enter>", 1, "type:service -payments", false),
        ("ftype:service<enter>gc", 8, "", false),
        ("ftype:service<enter>u", 8, "", false),
        ("ftype:service<enter>u<c-r>", 2, "type:service", false),
        ("ftype:service<enter>gcu", 2, "type:service", false),
        ("fkind:service x<backspace><backspace><enter>", 2, "kind:service", false),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        assert_eq!(bench.app.timeline.list().len(), shown, "{keys}");
        assert_eq!((bench.app.filter.text(), bench.app.filter.editing()), (text, editing), "{keys}");
    }
}

#[test]
fn a_filter_that_cannot_be_read_keeps_the_last_results_and_can_be_mended() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("ftype:service");
    bench.tell(Message::Paste(" acton:update".into()));
    assert_eq!(bench.app.timeline.list().len(), 2, "the last text that could be read is in force");
    assert!(bench.screen().contains("acton"), "{}", bench.screen());
    bench.press("<enter>");
    assert!(bench.app.filter.editing(), "Enter does not apply what cannot be read");
    bench.press("<tab>");
    assert_eq!(bench.app.filter.text(), "type:service action:update");
    bench.press("<enter>");
    assert!(!bench.app.filter.editing());
}

#[test]
fn a_term_that_cannot_be_read_has_no_say_in_the_preview() {
    for (keys, rows) in [
        ("facton:x", 8),
        ("ftype:service acton:x", 2),
        ("ftype:service since:", 2),
        ("ftype:service (acton:x", 2),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        assert_eq!(bench.app.timeline.list().len(), rows, "{keys}: {}", bench.screen());
    }
}

#[test]
fn no_command_does_nothing_everywhere() {
    let places = [
        "",
        "G",
        "jjj",
        "jjj]G",
        "<tab>G",
        "<enter>",
        "jjj<enter>]",
        "jjj<enter>]G",
        "e",
        "eG",
        "ftype:service<enter>",
        "ftype:service<enter>gc",
        "ftype:service<enter>gcu",
        "fac",
        "ftype:service<enter>f<up>",
        "fone<enter>f two<enter>f<up><up>",
        ":",
        ":<down>",
        "ftype:service<enter>Skeep<enter>S two<enter>gv",
        "ftype:service<enter>Skeep<enter>",
        "ftype:service<enter>Skeep<enter>gvk",
        "Sa<enter>Sb<enter>Sc<enter>Sd<enter>Se<enter>Sf<enter>Sg<enter>Sh<enter>Si<enter>",
        "/service<enter>",
        "/service<enter>G",
        "+a",
        "Or",
        "OR",
        "ftype:decision_flow group:run<enter>",
        "faction:update group:run<enter>l",
        "Oe",
        // Changes that fold, wrap and have something masked in them.
        "ftype:service<enter>d",
        "ftype:service<enter>d-",
        "ftype:service<enter>dnnnn",
    ];
    for row in COMMANDS {
        let acts = places.iter().any(|keys| {
            let mut events = story();
            events.push(super::diffs::service());
            let mut bench = Bench::new((110, 14), events);
            bench.press(keys);
            bench.take_asked();
            let before = bench.screen();
            let mut asked = Vec::new();
            bench.app.act(row.command, &mut asked);
            // A notice alone is no effect: it may say that there is nothing to be done.
            bench.app.notice = None;
            // Whatever the message, it brings everything in line.
            bench.tell(Message::CacheGrew { new: 0 });
            !asked.is_empty() || bench.screen() != before
        });
        assert!(acts, "`{}` does nothing in any of the places", row.name);
    }
}

#[test]
fn completing_keys_and_recalling_lines() {
    for (keys, text) in [
        ("fact<tab>", "action:"),
        ("ftype:service -ac<tab>publish", "type:service -action:publish"),
        ("f<tab>", "since:24h"),
        ("f<c-n><tab>", "status:failed since:7d"),
        ("f<down><down><up><tab>", "status:failed since:7d"),
        ("ftype:s<tab>", "type:service"),
        ("ftype:d<c-n><tab> x", "type:destination x"),
        ("fentity:ords<tab>", "entity:=se_1"),
        ("fzzz<tab>", "zzz"),
        // While there is a list, the arrows move in it; without one, in the lines used before.
        ("ftype:service<enter>gcf<esc><up>", "type:service"),
        ("ftype:service<enter>fx<esc><up>", "type:service"),
        ("fone<enter>f two<enter>gcf<esc><up><up>", "one"),
        ("fone<enter>f two<enter>gcf<esc><up><up><down>", "one two"),
        ("fone<enter>gcfzz<up><down>", "zz"),
        ("f<esc><up>", ""),
        ("fone<enter>gcf<tab>", "one"),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        assert_eq!(bench.app.filter.text(), text, "{keys}");
    }
}

#[test]
fn pasting_goes_to_the_line_and_nowhere_else() {
    let mut bench = Bench::new((80, 24), story());
    bench.tell(Message::Paste("Q".into()));
    assert!(!bench.take_asked().contains(&Effect::Quit));
    bench.press("f");
    bench.tell(Message::Paste("type:\nservice".into()));
    assert_eq!(bench.app.filter.text(), "type: service");
}

#[test]
fn clearing_the_filter_keeps_the_selected_event() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("ftype:service<enter>j");
    let selected = bench.app.timeline.selected();
    bench.press("gc");
    assert_eq!((bench.app.timeline.selected(), bench.app.timeline.list().len()), (selected, 8));
}

#[test]
fn a_filter_that_hides_the_selection_gives_it_back_when_it_is_lifted() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("j");
    let selected = bench.app.timeline.selected();
    bench.press("ftype:service");
    assert_ne!(bench.app.timeline.selected(), selected);
    bench.press("<esc>");
    assert_eq!(bench.app.timeline.selected(), selected);
}

#[test]
fn to_the_next_event_that_somebody_had_to_put_right() {
    for (keys, expected) in [
        (")", "10:15  ! update"),
        ("))", "10:15  ! update"),
        (")(", "10:30  < rollback"),
        ("G(", "10:15  ! update"),
        ("G((", "10:30  < rollback"),
        ("ftype:decision_flow<enter>G(", "10:30  < rollback"),
        ("e)", "10:30  < rollback"),
        ("eG(", "10:30  < rollback"),
    ] {
        let mut bench = Bench::new((100, 24), story());
        bench.press(keys);
        assert!(
            selected(&bench).contains(expected.split_once("  ").unwrap().1),
            "{keys}: {}",
            selected(&bench)
        );
        assert!(selected(&bench).contains(&expected[..5]), "{keys}: {}", selected(&bench));
    }
}

#[test]
fn events_of_the_same_entity() {
    for (keys, expected) in [
        (">", "10:00  ^ publish"),
        (">>", "10:00  ^ publish"),
        (">>>>", "10:40  + create"),
        (">>>><", "09:59  ~ update"),
        ("><", "10:30  < rollback"),
        ("faction:publish,rollback<enter>>>", "10:00  ^ publish"),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        assert!(selected(&bench).contains(expected), "{keys}: {}", selected(&bench));
    }
    let mut bench = Bench::new((80, 24), story());
    bench.press("<enter>]>");
    assert!(bench.screen().contains("[Diff] 2"), "the tab stays: {}", bench.screen());
    let mut bench = Bench::new((80, 24), story());
    bench.press("e<enter>>><esc>");
    let Some(Screen::Lifecycle(pane)) = bench.app.above.last() else { panic!("the life is below the event") };
    assert_eq!(pane.place(), Some(2), "the way back leads to where one was");
}

#[test]
fn tabs_and_scrolling() {
    let mut bench = Bench::new((100, 14), story());
    bench.press("jjj]");
    assert!(bench.screen().contains("[Diff] 5"));
    bench.press("J");
    assert_eq!(bench.app.preview.scroll, 3);
    bench.press("K");
    assert_eq!(bench.app.preview.scroll, 0);
    bench.press("J");
    bench.press("j");
    assert_eq!(bench.app.preview.scroll, 0, "another event is read from its start");
    bench.press("[");
    assert!(bench.screen().contains("[Summary]"));
    bench.press("k<enter>n");
    assert!(bench.screen().contains("[Diff] 5"), "the next change is on the tab with the changes");
    bench.press("nG");
    let bottom = bench.screen();
    bench.press("j");
    assert_eq!(bench.screen(), bottom, "the end is the end");
    bench.press("gg");
    assert!(bench.screen().contains("2 changed · 1 added"));
}

#[test]
fn the_way_times_are_shown() {
    for (keys, expected) in
        [("", "▌10:30  <"), ("t", "▌  10m  <"), ("tt", "▌10:30  <"), ("T", "▌12:30  <"), ("TT", "▌10:30  <")]
    {
        let mut settings = settings((80, 24));
        settings.zone = crate::domain::Zone::Fixed(chrono::FixedOffset::east_opt(7_200).unwrap());
        let mut bench = Bench::with(settings, story());
        bench.press("T");
        bench.press(keys);
        assert!(bench.screen().contains(expected), "{keys}: {}", bench.screen());
    }
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
        bench.tell(Message::Tick(Timer::Rest(number), super::support::NOW));
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
    let until = super::support::NOW.plus_millis(40_000);
    let waiting = source("one", "kaireonai", SourceState::Waiting { until, reason: "429".into() });
    bench.tell(Message::Sources(vec![waiting]));
    let (second, after) = clock(&mut bench).unwrap();
    assert_eq!(after, 0, "a countdown begins with the right time of day");
    bench.tell(Message::Tick(first, super::support::NOW));
    assert_eq!(clock(&mut bench), None, "a timer that is no longer waited for winds nothing up");
    bench.tell(Message::Tick(second, super::support::NOW.plus_millis(10_000)));
    assert_eq!(clock(&mut bench).unwrap().1, 1);
    assert!(bench.screen().contains("wait(429 30s) 1"), "{}", bench.screen());
}
