//! What changed before a moment: which of the changes is selected.

pub(in crate::tui) mod view;

use std::sync::Arc;

use crate::domain::{Case, Event, Suspects, Timestamp, Zone};
use crate::query::Query;
use crate::tui::message::Effect;
use crate::tui::motion::Motion;

const HOUR: i64 = 3_600_000;

/// How far back is looked, one after the other, until something is found.
const WINDOWS: [i64; 4] = [Case::WINDOW, 12 * HOUR, 3 * 24 * HOUR, 14 * 24 * HOUR];

/// The screen with the changes before a moment.
#[derive(Debug)]
pub(in crate::tui) struct SuspectsPane {
    pub(in crate::tui) case: Case,
    pub(in crate::tui) state: Loaded,
    place: usize,
}

/// What came of asking.
#[derive(Debug)]
pub(in crate::tui) enum Loaded {
    Waiting,
    Here(Suspects),
    Failed(String),
}

impl SuspectsPane {
    pub(in crate::tui) fn at(at: Timestamp, zone: Zone) -> Self {
        let case = Case { at, window: WINDOWS[0], zone };
        Self { case, state: Loaded::Waiting, place: 0 }
    }

    /// What there is to ask.
    pub(in crate::tui) fn question(&self) -> Effect {
        Effect::Suspects { query: Query::all(), case: self.case }
    }

    /// Takes the answer to a question about `case`. Where nothing changed so close before, the question to
    /// ask next.
    pub(in crate::tui) fn take(&mut self, case: Case, result: Result<Suspects, String>) -> Option<Effect> {
        if case != self.case {
            return None;
        }
        match result {
            Ok(found) if found.of == 0 => {
                self.state = Loaded::Here(found);
                self.case.window = *WINDOWS.iter().find(|window| **window > case.window)?;
                Some(self.question())
            }
            Ok(found) => {
                // The selection stays on its event when the cache has grown.
                let selected = self.event().map(|event| event.row);
                let place = found.found.iter().position(|it| Some(it.event.row) == selected);
                self.place = place.unwrap_or(0);
                self.state = Loaded::Here(found);
                None
            }
            Err(message) => {
                if !matches!(self.state, Loaded::Here(_)) {
                    self.state = Loaded::Failed(message);
                }
                None
            }
        }
    }

    /// Whether the answer for this moment and window is still to come.
    pub(in crate::tui) fn waits(&self) -> bool {
        match &self.state {
            Loaded::Waiting => true,
            Loaded::Here(found) => found.case != self.case,
            Loaded::Failed(_) => false,
        }
    }

    /// The changes, once they are here.
    pub(in crate::tui) fn found(&self) -> Option<&Suspects> {
        match &self.state {
            Loaded::Here(found) => Some(found),
            _ => None,
        }
    }

    /// The place of the selected change.
    pub(in crate::tui) fn place(&self) -> usize {
        self.place
    }

    /// The selected change.
    pub(in crate::tui) fn event(&self) -> Option<&Arc<Event>> {
        self.found()?.found.get(self.place).map(|suspect| &suspect.event)
    }

    pub(in crate::tui) fn go(&mut self, motion: Motion, page: usize) {
        let len = self.found().map_or(0, |found| found.found.len());
        self.place = motion.from(self.place, len, page);
    }

    /// Puts `event` in the place of what was known about it before.
    pub(in crate::tui) fn renew(&mut self, event: &Arc<Event>) {
        if let Loaded::Here(found) = &mut self.state {
            for suspect in found.found.iter_mut().filter(|suspect| suspect.event.row == event.row) {
                suspect.event = event.clone();
            }
        }
    }
}
