//! The walk over a list in which the client says where to ask: numbered pages, or offsets.
//!
//! Rows move under its feet between two requests. So no answer is taken to follow another because of its
//! number: it has to show a time that is strictly above the place where known ground ends, in the same answer
//! that shows what is below. If all of it is above, rows arrived and the walk goes deeper; if all of it is
//! below, rows were removed and the walk steps up. Either way nothing is lost but a request.
//!
//! Because every answer proves its own stretch (see [`super::claim`]), the walk only decides where to look. It
//! may be stopped anywhere and another may go on from what is claimed.

use super::Known;
use super::chart::Chart;
use super::claim::Standing;
use super::ground::{Below, Ground, Key};
use super::vernier;
use super::words::{Ask, Cut, Next, Proof, Shape, Sight, Stall};
use crate::domain::{GapReason, Note, Span, Timestamp};

/// How often an empty answer is met by asking once more or further up.
const EMPTY_TRIES: u32 = 8;
/// How often the same end is looked at before it is left open.
const SHORTS: u32 = 6;
/// How often the place is looked for from the head on.
const HEADS: u32 = 3;
/// How many different places may show the same entries before the server is taken at its word.
const REPEATS: u32 = 3;

/// A walk under way.
#[derive(Debug)]
pub(super) struct Counted {
    chart: Chart,
    /// The largest page that the server has not refused to give.
    cap: u64,
    /// The longest page that it gave.
    proven: u64,
    asked: Ask,
    /// Rows that stand above the place to go on from, as far as is known.
    seen: u64,
    /// The deepest key that was seen.
    deepest: Option<Key>,
    /// Where known ground ends.
    front: Option<Key>,
    /// Rows at the very time of the front.
    tail: u64,
    /// The server shows its last page wherever it is asked: the place is lost.
    beyond_end: bool,
    /// How far the last steps up went.
    up: u64,
    /// More rows of one time than fit into a page: go by numbers until the time changes.
    in_tie: bool,
    /// What was asked for cannot overlap: pages are too small. It is followed and proves nothing of the seam.
    bare: bool,
    /// The last answer ended at the front.
    contiguous: bool,
    /// An answer beyond the end was asked for, to be read as such; then the end is looked at again.
    beyond: Option<Ask>,
    /// Nothing was there.
    confirmed: bool,
    /// What the head of the list held.
    head: Vec<u64>,
    /// What stood at the end when that was asked for.
    ending: Vec<u64>,
    shorts: u32,
    /// Short answers since the last full one.
    probes: u32,
    /// What the last answer held, if it was clamped.
    clamped: Option<u64>,
    short: Option<Short>,
    /// What a short answer held that turned out not to be the end.
    doubted: Option<u64>,
    empties: u32,
    repeats: u32,
    /// How often steps up have led to the head since new ground was seen.
    heads: u32,
    /// The entries of the answer before, and the row behind its last one.
    last: Vec<u64>,
    last_reach: Option<u64>,
    /// The last entry of the answer before, and where that answer began.
    last_entry: Option<(u64, u64)>,
    requests: u64,
    /// The most rows that the list was seen to have.
    most: u64,
    /// The server's last count.
    total: Option<u64>,
}

/// An answer that held less than was asked for.
#[derive(Debug, Clone, Copy)]
struct Short {
    /// The row behind its last one, counted from 0.
    reach: u64,
    length: u64,
    /// Its last entry.
    entry: Option<u64>,
    /// The key of that.
    key: Option<Key>,
    /// It was the head of the list.
    head: bool,
}

/// What an answer says about the end of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It is not here.
    No,
    /// It may be here: ask in another way.
    Maybe,
    /// It is here.
    Here,
    /// Nothing more comes, and the server counts more.
    Disputed,
}

