//! What happens to entities that the user watches: told as it comes, once, and never about what the user did.

use std::sync::Arc;

use super::app::App;
use super::command::Command;
use super::message::{Effect, Notice};
use super::settings::Notify;
use super::words;
use crate::domain::Event;
use crate::query;

impl App {
    /// Says what came since the user last looked, once, when every source was asked.
    pub(super) fn greet(&mut self) {
        let Some(read_to) = self.greeting.take() else { return };
        let unread = self.timeline.list().rows().at_or_older(read_to);
        if unread > 0 && self.notice.is_none() {
            let events = words::plural(unread as u64, "event");
            let key = self.ui.key(Command::FirstUnread);
            self.notice =
                Some(Notice::info(format!("{events} since you last looked: `{key}` goes to the first")));
        }
    }

    /// The cache has grown: asks whether it did by something that is watched.
    pub(super) fn look_at_watched(&mut self, ask: &mut Vec<Effect>) {
        if self.user.watched.is_empty() {
            return;
        }
        let text = if self.ui.me.is_some() { "is:watched -actor:@me" } else { "is:watched" };
        if let Ok(query) = query::parse(text, &self.ui.context()) {
            ask.push(Effect::Watch { query: query.newer_than(self.told_to) });
        }
    }

    pub(super) fn take_watched(&mut self, found: Option<(Arc<Event>, usize)>, ask: &mut Vec<Effect>) -> bool {
        // The same may be found twice, where the cache grew again before the answer came.
        let Some((event, count)) = found.filter(|(event, _)| event.row > self.told_to) else { return false };
        self.told_to = event.row;
        let record = &event.record;
        let name = record.entity.label().unwrap_or("–");
        let who = record.actor.label().map(|actor| format!(" by {actor}")).unwrap_or_default();
        let more = match count {
            0 | 1 => String::new(),
            _ => format!(", and {}", words::plural(count as u64 - 1, "more change")),
        };
        let text = format!("{} of {name}{who}{more}", record.action.word());
        self.notice = Some(Notice::info(format!("watched: {text}")));
        if self.ui.notify != Notify::Off {
            ask.push(Effect::Notify { how: self.ui.notify, text });
        }
        true
    }
}
