//! Questions that are on their way and timers that run: what is asked when, and which answers still count.

use std::sync::Arc;
use std::time::Duration;

use super::app::App;
use super::message::{Answer, Effect, Notice, Timer};
use super::pane::event::EventView;
use super::pane::{Screen, lifecycle};
use crate::domain::{Event, RowId, SourceState, Timestamp};

/// How long the selection rests on an event before a second request is made for it.
const REST: Duration = Duration::from_millis(250);

/// How often the time of day is asked for.
const MINUTE: Duration = Duration::from_secs(60);

/// How often, while a countdown is on the screen.
const SECOND: Duration = Duration::from_secs(1);

/// The question to the index that is on its way.
#[derive(Debug, Default)]
pub(super) struct Question {
    generation: u64,
    pub(super) open: Option<Why>,
    /// Whether the beginning of its answer is on the screen.
    pub(super) begun: bool,
    /// Whether the cache grew since it was asked.
    pub(super) stale: bool,
}

/// Why the index is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Another query is in force.
    Filter,
    /// There is more to find.
    News,
    /// A run is folded or unfolded.
    Fold,
}

/// The timers that are waited for. A greater number makes the earlier timers of its sort void.
#[derive(Debug, Default)]
pub(super) struct Timers {
    clock: u64,
    period: Option<Duration>,
    rest: u64,
    /// The row that the selection stays on, and whether it has rested there long enough.
    resting: Option<(RowId, bool)>,
}

impl App {
    /// Asks the index for the events of the query in force.
    pub(super) fn ask(&mut self, why: Why, ask: &mut Vec<Effect>) {
        if why == Why::Filter {
            ask.extend(self.counts.give_up().map(|generation| Effect::DropSurvey { generation }));
        }
        let question = &mut self.question;
        question.generation += 1;
        // A question that another one overtakes may have been the one for another filter.
        question.open = Some(if question.open == Some(Why::Filter) { Why::Filter } else { why });
        (question.begun, question.stale) = (false, false);
        let query = self.filter.query().clone();
        ask.push(Effect::Query {
            generation: question.generation,
            how: query.directives().arrangement(self.ui.chosen_zone),
            open: self.timeline.open().to_vec(),
            query,
        });
    }

    /// Gives up the list that is still being looked for; whether there was one. What was found so far stays.
    pub(super) fn stop_looking(&mut self, ask: &mut Vec<Effect>) -> bool {
        if self.question.open != Some(Why::Filter) || !self.timeline.answered() {
            return false;
        }
        self.question.generation += 1;
        (self.question.open, self.question.stale) = (None, false);
        ask.push(Effect::DropQuery { generation: self.question.generation });
        let key = self.ui.key(super::command::Command::UndoQuery);
        self.notice = Some(Notice::info(format!(
            "stopped: the list is what was found so far; `{key}` takes the filter back"
        )));
        true
    }

    pub(super) fn tick(&mut self, timer: Timer, now: Timestamp, ask: &mut Vec<Effect>) -> bool {
        self.ui.now = now;
        match timer {
            Timer::Clock(number) if number == self.timers.clock => {
                // Settling winds it up again.
                self.timers.period = None;
                self.mark_read(ask);
                self.shows_ages()
            }
            Timer::Rest(number) if number == self.timers.rest => {
                if let Some((_, rested)) = &mut self.timers.resting {
                    *rested = true;
                }
                false
            }
            Timer::Spinner(number) => self.turn_spinner(number, ask),
            Timer::Said(number) => {
                self.said.stamp(number, now);
                false
            }
            Timer::Clock(_) | Timer::Rest(_) => false,
        }
    }

    pub(super) fn answer(
        &mut self,
        generation: u64,
        result: Result<Answer, String>,
        ask: &mut Vec<Effect>,
    ) -> bool {
        if generation != self.question.generation {
            return false;
        }
        if let Ok(answer) = &result
            && !answer.whole
        {
            return self.begin_with(answer);
        }
        let begun = std::mem::take(&mut self.question.begun);
        let why = self.question.open.take();
        if matches!(&result, Ok(answer) if answer.list.is_empty()) && self.look_past_half_typed(ask) {
            return false;
        }
        match (result, why) {
            (Ok(answer), _) if begun => self.timeline.renew(answer),
            (Ok(answer), Some(Why::News | Why::Fold)) => self.timeline.renew(answer),
            (Ok(answer), _) => self.timeline.replace(answer),
            (Err(message), _) => self.notice = Some(Notice::error(message)),
        }
        self.place_gaps();
        if self.question.stale {
            self.ask(Why::News, ask);
        }
        true
    }

