//! What is wrong with a configuration file, told so that a person can mend it.
//!
//! A configuration file can hold a secret by mistake. A problem therefore never quotes a value that
//! nobody has recognised as harmless, and shows a line of the file only when none of it was withheld.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::{feed, tui};

/// One thing that is wrong with a file or with the place it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as the user knows it.
    pub file: String,
    /// The line, counted from 1; 0 when the problem is about the file as a whole.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// The key with its tables, such as `source.vars.tenant`; empty for the file as a whole.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    excerpt: Option<Box<Excerpt>>,
}

/// The line of the file that a problem is about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Excerpt {
    line: String,
    /// The bytes of the line to point at.
    span: Range<usize>,
}

impl Problem {
    /// A problem with a file as a whole.
    pub(super) fn about_file(file: String, message: String, help: Option<String>) -> Self {
        Self { file, line: 0, column: 0, key: String::new(), message, help, excerpt: None }
    }

    /// A problem at a place that was noted earlier.
    pub(super) fn at(place: &Place, key: String, message: String, help: Option<String>) -> Self {
        let Place { file, line, column } = place.clone();
        Self { file, line, column, key, message, help, excerpt: None }
    }

    /// The problem over several lines for a terminal, with the line of the file where it may be shown;
    /// with escape sequences for colours if `colour`.
    pub fn report(&self, colour: bool) -> String {
        let title = self.title();
        let title = Level::ERROR.primary_title(title.as_str());
        let mut report = vec![match self.excerpt.as_deref() {
            Some(Excerpt { line, span }) => title.element(
                Snippet::source(line.as_str())
                    .path(self.file.as_str())
                    .line_start(self.line)
                    .annotation(AnnotationKind::Primary.span(span.clone())),
            ),
            None if self.line == 0 => title.element(Origin::path(self.file.as_str())),
            None => title.element(Origin::path(self.file.as_str()).line(self.line).char_column(self.column)),
        }];
        if let Some(help) = &self.help {
            report =
                report.into_iter().map(|group| group.element(Level::HELP.message(help.as_str()))).collect();
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&report)
    }

    fn title(&self) -> String {
        if self.key.is_empty() { self.message.clone() } else { format!("`{}`: {}", self.key, self.message) }
    }
}

/// One line: `config.toml:7:1: `source.vars.tenant`: what is wrong; what to do`.
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

impl From<feed::Problem> for Problem {
    fn from(problem: feed::Problem) -> Self {
        let feed::Problem { file, line, column, key, message, help } = problem;
        Self { file, line, column, key, message, help, excerpt: None }
    }
}

impl From<tui::problem::Problem> for Problem {
    fn from(problem: tui::problem::Problem) -> Self {
        let tui::problem::Problem { file, line, column, key, message, help } = problem;
        Self { file, line, column, key, message, help, excerpt: None }
    }
}

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

/// A file that is being read, and what was found wrong with it so far.
pub(super) struct Reader<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
    notes: Vec<(Range<usize>, Problem)>,
    withheld: Vec<Range<usize>>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, notes: Vec::new(), withheld: Vec::new() }
    }

    /// Notes what is wrong at the bytes `at` of the text.
    pub(super) fn note(
        &mut self,
        at: &Range<usize>,
        key: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let problem = Problem::at(&self.place(at.start), key.to_owned(), message.into(), Some(help.into()));
        self.notes.push((at.clone(), problem));
    }

    /// Takes over a problem that another reader found.
    pub(super) fn adopt(&mut self, problem: impl Into<Problem>) {
        self.notes.push((usize::MAX..usize::MAX, problem.into()));
    }

    /// Makes sure that no line which holds a part of these bytes is ever shown.
    pub(super) fn withhold(&mut self, at: &Range<usize>) {
        self.withheld.push(at.clone());
    }

    /// Makes sure that no line of the file is ever shown.
    pub(super) fn withhold_all(&mut self) {
        self.withheld.push(0..self.text.len() + 1);
    }

    /// The place of a byte of the text.
    pub(super) fn place(&self, byte: usize) -> Place {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.notes.is_empty()
    }

    /// Everything that was noted, in the order of the file.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.notes.sort_by_key(|(at, _)| at.start);
        let notes = std::mem::take(&mut self.notes);
        notes.into_iter().map(|(at, problem)| Problem { excerpt: self.excerpt(&at), ..problem }).collect()
    }

    fn excerpt(&self, at: &Range<usize>) -> Option<Box<Excerpt>> {
        let start = self.text.get(..at.start)?.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[start..].lines().next()?;
        let end = start + line.len();
        if self.withheld.iter().any(|secret| secret.start <= end && start < secret.end) {
            return None;
        }
        let span = at.start - start..at.end.clamp(at.start, end) - start;
        Some(Box::new(Excerpt { line: line.to_owned(), span }))
    }
}

/// `did you mean …?` for a name that is near one of `known`, else what can be written.
pub(super) fn did_you_mean<'n>(word: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    nearest(word, &known).unwrap_or_else(|| match known.as_slice() {
        [] => "remove it".to_owned(),
        [only] => format!("only `{only}` can stand here"),
        all => format!("what can stand here is `{}`", all.join("`, `")),
    })
}

/// `did you mean …?` for a name that is near enough to one of `known` to have been meant.
pub(super) fn nearest(word: &str, known: &[&str]) -> Option<String> {
    let lower = word.to_lowercase();
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&lower, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| format!("did you mean `{name}`?"))
}