impl Counted {
    pub(super) fn new(shape: Shape, known: Known) -> Self {
        Self {
            cap: shape.size.unwrap_or(1).max(1),
            chart: Chart::new(shape, known),
            proven: 0,
            asked: Ask::Head,
            seen: 0,
            deepest: None,
            front: None,
            tail: 0,
            beyond_end: false,
            up: 0,
            in_tie: false,
            bare: false,
            contiguous: false,
            beyond: None,
            confirmed: false,
            head: Vec::new(),
            ending: Vec::new(),
            shorts: 0,
            probes: 0,
            clamped: None,
            short: None,
            doubted: None,
            empties: 0,
            repeats: 0,
            heads: 0,
            last: Vec::new(),
            last_reach: None,
            last_entry: None,
            requests: 0,
            most: 0,
            total: None,
        }
    }

    /// What to do first.
    pub(super) fn begin(&mut self) -> Next {
        let known_head = self.chart.ground.as_ref().is_some_and(Ground::has_head);
        match self.chart.ground.as_ref().filter(|_| known_head).map(Ground::first_gap) {
            Some(Some(gap)) => self.locate(gap),
            Some(None) => Next::Done { settled: true },
            None => self.ask(Ask::Head),
        }
    }

    /// The rows that stand above the place that was to be located.
    pub(super) fn land(&mut self, rows: u64) -> Next {
        // What the feed dropped is still in the cache, and counts no more in the list.
        self.seen = self.total.map_or(rows, |total| rows.min(total));
        self.tail = 1;
        self.contiguous = false;
        self.go_on()
    }

    /// Whether the answer holds more than was asked for: the server does not mind the size.
    pub(super) fn is_ignored(&self, sight: &Sight) -> bool {
        matches!(self.asked, Ask::At { size, .. } if sight.length > size)
    }

    /// Whether looking for the place has led to the head again and again.
    pub(super) fn is_lost(&self) -> bool {
        self.heads > HEADS
    }

    /// The time at which known ground ends.
    pub(super) fn front(&self) -> Option<Timestamp> {
        self.chart.time(self.front)
    }

    pub(super) fn step(&mut self, sight: &Sight) -> (Proof, Next) {
        self.requests += 1;
        if self.requests > self.most_requests(sight.total) {
            return (Proof::default(), Next::GiveUp(Stall::Endless { pages: self.requests }));
        }
        self.proven = self.proven.max(sight.length);
        self.total = sight.total.or(self.total);
        self.chart.unsettled |= sight.drifted();
        if sight.length == 0 {
            return self.empty(sight);
        }
        if let Some(end) = self.beyond.take() {
            if self.ends_with(sight) {
                // Beyond its end some servers show the last page again.
                self.confirmed = true;
                return (Proof::default(), self.ask(end));
            }
            self.doubt();
        }
        self.chart.learn_direction(sight);
        let keys =
            self.chart.ground.as_ref().and_then(|ground| {
                Some((ground.key(*sight.times.first()?), ground.key(*sight.times.last()?)))
            });
        let Some((top, bottom)) = keys else { return self.without_direction(sight) };
        self.notice_clamp(sight);
        // What was deeper a moment ago cannot be beyond the end.
        let above_deepest = self.deepest.is_some_and(|deepest| bottom > deepest);
        self.deepest = Some(self.deepest.map_or(bottom, |deepest| deepest.min(bottom)));
        if self.short.is_some_and(|short| short.key.is_some_and(|key| bottom < key)) {
            self.doubt();
        }
        let above = self.asked == Ask::Head || self.front.is_none_or(|front| top > front);
        let in_turn = self.in_tie && (Some(top) == self.front || self.bare);
        if !(above || in_turn) {
            let proof = self.chart.prove(sight, Standing::default());
            let level = self.front == Some(top);
            self.in_tie |= level && self.up >= self.cap;
            return (proof, self.step_up(if level { 1 } else { sight.length }));
        }
        self.extend(sight, bottom, above_deepest)
    }

