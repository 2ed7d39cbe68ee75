//! One changed field applied inside a list, forwards or backwards.
//!
//! Paths name the elements of a list by what tells them apart, by their places, or, in sets, not at all. Only
//! what cannot be misread is applied: where an element came, went or moved by its place, or a name fits two
//! elements, or a value is not the one that the change says was there, the whole list is given up as unknown.

use serde_json::{Map, Value};

use crate::diff::align;
use crate::diff::path::{self, Step};
use crate::diff::rules::IDENTITY_KEYS;
use crate::diff::snapshots::same;
use crate::domain::{Change, Op};

/// Which way a change is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    On,
    Back,
}

/// The list cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lost;

/// What a change makes of a field in this direction.
#[derive(Debug, Clone, Copy)]
pub(super) enum Turn<'c> {
    /// The field comes to be, with this value.
    Comes(&'c Value),
    /// It goes, and was this, where that is known.
    Goes(Option<&'c Value>),
    /// It was the first, where that is known, and is the second.
    Becomes(Option<&'c Value>, &'c Value),
    /// It becomes something that nobody says.
    Unknown,
}

impl<'c> Turn<'c> {
    pub(super) fn of(change: &'c Change, way: Way) -> Self {
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        let (was, is) = if way == Way::On { (before, after) } else { (after, before) };
        match (change.op, way) {
            (Op::Add, Way::On) | (Op::Remove, Way::Back) => is.map_or(Self::Unknown, Self::Comes),
            (Op::Add, Way::Back) | (Op::Remove, Way::On) => Self::Goes(was),
            (Op::Replace, _) | (Op::Set, Way::On) => is.map_or(Self::Unknown, |is| Self::Becomes(was, is)),
            (Op::Set, Way::Back) | (Op::Move, _) => Self::Unknown,
        }
    }
}

/// Applies a change to `value`, which stands where `rest` begins. Says whether the order of a list became
/// unknown by it.
pub(super) fn apply(value: &mut Value, rest: &[Step<'_>], turn: Turn<'_>) -> Result<bool, Lost> {
    match (value, rest) {
        (Value::Object(fields), [Step::Key(key), rest @ ..]) => member(fields, key, rest, turn),
        (Value::Array(list), [Step::Element(label), rest @ ..]) => element(list, label, rest, turn),
        _ => Err(Lost),
    }
}

fn member(
    fields: &mut Map<String, Value>,
    key: &str,
    rest: &[Step<'_>],
    turn: Turn<'_>,
) -> Result<bool, Lost> {
    if !rest.is_empty() {
        return apply(fields.get_mut(key).ok_or(Lost)?, rest, turn);
    }
    let fits = |was: Option<&Value>| was.is_none_or(|was| fields.get(key).is_some_and(|is| same(is, was)));
    match turn {
        Turn::Comes(value) if !fields.contains_key(key) => drop(fields.insert(key.to_owned(), value.clone())),
        Turn::Goes(was) if fields.contains_key(key) && fits(was) => drop(fields.remove(key)),
        Turn::Becomes(was, value) if fits(was) => drop(fields.insert(key.to_owned(), value.clone())),
        _ => return Err(Lost),
    }
    Ok(false)
}

fn element(list: &mut Vec<Value>, label: &str, rest: &[Step<'_>], turn: Turn<'_>) -> Result<bool, Lost> {
    if label == "[]" {
        return if rest.is_empty() { in_set(list, turn) } else { Err(Lost) };
    }
    let place = label.strip_prefix('[').and_then(|label| label.strip_suffix(']')).ok_or(Lost)?;
    let by_place = place.parse::<usize>().ok();
    let found = match by_place {
        Some(place) => (place < list.len()).then_some(place),
        None => named(list, label)?,
    };
    if !rest.is_empty() {
        return apply(list.get_mut(found.ok_or(Lost)?).ok_or(Lost)?, rest, turn);
    }
    let fits = |at: usize, was: Option<&Value>| was.is_none_or(|was| same(&list[at], was));
    match (turn, found) {
        (Turn::Becomes(was, value), Some(at)) if fits(at, was) => {
            list[at] = value.clone();
            Ok(false)
        }
        // A place says where it stood in one of the two lists only.
        _ if by_place.is_some() => Err(Lost),
        (Turn::Comes(value), None) => {
            list.push(value.clone());
            Ok(true)
        }
        (Turn::Goes(was), Some(at)) if fits(at, was) => {
            list.remove(at);
            Ok(false)
        }
        _ => Err(Lost),
    }
}

fn in_set(list: &mut Vec<Value>, turn: Turn<'_>) -> Result<bool, Lost> {
    match turn {
        Turn::Comes(value) => {
            if !list.contains(value) {
                list.push(value.clone());
            }
            Ok(true)
        }
        Turn::Goes(Some(was)) if list.contains(was) => {
            list.retain(|value| value != was);
            Ok(true)
        }
        _ => Err(Lost),
    }
}

/// The place of the element with this label; lost where the label could mean two of them.
fn named(list: &[Value], label: &str) -> Result<Option<usize>, Lost> {
    let mut keys: Vec<&str> = IDENTITY_KEYS.to_vec();
    for key in list.iter().filter_map(Value::as_object).flat_map(Map::keys) {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    let mut found = None;
    for key in keys {
        let ids: Option<Vec<String>> = list.iter().map(|element| align::identity(element, key)).collect();
        // Only what tells every element apart can have named one.
        let Some(ids) = ids else { continue };
        let is_it = |id: &String| path::named(key, id) == label;
        for place in ids.iter().enumerate().filter(|(_, id)| is_it(id)).map(|(place, _)| place) {
            match found {
                None => found = Some(place),
                Some(other) if other == place => {}
                Some(_) => return Err(Lost),
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(mut value: Value, path: &str, turn: Turn<'_>) -> Option<(Value, bool)> {
        let loose = apply(&mut value, &path::steps(path), turn).ok()?;
        Some((value, loose))
    }

    #[test]
    fn elements_are_found_by_what_tells_them_apart() {
        let list = || json!({ "parts": [{ "name": "a", "v": 1 }, { "name": "b", "v": 2 }] });
        let (one, nine) = (json!(1), json!(9));
        let became = run(list(), "parts[a].v", Turn::Becomes(Some(&one), &nine)).unwrap();
        assert_eq!(became.0["parts"][0]["v"], json!(9));
        assert!(run(list(), "parts[a].v", Turn::Becomes(Some(&nine), &one)).is_none(), "it was not nine");
        assert!(run(list(), "parts[c].v", Turn::Becomes(None, &one)).is_none());
        let c = json!({ "name": "c" });
        assert!(run(list(), "parts[c]", Turn::Comes(&c)).unwrap().1, "where it stands is not said");
        assert_eq!(
            run(list(), "parts[b]", Turn::Goes(None)).unwrap().0["parts"].as_array().unwrap().len(),
            1
        );
    }

    #[test]
    fn what_could_be_misread_is_given_up() {
        // `[a]` is the owner of the first and the name of the second.
        let list = json!([{ "name": "b", "owner": "a" }, { "name": "a", "owner": "c" }]);
        let nine = json!(9);
        assert!(run(list, "[a].v", Turn::Becomes(None, &nine)).is_none());
        for turn in [Turn::Comes(&nine), Turn::Goes(None), Turn::Unknown] {
            assert!(run(json!([1, 2]), "[0]", turn).is_none(), "{turn:?}");
        }
        assert_eq!(run(json!([1, 2]), "[1]", Turn::Becomes(None, &nine)).unwrap().0, json!([1, 9]));
        assert!(run(json!([1]), "[1]", Turn::Becomes(None, &nine)).is_none());
        assert_eq!(run(json!([1, 2]), "[]", Turn::Goes(Some(&json!(2)))).unwrap(), (json!([1]), true));
    }
}
