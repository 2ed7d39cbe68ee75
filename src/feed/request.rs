//! Building requests. The caller sends them as they are.
//!
//! A request can only go below the base that the user configured, so that no profile can carry a secret
//! anywhere else. Control characters reach neither a URL nor a header.

use std::time::Duration;

use serde_json::Value;

use super::binding::Place;
use super::expr::{Expr, Values, Variable};
use super::paging::Paging;
use super::profile::{Ask, Encoding, Profile, Tree};
use super::{Binding, Position, Scope, Token};
use crate::domain::{Event, Secret};

mod body;
mod url;

pub(super) use body::put;
pub(super) use url::{Stray, check_base, resolve, shown};

/// How a request is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    #[default]
    Get,
    /// `POST`
    Post,
}

/// A request to be sent.
#[derive(Debug)]
pub struct Request {
    /// How.
    pub method: Method,
    /// The whole address, without any secret: it may be shown.
    pub url: String,
    /// Query parameters that hold secrets, to be appended to the address when it is sent. Neither names
    /// nor values are percent-encoded yet.
    pub secret_query: Vec<(String, Secret)>,
    /// Headers, names as the profile writes them.
    pub headers: Vec<(String, Secret)>,
    /// What is sent along.
    pub body: Option<Body>,
    /// How long to wait for the whole answer, where the profile says.
    pub timeout: Option<Duration>,
}

/// The body of a request.
#[derive(Debug)]
pub struct Body {
    /// The value of its `Content-Type` header.
    pub content_type: &'static str,
    /// The body itself.
    pub text: Secret,
}

/// Why a request cannot be built. Secrets are named, never shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// A variable has neither a value nor a default.
    #[error("the variable `{name}` has no value")]
    MissingVar {
        /// Its name, as in `vars`.
        name: String,
    },
    /// A value does not match what the profile asks for.
    #[error("the variable `{name}` is `{value}`, which does not match `{pattern}`")]
    WrongVar {
        /// Its name, as in `vars`.
        name: String,
        /// The value that was given.
        value: String,
        /// The profile's pattern.
        pattern: String,
    },
    /// A secret has no value.
    #[error("the secret `{name}` has no value")]
    MissingSecret {
        /// Its name, as in `secret`.
        name: String,
    },
    /// A request needs a token and none was given.
    #[error("there is no token yet")]
    MissingToken,
    /// A request needs a scope and none was given, or the record lacks what the address is made of.
    #[error("nothing to put into `{what}`")]
    Missing {
        /// The part of the request.
        what: String,
    },
    /// Neither the user nor the profile says where to send requests.
    #[error("no base address is configured")]
    NoBase,
    /// The base is no address that requests can go below.
    #[error("the base `{base}` {reason}")]
    BadBase {
        /// The base as configured, without anything that could be a password.
        base: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The request would leave the base.
    #[error("`{path}` {reason}, so no request is sent")]
    BadPath {
        /// The path as filled in.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A line break or another control character would get into the request.
    #[error("the value of `{what}` contains a line break or another control character")]
    ControlCharacter {
        /// The header, parameter or path.
        what: String,
    },
    /// The profile does not describe such a request.
    #[error("the feed profile describes no {what}")]
    NotDescribed {
        /// The kind of request.
        what: &'static str,
    },
}

/// One page of events. `scope` is needed where the source fans out, `token` where tokens are bought.
pub fn page(
    profile: &Profile,
    binding: &Binding,
    scope: Option<&Scope>,
    position: &Position,
    token: Option<&Token>,
) -> Result<Request, RequestError> {
    let values = values_at(profile, binding, scope, position, token);
    build(profile, asked(profile)?, &values, Some((&profile.paging, position)))
}

fn asked(profile: &Profile) -> Result<&Ask, RequestError> {
    profile.ask.as_ref().ok_or(RequestError::NotDescribed { what: "requests" })
}

/// The address of a page of events, without anything that proves who is asking.
pub fn address(
    profile: &Profile,
    binding: &Binding,
    scope: Option<&Scope>,
    position: &Position,
) -> Result<String, RequestError> {
    let values = values_at(profile, binding, scope, position, None);
    whole_address(profile, asked(profile)?, &values, Some((&profile.paging, position))).map(|(url, _)| url)
}

/// The address of a page of the list of scopes, likewise.
pub(super) fn address_of_scopes(
    profile: &Profile,
    binding: &Binding,
    outer: Option<&Scope>,
    position: &Position,
) -> Result<String, RequestError> {
    let list = profile.scope_list(outer).ok_or(RequestError::NotDescribed { what: "list of scopes" })?;
    let values = values_at(profile, binding, outer, position, None);
    whole_address(profile, &list.ask, &values, Some((&list.paging, position))).map(|(url, _)| url)
}

fn values_at<'a>(
    profile: &'a Profile,
    binding: &'a Binding,
    scope: Option<&'a Scope>,
    position: &Position,
    token: Option<&'a Token>,
) -> Values<'a> {
    let (since, until) = (position.since, position.until);
    Values { scope, token, since, until, ..Values::of(profile, binding) }
}

