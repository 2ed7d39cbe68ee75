//! Streamkap: access tokens, destinations, configuration history.
//!
//! The server of the real API is built with FastAPI, so errors look the way FastAPI writes them.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{Params, Shared, bearer, newest_first};
use crate::demo::world::{World, derive};

/// Where the API starts.
pub(in crate::demo) const AT: &str = "/streamkap";

/// What an access token is bought with.
#[derive(Debug)]
pub(in crate::demo) struct Credentials {
    pub(in crate::demo) id: &'static str,
    pub(in crate::demo) secret: &'static str,
}

/// The only credentials there are.
pub(in crate::demo) const CREDENTIALS: Credentials =
    Credentials { id: "demo-client", secret: "demo-streamkap-secret" };

/// How long an access token is good for: short, so that a session of minutes sees it refreshed.
pub(super) const TOKEN_LIFE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone)]
struct Api {
    world: Shared,
    tokens: Arc<Mutex<Tokens>>,
}

pub(super) fn router(world: Shared, seed: u64, token_life: Duration) -> Router {
    let tokens = Arc::new(Mutex::new(Tokens::new(seed, token_life)));
    Router::new()
        .route("/auth/access-token", post(exchange))
        .route("/auth/access-token/refresh", post(refresh))
        .route("/destinations", get(destinations))
        .route("/destinations/{id}/config-history", get(history))
        .fallback(async || Refusal::detail(StatusCode::NOT_FOUND, "Not Found"))
        .method_not_allowed_fallback(async || {
            Refusal::detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
        })
        .layer(middleware::from_fn_with_state(seed, request_id))
        .with_state(Api { world, tokens })
}

/// Marks every answer with an id that support would ask for.
async fn request_id(State(seed): State<u64>, request: Request, next: Next) -> Response {
    let asked = request.uri().to_string().bytes().fold(seed, |sum, byte| derive(&[sum, u64::from(byte)]));
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::from_str(&format!("req-{asked:016x}")) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

async fn exchange(State(api): State<Api>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let body = object(&body)?;
    let [id, secret] = [field(&body, "client_id")?, field(&body, "secret")?];
    if id != CREDENTIALS.id || secret != CREDENTIALS.secret {
        return Err(Refusal::detail(StatusCode::UNAUTHORIZED, "Invalid client credentials"));
    }
    Ok(Json(api.tokens(|tokens| tokens.issue(Instant::now()))))
}

async fn refresh(State(api): State<Api>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let body = object(&body)?;
    let token = field(&body, "refresh_token")?;
    api.tokens(|tokens| tokens.renew(token, Instant::now()))
        .map(Json)
        .ok_or(Refusal::detail(StatusCode::UNAUTHORIZED, "Invalid refresh token"))
}

async fn destinations(
    State(api): State<Api>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Result<Json<Value>, Refusal> {
    api.authorize(&headers)?;
    let Paging { number, size, skip } = Paging::read(&params, 10, 100)?;
    Ok(Json(api.world.read(|world| {
        let all = world.streamkap.destinations();
        let total = all.len();
        let result: Vec<Value> =
            all.skip(skip).take(size).map(|place| world.streamkap.tell_destination(place)).collect();
        json!({
            "result": result,
            "page": number,
            "page_size": size,
            "total": total,
            "has_next": skip.saturating_add(size) < total,
        })
    })))
}

async fn history(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(params): Query<Params>,
) -> Result<Json<Value>, Refusal> {
    api.authorize(&headers)?;
    let asked = Paging::read(&params, 50, 200)?;
    api.world
        .read(|world| Some(config_history(world, world.streamkap.find(&id)?, &asked)))
        .map(Json)
        .ok_or(Refusal::detail(StatusCode::NOT_FOUND, "Destination not found"))
}

fn config_history(world: &World, destination: usize, asked: &Paging) -> Value {
    let total = world.streamkap.events(destination).len();
    let result: Vec<Value> = newest_first(total, asked.skip, asked.size)
        .map(|place| world.streamkap.tell(destination, place))
        .collect();
    let has_next = asked.skip.saturating_add(asked.size) < total;
    // Either may be null, says the schema; here each is, for one destination.
    json!({
        "page": asked.number,
        "page_size": asked.size,
        "total": if destination == 2 { Value::Null } else { total.into() },
        "has_next": if destination == 3 { Value::Null } else { has_next.into() },
        "result": result,
    })
}

impl Api {
    fn tokens<R>(&self, with: impl FnOnce(&mut Tokens) -> R) -> R {
        with(&mut self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn authorize(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let token = bearer(headers).ok_or(Refusal::detail(StatusCode::UNAUTHORIZED, "Not authenticated"))?;
        if self.tokens(|tokens| tokens.accepts(token, Instant::now())) {
            Ok(())
        } else {
            Err(Refusal::detail(StatusCode::UNAUTHORIZED, "Access token is invalid or has expired"))
        }
    }
}

/// The tokens that are out.
#[derive(Debug)]
struct Tokens {
    seed: u64,
    life: Duration,
    issued: u64,
    access: HashMap<String, Instant>,
    refresh: HashSet<String>,
}

impl Tokens {
    fn new(seed: u64, life: Duration) -> Self {
        Self { seed, life, issued: 0, access: HashMap::new(), refresh: HashSet::new() }
    }

    /// A new pair, as the API tells it. `expires` is in a format that is documented nowhere.
    fn issue(&mut self, now: Instant) -> Value {
        self.issued += 1;
        let access = format!("demo.{:016x}", derive(&[self.seed, 1, self.issued]));
        let refresh = format!("demo-refresh-{:016x}", derive(&[self.seed, 2, self.issued]));
        self.access.retain(|_, expires| *expires > now);
        self.access.insert(access.clone(), now + self.life);
        self.refresh.insert(refresh.clone());
        json!({
            "expires": "in a while",
            "expiresIn": self.life.as_secs(),
            "accessToken": access,
            "refreshToken": refresh,
        })
    }

    /// A new pair for a refresh token, which is good for one time only.
    fn renew(&mut self, refresh: &str, now: Instant) -> Option<Value> {
        self.refresh.remove(refresh).then(|| self.issue(now))
    }

    fn accepts(&self, access: &str, now: Instant) -> bool {
        self.access.get(access).is_some_and(|expires| now < *expires)
    }
}

/// Which part of a list is asked for.
#[derive(Debug)]
struct Paging {
    number: usize,
    size: usize,
    skip: usize,
}

impl Paging {
    fn read(params: &Params, default: usize, max: usize) -> Result<Self, Refusal> {
        let mut wrong = Vec::new();
        let page = parameter(params, "page", 1, usize::MAX, &mut wrong);
        let size = parameter(params, "page_size", default, max, &mut wrong);
        if wrong.is_empty() {
            Ok(Self { number: page, size, skip: (page - 1).saturating_mul(size) })
        } else {
            Err(Refusal::invalid(wrong))
        }
    }
}

fn parameter(params: &Params, key: &str, default: usize, max: usize, wrong: &mut Vec<Value>) -> usize {
    let Some(text) = params.get(key) else { return default };
    let problem = match text.parse::<i128>() {
        Err(_) => json!({
            "type": "int_parsing", "loc": ["query", key],
            "msg": "Input should be a valid integer, unable to parse string as an integer", "input": text,
        }),
        Ok(number) if number < 1 => json!({
            "type": "greater_than_equal", "loc": ["query", key],
            "msg": "Input should be greater than or equal to 1", "input": text, "ctx": { "ge": 1 },
        }),
        Ok(number) if number > max as i128 => json!({
            "type": "less_than_equal", "loc": ["query", key],
            "msg": format!("Input should be less than or equal to {max}"), "input": text, "ctx": { "le": max },
        }),
        Ok(number) => return number as usize,
    };
    wrong.push(problem);
    default
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Err(Refusal::invalid(vec![json!({
            "type": "model_attributes_type", "loc": ["body"],
            "msg": "Input should be a valid dictionary or object to extract fields from", "input": other,
        })])),
        Err(_) => Err(Refusal::invalid(vec![json!({
            "type": "json_invalid", "loc": ["body", 0], "msg": "JSON decode error", "input": {},
        })])),
    }
}

fn field<'a>(body: &'a Map<String, Value>, key: &str) -> Result<&'a str, Refusal> {
    let problem = match body.get(key) {
        Some(Value::String(text)) => return Ok(text),
        Some(other) => json!({
            "type": "string_type", "loc": ["body", key], "msg": "Input should be a valid string", "input": other,
        }),
        None => json!({ "type": "missing", "loc": ["body", key], "msg": "Field required", "input": body }),
    };
    Err(Refusal::invalid(vec![problem]))
}

/// An answer that is no success.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    detail: Value,
}

