//! Comparing what a feed counts with what the cache has of it, after a walk that left nothing open.
//!
//! It happens every few hours at most, and costs nothing where the walk was told the count and that agrees. What
//! it finds is taken back from what is claimed, and the usual walk reads it again. It must not fail a sync: what
//! was known before is no less known because the count could not be looked into.

use std::time::Duration;

use super::{Errand, NO_SUCH_PLACE, sight};
use crate::domain::{Fault, GapReason, Note, Stretch, Timestamp};
use crate::feed::{Choice, Order, Position, page, request};
use crate::store::{Audited, Learned};
use crate::sync::plan::audit::{Audit, Means, Step};
use crate::sync::plan::{Ask, Cut, Direction, Sight};

/// How long the result of an audit is good.
const REST: Duration = Duration::from_secs(4 * 60 * 60);
/// How many differences one audit follows.
const FINDS: usize = 3;

impl Errand<'_> {
    /// Looks into the count of the feed, if it is time to.
    pub(super) async fn audit(&mut self) {
        if let Err(fault) = self.audit_now().await {
            tracing::warn!(source = %self.line.source.name, fault = fault.message, "audit");
        }
    }

    async fn audit_now(&mut self) -> Result<(), Fault> {
        let Some(means) = self.means() else { return Ok(()) };
        let now = Timestamp::now();
        let key = self.key.clone();
        let last = self.line.store.run(move |db| db.audited(&key)).await;
        let last = last.map_err(|error| self.line.fault_of_store(&error))?;
        let rest = i64::try_from(REST.as_millis()).unwrap_or(i64::MAX);
        if last.is_some_and(|last| (0..rest).contains(&(now.millis() - last.at.millis()))) {
            return Ok(());
        }
        let Some(mut counts) = self.counts().await? else { return Ok(()) };
        // Before anything can go wrong: who cannot be audited now is not asked at every sync.
        let known = last.map_or(0, |last| last.off);
        self.keep_audit(now, known).await?;
        for _ in 0..FINDS {
            if counts.off() == 0 || counts.off() == known {
                break;
            }
            let Some(span) = self.search(means, counts).await? else { break };
            self.doubt(span).await?;
            let before = counts.off();
            match self.counts().await? {
                Some(after) => counts = after,
                None => break,
            }
            if counts.off() == before {
                break;
            }
        }
        self.keep_audit(now, counts.off()).await
    }

    /// How this feed can be searched; nothing where it cannot, or where something is open anyway.
    fn means(&self) -> Option<Means> {
        let profile = &self.line.source.profile;
        let ledger = &self.state.ledger;
        let gapless = ledger.gaps().iter().all(|gap| {
            ledger.is_final(gap.span) && matches!(gap.reason, GapReason::Tie | GapReason::Retention)
        });
        let whole = profile.ranges(None, Timestamp::now(), Duration::ZERO) == [(None, None)];
        let asked = self.extent.goal().is_none() && !self.extent.full;
        if ledger.is_empty() || !gapless || !whole || !asked || self.state.mixed {
            return None;
        }
        let documented = match profile.order() {
            Order::Descending => Some(Direction::Down),
            Order::Ascending => Some(Direction::Up),
            Order::Unknown => None,
        };
        let seen = self.state.ascending.map(|up| if up { Direction::Up } else { Direction::Down });
        let direction = seen.or(documented);
        match profile.choice() {
            Choice::Whole => None,
            _ if profile.asks_since() => Some(Means::Times),
            Choice::PageAndSize => Some(Means::Ranks { cut: Cut::Pages, direction: direction? }),
            Choice::Record => Some(Means::Ranks { cut: Cut::Offsets, direction: direction? }),
            Choice::Page | Choice::Nothing => None,
        }
    }

    /// What the feed counts and what the cache has; nothing where the feed does not count.
    async fn counts(&mut self) -> Result<Option<Counts>, Fault> {
        let total = match self.counted.take() {
            Some(total) => Some(total),
            // A feed that never told a count is not asked for it.
            None if self.state.last_total.is_none() => None,
            None => self.look(Ask::Head, None).await?.and_then(|sight| sight.total),
        };
        let Some(total) = total else { return Ok(None) };
        let key = self.key.clone();
        let counted = self.line.store.run(move |db| {
            let rows = db.count_beyond(&key, Timestamp::MIN, true)?;
            Ok((rows, db.unread(&key)?, db.newest(&key)?))
        });
        let (rows, unread, newest) = counted.await.map_err(|error| self.line.fault_of_store(&error))?;
        (self.rows, self.newest) = (rows, newest);
        Ok(Some(Counts { total, rows, unread }))
    }

    /// Follows the difference to where it begins.
    async fn search(&mut self, means: Means, counts: Counts) -> Result<Option<Stretch>, Fault> {
        let size = Position::first(&self.line.source.profile).size().map_or(u64::MAX, u64::from);
        let mut audit = Audit::new(means, size, counts.total, counts.rows);
        let mut step = audit.begin();
        loop {
            step = match step {
                Step::Ask(ask) => match self.look(ask, None).await? {
                    Some(sight) => audit.read(&sight),
                    None => return Ok(None),
                },
                Step::Count(since) => {
                    audit.counted(self.look(Ask::Head, Some(since)).await?.and_then(|sight| sight.total))
                }
                Step::Locate(time, direction) => audit.land(self.count(time, direction).await?),
                Step::Rank(newer) => {
                    let key = self.key.clone();
                    let time = self.line.store.run(move |db| db.time_at(&key, newer)).await;
                    audit.ranked(time.map_err(|error| self.line.fault_of_store(&error))?)
                }
                Step::Done(found) => return Ok(found),
            };
        }
    }

    /// One answer to be looked at and not kept; nothing where the server has no such place.
    async fn look(&self, ask: Ask, since: Option<Timestamp>) -> Result<Option<Sight>, Fault> {
        let (line, profile) = (self.line, &*self.line.source.profile);
        let head = Position::first(profile).within(since, None);
        let position = match ask {
            Ask::At { first, size } => head.at(profile, first, size),
            _ => Some(head.at(profile, 0, 1).unwrap_or(head)),
        };
        let Some(position) = position else { return Ok(None) };
        let binding = &line.source.binding;
        let build = |token: Option<&_>| request::page(profile, binding, self.scope, &position, token);
        let reply = line.ask(self.tally, self.scope, build, |status| NO_SUCH_PLACE.contains(&status)).await?;
        if !(200..300).contains(&reply.status) {
            return Ok(None);
        }
        let page = page::read(profile, binding, self.scope, &position, &reply.headers, &reply.body)
            .map_err(|error| line.fault_of_shape(&error, &reply))?;
        Ok(Some(sight(&page, &position, &reply, line)))
    }

    /// Takes back what is claimed of a stretch, and reads it again.
    async fn doubt(&mut self, span: Stretch) -> Result<(), Fault> {
        let notes = vec![Note { span, reason: GapReason::Audit }];
        self.learn(Learned { forget: Some(span), notes, ..Learned::default() }).await?;
        self.walk_list(None, None).await.map(drop)
    }

    async fn keep_audit(&self, at: Timestamp, off: i64) -> Result<(), Fault> {
        let key = self.key.clone();
        let kept = self.line.store.run(move |db| db.save_audit(&key, Audited { at, off })).await;
        kept.map_err(|error| self.line.fault_of_store(&error))
    }
}

/// What a feed counts, and what the cache has.
#[derive(Debug, Clone, Copy)]
struct Counts {
    total: u64,
    rows: u64,
    /// What came and could not be read.
    unread: u64,
}

impl Counts {
    /// By how much the feed counts more.
    fn off(self) -> i64 {
        self.total as i64 - self.rows as i64 - self.unread as i64
    }
}
