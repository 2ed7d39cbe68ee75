//! Text to tokens: one pass, every byte looked at a bounded number of times.
//!
//! What a token means is not decided here; only the shape of values depends on the key before them
//! (`field:` takes changes, directives one word). Grammar: a leading `-` or `!` negates, inside a word
//! it is a character; `AND`, `OR` and `NOT` count only in upper case and alone.

use std::ops::Range;

use super::error::{ErrorKind, QueryError};
use super::fields::{self, Kind};

/// A piece of a query and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) span: Range<usize>,
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    Text(RawValue),
    Key { key: Range<usize>, values: RawValues },
}

/// What follows a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RawValues {
    Alternatives(Vec<RawAlternative>),
    Changes(Vec<RawChange>),
    Word(Range<usize>),
}

/// One of the values between commas: `[cmp] value`, `[cmp] a..b`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawAlternative {
    pub(super) span: Range<usize>,
    pub(super) comparison: Option<Comparison>,
    pub(super) low: Option<RawValue>,
    pub(super) is_range: bool,
    pub(super) high: Option<RawValue>,
}

/// `path`, `path->value` or `path<-value`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawChange {
    pub(super) span: Range<usize>,
    pub(super) path: Option<RawValue>,
    pub(super) arrow: Option<(Arrow, Option<RawValue>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrow {
    To,
    From,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawValue {
    pub(super) span: Range<usize>,
    pub(super) shape: Shape,
    /// Without quotes, slashes and escapes.
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Bare,
    Quoted,
    Regex { any_case: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Exact,
    Loose,
    AtLeast,
    AtMost,
    Above,
    Below,
}

/// Longer signs first, so that `>=` is not read as `>`.
const COMPARISONS: &[(&str, Comparison)] = &[
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    (">", Comparison::Above),
    ("<", Comparison::Below),
    ("=", Comparison::Exact),
    ("~", Comparison::Loose),
];

const OPERATORS: &[(&str, TokenKind)] =
    &[("AND", TokenKind::And), ("OR", TokenKind::Or), ("NOT", TokenKind::Not)];

/// The tokens of `text`. It fails on an unclosed quote and on a minus with nothing behind it.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut lexer = Lexer::new(text);
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

/// Where a regular expression may end: slashes without an odd number of backslashes before them, and
/// with white space, `)`, `,` or the end behind them or behind their `i`. Found once for the whole text:
/// looking for them from every opening slash would take quadratic time.
fn closing_slashes(text: &str) -> Vec<usize> {
    let mut escaped = false;
    text.char_indices()
        .filter_map(|(at, c)| {
            let here = c == '/' && !escaped;
            escaped = c == '\\' && !escaped;
            let rest = &text[at + c.len_utf8()..];
            let rest = rest.strip_prefix('i').unwrap_or(rest);
            (here && rest.chars().next().is_none_or(|c| c.is_whitespace() || c == ')' || c == ','))
                .then_some(at)
        })
        .collect()
}

pub(super) fn is_key_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_key_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

fn ends_text(c: char) -> bool {
    c.is_whitespace() || c == '(' || c == ')'
}

fn ends_value(c: char) -> bool {
    ends_text(c) || c == ','
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    closing: Vec<usize>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self::from(text, 0)
    }

    /// A lexer that begins at the byte `at`.
    pub(super) fn from(text: &'a str, at: usize) -> Self {
        Self { text, at, closing: closing_slashes(text) }
    }

    /// How far it has come, in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn skip_space(&mut self) {
        self.take_until(|c| !c.is_whitespace());
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn take(&mut self, sign: &str) -> bool {
        let taken = self.rest().starts_with(sign);
        if taken {
            self.at += sign.len();
        }
        taken
    }

    fn take_until(&mut self, ends: impl Fn(char) -> bool) -> Range<usize> {
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        let start = self.at;
        self.at += length;
        start..self.at
    }

    pub(super) fn next(&mut self) -> Result<Option<Token>, QueryError> {
        self.skip_space();
        let start = self.at;
        let Some(c) = self.peek() else { return Ok(None) };
        let kind = match c {
            '(' | ')' => {
                self.at += 1;
                if c == '(' { TokenKind::Open } else { TokenKind::Close }
            }
            '-' | '!' => {
                self.at += 1;
                if self.peek().is_none_or(|next| next.is_whitespace() || next == ')') {
                    return Err(QueryError::new(
                        ErrorKind::LoneMinus,
                        start..self.at,
                        format!("`{c}` negates what follows it without a space, and nothing does"),
                    )
                    .hint(format!("quote it to look for the character: `\"{c}\"`"))
                    .fix(start..self.at, ""));
                }
                TokenKind::Not
            }
            _ => self.term()?,
        };
        Ok(Some(Token { span: start..self.at, kind }))
    }

    fn term(&mut self) -> Result<TokenKind, QueryError> {
        if let Some(key) = self.key() {
            let values = self.values(key.clone())?;
            return Ok(TokenKind::Key { key, values });
        }
        if let Some(value) = self.delimited()? {
            return Ok(TokenKind::Text(value));
        }
        let span = self.take_until(ends_text);
        let word = &self.text[span.clone()];
        Ok(OPERATORS.iter().find(|(operator, _)| *operator == word).map_or_else(
            || TokenKind::Text(RawValue { shape: Shape::Bare, text: word.to_owned(), span: span.clone() }),
            |(_, kind)| kind.clone(),
        ))
    }

    /// A key and its colon, where the text goes on with one.
    pub(super) fn key(&mut self) -> Option<Range<usize>> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        let length = if first == '@' {
            rest.find(|c| ends_value(c) || c == ':' || c == '"').filter(|length| *length > 1)?
        } else if is_key_start(first) {
            rest.find(|c| !is_key_char(c))?
        } else {
            return None;
        };
        let after = rest[length..].strip_prefix(':')?;
        if first != '@' && after.starts_with("//") {
            return None;
        }
        let key = self.at..self.at + length;
        self.at = key.end + 1;
        Some(key)
    }

    fn values(&mut self, key: Range<usize>) -> Result<RawValues, QueryError> {
        let key = &self.text[key];
        if fields::directive(key).is_some() {
            return Ok(RawValues::Word(self.take_until(ends_text)));
        }
        if fields::field(key).is_some_and(|field| matches!(field.kind, Kind::Change)) {
            let mut changes = vec![self.change()?];
            while self.take(",") {
                changes.push(self.change()?);
            }
            return Ok(RawValues::Changes(changes));
        }
        let mut alternatives = vec![self.alternative()?];
        while self.take(",") {
            alternatives.push(self.alternative()?);
        }
        Ok(RawValues::Alternatives(alternatives))
    }

    pub(super) fn alternative(&mut self) -> Result<RawAlternative, QueryError> {
        let start = self.at;
        let comparison =
            COMPARISONS.iter().find(|(sign, _)| self.take(sign)).map(|(_, comparison)| *comparison);
        let (mut low, mut is_range, mut high) = (self.delimited()?, false, None);
        if low.is_some() {
            if self.take("..") {
                (is_range, high) = (true, self.value()?);
            }
        } else {
            let whole = self.take_until(ends_value);
            if let Some(dots) = self.text[whole.clone()].find("..") {
                low = self.bare(whole.start..whole.start + dots);
                is_range = true;
                self.at = whole.start + dots + 2;
                high = self.value()?;
            } else {
                low = self.bare(whole);
            }
        }
        Ok(RawAlternative { span: start..self.at, comparison, low, is_range, high })
    }

    fn change(&mut self) -> Result<RawChange, QueryError> {
        let start = self.at;
        let path = if let Some(path) = self.delimited()? {
            Some(path)
        } else {
            let rest = self.rest();
            let end = rest.find(ends_value).unwrap_or(rest.len());
            let arrow = [rest[..end].find("->"), rest[..end].find("<-")].into_iter().flatten().min();
            let span = self.at..self.at + arrow.unwrap_or(end);
            self.at = span.end;
            self.bare(span)
        };
        let arrow = if self.take("->") {
            Some((Arrow::To, self.value()?))
        } else if self.take("<-") {
            Some((Arrow::From, self.value()?))
        } else {
            None
        };
        Ok(RawChange { span: start..self.at, path, arrow })
    }

    fn value(&mut self) -> Result<Option<RawValue>, QueryError> {
        if let Some(value) = self.delimited()? {
            return Ok(Some(value));
        }
        let span = self.take_until(ends_value);
        Ok(self.bare(span))
    }

    fn bare(&self, span: Range<usize>) -> Option<RawValue> {
        let text = self.text[span.clone()].to_owned();
        (!text.is_empty()).then_some(RawValue { span, shape: Shape::Bare, text })
    }

    /// A value in quotes or slashes, where the text goes on with one.
    fn delimited(&mut self) -> Result<Option<RawValue>, QueryError> {
        match self.peek() {
            Some('"') => self.quoted().map(Some),
            Some('/') => Ok(self.regex()),
            _ => Ok(None),
        }
    }

    fn quoted(&mut self) -> Result<RawValue, QueryError> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.text[start + 1..].char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at = start + 1 + at + 1;
                    return Ok(RawValue { span: start..self.at, shape: Shape::Quoted, text });
                }
                '\\' => {
                    let escaped = chars.next_if(|(_, next)| matches!(next, '"' | '\\'));
                    text.push(escaped.map_or('\\', |(_, next)| next));
                }
                _ => text.push(c),
            }
        }
        // A backslash at the very end would escape the quotation mark that closes the text.
        let dangling = self.text.len() - self.text.trim_end_matches('\\').len();
        let close = if dangling % 2 == 1 { "\\\"" } else { "\"" };
        Err(QueryError::new(ErrorKind::UnclosedQuote, start..self.text.len(), "this quote is not closed")
            .fix(self.text.len()..self.text.len(), close))
    }

    fn regex(&mut self) -> Option<RawValue> {
        let (start, first) = (self.at, self.at + 1);
        let close = *self.closing.get(self.closing.partition_point(|at| *at < first))?;
        // Two slashes with nothing between them are text.
        if close == first {
            return None;
        }
        let text = self.text[first..close].to_owned();
        self.at = close + 1;
        let any_case = self.take("i");
        Some(RawValue { span: start..self.at, shape: Shape::Regex { any_case }, text })
    }
}
