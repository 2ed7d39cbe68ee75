//! Values that have an order: numbers, times, ranges of them, and the leaves of raw records.

use std::ops::{Bound, Range};

use crate::domain::{EventId, Oddity, Timestamp};

use super::super::advice::{Mention, Named, Note};
use super::super::ast::{Anchor, LeafTest, LeafValue, NumberTest, TimeTest};
use super::super::error::{ErrorKind, QueryError};
use super::super::fields::{Compare, FieldRow, TimeRole};
use super::super::lex::{Comparison, RawAlternative, RawValue, Shape};
use super::super::number::Number;
use super::super::print;
use super::super::time::{Amount, Clock, Stretch};
use super::{Answer, Resolver};

/// How far `around:` reaches where it does not say.
const AROUND_MILLIS: i64 = 15 * 60_000;

impl Resolver<'_> {
    pub(super) fn leaf(&mut self, path: &str, key: &Range<usize>, it: &RawAlternative) -> Answer<LeafTest> {
        if it.low.is_none() && !it.is_range {
            let message = format!("`@{path}:` needs a value");
            return Err(QueryError::new(ErrorKind::NoValue, key.start..it.span.end, message)
                .hint("`*` is any value")
                .fix(it.span.end..it.span.end, "*"));
        }
        let is_plain = matches!(it.comparison, None | Some(Comparison::Exact | Comparison::Loose));
        let (text, value) = match &it.low {
            Some(value) if is_plain && !it.is_range => self.leaf_is(value, it)?,
            _ => (self.text[it.span.clone()].to_owned(), self.leaf_between(it)?),
        };
        Ok(LeafTest { path: path.into(), text: text.into(), value })
    }

    fn leaf_is(&mut self, value: &RawValue, it: &RawAlternative) -> Answer<(String, LeafValue)> {
        let number = match (value.shape, it.comparison) {
            (Shape::Bare, None) => Number::parse(&value.text),
            _ => None,
        };
        let pattern = self.pattern(value, it.comparison, Compare::Exact)?;
        // Beside other terms a slash that opens nothing might find one that closes it.
        let text = if value.shape == Shape::Bare && value.text.starts_with('/') {
            print::pattern(&pattern, Compare::Exact)
        } else {
            self.text[it.span.clone()].to_owned()
        };
        Ok((text, LeafValue::Is(pattern, number)))
    }

    fn leaf_between(&mut self, it: &RawAlternative) -> Answer<LeafValue> {
        let numbers = self.numbers(it, Number::parse).ok();
        let clock_offset = |time| self.zone.offset_at(time);
        let clock = Clock { now: self.context.now, offset_at: &clock_offset };
        let stretch = |value: &RawValue| {
            clock.find(self.plain(value)).and_then(Result::ok).ok_or_else(|| value.span.clone())
        };
        let low = it.low.as_ref().map(stretch).transpose();
        let high = it.high.as_ref().map(stretch).transpose();
        let times = match (low, high) {
            (Ok(low), Ok(high)) => Ok(time_bounds(it, low, high)),
            (Err(span), _) | (_, Err(span)) => Err(span),
        };
        match (&numbers, &times) {
            (None, Err(span)) => {
                let message = "only numbers and times are greater or less";
                return Err(QueryError::new(ErrorKind::BadComparison, span.clone(), message)
                    .hint("`@path:~text` finds a part of a text"));
            }
            (Some(bounds), _) => check_order(it, self.text, numbers_are_empty(bounds))?,
            (None, Ok((from, to))) => check_order(it, self.text, times_are_empty(*from, *to))?,
        }
        Ok(LeafValue::Between { numbers, times: times.ok() })
    }

    pub(super) fn number(&mut self, row: &FieldRow, it: &RawAlternative) -> Answer<NumberTest> {
        if it.comparison == Some(Comparison::Loose) {
            let message = format!("`{}:` holds numbers, which have no parts to look for", row.key);
            return Err(QueryError::new(ErrorKind::BadComparison, it.span.clone(), message)
                .fix(it.span.start..it.span.start + 1, ""));
        }
        let bounds = self.numbers(it, Number::parse_version).map_err(|value| {
            let message = format!("`{}` is not a number", self.plain(value));
            QueryError::new(ErrorKind::BadNumber, value.span.clone(), message)
                .hint(format!("such as `{}`", row.example))
        })?;
        check_order(it, self.text, numbers_are_empty(&bounds))?;
        Ok(NumberTest { text: self.text[it.span.clone()].into(), bounds })
    }

    /// The bounds that an alternative sets, or the value that is no number.
    fn numbers<'v>(
        &self,
        it: &'v RawAlternative,
        parse: impl Fn(&str) -> Option<Number>,
    ) -> Result<(Bound<Number>, Bound<Number>), &'v RawValue> {
        let read = |value: &'v RawValue| parse(self.plain(value)).ok_or(value);
        let low = it.low.as_ref().map(read).transpose()?;
        let high = it.high.as_ref().map(read).transpose()?;
        let included = |value: Option<Number>| value.map_or(Bound::Unbounded, Bound::Included);
        let excluded = |value: Option<Number>| value.map_or(Bound::Unbounded, Bound::Excluded);
        Ok(match it.comparison {
            _ if it.is_range => (included(low), included(high)),
            Some(Comparison::AtLeast) => (included(low), Bound::Unbounded),
            Some(Comparison::AtMost) => (Bound::Unbounded, included(low)),
            Some(Comparison::Above) => (excluded(low), Bound::Unbounded),
            Some(Comparison::Below) => (Bound::Unbounded, excluded(low)),
            _ => (included(low), included(low)),
        })
    }

    /// The text of a value that cannot be a regular expression.
    fn plain<'v>(&'v self, value: &'v RawValue) -> &'v str {
        match value.shape {
            Shape::Regex { .. } => &self.text[value.span.clone()],
            Shape::Bare | Shape::Quoted => &value.text,
        }
    }

    pub(super) fn stretch(&mut self, value: &RawValue) -> Answer<Stretch> {
        let zone = self.zone;
        let offset_at = |time: Timestamp| zone.offset_at(time);
        let clock = Clock { now: self.context.now, offset_at: &offset_at };
        let text = self.plain(value).to_owned();
        let stretch = clock.literal(&text).map_err(|bad| {
            let message = format!("`{text}` is not a time");
            let error = QueryError::new(ErrorKind::BadTime, value.span.clone(), message).hint(bad.hint);
            match bad.meant {
                Some(meant) => error.fix(value.span.clone(), meant),
                None => error,
            }
        })?;
        if let Some(oddity) = stretch.oddity {
            let shown = zone.at(stretch.start).format("%H:%M:%S %:z");
            let message = match oddity {
                Oddity::Skipped => format!("the clock was put forward over `{text}`: {shown} is meant"),
                Oddity::Twice => format!("`{text}` came twice that day: the earlier, {shown}, is meant"),
            };
            self.notes.push(Note::new(value.span.clone(), message));
        }
        Ok(stretch)
    }

    pub(super) fn time(&mut self, role: TimeRole, it: &RawAlternative) -> Answer<TimeTest> {
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
        if !it.is_range && times_are_empty(from, to) {
            let value = self.text[it.span.clone()].trim_start_matches('=');
            let message = format!("`{value}` is one moment, and nothing is within it");
            return Err(QueryError::new(ErrorKind::EmptyRange, it.span.clone(), message)
                .hint("`since:` selects everything from then on"));
        }
        check_order(it, self.text, times_are_empty(from, to))?;
        self.mentions.extend(from.map(|from| Mention { span: it.span.clone(), of: Named::Since(from) }));
        Ok(TimeTest { text: self.text[it.span.clone()].into(), from, to, anchor: None })
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

fn times_are_empty(from: Option<Timestamp>, to: Option<Timestamp>) -> bool {
    from.zip(to).map_or(from.is_none() && to.is_none(), |(from, to)| from >= to)
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
