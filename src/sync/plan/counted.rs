//! The walk over a list in which the client says where to ask: numbered pages, or offsets.
//!
//! Rows move under its feet between two requests. So no answer is taken to follow another because of its
//! number: it has to show a time that is strictly above the place where known ground ends, in the same answer
//! that shows what is below. If all of it is above, rows arrived and the walk goes deeper; if all of it is
//! below, rows were removed and the walk steps up. Either way nothing is lost but a request.
//!
//! Because every answer proves its own stretch (see [`super::claim`]), the walk only decides where to look. It
//! may be stopped anywhere and another may go on from what is claimed.

mod end;
mod place;
mod search;
mod size;

use end::Last;
use search::Search;

use super::Known;
use super::chart::Chart;
use super::claim::Standing;
use super::ground::{Below, Ground, Key};
use super::words::{Ask, Cut, Next, Proof, Shape, Sight, Stall};
use crate::domain::{GapReason, Note, Stretch, Timestamp};

/// How often an empty answer is met by asking once more or further up.
const EMPTY_TRIES: u32 = 8;
/// So many entries every server gives that is asked for as many.
const SURELY_GIVEN: u64 = 5;
/// How often the same end is looked at before it is left open.
const SHORTS: u32 = 6;
/// How often the place is looked for from the head on.
const HEADS: u32 = 3;
/// How many different places may show the same entries before the server is taken at its word.
const REPEATS: u32 = 3;

/// A walk under way.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own that answers have shown")]
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
    /// Rows above the front, as the cache or the last answer there has it.
    front_at: Option<u64>,
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
    /// The last answer ended at the front, or where nothing but known ground is left above it.
    contiguous: bool,
    /// What may be the end of the list, while the rows at and behind it are asked for.
    ending: Option<Last>,
    /// How often what was taken for the end was not.
    disputes: u32,
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
    /// The cache said where to ask.
    landed: bool,
    /// The place is looked for.
    search: Option<Search>,
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

