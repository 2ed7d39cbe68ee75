//! Raw terms to terms: keys are looked up, values are read as what the key takes.

use std::ops::{Bound, Range};

use crate::domain::{EventId, Timestamp, Zone};

use super::Context;
use super::ast::{Anchor, ChangeTest, LeafTest, LeafValue, Side, Term, Test, TimeTest};
use super::error::{ErrorKind, QueryError, listed, nearest};
use super::fields::{self, Compare, DIRECTIVES, FIELDS, FieldRow, Kind, TimeRole, Word};
use super::lex::{Arrow, Comparison, RawAlternative, RawChange, RawValue, RawValues, Shape};
use super::number::Number;
use super::text::Pattern;
use super::time::{Amount, Clock, Oddity, Stretch};

/// Each compiled pattern takes time and memory; nobody types more than a few.
const MOST_PATTERNS: usize = 16;

/// How far `around:` reaches where it does not say.
const AROUND_MILLIS: i64 = 15 * 60_000;

/// Something worth knowing about a query that is understood all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The part of the text it is about, in bytes.
    pub span: Range<usize>,
    /// What to know, as one sentence without a full stop.
    pub message: String,
}

pub(super) struct Resolver<'a> {
    text: &'a str,
    context: &'a Context,
    zone: Zone,
    patterns: usize,
    pub(super) notes: Vec<Note>,
}

type Answer<T> = Result<T, QueryError>;

