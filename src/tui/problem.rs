//! What is wrong with a file of keys or of a theme, told so that a person can mend it.
//!
//! It reads text that somebody else has already loaded; it opens no file.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as the user knows it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The key path it is about (`lists.open`); empty when the file is no TOML at all.
    pub key: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it, where something can be said.
    pub help: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "`{}`: ", self.key)?;
        }
        f.write_str(&self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

impl std::error::Error for Problem {}

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
        let (line, column) = self.place(at.start);
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line,
            column,
            key: key.to_owned(),
            message: message.to_owned(),
            help,
        });
    }

    /// Line and column of a byte of the text, both counted from 1.
    pub(super) fn place(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
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

/// "did you mean" for the name nearest to `word`, when one is near enough to have been meant.
pub(super) fn did_you_mean<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_file_line_column_key_and_help() {
        let mut reader = Reader::new("keys.toml", "[lists]\nöpen = 1\n");
        reader.note(11..12, "lists.open", "is no key", Some("did you mean `x`?".into()));
        assert_eq!(
            reader.problems[0].to_string(),
            "keys.toml:2:3: `lists.open`: is no key; did you mean `x`?"
        );
    }

    #[test]
    fn text_that_is_no_toml_is_a_problem_with_a_place() {
        let mut reader = Reader::new("x.toml", "a = 1\nb = [\n");
        assert!(reader.parse().is_none());
        assert!(reader.problems[0].line >= 2, "{:?}", reader.problems);
    }

    #[test]
    fn only_a_near_name_is_offered() {
        let names = ["open", "open-lifecycle", "quit"];
        assert_eq!(did_you_mean("opne", names), Some("did you mean `open`?".into()));
        assert_eq!(did_you_mean("open-lifecicle", names), Some("did you mean `open-lifecycle`?".into()));
        assert_eq!(did_you_mean("zebra", names), None);
    }
}
