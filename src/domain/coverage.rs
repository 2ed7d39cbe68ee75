//! What the cache knows to be complete, as stretches of time.
//!
//! A [`Stretch`] is open at both ends: it speaks of the times strictly between them. That makes every claim safe
//! to add up: two spans cover all between their outer ends exactly if they overlap, and two that only touch
//! leave the instant between them unknown, since events of one time may have been cut apart there. Adding
//! the same claim again, or claims in any order, comes to the same ledger.
//!
//! Nothing here reads a clock: times come from events and from what servers say of theirs.

use super::Timestamp;

/// The times strictly between two others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stretch {
    /// The end in the past, itself left out.
    pub lo: Timestamp,
    /// The end towards now, itself left out.
    pub hi: Timestamp,
}

impl Stretch {
    /// All of time.
    pub const ALL: Self = Self { lo: Timestamp::MIN, hi: Timestamp::MAX };

    /// The times strictly between `lo` and `hi`; nothing where there are none.
    pub fn between(lo: Timestamp, hi: Timestamp) -> Option<Self> {
        (lo.plus_millis(1) < hi).then_some(Self { lo, hi })
    }

    /// Whether `time` is strictly inside.
    pub fn has(self, time: Timestamp) -> bool {
        self.lo < time && time < self.hi
    }

    /// Whether the two have a stretch in common or share no time but leave none out between them.
    pub fn joins(self, other: Self) -> bool {
        self.lo < other.hi && other.lo < self.hi
    }
}

/// A stretch without a hole: every event that the feed had there is in the cache, or in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Where.
    pub span: Stretch,
    /// When this was verified, by the server's clock; nothing where the server does not say. Of a segment
    /// that grew together from several, the earliest.
    pub verified_at: Option<Timestamp>,
    /// The feed offered nothing older than this segment.
    pub floor: bool,
}

/// Why a stretch is not known to be complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapReason {
    /// Nobody has asked yet.
    NotFetched,
    /// A walk ended before it came here.
    Interrupted,
    /// The server answers only so deep.
    OffsetCap,
    /// The feed no longer offered this when it was asked for.
    Retention,
    /// More events of one time than fit into an answer, or a time at which two answers met.
    Tie,
    /// The profile asks for no more than this far back.
    Lookback,
    /// Most of an answer could not be read.
    Drift,
    /// The feed counts more than it shows.
    Unsettled,
    /// The credentials were refused.
    SignIn,
    /// The credentials are not enough.
    Forbidden,
    /// The server asked for a pause.
    RateLimited,
    /// No answer came.
    Offline,
    /// The feed grows faster than it can be read.
    Behind,
    /// It was removed from this cache on purpose.
    Pruned,
    /// The feed counts other events here than the cache has.
    Audit,
}

/// Every reason with its word in files and JSON, and what it says to people.
const REASONS: &[(GapReason, &str, &str)] = &[
    (GapReason::NotFetched, "not_fetched", "not fetched yet"),
    (GapReason::Interrupted, "interrupted", "fetching was interrupted"),
    (GapReason::OffsetCap, "offset_cap", "the server answers only so deep"),
    (GapReason::Retention, "retention", "no longer offered by the feed"),
    (GapReason::Tie, "tie", "more events at one time than one answer holds"),
    (GapReason::Lookback, "lookback", "further back than the profile asks"),
    (GapReason::Drift, "drift", "most of an answer could not be read"),
    (GapReason::Unsettled, "unsettled", "the feed counts more than it shows"),
    (GapReason::SignIn, "sign_in", "the credentials were refused"),
    (GapReason::Forbidden, "forbidden", "the credentials are not enough"),
    (GapReason::RateLimited, "rate_limited", "the server asked for a pause"),
    (GapReason::Offline, "offline", "no answer came"),
    (GapReason::Behind, "behind", "the feed grows faster than it can be read"),
    (GapReason::Pruned, "pruned", "removed from this cache"),
    (GapReason::Audit, "audit", "an audit found that the feed has other events here"),
];

