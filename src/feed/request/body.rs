//! Bodies of requests: JSON documents and forms, with placeholders filled in.

use serde_json::{Map, Value};

use super::super::expr::{Expr, Values};
use super::super::pointer::Pointer;
use super::super::profile::{Encoding, Tree};
use super::{Body, RequestError, url};
use crate::domain::Secret;

impl Tree {
    /// The document with its placeholders filled in; members without a value are left out.
    pub(super) fn json(&self, values: &Values<'_>) -> Option<Value> {
        Some(match self {
            Self::Text(expr) => expr.number(values).map_or(Value::String(expr.filled(values)?), Value::from),
            Self::Fixed(value) => value.clone(),
            Self::List(list) => list.iter().filter_map(|tree| tree.json(values)).collect(),
            Self::Object(members) => Value::Object(
                members.iter().filter_map(|(name, tree)| Some((name.clone(), tree.json(values)?))).collect(),
            ),
        })
    }

    pub(super) fn each(
        &self,
        check: &mut dyn FnMut(&Expr) -> Result<(), RequestError>,
    ) -> Result<(), RequestError> {
        match self {
            Self::Text(expr) => check(expr),
            Self::Fixed(_) => Ok(()),
            Self::List(list) => list.iter().try_for_each(|tree| tree.each(check)),
            Self::Object(members) => members.iter().try_for_each(|(_, tree)| tree.each(check)),
        }
    }
}

/// `document` as a body.
pub(super) fn write(document: &Value, encoding: Encoding) -> Body {
    match encoding {
        Encoding::Json => Body { content_type: "application/json", text: Secret::new(document.to_string()) },
        Encoding::Form => {
            let pairs = document.as_object().into_iter().flatten().filter_map(|(name, member)| {
                Some(format!("{}={}", url::encode(name), url::encode(&scalar(member)?)))
            });
            let text = Secret::new(pairs.collect::<Vec<_>>().join("&"));
            Body { content_type: "application/x-www-form-urlencoded", text }
        }
    }
}

/// A single value as a form or an address carries it; nothing for null, lists and objects.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Puts `value` at `place`, which is a pointer or the name of a member at the top. Objects on the way
/// there are made where they are missing, and what is no object gives way.
pub(in super::super) fn put(document: &mut Value, place: &str, value: Value) {
    let keys: Vec<String> = match Pointer::parse(place) {
        Ok(pointer) if place.starts_with('/') => pointer.keys().iter().map(ToString::to_string).collect(),
        _ => vec![place.to_owned()],
    };
    let mut at = document;
    for key in keys {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Value::Object(members) = at else { return };
        at = members.entry(key).or_insert(Value::Null);
    }
    *at = value;
}
