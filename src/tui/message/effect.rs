//! What the app asks of the outside world.
//!
//! Whatever can fail is answered with a [`Message`] that says so.

use std::sync::Arc;
use std::time::Duration;

#[cfg(doc)]
use super::Message;
use super::Outgoing;
use crate::diff::{LifeQuestion, Subject};
use crate::domain::{
    Actor, Ask, Case, Condition, Entity, Event, EventId, RowId, Rows, Stretch, UserChange, Zone,
};
use crate::query::{Arrangement, Mention, Query};
use crate::tui::settings::Notify;

/// Something that the app asks of the outside world.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Select the events of the cache that match. A question of a greater generation makes it void.
    Query {
        /// Comes back in [`Message::Answer`].
        generation: u64,
        /// What to select.
        query: Query,
        /// In which order.
        how: Arrangement,
        /// The oldest events of the runs that take more than one line.
        open: Vec<RowId>,
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
    /// Say what the cache knows of an actor: [`Message::Profile`].
    Profile {
        /// The actor.
        actor: Actor,
        /// The zone that hours are counted in.
        zone: Zone,
    },
    /// Find what changed before a moment: [`Message::Suspects`]. A later question makes it void.
    Suspects {
        /// Among what.
        query: Query,
        /// The moment.
        case: Case,
    },
    /// Find what stands next to an event among what each of these queries selects: [`Message::Neighbours`]. A
    /// question of a greater generation makes it void.
    Neighbours {
        /// Comes back in the message.
        generation: u64,
        /// The event.
        row: RowId,
        /// What to look among.
        among: Vec<Query>,
    },
    /// Write a picture of the screen to a file.
    Picture {
        /// The path as the user typed it.
        path: String,
        /// The file: SVG.
        svg: String,
    },
    /// Hold what a query mentions against the cache: [`Message::Advice`].
    Advise {
        /// Comes back in the message.
        generation: u64,
        /// What the query mentions.
        mentions: Vec<Mention>,
    },
    /// List the values of a key: [`Message::Values`].
    Values {
        /// Comes back in the message.
        asker: Asker,
        /// Comes back in the message. A question of a greater generation of the same asker about the same key
        /// makes it void.
        generation: u64,
        /// The key.
        key: &'static str,
        /// The query to count the values under.
        rest: Query,
        /// What is typed of the value.
        typed: String,
    },
    /// Count the events that match, beside the list: [`Message::Surveyed`].
    Survey {
        /// Comes back in the message. A question of a greater generation makes it void.
        generation: u64,
        /// What selects the events.
        query: Query,
        /// What to count.
        ask: Ask,
        /// What the values of facets that are listed have in them; all where it is empty.
        typed: String,
    },
    /// Nobody waits any more for the answer to a query of a lesser generation.
    DropQuery {
        /// The number that makes it void.
        generation: u64,
    },
    /// Nobody waits any more for a survey of a lesser generation: the list is to have the machine for itself.
    DropSurvey {
        /// The number that makes it void.
        generation: u64,
    },
    /// Find all events that match, beside the list: [`Message::Matches`].
    Search {
        /// Comes back in the message. A search of a greater generation makes it void.
        generation: u64,
        /// What to find.
        query: Query,
    },
    /// Find the newest event that matches: [`Message::Newest`].
    Newest {
        /// What to find.
        query: Query,
    },
    /// Count what was not read: [`Message::NewCounts`].
    CountNew {
        /// Comes back in the message.
        generation: u64,
        /// What selects the events of each view that were not read, with the name of the view.
        views: Vec<(Option<String>, Query)>,
    },
    /// Say what a query does, of which source what is asked and what is decided here: [`Message::Explained`].
    Explain {
        /// The query.
        query: Query,
    },
    /// Keep what the user did.
    Keep(UserChange),
    /// Make the second request that says what changed: [`Message::Detail`].
    FetchDetail {
        /// The event.
        row: RowId,
    },
    /// Compare what takes too long to be compared between two keys: [`Message::Compared`].
    Compare {
        /// What has two sides.
        subject: Subject,
        /// Paths of masked fields to show.
        revealed: Vec<String>,
    },
    /// Work out of a life what takes too long between two keys: [`Message::Looked`].
    Look(LifeQuestion),
    /// Ask the source for news, or all sources where none is named.
    Refresh {
        /// The name of the source.
        source: Option<Arc<str>>,
        /// What to ask for first, as far as servers can filter by it.
        wanted: Vec<Condition>,
    },
    /// Ask a source for a stretch of time of which something is missing.
    Fill {
        /// The name of the source.
        source: Arc<str>,
        /// The id of the scope, where the source fans out.
        scope: Option<Arc<str>>,
        /// The times, both ends left out.
        span: Stretch,
    },
    /// Ask a source for one page and say what came: a notice.
    Test {
        /// The name of the source.
        source: Arc<str>,
    },
    /// Ask a source for nothing by itself any more, or do so again.
    Pause {
        /// The name of the source.
        source: Arc<str>,
        /// Whether it rests from now on.
        on: bool,
    },
    /// Read the records of a source that could not be read as events: [`Message::Unreadable`].
    Unreadable {
        /// The name of the source.
        source: Arc<str>,
        /// Those of this scope alone.
        scope: Option<Arc<str>>,
    },
    /// Send [`Message::Tick`] with this timer after this time. Timers run side by side; the app ignores
    /// those that it no longer waits for.
    Timer {
        /// Comes back in the message.
        timer: Timer,
        /// How long to wait. Zero asks for the time of day.
        after: Duration,
    },
    /// Write events to a file or the clipboard: [`Message::Exported`].
    Export {
        /// What, how and where to.
        outgoing: Outgoing,
        /// The title of a report.
        title: String,
        /// The filter that the events were found with.
        query: Query,
        /// The zone that a report tells times in.
        zone: Zone,
    },
    /// Put together what a model would be sent about these events: [`Message::Drafted`].
    Draft {
        /// Comes back in the message.
        generation: u64,
        /// Their places.
        rows: Rows,
    },
    /// Send what the draft of this generation shows: [`Message::Writing`], then [`Message::Summarized`].
    Summarize {
        /// The number of the draft.
        generation: u64,
    },
    /// Nobody waits any more for a model that writes.
    DropSummary,
    /// Copy the request that brings this event, with the names of secrets in their place.
    CopyRequest {
        /// The event.
        event: Arc<Event>,
    },
    /// Put this text on the clipboard by way of the terminal.
    CopyByTerminal {
        /// What it is, as in [`Effect::Copy`].
        what: String,
        /// The text.
        text: String,
        /// Why no program did it, where one was tried.
        why: Option<String>,
    },
    /// Put this text on the clipboard: by a program of the desktop, else [`Message::NotTaken`].
    Copy {
        /// What it is, as it follows "the": `event id`.
        what: &'static str,
        /// The text.
        text: String,
    },
    /// Open this page in a browser.
    OpenUrl(String),
    /// Have the terminal send what the mouse does, or leave the mouse to it.
    Mouse(bool),
    /// Tell somebody who looks elsewhere.
    Notify {
        /// In which way.
        how: Notify,
        /// What happened, in one line.
        text: String,
    },
    /// Read the events of these bookmarks: [`Message::Bookmarks`].
    Bookmarks {
        /// The events.
        ids: Vec<EventId>,
    },
    /// Find the events of watched entities that nobody was told about: [`Message::Watched`].
    Watch {
        /// What selects them.
        query: Query,
    },
    /// Draw every cell of the next frame again.
    Redraw,
    /// Hand the terminal back to the shell until the program is resumed.
    Suspend,
    /// End the program.
    Quit,
}

/// Who lists values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    /// What may stand at the cursor of the filter line.
    Completion,
    /// Where one can go.
    Jump,
}

/// What a timer is for. The number tells a timer from an earlier one of the same sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// Times and countdowns on the screen grow old.
    Clock(u64),
    /// The selection has rested on one event.
    Rest(u64),
    /// What is under way takes a while.
    Spinner(u64),
    /// Something was said, and is to be kept with its time.
    Said(u64),
}
