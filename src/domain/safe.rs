//! The only text that a view may draw.
//!
//! Text from a feed is written by other people, and a terminal obeys some of what it is given. A [`Safe`]
//! holds only characters that can be seen and that leave the cells beside them alone; what had to be
//! replaced is shown by a symbol, so that a reader knows it was there. The cache keeps the text as it came.

mod clean;
mod output;
mod parts;
mod symbol;

use std::fmt;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

pub use output::{csv_cell, escape_json, markdown_cell};
pub use parts::Part;

/// The most bytes that one text may hold; a longer one is cut and ends in `…`.
pub const FIELD_MAX: usize = 64 * 1024;

/// The most bytes that one line of a text may hold; a longer one is cut and ends in `…`.
pub const LINE_MAX: usize = 8 * 1024;

/// What a text that was cut ends in.
pub(super) const CUT: &str = "…";

/// Text from anywhere, made fit to be drawn.
///
/// It holds no control character but the line break, nothing that changes the direction of the text, and
/// nothing without a width of its own outside an accent or an emoji. Making a `Safe` from the text of a
/// `Safe` changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Safe(String);

impl Safe {
    /// Makes `text` fit to be drawn. Line breaks stay.
    pub fn new(text: &str) -> Self {
        Self(clean::clean(text, clean::Breaks::Kept))
    }

    /// Makes `text` fit to be drawn on one line: a line break is shown as `␊`.
    pub fn line(text: &str) -> Self {
        Self(clean::clean(text, clean::Breaks::Shown))
    }

    /// The cleaned text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text in parts: what was sent, and the symbols that stand for something else. Text that was sent
    /// looking like such a symbol counts as one.
    pub fn parts(&self) -> Vec<Part<'_>> {
        parts::parts(&self.0)
    }

    /// The lines, without their breaks. An empty text has none.
    pub fn lines(&self) -> impl Iterator<Item = Self> {
        self.0.lines().map(|line| Self(line.to_owned()))
    }

    /// The cells that the widest line takes.
    pub fn width(&self) -> usize {
        self.0.lines().map(width_of).max().unwrap_or(0)
    }

    /// The text in at most `width` cells; a longer one is cut between characters and ends in `…`. Only
    /// for one line.
    #[must_use]
    pub fn cut(&self, width: usize) -> Self {
        // A line cannot take more cells than it has bytes, which is quicker to know.
        if self.0.len() <= width || self.width() <= width {
            return self.clone();
        }
        let Some(room) = width.checked_sub(1) else { return Self::default() };
        let mut cut = String::new();
        let mut taken = 0;
        for grapheme in self.0.graphemes(true) {
            taken += grapheme.width();
            if taken > room {
                break;
            }
            cut.push_str(grapheme);
        }
        cut.push_str(CUT);
        Self(cut)
    }

    /// The text in exactly `width` cells: cut where it is longer, with spaces after it where it is
    /// shorter.
    #[must_use]
    pub fn pad(&self, width: usize) -> Self {
        let Self(mut text) = self.cut(width);
        text.extend(std::iter::repeat_n(' ', width.saturating_sub(width_of(&text))));
        Self(text)
    }

    /// The text in exactly `width` cells, as [`Safe::pad`], with the spaces before it.
    #[must_use]
    pub fn pad_left(&self, width: usize) -> Self {
        let Self(text) = self.cut(width);
        let mut padded = " ".repeat(width.saturating_sub(width_of(&text)));
        padded.push_str(&text);
        Self(padded)
    }

    /// The text in lines of at most `width` cells, broken between words where there are any and inside a
    /// word that is longer than a line. An empty text is one empty line. A character wider than `width`
    /// stands on a line of its own.
    pub fn wrap(&self, width: usize) -> Vec<Self> {
        let mut lines: Vec<Self> = self.0.lines().flat_map(|line| wrap_line(line, width)).map(Self).collect();
        if lines.is_empty() {
            lines.push(Self::default());
        }
        lines
    }
}

impl fmt::Display for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The cells that one line takes, counted as the terminal buffer counts them: character by character as
/// a reader sees them.
fn width_of(line: &str) -> usize {
    if line.is_ascii() { line.len() } else { line.graphemes(true).map(UnicodeWidthStr::width).sum() }
}

/// The words and the spaces between them, in order.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let space = rest.chars().next()?.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != space).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

fn wrap_line(line: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut current, mut taken) = (String::new(), 0);
    for word in words(line) {
        let wide = width_of(word);
        if taken + wide <= width {
            current.push_str(word);
            taken += wide;
            continue;
        }
        if word.trim().is_empty() {
            // The space that a line is broken at belongs to neither line.
            lines.push(std::mem::take(&mut current));
            taken = 0;
            continue;
        }
        if wide <= width {
            lines.push(std::mem::replace(&mut current, word.to_owned()));
            taken = wide;
            continue;
        }
        for grapheme in word.graphemes(true) {
            let wide = grapheme.width();
            if taken + wide > width && !current.is_empty() {
                lines.push(std::mem::take(&mut current));
                taken = 0;
            }
            current.push_str(grapheme);
            taken += wide;
        }
    }
    if !current.is_empty() || lines.is_empty() {
        lines.push(current);
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

#[cfg(test)]
mod tests;