    /// An answer that goes on from known ground.
    fn extend(&mut self, sight: &Sight, bottom: Key, above_deepest: bool) -> (Proof, Next) {
        let begins = self.begins_at(sight, bottom);
        let size = self.size_of(sight);
        let new_ground = self.front.is_none_or(|front| bottom < front);
        let entry = sight.prints.last().copied().unwrap_or_default();
        let before = self.last_entry.replace((entry, begins));
        let same_end = before.is_some_and(|(last, _)| last == entry);
        self.doubt_short(sight, begins, size);
        let mut end = self.end_of(sight, begins, size, same_end);
        if above_deepest && sight.length < size {
            self.doubt();
            end = if end == End::Here { End::Maybe } else { end };
        }
        self.last.clone_from(&sight.prints);
        self.last_reach = Some(begins + sight.length);
        self.most = self.most.max(if new_ground { begins + sight.length } else { 0 });
        let head = begins == 0;
        let mut proof = self.chart.prove(sight, Standing { head, end: end == End::Here, seam: None });
        let Some(ground) = &self.chart.ground else { return (proof, self.ask(Ask::Head)) };
        let deep = ground.depth(bottom);
        if end == End::Here || (deep < bottom && new_ground) {
            self.chart.joined(&mut proof);
        }
        if end == End::Here || end == End::Disputed {
            self.chart.unsettled |= end == End::Disputed;
            if end == End::Disputed {
                let gap = Span { lo: Timestamp::MIN, hi: ground.time(bottom).plus_millis(1) };
                proof.notes.push(Note { span: gap, reason: GapReason::Unsettled });
            }
            if end == End::Disputed {
                return (proof, Next::GiveUp(self.stall()));
            }
            return (proof, Next::Done { settled: !self.chart.unsettled });
        }
        // A page cut before entries were left out of it covers more of the list than it shows.
        let filtered = !head && new_ground && sight.length < size && end == End::No;
        self.seen = begins + if filtered { size } else { sight.length };
        let same = sight.times.iter().rev().take_while(|time| ground.key(**time) == bottom).count() as u64;
        let all_one = same == sight.times.len() as u64 && self.front == Some(bottom);
        self.tail = if all_one { self.tail + same } else { same };
        if let Some(tie) = self.front().filter(|_| self.in_tie && new_ground) {
            let span = Span { lo: tie.plus_millis(-1), hi: tie.plus_millis(1) };
            proof.notes.push(Note { span, reason: GapReason::Tie });
        }
        if new_ground {
            self.heads = 0;
            self.in_tie = false;
            self.front = Some(deep.min(bottom));
        }
        self.contiguous = self.front == Some(bottom) && !filtered;
        if deep < bottom && new_ground {
            return match self.chart.below(deep) {
                Below::Gap(gap) => (proof, self.locate(gap)),
                Below::Nothing => (proof, Next::Done { settled: !self.chart.unsettled }),
            };
        }
        if end == End::Maybe {
            return (proof, self.probe(sight));
        }
        // Deeper in the list and yet no deeper in time: beyond its end the server shows its last page again.
        let deeper = before.is_some_and(|(_, place)| begins > place);
        let lost_before = self.beyond_end;
        self.beyond_end = !head && same_end && sight.length >= size && (deeper || self.beyond_end);
        if self.beyond_end {
            self.repeats += u32::from(!lost_before);
            if self.repeats > REPEATS {
                return (proof, Next::GiveUp(self.stall()));
            }
            return (proof, self.step_up(sight.length));
        }
        self.up = 0;
        (proof, self.go_on())
    }

    /// The row that the answer begins at, counted from 0. A server that gives less than was asked for counts
    /// its pages in what it gives.
    fn begins_at(&mut self, sight: &Sight, bottom: Key) -> u64 {
        let Ask::At { first, size } = self.asked else {
            self.notice_cap(sight, 0, self.cap);
            return 0;
        };
        if self.chart.shape.cut == Cut::Offsets {
            self.notice_cap(sight, first, size);
            return first;
        }
        if let Some(echo) = sight.echo.filter(|echo| *echo > 0 && *echo < size) {
            self.cap = self.cap.min(echo);
            return first * echo;
        }
        let above = self.front.is_some_and(|front| bottom > front);
        if first == 0 {
            self.notice_cap(sight, 0, size);
        } else if sight.length < size && promises(sight, first * size) && above {
            // It is short, and yet more follows.
            self.cap = self.cap.min(sight.length);
            return first * sight.length;
        }
        first * size
    }

