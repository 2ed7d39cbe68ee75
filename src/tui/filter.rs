//! The filter line: what is typed, what is in force, and the way back.
//!
//! While the line is edited, every text that can be read is in force at once, as a preview; a text that
//! can not be read leaves the last one in force. Accepting keeps the text, cancelling brings back the one
//! that was there before. It never asks for anything itself: each method says whether another query is in
//! force now.

use ratatui::crossterm::event::{Event as Input, KeyEvent};
use tui_input::backend::crossterm::EventHandler as _;

use crate::query::{self, Context, FIELDS, FieldRow, Query, QueryError};

/// How many filters can be gone back to.
const HISTORY: usize = 100;

/// The longest text that is taken in, in bytes: longer ones come from a slipped paste.
const LONGEST: usize = 10_000;

/// The filter line.
#[derive(Debug)]
pub(super) struct Filter {
    input: tui_input::Input,
    editing: bool,
    /// The text that was in force when editing began, else the one in force.
    applied: String,
    query: Query,
    error: Option<QueryError>,
    undo: Vec<String>,
    redo: Vec<String>,
}

impl Filter {
    /// A filter with `text` in force; if it can not be read, all events are shown and the error stands.
    pub(super) fn new(text: &str, context: &Context) -> Self {
        let mut filter = Self {
            input: text.into(),
            editing: false,
            applied: text.to_owned(),
            query: Query::all(),
            error: None,
            undo: Vec::new(),
            redo: Vec::new(),
        };
        filter.read(context);
        filter
    }

    /// The query in force.
    pub(super) fn query(&self) -> &Query {
        &self.query
    }

    /// The text in the line.
    pub(super) fn text(&self) -> &str {
        self.input.value()
    }

    /// The place of the cursor, in characters from the start of the text.
    pub(super) fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// Whether keys go to the line.
    pub(super) fn editing(&self) -> bool {
        self.editing
    }

    /// What is wrong with the text in the line.
    pub(super) fn error(&self) -> Option<&QueryError> {
        self.error.as_ref()
    }

    /// Whether the text asks for anything.
    pub(super) fn is_empty(&self) -> bool {
        self.text().trim().is_empty()
    }

    /// Begins to edit, with the cursor at the end.
    pub(super) fn edit(&mut self) {
        self.editing = true;
        self.input = self.applied.as_str().into();
    }

    /// Takes a key that is no command.
    pub(super) fn key(&mut self, key: KeyEvent, context: &Context) -> bool {
        if self.text().len() >= LONGEST && matches!(key.code, ratatui::crossterm::event::KeyCode::Char(_)) {
            return false;
        }
        let changed = self.input.handle_event(&Input::Key(key));
        changed.is_some_and(|changed| changed.value) && self.read(context)
    }

    /// Takes pasted text; line breaks become spaces.
    pub(super) fn paste(&mut self, text: &str, context: &Context) -> bool {
        let (mut before, after) = {
            let (before, after) = self.text().split_at(self.cursor_byte());
            (before.to_owned(), after.to_owned())
        };
        let room = LONGEST.saturating_sub(before.len() + after.len());
        for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(room / 4) {
            before.push(c);
        }
        let cursor = before.chars().count();
        self.input = tui_input::Input::new(before + &after).with_cursor(cursor);
        self.read(context)
    }

    /// The text from the last space to the cursor, without what negates it.
    pub(super) fn word(&self) -> &str {
        let before = &self.text()[..self.cursor_byte()];
        let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        word.trim_start_matches(['-', '!', '('])
    }

