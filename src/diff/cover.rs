//! A JSON text with the secrets in it masked and every other byte as it was.
//!
//! It walks the text and not a parsed copy, so that numbers, escapes, blanks and repeated keys of a record stay as
//! the feed sent them. What is nested too deep to be walked, and what is no JSON, is masked whole.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::path::{self, Step};
use super::rules::{IDENTITY_KEYS, MASK, Matcher};

/// How many levels down a text is walked.
const DEPTH: usize = 128;

/// How deep JSON in a text in JSON is walked.
const INSIDE: usize = 3;

/// Masked texts shorter than this are not looked for elsewhere: they may stand there by chance.
pub(super) const TELLING: usize = 8;

/// A JSON text without the secrets in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Covered {
    /// The text.
    pub text: String,
    /// Where something is masked, in the order of the text: JSON Pointers as fragments (RFC 6901, section 6,
    /// without percent-encoding), such as `#/auth/token`. A text that holds JSON counts as one place.
    pub hidden: Vec<String>,
    /// The masked texts themselves, those that are long enough to be told apart from other words.
    pub(super) values: Vec<String>,
}

/// Masks what `rules` call secret in `json`, apart from the places in `revealed`, named as in
/// [`Covered::hidden`].
pub(super) fn cover(json: &str, rules: &Matcher, revealed: &[String]) -> Covered {
    let Some(mut made) = walk(json, rules, revealed, &mut Vec::new(), 0) else { return whole(json) };
    // The longest first: one may stand in another.
    made.values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    made.values.dedup();
    let again = made.values.iter().fold(None, |text: Option<String>, value| {
        let so_far = text.as_ref().unwrap_or(&made.text);
        let quoted = Value::from(value.as_str()).to_string();
        let written = &quoted[1..quoted.len() - 1];
        if so_far.contains(written) { Some(so_far.replace(written, MASK)) } else { text }
    });
    if let Some(text) = again {
        // What was masked may have been no text but a part of what holds texts together.
        if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err() {
            return whole(json);
        }
        made.text = text;
    }
    made
}

impl Covered {
    /// `text` without the texts that are masked in the record.
    pub fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.values.iter().fold(Cow::Borrowed(text), |text, value| {
            if text.contains(value.as_str()) { Cow::Owned(text.replace(value.as_str(), MASK)) } else { text }
        })
    }

    /// The same for every text in a value.
    pub(super) fn clean_value(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(clean) = self.clean(text) {
                    *text = clean;
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.clean_value(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.clean_value(value)),
            _ => {}
        }
    }
}

fn whole(json: &str) -> Covered {
    let text = if json.trim().is_empty() { json.to_owned() } else { mask() };
    Covered { text, hidden: vec!["#".to_owned()], values: Vec::new() }
}

fn mask() -> String {
    format!("\"{MASK}\"")
}

/// `None` where it is no JSON.
fn walk(
    json: &str,
    rules: &Matcher,
    revealed: &[String],
    steps: &mut Vec<Step<'static>>,
    inside: usize,
) -> Option<Covered> {
    let root: &RawValue = serde_json::from_str(json).ok()?;
    let (pointer, cuts) = ("#".to_owned(), Vec::new());
    let mut walk = Walk { json, rules, revealed, inside, pointer, cuts, made: Covered::default(), depth: 0 };
    walk.value(root, steps);
    let Walk { cuts, mut made, .. } = walk;
    let mut at = 0;
    for (range, instead) in cuts {
        made.text.push_str(&json[at..range.start]);
        made.text.push_str(&instead);
        at = range.end;
    }
    made.text.push_str(&json[at..]);
    Some(made)
}

struct Walk<'w> {
    json: &'w str,
    rules: &'w Matcher,
    revealed: &'w [String],
    inside: usize,
    pointer: String,
    depth: usize,
    /// What of the text is replaced by what, in its order.
    cuts: Vec<(Range<usize>, String)>,
    made: Covered,
}

