//! `[paging]`: the seven ways to page, and the evidence that answers carry.

use super::super::paging::{Paging, PagingKind};
use super::super::pointer::Pointer;
use super::super::reader::{Item, Table};
use super::ask::pointer;

/// `page_size`, which stands beside the request that it belongs to.
pub(super) fn page_size(table: &Table<'_>, paging: &mut Paging) {
    let Some(item) = table.get("page_size") else { return };
    if item.fixed().is_some() {
        let help = "write `page_size = { default = 50, max = 100 }`, or one of the two".to_owned();
        item.problem("expected a table", Some(help));
        return;
    }
    let Some(sizes) = item.table() else { return };
    let size = |item: Item<'_>| item.integer(1..=100_000).and_then(|size| u32::try_from(size).ok());
    paging.size_default = sizes.get("default").and_then(size);
    paging.size_max = sizes.get("max").and_then(size);
    if paging.size_default.zip(paging.size_max).is_some_and(|(default, max)| default > max) {
        sizes.problem("the default is larger than the maximum", None);
    }
    sizes.finish();
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Whole,
    Page,
    Offset,
    Cursor,
    Keyset,
    Link,
    NextUrl,
}

const KINDS: &[(&str, Kind)] = &[
    ("page", Kind::Page),
    ("offset", Kind::Offset),
    ("cursor", Kind::Cursor),
    ("keyset", Kind::Keyset),
    ("link", Kind::Link),
    ("next_url", Kind::NextUrl),
    ("none", Kind::Whole),
];

pub(super) fn paging(table: Table<'_>) -> Paging {
    let kind = table.need("kind", "`page`, `offset`, `cursor`, `keyset`, `link`, `next_url` or `none`");
    let kind = kind.and_then(|item| item.choice(KINDS));
    let at = |key| table.get(key).and_then(|item| pointer(&item));
    let kind = kind.and_then(|kind| self::kind(kind, &table)).unwrap_or_default();
    let statuses = table.get("restart_on").and_then(|item| item.list()).unwrap_or_default();
    let statuses = statuses.iter().filter_map(|item| item.integer(400..=499));
    let places = &[("query", false), ("body", true)];
    let paging = Paging {
        kind,
        in_body: table.get("in").and_then(|item| item.choice(places)).unwrap_or_default(),
        size_param: table.text("size_param"),
        more: at("more"),
        last: at("last"),
        total: at("total"),
        echo: at("effective_size"),
        restart_on: statuses.filter_map(|status| u16::try_from(status).ok()).collect(),
        ..Paging::default()
    };
    table.finish();
    paging
}

/// The keys that belong to one kind of paging. Those of another kind are unknown keys.
fn kind(kind: Kind, table: &Table<'_>) -> Option<PagingKind> {
    let start = |usual| table.get("start").and_then(|item| item.integer(0..=1_000_000)).unwrap_or(usual);
    let next = || table.get("next").and_then(|item| pointer(&item));
    let param = || table.need("param", "the parameter that says where to go on").and_then(|item| text(&item));
    Some(match kind {
        Kind::Whole => PagingKind::Whole,
        Kind::Page => {
            let param = table.text("param").unwrap_or_else(|| "page".to_owned());
            PagingKind::Page { param, start: start(1), next: next() }
        }
        Kind::Offset => {
            let param = table.text("param").unwrap_or_else(|| "offset".to_owned());
            PagingKind::Offset { param, start: start(0), next: next() }
        }
        Kind::Cursor => {
            let cursor = table.need("cursor", "where in the answer the cursor is: `/next_cursor`");
            let (param, cursor) = (param(), cursor.and_then(|item| pointer(&item)));
            PagingKind::Cursor { param: param?, cursor: cursor? }
        }
        Kind::Keyset => {
            let from = table.need("from", "the value that the next page begins after: `last:/id`");
            let (param, from) = (param(), from.and_then(|item| keyset(&item)));
            let (key, of_first) = from?;
            PagingKind::Keyset { param: param?, key, of_first }
        }
        Kind::Link => PagingKind::Link,
        Kind::NextUrl => {
            let next = table.need("next", "where in the answer the next address is: `/links/next`");
            PagingKind::NextUrl { next: pointer(&next?)? }
        }
    })
}

fn text(item: &Item<'_>) -> Option<String> {
    item.text().map(str::to_owned)
}

/// `last:/id` or `first:/id`.
fn keyset(item: &Item<'_>) -> Option<(Pointer, bool)> {
    let text = item.text()?;
    let read = text.split_once(':').and_then(|(which, pointer)| {
        let of_first = [("last", false), ("first", true)].into_iter().find(|(word, _)| *word == which)?.1;
        Some((Pointer::parse(pointer).ok()?, of_first))
    });
    if read.is_none() {
        let help = "write `last:` or `first:` and a pointer into that record: `last:/id`".to_owned();
        item.problem(format!("cannot read `{text}`"), Some(help));
    }
    read
}