    /// A page that is short although more follows shows how much the server gives.
    fn notice_cap(&mut self, sight: &Sight, begins: u64, size: u64) {
        if let Some(echo) = sight.echo.filter(|echo| *echo > 0) {
            self.cap = self.cap.min(echo);
        }
        if promises(sight, begins) && sight.length < size {
            self.cap = self.cap.min(sight.length).max(1);
        }
    }

    fn size_of(&self, sight: &Sight) -> u64 {
        let asked = match self.asked {
            Ask::At { size, .. } => size,
            _ => self.chart.shape.size.unwrap_or(sight.length),
        };
        let given = sight.echo.filter(|echo| *echo > 0).map_or(asked, |echo| echo.min(asked));
        given.min(self.cap).max(sight.length)
    }

    /// Two answers in a row that hold as many entries, fewer than were asked for, although more follow: the
    /// server gives less than it did.
    fn notice_clamp(&mut self, sight: &Sight) {
        let Ask::At { first, size } = self.asked else { return };
        let (begins, least) = match self.chart.shape.cut {
            Cut::Offsets => (first, first),
            _ => (first * size, first * sight.length),
        };
        let counts_more = sight.total.is_some_and(|total| {
            begins < total && total != begins + sight.length && total > least + sight.length
        });
        let more = sight.more.unwrap_or(counts_more);
        let clamped = (sight.length < size && more).then_some(sight.length);
        if clamped.is_some() && clamped == self.clamped {
            self.cap = self.cap.min(sight.length);
        }
        self.clamped = clamped;
    }

    /// Whether all of the answer stood at the end before.
    fn ends_with(&self, sight: &Sight) -> bool {
        sight.prints.iter().all(|print| self.ending.contains(print))
    }

    /// Whether the answer shares as many entries with the one before as it has to if it begins where it is
    /// thought to: a server that began to give less counts its pages in another way.
    fn is_placed(&self, sight: &Sight, begins: u64) -> bool {
        let shared = sight.prints.iter().filter(|print| self.last.contains(print)).count() as u64;
        begins == 0 || self.last_reach.is_some_and(|reach| reach.checked_sub(begins) == Some(shared))
    }

    /// More than a short answer showed shows that the list did not end there: so much the server gives, if
    /// that was the head of the list, or if it gave as much twice.
    fn doubt_short(&mut self, sight: &Sight, begins: u64, size: u64) {
        let (reach, entry) = (begins + sight.length, sight.prints.last().copied());
        if self.short.is_some_and(|short| reach > short.reach && entry != short.entry) {
            self.doubt();
        }
        if sight.length < size {
            let key =
                self.chart.ground.as_ref().zip(sight.times.last()).map(|(ground, last)| ground.key(*last));
            self.short = Some(Short { reach, length: sight.length, entry, key, head: begins == 0 });
        }
    }

    fn doubt(&mut self) {
        let Some(short) = self.short.take() else { return };
        if short.head || self.doubted == Some(short.length) {
            self.cap = self.cap.min(short.length).max(1);
        }
        self.doubted = Some(short.length);
        self.shorts = 0;
    }

