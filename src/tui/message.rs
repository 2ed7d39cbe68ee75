//! The two alphabets of the interface: what happened, and what it asks of the outside world.
//!
//! Plain data. Whoever runs the app turns effects into work and answers with messages; nothing here knows
//! how that work is done. A piece of work that can fail answers with a `Result`, so that a question is
//! never left open.

use std::sync::Arc;
use std::time::Duration;

use ratatui::crossterm::event::KeyEvent;

use crate::domain::{Condition, Entity, Event, Fault, RowId, SourceStatus, Timestamp};
use crate::query::Query;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Message {
    /// A key was pressed or repeats. Releases are not sent.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// The timer of an [`Effect::Timer`] came due at this time.
    Tick(Timer, Timestamp),
    /// The answer to [`Effect::Query`] of that generation.
    Answer {
        /// Which question it answers.
        generation: u64,
        /// The events selected, or why there are none to show.
        result: Result<Answer, String>,
    },
    /// Events that were asked for by [`Effect::Load`], or whose content changed.
    Events(Vec<Arc<Event>>),
    /// The answer to [`Effect::Lifecycle`].
    Lifecycle {
        /// The source that was asked about.
        source: Arc<str>,
        /// The entity that was asked about.
        entity: Entity,
        /// All events of it in the cache, in any order, or why they could not be read.
        result: Result<Vec<Arc<Event>>, String>,
    },
    /// The answer to [`Effect::Find`].
    Found {
        /// Where the search began.
        from: RowId,
        /// The nearest event found, if there is one.
        result: Result<Option<RowId>, String>,
    },
    /// The cache holds this many events more than before.
    CacheGrew {
        /// How many.
        new: u64,
    },
    /// How every configured source is doing, in the order of the configuration.
    Sources(Vec<SourceStatus>),
    /// The answer to [`Effect::FetchDetail`].
    Detail {
        /// The event that was asked about.
        row: RowId,
        /// The event with what the second request brought, or why it brought nothing.
        result: Result<Arc<Event>, Fault>,
    },
    /// Something that the user should read once, in the status line.
    Notice(Notice),
}

/// The events that a query selects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Their places, newest first, none twice.
    pub rows: Arc<[RowId]>,
    /// How many events there are in the cache.
    pub of: usize,
}

/// One line for the user; the next key takes it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub weight: Weight,
    /// One sentence without secrets.
    pub text: String,
}

/// How much a [`Notice`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Something went as asked.
    Info,
    /// Something did not work.
    Error,
}

impl Notice {
    /// Something went as asked.
    pub fn info(text: impl Into<String>) -> Self {
        Self { weight: Weight::Info, text: text.into() }
    }

    /// Something did not work.
    pub fn error(text: impl Into<String>) -> Self {
        Self { weight: Weight::Error, text: text.into() }
    }
}

/// Something that the app asks of the outside world.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Select the events of the cache that match. A question of a greater generation makes it void.
    Query {
        /// Comes back in [`Message::Answer`].
        generation: u64,
        /// What to select.
        query: Query,
    },
    /// Read these events from the cache: [`Message::Events`].
    Load {
        /// Their places, newest first.
        rows: Vec<RowId>,
    },
    /// Find the nearest event that matches, other than `from` itself: [`Message::Found`].
    Find {
        /// What to find.
        query: Query,
        /// Where to begin.
        from: RowId,
        /// Whether to look among the newer events; otherwise, among the older ones.
        newer: bool,
    },
    /// Read all events of one entity from the cache: [`Message::Lifecycle`].
    Lifecycle {
        /// The source that knows the entity.
        source: Arc<str>,
        /// The entity.
        entity: Entity,
    },
    /// Make the second request that says what changed: [`Message::Detail`].
    FetchDetail {
        /// The event.
        row: RowId,
    },
    /// Ask the source for news, or all sources where none is named.
    Refresh {
        /// The name of the source.
        source: Option<Arc<str>>,
        /// What to ask for first, as far as servers can filter by it.
        wanted: Vec<Condition>,
    },
    /// Send [`Message::Tick`] with this timer after this time. Timers run side by side; the app ignores
    /// those that it no longer waits for.
    Timer {
        /// Comes back in the message.
        timer: Timer,
        /// How long to wait. Zero asks for the time of day.
        after: Duration,
    },
    /// Put this text on the clipboard.
    Copy {
        /// What it is, as it follows "the": `event id`.
        what: &'static str,
        /// The text.
        text: String,
    },
    /// Open this page in a browser.
    OpenUrl(String),
    /// Draw every cell of the next frame again.
    Redraw,
    /// Hand the terminal back to the shell until the program is resumed.
    Suspend,
    /// End the program.
    Quit,
}

/// What a timer is for. The number tells a timer from an earlier one of the same sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// Times and countdowns on the screen grow old.
    Clock(u64),
    /// The selection has rested on one event.
    Rest(u64),
}
