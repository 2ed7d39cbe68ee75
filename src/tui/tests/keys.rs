//! Keys after each other: ways through the list, into the screens and back.

use super::support::{Bench, many, place, selected, story};
use crate::tui::pane::Screen;

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
        ("?", "help"),
        ("?<esc>", "timeline"),
        ("??", "timeline"),
        ("?q", "timeline"),
        (":", "palette"),
        (":<esc>", "timeline"),
        (":sources<enter>", "sources"),
        (":no such thing<enter>", "timeline"),
        ("e?<esc>", "lifecycle"),
        ("f", "filter"),
        ("fq", "filter"),
        ("f<esc>", "filter"),
        ("f<esc><esc>", "timeline"),
        ("fzzz<esc>", "timeline"),
        ("f<c-r>", "lines"),
        ("f<c-r><esc>", "filter"),
        ("<c-p>", "jump"),
        ("<c-p>redraw<enter>", "timeline"),
        ("S", "save>"),
        ("S<esc>", "timeline"),
        ("/", "find>"),
        ("/<enter>", "timeline"),
        ("gv", "views"),
        ("gvgv<esc>", "timeline"),
        ("gv<enter>", "timeline"),
        ("gsgv", "views"),
        ("m", "note>"),
        ("f<enter>", "timeline"),
        ("ef", "filter"),
        ("<tab>", "preview"),
        ("<tab><tab>", "timeline"),
        ("<tab><esc>", "timeline"),
        ("<tab>p", "timeline"),
        ("p<tab>", "timeline"),
        ("q", "quit?"),
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
        ("gm", "text"),
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
