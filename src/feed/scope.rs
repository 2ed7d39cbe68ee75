//! What a source fans out over: one list of things, or lists inside of lists.
//!
//! A scope is known by an id that stays the same and is its own among all scopes of its source. Events are
//! stored under it, so how it is made up must not change.

use std::collections::BTreeMap;
use std::time::Duration;

use super::paging::Seam;
use super::profile::{Profile, ScopeList};

/// One thing that a source fans out over, such as one destination or one project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// What tells it apart from every other scope of the source: the provider's id for it. Where scopes lie
    /// inside of others, their ids and its own with `/` between them, in which `%` and `/` are
    /// percent-encoded.
    pub id: String,
    /// The provider's id for it alone, where scopes lie inside of others.
    pub own_id: Option<String>,
    /// How many scopes it lies inside of.
    pub depth: usize,
    /// Its name, where the provider says.
    pub name: Option<String>,
    /// Further variables that the profile reads from the provider's list of scopes.
    pub vars: BTreeMap<String, String>,
}

impl Scope {
    /// The scope that the provider calls `own`, inside of `outer`; `nested` where the profile has a list of
    /// scopes inside of others.
    pub(super) fn new(own: String, outer: Option<&Self>, nested: bool) -> Self {
        let id = match outer {
            Some(outer) => format!("{}/{}", outer.id, escaped(&own)),
            None if nested => escaped(&own),
            None => own.clone(),
        };
        Self {
            id,
            own_id: nested.then_some(own),
            depth: outer.map_or(0, |outer| outer.depth + 1),
            name: None,
            vars: outer.map(|outer| outer.vars.clone()).unwrap_or_default(),
        }
    }

    /// The provider's id for it, without those of the scopes around it.
    pub fn own_id(&self) -> &str {
        self.own_id.as_deref().unwrap_or(&self.id)
    }

    /// Whether the scope called `id` is this one or lies inside of it.
    pub fn holds(&self, id: &str) -> bool {
        id.strip_prefix(&self.id).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// An id as a part of another, which `/` separates.
fn escaped(id: &str) -> String {
    id.replace('%', "%25").replace('/', "%2F")
}

/// The ids that [`escaped`] made one of.
pub(super) fn parts(id: &str) -> impl Iterator<Item = String> {
    id.split('/').map(|part| part.replace("%2F", "/").replace("%25", "%"))
}

impl Profile {
    /// Whether the history is asked for scope by scope.
    pub fn fans_out(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// How many lists of scopes lie inside of each other, the first one counted.
    pub fn scope_depth(&self) -> usize {
        self.scopes.len()
    }

    /// How long a list of scopes is good for; where there are several, the shortest time.
    pub fn scopes_refresh_every(&self) -> Option<Duration> {
        let times: Option<Vec<Duration>> = self.scopes.iter().map(|list| list.refresh_every).collect();
        times?.into_iter().min()
    }

    /// The list of the scopes inside of `outer`.
    pub(super) fn scope_list(&self, outer: Option<&Scope>) -> Option<&ScopeList> {
        self.scopes.get(outer.map_or(0, |outer| outer.depth + 1))
    }

    /// Whether `id` can be the name of a scope: where scopes lie inside of others, it has a part for each.
    pub fn can_be_scope(&self, id: &str) -> bool {
        self.scopes.len() < 2 || parts(id).count() == self.scopes.len()
    }

    /// A scope that the user names by its id, without asking the provider for its list.
    pub fn scope_from_id(&self, id: &str) -> Scope {
        let nested = self.scopes.len() > 1;
        let ids = if nested { parts(id).collect() } else { vec![id.to_owned()] };
        let mut scope = None;
        for (list, own) in self.scopes.iter().zip(ids) {
            let mut inner = Scope::new(own.clone(), scope.as_ref(), nested);
            let same = list.set.iter().filter(|(_, value)| *value == list.id);
            inner.vars.extend(same.map(|(name, _)| (name.clone(), own.clone())));
            scope = Some(inner);
        }
        // The name is the user's own, whatever it says.
        Scope { id: id.to_owned(), ..scope.unwrap_or_default() }
    }

    /// How the place of the next page of scopes comes about, or of those inside of `outer`.
    pub fn seam_of_scopes(&self, outer: Option<&Scope>) -> Seam {
        self.scope_list(outer).map(|list| list.paging.seam()).unwrap_or_default()
    }
}
