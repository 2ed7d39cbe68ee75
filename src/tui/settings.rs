//! What the app is told before its first frame, and what all panes read while they draw.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::command::Command;
use super::keymap::Keymap;
use super::pane::event::look::Look;
use super::theme::{Role, Theme};
use crate::diff::Matcher;
use crate::domain::{RowId, SourceStatus, Timestamp, UserData, Zone};
use crate::query::Context;

/// What the app is told before its first frame.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which key means which command.
    pub keymap: Keymap,
    /// The colours.
    pub theme: Theme,
    /// The zone that times are shown and typed in.
    pub zone: Zone,
    /// Who `@me` is in a filter.
    pub me: Option<String>,
    /// The time of day.
    pub now: Timestamp,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The filter to begin with; without one, the view that the user begins with.
    pub query: Option<String>,
    /// The event to begin at; where the filter leaves it out, the next older one.
    pub at: Option<RowId>,
    /// Whether arrivals join the list as they come.
    pub follow: bool,
    /// Whether times are shown as ages.
    pub ages: bool,
    /// In which characters lines, bars and marks are drawn.
    pub glyphs: Glyphs,
    /// How the user is told of what happens to a watched entity.
    pub notify: Notify,
    /// Whether a glyph turns while something is under way; otherwise it stands still.
    pub spinner: bool,
    /// What the user made.
    pub user: UserData,
    /// The configured sources, in the order of the configuration.
    pub sources: Vec<SourceStatus>,
    /// The name of each feed profile in use (`Streamkap`), by its id (`streamkap`).
    pub feeds: BTreeMap<Arc<str>, String>,
    /// How the documents of each of these profiles are compared, and what is masked in them.
    pub rules: BTreeMap<Arc<str>, Matcher>,
}

/// The characters that lines, bars and marks are drawn in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// Those made for it.
    #[default]
    Unicode,
    /// Those that every terminal has.
    Ascii,
}

impl Glyphs {
    /// What fits the locale: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that says anything. Where none
    /// does, nothing is known, and terminals of today have all characters.
    pub fn from_locale<'a>(variables: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let said = variables.into_iter().flatten().find(|value| !value.is_empty());
        let has_all = said.is_none_or(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("utf-8") || value.contains("utf8")
        });
        if has_all { Self::Unicode } else { Self::Ascii }
    }
}

/// How a terminal tells somebody who looks elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Notify {
    /// Not at all.
    Off,
    /// With a bell, which every terminal has.
    #[default]
    Bell,
    /// With a message of the desktop, as OSC 9.
    Osc9,
    /// With a message of the desktop, as OSC 777.
    Osc777,
}

/// Where the preview is to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Right,
    Below,
}

impl Side {
    pub(super) fn other(self) -> Self {
        if self == Self::Right { Self::Below } else { Self::Right }
    }
}

/// What all panes read and none of them changes.
#[derive(Debug)]
pub(super) struct Ui {
    pub(super) keymap: Keymap,
    pub(super) theme: Theme,
    /// The zone that is in force: the one of the filter, where it names one, else the chosen one.
    pub(super) zone: Zone,
    /// The zone that the user chose.
    pub(super) chosen_zone: Zone,
    /// The zone of the settings, to come back to from UTC.
    pub(super) home_zone: Zone,
    pub(super) me: Option<String>,
    /// The time of day as far as the app was told.
    pub(super) now: Timestamp,
    /// In which characters lines, bars and marks are drawn.
    pub(super) glyphs: Glyphs,
    /// How the user is told of what happens to a watched entity.
    pub(super) notify: Notify,
    /// Whether times are shown as ages.
    pub(super) ages: bool,
    /// How changes are looked at.
    pub(super) look: Look,
    /// Whether the user wants a preview where there is room.
    pub(super) preview: bool,
    /// Where it is to stand where both places have room.
    pub(super) side: Side,
    /// Whether the list has the screen for itself.
    pub(super) zoomed: bool,
    pub(super) area: Rect,
    pub(super) feeds: BTreeMap<Arc<str>, String>,
    pub(super) rules: BTreeMap<Arc<str>, Matcher>,
}

impl Ui {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            keymap: settings.keymap.clone(),
            theme: settings.theme.clone(),
            zone: settings.zone,
            chosen_zone: settings.zone,
            home_zone: settings.zone,
            me: settings.me.clone(),
            now: settings.now,
            glyphs: settings.glyphs,
            notify: settings.notify,
            ages: settings.ages,
            look: Look::default(),
            preview: true,
            side: Side::Right,
            zoomed: false,
            area: Rect::new(0, 0, settings.size.0, settings.size.1),
            feeds: settings.feeds.clone(),
            rules: settings.rules.clone(),
        }
    }

    /// How a role looks.
    pub(super) fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// The first key of a command, as it is written in a keys file; `unbound` where it has none.
    pub(super) fn key(&self, command: Command) -> String {
        self.keymap.keys_of(command).into_iter().next().unwrap_or_else(|| "unbound".to_owned())
    }

    /// What a filter is read against.
    pub(super) fn context(&self) -> Context {
        Context { now: self.now, zone: self.chosen_zone, me: self.me.clone() }
    }

    /// The name of a feed profile, or its id where it has no name.
    pub(super) fn feed_name<'a>(&'a self, feed: &'a Arc<str>) -> &'a str {
        self.feeds.get(feed).map_or(feed, |name| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_that_says_nothing_of_its_characters_has_few() {
        for (variables, glyphs) in [
            ([None, None, Some("de_DE.UTF-8")], Glyphs::Unicode),
            ([None, Some("C.utf8"), Some("C")], Glyphs::Unicode),
            ([Some("C"), None, Some("de_DE.UTF-8")], Glyphs::Ascii),
            ([Some(""), None, Some("POSIX")], Glyphs::Ascii),
            ([None, None, Some("de_DE.ISO-8859-1")], Glyphs::Ascii),
            ([None, None, None], Glyphs::Unicode),
        ] {
            assert_eq!(Glyphs::from_locale(variables), glyphs, "{variables:?}");
        }
    }
}