impl<'a> Resolver<'a> {
    pub(super) fn new(text: &'a str, context: &'a Context, zone: Zone) -> Self {
        Self { text, context, zone, patterns: 0, notes: Vec::new() }
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
                tests.extend(found.into_iter().map(Test::Word));
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

    fn text_test(&mut self, row: &FieldRow, compare: Compare, it: &RawAlternative) -> Answer<Test> {
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
        Ok(Test::Text(self.pattern(&value, it.comparison, compare)?))
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
            (Shape::Bare, _) if !is_exact && value.text.contains('*') => Pattern::glob(&value.text),
            (_, Compare::Exact) => Pattern::exact(&value.text),
            (_, Compare::Contains) => Pattern::contains(&value.text),
        })
    }

    fn regex(&mut self, value: &RawValue, any_case: bool) -> Answer<Pattern> {
        self.patterns += 1;
        if self.patterns > MOST_PATTERNS {
            let message = format!("a query may hold {MOST_PATTERNS} patterns, and this is one more");
            return Err(QueryError::new(ErrorKind::TooLarge, value.span.clone(), message));
        }
        Pattern::regex(&value.text, any_case).map_err(|error| bad_pattern(value, &error))
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
            Shape::Bare if path.text.contains('*') => Pattern::glob(&path.text),
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
        Ok(Test::Change(ChangeTest { path: pattern, value }))
    }

    fn leaf(&mut self, path: &str, key: &Range<usize>, it: &RawAlternative) -> Answer<LeafTest> {
        let plain: Option<&RawValue> = it.low.as_ref();
        let text = self.text[it.span.clone()].into();
        let leaf = |value| LeafTest { path: path.into(), text, value };
        let is_ordered = !matches!(it.comparison, None | Some(Comparison::Exact | Comparison::Loose));
        if !it.is_range && plain.is_none() {
            return Err(QueryError::new(
                ErrorKind::NoValue,
                key.start..it.span.end,
                format!("`@{path}:` needs a value"),
            )
            .hint("`*` is any value")
            .fix(it.span.end..it.span.end, "*"));
        }
        if let (false, false, Some(value)) = (it.is_range, is_ordered, plain) {
            let number = match (value.shape, it.comparison) {
                (Shape::Bare, None) => Number::parse(&value.text),
                _ => None,
            };
            return Ok(leaf(LeafValue::Is(self.pattern(value, it.comparison, Compare::Exact)?, number)));
        }
        let numbers = self.bounds(it, |value| Number::parse(&value.text));
        let clock_offset = |time| self.zone.at(time).offset().local_minus_utc();
        let clock = Clock { now: self.context.now, offset_at: &clock_offset };
        let stretches = sides(it).map(|side| side.map(|value| clock.literal(&value.text).ok()));
        let times = match stretches {
            [low, high] if low != Some(None) && high != Some(None) => {
                Some(time_bounds(it, low.flatten(), high.flatten()))
            }
            _ => None,
        };
        if numbers.is_none() && times.is_none() {
            let value = sides(it).into_iter().flatten().next().map_or(it.span.clone(), |it| it.span.clone());
            return Err(QueryError::new(
                ErrorKind::BadComparison,
                value,
                "only numbers and times are greater or less",
            )
            .hint("`@path:~text` finds a part of a text"));
        }
        if let Some(bounds) = &numbers {
            check_order(it, self.text, numbers_are_empty(bounds))?;
        } else if let Some((Some(from), Some(to))) = times {
            check_order(it, self.text, from >= to)?;
        }
        Ok(leaf(LeafValue::Between { numbers, times }))
    }

    fn number(&mut self, row: &FieldRow, it: &RawAlternative) -> Answer<NumberBounds> {
        if it.comparison == Some(Comparison::Loose) {
            let message = format!("`{}:` holds numbers, which have no parts to look for", row.key);
            return Err(QueryError::new(ErrorKind::BadComparison, it.span.clone(), message)
                .fix(it.span.start..it.span.start + 1, ""));
        }
        for value in sides(it).into_iter().flatten() {
            if Number::parse_version(&value.text).is_none() {
                let message = format!("`{}` is not a number", value.text);
                return Err(QueryError::new(ErrorKind::BadNumber, value.span.clone(), message)
                    .hint(format!("such as `{}`", row.example)));
            }
        }
        let bounds = self
            .bounds(it, |value| Number::parse_version(&value.text))
            .unwrap_or((Bound::Unbounded, Bound::Unbounded));
        check_order(it, self.text, numbers_are_empty(&bounds))?;
        Ok(NumberBounds { text: self.text[it.span.clone()].into(), bounds })
    }

    /// The bounds that an alternative sets, where all of its values can be read.
    fn bounds<T: Copy>(
        &self,
        it: &RawAlternative,
        read: impl Fn(&RawValue) -> Option<T>,
    ) -> Option<(Bound<T>, Bound<T>)> {
        let [low, high] = sides(it).map(|side| side.map(&read));
        let (low, high) = (transpose(low)?, transpose(high)?);
        let bound = |value: Option<T>| value.map_or(Bound::Unbounded, Bound::Included);
        Some(match (it.comparison, low) {
            _ if it.is_range => (bound(low), bound(high)),
            (Some(Comparison::AtLeast), low) => (bound(low), Bound::Unbounded),
            (Some(Comparison::AtMost), low) => (Bound::Unbounded, bound(low)),
            (Some(Comparison::Above), Some(low)) => (Bound::Excluded(low), Bound::Unbounded),
            (Some(Comparison::Below), Some(low)) => (Bound::Unbounded, Bound::Excluded(low)),
            (_, low) => (bound(low), bound(low)),
        })
    }

    fn stretch(&mut self, value: &RawValue) -> Answer<Stretch> {
        let zone = self.zone;
        let offset_at = |time: Timestamp| zone.at(time).offset().local_minus_utc();
        let clock = Clock { now: self.context.now, offset_at: &offset_at };
        let stretch = clock.literal(&value.text).map_err(|bad| {
            let message = format!("`{}` is not a time", value.text);
            let error = QueryError::new(ErrorKind::BadTime, value.span.clone(), message);
            match bad.meant {
                Some(meant) if bad.hint.contains("months") => {
                    error.hint(bad.hint).fix(value.span.clone(), meant)
                }
                Some(meant) => error.hint(format!("did you mean `{meant}`?")).fix(value.span.clone(), meant),
                None => error.hint(bad.hint),
            }
        })?;
        if let Some(oddity) = stretch.oddity {
            let shown = zone.at(stretch.start).format("%H:%M:%S %:z");
            let message = match oddity {
                Oddity::Skipped => {
                    format!("the clock was put forward over `{}`: {shown} is meant", value.text)
                }
                Oddity::Twice => {
                    format!("`{}` came twice that day: the earlier, {shown}, is meant", value.text)
                }
            };
            self.notes.push(Note { span: value.span.clone(), message });
        }
        Ok(stretch)
    }

    fn time(&mut self, role: TimeRole, it: &RawAlternative) -> Answer<TimeTest> {
        let test = |from, to| TimeTest { text: self.text[it.span.clone()].into(), from, to, anchor: None };
        if role == TimeRole::Around {
            return self.around(it);
        }
        if matches!(it.comparison, Some(Comparison::Loose))
            || (role != TimeRole::On && (it.is_range || it.comparison.is_some()))
        {
            return Err(QueryError::new(
                ErrorKind::BadComparison,
                it.span.clone(),
                "this takes one time and no comparison",
            )
            .hint("`on:` takes `a..b`, `<` and `>`"));
        }
        let low = it.low.as_ref().map(|value| self.stretch(value)).transpose()?;
        let high = it.high.as_ref().map(|value| self.stretch(value)).transpose()?;
        let (from, to) = match (role, low) {
            (TimeRole::Since, Some(at)) => (Some(at.start), None),
            (TimeRole::Until, Some(at)) => (None, Some(at.end)),
            _ => time_bounds(it, low, high),
        };
        if let (Some(from), Some(to)) = (from, to) {
            if !it.is_range && from >= to {
                let value = self.text[it.span.clone()].trim_start_matches('=').to_owned();
                return Err(QueryError::new(
                    ErrorKind::EmptyRange,
                    it.span.clone(),
                    format!("`{value}` is one moment, and nothing is within it"),
                )
                .hint("`since:` selects everything from then on"));
            }
            check_order(it, self.text, from >= to)?;
        } else if from.is_none() && to.is_none() {
            check_order(it, self.text, true)?;
        }
        Ok(test(from, to))
    }

    fn around(&mut self, it: &RawAlternative) -> Answer<TimeTest> {
        let text: Box<str> = self.text[it.span.clone()].into();
        let (Some(value), false, None) = (&it.low, it.is_range, it.comparison) else {
            return Err(QueryError::new(
                ErrorKind::BadComparison,
                it.span.clone(),
                "`around:` takes one time or event and no comparison",
            )
            .hint("such as `around:2026-03-25T16:45~30m`"));
        };
        let (center, span) = match value.text.rsplit_once('~') {
            None => (value.clone(), AROUND_MILLIS),
            Some((center, span)) => {
                let Some(Ok(amount)) = Amount::parse(span).filter(|_| !span.is_empty()) else {
                    let message = format!("`{span}` is not a length of time");
                    return Err(QueryError::new(ErrorKind::BadTime, value.span.clone(), message)
                        .hint("write `30m`, `6h` or `2d` after the `~`"));
                };
                (RawValue { text: center.to_owned(), ..value.clone() }, amount.millis())
            }
        };
        match (self.stretch(&center), center.text.parse::<EventId>()) {
            (Ok(at), _) => {
                let from = Some(at.start.plus_millis(-span));
                // Both ends of a moment are the moment itself, which the end of a stretch leaves out.
                let inclusive = i64::from(at.start == at.end);
                let to = Some(at.end.plus_millis(span).plus_millis(inclusive));
                Ok(TimeTest { text, from, to, anchor: None })
            }
            (Err(_), Ok(event)) => Ok(TimeTest {
                text,
                from: None,
                to: None,
                anchor: Some(Anchor { event, span_millis: span, is_known: false }),
            }),
            (Err(error), Err(_)) => Err(error),
        }
    }
}

