//! Every command, pressed: where one is before, and what is seen after it that was not seen before.
//!
//! No row names the key of its command. The keys that ship are looked up where the command is wanted, and each
//! of them is pressed; a command without one is run from the palette by its name. A row cannot be true by
//! itself: what it expects must be missing before, and stay missing when a key is pressed that means nothing.

mod compare;
mod copies;
mod details;
mod filters;
mod go;
mod lists;
mod panes;
mod screens;
mod typing;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::support::{Bench, place, selected, story};
use crate::tui::command::{COMMANDS, Command, Context};
use crate::tui::key::Key;
use crate::tui::keymap::{Keymap, Lookup};
use crate::tui::{Effect, Message};

/// A key that means nothing anywhere.
const NOTHING: KeyCode = KeyCode::F(12);

/// The keys that ship.
static KEYMAP: LazyLock<Keymap> = LazyLock::new(Keymap::built_in);

/// Rows about one world.
struct Table {
    world: fn() -> Bench,
    rows: &'static [Row],
}

/// Keys that lead to places, the command that is wanted at each of them, and what comes of it.
type Row = (&'static [&'static str], Command, Seen);

/// What is seen after a command.
#[derive(Debug)]
enum Seen {
    /// This text, somewhere on the screen.
    Text(&'static str),
    /// This text is nowhere on the screen any more.
    Gone(&'static str),
    /// These texts, each on a line below the one before.
    Below(&'static [&'static str]),
    /// The selected line says this.
    Chosen(&'static str),
    /// The event at this place of the list is selected, counted from 0.
    Nth(usize),
    /// The name of what has the keys.
    In(&'static str),
    /// The filter line says this and no more.
    Filter(&'static str),
    /// The outside is asked for something whose debug form begins like this.
    Asks(&'static str),
    /// A text of this sort with this in it is copied.
    Copies(&'static str, &'static str),
}

impl Seen {
    fn holds(&self, bench: &Bench) -> bool {
        let screen = bench.screen();
        match self {
            Self::Text(text) => screen.contains(text),
            Self::Gone(text) => !screen.contains(text),
            Self::Below(texts) => {
                let mut lines = screen.lines();
                texts.iter().all(|text| lines.any(|line| line.contains(text)))
            }
            Self::Chosen(text) => selected(bench).contains(text),
            Self::Nth(nth) => bench.app.timeline.place() == Some(*nth) && !selected(bench).is_empty(),
            Self::In(name) => place(bench) == *name,
            Self::Filter(text) => {
                let line = if text.is_empty() { "f narrows the list" } else { text };
                bench.app.filter.applied() == *text && !bench.app.filter.editing() && screen.contains(&format!(" filter> {line}"))
            }
            Self::Asks(text) => bench.asked.iter().any(|effect| format!("{effect:?}").starts_with(text)),
            Self::Copies(wanted, has) => bench.asked.iter().any(|effect| {
                matches!(effect, Effect::Copy { what, text } if what == wanted && text.contains(has))
            }),
        }
    }
}

/// The bench of a table, where its keys lead.
fn led(world: fn() -> Bench, keys: &str) -> Bench {
    let mut bench = world();
    bench.press(keys);
    bench.take_asked();
    bench
}

/// The keys of a binding as the terminal reports them.
fn events_of(spelled: &str) -> Vec<KeyEvent> {
    spelled.split(' ').map(|key| key.parse::<Key>().unwrap().into()).collect()
}

fn press(bench: &mut Bench, spelled: &str) {
    for key in events_of(spelled) {
        bench.tell(Message::Key(key));
    }
}

/// Runs a command by its name.
fn run(bench: &mut Bench, command: Command) {
    let keys = |context, command| KEYMAP.keys_in(context, command).remove(0);
    press(bench, &keys(bench.app.context(), Command::Palette));
    bench.press(command.name());
    press(bench, &keys(Context::Prompt, Command::Accept));
}

/// What is wrong with a row at one of its places.
fn fault(world: fn() -> Bench, from: &str, command: Command, seen: &Seen) -> Option<String> {
    let mut before = led(world, from);
    let context = before.app.context();
    let told = |what: &str, bench: &Bench| {
        let (screen, asked) = (bench.screen(), &bench.asked);
        Some(format!("`{command}` after `{from}`: {what} {seen:?}\n{screen}\n{asked:?}\n"))
    };
    if seen.holds(&before) {
        return told("there is already", &before);
    }
    assert_eq!(KEYMAP.lookup(context, &[NOTHING.into()]), Lookup::None);
    before.tell(Message::Key(NOTHING.into()));
    if seen.holds(&before) {
        return told("a key that means nothing brings", &before);
    }
    let keys = KEYMAP.keys_in(context, command);
    if keys.is_empty() {
        let mut after = led(world, from);
        run(&mut after, command);
        return if seen.holds(&after) { None } else { told("its name does not bring", &after) };
    }
    keys.iter().find_map(|key| {
        let mut after = led(world, from);
        press(&mut after, key);
        if seen.holds(&after) { None } else { told(&format!("`{key}` does not bring"), &after) }
    })
}

/// Asserts that every row of the tables is true, and says of all that are not what is wrong with them.
fn all_hold(tables: &[Table]) {
    let faults: Vec<String> = tables
        .iter()
        .flat_map(|table| table.rows.iter().map(|row| (table.world, row)))
        .flat_map(|(world, (places, command, seen))| {
            places.iter().filter_map(move |from| fault(world, from, *command, seen))
        })
        .collect();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

/// One test for each list of tables, so that they run side by side.
macro_rules! pressed {
    ($($tables:ident)+) => {
        $(
            #[test]
            fn $tables() {
                all_hold($tables::TABLES);
            }
        )+

        const ALL: &[&[Table]] = &[$($tables::TABLES),+];
    };
}

pressed! { compare copies details filters go lists panes screens typing }

#[test]
fn a_row_that_would_prove_nothing_is_told() {
    let story = || Bench::new((120, 40), story());
    for (from, command, seen, told) in [
        ("", Command::Down, Seen::Text("Orders to Snowflake"), "there is already"),
        ("q", Command::Close, Seen::In("timeline"), "a key that means nothing brings"),
        ("", Command::Down, Seen::Chosen("10:00  ^ publish"), "`j` does not bring"),
        ("", Command::Explain, Seen::Asks("Quit"), "its name does not bring"),
    ] {
        let fault = fault(story, from, command, &seen).unwrap_or_default();
        assert!(fault.contains(told), "{command}: {fault}");
    }
    let row = ("e", Command::Down, Seen::Chosen("10:00  ^ publish"));
    assert_eq!(fault(story, row.0, row.1, &row.2), None);
}

#[test]
fn every_command_is_pressed_in_every_context_that_binds_it() {
    let mut pressed = BTreeSet::new();
    for table in ALL.iter().copied().flatten() {
        for (places, command, _) in table.rows {
            for from in *places {
                let context = led(table.world, from).app.context();
                let bound = context.heard().iter().find(|heard| command.row().contexts.contains(heard));
                let bound = bound.unwrap_or_else(|| panic!("`{command}` means nothing after `{from}`"));
                pressed.insert((*command, *bound));
            }
        }
    }
    for row in COMMANDS {
        for context in row.contexts {
            assert!(
                pressed.contains(&(row.command, *context)),
                "no row presses `{}` under `[{}]`",
                row.name,
                context.name()
            );
        }
    }
}

#[test]
fn every_command_is_found_by_its_name_and_the_help_has_it_with_its_keys_or_without_one() {
    let mut bench = Bench::new((120, 40), Vec::new());
    for row in COMMANDS {
        bench.press(&format!(":{}", row.name));
        let typed_only = row.contexts == [Context::Prompt];
        let first = selected(&bench).starts_with(&format!("▌{} ", row.name));
        assert_ne!(first, typed_only, "`{}` in the palette\n{}", row.name, bench.screen());
        bench.press("<esc>");
        bench.press(&format!("?/{}", row.name));
        let screen = bench.screen();
        let is_about = |line: &&str| line.contains(&format!(" {} ", row.name)) && line.contains(row.help);
        let listed: Vec<&str> = screen.lines().filter(is_about).collect();
        assert_eq!(listed.len(), row.contexts.len(), "`{}` in the help\n{screen}", row.name);
        for context in row.contexts {
            let key = KEYMAP.keys_in(*context, row.command).into_iter().next();
            let has = |line: &&str| line.trim_start().starts_with(key.as_deref().unwrap_or(row.name));
            assert!(listed.iter().any(has), "{key:?} of `{}` in the help\n{screen}", row.name);
        }
        bench.press("<esc><esc>");
    }
}
