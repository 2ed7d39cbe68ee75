//! How a list is cut into pages: what a request says about its place, what an answer says about the next.
//!
//! Seven kinds: `page`, `offset`, `cursor`, `keyset`, `link`, `next_url` and `none`. In the first two the
//! client counts and the server may move rows under its feet; the others carry their own seam. Nothing
//! here decides when a walk ends: an answer without a next place is evidence, and so is one with it.

use serde_json::Value;
use serde_json::value::RawValue;

use super::binding::{Place, Position};
use super::expr::scalar;
use super::json::Json;
use super::page::Envelope;
use super::pointer::Pointer;

/// How a list is paged, and where its answers say how far it goes.
#[derive(Debug, Default)]
pub(super) struct Paging {
    pub(super) kind: PagingKind,
    /// Parameters go into the body, at its top or at a pointer, in place of the address.
    pub(super) in_body: bool,
    /// The parameter that carries the page size.
    pub(super) size_param: Option<String>,
    pub(super) size_default: Option<u32>,
    pub(super) size_max: Option<u32>,
    /// A boolean that is true when more follows.
    pub(super) more: Option<Pointer>,
    /// A boolean that is true on the last page.
    pub(super) last: Option<Pointer>,
    /// The number of records in the whole list.
    pub(super) total: Option<Pointer>,
    /// The page size that the server says it used.
    pub(super) echo: Option<Pointer>,
    /// Statuses that mean that the place asked for is gone and the list has to be read from its head.
    pub(super) restart_on: Vec<u16>,
}

#[derive(Debug, Default)]
pub(super) enum PagingKind {
    /// One answer holds everything.
    #[default]
    Whole,
    /// Pages are numbered from `start` in the parameter `param`. `next` is the number of the next page,
    /// and null on the last one, where the server says so.
    Page { param: String, start: u64, next: Option<Pointer> },
    /// Records are numbered from `start`, and a page begins at one of them.
    Offset { param: String, start: u64, next: Option<Pointer> },
    /// An answer holds what the next request has to repeat; without it, it was the last.
    Cursor { param: String, cursor: Pointer },
    /// The next page begins after a value of the last record, or of the first.
    Keyset { param: String, key: Pointer, of_first: bool },
    /// An answer names the next address in its `Link` header (RFC 8288).
    Link,
    /// An answer names the next address in its body.
    NextUrl { next: Pointer },
}

/// How the place of the next page comes about, which says what an empty or a short page proves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Seam {
    /// The client counts: there is always a next place to ask for.
    #[default]
    Counted,
    /// The client derives it from a record: there is one after every page that is not empty.
    Derived,
    /// The server names it: without a name the list has ended.
    Named,
}

/// How far the client chooses where an answer begins and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// One answer holds everything.
    Whole,
    /// The number of a page.
    Page,
    /// The number of a page, and how many records a page has.
    PageAndSize,
    /// The record that it begins with.
    Record,
    /// Nothing: each answer leads to the next.
    Nothing,
}

/// What an answer says about the page after it.
#[derive(Debug, PartialEq)]
pub(super) enum Following {
    /// It can be asked for here.
    At(Position),
    /// It is at this address, as the server wrote it.
    Address(String),
    /// There is none.
    Nowhere,
}

/// The answer to a request for a page, as far as paging looks at it.
pub(super) struct Answer<'a> {
    pub(super) position: &'a Position,
    pub(super) envelope: &'a Envelope<'a>,
    /// Names in lower case.
    pub(super) headers: &'a [(String, String)],
    pub(super) items: &'a [&'a RawValue],
}

impl Paging {
    /// The largest size that the profile states, else the default, else none.
    pub(super) fn size(&self) -> Option<u32> {
        self.size_max.or(self.size_default)
    }

    pub(super) fn first(&self) -> Position {
        let place = match self.kind {
            PagingKind::Page { start, .. } => Place::Page(start),
            PagingKind::Offset { start, .. } => Place::Offset(start),
            PagingKind::Whole => Place::Whole,
            _ => Place::Head,
        };
        Position { size: self.size(), ..Position::whole(place) }
    }

