//! Where a value comes from: the small language to the right of a profile's `=`.
//!
//! | written | means |
//! |---|---|
//! | `/a/b` | the value at this JSON Pointer; a segment may be a placeholder: `/{/type}/name` |
//! | `^/a` | the same in the outer record, where records are cut out of one |
//! | `@name` | a variable: `@tenant`, `@scope.id`, `@secret.token`, `@token` |
//! | `text {/a} text` | a template; without a value for each of its placeholders it has none itself |
//! | `{/a\|word}` | … with the value put through the table `[map.enum.word]`, or `lower`, `upper` |
//! | `{/a\|first}`, `{/a\|last}` | … of a dotted word such as `project.edit`, the part before the first or after the last dot |
//! | `{/a\|prior}` | … the whole number before it; nothing before 1 |
//! | `{@since\|epoch_ms}` | … a time in one of the forms of `[time]`; `@since` and `@until` exist in requests |
//! | `{/a?text}` | … `text` itself, provided that there is a value that is not empty |
//! | `#{/a}{/b}` | these parts together identify the record, where it has no id |
//! | `["x", "y"]` | the first that is not absent, null, `""` or `[]` |
//!
//! `{{` and `}}` stand for braces. Everything is compiled once; evaluating cannot fail, only find nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::json::{Json, write_text};
use super::pointer::child;
use super::profile::{Profile, Var};
use super::time::TimeFormat;
use super::{Binding, Scope, Token};
use crate::domain::Timestamp;

mod show;

/// A compiled value expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Pointer(Path),
    Variable(Variable),
    Template(Vec<Piece>),
    /// The parts that identify a record.
    Hash(Vec<Slot>),
    First(Vec<Expr>),
}

/// A JSON Pointer, maybe with placeholders in its segments.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Path {
    pub(super) outer: bool,
    pub(super) segments: Vec<Segment>,
}

impl Path {
    /// Whether it is the pointer of these keys.
    pub(super) fn is(&self, keys: &[Box<str>]) -> bool {
        self.segments.len() == keys.len()
            && self.segments.iter().zip(keys).all(|(segment, key)| *segment == Segment::Key(key.clone()))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Segment {
    Key(Box<str>),
    Slot(Slot),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Slot(Slot),
}

/// A placeholder.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slot {
    pub(super) from: From,
    pub(super) shape: Option<Shaping>,
}

/// Where a placeholder takes its value from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum From {
    Path(Path),
    Variable(Variable),
}

/// What happens to a placeholder's value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shaping {
    Lower,
    Upper,
    /// What stands before the first dot.
    First,
    /// What stands after the last dot.
    Last,
    /// The whole number before it; nothing before 1.
    Prior,
    Words(Arc<Words>),
    /// This text in place of any value that is not empty.
    Instead(String),
    /// A time in this form.
    Time(TimeFormat),
}

/// A table of words, `[map.enum.NAME]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Words {
    /// Its name, by which a placeholder calls it.
    pub(super) name: String,
    pub(super) known: BTreeMap<String, String>,
    /// What any other word becomes; without it, it stays as it is.
    pub(super) other: Option<String>,
}

impl Words {
    /// What the table says for `word`; `None` where it stays as it is.
    pub(super) fn known_word(&self, word: &str) -> Option<&str> {
        self.known.get(word).or(self.other.as_ref()).map(String::as_str)
    }
}

/// What `@name` can name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Variable {
    /// One of `[vars]`.
    Var(String),
    /// One that the list of scopes sets.
    Set(String),
    ScopeId,
    ScopeName,
    Secret(String),
    /// The token of an exchange.
    Token,
    /// What buys the next token.
    Refresh,
    /// From when on the request asks.
    Since,
    /// Until when the request asks.
    Until,
    /// The one of several values that a request is made for.
    Each,
}

/// What an expression is evaluated over. What is not there has no value.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Values<'a> {
    pub(super) record: Option<&'a Json<'a>>,
    pub(super) outer: Option<&'a Json<'a>>,
    pub(super) vars: &'a [Var],
    pub(super) binding: Option<&'a Binding>,
    pub(super) scope: Option<&'a Scope>,
    pub(super) token: Option<&'a Token>,
    pub(super) since: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    pub(super) each: Option<&'a str>,
}

impl<'a> Values<'a> {
    pub(super) fn of(profile: &'a Profile, binding: &'a Binding) -> Self {
        Self { vars: &profile.vars, binding: Some(binding), ..Self::default() }
    }

