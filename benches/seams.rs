//! What it costs that every answer overlaps the one before it.
//!
//! Pages that are taken to follow each other lose what moves between two requests; pages that share a row do not.
//! *Extra* is what the first walk over a list that is paged by number costs beyond asking for each row once.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it found")]

use std::time::Instant;

use backtrail::sync::requests;

/// Rows of the list, the largest page, and how many more requests than without an overlap are too many, in percent.
const LISTS: &[(u64, u64, f64)] =
    &[(1_000_000, 200, 12.0), (1_000_000, 100, 16.0), (1_000_000, 50, 25.0), (1_000_000, 20, 50.0)];

fn main() {
    println!("{:>9} {:>5} {:>9} {:>8} {:>7}", "rows", "page", "requests", "without", "extra");
    for &(rows, page, most) in LISTS {
        let began = Instant::now();
        let (with, without) = (requests(rows, page), rows.div_ceil(page));
        let extra = (with as f64 / without as f64 - 1.0) * 100.0;
        println!(
            "{rows:>9} {page:>5} {with:>9} {without:>8} {extra:>6.1}%   ({:.1} s)",
            began.elapsed().as_secs_f64()
        );
        assert!(
            extra <= most,
            "{extra:.1} % more requests at pages of {page}, and no more than {most} % are due"
        );
    }
}
