//! `backtrail completions`: what makes a shell complete the words of this program.

use std::io::{self, Write as _};

use clap::CommandFactory as _;

use super::args::{Cli, CompletionsArgs};
use super::print;
use crate::runtime::{Exit, Failure};

pub(super) fn run(args: &CompletionsArgs) -> Result<Exit, Failure> {
    // Written at once: the generator gives up loudly on a reader that goes away.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "backtrail", &mut script);
    let mut out = io::stdout().lock();
    print::ended(out.write_all(&script).and_then(|()| out.flush()))?;
    Ok(Exit::Fine)
}
