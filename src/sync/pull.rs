//! One walk: request, answer, page, store, and what the plan says next.
//!
//! It assumes that it may be dropped at any point: a page is in the cache whole or not at all, and what
//! a walk claims is written after its rows. It must not decide where a walk ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{EventId, Fault, Identity, RowId, Secret, Timestamp};
use crate::feed::{Chains, DetailWhen, Order, Page, Position, Scope, Seam, page, request};
use crate::store::{Db, FeedKey, StoreError, WalkProgress};

use super::http::Reply;
use super::line::{Line, Tally, lock};
use super::plan::{Basis, Claim, LAG, Next, Sight, Walk, prints};
use super::scopes::number_of;
use super::{Report, detail};

/// The answer to a condition that the request named: nothing changed (RFC 9110, section 15.4.5).
const NOT_MODIFIED: u16 = 304;

/// Walks one feed of a source: the whole source, or one scope of it.
pub(super) async fn walk(line: &Line, tally: &Tally, scope: Option<&Scope>) -> Result<(), Fault> {
    let profile = &*line.source.profile;
    let key = key_of(line, scope);
    let (progress, rows) = begin(line, &key).await?;
    let top = progress.top.filter(|_| progress.complete_to_floor);
    let overlap = Duration::from_millis(LAG.unsigned_abs());
    let ranges = profile.ranges(top.filter(|_| profile.asks_since()), Timestamp::now(), overlap);
    let whole = ranges.iter().all(|(since, _)| since.is_none());
    // In a list that begins with the oldest, and in a part of one, reaching known rows proves nothing.
    let known = top.filter(|_| whole && profile.order() != Order::Ascending);
    let basis = Basis { top: known, total: progress.last_total.filter(|_| whole), rows };
    let chains = Chains::default();
    let mut errand = Errand { line, tally, scope, key, progress, chains, drifted: false, fresh: Vec::new() };
    let mut claim: Option<Claim> = None;
    for (since, until) in ranges {
        let head = Position::first(profile).within(since, until);
        let Some(found) = errand.walk(&head, Walk::new(basis)).await? else { continue };
        claim = Some(match claim {
            None => found,
            // Ranges come newest first, so the first one knows the top.
            Some(newest) => Claim { settled: newest.settled && found.settled, ..newest },
        });
    }
    if let Some(claim) = claim {
        errand.end(claim, whole).await?;
    }
    errand.look_closer().await?;
    if errand.drifted { Err(line.fault_of_drift()) } else { Ok(()) }
}

/// What one walk of a feed is about, and what it has come to.
struct Errand<'a> {
    line: &'a Line,
    tally: &'a Tally,
    scope: Option<&'a Scope>,
    key: FeedKey,
    progress: WalkProgress,
    /// What pages have to say about each other's records.
    chains: Chains,
    /// More than half of some page could not be read.
    drifted: bool,
    /// Rows that were not in the cache before.
    fresh: Vec<RowId>,
}

impl Errand<'_> {
    /// Walks the list that begins at `head`. Gives what is known after it; nothing where the server says
    /// that the list is what it was.
    async fn walk(&mut self, head: &Position, mut walk: Walk) -> Result<Option<Claim>, Fault> {
        let (line, profile) = (self.line, &*self.line.source.profile);
        let binding = &line.source.binding;
        let mut position = head.clone();
        let mut versions = HashMap::new();
        let mut tag: Option<(String, String)> = None;
        loop {
            let known_tag = self.known_tag(&position, head);
            let build = |token: Option<&_>| {
                let mut request = request::page(profile, binding, self.scope, &position, token)?;
                if let Some(tag) = known_tag.as_ref().and_then(|tags| tags.get(&request.url)) {
                    request.headers.push(("If-None-Match".to_owned(), Secret::new(tag.clone())));
                }
                Ok(request)
            };
            let accept =
                |status| profile.restarts_on(status) || (status == NOT_MODIFIED && known_tag.is_some());
            let reply = line.ask(self.tally, self.scope, build, accept).await?;
            if reply.status == NOT_MODIFIED {
                return Ok(None);
            }
            let next = if profile.restarts_on(reply.status) {
                (walk.restart(), None)
            } else {
                if position == *head && profile.etag() {
                    tag = self.tag_of(&position, &reply);
                }
                let page = page::read(profile, binding, self.scope, &position, &reply.headers, &reply.body)
                    .map_err(|error| line.fault_of_shape(&error, &reply))?;
                self.take_in(page, &position, &reply, &mut walk, &mut versions).await?
            };
            match next {
                (Next::Deeper, Some(deeper)) => position = deeper,
                (Next::Again | Next::Deeper, _) => {}
                (Next::Head, _) => {
                    position = head.clone();
                    versions.clear();
                    self.chains = Chains::default();
                }
                (Next::GiveUp(stall), _) => return Err(line.fault_of_stall(&stall)),
                (Next::Done(claim), _) => {
                    self.drifted |= walk.drifted();
                    if claim.settled {
                        lock(&line.etags).extend(tag);
                    }
                    return Ok(Some(claim));
                }
            }
        }
    }

    /// Stores one page, then asks the plan. What is stored is kept, whatever is wrong with the way on.
    async fn take_in(
        &mut self,
        mut page: Page,
        position: &Position,
        reply: &Reply,
        walk: &mut Walk,
        versions: &mut HashMap<Identity, Option<String>>,
    ) -> Result<(Next, Option<Position>), Fault> {
        let mut sight = sight(&page, position, reply, self.line.source.profile.seam());
        let (deeper, stray) = (page.next.clone(), page.stray.take());
        let changed = self.chains.join(&self.line.source.profile, &mut page);
        keep_newest(&mut page, versions);
        page.records.extend(changed);
        sight.new = self.store(page).await?;
        match stray {
            Some(error) => Err(self.line.fault_of_shape(&error, reply)),
            None => Ok((walk.step(&sight), deeper)),
        }
    }

    /// The tags to name in a request for `position`: none but for the head of a list that is known whole.
    fn known_tag(&self, position: &Position, head: &Position) -> Option<HashMap<String, String>> {
        let wanted = self.line.source.profile.etag() && position == head && self.progress.complete_to_floor;
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
    async fn store(&mut self, page: Page) -> Result<u64, Fault> {
        let new = store(self.line, self.tally, &self.key, page, &self.progress).await?;
        if self.line.source.profile.detail_when() == Some(DetailWhen::Always) {
            self.fresh.extend(&new);
        }
        Ok(new.len() as u64)
    }

    /// Writes down what a finished walk knows. Its rows are in the cache already, so a kill between the two
    /// costs a claim and never makes a false one.
    async fn end(&self, claim: Claim, whole: bool) -> Result<(), Fault> {
        let key = self.key.clone();
        let before = &self.progress;
        // A walk over a part of the list adds to what was known before, and its total counts that part only.
        let claimed = WalkProgress {
            complete_to_floor: claim.settled,
            top: if whole { claim.top } else { claim.top.max(before.top) },
            last_total: if whole { claim.total } else { before.last_total },
            last_sync: Some(Timestamp::now()),
            ..before.clone()
        };
        let written =
            self.line.store.run(move |db| db.write_page(&key, &[], &[], &claimed, Timestamp::now()));
        written.await.map(drop).map_err(|error| self.line.fault_of_store(&error))
    }

    /// Asks what changed in every new event, where the profile wants that for all of them.
    async fn look_closer(&self) -> Result<(), Fault> {
        detail::fetch_all(self.line, &self.fresh).await
    }
}