/// What was found out about an answer that goes on from known ground.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// The row that it begins at, and how many it may hold.
    begins: u64,
    size: u64,
    /// Its last key, and the deep end of what is known around that.
    bottom: Key,
    deep: Key,
    /// It shows what was not known.
    new_ground: bool,
    end: End,
    /// It ends as the answer before did, which began there.
    same_end: bool,
    before: Option<u64>,
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
            front_at: None,
            tail: 0,
            beyond_end: false,
            up: 0,
            in_tie: false,
            bare: false,
            contiguous: false,
            ending: None,
            disputes: 0,
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
            landed: false,
            search: None,
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
        let mut place = self.total.map_or(rows, |total| rows.min(total));
        self.tail = 1;
        self.front_at = Some(place);
        self.landed = true;
        self.contiguous = false;
        if self.chart.known.goal.is_some() {
            // What is wanted may lie below gaps that are not: then more stands above it than the cache has.
            place = place.max(self.seen);
            self.search = Some(Search::new(self.cap));
        }
        self.seen = place;
        self.go_on()
    }

    /// Whether the answer holds more than was asked for: the server does not mind the size.
    pub(super) fn is_ignored(&self, sight: &Sight) -> bool {
        matches!(self.asked, Ask::At { size, .. } if sight.length > size)
    }

    fn is_paged(&self) -> bool {
        self.chart.shape.cut == Cut::Pages
    }

    /// Whether what was asked for is the head of the list: nothing can stand above the answer.
    pub(super) fn is_at_head(&self) -> bool {
        matches!(self.asked, Ask::Head | Ask::At { first: 0, .. })
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
        if let Some(last) = self.ending.take() {
            return self.confirm(last, sight);
        }
        if sight.length == 0 {
            return self.empty(sight);
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
        let above = self.is_at_head() || self.front.is_none_or(|front| top > front);
        let in_turn = self.in_tie && (Some(top) == self.front || self.bare);
        if !(above || in_turn) {
            let proof = self.chart.prove(sight, Standing::default());
            self.look_around();
            if let Some(next) = self.search_up() {
                return (proof, next);
            }
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
        let (before, same_end) = self.follow(sight, begins);
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
            self.chart.joined(end == End::Here, &mut proof);
        }
        if end == End::Disputed {
            self.chart.unsettled = true;
            let gap = Stretch { lo: Timestamp::MIN, hi: ground.time(bottom).plus_millis(1) };
            proof.notes.push(Note { span: gap, reason: GapReason::Unsettled });
            return (proof, Next::GiveUp(self.stall()));
        }
        if end == End::Here {
            return (proof, Next::Done { settled: !self.chart.unsettled });
        }
        let step = Step { begins, size, bottom, deep, new_ground, end, same_end, before };
        self.go_below(sight, &step, proof)
    }

    /// From an answer that goes on from known ground to the next.
    fn go_below(&mut self, sight: &Sight, step: &Step, mut proof: Proof) -> (Proof, Next) {
        let Step { begins, size, bottom, deep, new_ground, end, same_end, before } = *step;
        let head = begins == 0;
        // A page cut before entries were left out of it covers more of the list than it shows.
        let filtered = !head && new_ground && sight.length < size && end == End::No;
        self.seen = begins + if filtered { size } else { sight.length };
        self.count_tail(sight, bottom);
        if let Some(tie) = self.front().filter(|_| self.in_tie && new_ground) {
            let span = Stretch { lo: tie.plus_millis(-1), hi: tie.plus_millis(1) };
            proof.notes.push(Note { span, reason: GapReason::Tie });
        }
        if new_ground {
            self.heads = 0;
            self.landed = false;
            self.search = None;
            self.in_tie = false;
            self.front = Some(deep.min(bottom));
            self.front_at = (deep >= bottom).then_some(self.seen.saturating_sub(self.tail));
        }
        // No row is missing between the last one here and the front, even where no row stands at the front. Where
        // answers have been empty, the place is not so sure.
        let known = |front| front == bottom || (deep == front && self.empties == 0);
        self.contiguous = self.front.is_some_and(known) && !filtered;
        if new_ground && (deep < bottom || !self.chart.wants(deep)) {
            if deep == bottom {
                self.chart.skip();
            }
            return match self.chart.below(deep) {
                Below::Gap(gap) => (proof, self.locate(gap)),
                Below::Nothing => (proof, Next::Done { settled: !self.chart.unsettled }),
            };
        }
        let is_above = end == End::No && !new_ground && self.front.is_some_and(|front| bottom > front);
        if is_above && let Some(next) = self.search_down(begins + sight.length) {
            return (proof, next);
        }
        if end == End::Maybe {
            return (proof, self.probe(sight, head));
        }
        let deeper = before.is_some_and(|before| begins > before);
        if self.is_beyond_end(!head && same_end && sight.length >= size, deeper) {
            let next =
                if self.repeats > REPEATS { Next::GiveUp(self.stall()) } else { self.step_up(sight.length) };
            return (proof, next);
        }
        self.up = 0;
        let next = self.go_on();
        if let Some(tie) = self.front().filter(|_| self.in_tie) {
            proof.doubt = self.chart.doubt(tie);
        }
        (proof, next)
    }

    /// Every entry so far has the same time, or none that can be read.
    fn without_direction(&mut self, sight: &Sight) -> (Proof, Next) {
        let (begins, asked) = match self.asked {
            Ask::At { first, size } if self.chart.shape.cut == Cut::Pages => (first * size, size),
            Ask::At { first, size } => (first, size),
            _ => (0, self.chart.shape.size.unwrap_or(self.cap)),
        };
        self.notice_cap(sight, begins, asked);
        let size = self.size_of(sight);
        self.doubt_short(sight, begins, size);
        let same_end = begins + sight.length <= self.seen;
        let head = begins == 0;
        let end = self.end_of(sight, begins, size, same_end);
        self.last.clone_from(&sight.prints);
        self.last_reach = Some(begins + sight.length);
        let mut proof = self.chart.prove(sight, Standing { head, end: end == End::Here, seam: None });
        self.seen = begins + sight.length;
        match end {
            End::No => {
                proof.doubt = sight.oldest().and_then(|tie| self.chart.doubt(tie));
                (proof, self.by_number())
            }
            // The head alone can show the whole list.
            End::Maybe if head => (proof, self.look_behind(sight, head)),
            End::Maybe => (proof, self.probe(sight, head)),
            End::Here | End::Disputed => {
                (proof, Next::Done { settled: head && end == End::Here && !self.chart.unsettled })
            }
        }
    }

    /// Where the answer before began, and whether it had the same last entry.
    fn follow(&mut self, sight: &Sight, begins: u64) -> (Option<u64>, bool) {
        let entry = sight.prints.last().copied().unwrap_or_default();
        let before = self.last_entry.replace((entry, begins));
        (before.map(|(_, begins)| begins), before.is_some_and(|(last, _)| last == entry))
    }

    /// How many rows at the time of the last one came with it.
    fn count_tail(&mut self, sight: &Sight, bottom: Key) {
        let at_bottom =
            |time: &&Timestamp| self.chart.ground.as_ref().is_some_and(|ground| ground.key(**time) == bottom);
        let same = sight.times.iter().rev().take_while(at_bottom).count() as u64;
        let all_one = same == sight.times.len() as u64 && self.front == Some(bottom);
        self.tail = if all_one { self.tail + same } else { same };
    }

    /// Whether the server shows its last page wherever it is asked beyond its end: the answer is `full`, ends as
    /// the one before did, and stands `deeper` in the list.
    fn is_beyond_end(&mut self, full: bool, deeper: bool) -> bool {
        let before = self.beyond_end;
        self.beyond_end = full && (deeper || before);
        self.repeats += u32::from(self.beyond_end && !before);
        self.beyond_end
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
