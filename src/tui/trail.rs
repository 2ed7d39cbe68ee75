//! The way that was come: screens to go back to and forward to again.
//!
//! Screens lie on each other, and going back takes the uppermost away. A leap (to what happened around an
//! event, to what an actor did) puts another filter into force and leaves all of them; it leaves a stop
//! behind, which going back from the list returns to. Whoever goes somewhere new has nothing ahead any more.

use super::app::App;
use super::message::{Effect, Notice};
use super::pane::Screen;
use crate::domain::RowId;

/// How many leaps are remembered.
const MOST: usize = 50;

/// Where one was, and where one came back from.
#[derive(Debug, Default)]
pub(super) struct Trail {
    behind: Vec<Stop>,
    ahead: Vec<Step>,
}

/// A place that was left by a leap.
#[derive(Debug)]
struct Stop {
    above: Vec<Screen>,
    filter: String,
    selected: Option<RowId>,
}

/// One step back that can be taken forward again.
#[derive(Debug)]
enum Step {
    Screen(Box<Screen>),
    Leap(Stop),
}

impl Trail {
    /// Forgets the way: another list is in front.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether a leap can be gone back from.
    pub(super) fn leads_back(&self) -> bool {
        !self.behind.is_empty()
    }

    /// Somebody goes somewhere new.
    pub(super) fn turn_off(&mut self) {
        self.ahead.clear();
    }
}

impl App {
    /// Where one is, with the screens taken along.
    fn here(&mut self) -> Stop {
        Stop {
            above: std::mem::take(&mut self.above),
            filter: self.filter.applied().to_owned(),
            selected: self.timeline.selected(),
        }
    }

    /// Puts `text` into force as the filter and goes to the list; back leads here.
    pub(super) fn leap_to(&mut self, text: &str, ask: &mut Vec<Effect>) {
        let stop = self.here();
        self.trail.behind.push(stop);
        let extra = self.trail.behind.len().saturating_sub(MOST);
        self.trail.behind.drain(..extra);
        self.trail.turn_off();
        self.in_preview = false;
        self.facets.leave();
        self.lifted = None;
        let changed = self.filter.set(text, &self.ui.context());
        self.filter_changed(Some(changed), "", ask);
    }

    /// Takes the uppermost screen away; it can be gone to again.
    pub(super) fn leave_screen(&mut self) -> bool {
        let left = self.above.pop();
        let was = left.is_some();
        self.trail.ahead.extend(left.map(|screen| Step::Screen(Box::new(screen))));
        was
    }

    /// Goes back to where the last leap began; whether there was one.
    pub(super) fn leap_back(&mut self, ask: &mut Vec<Effect>) -> bool {
        let Some(stop) = self.trail.behind.pop() else { return false };
        let here = self.here();
        self.trail.ahead.push(Step::Leap(here));
        self.return_to(stop, ask);
        true
    }

    /// Takes the last step back forward again.
    pub(super) fn forward(&mut self, ask: &mut Vec<Effect>) {
        match self.trail.ahead.pop() {
            None => self.notice = Some(Notice::info("there is nothing to go forward to")),
            Some(Step::Screen(screen)) => {
                self.above.push(*screen);
                self.renew_screens(ask);
            }
            Some(Step::Leap(stop)) => {
                let here = self.here();
                self.trail.behind.push(here);
                self.return_to(stop, ask);
            }
        }
    }

    fn return_to(&mut self, stop: Stop, ask: &mut Vec<Effect>) {
        let Stop { above, filter, selected } = stop;
        self.above = above;
        if self.filter.applied() != filter {
            let changed = self.filter.set(&filter, &self.ui.context());
            self.filter_changed(Some(changed), "", ask);
        }
        if let Some(row) = selected {
            self.timeline.select(row);
        }
        self.renew_screens(ask);
    }

    /// Asks again for what the screens show: the cache may have grown.
    pub(super) fn renew_screens(&mut self, ask: &mut Vec<Effect>) {
        for screen in &self.above {
            match screen {
                Screen::Lifecycle(pane) => {
                    let (source, entity) = (pane.source.clone(), pane.entity.clone());
                    ask.push(Effect::Lifecycle { source, entity });
                }
                Screen::Compare(pane) => {
                    if let Some((source, entity)) = pane.shared() {
                        let (source, entity) = (source.clone(), entity.clone());
                        ask.push(Effect::Lifecycle { source, entity });
                    }
                }
                Screen::Actor(pane) => ask.push(pane.question(self.ui.zone)),
                Screen::Suspects(pane) => ask.push(pane.question()),
                _ => {}
            }
        }
    }
}
