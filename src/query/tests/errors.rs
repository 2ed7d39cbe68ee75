//! Queries that are refused: the place, the sort of mistake and the edit that helps.

use super::ErrorKind as E;
use super::*;

fn refused(text: &str) -> QueryError {
    match parse(text, &context()) {
        Err(error) => error,
        Ok(query) => panic!("{text} was read as {query:?}"),
    }
}

/// Text, sort of mistake, the part that is wrong, the text after the edit (empty where none is offered).
const MISTAKES: &[(&str, E, &str, &str)] = &[
    ("stauts:failed", E::UnknownKey, "stauts", "status:failed"),
    ("a Actoin:x", E::UnknownKey, "Actoin", "a action:x"),
    ("grup:day", E::UnknownKey, "grup", "group:day"),
    ("zzz:1", E::UnknownKey, "zzz", ""),
    ("größe:1", E::UnknownKey, "größe", ""),
    ("bookmarked:yes", E::UnknownKey, "bookmarked", ""),
    ("status:", E::NoValue, "status:", ""),
    ("status: failed", E::NoValue, "status:", ""),
    ("type:a,", E::NoValue, "type:a,", ""),
    ("version:>", E::NoValue, "version:>", ""),
    ("field:", E::NoValue, "field:", ""),
    ("field:a->", E::NoValue, "a->", "field:a->*"),
    ("field:->b", E::NoValue, "field:->b", "field:*->b"),
    ("@a.b:", E::NoValue, "@a.b:", "@a.b:*"),
    ("sort:", E::NoValue, "sort:", ""),
    ("x \"y z", E::UnclosedQuote, "\"y z", "x \"y z\""),
    ("(a (b", E::UnclosedParenthesis, "(", "(a (b))"),
    ("a) b", E::UnopenedParenthesis, ")", "a b"),
    ("since:7min", E::BadTime, "7min", "since:7m"),
    ("since:7M", E::BadTime, "7M", "since:7mo"),
    ("since:yesterdy", E::BadTime, "yesterdy", "since:yesterday"),
    ("since:2026-02-30", E::BadTime, "2026-02-30", ""),
    ("since:25:00", E::BadTime, "25:00", ""),
    ("since:03/25/2026", E::BadTime, "03/25/2026", ""),
    ("since:2026-03T10:00", E::BadTime, "2026-03T10:00", ""),
    ("since:99999999999999y", E::BadTime, "99999999999999y", ""),
    ("since:4000000000y", E::BadTime, "4000000000y", ""),
    ("around:12:00~x", E::BadTime, "12:00~x", ""),
    ("since:a..b", E::BadComparison, "a..b", ""),
    ("until:>7d", E::BadComparison, ">7d", ""),
    ("type:>b", E::BadComparison, ">b", "type:b"),
    ("field:~mode", E::BadComparison, "~mode", "field:mode"),
    ("version:~3", E::BadComparison, "~3", "version:3"),
    ("@a:>b", E::BadComparison, "b", ""),
    ("version:x", E::BadNumber, "x", ""),
    ("version:/3/", E::BadNumber, "/3/", ""),
    ("on:2026-04..2026-03", E::EmptyRange, "2026-04..2026-03", "on:2026-03..2026-04"),
    ("version:5..3", E::EmptyRange, "5..3", "version:3..5"),
    ("version:..", E::EmptyRange, "..", ""),
    ("on:..", E::EmptyRange, "..", ""),
    ("on:7d", E::EmptyRange, "7d", ""),
    ("entity:/a(b/", E::BadPattern, "/a(b/", ""),
    (r"/\w{1000}{1000}/", E::TooLarge, r"/\w{1000}{1000}/", ""),
    ("status:fail", E::UnknownWord, "fail", "status:failed"),
    ("status:nonsense", E::UnknownWord, "nonsense", ""),
    ("is:boookmarked", E::UnknownWord, "boookmarked", "is:bookmarked"),
    ("has:notes", E::UnknownWord, "notes", "has:note"),
    ("note:", E::NoValue, "note:", ""),
    ("sort:-tim", E::UnknownWord, "-tim", "sort:-time"),
    ("cols:time,acton", E::UnknownWord, "acton", "cols:time,action"),
    ("tz:moon", E::UnknownWord, "moon", ""),
    ("(a sort:time)", E::NestedDirective, "sort:time", ""),
    ("-sort:time", E::NestedDirective, "sort:time", ""),
    ("a OR", E::NoOperand, "OR", "a "),
    ("OR a", E::NoOperand, "OR", " a"),
    ("a OR sort:time", E::NoOperand, "OR", "a  sort:time"),
    ("a AND AND b", E::NoOperand, "AND", "a AND  b"),
    ("AND a", E::NoOperand, "AND", " a"),
    ("NOT", E::NoOperand, "NOT", ""),
    ("(NOT)", E::NoOperand, "NOT", "()"),
    ("a () b", E::NoOperand, "()", "a  b"),
    ("a - b", E::LoneMinus, "-", "a  b"),
    ("a -", E::LoneMinus, "-", "a "),
    ("(!)", E::LoneMinus, "!", "()"),
];

#[test]
fn mistakes_are_placed_named_and_mended() {
    for (text, kind, span, mended) in MISTAKES {
        let error = refused(text);
        assert_eq!((error.kind, &text[error.span.clone()]), (*kind, *span), "{text}: {error}");
        let after = error.fix.as_ref().map(|fix| fix.apply(text)).unwrap_or_default();
        assert_eq!(after, *mended, "{text}: {error}");
        assert!(!error.message.ends_with('.') && !error.message.is_empty(), "{text}: {error}");
    }
}

#[test]
fn errors_say_what_to_do() {
    for (text, expected) in [
        ("stauts:failed", "there is no key `stauts:`: did you mean `status:`?"),
        ("status:", "`status:` needs a value: `success`, `failed` or `unknown`"),
        ("since:7min", "`7min` is not a time: minutes are `7m`, months `7mo`"),
        ("entity:/a(b/", "this pattern cannot be read at column 2: unclosed group"),
        ("status:fail", "`status:` has no `fail`: did you mean `failed`?"),
        (
            "type:>b",
            "`type:` holds text, which is not greater or less: only times, `version:` and `@path:` can be compared",
        ),
    ] {
        assert_eq!(refused(text).to_string(), expected);
    }
}

#[test]
fn me_has_to_be_somebody() {
    let nobody = Context { me: None, ..context() };
    assert_eq!(parse("actor:@me", &nobody).unwrap_err().kind, ErrorKind::NobodyIsMe);
}

#[test]
fn parentheses_and_patterns_have_a_limit() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(read(&nested(32)), read("a"));
    assert_eq!(refused(&nested(33)).kind, ErrorKind::TooLarge);
    assert!(parse(&"/a/ ".repeat(16), &context()).is_ok());
    assert_eq!(refused(&"/a/ ".repeat(17)).kind, ErrorKind::TooLarge);
}
