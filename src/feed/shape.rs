//! An answer that is not what the profile describes.

/// Why an answer with a good status could not be read. Snippets are the first characters of the body with
/// control characters replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// There was nothing to read.
    #[error("the answer has no body")]
    Empty,
    /// A web page came, as gateways and sign-in pages send it.
    #[error("the server sent a web page instead of JSON, beginning with `{snippet}`")]
    Html {
        /// The first characters of the body.
        snippet: String,
    },
    /// The body is no JSON.
    #[error("the answer is not readable JSON ({reason}), beginning with `{snippet}`")]
    NotJson {
        /// What the parser found, with line and column.
        reason: String,
        /// The first characters of the body.
        snippet: String,
    },
    /// A value that the profile points at is absent or of another type.
    #[error("expected {expected} at `{pointer}` but found {found} in `{snippet}`")]
    Unexpected {
        /// Where the profile looks, as a JSON Pointer; empty for the whole body.
        pointer: String,
        /// What should stand there.
        expected: &'static str,
        /// What stands there: `nothing`, `null`, `an object`.
        found: &'static str,
        /// The first characters of the body.
        snippet: String,
    },
    /// A list is longer than any page.
    #[error("the list at `{pointer}` has more than {} records", super::bounds::LIST)]
    TooMany {
        /// Where it stands, as a JSON Pointer.
        pointer: String,
    },
    /// The status is good and the body reports an error.
    #[error("the server answered with an error: {message}")]
    ErrorInBody {
        /// What the server says.
        message: String,
    },
    /// The answer says that the next page is where no request of this source goes.
    #[error("the answer names `{target}` for its next page, which {reason}")]
    Stray {
        /// The address, without its query.
        target: String,
        /// Why it is not asked for.
        reason: &'static str,
    },
    /// The profile does not describe an answer of this kind.
    #[error("the feed profile describes no {what}")]
    NotDescribed {
        /// What was asked for: `list of scopes`, `token exchange`, `detail request`.
        what: &'static str,
    },
}

/// How many characters of a body an error shows.
const SNIPPET: usize = 200;

/// The first characters of `text`, on one line and without control characters.
pub(super) fn snippet(text: &str) -> String {
    clip(text.trim_start(), SNIPPET)
}

/// At most `limit` characters of `text` on one line, with `…` where more followed.
pub(super) fn clip(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    let mut chars = text.chars();
    for c in chars.by_ref().take(limit) {
        match c {
            '\n' | '\r' | '\t' => shown.push(' '),
            c if c.is_control() => shown.push('\u{FFFD}'),
            c => shown.push(c),
        }
    }
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}
