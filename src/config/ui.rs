//! The `[ui]` table: how the screen looks and begins.

use std::path::Path;

use chrono::FixedOffset;

use super::paths::expand;
use super::problem::Reader;
use super::table::{Field, Table};
use crate::domain::{Zone, did_you_mean, what_fits};
use crate::tui::theme::Theme;
use crate::tui::{Glyphs, Notify};

const KEYS: &[&str] = &["theme", "zone", "time", "follow", "glyphs", "notify", "spinner"];

/// The word for the theme that fits the terminal's background.
const AUTO: &str = "auto";

/// How the screen looks and begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Ui {
    /// The colours; `None` leaves the choice to what the terminal's background is.
    pub theme: Option<Theme>,
    /// The zone that times are shown and typed in.
    pub zone: Zone,
    /// How times are shown.
    pub time: TimeStyle,
    /// Whether arrivals join the list as they come.
    pub follow: bool,
    /// In which characters lines, bars and marks are drawn; `None` leaves the choice to the locale.
    pub glyphs: Option<Glyphs>,
    /// How the user is told of what happens to a watched entity.
    pub notify: Notify,
    /// Whether a glyph turns while something is under way.
    pub spinner: bool,
}

impl Default for Ui {
    /// What a newcomer gets: colours that fit the terminal, the local zone, and a list that grows by itself.
    fn default() -> Self {
        Self {
            theme: None,
            zone: Zone::default(),
            time: TimeStyle::default(),
            follow: true,
            glyphs: None,
            notify: Notify::default(),
            spinner: true,
        }
    }
}

/// How times are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TimeStyle {
    /// As the time of day.
    #[default]
    Absolute,
    /// As an age.
    Relative,
}

pub(super) fn read(reader: &mut Reader<'_>, field: &Field<'_>, file: &Path, home: Option<&Path>) -> Ui {
    let Some(table) = field.table(reader, "{ theme = \"dark\" }") else { return Ui::default() };
    table.only(reader, KEYS, |_| None);
    let get = |key| Table::get(&table, key);
    Ui {
        theme: get("theme").and_then(|field| theme(reader, field, file, home)),
        zone: get("zone").and_then(|field| zone(reader, field)).unwrap_or_default(),
        time: get("time").and_then(|field| time(reader, field)).unwrap_or_default(),
        follow: get("follow").and_then(|field| field.boolean(reader)).unwrap_or(Ui::default().follow),
        glyphs: get("glyphs").and_then(|field| glyphs(reader, field)),
        notify: get("notify").and_then(|field| notify(reader, field)).unwrap_or_default(),
        spinner: get("spinner").and_then(|field| field.boolean(reader)).unwrap_or(Ui::default().spinner),
    }
}

fn theme(reader: &mut Reader<'_>, field: &Field<'_>, file: &Path, home: Option<&Path>) -> Option<Theme> {
    let name = field.text(reader, "\"dark\"")?;
    if name == AUTO {
        return None;
    }
    if Path::new(name).extension().is_none_or(|extension| extension != "toml") {
        let built_in = Theme::built_in(name);
        if built_in.is_none() {
            let known: Vec<&str> = std::iter::once(AUTO).chain(Theme::names()).collect();
            let help = did_you_mean(name, known.iter().copied()).unwrap_or_else(|| {
                format!("there are `{}`, and files of your own that end in `.toml`", known.join("`, `"))
            });
            reader.note(&field.span, &field.path, format!("there is no theme `{name}`"), help);
        }
        return built_in;
    }
    let path = expand(name, file, home);
    let text = super::read_text(&path)
        .map_err(|problem| reader.note(&field.span, &field.path, problem, "check the path"))
        .ok()?;
    Theme::parse(&path.display().to_string(), &text)
        .map_err(|problems| problems.into_iter().for_each(|problem| reader.adopt(problem)))
        .ok()
}

fn zone(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Zone> {
    let text = field.text(reader, "\"local\"")?;
    match text {
        "local" => Some(Zone::Local),
        "utc" | "UTC" => Some(Zone::Utc),
        _ => {
            let offset = text.starts_with(['+', '-']).then(|| text.parse::<FixedOffset>().ok()).flatten();
            if offset.is_none() {
                let help = "write `\"local\"`, `\"utc\"` or a distance from it such as `\"+02:00\"`";
                reader.note(&field.span, &field.path, format!("there is no zone `{text}`"), help);
            }
            offset.map(Zone::Fixed)
        }
    }
}

fn time(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<TimeStyle> {
    let known = [("absolute", TimeStyle::Absolute), ("relative", TimeStyle::Relative)];
    one_of(reader, field, &known, |text| format!("times cannot be shown as `{text}`"))
}

fn glyphs(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Glyphs> {
    let known = [(AUTO, None), ("unicode", Some(Glyphs::Unicode)), ("ascii", Some(Glyphs::Ascii))];
    one_of(reader, field, &known, |text| format!("there are no glyphs `{text}`")).flatten()
}

fn notify(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Notify> {
    let known =
        [("bell", Notify::Bell), ("osc9", Notify::Osc9), ("osc777", Notify::Osc777), ("off", Notify::Off)];
    one_of(reader, field, &known, |text| format!("nobody can be told by `{text}`"))
}

/// What a word stands for among `known`; `wrong` says what cannot be done with another one.
fn one_of<T: Copy>(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    known: &[(&'static str, T)],
    wrong: impl Fn(&str) -> String,
) -> Option<T> {
    let text = field.text(reader, &format!("\"{}\"", known[0].0))?;
    let found = known.iter().find(|(word, _)| *word == text).map(|(_, meant)| *meant);
    if found.is_none() {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        reader.note(&field.span, &field.path, wrong(text), what_fits(text, &words));
    }
    found
}
