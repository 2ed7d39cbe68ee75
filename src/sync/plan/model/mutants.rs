//! Wrong ways of doing it, each as a change to what goes into the walk or comes out of it.

use super::client::Cache;
use super::server::{Row, Server};
use crate::domain::{Ledger, Segment, Stretch, Timestamp};
use crate::sync::plan::{Ask, Cut, Next, Proof, Sight};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutant {
    /// The first page with nothing new on it joins what is known.
    StopAtKnown,
    /// Everything newer than the newest known time is known after one page that reaches it.
    Bookmark,
    /// Claims reach to the newest time, however far in the future.
    NoDateCap,
    /// The outer times of an answer count as known.
    NoTieRule,
    /// An empty page is the end.
    EmptyPageIsTheEnd,
    /// A failed page is the end.
    FailedPageIsTheEnd,
    /// Pages of one size, taken to follow each other.
    ConstantPageSize,
    /// What is proved is written apart from the rows, which a kill in between loses.
    CommitSplit,
    /// A short page is the end.
    ShortPageIsTheEnd,
    /// The total says where the end is.
    TotalIsTheEnd,
    /// The head is not looked at again where it is known.
    NoLag,
    /// What an answer does not show is gone, up to its outer times.
    GoneAtTheEdges,
    /// Nobody compares the server's count with the cache.
    NoAudit,
}

impl Mutant {
    pub(super) const ALL: &[Self] = &[
        Self::StopAtKnown,
        Self::Bookmark,
        Self::NoDateCap,
        Self::NoTieRule,
        Self::EmptyPageIsTheEnd,
        Self::FailedPageIsTheEnd,
        Self::ConstantPageSize,
        Self::CommitSplit,
        Self::ShortPageIsTheEnd,
        Self::TotalIsTheEnd,
        Self::NoLag,
        Self::GoneAtTheEdges,
        Self::NoAudit,
    ];
}

/// What is asked in place of `ask`.
pub(super) fn ask(mutant: Option<Mutant>, ask: Ask, server: &Server) -> Ask {
    match (mutant, ask) {
        (Some(Mutant::ConstantPageSize), Ask::At { first, size }) if server.manners.cut == Cut::Pages => {
            let cap = server.manners.cap;
            Ask::At { first: (first * size).div_ceil(cap), size: cap }
        }
        _ => ask,
    }
}

pub(super) fn lag(mutant: Option<Mutant>, lag: i64) -> i64 {
    if mutant == Some(Mutant::NoLag) { 0 } else { lag }
}

/// What the walk sees in place of `sight`.
pub(super) fn sight(mutant: Option<Mutant>, sight: &Sight) -> Sight {
    let mut seen = sight.clone();
    if mutant == Some(Mutant::NoDateCap) {
        seen.date = sight.date.max(sight.newest());
    }
    seen
}

/// What is written in place of `proof`.
pub(super) fn proof(
    mutant: Option<Mutant>,
    mut proof: Proof,
    sight: &Sight,
    rows: &[Row],
    cache: &Cache,
) -> Proof {
    let ends = sight.oldest().zip(sight.newest());
    let claim = |lo: Timestamp, hi: Timestamp, floor: bool| Segment {
        span: Stretch { lo, hi },
        verified_at: sight.date,
        floor,
    };
    match (mutant, ends) {
        (Some(Mutant::NoTieRule | Mutant::ConstantPageSize), Some(_)) => {
            for segment in &mut proof.segments {
                segment.span.lo = segment.span.lo.plus_millis(-1);
                segment.span.hi = segment.span.hi.plus_millis(1);
            }
        }
        (Some(Mutant::StopAtKnown), Some((oldest, newest)))
            if !rows.is_empty() && rows.iter().all(|row| cache.rows.has(row.id)) =>
        {
            let floor = cache.ledger.segments().last().map_or(oldest, |last| last.span.lo);
            proof.segments.push(claim(floor.min(oldest), newest, false));
        }
        (Some(Mutant::Bookmark), Some((oldest, newest))) => {
            let bookmark = cache.rows.newest().map(Timestamp::from_millis);
            if let Some(bookmark) = bookmark.filter(|bookmark| oldest <= *bookmark && *bookmark < newest) {
                let floor = cache.ledger.segments().last().map_or(bookmark, |last| last.span.lo);
                proof.segments.push(claim(floor, newest, false));
            }
        }
        (Some(Mutant::ShortPageIsTheEnd), Some((oldest, newest))) if sight.length < 20 => {
            proof.segments.push(claim(Timestamp::MIN, newest.max(oldest.plus_millis(2)), true));
        }
        (Some(Mutant::TotalIsTheEnd), Some((oldest, newest)))
            if sight.total.is_some_and(|total| total <= cache.rows.len() + sight.length) =>
        {
            proof.segments.push(claim(Timestamp::MIN, newest.max(oldest.plus_millis(2)), true));
        }
        (Some(Mutant::GoneAtTheEdges), Some((oldest, newest))) => {
            proof.exact = Some(Stretch { lo: oldest.plus_millis(-1), hi: newest.plus_millis(1) });
        }
        (Some(Mutant::EmptyPageIsTheEnd), None) => {
            proof.segments.extend(end_below(&cache.ledger));
        }
        _ => {}
    }
    proof
}

/// The claim that nothing is below what is known.
pub(super) fn end_below(ledger: &Ledger) -> Option<Segment> {
    let front = ledger.segments().last()?.span.lo.plus_millis(1);
    Some(Segment { span: Stretch { lo: Timestamp::MIN, hi: front }, verified_at: None, floor: true })
}

/// What comes next in place of `next`.
pub(super) fn next(mutant: Option<Mutant>, next: Next, new: u64, rows: &[Row]) -> Next {
    match mutant {
        Some(Mutant::StopAtKnown) if new == 0 && !rows.is_empty() => Next::Done { settled: true },
        _ => next,
    }
}
