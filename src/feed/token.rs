//! Reading the answer to a token exchange or a refresh.

use std::time::Duration;

use super::page::{Envelope, text};
use super::{Profile, ShapeError, Token};
use crate::domain::Secret;

/// The token in the answer. An error never shows the body, since the body holds tokens.
pub fn read(profile: &Profile, body: &[u8]) -> Result<Token, ShapeError> {
    let exchange =
        profile.auth.exchange.as_ref().ok_or(ShapeError::NotDescribed { what: "token exchange" })?;
    let text = text(body).map_err(without_snippet)?;
    let envelope = Envelope::read(text).map_err(without_snippet)?;
    let access = envelope.string(&exchange.token).filter(|token| !token.is_empty());
    let access = access.ok_or_else(|| {
        without_snippet(envelope.unexpected(&exchange.token, "a token", envelope.at(&exchange.token)))
    })?;
    let refresh = exchange.refresh.as_ref().and_then(|pointer| envelope.string(pointer));
    Ok(Token {
        access: Secret::new(access),
        refresh: refresh.filter(|token| !token.is_empty()).map(Secret::new),
        expires_in: envelope.number(exchange.expires_in.as_ref()).map(Duration::from_secs),
    })
}

fn without_snippet(error: ShapeError) -> ShapeError {
    let hidden = "(not shown)".to_owned();
    match error {
        ShapeError::NotJson { reason, .. } => ShapeError::NotJson { reason, snippet: hidden },
        ShapeError::Unexpected { pointer, expected, found, .. } => {
            ShapeError::Unexpected { pointer, expected, found, snippet: hidden }
        }
        other => other,
    }
}
