//! How results leave the program, and what shells, manuals and models are given.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use crate::export::Format;

/// The form that events are printed in: a table unless another one is chosen.
#[derive(Debug, Clone, Copy, Default, Args)]
#[group(multiple = false)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "one flag each on the command line, of which one can be given"
)]
pub struct Form {
    /// Print a table for people (the default).
    #[arg(long)]
    pub table: bool,
    /// Print one JSON array.
    #[arg(long)]
    pub json: bool,
    /// Print one JSON object per line.
    #[arg(long)]
    pub jsonl: bool,
    /// Print comma-separated values with a header.
    #[arg(long)]
    pub csv: bool,
    /// Print a Markdown table.
    #[arg(long)]
    pub md: bool,
    /// Print a report in Markdown: a timeline, then what changed in each event.
    #[arg(long)]
    pub report: bool,
    /// Print the same report as an HTML page that needs nothing but itself.
    #[arg(long)]
    pub html: bool,
}

impl Form {
    /// Whether it is a table, and so for people.
    pub(crate) fn is_table(self) -> bool {
        !(self.json || self.jsonl || self.csv || self.report || self.html)
    }

    /// The format that leaves the program, where it is not a table.
    pub(crate) fn format(self) -> Option<Format> {
        match self {
            Self { json: true, .. } => Some(Format::Json),
            Self { jsonl: true, .. } => Some(Format::JsonLines),
            Self { csv: true, .. } => Some(Format::Csv),
            Self { report: true, .. } => Some(Format::Markdown),
            Self { html: true, .. } => Some(Format::Html),
            _ => None,
        }
    }
}

/// Whether an answer may be partial.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Strict {
    /// Exit with 4 where the cache may lack part of the answer, and say on stderr what is missing.
    #[arg(long)]
    pub strict: bool,
}

/// Whether the sources are asked first.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Fetch {
    /// Ask the sources first what changed, where they say so only when they are asked about an event.
    #[arg(long)]
    pub fetch: bool,
}

/// How results leave.
#[derive(Debug, Clone, Default, Args)]
pub struct Leave {
    /// Write into this file, whole or not at all, and not on stdout.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace the file where there is one already.
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Give secrets out as they were sent; otherwise they are masked by their names.
    #[arg(long)]
    pub unmasked: bool,
}

/// `backtrail summarize`.
#[derive(Debug, Args)]
#[command(
    after_help = "Off until `[ai]` stands in the configuration; without it, the lines to add are printed. \
                        Secrets are masked, and the same question is asked once."
)]
pub struct SummarizeArgs {
    /// What to select, in the language of the filter line: `entity:"Home Page" since:7d`.
    #[arg(value_name = "QUERY", required = true)]
    pub query: Vec<String>,
    /// Print exactly what would be sent, and send nothing.
    #[arg(long)]
    pub preview: bool,
    /// Ask again although the answer is in the cache.
    #[arg(long)]
    pub again: bool,
    /// Print one JSON object.
    #[arg(long, conflicts_with = "preview")]
    pub json: bool,
}

/// `backtrail completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `backtrail man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write `backtrail.1` and a page for each subcommand into this folder.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
