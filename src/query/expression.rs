//! Regular expressions: read at once, compiled when the first text is held against them.
//!
//! Reading takes time linear in what is typed; compiling can take a tenth of a second for a few characters
//! (`\w{100}`), and a line that is being typed is read at every key. So reading checks all that can be wrong,
//! the size included, and compiling cannot fail any more.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use regex::{Regex, RegexBuilder};
use regex_syntax::ast::{self, Ast, ClassSet, ClassSetItem, ClassUnicode, Flag, GroupKind, RepetitionRange};

use super::text::literal;

/// The longest pattern, in bytes.
const LONGEST: usize = 1_000;

/// How deep groups may go.
const DEEPEST: u32 = 32;

/// The heaviest pattern. A character weighs one, a Unicode class [`CLASS`], and what is repeated as much
/// again each time. Such a pattern takes some 5 MiB and 50 ms to compile.
const HEAVIEST: u64 = 50_000;

/// About the number of ranges in `\w`.
const CLASS: u64 = 800;

/// The most memory that a compiled pattern may take, in bytes: what the weight lets through stays below.
const ROOM: usize = 64 << 20;

/// A regular expression.
#[derive(Debug, Clone)]
pub(crate) struct Expression {
    /// What stands between the slashes.
    pub(crate) source: Arc<str>,
    /// Whether an `i` follows the closing slash.
    pub(crate) any_case: bool,
    /// What follows from it, when it is first asked for; clones share it.
    known: Arc<Known>,
}

#[derive(Debug, Default)]
struct Known {
    compiled: OnceLock<Option<Regex>>,
    /// A text, folded, that is in the folding of all it can be found in.
    needed: OnceLock<Box<str>>,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        (&self.source, self.any_case) == (&other.source, other.any_case)
    }
}

/// Why a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BadExpression {
    /// It would grow too large, or is too long to begin with.
    TooLarge,
    /// It cannot be read: what is wrong, and where, in bytes.
    Unreadable(String, Range<usize>),
}

impl Expression {
    /// The expression that `source` writes, in any case of its letters where `any_case` says so.
    pub(crate) fn new(source: &str, any_case: bool) -> Result<Self, BadExpression> {
        if source.len() > LONGEST {
            return Err(BadExpression::TooLarge);
        }
        let ast = ast::parse::ParserBuilder::new().nest_limit(DEEPEST).build().parse(source);
        let ast = ast.map_err(|error| match error.kind() {
            ast::ErrorKind::NestLimitExceeded(_) => BadExpression::TooLarge,
            kind => unreadable(&kind.to_string(), error.span()),
        })?;
        if weigh(&ast)? > HEAVIEST {
            return Err(BadExpression::TooLarge);
        }
        Ok(Self { source: source.into(), any_case, known: Arc::default() })
    }

    /// Whether some part of `text` is what the pattern describes.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let compile = || {
            let mut builder = RegexBuilder::new(&self.source);
            builder.case_insensitive(self.any_case).size_limit(ROOM).nest_limit(DEEPEST).build().ok()
        };
        self.known.compiled.get_or_init(compile).as_ref().is_some_and(|regex| regex.is_match(text))
    }

    /// A text, folded, that is in the folding of all the pattern can be found in; empty where there is none.
    pub(crate) fn needed(&self) -> &str {
        self.known.needed.get_or_init(|| literal::needed(&self.source, self.any_case))
    }
}

fn unreadable(what: &str, at: &ast::Span) -> BadExpression {
    BadExpression::Unreadable(what.to_owned(), at.start.offset..at.end.offset)
}

/// What a pattern weighs. It fails on what only compiling would find wrong.
fn weigh(ast: &Ast) -> Result<u64, BadExpression> {
    let all = |asts: &[Ast]| {
        asts.iter().try_fold(1_u64, |sum, ast| weigh(ast).map(|weight| sum.saturating_add(weight)))
    };
    match ast {
        Ast::Empty(_) | Ast::Literal(_) | Ast::Assertion(_) => Ok(1),
        Ast::Dot(_) => Ok(10),
        Ast::ClassPerl(_) => Ok(CLASS),
        Ast::ClassUnicode(class) => unicode(class),
        Ast::ClassBracketed(class) => set(&class.kind),
        Ast::Flags(flags) => in_unicode(&flags.flags),
        Ast::Group(group) => {
            if let GroupKind::NonCapturing(flags) = &group.kind {
                in_unicode(flags)?;
            }
            weigh(&group.ast)
        }
        Ast::Repetition(repetition) => {
            let times = match &repetition.op.kind {
                ast::RepetitionKind::Range(
                    RepetitionRange::Exactly(times)
                    | RepetitionRange::AtLeast(times)
                    | RepetitionRange::Bounded(_, times),
                ) => u64::from(*times) + 1,
                _ => 1,
            };
            Ok(weigh(&repetition.ast)?.saturating_mul(times))
        }
        Ast::Alternation(sides) => all(&sides.asts),
        Ast::Concat(parts) => all(&parts.asts),
    }
}

