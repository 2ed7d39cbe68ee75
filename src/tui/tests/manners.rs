//! Small things that a reader stumbles over: what is marked, how, and what the next key is.

use ratatui::style::{Color, Modifier};

use super::support::{Bench, settings, source, story, user};
use crate::domain::SourceState;
use crate::tui::theme::Theme;
use crate::tui::{Glyphs, Message};

/// A screen without colours.
fn colourless(size: (u16, u16), keys: &str) -> Bench {
    let mut settings = settings(size);
    settings.theme = Theme::monochrome();
    let mut bench = Bench::with(settings, story());
    bench.press(keys);
    bench
}

#[test]
fn without_colours_nothing_blank_is_underlined_and_a_selected_row_is_even() {
    for keys in ["", "jjj", "a", "ajj", "gW", "jgWj", ":", "<c-p>", "f", "e", "gs", "gv", "m", "H"] {
        let bench = colourless((120, 30), keys);
        let buffer = bench.buffer();
        for (y, cells) in buffer.content.chunks(120).enumerate() {
            // A selected row without the keys is underlined from end to end.
            if cells.iter().any(|cell| cell.symbol() == "▏") {
                continue;
            }
            let stray = |x: usize| {
                cells[x].modifier.contains(Modifier::UNDERLINED)
                    && !cells[x].modifier.contains(Modifier::REVERSED)
                    && cells[x].symbol() == " "
            };
            // A blank between two words belongs to a text.
            let alone = (0..120).find(|x| {
                stray(*x) && (*x == 0 || *x == 119 || stray(x + 1) || cells[x - 1].symbol() == " ")
            });
            assert_eq!(alone, None, "`{keys}`, line {y}:\n{}", bench.screen());
            // The bar that says how far a list is scrolled is no part of the row.
            let patchy = cells.iter().any(|cell| {
                cell.modifier.contains(Modifier::REVERSED | Modifier::DIM) && !"│┃".contains(cell.symbol())
            });
            assert!(!patchy, "`{keys}`, line {y}:\n{}", bench.screen());
        }
    }
}

#[test]
fn the_strip_points_to_the_selected_event_without_a_colour() {
    let pointer = |keys: &str| {
        let bench = colourless((120, 40), keys);
        let line = bench.screen().lines().nth(2).unwrap().to_owned();
        line.chars().position(|c| c == '▼').unwrap_or_else(|| panic!("{}", bench.screen()))
    };
    assert!(pointer("") > pointer("G"), "what is older stands further left");
    assert!(!colourless((120, 40), "f").screen().contains('▼'), "there the line says something else");
}

#[test]
fn a_begun_sequence_says_how_it_goes_on() {
    for (size, keys) in [((40, 10), "g"), ((80, 24), "g"), ((120, 40), "y"), ((120, 40), "+")] {
        let mut bench = Bench::new(size, story());
        bench.press(keys);
        let status = bench.screen().lines().last().unwrap().to_owned();
        assert!(status.contains("esc close") && !status.contains("command"), "{size:?} {keys}: {status}");
        bench.press("?");
        let screen = bench.screen();
        assert!(
            screen.contains(&format!("/@{keys}")) && screen.contains(&format!("{keys} ")),
            "{keys}: {screen}"
        );
        bench.press("<esc>");
        assert!(bench.app.overlays.is_empty() && bench.app.pressed.is_empty());
    }
}

#[test]
fn in_ascii_no_mark_is_that_of_something_else() {
    let mut plain = settings((200, 60));
    plain.glyphs = Glyphs::Ascii;
    let mut bench = Bench::with(plain, story());
    bench.press("b");
    let screen = bench.screen();
    assert!(screen.contains("back to v6") && screen.contains("b <"), "{screen}");
    let marks = |c: char| screen.lines().filter(|line| line.trim_start().starts_with(c)).count();
    assert_eq!(marks('~'), 0, "{screen}");
    bench.press("jjj<enter>]");
    assert!(bench.screen().contains("->"), "{}", bench.screen());
}

