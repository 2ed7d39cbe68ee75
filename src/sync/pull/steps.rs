//! Where a walk stands on the wire, between two requests.
//!
//! It must not decide where to go: the plan does.

use std::collections::{HashMap, HashSet};

use crate::domain::Identity;
use crate::feed::{Page, Position};

/// Where a walk stands on the wire.
pub(super) struct Steps {
    pub(super) head: Position,
    pub(super) position: Position,
    /// Where the last answer led.
    pub(super) onwards: Option<Position>,
    /// The newest version of each record in this walk.
    pub(super) versions: HashMap<Identity, Option<String>>,
    /// The records of the answer before.
    pub(super) before: HashSet<Identity>,
    /// The client chose where the answer begins.
    pub(super) chosen: bool,
    /// Nothing was asked yet.
    pub(super) fresh: bool,
    pub(super) tag: Option<(String, String)>,
    /// The server refused the place that was asked for last.
    pub(super) refused: bool,
}

impl Steps {
    /// Where a walk of the list that begins at `head` starts.
    pub(super) fn at(head: Position) -> Self {
        Self {
            position: head.clone(),
            head,
            onwards: None,
            versions: HashMap::new(),
            before: HashSet::new(),
            chosen: false,
            fresh: true,
            tag: None,
            refused: false,
        }
    }

    /// Takes in the records of a page. Whether they follow those of the page before, as far as can be told.
    pub(super) fn follows(&mut self, page: &Page) -> bool {
        let records: HashSet<Identity> = page.records.iter().map(|record| record.identity.clone()).collect();
        let shares = !self.chosen || !records.is_disjoint(&self.before);
        self.before = records;
        shares
    }
}