    /// A value that is half typed selects nothing, and means something else as soon as it is whole: until
    /// then the list is that of the filter without it. Whether this is the case.
    pub(super) fn look_past_half_typed(&mut self, ask: &mut Vec<Effect>) -> bool {
        let Some(rest) = self.popup.rest().filter(|rest| *rest != self.filter.query()).cloned() else {
            return false;
        };
        self.filter.look_past(rest);
        self.query_changed(ask);
        true
    }

    /// Shows the beginning of a list of which the rest is still looked for. The list of an earlier answer to
    /// the same query is longer, and one that ends above the selection would move it: both are left alone.
    fn begin_with(&mut self, answer: &Answer) -> bool {
        if self.question.open != Some(Why::Filter) || !self.timeline.reaches_selection(&answer.list) {
            return false;
        }
        let answer = answer.clone();
        if std::mem::replace(&mut self.question.begun, true) {
            self.timeline.renew(answer);
        } else {
            self.timeline.replace(answer);
        }
        true
    }

    pub(super) fn settle_rest(&mut self, ask: &mut Vec<Effect>) {
        let (event, is_shown) = self.previewed();
        let row = event.as_ref().map(|event| event.row).or_else(|| self.timeline.selected());
        if row != self.timers.resting.map(|(row, _)| row) {
            self.preview = EventView::of(self.preview.tab);
            self.timers.resting = row.map(|row| (row, false));
            if row.is_some() {
                self.timers.rest += 1;
                ask.push(Effect::Timer { timer: Timer::Rest(self.timers.rest), after: REST });
            }
        }
        if let (Some((_, true)), true, Some(event)) = (self.timers.resting, is_shown, event)
            && self.details.worth_asking(&event)
        {
            ask.extend(self.details.ask(&event));
            self.dirty = true;
        }
    }

    /// The event that is shown beside a list, as far as it is here, and whether there is room for it.
    fn previewed(&self) -> (Option<Arc<Event>>, bool) {
        let layout = self.layout();
        if let Some(Screen::Suspects(pane)) = self.above.last() {
            return (pane.event().cloned(), !lifecycle::view::beside(&layout).1.is_empty());
        }
        let event = self.timeline.selected().and_then(|row| self.library.get(row));
        (event.cloned(), !layout.preview.is_empty())
    }

    pub(super) fn settle_clock(&mut self, ask: &mut Vec<Effect>) {
        let watches = matches!(self.above.last(), Some(Screen::Sources(_)));
        let counts = self.sources.iter().any(|source| match source.state {
            SourceState::Waiting { .. } => true,
            // How fast it goes is only said there.
            SourceState::Syncing { .. } => watches,
            _ => false,
        });
        let period = if counts { SECOND } else { MINUTE };
        let Some(running) = self.timers.period else {
            // It came due, or the program starts.
            return self.wind(period, period, ask);
        };
        if running != period {
            // The countdown has to begin with the right number.
            self.wind(period, Duration::ZERO, ask);
        }
    }

    fn wind(&mut self, period: Duration, after: Duration, ask: &mut Vec<Effect>) {
        self.timers.clock += 1;
        self.timers.period = Some(period);
        ask.push(Effect::Timer { timer: Timer::Clock(self.timers.clock), after });
    }

    /// Asks for the time of day, which a filter with `since:` needs to be exact.
    pub(super) fn ask_the_time(&mut self, ask: &mut Vec<Effect>) {
        let period = self.timers.period.unwrap_or(MINUTE);
        self.wind(period, Duration::ZERO, ask);
    }

    /// Whether the passing of time alone changes what is on the screen.
    fn shows_ages(&self) -> bool {
        let waits = self.sources.iter().any(|source| matches!(source.state, SourceState::Waiting { .. }));
        waits || self.ui.ages || !self.above.is_empty() || !self.layout().preview.is_empty()
    }
}
