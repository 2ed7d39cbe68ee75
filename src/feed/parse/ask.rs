//! Requests and the list of scopes.

use super::super::expr::{Expr, Piece};
use super::super::pointer::Pointer;
use super::super::profile::{Ask, ScopeList, Tree};
use super::super::reader::{Item, Table};
use super::super::request::Method;
use super::compile::{Compiler, Place};
use super::paging::{page_size, paging};

/// The keys that every request has. The caller reads the rest of the table.
pub(super) fn ask(table: &Table<'_>, place: Place, compiler: &Compiler<'_>) -> Option<Ask> {
    const METHODS: &[(&str, Method)] = &[("GET", Method::Get), ("POST", Method::Post)];
    let method = table.get("method").and_then(|item| item.choice(METHODS));
    let path = table.need("path", "what comes after the base, such as `/v1/events`");
    let path = path.and_then(|item| path_of(&item, place, compiler));
    let headers = table.table("headers").map(|table| headers(&table, place, compiler)).unwrap_or_default();
    let mut query = Vec::new();
    for (name, item) in table.table("query").map(|table| table.entries()).unwrap_or_default() {
        let values = item.one_or_many();
        let values: Vec<Expr> =
            values.iter().filter_map(|item| text_or_fixed(item, place, compiler)).collect();
        query.extend(compiler.name(name, &item, place).map(|name| (name, values)));
    }
    let body = table.get("body").and_then(|item| tree(&item, place, compiler));
    let method = method.unwrap_or(if body.is_some() { Method::Post } else { Method::Get });
    let timeout = table.get("timeout").and_then(|item| item.duration());
    Some(Ask { method, path: path?, headers, query, body, timeout })
}

pub(super) fn path_of(item: &Item<'_>, place: Place, compiler: &Compiler<'_>) -> Option<Expr> {
    let text = item.text()?;
    if !text.starts_with('/') {
        let help = "requests only go below the base, so a path starts with `/`".to_owned();
        item.problem(format!("`{text}` is no path"), Some(help));
        return None;
    }
    if text.split('{').any(|part| part.rsplit('}').next().is_some_and(|fixed| fixed.contains(['?', '#']))) {
        let help = "put parameters under `query`".to_owned();
        item.problem("a path has no `?` and no `#`", Some(help));
        return None;
    }
    compiler.template(item, place)
}

/// Headers by name. A name that is no token of RFC 9110 could smuggle in another header.
pub(super) fn headers(table: &Table<'_>, place: Place, compiler: &Compiler<'_>) -> Vec<(String, Expr)> {
    let mut headers = Vec::new();
    for (name, item) in table.entries() {
        if name.is_empty()
            || !name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
        {
            item.problem("this is no name of a header", None);
        }
        if let Some(expr) = compiler.template(&item, place) {
            if has_control(&expr) {
                item.problem("a header has no line breaks or other control characters", None);
            }
            if name.eq_ignore_ascii_case("authorization") && !expr.names_secret() {
                let help = "name a secret under `[auth]`: `Bearer {@secret.token}`".to_owned();
                item.problem("a profile never holds a credential", Some(help));
            }
            headers.push((name.to_owned(), expr));
        }
    }
    headers
}

fn has_control(expr: &Expr) -> bool {
    let Expr::Template(pieces) = expr else { return false };
    pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if text.chars().any(char::is_control)))
}

fn text_or_fixed(item: &Item<'_>, place: Place, compiler: &Compiler<'_>) -> Option<Expr> {
    match item.fixed() {
        Some(value) => Some(Expr::Template(vec![Piece::Text(value.to_string())])),
        None => compiler.template(item, place),
    }
}

/// A JSON document with placeholders.
pub(super) fn tree(item: &Item<'_>, place: Place, compiler: &Compiler<'_>) -> Option<Tree> {
    if let Some(value) = item.fixed() {
        return Some(Tree::Fixed(value));
    }
    if let Some(list) = item.as_list() {
        return Some(Tree::List(list.iter().filter_map(|item| tree(item, place, compiler)).collect()));
    }
    if item.is_table() {
        let members = item.table()?.entries();
        let members = members
            .into_iter()
            .filter_map(|(name, item)| Some((name.to_owned(), tree(&item, place, compiler)?)));
        return Some(Tree::Object(members.collect()));
    }
    compiler.template(item, place).map(Tree::Text)
}

/// A pointer into a body.
pub(super) fn pointer(item: &Item<'_>) -> Option<Pointer> {
    let text = item.text()?;
    let read = Pointer::parse(text);
    if let Err(why) = read {
        let plain = text.trim_start_matches(['$', '.']).replace('.', "/");
        item.problem(
            format!("`{text}` is no JSON Pointer: {why}"),
            Some(format!("did you mean `/{plain}`?")),
        );
    }
    read.ok()
}

/// `[[scope]]`: the list of what the source fans out over, then of what lies inside of each of its entries.
/// The requests and entries of an inner list can name what the outer ones set.
pub(super) fn scope_lists(item: &Item<'_>, compiler: &mut Compiler<'_>) -> Vec<ScopeList> {
    let mut lists = Vec::new();
    for item in item.list().unwrap_or_default() {
        let list = item.table().and_then(|table| scope_list(table, compiler));
        compiler.fans_out = true;
        lists.push(list);
    }
    // An inner list is nothing without the one around it.
    lists.into_iter().map_while(|list| list).collect()
}

fn scope_list(table: Table<'_>, compiler: &mut Compiler<'_>) -> Option<ScopeList> {
    let mut pages = table.table("paging").map(paging).unwrap_or_default();
    page_size(&table, &mut pages);
    let ask = ask(&table, Place::Scopes, compiler);
    let items = table.need("items", "the list of scopes, such as `/data`").and_then(|item| pointer(&item));
    let entry = |item: &Item<'_>| compiler.value(item, Place::ScopeEntry);
    let mut set = Vec::new();
    for (name, item) in table.table("set").map(|table| table.entries()).unwrap_or_default() {
        if compiler.set.iter().any(|known| known == name) {
            item.problem(
                "a list of scopes around this one sets it already",
                Some("call it otherwise".to_owned()),
            );
        }
        set.extend(entry(&item).map(|expr| (name.to_owned(), expr)));
    }
    let given = table.get("id").map(|item| entry(&item));
    let id = match given {
        Some(id) => id,
        // The first variable that a scope sets is what tells scopes apart, unless `id` says otherwise.
        None => set.first().map(|(_, expr)| expr.clone()).or_else(|| {
            table.problem("`id` is missing", Some("where in an entry its id is: `id = \"/id\"`".to_owned()));
            None
        }),
    };
    let name = table.get("name").and_then(|item| entry(&item));
    let refresh_every = table.get("refresh_every").and_then(|item| item.duration());
    table.finish();
    compiler.set.extend(set.iter().map(|(name, _)| name.clone()));
    Some(ScopeList { ask: ask?, paging: pages, items: items?, id: id?, name, set, refresh_every })
}
