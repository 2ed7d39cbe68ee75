//! The client's side: what is durable, what a walk has in memory, and the oracle's questions.

use super::held::Held;
use super::mutants::Mutant;
use super::server::{Answer, Beyond, Row, Server, Word};
use super::{Failure, mutants, tell};
use crate::domain::{GapReason, Ledger, Stretch, Timestamp};
use crate::sync::plan::{Ask, Cut, Direction, Known, LAG, Next, Proof, Shape, Sight, Walk, lag};

/// What survives a kill.
#[derive(Debug, Clone, Default)]
pub(super) struct Cache {
    pub(super) rows: Held,
    pub(super) ledger: Ledger,
    pub(super) generation: u64,
    pub(super) direction: Option<Direction>,
    pub(super) mixed: bool,
    lateness: i64,
    checked: Option<Timestamp>,
    resume: Option<(Timestamp, u64)>,
    total: Option<u64>,
    /// Rows that were lost although they were known.
    pub(super) lost: Vec<u64>,
    /// Every stretch that was ever claimed, and the answer it came from.
    claimed: Vec<(Stretch, u64)>,
}

/// A walk in memory.
#[derive(Debug)]
pub(super) struct Under {
    pub(super) walk: Walk,
    next: Next,
    leads: Option<u64>,
    generation: u64,
    last: Ask,
    pub(super) requests: u64,
    /// The numbers of the answers that it took in.
    answers: Vec<u64>,
}

impl Under {
    /// The number of the answer that came so many answers before the last.
    fn cut_at(&self, age: u64) -> u64 {
        self.answers[self.answers.len() - 1 - age as usize]
    }
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) cache: Cache,
    /// Two programs on one cache.
    pub(super) walks: [Option<Under>; 2],
    pub(super) mutant: Option<Mutant>,
    /// What the next walks are for.
    pub(super) goals: [Option<Stretch>; 2],
}

/// Requests after which a walk in this small world is held to be endless.
const TOO_MANY: u64 = 3_000;

impl Client {
    pub(super) fn new(mutant: Option<Mutant>) -> Self {
        Self { cache: Cache::default(), walks: [None, None], mutant, goals: [None, None] }
    }

    /// One request of one of the programs. `kill` ends that program before or after its answer is written.
    pub(super) fn step(
        &mut self,
        server: &mut Server,
        who: usize,
        kill: Option<bool>,
    ) -> Result<(), Failure> {
        let mut under = match self.walks[who].take() {
            Some(under) => under,
            None => self.begin(server, who),
        };
        while let Next::Locate { time, direction } = under.next {
            let rows = self.cache.count_beyond(server, time, direction);
            under.next = under.walk.land(rows);
        }
        if under.requests == 0 {
            tell(|| format!("begins with {:?}", under.next));
        }
        let Next::Ask(ask) = under.next else { return Ok(()) };
        under.requests += 1;
        if under.requests > TOO_MANY {
            return Err(Failure::Endless);
        }
        if ask != Ask::Again {
            under.last = ask;
        }
        let ask = mutants::ask(self.mutant, under.last, server);
        if ask == Ask::Resume {
            under.leads = self.cache.resume.map(|(_, leads)| leads);
        }
        let before = under.leads;
        let answer = server.answer(ask, under.leads);
        let Some(answer) = answer else {
            if kill.is_none() {
                under.answers.push(server.answers);
                let nothing = Sight { can_go_on: true, ..Sight::default() };
                under.walk.read(&nothing);
                under.next = under.walk.next(0).1;
                self.walks[who] = Some(under);
            }
            return Ok(());
        };
        under.leads = if under.next == Next::Ask(Ask::Again) { before } else { answer.next };
        if kill == Some(true) {
            return Ok(());
        }
        self.take_in(server, &mut under, &answer)?;
        if kill.is_none() && matches!(under.next, Next::Ask(_) | Next::Locate { .. }) {
            self.walks[who] = Some(under);
        }
        Ok(())
    }

    /// A request that came to nothing: the server failed, or the network did.
    pub(super) fn fail(&mut self, server: &Server, who: usize) -> Result<(), Failure> {
        if self.mutant == Some(Mutant::FailedPageIsTheEnd) && self.walks[who].is_some() {
            let segments = mutants::end_below(&self.cache.ledger).into_iter().collect();
            self.cache.learn(&Proof { segments, ..Proof::default() }, server.answers, None);
            return self.cache.check(server);
        }
        Ok(())
    }

    fn begin(&mut self, server: &Server, who: usize) -> Under {
        let cache = &self.cache;
        let manners = server.manners;
        let shape = Shape {
            cut: manners.cut,
            size: matches!(manners.cut, Cut::Pages | Cut::Offsets).then_some(20),
            since: None,
            until: None,
            direction: cache.direction,
            by_time: false,
        };
        let known = Known {
            ledger: cache.ledger.clone(),
            checked: cache.checked,
            lag: mutants::lag(self.mutant, lag(cache.lateness)),
            rows: cache.rows.len(),
            newest: cache.rows.newest().map(Timestamp::from_millis),
            total: cache.total,
            resume: cache.resume.map(|(below, _)| below),
            mixed: cache.mixed,
            goal: self.goals[who].take(),
        };
        let mut walk = Walk::new(shape, known);
        let next = walk.begin();
        Under {
            walk,
            next,
            leads: None,
            generation: cache.generation,
            last: Ask::Head,
            requests: 0,
            answers: Vec::new(),
        }
    }

