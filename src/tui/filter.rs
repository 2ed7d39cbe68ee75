//! The filter line: what is typed, what is in force, and the way back.
//!
//! While the line is edited, every text that can be read is in force at once, as a preview; a text that
//! can not be read leaves the last one in force. Accepting keeps the text, cancelling brings back the one
//! that was there before. It never asks for anything itself: each method says whether another query is in
//! force now.

use ratatui::crossterm::event::KeyEvent;

use super::line::Line;
use crate::query::{self, Context, Fix, Mention, Note, Query, QueryError, Reading};

/// How many filters can be gone back to.
const HISTORY: usize = 100;

/// The filter line.
#[derive(Debug)]
pub(super) struct Filter {
    line: Line,
    editing: bool,
    /// The text that was in force when editing began, else the one in force.
    applied: String,
    query: Query,
    /// The query in force leaves out what is being typed.
    looks_past: bool,
    /// What is worth knowing about the query in force, from its text alone.
    notes: Vec<Note>,
    mentions: Vec<Mention>,
    error: Option<QueryError>,
    undo: Vec<String>,
    redo: Vec<String>,
    /// The place in the lines used before, while one of them is shown, and what was typed before that.
    recalled: Option<(usize, String)>,
}

impl Filter {
    /// A filter with `text` in force; if it can not be read, all events are shown and the error stands.
    pub(super) fn new(text: &str, context: &Context) -> Self {
        let mut filter = Self {
            line: Line::new(text),
            editing: false,
            applied: text.to_owned(),
            query: Query::all(),
            looks_past: false,
            notes: Vec::new(),
            mentions: Vec::new(),
            error: None,
            undo: Vec::new(),
            redo: Vec::new(),
            recalled: None,
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
        self.line.text()
    }

    /// The text that is kept when editing ends without being accepted.
    pub(super) fn applied(&self) -> &str {
        &self.applied
    }

    /// The place of the cursor, in characters from the start of the text.
    pub(super) fn cursor(&self) -> usize {
        self.line.cursor()
    }

    /// The same in bytes.
    pub(super) fn cursor_byte(&self) -> usize {
        self.line.cursor_byte()
    }

    /// Whether keys go to the line.
    pub(super) fn editing(&self) -> bool {
        self.editing
    }

    /// What is wrong with the text in the line.
    pub(super) fn error(&self) -> Option<&QueryError> {
        self.error.as_ref()
    }

    /// What is worth knowing about the query in force, from its text alone.
    pub(super) fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// What the query in force mentions.
    pub(super) fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// Whether the text asks for anything.
    pub(super) fn is_empty(&self) -> bool {
        self.text().trim().is_empty()
    }

    /// Begins to edit, with the cursor at the end.
    pub(super) fn edit(&mut self) {
        self.editing = true;
        self.recalled = None;
        self.line = Line::new(&self.applied);
    }

    /// Takes a key that is no command.
    pub(super) fn key(&mut self, key: KeyEvent, context: &Context) -> bool {
        let changed = self.line.key(key);
        self.recalled = self.recalled.take().filter(|_| !changed);
        changed && self.read(context)
    }

    /// Takes pasted text; line breaks become spaces.
    pub(super) fn paste(&mut self, text: &str, context: &Context) -> bool {
        self.recalled = None;
        self.line.paste(text);
        self.read(context)
    }

    /// Edits the line as `fix` says, with the cursor behind what it put.
    pub(super) fn put(&mut self, fix: &Fix, context: &Context) -> bool {
        self.recalled = None;
        self.line.put(fix.span.clone(), &fix.replacement);
        self.read(context)
    }

    /// The edit that mends what is wrong, or what is odd where nothing is wrong.
    pub(super) fn mending(&self) -> Option<Fix> {
        match &self.error {
            Some(error) => error.fix.clone(),
            None => self.notes.iter().find_map(|note| note.fix.clone()),
        }
    }

    /// Puts an older or newer one of `lines`, which stand latest first, in the place of what is typed; what
    /// was typed comes back after the latest.
    pub(super) fn recall(&mut self, older: bool, lines: &[String], context: &Context) -> bool {
        let here = self.recalled.as_ref().map(|(place, _)| *place);
        let begins = |line: &&String| here.is_some() || **line != self.text();
        let next = match here {
            None if older => lines.iter().take(2).position(|line| begins(&line)),
            None => None,
            Some(here) if older => Some(here + 1).filter(|next| *next < lines.len()),
            Some(0) => {
                let typed = self.recalled.take().map(|(_, typed)| typed).unwrap_or_default();
                self.line = Line::new(&typed);
                return self.read(context);
            }
            Some(here) => Some(here - 1),
        };
        let Some(next) = next else { return false };
        let typed = match self.recalled.take() {
            Some((_, typed)) => typed,
            None => self.text().to_owned(),
        };
        self.recalled = Some((next, typed));
        self.line = Line::new(&lines[next]);
        self.read(context)
    }

    /// Ends editing and keeps the text. With an error in it, editing goes on.
    pub(super) fn accept(&mut self, context: &Context) -> bool {
        self.editing = false;
        let changed = self.read(context);
        self.editing = self.error.is_some();
        if self.error.is_none() {
            let text = self.text().trim().to_owned();
            self.remember(text);
        }
        changed
    }

    /// Ends editing and brings back the text from before.
    pub(super) fn cancel(&mut self, context: &Context) -> bool {
        self.editing = false;
        self.line = Line::new(&self.applied);
        self.read(context)
    }

    /// Puts `text` in the line that is being edited.
    pub(super) fn type_in(&mut self, text: &str, context: &Context) -> bool {
        self.editing = true;
        self.recalled = None;
        self.line = Line::new(text);
        self.read(context)
    }

    /// Puts `text` in force, as if it had been typed and accepted.
    pub(super) fn set(&mut self, text: &str, context: &Context) -> bool {
        self.line = Line::new(text);
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

    /// Puts `query` in force until the line changes or is accepted. What is to be said of the line is still
    /// to be said.
    pub(super) fn look_past(&mut self, query: Query) {
        (self.query, self.looks_past) = (query, true);
    }

    /// Whether the query in force leaves out what is being typed.
    pub(super) fn looks_past(&self) -> bool {
        self.looks_past
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
        let text = self.line.text();
        let (reading, error) = match read(text, context) {
            Ok(reading) => (Some(reading), None),
            // `acton` may have found nothing as a word; as a key that is none it has no say.
            Err(error) if self.editing => (read(before(text, error.span.start), context).ok(), Some(error)),
            Err(error) => (None, Some(error)),
        };
        self.error = error;
        let Some(Reading { query, notes, mentions }) = reading else { return false };
        (self.notes, self.mentions, self.looks_past) = (notes, mentions, false);
        let changed = query != self.query;
        self.query = query;
        changed
    }
}

/// The whole terms of `text` before the one that holds the byte `at`.
fn before(text: &str, at: usize) -> &str {
    let start = text.get(..at).unwrap_or_default();
    start.rfind(char::is_whitespace).map_or("", |end| &start[..end])
}
