//! The plain types that every other room speaks in.
//!
//! Nothing here does I/O, knows a provider, or knows how anything is drawn. A type belongs here when
//! two rooms that may not import each other have to mean the same thing by it.
//!
//! Begin with [`Event`]: a [`Record`] as a feed sent it, with the names that the cache gave it. [`Safe`] is
//! the only text that is ever drawn, [`Secret`] the one that never is. [`SourceStatus`] and [`Fault`] say how
//! a source is doing, [`Problem`] what is wrong with a file that a person wrote. [`UserData`] is what the user
//! made of it all.

mod action;
mod change;
mod civil;
mod condition;
mod count;
mod coverage;
mod covered;
mod event;
mod fate;
mod id;
mod index_row;
mod json;
mod link;
mod list;
mod neighbours;
mod origin;
mod problem;
mod profile;
mod rows;
mod safe;
mod scope;
mod secret;
mod status;
mod suggest;
mod summary;
mod survey;
mod suspects;
mod time;
mod user;
mod via;

pub use action::{ACTIONS, Action, ActionRow};
pub use change::{Change, Op};
pub use civil::{Oddity, OffsetAt, civil, instant};
pub use condition::Condition;
pub use count::{count, plural};
pub use coverage::{Gap, GapReason, Ledger, Note, Segment, Stretch};
pub use covered::{FeedCoverage, Unreadable};
pub use event::{Actor, ActorKind, Detail, Entity, Event, Fact, Identity, Quarantined, Record, Status};
pub use fate::{Fate, Revision};
pub use id::{EventId, RowId};
pub use index_row::{FeedNames, IndexRow, Marks, Parts, SealedRows, Vocabulary, Wanted};
pub use link::{Link, LinkState};
pub use list::{Heads, List, Written};
pub use neighbours::Neighbours;
pub use origin::{is_loopback, is_open};
pub use problem::{Place, Problem};
pub use profile::{Alias, Profile};
pub use rows::{RowSlab, Rows};
pub use safe::{FIELD_MAX, LINE_MAX, Part, Safe, csv_cell, escape_json, markdown_cell};
pub use scope::ScopeChoice;
pub use secret::Secret;
pub use status::{Fault, FaultKind, Outcome, Progress, SourceState, SourceStatus};
pub use suggest::{did_you_mean, nearest, what_fits};
pub use summary::Summary;
pub use survey::{Ask, Bars, Facet, FacetKey, FacetValue, Histogram, Reach, Series, Span, Survey, Unit};
pub use suspects::{
    Case, Clue, REASONS, Reason, ReasonRow, Share, Suspect, Suspects, UNDOING, rank, span, undoes,
};
pub use time::{Timestamp, Zone};
pub use user::{LINES, UserChange, UserData, View};
pub use via::{COMMAND_TIMEOUT, Via};
