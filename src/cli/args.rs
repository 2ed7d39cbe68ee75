//! What can be typed after `backtrail`.

mod cache;
mod demo;
mod out;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use cache::{CacheCommand, PruneArgs, PurgeArgs};
pub(super) use demo::{DemoArgs, Live};
pub(super) use out::{CompletionsArgs, Fetch, Form, Leave, ManArgs, Strict, SummarizeArgs};

/// Browse the change history of every system you run, on one timeline.
#[derive(Debug, Parser)]
#[command(name = "backtrail", version, about, max_term_width = 100)]
#[command(after_help = "Without a command, `backtrail` opens the browser. `backtrail demo` tries it \
                        without any account.")]
pub struct Cli {
    /// What to do; browse when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Where the program keeps its things.
    #[command(flatten)]
    pub places: Places,
}

impl Cli {
    /// Reads a command line, the program's name first.
    ///
    /// A negated term of a query, `-status:failed`, would be taken for a bundle of short flags. The
    /// program has none that take letters, and `!` negates as `-` does, so the dash becomes one.
    pub fn read<I: IntoIterator<Item = OsString>>(words: I) -> Result<Self, clap::Error> {
        Self::try_parse_from(words.into_iter().map(|word| match word.to_str() {
            Some(text) if text.len() > 2 && text.starts_with('-') && !text.starts_with("--") => {
                format!("!{}", &text[1..]).into()
            }
            _ => word,
        }))
    }
}

/// Where the program keeps its things.
#[derive(Debug, Clone, Default, Args)]
pub struct Places {
    /// Read this configuration file. [env: `BACKTRAIL_CONFIG`]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Keep the cache in this folder. [env: `BACKTRAIL_CACHE_DIR`]
    #[arg(long, global = true, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Keep views, bookmarks and notes in this folder. [env: `BACKTRAIL_DATA_DIR`]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the browser (the default).
    Browse,
    /// Try everything against three made-up systems, served by the program itself.
    ///
    /// Of the file that `--config` names, `[ui]` and `keys` count: the sources are the demo's own.
    Demo(DemoArgs),
    /// Fetch what is new from every source, or from those named.
    Sync(SyncArgs),
    /// Print the events that a query selects, newest first.
    List(ListArgs),
    /// Open the browser with this filter, at this event.
    Open(OpenArgs),
    /// Print events as they come, one on a line, until it is interrupted.
    Tail(TailArgs),
    /// Fail when a query selects more events than it may.
    Check(CheckQueryArgs),
    /// Print what changed before a moment, the most suspicious first, with the reasons.
    Suspects(SuspectsArgs),
    /// Print one event.
    Show(ShowArgs),
    /// Print what changed in one event, or what is different between two.
    Diff(DiffArgs),
    /// Print the whole life of one entity, oldest event first, or its state at a time.
    Lifecycle(LifecycleArgs),
    /// Print who changed each field of an entity last, and when.
    Blame(BlameArgs),
    /// Have a language model sum up the events that a query selects.
    Summarize(SummarizeArgs),
    /// Look at the configured sources.
    #[command(subcommand)]
    Sources(SourcesCommand),
    /// Look at feed profiles, check one, or begin one.
    #[command(subcommand)]
    Feeds(FeedsCommand),
    /// Look at the cache, or take events out of it for good.
    #[command(subcommand)]
    Cache(CacheCommand),
    /// Bring the records of a file into the cache, once.
    Import(ImportArgs),
    /// Make, check or find the configuration file.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print what makes a shell complete the words of this program.
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each subcommand.
    Man(ManArgs),
}

/// `backtrail sync`.
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// Sources by name; all of them when left out.
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// Read everything again, also what is known to be complete: what changed or went is found.
    #[arg(long)]
    pub full: bool,
    /// Ask for nothing older: `7d`, `2026-03-01`, `yesterday`.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Ask only for what happened before; where a server cannot be asked so, what is newer is read on the way.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Print one JSON object per source.
    #[arg(long)]
    pub json: bool,
}