fn set(set: &ClassSet) -> Result<u64, BadExpression> {
    match set {
        ClassSet::Item(found) => item(found),
        ClassSet::BinaryOp(op) => Ok(set_of_two(&op.lhs, &op.rhs)?.saturating_add(CLASS)),
    }
}

fn set_of_two(a: &ClassSet, b: &ClassSet) -> Result<u64, BadExpression> {
    Ok(set(a)?.saturating_add(set(b)?))
}

fn item(found: &ClassSetItem) -> Result<u64, BadExpression> {
    match found {
        ClassSetItem::Empty(_) | ClassSetItem::Literal(_) => Ok(1),
        ClassSetItem::Range(_) | ClassSetItem::Ascii(_) => Ok(10),
        ClassSetItem::Perl(_) => Ok(CLASS),
        ClassSetItem::Unicode(class) => unicode(class),
        ClassSetItem::Bracketed(class) => set(&class.kind),
        ClassSetItem::Union(union) => union
            .items
            .iter()
            .try_fold(1_u64, |sum, found| item(found).map(|weight| sum.saturating_add(weight))),
    }
}

/// Whether there is such a class is known only to the tables of the compiler.
fn unicode(class: &ClassUnicode) -> Result<u64, BadExpression> {
    let is_known = |name: &str| regex_syntax::parse(name).is_ok();
    let name = match &class.kind {
        ast::ClassUnicodeKind::OneLetter(letter) => format!(r"\p{{{letter}}}"),
        ast::ClassUnicodeKind::Named(name) => format!(r"\p{{{name}}}"),
        ast::ClassUnicodeKind::NamedValue { name, value, .. } => format!(r"\p{{{name}={value}}}"),
    };
    if is_known(&name) { Ok(CLASS) } else { Err(unreadable("unknown class of characters", &class.span)) }
}

/// Texts are Unicode; a pattern of bytes could find half a character.
fn in_unicode(flags: &ast::Flags) -> Result<u64, BadExpression> {
    match flags.flag_state(Flag::Unicode) {
        Some(false) => Err(unreadable("a text is never without Unicode", &flags.span)),
        _ => Ok(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(source: &str, any_case: bool, text: &str) -> bool {
        Expression::new(source, any_case).unwrap().is_match(text)
    }

    #[test]
    fn it_searches_and_heeds_case_unless_told_otherwise() {
        assert!(reads("v[0-9]+", false, "now v6"));
        assert!(!reads("V[0-9]", false, "now v6"));
        assert!(reads("V[0-9]", true, "now v6"));
        assert!(reads("(?i)V[0-9]", false, "now v6"));
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_is_compiled() {
        let long = "a".repeat(LONGEST + 1);
        let deep = format!("{}a{}", "(".repeat(40), ")".repeat(40));
        for source in [r"\w{1000}{1000}", r"(\pL{50}){50}", r"[\w\d]{100}", &long, &deep] {
            assert_eq!(Expression::new(source, false), Err(BadExpression::TooLarge), "{source}");
        }
    }

    #[test]
    fn what_was_read_can_be_compiled() {
        for source in [
            r"\w{60}",
            r"[\w&&[^\d]]{15}",
            r"\p{Greek}\pL\p{sc=Latn}",
            r"(?x) a  b # c",
            r"[[:alpha:]a-z]{200}",
            r"\b{start}a\x{10FFFF}$",
            "(a|b|c){0,900}",
            "",
        ] {
            for any_case in [false, true] {
                let expression = Expression::new(source, any_case).unwrap();
                expression.is_match("x");
                assert!(expression.known.compiled.get().is_some_and(Option::is_some), "{source}");
            }
        }
    }

    #[test]
    fn what_only_the_compiler_could_refuse_is_refused_before() {
        for (source, at) in
            [(r"a\p{Nonsense}", 1..13), (r"(?-u)\xff", 2..4), (r"(?-u:\xff)", 2..4), ("a(b", 1..2)]
        {
            match Expression::new(source, false) {
                Err(BadExpression::Unreadable(what, span)) => assert_eq!(span, at, "{source}: {what}"),
                other => panic!("{source}: {other:?}"),
            }
        }
    }
}
