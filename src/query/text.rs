//! Comparing text without regard to case: the one rule that every evaluator of a query uses.
//!
//! Case is folded character by character, so that folding never changes how many characters a text has:
//! to upper case and back to lower case, where a step that gives more than one character is left out.
//! Characters that this makes equal are equal under Unicode's simple case folding (the C and S rows of
//! `CaseFolding.txt`); a test holds it to the regex crate's tables. `ß` and `ss` therefore differ, `ς`,
//! `σ` and `Σ` do not.

pub(super) mod literal;

use std::borrow::Cow;
use std::sync::Arc;

use super::expression::{BadExpression, Expression};

/// The character that stands for `c` and all its other cases.
pub(crate) fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    // A dotless i has an upper case of its own in no table that counts; `I` must not become one.
    if c == 'ı' {
        return c;
    }
    let upper = single(c.to_uppercase()).unwrap_or(c);
    single(upper.to_lowercase()).unwrap_or(upper)
}

fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

/// `text` with every character folded.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(fold_char).collect())
    }
}

/// A number that texts share which differ only in case, and others rarely do; never 0. This is 32-bit FNV-1a
/// over the folded text.
pub(crate) fn fingerprint(text: &str) -> u32 {
    let bytes = fold(text);
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    bytes.bytes().fold(0x811c_9dc5, step).max(1)
}

/// What a text is compared with.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    /// The whole text, whatever its case.
    Exact(Needle),
    /// Some part of the text, whatever its case.
    Contains(Needle),
    /// The whole text, where `*` stands for any characters.
    Glob(Needle),
    /// A regular expression found anywhere in the text.
    Regex(Expression),
}

/// A text to look for, as typed and folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needle {
    /// As typed, without quotes.
    pub(crate) text: Arc<str>,
    /// Folded.
    folded: Arc<str>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b))
            | (Self::Contains(a), Self::Contains(b))
            | (Self::Glob(a), Self::Glob(b)) => a == b,
            (Self::Regex(a), Self::Regex(b)) => a == b,
            _ => false,
        }
    }
}

impl Needle {
    fn new(text: &str) -> Self {
        let typed: Arc<str> = text.into();
        let folded = match fold(text) {
            Cow::Borrowed(_) => Arc::clone(&typed),
            Cow::Owned(folded) => folded.into(),
        };
        Self { text: typed, folded }
    }

    /// The text folded, for a comparison outside this module.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }
}

impl Pattern {
    pub(crate) fn exact(text: &str) -> Self {
        Self::Exact(Needle::new(text))
    }

    pub(crate) fn contains(text: &str) -> Self {
        Self::Contains(Needle::new(text))
    }

    pub(crate) fn glob(text: &str) -> Self {
        Self::Glob(Needle::new(text))
    }

    /// The pattern between two slashes. It fails where it cannot be read or would grow too large.
    pub(crate) fn regex(source: &str, any_case: bool) -> Result<Self, BadExpression> {
        Expression::new(source, any_case).map(Self::Regex)
    }

    /// Whether `text` is what the pattern describes. Linear in the length of the text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exact(needle) => same_folded(text, &needle.folded),
            Self::Contains(needle) => contains_folded(text, &needle.folded),
            Self::Glob(needle) => glob(&fold(text), &needle.folded),
            Self::Regex(expression) => expression.is_match(text),
        }
    }

    /// The longest text, folded, that is surely in the folding of every text the pattern describes.
    pub(crate) fn needed(&self) -> &str {
        match self {
            Self::Exact(needle) | Self::Contains(needle) => &needle.folded,
            Self::Glob(needle) => {
                needle.folded.split('*').max_by_key(|piece| piece.len()).unwrap_or_default()
            }
            Self::Regex(expression) => expression.needed(),
        }
    }

    /// Whether there is a text and it is what the pattern describes.
    pub(crate) fn matches_some(&self, text: Option<&str>) -> bool {
        text.is_some_and(|text| self.matches(text))
    }
}

fn same_folded(text: &str, folded: &str) -> bool {
    text.chars().map(fold_char).eq(folded.chars())
}

fn contains_folded(text: &str, folded: &str) -> bool {
    fold(text).contains(folded)
}

/// Each piece between two stars is looked for after the end of the piece before; taking the first place
/// where it fits never spoils a later one.
fn glob(text: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn folding_is_the_simple_folding_of_the_regex_crate() {
        // The two may know different versions of Unicode.
        let unassigned = Regex::new(r"^\p{Cn}$").unwrap();
        for c in char::MIN..=char::MAX {
            let folded = fold_char(c);
            assert_eq!(fold_char(folded), folded, "{c:?} folds in one step");
            if folded != c && !unassigned.is_match(c.encode_utf8(&mut [0; 4])) {
                let same = Regex::new(&format!(r"(?i)^\x{{{:x}}}$", u32::from(folded))).unwrap();
                assert!(same.is_match(c.encode_utf8(&mut [0; 4])), "{c:?} and {folded:?}");
            }
        }
        for (a, b) in [('Σ', 'ς'), ('K', '\u{212a}'), ('s', 'ſ'), ('ẞ', 'ß'), ('µ', 'μ'), ('Д', 'д')]
        {
            assert_eq!(fold_char(a), fold_char(b), "{a} {b}");
        }
        assert_ne!(fold_char('ı'), fold_char('i'));
    }

    #[test]
    fn a_glob_covers_the_whole_value() {
        for (pattern, text, expected) in [
            ("dest*", "DESTINATION", true),
            ("*flow", "decision_flow", true),
            ("*flow", "flow_2", false),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("**", "x", true),
            ("ÄR*", "ärger", true),
            ("plain", "plain", true),
            ("plain", "plainer", false),
        ] {
            assert_eq!(Pattern::glob(pattern).matches(text), expected, "{pattern} {text}");
        }
    }
}
