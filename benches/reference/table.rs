//! Measures by data set, and how they grow.

use std::fmt;
use std::time::{Duration, Instant};

/// One cell.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Amount {
    Time(Duration),
    Bytes(u64),
}

impl Amount {
    fn number(self) -> f64 {
        match self {
            Self::Time(time) => time.as_secs_f64(),
            Self::Bytes(bytes) => bytes as f64,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) if time.as_secs() > 0 => write!(f, "{:.2} s", time.as_secs_f64()),
            Self::Time(time) => write!(f, "{:.2} ms", time.as_secs_f64() * 1e3),
            Self::Bytes(bytes) if *bytes > 1_000_000 => write!(f, "{} MB", bytes / 1_000_000),
            Self::Bytes(bytes) => write!(f, "{bytes} B"),
        }
    }
}

/// A line per measure, a column per data set.
#[derive(Default)]
pub(crate) struct Table {
    sizes: Vec<usize>,
    lines: Vec<(String, Vec<Amount>)>,
}

impl Table {
    pub(crate) fn begin(&mut self, size: usize) {
        self.sizes.push(size);
    }

    /// A measure of the data set begun last. Printed at once as well, since the table comes late.
    pub(crate) fn add(&mut self, what: &str, amount: Amount) {
        eprintln!("{:>10} {amount:>12}  {what}", self.sizes.last().copied().unwrap_or_default());
        match self.lines.iter_mut().find(|(known, _)| known == what) {
            Some((_, amounts)) => amounts.push(amount),
            None => self.lines.push((what.to_owned(), vec![amount])),
        }
    }

    pub(crate) fn print(&self) {
        let heads: Vec<String> = self.sizes.iter().map(|size| format!("{size:>12}")).collect();
        println!("\n| {:<52} | {} | growth |", "measure", heads.join(" | "));
        println!("|{}|{}--:|", "-".repeat(54), "-------------:|".repeat(self.sizes.len()));
        for (what, amounts) in &self.lines {
            let cells: Vec<String> =
                amounts.iter().map(|amount| format!("{:>12}", amount.to_string())).collect();
            let growth = amounts.last().map_or(1.0, |last| last.number()) / amounts[0].number();
            println!("| {what:<52} | {} | × {growth:.1} |", cells.join(" | "));
        }
    }
}

/// The median of what `run` takes.
pub(crate) fn median_of<R>(times: usize, mut run: impl FnMut() -> R) -> Amount {
    let runs = (0..times).map(|_| {
        let start = Instant::now();
        std::hint::black_box(run());
        start.elapsed()
    });
    median(runs.collect())
}

pub(crate) fn median(runs: Vec<Duration>) -> Amount {
    at(runs, 0.5)
}

/// The time that this part of all runs stays below or at.
pub(crate) fn at(mut runs: Vec<Duration>, part: f64) -> Amount {
    runs.sort_unstable();
    let last = runs.len().saturating_sub(1) as f64;
    Amount::Time(runs.get((last * part).ceil() as usize).copied().unwrap_or_default())
}