#[test]
fn every_source_is_shown_that_there_is_room_for() {
    for (size, shown) in [((60, 20), 3), ((80, 24), 3), ((40, 10), 1)] {
        let mut bench = Bench::new(size, story());
        bench.press("gs");
        let seen = |bench: &Bench| {
            let screen = bench.screen();
            ["streamkap-prod", "kaireon-prod", "micro-prod"]
                .iter()
                .filter(|name| screen.contains(**name))
                .count()
        };
        assert_eq!(seen(&bench), shown, "{size:?}\n{}", bench.screen());
        bench.press("G");
        assert_eq!(seen(&bench), shown, "{size:?}\n{}", bench.screen());
        assert!(bench.screen().contains("▌micro-prod"), "{size:?}\n{}", bench.screen());
        bench.press("gg");
        assert!(bench.screen().contains("▌streamkap-prod"), "{size:?}\n{}", bench.screen());
    }
}

#[test]
fn the_form_of_an_export_follows_its_selection() {
    let mut bench = Bench::new((40, 10), story());
    bench.press("x");
    for name in ["what", "format", "secrets", "to", "file", "existing"] {
        assert!(bench.screen().contains(&format!("▌{name} ")), "{name}:\n{}", bench.screen());
        assert_eq!(bench.screen().matches('▌').count(), 1, "{}", bench.screen());
        bench.press("<down>");
    }
    assert!(bench.screen().lines().last().unwrap().contains("enter write"), "{}", bench.screen());
}

#[test]
fn what_was_found_is_set_apart_in_the_list() {
    let coloured = |bench: &Bench, y: usize| -> String {
        let buffer = bench.buffer();
        let cells = &buffer.content[y * 120..y * 120 + 78];
        cells
            .iter()
            .filter(|cell| cell.fg == Color::Indexed(222))
            .map(|cell| cell.symbol().to_owned())
            .collect()
    };
    let mut bench = Bench::new((120, 30), story());
    bench.press("/order");
    let line =
        |bench: &Bench| bench.screen().lines().position(|line| line.contains("10:15  ! update")).unwrap();
    assert_eq!(coloured(&bench, line(&bench)), "Order");
    bench.press("<enter>");
    assert_eq!(coloured(&bench, line(&bench)), "Order", "{}", bench.screen());
    bench.press("/type:destination<enter>");
    assert_eq!(coloured(&bench, line(&bench)), "10:15", "by what is not shown");
    bench.press("/zzz<enter>");
    assert_eq!(coloured(&bench, line(&bench)), "");
}

#[test]
fn an_empty_list_names_the_next_key_on_the_smallest_screen() {
    let empty = |state: SourceState| {
        let mut settings = settings((40, 10));
        let mut one = source("one", "kaireonai", state);
        one.last_sync = None;
        settings.sources = vec![one];
        Bench::with(settings, Vec::new()).screen()
    };
    assert!(empty(SourceState::Failed).contains("`g s`"), "{}", empty(SourceState::Failed));
    assert!(empty(SourceState::Idle).contains("`g s`"), "{}", empty(SourceState::Idle));
    let mut nothing = Bench::new((40, 10), story());
    nothing.press("fnothing<enter>");
    assert!(nothing.screen().contains("`g c`"), "{}", nothing.screen());
    let mut none = settings((40, 10));
    none.sources = Vec::new();
    let mut bench = Bench::with(none, Vec::new());
    let screen = bench.screen();
    assert!(screen.contains("config init") && screen.contains("`Q` quits"), "{screen}");
    assert!(!screen.contains("refresh") && !screen.contains("filter  "), "{screen}");
    bench.tell(Message::Sources(Vec::new()));
    bench.press("gm");
    assert!(bench.screen().contains("`g s`"), "{}", bench.screen());
}