impl GapReason {
    /// The word for files and JSON.
    pub fn word(self) -> &'static str {
        REASONS.iter().find(|row| row.0 == self).map_or("not_fetched", |row| row.1)
    }

    /// The reason behind [`GapReason::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        REASONS.iter().find(|row| row.1 == word).map(|row| row.0)
    }

    /// What it says to people, to go after a colon.
    pub fn sentence(self) -> &'static str {
        REASONS.iter().find(|row| row.0 == self).map_or("", |row| row.2)
    }

    /// Asking again cannot close it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Retention | Self::Lookback | Self::Pruned | Self::OffsetCap | Self::Tie)
    }
}

/// A stretch that is not known to be complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Where. Of an instant at which two segments touch, from one millisecond before to one after.
    pub span: Stretch,
    /// Why.
    pub reason: GapReason,
}

/// A remark on why a stretch could not be read, for the gap that is found there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// Where it applies.
    pub span: Stretch,
    /// What was in the way.
    pub reason: GapReason,
}

/// What is known to be complete of one feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Newest first; no two overlap.
    segments: Vec<Segment>,
    notes: Vec<Note>,
}

impl Ledger {
    /// A ledger of these claims, in any order.
    pub fn new(segments: impl IntoIterator<Item = Segment>, notes: impl IntoIterator<Item = Note>) -> Self {
        let mut ledger = Self::default();
        segments.into_iter().for_each(|segment| ledger.add(segment));
        notes.into_iter().for_each(|note| ledger.note(note));
        ledger
    }

