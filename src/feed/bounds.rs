//! JSON within bounds: what a stranger wrote can be nested so deeply, or be so long, that reading it costs more
//! than it can be worth.
//!
//! The parser itself ends at 128 levels, so nothing here can run out of stack. What is never read but only cut
//! out and kept, as records are, may be as deep as it likes.

use std::fmt;

use serde::de::{Deserializer as _, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::json::Json;
use super::pointer::Members;

const MIB: usize = 1024 * 1024;
/// The longest record that is read, in bytes.
const RECORD: usize = MIB;
/// The longest answer that is taken apart to its last value. Values take up many times the room of their text.
const ANSWER: usize = 8 * MIB;
/// The longest list that is read: many times what any provider sends at once.
pub(super) const LIST: usize = 250_000;
/// How many lists and objects may stand inside each other.
const DEPTH: usize = 64;

/// A whole answer that is neither too long nor nested too deeply. The error says in words for people what is
/// wrong with it, and follows "it".
pub(super) fn answer(text: &str) -> Result<Json<'_>, String> {
    check_length(text, ANSWER)?;
    document(text)
}

/// A document that is not nested too deeply.
pub(super) fn document(text: &str) -> Result<Json<'_>, String> {
    match Json::parse(text) {
        Ok(value) if fits(&value, DEPTH) => Ok(value),
        Err(error) if !error.to_string().starts_with("recursion limit") => {
            Err(format!("is not readable JSON: {error}"))
        }
        Ok(_) | Err(_) => Err(too_deep()),
    }
}

/// The same for a record, which may not be too long either.
pub(super) fn record(text: &str) -> Result<Json<'_>, String> {
    check_length(text, RECORD)?;
    document(text)
}

/// The same for one that was parsed already, as a part of something larger.
pub(super) fn part(text: &str, value: &Json<'_>) -> Result<(), String> {
    check_length(text, RECORD)?;
    if fits(value, DEPTH) { Ok(()) } else { Err(too_deep()) }
}

fn check_length(text: &str, most: usize) -> Result<(), String> {
    if text.len() <= most {
        return Ok(());
    }
    let size = text.len() as f64 / MIB as f64;
    Err(format!("is {size:.1} MiB long, and may have {} MiB", most / MIB))
}

/// The elements of a list, if there are no more than [`LIST`]; nothing for what is no list.
pub(super) fn elements(list: &RawValue) -> Option<Vec<&RawValue>> {
    self::list(list.get())
}

/// The members of an object, likewise.
pub(super) fn members(object: &RawValue) -> Option<Members<'_>> {
    self::object(object.get())
}

/// The elements of a whole document that is a list, likewise.
pub(super) fn list(text: &str) -> Option<Vec<&RawValue>> {
    let mut document = serde_json::Deserializer::from_str(text);
    let elements = document.deserialize_seq(Elements).ok()?;
    document.end().is_ok().then_some(elements)
}

/// The members of a whole document that is an object, likewise.
pub(super) fn object(text: &str) -> Option<Members<'_>> {
    let mut document = serde_json::Deserializer::from_str(text);
    let members = document.deserialize_map(Object).ok()?;
    document.end().is_ok().then_some(members)
}

/// Reads a list, and no more of it when it turns out to be too long.
struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            if elements.len() == LIST {
                return Err(A::Error::custom("the list is too long"));
            }
            elements.push(element);
        }
        Ok(elements)
    }
}

/// Reads an object in the same way. Of two members with the same name the last counts.
struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::new();
        while let Some((name, value)) = object.next_entry()? {
            if members.len() == LIST {
                return Err(A::Error::custom("the object has too many members"));
            }
            members.insert(name, value);
        }
        Ok(members)
    }
}

fn too_deep() -> String {
    format!("is nested more than {DEPTH} levels deep")
}

/// Whether no more than `levels` lists and objects stand inside each other.
fn fits(value: &Json<'_>, levels: usize) -> bool {
    match value {
        Json::List(list) => levels > 0 && list.iter().all(|inner| fits(inner, levels - 1)),
        Json::Object(members) => levels > 0 && members.iter().all(|(_, inner)| fits(inner, levels - 1)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        ["[".repeat(levels / 2), "{\"a\":".repeat(levels.div_ceil(2)), "1".to_owned()].concat()
            + &"}".repeat(levels.div_ceil(2))
            + &"]".repeat(levels / 2)
    }

    #[test]
    fn sixty_four_levels_are_read_and_no_more() {
        assert!(document(&nested(64)).is_ok());
        for levels in [65, 127, 128, 129, 10_000, 1_000_000] {
            assert_eq!(
                document(&nested(levels)).unwrap_err(),
                "is nested more than 64 levels deep",
                "{levels}"
            );
        }
        assert!(document(&"[".repeat(64)).unwrap_err().starts_with("is not readable JSON"));
    }

    #[test]
    fn a_record_has_a_mebibyte_at_most() {
        let of = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
        assert!(record(&of(RECORD)).is_ok());
        assert_eq!(record(&of(RECORD * 5 / 2)).unwrap_err(), "is 2.5 MiB long, and may have 1 MiB");
        assert!(answer(&of(RECORD + 1)).is_ok());
        assert!(answer(&of(ANSWER + 1)).is_err());
    }

    #[test]
    fn what_has_too_many_parts_is_not_read_to_its_end() {
        let raw = |text: String| RawValue::from_string(text).unwrap();
        let list = |count: usize| raw(format!("[{}1]", "1,".repeat(count - 1)));
        assert_eq!(elements(&list(LIST)).unwrap().len(), LIST);
        assert!(elements(&list(LIST + 1)).is_none());
        let object = |count: usize| {
            raw(format!(
                "{{{}\"a\":1}}",
                (1..count).map(|n| format!("\"{n}\":1,")).collect::<Vec<_>>().concat()
            ))
        };
        assert_eq!(members(&object(LIST)).unwrap().len(), LIST);
        assert!(members(&object(LIST + 1)).is_none());
        assert!(elements(&object(1)).is_none() && members(&list(1)).is_none());
    }
}
