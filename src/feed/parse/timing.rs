//! `[window]`, `[sync]`, `[upsert]` and `[rate]`: how far back, how often, how fast.

use super::super::profile::Rate;
use super::super::rate::ResetFormat;
use super::super::reach::{Bound, Order, Sync};
use super::super::reader::{Item, Table};
use super::ask::pointer;
use super::events::format;

pub(super) fn sync(root: &Table<'_>) -> Sync {
    let mut sync = Sync { inclusive: true, ..Sync::default() };
    if let Some(table) = root.table("sync") {
        again(&table, &mut sync);
        table.finish();
    }
    if let Some(table) = root.table("window") {
        window(&table, &mut sync);
        table.finish();
    }
    if let Some(table) = root.table("upsert") {
        let version = table.need("version", "where in a record its version is: `/resourceVersion`");
        sync.version = version.and_then(|item| pointer(&item));
        table.finish();
    }
    sync
}

fn again(table: &Table<'_>, sync: &mut Sync) {
    const ORDERS: &[(&str, Order)] =
        &[("desc", Order::Descending), ("asc", Order::Ascending), ("unknown", Order::Unknown)];
    let duration = |key| table.get(key).and_then(|item: Item<'_>| item.duration());
    sync.order = table.get("order").and_then(|item| item.choice(ORDERS)).unwrap_or_default();
    sync.poll = duration("poll");
    sync.retention = duration("retention");
    sync.overlap = duration("overlap");
    sync.etag = table.get("etag").and_then(|item| item.boolean()).unwrap_or(false);
    sync.inclusive = table.get("inclusive").and_then(|item| item.boolean()).unwrap_or(true);
    let format = table.get("since_format").and_then(|item| format(&item)).unwrap_or_default();
    sync.since = table.text("since_param").map(|param| Bound { param, format });
}

/// A window has two ends, of which the lower one takes the place of `since_param`.
fn window(table: &Table<'_>, sync: &mut Sync) {
    let format = table.get("format").and_then(|item| format(&item)).unwrap_or_default();
    let bound = |key| table.text(key).map(|param| Bound { param, format: format.clone() });
    sync.since = bound("from").or(sync.since.take());
    sync.until = bound("to");
    sync.span = table.get("span").and_then(|item| item.duration());
    sync.lookback = table.get("default_lookback").and_then(|item| item.duration());
    sync.required = table.get("required").and_then(|item| item.boolean()).unwrap_or(false);
    if sync.since.is_none() && (sync.required || sync.lookback.is_some() || sync.span.is_some()) {
        table.problem("`from` is missing", Some("the parameter that carries the lower end".to_owned()));
    }
    if sync.until.is_none() && sync.span.is_some() {
        table.problem("`to` is missing", Some("ranges of a fixed length have an upper end".to_owned()));
    }
}

pub(super) fn rate(table: Table<'_>) -> Rate {
    const FORMATS: &[(&str, ResetFormat)] = &[
        ("auto", ResetFormat::Auto),
        ("epoch_s", ResetFormat::EpochSeconds),
        ("epoch_ms", ResetFormat::EpochMillis),
        ("delta_s", ResetFormat::DeltaSeconds),
        ("iso", ResetFormat::Iso),
    ];
    let header = |key| table.text(key).map(|name| name.to_ascii_lowercase());
    let concurrency = table.get("concurrency").and_then(|item| item.integer(1..=64));
    let rate = Rate {
        remaining: header("remaining"),
        reset: header("reset"),
        reset_format: table.get("reset_format").and_then(|item| item.choice(FORMATS)).unwrap_or_default(),
        min_interval: table.get("min_interval").and_then(|item| item.duration()),
        concurrency: concurrency.and_then(|count| u32::try_from(count).ok()),
    };
    table.finish();
    rate
}
