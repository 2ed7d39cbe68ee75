//! The walls of the house: which room may import which, and which crates stay in one room.
//!
//! The table here is the one place where the walls are written down. Move a wall by changing it
//! together with the code, and give the reason in the commit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Each room and the rooms it may import. `*` stands for all.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("query", &["domain"]),
    ("diff", &["domain"]),
    // Reading what changed is comparing two documents, by rules that the profile gives.
    ("feed", &["domain", "diff"]),
    ("store", &["domain", "query"]),
    ("index", &["domain", "query"]),
    ("sync", &["domain", "feed", "store"]),
    ("demo", &["domain"]),
    ("ai", &["domain", "diff"]),
    // What leaves is masked where changes are compared, by the same rules.
    ("export", &["domain", "diff"]),
    ("tui", &["domain", "query", "diff", "export"]),
    ("config", &["domain", "feed", "tui"]),
    ("runtime", &["*"]),
    ("cli", &["*"]),
];

/// Crates that only these rooms may name.
const CRATES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("rusqlite_migration", &["store"]),
    ("reqwest", &["sync"]),
    ("hyper", &["sync"]),
    ("process_wrap", &["sync"]),
    ("rustls", &["sync"]),
    ("axum", &["demo"]),
    ("ratatui", &["tui", "runtime", "cli"]),
    ("crossterm", &["runtime"]),
    ("clap", &["cli"]),
    ("color_eyre", &["main"]),
    // What a misspelt word was meant to be is decided in one place.
    ("strsim", &["domain"]),
    // How letters are found in a name, too.
    ("nucleo_matcher", &["query"]),
];

/// Crates that these rooms must not name: the interface is pure, and so is everything below it.
const PURE: &[(&str, &[&str])] = &[
    ("domain", &["tokio", "std::fs", "std::net", "std::process"]),
    ("query", &["tokio", "std::fs", "std::net", "std::process"]),
    ("diff", &["tokio", "std::fs", "std::net", "std::process"]),
    ("feed", &["tokio", "std::fs", "std::net", "std::process"]),
    ("index", &["tokio", "std::fs", "std::net", "std::process"]),
    ("export", &["tokio", "std::fs", "std::net", "std::process"]),
    ("ai", &["tokio", "std::fs", "std::net", "std::process"]),
    ("tui", &["tokio", "std::fs", "std::net", "std::process", "Timestamp::now", "SystemTime"]),
];

struct Source {
    room: String,
    path: PathBuf,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut |path| {
        let inside = path.strip_prefix(&root).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let name = first.trim_end_matches(".rs").to_owned();
        // A test may build its world from any room; what ships may not.
        let is_test = inside.components().any(|part| {
            let name = part.as_os_str().to_string_lossy();
            name == "tests" || name == "tests.rs" || name.ends_with("_tests.rs")
        });
        if !is_test {
            found.push(Source {
                room: name,
                path: inside.to_owned(),
                code: shipped(&fs::read_to_string(path).unwrap()),
            });
        }
    });
    found
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, visit);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            visit(&path);
        }
    }
}

/// The code of a file without its comments and without its test module, which stands last.
fn shipped(text: &str) -> String {
    let end = text.find("\n#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end]
        .lines()
        .map(|line| if line.trim_start().starts_with("//") { "" } else { line })
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rooms that a piece of code imports from this crate, grouped imports included.
fn imports(code: &str) -> BTreeSet<String> {
    let single = Regex::new(r"\bcrate::([a-z_]+)").unwrap();
    let grouped = Regex::new(r"\bcrate::\{([^;]*)\};").unwrap();
    let first_word = Regex::new(r"^\s*([a-z_]+)").unwrap();
    let mut rooms: BTreeSet<String> = single.captures_iter(code).map(|found| found[1].to_owned()).collect();
    for group in grouped.captures_iter(code) {
        let mut depth = 0;
        for part in group[1].split(|c| {
            depth += match c {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            c == ',' && depth == 0
        }) {
            rooms.extend(first_word.captures(part).map(|found| found[1].to_owned()));
        }
    }
    rooms
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let mut broken = Vec::new();
    for source in sources() {
        if matches!(source.room.as_str(), "lib" | "main") {
            continue;
        }
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == source.room) else {
            broken.push(format!("{}: no room `{}` in the table", source.path.display(), source.room));
            continue;
        };
        for import in imports(&source.code) {
            if import != source.room && !allowed.contains(&"*") && !allowed.contains(&import.as_str()) {
                broken.push(format!("{} imports crate::{import}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "walls broken:\n{}", broken.join("\n"));
}

#[test]
fn the_library_declares_exactly_the_rooms_of_the_table() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let declared: BTreeSet<String> = Regex::new(r"(?m)^(?:pub )?mod ([a-z_]+);")
        .unwrap()
        .captures_iter(&lib)
        .map(|found| found[1].to_owned())
        .collect();
    let table: BTreeSet<String> = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(declared, table);
}

#[test]
fn crates_with_one_owner_stay_in_its_room() {
    let mut broken = Vec::new();
    for (name, rooms) in CRATES {
        // `ratatui::crossterm::…` is ratatui's: the interface needs its key types by name.
        let named = Regex::new(&format!(r"(^|[^:\w]){name}::")).unwrap();
        for source in sources().iter().filter(|source| !rooms.contains(&source.room.as_str())) {
            if named.is_match(&source.code) {
                broken.push(format!("{} names {name}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "crates out of their room:\n{}", broken.join("\n"));
}

#[test]
fn pure_rooms_touch_nothing_outside() {
    let mut broken = Vec::new();
    for source in sources() {
        for (room, banned) in PURE {
            for name in *banned {
                if source.room == *room && source.code.contains(name) {
                    broken.push(format!("{} uses {name}", source.path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "not pure:\n{}", broken.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut silent = Vec::new();
    walk(&root, &mut |path| {
        if !fs::read_to_string(path).unwrap().starts_with("//!") {
            silent.push(path.display().to_string());
        }
    });
    assert!(silent.is_empty(), "no module documentation: {silent:?}");
}

#[test]
fn nothing_else_stands_at_the_top() {
    let known = [
        ".ci",
        ".git",
        ".gitignore",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "assets",
        "benches",
        "clippy.toml",
        "rustfmt.toml",
        "src",
        "target",
        "tests",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let strangers: Vec<String> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !known.contains(&name.as_str()))
        .collect();
    assert!(strangers.is_empty(), "at the top: {strangers:?}");
}

#[test]
fn grouped_imports_are_seen() {
    let code =
        "use crate::{domain::{Event, Record}, store, query::parse};\nlet x = crate::sync::Engine::new();";
    let rooms: Vec<String> = imports(code).into_iter().collect();
    assert_eq!(rooms, ["domain", "query", "store", "sync"]);
}
