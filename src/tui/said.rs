//! What the status line said: it shows a notice until the next key, and this keeps it.

use std::collections::VecDeque;

use super::command::Command;
use super::message::{Notice, Weight};
use super::settings::Ui;
use super::words;
use crate::domain::Timestamp;

/// How many notices are kept.
const MOST: usize = 200;

/// The notices so far, the latest first.
#[derive(Debug, Default)]
pub(super) struct Said {
    notices: VecDeque<(Timestamp, Notice)>,
    /// Whether the latest is still on the screen.
    shown: bool,
}

impl Said {
    /// Looks at what the status line shows now.
    pub(super) fn hear(&mut self, notice: Option<&Notice>, now: Timestamp) {
        let Some(notice) = notice else {
            self.shown = false;
            return;
        };
        let is_known = self.shown && self.notices.front().is_some_and(|(_, latest)| latest == notice);
        if !is_known {
            self.notices.push_front((now, notice.clone()));
            self.notices.truncate(MOST);
        }
        self.shown = true;
    }

    /// All of them for people, the latest first: when, to the minute as the app is told it, and below it what.
    pub(super) fn lines(&self, ui: &Ui) -> Vec<String> {
        if self.notices.is_empty() {
            return vec![format!(
                "nothing was said yet; `{}` shows how each source is doing",
                ui.key(Command::Sources)
            )];
        }
        let told = |(time, notice): &(Timestamp, Notice)| {
            let what = match notice.weight {
                Weight::Info => "",
                Weight::Error => "  error",
            };
            [format!("{}{what}", words::clock(*time, ui.zone, false)), format!("  {}", notice.text)]
        };
        self.notices.iter().flat_map(told).collect()
    }
}
