//! A JSON Patch (RFC 6902) as a list of changed fields.

use serde_json::Value;

use super::super::pointer::Pointer;
use crate::diff;
use crate::domain::{Change, Op};

/// The changes that `patch` makes. What a field held before is known only where a `test` names it. What is
/// no operation is left out.
pub(super) fn read(patch: &[Value]) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut tested: Option<(&str, &Value)> = None;
    for operation in patch {
        let text = |key: &str| operation.get(key).and_then(Value::as_str);
        let (Some(op), Some(path)) = (text("op"), text("path")) else { continue };
        let value = operation.get("value");
        if op == "test" {
            tested = value.map(|value| (path, value));
            continue;
        }
        let before = tested.take().filter(|(place, _)| *place == path).map(|(_, value)| value.clone());
        let Some(place) = readable(path) else { continue };
        let change = |op, path, before, after| Change { path, op, before, after };
        changes.extend(match op {
            "add" => Some(change(Op::Add, place, None, value.cloned())),
            "remove" => Some(change(Op::Remove, place, before, None)),
            "replace" if before.is_some() => Some(change(Op::Replace, place, before, value.cloned())),
            "replace" => Some(change(Op::Set, place, None, value.cloned())),
            "move" | "copy" => text("from").and_then(readable).map(|from| {
                let op = if op == "move" { Op::Move } else { Op::Add };
                change(op, format!("{from} → {place}"), None, None)
            }),
            _ => None,
        });
    }
    changes
}

/// `/spec/ports/0` as `spec.ports[0]`. The place behind the last element, `-`, has no number.
fn readable(pointer: &str) -> Option<String> {
    let pointer = Pointer::parse(pointer).ok()?;
    let mut path = String::new();
    for key in pointer.keys() {
        let place = !path.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit()) && !key.is_empty();
        match &**key {
            "-" => path.push_str("[]"),
            key if place => path.extend(["[", key, "]"]),
            key => path = diff::child(&path, key),
        }
    }
    Some(if path.is_empty() { diff::DOCUMENT.to_owned() } else { path })
}
