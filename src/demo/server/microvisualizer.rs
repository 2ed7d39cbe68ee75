//! Microvisualizer: projects, the history of each, and the diff of one event.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::{Params, Shared, bearer, newest_first};
use crate::demo::world::microvisualizer::{Workspace, halves};

/// Where the API starts.
pub(in crate::demo) const AT: &str = "/microvisualizer";

/// The only key there is.
pub(in crate::demo) const TOKEN: &str = "demo-microvisualizer-key";

/// The most projects of one page, as documented.
const MAX_PROJECTS: usize = 100;

/// The most events of one page. The documentation states none; a server without one would not last.
const MAX_EVENTS: usize = 200;

pub(super) fn router(world: Shared) -> Router {
    Router::new()
        .route("/v1/projects", get(projects))
        .route("/v1/projects/{project}/history", get(history))
        .route("/v1/projects/{project}/history/{snapshot}/diff", get(diff))
        .fallback(async || Refusal::new(StatusCode::NOT_FOUND, "not_found", "Resource not found"))
        .with_state(world)
}

async fn projects(
    State(world): State<Shared>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Result<Json<Value>, Refusal> {
    authorize(&headers)?;
    let (page, size) = paging(&params, 20, MAX_PROJECTS)?;
    Ok(Json(world.read(|world| {
        let places = world.microvisualizer.projects();
        let total = places.len();
        let skip = page.saturating_mul(size);
        let data: Vec<Value> =
            places.into_iter().skip(skip).take(size).map(|p| world.microvisualizer.tell_project(p)).collect();
        json!({
            "data": data,
            "page": page,
            "size": size,
            "total": total,
            "totalPages": total.div_ceil(size),
            "first": page == 0,
            "last": skip.saturating_add(size) >= total,
        })
    })))
}

async fn history(
    State(world): State<Shared>,
    Path(project): Path<String>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Result<Json<Value>, Refusal> {
    authorize(&headers)?;
    check_project_id(&project)?;
    let (page, size) = paging(&params, 50, MAX_EVENTS)?;
    world
        .read(|world| {
            let project = Workspace::project(&project)?;
            let total = world.microvisualizer.events(project).len();
            let events: Vec<Value> = newest_first(total, page.saturating_mul(size), size)
                .map(|place| world.microvisualizer.tell(project, place))
                .collect();
            Some(Json(json!({ "events": events, "totalCount": total })))
        })
        .ok_or_else(no_project)
}

async fn diff(
    State(world): State<Shared>,
    Path((project, snapshot)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    authorize(&headers)?;
    check_project_id(&project)?;
    if halves(&snapshot).is_none() {
        return Err(Refusal::violations(vec![("snapshotId", "must be a valid UUID".to_owned())]));
    }
    let snapshot = snapshot.to_ascii_lowercase();
    world.read(|world| {
        let project = Workspace::project(&project).ok_or_else(no_project)?;
        let place = world
            .microvisualizer
            .find_snapshot(project, &snapshot)
            .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "not_found", "Snapshot not found"))?;
        Ok(Json(world.microvisualizer.tell_diff(project, place)))
    })
}

fn authorize(headers: &HeaderMap) -> Result<(), Refusal> {
    if bearer(headers) == Some(TOKEN) {
        Ok(())
    } else {
        Err(Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", "Authentication is required"))
    }
}

fn no_project() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "project_not_found", "Project not found")
}

/// `^[a-z0-9][a-z0-9-]*[a-z0-9]$`, 8 to 60 characters.
fn check_project_id(id: &str) -> Result<(), Refusal> {
    let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let edges = id.bytes().next().is_some_and(allowed) && id.bytes().last().is_some_and(allowed);
    if edges && (8..=60).contains(&id.len()) && id.bytes().all(|c| allowed(c) || c == b'-') {
        return Ok(());
    }
    let message = "must match ^[a-z0-9][a-z0-9-]*[a-z0-9]$ and have 8 to 60 characters";
    Err(Refusal::violations(vec![("projectId", message.to_owned())]))
}

/// Page and size, the first page being 0.
fn paging(params: &Params, default: usize, max: usize) -> Result<(usize, usize), Refusal> {
    let mut violations = Vec::new();
    let mut number = |key: &'static str, default: usize, least: usize, most: usize| {
        let Some(text) = params.get(key) else { return default };
        let problem = match text.parse::<i128>() {
            Err(_) => "must be an integer".to_owned(),
            Ok(n) if n < least as i128 => format!("must be greater than or equal to {least}"),
            Ok(n) if n > most as i128 => format!("must be less than or equal to {most}"),
            Ok(n) => return n as usize,
        };
        violations.push((key, problem));
        default
    };
    let page = number("page", 0, 0, usize::MAX);
    let size = number("size", default, 1, max);
    if violations.is_empty() { Ok((page, size)) } else { Err(Refusal::violations(violations)) }
}

/// An answer that is no success.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    /// What is wrong with which parameter.
    violations: Vec<(&'static str, String)>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, violations: Vec::new() }
    }

    fn violations(violations: Vec<(&'static str, String)>) -> Self {
        Self { violations, ..Self::new(StatusCode::BAD_REQUEST, "validation_failed", "Validation failed") }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({ "status": self.status.as_u16(), "code": self.code, "message": self.message });
        if let Some((field, message)) = self.violations.first() {
            body["details"] = format!("{field} {message}").into();
            body["violations"] = self
                .violations
                .iter()
                .map(|(field, message)| json!({ "field": field, "message": message }))
                .collect();
        }
        (self.status, Json(body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn project_ids_keep_their_pattern() {
        for (id, fits) in [
            ("shop-a1b2c", true),
            ("12345678", true),
            ("short-1", false),
            ("-shop-a1b2c", false),
            ("shop-a1b2c-", false),
            ("Shop-a1b2c", false),
            ("shop_a1b2c", false),
            ("", false),
        ] {
            assert_eq!(check_project_id(id).is_ok(), fits, "{id}");
        }
        assert!(check_project_id(&"a".repeat(60)).is_ok());
        assert!(check_project_id(&"a".repeat(61)).is_err());
    }
}