impl Refusal {
    fn detail(status: StatusCode, text: &str) -> Self {
        Self { status, detail: text.into() }
    }

    fn invalid(problems: Vec<Value>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, detail: problems.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "detail": self.detail }))).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_token_expires_and_a_refresh_token_works_once() {
        let start = Instant::now();
        let mut tokens = Tokens::new(4, TOKEN_LIFE);
        let pair = tokens.issue(start);
        let access = pair["accessToken"].as_str().unwrap();
        assert_eq!(pair["expiresIn"], 20);
        assert!(tokens.accepts(access, start + Duration::from_secs(19)));
        assert!(!tokens.accepts(access, start + Duration::from_secs(20)));
        assert!(!tokens.accepts("demo.0", start));

        let refresh = pair["refreshToken"].as_str().unwrap();
        let next = tokens.renew(refresh, start + Duration::from_secs(60)).unwrap();
        assert!(tokens.accepts(next["accessToken"].as_str().unwrap(), start + Duration::from_secs(61)));
        assert_ne!(next["refreshToken"], refresh);
        assert_eq!(tokens.renew(refresh, start), None);
        assert_eq!(tokens.access.len(), 1, "expired tokens are forgotten");
    }

    #[test]
    fn sizes_out_of_range_are_named_the_way_fastapi_does() {
        for (query, loc, kind) in [
            (("page", "0"), "page", "greater_than_equal"),
            (("page_size", "500"), "page_size", "less_than_equal"),
            (("page_size", "-1"), "page_size", "greater_than_equal"),
            (("page", "two"), "page", "int_parsing"),
        ] {
            let params = Params::from([(query.0.to_owned(), query.1.to_owned())]);
            let refusal = Paging::read(&params, 50, 200).unwrap_err();
            assert_eq!(refusal.status, 422);
            assert_eq!(refusal.detail[0]["loc"], json!(["query", loc]));
            assert_eq!(refusal.detail[0]["type"], kind);
            assert_eq!(refusal.detail[0]["input"], query.1);
        }
    }
}
