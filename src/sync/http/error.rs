//! What can go wrong between a request and its answer, told apart by what helps.

use std::error::Error;
use std::io;

use super::body::Excess;

/// A request that came to nothing. No variant holds a header, a body, a path or a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::sync) enum HttpError {
    /// The client could not be set up on this machine.
    #[error("the HTTP client could not be set up: {reason}")]
    Client {
        /// The library's own words.
        reason: String,
    },
    /// The address is no URL that can be asked.
    #[error("the address of the source is not an http or https URL")]
    BadUrl,
    /// A header value that HTTP cannot carry, such as one with a line break.
    #[error("the value for the header `{name}` has characters that HTTP does not allow")]
    BadHeader {
        /// The name of the header.
        name: String,
    },
    /// The request was about to leave the source's own origin.
    #[error("a request for {origin} was about to go to {target}")]
    OtherOrigin {
        /// The source's origin.
        origin: String,
        /// The origin it would have gone to.
        target: String,
    },
    /// Plain HTTP to another machine, without the user's leave.
    #[error("{origin} is not encrypted")]
    NotEncrypted {
        /// The source's origin.
        origin: String,
    },
    /// The server pointed elsewhere.
    #[error("{origin} answered {status} and points to {target}")]
    Redirect {
        /// The source's origin.
        origin: String,
        /// The origin it points to, without path and query.
        target: String,
        /// The HTTP status.
        status: u16,
    },
    /// The host has no address.
    #[error("no address was found for {origin}")]
    NoName {
        /// The source's origin.
        origin: String,
    },
    /// The host is there and nothing listens on the port.
    #[error("{origin} refused the connection")]
    Refused {
        /// The source's origin.
        origin: String,
    },
    /// The host could not be reached.
    #[error("{origin} could not be reached: {reason}")]
    Unreachable {
        /// The source's origin.
        origin: String,
        /// The operating system's words.
        reason: String,
    },
    /// No secure connection could be made.
    #[error("no secure connection to {origin} could be made: {reason}")]
    Tls {
        /// The source's origin.
        origin: String,
        /// The library's words.
        reason: String,
    },
    /// The server took too long.
    #[error("{origin} did not answer in time")]
    Timeout {
        /// The source's origin.
        origin: String,
    },
    /// The connection broke before an answer began.
    #[error("{origin} closed the connection without an answer")]
    Reset {
        /// The source's origin.
        origin: String,
    },
    /// What came is no answer in HTTP.
    #[error("{origin} does not speak HTTP: {reason}")]
    NotHttp {
        /// The source's origin.
        origin: String,
        /// The library's words.
        reason: String,
    },
    /// The answer broke off.
    #[error("the answer of {origin} broke off after {bytes} bytes")]
    Truncated {
        /// The source's origin.
        origin: String,
        /// Bytes that had arrived, as they came over the network.
        bytes: usize,
    },
    /// The answer's compression is damaged.
    #[error("the answer of {origin} could not be decompressed")]
    Garbled {
        /// The source's origin.
        origin: String,
    },
    /// The answer is compressed in a way that was not asked for.
    #[error("the answer of {origin} is compressed as `{encoding}`, which was not asked for")]
    Encoding {
        /// The source's origin.
        origin: String,
        /// What its header says, the first characters of it.
        encoding: String,
    },
    /// The answer is larger than anything a page can be.
    #[error("the answer of {origin} {excess}")]
    TooLarge {
        /// The source's origin.
        origin: String,
        /// The bound that it breaks.
        excess: Excess,
    },
}

impl HttpError {
    /// Reads an error that came before the answer's head was complete.
    pub(super) fn before_answer(error: &reqwest::Error, origin: &str) -> Self {
        let origin = origin.to_owned();
        if let Some(tls) = find::<rustls::Error>(error) {
            return Self::Tls { origin, reason: tls.to_string() };
        }
        if error.is_dns() {
            return Self::NoName { origin };
        }
        if error.is_timeout() {
            return Self::Timeout { origin };
        }
        match find::<io::Error>(error) {
            Some(io) if io.kind() == io::ErrorKind::ConnectionRefused => Self::Refused { origin },
            Some(io) if error.is_connect() => Self::Unreachable { origin, reason: io.to_string() },
            _ if error.is_connect() => Self::Unreachable { origin, reason: innermost(error) },
            _ if is_parse(error) => Self::NotHttp { origin, reason: innermost(error) },
            _ => Self::Reset { origin },
        }
    }

    /// Reads an error that came while the body was being read.
    pub(super) fn in_body(error: &reqwest::Error, origin: &str, bytes: usize) -> Self {
        let origin = origin.to_owned();
        if error.is_timeout() {
            return Self::Timeout { origin };
        }
        // A length that cannot be read, in the middle of a body, comes as an I/O error.
        let garbled = find::<io::Error>(error)
            .is_some_and(|io| matches!(io.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData));
        if garbled || is_parse(error) {
            Self::NotHttp { origin, reason: innermost(error) }
        } else {
            Self::Truncated { origin, bytes }
        }
    }
}

fn is_parse(error: &reqwest::Error) -> bool {
    find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse)
}

/// The first `E` among the causes of `error`. An I/O error does not name what it wraps as its cause, so
/// that is looked at too.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref::<E>() {
        return Some(found);
    }
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match wrapped {
        Some(wrapped) => find(wrapped),
        None => find(error.source()?),
    }
}

/// The words of the last cause, which are the ones that say something.
pub(super) fn innermost(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(this) = cause {
        text = this.to_string();
        cause = this.source();
    }
    text
}
