//! The ways in which a source can be asked.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How long a program may take where the user does not say.
pub const COMMAND_TIMEOUT: Duration = Duration::from_secs(120);

/// Where the answers of a source come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Via {
    /// Requests over the network, as its profile describes them.
    #[default]
    Http,
    /// What a program prints. No shell is involved.
    Command {
        /// The program and its arguments.
        argv: Vec<String>,
        /// How long it may take.
        timeout: Duration,
    },
    /// What this file holds.
    File(PathBuf),
}

/// What stands for the source where one over the network shows its origin.
impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http => f.write_str("the server"),
            Self::Command { argv, .. } => {
                write!(f, "the command `{}`", argv.first().map_or("", String::as_str))
            }
            Self::File(path) => write!(f, "`{}`", path.display()),
        }
    }
}
