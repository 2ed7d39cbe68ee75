//! What changed before a moment: which of the changes is selected.

pub(in crate::tui) mod view;

use std::sync::Arc;

use crate::domain::{Case, Event, Suspects, Timestamp, Zone};
use crate::query::Query;
use crate::tui::message::Effect;
use crate::tui::motion::Motion;

const HOUR: i64 = 3_600_000;

/// How far back can be looked. Unless the user chose, one after the other from [`Case::WINDOW`] on until something
/// is found.
const WINDOWS: [i64; 7] = [HOUR / 2, HOUR, Case::WINDOW, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR, 14 * 24 * HOUR];

/// The screen with the changes before a moment.
#[derive(Debug)]
pub(in crate::tui) struct SuspectsPane {
    pub(in crate::tui) case: Case,
    pub(in crate::tui) state: Loaded,
    place: usize,
    /// Whether the user chose how far back is looked.
    chosen: bool,
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
        let case = Case { at, window: Case::WINDOW, zone };
        Self { case, state: Loaded::Waiting, place: 0, chosen: false }
    }

    /// What there is to ask.
    pub(in crate::tui) fn question(&self) -> Effect {
        Effect::Suspects { query: Query::all(), case: self.case }
    }

    /// Looks further back, or less far; what to ask then, unless this is as far as it goes.
    pub(in crate::tui) fn widen(&mut self, longer: bool) -> Option<Effect> {
        self.chosen = true;
        let here = self.case.window;
        self.case.window = if longer {
            *WINDOWS.iter().find(|window| **window > here)?
        } else {
            *WINDOWS.iter().rfind(|window| **window < here)?
        };
        Some(self.question())
    }

    /// Takes the answer to a question about `case`. Where nothing changed so close before, the question to
    /// ask next.
    pub(in crate::tui) fn take(&mut self, case: Case, result: Result<Suspects, String>) -> Option<Effect> {
        if case != self.case {
            return None;
        }
        match result {
            Ok(found) if found.of == 0 => {
                (self.state, self.place) = (Loaded::Here(found), 0);
                if self.chosen {
                    return None;
                }
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
                // What is on the screen is worth more than the news that it could not be read again.
                if self.waits() || matches!(self.state, Loaded::Failed(_)) {
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
