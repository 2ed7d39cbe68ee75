//! How long it takes to read a line of the filter: what people type, and ten thousand bytes of anything.

#![allow(missing_docs, reason = "the macros of criterion write public functions")]

use std::hint::black_box;

use backtrail::domain::{Timestamp, Zone};
use backtrail::query::{self, Context};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const LONG: usize = 10_000;

/// What a person types, from a word to a question with everything in it.
const TYPED: &[&str] = &[
    "rollback",
    "type:decision_flow since:7d -status:failed",
    "(entity:\"Home Page\" OR actor:@me) action:update,publish field:mode->upsert -source:stream* since:2026-03",
];

/// What gets onto the line by accident or by malice, again and again.
const PIECES: &[&str] = &[
    "word ",
    "(",
    "(a ",
    "-",
    "\"",
    "\"a\" ",
    "\\",
    "/",
    "/a ",
    "/a/ ",
    "/\\w{9}/ ",
    "a:",
    "type:a ",
    "type:a,",
    "-type:a ",
    "version:1..2 ",
    "field:a->b,",
    "since:7d ",
    "since:yesterdy ",
    "@a.b:>2 ",
    "a OR ",
    "NOT ",
    "sort:time ",
    "cols:time,",
    "on:2026-03-25T16:45 ",
    "is:failed ",
    "\u{202e}",
    "İ",
    "日本 ",
    "\u{1b}[2J",
];

fn reading(c: &mut Criterion) {
    let now = Timestamp::from_millis(1_775_000_000_000);
    let context = Context { now, zone: Zone::Utc, me: Some("jane@example.com".to_owned()) };
    let mut group = c.benchmark_group("typed");
    for text in TYPED {
        group.bench_function(*text, |b| b.iter(|| query::preview(black_box(text), &context)));
    }
    group.finish();
    let mut group = c.benchmark_group("10 kB");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(LONG as u64));
    for piece in PIECES {
        let text = piece.repeat(LONG.div_ceil(piece.len()));
        group.bench_function(format!("{piece:?}"), |b| b.iter(|| query::preview(black_box(&text), &context)));
    }
    let pattern = format!("/{}/ ", r"[\w]".repeat(240)).repeat(10);
    group.bench_function("patterns", |b| b.iter(|| query::preview(black_box(&pattern), &context)));
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
