//! Reading pages: first the envelope, then each record on its own, so that one bad record spoils no page.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::binding::Place;
use super::chain::{self, Shot};
use super::errors::ok_but_error;
use super::expr::{Values, scalar};
use super::integrity::Chain;
use super::paging::{Answer, Following, Paging};
use super::pointer::{Members, Pointer, index, raw_child};
use super::profile::Profile;
use super::request::{Stray, resolve};
use super::shape::snippet;
use super::{Binding, Position, RequestError, Scope, ShapeError, bounds, record};
use crate::domain::{Identity, Link, Quarantined, Record};

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
    /// Why what follows cannot be asked for, although the answer says where it is.
    pub stray: Option<ShapeError>,
    /// Which of two records with the same id is the newer: one word for each record, where the profile
    /// says how to tell. Empty where it does not. See [`is_newer`].
    pub versions: Vec<Option<String>>,
    /// What each record is compared by, where the profile compares records with those before them.
    pub shots: Vec<Shot>,
    /// The records of which it is not known what came before them: their changes are what they state.
    pub open: Vec<Identity>,
    /// How entries hang together, for those that say so: each by its identity. An entry of the page before
    /// may be among them, if what stands next to it is on this one.
    pub links: Vec<(Identity, Link)>,
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
    /// Why what follows cannot be asked for, although the answer says where it is.
    pub stray: Option<ShapeError>,
}

/// Reads the answer to [`request::page`](super::request::page). `headers` have lower-case names; a
/// list that names its next page in a header needs them.
pub fn read(
    profile: &Profile,
    binding: &Binding,
    scope: Option<&Scope>,
    position: &Position,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<Page, ShapeError> {
    let text = text(body)?;
    let envelope = Envelope::read(text)?;
    ok_but_error(profile, &envelope)?;
    let items = profile.items.of(&envelope)?;
    let answer = Answer { position, envelope: &envelope, headers, items: &items };
    let asked = || super::request::address(profile, binding, scope, position);
    let (next, stray) = following(profile, &profile.paging, &answer, asked);
    let mut page = Page {
        records: Vec::with_capacity(items.len()),
        quarantined: Vec::new(),
        length: items.len(),
        more: envelope.more(&profile.paging),
        total: envelope.number(profile.paging.total.as_ref()),
        effective_size: envelope.number(profile.paging.echo.as_ref()),
        next,
        stray,
        versions: Vec::new(),
        shots: Vec::new(),
        open: Vec::new(),
        links: Vec::new(),
    };
    let mut chain = Chain::new(profile, position);
    profile.items.each(&items, &mut |raw, entry| {
        let read = entry.and_then(|(value, outer)| {
            let record = record::read(profile, binding, scope, raw, &value, outer)?;
            if let Some(version) = &profile.sync.version {
                page.versions.push(version.of(&value).and_then(scalar).map(Cow::into_owned));
            }
            page.shots.extend(chain::shot(&profile.changes, &value, outer, record.changes.len()));
            if let Some(chain) = &mut chain {
                chain.record(&record, &value);
            }
            Ok(record)
        });
        match read {
            Ok(record) => page.records.push(record),
            Err(reason) => {
                chain.iter_mut().for_each(Chain::gap);
                page.quarantined.push(Quarantined { raw: raw.into(), reason });
            }
        }
    });
    if let Some(chain) = chain {
        page.links = chain.links(position);
        page.next.iter_mut().for_each(|next| next.tail = chain.tail());
    }
    chain::link(&profile.changes, &mut page);
    Ok(page)
}

/// The place of the next page, and why it cannot be asked for although the answer names it.
fn following(
    profile: &Profile,
    paging: &Paging,
    answer: &Answer<'_>,
    asked: impl Fn() -> Result<String, RequestError>,
) -> (Option<Position>, Option<ShapeError>) {
    let reference = match paging.following(answer) {
        Following::At(next) => return (Some(next), None),
        Following::Nowhere => return (None, None),
        Following::Address(reference) => reference,
    };
    let asked = match &answer.position.place {
        Place::Address(address) => Ok(address.clone()),
        _ => asked(),
    };
    let secrets: Vec<&str> = profile.auth.query.iter().map(|(name, _)| name.as_str()).collect();
    let target = asked.map_err(|_| Stray::Unreadable);
    match target.and_then(|asked| resolve(&reference, &asked, &secrets)) {
        Ok(address) => (Some(Position { place: Place::Address(address), ..answer.position.clone() }), None),
        Err(stray) => (None, Some(ShapeError::Stray { target: shown(&reference), reason: stray.reason() })),
    }
}

/// An address that a server named, without what could be a secret in it.
fn shown(reference: &str) -> String {
    let plain = reference.split(['?', '#']).next().unwrap_or_default();
    let plain = plain.rsplit_once('@').map_or(plain, |(_, rest)| rest);
    super::shape::clip(plain, 200)
}

/// Reads the answer to [`request::scopes`](super::request::scopes).
pub fn read_scopes(
    profile: &Profile,
    binding: &Binding,
    outer: Option<&Scope>,
    position: &Position,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<ScopePage, ShapeError> {
    let list = profile.scope_list(outer).ok_or(ShapeError::NotDescribed { what: "list of scopes" })?;
    let text = text(body)?;
    let envelope = Envelope::read(text)?;
    ok_but_error(profile, &envelope)?;
    let items = envelope.list(&list.items)?;
    let answer = Answer { position, envelope: &envelope, headers, items: &items };
    let asked = || super::request::address_of_scopes(profile, binding, outer, position);
    let (next, stray) = following(profile, &list.paging, &answer, asked);
    let nested = profile.scope_depth() > 1;
    let scope = |raw: &&RawValue| {
        let value = bounds::record(raw.get()).ok()?;
        let values = Values { record: Some(&value), scope: outer, ..Values::of(profile, binding) };
        let id = list.id.text(&values).filter(|id| !id.is_empty())?;
        let mut scope = Scope::new(id.into_owned(), outer, nested);
        scope.name = list.name.as_ref().and_then(|name| Some(name.text(&values)?.into_owned()));
        let vars = list.set.iter().filter_map(|(name, expr)| Some((name, expr.text(&values)?)));
        scope.vars.extend(vars.map(|(name, text)| (name.clone(), text.into_owned())));
        Some(scope)
    };
    Ok(ScopePage {
        scopes: items.iter().filter_map(scope).collect(),
        length: items.len(),
        more: envelope.more(&list.paging),
        total: envelope.number(list.paging.total.as_ref()),
        effective_size: envelope.number(list.paging.echo.as_ref()),
        next,
        stray,
    })
}

/// Whether the version `a` of a record is newer than `b`: by number, else in the order of the alphabet, as
/// dates are written. A record without a version is not newer than any other.
pub fn is_newer(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => match (a.parse::<u128>(), b.parse::<u128>()) {
            (Ok(a), Ok(b)) => a > b,
            _ => a > b,
        },
        (a, b) => a.is_some() && b.is_none(),
    }
}

/// The body as text: UTF-8, with or without a byte order mark, and neither empty nor a web page.
pub(super) fn text(body: &[u8]) -> Result<&str, ShapeError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    if let Some(text) = utf_16(body) {
        let reason = "it is in UTF-16, and JSON is in UTF-8".to_owned();
        return Err(ShapeError::NotJson { reason, snippet: snippet(&text) });
    }
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
    Ok(text)
}