impl Walk<'_> {
    fn value(&mut self, raw: &RawValue, steps: &mut Vec<Step<'static>>) {
        self.depth += 1;
        match raw.get().as_bytes().first() {
            Some(b'{' | b'[') if self.depth > DEPTH => self.hide(raw),
            Some(b'{') => match serde_json::from_str(raw.get()) {
                Ok(Members(members)) => self.members(&members, steps),
                Err(_) => self.hide(raw),
            },
            Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
                Ok(elements) => {
                    steps.push(Step::Element(String::new()));
                    for (place, element) in elements.into_iter().enumerate() {
                        self.below(&place.to_string(), |walk| walk.value(element, steps));
                    }
                    steps.pop();
                }
                Err(_) => self.hide(raw),
            },
            Some(b'"') => self.text(raw, steps),
            _ => {}
        }
        self.depth -= 1;
    }

    fn members(&mut self, members: &[(Cow<'_, str>, &RawValue)], steps: &mut Vec<Step<'static>>) {
        let named_secret = |(key, value): &(Cow<'_, str>, &RawValue)| {
            IDENTITY_KEYS.contains(&key.as_ref())
                && serde_json::from_str::<Cow<'_, str>>(value.get())
                    .is_ok_and(|name| self.rules.redacts_name(&name))
        };
        let pair = members.iter().any(|(key, _)| key == "value") && members.iter().any(named_secret);
        for (key, value) in members {
            steps.push(Step::Key(Cow::Owned(key.clone().into_owned())));
            let secret = (pair && key == "value") || self.rules.redacts(steps);
            self.below(key, |walk| {
                if secret && value.get() != "null" && !walk.is_revealed() {
                    walk.hide(value);
                } else if !walk.is_revealed() {
                    walk.value(value, steps);
                }
            });
            steps.pop();
        }
    }

    /// A text, which may hold JSON of its own.
    fn text(&mut self, raw: &RawValue, steps: &mut Vec<Step<'static>>) {
        let Ok(text) = serde_json::from_str::<Cow<'_, str>>(raw.get()) else { return self.hide(raw) };
        if !text.trim_start().starts_with(['{', '[']) || self.is_revealed() {
            return;
        }
        let inner = if self.inside < INSIDE {
            walk(&text, self.rules, &[], steps, self.inside + 1)
        } else {
            Some(whole(&text)).filter(|_| may_hide(&text))
        };
        if let Some(inner) = inner.filter(|inner| !inner.hidden.is_empty()) {
            self.made.values.extend(inner.values);
            self.replace(raw, Value::String(inner.text).to_string());
        }
    }

    fn hide(&mut self, raw: &RawValue) {
        if let Ok(value) = serde_json::from_str(raw.get()) {
            telling(&value, &mut self.made.values);
        }
        self.replace(raw, mask());
    }

    fn replace(&mut self, raw: &RawValue, instead: String) {
        // The walk only ever holds parts of `json`.
        let start = raw.get().as_ptr().addr() - self.json.as_ptr().addr();
        self.cuts.push((start..start + raw.get().len(), instead));
        self.made.hidden.push(self.pointer.clone());
    }

    fn is_revealed(&self) -> bool {
        self.revealed.contains(&self.pointer)
    }

    fn below(&mut self, token: &str, visit: impl FnOnce(&mut Self)) {
        let parent = self.pointer.len();
        path::point(&mut self.pointer, token);
        visit(self);
        self.pointer.truncate(parent);
    }
}

/// The texts in a masked value that would be known again elsewhere.
fn telling(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() >= TELLING && text != MASK => into.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|value| telling(value, into)),
        Value::Object(fields) => fields.values().for_each(|value| telling(value, into)),
        _ => {}
    }
}

/// Whether `json` holds any word that gives a secret away. Most records do not, and need no walk.
pub(super) fn may_hide(json: &str) -> bool {
    super::rules::names_a_secret(json)
}

