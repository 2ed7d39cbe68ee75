//! What the status line said: it shows a notice until the next key, and this keeps it.
//!
//! The app is told the time of day once in a minute. So that each notice has its second, the time is asked for when
//! one is heard, and is there before anybody can look.

use std::collections::VecDeque;
use std::time::Duration;

use super::message::{Effect, Notice, Timer, Weight};
use super::overlay::told::Line;
use super::settings::Ui;
use super::words;
use crate::domain::Timestamp;

/// How many notices are kept.
const MOST: usize = 200;

/// The notices so far, the latest first.
#[derive(Debug, Default)]
pub(super) struct Said {
    notices: VecDeque<Heard>,
    /// The number of the latest.
    number: u64,
    /// Whether the latest is still on the screen.
    shown: bool,
}

#[derive(Debug)]
struct Heard {
    number: u64,
    time: Timestamp,
    notice: Notice,
}

impl Said {
    /// Looks at what the status line shows now. For a notice that was not there before, how to ask for the time.
    pub(super) fn hear(&mut self, notice: Option<&Notice>, now: Timestamp) -> Option<Effect> {
        let Some(notice) = notice else {
            self.shown = false;
            return None;
        };
        let is_known = self.shown && self.notices.front().is_some_and(|latest| latest.notice == *notice);
        self.shown = true;
        if is_known {
            return None;
        }
        self.number += 1;
        self.notices.push_front(Heard { number: self.number, time: now, notice: notice.clone() });
        self.notices.truncate(MOST);
        Some(Effect::Timer { timer: Timer::Said(self.number), after: Duration::ZERO })
    }

    /// The time that was asked for.
    pub(super) fn stamp(&mut self, number: u64, now: Timestamp) {
        for heard in self.notices.iter_mut().filter(|heard| heard.number == number) {
            heard.time = now;
        }
    }

    /// All of them for people, the latest first.
    pub(super) fn lines(&self, ui: &Ui) -> Vec<Line> {
        if self.notices.is_empty() {
            return vec![Line::Plain("nothing was said yet".to_owned())];
        }
        let told = |heard: &Heard| Line::Dated {
            time: words::stamp(heard.time, ui.zone),
            is_error: heard.notice.weight == Weight::Error,
            text: heard.notice.text.clone(),
        };
        self.notices.iter().map(told).collect()
    }
}
