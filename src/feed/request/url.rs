//! Addresses: a base that is checked strictly, and paths and queries that cannot lead away from it.

use std::borrow::Cow;

use super::super::expr::{Expr, From, Piece, Slot, Values, Variable};
use super::RequestError;

/// Checks that `base` is `http` or `https`, a host, maybe a port and a path, and nothing else; gives it
/// back without a slash at its end. What is allowed is narrower than RFC 3986, so that every reader of
/// the address agrees where the host ends.
pub(in super::super) fn check_base(base: &str) -> Result<String, &'static str> {
    let rest = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
    let rest = rest.ok_or("does not start with `https://` or `http://`")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if host.contains('@') {
        return Err("holds a user name; credentials belong under `secret`");
    }
    let host_ok = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    if host.is_empty() || host.starts_with(':') || !host.chars().all(host_ok) {
        return Err("has no readable host");
    }
    if path.contains(['?', '#']) {
        return Err("has a query or a fragment, which belongs to the requests below it");
    }
    if !path.chars().all(|c| c.is_ascii_graphic() && !"\\\"<>^`{|}".contains(c)) {
        return Err("has a character in its path that has to be percent-encoded");
    }
    if path.split('/').any(is_dots) {
        return Err("has `.` or `..` in its path");
    }
    Ok(base.trim_end_matches('/').to_owned())
}

/// The base as it may be shown in an error.
pub(in super::super) fn shown(base: &str) -> String {
    match (base.find("://"), base.rfind('@')) {
        (Some(start), Some(at)) if at > start => format!("{}://…{}", &base[..start], &base[at..]),
        _ => super::super::shape::clip(base, 200),
    }
}

/// The address of `path`, filled in, below `base`, with `query`.
pub(super) fn build(
    base: &str,
    path: &Expr,
    query: &[(String, String)],
    values: &Values<'_>,
) -> Result<String, RequestError> {
    let path = fill(path, values)?;
    let bad = |reason| Err(RequestError::BadPath { path: path.clone(), reason });
    if !path.starts_with('/') {
        return bad("does not start with `/`");
    }
    if path.split(['/', '?']).any(is_dots) {
        return bad("has `.` or `..` between its slashes");
    }
    if path.contains(['\\', '#']) || path.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return bad("has a character that does not belong in an address");
    }
    let mut url = format!("{base}{path}");
    for (name, value) in query {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&encode(name));
        url.push('=');
        url.push_str(&encode(value));
    }
    Ok(url)
}

/// Why an address that a server names is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Stray {
    /// It is at another origin than the base.
    OtherOrigin,
    /// It cannot be read as an address.
    Unreadable,
}

impl Stray {
    pub(in super::super) fn reason(self) -> &'static str {
        match self {
            Self::OtherOrigin => "is another server than `base`; secrets only go there",
            Self::Unreadable => "cannot be read as an address",
        }
    }
}

/// The whole address of `reference`, which an answer to a request for `asked` named (RFC 3986, section 5),
/// provided that it is at the same origin. Parameters named in `without` are left out: servers repeat what
/// they were asked with, and a secret is appended anew when the request is sent.
pub(in super::super) fn resolve(reference: &str, asked: &str, without: &[&str]) -> Result<String, Stray> {
    let reference = reference.trim();
    let reference = reference.split('#').next().unwrap_or_default();
    let bad = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if reference.is_empty() || reference.chars().any(bad) {
        return Err(Stray::Unreadable);
    }
    let (origin, path) = split_origin(asked).ok_or(Stray::Unreadable)?;
    let plain = path.split('?').next().unwrap_or_default();
    let target = if let Some(after) = reference.strip_prefix("//") {
        let scheme = origin.split("//").next().unwrap_or_default();
        same_origin(&format!("{scheme}//{after}"), origin)?
    } else if reference.starts_with('/') {
        reference.to_owned()
    } else if reference.starts_with('?') {
        format!("{plain}{reference}")
    } else if has_scheme(reference) {
        same_origin(reference, origin)?
    } else {
        format!("{}/{reference}", plain.rsplit_once('/').map_or("", |(folder, _)| folder))
    };
    let (path, query) = target.split_once('?').map_or((target.as_str(), None), |(p, q)| (p, Some(q)));
    if path.split('/').any(is_dots) {
        return Err(Stray::Unreadable);
    }
    let kept = query.map(|query| {
        let own = |pair: &&str| !without.iter().any(|name| names(pair, name));
        query.split('&').filter(own).collect::<Vec<_>>().join("&")
    });
    Ok(match kept.filter(|query| !query.is_empty()) {
        Some(query) => format!("{origin}{path}?{query}"),
        None => format!("{origin}{path}"),
    })
}

/// Whether the parameter `pair` of an address is called `name`, however it is encoded.
fn names(pair: &str, name: &str) -> bool {
    let key = pair.split('=').next().unwrap_or_default().replace('+', " ");
    let bytes = key.as_bytes();
    let mut plain = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        let decoded = hex.filter(|_| bytes[at] == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        plain.push(decoded.unwrap_or(bytes[at]));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    plain == name.as_bytes()
}

fn has_scheme(reference: &str) -> bool {
    let head = reference.split(['/', '?']).next().unwrap_or_default();
    head.contains(':')
}

/// An address before and after the end of its origin.
fn split_origin(address: &str) -> Option<(&str, &str)> {
    let start = address.find("://")? + 3;
    let end = address[start..].find(['/', '?']).map_or(address.len(), |at| start + at);
    Some(address.split_at(end))
}

/// What stands behind the origin of `address`, if that is `origin`.
fn same_origin(address: &str, origin: &str) -> Result<String, Stray> {
    let (own, rest) = split_origin(address).ok_or(Stray::Unreadable)?;
    if plain_origin(own) != plain_origin(origin) {
        return Err(Stray::OtherOrigin);
    }
    Ok(if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") })
}

/// Case does not matter in an origin, and neither does the port that its scheme means anyway.
fn plain_origin(origin: &str) -> String {
    let lower = origin.to_ascii_lowercase();
    let usual = if lower.starts_with("https:") { ":443" } else { ":80" };
    lower.strip_suffix(usual).unwrap_or(&lower).to_owned()
}

/// The path with its placeholders percent-encoded. An empty placeholder would name another resource.
fn fill(path: &Expr, values: &Values<'_>) -> Result<String, RequestError> {
    let Expr::Template(pieces) = path else {
        let path = path.text(values).map(Cow::into_owned);
        return path.ok_or_else(|| RequestError::Missing { what: "path".to_owned() });
    };
    let mut filled = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Slot(slot) => match slot.text(values).filter(|text| !text.is_empty()) {
                Some(text) if text.chars().any(char::is_control) => {
                    return Err(RequestError::ControlCharacter { what: slot.to_string() });
                }
                Some(text) => filled.push_str(&encode(&text)),
                None => return Err(missing(slot)),
            },
        }
    }
    Ok(filled)
}

fn missing(slot: &Slot) -> RequestError {
    match &slot.from {
        From::Variable(Variable::Var(name)) => RequestError::MissingVar { name: name.clone() },
        _ => RequestError::Missing { what: slot.to_string() },
    }
}

/// Whether a URL parser would take the segment for "here" or "up".
fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

/// Percent-encodes everything but the unreserved characters of RFC 3986, section 2.3.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for digit in [byte >> 4, byte & 15] {
                encoded.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    encoded
}
