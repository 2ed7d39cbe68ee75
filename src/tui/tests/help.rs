//! What is told of keys: the help, what may follow a key, the next keys at the edge of the screen.

use super::support::{Bench, story};

#[test]
fn the_help_begins_with_what_has_the_keys_and_finds_words_and_keys() {
    for (keys, first) in [
        ("?", "In a list of events"),
        ("<enter>?", "In one event"),
        ("gv?", "In the list of views"),
        ("H?", "In the events over time"),
    ] {
        let mut bench = Bench::new((110, 40), story());
        bench.press(keys);
        let screen = bench.screen();
        assert!(
            screen.lines().nth(6).unwrap().contains(first) || screen.lines().nth(5).unwrap().contains(first),
            "{keys}: {screen}"
        );
    }
    for (keys, has, lacks) in [
        ("?/bookmark", "is:bookmarked|Bookmark the event", "Move one line up"),
        ("?/@space", "Mark the event", "Move one line up"),
        ("?/@w", "Watch the entity", "Move one line up"),
        ("?/@x", "Write events to a file or the clipboard", "Watch the entity"),
        ("?/@x", "Remove the view", "Watch the entity"),
        ("?/@g s", "Show how each source is doing", "Show the saved views"),
        ("?/@zz", "`@` before a key finds what it does", "Move one line up"),
        ("?/nothing like it", "no command has these words", "Move one line up"),
        ("?/bookmark<enter>", "Bookmark the event", "Move one line up"),
        ("?/bookmark<esc>", "Open the selected event", "no command"),
    ] {
        let mut bench = Bench::new((110, 40), story());
        bench.press(keys);
        let screen = bench.screen();
        assert!(
            has.split('|').any(|has| screen.contains(has)) && !screen.contains(lacks),
            "{keys}: {screen}"
        );
    }
    // Whoever has read what a key does may press it.
    let mut bench = Bench::new((110, 40), story());
    bench.press("?gs");
    assert!(bench.app.overlays.is_empty() && bench.screen().contains("› sources"), "{}", bench.screen());
}

#[test]
fn what_may_follow_a_key_is_said_whole_or_counted_at_every_size() {
    for size in [(200, 60), (80, 24), (60, 20), (40, 10)] {
        for key in ["g", "y", "O"] {
            let mut bench = Bench::new(size, story());
            bench.press(key);
            let screen = bench.screen();
            let says_more = screen.contains("more: `?` lists them");
            let context = bench.app.context();
            let crate::tui::keymap::Lookup::Prefix(next) =
                bench.app.ui.keymap.lookup(context, &bench.app.pressed)
            else {
                panic!("{key}")
            };
            let shown = next.iter().filter(|way| screen.contains(&way.command.row().help[..9])).count();
            assert!(says_more || shown == next.len(), "{size:?} {key}: {screen}");
            assert!(!says_more || size == (40, 10), "{size:?} {key}: {screen}");
            // A key that lists the rest is named where there is a rest, and once.
            assert_eq!(
                screen.matches("lists them").count(),
                usize::from(says_more),
                "{size:?} {key}: {screen}"
            );
        }
    }
}

#[test]
fn the_next_keys_are_those_of_what_is_asked() {
    for (keys, hint) in [
        (":", "enter choose"),
        ("<c-p>", "esc close"),
        ("?/", "enter done"),
        ("f", "enter apply"),
        ("fnothing like it<enter>", "R refresh all"),
        ("a", "enter open or filter"),
    ] {
        let mut bench = Bench::new((120, 24), story());
        bench.press(keys);
        let screen = bench.screen();
        let status = screen.lines().last().unwrap();
        assert!(status.contains(hint), "{keys}: {status}");
    }
}
