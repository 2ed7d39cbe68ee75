//! The reference of the language against what the parser reads.

use std::collections::BTreeSet;

/// Every key that some part of the parser asks a table for.
fn keys() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/feed/parse");
    let asks = [
        ".get(\"",
        ".need(\"",
        ".text(\"",
        ".table(\"",
        "at(\"",
        "value(\"",
        "texts(\"",
        "duration(\"",
        "header(\"",
    ];
    let mut keys = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for ask in asks {
            keys.extend(text.split(ask).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
    keys
}

#[test]
fn every_key_of_a_profile_stands_in_the_reference() {
    let reference = include_str!("../language.md");
    let words: BTreeSet<&str> = reference.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let keys = keys();
    assert!(keys.len() > 80, "{keys:?}");
    let silent: Vec<&String> = keys.iter().filter(|key| !words.contains(key.as_str())).collect();
    assert!(silent.is_empty(), "not in src/feed/language.md: {silent:?}");
}
