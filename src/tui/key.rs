//! Keys by name: `j`, `G`, `ctrl-d`, `shift-tab`, `page-down`, `space`.
//!
//! Terminals report one key press in several ways (a capital letter with and without Shift, Shift-Tab
//! as a key of its own). Here each key has one form, so that two keys are equal when a person would say
//! so.

use std::fmt;
use std::str::FromStr;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::domain::did_you_mean;

/// One key press, in the one form that bindings compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Keys that have a name instead of a character.
const NAMED: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("page-up", KeyCode::PageUp),
    ("page-down", KeyCode::PageDown),
    ("f1", KeyCode::F(1)),
    ("f2", KeyCode::F(2)),
    ("f3", KeyCode::F(3)),
    ("f4", KeyCode::F(4)),
    ("f5", KeyCode::F(5)),
    ("f6", KeyCode::F(6)),
    ("f7", KeyCode::F(7)),
    ("f8", KeyCode::F(8)),
    ("f9", KeyCode::F(9)),
    ("f10", KeyCode::F(10)),
    ("f11", KeyCode::F(11)),
    ("f12", KeyCode::F(12)),
];

/// The prefixes of a key, in the order they are written.
const MODIFIERS: &[(&str, KeyModifiers)] =
    &[("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)];

/// Terminals send the same byte for these, so a binding to the left one would never be heard.
const SAME_BYTE: &[(char, &str)] = &[('i', "tab"), ('m', "enter"), ('[', "esc")];

/// Why a text is no key: what is wrong, and what to write instead where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAKey {
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Key {
    /// Whether the key, pressed while a line is being typed, is a character of that line.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_))
            && !self.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    }

    /// The one form of a key: a capital letter carries no Shift, Ctrl takes the small letter, and
    /// Shift-Tab is Tab with Shift.
    fn canonical(code: KeyCode, modifiers: KeyModifiers) -> Self {
        match code {
            KeyCode::BackTab => Self { code: KeyCode::Tab, modifiers: modifiers.union(KeyModifiers::SHIFT) },
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => Self {
                code: KeyCode::Char(c.to_ascii_lowercase()),
                modifiers: modifiers.difference(KeyModifiers::SHIFT),
            },
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::SHIFT) => Self {
                code: KeyCode::Char(c.to_ascii_uppercase()),
                modifiers: modifiers.difference(KeyModifiers::SHIFT),
            },
            code => Self { code, modifiers },
        }
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        Self::canonical(event.code, event.modifiers)
    }
}

/// The press of that key.
impl From<Key> for KeyEvent {
    fn from(key: Key) -> Self {
        Self::new(key.code, key.modifiers)
    }
}

impl FromStr for Key {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((name, modifier)) =
            MODIFIERS.iter().find(|(name, _)| rest.len() > name.len() && rest.starts_with(name))
        {
            modifiers = modifiers.union(*modifier);
            rest = &rest[name.len()..];
        }
        let mut characters = rest.chars();
        let code = match (characters.next(), characters.next()) {
            (Some(c), None) if !c.is_control() && !c.is_whitespace() => KeyCode::Char(c),
            _ => NAMED.iter().find(|(name, _)| *name == rest).map(|(_, code)| *code).ok_or_else(|| {
                NotAKey {
                    message: format!("there is no key named `{text}`"),
                    help: did_you_mean(rest, NAMED.iter().map(|(name, _)| *name)),
                }
            })?,
        };
        if let KeyCode::Char(c) = code {
            refuse_what_no_terminal_sends(text, c, modifiers)?;
        }
        Ok(Self::canonical(code, modifiers))
    }
}

