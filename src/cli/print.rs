//! Events on stdout, in the form that was asked for.
//!
//! The only writer of results, and of warnings beside them. It writes no escape sequences, so the same bytes go to a terminal and
//! into a pipe; only the width of the table follows the terminal.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use crate::domain::{Event, Safe, Zone, csv_cell, escape_json, markdown_cell};

use super::args::Form;
use crate::runtime::{Exit, Failure};

/// How wide a table is where nothing says how wide the reader's is.
const WIDE: usize = usize::MAX;

/// Prints events one by one, so that a million of them need no memory.
pub(crate) struct Printer {
    out: BufWriter<StdoutLock<'static>>,
    style: Style,
    zone: Zone,
    printed: usize,
    /// Whether the names of the columns are yet to be printed.
    header: bool,
    table: Vec<&'static Column>,
    csv: Vec<&'static CsvColumn>,
}

enum Style {
    Table { width: usize },
    Json,
    JsonLines,
    Csv,
    Markdown,
}

impl Printer {
    /// A printer in this form; times of the table are in `zone`.
    pub(crate) fn new(form: Form, zone: Zone) -> Self {
        let style = match form {
            Form { json: true, .. } => Style::Json,
            Form { jsonl: true, .. } => Style::JsonLines,
            Form { csv: true, .. } => Style::Csv,
            Form { md: true, .. } => Style::Markdown,
            _ => Style::Table { width: terminal_width().unwrap_or(WIDE) },
        };
        let out = BufWriter::new(io::stdout().lock());
        let (table, csv) = (TABLE.iter().collect(), CSV.iter().collect());
        Self { out, style, zone, printed: 0, header: true, table, csv }
    }

    /// The same without the names of the columns above them.
    pub(crate) fn without_header(self) -> Self {
        Self { header: false, ..self }
    }

    /// The same with these columns, named as in the query language, and no others.
    pub(crate) fn with_columns(self, names: &[&str]) -> Self {
        let table = names.iter().filter_map(|name| CHOSEN.iter().find(|(other, ..)| other == name));
        Self {
            table: table.clone().map(|(_, column, _)| *column).collect(),
            csv: table.map(|(.., column)| column).collect(),
            ..self
        }
    }

    /// Prints a line between the events of a table.
    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        match self.style {
            Style::Table { .. } => {
                self.titles()?;
                if self.printed > 0 {
                    writeln!(self.out)?;
                }
                writeln!(self.out, "── {}", Safe::line(text).as_str())
            }
            Style::Markdown => {
                // A heading ends a table, and the next one needs titles of its own.
                self.header = true;
                let gap = if self.printed > 0 { "\n" } else { "" };
                writeln!(self.out, "{gap}### {}\n", markdown_cell(text))
            }
            Style::Json | Style::JsonLines | Style::Csv => Ok(()),
        }
    }

    /// Sends on what was printed, for a reader who waits for each event.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Prints one event.
    pub(crate) fn event(&mut self, event: &Event) -> io::Result<()> {
        self.line(event, 1)
    }

    /// Prints one event that stands for so many; only a table says how many.
    pub(crate) fn line(&mut self, event: &Event, stands_for: usize) -> io::Result<()> {
        let first = self.printed == 0;
        self.printed += 1;
        match self.style {
            Style::Table { width } => {
                self.titles()?;
                let cells = self.cells(event, stands_for);
                writeln!(self.out, "{}", table_line(&self.table, &cells, width))
            }
            Style::Markdown => {
                self.titles()?;
                let cells = self.cells(event, stands_for);
                writeln!(self.out, "{}", markdown_line(cells.iter().map(String::as_str)))
            }
            Style::Json => write!(self.out, "{}{}", if first { "[\n" } else { ",\n" }, json_line(event)?),
            Style::JsonLines => writeln!(self.out, "{}", json_line(event)?),
            Style::Csv => {
                let mut csv = csv::Writer::from_writer(&mut self.out);
                if first {
                    csv.write_record(self.csv.iter().map(|(title, _)| title))?;
                }
                csv.write_record(self.csv.iter().map(|(_, text)| csv_cell(&text(event)).into_owned()))?;
                csv.flush()
            }
        }
    }

    fn cells(&self, event: &Event, stands_for: usize) -> Vec<String> {
        let mut cells: Vec<String> =
            self.table.iter().map(|column| (column.text)(event, self.zone)).collect();
        if let Some(last) = cells.last_mut().filter(|_| stands_for > 1) {
            *last = format!("×{stands_for} {last}");
        }
        cells
    }

    /// Prints the names of the columns of a table, once for each table.
    fn titles(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.header) {
            return Ok(());
        }
        let titles: Vec<String> = self.table.iter().map(|column| column.title.to_owned()).collect();
        match self.style {
            Style::Table { width } => writeln!(self.out, "{}", table_line(&self.table, &titles, width)),
            Style::Markdown => {
                writeln!(self.out, "{}", markdown_line(titles.iter().map(String::as_str)))?;
                writeln!(self.out, "|{}", " --- |".repeat(titles.len()))
            }
            Style::Json | Style::JsonLines | Style::Csv => Ok(()),
        }
    }

    /// Ends the output; without it a JSON array stays open.
    pub(crate) fn finish(mut self) -> io::Result<usize> {
        match (&self.style, self.printed) {
            (Style::Json, 0) => writeln!(self.out, "[]")?,
            (Style::Json, _) => writeln!(self.out, "\n]")?,
            (Style::Csv, 0) => {
                let titles: Vec<&str> = self.csv.iter().map(|(title, _)| *title).collect();
                writeln!(self.out, "{}", titles.join(","))?;
            }
            _ => {}
        }
        self.out.flush()?;
        Ok(self.printed)
    }
}

