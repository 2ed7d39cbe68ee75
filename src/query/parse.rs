//! Tokens to a query: precedence, parentheses and directives.
//!
//! Recursive descent; only parentheses recurse, and no deeper than [`DEEPEST`].

use crate::domain::Zone;

use super::advice::Note;
use super::ast::{Directives, Expr, Group, Sort};
use super::conflict;
use super::error::{ErrorKind, QueryError};
use super::fields::{self, DirectiveRow};
use super::lex::{self, RawValues, Token, TokenKind};
use super::resolve::{Resolver, unknown_word};
use super::time;
use super::{Context, Query, Reading};

/// How deep parentheses may go.
const DEEPEST: usize = 32;

/// What a text means: which events, shown how, what to know about it, and what it mentions.
pub(super) fn read(text: &str, context: &Context) -> Result<Reading, QueryError> {
    let tokens = lex::tokens(text)?;
    let zone = zone_of(text, &tokens)?.unwrap_or(context.zone);
    let mut parser = Parser {
        text,
        tokens: &tokens,
        at: 0,
        resolver: Resolver::new(text, context, zone),
        directives: Directives::default(),
        notes: Vec::new(),
    };
    let expr = parser.or(0)?;
    if let Some(token) = parser.peek() {
        return Err(QueryError::new(
            ErrorKind::UnopenedParenthesis,
            token.span.clone(),
            "this parenthesis is not opened",
        )
        .fix(token.span.clone(), ""));
    }
    let Parser { resolver, directives, mut notes, .. } = parser;
    notes.extend(resolver.notes);
    let query = Query { expr: expr.unwrap_or(Expr::All), directives };
    Ok(Reading { query, notes, mentions: resolver.mentions })
}

/// The zone that the query asks for. It moves all time literals, wherever it stands among them.
fn zone_of(text: &str, tokens: &[Token]) -> Result<Option<Zone>, QueryError> {
    let mut directives = Directives::default();
    for token in tokens {
        if let Some((row, word)) = directive(text, token).filter(|(row, _)| row.key == "tz") {
            apply(&mut directives, row, &text[word.clone()], token)?;
        }
    }
    Ok(directives.zone)
}

fn directive<'t>(
    text: &str,
    token: &'t Token,
) -> Option<(&'static DirectiveRow, &'t std::ops::Range<usize>)> {
    match &token.kind {
        TokenKind::Key { key, values: RawValues::Word(word) } => {
            fields::directive(&text[key.clone()]).map(|row| (row, word))
        }
        _ => None,
    }
}

fn apply(
    directives: &mut Directives,
    row: &'static DirectiveRow,
    word: &str,
    token: &Token,
) -> Result<(), QueryError> {
    let end = token.span.end;
    if word.is_empty() {
        let message = format!("`{}:` needs a value", row.key);
        return Err(QueryError::new(ErrorKind::NoValue, token.span.clone(), message)
            .hint(super::error::listed(row.words.iter().copied())));
    }
    let unknown = |word: &str| unknown_word(row.key, end - word.len()..end, word, row.words.iter().copied());
    let lower = word.to_lowercase();
    match row.key {
        "sort" => {
            directives.sort = Some(match &*lower {
                "time" => Sort::OldestFirst,
                "-time" => Sort::NewestFirst,
                "entity" => Sort::Entity,
                "actor" => Sort::Actor,
                "source" => Sort::Source,
                _ => return Err(unknown(word)),
            });
        }
        "group" => {
            directives.group = Some(match &*lower {
                "none" => Group::None,
                "day" => Group::Day,
                "entity" => Group::Entity,
                "actor" => Group::Actor,
                "source" => Group::Source,
                "run" => Group::Run,
                "set" => Group::Set,
                _ => return Err(unknown(word)),
            });
        }
        "tz" => {
            directives.zone = Some(match &*lower {
                "local" => Zone::Local,
                "utc" => Zone::Utc,
                other => time::offset(other)
                    .and_then(chrono::FixedOffset::east_opt)
                    .map(Zone::Fixed)
                    .ok_or_else(|| unknown(word))?,
            });
        }
        _ => directives.columns = Some(columns(row, word, end - word.len())?),
    }
    Ok(())
}

