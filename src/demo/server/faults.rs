//! A bad day at the provider: slow answers, rate limits, gateway errors, answers that break off.
//!
//! What happens depends on the seed and on how many requests came before. A request that was refused is
//! answered when it is asked again, so whoever retries gets everything.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Json, Response};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::{kaireonai, streamkap};
use crate::demo::world::derive;

/// The faults of one server.
#[derive(Debug)]
pub(super) struct Faults {
    seed: u64,
    state: Mutex<Asked>,
}

#[derive(Debug, Default)]
struct Asked {
    requests: u64,
    /// What was refused and not asked again since.
    refused: HashSet<String>,
}

/// What one request meets with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Nothing but the delay that any request may have.
    None,
    /// 429, with the seconds to wait.
    RateLimit(u64),
    /// 500 in the words of the API.
    Failure,
    /// 502 from the gateway before it, in HTML.
    Gateway,
    /// The connection ends in the middle of the answer.
    Cut,
}

impl Faults {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, state: Mutex::default() }
    }

    /// What the next request meets with, and how long it has to wait first.
    fn next(&self, request: String) -> (Duration, Fault) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests += 1;
        let roll = derive(&[self.seed, 0xfa17, state.requests]);
        let delay = if roll.is_multiple_of(3) { 50 + (roll >> 8) % 351 } else { 0 };
        let fault = match (roll >> 32) % 100 {
            0..4 => Fault::RateLimit(1 + (roll >> 16) % 2),
            4..7 => Fault::Failure,
            7..10 => Fault::Gateway,
            10..13 => Fault::Cut,
            _ => Fault::None,
        };
        let fault = if fault == Fault::None || state.refused.remove(&request) {
            Fault::None
        } else {
            state.refused.insert(request);
            fault
        };
        (Duration::from_millis(delay), fault)
    }
}

/// Lets a request meet with what is in store for it.
pub(super) async fn inject(State(faults): State<Arc<Faults>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let (delay, fault) = faults.next(format!("{} {}", request.method(), request.uri()));
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match fault {
        Fault::None => next.run(request).await,
        Fault::RateLimit(seconds) => {
            let body = refusal(&path, StatusCode::TOO_MANY_REQUESTS, "Too many requests", Some(seconds));
            // The header says no more than the body, so that taking the larger of both is right.
            (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, HeaderValue::from_static("1"))], Json(body))
                .into_response()
        }
        Fault::Failure => {
            let body = refusal(&path, StatusCode::INTERNAL_SERVER_ERROR, "Internal server error", None);
            (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
        }
        // A token that was bought or renewed and then lost on the way could not be had again by asking again.
        Fault::Cut if request.method() != Method::POST => cut(next.run(request).await).await,
        Fault::Gateway | Fault::Cut => {
            let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
                        <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
            (StatusCode::BAD_GATEWAY, [(CONTENT_TYPE, "text/html")], page).into_response()
        }
    }
}

/// An error in the words of the API that `path` belongs to.
fn refusal(path: &str, status: StatusCode, message: &str, seconds: Option<u64>) -> Value {
    let limited = status == StatusCode::TOO_MANY_REQUESTS;
    if path.starts_with(streamkap::AT) {
        json!({ "detail": message })
    } else if path.starts_with(kaireonai::AT) {
        let code = if limited { "RATE_LIMITED" } else { "INTERNAL_ERROR" };
        json!({ "error": { "code": code, "message": message, "status": status.as_u16() } })
    } else {
        let code = if limited { "rate_limited" } else { "internal_error" };
        let mut body = json!({ "status": status.as_u16(), "code": code, "message": message });
        if let Some(seconds) = seconds {
            body["retryAfter"] = seconds.into();
        }
        body
    }
}

/// The first half of an answer, after which the connection breaks.
async fn cut(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.insert(CONTENT_LENGTH, bytes.len().into());
    let half = bytes.slice(..bytes.len() / 2);
    let broken = stream::iter([Ok::<Bytes, io::Error>(half)]).chain(stream::once(async {
        // What was written has to leave before the connection breaks.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(io::ErrorKind::ConnectionReset.into())
    }));
    Response::from_parts(parts, Body::from_stream(broken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_request_is_answered_when_asked_again() {
        let faults = Faults::new(9);
        let mut kinds = HashSet::new();
        for n in 0..2_000 {
            let request = format!("GET /{n}");
            if let (_, fault) = faults.next(request.clone())
                && fault != Fault::None
            {
                kinds.insert(std::mem::discriminant(&fault));
                assert_eq!(faults.next(request).1, Fault::None);
            }
        }
        assert_eq!(kinds.len(), 4, "every sort of fault happens");
    }

    #[test]
    fn the_same_seed_meets_with_the_same_faults() {
        let run = |seed| {
            let faults = Faults::new(seed);
            (0..200).map(|n| faults.next(format!("GET /{n}"))).collect::<Vec<_>>()
        };
        assert_eq!(run(3), run(3));
        assert_ne!(run(3), run(4));
        assert!(run(3).iter().all(|(delay, _)| delay.is_zero() || (50..=400).contains(&delay.as_millis())));
    }
}
