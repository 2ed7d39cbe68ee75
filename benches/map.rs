//! What reading a page costs beside parsing the same bytes as JSON, which nobody can do without.

#![allow(
    missing_docs,
    clippy::expect_used,
    reason = "the macros of criterion write public functions, and a benchmark without its input is none"
)]

use std::hint::black_box;

use backtrail::feed::{Binding, Catalog, Position, Scope, page};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::Value;

/// The records of a recorded page, repeated until the page holds 200 of them.
fn long_page(body: &str, list: &str) -> String {
    let mut page: Value = serde_json::from_str(body).expect("a recorded page is JSON");
    let records = page[list].as_array().expect("a list").clone();
    page[list] = records.iter().cycle().take(200).cloned().collect();
    page.to_string()
}

fn reading(c: &mut Criterion) {
    let catalog = Catalog::built_in();
    let binding = Binding::default();
    let scope = Scope { id: "scope-1".to_owned(), ..Scope::default() };
    let feeds = [
        ("streamkap", "result", include_str!("../tests/fixtures/streamkap/history.json")),
        ("kaireonai", "changes", include_str!("../tests/fixtures/kaireonai/history.json")),
        ("microvisualizer", "events", include_str!("../tests/fixtures/microvisualizer/history.json")),
    ];
    for (feed, list, body) in feeds {
        let profile = catalog.get(feed).expect("a built-in profile");
        let body = long_page(body, list);
        let position = Position::first(&profile);
        let mut group = c.benchmark_group(feed);
        group.throughput(Throughput::Elements(200));
        group.bench_function("parse", |b| {
            b.iter(|| serde_json::from_str::<Value>(black_box(&body)));
        });
        group.bench_function("parse and map", |b| {
            b.iter(|| {
                page::read(&profile, &binding, Some(&scope), &position, &[], black_box(body.as_bytes()))
            });
        });
        group.finish();
    }
}

criterion_group!(benches, reading);
criterion_main!(benches);
