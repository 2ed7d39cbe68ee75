//! Which scopes of a source are walked: the server's own list, or the user's choice out of it.
//!
//! It assumes that every list is paged like any other, and that one of several may fail. It must not let
//! a scope that the user misspelled pass in silence, nor a list that failed keep others from being read.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::time::Instant;

use crate::domain::{Fault, FaultKind, ScopeChoice};
use crate::feed::{Position, Scope, ScopePage, Seam, page, request};

use super::faults::Faults;
use super::line::{Line, Tally, lock};
use super::plan::loose::{Basis, Next, Walk};
use super::plan::{Sight, prints};

/// The scopes to walk, and what is wrong with the choice or with a part of the lists, if anything.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) scopes: Vec<Scope>,
    pub(super) faults: Faults,
}

/// Finds the scopes of a source that fans out.
pub(super) async fn choose(line: &Line, tally: &Tally) -> Result<Chosen, Fault> {
    let listed = match known(line) {
        Some(scopes) => Ok(Chosen { scopes, faults: Faults::default() }),
        None => list_all(line, tally).await,
    };
    let ids = match &line.source.scopes {
        ScopeChoice::All => return listed,
        ScopeChoice::Only(ids) => ids,
    };
    match listed {
        Ok(listed) => Ok(pick(line, ids, listed)),
        // A key may be allowed to read single scopes and not to list them.
        Err(fault) if is_no_list(&fault) => {
            let scopes = ids.iter().map(|id| line.source.profile.scope_from_id(id)).collect();
            Ok(Chosen { scopes, faults: Faults::default() })
        }
        Err(fault) => Err(fault),
    }
}

/// Whether the server has no list for this key, whatever it would say about single scopes.
fn is_no_list(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Forbidden | FaultKind::Configuration)
}

/// The scopes called `ids`. What lies inside of a scope whose list failed cannot be told from a mistake: it
/// is walked where the key may not list, else left to the fault.
fn pick(line: &Line, ids: &[String], listed: Chosen) -> Chosen {
    let mut chosen = Chosen::default();
    let mut unknown = Vec::new();
    for id in ids {
        let failed =
            listed.faults.iter().find(|(scope, _)| scope.as_ref().is_some_and(|scope| scope.holds(id)));
        match (listed.scopes.iter().find(|scope| scope.id == *id), failed) {
            (Some(scope), _) => chosen.scopes.push(scope.clone()),
            (None, Some((_, fault))) if is_no_list(fault) => {
                chosen.scopes.push(line.source.profile.scope_from_id(id));
            }
            (None, Some(_)) => {}
            (None, None) => unknown.push(id.clone()),
        }
    }
    if !unknown.is_empty() {
        chosen.faults.push(None, line.fault_of_unknown_scopes(&unknown, &listed.scopes));
    }
    for (scope, fault) in listed.faults {
        if !is_no_list(&fault) {
            chosen.faults.push(scope, fault);
        }
    }
    chosen
}

/// The list as it was read last, if its profile says that it is still good.
fn known(line: &Line) -> Option<Vec<Scope>> {
    let lifetime = line.source.profile.scopes_refresh_every()?;
    let held = lock(&line.scopes);
    held.as_ref().filter(|(read_at, _)| read_at.elapsed() < lifetime).map(|(_, scopes)| scopes.clone())
}

/// Reads the server's whole list. Where the things in it have lists of their own, what these hold takes the
/// place of the thing itself, down to the innermost; one that cannot be read costs no other.
async fn list_all(line: &Line, tally: &Tally) -> Result<Chosen, Fault> {
    let mut scopes = list(line, tally, None).await?;
    let mut faults = Faults::default();
    for _ in 1..line.source.profile.scope_depth() {
        let mut inner = Vec::new();
        for outer in scopes.into_iter().filter(|scope| is_wanted(line, scope)) {
            if faults.are_hopeless() {
                break;
            }
            match list(line, tally, Some(&outer)).await {
                Ok(found) => inner.extend(found),
                Err(fault) => faults.push(Some(outer), fault),
            }
        }
        scopes = inner;
    }
    if faults.is_empty() {
        *lock(&line.scopes) = Some((Instant::now(), scopes.clone()));
    }
    Ok(Chosen { scopes, faults })
}

/// Whether the user chose `outer` or something that may lie inside of it.
fn is_wanted(line: &Line, outer: &Scope) -> bool {
    match &line.source.scopes {
        ScopeChoice::All => true,
        ScopeChoice::Only(ids) => ids.iter().any(|id| outer.holds(id)),
    }
}

/// Reads one list of scopes to its end: the source's own, or the one inside of `outer`.
async fn list(line: &Line, tally: &Tally, outer: Option<&Scope>) -> Result<Vec<Scope>, Fault> {
    let (profile, binding) = (&*line.source.profile, &line.source.binding);
    let Some(head) = Position::first_of_scopes(profile, outer) else { return Ok(Vec::new()) };
    let mut walk = Walk::new(Basis::default());
    let mut position = head.clone();
    let mut scopes = Vec::new();
    let mut seen = HashSet::new();
    loop {
        let build = |token: Option<&_>| request::scopes(profile, binding, outer, &position, token);
        let reply = line.ask(tally, outer, build, |_| false).await?;
        let page = page::read_scopes(profile, binding, outer, &position, &reply.headers, &reply.body)
            .map_err(|error| line.fault_of_shape(&error, &reply))?;
        if let Some(error) = &page.stray {
            return Err(line.fault_of_shape(error, &reply));
        }
        let sight = sight(&page, &position, profile.seam_of_scopes(outer));
        let next = walk.step(&sight, sight.length);
        scopes.extend(page.scopes.into_iter().filter(|scope| seen.insert(scope.id.clone())));
        match (next, page.next) {
            (Next::Deeper, Some(deeper)) => position = deeper,
            (Next::Again, _) => {}
            (Next::Head, _) => position = head.clone(),
            (Next::GiveUp(stall), _) => return Err(line.fault_of_stall(&stall)),
            (Next::Done(_) | Next::Deeper, _) => break,
        }
    }
    Ok(scopes)
}

fn sight(page: &ScopePage, position: &Position, seam: Seam) -> Sight {
    // Entries without an id count too: otherwise the list would seem short of its total.
    let named = page.scopes.iter().map(|scope| number_of(&scope.id));
    let nameless = (page.scopes.len()..page.length).map(|place| number_of(&(position, place)));
    Sight {
        length: page.length as u64,
        prints: prints(named.chain(nameless)),
        more: page.more,
        total: page.total,
        echo: page.effective_size,
        asked: position.size().map(u64::from),
        can_go_on: page.next.is_some(),
        seam,
        next: number_of(&page.next),
        ..Sight::default()
    }
}

/// A number for a value, the same within one run of the program.
pub(super) fn number_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
