//! What went wrong in a source, scope by scope, and what that means for the scopes that are left.
//!
//! It assumes that faults come one by one while others are still at work. It must not let one scope's fault
//! pass for the source's, nor hide how many there were.

use crate::domain::{Fault, FaultKind, plural};
use crate::feed::Scope;

/// Network faults of one source after which its other scopes are not tried any more.
const NETWORK_FAULTS: usize = 2;

/// Faults, each with the scope it happened in.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(Option<Scope>, Fault)>);

impl Faults {
    pub(super) fn of_source(fault: Fault) -> Self {
        Self(vec![(None, fault)])
    }

    pub(super) fn push(&mut self, scope: Option<Scope>, fault: Fault) {
        self.0.push((scope, fault));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Option<Scope>, Fault)> {
        self.0.iter()
    }

    /// Whether what went wrong in one scope will go wrong in every other.
    pub(super) fn are_hopeless(&self) -> bool {
        let all = |kind| self.0.iter().filter(|(_, fault)| fault.kind == kind).count();
        all(FaultKind::SignIn) + all(FaultKind::RateLimited) + all(FaultKind::Store) > 0
            || all(FaultKind::Network) >= NETWORK_FAULTS
    }

    /// The first fault, with the scope it belongs to and how many others there are.
    pub(super) fn into_fault(self) -> Option<Fault> {
        let others = self.0.len().saturating_sub(1);
        let (scope, mut fault) = self.0.into_iter().next()?;
        if let Some(scope) = scope
            && !fault.message.contains(&format!("`{}`", scope.id))
        {
            fault.message = format!("`{}`: {}", scope.id, fault.message);
        }
        if others > 0 {
            fault.message = format!("{} (and {} failed)", fault.message, plural(others as u64, "more scope"));
        }
        Some(fault)
    }
}

impl IntoIterator for Faults {
    type Item = (Option<Scope>, Fault);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Extend<(Option<Scope>, Fault)> for Faults {
    fn extend<I: IntoIterator<Item = (Option<Scope>, Fault)>>(&mut self, more: I) {
        self.0.extend(more);
    }
}
