//! What is worth knowing about a query that is understood all the same.
//!
//! Some of it shows in the text alone: a clock time that came twice, conditions that exclude each other. For
//! the rest the query is held against what the cache has ([`World`]): a value that no event has, a time that
//! nothing is known of.

use std::ops::Range;

use crate::domain::{Action, Timestamp, nearest};

use super::error::Fix;
use super::fields::FieldRow;
use super::print;
use super::text::{Pattern, fold};

/// Something worth knowing. It never keeps a query from being asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The part of the text it is about, in bytes.
    pub span: Range<usize>,
    /// What to know, as one sentence without a full stop.
    pub message: String,
    /// The edit that is most likely meant.
    pub fix: Option<Fix>,
}

impl Note {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), fix: None }
    }

    pub(super) fn fix(mut self, span: Range<usize>, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }
}

/// A part of a query that can be held against the cache.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// Where it stands, in bytes.
    pub(super) span: Range<usize>,
    pub(super) of: Named,
}

/// What a query mentions.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Named {
    /// A value of a text field.
    Value(&'static FieldRow, Pattern),
    /// The path of a changed field, and whether its value is asked for too.
    Changed(Pattern, bool),
    /// The path of a leaf of the raw record.
    Leaf(Box<str>),
    /// A time that events may be as old as.
    Since(Timestamp),
}

/// What the cache has, as far as a query can be held against it.
pub trait World {
    /// Every value under a key; `None` where that is not known.
    fn values(&self, key: &str) -> Option<Vec<String>>;
    /// Whether any feed in the cache says which fields changed.
    fn has_changes(&self) -> bool;
    /// The oldest event, as long as older ones may still be fetched.
    fn reaches(&self) -> Option<Timestamp>;
    /// Whether values under such a name are masked.
    fn masks(&self, name: &str) -> bool;
    /// A moment as it is shown to the user.
    fn show(&self, time: Timestamp) -> String;
}

/// What `world` says about the parts of a query.
pub fn advise(mentions: &[Mention], world: &dyn World) -> Vec<Note> {
    mentions.iter().filter_map(|mention| advise_on(mention, world)).collect()
}

fn advise_on(mention: &Mention, world: &dyn World) -> Option<Note> {
    let note = |message: String| Some(Note::new(mention.span.clone(), message));
    match &mention.of {
        Named::Value(row, pattern) => never_seen(mention, row, pattern, world),
        Named::Changed(..) if !world.has_changes() => {
            note("no feed in the cache says which fields changed".to_owned())
        }
        Named::Changed(Pattern::Exact(path), true) if world.masks(last_segment(&path.text)) => {
            note(format!("values of `{}` are masked, and no query can look at them", path.text))
        }
        Named::Leaf(path) if world.masks(last_segment(path)) => {
            note(format!("values of `{path}` are masked, and no query can look at them"))
        }
        Named::Since(from) => {
            let reaches = world.reaches().filter(|reaches| from < reaches)?;
            note(format!("the cache reaches back to {} so far", world.show(reaches)))
        }
        Named::Changed(..) | Named::Leaf(_) => None,
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit(['.', '[', ']', '/']).find(|segment| !segment.is_empty()).unwrap_or(path)
}

fn never_seen(mention: &Mention, row: &FieldRow, pattern: &Pattern, world: &dyn World) -> Option<Note> {
    let values = world.values(row.key).filter(|values| !values.is_empty())?;
    let is_meant = |value: &String| match pattern {
        // A word also means its past tense and its aliases.
        Pattern::Exact(needle) if row.key == "action" => {
            Action::from_word(&needle.text) == Action::from_word(value)
        }
        _ => false,
    };
    if values.iter().any(|value| pattern.matches(value) || is_meant(value)) {
        return None;
    }
    let typed = match pattern {
        Pattern::Exact(needle) | Pattern::Contains(needle) | Pattern::Glob(needle) => &needle.text,
        Pattern::Regex(_) => {
            return Some(Note::new(
                mention.span.clone(),
                format!("no {} in the cache is like this", row.key),
            ));
        }
    };
    let message = format!("the cache has no `{}:` like `{typed}`", row.key);
    let note = |message: String| Note::new(mention.span.clone(), message);
    Some(match near(typed, &values) {
        Some(meant) => {
            note(format!("{message}: did you mean `{meant}`?")).fix(mention.span.clone(), print::value(meant))
        }
        None => note(message),
    })
}

/// The value that was probably meant, or one of its words.
fn near<'v>(typed: &str, values: &'v [String]) -> Option<&'v str> {
    let whole = nearest(typed, values.iter().map(String::as_str));
    whole.or_else(|| {
        let words =
            |value: &'v String| value.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
        let folded = fold(typed);
        nearest(&folded, values.iter().flat_map(words))
    })
}