/// The members of an object in their order, repeated ones included.
struct Members<'m>(Vec<(Cow<'m, str>, &'m RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((Cow::Owned(key), value));
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Rules;

    fn covered(json: &str, revealed: &[&str]) -> Covered {
        let revealed: Vec<String> = revealed.iter().map(|place| (*place).to_owned()).collect();
        cover(json, &Matcher::new(&Rules::default()), &revealed)
    }

    #[test]
    fn what_is_no_secret_stays_byte_for_byte() {
        for json in [
            r#"{"a": 1.10,  "n": 123456789012345678901234567890, "a": "é\u00e9"}"#,
            r#" [1e400, -0, null, "x\/y", {"name": "SIZE", "value": "3"}] "#,
            r#""just text""#,
            r#"{"note": "{\"a\":  1}"}"#,
        ] {
            assert_eq!(covered(json, &[]).text, json);
        }
    }

    #[test]
    fn secrets_are_masked_where_they_stand() {
        for (json, text, places) in [
            (r#"{"Token" : "sk_live_123", "n": 1.10}"#, r#"{"Token" : "••••", "n": 1.10}"#, &["#/Token"][..]),
            (
                r#"{"a":[{"password":"x"},{"password":null}],"db_password":{"old":1}}"#,
                r#"{"a":[{"password":"••••"},{"password":null}],"db_password":"••••"}"#,
                &["#/a/0/password", "#/db_password"],
            ),
            (
                r#"{"env":[{"name":"API_KEY","value":"v"},{"name":"PORT","value":"80"}]}"#,
                r#"{"env":[{"name":"API_KEY","value":"••••"},{"name":"PORT","value":"80"}]}"#,
                &["#/env/0/value"],
            ),
            (
                r#"{"config":"{\"user\": \"a\", \"secret\": \"b\"}"}"#,
                r#"{"config":"{\"user\": \"a\", \"secret\": \"••••\"}"}"#,
                &["#/config"],
            ),
            (r#"{"pass\u0077ord":"x"}"#, r#"{"pass\u0077ord":"••••"}"#, &["#/password"]),
            (r#"{"token":1,"token":2}"#, r#"{"token":"••••","token":"••••"}"#, &["#/token", "#/token"]),
            ("{ broken", "\"••••\"", &["#"]),
        ] {
            let made = covered(json, &[]);
            assert_eq!((made.text.as_str(), made.hidden.as_slice()), (text, &places.map_to_owned()[..]));
        }
    }

    trait Owned {
        fn map_to_owned(&self) -> Vec<String>;
    }

    impl Owned for &[&str] {
        fn map_to_owned(&self) -> Vec<String> {
            self.iter().map(|text| (*text).to_owned()).collect()
        }
    }

    #[test]
    fn a_masked_text_is_masked_wherever_else_it_stands() {
        for (json, text) in [
            (
                r#"{"token":"sk_live_1234","note":"was sk_live_1234 before","x":["sk_live_1234"]}"#,
                r#"{"token":"••••","note":"was •••• before","x":["••••"]}"#,
            ),
            (r#"{"token":"a\"bcdefgh","note":"<a\"bcdefgh>"}"#, r#"{"token":"••••","note":"<••••>"}"#),
            (r#"{"token":"short","note":"a short note"}"#, r#"{"token":"••••","note":"a short note"}"#),
            (r#"{"token":"12345678","n":123456789}"#, "\"••••\""),
        ] {
            assert_eq!(covered(json, &[]).text, text);
        }
    }

    #[test]
    fn one_place_can_be_shown_and_the_others_stay_masked() {
        let json = r#"{"token":"abc","nested":{"secret":"def"}}"#;
        assert_eq!(covered(json, &["#/token"]).text, r#"{"token":"abc","nested":{"secret":"••••"}}"#);
        assert_eq!(covered(json, &["#/nested/secret"]).text, r#"{"token":"••••","nested":{"secret":"def"}}"#);
    }

    #[test]
    fn a_text_nested_deeper_than_anybody_reads_is_masked_below() {
        let deep = format!("{}{{\"password\":\"hunter22\"}}{}", "[".repeat(5_000), "]".repeat(5_000));
        let made = covered(&deep, &[]);
        assert!(!made.text.contains("hunter22") && made.text.contains(MASK));
    }

    #[test]
    fn a_record_without_a_telling_word_needs_no_walk() {
        for (json, may) in [
            (r#"{"a":1}"#, false),
            (r#"{"apiKey":1}"#, true),
            (r#"{"x":"PRIVATE-KEY"}"#, true),
            (r#"{"\u0074oken":1}"#, true),
        ] {
            assert_eq!(may_hide(json), may, "{json}");
        }
    }
}
