//! The longest text that has to be in everything a regular expression can be found in.
//!
//! It lets an expression be looked for where only folded texts are kept: what holds no such text cannot
//! hold a match. An expression that has none (`[0-9]+`) is merely not helped.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::{fold, fold_char};

/// No longer text is put together: expressions may repeat a thousand times.
const LONGEST: usize = 64;

/// That text, folded; empty where there is none.
pub(in crate::query) fn needed(source: &str, any_case: bool) -> Box<str> {
    let parsed = ParserBuilder::new().case_insensitive(any_case).nest_limit(32).build().parse(source);
    parsed.map(|hir| Needed::of(&hir).longest.into()).unwrap_or_default()
}

/// What is known of the folding of a match.
#[derive(Default)]
struct Needed {
    /// The whole of it, where there is only one.
    whole: Option<String>,
    /// The longest text that is in it.
    longest: String,
}

impl Needed {
    fn whole(text: String) -> Self {
        Self { longest: text.clone(), whole: Some(text) }
    }

    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::whole(String::new()),
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => Self::whole(fold(text).into_owned()),
                Err(_) => Self::default(),
            },
            HirKind::Class(class) => one_char(class).map(|c| Self::whole(c.into())).unwrap_or_default(),
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Repetition(repetition) if repetition.min > 0 => {
                let once = Self::of(&repetition.sub);
                let Some(text) = once.whole else { return Self { whole: None, longest: once.longest } };
                let times = repetition.min as usize;
                if text.len() * times > LONGEST {
                    return Self { whole: None, longest: text };
                }
                let longest = text.repeat(times);
                Self { whole: (repetition.max == Some(repetition.min)).then(|| longest.clone()), longest }
            }
            HirKind::Repetition(_) | HirKind::Alternation(_) => Self::default(),
            HirKind::Concat(parts) => Self::one_after_the_other(parts),
        }
    }

    fn one_after_the_other(parts: &[Hir]) -> Self {
        let (mut run, mut longest, mut is_whole) = (String::new(), String::new(), true);
        let mut consider = |text: &str| {
            if text.len() > longest.len() {
                text.clone_into(&mut longest);
            }
        };
        for part in parts {
            let part = Self::of(part);
            match part.whole {
                Some(text) if run.len() + text.len() <= LONGEST => run.push_str(&text),
                whole => {
                    consider(&run);
                    consider(&part.longest);
                    is_whole = false;
                    // A text too long to go on with still begins the next run.
                    run = whole.filter(|text| text.len() <= LONGEST).unwrap_or_default();
                }
            }
        }
        consider(&run);
        Self { whole: is_whole.then_some(run), longest }
    }
}

/// The character that all of a class fold to.
fn one_char(class: &Class) -> Option<char> {
    /// The most cases that a character has.
    const CASES: u32 = 4;
    let Class::Unicode(class) = class else { return None };
    let mut folded = None;
    for range in class.ranges() {
        if u32::from(range.end()) - u32::from(range.start()) > CASES {
            return None;
        }
        for c in range.start()..=range.end() {
            if *folded.get_or_insert(fold_char(c)) != fold_char(c) {
                return None;
            }
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_every_match_holds_is_found() {
        for (source, any_case, expected) in [
            ("timeout", false, "timeout"),
            ("TimeOut", false, "timeout"),
            ("Straße", true, "straße"),
            (r"^v\d+ of orders$", false, " of orders"),
            (r"conn(ection)? refused", false, " refused"),
            (r"(abc){3}d", false, "abcabcabcd"),
            (r"(abc)+d", false, "abc"),
            (r"a|b", false, ""),
            (r"[0-9]+", false, ""),
            (r"x*", false, ""),
            (r"(ab|cd)efg", false, "efg"),
            (r"[Kk]afka", false, "kafka"),
            (r"(?i:kafka)-CONNECT", false, "kafka-connect"),
            (r"(?:a.*b){2}", false, "a"),
            ("(", false, ""),
        ] {
            assert_eq!(&*needed(source, any_case), expected, "{source}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_matched_without_it(
            source in r"(\(\?i\))?([aBc.]|\[ab\]|\[\^a\]|\(aB\|Ba\)|\(ab\)|[aB][+*?]|\(Ba\)\{1,2\}){0,6}",
            text in "[aAbBcC]{0,12}",
            any_case in any::<bool>(),
        ) {
            let regex = regex::RegexBuilder::new(&source).case_insensitive(any_case).build().unwrap();
            if regex.is_match(&text) {
                prop_assert!(fold(&text).contains(&*needed(&source, any_case)), "{} {}", source, text);
            }
        }
    }
}
