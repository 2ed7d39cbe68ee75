//! `[filters]`: what of a query the server can be asked for, and in which words.
//!
//! It narrows what is fetched and proves nothing about the rest of the list: whoever asks with a
//! [`Filter`] learns of the events that came, and must not conclude anything from those that did not.

use serde_json::Value;

use super::expr::Words;
use super::profile::Profile;
use super::reach::Bound;
use super::time::TimeFormat;
use crate::domain::{Action, Condition, Timestamp};

/// One entry of `[filters]`.
#[derive(Debug)]
pub(super) struct FilterParam {
    /// The key of the field in a query, one of [`Condition::KEYS`].
    pub(super) key: String,
    /// The parameter, or the place in the body.
    pub(super) param: String,
    /// Words of the query language with the server's own for them.
    pub(super) words: Vec<(String, String)>,
    /// The form of a time.
    pub(super) format: TimeFormat,
}

/// What a request for a part of the list adds to the one for the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    asked: Vec<Asked>,
    params: Vec<(String, Value)>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// One condition, as the server is asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asked {
    /// The key of the field in the query.
    pub key: &'static str,
    /// The parameter that carries it.
    pub param: String,
    /// Its value in the server's words.
    pub value: String,
}

impl Filter {
    /// Whether the server is asked for the whole list all the same.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// What the server is asked for, in the order of the conditions.
    pub fn asked(&self) -> &[Asked] {
        &self.asked
    }

    /// The part of a range of time that is asked for; `None` where nothing of it is.
    pub fn part_of(
        &self,
        (since, until): (Option<Timestamp>, Option<Timestamp>),
    ) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
        let since = since.max(self.since);
        let until = match (until, self.until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let empty = since.zip(until).is_some_and(|(since, until)| until <= since);
        (!empty).then_some((since, until))
    }

    pub(super) fn params(&self) -> impl Iterator<Item = (&str, Value)> {
        self.params.iter().map(|(name, value)| (name.as_str(), value.clone()))
    }

    fn add(&mut self, key: &'static str, param: &str, value: Value) {
        let shown = match &value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.asked.push(Asked { key, param: param.to_owned(), value: shown });
        self.params.push((param.to_owned(), value));
    }
}

impl Profile {
    /// What of `conditions` the server can be asked for. Each stands for itself: what it does not know is
    /// left out.
    pub fn narrow(&self, conditions: &[Condition]) -> Filter {
        let mut filter = Filter::default();
        for condition in conditions {
            let entry = self.filters.iter().find(|entry| entry.key == condition.key());
            match (condition, entry) {
                (Condition::Since(time), Some(entry)) => {
                    filter.add("since", &entry.param, entry.time(*time));
                }
                // An end that is left out excludes its own step, so that nothing before it is cut off.
                (Condition::Until(time), Some(entry)) => {
                    filter.add("until", &entry.param, entry.time(time.plus_millis(entry.format.step())));
                }
                (Condition::Since(time), None) => {
                    filter.since = reached(&mut filter, "since", self.sync.since.as_ref(), *time);
                }
                (Condition::Until(time), None) => {
                    filter.until = reached(&mut filter, "until", self.sync.until.as_ref(), *time);
                }
                (_, None) => {}
                (other, Some(entry)) => {
                    if let Some(word) = self.word_of(other, entry) {
                        filter.add(other.key(), &entry.param, Value::String(word));
                    }
                }
            }
        }
        filter
    }

    /// The server's word for the value of a condition. There is none where several of its words may mean
    /// the same: asking for one would leave out the others.
    fn word_of(&self, condition: &Condition, entry: &FilterParam) -> Option<String> {
        let (word, words) = match condition {
            Condition::Action(word) => (word.as_str(), self.map.action.as_ref()),
            Condition::Type(word) => (word.as_str(), self.map.entity_kind.as_ref()),
            Condition::Status(status) => (status.word(), self.map.status.as_ref()),
            Condition::Entity(text) | Condition::Actor(text) => (text.as_str(), None),
            Condition::Since(_) | Condition::Until(_) => return None,
        };
        if let Some((_, own)) = entry.words.iter().find(|(ours, _)| ours == word) {
            return Some(own.clone());
        }
        let same = |meaning: &str| match condition {
            Condition::Action(word) => Action::from_word(meaning) == Action::from_word(word),
            _ => meaning.eq_ignore_ascii_case(word),
        };
        let ambiguous = words.and_then(|field| field.words.as_deref()).is_some_and(|words: &Words| {
            words.known.values().chain(&words.other).any(|meaning| same(meaning))
        });
        (!ambiguous).then(|| word.to_owned())
    }
}

/// A time that goes into the range that every request can name.
fn reached(
    filter: &mut Filter,
    key: &'static str,
    bound: Option<&Bound>,
    time: Timestamp,
) -> Option<Timestamp> {
    let bound = bound?;
    filter.asked.push(Asked { key, param: bound.param.clone(), value: bound.format.write(time) });
    Some(time)
}

impl FilterParam {
    fn time(&self, time: Timestamp) -> Value {
        let text = self.format.write(time);
        match text.parse::<i64>() {
            Ok(number) if matches!(self.format, TimeFormat::Epoch(_)) => Value::from(number),
            _ => Value::String(text),
        }
    }
}
