//! A line of text that is being typed, in the filter or in what lies over the screen.
//!
//! The keys are those of readline, as far as the keymap leaves them to the line.

use std::ops::Range;

use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use tui_input::backend::crossterm::EventHandler as _;

/// The longest text that is taken in, in bytes: longer ones come from a slipped paste.
const LONGEST: usize = 10_000;

/// A line and the place of its cursor.
#[derive(Debug, Default, Clone)]
pub(super) struct Line {
    input: tui_input::Input,
}

impl Line {
    /// A line with the cursor at its end.
    pub(super) fn new(text: &str) -> Self {
        Self { input: text.into() }
    }

    /// What is typed.
    pub(super) fn text(&self) -> &str {
        self.input.value()
    }

    /// The place of the cursor, in characters from the start of the text.
    pub(super) fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// The same in bytes.
    pub(super) fn cursor_byte(&self) -> usize {
        self.text().char_indices().nth(self.cursor()).map_or(self.text().len(), |(at, _)| at)
    }

    /// Takes a key that is no command; says whether the text is another one now.
    pub(super) fn key(&mut self, key: KeyEvent) -> bool {
        let types = matches!(key.code, KeyCode::Char(_))
            && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if types && self.text().len() >= LONGEST {
            return false;
        }
        self.input.handle_event(&Input::Key(key)).is_some_and(|changed| changed.value)
    }

    /// Takes pasted text at the cursor; line breaks become spaces.
    pub(super) fn paste(&mut self, text: &str) {
        let at = self.cursor_byte();
        let room = LONGEST.saturating_sub(self.text().len());
        let pasted: String =
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(room / 4).collect();
        self.put(at..at, &pasted);
    }

    /// Puts `replacement` in the place of some bytes, with the cursor behind it. A range that does not fit
    /// the text changes nothing.
    pub(super) fn put(&mut self, range: Range<usize>, replacement: &str) {
        let text = self.text();
        let (Some(before), Some(after)) = (text.get(..range.start), text.get(range.end..)) else { return };
        let before = format!("{before}{replacement}");
        let cursor = before.chars().count();
        self.input = tui_input::Input::new(before + after).with_cursor(cursor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_text_goes_where_the_cursor_is_and_stays_on_one_line() {
        let mut line = Line::new("ab");
        line.key(KeyCode::Left.into());
        line.paste("1\n2");
        assert_eq!((line.text(), line.cursor(), line.cursor_byte()), ("a1 2b", 4, 4));
        line.paste(&"é".repeat(20_000));
        assert!(line.text().len() <= LONGEST);
        let before = line.text().len();
        let mut full = Line::new(&"x".repeat(LONGEST));
        full.key(KeyCode::Char('y').into());
        assert!(full.text().len() == LONGEST && before > 4_000);
        full.key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert_eq!(full.text(), "", "a full line can still be cleared");
    }

    #[test]
    fn an_edit_leaves_the_cursor_behind_what_it_put() {
        let mut line = Line::new("type:ser x");
        line.put(5..8, "sérvice");
        assert_eq!((line.text(), line.cursor(), line.cursor_byte()), ("type:sérvice x", 12, 13));
        line.put(90..91, "?");
        assert_eq!(line.text(), "type:sérvice x");
    }
}