    /// The place of the page or the record `first`, counted from 0, where the client may choose it.
    pub(super) fn place(&self, first: u64) -> Option<Place> {
        match self.kind {
            PagingKind::Page { start, next: None, .. } => start.checked_add(first).map(Place::Page),
            PagingKind::Offset { start, next: None, .. } => start.checked_add(first).map(Place::Offset),
            _ => None,
        }
    }

    /// How far the client chooses where an answer begins and how much it holds.
    pub(super) fn choice(&self) -> Choice {
        match self.kind {
            PagingKind::Whole => Choice::Whole,
            PagingKind::Page { next: None, .. } if self.size_param.is_some() && self.size().is_some() => {
                Choice::PageAndSize
            }
            PagingKind::Page { next: None, .. } => Choice::Page,
            PagingKind::Offset { next: None, .. } => Choice::Record,
            _ => Choice::Nothing,
        }
    }

    pub(super) fn seam(&self) -> Seam {
        match self.kind {
            PagingKind::Page { next: None, .. }
            | PagingKind::Offset { next: None, .. }
            | PagingKind::Whole => Seam::Counted,
            PagingKind::Keyset { .. } => Seam::Derived,
            _ => Seam::Named,
        }
    }

    /// The parameters that say where in the list to ask, and how much.
    pub(super) fn parameters(&self, position: &Position) -> Vec<(&str, Value)> {
        let place = match (&self.kind, &position.place) {
            // The address of a next page says it all.
            (_, Place::Address(_)) => return Vec::new(),
            (PagingKind::Page { param, .. }, Place::Page(number))
            | (PagingKind::Offset { param, .. }, Place::Offset(number)) => {
                Some((param.as_str(), Value::from(*number)))
            }
            (PagingKind::Cursor { param, .. } | PagingKind::Keyset { param, .. }, Place::After(mark)) => {
                Some((param.as_str(), mark.clone()))
            }
            _ => None,
        };
        let size = self.size_param.as_deref().zip(position.size.map(Value::from));
        place.into_iter().chain(size).collect()
    }

    /// Where the next page is, by what the answer says.
    pub(super) fn following(&self, answer: &Answer<'_>) -> Following {
        let at = |place| Following::At(Position { place, ..answer.position.clone() });
        let after = |mark: Option<Value>| mark.map_or(Following::Nowhere, |mark| at(Place::After(mark)));
        match (&self.kind, &answer.position.place) {
            (PagingKind::Page { next: Some(next), .. }, _) => {
                answer.envelope.number(Some(next)).map_or(Following::Nowhere, |page| at(Place::Page(page)))
            }
            (PagingKind::Page { .. }, Place::Page(number)) => {
                number.checked_add(1).map_or(Following::Nowhere, |page| at(Place::Page(page)))
            }
            (PagingKind::Offset { next: Some(next), .. }, _) => {
                let offset = answer.envelope.number(Some(next));
                offset.map_or(Following::Nowhere, |offset| at(Place::Offset(offset)))
            }
            // By what came and not by what was asked for: a server that gives less leaves no hole.
            (PagingKind::Offset { .. }, Place::Offset(offset)) => offset
                .checked_add(answer.items.len() as u64)
                .map_or(Following::Nowhere, |offset| at(Place::Offset(offset))),
            (PagingKind::Cursor { cursor, .. }, _) => after(answer.envelope.at(cursor).and_then(mark)),
            (PagingKind::Keyset { key, of_first, .. }, _) => {
                let record = if *of_first { answer.items.first() } else { answer.items.last() };
                let record = record.and_then(|raw| super::bounds::record(raw.get()).ok());
                after(record.and_then(|record| usable(key.of(&record)?)))
            }
            (PagingKind::Link, _) => next_link(answer.headers).map_or(Following::Nowhere, Following::Address),
            (PagingKind::NextUrl { next }, _) => {
                let address = answer.envelope.string(next).filter(|address| !address.trim().is_empty());
                address.map_or(Following::Nowhere, Following::Address)
            }
            _ => Following::Nowhere,
        }
    }
}

