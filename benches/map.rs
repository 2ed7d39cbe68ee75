//! What reading a page costs beside parsing the same bytes as JSON, which nobody can do without.
//!
//! *Parsing* is what a reader has to do that knows no profile: the whole body into a tree of
//! [`serde_json::Value`]s. *Reading* is all of [`page::read`]: finding the list, parsing every record,
//! mapping it, taking the changes out of it, and copying what an event keeps, its exact text included.
//! *Mapping* is what reading costs beyond that parsing: `(reading − parsing) / parsing`.
//!
//! Besides the times of each there is that ratio, taken from rounds in which both run by turns, so that a
//! machine that is busy or slows down does not speak for one of them.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "the macros of criterion write public functions, and a benchmark without its input is none"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backtrail::feed::{Binding, Catalog, Page, Position, Profile, Scope, page};
use criterion::{Criterion, Throughput, criterion_group};
use serde_json::Value;

/// A profile, where its records are, and a page as it was recorded.
const FEEDS: &[(&str, &str, &str)] = &[
    ("streamkap", "result", include_str!("../tests/fixtures/streamkap/history.json")),
    ("kaireonai", "changes", include_str!("../tests/fixtures/kaireonai/history.json")),
    ("microvisualizer", "events", include_str!("../tests/fixtures/microvisualizer/history.json")),
];

/// Rounds of a ratio, and how often each side runs in one.
const ROUNDS: usize = 501;
const TURNS: u32 = 2;

/// A page to read, and what it takes to read it.
struct Case {
    feed: &'static str,
    profile: Arc<Profile>,
    binding: Binding,
    scope: Scope,
    position: Position,
    body: String,
}

impl Case {
    fn all() -> impl Iterator<Item = Self> {
        let catalog = Catalog::built_in();
        FEEDS.iter().map(move |(feed, list, body)| {
            let profile = catalog.get(feed).expect("a built-in profile");
            Self {
                feed,
                position: Position::first(&profile),
                profile,
                binding: Binding::default(),
                scope: Scope { id: "scope-1".to_owned(), ..Scope::default() },
                body: long_page(body, list),
            }
        })
    }

    fn parse(&self) -> Value {
        serde_json::from_str(black_box(&self.body)).expect("a recorded page is JSON")
    }

    fn read(&self) -> Page {
        let body = black_box(self.body.as_bytes());
        page::read(&self.profile, &self.binding, Some(&self.scope), &self.position, &[], body)
            .expect("a recorded page fits its profile")
    }

    /// What mapping costs, as a part of what parsing costs: the median over all rounds.
    fn ratio(&self) -> f64 {
        let mut ratios: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let parsing = time(|| drop(black_box(self.parse())));
                let reading = time(|| drop(black_box(self.read())));
                reading.as_secs_f64() / parsing.as_secs_f64() - 1.0
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ROUNDS / 2]
    }
}

/// The records of a recorded page, repeated until the page holds 200 of them.
fn long_page(body: &str, list: &str) -> String {
    let mut page: Value = serde_json::from_str(body).expect("a recorded page is JSON");
    let records = page[list].as_array().expect("a list").clone();
    page[list] = records.iter().cycle().take(200).cloned().collect();
    page.to_string()
}

fn time(work: impl Fn()) -> Duration {
    let start = Instant::now();
    (0..TURNS).for_each(|_| work());
    start.elapsed()
}

fn reading(c: &mut Criterion) {
    for case in Case::all() {
        let mut group = c.benchmark_group(case.feed);
        group.throughput(Throughput::Elements(200));
        group.bench_function("parse", |b| b.iter(|| case.parse()));
        group.bench_function("parse and map", |b| b.iter(|| case.read()));
        group.finish();
    }
}

criterion_group!(benches, reading);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    for case in Case::all() {
        println!("{:<16} mapping costs {:.2} of parsing", case.feed, case.ratio());
    }
}
