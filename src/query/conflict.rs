//! Conditions joined by AND that exclude each other.
//!
//! Only what is certain is told: fields of which an event has one value, compared whole, and times. One pass
//! over the conditions, whatever their number.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::domain::{ACTIONS, Action, Timestamp};

use super::advice::Note;
use super::ast::{Expr, Term, Test};
use super::text::Pattern;

/// The fields of which an event has one value at most.
const SINGLE: &[&str] = &["action", "type", "actor_type", "status", "source", "set"];

/// A condition and where it stands.
pub(super) type Side = (Expr, Range<usize>);

/// What is impossible about all of `sides` at once.
pub(super) fn find(text: &str, sides: &[Side]) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut wanted: HashMap<&str, Wanted<'_>> = HashMap::new();
    let mut unwanted: HashMap<&str, Vec<&Term>> = HashMap::new();
    let mut times = Times::default();
    for (expr, span) in sides {
        match expr {
            Expr::Term(term) => {
                notes.extend(times.narrow(text, term, span));
                let Some(key) = key(term) else { continue };
                match wanted.get_mut(key) {
                    None => {
                        wanted.insert(key, Wanted { first: (term, span), left: None, is_over: false });
                    }
                    Some(wanted) => notes.extend(wanted.narrow(text, term, span)),
                }
            }
            Expr::Not(inner) => {
                if let Expr::Term(term) = &**inner
                    && let Some(key) = key(term)
                {
                    unwanted.entry(key).or_default().push(term);
                }
            }
            Expr::All | Expr::And(_) | Expr::Or(_) => {}
        }
    }
    for (key, wanted) in wanted.iter().filter(|(_, wanted)| !wanted.is_over) {
        let (term, span) = wanted.first;
        let (Some(others), Some(values)) = (unwanted.get(key), values(term)) else { continue };
        let others: BTreeSet<String> =
            others.iter().filter_map(|term| self::values(term)).flatten().collect();
        if values.is_subset(&others) {
            notes
                .push(Note::new(span.clone(), format!("`{}` is excluded here as well", &text[span.clone()])));
        }
    }
    notes.sort_by_key(|note| note.span.start);
    notes
}

/// What the conditions on one field leave of its values.
struct Wanted<'a> {
    /// The first of the conditions.
    first: (&'a Term, &'a Range<usize>),
    /// The values that all of them let through, once there are two.
    left: Option<BTreeSet<String>>,
    /// Nothing is left, and that was told; or the first condition is not about whole values.
    is_over: bool,
}

impl Wanted<'_> {
    fn narrow(&mut self, text: &str, term: &Term, span: &Range<usize>) -> Option<Note> {
        if self.is_over {
            return None;
        }
        let others = values(term)?;
        let Some(mut left) = self.left.take().or_else(|| values(self.first.0)) else {
            self.is_over = true;
            return None;
        };
        left.retain(|value| others.contains(value));
        self.is_over = left.is_empty();
        self.left = Some(left);
        self.is_over.then(|| both(text, self.first.1, span))
    }
}

/// The field of a condition on one of [`SINGLE`].
fn key(term: &Term) -> Option<&'static str> {
    match term {
        Term::Field(row, _) if SINGLE.contains(&row.key) => Some(row.key),
        _ => None,
    }
}

/// Two conditions on one field: probably either was meant.
fn both(text: &str, first: &Range<usize>, second: &Range<usize>) -> Note {
    let (one, other) = (&text[first.clone()], &text[second.clone()]);
    let note = Note::new(second.clone(), format!("no event is both `{one}` and `{other}`"));
    let (Some((_, value)), Some(between)) = (other.split_once(':'), text.get(first.end..second.start)) else {
        return note;
    };
    let either = format!("{one},{value}");
    let fixed = Note { message: format!("{}: either is `{either}`", note.message), ..note };
    fixed.fix(first.start..second.end, format!("{either}{}", between.trim_end()))
}

/// The values, folded, that a condition lets through; `None` where it is not about whole values.
fn values(term: &Term) -> Option<BTreeSet<String>> {
    let Term::Field(row, tests) = term else { return None };
    tests
        .iter()
        .map(|test| match test {
            // The feed's own word may be any: only of the shared ones does an event have but one.
            Test::Text(Pattern::Exact(needle)) if row.key == "action" => {
                let action = Action::from_word(&needle.text);
                ACTIONS.iter().any(|row| row.action == action).then(|| action.word().to_owned())
            }
            Test::Text(Pattern::Exact(needle)) => Some(needle.folded().to_owned()),
            Test::Word(word) => Some(word.word.to_owned()),
            _ => None,
        })
        .collect()
}

/// The stretch that all conditions about time leave.
#[derive(Default)]
struct Times {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    told: bool,
}

impl Times {
    fn narrow(&mut self, text: &str, term: &Term, span: &Range<usize>) -> Option<Note> {
        let (from, to) = stretch(term)?;
        self.from = self.from.max(from);
        self.to = match (self.to, to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let is_empty = self.from.zip(self.to).is_some_and(|(from, to)| from >= to);
        (is_empty && !std::mem::replace(&mut self.told, is_empty)).then(|| {
            let message = format!("no time is within `{}` and the other times here", &text[span.clone()]);
            Note::new(span.clone(), message)
        })
    }
}

/// From the start of the earliest to the end of the latest stretch of a condition about time.
fn stretch(term: &Term) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
    let Term::Field(_, tests) = term else { return None };
    let mut ends: Option<(Option<Timestamp>, Option<Timestamp>)> = None;
    for test in tests {
        let Test::Time(test) = test else { return None };
        if test.anchor.is_some() {
            return None;
        }
        ends = Some(match ends {
            None => (test.from, test.to),
            Some((from, to)) => {
                (from.zip(test.from).map(|(a, b)| a.min(b)), to.zip(test.to).map(|(a, b)| a.max(b)))
            }
        });
    }
    ends
}
