//! What may stand where the cursor is: what is being typed there, and what it may become.
//!
//! Two steps, because what the cache has must be asked for and the line cannot wait. [`Slot::at`] says
//! what is being typed, which needs the line alone; [`choices()`] ranks what may stand there, with whatever
//! is known of the cache by then.

mod choices;

use std::ops::Range;

use super::fields::{self, DirectiveRow, FieldRow, Kind};
use super::lex::Lexer;
use super::{Context, Query, preview};

pub use choices::{Choice, EXAMPLES, Offer, Value, best, choices};

/// The part of a line that is being typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// What a choice takes the place of, in bytes.
    pub span: Range<usize>,
    /// The whole term around it with what negates it, in bytes.
    pub term: Range<usize>,
    /// What is typed so far, without quotes and signs.
    pub typed: String,
    /// What stands there.
    pub of: Subject,
}

/// What a [`Slot`] is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// A whole line, since nothing is typed yet.
    Line,
    /// A key, or a word to look for.
    Key,
    /// A value of a key, beside these others of the same term.
    Value(&'static FieldRow, Vec<String>),
    /// A word of a directive.
    Word(&'static DirectiveRow),
    /// Nothing that a list could help with.
    Free,
}

impl Slot {
    /// What is being typed in `text` at the byte `cursor`. Any text and any place will do.
    pub fn at(text: &str, cursor: usize) -> Self {
        let cursor =
            (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        let (before, after) = text.split_at(cursor);
        if text.trim().is_empty() {
            return Self {
                span: 0..text.len(),
                term: 0..text.len(),
                typed: String::new(),
                of: Subject::Line,
            };
        }
        let mut lexer = Lexer::new(before);
        let (mut negated, mut start) = (cursor, cursor);
        let mut last_sign: Option<Range<usize>> = None;
        loop {
            lexer.skip_space();
            let from = lexer.at();
            if from == before.len() {
                break;
            }
            let is_sign = before[from..].starts_with(['-', '!']);
            let is_read = matches!(lexer.next(), Ok(Some(_)));
            let to = lexer.at();
            if is_sign {
                // Several signs belong together as long as nothing stands between them.
                let first = last_sign.filter(|sign| sign.end == from).map_or(from, |sign| sign.start);
                last_sign = Some(first..to);
                if to == before.len() {
                    (negated, start) = (first, cursor);
                }
                if is_read || to == before.len() {
                    continue;
                }
                break;
            }
            let is_parenthesis = before[from..].starts_with(['(', ')']);
            if !is_read || to == before.len() && !is_parenthesis {
                negated = last_sign.filter(|sign| sign.end == from).map_or(from, |sign| sign.start);
                start = from;
                break;
            }
            last_sign = None;
        }
        term(text, negated, start, cursor, after)
    }

    /// The key whose values in the cache would help, and the query they are to be counted under: the line
    /// without the term.
    pub fn wants(&self, text: &str, context: &Context) -> Option<(&'static str, Query)> {
        let Subject::Value(row, _) = &self.of else { return None };
        if !matches!(row.kind, Kind::Text(_) | Kind::Words(_)) {
            return None;
        }
        let rest = format!(
            "{} {}",
            text.get(..self.term.start).unwrap_or_default(),
            text.get(self.term.end..).unwrap_or_default()
        );
        // What is left need not make sense without the term: `a OR`.
        Some((row.key, preview(&rest, context).map_or_else(|_| Query::all(), |reading| reading.query)))
    }
}

/// The slot of the term that begins at `start` and reaches to the cursor.
fn term(text: &str, negated: usize, start: usize, cursor: usize, after: &str) -> Slot {
    let before = &text[..cursor];
    let mut lexer = Lexer::from(before, start);
    let rest_of_word = after.find(|c: char| c.is_whitespace() || c == '(' || c == ')').unwrap_or(after.len());
    let end = cursor + rest_of_word;
    let Some(key) = lexer.key() else {
        let typed = &before[start..];
        let is_key = typed.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let of = if is_key { Subject::Key } else { Subject::Free };
        // A key with its colon behind the cursor is replaced whole.
        let end = text[cursor..end].find(':').map_or(end, |colon| cursor + colon + 1);
        return Slot { span: start..end, term: negated..end, typed: typed.to_owned(), of };
    };
    let name = &before[key.clone()];
    let end_of_value = cursor + after[..rest_of_word].find(',').unwrap_or(rest_of_word);
    if let Some(row) = fields::directive(name) {
        let from = if row.key == "cols" {
            before[key.end + 1..].rfind(',').map_or(key.end + 1, |at| key.end + at + 2)
        } else {
            key.end + 1
        };
        let typed = before[from..].to_owned();
        return Slot { span: from..end_of_value, term: negated..end, typed, of: Subject::Word(row) };
    }
    let Some(row) = fields::field(name) else {
        return Slot { span: cursor..cursor, term: negated..end, typed: String::new(), of: Subject::Free };
    };
    let (from, others) = last_value(&mut lexer, before);
    let mut typed = before[from..].trim_start_matches(['=', '~']);
    let is_open = |typed: &str| typed.starts_with('"');
    let mut to = end_of_value;
    if is_open(typed) {
        typed = &typed[1..];
        // The quote that closes it may stand behind the cursor already.
        to = cursor + after.find('"').filter(|at| *at <= rest_of_word).map_or(0, |at| at + 1);
    }
    if matches!(row.kind, Kind::Time(_))
        && let Some(dots) = typed.rfind("..")
    {
        let from = cursor - (typed.len() - dots - 2);
        let typed = before[from..].to_owned();
        return Slot { span: from..to, term: negated..to.max(end), typed, of: Subject::Value(row, others) };
    }
    let typed = typed.replace("\\\"", "\"").replace("\\\\", "\\");
    let of = if typed.starts_with('/') { Subject::Free } else { Subject::Value(row, others) };
    Slot { span: from..to, term: negated..to.max(end), typed, of }
}

/// Where the value begins that the text ends in, and the values of the same term before it.
fn last_value(lexer: &mut Lexer<'_>, before: &str) -> (usize, Vec<String>) {
    let mut others = Vec::new();
    loop {
        let from = lexer.at();
        let Ok(alternative) = lexer.alternative() else { return (from, others) };
        if !lexer.take(",") {
            return (from.min(before.len()), others);
        }
        others.extend(alternative.low.map(|value| value.text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is being typed at the bar: subject, what is typed, what would be replaced, the whole term.
    #[track_caller]
    fn check(table: &[(&str, &str, &str, &str, &str)]) {
        for (line, of, typed, span, term) in table {
            let cursor = line.find('|').unwrap();
            let text = line.replacen('|', "", 1);
            let slot = Slot::at(&text, cursor);
            let found = match &slot.of {
                Subject::Line => "line".to_owned(),
                Subject::Key => "key".to_owned(),
                Subject::Free => "free".to_owned(),
                Subject::Word(row) => row.key.to_owned(),
                Subject::Value(row, others) => {
                    others.iter().fold(row.key.to_owned(), |all, other| format!("{all} {other}"))
                }
            };
            assert_eq!(
                (found.as_str(), slot.typed.as_str(), &text[slot.span], &text[slot.term]),
                (*of, *typed, *span, *term),
                "{line}"
            );
        }
    }

    #[test]
    fn what_is_being_typed_is_found_at_any_place() {
        check(&[
            ("|", "line", "", "", ""),
            ("  |", "line", "", "  ", "  "),
            ("act|", "key", "act", "act", "act"),
            ("a |", "key", "", "", ""),
            ("a -|", "key", "", "", "-"),
            ("a -ty|", "key", "ty", "ty", "-ty"),
            ("a --ty|", "key", "ty", "ty", "--ty"),
            ("a NOT ty|", "key", "ty", "ty", "ty"),
            ("(ty|", "key", "ty", "ty", "ty"),
            ("(ty|)", "key", "ty", "ty", "ty"),
            ("(a) |", "key", "", "", ""),
            ("(|", "key", "", "", ""),
            ("ac|tion:x", "key", "ac", "action:", "action:"),
            ("type:|", "type", "", "", "type:"),
            ("x type:ser| y", "type", "ser", "ser", "type:ser"),
            ("x type:s|er y", "type", "s", "ser", "type:ser"),
            ("-type:a,b|", "type a", "b", "b", "-type:a,b"),
            ("type:a,|,c", "type a", "", "", "type:a,,c"),
            ("entity:=de|", "entity", "de", "=de", "entity:=de"),
            ("entity:\"Home Pa|", "entity", "Home Pa", "\"Home Pa", "entity:\"Home Pa"),
            ("entity:\"Home|\" x", "entity", "Home", "\"Home\"", "entity:\"Home\""),
            ("entity:\"a \\\"b|", "entity", "a \"b", "\"a \\\"b", "entity:\"a \\\"b"),
            ("since:|", "since", "", "", "since:"),
            ("on:2026-03..to|", "on", "to", "to", "on:2026-03..to"),
            ("sort:-ti|", "sort", "-ti", "-ti", "sort:-ti"),
            ("cols:time,ac|", "cols", "ac", "ac", "cols:time,ac"),
            ("entity:/a|", "free", "/a", "/a", "entity:/a"),
            ("acton:x|", "free", "", "", "acton:x"),
            ("\"two wo|", "free", "\"two wo", "\"two wo", "\"two wo"),
            ("10:3|", "free", "10:3", "10:3", "10:3"),
            ("@a.b:x|", "free", "", "", "@a.b:x"),
        ]);
    }

    #[test]
    fn values_are_counted_under_the_rest_of_the_line() {
        let context = Context::default();
        for (line, expected) in [
            ("type:|", Some(("type", ""))),
            ("status:failed -type:ser| since:1970", Some(("type", "status:failed since:1970"))),
            ("(source:a type:b|", Some(("type", "source:a"))),
            ("source:a OR type:b|", Some(("type", ""))),
            ("is:|", Some(("is", ""))),
            ("since:|", None),
            ("typ|", None),
        ] {
            let cursor = line.find('|').unwrap();
            let text = line.replacen('|', "", 1);
            let wants = Slot::at(&text, cursor).wants(&text, &context);
            let wants = wants.map(|(key, rest)| (key, rest.to_string()));
            assert_eq!(wants.as_ref().map(|(key, rest)| (*key, rest.as_str())), expected, "{line}");
        }
    }
}
