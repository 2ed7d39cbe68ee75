//! What big caches cost: the reference data sets, and a table of medians by their size.
//!
//! `cargo bench --bench reference` measures 100,000 and 1,000,000 events of the demo's world;
//! `cargo bench --bench reference -- 10000000` other sizes. A cache is made by a full sync over HTTP the
//! first time and kept below the target folder. With `lnav` installed the last table compares the two.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for developers: it prints, and ends where something is not as it expects"
)]

mod cache;
mod columns;
mod lnav;
mod screen;
mod table;
mod whole;

use table::Table;

const SIZES: [usize; 2] = [100_000, 1_000_000];

fn main() {
    // Cargo adds words of its own, such as `--bench`.
    let mut sizes: Vec<usize> =
        std::env::args().filter_map(|word| word.replace('_', "").parse().ok()).collect();
    if sizes.is_empty() {
        sizes.extend(SIZES);
    }
    sizes.sort_unstable();
    let mut table = Table::default();
    for size in &sizes {
        let cache = cache::ready(*size);
        table.begin(*size);
        table.add("disk per event, body included", cache.disk_per_event());
        columns::measure(&cache, &mut table);
        whole::measure(&cache, &mut table);
        screen::measure(&cache, &mut table);
    }
    table.print();
    if let Some(size) = sizes.iter().rev().find(|size| **size <= 1_000_000) {
        lnav::compare(&cache::ready(*size));
    }
}
