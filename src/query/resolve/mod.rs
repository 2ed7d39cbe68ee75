//! Raw terms to terms: keys are looked up, values are read as what the key takes.

mod ordered;

use std::ops::Range;

use crate::domain::{Timestamp, Zone, nearest};

use super::Context;
use super::advice::{Mention, Named, Note};
use super::ast::{ChangeTest, Side, Term, Test};
use super::error::{ErrorKind, QueryError, listed};
use super::expression::BadExpression;
use super::fields::{self, Compare, DIRECTIVES, FIELDS, FieldRow, Kind, PartKind, Word};
use super::lex::{Arrow, Comparison, RawAlternative, RawChange, RawValue, RawValues, Shape};
use super::text::Pattern;

/// Each compiled pattern takes time and memory; nobody types more than a few.
const MOST_PATTERNS: usize = 16;

pub(super) struct Resolver<'a> {
    text: &'a str,
    context: &'a Context,
    zone: Zone,
    patterns: usize,
    pub(super) notes: Vec<Note>,
    pub(super) mentions: Vec<Mention>,
}

type Answer<T> = Result<T, QueryError>;

impl<'a> Resolver<'a> {
    pub(super) fn new(text: &'a str, context: &'a Context, zone: Zone) -> Self {
        Self { text, context, zone, patterns: 0, notes: Vec::new(), mentions: Vec::new() }
    }

    /// A word, phrase or pattern without a key. A star is a star here.
    pub(super) fn text(&mut self, value: &RawValue) -> Answer<Term> {
        Ok(Term::Text(match value.shape {
            Shape::Regex { any_case } => self.regex(value, any_case)?,
            Shape::Bare | Shape::Quoted => Pattern::contains(&value.text),
        }))
    }

    pub(super) fn keyed(&mut self, key: &Range<usize>, values: &RawValues) -> Answer<Term> {
        let name = &self.text[key.clone()];
        if let Some(path) = name.strip_prefix('@') {
            let RawValues::Alternatives(alternatives) = values else { return Err(unknown_key(name, key)) };
            let tests = alternatives.iter().map(|it| self.leaf(path, key, it)).collect::<Answer<_>>()?;
            self.mentions.push(Mention { span: key.clone(), of: Named::Leaf(path.into()) });
            return Ok(Term::Leaf(tests));
        }
        let Some(row) = fields::field(name) else { return Err(unknown_key(name, key)) };
        let tests = match values {
            RawValues::Changes(changes) => {
                changes.iter().map(|change| self.change(row, key, change)).collect::<Answer<Vec<_>>>()?
            }
            RawValues::Alternatives(alternatives) => {
                let mut tests = Vec::with_capacity(alternatives.len());
                for alternative in alternatives {
                    self.test(row, key, alternative, &mut tests)?;
                }
                tests
            }
            RawValues::Word(_) => return Err(unknown_key(name, key)),
        };
        Ok(Term::Field(row, tests))
    }

    fn test(
        &mut self,
        row: &'static FieldRow,
        key: &Range<usize>,
        it: &RawAlternative,
        tests: &mut Vec<Test>,
    ) -> Answer<()> {
        if it.low.is_none() && !it.is_range {
            return Err(no_value(row, key, it));
        }
        match row.kind {
            Kind::Text(compare) => tests.push(self.text_test(row, compare, it)?),
            Kind::Words(words) => {
                let value = self.text_value(row, it)?;
                let found = self.words(row, words, it, &value)?;
                tests.extend(found.into_iter().map(|word| match word.mark {
                    Some(_) => Test::Mark(word, None),
                    None => Test::Word(word),
                }));
            }
            Kind::Time(role) => tests.push(Test::Time(self.time(role, it)?)),
            Kind::Number => tests.push(Test::Number(self.number(row, it)?)),
            // The lexer reads changes for this kind and nothing else.
            Kind::Change => return Err(no_value(row, key, it)),
        }
        Ok(())
    }

    /// The value of an alternative that may have neither order nor range. What looks like a range but
    /// has no quotes in it is a text with two dots.
    fn text_value(&self, row: &FieldRow, it: &RawAlternative) -> Answer<RawValue> {
        match it.comparison {
            None | Some(Comparison::Exact | Comparison::Loose) => {}
            Some(_) => return Err(self.not_ordered(row, it)),
        }
        let sides = [&it.low, &it.high];
        if it.is_range && sides.into_iter().flatten().any(|value| value.shape != Shape::Bare) {
            return Err(self.not_ordered(row, it));
        }
        let sign = usize::from(it.comparison.is_some());
        let span = it.span.start + sign..it.span.end;
        match &it.low {
            Some(value) if !it.is_range => Ok(value.clone()),
            _ => Ok(RawValue { text: self.text[span.clone()].to_owned(), shape: Shape::Bare, span }),
        }
    }

