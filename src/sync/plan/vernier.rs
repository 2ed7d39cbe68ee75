//! Which page of which size to ask for, so that it holds rows already seen and reaches as deep as it can.
//!
//! Where pages are numbered, page `k` of size `z` begins at row `k·z`: with the largest size only, no page
//! would share a row with the one before it. With a slightly smaller size one does, as the marks of a vernier
//! meet those of a scale. The search is over sizes from half the largest on, so an answer is never small; where
//! the largest is small itself, over all of them.

use super::words::Ask;

/// A largest size below which every size is tried.
const SMALL: u64 = 32;

/// The page to ask for when `seen` rows stand above the place to go on from, and the answer has to hold at
/// least `overlap` of them and something beyond. `cap` is the largest size the server gives. Nothing where
/// no page can do both.
pub(super) fn page(seen: u64, overlap: u64, cap: u64) -> Option<Ask> {
    let start = seen.checked_sub(overlap)?;
    let reach = |size: u64| (start / size + 1) * size;
    let least = if cap < SMALL { 1 } else { cap / 2 };
    let best = (least..=cap).max_by_key(|size| (reach(*size), *size))?;
    (reach(best) > seen).then_some(Ask::At { first: start / best, size: best })
}

/// The smallest page that holds at least `overlap` of the `seen` rows, and what is right behind them.
pub(super) fn closest(seen: u64, overlap: u64, cap: u64) -> Option<Ask> {
    let start = seen.checked_sub(overlap)?;
    let size = (overlap + 1..=cap).find(|size| start / size == seen / size)?;
    Some(Ask::At { first: start / size, size })
}

/// The place to ask at when the client may begin at any record.
pub(super) fn offset(seen: u64, overlap: u64, cap: u64) -> Option<Ask> {
    (cap > overlap).then_some(Ask::At { first: seen.saturating_sub(overlap), size: cap })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_overlaps_what_was_seen_and_goes_beyond() {
        for cap in [20, 50, 100, 200] {
            let mut seen = cap;
            for _ in 0..2_000 {
                let Some(Ask::At { first, size }) = page(seen, 1, cap) else { panic!("{seen} at {cap}") };
                assert!(size <= cap && first * size < seen && (first + 1) * size > seen, "{seen} at {cap}");
                seen = (first + 1) * size;
            }
        }
    }

    #[test]
    fn the_price_of_overlapping_is_small_where_pages_are_large() {
        for (cap, rows, most) in [(200, 100_000, 1.12), (100, 100_000, 1.16), (50, 100_000, 1.25)] {
            let (mut seen, mut requests) = (cap, 1.0);
            while seen < rows {
                let Some(Ask::At { first, size }) = page(seen, 2, cap) else { panic!("{seen}") };
                seen = (first + 1) * size;
                requests += 1.0;
            }
            let price = requests / (rows / cap) as f64;
            assert!(price <= most, "{price} at {cap}");
        }
    }

    #[test]
    fn a_group_that_no_page_can_hold_has_no_page() {
        assert_eq!(page(10, 11, 10), None);
        assert_eq!(offset(10, 10, 10), None);
        assert_eq!(page(1, 1, 1), None);
    }
}
