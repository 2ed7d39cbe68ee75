//! What lies over the screen and is asked first: help, the palette, the question before quitting.

pub(super) mod help;
pub(super) mod keys;
pub(super) mod palette;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event as Input, KeyEvent};
use ratatui::layout::Rect;
use tui_input::backend::crossterm::EventHandler as _;

use super::command::{COMMANDS, Command, CommandRow, Context};
use super::motion::Motion;
use super::settings::Ui;
use super::theme::Role;

/// Something that lies over the screen.
#[derive(Debug)]
pub(super) enum Overlay {
    /// What every key does.
    Help(Help),
    /// Every command by name.
    Palette(Palette),
    /// Whether to end the program.
    Quit,
}

impl Overlay {
    /// What keys mean while it is the topmost.
    pub(super) fn context(&self) -> Context {
        match self {
            Self::Palette(_) => Context::Prompt,
            Self::Help(_) | Self::Quit => Context::Everywhere,
        }
    }
}

/// Makes room for something that lies over what is drawn already.
fn clear(area: Rect, ui: &Ui, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    for position in area.positions() {
        buf[position].reset();
    }
    buf.set_style(area, ui.style(Role::Text));
}

/// As many of `keys` as fit whole into `width` cells; the first one in any case.
fn fitting(keys: Vec<String>, width: usize) -> String {
    let mut text = String::new();
    for key in keys {
        if text.is_empty() {
            text = key;
        } else if text.len() + 2 + key.len() <= width {
            text = format!("{text}  {key}");
        }
    }
    text
}

/// The help.
#[derive(Debug, Default)]
pub(super) struct Help {
    /// Lines above the window.
    pub(super) scroll: usize,
}

impl Help {
    /// Scrolls in `len` lines of which `page` are seen at once.
    pub(super) fn go(&mut self, motion: Motion, len: usize, page: usize) {
        self.scroll = motion.from(self.scroll, len.saturating_sub(page) + 1, page);
    }
}

/// The palette: a line to type in, and the commands whose name or help contains every word of it.
#[derive(Debug, Default)]
pub(super) struct Palette {
    input: tui_input::Input,
    selected: usize,
}

impl Palette {
    pub(super) fn text(&self) -> &str {
        self.input.value()
    }

    /// The place of the cursor, in characters from the start of the text.
    pub(super) fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// The index of the chosen command among [`Palette::found`].
    pub(super) fn selected(&self) -> usize {
        self.selected
    }

    /// The commands that match, those whose name does first.
    pub(super) fn found(&self) -> Vec<&'static CommandRow> {
        let text = self.text().to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let named = |row: &CommandRow| words.iter().all(|word| row.name.contains(word));
        let told = |row: &CommandRow| {
            words.iter().all(|word| row.name.contains(word) || row.help.to_lowercase().contains(word))
        };
        let offered = || COMMANDS.iter().filter(|row| row.contexts != [Context::Prompt]);
        offered().filter(|row| named(row)).chain(offered().filter(|row| !named(row) && told(row))).collect()
    }

    /// The chosen command.
    pub(super) fn chosen(&self) -> Option<Command> {
        self.found().get(self.selected).map(|row| row.command)
    }

    /// Chooses the next or the previous command.
    pub(super) fn choose(&mut self, motion: Motion) {
        self.selected = motion.from(self.selected, self.found().len(), 1);
    }

    /// Takes a key that is no command.
    pub(super) fn key(&mut self, key: KeyEvent) {
        if self.input.handle_event(&Input::Key(key)).is_some_and(|changed| changed.value) {
            self.selected = 0;
        }
    }

    /// Takes pasted text as if it had been typed at the end.
    pub(super) fn paste(&mut self, text: &str) {
        let words: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
        self.input = format!("{}{words}", self.text()).into();
        self.selected = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_palette_finds_by_name_first_and_by_help_after() {
        let mut palette = Palette::default();
        palette.paste("filter");
        let names: Vec<&str> = palette.found().iter().map(|row| row.name).collect();
        assert!(names.starts_with(&["edit-filter", "clear-filter"]), "{names:?}");
        assert!(names.contains(&"undo-query"), "{names:?}");
        assert_eq!(palette.chosen(), Some(Command::EditFilter));
        palette.choose(Motion::Lines(1));
        assert_eq!(palette.chosen(), Some(Command::ClearFilter));
        palette.paste("zzz");
        assert_eq!((palette.chosen(), palette.found().len()), (None, 0));
    }

    #[test]
    fn an_empty_palette_offers_all_that_is_not_for_typing() {
        let offered = Palette::default().found();
        assert!(offered.iter().all(|row| row.contexts != [Context::Prompt]));
        assert!(offered.len() > 30);
    }

    #[test]
    fn keys_are_shown_whole_or_not_at_all() {
        let keys = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (names, width, text) in [
            (&["esc", "backspace", "alt-left"][..], 24, "esc  backspace  alt-left"),
            (&["esc", "backspace", "alt-left"], 16, "esc  backspace"),
            (&["esc", "backspace", "f1"], 9, "esc  f1"),
            (&["backspace"], 3, "backspace"),
            (&[], 3, ""),
        ] {
            assert_eq!(fitting(keys(names), width), text);
        }
    }
}
