//! What a feed profile says about comparing its documents: how arrays align, what to leave out, what to mask.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde_json::Value;

use super::path::Step;

/// What stands in place of a masked value.
pub const MASK: &str = "••••";

/// The longest text that is read as JSON, in bytes.
const MAX_JSON: usize = 4 * 1024 * 1024;

/// Names of fields that hold credentials in one system or another. They are masked whatever the rules say.
const ALWAYS_REDACTED: &[&str] = &[
    "*password*",
    "*passwd*",
    "*passphrase*",
    "*secret*",
    "*token*",
    "*api_key*",
    "*api-key*",
    "*apikey*",
    "*private_key*",
    "*private-key*",
    "*privatekey*",
    "*access_key*",
    "*access-key*",
    "*accesskey*",
    "*credential*",
    "*authorization*",
    "*cookie*",
];

/// Any of the words in those names, as they stand in a JSON text. An escape may hide a letter of one.
static WORDS: LazyLock<Option<regex::Regex>> = LazyLock::new(|| {
    let words = ALWAYS_REDACTED.iter().map(|name| regex::escape(name.trim_matches('*')));
    regex::Regex::new(&format!("(?i){}|\\\\u", words.collect::<Vec<_>>().join("|"))).ok()
});

/// Whether a JSON text holds any word that gives a secret away.
pub(super) fn names_a_secret(json: &str) -> bool {
    WORDS.as_ref().is_none_or(|words| words.is_match(json))
}

/// The fields that commonly say which element of an array is which, the most telling first.
pub(super) const IDENTITY_KEYS: [&str; 4] = ["id", "key", "slug", "name"];

/// How to compare the documents of one feed.
///
/// A pattern that starts with `/` is a JSON Pointer (RFC 6901) in which a whole segment `*` stands for any
/// key or element. Any other pattern is a glob (`*`, `?`) on field names at any depth, in which case does
/// not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// How the elements of an array are told apart, by pointer: `/produces`, `/produces/*/flows`.
    pub array_keys: Vec<(String, Align)>,
    /// What is left out of the comparison.
    pub ignore: Vec<String>,
    /// What is masked, beside the names that are always masked.
    pub redact: Vec<String>,
    /// What tells of the change and is no field of the entity, such as a note or the numbers of versions.
    pub beside: Vec<String>,
}

/// How the elements of an array are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Align {
    /// By the value of this field, which every element has and no two share.
    Key(String),
    /// By their value: neither order nor repetition means anything.
    Set,
    /// By their order.
    Sequence,
}

impl Align {
    /// What a profile's word means: `set`, `sequence`, else the name of a key field.
    pub fn from_word(word: &str) -> Self {
        match word {
            "set" => Self::Set,
            "sequence" => Self::Sequence,
            key => Self::Key(key.to_owned()),
        }
    }
}

/// [`Rules`] made ready to be asked about many fields. Making it costs more than comparing two small
/// documents, so who compares many of them keeps it.
#[derive(Debug, Clone)]
pub struct Matcher {
    arrays: Vec<(Vec<String>, Align)>,
    ignore: Vec<Pattern>,
    redact: Vec<Pattern>,
    beside: Vec<Pattern>,
    /// Paths of single fields that are shown whatever the rules say.
    revealed: Vec<String>,
    /// Whether texts that hold JSON are looked into.
    texts: bool,
}

#[derive(Debug, Clone)]
enum Pattern {
    /// A lower-case text that stands somewhere in the name of a field.
    Part(String),
    /// A lower-case glob on the name of a field.
    Name(Vec<char>),
    /// The segments of a pointer.
    Place(Vec<String>),
}

impl Pattern {
    fn new(text: &str) -> Self {
        let part = text.strip_prefix('*').and_then(|text| text.strip_suffix('*'));
        match part.filter(|part| !part.contains(['*', '?'])) {
            _ if text.starts_with('/') => Self::Place(segments(text)),
            Some(part) => Self::Part(part.to_lowercase()),
            None => Self::Name(lower(text)),
        }
    }