    fn end_of(&mut self, sight: &Sight, begins: u64, size: u64, same_end: bool) -> End {
        let reach = begins + sight.length;
        let same = || sight.prints.len() == self.ending.len() && self.ends_with(sight);
        let confirmed = self.confirmed && same();
        self.confirmed = false;
        let promises = promises(sight, begins);
        let ends = sight.more == Some(false) || sight.total == Some(reach);
        let short = sight.length < size;
        if !short {
            (self.shorts, self.probes) = (0, 0);
            return End::No;
        }
        self.probes += 1;
        self.shorts = if same_end || confirmed { self.shorts + 1 } else { 1 };
        // What this answer itself is short of, another has shown the server to give, or the server says so.
        let proven = size <= self.proven || sight.echo == Some(size);
        let placed = self.is_placed(sight, begins);
        match (promises, ends) {
            (false, true) if proven && placed => End::Here,
            (false, _) if self.shorts >= 2 && (confirmed || (proven && placed)) => End::Here,
            (false, _) if self.probes >= SHORTS => End::Disputed,
            (false, _) => End::Maybe,
            (true, _) if !same_end => End::No,
            (true, _) if self.shorts >= SHORTS || self.probes >= SHORTS => End::Disputed,
            (true, _) => End::Maybe,
        }
    }

    /// Why the walk cannot go on: the server counts more, or shows the same again and again.
    fn stall(&self) -> Stall {
        match self.total.filter(|total| *total > self.most) {
            Some(total) => Stall::Empty { seen: self.most, total: Some(total) },
            None => Stall::Repeated { seen: self.most },
        }
    }

    /// Asks for the end of the list once more, in a size that the server has just been seen to give.
    fn probe(&mut self, sight: &Sight) -> Next {
        let size = sight.length.min(self.cap);
        let ask = match self.chart.shape.cut {
            Cut::Offsets => vernier::offset(self.seen, self.tail + 1, size),
            _ => vernier::page(self.seen, self.tail + 1, size),
        };
        match ask {
            Some(ask) => self.ask(ask),
            // No page of that size holds the end and what is beyond: look at what is beyond, then again.
            None => {
                self.beyond = Some(self.asked);
                self.ending.clone_from(&sight.prints);
                let first =
                    if self.chart.shape.cut == Cut::Offsets { self.seen } else { self.seen.div_ceil(size) };
                self.ask(Ask::At { first, size })
            }
        }
    }

    fn empty(&mut self, sight: &Sight) -> (Proof, Next) {
        if let Some(end) = self.beyond.take() {
            self.confirmed = true;
            return (Proof::default(), self.ask(end));
        }
        self.empties += 1;
        let promises = sight.more == Some(true) || sight.total.is_some_and(|total| total > 0);
        let at_head = self.asked == Ask::Head || matches!(self.asked, Ask::At { first: 0, .. });
        if !at_head {
            if self.empties > EMPTY_TRIES {
                return (
                    Proof::default(),
                    Next::GiveUp(Stall::Empty { seen: self.most, total: sight.total }),
                );
            }
            return (Proof::default(), self.step_up(self.cap / 2));
        }
        if promises {
            if self.empties > 2 {
                return (Proof::default(), Next::GiveUp(Stall::Empty { seen: 0, total: sight.total }));
            }
            return (Proof::default(), self.ask(Ask::Again));
        }
        let says_so = sight.more == Some(false) || sight.total == Some(0);
        if !says_so && self.empties < 2 {
            return (Proof::default(), self.ask(Ask::Again));
        }
        // An empty list where there were rows is no proof that there never were any.
        let proof = if self.chart.known.rows == 0 {
            self.chart.prove(sight, Standing { head: true, end: true, seam: None })
        } else {
            Proof::default()
        };
        (proof, Next::Done { settled: !self.chart.unsettled })
    }