    /// The variable's value; a time in the form that `shape` names, else as ISO 8601.
    fn variable(&self, variable: &Variable, shape: Option<&Shaping>) -> Option<Cow<'a, str>> {
        let written = |time: Timestamp| match shape {
            Some(Shaping::Time(format)) => Cow::Owned(format.write(time)),
            _ => Cow::Owned(TimeFormat::Iso.write(time)),
        };
        match variable {
            Variable::Since => self.since.map(written),
            Variable::Until => self.until.map(written),
            other => self.text(other).map(Cow::Borrowed),
        }
    }

    fn text(&self, variable: &Variable) -> Option<&'a str> {
        match variable {
            Variable::Since | Variable::Until => None,
            Variable::Var(name) => {
                let given = self.binding.and_then(|binding| binding.vars.get(name));
                let default = || self.vars.iter().find(|var| var.name == *name)?.default.as_ref();
                given.or_else(default).map(String::as_str)
            }
            Variable::Set(name) => self.scope?.vars.get(name).map(String::as_str),
            Variable::ScopeId => self.scope.map(Scope::own_id),
            Variable::ScopeName => self.scope?.name.as_deref(),
            Variable::Secret(name) => Some(self.binding?.secrets.get(name)?.expose()),
            Variable::Token => self.token.map(|token| token.access.expose()),
            Variable::Refresh => Some(self.token?.refresh.as_ref()?.expose()),
            Variable::Each => self.each,
        }
    }
}

impl Path {
    fn of<'a>(&self, values: &Values<'a>) -> Option<&'a Json<'a>> {
        let root = if self.outer { values.outer } else { values.record };
        self.segments.iter().try_fold(root?, |value, segment| match segment {
            Segment::Key(key) => child(value, key),
            Segment::Slot(slot) => child(value, &slot.text(values)?),
        })
    }
}

impl Slot {
    fn value<'a>(&self, values: &Values<'a>) -> Option<&'a Json<'a>> {
        match &self.from {
            From::Path(path) => path.of(values),
            From::Variable(_) => None,
        }
    }

    pub(super) fn text<'a>(&'a self, values: &Values<'a>) -> Option<Cow<'a, str>> {
        let found = match &self.from {
            From::Path(path) => scalar(path.of(values)?)?,
            From::Variable(variable) => values.variable(variable, self.shape.as_ref())?,
        };
        Some(match &self.shape {
            None | Some(Shaping::Time(_)) => found,
            Some(Shaping::Lower) => found.to_lowercase().into(),
            Some(Shaping::Upper) => found.to_uppercase().into(),
            Some(Shaping::First) => found.split('.').next().unwrap_or_default().to_owned().into(),
            Some(Shaping::Last) => found.rsplit('.').next().unwrap_or_default().to_owned().into(),
            Some(Shaping::Prior) => {
                let prior = found.parse::<u64>().ok()?.checked_sub(1);
                prior.filter(|prior| *prior > 0)?.to_string().into()
            }
            Some(Shaping::Words(words)) => words.known_word(&found).map_or(found, Cow::Borrowed),
            Some(Shaping::Instead(_)) if found.is_empty() => return None,
            Some(Shaping::Instead(text)) => text.into(),
        })
    }
}