    /// Whether it fits a name, given in lower case.
    fn fits_name(&self, name: &str) -> bool {
        match self {
            Self::Part(part) => stands_in(part.as_bytes(), name.as_bytes()),
            Self::Name(glob) => glob_matches(glob, &name.chars().collect::<Vec<_>>()),
            Self::Place(_) => false,
        }
    }
}

impl Default for Matcher {
    fn default() -> Self {
        Self::new(&Rules::default())
    }
}

impl Matcher {
    /// Makes `rules` ready.
    pub fn new(rules: &Rules) -> Self {
        let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
        let own = rules.redact.iter().filter(|text| !ALWAYS_REDACTED.contains(&text.as_str()));
        let redact = own.map(String::as_str).chain(ALWAYS_REDACTED.iter().copied());
        let redact = redact.map(Pattern::new).collect();
        Self {
            arrays: rules.array_keys.iter().map(|(at, align)| (segments(at), align.clone())).collect(),
            ignore: patterns(&rules.ignore),
            redact,
            beside: patterns(&rules.beside),
            revealed: Vec::new(),
            texts: false,
        }
    }

    /// The same, with the fields at these paths shown although the rules would mask them.
    #[must_use]
    pub fn revealing(&self, paths: &[String]) -> Self {
        Self { revealed: paths.to_vec(), ..self.clone() }
    }