fn refuse_what_no_terminal_sends(text: &str, c: char, modifiers: KeyModifiers) -> Result<(), NotAKey> {
    let refuse = |message: String, help: String| Err(NotAKey { message, help: Some(help) });
    if modifiers.contains(KeyModifiers::CONTROL) {
        if let Some((_, name)) = SAME_BYTE.iter().find(|(same, _)| *same == c.to_ascii_lowercase()) {
            return refuse(
                format!("a terminal sends `{text}` as `{name}`"),
                format!("bind `{name}` instead"),
            );
        }
        if c.is_ascii_uppercase() || modifiers.contains(KeyModifiers::SHIFT) {
            let plain = format!("ctrl-{}", c.to_ascii_lowercase());
            return refuse(
                format!("a terminal does not tell `{text}` from `{plain}`"),
                format!("write `{plain}`"),
            );
        }
    } else if modifiers.contains(KeyModifiers::SHIFT) && !c.is_ascii_alphabetic() {
        return refuse(
            format!("`{text}` is a different character on every keyboard"),
            "write the character that it types".to_owned(),
        );
    }
    Ok(())
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, modifier) in MODIFIERS {
            if self.modifiers.contains(*modifier) {
                f.write_str(name)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            other => write!(f, "{other}"),
        }
    }
}

/// Several keys as they are written in a keys file: `g s`.
pub(super) fn spell(keys: &[Key]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers) -> Key {
        Key::from(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn names_mean_the_key_that_the_terminal_reports() {
        let none = KeyModifiers::NONE;
        let (ctrl, alt, shift) = (KeyModifiers::CONTROL, KeyModifiers::ALT, KeyModifiers::SHIFT);
        for (name, code, modifiers) in [
            ("j", KeyCode::Char('j'), none),
            ("G", KeyCode::Char('G'), shift),
            ("G", KeyCode::Char('G'), none),
            ("shift-g", KeyCode::Char('G'), shift),
            ("shift-g", KeyCode::Char('g'), shift),
            ("?", KeyCode::Char('?'), shift),
            ("-", KeyCode::Char('-'), none),
            ("ctrl--", KeyCode::Char('-'), ctrl),
            ("ctrl-d", KeyCode::Char('d'), ctrl),
            ("ctrl-d", KeyCode::Char('D'), ctrl.union(shift)),
            ("ctrl-alt-d", KeyCode::Char('d'), ctrl.union(alt)),
            ("shift-tab", KeyCode::BackTab, shift),
            ("shift-tab", KeyCode::BackTab, none),
            ("alt-left", KeyCode::Left, alt),
            ("space", KeyCode::Char(' '), none),
            ("ctrl-space", KeyCode::Char(' '), ctrl),
            ("f12", KeyCode::F(12), none),
            ("é", KeyCode::Char('é'), none),
        ] {
            assert_eq!(name.parse(), Ok(press(code, modifiers)), "{name}");
        }
    }

    #[test]
    fn a_key_is_written_as_it_is_read() {
        for name in ["j", "G", "ctrl-d", "ctrl-alt-x", "shift-tab", "page-down", "space", "f2", "alt--", ":"]
        {
            assert_eq!(name.parse::<Key>().map(|key| key.to_string()), Ok(name.to_owned()));
        }
    }

    #[test]
    fn what_is_no_key_or_never_arrives_is_refused_with_advice() {
        for (text, message, help) in [
            ("entr", "no key named `entr`", Some("did you mean `enter`?")),
            ("ctrl-pageup", "no key named `ctrl-pageup`", Some("did you mean `page-up`?")),
            ("", "no key named ``", None),
            ("ctrl-", "no key named `ctrl-`", None),
            ("super-x", "no key named", None),
            ("ctrl-i", "sends `ctrl-i` as `tab`", Some("bind `tab` instead")),
            ("ctrl-D", "does not tell `ctrl-D` from `ctrl-d`", Some("write `ctrl-d`")),
            ("shift-1", "different character on every keyboard", Some("write the character that it types")),
        ] {
            let problem = text.parse::<Key>().unwrap_err();
            assert!(problem.message.contains(message), "{text}: {problem:?}");
            assert_eq!(problem.help.as_deref(), help, "{text}");
        }
    }

    #[test]
    fn text_keys_are_characters_without_ctrl_or_alt() {
        for (name, text) in [("q", true), ("Q", true), ("space", true), ("ctrl-c", false), ("enter", false)] {
            assert_eq!(name.parse::<Key>().map(Key::is_text), Ok(text), "{name}");
        }
    }
}
