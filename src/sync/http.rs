//! The network: one request out, one bounded answer back.
//!
//! This is the only module that knows `reqwest`. It enforces what holds for every request of every
//! source: where it may go, how long it may take, how large the answer may be, that no redirect is
//! followed, and that no header value can reach a log. It decides nothing about what an answer means or
//! whether to try again, and it must never put a header, a body or the query of a URL into an error.

mod body;
mod client;
mod error;
mod trust;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION,
};
use reqwest::{Client, Url};

use crate::domain::{Timestamp, is_loopback};
use crate::feed::{Method, Request};

use super::Source;
use super::call::CallHead;

use body::{Bounds, Intake, Spoiled};
use client::{Clients, Route, Setup, Times};

pub(super) use body::Excess;
pub(super) use error::HttpError;
pub use trust::Authorities;

/// The way out of this machine, shared by every source. No connection is made and no certificate is read
/// before the first request.
#[derive(Debug, Default)]
pub(super) struct Http {
    clients: Clients,
    bounds: Bounds,
}

/// Where the requests of one source may go, its own origin and nowhere else, and how they get there.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    /// Scheme, host and port, as in `https://api.example.com`.
    pub(super) origin: String,
    /// The user said that this source may be asked without encryption.
    pub(super) insecure_http: bool,
    /// The proxy that the user named for this source.
    pub(super) proxy: Option<String>,
    /// Who may vouch for this source beside those whom the machine trusts.
    pub(super) trusted: Option<Arc<Authorities>>,
}

/// An answer, whole.
pub(super) struct Reply {
    /// The HTTP status.
    pub(super) status: u16,
    /// Names in lower case, values as text, in the order they came.
    pub(super) headers: Vec<(String, String)>,
    /// The body after decompression.
    pub(super) body: Vec<u8>,
    /// The server's clock, from its `Date` header.
    pub(super) date: Option<Timestamp>,
}

/// An answer may hold a token, so its debug form shows neither headers nor body.
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Peer {
    /// Where the requests of `source` may go.
    pub(super) fn of(source: &Source) -> Result<Self, HttpError> {
        let base = Some(source.binding.base.as_str()).filter(|base| !base.is_empty());
        let base = base.or_else(|| source.profile.base()).unwrap_or_default();
        let peer = Self::new(base, source.insecure_http)?;
        Ok(Self { proxy: source.proxy.clone(), trusted: source.trusted.clone(), ..peer })
    }

    /// The origin of `base`, the address a source is configured with.
    pub(super) fn new(base: &str, insecure_http: bool) -> Result<Self, HttpError> {
        let url = Url::parse(base).map_err(|_| HttpError::BadUrl)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(HttpError::BadUrl);
        }
        Ok(Self { origin: origin(&url), insecure_http, proxy: None, trusted: None })
    }

    /// Whether a request may go to `url`. Secrets belong to one origin, so any other is refused, even if
    /// a server named it itself.
    fn check(&self, url: &Url) -> Result<(), HttpError> {
        let target = origin(url);
        if target != self.origin {
            return Err(HttpError::OtherOrigin { origin: self.origin.clone(), target });
        }
        if url.scheme() != "https" && !is_near(url) && !self.insecure_http {
            return Err(HttpError::NotEncrypted { origin: target });
        }
        Ok(())
    }
}

impl Http {
    /// A way out with this much time for an answer and for every silence in it.
    pub(super) fn patient(time: Duration) -> Self {
        Self {
            clients: Clients::with(Times { idle: time, total: time, ..Times::default() }),
            ..Self::default()
        }
    }

    /// Sends `request` and hands `each` the answer piece by piece as it comes, at most so many bytes of it.
    /// Redirects are never followed. Where `each` says no, nothing more is read.
    pub(super) async fn stream(
        &self,
        request: &Request,
        peer: &Peer,
        most: usize,
        each: &mut (dyn FnMut(&CallHead, &[u8]) -> bool + Send),
    ) -> Result<CallHead, HttpError> {
        let mut response = self.ask(request, peer, HeaderValue::from_static("identity")).await?;
        let head = CallHead { status: response.status().as_u16() };
        let encoding = encoding(response.headers());
        if !matches!(encoding.as_str(), "" | "identity") {
            let (origin, encoding) = (peer.origin.clone(), shown(&encoding));
            return Err(HttpError::Encoding { origin, encoding });
        }
        let mut bytes = 0;
        loop {
            let chunk = response.chunk().await;
            let chunk = chunk.map_err(|error| HttpError::in_body(&error, &peer.origin, bytes))?;
            let Some(chunk) = chunk else { return Ok(head) };
            bytes += chunk.len();
            if bytes > most {
                return Err(HttpError::TooLarge { origin: peer.origin.clone(), excess: Excess::Wire(most) });
            }
            if !each(&head, &chunk) {
                return Ok(head);
            }
        }
    }

