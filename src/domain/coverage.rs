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
    /// What is older was removed on purpose: nothing there is claimed, and nothing there is missing.
    kept_from: Option<Timestamp>,
}

impl Ledger {
    /// A ledger of these claims, in any order.
    pub fn new(segments: impl IntoIterator<Item = Segment>, notes: impl IntoIterator<Item = Note>) -> Self {
        let mut ledger = Self::default();
        segments.into_iter().for_each(|segment| ledger.add(segment));
        notes.into_iter().for_each(|note| ledger.note(note));
        ledger
    }

    /// Takes everything before `time` for removed on purpose: what is known ends there, as the feed itself does
    /// at its oldest event. An earlier time than the one that is known changes nothing.
    pub fn keep_from(&mut self, time: Timestamp) {
        if self.kept_from.is_none_or(|kept| kept < time) {
            self.kept_from = Some(time);
            self.end_where_kept();
        }
    }

    /// The time before which everything was removed on purpose.
    pub fn kept_from(&self) -> Option<Timestamp> {
        self.kept_from
    }

    /// What was removed on purpose, to be told like a gap although nothing is missing there.
    pub fn removed(&self) -> Option<Gap> {
        let hi = self.kept_from.filter(|kept| *kept > Timestamp::MIN)?;
        Some(Gap { span: Stretch { lo: Timestamp::MIN, hi }, reason: GapReason::Pruned })
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
        self.end_where_kept();
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

    /// No claim reaches below what is kept, and one that ends there has nothing below it.
    fn end_where_kept(&mut self) {
        let Some(kept) = self.kept_from else { return };
        let end = kept.plus_millis(-1);
        self.segments.retain(|one| one.span.hi > kept);
        if let Some(last) = self.segments.last_mut().filter(|last| last.span.lo <= end) {
            last.span.lo = end;
            last.floor = true;
        }
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
        let end = self.kept_from.unwrap_or(Timestamp::MIN);
        let mut hi = match self.segments.first() {
            Some(first) => first.span.lo,
            None => return vec![self.gap(Stretch { lo: before(end), hi: Timestamp::MAX })],
        };
        for segment in &self.segments[1..] {
            gaps.push(self.gap(between(segment.span.hi, hi)));
            hi = segment.span.lo;
        }
        if self.segments.last().is_some_and(|last| !last.floor) {
            gaps.push(self.gap(between(end, hi)));
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
        if self.is_removed(span) {
            return GapReason::Pruned;
        }
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
        if self.is_removed(span) {
            return true;
        }
        let covers = |note: &&Note| note.span.lo <= span.lo && span.hi <= note.span.hi;
        match self.notes.iter().rev().find(covers) {
            Some(note) if note.reason != GapReason::Audit => note.reason.is_final(),
            Some(_) => is_instant(span),
            None => is_instant(span) || self.is_below_floor(span),
        }
    }

    fn is_removed(&self, span: Stretch) -> bool {
        self.kept_from.is_some_and(|kept| span.hi <= kept)
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
    Stretch { lo: before(lo), hi: hi.plus_millis(1) }
}

/// The open end of what begins at `time`.
fn before(time: Timestamp) -> Timestamp {
    if time == Timestamp::MIN { time } else { time.plus_millis(-1) }
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
mod tests;
