//! KaireonAI: the change history of one tenant, its audit log and the versions of its decision flows.

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
    /// A key with the role that the audit log asks for.
    pub(in crate::demo) admin: &'static str,
    /// A key with the role that the change history asks for.
    pub(in crate::demo) editor: &'static str,
    /// A key that is known but may not read the change history.
    viewer: &'static str,
}

/// What a key may do; each role may do what those below it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Viewer,
    Editor,
    Admin,
}

/// The only tenant and the only keys there are.
pub(in crate::demo) const CREDENTIALS: Credentials = Credentials {
    tenant: "demo-tenant",
    admin: "demo-kaireonai-admin",
    editor: "demo-kaireonai-editor",
    viewer: "demo-kaireonai-viewer",
};

/// The most records of one page; whoever asks for more gets this many.
const MAX_LIMIT: usize = 200;
/// The same for the audit log.
const MAX_AUDIT_LIMIT: usize = 100;

pub(super) fn router(world: Shared) -> Router {
    Router::new()
        .route("/change-history", get(change_history))
        .route("/audit-logs", get(audit_logs))
        .route("/audit-logs/verify", get(verify))
        .route("/decision-flows/versions", get(versions))
        .fallback(async || Refusal(StatusCode::NOT_FOUND, "NOT_FOUND", "No such endpoint"))
        .with_state(world)
}

async fn change_history(
    State(world): State<Shared>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Result<Json<Value>, Refusal> {
    authorize(&headers, Role::Editor)?;
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

async fn audit_logs(
    State(world): State<Shared>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Result<Json<Value>, Refusal> {
    authorize(&headers, Role::Admin)?;
    let limit = number(&params, "limit", 50)?.clamp(1, MAX_AUDIT_LIMIT);
    let page = number(&params, "page", 1)?.max(1);
    let kind = params.get("entityType").filter(|value| !value.is_empty());
    let skip = (page - 1).saturating_mul(limit);
    let (total, logs) = world.read(|world| world.kaireonai.audit(kind.map(String::as_str), skip, limit));
    Ok(Json(json!({ "logs": logs, "total": total, "page": page, "limit": limit })))
}

async fn verify(
    State(world): State<Shared>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Result<Json<Value>, Refusal> {
    authorize(&headers, Role::Admin)?;
    let limit = params.get("limit").map(|_| number(&params, "limit", 0)).transpose()?;
    Ok(Json(world.read(|world| world.kaireonai.verify(limit))))
}

async fn versions(
    State(world): State<Shared>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Result<Json<Value>, Refusal> {
    authorize(&headers, Role::Editor)?;
    let id = params.get("id").filter(|id| !id.is_empty()).ok_or(bad_request("id is required"))?;
    let only = params.get("version").map(|text| text.parse::<u16>());
    let only = only.transpose().map_err(|_| bad_request("version must be an integer"))?;
    let found = world.read(|world| world.kaireonai.versions(id, only));
    found.map(Json).ok_or(Refusal(StatusCode::NOT_FOUND, "NOT_FOUND", "No such flow or version"))
}

fn authorize(headers: &HeaderMap, least: Role) -> Result<(), Refusal> {
    let unauthorized = |message| Refusal(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message);
    let forbidden = |message| Refusal(StatusCode::FORBIDDEN, "FORBIDDEN", message);
    let token = bearer(headers).ok_or(unauthorized("Missing or invalid authentication credentials"))?;
    let tenant = headers.get("x-tenant-id").ok_or(unauthorized("Missing X-Tenant-Id header"))?;
    let roles = [
        (CREDENTIALS.admin, Role::Admin),
        (CREDENTIALS.editor, Role::Editor),
        (CREDENTIALS.viewer, Role::Viewer),
    ];
    let role = roles.into_iter().find(|(key, _)| *key == token).map(|(_, role)| role);
    let role = role.ok_or(unauthorized("Missing or invalid authentication credentials"))?;
    if tenant.as_bytes() != CREDENTIALS.tenant.as_bytes() {
        return Err(forbidden("The key does not belong to this tenant"));
    }
    match least {
        _ if role >= least => Ok(()),
        Role::Admin => Err(forbidden("Requires role admin")),
        _ => Err(forbidden("Requires role admin or editor")),
    }
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