    /// Sends `request` and reads the whole answer, whatever its status, except a redirect: those are
    /// never followed and come back as [`HttpError::Redirect`]. Dropping the future closes the connection.
    pub(super) async fn send(&self, request: &Request, peer: &Peer) -> Result<Reply, HttpError> {
        // Whatever a profile says: only what can be unfolded here is asked for.
        let response = self.ask(request, peer, HeaderValue::from_static("gzip")).await?;
        take_in(response, peer, self.bounds).await
    }

    /// Sends `request` and reads the head of the answer. A redirect is none: it is never followed.
    async fn ask(
        &self,
        request: &Request,
        peer: &Peer,
        encoding: HeaderValue,
    ) -> Result<reqwest::Response, HttpError> {
        let mut url = Url::parse(&request.url).map_err(|_| HttpError::BadUrl)?;
        peer.check(&url)?;
        for (name, value) in &request.secret_query {
            url.query_pairs_mut().append_pair(name, value.expose());
        }
        let route = match &peer.proxy {
            Some(proxy) => Route::Through(proxy.clone()),
            None if is_near(&url) => Route::Direct,
            None => Route::Environment,
        };
        let setup = Setup { route, trusted: peer.trusted.clone() };
        let client = self.clients.get(setup).map_err(|reason| HttpError::Client { reason })?;
        let mut outgoing = self.build(&client, request, url)?;
        outgoing.headers_mut().insert(ACCEPT_ENCODING, encoding);
        let sent = client.execute(outgoing).await;
        let response = sent.map_err(|error| HttpError::before_answer(&error, &peer.origin))?;
        let status = response.status();
        // 304 leads nowhere: it is the answer to a condition that the request named.
        if status.is_redirection() && status != reqwest::StatusCode::NOT_MODIFIED {
            let target = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
            let target = target.and_then(|location| response.url().join(location).ok());
            let target = target.map_or_else(|| "an address it does not name".to_owned(), |url| origin(&url));
            return Err(HttpError::Redirect { origin: peer.origin.clone(), target, status: status.as_u16() });
        }
        Ok(response)
    }

    fn build(&self, client: &Client, request: &Request, url: Url) -> Result<reqwest::Request, HttpError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let refused = || HttpError::BadHeader { name: name.clone() };
            let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
            let mut value = HeaderValue::from_str(value.expose()).map_err(|_| refused())?;
            value.set_sensitive(true);
            headers.append(key, value);
        }
        let mut outgoing = client.request(method, url);
        if let Some(body) = &request.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(body.content_type));
            outgoing = outgoing.body(body.text.expose().to_owned());
        }
        if let Some(timeout) = request.timeout {
            outgoing = outgoing.timeout(timeout.min(self.clients.times().total));
        }
        outgoing.headers(headers).build().map_err(|_| HttpError::BadUrl)
    }
}

/// Reads an answer to its end.
async fn take_in(mut response: reqwest::Response, peer: &Peer, bounds: Bounds) -> Result<Reply, HttpError> {
    let status = response.status();
    let origin = || peer.origin.clone();
    let encoding = encoding(response.headers());
    let mut intake = Intake::new(&encoding, bounds)
        .map_err(|encoding| HttpError::Encoding { origin: origin(), encoding: shown(&encoding) })?;
    let spoiled = |spoiled, bytes| match spoiled {
        Spoiled::TooLarge(excess) => HttpError::TooLarge { origin: origin(), excess },
        Spoiled::Garbled => HttpError::Garbled { origin: origin() },
        Spoiled::Truncated => HttpError::Truncated { origin: origin(), bytes },
    };
    intake.expect(response.content_length()).map_err(|why| spoiled(why, 0))?;
    loop {
        let chunk = response.chunk().await;
        match chunk.map_err(|error| HttpError::in_body(&error, &peer.origin, intake.wire()))? {
            Some(chunk) => intake.push(&chunk).map_err(|why| spoiled(why, intake.wire()))?,
            None => break,
        }
    }
    let bytes = intake.wire();
    let body = intake.finish().map_err(|why| spoiled(why, bytes))?;
    let date = response.headers().get(DATE).and_then(|date| date.to_str().ok()).and_then(http_date);
    let headers = response.headers().iter();
    let headers = headers
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    Ok(Reply { status: status.as_u16(), headers, body, date })
}

/// The first characters of what a header says, fit to be shown.
pub(super) fn shown(said: &str) -> String {
    const LIMIT: usize = 60;
    let mut chars = said.trim().chars().filter(|c| !c.is_control());
    let shown: String = chars.by_ref().take(LIMIT).collect();
    // Whoever looks for secrets has to know that one may be cut short here.
    if chars.next().is_some() { shown + "…" } else { shown }
}

/// How the body is compressed; several headers mean one after the other.
fn encoding(headers: &HeaderMap) -> String {
    let values = headers.get_all(CONTENT_ENCODING).iter();
    values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>().join(", ")
}

/// Reads a date in any of the three forms that RFC 9110 section 5.6.7 allows.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let since_epoch = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).ok()?))
}

/// Scheme, host and port of `url`: what may be shown of an address.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn is_near(url: &Url) -> bool {
    url.host_str().is_some_and(is_loopback)
}

#[cfg(test)]
mod tests;
