//! The only text that a view may draw.

/// Text from anywhere, made fit to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Safe(String);

impl Safe {
    /// Makes `text` fit to be drawn.
    pub fn new(text: &str) -> Self {
        Self(text.chars().map(|c| if c.is_control() && c != '\n' { '\u{FFFD}' } else { c }).collect())
    }

    /// The cleaned text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
