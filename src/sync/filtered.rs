//! A look at the part of a source that a query is about: only what its server can be asked for is fetched.
//!
//! It is for somebody who waits for these events while a long walk is under way, or has never been made. It
//! may run beside a walk of the same source: rows are brought in once whoever brings them. It must not claim
//! anything about what is complete, since what a server leaves out of a part of its list proves nothing
//! about the whole, and it must end whatever the server says.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Condition, Fault, SourceState, Timestamp, Via};
use crate::feed::{Asked, DetailWhen, Filter, Page, Position, Profile, Scope, Seam, page, request};
use crate::store::{Learned, Store, StoreError};

use super::line::{Line, Tally};
use super::scopes::number_of;
use super::{detail, pull, scopes};

/// Pages that are read for one range of time of one scope; 10,000 events at usual sizes.
const PAGES: usize = 50;

/// What a look at a part of a source came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// The source.
    pub source: Arc<str>,
    /// What its server was asked for. Where it is empty, nothing was fetched: the server can be asked for
    /// everything only.
    pub asked: Vec<Asked>,
    /// Records that came.
    pub came: u64,
    /// Those that were not in the cache before.
    pub new: u64,
    /// Whether all there is to come came, as far as the server says.
    pub ended: bool,
    /// What stopped it.
    pub fault: Option<Fault>,
}

/// What the server of `source` can be asked for. The name of an entity stands for its id, where the cache
/// knows exactly one entity of that name; where it knows several, the server cannot be asked for it.
pub async fn narrow(
    store: &Store,
    source: &Arc<str>,
    profile: &Profile,
    conditions: &[Condition],
) -> Result<Filter, StoreError> {
    let mut known = Vec::new();
    for condition in conditions {
        let Condition::Entity(text) = condition else {
            known.push(condition.clone());
            continue;
        };
        let (name, asked) = (Arc::clone(source), text.clone());
        let mut ids = store.run(move |db| db.entities_called(&name, &asked)).await?;
        match (ids.pop(), ids.is_empty()) {
            // The cache has never seen it: it may be the id of something that was not fetched yet.
            (None, _) => known.push(condition.clone()),
            (Some(id), true) => known.push(Condition::Entity(id)),
            (Some(_), false) => {}
        }
    }
    Ok(profile.narrow(&known))
}

/// Fetches what meets `conditions`, as far as the server can be asked for them.
pub(super) async fn fetch(line: &Line, conditions: &[Condition]) -> Fetched {
    let tally = Tally::default();
    let mut fetched = Fetched {
        source: Arc::clone(&line.source.name),
        asked: Vec::new(),
        came: 0,
        new: 0,
        ended: true,
        fault: None,
    };
    let before = line.board.status().state;
    if let Err(fault) = fetch_into(line, &tally, conditions, &mut fetched).await {
        fetched.fault = Some(fault);
        fetched.ended = false;
    }
    fetched.new = tally.events_new();
    // Whoever walks at the moment says what the source is doing.
    if let (Ok(_turn), false) = (line.turn.try_lock(), fetched.asked.is_empty()) {
        let idle = matches!(before, SourceState::Syncing { .. } | SourceState::Waiting { .. });
        line.board.show(if idle { SourceState::Idle } else { before }, |_| ());
    }
    fetched
}

async fn fetch_into(
    line: &Line,
    tally: &Tally,
    conditions: &[Condition],
    fetched: &mut Fetched,
) -> Result<(), Fault> {
    let profile = &*line.source.profile;
    if line.source.via != Via::Http {
        return Ok(());
    }
    let filter = narrow(&line.store, &line.source.name, profile, conditions).await;
    let filter = filter.map_err(|error| line.fault_of_store(&error))?;
    fetched.asked = filter.asked().to_vec();
    if filter.is_empty() {
        return Ok(());
    }
    let scopes = if profile.fans_out() {
        let chosen = scopes::choose(line, tally).await?;
        chosen.scopes.into_iter().map(Some).collect()
    } else {
        vec![None]
    };
    let ranges = profile.ranges(None, Timestamp::now(), Duration::ZERO);
    for scope in &scopes {
        for range in ranges.iter().filter_map(|range| filter.part_of(*range)) {
            let head = Position::first(profile).within(range.0, range.1).narrowed(&filter);
            walk(line, tally, scope.as_ref(), head, fetched).await?;
        }
    }
    Ok(())
}

/// Reads the list that begins at `head`, page by page.
async fn walk(
    line: &Line,
    tally: &Tally,
    scope: Option<&Scope>,
    head: Position,
    fetched: &mut Fetched,
) -> Result<(), Fault> {
    let (profile, binding) = (&*line.source.profile, &line.source.binding);
    let key = pull::key_of(line, scope);
    let (mut position, mut end) = (head, End::default());
    let mut versions = HashMap::new();
    for _ in 0..PAGES {
        let build = |token: Option<&_>| request::page(profile, binding, scope, &position, token);
        let reply = line.ask(tally, scope, build, |_| false).await?;
        let mut page = page::read(profile, binding, scope, &position, &reply.headers, &reply.body)
            .map_err(|error| line.fault_of_shape(&error, &reply))?;
        let (ended, next, stray) = (end.is_at(&page, profile.seam()), page.next.take(), page.stray.take());
        fetched.came += page.records.len() as u64;
        pull::keep_newest(&mut page, &mut versions);
        // Nothing is learned of the whole list.
        let (new, _) = pull::store(line, tally, &key, page, Learned::default()).await?;
        if profile.detail_when() == Some(DetailWhen::Always) {
            detail::fetch_all(line, &new).await?;
        }
        if let Some(error) = stray {
            return Err(line.fault_of_shape(&error, &reply));
        }
        match next {
            Some(next) if !ended => position = next,
            _ => return Ok(()),
        }
    }
    fetched.ended = false;
    Ok(())
}

/// Where the filtered list ends. Nothing is concluded from it but that there is no more to ask for.
#[derive(Debug, Default)]
struct End {
    length: u64,
    longest: usize,
    places: HashSet<u64>,
}

impl End {
    /// Takes in a page; whether the list ends with it.
    fn is_at(&mut self, page: &Page, seam: Seam) -> bool {
        self.length += page.length as u64;
        let short = page.length < self.longest;
        self.longest = self.longest.max(page.length);
        let led_back = !self.places.insert(number_of(&page.next));
        page.next.is_none()
            || led_back
            || page.more == Some(false)
            || (page.length == 0 && page.more != Some(true))
            || (page.more.is_none() && page.total.is_some_and(|total| self.length >= total))
            || (page.more.is_none() && page.total.is_none() && seam == Seam::Counted && short)
    }
}