/// One page of the list of scopes, or of those inside of `outer`.
pub fn scopes(
    profile: &Profile,
    binding: &Binding,
    outer: Option<&Scope>,
    position: &Position,
    token: Option<&Token>,
) -> Result<Request, RequestError> {
    let list = profile.scope_list(outer).ok_or(RequestError::NotDescribed { what: "list of scopes" })?;
    let values = values_at(profile, binding, outer, position, token);
    build(profile, &list.ask, &values, Some((&list.paging, position)))
}

/// The purchase of a token with credentials.
pub fn exchange(profile: &Profile, binding: &Binding) -> Result<Request, RequestError> {
    let exchange =
        profile.auth.exchange.as_ref().ok_or(RequestError::NotDescribed { what: "token exchange" })?;
    let values = Values::of(profile, binding);
    buy(profile, &values, &exchange.url, &exchange.body, exchange.encoding)
}

/// The purchase of a token with what came along with the last one.
pub fn refresh(profile: &Profile, binding: &Binding, token: &Token) -> Result<Request, RequestError> {
    let missing = RequestError::NotDescribed { what: "token refresh" };
    let exchange = profile.auth.exchange.as_ref().ok_or_else(|| missing.clone())?;
    let (url, body) = exchange.refresh_ask.as_ref().ok_or(missing)?;
    let values = Values { token: Some(token), ..Values::of(profile, binding) };
    buy(profile, &values, url, body, exchange.encoding)
}

/// The further request `which` about one event, see [`detail::wanted`](super::detail::wanted), for `each`, one of
/// the values of [`detail::values`](super::detail::values), where it has any.
pub fn detail(
    profile: &Profile,
    binding: &Binding,
    scope: Option<&Scope>,
    (event, which, each): (&Event, usize, Option<&str>),
    token: Option<&Token>,
) -> Result<Request, RequestError> {
    let detail = profile.details.get(which).ok_or(RequestError::NotDescribed { what: "detail request" })?;
    let record = super::detail::record(profile, event);
    let outer = super::outer::of(&profile.map, &event.record);
    let outer = Some(&outer).filter(|_| profile.items.explode.is_some());
    let values = Values { record: Some(&record), outer, scope, token, each, ..Values::of(profile, binding) };
    build(profile, &detail.ask, &values, None)
}

/// The request that has the server verify its own entries. `scope` is needed where the source fans out.
pub fn verification(
    profile: &Profile,
    binding: &Binding,
    scope: Option<&Scope>,
    token: Option<&Token>,
) -> Result<Request, RequestError> {
    let verify = profile.integrity.as_ref().and_then(|integrity| integrity.verify.as_ref());
    let verify = verify.ok_or(RequestError::NotDescribed { what: "verification" })?;
    let values = Values { scope, token, ..Values::of(profile, binding) };
    build(profile, &verify.ask, &values, None)
}

fn build(
    profile: &Profile,
    ask: &Ask,
    values: &Values<'_>,
    paged: Option<(&Paging, &Position)>,
) -> Result<Request, RequestError> {
    check_vars(profile, values)?;
    let (url, in_body) = whole_address(profile, ask, values, paged)?;
    let mut headers = vec![("Accept".to_owned(), Secret::new("application/json".to_owned()))];
    for (name, expr) in &ask.headers {
        if let Some(text) = expr.filled(values) {
            headers.retain(|(given, _)| !given.eq_ignore_ascii_case(name));
            headers.push((name.clone(), header(name, text)?));
        }
    }
    let mut secret_query = Vec::new();
    authorise(profile, values, &mut headers, &mut secret_query)?;
    let mut document = ask.body.as_ref().map(|tree| tree.json(values).unwrap_or(Value::Null));
    for (place, value) in in_body {
        body::put(document.get_or_insert_with(|| Value::Object(serde_json::Map::new())), &place, value);
    }
    let body = document.map(|document| body::write(&document, Encoding::Json));
    Ok(Request { method: ask.method, url, secret_query, headers, body, timeout: ask.timeout })
}