    fn take_in(&mut self, server: &Server, under: &mut Under, answer: &Answer) -> Result<(), Failure> {
        under.answers.push(server.answers);
        let sight = mutants::sight(self.mutant, &answer.sight);
        tell(|| format!("{:?} shows {:?}", under.last, answer.sight));
        let proof = mutants::proof(self.mutant, under.walk.read(&sight), &sight, &answer.rows, &self.cache);
        let leads = answer.next;
        // What is proved is written first, and the rows with it, or not.
        let split = self.mutant == Some(Mutant::CommitSplit) && server.answers.is_multiple_of(7);
        let new = if split { 0 } else { self.cache.bring_in(&answer.rows) };
        let current = under.generation == self.cache.generation;
        if current {
            self.cache.learn(&proof, under.cut_at(proof.age), leads);
            self.cache.mark_gone(&proof, answer, server)?;
        }
        under.generation = self.cache.generation;
        self.cache.check(server)?;
        let (closing, next) = under.walk.next(new);
        tell(|| format!("  proves {:?}, next {next:?}", proof.segments));
        under.next = mutants::next(self.mutant, next, new, &answer.rows);
        if !current || closing == Proof::default() {
            return Ok(());
        }
        self.cache.learn(&closing, server.answers, None);
        self.cache.check(server)
    }

    pub(super) fn sync(&mut self, server: &mut Server) -> Result<(), Failure> {
        server.clock += 1000;
        let mut begun = false;
        while !begun || self.walks[0].is_some() {
            begun = true;
            self.step(server, 0, None)?;
        }
        Ok(())
    }

    /// Everything has calmed down: a few syncs later the cache has to be what the server has.
    pub(super) fn calm(&mut self, server: &mut Server) -> Result<(), Failure> {
        (self.walks, self.goals) = ([None, None], [None, None]);
        server.recount();
        // Late rows are looked for while they are young; that is over by now.
        for _ in 0..4 {
            self.sync(server)?;
        }
        let told = self.audit(server)?;
        let cap = server.manners.cap;
        let excused = |row: &&Row| {
            let time = Timestamp::from_millis(row.time);
            let unknown = self.cache.ledger.around(time).is_none();
            // More rows of one time than an answer can show whole: the ledger says so.
            let gaps = self.cache.ledger.gaps();
            let tie = gaps.iter().any(|gap| gap.span.has(time) && gap.reason == GapReason::Tie);
            // Where the whole list is of one time, nothing around it can be known either.
            let crowd = server.rows.iter().filter(|one| one.time == row.time).count() as u64 > cap;
            let future = row.time >= server.clock.min(server.date()) - 2_000;
            let place = server.rows.iter().position(|one| one.id == row.id).unwrap_or_default() as u64;
            let deep = server.manners.deepest.is_some_and(|deepest| place + cap >= deepest);
            let untold = !told && self.cache.lost.contains(&row.id);
            deep || untold || (unknown && (tie || crowd || future))
        };
        let lost = server.rows.iter().filter(|row| !self.cache.rows.has(row.id));
        let lost = lost.filter(|row| !excused(row)).count();
        if lost > 0 {
            return Err(Failure::Lost { rows: lost });
        }
        self.cache.proved(server)
    }
}

impl Cache {
    /// How many rows stand before `time` in a list of this direction.
    pub(super) fn count_beyond(&self, server: &Server, time: Timestamp, direction: Direction) -> u64 {
        let before = |at: i64| match direction {
            Direction::Down => at > time.millis(),
            Direction::Up => at < time.millis(),
        };
        self.entries_of(server, before)
    }

    pub(super) fn entries(&self, server: &Server) -> u64 {
        self.entries_of(server, |_| true)
    }

    /// A row that answers showed twice counts twice.
    fn entries_of(&self, server: &Server, which: impl Fn(i64) -> bool) -> u64 {
        let doubled = |id: u64| server.rows.iter().any(|row| row.doubled && row.id == id);
        let rows = self.rows.present().filter(|(_, at)| which(*at));
        rows.map(|(id, _)| 1 + u64::from(doubled(id))).sum()
    }

    /// Loses a row that is claimed to be known.
    pub(super) fn lose(&mut self, place: u64) {
        let known = |time: i64| self.ledger.around(Timestamp::from_millis(time)).is_some();
        let rows: Vec<_> = self.rows.present().filter(|(_, time)| known(*time)).collect();
        if let Some((id, _)) = rows.get(place as usize % rows.len().max(1)) {
            self.rows.lose(*id);
            self.lost.push(*id);
        }
    }

