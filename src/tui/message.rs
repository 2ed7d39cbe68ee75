//! The two alphabets of the interface: what happened, and what it asks of the outside world.
//!
//! Plain data. Whoever runs the app turns effects into work and answers with messages; nothing here knows
//! how that work is done. A piece of work that can fail answers with a `Result`, so that a question is
//! never left open.

mod effect;
mod out;

use std::sync::Arc;

use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use crate::diff::{Comparison, LifeQuestion, Seen, Subject};
use crate::domain::{
    Actor, Case, Entity, Event, Fault, FeedCoverage, List, Neighbours, Profile, RowId, Rows, SourceStatus,
    Summary, Survey, Suspects, Timestamp, Unreadable,
};
use crate::query::complete::Value;
use crate::query::{Arrangement, Note};

pub use effect::{Asker, Effect, Timer};
pub use out::{Destination, Existing, NotWritten, Outgoing, Proposal};

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Message {
    /// A key was pressed or repeats. Releases are not sent.
    Key(KeyEvent),
    /// The mouse was used. It is sent only while [`Effect::Mouse`] is in force.
    Mouse(MouseEvent),
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
    /// The answer to [`Effect::Profile`].
    Profile {
        /// The actor that was asked about.
        actor: Actor,
        /// What is known, with the events that this names, or why nothing is.
        result: Result<(Box<Profile>, Vec<Arc<Event>>), String>,
    },
    /// The answer to [`Effect::Suspects`].
    Suspects {
        /// The moment that was asked about.
        case: Case,
        /// What changed before it, or why that could not be found.
        result: Result<Suspects, String>,
    },
    /// The answer to [`Effect::Neighbours`] of that generation.
    Neighbours {
        /// Which question it answers.
        generation: u64,
        /// What was found among each of the selections, in their order, or why nothing could be.
        result: Result<Vec<Neighbours>, String>,
    },
    /// The answer to [`Effect::Find`].
    Found {
        /// Where the search began.
        from: RowId,
        /// The nearest event found, if there is one.
        result: Result<Option<RowId>, String>,
    },
    /// The answer to [`Effect::Advise`] of that generation: what the cache says about the query.
    Advice {
        /// Which question it answers.
        generation: u64,
        /// What is worth knowing.
        notes: Vec<Note>,
    },
    /// The answer to [`Effect::Values`] of that generation.
    Values {
        /// Who asked.
        asker: Asker,
        /// Which question it answers.
        generation: u64,
        /// The key that was asked about.
        key: &'static str,
        /// Its values, those that fit best first, as many as a list can use.
        values: Vec<Value>,
    },
    /// The answer to [`Effect::Survey`] of that generation.
    Surveyed {
        /// Which question it answers.
        generation: u64,
        /// The counts, or why there are none.
        result: Result<Survey, String>,
    },
    /// The answer to [`Effect::Search`] of that generation.
    Matches {
        /// Which question it answers.
        generation: u64,
        /// The places of the events that were found.
        result: Result<Rows, String>,
    },
    /// The answer to [`Effect::Newest`].
    Newest {
        /// The event, if there is one.
        result: Result<Option<Arc<Event>>, String>,
    },
    /// The answer to [`Effect::CountNew`] of that generation.
    NewCounts {
        /// Which question it answers.
        generation: u64,
        /// How many events each view has that were not read, by its name; all events have none.
        counts: Vec<(Option<String>, usize)>,
    },
    /// The answer to [`Effect::Watch`]: the newest of these events, and how many there are.
    Watched(Option<(Arc<Event>, usize)>),
    /// The answer to [`Effect::Bookmarks`]: those of the events that the cache has.
    Bookmarks(Vec<Arc<Event>>),
    /// The answer to [`Effect::Explain`].
    Explained(Result<Vec<String>, String>),
    /// The cache holds this many events more than before.
    CacheGrew {
        /// How many.
        new: u64,
    },
    /// Events have left their places in the cache, and none came.
    CacheShrank,
    /// How every configured source is doing, in the order of the configuration.
    Sources(Vec<SourceStatus>),
    /// What the cache knows to be complete of every feed, by source and scope.
    Coverage(Vec<FeedCoverage>),
    /// The answer to [`Effect::Unreadable`].
    Unreadable(Result<Vec<Unreadable>, String>),
    /// The answer to [`Effect::FetchDetail`].
    Detail {
        /// The event that was asked about.
        row: RowId,
        /// The event with what the second request brought, or why it brought nothing.
        result: Result<Arc<Event>, Fault>,
    },
    /// The answer to [`Effect::Compare`].
    Compared {
        /// What was asked about, as it was then.
        subject: Subject,
        /// The masked fields that were to be shown.
        revealed: Vec<String>,
        /// What is different.
        comparison: Arc<Comparison>,
    },
    /// The answer to [`Effect::Look`].
    Looked {
        /// What was asked.
        question: LifeQuestion,
        /// The answer.
        seen: Seen,
    },
    /// The answer to [`Effect::Export`]: what was written where, or why nothing was. Nothing is said here of what
    /// goes to the clipboard.
    Exported(Result<Option<String>, NotWritten>),
    /// The answer to [`Effect::Draft`] of that generation.
    Drafted {
        /// Which question it answers.
        generation: u64,
        /// What would be sent, or why nothing can be, line by line.
        result: Result<Proposal, Vec<String>>,
    },
    /// A model writes: the whole text so far.
    Writing {
        /// Which question it answers.
        generation: u64,
        /// The text.
        text: String,
    },
    /// The answer to [`Effect::Summarize`] of that generation.
    Summarized {
        /// Which question it answers.
        generation: u64,
        /// The summary, or why there is none.
        result: Result<Summary, String>,
    },
    /// Summaries of single events that were made before.
    Summaries(Vec<Summary>),
    /// No program took what was to be copied, for this reason if one was tried: the terminal may.
    NotTaken {
        /// What it is, as in [`Effect::Copy`].
        what: String,
        /// The text.
        text: String,
        /// Which program was tried, and why it did not work.
        why: Option<String>,
    },
    /// Something that the user should read once, in the status line.
    Notice(Notice),
}

/// The events that a query selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The events in the order in which they are shown.
    pub list: List,
    /// What that order is.
    pub how: Arrangement,
    /// How many events there are in the cache.
    pub of: usize,
    /// Whether this is all; otherwise the list goes on, and the next answer is longer.
    pub whole: bool,
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