/// One event as JSON on one line, without a character that a terminal would act on.
pub(crate) fn json_line(event: &Event) -> io::Result<String> {
    Ok(escape_json(&serde_json::to_string(event)?).into_owned())
}

/// Prints lines of text, each made safe.
pub(crate) fn lines<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in lines {
        writeln!(out, "{}", Safe::new(line.as_ref()).as_str())?;
    }
    out.flush()
}

/// Says on stderr what the user should know although the command goes on.
pub(crate) fn warn(text: &str) {
    // Where stderr is closed there is no one to tell.
    let _ = writeln!(io::stderr().lock(), "warning: {}", Safe::new(text).as_str());
}

/// Says on stderr what came of what was asked for, beside the results.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", Safe::new(text).as_str());
}

/// The columns of the terminal that stdout is, if it is one.
fn terminal_width() -> Option<usize> {
    io::stdout().is_terminal().then_some(())?;
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

struct Column {
    title: &'static str,
    /// Cells of text; the last column takes what is left.
    width: usize,
    text: fn(&Event, Zone) -> String,
}

static TABLE: [Column; 7] = [
    Column { title: "ID", width: 16, text: |event, _| event.id.to_string() },
    Column {
        title: "TIME",
        width: 19,
        text: |event, zone| zone.at(event.record.time).format("%Y-%m-%d %H:%M:%S").to_string(),
    },
    Column {
        title: "ACTION",
        width: 10,
        text: |event, _| {
            let failed = if event.record.status == crate::domain::Status::Failed { "!" } else { "" };
            format!("{}{failed}", event.record.action)
        },
    },
    Column {
        title: "ENTITY",
        width: 28,
        text: |event, _| event.record.entity.label().unwrap_or("–").to_owned(),
    },
    Column {
        title: "ACTOR",
        width: 22,
        text: |event, _| event.record.actor.label().unwrap_or("–").to_owned(),
    },
    Column { title: "SOURCE", width: 15, text: |event, _| event.source.to_string() },
    Column { title: "SUMMARY", width: WIDE, text: |event, _| said(event) },
];

fn table_line(columns: &[&Column], cells: &[String], width: usize) -> String {
    let mut line = String::new();
    let mut left = width;
    for (cell, column) in cells.iter().zip(columns) {
        let safe = Safe::line(cell);
        let room = column.width.min(left);
        let text = safe.cut(room);
        let cells = text.width();
        line.push_str(text.as_str());
        if room == left || column.width == WIDE {
            break;
        }
        let pad = (room - cells.min(room)) + 2;
        line.extend(std::iter::repeat_n(' ', pad));
        left = left.saturating_sub(column.width + 2);
    }
    line.truncate(line.trim_end().len());
    line
}

fn markdown_line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    cells.fold("|".to_owned(), |line, cell| format!("{line} {} |", markdown_cell(cell)))
}

