//! What is under way, in words, and the one glyph that turns meanwhile.
//!
//! Nothing turns by itself: the first timer is wound when something begins, the next one when that one comes due,
//! and none any more when nothing is under way. What is done before the first comes due was never seen.

use std::time::Duration;

use super::app::App;
use super::message::{Effect, Timer};
use super::overlay::Overlay;
use super::overlay::ai::Stage;
use super::pane::Screen;
use super::settings::Glyphs;
use super::waiting::Why;
use super::words;
use crate::domain::{SourceState, SourceStatus};

/// How long something is under way before it is said, and how long each of the glyphs stays.
const STEP: Duration = Duration::from_millis(150);

/// The glyphs, one after the other.
const UNICODE: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const ASCII: [&str; 4] = ["|", "/", "-", "\\"];

/// How far it has turned.
#[derive(Debug, Default)]
pub(super) struct Spinner {
    /// The number of the timer that is waited for.
    timer: u64,
    state: State,
    /// Whether it turns at all; otherwise it stands still beside the words.
    turns: bool,
}

impl Spinner {
    pub(super) fn new(turns: bool) -> Self {
        Self { turns, ..Self::default() }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Nothing is under way.
    #[default]
    Still,
    /// Something has begun, and may be over at once.
    Begun,
    /// It takes a while; so many steps were made.
    Turning(usize),
}

impl App {
    /// Begins to turn where something has begun, and ends where nothing is under way any more.
    pub(super) fn settle_spinner(&mut self, ask: &mut Vec<Effect>) {
        match (self.under_way().is_some(), self.spinner.state) {
            (true, State::Still) => {
                self.spinner.state = State::Begun;
                self.wind_spinner(ask);
            }
            (false, State::Begun | State::Turning(_)) => {
                self.dirty |= self.spinner.state != State::Begun;
                // The timer that is wound is nobody's any more.
                self.spinner.timer += 1;
                self.spinner.state = State::Still;
            }
            _ => {}
        }
    }

    fn wind_spinner(&mut self, ask: &mut Vec<Effect>) {
        self.spinner.timer += 1;
        ask.push(Effect::Timer { timer: Timer::Spinner(self.spinner.timer), after: STEP });
    }

    /// Its timer came due: it turns on, unless it is to stand still. Whether that is seen.
    pub(super) fn turn_spinner(&mut self, timer: u64, ask: &mut Vec<Effect>) -> bool {
        if timer != self.spinner.timer || self.under_way().is_none() {
            return false;
        }
        self.spinner.state = match self.spinner.state {
            State::Turning(steps) => State::Turning(steps.wrapping_add(1)),
            State::Begun => State::Turning(0),
            State::Still => return false,
        };
        if self.spinner.turns {
            self.wind_spinner(ask);
        } else {
            self.spinner.timer += 1;
        }
        true
    }

    /// The glyph and what is under way, where that takes a while.
    pub(super) fn spinning(&self) -> Option<(&'static str, String)> {
        let State::Turning(steps) = self.spinner.state else { return None };
        let glyph = match self.ui.glyphs {
            Glyphs::Unicode => UNICODE[steps % UNICODE.len()],
            Glyphs::Ascii => ASCII[steps % ASCII.len()],
        };
        Some((glyph, self.under_way()?))
    }

    /// What is under way: of several things what the user waits for most.
    fn under_way(&self) -> Option<String> {
        self.leaving()
            .or_else(|| self.looking().map(str::to_owned))
            .or_else(|| self.asking_for_details())
            .or_else(|| self.syncing())
    }

    fn leaving(&self) -> Option<String> {
        self.overlays.iter().rev().find_map(|overlay| match overlay {
            Overlay::Ai(ai) => match &ai.stage {
                Stage::Drafting => Some("putting together what would be sent".to_owned()),
                Stage::Writing(..) => Some("the model writes".to_owned()),
                _ => None,
            },
            Overlay::Export(export) => export.busy.then(|| "writing".to_owned()),
            _ => None,
        })
    }

    fn looking(&self) -> Option<&'static str> {
        if self.question.open == Some(Why::Filter) {
            return Some("looking for events");
        }
        let (reads, seeks) = (Some("reading the cache"), Some("looking for what changed before"));
        match self.above.last() {
            Some(Screen::Lifecycle(pane)) if pane.waits() => return reads,
            Some(Screen::Actor(pane)) if pane.waits() => return reads,
            Some(Screen::Suspects(pane)) if pane.waits() => return seeks,
            None if self.search.waits() => return Some("finding"),
            _ => {}
        }
        if self.shows_related() && self.relations.waits() {
            return Some("looking for what is related");
        }
        self.subject().and_then(|subject| {
            let compared = self.comparisons.about(&subject)?;
            compared.comparison().is_none().then_some("comparing")
        })
    }

    fn asking_for_details(&self) -> Option<String> {
        match self.details.under_way() {
            0 => None,
            1 => Some("asking what changed".to_owned()),
            number => Some(format!("asking what {} events changed", words::count(number as u64))),
        }
    }

    fn syncing(&self) -> Option<String> {
        // Looking for news and finding none is how a source is when all is well.
        let is_busy = |source: &&SourceStatus| match source.state {
            SourceState::Syncing { events_new, .. } => events_new > 0 || source.last_sync.is_none(),
            _ => false,
        };
        let mut busy = self.sources.iter().filter(is_busy);
        let first = busy.next()?;
        Some(match busy.count() {
            0 => format!("syncing {}", first.name),
            others => format!("syncing {} sources", others + 1),
        })
    }
}
