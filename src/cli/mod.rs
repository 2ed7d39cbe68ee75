//! The command line: one file per subcommand.
//!
//! Results go to stdout and nothing else does; whatever else there is to say goes to stderr. A reader
//! that goes away (`| head`) ends the run quietly. No secret is ever taken from the command line.

mod args;
mod asked;
mod blame;
mod browse;
mod cache;
mod check;
mod completions;
mod config;
mod demo;
mod details;
mod diff;
mod feeds;
mod import;
mod life;
mod lifecycle;
mod list;
mod man;
mod open;
mod print;
mod show;
mod sources;
mod strict;
mod summarize;
mod suspects;
mod sync;
mod tail;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use args::Cli;

use crate::config::Options;
use crate::runtime::{Exit, Failure, Session};
use crate::store::Db;
use args::{Command, Places};

/// How long a command may take to end by itself once it was asked to.
const GRACE: Duration = Duration::from_millis(300);

/// Does what the command line asks for, until it is done or `stop` is cancelled.
pub async fn run(cli: Cli, stop: CancellationToken) -> Result<Exit, Failure> {
    tokio::select! {
        biased;
        result = dispatch(cli, &stop) => result,
        () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => Ok(Exit::Interrupted),
    }
}

async fn dispatch(cli: Cli, stop: &CancellationToken) -> Result<Exit, Failure> {
    let Places { config, cache_dir, data_dir } = cli.places;
    let named = config.clone();
    let options = Options { config, cache_dir, data_dir }.or_environment();
    match cli.command.unwrap_or(Command::Browse) {
        Command::Browse => browse::run(&options, stop).await,
        // The demo dispatches a command of its own, so this future would contain itself.
        Command::Demo(args) => Box::pin(demo::run(args, named, stop)).await,
        Command::Sync(args) => sync::run(args, &options, stop).await,
        Command::List(args) => list::run(args, &options, stop).await,
        Command::Open(args) => open::run(args, &options, stop).await,
        Command::Tail(args) => tail::run(args, &options, stop).await,
        Command::Check(args) => check::run(args, &options).await,
        Command::Suspects(args) => suspects::run(args, &options).await,
        Command::Diff(args) => diff::run(args, &options, stop).await,
        Command::Show(args) => show::run(args, &options, stop).await,
        Command::Lifecycle(args) => lifecycle::run(args, &options, stop).await,
        Command::Blame(args) => blame::run(args, &options, stop).await,
        Command::Sources(command) => sources::run(command, &options).await,
        Command::Cache(command) => cache::run(command, &options).await,
        Command::Feeds(command) => feeds::run(command, &options),
        Command::Import(args) => import::run(args, &options, stop).await,
        Command::Config(command) => config::run(&command, &options),
        Command::Summarize(args) => summarize::run(args, &options).await,
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

/// Opens configuration and cache, and says what the user should know of them although they work.
fn open_session(options: &Options) -> Result<Session, Failure> {
    let session = Session::open(options)?;
    session.notices.iter().for_each(|notice| print::warn(notice));
    Ok(session)
}

/// The same for commands that make no sense without a source.
fn open_with_sources(options: &Options) -> Result<Session, Failure> {
    let session = open_session(options)?;
    session.require_sources()?;
    Ok(session)
}

/// The same for commands that read the cache. A newcomer is told how to begin: with neither a source nor an
/// event, or with sources that were never asked, the answer would be empty whatever the question.
async fn open_to_read(options: &Options) -> Result<Session, Failure> {
    let session = open_session(options)?;
    let asked = session.store.run(Db::sources_summary).await?;
    if asked.is_empty() {
        session.require_sources()?;
        print::warn("the cache is empty: `backtrail sync` fills it");
    }
    Ok(session)
}
