//! The `backtrail` program: the command line in, an exit code out.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use backtrail::cli::{self, Cli};
use backtrail::runtime::{Exit, Failure, harden, stop_on_signals};
use color_eyre::config::{HookBuilder, Theme};

/// How long work that cannot be interrupted may hold up the end of the program.
const LINGER: Duration = Duration::from_millis(100);

fn main() -> color_eyre::Result<ExitCode> {
    let theme = if std::io::stderr().is_terminal() { Theme::dark() } else { Theme::new() };
    HookBuilder::default().theme(theme).display_env_section(false).install()?;
    harden();
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, and go to stdout. A closed pipe is nobody's mistake.
            let _ = error.print();
            return Ok(if error.use_stderr() { Exit::Usage } else { Exit::Fine }.into());
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stop = runtime.block_on(async { stop_on_signals() })?;
    let result = runtime.block_on(cli::run(cli, stop));
    runtime.shutdown_timeout(LINGER);
    Ok(match result {
        Ok(exit) => exit.into(),
        Err(Failure { exit, .. }) if exit == Exit::Interrupted => exit.into(),
        Err(failure) => {
            // Without a stderr there is no one to tell.
            let _ = writeln!(std::io::stderr(), "{failure}");
            failure.exit.into()
        }
    })
}
