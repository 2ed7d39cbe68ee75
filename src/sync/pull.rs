//! One walk: request, answer, page, store, and what the plan says next.
//!
//! It assumes that it may be dropped at any point: a page is in the cache whole, with what it proves, or not
//! at all. It must not decide where a walk ends, nor what an answer proves.

mod audit;
mod keep;
mod steps;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Fault, FaultKind, GapReason, Note, RowId, Secret, Segment, Stretch, Timestamp};
use crate::feed::{Chains, Choice, DetailWhen, Order, Page, Position, Scope, page, request};
use crate::store::{FeedKey, FeedState, Learned, Resume};

use super::http::Reply;
use super::line::{Line, Tally, lock};
use super::plan::{self, Ask, Cut, Direction, Known, Next, Proof, Shape, Sight, Stall, Walk, prints};
use super::scopes::number_of;
use super::{Extent, detail};
pub(super) use keep::{begin, keep_newest, key_of, store};
use steps::Steps;

/// The answer to a condition that the request named: nothing changed (RFC 9110, section 15.4.5).
const NOT_MODIFIED: u16 = 304;
/// Statuses with which servers meet a place that is too deep, or one that they no longer know.
const NO_SUCH_PLACE: [u16; 5] = [400, 404, 410, 416, 422];

/// Walks one feed of a source: the whole source, or one scope of it.
pub(super) async fn walk(
    line: &Line,
    tally: &Tally,
    scope: Option<&Scope>,
    extent: &Extent,
) -> Result<(), Fault> {
    let key = key_of(line, scope);
    let (state, rows, newest) = begin(line, &key).await?;
    let kept = extent.from(kept_from(line, &state));
    let is_part = extent.goal().is_some();
    let mut errand = Errand {
        line,
        tally,
        scope,
        key,
        state,
        rows,
        newest,
        counted: None,
        extent: &kept,
        is_part,
        chains: Chains::default(),
        fresh: Vec::new(),
    };
    let walked = errand.walk_ranges().await;
    if let Err(fault) = &walked {
        errand.note_fault(fault).await?;
    }
    let drifted = walked?;
    if !drifted {
        errand.audit().await;
    }
    errand.look_closer().await?;
    if drifted { Err(line.fault_of_drift()) } else { Ok(()) }
}

/// The time before which nothing is asked for: it was removed on purpose, or would be.
fn kept_from(line: &Line, state: &FeedState) -> Option<Timestamp> {
    let keep = line.source.keep.and_then(|keep| i64::try_from(keep.as_millis()).ok());
    let from = keep.map(|keep| Timestamp::now().plus_millis(-keep));
    from.max(state.ledger.kept_from())
}

/// What one walk of a feed is about, and what it has come to.
struct Errand<'a> {
    line: &'a Line,
    tally: &'a Tally,
    scope: Option<&'a Scope>,
    key: FeedKey,
    state: FeedState,
    /// Rows of the feed in the cache when this began, and the newest time among them.
    rows: u64,
    newest: Option<Timestamp>,
    /// The events that the feed counted last, where that was of all it has.
    counted: Option<u64>,
    /// What is asked for, without what is not kept.
    extent: &'a Extent,
    /// More is worth keeping than is asked for this time.
    is_part: bool,
    /// What pages have to say about each other's records.
    chains: Chains,
    /// Rows that were not in the cache before.
    fresh: Vec<RowId>,
}

