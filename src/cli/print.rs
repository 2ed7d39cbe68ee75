//! Events on stdout, in the form that was asked for.
//!
//! The only writer of results, and of warnings beside them. It writes no escape sequences, so the same bytes go to a terminal and
//! into a pipe; only the width of the table follows the terminal.

use std::io::{self, BufWriter, IsTerminal, Write};

use crate::diff::Leaving;
use crate::domain::{Event, Safe, Zone, markdown_cell};
use crate::export::{About, Writer};

use super::args::Form;
use crate::runtime::{Exit, Failure};

/// How wide a table is where nothing says how wide the reader's is.
const WIDE: usize = usize::MAX;

/// Where results go.
type Out = BufWriter<Box<dyn Write>>;

/// Prints events one by one, so that a million of them need no memory. Secrets are masked unless somebody asked
/// for them.
pub(crate) enum Printer {
    /// For people.
    Table(Table),
    /// For programs, and reports.
    Export(Writer<Out>),
}

impl Printer {
    /// A printer of this form on stdout; times of a table are in `zone`.
    pub(crate) fn new(form: Form, zone: Zone, unmasked: bool) -> Self {
        let about = About { zone, unmasked, ..About::default() };
        Self::over(Box::new(io::stdout().lock()), form, about)
    }

    /// The same for a place that is not stdout, or a report that says what it is about.
    pub(crate) fn over(out: Box<dyn Write>, form: Form, about: About) -> Self {
        let out = BufWriter::new(out);
        if let Some(format) = form.format() {
            return Self::Export(Writer::new(format, out, about));
        }
        let width = (!form.md).then(|| terminal_width().unwrap_or(WIDE));
        let (zone, unmasked) = (about.zone, about.unmasked);
        let columns = TABLE.iter().collect();
        Self::Table(Table { out, width, zone, unmasked, printed: 0, header: true, columns })
    }

    /// The same without the names of the columns of a table above them.
    pub(crate) fn without_header(self) -> Self {
        match self {
            Self::Table(table) => Self::Table(Table { header: false, ..table }),
            export @ Self::Export(_) => export,
        }
    }

    /// The same with these columns, named as in the query language, and no others.
    pub(crate) fn with_columns(self, names: &[&str]) -> Self {
        match self {
            Self::Table(table) => {
                let columns = names.iter().filter_map(|name| CHOSEN.iter().find(|(other, _)| other == name));
                Self::Table(Table { columns: columns.map(|(_, column)| *column).collect(), ..table })
            }
            Self::Export(writer) => Self::Export(writer.with_columns(names)),
        }
    }

    /// Prints a line between the events of a table.
    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        match self {
            Self::Table(table) => table.heading(text),
            Self::Export(_) => Ok(()),
        }
    }

    /// Sends on what was printed, for a reader who waits for each event.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Table(table) => table.out.flush(),
            Self::Export(writer) => writer.flush(),
        }
    }

    /// Prints one event.
    pub(crate) fn event(&mut self, event: &Event) -> io::Result<()> {
        self.line(event, 1)
    }

    /// Prints one event that stands for so many; only a table says how many.
    pub(crate) fn line(&mut self, event: &Event, stands_for: usize) -> io::Result<()> {
        match self {
            Self::Table(table) => table.line(event, stands_for),
            Self::Export(writer) => writer.event(event),
        }
    }

    /// The same events follow once more.
    pub(crate) fn next_pass(&mut self) -> io::Result<()> {
        match self {
            Self::Table(_) => Ok(()),
            Self::Export(writer) => writer.next_pass(),
        }
    }

    /// Ends the output, which is incomplete without it. Gives how many values are masked, where they were
    /// counted.
    pub(crate) fn finish(self) -> io::Result<usize> {
        match self {
            Self::Table(mut table) => table.out.flush().map(|()| 0),
            Self::Export(writer) => writer.finish(),
        }
    }
}

/// Events as a table, for people or in Markdown.
pub(crate) struct Table {
    out: Out,
    /// How wide it may be; nothing for Markdown.
    width: Option<usize>,
    zone: Zone,
    unmasked: bool,
    printed: usize,
    /// Whether the names of the columns are yet to be printed.
    header: bool,
    columns: Vec<&'static Column>,
}

impl Table {
    fn heading(&mut self, text: &str) -> io::Result<()> {
        if self.width.is_some() {
            self.titles()?;
            if self.printed > 0 {
                writeln!(self.out)?;
            }
            return writeln!(self.out, "── {}", Safe::line(text).as_str());
        }
        // A heading ends a table, and the next one needs titles of its own.
        self.header = true;
        let gap = if self.printed > 0 { "\n" } else { "" };
        writeln!(self.out, "{gap}### {}\n", markdown_cell(text))
    }

    fn line(&mut self, event: &Event, stands_for: usize) -> io::Result<()> {
        self.titles()?;
        self.printed += 1;
        let leaving;
        let event = if self.unmasked {
            event
        } else {
            leaving = Leaving::of(event);
            &leaving.event
        };
        let mut cells: Vec<String> =
            self.columns.iter().map(|column| (column.text)(event, self.zone)).collect();
        if let Some(last) = cells.last_mut().filter(|_| stands_for > 1) {
            *last = format!("×{stands_for} {last}");
        }
        self.put(&cells)
    }

    fn put(&mut self, cells: &[String]) -> io::Result<()> {
        match self.width {
            Some(width) => writeln!(self.out, "{}", table_line(&self.columns, cells, width)),
            None => writeln!(self.out, "{}", markdown_line(cells.iter().map(String::as_str))),
        }
    }

    /// Prints the names of the columns, once for each table.
    fn titles(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.header) {
            return Ok(());
        }
        let titles: Vec<String> = self.columns.iter().map(|column| column.title.to_owned()).collect();
        self.put(&titles)?;
        if self.width.is_none() {
            writeln!(self.out, "|{}", " --- |".repeat(titles.len()))?;
        }
        Ok(())
    }
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

/// What the columns of the query language are in a table.
static CHOSEN: [(&str, &Column); 9] = [
    ("time", &TABLE[1]),
    ("action", &TABLE[2]),
    (
        "type",
        &Column { title: "TYPE", width: 16, text: |event, _| text(event.record.entity.kind.as_deref()) },
    ),
    ("entity", &TABLE[3]),
    ("actor", &TABLE[4]),
    (
        "actor_type",
        &Column {
            title: "ACTOR TYPE",
            width: 10,
            text: |event, _| event.record.actor.kind.word().to_owned(),
        },
    ),
    ("source", &TABLE[5]),
    ("status", &Column { title: "STATUS", width: 7, text: |event, _| event.record.status.word().to_owned() }),
    (
        "summary",
        // Not the widest of all, since others may follow it.
        &Column { title: "SUMMARY", width: 60, text: |event, _| said(event) },
    ),
];

/// What was written about an event.
fn said(event: &Event) -> String {
    event.record.said().unwrap_or_default().into_owned()
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
