//! Handing pages to the store: under which feed, without what is older, with what the cache knows besides.
//!
//! It may be used by any part of the room that brings records in. It must not learn anything from a page.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::{EventId, Fault, Identity, RowId, Timestamp};
use crate::feed::{Page, Scope, page};
use crate::store::{Db, FeedKey, FeedState, Learned, StoreError, Written};
use crate::sync::Report;
use crate::sync::line::{Line, Tally};

/// Takes out of `page` what `versions`, the newest of each record in this walk, knows to be older.
pub(in crate::sync) fn keep_newest(page: &mut Page, versions: &mut HashMap<Identity, Option<String>>) {
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
pub(in crate::sync) fn key_of(line: &Line, scope: Option<&Scope>) -> FeedKey {
    let key = FeedKey::new(Arc::clone(&line.source.name), line.source.profile.id());
    let key = key.for_want_of(line.stands_in_for.as_ref());
    match scope {
        Some(scope) => key.in_scope(scope.id.as_str(), scope.name.as_deref()),
        None => key,
    }
}

/// What is remembered of a feed, how many events of it were ever brought in, and the newest time among them.
pub(in crate::sync) async fn begin(
    line: &Line,
    key: &FeedKey,
) -> Result<(FeedState, u64, Option<Timestamp>), Fault> {
    let key = key.clone();
    let begun = line.store.run(move |db| {
        let state = db.state(&key)?;
        let rows = db.count(&key)?.saturating_add(state.removed);
        Ok((state, rows, db.newest(&key)?))
    });
    let begun = begun.await;
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
/// Writes one page and tells about it. Gives the rows that were new, and what is remembered of the feed now.
pub(in crate::sync) async fn store(
    line: &Line,
    tally: &Tally,
    key: &FeedKey,
    page: Page,
    learned: Learned,
) -> Result<(Vec<RowId>, FeedState), Fault> {
    let key = key.clone();
    let mut page = page;
    let written = line.store.run(move |db| {
        keep_known(db, &key, &mut page)?;
        let Page { records, quarantined, links, .. } = &page;
        let written = db.write_linked_page(&key, records, quarantined, links, &learned, Timestamp::now())?;
        // Another program may have been told to slow down meanwhile.
        let allowed = db.next_allowed_at(&key.source)?;
        Ok((written, allowed))
    });
    let (written, allowed) = written.await.map_err(|error| line.fault_of_store(&error))?;
    line.learn_gate(allowed);
    let Written { new, changed, relinked, state, quarantined, .. } = written;
    let rows: Vec<RowId> = new.iter().map(|row| row.row).collect();
    tally.page(rows.len() as u64);
    line.board.show(tally.state(), |status| {
        status.events += rows.len() as u64;
        status.quarantined += quarantined as u64;
    });
    if !new.is_empty() || !changed.is_empty() || relinked > 0 {
        let source = Arc::clone(&line.source.name);
        line.board.report(Report::Stored { source, new, changed });
    }
    Ok((rows, state))
}
