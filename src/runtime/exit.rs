//! How a run ends: the exit codes, and the one error type that carries one.

use std::fmt;

use crate::config::Diagnostic;
use crate::domain::{FaultKind, Outcome, Safe};
use crate::store::StoreError;

/// What the process tells whoever started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything asked for was done.
    Fine = 0,
    /// What was looked for is not there, or there is more than there may be.
    NotFound = 1,
    /// The command line, the query or the configuration is wrong, or there is no terminal.
    Usage = 2,
    /// A source refuses the credentials.
    SignIn = 3,
    /// A source did not answer, or answered in part.
    Network = 4,
    /// Interrupted from the keyboard.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// There is more than there may be.
    pub(crate) const OVER: Self = Self::NotFound;

    /// Something changed before the moment that was asked about.
    pub(crate) const SUSPECTED: Self = Self::NotFound;

    /// Two things that were compared are different.
    pub(crate) const DIFFERS: Self = Self::NotFound;

    /// The exit code for a sync: what the user must do first wins, so credentials come before a wrong
    /// configuration, and that before a server that may recover by itself.
    pub(crate) fn of_sync(outcomes: &[Outcome]) -> Self {
        let faults = || outcomes.iter().filter_map(|outcome| outcome.fault.as_ref()).map(|fault| fault.kind);
        if faults().any(|kind| matches!(kind, FaultKind::SignIn | FaultKind::Forbidden)) {
            Self::SignIn
        } else if faults().any(|kind| kind == FaultKind::Configuration) {
            Self::Usage
        } else if outcomes.iter().any(|outcome| !outcome.complete) {
            Self::Network
        } else {
            Self::Fine
        }
    }
}

/// Why a run ended early: what to print on stderr, and the exit code.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// Whole lines, as they are printed.
    report: String,
}

/// How a report that is no [`Diagnostic`] begins.
const BEGINS: &str = "error: ";

impl Failure {
    /// A mistake in the command line, the query or the configuration.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// What was looked for is not there.
    pub(crate) fn not_found(message: impl fmt::Display) -> Self {
        Self::new(Exit::NotFound, message)
    }

    /// An end with this code.
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, report: format!("{BEGINS}{message}") }
    }

    /// Mistakes in the configuration or in a feed profile, each told in full with its place.
    pub(crate) fn of_problems<P: Into<Diagnostic>>(problems: impl IntoIterator<Item = P>) -> Self {
        let reports: Vec<String> = problems.into_iter().map(|problem| problem.into().report()).collect();
        Self { exit: Exit::Usage, report: reports.join("\n\n") }
    }

    /// What happened, for a place that says by itself that it is an error and what to do next.
    pub(crate) fn message(&self) -> &str {
        let line = self.report.lines().next().unwrap_or_default();
        line.strip_prefix(BEGINS).unwrap_or(line)
    }

    /// The same with a next step.
    #[must_use]
    pub(crate) fn help(mut self, help: impl fmt::Display) -> Self {
        self.report = format!("{}\n help: {help}", self.report);
        self
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::usage(error)
    }
}

/// Text that is safe on a terminal.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Safe::new(&self.report).as_str())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fault, Timestamp};

    fn outcome(kind: Option<FaultKind>) -> Outcome {
        Outcome {
            source: "prod".into(),
            complete: kind.is_none(),
            events_new: 0,
            events_total: 0,
            pages: 0,
            requests: 0,
            fault: kind.map(|kind| Fault {
                kind,
                message: String::new(),
                fix: String::new(),
                http_status: None,
                request_id: None,
                at: Timestamp::default(),
            }),
        }
    }

    #[test]
    fn a_sync_ends_with_the_code_of_what_must_be_done_first() {
        for (faults, exit) in [
            (vec![None, None], Exit::Fine),
            (vec![None, Some(FaultKind::Network)], Exit::Network),
            (vec![Some(FaultKind::Server), Some(FaultKind::Configuration)], Exit::Usage),
            (vec![Some(FaultKind::Configuration), Some(FaultKind::SignIn)], Exit::SignIn),
            (vec![Some(FaultKind::Forbidden)], Exit::SignIn),
            (vec![], Exit::Fine),
        ] {
            let outcomes: Vec<Outcome> = faults.iter().copied().map(outcome).collect();
            assert_eq!(Exit::of_sync(&outcomes), exit, "{faults:?}");
        }
    }
}
