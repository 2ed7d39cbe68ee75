//! What the screens look like, at the sizes at which the layout changes.

use super::support::{Bench, story};

const SIZES: [(u16, u16); 5] = [(200, 60), (120, 40), (80, 24), (60, 20), (30, 8)];

/// Compares one screen with its picture at every size.
fn at_every_size(name: &str, keys: &str) {
    for size in SIZES {
        let mut bench = Bench::new(size, story());
        bench.press(keys);
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), bench.screen());
    }
}

#[test]
fn timeline() {
    at_every_size("timeline", "");
}

#[test]
fn summary() {
    at_every_size("summary", "j<enter>");
}

#[test]
fn diff() {
    at_every_size("diff", "jjj<enter>]");
}

#[test]
fn raw() {
    at_every_size("raw", "<enter>]]");
}

#[test]
fn lifecycle() {
    at_every_size("lifecycle", "e");
}

#[test]
fn sources() {
    at_every_size("sources", "gs");
}

#[test]
fn help() {
    at_every_size("help", "?");
}