/// `backtrail list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// What to select, in the language of the filter line; everything when left out.
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub form: Form,
    #[command(flatten)]
    pub leave: Leave,
    /// Print at most this many events.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Fetch first: from servers that can filter, what the query asks for; from the others, what is new. For JSON and
    /// reports also what changed, where a source says so only when it is asked about an event.
    #[arg(long)]
    pub fetch: bool,
    #[command(flatten)]
    pub strict: Strict,
    /// Print what `--fetch` asks of each source and what is decided here, and no events.
    #[arg(long)]
    pub explain: bool,
}

/// `backtrail open`.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// What to select, in the language of the filter line; everything when left out.
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// The event to begin at: its id, or a time such as `2026-03-25T14:32`.
    #[arg(long, value_name = "ID|TIME")]
    pub at: Option<String>,
}

/// `backtrail tail`.
#[derive(Debug, Args)]
pub struct TailArgs {
    /// What to select, in the language of the filter line; everything when left out.
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Print one JSON object per line.
    #[arg(long)]
    pub jsonl: bool,
    /// Give secrets out as they were sent; otherwise they are masked by their names.
    #[arg(long)]
    pub unmasked: bool,
}

impl TailArgs {
    /// The form that events are printed in.
    pub(crate) fn form(&self) -> Form {
        Form { table: !self.jsonl, jsonl: self.jsonl, ..Form::default() }
    }
}

/// `backtrail check`.
#[derive(Debug, Args)]
pub struct CheckQueryArgs {
    /// What to count, in the language of the filter line.
    #[arg(value_name = "QUERY", required = true)]
    pub query: Vec<String>,
    /// How many events there may be; with more, the exit code is 1.
    #[arg(long, value_name = "N")]
    pub max: usize,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub strict: Strict,
}

/// `backtrail suspects`.
#[derive(Debug, Args)]
#[command(after_help = "The exit code is 1 where something changed, and 0 where nothing did.")]
pub struct SuspectsArgs {
    /// Among what to look, in the language of the filter line; everything when left out.
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// The moment that something broke: a time such as `14:32`, or the id of an event.
    #[arg(long, value_name = "TIME|ID")]
    pub at: String,
    /// How far back to look.
    #[arg(long, value_name = "SPAN", default_value = "2h")]
    pub window: String,
    /// Print at most this many changes.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub limit: usize,
    #[command(flatten)]
    pub strict: Strict,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `backtrail show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The id of an event, as `list` prints it.
    #[arg(value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    pub ask: Fetch,
    /// Print the event as JSON.
    #[arg(long)]
    pub json: bool,
    /// Give secrets out as they were sent; otherwise they are masked by their names.
    #[arg(long)]
    pub unmasked: bool,
}

/// `backtrail diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The id of an event, as `list` prints it.
    #[arg(value_name = "ID")]
    pub id: String,
    /// The id of another event to compare with; the exit code is 1 where they differ.
    #[arg(value_name = "ID")]
    pub other: Option<String>,
    #[command(flatten)]
    pub ask: Fetch,
    /// Print Markdown.
    #[arg(long, conflicts_with = "patch")]
    pub markdown: bool,
    /// Print a JSON Patch (RFC 6902).
    #[arg(long)]
    pub patch: bool,
}

/// `backtrail lifecycle`.
#[derive(Debug, Args)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "one flag each on the command line, of which one can be given"
)]
pub struct LifecycleArgs {
    /// The id or the name of an entity.
    #[arg(value_name = "ENTITY")]
    pub entity: String,
    /// Print its fields as they were then, each with how it is known: after an event, by its id, or at a time
    /// such as `2026-03-25T14:32`.
    #[arg(long, value_name = "ID|TIME",
        conflicts_with_all = ["table", "jsonl", "csv", "md", "report", "html", "out", "unmasked"])]
    pub at: Option<String>,
    #[command(flatten)]
    pub ask: Fetch,
    #[command(flatten)]
    pub form: Form,
    #[command(flatten)]
    pub leave: Leave,
}

