//! `[fallback]`: the feed that is read instead where the server refuses this one.

use super::super::fallback::Fallback;
use super::super::reader::Table;

pub(super) fn fallback(table: Table<'_>) -> Option<Fallback> {
    let statuses = table.need("on", "the statuses that mean that this feed is not for this key: `[403]`");
    let statuses = statuses.and_then(|item| item.list()).unwrap_or_default();
    let statuses = statuses.iter().filter_map(|item| item.integer(400..=499));
    let on = statuses.filter_map(|status| u16::try_from(status).ok()).collect();
    let feed = table.need("feed", "the id of the feed that is read instead").and_then(|item| item.text());
    let note = table.text("note");
    table.finish();
    Some(Fallback { on, feed: feed?.to_owned(), note })
}
