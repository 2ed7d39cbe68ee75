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
    let mut wanted: HashMap<&str, (BTreeSet<String>, &Range<usize>)> = HashMap::new();
    let mut unwanted: HashMap<&str, BTreeSet<String>> = HashMap::new();
    let mut times = Times::default();
    for (expr, span) in sides {
        match expr {
            Expr::Term(term) => {
                if let Some(note) = times.narrow(text, term, span) {
                    notes.push(note);
                }
                let Some((key, values)) = values(term) else { continue };
                match wanted.get_mut(key) {
                    None => {
                        wanted.insert(key, (values, span));
                    }
                    Some((others, _)) if others.is_empty() => {}
                    Some((others, first)) => {
                        others.retain(|value| values.contains(value));
                        if others.is_empty() {
                            notes.push(both(text, first, span));
                        }
                    }
                }
            }
            Expr::Not(inner) => {
                if let Expr::Term(term) = &**inner
                    && let Some((key, values)) = values(term)
                {
                    unwanted.entry(key).or_default().extend(values);
                }
            }
            Expr::All | Expr::And(_) | Expr::Or(_) => {}
        }
    }
    for (key, (values, span)) in wanted {
        if !values.is_empty() && unwanted.get(key).is_some_and(|others| values.is_subset(others)) {
            notes
                .push(Note::new(span.clone(), format!("`{}` is excluded here as well", &text[span.clone()])));
        }
    }
    notes.sort_by_key(|note| note.span.start);
    notes
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

/// The key of a condition on one of [`SINGLE`], and the values, folded, that it lets through.
fn values(term: &Term) -> Option<(&'static str, BTreeSet<String>)> {
    let Term::Field(row, tests) = term else { return None };
    let key = row.key;
    if !SINGLE.contains(&key) {
        return None;
    }
    let values: Option<BTreeSet<String>> = tests
        .iter()
        .map(|test| match test {
            // The feed's own word may be any: only of the shared ones does an event have but one.
            Test::Text(Pattern::Exact(needle)) if key == "action" => {
                let action = Action::from_word(&needle.text);
                ACTIONS.iter().any(|row| row.action == action).then(|| action.word().to_owned())
            }
            Test::Text(Pattern::Exact(needle)) => Some(needle.folded().to_owned()),
            Test::Word(word) => Some(word.word.to_owned()),
            _ => None,
        })
        .collect();
    Some((key, values?))
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
