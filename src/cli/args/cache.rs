//! The definition of `backtrail cache`.

use clap::{Args, Subcommand};

/// `backtrail cache`.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Print where it is.
    Path,
    /// Print what is in it.
    Stats {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Read all of it and say whether it is sound.
    Verify,
    /// Remove old events, which are then not fetched again.
    Prune(PruneArgs),
    /// Take events out for good: their texts, what they are found by, their former versions.
    Purge(PurgeArgs),
}

/// `backtrail cache prune`.
#[derive(Debug, Args)]
#[command(
    after_help = "Events that you bookmarked or noted stay. With `keep = \"400d\"` in the configuration, \
                        what is older is removed after every sync. What was removed comes back only when the \
                        whole source is forgotten with `cache purge --source NAME` and synced again."
)]
pub struct PruneArgs {
    /// Sources by name; all of them when left out.
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// Remove what happened before this time, such as `2026-01-01` or `90d`. [default: what `keep` says]
    #[arg(long, value_name = "TIME")]
    pub before: Option<String>,
    /// Say how many events it would be, and remove none.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// Print one JSON object per source.
    #[arg(long)]
    pub json: bool,
}

/// `backtrail cache purge`.
#[derive(Debug, Args)]
#[command(after_help = "What was purged does not come back with the next sync, unless a whole source was \
                        purged: then it is as if it had never been asked. No other Backtrail may be open.")]
pub struct PurgeArgs {
    /// Which events, in the language of the filter line: `entity:"Home Page"`, `actor:ana@example.com`.
    #[arg(value_name = "QUERY", required_unless_present = "source")]
    pub query: Vec<String>,
    /// All of a source, with what is known of it.
    #[arg(long, value_name = "NAME", conflicts_with = "query")]
    pub source: Option<String>,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}
