//! What a big cache costs: the reference data set, and a table of medians by its size.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program for developers: it prints, and ends where it has no input"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use backtrail::domain::{Ask, Bars, FacetKey, Timestamp, Zone};
use backtrail::query::{self, Context};
use backtrail::runtime::Library;
use backtrail::store::Store;

/// The median of some runs.
fn median(mut runs: Vec<Duration>) -> Duration {
    runs.sort_unstable();
    runs[runs.len() / 2]
}

fn timed<R>(times: usize, mut run: impl FnMut() -> R) -> Duration {
    let runs = (0..times).map(|_| {
        let start = Instant::now();
        std::hint::black_box(run());
        start.elapsed()
    });
    median(runs.collect())
}

fn main() {
    let Ok(path) = std::env::var("BACKTRAIL_BENCH_CACHE") else {
        println!(
            "set `BACKTRAIL_BENCH_CACHE` to a `cache.db`, such as one that `backtrail demo --keep` made"
        );
        return;
    };
    let (store, _) = Store::open(Path::new(&path)).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let start = Instant::now();
    let mut steps = Vec::new();
    while store
        .run_blocking(|db| {
            let start = Instant::now();
            let more = db.seal_some()?;
            Ok((more, start.elapsed()))
        })
        .map(|(more, took)| {
            steps.push(took);
            more
        })
        .unwrap()
    {}
    println!("sealed in {:?}, {} steps of {:?}", start.elapsed(), steps.len(), median(steps.clone()));
    let load = timed(5, || {
        let library = Library::new(store.clone());
        runtime.block_on(library.load()).unwrap();
        library
    });
    println!("load {load:?}");
    let library = Library::new(store);
    runtime.block_on(library.load()).unwrap();
    let context = Context { now: Timestamp::from_millis(1_795_184_476_218), zone: Zone::Utc, me: None };
    let bars = Bars { zone: Zone::Utc, at_most: 120, unit: None, span: None, stack: None };
    let ask = Ask { facets: FacetKey::ALL.to_vec(), top: 10, bars: Some(bars) };
    for text in [
        "",
        "action:rollback",
        "type:decision_flow since:7d -status:failed",
        "(entity:journey OR actor:ben) -source:kaireonai action:update,publish until:30d",
        "status:failed -actor:ben since:60d",
        "serializable",
        "tasks.max",
        "zzqxqz",
    ] {
        let query = query::parse(text, &context).unwrap();
        let times = if text.contains(':') || text.is_empty() { 15 } else { 3 };
        let took = timed(times, || library.survey(&query, &ask, &|| true).unwrap().unwrap());
        let survey = library.survey(&query, &ask, &|| true).unwrap().unwrap();
        println!("{took:>10.1?} {:>8} {text}", survey.rows.len());
    }
}
