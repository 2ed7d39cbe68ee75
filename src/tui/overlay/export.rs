//! What to write out, in which format and where to, over the body of the screen.
//!
//! ```text
//!  export
//!
//! ▌what       37 events of the filter
//!  format     Markdown report
//!  secrets    masked
//!  to         a file
//!  file       changes-2026-04-01.md
//! ```

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};

use crate::domain::Rows;
use crate::export::Format;
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::line::Line;
use crate::tui::message::{Destination, Existing, NotWritten, Outgoing};
use crate::tui::pane::mark;
use crate::tui::theme::Role;
use crate::tui::words;

/// The width of the column of names.
const NAME: usize = 10;

/// What is chosen so far.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "a line of the form each, with two choices")]
pub(in crate::tui) struct Export {
    /// What can be written, each with its name; never empty.
    scopes: Vec<(String, Rows)>,
    scope: usize,
    format: usize,
    unmasked: bool,
    clipboard: bool,
    replace: bool,
    /// The name of the file without its ending, until somebody types another.
    stem: String,
    pub(in crate::tui) line: Line,
    named: bool,
    at: Entry,
    /// Whether it is being written.
    pub(in crate::tui) busy: bool,
    /// Why the last try came to nothing.
    pub(in crate::tui) failed: Option<String>,
}

/// A line of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    What,
    Format,
    Secrets,
    To,
    File,
    Existing,
}

impl Entry {
    const ALL: [Self; 6] = [Self::What, Self::Format, Self::Secrets, Self::To, Self::File, Self::Existing];

    fn name(self) -> &'static str {
        match self {
            Self::What => "what",
            Self::Format => "format",
            Self::Secrets => "secrets",
            Self::To => "to",
            Self::File => "file",
            Self::Existing => "existing",
        }
    }
}

impl Export {
    /// A form for one of these, the first to begin with; `stem` is the beginning of the file's name.
    pub(in crate::tui) fn new(scopes: Vec<(String, Rows)>, stem: String) -> Self {
        let mut export = Self {
            scopes,
            scope: 0,
            format: 0,
            unmasked: false,
            clipboard: false,
            replace: false,
            stem,
            line: Line::new(""),
            named: false,
            at: Entry::What,
            busy: false,
            failed: None,
        };
        export.name_file();
        export
    }

    /// Goes to the next line of the form, or to the one before.
    pub(in crate::tui) fn go(&mut self, down: bool) {
        let shown = self.entries();
        let here = shown.iter().position(|entry| *entry == self.at).unwrap_or(0);
        let next = if down { (here + 1).min(shown.len() - 1) } else { here.saturating_sub(1) };
        self.at = shown[next];
    }

    /// Takes the next choice of the line, or the one before.
    pub(in crate::tui) fn turn(&mut self, on: bool) {
        let step = |at: usize, len: usize| if on { (at + 1) % len } else { (at + len - 1) % len };
        match self.at {
            Entry::What => self.scope = step(self.scope, self.scopes.len()),
            Entry::Format => self.format = step(self.format, Format::ALL.len()),
            Entry::Secrets => self.unmasked = !self.unmasked,
            Entry::To => self.clipboard = !self.clipboard,
            Entry::Existing => self.replace = !self.replace,
            Entry::File => {}
        }
        self.failed = None;
        self.name_file();
    }

    /// Whether what is typed goes into the name of the file.
    pub(in crate::tui) fn types(&self) -> bool {
        self.at == Entry::File
    }

    /// Takes a key into the name of the file.
    pub(in crate::tui) fn type_in(&mut self, key: KeyEvent) {
        if self.line.key(key) {
            self.typed();
        }
    }

    /// The name of the file was typed in.
    pub(in crate::tui) fn typed(&mut self) {
        self.named = true;
        self.failed = None;
    }

    fn name_file(&mut self) {
        if !self.named {
            self.line = Line::new(&format!("{}.{}", self.stem, self.format().extension()));
        }
    }

    fn format(&self) -> Format {
        Format::ALL[self.format]
    }

    /// The lines that count.
    fn entries(&self) -> Vec<Entry> {
        let file = |entry: &Entry| !matches!(entry, Entry::File | Entry::Existing);
        Entry::ALL.into_iter().filter(|entry| !self.clipboard || file(entry)).collect()
    }