impl Expr {
    /// The value as JSON.
    pub(super) fn value<'a>(&'a self, values: &Values<'a>) -> Option<Cow<'a, Json<'a>>> {
        match self {
            Self::Pointer(path) => path.of(values).map(Cow::Borrowed),
            Self::First(exprs) => {
                exprs.iter().filter_map(|expr| expr.value(values)).find(|value| !is_empty(value))
            }
            other => other.text(values).map(|text| Cow::Owned(Json::Text(text))),
        }
    }

    /// The value as text: a string, a number or a boolean; anything else is no text.
    pub(super) fn text<'a>(&'a self, values: &Values<'a>) -> Option<Cow<'a, str>> {
        match self {
            Self::Pointer(path) => scalar(path.of(values)?),
            Self::Variable(variable) => values.variable(variable, None),
            Self::Template(pieces) => match &pieces[..] {
                [Piece::Text(fixed)] => Some(Cow::Borrowed(fixed)),
                [Piece::Slot(slot)] => slot.text(values),
                pieces => {
                    let mut text = String::new();
                    for piece in pieces {
                        match piece {
                            Piece::Text(fixed) => text.push_str(fixed),
                            Piece::Slot(slot) => text.push_str(&slot.text(values)?),
                        }
                    }
                    Some(Cow::Owned(text))
                }
            },
            Self::Hash(slots) => parts(slots, values).map(Cow::Owned),
            Self::First(exprs) => {
                exprs.iter().filter_map(|expr| expr.text(values)).find(|text| !text.is_empty())
            }
        }
    }

    /// The text for an entry of a request; `None` where a placeholder or the whole is empty, so that the
    /// entry is left out.
    pub(super) fn filled(&self, values: &Values<'_>) -> Option<String> {
        if let Self::Template(pieces) = self {
            let empty = |piece: &Piece| match piece {
                Piece::Slot(slot) => slot.text(values).is_none_or(|text| text.is_empty()),
                Piece::Text(_) => false,
            };
            if pieces.iter().any(empty) {
                return None;
            }
        }
        self.text(values).filter(|text| !text.is_empty()).map(Cow::into_owned)
    }

    /// The number that it is, where it is nothing but a time counted in some unit.
    pub(super) fn number(&self, values: &Values<'_>) -> Option<i64> {
        let Self::Template(pieces) = self else { return None };
        let [Piece::Slot(slot)] = &pieces[..] else { return None };
        let counted = matches!(slot.shape, Some(Shaping::Time(TimeFormat::Epoch(_))));
        slot.text(values).filter(|_| counted)?.parse().ok()
    }

    /// Calls `each` with every variable that it names.
    fn variables<'e>(&'e self, each: &mut dyn FnMut(&'e Variable)) {
        match self {
            Self::Pointer(path) => path.variables(each),
            Self::Variable(variable) => each(variable),
            Self::Template(pieces) => {
                for piece in pieces {
                    if let Piece::Slot(slot) = piece {
                        slot.variables(each);
                    }
                }
            }
            Self::Hash(slots) => slots.iter().for_each(|slot| slot.variables(each)),
            Self::First(exprs) => exprs.iter().for_each(|expr| expr.variables(each)),
        }
    }

    /// The first variable without which it has no value, if that is why it has none.
    pub(super) fn missing(&self, values: &Values<'_>) -> Option<&Variable> {
        let mut missing = None;
        self.variables(&mut |variable| {
            if missing.is_none() && values.variable(variable, None).is_none_or(|text| text.is_empty()) {
                missing = Some(variable);
            }
        });
        missing
    }

    /// Whether it names a secret, or a token that was bought with one.
    pub(super) fn names_secret(&self) -> bool {
        let mut found = false;
        self.variables(&mut |variable| {
            found |= matches!(variable, Variable::Secret(_) | Variable::Token | Variable::Refresh);
        });
        found
    }

    /// Whether it takes anything from the record. An expression that does not is the same for all records.
    pub(super) fn reads_record(&self) -> bool {
        let slot = |slot: &Slot| matches!(slot.from, From::Path(_));
        match self {
            Self::Pointer(_) => true,
            Self::Variable(_) => false,
            Self::Template(pieces) => {
                pieces.iter().any(|piece| matches!(piece, Piece::Slot(inner) if slot(inner)))
            }
            Self::Hash(slots) => slots.iter().any(slot),
            Self::First(exprs) => exprs.iter().any(Self::reads_record),
        }
    }
}

impl Path {
    fn variables<'e>(&'e self, each: &mut dyn FnMut(&'e Variable)) {
        for segment in &self.segments {
            if let Segment::Slot(slot) = segment {
                slot.variables(each);
            }
        }
    }
}

impl Slot {
    fn variables<'e>(&'e self, each: &mut dyn FnMut(&'e Variable)) {
        match &self.from {
            From::Path(path) => path.variables(each),
            From::Variable(variable) => each(variable),
        }
    }
}

/// Strings as they are, numbers and booleans as they are written.
pub(super) fn scalar<'v>(value: &'v Json<'_>) -> Option<Cow<'v, str>> {
    match value {
        Json::Text(text) => Some(Cow::Borrowed(text)),
        Json::Number(number) => Some(Cow::Owned(number.to_string())),
        Json::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Json::Null | Json::List(_) | Json::Object(_) => None,
    }
}

/// What a fallback list passes over.
pub(super) fn is_empty(value: &Json<'_>) -> bool {
    match value {
        Json::Null => true,
        Json::Text(text) => text.is_empty(),
        Json::List(list) => list.is_empty(),
        _ => false,
    }
}

/// The parts as JSON values separated by commas. An absent part leaves its place empty, so that absent,
/// null and `""` stay three things. Without any part there is nothing to tell the record by.
fn parts(slots: &[Slot], values: &Values<'_>) -> Option<String> {
    let mut found = false;
    let mut parts = String::new();
    for (place, slot) in slots.iter().enumerate() {
        parts.push_str(if place > 0 { "," } else { "" });
        match (&slot.shape, slot.value(values)) {
            (None, Some(value)) => {
                value.write_canonical(&mut parts);
                found = true;
            }
            _ => {
                if let Some(text) = slot.text(values) {
                    write_text(&text, &mut parts);
                    found = true;
                }
            }
        }
    }
    found.then_some(parts)
}

/// The value as compact JSON with sorted keys.
pub(super) fn canonical(value: &Json<'_>) -> String {
    let mut text = String::new();
    value.write_canonical(&mut text);
    text
}
