//! The command line: one file per subcommand.
//!
//! Results go to stdout and nothing else does; whatever else there is to say goes to stderr. A reader
//! that goes away (`| head`) ends the run quietly. No secret is ever taken from the command line.

mod args;
mod exit;

pub use args::Cli;
pub use exit::{Exit, Failure};