/// The beginning of a body in UTF-16, with a byte order mark or with every other byte zero, as the first two
/// characters of JSON have it.
fn utf_16(body: &[u8]) -> Option<String> {
    let little = match body {
        [0xFF, 0xFE, ..] | [1..=255, 0, 1..=255, 0, ..] => true,
        [0xFE, 0xFF, ..] | [0, 1..=255, 0, 1..=255, ..] => false,
        _ => return None,
    };
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    };
    let units = body.chunks_exact(2).take(400).map(unit);
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Some(text.trim_start_matches('\u{FEFF}').to_owned())
}

/// An answer whose parts are cut out only where a pointer leads.
pub(super) struct Envelope<'t> {
    text: &'t str,
    root: Root<'t>,
}

/// The whole answer, taken apart by one level, since nearly every pointer starts there.
enum Root<'t> {
    Object(Members<'t>),
    List(Vec<&'t RawValue>),
    Other(&'t RawValue),
}

impl<'t> Envelope<'t> {
    pub(super) fn read(text: &'t str) -> Result<Self, ShapeError> {
        // What has too many parts to be taken apart is whole all the same, and told as that when it is asked for.
        let root = match text.trim_start().as_bytes().first() {
            Some(b'{') => bounds::object(text).map(Root::Object),
            Some(b'[') => bounds::list(text).map(Root::List),
            _ => None,
        };
        let root = root.map_or_else(|| serde_json::from_str(text).map(Root::Other), Ok);
        let root =
            root.map_err(|error| ShapeError::NotJson { reason: error.to_string(), snippet: snippet(text) })?;
        Ok(Self { text, root })
    }

    pub(super) fn at(&self, pointer: &Pointer) -> Option<&'t RawValue> {
        let Some((first, rest)) = pointer.keys().split_first() else { return self.whole() };
        let top = match &self.root {
            Root::Object(members) => members.get(&**first).copied(),
            Root::List(list) => list.get(index(first)?).copied(),
            Root::Other(raw) => raw_child(raw, first),
        };
        rest.iter().try_fold(top?, |value, key| raw_child(value, key))
    }

    /// Hardly anyone asks for it as one text.
    fn whole(&self) -> Option<&'t RawValue> {
        match self.root {
            Root::Other(raw) => Some(raw),
            _ => serde_json::from_str(self.text).ok(),
        }
    }

    /// The elements of the list at `pointer`. A good answer without its list is no empty list.
    pub(super) fn list(&self, pointer: &Pointer) -> Result<Vec<&'t RawValue>, ShapeError> {
        if let (Root::List(list), []) = (&self.root, pointer.keys()) {
            return Ok(list.clone());
        }
        let found = self.at(pointer);
        let Some(list) = found.filter(|raw| raw.get().starts_with('[')) else {
            return Err(self.unexpected(pointer, "a list", found));
        };
        // It is a list already, so only its length can be wrong.
        bounds::elements(list).ok_or_else(|| ShapeError::TooMany { pointer: pointer.to_string() })
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
    pub(super) fn more(&self, paging: &Paging) -> Option<bool> {
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
