//! What is wrong with a query, where, and the edit that puts it right.

use std::ops::Range;

/// A query that cannot be understood. Spans are byte offsets into the text that was parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", hint.as_ref().map(|hint| format!(": {hint}")).unwrap_or_default())]
pub struct QueryError {
    /// The part of the text that is wrong.
    pub span: Range<usize>,
    /// The sort of mistake, for programs.
    pub kind: ErrorKind,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// What to know or do, where there is no single edit that helps.
    pub hint: Option<String>,
    /// The edit that is most likely meant.
    pub fix: Option<Fix>,
}

/// An edit of the text of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What to replace, in bytes; empty where something is to be put in.
    pub span: Range<usize>,
    /// What to put there.
    pub replacement: String,
}

impl Fix {
    /// `text` after the edit; unchanged where the span does not fit the text.
    pub fn apply(&self, text: &str) -> String {
        match (text.get(..self.span.start), text.get(self.span.end..)) {
            (Some(before), Some(after)) => format!("{before}{}{after}", self.replacement),
            _ => text.to_owned(),
        }
    }
}

/// The sorts of mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A word before a colon that is no key.
    UnknownKey,
    /// Nothing after a colon, a comma, a comparison or an arrow.
    NoValue,
    /// A quotation mark without its partner.
    UnclosedQuote,
    /// An opening parenthesis without its partner.
    UnclosedParenthesis,
    /// A closing parenthesis without its partner.
    UnopenedParenthesis,
    /// `AND`, `OR` or `NOT` with nothing to work on, or nothing between parentheses.
    NoOperand,
    /// A minus or exclamation mark with nothing directly behind it.
    LoneMinus,
    /// A time that cannot be read.
    BadTime,
    /// A number that cannot be read.
    BadNumber,
    /// A comparison or range on something that has no order, or where it makes no sense.
    BadComparison,
    /// A range that can hold nothing.
    EmptyRange,
    /// A regular expression that cannot be read, or a path that cannot be one.
    BadPattern,
    /// A value outside a closed list.
    UnknownWord,
    /// A directive in parentheses, negated or as one side of an `OR`.
    NestedDirective,
    /// Parentheses deeper than any reader can follow, or patterns larger than they may be.
    TooLarge,
    /// `@me` where the configuration does not say who that is.
    NobodyIsMe,
}

impl QueryError {
    pub(super) fn new(kind: ErrorKind, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, kind, message: message.into(), hint: None, fix: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn fix(mut self, span: Range<usize>, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// Whether the text may only be unfinished: the mistakes that [`super::preview`] looks past.
    pub fn is_unfinished(&self) -> bool {
        matches!(self.kind, ErrorKind::UnclosedQuote | ErrorKind::UnclosedParenthesis)
    }
}

/// `a, b or c`.
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
