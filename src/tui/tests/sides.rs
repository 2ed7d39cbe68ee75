//! Two sides compared, what a range comes to, and what a feed changed later.

use super::fates::later;
use super::lives::{SIZES, told};
use super::support::{Bench, story};
use crate::tui::Effect;

#[test]
fn two_events_are_compared_in_every_layout() {
    for size in SIZES {
        let mut bench = Bench::new(size, told());
        bench.press("Gcggc");
        insta::assert_snapshot!(format!("compare-{}x{}", size.0, size.1), bench.screen());
    }
    let mut bench = Bench::new((160, 30), told());
    bench.press("Gc");
    assert!(bench.screen().contains("pinned: go to another event, and `c` there compares the two"));
    bench.press("k");
    assert!(bench.screen().contains("pinned Orders 23 Mar 10:40"), "{}", bench.screen());
    bench.press("ggc");
    for (keys, seen) in [
        ("", "4 changed · 1 added · 1 masked"),
        ("D", "changes as a tree"),
        ("D", "│ \"orders-team\""),
        ("D", "changes by their paths"),
        ("nnn", "▌~ "),
        ("h", "  ⋯"),
        ("=", "\"99.5\" → \"99.9\""),
        ("NNNX", "Show `"),
        ("<esc>", "right"),
        (">", "\"99.5\" → \"99.9\""),
        (">>>>", "No difference in what is known of both sides."),
    ] {
        bench.press(keys);
        assert!(bench.screen().contains(seen), "{keys} {seen}:\n{}", bench.screen());
    }
    bench.press("<esc>");
    assert!(!bench.screen().contains("› compare"));
}

#[test]
fn two_marked_events_are_compared_the_older_on_the_left() {
    let mut bench = Bench::new((120, 30), told());
    bench.press(" jj c");
    let screen = bench.screen();
    let at = |word: &str| screen.lines().position(|line| line.trim_start().starts_with(word)).unwrap();
    assert!(screen.contains("› compare") && at("left") < at("right"), "{screen}");
    let mut three = Bench::new((120, 30), told());
    three.press("   c");
    assert!(three.screen().contains("two events can be compared, and 3 are marked"), "{}", three.screen());
    let mut same = Bench::new((120, 30), told());
    same.press("cc");
    assert!(same.screen().contains("it is not pinned any more"));
    same.press("c<esc>j");
    assert!(!same.screen().contains("pinned Orders"), "{}", same.screen());
}

#[test]
fn events_of_different_entities_are_compared_by_their_records() {
    let mut bench = Bench::new((120, 30), story());
    bench.press("cjjjc");
    let screen = bench.screen();
    assert!(screen.contains("are different entities"), "{screen}");
    assert!(screen.contains("the records themselves are compared"), "{screen}");
}

#[test]
fn what_is_copied_from_two_sides_is_masked() {
    let mut bench = Bench::new((120, 30), told());
    bench.press("Gcggc");
    for (keys, holds) in
        [("yd", "~ extras.sla  \"99.5\" → \"99.9\""), ("ym", "- changed `extras.sla`"), ("yr", "/extras/sla")]
    {
        bench.take_asked();
        bench.press(keys);
        let asked = bench.take_asked();
        let text = asked.iter().find_map(|effect| match effect {
            Effect::Copy { text, .. } => Some(text.clone()),
            _ => None,
        });
        let text = text.unwrap_or_else(|| panic!("{keys}: {asked:?} {}", bench.screen()));
        assert!(text.contains(holds) && !text.contains("k3"), "{keys}: {text}");
    }
}

#[test]
fn a_range_says_what_it_comes_to_and_opens_where_it_is_of_one_entity() {
    for size in [(200, 60), (120, 40), (80, 30)] {
        let mut bench = Bench::new(size, told());
        bench.press("vjjjj");
        insta::assert_snapshot!(format!("range-{}x{}", size.0, size.1), bench.screen());
    }
    let mut bench = Bench::new((120, 30), told());
    bench.press("vjj<enter>");
    let screen = bench.screen();
    assert!(screen.contains("› compare") && screen.contains("the net change of 3 events"), "{screen}");
    assert!(screen.contains("+ timeout_ms") && screen.contains("2000"), "{screen}");
    bench.press("<esc>v");
    assert!(!bench.screen().contains("range  3 events"), "{}", bench.screen());
    let mut several = Bench::new((120, 30), story());
    several.press("vjjj");
    assert!(several.screen().contains("range  4 events of 3 entities"), "{}", several.screen());
    several.press("<enter>");
    assert!(several.screen().contains("what it comes to can be opened for one"), "{}", several.screen());
}

#[test]
fn former_versions_of_a_record_open_side_by_side() {
    let mut bench = Bench::new((140, 30), later());
    bench.press("E");
    let screen = bench.screen();
    assert!(screen.contains("› compare") && screen.contains("what it says now"), "{screen}");
    assert!(screen.contains("notes") && !screen.contains("\"old\""), "{screen}");
    bench.press(">");
    assert!(bench.screen().contains("edit 1 of 2"), "{}", bench.screen());
    bench.press(">");
    assert!(bench.screen().contains("no older edit of this event"), "{}", bench.screen());
    bench.press("<<D");
    assert!(bench.screen().contains("edit 2 of 2"), "{}", bench.screen());
    let mut never = Bench::new((140, 30), story());
    never.press("jjE");
    assert!(never.screen().contains("the feed never changed what it said of this event"));
}
