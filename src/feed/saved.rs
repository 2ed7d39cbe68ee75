//! Reading what was saved or printed elsewhere: the body of a page, a JSON array, or JSON lines.
//!
//! A saved body has no position in a list and no headers. Whatever it is, it becomes one [`Page`] with
//! nothing after it, read by the same profile as an answer over the network.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::items::Items;
use super::page::{self, Envelope};
use super::pointer::Pointer;
use super::shape::snippet;
use super::{Binding, Chains, Page, Position, Profile, Scope, ShapeError};
use crate::domain::Quarantined;

/// Reads `body`: bodies of pages as the provider sends them, arrays of records, or records one after the
/// other (JSON lines), also several of them in a row. A line that is no JSON among lines that are is set
/// apart like any other record that cannot be read; an empty body holds no records.
///
/// Fails where the whole is no JSON at all, and where it is one object that is neither a page nor a record.
pub fn read(
    profile: &Profile,
    binding: &Binding,
    scope: Option<&Scope>,
    body: &[u8],
) -> Result<Page, ShapeError> {
    let mut whole = empty();
    let text = match page::text(body) {
        Ok(text) => text,
        Err(ShapeError::Empty) => return Ok(whole),
        Err(error) => return Err(error),
    };
    let Bodies { pages, unreadable, doubt } = bodies(profile, text)?;
    let head = Position::first(profile);
    let mut chains = Chains::default();
    for body in &pages {
        let mut page = page::read(profile, binding, scope, &head, &[], body.as_bytes())?;
        if matches!(body, Cow::Owned(_)) {
            // Nobody knows what was left out of records that stand by themselves.
            page.links.iter_mut().for_each(|(_, link)| link.older = None);
        }
        let changed = chains.join(profile, &mut page);
        add(&mut whole, page);
        for record in changed {
            let earlier = whole.records.iter_mut().rev().find(|earlier| earlier.identity == record.identity);
            if let Some(earlier) = earlier {
                *earlier = record;
            }
        }
    }
    if let Some(error) = doubt.filter(|_| whole.records.is_empty()) {
        return Err(error);
    }
    whole.length += unreadable.len();
    whole.quarantined.extend(unreadable);
    Ok(whole)
}

/// A saved body as the bodies of pages.
pub(super) struct Bodies<'t> {
    pub(super) pages: Vec<Cow<'t, str>>,
    /// Lines that are no JSON.
    unreadable: Vec<Quarantined>,
    /// Why the only document there is no page; it may still be a record.
    doubt: Option<ShapeError>,
}

/// Takes the text of a saved body apart.
pub(super) fn bodies<'t>(profile: &Profile, text: &'t str) -> Result<Bodies<'t>, ShapeError> {
    let (documents, unreadable) = documents(text)?;
    let mut records: Vec<&str> = Vec::new();
    let mut pages = Vec::new();
    let mut doubt = None;
    for document in &documents {
        match Kind::of(document, &profile.items)? {
            Kind::Page => pages.push(Cow::Borrowed(document.get())),
            Kind::Records(elements) => records.extend(elements),
            Kind::Record(error) => {
                records.push(document.get());
                doubt = Some(error);
            }
        }
    }
    if !records.is_empty() {
        pages.push(Cow::Owned(dressed(&records, &profile.items.at)));
    }
    Ok(Bodies { pages, unreadable, doubt: doubt.filter(|_| documents.len() == 1) })
}

fn empty() -> Page {
    Page {
        records: Vec::new(),
        quarantined: Vec::new(),
        length: 0,
        more: Some(false),
        total: None,
        effective_size: None,
        next: None,
        stray: None,
        versions: Vec::new(),
        shots: Vec::new(),
        open: Vec::new(),
        links: Vec::new(),
    }
}

fn add(whole: &mut Page, page: Page) {
    whole.records.extend(page.records);
    whole.quarantined.extend(page.quarantined);
    whole.length += page.length;
    whole.versions.extend(page.versions);
    whole.links.extend(page.links);
}

/// What one JSON document of a saved body is.
enum Kind<'t> {
    Page,
    Records(Vec<&'t str>),
    /// Either that or a page that has no list where the profile looks for one, as the error says.
    Record(ShapeError),
}

impl<'t> Kind<'t> {
    fn of(document: &'t RawValue, items: &Items) -> Result<Self, ShapeError> {
        let text = document.get();
        let Err(error) = items.of(&Envelope::read(text)?) else { return Ok(Self::Page) };
        match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(elements) => Ok(Self::Records(elements.into_iter().map(RawValue::get).collect())),
            Err(_) => Ok(Self::Record(error)),
        }
    }
}

/// The records as the body of a page: as a list at the place where the profile looks for one.
fn dressed(records: &[&str], items: &Pointer) -> String {
    let mut body = String::new();
    for key in items.keys() {
        body.push('{');
        body.push_str(&serde_json::Value::from(&**key).to_string());
        body.push(':');
    }
    body.push('[');
    body.push_str(&records.join(","));
    body.push(']');
    body.extend(std::iter::repeat_n('}', items.keys().len()));
    body
}

type Found<'t> = (Vec<&'t RawValue>, Vec<Quarantined>);

/// The JSON documents that stand one after the other in `text`.
fn documents(text: &str) -> Result<Found<'_>, ShapeError> {
    let stream = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let error = match stream.collect::<Result<Vec<_>, _>>() {
        Ok(documents) => return Ok((documents, Vec::new())),
        Err(error) => error,
    };
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let is_lines = lines.next().is_some_and(|first| serde_json::from_str::<&RawValue>(first).is_ok());
    // A first line that is whole on its own, followed by more: each line stands for itself.
    if !is_lines {
        return Err(ShapeError::NotJson { reason: error.to_string(), snippet: snippet(text) });
    }
    let (mut documents, mut unreadable) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(document) => documents.push(document),
            Err(error) => unreadable
                .push(Quarantined { raw: line.into(), reason: format!("the line is no JSON: {error}") }),
        }
    }
    Ok((documents, unreadable))
}
