//! Colours by meaning.
//!
//! Views name a [`Role`]; a theme says how the role looks. A theme is a file (`assets/themes/`) whose
//! language is explained at the top of `dark.toml`. The page behind the text is never painted: it is the
//! terminal's own, and only a picture made from the screen needs to know it.

mod depth;

use ratatui::style::{Color, Modifier, Style};

use super::reader::{Entry, Reader, entries};
use crate::domain::{Action, Op, Problem, Status, did_you_mean};

pub use depth::{Depth, rgb};

/// Writes the roles, their names and their number from one list.
macro_rules! roles {
    ($($variant:ident $name:literal $help:literal;)+) => {
        /// What a piece of text means, as far as its looks go.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Role {
            $(#[doc = $help] $variant,)+
        }

        impl Role {
            /// Every role, in the order of the files.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name in a theme file.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

roles! {
    Text "text" "Ordinary text.";
    Dim "dim" "Secondary text, and what is absent.";
    Rule "rule" "The line between two panes.";
    RuleFocused "rule-focused" "The line beside the pane that has the focus.";
    Header "header" "The name of the program and of the screen.";
    Title "title" "The title of a pane, and the tab that is shown.";
    Day "day" "The day that a rule in the list announces.";
    Accent "accent" "What to look at first where nothing else means anything.";
    Focused "focused" "The title or the prompt that the keys go to.";
    Selected "selected" "The selected row; laid over the other roles of the row.";
    SelectedUnfocused "selected-unfocused" "The selected row of a pane without the focus.";
    Match "match" "Letters that match what was typed.";
    Key "key" "A key to press.";
    Time "time" "A time in a column.";
    Entity "entity" "The name of an entity.";
    Actor "actor" "The name of an actor.";
    Added "added" "What came to be.";
    Removed "removed" "What is gone.";
    Changed "changed" "What is different.";
    Failed "failed" "What went wrong.";
    Warning "warning" "What deserves a second look.";
    Success "success" "What is known to be well.";
    Automatic "automatic" "The label of a sentence that a machine built from parts.";
    Ai "ai" "The label of a text that a language model wrote.";
    Page "page" "Text and background of a picture of the screen.";
}

/// One built-in theme: its name and its file.
struct BuiltIn {
    name: &'static str,
    text: &'static str,
}

const BUILT_IN: &[BuiltIn] = &[
    BuiltIn { name: "dark", text: include_str!("../../assets/themes/dark.toml") },
    BuiltIn { name: "light", text: include_str!("../../assets/themes/light.toml") },
    BuiltIn { name: "high-contrast", text: include_str!("../../assets/themes/high-contrast.toml") },
    BuiltIn { name: "colour-blind", text: include_str!("../../assets/themes/colour-blind.toml") },
    BuiltIn { name: MONOCHROME, text: include_str!("../../assets/themes/monochrome.toml") },
];

const DEFAULT: &str = "dark";
const MONOCHROME: &str = "monochrome";

/// How each role looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// The names that [`Theme::built_in`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|theme| theme.name)
    }

    /// A theme that comes with the program: `dark`, `light`, `high-contrast`, `colour-blind`,
    /// `monochrome`.
    pub fn built_in(name: &str) -> Option<Self> {
        let theme = BUILT_IN.iter().find(|theme| theme.name == name)?;
        let mut styles = Self::plain();
        // A test asserts that the built-in files have no problems and name every role.
        styles.read(&mut Reader::new(theme.name, theme.text));
        Some(styles)
    }

    /// The theme for a terminal without colours, or a person who wants none (`NO_COLOR`): bold, dim,
    /// underlined and reversed text only.
    pub fn monochrome() -> Self {
        Self::built_in(MONOCHROME).unwrap_or_else(Self::plain)
    }

    /// A theme of the user's own: the roles that `text` names, and for all others those of its `base`.
    /// `file` is how the user knows the file, for the problems found in it.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let mut theme = Self::built_in(DEFAULT).unwrap_or_else(Self::plain);
        let mut reader = Reader::new(file, text);
        theme.read(&mut reader);
        if reader.problems.is_empty() { Ok(theme) } else { Err(reader.problems) }
    }

    /// How a role looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// How an action looks, by what it means for the entity.
    pub fn for_action(&self, action: &Action) -> Style {
        self.style(match action {
            Action::Create | Action::Restore => Role::Added,
            Action::Delete | Action::Erase => Role::Removed,
            // Most of what happens is an update: it is the ground that the rest stands out from.
            Action::Update => Role::Text,
            Action::Publish | Action::Approve => Role::Accent,
            Action::Rollback => Role::Warning,
            Action::Reject => Role::Failed,
            Action::Archive | Action::Other(_) | Action::Unknown => Role::Dim,
        })
    }

    /// How a status looks. What went as it should needs no colour.
    pub fn for_status(&self, status: Status) -> Style {
        self.style(match status {
            Status::Success => Role::Text,
            Status::Failed => Role::Failed,
            Status::Unknown => Role::Dim,
        })
    }

    /// How a changed field looks.
    pub fn for_op(&self, op: Op) -> Style {
        self.style(match op {
            Op::Add => Role::Added,
            Op::Remove => Role::Removed,
            Op::Replace | Op::Set | Op::Move => Role::Changed,
        })
    }

    /// The same theme for a terminal with fewer colours.
    #[must_use]
    pub fn for_depth(mut self, depth: Depth) -> Self {
        for style in &mut self.styles {
            *style = depth.style(*style);
        }
        self.even_out();
        self
    }

    /// A row that is reversed is so to the same degree from end to end: dim letters would be dim patches of
    /// its ground.
    fn even_out(&mut self) {
        for role in [Role::Selected, Role::SelectedUnfocused] {
            let style = &mut self.styles[role as usize];
            if style.add_modifier.contains(Modifier::REVERSED) && !style.add_modifier.contains(Modifier::DIM)
            {
                *style = style.remove_modifier(Modifier::DIM);
            }
        }
    }

    fn plain() -> Self {
        Self { styles: [Style::new(); Role::ALL.len()] }
    }

    fn read(&mut self, reader: &mut Reader<'_>) {
        let Some(document) = reader.parse() else { return };
        let entries = entries(document.get_ref());
        // Wherever the line stands, the roles that the file names win over those of its base.
        let (base, roles): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.key == "base");
        for entry in base {
            *self = read_base(reader, entry).unwrap_or_else(|| self.clone());
        }
        for entry in roles {
            if let Some((role, style)) = read_role(reader, entry) {
                self.styles[role as usize] = style;
            }
        }
        self.even_out();
    }
}

