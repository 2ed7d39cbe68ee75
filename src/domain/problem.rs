//! What is wrong with a file that a person wrote, and where.

use std::fmt;

/// One thing that is wrong with a file: where it is, what it is, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as the user knows it.
    pub file: String,
    /// The line, counted from 1; 0 when the problem is about the file as a whole.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// The key with its tables, such as `source.vars.tenant`; empty where no key is to blame.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem with a file as a whole.
    pub fn about_file(file: impl Into<String>, message: impl Into<String>, help: Option<String>) -> Self {
        let (file, message) = (file.into(), message.into());
        Self { file, line: 0, column: 0, key: String::new(), message, help }
    }

    /// A problem at a place.
    pub fn at(
        place: Place,
        key: impl Into<String>,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Self {
        let Place { file, line, column } = place;
        Self { file, line, column, key: key.into(), message: message.into(), help }
    }

    /// The key and what is wrong with it.
    pub fn title(&self) -> String {
        if self.key.is_empty() { self.message.clone() } else { format!("`{}`: {}", self.key, self.message) }
    }
}

/// One line: file, line and column, the key between backticks, what is wrong; what to do.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.title())?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

impl std::error::Error for Problem {}

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the user knows it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
}

impl Place {
    /// The place of the byte `at` of `text`, the content of `file`. A byte beyond the text, or within a
    /// character, counts as the end of the text.
    pub fn of(file: &str, text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_line_that_leaves_out_what_it_does_not_know() {
        let place = Place::of("keys.toml", "[lists]\nöpen = 1\n", 14);
        let help = || Some("did you mean `x`?".to_owned());
        for (problem, line) in [
            (
                Problem::at(place.clone(), "lists.open", "is no key", help()),
                "keys.toml:2:6: `lists.open`: is no key; did you mean `x`?",
            ),
            (Problem::at(place, "", "is no TOML", None), "keys.toml:2:6: is no TOML"),
            (
                Problem::about_file("keys.toml", "cannot be read", help()),
                "keys.toml: cannot be read; did you mean `x`?",
            ),
        ] {
            assert_eq!(problem.to_string(), line);
        }
    }

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let text = "a\r\nöö\n\nb";
        for (at, line, column) in
            [(0, 1, 1), (1, 1, 2), (3, 2, 1), (5, 2, 2), (8, 3, 1), (9, 4, 1), (10, 4, 2), (99, 4, 2)]
        {
            assert_eq!(Place::of("f", text, at), Place { file: "f".into(), line, column }, "{at}");
        }
    }
}
