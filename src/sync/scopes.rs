//! Which scopes of a source are walked: the server's own list, or the user's choice out of it.
//!
//! It assumes that the list is paged like any other. It must not let a scope that the user misspelled
//! pass in silence.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::time::Instant;

use crate::domain::{Fault, FaultKind, ScopeChoice};
use crate::feed::{Position, Scope, ScopePage, Seam, page, request};

use super::line::{Line, Tally, lock};
use super::plan::loose::{Basis, Next, Walk};
use super::plan::{Sight, prints};

/// The scopes to walk, and what is wrong with the choice, if anything.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) scopes: Vec<Scope>,
    pub(super) fault: Option<Fault>,
}

/// Finds the scopes of a source that fans out.
pub(super) async fn choose(line: &Line, tally: &Tally) -> Result<Chosen, Fault> {
    let listed = match known(line) {
        Some(scopes) => Ok(scopes),
        None => list(line, tally).await,
    };
    let ids = match &line.source.scopes {
        ScopeChoice::All => return listed.map(|scopes| Chosen { scopes, fault: None }),
        ScopeChoice::Only(ids) => ids,
    };
    match listed {
        Ok(listed) => Ok(pick(line, ids, &listed)),
        // A key may be allowed to read single scopes and not to list them.
        Err(fault) if matches!(fault.kind, FaultKind::Forbidden | FaultKind::Configuration) => {
            let scopes = ids.iter().map(|id| line.source.profile.scope_from_id(id)).collect();
            Ok(Chosen { scopes, fault: None })
        }
        Err(fault) => Err(fault),
    }
}

fn pick(line: &Line, ids: &[String], listed: &[Scope]) -> Chosen {
    let mut chosen = Chosen::default();
    let mut unknown = Vec::new();
    for id in ids {
        match listed.iter().find(|scope| scope.id == *id) {
            Some(scope) => chosen.scopes.push(scope.clone()),
            None => unknown.push(id.clone()),
        }
    }
    if !unknown.is_empty() {
        chosen.fault = Some(line.fault_of_unknown_scopes(&unknown, listed));
    }
    chosen
}

/// The list as it was read last, if its profile says that it is still good.
fn known(line: &Line) -> Option<Vec<Scope>> {
    let lifetime = line.source.profile.scopes_refresh_every()?;
    let held = lock(&line.scopes);
    held.as_ref().filter(|(read_at, _)| read_at.elapsed() < lifetime).map(|(_, scopes)| scopes.clone())
}

/// Reads the server's whole list.
async fn list(line: &Line, tally: &Tally) -> Result<Vec<Scope>, Fault> {
    let (profile, binding) = (&*line.source.profile, &line.source.binding);
    let Some(head) = Position::first_of_scopes(profile) else { return Ok(Vec::new()) };
    let mut walk = Walk::new(Basis::default());
    let mut position = head.clone();
    let mut scopes = Vec::new();
    let mut seen = HashSet::new();
    loop {
        let build = |token: Option<&_>| request::scopes(profile, binding, &position, token);
        let reply = line.ask(tally, None, build, |_| false).await?;
        let page = page::read_scopes(profile, binding, &position, &reply.headers, &reply.body)
            .map_err(|error| line.fault_of_shape(&error, &reply))?;
        if let Some(error) = &page.stray {
            return Err(line.fault_of_shape(error, &reply));
        }
        let sight = sight(&page, &position, profile.seam_of_scopes());
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
    *lock(&line.scopes) = Some((Instant::now(), scopes.clone()));
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
