//! What changed between two JSON documents, as a list of changed fields.
//!
//! [`compare`] walks two documents side by side: objects by key, arrays by what makes their elements the
//! same elements ([`Align`]). [`redact`] masks secrets in changes that came from elsewhere; `compare` has
//! already masked its own. [`Leaving`] is an event as it may go out of the program. [`Diff`] is what every view, writer and command shows of changes, masked when it
//! is made; [`patch()`] says the same for programs. It may assume nothing about the documents, so all are
//! bounded in depth and in the number of changes. Rules that are used often are made ready once
//! ([`Matcher`]). It is pure: it must not know a provider, do I/O or draw.

mod align;
mod comparison;
mod cover;
mod finder;
mod human;
mod leave;
mod life;
mod lines;
mod model;
mod patch;
mod path;
mod rules;
mod snapshots;
mod subject;
mod text;
mod tree;
mod walk;
mod words;

#[cfg(test)]
mod life_tests;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod round_tests;
#[cfg(test)]
mod tests;

pub use comparison::Comparison;
pub use cover::Covered;
pub use human::duration as elapsed;
pub use leave::{Leaving, names_secret};
pub use life::{
    Basis, Blame, Doubt, Field, Life, LifeQuestion, Look, Moment, Portrait, Reversal, Seen, State, Step,
    Versions, runs,
};
pub use lines::{Line, Side};
pub use model::{Block, Body, Counts, Diff, Kind, Mask};
pub use patch::{patch, patch_of};
pub use path::{DOCUMENT, child, is_within};
pub use rules::{Align, MASK, Matcher, Rules};
pub use snapshots::Snapshots;
pub use subject::Subject;
pub use text::{Stretch, around, hidden, short};
pub use tree::Node;
pub use walk::{MAX_CHANGES, MAX_DEPTH, Place, compare, compare_with, leave_out_with, redact, redact_with};
pub use words::Piece;
