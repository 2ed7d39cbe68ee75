//! From the text of a profile to a checked [`Profile`].
//!
//! Every part reads its own table and reports what is wrong with it; the profile exists only if nothing is.

mod ask;
mod auth;
mod changes;
mod compile;
mod events;
mod fallback;
mod integrity;
mod paging;
mod timing;

use toml::de::DeTable;

use self::ask::{ask, pointer, scope_lists};
use self::compile::{Compiler, Place};
use self::paging::{page_size, paging};
use super::filter::FilterParam;
use super::items::Items;
use super::paging::Paging;
use super::pattern::Pattern;
use super::profile::{Ask, Profile, Var};
use super::reader::{Doc, Table};
use super::time::TimeFormat;
use crate::domain::{Condition, Problem, what_fits};

pub(super) fn profile(file: &str, text: &str) -> Result<Profile, Vec<Problem>> {
    match draft(file, text) {
        (Some(profile), problems) if problems.is_empty() => Ok(profile),
        (_, problems) => Err(problems),
    }
}

/// What could be made of a profile in spite of its problems, for those who want to try the rest of it.
pub(super) fn draft(file: &str, text: &str) -> (Option<Profile>, Vec<Problem>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let doc = Doc::new(file, text, &errors);
    let root = Table::root(&doc, root.get_ref());
    let profile = read(&root);
    root.finish();
    (profile, doc.into_problems())
}

/// `None` only when a problem was reported. A part that is not needed to read records may be missing from
/// what comes out, also only when a problem was reported.
fn read(root: &Table<'_>) -> Option<Profile> {
    let heading = heading(root);
    let vars = root.table("vars").as_ref().map(vars).unwrap_or_default();
    let mut compiler = Compiler::new(&vars);
    if let Some(table) = root.table("secrets") {
        compiler.declare_secrets(&table);
    }
    let map_table = root.need("map", "it says where each part of an event comes from");
    let map_table = map_table.and_then(|item| item.table());
    compiler.enums(map_table.as_ref());
    let scopes = root.get("scope").map(|item| scope_lists(&item, &mut compiler)).unwrap_or_default();
    let auth = auth::auth(root, &mut compiler);
    let mut pages = root.table("paging").map(paging).unwrap_or_default();
    let request = request(root, &mut pages, &compiler);
    let items = items(root);
    compiler.explodes = items.as_ref().is_some_and(|items| items.explode.is_some());
    let sync = timing::sync(root);
    let filters = root.table("filters").as_ref().map(filters).unwrap_or_default();
    let time = root.table("time").and_then(events::time).unwrap_or_default();
    let map = map_table.and_then(|table| events::map(table, &compiler));
    compiler.kept = map.as_ref().map(super::outer::kept).unwrap_or_default().into_iter().cloned().collect();
    let changes =
        root.get("changes").map(|item| changes::list(&item, Place::Changes, &compiler)).unwrap_or_default();
    let details = root.get("detail").map(|item| events::details(&item, &compiler)).unwrap_or_default();
    let integrity = root.table("integrity").and_then(|table| integrity::integrity(table, &compiler));
    let fallback = root.table("fallback").and_then(fallback::fallback);
    let errors = root.table("errors").map(|table| events::errors(table, &compiler)).unwrap_or_default();
    let rate = root.table("rate").map(timing::rate).unwrap_or_default();
    compiler.finish();
    let Heading { id, name, docs, verified } = heading.unwrap_or_default();
    let (base, ask) = request.unwrap_or_default();
    Some(Profile {
        id,
        name,
        docs,
        verified,
        secrets: compiler.into_secrets(),
        vars,
        auth: auth.unwrap_or_default(),
        base,
        ask,
        paging: pages,
        items: items?,
        scopes,
        sync,
        filters,
        map: map?,
        time,
        changes,
        details,
        integrity,
        fallback,
        errors,
        rate,
    })
}

#[derive(Default)]
struct Heading {
    id: String,
    name: String,
    docs: Option<String>,
    verified: bool,
}

fn heading(root: &Table<'_>) -> Option<Heading> {
    schema(root);
    let id = root.need("id", "the word that a source names the feed by").and_then(|item| {
        let text = item.text()?;
        let ok = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !ok || text.is_empty() {
            item.problem("an id is made of lower-case letters, digits and `-`", None);
        }
        Some(text.to_owned())
    });
    let name = root.need("name", "the provider's name for people").and_then(|item| {
        let text = item.text()?;
        if text.trim().is_empty() {
            item.problem("the name is empty; people choose the feed by it", None);
        }
        Some(text)
    });
    let docs = root.get("docs").and_then(|item| {
        let text = item.text()?;
        if !text.starts_with("https://") && !text.starts_with("http://") {
            let help = "write the whole address of a page, with `https://` before it".to_owned();
            item.problem(format!("`{text}` is no address of a page"), Some(help));
        }
        Some(text.to_owned())
    });
    let verified = root.get("verified").and_then(|item| item.boolean()).unwrap_or(true);
    Some(Heading { id: id?, name: name?.to_owned(), docs, verified })
}