/// `backtrail blame`.
#[derive(Debug, Args)]
pub struct BlameArgs {
    /// The id or the name of an entity.
    #[arg(value_name = "ENTITY")]
    pub entity: String,
    /// Only this field and what stands in it, with its last change: `config.mode`.
    #[arg(value_name = "PATH")]
    pub path: Option<String>,
    #[command(flatten)]
    pub ask: Fetch,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `backtrail sources`.
#[derive(Debug, Subcommand)]
pub enum SourcesCommand {
    /// Print every configured source and what the cache holds of it.
    List {
        /// Print one JSON object per source.
        #[arg(long)]
        json: bool,
    },
    /// Print of which stretches of time the cache has everything, and why it does not of others.
    Coverage {
        /// Print one JSON object per feed.
        #[arg(long)]
        json: bool,
    },
    /// Print the records that could not be read as events, as they came, with when and why.
    Quarantine {
        /// The source by name; all of them when left out.
        #[arg(value_name = "SOURCE")]
        source: Option<String>,
        /// Print one JSON object per record, with the whole of its text.
        #[arg(long)]
        json: bool,
    },
    /// Ask one page of a source and say what came; nothing is kept.
    Test {
        /// The source by name.
        #[arg(value_name = "NAME")]
        name: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// `backtrail feeds`.
#[derive(Debug, Subcommand)]
pub enum FeedsCommand {
    /// Print every feed profile: how it signs in, what it tells, and whether it was checked in full.
    List {
        /// Print one JSON object per profile.
        #[arg(long)]
        json: bool,
    },
    /// Print a profile as it is written.
    Show {
        /// The id of the profile.
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Say everything that is wrong with a profile and, with a sample, what it makes of it.
    Check(CheckArgs),
    /// Print a commented profile to start from.
    New,
}

/// `backtrail feeds check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The file of the profile, or the id of one that is installed.
    #[arg(value_name = "FILE")]
    pub profile: PathBuf,
    /// A saved answer to try it on: a page, a JSON array or JSON lines.
    #[arg(long, value_name = "BODY.json")]
    pub sample: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `backtrail import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// A page as the provider sends it, a JSON array, or JSON lines.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The id of the feed profile that reads it.
    #[arg(long, value_name = "ID")]
    pub feed: String,
    /// The source that the events belong to. [default: the name of the file without its ending]
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The scope that the file is of, for a feed that keeps one history per scope.
    #[arg(long, value_name = "ID")]
    pub scope: Option<String>,
    /// A value that the profile asks for.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = var)]
    pub vars: Vec<(String, String)>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `backtrail config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Write a commented configuration file to start from.
    Init,
    /// Say what is wrong with the configuration, and how to mend it.
    Check,
    /// Print the configuration in force as a file that would say all of it: defaults and keys filled in, secrets by
    /// where they come from.
    Print,
    /// Print where the program keeps its files.
    Path {
        /// Only this one.
        #[arg(value_enum)]
        which: Option<Which>,
    },
}

/// The files and folders of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// The configuration file.
    Config,
    /// The folder of the cache.
    Cache,
    /// The folder of your views, bookmarks and notes.
    Data,
    /// The folder of the user's own feed profiles.
    Feeds,
    /// The log file.
    Log,
}

fn var(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("give a name and a value such as `tenant=acme`")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn read(words: &[&str]) -> Cli {
        Cli::read(["backtrail"].iter().chain(words).map(Into::into)).unwrap()
    }

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_negated_term_is_a_query_and_not_a_flag() {
        let Some(Command::List(list)) = read(&["list", "-status:failed", "action:update", "--jsonl"]).command
        else {
            panic!("not list")
        };
        assert_eq!(list.query, ["!status:failed", "action:update"]);
        assert!(list.form.jsonl);
    }

    #[test]
    fn what_follows_two_dashes_is_the_demo_command() {
        let Some(Command::Demo(demo)) = read(&["demo", "--seed", "7", "--", "list", "x", "--csv"]).command
        else {
            panic!("not demo")
        };
        assert_eq!((demo.seed, demo.command.join(" ")), (7, "list x --csv".to_owned()));
    }
}