use super::ast::NumberTest as NumberBounds;

fn transpose<T>(side: Option<Option<T>>) -> Option<Option<T>> {
    match side {
        None => Some(None),
        Some(None) => None,
        Some(value) => Some(value),
    }
}

fn sides(it: &RawAlternative) -> [Option<&RawValue>; 2] {
    [it.low.as_ref(), it.high.as_ref()]
}

/// From the start of one stretch through the end of another, or beside one of them.
fn time_bounds(
    it: &RawAlternative,
    low: Option<Stretch>,
    high: Option<Stretch>,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let (start, end) = (low.map(|it| it.start), low.map(|it| it.end));
    match it.comparison {
        _ if it.is_range => (start, high.map(|it| it.end)),
        Some(Comparison::AtLeast) => (start, None),
        Some(Comparison::Above) => (end, None),
        Some(Comparison::AtMost) => (None, end),
        Some(Comparison::Below) => (None, start),
        _ => (start, end),
    }
}

fn numbers_are_empty(bounds: &(Bound<Number>, Bound<Number>)) -> bool {
    match bounds {
        (Bound::Included(low), Bound::Included(high)) => low.compare(*high).is_gt(),
        (Bound::Unbounded, Bound::Unbounded) => true,
        _ => false,
    }
}

/// Fails where a range holds nothing, with its sides exchanged where that helps.
fn check_order(it: &RawAlternative, text: &str, is_empty: bool) -> Answer<()> {
    if !is_empty {
        return Ok(());
    }
    let error = |message| QueryError::new(ErrorKind::EmptyRange, it.span.clone(), message);
    match (&it.low, &it.high) {
        (Some(low), Some(high)) => {
            let (low, high) = (&text[low.span.clone()], &text[high.span.clone()]);
            Err(error("this range ends before it starts").fix(it.span.clone(), format!("{high}..{low}")))
        }
        _ => Err(error("this range has no ends").hint("write `a..b`, `a..` or `..b`")),
    }
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

fn bad_pattern(value: &RawValue, error: &regex::Error) -> QueryError {
    // The regex crate draws the pattern with a caret under it; its last line says what is wrong.
    let said = error.to_string();
    let last = said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
    match error {
        regex::Error::CompiledTooBig(_) => {
            QueryError::new(ErrorKind::TooLarge, value.span.clone(), "this pattern grows too large")
        }
        _ => {
            let caret = said.lines().find(|line| line.trim_start().starts_with('^'));
            let column =
                caret.map(|line| line.len() - line.trim_start().len()).map_or(1, |at| at.saturating_sub(3));
            let message = format!("this pattern cannot be read at column {column}");
            QueryError::new(ErrorKind::BadPattern, value.span.clone(), message).hint(last)
        }
    }
}