/// The base of all requests and the request for a page of events, whose size belongs to its paging. A feed
/// that only programs and files can bring in makes no requests.
fn request(
    root: &Table<'_>,
    pages: &mut Paging,
    compiler: &Compiler<'_>,
) -> Option<(Option<String>, Option<Ask>)> {
    const KINDS: &[(&str, bool)] = &[("http", true), ("none", false)];
    let why = "it says what to ask for; write `request = { kind = \"none\" }` if a program or a file brings the records";
    let table = root.need("request", why)?.table()?;
    let asks = table.get("kind").and_then(|item| item.choice(KINDS)).unwrap_or(true);
    if !asks {
        table.finish();
        return Some((None, None));
    }
    let base = table.get("base").and_then(|item| base(&item));
    page_size(&table, pages);
    let mut ask = ask(&table, Place::Request, compiler);
    if let Some(ask) = ask.as_mut().filter(|_| pages.in_body && table.get("method").is_none()) {
        ask.method = super::request::Method::Post;
    }
    table.finish();
    Some((base, Some(ask?)))
}

fn items(root: &Table<'_>) -> Option<Items> {
    let table = root.need("items", "`at` says where the list of records is")?.table()?;
    let at = table.need("at", "the list of records, such as `/events`").and_then(|at| pointer(&at));
    let decode = table.get("decode").map(|item| item.one_or_many()).unwrap_or_default();
    let decode = decode.iter().filter_map(pointer).collect();
    let explode = table.get("explode").and_then(|item| pointer(&item));
    table.finish();
    Some(Items { at: at?, decode, explode })
}

fn schema(root: &Table<'_>) {
    let item = root.need("schema", "write `schema = 1`");
    if let Some(item) = item
        && item.integer(0..=u64::from(u32::MAX)).is_some_and(|schema| schema != 1)
    {
        let help = "this version of the program reads `schema = 1`".to_owned();
        item.problem("unknown version of the profile language", Some(help));
    }
}

fn base(item: &super::reader::Item<'_>) -> Option<String> {
    let base = item.text()?;
    match super::request::check_base(base) {
        Ok(base) => Some(base),
        // A user name is often followed by a password, so what looks like one is not shown.
        Err(_) if base.contains('{') => {
            let help = "leave it out, and let each source say its own: `base = \"https://acme.example.com\"`";
            item.problem("an address has no placeholders", Some(help.to_owned()));
            None
        }
        Err(reason) => {
            item.problem(format!("`{}` {reason}", super::request::shown(base)), None);
            None
        }
    }
}

fn vars(table: &Table<'_>) -> Vec<Var> {
    let mut vars = Vec::new();
    for (name, item) in table.entries() {
        let Some(table) = item.table() else { continue };
        if matches!(name, "token" | "refresh" | "since" | "until" | "each") || !is_name(name) {
            let help = "a name is made of letters, digits and `_`; `token`, `refresh`, `since`, `until` and `each` are taken";
            item.problem(format!("`{name}` cannot name a variable"), Some(help.to_owned()));
        }
        let default = table.text("default");
        let required = table.get("required").and_then(|item| item.boolean()).unwrap_or(false);
        let pattern = table.get("pattern").and_then(|item| {
            let read = Pattern::new(item.text()?);
            read.map_err(|why| item.problem(format!("not a regular expression: {why}"), None)).ok()
        });
        let var = Var { name: name.to_owned(), label: table.text("label"), required, default, pattern };
        if let Some(default) = var.default.as_deref().filter(|default| !var.accepts(default)) {
            table.problem(format!("the default `{default}` does not match the pattern"), None);
        }
        table.finish();
        vars.push(var);
    }
    vars
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Query fields that a server can filter by. The keys are words of the query language.
fn filters(table: &Table<'_>) -> Vec<FilterParam> {
    let mut filters = Vec::new();
    for (key, item) in table.entries() {
        if !Condition::KEYS.contains(&key) {
            item.problem("no query field has this name", Some(what_fits(key, &Condition::KEYS)));
        }
        filters.extend(filter(key, &item));
    }
    filters
}

/// The parameter alone, or a table that also says in which words or form.
fn filter(key: &str, item: &super::reader::Item<'_>) -> Option<FilterParam> {
    let plain = |param: &str| FilterParam {
        key: key.to_owned(),
        param: param.to_owned(),
        words: Vec::new(),
        format: TimeFormat::default(),
    };
    if !item.is_table() {
        return item.text().map(plain);
    }
    let table = item.table()?;
    let param = table.need("param", "the parameter that carries the value").and_then(|item| item.text());
    let is_time = matches!(key, "since" | "until");
    let mut words = Vec::new();
    let mut format = TimeFormat::default();
    if is_time {
        format = table.get("format").and_then(|item| events::format(&item)).unwrap_or_default();
    } else {
        for (ours, item) in table.table("words").map(|table| table.entries()).unwrap_or_default() {
            words.extend(item.text().map(|own| (ours.to_owned(), own.to_owned())));
        }
    }
    table.finish();
    Some(FilterParam { words, format, ..plain(param?) })
}