#[test]
fn a_prompt_says_what_could_be_typed_and_how_to_leave() {
    for (keys, example) in [
        ("/", "status:failed"),
        ("gt", "yesterday"),
        ("m", "worth knowing"),
        ("fservice<enter>S", "Failures"),
    ] {
        let mut bench = Bench::new((100, 24), story());
        bench.press(keys);
        let line = bench.screen().lines().last().unwrap().to_owned();
        assert!(line.contains(example) && line.contains("enter done   esc leave it"), "{keys}: {line}");
        bench.press("x");
        let line = bench.screen().lines().last().unwrap().to_owned();
        assert!(!line.contains(example) && line.contains("esc leave it"), "{keys}: {line}");
    }
}

#[test]
fn facets_never_cover_half_an_event() {
    for size in [(60, 20), (80, 24), (100, 30), (120, 40), (139, 40)] {
        let mut bench = Bench::new(size, story());
        bench.press("s");
        let screen = bench.screen();
        let is_whole = |line: &str| line.contains("10:30") && line.contains("rollback  Default");
        assert_eq!(screen.lines().any(is_whole), size.0 >= 80, "{size:?}\n{screen}");
    }
}

#[test]
fn the_names_of_tabs_stay_where_they_are() {
    let places = |keys: &str, names: [&str; 3]| {
        let mut bench = Bench::new((120, 30), story());
        bench.press(keys);
        let screen = bench.screen();
        let line =
            screen.lines().find(|line| names.iter().all(|name| line.contains(name))).unwrap().to_owned();
        names.map(|name| line.find(name).map(|at| line[..at].chars().count()))
    };
    let event = ["Summary", "Diff", "Raw"];
    assert!(places("<enter>", event) == places("<enter>]", event), "of an event");
    let life = ["Events", "Fields", "State"];
    assert!(places("e", life) == places("e]]", life), "of a life");
}

#[test]
fn a_view_never_hides_a_source_that_failed_and_no_screen_moves_the_views() {
    for size in [(40, 10), (60, 20), (80, 24), (200, 60)] {
        let mut settings = settings(size);
        settings.user = user();
        settings.sources[0].state = SourceState::Failed;
        for keys in ["", "e", "gs", "]"] {
            let mut bench = Bench::with(settings.clone(), story());
            bench.press(keys);
            let header = bench.screen().lines().next().unwrap().to_owned();
            assert!(header.contains("failed 1"), "{size:?} {keys}: {header}");
            let mut first = Bench::with(settings.clone(), story());
            first.press("");
            let before = first.screen().lines().next().unwrap().to_owned();
            let place = |line: &str| line.find("Services");
            if size.0 >= 120 {
                assert_eq!(place(&header), place(&before), "{size:?} {keys}");
            }
        }
    }
}

#[test]
fn a_mark_leaves_a_blank_before_what_was_done() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("b ");
    let screen = bench.screen();
    assert!(screen.contains("\n*10:30★ < rollback"), "{screen}");
    bench.press("k");
    assert!(bench.screen().contains("\n▌10:30* < rollback"), "{}", bench.screen());
    bench.press("jjvj");
    let screen = bench.screen();
    assert!(screen.contains("\n┃10:00  ^ publish") && screen.contains("range of 2, v ends it"), "{screen}");
    let selected = screen.lines().find(|line| line.starts_with('▌')).unwrap();
    assert!(!selected.contains('┃'), "the bar is in one place: {screen}");
}

#[test]
fn a_name_is_cut_only_where_there_is_no_room() {
    let bench = Bench::new((80, 24), story());
    assert!(!bench.screen().contains("jane.smith…"), "{}", bench.screen());
    let narrow = Bench::new((60, 20), story());
    assert!(narrow.screen().contains("ci-deployer  v12"), "{}", narrow.screen());
    let (bare, told) = ("update of Payments", "authentication failed");
    let screen = Bench::new((120, 40), story()).screen();
    assert!(!screen.contains(bare) && screen.contains(told.get(..10).unwrap()), "{screen}");
}