    /// The same, with what other rules say as well.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.arrays.extend(other.arrays.iter().cloned());
        both.ignore.extend(other.ignore.iter().cloned());
        both.redact.extend(other.redact.iter().cloned());
        both.beside.extend(other.beside.iter().cloned());
        both
    }

    /// The same, masking also what stands in a text that holds JSON.
    pub(super) fn within_texts(&self) -> Self {
        Self { texts: true, ..self.clone() }
    }

    /// The object or list that `text` holds, where texts are looked into.
    pub(super) fn json_in(&self, text: &str) -> Option<Value> {
        if self.texts { json_in(text) } else { None }
    }

    /// The same for a document of its own that stands in the field at `steps`: pointers of the rules do not
    /// reach into it, names do.
    pub(super) fn below(&self, steps: &[Step<'_>]) -> Self {
        let outer = super::path::render(steps);
        let inner = |path: &String| Some(path.strip_prefix(&outer)?.trim_start_matches('.').to_owned());
        let named = |patterns: &[Pattern]| {
            patterns.iter().filter(|pattern| !matches!(pattern, Pattern::Place(_))).cloned().collect()
        };
        Self {
            arrays: Vec::new(),
            ignore: named(&self.ignore),
            redact: named(&self.redact),
            beside: Vec::new(),
            revealed: self.revealed.iter().filter_map(inner).collect(),
            texts: self.texts,
        }
    }

    /// The same, with fields of these names masked as well.
    #[must_use]
    pub fn redacting(&self, names: impl IntoIterator<Item = String>) -> Self {
        let mut more = self.clone();
        more.redact.extend(names.into_iter().map(|name| Pattern::Name(lower(&name))));
        more
    }

    /// The same without any masking.
    pub(super) fn unmasked(&self) -> Self {
        Self { redact: Vec::new(), ..self.clone() }
    }

    /// Whether somebody wants to see the field that `steps` end in.
    pub(super) fn reveals(&self, steps: &[Step<'_>]) -> bool {
        !self.revealed.is_empty() && self.revealed.contains(&super::path::render(steps))
    }

    /// The same, with the arrays at these keys, from the root down, taken as sets.
    #[must_use]
    pub fn with_sets(&self, sets: impl IntoIterator<Item = Vec<String>>) -> Self {
        let arrays = sets.into_iter().map(|place| (place, Align::Set)).chain(self.arrays.iter().cloned());
        Self { arrays: arrays.collect(), ..self.clone() }
    }

    /// What the rules say about the array at `steps`.
    pub(super) fn align(&self, steps: &[Step<'_>]) -> Option<&Align> {
        self.arrays.iter().find(|(place, _)| leads_to(place, steps)).map(|(_, align)| align)
    }

    /// Whether the field that `steps` end in is left out.
    pub(super) fn ignores(&self, steps: &[Step<'_>]) -> bool {
        matches(&self.ignore, steps)
    }

    /// Whether what `steps` end in tells of the change and is no field of the entity.
    pub(super) fn is_beside(&self, steps: &[Step<'_>]) -> bool {
        matches(&self.beside, steps)
    }

    /// Whether the field that `steps` end in is masked because of its name or place.
    pub(super) fn redacts(&self, steps: &[Step<'_>]) -> bool {
        matches(&self.redact, steps) && !self.reveals(steps)
    }

    /// Whether `name` is one that is masked.
    pub fn redacts_name(&self, name: &str) -> bool {
        let name = lower_case(name);
        self.redact.iter().any(|pattern| pattern.fits_name(&name))
    }

    /// Whether `object` is a pair such as `{"name": "DB_PASSWORD", "value": "…"}`, whose `value` is a secret
    /// although the name of that field does not say so.
    pub(super) fn holds_secret_value(&self, object: &serde_json::Map<String, Value>) -> bool {
        object.contains_key("value")
            && IDENTITY_KEYS
                .iter()
                .filter_map(|key| object.get(*key).and_then(Value::as_str))
                .any(|name| self.redacts_name(name))
    }
}

fn matches(patterns: &[Pattern], steps: &[Step<'_>]) -> bool {
    let Some(Step::Key(name)) = steps.last() else {
        return patterns
            .iter()
            .any(|pattern| matches!(pattern, Pattern::Place(place) if leads_to(place, steps)));
    };
    let name = lower_case(name);
    patterns.iter().any(|pattern| match pattern {
        Pattern::Place(place) => leads_to(place, steps),
        name_pattern => name_pattern.fits_name(&name),
    })
}

/// The object or list that a text holds.
pub(super) fn json_in(text: &str) -> Option<Value> {
    let begins = text.trim_start().as_bytes().first();
    if text.len() > MAX_JSON || !matches!(begins, Some(b'{' | b'[')) {
        return None;
    }
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
}

fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()
}

fn leads_to(place: &[String], steps: &[Step<'_>]) -> bool {
    place.len() == steps.len()
        && place.iter().zip(steps).all(|(segment, step)| {
            segment == "*" || matches!(step, Step::Key(key) if key.as_ref() == segment.as_str())
        })
}

/// Names are short and mostly in lower case already, and every field of every record has one.
fn lower_case(name: &str) -> Cow<'_, str> {
    let as_it_is = name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if as_it_is { Cow::Borrowed(name) } else { Cow::Owned(name.to_lowercase()) }
}

/// Whether `part` stands somewhere in `name`. Both are too short for a search that prepares itself.
fn stands_in(part: &[u8], name: &[u8]) -> bool {
    let Some((first, rest)) = part.split_first() else { return true };
    let starts = name.len().saturating_sub(rest.len());
    name[..starts].iter().enumerate().any(|(at, byte)| byte == first && name[at + 1..].starts_with(rest))
}

fn lower(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Whether `glob` fits the whole of `text`. On a mismatch it goes back to the last `*` only, so the work is
/// bounded by the product of both lengths.
fn glob_matches(glob: &[char], text: &[char]) -> bool {
    let (mut g, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match glob.get(g) {
            Some('*') => {
                retry = Some((g + 1, t));
                g += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                g += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    g = star;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_fit_whole_names_in_any_case() {
        for (glob, name, fits) in [
            ("*token*", "accessToken", true),
            ("*token*", "TOKEN", true),
            ("*token*", "tok_en", false),
            ("updated_at", "Updated_At", true),
            ("updated_at", "updated_at_ms", false),
            ("a*b*c", "axxbxbc", true),
            ("a*b*c", "axxbxb", false),
            ("v?", "v2", true),
            ("v?", "v", false),
            ("*", "", true),
            ("", "x", false),
        ] {
            assert_eq!(glob_matches(&lower(glob), &lower(name)), fits, "{glob} on {name}");
        }
    }
}
