//! Reading the answer to the second request for one event.

use serde_json::Value;

use super::errors::ok_but_error;
use super::page::{Envelope, text};
use super::shape::snippet;
use super::{Profile, ShapeError, changes};
use crate::domain::Change;

/// What changed, as the answer to [`request::detail`](super::request::detail) says.
pub fn read(profile: &Profile, body: &[u8]) -> Result<Vec<Change>, ShapeError> {
    let detail = profile.detail.as_ref().ok_or(ShapeError::NotDescribed { what: "detail request" })?;
    let text = text(body)?;
    ok_but_error(profile, &Envelope::read(&text)?)?;
    let body: Value = serde_json::from_str(&text)
        .map_err(|error| ShapeError::NotJson { reason: error.to_string(), snippet: snippet(&text) })?;
    if !body.is_object() && !body.is_array() {
        let found = "a single value";
        let pointer = String::new();
        return Err(ShapeError::Unexpected {
            pointer,
            expected: "an object",
            found,
            snippet: snippet(&text),
        });
    }
    Ok(changes::extract(&detail.changes, &body))
}
