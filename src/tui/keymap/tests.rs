//! What a keys file may say, and what each mistake in one is told.

use super::*;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

/// Commands that have no key by default and are reached through the palette.
const WITHOUT_A_KEY: &[Command] = &[Command::Explain, Command::Screenshot];

fn press(keys: &str) -> Vec<KeyEvent> {
    keys.split_whitespace()
        .map(|name| match name {
            "enter" => KeyEvent::from(KeyCode::Enter),
            "ctrl-c" => KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
            "ctrl-o" => KeyEvent::new(KeyCode::Char('o'), KeyModifiers::CONTROL),
            name => KeyEvent::from(KeyCode::Char(name.chars().next().unwrap())),
        })
        .collect()
}

fn problems(text: &str) -> Vec<String> {
    Keymap::with_user("keys.toml", text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn the_default_file_has_no_problems() {
    let (keymap, problems) = Keymap::read(DEFAULT_FILE, DEFAULT_TEXT);
    assert_eq!(problems, []);
    assert_eq!(keymap.conflicts(), []);
    assert_eq!(keymap.no_way_out(DEFAULT_FILE), None);
}

#[test]
fn every_command_has_a_key_in_each_of_its_contexts_or_is_listed_as_having_none() {
    let keymap = Keymap::built_in();
    for row in COMMANDS {
        for context in row.contexts {
            let bound = !keymap.keys_in(*context, row.command).is_empty();
            let listed = WITHOUT_A_KEY.contains(&row.command);
            assert_ne!(bound, listed, "{} in {}", row.name, context.name());
        }
    }
}

#[test]
fn every_default_key_is_found_again_from_what_the_terminal_reports() {
    let keymap = Keymap::built_in();
    for binding in &keymap.bindings {
        for n in 1..binding.keys.len() {
            let found = keymap.lookup_keys(binding.context, &binding.keys[..n]);
            assert!(matches!(found, Lookup::Prefix(_)), "{binding:?}");
        }
        let found = keymap.lookup_keys(binding.context, &binding.keys);
        assert_eq!(found, Lookup::Found(binding.command), "{binding:?}");
    }
}

#[test]
fn keys_mean_different_things_in_different_contexts() {
    let keymap = Keymap::built_in();
    for (context, keys, command) in [
        (Context::Lists, "e", Some(Command::OpenLifecycle)),
        (Context::Lists, "q", Some(Command::Close)),
        (Context::Lists, "g s", Some(Command::Sources)),
        (Context::Lists, "g x", None),
        (Context::Lists, "enter", Some(Command::Open)),
        (Context::Detail, "n", Some(Command::NextChange)),
        (Context::Lists, "n", Some(Command::NextMatch)),
        (Context::Views, "K", Some(Command::ViewUp)),
        (Context::Views, "e", None),
        (Context::Everywhere, "e", None),
        (Context::Prompt, "q", None),
        (Context::Prompt, "enter", Some(Command::Accept)),
        (Context::Prompt, "ctrl-c", Some(Command::Cancel)),
        (Context::Lists, "ctrl-c", Some(Command::Interrupt)),
    ] {
        let expected = command.map_or(Lookup::None, Lookup::Found);
        assert_eq!(keymap.lookup(context, &press(keys)), expected, "{keys} in {}", context.name());
    }
    assert_eq!(keymap.lookup(Context::Lists, &[]), Lookup::None);
}

#[test]
fn the_first_key_of_a_sequence_offers_what_can_follow() {
    let Lookup::Prefix(continuations) = Keymap::built_in().lookup(Context::Lists, &press("g")) else {
        panic!("`g` begins sequences");
    };
    let offered: Vec<(&str, Command)> = continuations.iter().map(|c| (c.keys.as_str(), c.command)).collect();
    let expected = [
        ("g", Command::Top),
        ("s", Command::Sources),
        ("c", Command::ClearFilter),
        ("t", Command::GoToTime),
        ("n", Command::FirstUnread),
        (".", Command::LastPlace),
        ("v", Command::Views),
        ("b", Command::Bookmarks),
        ("N", Command::Notes),
        ("m", Command::Messages),
        ("w", Command::Around),
        ("W", Command::Suspects),
    ];
    assert_eq!(offered, expected);
}

#[test]
fn the_users_line_replaces_all_keys_of_that_command_in_that_context() {
    let text = "[lists]\nopen = \"ctrl-o\"\nopen-url = []\n";
    let keymap = Keymap::with_user("keys.toml", text).unwrap();
    assert_eq!(keymap.keys_in(Context::Lists, Command::Open), ["ctrl-o"]);
    assert_eq!(keymap.lookup(Context::Lists, &press("ctrl-o")), Lookup::Found(Command::Open));
    assert_eq!(keymap.lookup(Context::Lists, &press("enter")), Lookup::None);
    assert_eq!(keymap.keys_in(Context::Lists, Command::OpenUrl), Vec::<String>::new());
    assert_eq!(keymap.keys_of(Command::OpenUrl), ["o"], "the detail keeps its key");
}

#[test]
fn keys_can_be_exchanged_in_one_file() {
    let text = "[everywhere]\nfollow = \"p\"\npreview = \"F\"\n";
    let keymap = Keymap::with_user("keys.toml", text).unwrap();
    assert_eq!(keymap.lookup(Context::Detail, &press("F")), Lookup::Found(Command::Preview));
    assert_eq!(keymap.keys_of(Command::Follow), ["p"]);
}

#[test]
fn a_command_of_every_screen_can_be_bound_on_one() {
    let keymap = Keymap::with_user("keys.toml", "[detail]\nfollow = \"Z\"\n").unwrap();
    assert_eq!(keymap.lookup(Context::Detail, &press("Z")), Lookup::Found(Command::Follow));
    assert_eq!(keymap.lookup(Context::Lists, &press("Z")), Lookup::None);
}

#[test]
fn problems_name_file_line_key_and_what_to_do() {
    for (text, expected) in [
        ("[list]\nopen = \"x\"\n", "keys.toml:1:2: `list`: there is no such context; did you mean `lists`?"),
        (
            "[lists]\nopne = \"x\"\n",
            "keys.toml:2:1: `lists.opne`: there is no such command; did you mean `open`?",
        ),
        (
            "[lists]\nopen = \"entr\"\n",
            "keys.toml:2:8: `lists.open`: there is no key named `entr`; did you mean `enter`?",
        ),
        (
            "[detail]\nnext-setback = \"x\"\n",
            "keys.toml:2:1: `detail.next-setback`: this command does nothing in this context; \
             bind it under `[lists]`",
        ),
        (
            "[prompt]\nquit = \"ctrl-q\"\n",
            "keys.toml:2:1: `prompt.quit`: this command does nothing in this context; \
             bind it under `[everywhere]`",
        ),
        (
            "[prompt]\naccept = \"x\"\n",
            "keys.toml:2:10: `prompt.accept`: `x` is text while a line is being typed; \
             add `ctrl-` or `alt-`, or take a named key",
        ),
        (
            "[lists]\nopen = [\"U\", 5]\n",
            "keys.toml:2:14: `lists.open`: this is a key or a list of keys, each between quotes; \
             write `\"x\"`, `[\"x\", \"g x\"]`, or `[]` for none",
        ),
        (
            "[lists]\nopen = \" \"\n",
            "keys.toml:2:8: `lists.open`: there is no key between the quotes; write `space` for Space",
        ),
        ("lists = 3\n", "keys.toml:1:1: `lists`: this is a table of commands and their keys"),
        (
            "[everywhere]\nquit = []\nclose = []\n",
            "keys.toml:1:1: `everywhere`: no key would quit: neither `quit` nor `close` has one; \
             bind one of them under `[everywhere]`",
        ),
    ] {
        assert_eq!(problems(text), [expected]);
    }
}

#[test]
fn two_meanings_of_one_key_are_a_conflict() {
    for (text, expected) in [
        // The same context.
        ("[lists]\nopen = \"e\"\n", "keys.toml:2:1: `lists.open`: `e` already means `lists.open-lifecycle`"),
        // A narrow context and everywhere.
        (
            "[detail]\nopen-url = \"q\"\n",
            "keys.toml:2:1: `detail.open-url`: `q` already means `everywhere.close`",
        ),
        // A key that begins a sequence.
        ("[lists]\nopen = \"y\"\n", "keys.toml:2:1: `lists.open`: `y` would hide `y y`, which means"),
        // A sequence that begins with a key.
        (
            "[lists]\nopen = \"q x\"\n",
            "keys.toml:2:1: `lists.open`: `q x` can never be pressed: `q` alone already means `everywhere.close`",
        ),
    ] {
        let problems = problems(text);
        assert!(problems[0].starts_with(expected), "{problems:#?}");
        assert!(problems[0].contains("assets/keys.toml line "), "{problems:#?}");
    }
}

#[test]
fn contexts_that_are_never_heard_together_do_not_conflict() {
    let text = "[prompt]\nnext-choice = \"ctrl-d\"\n[detail]\nnext-change = \"}\"\n";
    assert!(Keymap::with_user("keys.toml", text).is_ok());
}

#[test]
fn all_problems_of_a_file_are_told_at_once() {
    let found = problems("[lists]\nopne = \"x\"\nnext-day = \"nokey\"\n[details]\n");
    assert_eq!(found.len(), 3, "{found:#?}");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\[[a-z]{0,8}\\]\n|[a-z-]{1,12} = (\"[a-zA-Z -]{0,9}\"|\\[\\]|5)\n|.){0,12}") {
        let _ = Keymap::with_user("keys.toml", &text);
    }
}