type CsvColumn = (&'static str, fn(&Event) -> String);

static CSV: [CsvColumn; 26] = [
    ("id", |event| event.id.to_string()),
    ("native_id", |event| event.record.identity.native().unwrap_or_default().to_owned()),
    ("source", |event| event.source.to_string()),
    ("feed", |event| event.feed.to_string()),
    ("scope", |event| text(event.scope.as_deref())),
    ("time", |event| event.record.time.to_string()),
    ("action", |event| known(event.record.action.word())),
    ("raw_action", |event| text(event.record.raw_action.as_deref())),
    ("entity_type", |event| text(event.record.entity.kind.as_deref())),
    ("entity_id", |event| text(event.record.entity.id.as_deref())),
    ("entity_name", |event| text(event.record.entity.name.as_deref())),
    ("actor_type", |event| known(event.record.actor.kind.word())),
    ("actor_id", |event| text(event.record.actor.id.as_deref())),
    ("actor_name", |event| text(event.record.actor.name.as_deref())),
    ("status", |event| known(event.record.status.word())),
    ("error", |event| text(event.record.error.as_deref())),
    ("summary", |event| text(event.record.summary.as_deref())),
    ("ai_summary", |event| text(event.record.ai_summary.as_deref())),
    ("changes", |event| serde_json::to_string(&event.record.changes).unwrap_or_default()),
    ("set", |event| text(event.record.set.as_deref())),
    ("url", |event| text(event.record.url.as_deref())),
    ("count", |event| event.count.to_string()),
    ("link", |event| text(event.link.word())),
    ("edits", |event| event.edits().to_string()),
    ("gone_at", |event| event.gone_at().map_or_else(String::new, |time| time.to_string())),
    ("raw", |event| event.record.raw.to_string()),
];

/// What the columns of the query language are in a table and in CSV.
static CHOSEN: [(&str, &Column, CsvColumn); 9] = [
    ("time", &TABLE[1], ("time", |event| event.record.time.to_string())),
    ("action", &TABLE[2], ("action", |event| known(event.record.action.word()))),
    (
        "type",
        &Column { title: "TYPE", width: 16, text: |event, _| text(event.record.entity.kind.as_deref()) },
        ("entity_type", |event| text(event.record.entity.kind.as_deref())),
    ),
    ("entity", &TABLE[3], ("entity", |event| text(event.record.entity.label()))),
    ("actor", &TABLE[4], ("actor", |event| text(event.record.actor.label()))),
    (
        "actor_type",
        &Column {
            title: "ACTOR TYPE",
            width: 10,
            text: |event, _| event.record.actor.kind.word().to_owned(),
        },
        ("actor_type", |event| known(event.record.actor.kind.word())),
    ),
    ("source", &TABLE[5], ("source", |event| event.source.to_string())),
    (
        "status",
        &Column { title: "STATUS", width: 7, text: |event, _| event.record.status.word().to_owned() },
        ("status", |event| known(event.record.status.word())),
    ),
    (
        "summary",
        // Not the widest of all, since others may follow it.
        &Column { title: "SUMMARY", width: 60, text: |event, _| said(event) },
        ("summary", said),
    ),
];

/// What was written about an event.
fn said(event: &Event) -> String {
    let record = &event.record;
    record.summary.as_deref().or(record.ai_summary.as_deref()).unwrap_or_default().to_owned()
}

/// A word, or nothing where the feed does not say: as absent as null is in JSON.
fn known(word: &str) -> String {
    if word == "unknown" { String::new() } else { word.to_owned() }
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

/// Whether printing is over: a reader that went away ends the run without a complaint.
pub(crate) fn ended(printed: io::Result<()>) -> Result<Option<Exit>, Failure> {
    match printed {
        Ok(()) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Some(Exit::Fine)),
        Err(error) => Err(Failure::usage(format!("stdout cannot be written: {error}"))),
    }
}