impl Errand<'_> {
    /// Walks every range of time that is to be asked for. Says whether most of some page could not be read.
    async fn walk_ranges(&mut self) -> Result<bool, Fault> {
        let profile = Arc::clone(&self.line.source.profile);
        let lag = Duration::from_millis(plan::lag(self.state.lateness).unsigned_abs());
        // A list from some time on is enough where everything before it is known.
        let whole = profile.asks_since() && self.is_whole() && !self.extent.full;
        let top = self.newest.min(self.state.ledger.top()).filter(|_| whole);
        let ranges = profile.ranges(top, Timestamp::now(), lag);
        let wanted = ranges.iter().filter_map(|range| self.extent.part_of(*range, &profile));
        let mut drifted = false;
        for (place, (since, until)) in wanted.enumerate() {
            let known = (place > 0 || self.extent.until.is_some()) && !self.extent.full;
            if known && self.knows(since, until) {
                self.chains = Chains::default();
                continue;
            }
            drifted |= self.walk_list(since, until).await?;
        }
        let oldest = ranges.iter().filter_map(|(since, _)| *since).min();
        let open = ranges.iter().any(|(since, _)| since.is_none());
        let notes = oldest.filter(|_| !open && top.is_none()).map(|oldest| {
            let span = Stretch { lo: Timestamp::MIN, hi: oldest.plus_millis(1) };
            Note { span, reason: GapReason::Lookback }
        });
        let synced_at = (!drifted).then(Timestamp::now);
        self.learn(Learned { notes: notes.into_iter().collect(), synced_at, ..Learned::default() }).await?;
        Ok(drifted)
    }

    /// Everything is known down to where the profile asks.
    fn is_whole(&self) -> bool {
        let ledger = &self.state.ledger;
        !ledger.is_empty() && ledger.gaps().iter().all(|gap| ledger.is_final(gap.span))
    }

    fn knows(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> bool {
        let lo = since.map_or(Timestamp::MIN, |since| since.plus_millis(-1));
        let hi = until.unwrap_or(Timestamp::MAX);
        self.state.ledger.covers(Stretch { lo, hi })
    }

    fn shape(&self, head: &Position, since: Option<Timestamp>, until: Option<Timestamp>) -> Shape {
        let profile = &self.line.source.profile;
        let documented = match profile.order() {
            Order::Descending => Some(Direction::Down),
            Order::Ascending => Some(Direction::Up),
            Order::Unknown => None,
        };
        let seen = self.state.ascending.map(|up| if up { Direction::Up } else { Direction::Down });
        Shape {
            cut: match profile.choice() {
                Choice::Whole => Cut::Whole,
                Choice::Page => Cut::Fixed,
                Choice::PageAndSize => Cut::Pages,
                Choice::Record => Cut::Offsets,
                Choice::Nothing => Cut::Led,
            },
            size: head.size().map(u64::from),
            since,
            until,
            direction: seen.or(documented),
            by_time: profile.may_cut_ties(),
        }
    }

    fn known(&self) -> Known {
        let full = self.extent.full;
        Known {
            ledger: if full { crate::domain::Ledger::default() } else { self.state.ledger.clone() },
            checked: self.state.checked,
            lag: plan::lag(self.state.lateness),
            rows: self.rows,
            newest: self.newest,
            total: self.state.last_total,
            resume: self.state.resume.as_ref().filter(|_| !full).map(|resume| resume.below),
            mixed: self.state.mixed,
            goal: self.extent.goal(),
        }
    }

    /// Walks the list of what happened from `since` on and before `until`.
    async fn walk_list(&mut self, since: Option<Timestamp>, until: Option<Timestamp>) -> Result<bool, Fault> {
        let profile = Arc::clone(&self.line.source.profile);
        let head = Position::first(&profile).within(since, until);
        let mut walk = Walk::new(self.shape(&head, since, until), self.known());
        let mut steps = Steps::at(head);
        let mut drifted = false;
        let mut next = walk.begin();
        loop {
            next = match next {
                Next::Ask(ask) => {
                    if !self.go_to(ask, &mut steps) {
                        next = walk.restart();
                        continue;
                    }
                    match self.ask(ask, &mut steps, &mut walk).await? {
                        Some((after, page_drifted)) => {
                            drifted |= page_drifted;
                            after
                        }
                        None => return Ok(drifted),
                    }
                }
                Next::Locate { time, direction } => walk.land(self.count(time, direction).await?),
                Next::Done { settled } => {
                    if settled {
                        lock(&self.line.etags).extend(steps.tag);
                    }
                    // What was not wanted this time is for another walk to go on with.
                    let resume = (!self.is_part).then_some(None);
                    self.learn(Learned { resume, ..Learned::default() }).await?;
                    return Ok(drifted);
                }
                Next::GiveUp(stall) => {
                    self.note_stall(&stall, steps.refused, walk.front()).await?;
                    return Err(self.line.fault_of_stall(&stall));
                }
            };
        }
    }

    /// Takes the place to ask at. Says whether there is one.
    fn go_to(&mut self, ask: Ask, steps: &mut Steps) -> bool {
        let profile = &self.line.source.profile;
        steps.chosen = matches!(ask, Ask::At { .. });
        let place = match ask {
            Ask::Head => {
                if !std::mem::take(&mut steps.fresh) {
                    steps.versions.clear();
                    self.chains = Chains::default();
                }
                Some(steps.head.clone())
            }
            Ask::At { first, size } => steps.head.at(profile, first, size),
            Ask::Onwards => steps.onwards.clone(),
            Ask::Again => Some(steps.position.clone()),
            Ask::Resume => {
                self.chains = Chains::default();
                let base = Some(&*self.line.source.binding.base).filter(|base| !base.is_empty());
                let noted = self.state.resume.as_ref().zip(base.or(profile.base()));
                noted.and_then(|(resume, base)| steps.head.resumed(&resume.place, base))
            }
        };
        let found = place.is_some();
        steps.position = place.unwrap_or_else(|| steps.head.clone());
        found
    }

    /// Asks at the place of `steps` and takes in the answer. Gives what comes next and whether most of the
    /// page could not be read; nothing where the server says that the list is what it was.
    async fn ask(
        &mut self,
        ask: Ask,
        steps: &mut Steps,
        walk: &mut Walk,
    ) -> Result<Option<(Next, bool)>, Fault> {
        let (line, profile) = (self.line, &*self.line.source.profile);
        let (binding, position) = (&line.source.binding, steps.position.clone());
        let known_tag = self.known_tag(&position, &steps.head);
        let build = |token: Option<&_>| {
            let mut request = request::page(profile, binding, self.scope, &position, token)?;
            if let Some(tag) = known_tag.as_ref().and_then(|tags| tags.get(&request.url)) {
                request.headers.push(("If-None-Match".to_owned(), Secret::new(tag.clone())));
            }
            Ok(request)
        };
        let deep = matches!(ask, Ask::At { first: 1.., .. } | Ask::Resume);
        let accept = |status| {
            profile.restarts_on(status)
                || (status == NOT_MODIFIED && known_tag.is_some())
                || (deep && NO_SUCH_PLACE.contains(&status))
        };
        let asked_at = Timestamp::now();
        let reply = line.ask(self.tally, self.scope, build, accept).await?;
        if reply.status == NOT_MODIFIED {
            self.extend_top(reply.date).await?;
            return Ok(None);
        }
        steps.refused = !(200..300).contains(&reply.status);
        if steps.refused {
            let next = if matches!(ask, Ask::At { .. }) {
                // As good as an empty page: nothing is there.
                walk.read(&Sight { can_go_on: true, ..Sight::default() });
                walk.next(0).1
            } else {
                walk.restart()
            };
            return Ok(Some((next, false)));
        }
        if position == steps.head && profile.etag() {
            steps.tag = self.tag_of(&position, &reply);
        }
        let page = page::read(profile, binding, self.scope, &position, &reply.headers, &reply.body)
            .map_err(|error| line.fault_of_shape(&error, &reply))?;
        self.take_in(page, &reply, asked_at, steps, walk).await.map(Some)
    }

    /// Stores one page with what it proves, then asks the plan. What is stored is kept, whatever is wrong with
    /// the way on.
    async fn take_in(
        &mut self,
        mut page: Page,
        reply: &Reply,
        asked_at: Timestamp,
        steps: &mut Steps,
        walk: &mut Walk,
    ) -> Result<(Next, bool), Fault> {
        let sight = sight(&page, &steps.position, reply, self.line);
        let proof = walk.read(&sight);
        self.counted = proof.total.or(self.counted);
        steps.onwards.clone_from(&page.next);
        let stray = page.stray.take();
        if !steps.follows(&page) {
            self.chains = Chains::default();
        }
        let changed = self.chains.join(&self.line.source.profile, &mut page);
        let shown = page.records.len();
        keep_newest(&mut page, &mut steps.versions);
        let mut learned = Self::learned(&proof, steps.onwards.as_ref(), Some(asked_at), reply.date);
        // What is left out is there all the same.
        learned.exact = learned.exact.filter(|_| page.records.len() == shown);
        page.records.extend(changed);
        let new = self.store(page, learned).await?;
        if let Some(error) = stray {
            return Err(self.line.fault_of_shape(&error, reply));
        }
        let (closing, next) = walk.next(new);
        if closing != Proof::default() {
            self.learn(Self::learned(&closing, None, None, reply.date)).await?;
        }
        Ok((next, sight.drifted()))
    }

    fn learned(
        proof: &Proof,
        onwards: Option<&Position>,
        asked_at: Option<Timestamp>,
        date: Option<Timestamp>,
    ) -> Learned {
        let resume = proof.resume.zip(onwards);
        Learned {
            mixed: proof.forget,
            forget: proof.doubt,
            segments: proof.segments.clone(),
            notes: proof.notes.clone(),
            exact: proof.exact,
            asked_at,
            date,
            checked: proof.checked,
            ascending: proof.direction.map(|direction| direction == Direction::Up),
            total: proof.total,
            resume: resume.map(|(below, onwards)| Some(Resume { below, place: onwards.place() })),
            ..Learned::default()
        }
    }

    /// The server says that the head is what it was when it was read last: so nothing newer has come.
    async fn extend_top(&mut self, date: Option<Timestamp>) -> Result<(), Fault> {
        let Some((top, date)) = self.state.ledger.top().zip(date) else { return Ok(()) };
        let span = Stretch::between(top.plus_millis(-1), date);
        let claim = span.map(|span| Segment { span, verified_at: Some(date), floor: false });
        self.learn(Learned { segments: claim.into_iter().collect(), ..Learned::default() }).await
    }

    /// The rows of the cache that stand before `time` in the list.
    async fn count(&self, time: Timestamp, direction: Direction) -> Result<u64, Fault> {
        let key = self.key.clone();
        let newer = direction == Direction::Down;
        let counted = self.line.store.run(move |db| db.count_beyond(&key, time, newer)).await;
        counted.map_err(|error| self.line.fault_of_store(&error))
    }

    /// The tags to name in a request for `position`: none but for the head of a list that is known whole.
    fn known_tag(&self, position: &Position, head: &Position) -> Option<HashMap<String, String>> {
        let whole = self.is_whole() && !self.extent.full;
        let wanted = self.line.source.profile.etag() && position == head && whole;
        wanted.then(|| lock(&self.line.etags).clone()).filter(|tags| !tags.is_empty())
    }

    /// The address of a page and the tag that it came with.
    fn tag_of(&self, position: &Position, reply: &Reply) -> Option<(String, String)> {
        let (_, tag) = reply.headers.iter().find(|(name, _)| name == "etag")?;
        let source = &self.line.source;
        let address = request::address(&source.profile, &source.binding, self.scope, position).ok()?;
        Some((address, tag.clone()))
    }

    /// Stores one page. Gives how many rows were new.
    async fn store(&mut self, page: Page, learned: Learned) -> Result<u64, Fault> {
        let learned = Learned { generation: Some(self.state.generation), ..learned };
        if self.extent.goal().is_none() {
            self.line.board.hear_total(self.key.scope_id(), learned.total);
        }
        let (new, state) = store(self.line, self.tally, &self.key, page, learned).await?;
        self.state = state;
        if self.line.source.profile.detail_when() == Some(DetailWhen::Always) {
            self.fresh.extend(&new);
        }
        Ok(new.len() as u64)
    }

    /// Writes down what was learned without a page.
    async fn learn(&mut self, learned: Learned) -> Result<(), Fault> {
        let learned = Learned { generation: Some(self.state.generation), ..learned };
        let key = self.key.clone();
        let written =
            self.line.store.run(move |db| db.write_page(&key, &[], &[], &learned, Timestamp::now()));
        self.state = written.await.map_err(|error| self.line.fault_of_store(&error))?.state;
        Ok(())
    }

    /// Remarks on the gap in which a walk came to stand.
    async fn note(&mut self, reason: GapReason, front: Option<Timestamp>) -> Result<(), Fault> {
        let gaps = self.state.ledger.gaps();
        let near = |span: Stretch| front.is_some_and(|front| span.lo <= front && front <= span.hi);
        let gap = gaps.iter().find(|gap| near(gap.span)).or(gaps.first());
        let Some(gap) = gap.filter(|gap| !self.state.ledger.is_final(gap.span)) else { return Ok(()) };
        let note = Note { span: gap.span, reason };
        self.learn(Learned { notes: vec![note], ..Learned::default() }).await
    }

    async fn note_stall(
        &mut self,
        stall: &Stall,
        refused: bool,
        front: Option<Timestamp>,
    ) -> Result<(), Fault> {
        let reason = match stall {
            Stall::Empty { .. } | Stall::Repeated { .. } if refused => GapReason::OffsetCap,
            Stall::Repeated { .. } => GapReason::OffsetCap,
            Stall::Empty { .. } => GapReason::Unsettled,
            Stall::Restarted => GapReason::Interrupted,
            Stall::Endless { .. } => GapReason::Behind,
        };
        self.note(reason, front).await
    }

    /// Remarks on what stopped a walk, unless the walk itself has said so.
    async fn note_fault(&mut self, fault: &Fault) -> Result<(), Fault> {
        let reason = match fault.kind {
            FaultKind::SignIn => GapReason::SignIn,
            FaultKind::Forbidden => GapReason::Forbidden,
            FaultKind::RateLimited => GapReason::RateLimited,
            FaultKind::Network => GapReason::Offline,
            FaultKind::Shape => GapReason::Drift,
            FaultKind::Server | FaultKind::Configuration => GapReason::Interrupted,
            FaultKind::Store => return Ok(()),
        };
        let named = self.state.ledger.gaps().first().is_some_and(|gap| gap.reason != GapReason::NotFetched);
        if named { Ok(()) } else { self.note(reason, None).await }
    }

    /// Asks what changed in every new event, where the profile wants that for all of them.
    async fn look_closer(&self) -> Result<(), Fault> {
        detail::fetch_all(self.line, &self.fresh).await
    }
}

fn sight(page: &Page, position: &Position, reply: &Reply, line: &Line) -> Sight {
    let records = page.records.iter().map(|record| number_of(&record.identity));
    let unread = page.quarantined.iter().map(|record| number_of(&record.raw));
    Sight {
        length: page.length as u64,
        times: page.records.iter().map(|record| record.time).collect(),
        prints: prints(records.chain(unread)),
        quarantined: page.quarantined.len() as u64,
        more: page.more,
        total: page.total,
        echo: page.effective_size,
        asked: position.size().map(u64::from),
        can_go_on: page.next.is_some(),
        seam: line.source.profile.seam(),
        next: number_of(&page.next),
        date: reply.date,
    }
}