/// The address of a request, and the parameters of its paging that go into its body.
fn whole_address(
    profile: &Profile,
    ask: &Ask,
    values: &Values<'_>,
    paged: Option<(&Paging, &Position)>,
) -> Result<(String, Vec<(String, Value)>), RequestError> {
    if let Some((_, Position { place: Place::Address(address), .. })) = paged {
        return Ok((address.clone(), Vec::new()));
    }
    let mut query = Vec::new();
    for (name, exprs) in &ask.query {
        let Some(name) = name.filled(values) else { continue };
        for expr in exprs {
            query.extend(expr.filled(values).map(|text| (name.clone(), text)));
        }
    }
    let mut in_body = Vec::new();
    if let Some((paging, position)) = paged {
        let of_events = std::ptr::eq(paging, &raw const profile.paging);
        let reach = if of_events { profile.sync.reach(position) } else { Vec::new() };
        let parts = paging.parameters(position).into_iter().chain(reach).chain(position.filter.params());
        for (name, value) in parts {
            if paging.in_body || name.starts_with('/') {
                in_body.push((name.to_owned(), value));
            } else {
                query.retain(|(given, _)| given != name);
                query.extend(body::scalar(&value).map(|text| (name.to_owned(), text)));
            }
        }
    }
    Ok((url::build(&base(profile, values)?, &ask.path, &query, values)?, in_body))
}

fn buy(
    profile: &Profile,
    values: &Values<'_>,
    path: &Expr,
    body: &Tree,
    encoding: Encoding,
) -> Result<Request, RequestError> {
    check_vars(profile, values)?;
    body.each(&mut |expr| required(profile, expr, values))?;
    let url = url::build(&base(profile, values)?, path, &[], values)?;
    Ok(Request {
        method: Method::Post,
        url,
        secret_query: Vec::new(),
        headers: vec![("Accept".to_owned(), Secret::new("application/json".to_owned()))],
        body: Some(body::write(&body.json(values).unwrap_or(Value::Null), encoding)),
        timeout: None,
    })
}

/// Adds what proves who is asking.
fn authorise(
    profile: &Profile,
    values: &Values<'_>,
    headers: &mut Vec<(String, Secret)>,
    query: &mut Vec<(String, Secret)>,
) -> Result<(), RequestError> {
    let auth = &profile.auth;
    for (name, expr) in &auth.headers {
        required(profile, expr, values)?;
        if let Some(text) = expr.filled(values) {
            headers.push((name.clone(), header(name, text)?));
        }
    }
    for (name, expr) in &auth.query {
        required(profile, expr, values)?;
        query.extend(expr.filled(values).map(|text| (name.clone(), Secret::new(text))));
    }
    if let Some((user, password)) = &auth.basic {
        required(profile, user, values)?;
        required(profile, password, values)?;
        let user = user.text(values).unwrap_or_default();
        let pair = format!("{user}:{}", password.text(values).unwrap_or_default());
        let text = format!("Basic {}", base64(pair.as_bytes()));
        headers.push(("Authorization".to_owned(), Secret::new(text)));
    }
    Ok(())
}

/// Says which variable is missing, unless the profile can do without it. Variables of `[vars]` were
/// checked before.
fn required(profile: &Profile, expr: &Expr, values: &Values<'_>) -> Result<(), RequestError> {
    let missing = if expr.filled(values).is_some() { None } else { expr.missing(values) };
    match missing {
        Some(Variable::Secret(name)) => {
            let optional = profile.secrets.iter().any(|need| need.name == *name && !need.required);
            if optional { Ok(()) } else { Err(RequestError::MissingSecret { name: name.clone() }) }
        }
        Some(Variable::Token | Variable::Refresh) => Err(RequestError::MissingToken),
        _ => Ok(()),
    }
}

fn check_vars(profile: &Profile, values: &Values<'_>) -> Result<(), RequestError> {
    for var in &profile.vars {
        let given = values.binding.and_then(|binding| binding.vars.get(&var.name)).or(var.default.as_ref());
        match given.filter(|value| !value.is_empty()) {
            None if var.required => return Err(RequestError::MissingVar { name: var.name.clone() }),
            Some(value) if !var.accepts(value) => {
                let pattern = var.pattern.as_ref().map(ToString::to_string).unwrap_or_default();
                let (name, value) = (var.name.clone(), value.clone());
                return Err(RequestError::WrongVar { name, value, pattern });
            }
            _ => {}
        }
    }
    Ok(())
}

fn base(profile: &Profile, values: &Values<'_>) -> Result<String, RequestError> {
    let own = values.binding.map(|binding| binding.base.as_str()).filter(|base| !base.is_empty());
    let base = own.or(profile.base()).ok_or(RequestError::NoBase)?;
    check_base(base).map_err(|reason| RequestError::BadBase { base: shown(base), reason })
}

fn header(name: &str, text: String) -> Result<Secret, RequestError> {
    if text.chars().any(char::is_control) {
        return Err(RequestError::ControlCharacter { what: name.to_owned() });
    }
    Ok(Secret::new(text))
}

/// Base 64 with padding (RFC 4648, section 4), which HTTP basic authentication is written in.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    text
}
