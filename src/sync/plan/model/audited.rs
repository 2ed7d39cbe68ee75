//! The audit of a cache against the server's count, as it is made when everything has calmed down.

use super::client::{Cache, Client};
use super::mutants::Mutant;
use super::server::{Server, Word};
use super::{Failure, tell};
use crate::domain::{GapReason, Note};
use crate::sync::plan::Cut;
use crate::sync::plan::audit::{Audit, Means, Step};

impl Client {
    /// Follows what the server counts and the cache does not have. Gives whether that could tell of what was
    /// lost.
    pub(super) fn audit(&mut self, server: &mut Server) -> Result<bool, Failure> {
        let manners = server.manners;
        let open = self.cache.ledger.gaps().iter().any(|gap| {
            !self.cache.ledger.is_final(gap.span)
                || !matches!(gap.reason, GapReason::Tie | GapReason::Retention)
        });
        let Some(direction) = self.cache.direction else { return Ok(false) };
        let asked = matches!(manners.cut, Cut::Pages | Cut::Offsets) && manners.total == Word::True;
        if !asked || open || self.cache.mixed || self.cache.ledger.is_empty() {
            return Ok(false);
        }
        let off = |cache: &Cache, server: &Server| server.entries() as i64 - cache.entries(server) as i64;
        for _ in 0..self.cache.lost.len() * 2 + 4 {
            let before = off(&self.cache, server);
            if before == 0 || self.mutant == Some(Mutant::NoAudit) {
                break;
            }
            let means = Means::Ranks { cut: manners.cut, direction };
            let mut audit = Audit::new(means, 20, server.entries(), self.cache.entries(server));
            let mut step = audit.begin();
            let found = loop {
                step = match step {
                    Step::Ask(ask) => match server.answer(ask, None) {
                        Some(answer) => audit.read(&answer.sight),
                        None => break None,
                    },
                    Step::Locate(time, direction) => {
                        audit.land(self.cache.count_beyond(server, time, direction))
                    }
                    Step::Done(found) => break found,
                    Step::Count(_) | Step::Rank(_) => break None,
                };
            };
            tell(|| format!("audit: off by {before}, found {found:?}"));
            let Some(span) = found else { return Ok(false) };
            self.cache.ledger.forget(span);
            self.cache.ledger.note(Note { span, reason: GapReason::Audit });
            self.cache.generation += 1;
            self.sync(server)?;
            if off(&self.cache, server) == before {
                return Ok(false);
            }
        }
        Ok(off(&self.cache, server) != 0)
    }
}
