//! Citations: which of the events that an answer names were among those that were sent.

use crate::domain::EventId;

/// What stands behind the name of an event that nobody sent.
const UNKNOWN: &str = " (no such event)";

/// The text with every name of an event marked that is none of `known`, and how many were marked. What looks like a
/// name is a word that can be read as one and has a digit in it, or stands between square brackets.
pub fn cited(text: &str, known: &[EventId]) -> (String, usize) {
    let (mut out, mut marked) = (String::with_capacity(text.len() + 32), 0);
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, word) = rest.split_at(start);
        let end = word.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        out.push_str(before);
        out.push_str(word);
        let bracketed =
            before.ends_with(['[', ' ', ',']) && out.rfind('[') > out.rfind(']') && before.len() < 3
                || before.ends_with('[');
        if is_name(word, bracketed && closes(after)) && !word.parse().is_ok_and(|id| known.contains(&id)) {
            out.push_str(UNKNOWN);
            marked += 1;
        }
        rest = after;
    }
    out.push_str(rest);
    (out, marked)
}

/// Whether a word stands for an event.
fn is_name(word: &str, bracketed: bool) -> bool {
    let digits = word.contains(|c: char| c.is_ascii_digit());
    let id = word.parse::<EventId>().is_ok();
    // A model may shorten a name, or invent one of another length.
    (id && (digits || bracketed)) || (bracketed && digits && (8..=24).contains(&word.len()))
}

/// Whether the brackets that a word stands in are closed behind it, with nothing but other names between.
fn closes(after: &str) -> bool {
    let names = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | ',' | ';');
    after.trim_start_matches(names).starts_with(']')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Identity;

    #[test]
    fn names_of_events_that_were_not_sent_are_marked() {
        let id = |n: &str| EventId::derive("a", None, &Identity::Native(n.into()));
        let (one, two, other) = (id("1"), id("2"), id("3"));
        for (text, marked) in [
            (format!("It went back [{one}]."), 0),
            (format!("It went back [{one}, {two}] and on [{two}]."), 0),
            (format!("It went back [{}].", one.to_string().to_uppercase()), 0),
            (format!("Somebody did [{other}]."), 1),
            (format!("Somebody did [{one}, {other}]."), 1),
            (format!("As {other} shows."), 1),
            ("See [3kq0x8v2m4n6p1r].".to_owned(), 1),
            ("See [1], [note] and [chapter 4], [2026].".to_owned(), 0),
            ("The price went from 1000 to 5000 [batch].".to_owned(), 0),
            ("No name at all".to_owned(), 0),
        ] {
            let (out, count) = cited(&text, &[one, two]);
            assert_eq!(count, marked, "{text}: {out}");
            assert_eq!(out.replace(UNKNOWN, ""), text);
        }
        let (out, _) = cited(&format!("[{one}, {other}]"), &[one]);
        assert_eq!(out, format!("[{one}, {other} (no such event)]"));
    }
}