    /// Every entry so far has the same time, or none that can be read.
    fn without_direction(&mut self, sight: &Sight) -> (Proof, Next) {
        let begins = match self.asked {
            Ask::At { first, size } if self.chart.shape.cut == Cut::Pages => first * size,
            Ask::At { first, .. } => first,
            _ => 0,
        };
        self.notice_cap(sight, begins, self.cap);
        let size = self.size_of(sight);
        self.doubt_short(sight, begins, size);
        let same_end = begins + sight.length <= self.seen;
        let end = self.end_of(sight, begins, size, same_end);
        self.last.clone_from(&sight.prints);
        self.last_reach = Some(begins + sight.length);
        let standing = Standing { head: begins == 0, end: end == End::Here, seam: None };
        let proof = self.chart.prove(sight, standing);
        self.seen = begins + sight.length;
        if begins == 0 {
            self.head.clone_from(&sight.prints);
        }
        if end == End::Here && begins > 0 && self.head.len() as u64 == self.seen {
            // The head alone shows the whole list: look at it once more, now that its end is known.
            self.ending = std::mem::take(&mut self.head);
            self.confirmed = true;
            return (proof, self.ask(Ask::Head));
        }
        if end == End::Here || end == End::Disputed {
            let settled = begins == 0 && end == End::Here && !self.chart.unsettled;
            return (proof, Next::Done { settled });
        }
        let next = if end == End::Maybe { self.probe(sight) } else { self.by_number() };
        (proof, next)
    }

    /// Asks for what overlaps known ground and reaches deepest below it.
    fn go_on(&mut self) -> Next {
        let overlap = self.tail + 1;
        let ask = match self.chart.shape.cut {
            Cut::Offsets => vernier::offset(self.seen, overlap, self.cap),
            _ => vernier::page(self.seen, overlap, self.cap),
        };
        match ask {
            Some(ask) => self.ask(ask),
            None => {
                self.in_tie = true;
                self.by_number()
            }
        }
    }

    /// Goes deeper by number alone, where no answer can overlap as it should.
    fn by_number(&mut self) -> Next {
        let offsets = self.chart.shape.cut == Cut::Offsets;
        let one = if offsets {
            vernier::offset(self.seen, 1, self.cap)
        } else {
            vernier::page(self.seen, 1, self.cap)
        };
        if let Some(ask) = one {
            return self.ask(ask);
        }
        // Only behind an answer that ended just where this one begins may numbers be trusted.
        self.bare = self.contiguous;
        let place = if self.contiguous { self.seen } else { self.seen.saturating_sub(1) };
        let first = if offsets { place } else { place / self.cap };
        let again = self.asked == Ask::At { first, size: self.cap };
        self.asked = Ask::At { first: if again { first + 1 } else { first }, size: self.cap };
        Next::Ask(self.asked)
    }

    fn step_up(&mut self, least: u64) -> Next {
        self.contiguous = false;
        self.up = self.up.saturating_mul(2).max(least).max(1);
        self.seen = self.seen.saturating_sub(self.up);
        if self.seen <= 1 {
            self.seen = 0;
            self.heads += 1;
            return self.ask(Ask::Head);
        }
        let ask = match self.chart.shape.cut {
            Cut::Offsets => vernier::offset(self.seen, 1, self.cap),
            _ => vernier::page(self.seen, 1, self.cap),
        };
        let ask = ask.unwrap_or(Ask::Head);
        self.heads += u32::from(matches!(ask, Ask::Head | Ask::At { first: 0, .. }));
        self.ask(ask)
    }

    fn locate(&mut self, gap: Key) -> Next {
        self.front = Some(gap);
        let Some(ground) = &self.chart.ground else { return self.ask(Ask::Head) };
        Next::Locate { time: ground.time(gap), direction: ground.direction() }
    }

    fn ask(&mut self, ask: Ask) -> Next {
        self.bare = false;
        if ask != Ask::Again {
            self.asked = ask;
        }
        Next::Ask(ask)
    }

    /// Requests that what is known of the list may cost: several times what it would cost in peace.
    fn most_requests(&self, total: Option<u64>) -> u64 {
        let rows = total.unwrap_or_default().max(self.chart.known.rows).max(self.most);
        (rows / self.proven.max(1) + 1).saturating_mul(6) + 200
    }
}

/// Whether the server says that more follows an answer that begins there.
fn promises(sight: &Sight, begins: u64) -> bool {
    sight.more == Some(true) || sight.total.is_some_and(|total| total > begins + sight.length)
}
