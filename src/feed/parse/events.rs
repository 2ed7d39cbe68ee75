//! What becomes of records, detail answers and error bodies.

use super::super::pointer::Pointer;
use super::super::profile::{DetailAsk, DetailWhen, Errors};
use super::super::reader::{Item, Table};
use super::super::record::{Field, Map};
use super::super::time::{FORMATS, TimeFormat};
use super::ask::{ask, pointer};
use super::changes;
use super::compile::{Compiler, Place};
use crate::domain::what_fits;

pub(super) fn map(table: Table<'_>, compiler: &Compiler<'_>) -> Option<Map> {
    let value = |table: &Table<'_>, key| compiler.value(&table.get(key)?, Place::Map);
    let field = |table: &Table<'_>, key, words: &str| {
        let words = compiler.words(words);
        Some(Field { expr: value(table, key)?, words })
    };
    let key = |key| {
        let item = table.get(key)?;
        let expr = compiler.value(&item, Place::MapKey)?;
        if key == "id" && !expr.reads_record() {
            let help = item.as_text().map(|text| format!("did you mean `/{text}`?"));
            item.problem("this is the same for all records", help);
        }
        Some(expr)
    };
    let time =
        table.need("time", "where in a record its time is: `time = \"/timestamp\"`").and_then(|item| {
            let expr = compiler.value(&item, Place::Map)?;
            if !expr.reads_record() {
                let help = item.as_text().map(|text| format!("did you mean `/{text}`?"));
                item.problem("this is no pointer into the record", help);
            }
            Some(expr)
        });
    let mut map = Map {
        id: key("id"),
        group: key("group"),
        action: field(&table, "action", "action"),
        status: field(&table, "status", "status"),
        error: value(&table, "error"),
        summary: value(&table, "summary"),
        ai_summary: value(&table, "ai_summary"),
        url: value(&table, "url"),
        ..Map::default()
    };
    if let Some(entity) = table.table("entity") {
        map.entity_kind = field(&entity, "type", "entity_type");
        map.entity_id = value(&entity, "id");
        map.entity_name = value(&entity, "name");
        entity.finish();
    }
    if let Some(actor) = table.table("actor") {
        map.actor_kind = field(&actor, "type", "actor_type");
        map.actor_id = value(&actor, "id");
        map.actor_name = value(&actor, "name");
        actor.finish();
    }
    for (name, item) in table.table("facts").map(|table| table.entries()).unwrap_or_default() {
        map.facts.extend(compiler.value(&item, Place::Map).map(|expr| (name.to_owned(), expr)));
    }
    map.facts.extend(value(&table, "request_id").map(|expr| ("request_id".to_owned(), expr)));
    // Read before everything else, because templates name its tables.
    table.get("enum");
    table.finish();
    map.time = Some(time?);
    Some(map)
}

/// A word for a form of times, or a pattern.
pub(super) fn format(item: &Item<'_>) -> Option<TimeFormat> {
    let text = item.text()?;
    let known: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
    let read = TimeFormat::from_word(text);
    read.map_err(|why| item.problem(why, Some(what_fits(text, &known)).filter(|_| !text.contains('%')))).ok()
}

pub(super) fn time(table: Table<'_>) -> Option<TimeFormat> {
    let item =
        table.need("format", "`iso`, `auto`, `epoch_s`, `epoch_ms` or a pattern such as `%d.%m.%Y %H:%M`");
    let pattern = table.get("pattern");
    let format = item.and_then(|item| {
        // `format = "strptime"` and the pattern beside it say the same as the pattern alone.
        let item = pattern.filter(|_| item.as_text() == Some("strptime")).unwrap_or(item);
        format(&item)
    });
    table.finish();
    format
}

/// The most values that one detail request is made for.
const MOST_EACH: usize = 4;

/// `[detail]`, or each `[[detail]]`.
pub(super) fn details(item: &Item<'_>, compiler: &Compiler<'_>) -> Vec<DetailAsk> {
    item.one_or_many().iter().filter_map(|item| detail(item.table()?, compiler)).collect()
}

/// The statuses of answers that mean "nothing to see", and not that something went wrong.
pub(super) fn statuses(table: &Table<'_>) -> Vec<u16> {
    let statuses = table.get("optional").and_then(|item| item.list()).unwrap_or_default();
    let statuses = statuses.iter().filter_map(|item| item.integer(400..=599));
    statuses.filter_map(|status| u16::try_from(status).ok()).collect()
}

fn detail(table: Table<'_>, compiler: &Compiler<'_>) -> Option<DetailAsk> {
    const WHEN: &[(&str, DetailWhen)] =
        &[("open", DetailWhen::Open), ("always", DetailWhen::Always), ("never", DetailWhen::Never)];
    let ask = ask(&table, Place::Detail, compiler);
    let when = table.get("when").and_then(|item| item.choice(WHEN)).unwrap_or_default();
    let optional = statuses(&table);
    let mut only = Vec::new();
    for (at, words) in table.table("only").map(|table| table.entries()).unwrap_or_default() {
        match Pointer::parse(at) {
            Ok(pointer) => {
                let words = words.one_or_many();
                only.push((
                    pointer,
                    words.iter().filter_map(|word| word.text().map(str::to_owned)).collect(),
                ));
            }
            Err(why) => words.problem(format!("`{at}` is no JSON Pointer: {why}"), None),
        }
    }
    let value = |item: Option<Item<'_>>| compiler.value(&item?, Place::Detail);
    let (what, needs) = (table.text("what"), value(table.get("needs")));
    let each = table.get("each").map(|item| item.one_or_many()).unwrap_or_default();
    let each = each.iter().filter_map(|item| compiler.value(item, Place::Detail)).collect::<Vec<_>>();
    if each.len() > MOST_EACH {
        table.problem(format!("one event is worth at most {MOST_EACH} requests"), None);
    }
    let changes = table.need("changes", "how to read the answer");
    let changes = changes.map(|item| changes::list(&item, Place::Answer, compiler));
    table.finish();
    Some(DetailAsk { ask: ask?, when, only, what, needs, each, optional, changes: changes? })
}

pub(super) fn errors(table: Table<'_>, compiler: &Compiler<'_>) -> Errors {
    let values = |key| {
        let items = table.get(key).map(|item| item.one_or_many()).unwrap_or_default();
        items.iter().filter_map(|item| compiler.value(item, Place::Errors)).collect()
    };
    let names = table.get("request_id").map(|item| item.one_or_many()).unwrap_or_default();
    let errors = Errors {
        message: values("message"),
        code: values("code"),
        retry_after: table.get("retry_after").and_then(|item| pointer(&item)),
        request_id: names.iter().filter_map(|item| item.text().map(str::to_ascii_lowercase)).collect(),
        in_ok: table.get("in_ok").and_then(|item| pointer(&item)),
    };
    table.finish();
    errors
}
