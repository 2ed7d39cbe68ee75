//! What lies over the screen and is asked first: help, lists to pick from, a line to type, a text to read,
//! the question before quitting.

pub(super) mod ai;
pub(super) mod ask;
pub(super) mod export;
pub(super) mod help;
pub(super) mod keys;
pub(super) mod picker;
pub(super) mod popup;
pub(super) mod told;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::command::Context;
use super::line::Line;
use super::motion::Motion;
use super::settings::Ui;
use super::theme::Role;
use crate::diff::Subject;

pub(super) use ai::{Ai, Stage};
pub(super) use ask::{Ask, Asked};
pub(super) use export::Export;
pub(super) use picker::{Goal, Of, Picker};
pub(super) use told::Told;

/// Something that lies over the screen.
#[derive(Debug)]
pub(super) enum Overlay {
    /// What every key does.
    Help(Help),
    /// A list to pick from by some letters.
    Pick(Picker),
    /// A line to type.
    Ask(Ask),
    /// A text that was asked for.
    Told(Told),
    /// A summary by a language model.
    Ai(Ai),
    /// What to write out, and where to.
    Export(Export),
    /// Whether to end the program.
    Quit,
    /// Whether to show the masked value at this path of this.
    Reveal(Subject, String),
    /// Whether to remove the view of this name.
    DropView(String),
}

impl Overlay {
    /// Whether any key but the one that confirms is an answer that leaves everything as it is.
    pub(super) fn is_question(&self) -> bool {
        matches!(self, Self::Quit | Self::Reveal(..) | Self::DropView(_))
    }

    /// What keys mean while it is the topmost.
    pub(super) fn context(&self) -> Context {
        match self {
            Self::Pick(_) | Self::Ask(_) | Self::Export(_) | Self::Ai(_) => Context::Prompt,
            Self::Help(help) if help.typing => Context::Prompt,
            Self::Help(_) => Context::Help,
            Self::Told(_) | Self::Quit => Context::Everywhere,
            // The key that asked is the key that confirms.
            Self::Reveal(..) => Context::Detail,
            Self::DropView(_) => Context::Views,
        }
    }
}

/// Makes room for something that lies over what is drawn already.
pub(super) fn clear(area: Rect, ui: &Ui, buf: &mut Buffer) {
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
#[derive(Debug)]
pub(super) struct Help {
    /// Lines above the window.
    pub(super) scroll: usize,
    /// What had the keys when it was asked for: its commands come first.
    pub(super) about: Context,
    /// What is looked for.
    pub(super) line: Line,
    /// Whether that is being typed.
    pub(super) typing: bool,
}

impl Help {
    /// The help for what has the keys.
    pub(super) fn about(about: Context) -> Self {
        Self { scroll: 0, about, line: Line::default(), typing: false }
    }

    /// Scrolls in `len` lines of which `page` are seen at once.
    pub(super) fn go(&mut self, motion: Motion, len: usize, page: usize) {
        self.scroll = motion.from(self.scroll, len.saturating_sub(page) + 1, page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
