//! The words for what went wrong: one sentence about what happened, one about what to do.
//!
//! It assumes nothing about what servers say: their words are shortened by the feed room and freed of
//! secrets here. Every fault of this room is made here, so that none can show a secret.

use crate::domain::{Fault, FaultKind, Timestamp, did_you_mean};
use crate::feed::{RequestError, Scope, ServerSays, ShapeError};
use crate::store::StoreError;

use super::http::{HttpError, Reply, shown};
use super::line::Line;
use super::plan::Stall;

impl Line {
    /// A fault of this source, with every live secret masked.
    pub(super) fn fault(&self, kind: FaultKind, message: &str, fix: &str) -> Fault {
        Fault {
            kind,
            message: self.mask(message),
            fix: self.mask(fix),
            http_status: None,
            request_id: None,
            at: Timestamp::now(),
        }
    }

    /// `text` without any secret.
    pub(super) fn mask(&self, text: &str) -> String {
        self.redactor.mask(text).into_owned()
    }

    /// No whole answer came.
    pub(super) fn fault_of_http(&self, kind: FaultKind, error: &HttpError) -> Fault {
        let name = &self.source.name;
        let fix = match error {
            HttpError::Client { .. } => {
                "check the certificates and the proxy variables of this machine".to_owned()
            }
            HttpError::BadUrl | HttpError::OtherOrigin { .. } => {
                format!("set `base` of `{name}` to the address of the API, such as `https://api.example.com`")
            }
            HttpError::BadHeader { .. } => {
                format!("check the secrets of `{name}` for line breaks and letters outside ASCII")
            }
            HttpError::NotEncrypted { .. } => {
                format!(
                    "use an https address, or set `insecure_http = true` for `{name}` if you trust the network"
                )
            }
            HttpError::Redirect { target, .. } => {
                format!(
                    "redirects are not followed; if {target} is the right place, set it as `base` of `{name}`"
                )
            }
            HttpError::NoName { .. } => format!("check `base` of `{name}`, and the network connection"),
            HttpError::Refused { .. } => {
                format!("check that the server is running and that the port in `base` of `{name}` is right")
            }
            HttpError::Tls { .. } => {
                format!(
                    "check that `base` of `{name}` is an https server, and this machine's clock; if its \
                     certificate is signed by your own company, name that one as `ca_file`"
                )
            }
            HttpError::Unreachable { .. }
            | HttpError::Timeout { .. }
            | HttpError::Reset { .. }
            | HttpError::Truncated { .. } => {
                "check the network connection, and the proxy where there is one, then sync again".to_owned()
            }
            HttpError::NotHttp { .. }
            | HttpError::Garbled { .. }
            | HttpError::Encoding { .. }
            | HttpError::TooLarge { .. } => {
                format!("check `base` of `{name}`; if it is right, report it to the provider")
            }
        };
        let http_status = if let HttpError::Redirect { status, .. } = error { Some(*status) } else { None };
        Fault { http_status, ..self.fault(kind, &error.to_string(), &fix) }
    }

    /// The server answered with a status that is no success, for the last time.
    pub(super) fn fault_of_status(
        &self,
        kind: FaultKind,
        (reply, says): (&Reply, &ServerSays),
        scope: Option<&Scope>,
        until: Option<Timestamp>,
        tries: u32,
    ) -> Fault {
        let (name, status) = (&self.source.name, reply.status);
        let origin = self.origin();
        let feed = self.source.profile.id();
        let (what, fix) = match (kind, status) {
            (FaultKind::SignIn, _) => {
                (format!("{origin} does not accept the credentials of `{name}`"), self.sign_in_fix())
            }
            (FaultKind::Forbidden, _) => (
                format!("{origin} does not let `{name}` read this"),
                "ask for a role that may read the history, or use another key".to_owned(),
            ),
            (FaultKind::RateLimited, _) => (
                match until {
                    Some(until) => format!("{origin} asks `{name}` to wait until {until}"),
                    None => format!("{origin} keeps asking `{name}` to slow down"),
                },
                "nothing is lost: sync again after that time".to_owned(),
            ),
            (FaultKind::Server, _) => (
                format!(
                    "{origin} failed {}",
                    if tries > 1 {
                        format!("{tries} times, the last time with status {status}")
                    } else {
                        format!("with status {status}")
                    }
                ),
                "sync again later; if it stays, report it to the provider".to_owned(),
            ),
            (_, 404) => match scope {
                Some(scope) => (
                    format!("{origin} does not know `{}`", scope.id),
                    format!("check `scope` of `{name}`, and whether the key may see it"),
                ),
                None => (
                    format!("{origin} does not know this address"),
                    format!("check `base` and `vars` of `{name}`"),
                ),
            },
            _ => (
                format!("{origin} refused the request of `{name}` with status {status}"),
                format!(
                    "check `vars` and `scope` of `{name}`, and the page size in the feed profile `{feed}`"
                ),
            ),
        };
        let message = match &says.message {
            Some(said) => format!("{what}: {said}"),
            None => what,
        };
        let http_status = Some(status);
        let request_id = says.request_id.as_deref().map(|id| self.mask(id));
        Fault { http_status, request_id, ..self.fault(kind, &message, &fix) }
    }