    fn not_ordered(&self, row: &FieldRow, it: &RawAlternative) -> QueryError {
        let message = format!("`{}:` holds text, which is not greater or less", row.key);
        let error = QueryError::new(ErrorKind::BadComparison, it.span.clone(), message)
            .hint("only times, `version:` and `@path:` can be compared");
        match it.comparison {
            Some(Comparison::AtLeast | Comparison::AtMost | Comparison::Above | Comparison::Below) => {
                let plain = self.text[it.span.clone()].trim_start_matches(['<', '>', '=']).to_owned();
                error.fix(it.span.clone(), plain)
            }
            _ => error,
        }
    }

    fn text_test(&mut self, row: &'static FieldRow, compare: Compare, it: &RawAlternative) -> Answer<Test> {
        let value = self.text_value(row, it)?;
        if row.key == "actor" && value.shape == Shape::Bare && value.text.eq_ignore_ascii_case("@me") {
            return match &self.context.me {
                Some(me) => Ok(Test::Me(Pattern::exact(me))),
                None => Err(QueryError::new(
                    ErrorKind::NobodyIsMe,
                    value.span,
                    "the configuration does not say who `@me` is",
                )
                .hint("set `me` in the configuration file")),
            };
        }
        let pattern = self.pattern(&value, it.comparison, compare)?;
        self.mentions.push(Mention { span: value.span, of: Named::Value(row, pattern.clone()) });
        Ok(if row.parts == [PartKind::Row] { Test::Note(pattern, None) } else { Test::Text(pattern) })
    }

    fn pattern(
        &mut self,
        value: &RawValue,
        comparison: Option<Comparison>,
        default: Compare,
    ) -> Answer<Pattern> {
        let compare = match comparison {
            Some(Comparison::Exact) => Compare::Exact,
            Some(Comparison::Loose) => Compare::Contains,
            _ => default,
        };
        let is_exact = comparison == Some(Comparison::Exact);
        Ok(match (value.shape, compare) {
            (Shape::Regex { .. }, _) if is_exact => Pattern::exact(&self.text[value.span.clone()]),
            (Shape::Regex { any_case }, _) => self.regex(value, any_case)?,
            (Shape::Bare, _) if !is_exact && value.text.contains('*') => self.glob(value)?,
            (_, Compare::Exact) => Pattern::exact(&value.text),
            (_, Compare::Contains) => Pattern::contains(&value.text),
        })
    }

    /// A glob that starts with a slash could be taken for a regular expression when another slash follows
    /// it in the printed query, so it becomes the regular expression that means the same.
    fn glob(&mut self, value: &RawValue) -> Answer<Pattern> {
        if !value.text.starts_with('/') {
            return Ok(Pattern::glob(&value.text));
        }
        let pieces: Vec<String> =
            value.text.split('*').map(|piece| regex::escape(piece).replace('/', r"\/")).collect();
        let text = format!("(?s)^{}$", pieces.join(".*"));
        self.regex(&RawValue { text, ..value.clone() }, true)
    }

    fn regex(&mut self, value: &RawValue, any_case: bool) -> Answer<Pattern> {
        self.patterns += 1;
        if self.patterns > MOST_PATTERNS {
            let message = format!("a query may hold {MOST_PATTERNS} patterns, and this is one more");
            return Err(QueryError::new(ErrorKind::TooLarge, value.span.clone(), message));
        }
        Pattern::regex(&value.text, any_case).map_err(|error| bad_pattern(value, error))
    }

