//! A query as text again, in one canonical form that parses to the same query.

use std::fmt::{self, Display, Formatter, Write};

use crate::domain::Zone;

use super::ast::{ChangeTest, Directives, Expr, Group, Side, Sort, Term, Test};
use super::fields::{Compare, Kind};
use super::text::Pattern;

/// `text` as one value: bare where that means the same, else quoted.
pub(super) fn value(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// A pattern where `default` is meant when no sign says otherwise.
pub(super) fn pattern(pattern: &Pattern, default: Compare) -> String {
    match pattern {
        Pattern::Exact(needle) => {
            format!("{}{}", if default == Compare::Exact { "" } else { "=" }, value(&needle.text))
        }
        Pattern::Contains(needle) => {
            format!("{}{}", if default == Compare::Contains { "" } else { "~" }, value(&needle.text))
        }
        // It was typed bare, with nothing in it that ends a bare value.
        Pattern::Glob(needle) => needle.text.to_string(),
        Pattern::Regex(expression) => {
            format!("/{}/{}", expression.source, if expression.any_case { "i" } else { "" })
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

/// Whether a bare text stands for itself anywhere in a query. Careful rather than complete: quoting
/// what needs no quotes changes nothing.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        && !matches!(text, "AND" | "OR" | "NOT")
        && !text.contains("..")
        && !text.contains("->")
        && !text.contains("<-")
        && text.chars().all(|c| c.is_alphanumeric() || "_-./@+%#".contains(c))
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Term(term) => term.fmt(f),
            Self::Not(inner) => {
                f.write_char('-')?;
                side(inner, matches!(**inner, Self::And(_) | Self::Or(_)), f)
            }
            Self::And(sides) => joined(sides, " ", |side| matches!(side, Self::Or(_)), f),
            Self::Or(sides) => joined(sides, " OR ", |_| false, f),
        }
    }
}

fn joined(
    sides: &[Expr],
    between: &str,
    in_parentheses: impl Fn(&Expr) -> bool,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    for (at, expr) in sides.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        side(expr, in_parentheses(expr), f)?;
    }
    Ok(())
}

fn side(expr: &Expr, in_parentheses: bool, f: &mut Formatter<'_>) -> fmt::Result {
    match expr {
        // A negated condition has to stand for something; the empty text is in every event.
        Expr::All => f.write_str("\"\""),
        _ if in_parentheses => write!(f, "({expr})"),
        _ => expr.fmt(f),
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(row, tests) => {
                write!(f, "{}:", row.key)?;
                let default = match row.kind {
                    Kind::Text(compare) => compare,
                    _ => Compare::Exact,
                };
                with_commas(tests, f, |test, f| field_test(test, default, f))
            }
            Self::Leaf(tests) => {
                if let Some(first) = tests.first() {
                    write!(f, "@{}:", first.path)?;
                }
                with_commas(tests, f, |test, f| f.write_str(&test.text))
            }
            Self::Text(text) => f.write_str(&pattern(text, Compare::Contains)),
        }
    }
}

fn with_commas<T>(
    tests: &[T],
    f: &mut Formatter<'_>,
    write: impl Fn(&T, &mut Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (at, test) in tests.iter().enumerate() {
        if at > 0 {
            f.write_char(',')?;
        }
        write(test, f)?;
    }
    Ok(())
}

fn field_test(test: &Test, default: Compare, f: &mut Formatter<'_>) -> fmt::Result {
    match test {
        // Without a sign of its own, its first character would be taken for one.
        Test::Text(Pattern::Glob(needle)) | Test::Note(Pattern::Glob(needle), _)
            if needle.text.starts_with(['=', '~', '<', '>']) =>
        {
            write!(f, "~{}", needle.text)
        }
        Test::Text(wanted) | Test::Note(wanted, _) => f.write_str(&pattern(wanted, default)),
        Test::Me(_) => f.write_str("@me"),
        Test::Word(word) | Test::Mark(word, _) => f.write_str(word.word),
        Test::Time(time) => f.write_str(&time.text),
        Test::Number(number) => f.write_str(&number.text),
        Test::Change(ChangeTest { path, value }) => {
            f.write_str(&pattern(path, Compare::Exact))?;
            match value {
                None => Ok(()),
                Some((side, wanted)) => {
                    f.write_str(if *side == Side::After { "->" } else { "<-" })?;
                    f.write_str(&pattern(wanted, Compare::Exact))
                }
            }
        }
    }
}

impl Display for Directives {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sort = self.sort.map(|sort| match sort {
            Sort::OldestFirst => "sort:time".to_owned(),
            Sort::NewestFirst => "sort:-time".to_owned(),
            Sort::Entity => "sort:entity".to_owned(),
            Sort::Actor => "sort:actor".to_owned(),
            Sort::Source => "sort:source".to_owned(),
        });
        let group = self.group.map(|group| match group {
            Group::None => "group:none".to_owned(),
            Group::Day => "group:day".to_owned(),
            Group::Entity => "group:entity".to_owned(),
            Group::Actor => "group:actor".to_owned(),
            Group::Source => "group:source".to_owned(),
            Group::Run => "group:run".to_owned(),
            Group::Set => "group:set".to_owned(),
        });
        let zone = self.zone.map(|zone| match zone {
            Zone::Local => "tz:local".to_owned(),
            Zone::Utc => "tz:utc".to_owned(),
            Zone::Fixed(offset) => format!("tz:{offset}"),
        });
        let columns = self.columns.as_ref().map(|columns| format!("cols:{}", columns.join(",")));
        let words: Vec<String> = [sort, group, zone, columns].into_iter().flatten().collect();
        f.write_str(&words.join(" "))
    }
}