    fn sign_in_fix(&self) -> String {
        let names = self.source.profile.secrets().iter();
        let names: Vec<_> = names.map(|secret| format!("`secret.{}`", secret.name)).collect();
        let name = &self.source.name;
        if names.is_empty() {
            return format!("check how `{name}` signs in");
        }
        format!("check {} of `{name}`: mistyped, expired or revoked", names.join(" and "))
    }

    /// The answer is not what the profile describes.
    pub(super) fn fault_of_shape(&self, error: &ShapeError, reply: &Reply) -> Fault {
        let name = &self.source.name;
        let fix = match error {
            ShapeError::Empty | ShapeError::Html { .. } => {
                format!("check `base` of `{name}`: a proxy or a sign-in page may stand in front of the API")
            }
            _ => format!(
                "check `base` of `{name}`; if it is right, the feed profile `{}` may be out of date",
                self.source.profile.id()
            ),
        };
        let status = reply.status;
        let kind = reply.headers.iter().find(|(name, _)| name == "content-type");
        let kind =
            kind.map_or_else(|| "no content type".to_owned(), |(_, kind)| format!("`{}`", shown(kind)));
        let message = format!("{} answered {status} with {kind}: {error}", self.origin());
        Fault { http_status: Some(status), ..self.fault(FaultKind::Shape, &message, &fix) }
    }

    /// The configuration does not suffice for a request.
    pub(super) fn fault_of_request(&self, error: &RequestError) -> Fault {
        let name = &self.source.name;
        let message = format!("no request can be made for `{name}`: {error}");
        let fix = match error {
            RequestError::MissingSecret { name: secret } => format!("give `{name}` a `secret.{secret}`"),
            RequestError::MissingVar { name: var } | RequestError::WrongVar { name: var, .. } => {
                format!("set `vars.{var}` of `{name}`")
            }
            RequestError::NoBase | RequestError::BadBase { .. } => {
                format!("set `base` of `{name}` to the address of the API, such as `https://api.example.com`")
            }
            _ => format!("check `{name}` and its feed profile `{}`", self.source.profile.id()),
        };
        self.fault(FaultKind::Configuration, &message, &fix)
    }

    /// The cache could not take or give something.
    pub(super) fn fault_of_store(&self, error: &StoreError) -> Fault {
        let fix = "what was fetched before is kept; sync again when this is solved";
        self.fault(FaultKind::Store, &error.to_string(), fix)
    }

    /// A list that cannot be read to its end.
    pub(super) fn fault_of_stall(&self, stall: &Stall) -> Fault {
        let origin = self.origin();
        let message = match stall {
            Stall::Empty { seen, total: Some(total) } => {
                format!("{origin} counts {total} events and sends none after the first {seen}")
            }
            Stall::Empty { seen, total: None } => {
                format!("{origin} says that more than {seen} events follow and sends none of them")
            }
            Stall::Repeated { seen } => {
                format!("{origin} sends the same page again and again after the first {seen} events")
            }
            Stall::Restarted => format!("{origin} loses the place in its list before the list is read"),
            Stall::Endless { pages } => format!("{origin} has sent {pages} pages and no end"),
        };
        let fix = "what came is kept; the server may offer only so many events, or the paging of the feed \
                   profile may be wrong";
        self.fault(FaultKind::Shape, &message, fix)
    }

    /// More than half of a page could not be read.
    pub(super) fn fault_of_drift(&self) -> Fault {
        let message = format!("more than half of a page from {} could not be read as events", self.origin());
        let fix = format!(
            "the records are kept aside; the feed profile `{}` may be out of date",
            self.source.profile.id()
        );
        self.fault(FaultKind::Shape, &message, &fix)
    }

    /// A source that fans out over nothing.
    pub(super) fn fault_of_no_scopes(&self) -> Fault {
        let name = &self.source.name;
        let message = format!("{} lists nothing that `{name}` could ask for the history of", self.origin());
        self.fault(FaultKind::Configuration, &message, "make one there, or use a key that may see some")
    }

    /// Scopes that the user names and the server does not list.
    pub(super) fn fault_of_unknown_scopes(&self, unknown: &[String], known: &[Scope]) -> Fault {
        let names: Vec<_> = unknown.iter().map(|id| format!("`{id}`")).collect();
        let message = format!("{} does not list {}", self.origin(), names.join(", "));
        let ids = known.iter().map(|scope| scope.id.as_str());
        let hint = unknown.first().and_then(|id| did_you_mean(id, ids));
        let name = &self.source.name;
        let fix = match hint {
            Some(hint) => format!("{hint} Correct `scope` of `{name}`"),
            None => format!("correct `scope` of `{name}`, or set it to `\"all\"`"),
        };
        self.fault(FaultKind::Configuration, &message, &fix)
    }
}