    /// The keys that the word at the cursor may become.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static FieldRow> {
        let word = self.word().to_lowercase();
        FIELDS.iter().filter(move |row| row.key.starts_with(&word))
    }

    /// Mends what is wrong as proposed; where nothing is, completes the key at the cursor.
    pub(super) fn complete(&mut self, context: &Context) -> bool {
        if self.error.is_some() {
            return self.fix(context);
        }
        let (word, Some(row)) = (self.word().chars().count(), self.keys().next()) else { return false };
        if word == 0 {
            return false;
        }
        let at = self.cursor_byte();
        let (before, after) = (&self.text()[..at], &self.text()[at..]);
        let kept: String = before.chars().take(self.cursor() - word).collect();
        let before = format!("{kept}{}:", row.key);
        let cursor = before.chars().count();
        self.input = tui_input::Input::new(before + after).with_cursor(cursor);
        self.read(context)
    }

    /// Puts an older or newer line of the history in the place of what is typed.
    pub(super) fn recall(&mut self, older: bool, context: &Context) -> bool {
        let lines: Vec<&String> = self
            .redo
            .iter()
            .chain([&self.applied])
            .chain(self.undo.iter().rev())
            .filter(|line| !line.is_empty())
            .collect();
        let here = lines.iter().position(|line| *line == self.text());
        let next = match here {
            Some(here) if older => here + 1,
            Some(here) => here.wrapping_sub(1),
            None => 0,
        };
        let Some(line) = lines.get(next) else { return false };
        self.input = line.as_str().into();
        self.read(context)
    }

    fn cursor_byte(&self) -> usize {
        self.text().char_indices().nth(self.cursor()).map_or(self.text().len(), |(at, _)| at)
    }

    fn fix(&mut self, context: &Context) -> bool {
        let Some(fix) = self.error.as_ref().and_then(|error| error.fix.clone()) else { return false };
        let text = self.text();
        let (Some(before), Some(after)) = (text.get(..fix.span.start), text.get(fix.span.end..)) else {
            return false;
        };
        let before = format!("{before}{}", fix.replacement);
        let cursor = before.chars().count();
        self.input = tui_input::Input::new(before + after).with_cursor(cursor);
        self.read(context)
    }

    /// Ends editing and keeps the text. With an error in it, editing goes on.
    pub(super) fn accept(&mut self, context: &Context) -> bool {
        self.editing = false;
        let changed = self.read(context);
        self.editing = self.error.is_some();
        if self.error.is_none() {
            let text = self.text().to_owned();
            self.remember(text);
        }
        changed
    }

    /// Ends editing and brings back the text from before.
    pub(super) fn cancel(&mut self, context: &Context) -> bool {
        self.editing = false;
        self.input = self.applied.as_str().into();
        self.read(context)
    }

    /// Puts `text` in force, as if it had been typed and accepted.
    pub(super) fn set(&mut self, text: &str, context: &Context) -> bool {
        self.input = text.into();
        self.editing = false;
        let changed = self.read(context);
        self.remember(text.to_owned());
        changed
    }

    /// Goes back to the filter before this one.
    pub(super) fn undo(&mut self, context: &Context) -> Option<bool> {
        let text = self.undo.pop()?;
        self.redo.push(std::mem::replace(&mut self.applied, text));
        Some(self.cancel(context))
    }

    /// Takes back the last [`Filter::undo`].
    pub(super) fn redo(&mut self, context: &Context) -> Option<bool> {
        let text = self.redo.pop()?;
        self.undo.push(std::mem::replace(&mut self.applied, text));
        Some(self.cancel(context))
    }

    /// Reads the text in force again: `since:1h` means another hour by now.
    pub(super) fn renew(&mut self, context: &Context) -> bool {
        self.error.is_none() && self.read(context)
    }

    fn remember(&mut self, text: String) {
        if text != self.applied {
            self.redo.clear();
            self.undo.push(std::mem::replace(&mut self.applied, text));
            if self.undo.len() > HISTORY {
                self.undo.remove(0);
            }
        }
    }

    /// Reads the text in the line; says whether another query is in force now.
    fn read(&mut self, context: &Context) -> bool {
        // A quote or a parenthesis that is still open is no mistake while one types.
        let read = if self.editing { query::preview } else { query::read };
        let text = self.input.value();
        let (reading, error) = match read(text, context) {
            Ok(reading) => (Some(reading), None),
            // `acton` may have found nothing as a word; as a key that is none it has no say.
            Err(error) if self.editing => (read(before(text, error.span.start), context).ok(), Some(error)),
            Err(error) => (None, Some(error)),
        };
        self.error = error;
        match reading.map(|reading| reading.query) {
            Some(query) if query != self.query => {
                self.query = query;
                true
            }
            _ => false,
        }
    }
}

/// The whole terms of `text` before the one that holds the byte `at`.
fn before(text: &str, at: usize) -> &str {
    let start = text.get(..at).unwrap_or_default();
    start.rfind(char::is_whitespace).map_or("", |end| &start[..end])
}