fn read_text<'a>(reader: &mut Reader<'_>, entry: &'a Entry<'_>) -> Option<&'a str> {
    let text = entry.value.get_ref().as_str();
    if text.is_none() {
        reader.note(entry.value.span(), &entry.key, "this is a text between quotes", None);
    }
    text
}

fn read_base(reader: &mut Reader<'_>, entry: &Entry<'_>) -> Option<Theme> {
    let name = read_text(reader, entry)?;
    let theme = Theme::built_in(name);
    if theme.is_none() {
        let help = did_you_mean(name, Theme::names()).unwrap_or_else(|| {
            format!("the themes are `{}`", Theme::names().collect::<Vec<_>>().join("`, `"))
        });
        reader.note(entry.value.span(), &entry.key, &format!("there is no theme named `{name}`"), Some(help));
    }
    theme
}

fn read_role(reader: &mut Reader<'_>, entry: &Entry<'_>) -> Option<(Role, Style)> {
    let Some(role) = Role::ALL.iter().find(|role| role.name() == entry.key) else {
        let help = did_you_mean(&entry.key, Role::ALL.iter().map(|role| role.name()));
        reader.note(entry.span.clone(), &entry.key, "there is no such role", help);
        return None;
    };
    let text = read_text(reader, entry)?;
    match read_style(text) {
        Ok(style) => Some((*role, style)),
        Err((message, help)) => {
            reader.note(entry.value.span(), &entry.key, &message, Some(help));
            None
        }
    }
}

const MODIFIERS: &[(&str, Modifier)] = &[
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

/// Reads the looks of a role, or says what is wrong and what to do.
fn read_style(text: &str) -> Result<Style, (String, String)> {
    let mut style = Style::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else if word == "on" {
            let ground = words.next().unwrap_or_default();
            if style.bg.replace(read_colour(ground)?).is_some() {
                return Err((format!("`{text}` has two backgrounds"), "leave one out".to_owned()));
            }
        } else if style.fg.replace(read_colour(word)?).is_some() {
            return Err((
                format!("`{text}` has two colours"),
                "write `on` before the one that is the background".to_owned(),
            ));
        }
    }
    Ok(style)
}

fn read_colour(word: &str) -> Result<Color, (String, String)> {
    word.parse().map_err(|_| {
        let words = COLOURS.iter().copied().chain(MODIFIERS.iter().map(|(name, _)| *name)).chain(["on"]);
        let help = did_you_mean(word, words).unwrap_or_else(|| {
            "a colour is a name such as `light-blue`, a number from 0 to 255, or `#rrggbb`".to_owned()
        });
        (format!("`{word}` is neither a colour nor a way to write"), help)
    })
}

/// The names of colours, to find the one that a misspelt word meant.
const COLOURS: &[&str] = &[
    "reset",
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "dark-gray",
    "light-red",
    "light-green",
    "light-yellow",
    "light-blue",
    "light-magenta",
    "light-cyan",
    "white",
];

#[cfg(test)]
mod tests;
