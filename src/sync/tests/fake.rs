//! What the three providers say, as far as tests need it.

use serde_json::{Value, json};

/// The value of `name` in the query of a request.
pub(in crate::sync) fn param(request: &str, name: &str) -> Option<usize> {
    let line = request.lines().next()?;
    let query = line.split(' ').nth(1)?.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

/// A page of a KaireonAI tenant with `total` events, as `request` asks for it.
pub(in crate::sync) fn kaireonai(request: &str, total: usize) -> String {
    let (page, limit) = (param(request, "page").unwrap(), param(request, "limit").unwrap());
    let changes: Vec<_> = page_of(total, page - 1, limit).map(kaireonai_change).collect();
    json!({ "changes": changes, "total": total, "page": page, "limit": limit }).to_string()
}

/// Its event number `n`, counted from the oldest.
pub(in crate::sync) fn kaireonai_change(n: usize) -> Value {
    json!({
        "id": format!("chg_{n}"),
        "action": "update",
        "entityType": "decision_flow",
        "entityId": format!("flow_{}", n % 7),
        "entityName": "Next best offer",
        "summary": format!("Change {n}"),
        "user": { "id": "usr_1", "name": "Ada" },
        "timestamp": time(n),
        "changes": {},
    })
}

/// A page of the history of a Streamkap destination with `total` events.
pub(in crate::sync) fn streamkap(request: &str, total: usize) -> String {
    let (page, size) = (param(request, "page").unwrap(), param(request, "page_size").unwrap());
    let destination = request.split('/').nth(2).unwrap();
    let events: Vec<_> = page_of(total, page - 1, size)
        .map(|n| {
            json!({
                "id": format!("{destination}-{n}"),
                "action": "updated",
                "timestamp": time(n),
                "connector_name": "Orders",
                "connector_type": "snowflake",
                "ai_summary": { "summary": format!("Event {n}") },
            })
        })
        .collect();
    let more = page * size < total;
    json!({ "result": events, "page": page, "page_size": size, "total": null, "has_next": more }).to_string()
}

/// The list of Streamkap destinations with these ids.
pub(in crate::sync) fn destinations(ids: &[&str]) -> String {
    let result: Vec<_> = ids.iter().map(|id| json!({ "id": id, "name": id.to_uppercase() })).collect();
    json!({ "result": result, "page": 1, "page_size": 100, "total": ids.len(), "has_next": false })
        .to_string()
}

/// The answer to a token exchange or refresh: the token `access-<n>`, good for an hour.
pub(in crate::sync) fn token(n: usize) -> String {
    json!({
        "accessToken": format!("access-{n}"),
        "refreshToken": format!("refresh-{n}"),
        "expires": "whenever",
        "expiresIn": 3600,
    })
    .to_string()
}

fn page_of(total: usize, page: usize, size: usize) -> impl Iterator<Item = usize> {
    (0..total).rev().skip(page * size).take(size)
}

fn time(n: usize) -> String {
    crate::domain::Timestamp::from_millis(1_700_000_000_000 + n as i64 * 60_000).to_string()
}
