//! How requests prove who is asking.

use super::super::profile::{Auth, Encoding, Exchange};
use super::super::reader::Table;
use super::ask::{headers, path_of, pointer, tree};
use super::compile::{Compiler, Place};

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Nothing,
    Header,
    Basic,
    Query,
    Exchange,
}

const KINDS: &[(&str, Kind)] = &[
    ("none", Kind::Nothing),
    ("header", Kind::Header),
    ("basic", Kind::Basic),
    ("query", Kind::Query),
    ("exchange", Kind::Exchange),
];

pub(super) fn auth(root: &Table<'_>, compiler: &mut Compiler<'_>) -> Option<Auth> {
    let table = root.need("auth", "write `auth = { kind = \"none\" }` if none is needed")?.table()?;
    let kind = table.need("kind", "`none`, `header`, `basic`, `query` or `exchange`");
    let kind = kind.and_then(|item| item.choice(KINDS));
    compiler.exchanges = kind == Some(Kind::Exchange);
    let mut auth = Auth::default();
    // Headers go with every kind: a tenant is often named beside a password or a token.
    let table_of_headers = table.table("headers");
    auth.headers = table_of_headers.map(|table| headers(&table, Place::Auth, compiler)).unwrap_or_default();
    let query = table.table("query").map(|table| headers(&table, Place::Auth, compiler));
    let value = |key, wanted: bool| {
        let item = if wanted { table.need(key, "a secret: `{@secret.name}`") } else { table.get(key) };
        item.and_then(|item| compiler.template(&item, Place::Auth))
    };
    let basic = kind == Some(Kind::Basic);
    let pair = value("user", basic).zip(value("password", basic));
    let exchange = table.get("exchange").map(|item| item.table().and_then(|table| exchange(table, compiler)));
    let misplaced = match kind {
        Some(Kind::Header) if auth.headers.is_empty() => Some("`headers` is missing"),
        Some(Kind::Query) if query.is_none() => Some("`query` is missing"),
        Some(Kind::Exchange) if exchange.is_none() => Some("`[auth.exchange]` is missing"),
        Some(Kind::Exchange) if auth.headers.is_empty() && query.is_none() => {
            Some("nothing carries the token; write `headers = { Authorization = \"Bearer {@token}\" }`")
        }
        Some(other) if other != Kind::Exchange && exchange.is_some() => {
            Some("`[auth.exchange]` belongs to `kind = \"exchange\"`")
        }
        Some(other) if other != Kind::Basic && pair.is_some() => {
            Some("`user` and `password` belong to `kind = \"basic\"`")
        }
        _ => None,
    };
    if let Some(message) = misplaced {
        table.problem(message, None);
    }
    auth.query = query.unwrap_or_default();
    auth.basic = pair;
    auth.exchange = exchange.flatten();
    table.finish();
    Some(auth)
}

fn exchange(table: Table<'_>, compiler: &Compiler<'_>) -> Option<Exchange> {
    const ENCODINGS: &[(&str, Encoding)] = &[("json", Encoding::Json), ("form", Encoding::Form)];
    // An address is shown in errors and logs, so no secret goes into it.
    let url = table.need("url", "the path that tokens are bought at, such as `/auth/token`");
    let url = url.and_then(|item| path_of(&item, Place::Plain, compiler));
    let encoding = table.get("encoding").and_then(|item| item.choice(ENCODINGS)).unwrap_or_default();
    let body = table.need("body", "what is sent: `{ client_id = \"{@secret.id}\" }`");
    let body = body.and_then(|item| tree(&item, Place::Exchange, compiler));
    let token = table.need("token", "where in the answer the token is: `/access_token`");
    let token = token.and_then(|item| pointer(&item));
    let expires_in = table.get("expires_in").and_then(|item| pointer(&item));
    let refresh = table.get("refresh").and_then(|item| pointer(&item));
    let refresh_url = table.get("refresh_url");
    let refresh_body = table.get("refresh_body");
    if refresh_url.is_some() != refresh_body.is_some() {
        table.problem("`refresh_url` and `refresh_body` belong together", None);
    }
    let refresh_url = refresh_url.and_then(|item| path_of(&item, Place::Plain, compiler));
    let refresh_body = refresh_body.and_then(|item| tree(&item, Place::Refresh, compiler));
    table.finish();
    let (url, body, token) = (url?, body?, token?);
    let refresh_ask = refresh_url.zip(refresh_body);
    Some(Exchange { url, encoding, body, token, expires_in, refresh, refresh_ask })
}
