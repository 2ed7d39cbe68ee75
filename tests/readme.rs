//! The tables of the README are what the program's own lists say.
//!
//! The parts of `README.md` between marks such as `<!-- keys: begin -->` are written from the list of
//! commands, the default keys, the vocabulary of the filter and the built-in feed profiles. When one of these changes, this test fails;
//! run it with `BACKTRAIL_BLESS=1` in the environment and it writes the tables anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use backtrail::feed::Catalog;
use backtrail::query::{DIRECTIVES, FIELDS, Kind};
use backtrail::tui::command::{COMMANDS, Context};
use backtrail::tui::keymap::Keymap;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// `text` in the way Markdown shows it as it is, also in a cell of a table.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn list<T: AsRef<str>>(texts: impl IntoIterator<Item = T>, between: &str) -> String {
    texts.into_iter().map(|text| code(text.as_ref())).collect::<Vec<_>>().join(between)
}

/// One row for each command and the keys that mean it, in the contexts where they do.
fn keys() -> String {
    let keymap = Keymap::built_in();
    let mut table = "| where | keys | command | what it does |\n|---|---|---|---|\n".to_owned();
    for first in Context::ALL {
        // A command with the same keys in several contexts stands in the first of them.
        for row in COMMANDS.iter().filter(|row| row.contexts.first() == Some(&first)) {
            let mut groups: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
            for context in row.contexts {
                let keys = keymap.keys_in(*context, row.command);
                match groups.iter_mut().find(|(_, known)| *known == keys) {
                    Some((contexts, _)) => contexts.push(context.name()),
                    None => groups.push((vec![context.name()], keys)),
                }
            }
            for (contexts, keys) in groups {
                let (contexts, keys, name) = (contexts.join(", "), list(keys, " "), code(row.name));
                writeln!(table, "| {contexts} | {keys} | {name} | {} |", row.help).unwrap();
            }
        }
    }
    table
}

/// One row for each key of the filter, then one for each that says how the list is shown.
fn query() -> String {
    let mut table = "| key | what it selects | its values | such as |\n|---|---|---|---|\n".to_owned();
    for row in FIELDS {
        let names = list([row.key].iter().chain(row.aliases), ", ");
        let values = match row.kind {
            Kind::Words(words) => list(words.iter().map(|word| word.word), ", "),
            _ => row.comparison().replace('|', "\\|"),
        };
        writeln!(table, "| {names} | {} | {values} | {} |", row.help, code(row.example)).unwrap();
    }
    for row in DIRECTIVES {
        let values = list(row.words, ", ");
        writeln!(table, "| {} | {} | {values} | {} |", code(row.key), row.help, code(row.example)).unwrap();
    }
    table
}

/// One row for each built-in profile, with what a source has to say and, in brackets, what it can say.
fn feeds() -> String {
    let mut table = "| feed | what it is | a source says | checked |\n|---|---|---|---|\n".to_owned();
    let catalog = Catalog::built_in();
    for profile in catalog.ids().filter_map(|id| catalog.get(id)) {
        let place = match (profile.makes_requests(), profile.base()) {
            (false, _) => Some("`command` or `file`".to_owned()),
            (true, None) => Some(code("base")),
            (true, Some(_)) => None,
        };
        let vars = profile.vars().iter().map(|var| (format!("vars.{}", var.name), var.required));
        let secrets = profile.secrets().iter().map(|need| (format!("secret.{}", need.name), need.required));
        let named = vars.chain(secrets);
        let named =
            named.map(|(name, required)| if required { code(&name) } else { format!("[{}]", code(&name)) });
        let says: Vec<String> = place.into_iter().chain(named).collect();
        let name = format!("[{}]({})", profile.name(), profile.docs().unwrap_or_default());
        let checked = if profile.verified() { "yes" } else { "in part" };
        let says = if says.is_empty() { "nothing more".to_owned() } else { says.join(" ") };
        writeln!(table, "| {} | {name} | {says} | {checked} |", code(profile.id())).unwrap();
    }
    table
}

/// `text` with `table` between the marks of `name`.
fn with(text: &str, name: &str, table: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let (Some((before, rest)), true) = (text.split_once(&begin), text.matches(&end).count() == 1) else {
        panic!("README.md needs `{begin}` and `{end}` once each");
    };
    let (_, after) = rest.split_once(&end).unwrap();
    format!("{before}{begin}\n{table}\n{end}{after}")
}

#[test]
fn the_tables_are_those_of_the_program() {
    let stale = std::fs::read_to_string(README).unwrap();
    let fresh = with(&with(&stale, "keys", &keys()), "query", &query());
    let fresh = with(&fresh, "feeds", &feeds());
    if stale == fresh {
        return;
    }
    if std::env::var_os("BACKTRAIL_BLESS").is_some() {
        std::fs::write(README, fresh).unwrap();
        return;
    }
    let differs = stale.lines().zip(fresh.lines()).position(|(old, new)| old != new).unwrap_or_default();
    panic!(
        "README.md is stale from line {} on, which should be\n{}\nRun `BACKTRAIL_BLESS=1 cargo test --test readme`",
        differs + 1,
        fresh.lines().nth(differs).unwrap_or_default()
    );
}

#[test]
fn every_built_in_profile_has_its_row() {
    let feeds = feeds();
    for id in Catalog::built_in().ids() {
        assert!(feeds.contains(&format!("\n| `{id}` | [")), "{id}");
    }
}

#[test]
fn every_command_and_every_key_of_the_filter_has_its_row() {
    let (keys, query) = (keys(), query());
    for row in COMMANDS {
        assert!(keys.contains(&format!("| `{}` | {} |", row.name, row.help)), "{}", row.name);
    }
    for row in FIELDS {
        assert!(query.contains(&format!("| `{}`", row.key)), "{}", row.key);
    }
}