    fn bring_in(&mut self, rows: &[Row]) -> u64 {
        let mut new = 0;
        for row in rows {
            if self.rows.bring_in(row) {
                new += 1;
                if let Some(known) = self.ledger.around(Timestamp::from_millis(row.time)) {
                    self.lateness = self.lateness.max(known.span.hi.millis() - row.time);
                }
            }
        }
        new
    }

    pub(super) fn learn(&mut self, proof: &Proof, answer: u64, leads: Option<u64>) {
        if proof.forget && !self.mixed {
            self.ledger = Ledger::default();
            self.claimed.clear();
            self.generation += 1;
            self.mixed = true;
            self.resume = None;
            self.checked = None;
        }
        if let Some(span) = proof.doubt {
            self.ledger.forget(span);
            self.generation += 1;
        }
        for segment in &proof.segments {
            self.ledger.add(*segment);
            self.claimed.push((segment.span, answer));
        }
        proof.notes.iter().for_each(|note| self.ledger.note(*note));
        self.checked = proof.checked.max(self.checked).or(self.ledger.top());
        self.direction = proof.direction.or(self.direction);
        self.total = proof.total.or(self.total);
        if let Some((below, leads)) = proof.resume.zip(leads) {
            self.resume = Some((below, leads));
        }
    }

    fn mark_gone(&mut self, proof: &Proof, answer: &Answer, server: &Server) -> Result<(), Failure> {
        let Some(span) = proof.exact else { return Ok(()) };
        let missing = self.rows.present().filter(|(id, time)| {
            span.has(Timestamp::from_millis(*time)) && answer.rows.iter().all(|row| row.id != *id)
        });
        for id in missing.map(|(id, _)| id).collect::<Vec<_>>() {
            if server.rows.iter().any(|row| row.id == id) {
                return Err(Failure::FalselyGone { row: id });
            }
            self.rows.mark_gone(id);
        }
        Ok(())
    }

    /// Is there a row that the ledger says is known and that is not in the cache, although it was there when
    /// that was claimed?
    fn check(&self, server: &Server) -> Result<(), Failure> {
        for row in &server.rows {
            let time = Timestamp::from_millis(row.time);
            if self.rows.has(row.id) || self.ledger.around(time).is_none() || self.lost.contains(&row.id) {
                continue;
            }
            let mut claims =
                self.claimed.iter().filter(|(span, _)| span.has(time)).map(|(_, answer)| *answer);
            // Nothing claims it, or something claims it that was cut when the row was there.
            let arrived_since = claims.clone().next().is_some() && claims.all(|answer| answer <= row.born);
            if !arrived_since {
                return Err(Failure::FalseClaim { row: row.id, time: row.time });
            }
        }
        Ok(())
    }

    /// Of a server that tells the truth, everything has to be known in the end.
    fn proved(&self, server: &Server) -> Result<(), Failure> {
        let manners = server.manners;
        // Ties that hardly fit into an answer, and servers that hide their end, may stay unproved.
        let mut ties = std::collections::HashMap::new();
        server.rows.iter().for_each(|row| *ties.entry(row.time).or_insert(0_u64) += 1);
        let tied = ties.values().any(|count| count * 2 >= manners.cap);
        let small =
            manners.cap < 8 || manners.deepest.is_some() || manners.beyond == Beyond::LastPage || tied;
        let open =
            self.ledger.gaps().into_iter().any(|gap| {
                !matches!(gap.reason, GapReason::Tie | GapReason::Retention | GapReason::Unsettled)
            });
        let fresh =
            self.ledger.top().is_some_and(|top| top.millis() >= server.clock.min(server.date()) - LAG);
        let lies = [manners.total, manners.more].contains(&Word::False);
        let proved = !self.ledger.is_empty() && !open && (fresh || !manners.tells_time);
        // Without its clock, the newest time stays open; of one time alone, no answer can show both ends.
        let one = server.rows.iter().all(|row| Some(row.time) == server.rows.first().map(|row| row.time));
        let small = small || (one && (!manners.tells_time || server.rows.len() as u64 >= manners.cap));
        // There is nothing to prove from what has not happened yet.
        let now = server.clock.min(server.date());
        let any = server.rows.iter().any(|row| row.time < now - 2_000);
        if proved || small || lies || !any {
            Ok(())
        } else {
            let rows: Vec<_> = server.rows.iter().map(|row| (row.id, row.time - server.clock)).collect();
            let ledger: Vec<_> = self
                .ledger
                .segments()
                .iter()
                .map(|one| {
                    (
                        one.span.lo.millis().saturating_sub(server.clock),
                        one.span.hi.millis().saturating_sub(server.clock),
                        one.floor,
                    )
                })
                .collect();
            Err(Failure::NotProved {
                ledger: format!("{ledger:?} {:?} clock {} rows {rows:?}", self.ledger.gaps(), server.clock),
            })
        }
    }
}
