//! What an answer with a bad status says about itself.

use std::time::Duration;

use chrono::DateTime;

use super::expr::Values;
use super::json::Json;
use super::page::{Envelope, text};
use super::shape::clip;
use super::{Profile, ShapeError, bounds};

/// What the server says about a request that it did not fulfil.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSays {
    /// The server's own words, at most 300 characters on one line; the title where it sent a web page.
    pub message: Option<String>,
    /// The server's own code for the error.
    pub code: Option<String>,
    /// The server's name for the request, to quote to its support.
    pub request_id: Option<String>,
    /// How long the server asks us to wait: the longest time that headers or body name.
    pub retry_after: Option<Duration>,
}

/// How many characters of a server's message are kept.
const MESSAGE: usize = 300;

/// Reads an answer with a bad status. `headers` have lower-case names.
pub fn read(profile: &Profile, headers: &[(String, String)], body: &[u8]) -> ServerSays {
    let text = text(body);
    let json = text.as_ref().ok().and_then(|text| bounds::record(text).ok());
    let errors = &profile.errors;
    let mut says = ServerSays {
        request_id: errors.request_id.iter().find_map(|name| header(headers, name)).map(|id| clip(id, 100)),
        retry_after: retry_after(headers),
        ..ServerSays::default()
    };
    if let Some(json) = &json {
        let values = Values { record: Some(json), ..Values::default() };
        let first = |exprs: &[super::expr::Expr], limit| {
            let mut texts = exprs.iter().filter_map(|expr| expr.text(&values));
            texts.find(|text| !text.trim().is_empty()).map(|text| clip(text.trim(), limit))
        };
        says.message = first(&errors.message, MESSAGE);
        says.code = first(&errors.code, 100);
        let body = errors.retry_after.as_ref().and_then(|pointer| seconds(pointer.of(json)?));
        says.retry_after = says.retry_after.max(body);
    } else if let Err(ShapeError::Html { .. }) = text {
        says.message = title(&String::from_utf8_lossy(body));
    }
    says
}

/// An error that came with a good status, where the profile says that this happens.
pub(super) fn ok_but_error(profile: &Profile, envelope: &Envelope<'_>) -> Result<(), ShapeError> {
    let Some(raw) = profile.errors.in_ok.as_ref().and_then(|pointer| envelope.at(pointer)) else {
        return Ok(());
    };
    match raw.get() {
        "null" | "false" | "\"\"" | "[]" | "{}" => Ok(()),
        other => Err(ShapeError::ErrorInBody { message: clip(other, MESSAGE) }),
    }
}

fn header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// `Retry-After` (RFC 9110, 10.2.3) as seconds or as a date, which counts from the answer's own `Date`.
fn retry_after(headers: &[(String, String)]) -> Option<Duration> {
    let value = header(headers, "retry-after")?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(value).ok()?;
    let sent = DateTime::parse_from_rfc2822(header(headers, "date")?.trim()).ok()?;
    Some((until - sent).to_std().unwrap_or(Duration::ZERO))
}

fn seconds(value: &Json<'_>) -> Option<Duration> {
    let seconds = match value {
        Json::Number(number) => number.as_f64()?,
        other => other.as_text()?.trim().parse().ok()?,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

/// The title of a web page, which is where gateways say what failed.
fn title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let title = page[start..end].trim();
    (!title.is_empty()).then(|| clip(title, MESSAGE))
}
