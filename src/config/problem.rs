//! What is wrong with a configuration file, with the line that it is about.
//!
//! A configuration file can hold a secret by mistake. A problem therefore never quotes a value that
//! nobody has recognised as harmless, and shows a line of the file only when none of it was withheld.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::domain::{Place, Problem};

/// A problem and, where it may be shown, the line of the file that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong.
    pub problem: Problem,
    excerpt: Option<Excerpt>,
}

/// The line of the file that a problem is about.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Excerpt {
    line: String,
    /// The bytes of the line to point at.
    span: Range<usize>,
}

impl Diagnostic {
    /// The problem over several lines, drawn for a terminal without colours.
    pub fn report(&self) -> String {
        let Problem { file, line, column, help, .. } = &self.problem;
        let title = self.problem.title();
        let title = Level::ERROR.primary_title(title.as_str());
        let mut group = match &self.excerpt {
            Some(Excerpt { line: text, span }) => title.element(
                Snippet::source(text.as_str())
                    .path(file.as_str())
                    .line_start(*line)
                    .annotation(AnnotationKind::Primary.span(span.clone())),
            ),
            None if *line == 0 => title.element(Origin::path(file.as_str())),
            None => title.element(Origin::path(file.as_str()).line(*line).char_column(*column)),
        };
        if let Some(help) = help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        Renderer::plain().render(&[group])
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl From<Problem> for Diagnostic {
    fn from(problem: Problem) -> Self {
        Self { problem, excerpt: None }
    }
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
        let problem = Problem::at(self.place(at.start), key, message, Some(help.into()));
        self.notes.push((at.clone(), problem));
    }

    /// Takes over a problem that another reader found.
    pub(super) fn adopt(&mut self, problem: Problem) {
        self.notes.push((usize::MAX..usize::MAX, problem));
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
        Place::of(self.file, self.text, byte)
    }

    pub(super) fn is_clean(&self) -> bool {
        self.notes.is_empty()
    }

    /// Everything that was noted, in the order of the file.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.notes.sort_by_key(|(at, _)| at.start);
        let notes = std::mem::take(&mut self.notes);
        notes.into_iter().map(|(at, problem)| Diagnostic { excerpt: self.excerpt(&at), problem }).collect()
    }

    fn excerpt(&self, at: &Range<usize>) -> Option<Excerpt> {
        let start = self.text.get(..at.start)?.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[start..].lines().next()?;
        let end = start + line.len();
        if self.withheld.iter().any(|secret| secret.start <= end && start < secret.end) {
            return None;
        }
        let span = at.start - start..at.end.clamp(at.start, end) - start;
        Some(Excerpt { line: line.to_owned(), span })
    }
}