/// The columns that `list`, which starts at the byte `start`, names; each once.
fn columns(row: &DirectiveRow, list: &str, mut start: usize) -> Result<Vec<&'static str>, QueryError> {
    let mut columns = Vec::new();
    for name in list.split(',') {
        let known = row.words.iter().find(|known| known.eq_ignore_ascii_case(name));
        let span = start..start + name.len();
        start = span.end + 1;
        match known {
            Some(known) if columns.contains(known) => {}
            Some(known) => columns.push(*known),
            None => return Err(unknown_word(row.key, span, name, row.words.iter().copied())),
        }
    }
    Ok(columns)
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    resolver: Resolver<'a>,
    directives: Directives,
    notes: Vec<Note>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn next_is(&self, kind: &TokenKind) -> bool {
        self.peek().is_some_and(|token| token.kind == *kind)
    }

    /// `None` where there is nothing but directives.
    fn or(&mut self, depth: usize) -> Result<Option<Expr>, QueryError> {
        let mut sides = vec![self.and(depth)?];
        while let Some(token) = self.peek().filter(|token| token.kind == TokenKind::Or) {
            self.at += 1;
            let side = self.and(depth)?;
            if side.is_none() || sides.last().is_some_and(Option::is_none) {
                return Err(self.no_operand(token));
            }
            sides.push(side);
        }
        let sides: Vec<Expr> = sides.into_iter().flatten().collect();
        Ok((!sides.is_empty()).then(|| Expr::any_of(sides)))
    }

    fn no_operand(&self, operator: &Token) -> QueryError {
        let word = &self.text[operator.span.clone()];
        let sides = if operator.kind == TokenKind::Not { "behind it" } else { "on both sides" };
        QueryError::new(
            ErrorKind::NoOperand,
            operator.span.clone(),
            format!("`{word}` needs a condition {sides}"),
        )
        .hint(format!("quote it to look for the word: `\"{word}\"`"))
        .fix(operator.span.clone(), "")
    }

    fn and(&mut self, depth: usize) -> Result<Option<Expr>, QueryError> {
        let mut sides = Vec::new();
        let mut dangling: Option<&Token> = None;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Or | TokenKind::Close => break,
                TokenKind::And => {
                    self.at += 1;
                    if sides.is_empty() || dangling.is_some() {
                        return Err(self.no_operand(token));
                    }
                    dangling = Some(token);
                }
                _ => {
                    if let Some((row, word)) = directive(self.text, token) {
                        if depth > 0 {
                            return Err(nested(token, "in parentheses"));
                        }
                        self.at += 1;
                        apply(&mut self.directives, row, &self.text[word.clone()], token)?;
                    } else {
                        let start = token.span.start;
                        let side = self.unary(depth)?;
                        sides.push((side, start..self.tokens[self.at - 1].span.end));
                        dangling = None;
                    }
                }
            }
        }
        if let Some(operator) = dangling {
            return Err(self.no_operand(operator));
        }
        self.notes.extend(conflict::find(self.text, &sides));
        let sides: Vec<Expr> = sides.into_iter().map(|(side, _)| side).collect();
        Ok((!sides.is_empty()).then(|| Expr::all_of(sides)))
    }

    fn unary(&mut self, depth: usize) -> Result<Expr, QueryError> {
        let mut negated = false;
        let mut last = None;
        while let Some(token) = self.peek().filter(|token| token.kind == TokenKind::Not) {
            self.at += 1;
            negated = !negated;
            last = Some(token);
        }
        let expr = self.atom(depth, last)?;
        Ok(if negated { expr.complement() } else { expr })
    }

    fn atom(&mut self, depth: usize, negation: Option<&Token>) -> Result<Expr, QueryError> {
        let Some(token) = self.peek() else {
            return Err(self.nothing_to_negate(negation));
        };
        match &token.kind {
            TokenKind::Open => self.group(depth, token),
            TokenKind::Text(value) => {
                self.at += 1;
                self.resolver.text(value).map(Expr::Term)
            }
            TokenKind::Key { key, values } => {
                if directive(self.text, token).is_some() {
                    return Err(nested(token, "negated"));
                }
                self.at += 1;
                self.resolver.keyed(key, values).map(Expr::Term)
            }
            TokenKind::Close | TokenKind::And | TokenKind::Or | TokenKind::Not => {
                Err(self.nothing_to_negate(negation))
            }
        }
    }

    fn nothing_to_negate(&self, negation: Option<&Token>) -> QueryError {
        let end = self.text.len();
        negation.map_or_else(
            || QueryError::new(ErrorKind::NoOperand, end..end, "a condition is missing here"),
            |token| self.no_operand(token),
        )
    }

    fn group(&mut self, depth: usize, open: &Token) -> Result<Expr, QueryError> {
        if depth == DEEPEST {
            return Err(QueryError::new(
                ErrorKind::TooLarge,
                open.span.clone(),
                format!("parentheses go {DEEPEST} deep and no deeper"),
            ));
        }
        self.at += 1;
        let inner = self.or(depth + 1)?;
        if !self.next_is(&TokenKind::Close) {
            let end = self.text.len();
            return Err(QueryError::new(
                ErrorKind::UnclosedParenthesis,
                open.span.clone(),
                "this parenthesis is not closed",
            )
            .fix(end..end, ")".repeat(depth + 1)));
        }
        let close = self.at;
        self.at += 1;
        inner.ok_or_else(|| {
            let span = open.span.start..self.tokens[close].span.end;
            QueryError::new(ErrorKind::NoOperand, span.clone(), "there is nothing between these parentheses")
                .fix(span, "")
        })
    }
}

fn nested(token: &Token, how: &str) -> QueryError {
    QueryError::new(
        ErrorKind::NestedDirective,
        token.span.clone(),
        format!("this says how events are shown and cannot be {how}"),
    )
    .hint("put it at the end of the line")
}