/// Takes out of `page` what `versions`, the newest of each record in this walk, knows to be older.
pub(super) fn keep_newest(page: &mut Page, versions: &mut HashMap<Identity, Option<String>>) {
    if page.versions.len() != page.records.len() {
        return;
    }
    let mut kept: HashMap<Identity, usize> = HashMap::new();
    for (place, (record, version)) in page.records.iter().zip(&page.versions).enumerate() {
        let newest = versions.get(&record.identity);
        if newest.is_none_or(|newest| !page::is_newer(newest.as_deref(), version.as_deref())) {
            versions.insert(record.identity.clone(), version.clone());
            kept.insert(record.identity.clone(), place);
        }
    }
    let mut place = 0;
    page.records.retain(|record| {
        place += 1;
        kept.get(&record.identity) == Some(&(place - 1))
    });
}

/// The feed that a source, or one scope of it, has in the cache.
pub(super) fn key_of(line: &Line, scope: Option<&Scope>) -> FeedKey {
    let key = FeedKey::new(Arc::clone(&line.source.name), line.source.profile.id());
    let key = key.for_want_of(line.stands_in_for.as_ref());
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

/// Takes over what the cache knows to be different in records of which this page does not have the one before.
fn keep_known(db: &mut Db, key: &FeedKey, page: &mut Page) -> Result<(), StoreError> {
    for identity in std::mem::take(&mut page.open) {
        let known = db.event(EventId::derive(&key.source, key.scope_id(), &identity))?;
        let same = page.records.iter_mut().filter(|record| record.identity == identity);
        for record in same {
            if let Some(known) = known.as_ref().filter(|known| known.record.raw == record.raw) {
                record.changes.clone_from(&known.record.changes);
            }
        }
    }
    Ok(())
}

/// Writes one page and tells about it. Gives the rows that were new.
pub(super) async fn store(
    line: &Line,
    tally: &Tally,
    key: &FeedKey,
    page: Page,
    progress: &WalkProgress,
) -> Result<Vec<RowId>, Fault> {
    let (key, progress) = (key.clone(), progress.clone());
    let mut page = page;
    let written = line.store.run(move |db| {
        keep_known(db, &key, &mut page)?;
        let Page { records, quarantined, links, .. } = &page;
        let written = db.write_linked_page(&key, records, quarantined, links, &progress, Timestamp::now())?;
        // Another program may have been told to slow down meanwhile.
        let allowed = db.next_allowed_at(&key.source)?;
        Ok((written, allowed))
    });
    let (written, allowed) = written.await.map_err(|error| line.fault_of_store(&error))?;
    line.learn_gate(allowed);
    let new: Vec<RowId> = written.new.iter().map(|row| row.row).collect();
    tally.page(new.len() as u64);
    line.board.show(tally.state(), |status| {
        status.events += new.len() as u64;
        status.quarantined += written.quarantined as u64;
    });
    if !written.new.is_empty() || !written.changed.is_empty() || written.relinked > 0 {
        let source = Arc::clone(&line.source.name);
        line.board.report(Report::Stored { source, new: written.new, changed: written.changed });
    }
    Ok(new)
}

fn sight(page: &Page, position: &Position, reply: &Reply, seam: Seam) -> Sight {
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
        seam,
        next: number_of(&page.next),
        newest: times().max(),
        oldest: times().min(),
        descending: times().is_sorted_by(|before, after| before >= after),
        date: reply.date,
    }
}
