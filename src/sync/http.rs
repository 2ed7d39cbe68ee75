//! The network: one request out, one bounded answer back.
//!
//! This is the only module that knows `reqwest`. It enforces what holds for every request of every
//! source: where it may go, how long it may take, how large the answer may be, that no redirect is
//! followed, and that no header value can reach a log. It decides nothing about what an answer means or
//! whether to try again, and it must never put a header, a body or the query of a URL into an error.

mod error;

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Url, redirect};

use crate::domain::Timestamp;
use crate::feed::{Method, Request};

pub(super) use error::HttpError;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the server may stay silent in the middle of an answer.
const IDLE: Duration = Duration::from_secs(15);
/// How long one request may take in all, unless its profile allows less.
const TOTAL: Duration = Duration::from_secs(60);
/// The largest body taken, in bytes after decompression.
///
/// The size on the wire is not visible once the client library has decompressed a body, so this bound
/// is also what stops a compressed body that unfolds without end: memory never grows beyond it.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// The clients of the program, each built when it is first needed.
#[derive(Debug)]
pub(super) struct Http {
    /// For this machine: no proxy, so that a proxy in the environment cannot swallow local requests.
    near: OnceLock<Result<Client, String>>,
    /// For everything else.
    far: OnceLock<Result<Client, String>>,
    body_limit: usize,
}

/// Where the requests of one source may go: its own origin, and nowhere else.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    /// Scheme, host and port, as in `https://api.example.com`.
    pub(super) origin: String,
    /// The user said that this source may be asked without encryption.
    pub(super) insecure_http: bool,
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
    /// The origin of `base`, the address a source is configured with.
    pub(super) fn new(base: &str, insecure_http: bool) -> Result<Self, HttpError> {
        let url = Url::parse(base).map_err(|_| HttpError::BadUrl)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(HttpError::BadUrl);
        }
        Ok(Self { origin: origin(&url), insecure_http })
    }

    /// Whether a request may go to `url`. Secrets belong to one origin, so any other is refused, even if
    /// a server named it itself.
    fn check(&self, url: &Url) -> Result<(), HttpError> {
        let target = origin(url);
        if target != self.origin {
            return Err(HttpError::OtherOrigin { origin: self.origin.clone(), target });
        }
        if url.scheme() != "https" && !is_loopback(url) && !self.insecure_http {
            return Err(HttpError::NotEncrypted { origin: target });
        }
        Ok(())
    }
}

impl Http {
    /// No connection is made and no certificate is read until the first request.
    pub(super) fn new() -> Self {
        Self::with_body_limit(BODY_LIMIT)
    }

    fn with_body_limit(body_limit: usize) -> Self {
        Self { near: OnceLock::new(), far: OnceLock::new(), body_limit }
    }

    /// Sends `request` and reads the whole answer, whatever its status, except a redirect: those are
    /// never followed and come back as [`HttpError::Redirect`]. Dropping the future closes the connection.
    pub(super) async fn send(&self, request: &Request, peer: &Peer) -> Result<Reply, HttpError> {
        let mut url = Url::parse(&request.url).map_err(|_| HttpError::BadUrl)?;
        peer.check(&url)?;
        for (name, value) in &request.secret_query {
            url.query_pairs_mut().append_pair(name, value.expose());
        }
        let (slot, direct) = if is_loopback(&url) { (&self.near, true) } else { (&self.far, false) };
        let client = slot.get_or_init(|| build_client(direct)).as_ref();
        let client = client.map_err(|reason| HttpError::Client { reason: reason.clone() })?;
        let outgoing = build_request(client, request, url)?;
        exchange(client, outgoing, peer, self.body_limit).await
    }
}

fn build_client(direct: bool) -> Result<Client, String> {
    // The builder panics when no provider is installed. Someone else having installed one is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder()
        .user_agent(concat!("backtrail/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .read_timeout(IDLE)
        .timeout(TOTAL);
    let builder = if direct { builder.no_proxy() } else { builder };
    // On a machine without a certificate store the builder fails, even for plain HTTP; with roots of
    // our own merged in, it works everywhere.
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    let roots: Result<Vec<_>, _> = roots.iter().map(|der| reqwest::Certificate::from_der(der)).collect();
    roots
        .and_then(|roots| builder.tls_certs_merge(roots).build())
        .map_err(|error| error::innermost(&error.without_url()))
}

fn build_request(client: &Client, request: &Request, url: Url) -> Result<reqwest::Request, HttpError> {
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
        outgoing = outgoing.timeout(timeout.min(TOTAL));
    }
    outgoing.headers(headers).build().map_err(|_| HttpError::BadUrl)
}

async fn exchange(
    client: &Client,
    outgoing: reqwest::Request,
    peer: &Peer,
    limit: usize,
) -> Result<Reply, HttpError> {
    let mut response =
        client.execute(outgoing).await.map_err(|error| HttpError::before_answer(&error, &peer.origin))?;
    let status = response.status();
    // 304 leads nowhere: it is the answer to a condition that the request named.
    if status.is_redirection() && status != reqwest::StatusCode::NOT_MODIFIED {
        let target = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        let target = target.and_then(|location| response.url().join(location).ok());
        let target = target.map_or_else(|| "an address it does not name".to_owned(), |url| origin(&url));
        return Err(HttpError::Redirect { origin: peer.origin.clone(), target, status: status.as_u16() });
    }
    let too_large = || HttpError::TooLarge { origin: peer.origin.clone(), limit };
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| HttpError::in_body(&error, &peer.origin, body.len()))?
    {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    let date = response.headers().get(DATE).and_then(|date| date.to_str().ok()).and_then(http_date);
    let headers = response.headers().iter();
    let headers = headers
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    Ok(Reply { status: status.as_u16(), headers, body, date })
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

fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
