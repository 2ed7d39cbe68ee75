//! Claims, gaps, and what was removed on purpose.

use proptest::prelude::*;

use super::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn segment(lo: i64, hi: i64) -> Segment {
    Segment { span: Stretch { lo: at(lo), hi: at(hi) }, verified_at: None, floor: false }
}

fn ends(ledger: &Ledger) -> Vec<(i64, i64)> {
    ledger.segments().iter().map(|one| (one.span.lo.millis(), one.span.hi.millis())).collect()
}

#[test]
fn claims_that_overlap_become_one_and_claims_that_touch_leave_the_instant_open() {
    let ledger = Ledger::new([segment(0, 10), segment(20, 30), segment(10, 15), segment(14, 18)], []);
    assert_eq!(ends(&ledger), [(20, 30), (10, 18), (0, 10)]);
    let gaps: Vec<_> =
        ledger.gaps().iter().map(|gap| (gap.span.lo.millis(), gap.span.hi.millis(), gap.reason)).collect();
    assert_eq!(
        gaps,
        [(17, 21, GapReason::NotFetched), (9, 11, GapReason::Tie), (i64::MIN, 1, GapReason::NotFetched)]
    );
    assert!(ledger.around(at(10)).is_none() && ledger.around(at(9)).is_some());
}

#[test]
fn a_remark_names_the_gap_until_it_is_closed() {
    let mut ledger = Ledger::new([segment(0, 10), segment(20, 30)], []);
    let gap = ledger.gaps()[0];
    ledger.note(Note { span: gap.span, reason: GapReason::OffsetCap });
    assert_eq!(ledger.gaps()[0].reason, GapReason::OffsetCap);
    assert!(ledger.is_final(gap.span));
    ledger.add(segment(15, 25));
    assert!(ledger.is_final(ledger.gaps()[0].span), "what is left of it is as far away");
    ledger.add(segment(5, 18));
    assert_eq!((ledger.notes().len(), ends(&ledger)), (0, vec![(0, 30)]));
}

#[test]
fn the_end_of_the_feed_is_where_the_deepest_claim_says_so() {
    let floor = Segment { floor: true, ..segment(10, 20) };
    let mut ledger = Ledger::new([floor, segment(15, 30)], []);
    assert!(ledger.is_whole() && ledger.gaps().is_empty());
    ledger.add(segment(5, 12));
    assert!(!ledger.is_whole(), "something older was there after all");
}

#[test]
fn what_was_removed_on_purpose_is_the_end_and_no_gap() {
    let mut ledger = Ledger::new([segment(0, 10), segment(20, 40)], []);
    ledger.keep_from(at(30));
    assert_eq!(ends(&ledger), [(29, 40)]);
    assert!(ledger.is_whole() && ledger.gaps().is_empty());
    let removed = ledger.removed().unwrap();
    assert_eq!((removed.span.hi, removed.reason), (at(30), GapReason::Pruned));
    assert!(ledger.is_final(removed.span) && ledger.reason(removed.span) == GapReason::Pruned);

    ledger.add(segment(0, 35));
    ledger.add(segment(0, 10));
    ledger.keep_from(at(5));
    assert_eq!(ends(&ledger), [(29, 40)], "no claim brings it back, and what is removed stays so");
    assert!(ledger.is_whole());
}

#[test]
fn above_what_was_removed_a_gap_stays_one() {
    let mut ledger = Ledger::new([segment(20, 40)], []);
    ledger.keep_from(at(10));
    let gap = ledger.gaps()[0];
    assert_eq!((gap.span.lo, gap.span.hi, gap.reason), (at(9), at(21), GapReason::NotFetched));
    assert!(!ledger.is_final(gap.span) && !ledger.is_whole());
    let mut empty = Ledger::default();
    empty.keep_from(at(10));
    assert_eq!(empty.gaps()[0].span, Stretch { lo: at(9), hi: Timestamp::MAX });
}

#[test]
fn every_reason_has_a_word_of_its_own() {
    for (reason, word, sentence) in REASONS {
        assert_eq!((GapReason::from_word(word), reason.word()), (Some(*reason), *word));
        assert!(!sentence.is_empty() && !sentence.ends_with('.'));
    }
    let words: std::collections::HashSet<_> = REASONS.iter().map(|row| row.1).collect();
    assert_eq!(words.len(), REASONS.len());
}

proptest! {
    #[test]
    fn a_ledger_knows_what_its_claims_know_in_any_order(
        claims in prop::collection::vec((0_i64..60, 1_i64..20), 0..12),
        forgotten in (0_i64..60, 1_i64..20),
    ) {
        let known = |time: i64| claims.iter().any(|(lo, length)| *lo < time && time < lo + length);
        let spans = || claims.iter().map(|(lo, length)| segment(*lo, lo + length));
        let mut ledger = Ledger::new(spans(), []);
        prop_assert_eq!(&Ledger::new(spans().rev(), []), &ledger);
        for time in -1..90 {
            prop_assert_eq!(ledger.around(at(time)).is_some(), known(time), "{}", time);
        }
        let (lo, hi) = (forgotten.0, forgotten.0 + forgotten.1);
        ledger.forget(Stretch { lo: at(lo), hi: at(hi) });
        for time in -1..90 {
            let inside = lo < time && time < hi;
            prop_assert_eq!(ledger.around(at(time)).is_some(), known(time) && !inside, "{}", time);
        }
    }
}
