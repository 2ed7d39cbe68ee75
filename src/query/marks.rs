//! What an event cannot say of itself: what the user did with it, and where it stands among the others.
//!
//! A query that asks for such a thing has to be told before it is held against events, by whoever knows
//! ([`Query::marked`]); until then such a condition holds for nothing.

use std::sync::Arc;

use crate::domain::RowId;

use super::Query;
use super::ast::{Term, Test};
use super::text::Pattern;

/// Something that holds for an event without being in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The user bookmarked it.
    Bookmarked,
    /// The user wrote a note about it.
    Noted,
    /// The user watches its entity.
    Watched,
    /// It is newer than what the user has read.
    New,
    /// No event of its entity in the cache is older.
    First,
    /// No event of its entity in the cache is newer.
    Last,
}

/// Some of the events of a cache, by their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marked {
    /// These, in ascending order and none twice.
    Among(Arc<[RowId]>),
    /// All that are newer than this one.
    Above(RowId),
}

impl Default for Marked {
    fn default() -> Self {
        Self::Among(Arc::from([]))
    }
}

impl FromIterator<RowId> for Marked {
    fn from_iter<I: IntoIterator<Item = RowId>>(rows: I) -> Self {
        let mut rows: Vec<RowId> = rows.into_iter().collect();
        rows.sort_unstable();
        rows.dedup();
        Self::Among(rows.into())
    }
}

impl Marked {
    /// Whether the event at `row` is one of them.
    pub fn holds(&self, row: RowId) -> bool {
        match self {
            Self::Among(rows) => rows.binary_search(&row).is_ok(),
            Self::Above(mark) => row > *mark,
        }
    }
}

/// Which events bear which mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// [`Mark::Bookmarked`].
    pub bookmarked: Marked,
    /// [`Mark::Noted`], with the notes.
    pub notes: Arc<[(RowId, Arc<str>)]>,
    /// [`Mark::Watched`].
    pub watched: Marked,
    /// [`Mark::New`].
    pub new: Marked,
    /// [`Mark::First`].
    pub first: Marked,
    /// [`Mark::Last`].
    pub last: Marked,
}

impl Told {
    fn rows(&self, mark: Mark) -> Marked {
        match mark {
            Mark::Bookmarked => self.bookmarked.clone(),
            Mark::Noted => self.notes.iter().map(|(row, _)| *row).collect(),
            Mark::Watched => self.watched.clone(),
            Mark::New => self.new.clone(),
            Mark::First => self.first.clone(),
            Mark::Last => self.last.clone(),
        }
    }

    fn noted(&self, pattern: &Pattern) -> Marked {
        self.notes.iter().filter(|(_, note)| pattern.matches(note)).map(|(row, _)| *row).collect()
    }
}

impl Query {
    /// The marks that it asks about and was not told of yet, each once.
    pub fn marks(&self) -> Vec<Mark> {
        let mut asked = Vec::new();
        self.expr().terms(&mut |term| {
            let Term::Field(_, tests) = term else { return };
            for test in tests {
                match test {
                    Test::Mark(word, None) => asked.extend(word.mark),
                    Test::Note(_, None) => asked.push(Mark::Noted),
                    _ => {}
                }
            }
        });
        asked.sort_unstable();
        asked.dedup();
        asked
    }

    /// The same query, told which events bear which mark, as far as it was not told before.
    #[must_use]
    pub fn marked(mut self, marks: &Told) -> Self {
        self.expr.terms_mut(&mut |term| {
            let Term::Field(_, tests) = term else { return };
            for test in tests {
                match test {
                    Test::Mark(word, rows @ None) => *rows = word.mark.map(|mark| marks.rows(mark)),
                    Test::Note(pattern, rows @ None) => *rows = Some(marks.noted(pattern)),
                    _ => {}
                }
            }
        });
        self
    }
}
