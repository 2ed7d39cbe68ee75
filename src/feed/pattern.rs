//! What the value of a variable has to look like.

use std::fmt;

use regex::Regex;

/// A regular expression that a whole value has to match. It displays as the profile writes it.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    pub(super) whole: Regex,
}

impl Pattern {
    /// The error says in one line what is wrong.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        // The text alone first, so that errors show it and not what stands around it.
        let reason = |error: regex::Error| {
            let text = error.to_string();
            text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        };
        Regex::new(text).map_err(reason)?;
        let whole = Regex::new(&format!(r"\A(?:{text})\z")).map_err(reason)?;
        Ok(Self { text: text.to_owned(), whole })
    }

    /// The expression as the profile writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
