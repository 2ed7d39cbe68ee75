//! Readable paths: `config.mode`, `produces[order.created].owner`, `extras."repo.url"`.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The path of a change to the document as a whole.
pub const DOCUMENT: &str = "(document)";

/// One step down from a container to what it holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step<'a> {
    /// To the field of an object.
    Key(Cow<'a, str>),
    /// To an element of an array; the text with its brackets, as the path shows it.
    Element(String),
}

/// The path of the field `key` of the object at `parent`; an empty `parent` is the document itself.
///
/// A key stands as it is unless it would be misread: then it is written as a JSON string.
pub fn child(parent: &str, key: &str) -> String {
    let mut path = String::with_capacity(parent.len() + 1 + key.len());
    path.push_str(parent);
    step_down(&mut path, key);
    path
}

fn step_down(path: &mut String, key: &str) {
    path.push_str(if path.is_empty() { "" } else { "." });
    path.push_str(&bare_or_quoted(key));
}

/// The path that `steps` lead along.
pub(super) fn render(steps: &[Step<'_>]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(key) => step_down(&mut path, key),
            Step::Element(label) => path.push_str(label),
        }
    }
    if path.is_empty() { DOCUMENT.to_owned() } else { path }
}

/// Takes a JSON Pointer (RFC 6901) one step further down.
pub(super) fn point(pointer: &mut String, token: &str) {
    pointer.push('/');
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// The label of the element at place `index`.
pub(super) fn at(index: usize) -> String {
    format!("[{index}]")
}

/// The label of the element whose field `key` is `id`.
///
/// An id that looks like a place in the array is written with its key, so that `[3]` always means a place.
pub(super) fn named(key: &str, id: &str) -> String {
    let is_place = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let misread = |c: char| matches!(c, '[' | ']' | '"' | '=') || c.is_control();
    if is_place {
        format!("[{}={id}]", bare_or_quoted(key))
    } else if id.is_empty() || id.contains(misread) {
        format!("[{}]", quoted(id))
    } else {
        format!("[{id}]")
    }
}

/// Whether the field at `path` is the one at `around` or stands in it.
pub fn is_within(path: &str, around: &str) -> bool {
    steps(path).starts_with(&steps(around))
}

/// The steps of a path that [`render`] or a feed wrote. Slashes separate as well, because some feeds send
/// JSON Pointers. What is no well-formed path still gives its words.
pub(super) fn steps(path: &str) -> Vec<Step<'static>> {
    let mut steps = Vec::new();
    let mut word = String::new();
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        match c {
            '.' | '/' => finish(&mut word, &mut steps),
            '"' => word.push_str(&rest_of_string(&mut chars)),
            '[' => {
                finish(&mut word, &mut steps);
                steps.push(Step::Element(rest_of_element(&mut chars)));
            }
            _ => word.push(c),
        }
    }
    finish(&mut word, &mut steps);
    steps
}

fn finish(word: &mut String, steps: &mut Vec<Step<'static>>) {
    if !word.is_empty() {
        steps.push(Step::Key(Cow::Owned(std::mem::take(word))));
    }
}

fn rest_of_string(chars: &mut std::str::Chars<'_>) -> String {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => text.extend(chars.next()),
            _ => text.push(c),
        }
    }
    text
}

fn rest_of_element(chars: &mut std::str::Chars<'_>) -> String {
    let mut label = String::from("[");
    while let Some(c) = chars.next() {
        match c {
            ']' => break,
            '"' => {
                let _ = write!(label, "{}", quoted(&rest_of_string(chars)));
            }
            _ => label.push(c),
        }
    }
    label.push(']');
    label
}

fn bare_or_quoted(key: &str) -> Cow<'_, str> {
    let misread = |c: char| {
        matches!(c, '.' | '[' | ']' | '(' | ')' | '"' | '\\' | '/' | '=')
            || c.is_whitespace()
            || c.is_control()
    };
    if key.is_empty() || key.contains(misread) { Cow::Owned(quoted(key)) } else { Cow::Borrowed(key) }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
