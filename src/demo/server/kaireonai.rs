//! KaireonAI: the change history of one tenant.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

use super::{Params, Shared, bearer};
use crate::demo::world::kaireonai::Filter;
use crate::domain::Timestamp;

/// Where the API starts.
pub(in crate::demo) const AT: &str = "/kaireonai/api/v1";

/// Who may ask.
#[derive(Debug)]
pub(in crate::demo) struct Credentials {
    pub(in crate::demo) tenant: &'static str,
    /// A key with the role that the change history asks for.
    pub(in crate::demo) editor: &'static str,
    /// A key that is known but may not read the change history.
    viewer: &'static str,
}

/// The only tenant and the only keys there are.
pub(in crate::demo) const CREDENTIALS: Credentials =
    Credentials { tenant: "demo-tenant", editor: "demo-kaireonai-editor", viewer: "demo-kaireonai-viewer" };

/// The most records of one page; whoever asks for more gets this many.
const MAX_LIMIT: usize = 200;

pub(super) fn router(world: Shared) -> Router {
    Router::new()
        .route("/change-history", get(change_history))
        .fallback(async || Refusal(StatusCode::NOT_FOUND, "NOT_FOUND", "No such endpoint"))
        .with_state(world)
}

async fn change_history(
    State(world): State<Shared>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Result<Json<Value>, Refusal> {
    authorize(&headers)?;
    let limit = number(&params, "limit", 50)?.clamp(1, MAX_LIMIT);
    let page = number(&params, "page", 1)?.max(1);
    let text = |key: &str| params.get(key).filter(|value| !value.is_empty()).cloned();
    let since = match text("since") {
        None => None,
        Some(text) => Some(time(&text).ok_or(bad_request("since must be an ISO 8601 timestamp"))?),
    };
    let filter = Filter { kind: text("entityType"), entity: text("entityId"), action: text("action"), since };
    let skip = (page - 1).saturating_mul(limit);
    let (total, changes) = world.read(|world| world.kaireonai.changes(&filter, skip, limit));
    Ok(Json(json!({ "changes": changes, "total": total, "page": page, "limit": limit })))
}

fn authorize(headers: &HeaderMap) -> Result<(), Refusal> {
    let unauthorized = |message| Refusal(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message);
    let forbidden = |message| Refusal(StatusCode::FORBIDDEN, "FORBIDDEN", message);
    let token = bearer(headers).ok_or(unauthorized("Missing or invalid authentication credentials"))?;
    let tenant = headers.get("x-tenant-id").ok_or(unauthorized("Missing X-Tenant-Id header"))?;
    if token != CREDENTIALS.editor && token != CREDENTIALS.viewer {
        return Err(unauthorized("Missing or invalid authentication credentials"));
    }
    if tenant.as_bytes() != CREDENTIALS.tenant.as_bytes() {
        return Err(forbidden("The key does not belong to this tenant"));
    }
    if token == CREDENTIALS.viewer {
        return Err(forbidden("Requires role admin or editor"));
    }
    Ok(())
}

/// A number, which may lie out of range: what is asked for beyond the documented limits is cut to them.
fn number(params: &Params, key: &'static str, default: usize) -> Result<usize, Refusal> {
    let Some(text) = params.get(key) else { return Ok(default) };
    let number: i128 = text.parse().map_err(|_| bad_request("page and limit must be integers"))?;
    Ok(number.clamp(0, usize::MAX as i128) as usize)
}

/// An ISO 8601 time; without a zone it is in UTC, and a date alone is its midnight.
fn time(text: &str) -> Option<Timestamp> {
    let zoned = DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis());
    let plain = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok();
    let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    zoned.or_else(|| Some(plain().or_else(date)?.and_utc().timestamp_millis())).map(Timestamp::from_millis)
}

/// An answer that is no success: status, code, message.
#[derive(Debug)]
struct Refusal(StatusCode, &'static str, &'static str);

fn bad_request(message: &'static str) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", message)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, code, message) = self;
        let body = json!({ "error": { "code": code, "message": message, "status": status.as_u16() } });
        (status, Json(body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_takes_the_usual_forms_and_nothing_else() {
        for (text, millis) in [
            ("2026-03-20T09:46:40Z", Some(1_774_000_000_000)),
            ("2026-03-20T09:46:40.007+00:00", Some(1_774_000_000_007)),
            ("2026-03-20T11:46:40+02:00", Some(1_774_000_000_000)),
            ("2026-03-20T09:46:40", Some(1_774_000_000_000)),
            ("2026-03-20", Some(1_773_964_800_000)),
            ("yesterday", None),
            ("2026-13-01", None),
        ] {
            assert_eq!(time(text).map(Timestamp::millis), millis, "{text}");
        }
    }
}
