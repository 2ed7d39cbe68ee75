//! Telling the symbols in a cleaned text from the text around them, so that a view can set them apart.

use super::symbol;

/// One part of a cleaned text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// What was sent.
    Text(&'a str),
    /// A symbol for a character that does something or shows nothing.
    Symbol(&'a str),
    /// A symbol for a character that would have changed the direction of the text after it: a sign that
    /// somebody wanted it read otherwise than it is.
    Turn(&'a str),
}

impl<'a> Part<'a> {
    /// The text of the part.
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Symbol(text) | Self::Turn(text) => text,
        }
    }
}

/// The parts of `text`, in order; together they are the text.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest[from..].find(begins_symbol).map(|at| from + at) {
        let Some(symbol) = symbol_at(&rest[at..]) else {
            from = at + '⟨'.len_utf8();
            continue;
        };
        if at > 0 {
            parts.push(Part::Text(&rest[..at]));
        }
        parts.push(if symbol::turns(symbol) { Part::Turn(symbol) } else { Part::Symbol(symbol) });
        rest = &rest[at + symbol.len()..];
        from = 0;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

fn begins_symbol(c: char) -> bool {
    matches!(c, '⟨' | '\u{2400}'..='\u{2421}')
}

/// The symbol that `text` begins with, if it does.
fn symbol_at(text: &str) -> Option<&str> {
    let mut characters = text.char_indices();
    let (_, first) = characters.next()?;
    if first != '⟨' {
        return begins_symbol(first).then(|| &text[..first.len_utf8()]);
    }
    // The longest symbol is the count of accents.
    let (end, close) = characters.take(16).find(|(_, c)| *c == '⟩')?;
    let symbol = &text[..end + close.len_utf8()];
    let name = &text[first.len_utf8()..end];
    let hex = |code: &str| (4..=6).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_hexdigit());
    let known = symbol::is_name(symbol)
        || name.strip_prefix("U+").is_some_and(hex)
        || name.strip_prefix("tag ").is_some_and(|letter| letter.len() == 1)
        || (name.starts_with('+') && name.ends_with(" marks"));
    known.then_some(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Safe;

    #[test]
    fn symbols_are_told_from_text() {
        use Part::{Symbol, Text, Turn};
        for (sent, expected) in [
            ("plain", &[Text("plain")][..]),
            ("", &[]),
            ("a\u{1b}[2J", &[Text("a"), Symbol("␛"), Text("[2J")]),
            ("user\u{202e}gpj\u{202c}", &[Text("user"), Turn("⟨RLO⟩"), Text("gpj"), Turn("⟨PDF⟩")]),
            ("\u{200b}\u{9b}\u{e0061}", &[Symbol("⟨ZWSP⟩"), Symbol("⟨U+009B⟩"), Symbol("⟨tag a⟩")]),
            ("⟨x⟩ ⟨ \u{7f}", &[Text("⟨x⟩ ⟨ "), Symbol("␡")]),
            ("⟨⟨\u{200f}⟩", &[Text("⟨⟨"), Turn("⟨RLM⟩"), Text("⟩")]),
        ] {
            assert_eq!(Safe::line(sent).parts(), expected, "{sent:?}");
        }
        let flood = Safe::line(&"\u{300}".repeat(500_000));
        assert!(
            matches!(flood.parts()[..], [Text(_), Symbol(count), Text("…")] if count.ends_with(" marks⟩"))
        );
    }
}