    /// The stretches without a hole, newest first.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The remarks, in the order in which they were made.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Nothing is claimed.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The segment that `time` is strictly inside of.
    pub fn around(&self, time: Timestamp) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.span.has(time))
    }

    /// Whether every time strictly inside `span` is known.
    pub fn covers(&self, span: Stretch) -> bool {
        self.segments.iter().any(|one| one.span.lo <= span.lo && span.hi <= one.span.hi)
    }

    /// Adds a claim, and joins it with those that it overlaps.
    pub fn add(&mut self, claim: Segment) {
        let mut joined = claim;
        self.segments.retain(|one| {
            let joins = one.span.joins(joined.span);
            if joins {
                joined = Segment {
                    span: Stretch {
                        lo: one.span.lo.min(joined.span.lo),
                        hi: one.span.hi.max(joined.span.hi),
                    },
                    verified_at: match (one.verified_at, joined.verified_at) {
                        (Some(a), Some(b)) => Some(a.min(b)),
                        (a, b) => a.or(b),
                    },
                    floor: floor_of(one, &joined),
                };
            }
            !joins
        });
        let place = self.segments.partition_point(|one| one.span.lo >= joined.span.hi);
        self.segments.insert(place, joined);
        debug_assert!(self.is_sound(), "{self:?}");
        self.tidy();
    }

    /// Takes claims back: nothing strictly inside `span` is known any more.
    pub fn forget(&mut self, span: Stretch) {
        let Some(span) = Stretch::between(span.lo, span.hi) else { return };
        let parts = std::mem::take(&mut self.segments).into_iter().flat_map(|one| {
            if !one.span.joins(span) {
                return [Some(one), None];
            }
            let newer = Stretch::between(span.hi.plus_millis(-1).max(one.span.lo), one.span.hi);
            let older = Stretch::between(one.span.lo, span.lo.plus_millis(1).min(one.span.hi));
            [
                newer.map(|span| Segment { span, floor: false, ..one }),
                older.map(|span| Segment { span, ..one }),
            ]
        });
        self.segments = parts.flatten().collect();
        debug_assert!(self.is_sound(), "{self:?}");
    }

    /// Remarks on why a stretch could not be read. A later remark on the same place counts; neighbours with the
    /// same reason become one.
    pub fn note(&mut self, mut note: Note) {
        for one in self.notes.iter().filter(|one| one.reason == note.reason) {
            if one.span.joins(note.span) {
                note.span = Stretch { lo: one.span.lo.min(note.span.lo), hi: one.span.hi.max(note.span.hi) };
            }
        }
        self.notes.retain(|one| !(note.span.lo <= one.span.lo && one.span.hi <= note.span.hi));
        self.notes.push(note);
        self.tidy();
    }

    /// Where nothing is known, newest first: between the segments, and below the last of them unless the feed
    /// offered nothing older. What is newer than the newest segment is no gap: nobody has asked since.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let mut hi = match self.segments.first() {
            Some(first) => first.span.lo,
            None => return vec![self.gap(Stretch::ALL)],
        };
        for segment in &self.segments[1..] {
            gaps.push(self.gap(between(segment.span.hi, hi)));
            hi = segment.span.lo;
        }
        if self.segments.last().is_some_and(|last| !last.floor) {
            gaps.push(self.gap(between(Timestamp::MIN, hi)));
        }
        gaps
    }

    /// The time below which the newest segment reaches without a hole: everything between here and
    /// [`Ledger::top`] is known.
    pub fn complete_to(&self) -> Option<Timestamp> {
        self.segments.first().map(|first| first.span.lo)
    }

    /// The time up to which the newest segment reaches.
    pub fn top(&self) -> Option<Timestamp> {
        self.segments.first().map(|first| first.span.hi)
    }

    /// The stretch is known, and the feed offers nothing older.
    pub fn is_whole(&self) -> bool {
        matches!(self.segments.as_slice(), [only] if only.floor)
    }

    /// Why `span`, of which nothing is known, is not: what was remarked last, else what its shape tells.
    pub fn reason(&self, span: Stretch) -> GapReason {
        let noted = self.notes.iter().rev().find(|note| note.span.joins(span)).map(|note| note.reason);
        match noted {
            // What is left of a stretch that was read again is what no answer holds whole.
            None | Some(GapReason::Audit) if is_instant(span) => GapReason::Tie,
            None if self.is_below_floor(span) => GapReason::Retention,
            noted => noted.unwrap_or(GapReason::NotFetched),
        }
    }

    /// Whether asking again for `span`, of which nothing is known, cannot tell more: all of it is remarked on as
    /// beyond reach, or it is an instant that no answer holds whole.
    pub fn is_final(&self, span: Stretch) -> bool {
        let covers = |note: &&Note| note.span.lo <= span.lo && span.hi <= note.span.hi;
        match self.notes.iter().rev().find(covers) {
            Some(note) if note.reason != GapReason::Audit => note.reason.is_final(),
            Some(_) => is_instant(span),
            None => is_instant(span) || self.is_below_floor(span),
        }
    }

    /// Whether a newer segment ends where the feed did: what is below was offered once.
    fn is_below_floor(&self, span: Stretch) -> bool {
        self.segments.iter().any(|one| one.floor && span.hi <= one.span.lo.plus_millis(1))
    }

    fn gap(&self, span: Stretch) -> Gap {
        Gap { span, reason: self.reason(span) }
    }

    /// Drops remarks on what is known by now.
    fn tidy(&mut self) {
        let segments = &self.segments;
        self.notes.retain(|note| {
            !segments.iter().any(|one| one.span.lo <= note.span.lo && note.span.hi <= one.span.hi)
        });
    }

    /// Disjoint, and sorted from new to old.
    fn is_sound(&self) -> bool {
        self.segments.is_sorted_by(|a, b| a.span.lo >= b.span.hi)
            && self.segments.iter().all(|one| one.span.lo < one.span.hi)
    }
}

/// One millisecond, and nothing more.
fn is_instant(span: Stretch) -> bool {
    span.hi.millis().saturating_sub(span.lo.millis()) <= 2
}

/// The times that neither of two neighbouring segments has, as an open span: their own ends belong to it.
fn between(lo: Timestamp, hi: Timestamp) -> Stretch {
    let lo = if lo == Timestamp::MIN { lo } else { lo.plus_millis(-1) };
    Stretch { lo, hi: hi.plus_millis(1) }
}

/// Whether what two segments grow into ends where the feed does: the deeper of the two says so.
fn floor_of(a: &Segment, b: &Segment) -> bool {
    match a.span.lo.cmp(&b.span.lo) {
        std::cmp::Ordering::Less => a.floor,
        std::cmp::Ordering::Greater => b.floor,
        std::cmp::Ordering::Equal => a.floor || b.floor,
    }
}

#[cfg(test)]
mod tests {
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
        let gaps: Vec<_> = ledger
            .gaps()
            .iter()
            .map(|gap| (gap.span.lo.millis(), gap.span.hi.millis(), gap.reason))
            .collect();
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
}
