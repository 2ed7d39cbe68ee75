//! JSON Pointers (RFC 6901), split and unescaped once when a profile is read.

use std::collections::HashMap;
use std::fmt;

use serde_json::value::RawValue;

use super::bounds;
use super::json::Json;

/// A pointer without placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Pointer(Vec<Box<str>>);

impl Pointer {
    /// Reads `""` (the whole document) or `/a/b`; the error says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err("a JSON Pointer starts with `/`");
        };
        rest.split('/').map(segment).collect::<Result<_, _>>().map(Self)
    }

    /// The value it points at.
    pub(super) fn of<'v, 't>(&self, value: &'v Json<'t>) -> Option<&'v Json<'t>> {
        self.0.iter().try_fold(value, |value, key| child(value, key))
    }

    /// The same, to be changed.
    pub(super) fn of_mut<'v, 't>(&self, value: &'v mut Json<'t>) -> Option<&'v mut Json<'t>> {
        self.0.iter().try_fold(value, |value, key| match value {
            Json::Object(members) => members.get_mut(key),
            Json::List(list) => list.get_mut(index(key)?),
            _ => None,
        })
    }

    /// The keys that lead there.
    pub(super) fn keys(&self) -> &[Box<str>] {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|key| write!(f, "/{}", key.replace('~', "~0").replace('/', "~1")))
    }
}

/// One segment without its escapes.
pub(super) fn segment(text: &str) -> Result<Box<str>, &'static str> {
    let mut rest = text;
    while let Some(at) = rest.find('~') {
        if !matches!(rest.as_bytes().get(at + 1), Some(b'0' | b'1')) {
            return Err("in a JSON Pointer `~` is written `~0`, and `/` inside a name is written `~1`");
        }
        rest = &rest[at + 2..];
    }
    Ok(text.replace("~1", "/").replace("~0", "~").into())
}

/// The member or element that `key` names.
pub(super) fn child<'v, 't>(value: &'v Json<'t>, key: &str) -> Option<&'v Json<'t>> {
    match value {
        Json::Object(members) => members.get(key),
        Json::List(list) => list.get(index(key)?),
        _ => None,
    }
}

/// An element's number: digits without a leading zero, as the RFC wants it.
pub(super) fn index(key: &str) -> Option<usize> {
    let digits = key.bytes().all(|b| b.is_ascii_digit());
    (digits && (key.len() == 1 || !key.starts_with('0'))).then(|| key.parse().ok())?
}

/// The members of an object, each as the text it was sent as.
pub(super) type Members<'v> = HashMap<String, &'v RawValue>;

/// Like [`child`], for a value of which no more is parsed than is needed to find the part.
pub(super) fn raw_child<'v>(value: &'v RawValue, key: &str) -> Option<&'v RawValue> {
    match value.get().as_bytes().first()? {
        b'{' => bounds::members(value)?.get(key).copied(),
        b'[' => bounds::elements(value)?.get(index(key)?).copied(),
        _ => None,
    }
}
