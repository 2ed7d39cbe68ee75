//! Which parts of an answer are records.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::json::Json;
use super::page::Envelope;
use super::pointer::{Pointer, raw_child};
use super::{ShapeError, bounds};

/// Where records stand, and what is done to them before they are read: `[items]`.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// The list of records. Where records are cut out of others, this may be a single one.
    pub(super) at: Pointer,
    /// Texts that hold JSON; each is replaced by what it holds.
    pub(super) decode: Vec<Pointer>,
    /// The list inside each record whose elements are the events.
    pub(super) explode: Option<Pointer>,
}

/// A record and what it was cut out of, or why it is none.
pub(super) type Entry<'v> = Result<(Json<'v>, Option<&'v Json<'v>>), String>;

impl Items {
    /// The elements of the list, as they were sent.
    pub(super) fn of<'t>(&self, envelope: &Envelope<'t>) -> Result<Vec<&'t RawValue>, ShapeError> {
        let one = envelope.at(&self.at).filter(|raw| self.explode.is_some() && raw.get().starts_with('{'));
        one.map_or_else(|| envelope.list(&self.at), |raw| Ok(vec![raw]))
    }

    /// One element, parsed, with the texts in it that hold JSON replaced by what they hold.
    pub(super) fn parse<'t>(&self, raw: &'t str) -> Result<Json<'t>, String> {
        bounds::record(raw).map(|value| self.decoded(value)).map_err(|why| format!("it {why}"))
    }

    fn decoded<'t>(&self, mut value: Json<'t>) -> Json<'t> {
        for pointer in &self.decode {
            if let Some(part) = pointer.of_mut(&mut value) {
                let inner = part.as_text().and_then(|text| bounds::document(text).ok()).map(Json::into_owned);
                if let Some(inner) = inner {
                    *part = inner;
                }
            }
        }
        value
    }

    /// Calls `each` with every record and the text it was sent as. What was cut out of a text that holds
    /// JSON is written anew.
    pub(super) fn each(&self, items: &[&RawValue], each: &mut dyn FnMut(&str, Entry<'_>)) {
        for raw in items {
            let Some(explode) = &self.explode else {
                each(raw.get(), self.parse(raw.get()).map(|value| (value, None)));
                continue;
            };
            // What records are cut out of is no record: the bounds are those of each of its parts.
            let outer = match Json::parse(raw.get()) {
                Ok(outer @ Json::Object(_)) => self.decoded(outer),
                Ok(_) => {
                    each(raw.get(), Err("it is not an object".to_owned()));
                    continue;
                }
                Err(error) => {
                    each(raw.get(), Err(format!("it is not readable JSON: {error}")));
                    continue;
                }
            };
            match explode.of(&outer) {
                None | Some(Json::Null) => {}
                Some(Json::List(list)) => {
                    let sent = explode.keys().iter().try_fold(*raw, |value, key| raw_child(value, key));
                    let sent = sent.and_then(bounds::elements);
                    let sent = sent.filter(|sent| sent.len() == list.len());
                    for (place, inner) in list.iter().enumerate() {
                        let raw = sent.as_ref().map_or_else(
                            || Cow::Owned(inner.to_value().to_string()),
                            |sent| Cow::Borrowed(sent[place].get()),
                        );
                        let fits = bounds::part(&raw, inner).map_err(|why| format!("it {why}"));
                        each(&raw, fits.map(|()| (inner.clone(), Some(&outer))));
                    }
                }
                Some(_) => each(raw.get(), Err(format!("it has no list at `{explode}`"))),
            }
        }
    }
}