/// What a later request can repeat: a text that is not empty, or a number.
fn mark(raw: &RawValue) -> Option<Value> {
    usable(&Json::parse(raw.get()).ok()?)
}

fn usable(value: &Json<'_>) -> Option<Value> {
    let text = scalar(value).filter(|_| !matches!(value, Json::Bool(_)))?;
    (!text.is_empty()).then(|| value.to_value())
}

/// The target of the link with the relation `next` (RFC 8288, section 3), unless a parameter `results`
/// says that nothing is there, as Sentry's answers do.
pub(super) fn next_link(headers: &[(String, String)]) -> Option<String> {
    let values = headers.iter().filter(|(name, _)| name == "link").map(|(_, value)| value.as_str());
    values.flat_map(links).find_map(|(target, parameters)| {
        let has = |name: &str, wanted: &str| {
            parameters.iter().any(|(key, value)| {
                key == name && value.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case(wanted))
            })
        };
        (has("rel", "next") && !has("results", "false") && !target.is_empty()).then_some(target)
    })
}

type Link = (String, Vec<(String, String)>);

/// The links of one header: `<target>; name=value; name="value", <target>…`.
fn links(header: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, after)) = after.split_once('>') else { break };
        let (parameters, after) = parameters(after);
        links.push((target.trim().to_owned(), parameters));
        rest = after;
    }
    links
}

/// The parameters up to the comma that ends a link, and what follows it.
fn parameters(text: &str) -> (Vec<(String, String)>, &str) {
    let mut parameters = Vec::new();
    let mut part = String::new();
    let (mut quoted, mut escaped) = (false, false);
    let mut keep = |part: &mut String| {
        let text = std::mem::take(part);
        if let Some((name, value)) = text.split_once('=') {
            parameters.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    };
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => {
                part.push(c);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => keep(&mut part),
            ',' if !quoted => {
                keep(&mut part);
                return (parameters, &text[at + 1..]);
            }
            c => part.push(c),
        }
    }
    keep(&mut part);
    (parameters, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(values: &[&str]) -> Option<String> {
        let headers: Vec<_> = values.iter().map(|value| ("link".to_owned(), (*value).to_owned())).collect();
        next_link(&headers)
    }

    #[test]
    fn the_next_link_is_found_among_others_and_in_any_form() {
        for (header, target) in [
            (r#"<https://a.example/x?page=2>; rel="next", <https://a.example/x?page=9>; rel="last""#, "2"),
            (r#"<https://a.example/x?page=1>; rel="prev", <https://a.example/x?page=3>; rel="next""#, "3"),
            (r"</x?page=4>; rel=next", "4"),
            (r#"</x?page=5>; title="a, <b>; rel=\"no\""; rel="start next""#, "5"),
            (
                r#"<prev>;rel="previous"; results="false", </x?page=6>; rel="NEXT"; results="true"; cursor="0:1:0""#,
                "6",
            ),
        ] {
            let found = next(&[header]).unwrap_or_default();
            assert!(found.ends_with(&format!("page={target}")), "{header}: {found}");
        }
        assert_eq!(next(&["<a>; rel=prev", "<b>; rel=next"]).as_deref(), Some("b"), "several headers");
    }

    #[test]
    fn a_next_link_without_results_is_none() {
        for header in [
            r#"<https://a.example/?cursor=0:100:0>; rel="next"; results="false"; cursor="0:100:0""#,
            r#"<https://a.example/>; rel="last""#,
            "<unclosed; rel=next",
            "<>; rel=next",
            "rel=next",
            "",
        ] {
            assert_eq!(next(&[header]), None, "{header}");
        }
    }
}