    /// The words of a closed list that the value names: one, or all that a pattern agrees with.
    fn words(
        &mut self,
        row: &FieldRow,
        words: &'static [Word],
        it: &RawAlternative,
        value: &RawValue,
    ) -> Answer<Vec<&'static Word>> {
        let pattern = self.pattern(value, it.comparison, Compare::Exact)?;
        let found: Vec<_> = words.iter().filter(|word| pattern.matches(word.word)).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        Err(unknown_word(row.key, value.span.clone(), &value.text, words.iter().map(|word| word.word)))
    }

    fn change(&mut self, row: &FieldRow, key: &Range<usize>, it: &RawChange) -> Answer<Test> {
        let Some(path) = &it.path else {
            let error = QueryError::new(ErrorKind::NoValue, key.start..it.span.end, "`field:` needs a path");
            return Err(if it.arrow.is_some() {
                error.hint("`*` is any path").fix(it.span.start..it.span.start, "*")
            } else {
                error.hint(format!("such as `{}`", row.example))
            });
        };
        let pattern = match path.shape {
            Shape::Bare if path.text.starts_with(['=', '~', '<', '>']) => {
                return Err(QueryError::new(
                    ErrorKind::BadComparison,
                    path.span.clone(),
                    "`field:` takes a path, which is not compared",
                )
                .hint("`*` stands for any characters: `field:config.*`")
                .fix(path.span.clone(), path.text.trim_start_matches(['=', '~', '<', '>'])));
            }
            Shape::Bare if path.text.contains('*') => self.glob(path)?,
            Shape::Bare | Shape::Quoted => Pattern::exact(&path.text),
            Shape::Regex { any_case } => self.regex(path, any_case)?,
        };
        let value = match &it.arrow {
            None => None,
            Some((arrow, None)) => {
                let sign = if *arrow == Arrow::To { "->" } else { "<-" };
                return Err(QueryError::new(
                    ErrorKind::NoValue,
                    it.span.clone(),
                    format!("`{sign}` needs a value behind it"),
                )
                .hint("`*` is any value")
                .fix(it.span.end..it.span.end, "*"));
            }
            Some((arrow, Some(value))) => {
                let side = if *arrow == Arrow::To { Side::After } else { Side::Before };
                Some((side, self.pattern(value, None, Compare::Exact)?))
            }
        };
        let of = Named::Changed(pattern.clone(), value.is_some());
        self.mentions.push(Mention { span: path.span.clone(), of });
        Ok(Test::Change(ChangeTest { path: pattern, value }))
    }
}

/// The stretch of time that a literal by itself means.
pub(super) fn moment(text: &str, context: &Context) -> Answer<(Timestamp, Timestamp)> {
    let mut resolver = Resolver::new(text, context, context.zone);
    let value = RawValue { span: 0..text.len(), shape: Shape::Bare, text: text.to_owned() };
    resolver.stretch(&value).map(|stretch| (stretch.start, stretch.end))
}

fn unknown_key(name: &str, span: &Range<usize>) -> QueryError {
    let keys = FIELDS.iter().flat_map(|row| std::iter::once(row.key).chain(row.aliases.iter().copied()));
    let known = keys.chain(DIRECTIVES.iter().map(|row| row.key));
    let error = QueryError::new(ErrorKind::UnknownKey, span.clone(), format!("there is no key `{name}:`"));
    match nearest(name, known) {
        Some(key) => error.hint(format!("did you mean `{key}:`?")).fix(span.clone(), key),
        None => error.hint("quote it to look for the text"),
    }
}

fn no_value(row: &FieldRow, key: &Range<usize>, it: &RawAlternative) -> QueryError {
    let message = format!("`{}:` needs a value", row.key);
    let error = QueryError::new(ErrorKind::NoValue, key.start..it.span.end, message);
    match row.kind {
        Kind::Words(words) => error.hint(listed(words.iter().map(|word| word.word))),
        _ => error.hint(format!("such as `{}`", row.example)),
    }
}

pub(super) fn unknown_word<'w>(
    key: &str,
    span: Range<usize>,
    word: &str,
    known: impl Iterator<Item = &'w str> + Clone,
) -> QueryError {
    let message = format!("`{key}:` has no `{word}`");
    let error = QueryError::new(ErrorKind::UnknownWord, span.clone(), message);
    match nearest(word, known.clone()) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")).fix(span, meant),
        None => error.hint(format!("it takes {}", listed(known))),
    }
}

fn bad_pattern(value: &RawValue, error: BadExpression) -> QueryError {
    match error {
        BadExpression::TooLarge => {
            QueryError::new(ErrorKind::TooLarge, value.span.clone(), "this pattern grows too large")
        }
        BadExpression::Unreadable(what, at) => {
            let column = value.text.get(..at.start).map_or(0, |before| before.chars().count()) + 1;
            let message = format!("this pattern cannot be read at column {column}");
            QueryError::new(ErrorKind::BadPattern, value.span.clone(), message).hint(what)
        }
    }
}
