//! Events as files that leave the program: JSON, JSON lines, CSV, a Markdown report, an HTML page.
//!
//! A [`Writer`] takes events one by one and keeps none, so that a million of them need no memory. A report tells
//! its events twice, first in a timeline and then one by one; whoever drives the writer hands it the same events
//! for each of its passes. Secrets are masked here unless somebody asked for them, and text of a feed can be
//! nothing but text in any of the formats. It is pure: it must not open a file or ask a store.

mod csv;
mod html;
mod markdown;
mod report;

use std::io::{self, Write};

use crate::diff::Leaving;
use crate::domain::{Event, escape_json};

pub use report::About;

/// A format that events leave in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// One JSON array.
    Json,
    /// One JSON object per line.
    JsonLines,
    /// Comma-separated values with a header (RFC 4180).
    Csv,
    /// A report in Markdown.
    Markdown,
    /// The same report as a page that needs nothing but itself.
    Html,
}

impl Format {
    /// Every format, in the order in which lists show them.
    pub const ALL: [Self; 5] = [Self::Markdown, Self::Html, Self::Json, Self::JsonLines, Self::Csv];

    /// What it is, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::JsonLines => "JSON lines",
            Self::Csv => "CSV",
            Self::Markdown => "Markdown report",
            Self::Html => "HTML report",
        }
    }

    /// How the names of its files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
            Self::Markdown => "md",
            Self::Html => "html",
        }
    }

    /// Whether it says which fields changed.
    pub fn tells_changes(self) -> bool {
        self != Self::Csv
    }

    /// How often a writer wants to be told its events.
    pub fn passes(self) -> usize {
        match self {
            Self::Markdown | Self::Html => 2,
            Self::Json | Self::JsonLines | Self::Csv => 1,
        }
    }
}

/// One event as JSON on one line, without a character that a terminal would act on.
pub fn json_line(event: &Event) -> io::Result<String> {
    Ok(escape_json(&serde_json::to_string(event)?).into_owned())
}

/// Writes events in one format.
pub struct Writer<W: Write> {
    out: W,
    format: Format,
    about: About,
    columns: Vec<&'static csv::Column>,
    /// Which telling of the events this is.
    pass: usize,
    /// Events written in this pass.
    written: usize,
    /// Values that were masked.
    masked: usize,
    /// Whether the head of a report stands there.
    begun: bool,
}

impl<W: Write> Writer<W> {
    /// A writer into `out`. Reports begin with what `about` says; it also says whether secrets are masked.
    pub fn new(format: Format, out: W, about: About) -> Self {
        let columns = csv::COLUMNS.iter().collect();
        Self { out, format, about, columns, pass: 0, written: 0, masked: 0, begun: false }
    }

    /// The same with these columns of CSV, named as in the query language, and no others.
    #[must_use]
    pub fn with_columns(self, names: &[&str]) -> Self {
        Self { columns: names.iter().filter_map(|name| csv::chosen(name)).collect(), ..self }
    }

    /// Writes one event.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        let first = self.written == 0;
        self.written += 1;
        // The model of changes masks them itself, and tells more of a record that still has its secrets.
        let made = (self.pass > 0).then(|| report::changes(event, self.about.unmasked)).flatten();
        let leaving;
        let event = if self.about.unmasked {
            event
        } else {
            leaving = Leaving::of(event);
            // Each pass masks the same.
            self.masked += if self.pass == 0 { leaving.masked } else { 0 };
            &leaving.event
        };
        match self.format {
            Format::Json => {
                write!(self.out, "{}{}", if first { "[\n" } else { ",\n" }, json_line(event)?)
            }
            Format::JsonLines => writeln!(self.out, "{}", json_line(event)?),
            Format::Csv => csv::write(&mut self.out, &self.columns, first, event),
            Format::Markdown if self.pass == 0 => {
                self.begin()?;
                markdown::line(&mut self.out, &self.about, event)
            }
            Format::Markdown => markdown::detail(&mut self.out, &self.about, first, (event, made)),
            Format::Html if self.pass == 0 => {
                self.begin()?;
                html::line(&mut self.out, &self.about, event)
            }
            Format::Html => html::detail(&mut self.out, &self.about, first, (event, made)),
        }
    }

    /// The same events follow once more.
    pub fn next_pass(&mut self) -> io::Result<()> {
        self.begin()?;
        if self.format == Format::Html && self.pass == 0 {
            html::end_of_timeline(&mut self.out, &self.about)?;
        }
        (self.pass, self.written) = (self.pass + 1, 0);
        Ok(())
    }

    /// Writes the head of a report where it does not stand there yet.
    fn begin(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        match self.format {
            Format::Markdown => markdown::head(&mut self.out, &self.about),
            Format::Html => html::head(&mut self.out, &self.about),
            Format::Json | Format::JsonLines | Format::Csv => Ok(()),
        }
    }

    /// Sends on what was written, for a reader who waits for each event.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Ends the output, which is incomplete without it. Gives how many values were masked.
    pub fn finish(mut self) -> io::Result<usize> {
        let none = self.written == 0;
        match self.format {
            Format::Json if none => writeln!(self.out, "[]")?,
            Format::Json => writeln!(self.out, "\n]")?,
            Format::Csv if none => csv::header(&mut self.out, &self.columns)?,
            Format::Csv | Format::JsonLines => {}
            Format::Markdown => {
                self.begin()?;
                markdown::end(&mut self.out, &self.about, self.masked)?;
            }
            Format::Html => {
                if self.pass == 0 {
                    self.next_pass()?;
                }
                html::end(&mut self.out, &self.about, self.masked)?;
            }
        }
        self.out.flush()?;
        Ok(self.masked)
    }
}

#[cfg(test)]
mod tests;
