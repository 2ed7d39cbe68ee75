//! Reading a file of keys or of a theme entry by entry, with every mistake in it noted.
//!
//! It reads text that somebody else has already loaded; it opens no file.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::{Place, Problem};

/// One entry of a TOML table: its key, where the key stands in the text, and its value.
pub(super) struct Entry<'a> {
    pub(super) key: String,
    pub(super) span: Range<usize>,
    pub(super) value: &'a Spanned<DeValue<'a>>,
}

/// A file that is being read, and what was found wrong with it so far.
pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, problems: Vec::new() }
    }

    /// Parses the text; `None`, with the problems noted, when it is no TOML.
    pub(super) fn parse(&mut self) -> Option<Spanned<DeTable<'a>>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            self.note(error.span().unwrap_or(0..0), "", error.message(), None);
        }
        errors.is_empty().then_some(table)
    }

    pub(super) fn note(&mut self, at: Range<usize>, key: &str, message: &str, help: Option<String>) {
        self.problems.push(Problem::at(self.place(at.start), key, message, help));
    }

    /// The place of a byte of the text.
    pub(super) fn place(&self, byte: usize) -> Place {
        Place::of(self.file, self.text, byte)
    }
}

/// The entries of a table in the order they stand in the file.
pub(super) fn entries<'a>(table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = table
        .iter()
        .map(|(key, value)| Entry { key: key.get_ref().to_string(), span: key.span(), value })
        .collect();
    entries.sort_by_key(|entry| entry.span.start);
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_no_toml_is_a_problem_with_a_place() {
        let mut reader = Reader::new("x.toml", "a = 1\nb = [\n");
        assert!(reader.parse().is_none());
        assert!(reader.problems[0].line >= 2, "{:?}", reader.problems);
    }
}
