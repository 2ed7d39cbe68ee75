//! Reading pages: first the envelope, then each record on its own, so that one bad record spoils no page.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::errors::ok_but_error;
use super::expr::Values;
use super::pointer::{Members, Pointer, raw_child};
use super::profile::{Paging, Profile};
use super::shape::snippet;
use super::{Binding, Position, Scope, ShapeError, record};
use crate::domain::{Quarantined, Record};

/// One page of events, and what it says about the rest of the list. It is evidence, not a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What could be read, in the order of the page.
    pub records: Vec<Record>,
    /// What could not.
    pub quarantined: Vec<Quarantined>,
    /// How many records the page held, readable or not.
    pub length: usize,
    /// Whether more follows; `None` where the answer does not say.
    pub more: Option<bool>,
    /// How many records the whole list holds; `None` where the answer does not say.
    pub total: Option<u64>,
    /// The page size that the server says it used.
    pub effective_size: Option<u64>,
    /// Where to ask for what follows, should anything follow.
    pub next: Option<Position>,
}

/// One page of the list of scopes, with the same evidence as [`Page`].
#[derive(Debug, Clone, PartialEq)]
pub struct ScopePage {
    /// The scopes, in the order of the page. An entry without an id is left out and still counted.
    pub scopes: Vec<Scope>,
    /// How many entries the page held.
    pub length: usize,
    /// Whether more follows; `None` where the answer does not say.
    pub more: Option<bool>,
    /// How many entries the whole list holds; `None` where the answer does not say.
    pub total: Option<u64>,
    /// The page size that the server says it used.
    pub effective_size: Option<u64>,
    /// Where to ask for what follows, should anything follow.
    pub next: Option<Position>,
}

/// Reads the answer to [`request::page`](super::request::page). `headers` have lower-case names; a
/// list that names its next page in a header needs them.
pub fn read(
    profile: &Profile,
    binding: &Binding,
    scope: Option<&Scope>,
    position: &Position,
    _headers: &[(String, String)],
    body: &[u8],
) -> Result<Page, ShapeError> {
    let text = text(body)?;
    let envelope = Envelope::read(&text)?;
    ok_but_error(profile, &envelope)?;
    let items = envelope.list(&profile.items)?;
    let mut page = Page {
        records: Vec::with_capacity(items.len()),
        quarantined: Vec::new(),
        length: items.len(),
        more: envelope.more(&profile.paging),
        total: envelope.number(profile.paging.total.as_ref()),
        effective_size: envelope.number(profile.paging.echo.as_ref()),
        next: position.following(),
    };
    for raw in items {
        match record::read(profile, binding, scope, raw.get()) {
            Ok(record) => page.records.push(record),
            Err(reason) => page.quarantined.push(Quarantined { raw: raw.get().into(), reason }),
        }
    }
    Ok(page)
}

/// Reads the answer to [`request::scopes`](super::request::scopes).
pub fn read_scopes(
    profile: &Profile,
    binding: &Binding,
    position: &Position,
    _headers: &[(String, String)],
    body: &[u8],
) -> Result<ScopePage, ShapeError> {
    let list = profile.scope.as_ref().ok_or(ShapeError::NotDescribed { what: "list of scopes" })?;
    let text = text(body)?;
    let envelope = Envelope::read(&text)?;
    ok_but_error(profile, &envelope)?;
    let items = envelope.list(&list.items)?;
    let scope = |raw: &&RawValue| {
        let value = serde_json::from_str(raw.get()).ok()?;
        let values = Values { record: Some(&value), ..Values::of(profile, binding) };
        let vars = list.set.iter().filter_map(|(name, expr)| Some((name.clone(), expr.text(&values)?)));
        Some(Scope {
            id: list.id.text(&values).filter(|id| !id.is_empty())?,
            name: list.name.as_ref().and_then(|name| name.text(&values)),
            vars: vars.collect(),
        })
    };
    Ok(ScopePage {
        scopes: items.iter().filter_map(scope).collect(),
        length: items.len(),
        more: envelope.more(&list.paging),
        total: envelope.number(list.paging.total.as_ref()),
        effective_size: envelope.number(list.paging.echo.as_ref()),
        next: position.following(),
    })
}

/// The body as text: UTF-8, with or without a byte order mark, and neither empty nor a web page.
pub(super) fn text(body: &[u8]) -> Result<Cow<'_, str>, ShapeError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => {
            let reason = format!("byte {} is not UTF-8", error.valid_up_to());
            return Err(ShapeError::NotJson { reason, snippet: snippet(&String::from_utf8_lossy(body)) });
        }
    };
    if text.trim().is_empty() {
        return Err(ShapeError::Empty);
    }
    if text.trim_start().starts_with('<') {
        return Err(ShapeError::Html { snippet: snippet(text) });
    }
    Ok(Cow::Borrowed(text))
}

/// An answer whose parts are cut out only where a pointer leads.
pub(super) struct Envelope<'t> {
    text: &'t str,
    root: &'t RawValue,
    /// Of the whole answer, since nearly every pointer starts there; none where it is no object.
    members: Members<'t>,
}

impl<'t> Envelope<'t> {
    pub(super) fn read(text: &'t str) -> Result<Self, ShapeError> {
        let root: &RawValue = serde_json::from_str(text)
            .map_err(|error| ShapeError::NotJson { reason: error.to_string(), snippet: snippet(text) })?;
        let object = root.get().starts_with('{');
        let members =
            if object { serde_json::from_str(root.get()).unwrap_or_default() } else { Members::new() };
        Ok(Self { text, root, members })
    }

    pub(super) fn at(&self, pointer: &Pointer) -> Option<&'t RawValue> {
        let Some((first, rest)) = pointer.keys().split_first() else { return Some(self.root) };
        let top = if self.root.get().starts_with('{') {
            self.members.get(&**first).copied()
        } else {
            raw_child(self.root, first)
        };
        rest.iter().try_fold(top?, |value, key| raw_child(value, key))
    }

    /// The elements of the list at `pointer`. A good answer without its list is no empty list.
    pub(super) fn list(&self, pointer: &Pointer) -> Result<Vec<&'t RawValue>, ShapeError> {
        let found = self.at(pointer);
        found
            .filter(|raw| raw.get().starts_with('['))
            .and_then(|raw| serde_json::from_str(raw.get()).ok())
            .ok_or_else(|| self.unexpected(pointer, "a list", found))
    }

    pub(super) fn unexpected(
        &self,
        pointer: &Pointer,
        expected: &'static str,
        found: Option<&RawValue>,
    ) -> ShapeError {
        ShapeError::Unexpected {
            pointer: pointer.to_string(),
            expected,
            found: found.map_or("nothing", kind),
            snippet: snippet(self.text),
        }
    }

    /// Whether more follows, as the flags of the envelope say.
    fn more(&self, paging: &Paging) -> Option<bool> {
        let flag = |pointer: Option<&Pointer>| self.at(pointer?)?.get().parse::<bool>().ok();
        flag(paging.more.as_ref()).or_else(|| flag(paging.last.as_ref()).map(|last| !last))
    }

    /// A count, sent as a number or as digits in quotes.
    pub(super) fn number(&self, pointer: Option<&Pointer>) -> Option<u64> {
        self.at(pointer?)?.get().trim_matches('"').parse().ok()
    }

    /// A text; other values do not count.
    pub(super) fn string(&self, pointer: &Pointer) -> Option<String> {
        serde_json::from_str(self.at(pointer)?.get()).ok()
    }
}

/// What a JSON text is, by its first character.
fn kind(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b'n') => "null",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
}