    /// What was chosen, or why that cannot be done.
    pub(in crate::tui) fn outgoing(&self) -> Result<Outgoing, &'static str> {
        let path = self.line.text().trim();
        let to = match self.clipboard {
            true => Destination::Clipboard,
            false if path.is_empty() => return Err("the file needs a name"),
            false => Destination::File { path: path.to_owned(), existing: self.existing() },
        };
        let rows = self.scopes[self.scope].1.clone();
        Ok(Outgoing { rows, format: self.format(), unmasked: self.unmasked, to })
    }

    /// A name that nobody typed gives way to one that is free; a typed one is meant as it is.
    fn existing(&self) -> Existing {
        match (self.replace, self.named) {
            (true, _) => Existing::Replaced,
            (false, true) => Existing::Stays,
            (false, false) => Existing::Numbered,
        }
    }

    /// Nothing was written. Where a file is in the way, the line that decides about it is gone to; `key` takes its
    /// next choice.
    pub(in crate::tui) fn refused(&mut self, why: NotWritten, key: &str) {
        self.busy = false;
        self.failed = Some(match why {
            NotWritten::Failed(why) => why,
            NotWritten::Exists(path) => {
                self.at = Entry::Existing;
                format!("`{path}` exists already: `{key}` lets it be replaced, or name another file")
            }
        });
    }

    fn value(&self, entry: Entry) -> String {
        match entry {
            Entry::What => self.scopes[self.scope].0.clone(),
            Entry::Format => self.format().name().to_owned(),
            Entry::Secrets if self.unmasked => "as they were sent".to_owned(),
            Entry::Secrets => "masked".to_owned(),
            Entry::To if self.clipboard => "the clipboard".to_owned(),
            Entry::To => "a file".to_owned(),
            Entry::File => self.line.text().to_owned(),
            Entry::Existing => match self.existing() {
                Existing::Stays => "stays as it is",
                Existing::Numbered => "stays, and the new one gets a number",
                Existing::Replaced => "is replaced",
            }
            .to_owned(),
        }
    }
}

/// Draws the form in the lower part of `area`; returns where text is being typed.
pub(in crate::tui) fn draw(app: &App, export: &Export, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let ui = &app.ui;
    let height = (Entry::ALL.len() as u16 + 3).min(area.height);
    let area = Rect { y: area.bottom() - height, height, ..area };
    super::clear(area, ui, buf);
    let width = usize::from(area.width);
    let title = Row::new().put("── ", ui.style(Role::Rule)).put("export ", ui.style(Role::Focused));
    let left = width.saturating_sub(title.width());
    title.rule("─", left, ui.style(Role::Rule)).draw(buf, area.x, area.y, area.width);
    let mut cursor = None;
    let said = match (&export.failed, export.busy) {
        (Some(why), _) => Some((why.as_str(), Role::Failed)),
        (None, true) => Some(("writing…", Role::Accent)),
        (None, false) => None,
    };
    let entries = export.entries();
    let room = usize::from(height).saturating_sub(1 + usize::from(said.is_some()));
    let here = entries.iter().position(|entry| *entry == export.at).unwrap_or_default();
    let top = (here + 1).saturating_sub(room);
    for (y, entry) in (area.y + 1..area.bottom()).zip(entries.into_iter().skip(top).take(room)) {
        let here = entry == export.at;
        let row = mark(here, ui);
        let row = row.cell(entry.name(), NAME, ui.style(Role::Dim)).fill_by(1);
        let room = width.saturating_sub(row.width() + 1);
        let role = if entry == Entry::Secrets && export.unmasked { Role::Warning } else { Role::Text };
        if here && entry == Entry::File {
            let (text, column) = super::ask::window(&export.line, room);
            let x = area.x + (row.width() + column) as u16;
            cursor = Some(Position { x: x.min(area.right().saturating_sub(1)), y });
            row.safe(&text, ui.style(role)).draw(buf, area.x, y, area.width);
        } else {
            row.cut(&export.value(entry), room, ui.style(role)).draw(buf, area.x, y, area.width);
        }
    }
    if let Some((said, role)) = said {
        let line = Row::new().fill(1).cut(said, width.saturating_sub(2), ui.style(role));
        line.draw(buf, area.x, area.bottom() - 1, area.width);
    }
    cursor
}

/// How many events, in words.
pub(in crate::tui) fn counted(count: usize) -> String {
    words::plural(count as u64, "event")
}
