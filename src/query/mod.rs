//! The filter language: one line of text that selects events.
//!
//! Pure: it knows the fields of an event and nothing of where events are kept. A text goes through
//! `lex` (tokens with spans), `parse` (precedence, directives) and `resolve` (keys, values, times) and
//! becomes a [`Query`]: immutable, printable, and a total function of an event. [`FIELDS`] is the
//! vocabulary that all of them, help and completion derive from.
//!
//! Any text of a few kilobytes is read in time linear in its length and never panics: only parentheses
//! recurse, to a fixed depth, and patterns are compiled within a fixed size and number.

mod advice;
mod ast;
mod choose;
pub mod complete;
mod conflict;
mod content;
mod edit;
mod error;
mod expression;
mod fields;
mod filter;
pub mod fuzzy;
mod lex;
mod marks;
mod number;
mod parse;
mod print;
mod push;
mod resolve;
mod search;
#[cfg(test)]
mod tests;
mod text;
mod texts;
mod time;

use std::fmt;

use crate::domain::{Event, EventId, Timestamp, Zone};

pub use advice::{Mention, Note, World, advise};
pub use ast::{Arrangement, Directives, Group, Sort};
pub(crate) use ast::{Expr, Term};
pub use choose::Stance;
pub use error::{ErrorKind, Fix, QueryError};
pub(crate) use fields::{ActorPart, EntityPart, Part, PartKind};
pub use fields::{
    Compare, DIRECTIVES, DirectiveRow, FIELDS, FieldRow, Kind, TimeRole, Word, directive, field,
};
pub use filter::Filter;
pub use marks::{Mark, Marked, Told};
pub use push::Clause;
pub(crate) use search::TextSearch;
pub(crate) use text::{fingerprint, fold};
pub use texts::Texts;
pub(crate) use texts::TextsBuilder;

/// What a query is read against. It is fixed at that moment: read the text again to move `now`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Context {
    /// What durations and words such as `today` reckon from.
    pub now: Timestamp,
    /// The zone of times without one; `tz:` in the query overrides it.
    pub zone: Zone,
    /// Who `@me` is: an actor's id or name.
    pub me: Option<String>,
}

/// A query that has been understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    expr: Expr,
    directives: Directives,
}

/// A query that has been understood, with what its text alone cannot do for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it selects.
    pub query: Query,
    /// What is worth knowing about it.
    pub notes: Vec<Note>,
    /// What can be held against the cache, with [`advise`].
    pub mentions: Vec<Mention>,
}

/// Reads a query. The error says where it stops making sense and, where it can, which edit helps.
pub fn parse(text: &str, context: &Context) -> Result<Query, QueryError> {
    read(text, context).map(|reading| reading.query)
}

/// Like [`parse()`], with what is worth knowing about the query.
pub fn read(text: &str, context: &Context) -> Result<Reading, QueryError> {
    parse::read(text, context)
}

/// Like [`read()`] for a text that is still being typed: quotes and parentheses that are still open count
/// as closed at the end.
pub fn preview(text: &str, context: &Context) -> Result<Reading, QueryError> {
    let mut closed = text.to_owned();
    // A quote hides the parentheses before it, so there are at most two edits to make.
    for _ in 0..2 {
        match read(&closed, context) {
            Err(error) if error.is_unfinished() => match &error.fix {
                Some(fix) => closed = fix.apply(&closed),
                None => return Err(error),
            },
            answer => return answer,
        }
    }
    read(&closed, context)
}

/// From when until when, the end excluded, a literal of the language means: `2026-03-25`, `14:32`, `7d`.
pub fn moment(text: &str, context: &Context) -> Result<(Timestamp, Timestamp), QueryError> {
    resolve::moment(text, context)
}

/// The text of a term that selects exactly `value` under `key`, quoted where needed: what the screen
/// adds to a query for the value under the cursor.
pub fn exact_term(key: &str, value: &str) -> String {
    let sign = match field(key).map(|row| row.kind) {
        Some(Kind::Text(Compare::Contains)) => "=",
        _ => "",
    };
    format!("{key}:{sign}{}", print::value(value))
}

/// The stretch of time that a literal such as `7d`, `yesterday` or `2026-03` names: its start and the first
/// instant after it. The error says what can be written.
pub fn stretch(text: &str, context: &Context) -> Result<(Timestamp, Timestamp), String> {
    let offset_at = |time: Timestamp| context.zone.at(time).offset().local_minus_utc();
    let named = time::Clock { now: context.now, offset_at: &offset_at }.literal(text);
    named.map(|stretch| (stretch.start, stretch.end)).map_err(|bad| match bad.meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => bad.hint,
    })
}

impl Query {
    /// The query that selects every event.
    pub const fn all() -> Self {
        Self {
            expr: Expr::All,
            directives: Directives { sort: None, group: None, zone: None, columns: None },
        }
    }

    /// Whether it selects every event because it sets no condition.
    pub fn is_all(&self) -> bool {
        self.expr == Expr::All
    }

    /// Whether the event is selected. Total: a part that an event lacks agrees with nothing, and a
    /// negated condition holds exactly where the condition does not.
    pub fn matches(&self, event: &Event) -> bool {
        self.expr.matches(event)
    }

    /// How the selected events are to be shown.
    pub fn directives(&self) -> &Directives {
        &self.directives
    }

    /// The events that `around:` names and whose time the query does not know yet. Until it is told with
    /// [`Query::anchored`], such a term holds for nothing.
    pub fn unknown_anchors(&self) -> Vec<EventId> {
        let mut unknown = Vec::new();
        self.expr.terms(&mut |term| {
            if let Term::Field(_, tests) = term {
                unknown.extend(tests.iter().filter_map(|test| match test {
                    ast::Test::Time(ast::TimeTest { anchor: Some(anchor), .. }) if !anchor.is_known => {
                        Some(anchor.event)
                    }
                    _ => None,
                }));
            }
        });
        unknown
    }

    /// The same query, told when `event` was.
    #[must_use]
    pub fn anchored(mut self, event: EventId, time: Timestamp) -> Self {
        self.expr.terms_mut(&mut |term| {
            if let Term::Field(_, tests) = term {
                for test in tests {
                    match test {
                        ast::Test::Time(test) if test.anchor.as_ref().is_some_and(|it| it.event == event) => {
                            test.settle(time);
                        }
                        _ => {}
                    }
                }
            }
        });
        self
    }

    pub(crate) fn expr(&self) -> &Expr {
        &self.expr
    }
}

/// Canonical text: parsing it under the same [`Context`] gives the same query.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)?;
        if self.directives != Directives::default() {
            f.write_str(if self.is_all() { "" } else { " " })?;
            self.directives.fmt(f)?;
        }
        Ok(())
    }
}
