//! One walk: request, answer, page, store, and what the plan says next.
//!
//! It assumes that it may be dropped at any point: a page is in the cache whole or not at all, and what
//! a walk claims is written after its rows. It must not decide where a walk ends.

use std::sync::Arc;

use crate::domain::{Fault, Timestamp};
use crate::feed::{Page, Position, Scope, page, request};
use crate::store::{FeedKey, WalkProgress};

use super::Report;
use super::http::Reply;
use super::line::{Line, Tally};
use super::plan::{Basis, Claim, Next, Sight, Walk, prints};
use super::scopes::number_of;

/// Walks one feed of a source: the whole source, or one scope of it.
pub(super) async fn walk(line: &Line, tally: &Tally, scope: Option<&Scope>) -> Result<(), Fault> {
    let (profile, binding) = (&*line.source.profile, &line.source.binding);
    let key = key_of(line, scope);
    let (progress, rows) = begin(line, &key).await?;
    let top = progress.top.filter(|_| progress.complete_to_floor);
    let mut walk = Walk::new(Basis { top, total: progress.last_total, rows });
    let head = Position::first(profile);
    let mut position = head.clone();
    loop {
        let build = |token: Option<&_>| request::page(profile, binding, scope, &position, token);
        let reply = line.ask(tally, scope, build, |_| false).await?;
        let page = page::read(profile, binding, scope, &position, &reply.headers, &reply.body)
            .map_err(|error| line.fault_of_shape(&error, &reply))?;
        let mut sight = sight(&page, &position, &reply);
        let deeper = page.next.clone();
        sight.new = store(line, tally, &key, page, &progress).await?;
        match (walk.step(&sight), deeper) {
            (Next::Deeper, Some(deeper)) => position = deeper,
            (Next::Again | Next::Deeper, _) => {}
            (Next::Head, _) => position = head.clone(),
            (Next::GiveUp(stall), _) => return Err(line.fault_of_stall(&stall)),
            (Next::Done(claim), _) => {
                end(line, &key, &progress, claim).await?;
                return if walk.drifted() { Err(line.fault_of_drift()) } else { Ok(()) };
            }
        }
    }
}

/// The feed that a source, or one scope of it, has in the cache.
pub(super) fn key_of(line: &Line, scope: Option<&Scope>) -> FeedKey {
    let key = FeedKey::new(Arc::clone(&line.source.name), line.source.profile.id());
    match scope {
        Some(scope) => key.in_scope(scope.id.as_str(), scope.name.as_deref()),
        None => key,
    }
}

pub(super) async fn begin(line: &Line, key: &FeedKey) -> Result<(WalkProgress, u64), Fault> {
    let key = key.clone();
    let begun = line.store.run(move |db| Ok((db.walk(&key)?, db.count(&key)?))).await;
    begun.map_err(|error| line.fault_of_store(&error))
}

/// Writes one page and tells about it. Gives how many rows were new.
pub(super) async fn store(
    line: &Line,
    tally: &Tally,
    key: &FeedKey,
    page: Page,
    progress: &WalkProgress,
) -> Result<u64, Fault> {
    let (key, progress) = (key.clone(), progress.clone());
    let written = line.store.run(move |db| {
        let written = db.write_page(&key, &page.records, &page.quarantined, &progress, Timestamp::now())?;
        // Another program may have been told to slow down meanwhile.
        let allowed = db.next_allowed_at(&key.source)?;
        Ok((written, allowed))
    });
    let (written, allowed) = written.await.map_err(|error| line.fault_of_store(&error))?;
    line.learn_gate(allowed);
    let new = written.new.len() as u64;
    tally.page(new);
    line.board.show(tally.state(), |status| {
        status.events += new;
        status.quarantined += written.quarantined as u64;
    });
    if !written.new.is_empty() || !written.changed.is_empty() {
        let source = Arc::clone(&line.source.name);
        line.board.report(Report::Stored { source, new: written.new, changed: written.changed });
    }
    Ok(new)
}

/// Writes down what a finished walk knows. Its rows are in the cache already, so a kill between the two
/// costs a claim and never makes a false one.
async fn end(line: &Line, key: &FeedKey, progress: &WalkProgress, claim: Claim) -> Result<(), Fault> {
    let key = key.clone();
    let claimed = WalkProgress {
        complete_to_floor: claim.settled,
        top: claim.top,
        last_total: claim.total,
        last_sync: Some(Timestamp::now()),
        ..progress.clone()
    };
    let written = line.store.run(move |db| db.write_page(&key, &[], &[], &claimed, Timestamp::now()));
    written.await.map(drop).map_err(|error| line.fault_of_store(&error))
}

fn sight(page: &Page, position: &Position, reply: &Reply) -> Sight {
    let times = || page.records.iter().map(|record| record.time);
    let records = page.records.iter().map(|record| number_of(&record.identity));
    let unread = page.quarantined.iter().map(|record| number_of(&record.raw));
    Sight {
        length: page.length as u64,
        prints: prints(records.chain(unread)),
        quarantined: page.quarantined.len() as u64,
        new: 0,
        more: page.more,
        total: page.total,
        size: page.effective_size.or_else(|| position.size().map(u64::from)),
        can_go_on: page.next.is_some(),
        newest: times().max(),
        oldest: times().min(),
        descending: times().is_sorted_by(|before, after| before >= after),
        date: reply.date,
    }
}
