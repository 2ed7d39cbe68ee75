//! What several sources share, because the server sees one client: who asks, and where.
//!
//! Sources of one origin share the retries that it can bear. Those that also show the same secrets share
//! its limits: a server that tells one of them to wait means all of them.

use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

use crate::domain::Via;

use super::Source;
use super::gate::Gate;
use super::http::Peer;
use super::retry::Budget;

/// What one source has in common with others.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) budget: Arc<Mutex<Budget>>,
    pub(super) gate: Arc<Mutex<Gate>>,
    /// The names of the sources that share the gate, this one's included.
    pub(super) names: Arc<[Arc<str>]>,
    /// Set once what is on record for all of them is in the gate.
    pub(super) looked: Arc<OnceCell<()>>,
}

/// For each of `sources`, what it shares with the others.
pub(super) fn share(sources: &[Source]) -> Vec<Shared> {
    let origins: Vec<Option<String>> = sources.iter().map(origin).collect();
    let mut shared: Vec<Shared> = Vec::with_capacity(sources.len());
    for (at, source) in sources.iter().enumerate() {
        let beside = |other: &usize| *other == at || origins[at].is_some() && origins[*other] == origins[at];
        let alike = |other: &usize| beside(other) && same_secrets(&sources[*other], source);
        let budget = (0..at).find(beside).map(|first| Arc::clone(&shared[first].budget));
        let one = (0..at).find(alike).map(|first| shared[first].clone());
        let names =
            || (0..sources.len()).filter(alike).map(|other| Arc::clone(&sources[other].name)).collect();
        shared.push(Shared {
            budget: budget.unwrap_or_default(),
            names: one.as_ref().map_or_else(names, |one| Arc::clone(&one.names)),
            looked: one.as_ref().map(|one| Arc::clone(&one.looked)).unwrap_or_default(),
            gate: one.map(|one| one.gate).unwrap_or_default(),
        });
    }
    shared
}

fn origin(source: &Source) -> Option<String> {
    Peer::of(source).ok().filter(|_| source.via == Via::Http).map(|peer| peer.origin)
}

fn same_secrets(one: &Source, other: &Source) -> bool {
    let (one, other) = (&one.binding.secrets, &other.binding.secrets);
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|((name, secret), (named, with))| name == named && secret.expose() == with.expose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;
    use crate::sync::tests::rig::source;

    #[test]
    fn sources_of_one_host_share_its_retries_and_with_one_credential_its_limits_too() {
        let named = |name: &str, origin: &str, secret: &str| {
            let mut source = source("kaireonai", origin);
            source.name = name.into();
            source.binding.secrets.insert("token".to_owned(), Secret::new(secret.to_owned()));
            source
        };
        let sources = [
            named("a", "https://one.example/api", "x"),
            named("b", "https://one.example/other", "x"),
            named("c", "https://one.example", "y"),
            named("d", "https://one.example:8443", "x"),
            named("e", "no address", "x"),
            named("f", "no address", "x"),
        ];
        let shared = share(&sources);
        let same = |f: fn(&Shared) -> *const ()| -> Vec<Vec<usize>> {
            let groups = (0..shared.len())
                .map(|one| (0..shared.len()).filter(|other| f(&shared[*other]) == f(&shared[one])).collect());
            groups.collect()
        };
        let budgets = same(|shared| Arc::as_ptr(&shared.budget).cast());
        assert_eq!(budgets, [vec![0, 1, 2], vec![0, 1, 2], vec![0, 1, 2], vec![3], vec![4], vec![5]]);
        let gates = same(|shared| Arc::as_ptr(&shared.gate).cast());
        assert_eq!(gates, [vec![0, 1], vec![0, 1], vec![2], vec![3], vec![4], vec![5]]);
        let names: Vec<String> = shared.iter().map(|shared| shared.names.join(" ")).collect();
        assert_eq!(names, ["a b", "a b", "c", "d", "e", "f"]);
    }
}
