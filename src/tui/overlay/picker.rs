//! A list to pick from by some letters: the palette, the lines used before, everything one can go to.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation as _;

use std::sync::Arc;

use crate::domain::{Event, RowId, Safe, UserData};
use crate::query::complete::Value;
use crate::query::fuzzy::Fuzzy;
use crate::tui::app::App;
use crate::tui::command::{COMMANDS, Command, CommandRow, Context};
use crate::tui::draw::Row;
use crate::tui::line::Line;
use crate::tui::motion::Motion;
use crate::tui::pane::mark;
use crate::tui::settings::Ui;
use crate::tui::tabs::ALL;
use crate::tui::theme::Role;
use crate::tui::words;

/// The width of the column of keys.
const KEYS: usize = 14;

/// The cells of a number of events, so that what stands before it ends in one column.
const COUNT: usize = 13;

/// The longest line of what can be gone to.
const LONGEST: usize = 130;

/// The most entries of a list: nobody reads further, they type one more letter.
const MOST: usize = 100;

/// How much better something of the user's own fits than a command with the same letters: about as much as
/// a match at the beginning of a word counts more than one within it.
const KNOWN: u32 = 16;

/// A line to type in, and a list to pick from.
#[derive(Debug)]
pub(in crate::tui) struct Picker {
    pub(in crate::tui) line: Line,
    pub(in crate::tui) of: Of,
    selected: usize,
    /// Entities and actors of the cache that fit what is typed.
    entities: Vec<Value>,
    actors: Vec<Value>,
    /// What is bookmarked.
    bookmarks: Vec<Entry>,
    /// The number of the question about them.
    pub(in crate::tui) generation: u64,
}

/// What there is to pick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Of {
    /// Every command.
    Commands,
    /// The lines that were used before.
    Lines,
    /// Everything one can go to.
    Places,
}

/// What picking an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Goal {
    /// A command.
    Run(Command),
    /// A picture of the screen in this file.
    Picture(String),
    /// A line as a filter.
    Use(String),
    /// This event in the list.
    Event(RowId),
    /// The tab at this place.
    Tab(usize),
    /// The life of the entity that a term names so.
    Entity(String),
    /// What is known of the actor of this name, or of this id where there is no name.
    Actor(String),
}

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Entry {
    label: String,
    /// What sort of thing it is, where the list has several.
    sort: &'static str,
    keys: String,
    help: String,
    count: Option<u64>,
    letters: Vec<u32>,
    pub(in crate::tui) goal: Goal,
}

impl Picker {
    pub(in crate::tui) fn new(of: Of) -> Self {
        Self {
            line: Line::default(),
            of,
            selected: 0,
            entities: Vec::new(),
            actors: Vec::new(),
            bookmarks: Vec::new(),
            generation: 0,
        }
    }

    /// The list has changed: begin at its top.
    pub(in crate::tui) fn renew(&mut self) {
        self.selected = 0;
    }

    /// Takes entities or actors of the cache.
    pub(in crate::tui) fn take(&mut self, key: &str, values: Vec<Value>) {
        match key {
            "entity" => self.entities = values,
            _ => self.actors = one_for_each_name(values),
        }
    }

    /// Takes the events that are bookmarked, the latest bookmark first.
    pub(in crate::tui) fn take_bookmarks(&mut self, events: &[Arc<Event>], user: &UserData, ui: &Ui) {
        let place = |event: &Arc<Event>| user.bookmarks.iter().position(|id| *id == event.id);
        let mut events: Vec<&Arc<Event>> = events.iter().filter(|event| place(event).is_some()).collect();
        events.sort_by_key(|event| place(event));
        let entry = |event: &&Arc<Event>| {
            let (action, time) =
                (event.record.action.word(), words::short(event.row.time(), ui.now, ui.zone));
            let label = format!("{} {action}", event.record.entity.label().unwrap_or("–"));
            Entry { help: time, ..Entry::named(&label, "mark", Goal::Event(event.row)) }
        };
        self.bookmarks = events.iter().map(entry).collect();
    }

    /// Moves to another entry.
    pub(in crate::tui) fn choose(&mut self, motion: Motion, ui: &Ui, user: &UserData) {
        self.selected = motion.from(self.selected, self.entries(ui, user).len(), 1);
    }

    /// The entry that is picked next.
    pub(in crate::tui) fn chosen(&self, ui: &Ui, user: &UserData) -> Option<Entry> {
        self.entries(ui, user).into_iter().nth(self.selected)
    }

    /// The entries that have what is typed, those that fit best first.
    pub(in crate::tui) fn entries(&self, ui: &Ui, user: &UserData) -> Vec<Entry> {
        match self.of {
            Of::Commands => match self.picture() {
                Some(path) => {
                    let goal = Goal::Picture(path.to_owned());
                    vec![Entry {
                        label: self.line.text().to_owned(),
                        goal,
                        ..Entry::command(Command::Screenshot.row(), ui)
                    }]
                }
                None => self.commands().into_iter().map(|row| Entry::command(row, ui)).collect(),
            },
            Of::Lines => {
                let line = |text: &String| Entry::named(text, "", Goal::Use(text.clone()));
                self.fitting(user.lines.iter().map(line).collect())
            }
            Of::Places => {
                let views = std::iter::once(ALL).chain(user.views.iter().map(|view| view.name.as_str()));
                let views =
                    views.enumerate().map(|(place, name)| Entry::named(name, "view", Goal::Tab(place)));
                let entities = self.entities.iter().map(|value| Entry {
                    ..Entry::value(value, "entity", Goal::Entity(value.value.clone()))
                });
                let actors = self
                    .actors
                    .iter()
                    .map(|value| Entry::value(value, "actor", Goal::Actor(label(value).to_owned())));
                let commands = COMMANDS.iter().filter(|row| row.contexts != [Context::Prompt]);
                let commands = commands.map(|row| Entry { sort: "command", ..Entry::command(row, ui) });
                let bookmarks = self.bookmarks.iter().cloned();
                self.fitting(views.chain(bookmarks).chain(entities).chain(actors).chain(commands).collect())
            }
        }
    }

    /// The file that is typed behind the one command that takes a word.
    fn picture(&self) -> Option<&str> {
        let (name, path) = self.line.text().trim().split_once(' ')?;
        (Command::from_name(name) == Some(Command::Screenshot)).then(|| path.trim())
    }

    /// Commands that have every word that is typed: the one of that name first, then those whose name has them.
    fn commands(&self) -> Vec<&'static CommandRow> {
        let text = self.line.text().to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let named = |row: &CommandRow| words.iter().all(|word| row.name.contains(word));
        let told = |row: &CommandRow| {
            words.iter().all(|word| row.name.contains(word) || row.help.to_lowercase().contains(word))
        };
        let offered = || COMMANDS.iter().filter(|row| row.contexts != [Context::Prompt]);
        let mut found: Vec<&CommandRow> = offered()
            .filter(|row| named(row))
            .chain(offered().filter(|row| !named(row) && told(row)))
            .collect();
        // Whoever types a whole name means that command, and not one whose name has more in it.
        let whole = words.join("-");
        found.sort_by_key(|row| row.name != whole);
        found
    }

    /// Those of `entries` whose label has the letters that are typed, in the order of how well they fit.
    fn fitting(&self, entries: Vec<Entry>) -> Vec<Entry> {
        let mut fuzzy = Fuzzy::new(self.line.text().trim());
        let mut fits: Vec<(u32, Entry)> = entries
            .into_iter()
            .filter_map(|mut entry| {
                let score = match fuzzy.fit(&entry.label) {
                    Some(fit) => {
                        entry.letters = fit.letters;
                        fit.score
                    }
                    // By its id as well, which stands beside the name.
                    None => fuzzy.score(&entry.help).filter(|_| matches!(entry.goal, Goal::Entity(_)))?,
                };
                // What the user has is looked for more often than what the program can do.
                let known = !matches!(entry.goal, Goal::Run(_));
                Some((score + if known { KNOWN } else { 0 }, entry))
            })
            .collect();
        fits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        fits.truncate(MOST);
        fits.into_iter().map(|(_, entry)| entry).collect()
    }
}

fn label(value: &Value) -> &str {
    value.name.as_deref().unwrap_or(&value.value)
}

/// Actors of one name are one actor, whatever ids it has.
fn one_for_each_name(values: Vec<Value>) -> Vec<Value> {
    let mut actors: Vec<Value> = Vec::new();
    for value in values {
        match actors.iter_mut().find(|known| label(known).eq_ignore_ascii_case(label(&value))) {
            Some(known) => known.count += value.count,
            None => actors.push(value),
        }
    }
    actors
}

impl Entry {
    fn named(label: &str, sort: &'static str, goal: Goal) -> Self {
        Self {
            label: label.to_owned(),
            sort,
            keys: String::new(),
            help: String::new(),
            count: None,
            letters: Vec::new(),
            goal,
        }
    }

    fn command(row: &CommandRow, ui: &Ui) -> Self {
        let keys = super::fitting(ui.keymap.keys_of(row.command), KEYS);
        Self { keys, help: row.help.to_owned(), ..Self::named(row.name, "", Goal::Run(row.command)) }
    }

    fn value(value: &Value, sort: &'static str, goal: Goal) -> Self {
        let named = value.name.as_ref();
        Self {
            help: named.map(|_| value.value.clone()).unwrap_or_default(),
            count: Some(value.count),
            ..Self::named(named.unwrap_or(&value.value), sort, goal)
        }
    }
}

/// `text` in at most `width` cells, with the letters that were typed set apart.
pub(super) fn matched(text: &str, letters: &[u32], width: usize, style: Style, ui: &Ui) -> Row {
    let whole = Safe::line(text);
    let safe = whole.cut(width);
    // Where a letter is shown as several, places do not fit any more.
    if letters.is_empty() || whole.as_str() != text {
        return Row::new().safe(&safe, style).fill(width);
    }
    let mut row = Row::new();
    for (place, letter) in (0..).zip(safe.as_str().graphemes(true)) {
        let found = letters.binary_search(&place).is_ok();
        row = row.put(letter, if found { style.patch(ui.style(Role::Match)) } else { style });
    }
    row.fill(width)
}

/// Draws the list over the upper part of `area`; returns where text is being typed.
pub(in crate::tui) fn draw(app: &App, picker: &Picker, area: Rect, buf: &mut Buffer) -> Position {
    let ui = &app.ui;
    let entries = picker.entries(ui, &app.user);
    let width = area.width;
    let height = (entries.len().max(1) as u16 + 2).min(area.height).max(2);
    let area = Rect { width, height, ..area };
    super::clear(area, ui, buf);
    let room = usize::from(width).saturating_sub(4);
    let text = Safe::line(picker.line.text()).cut(room);
    let (sign, none) = match picker.of {
        Of::Commands => (" : ", "no command has these words"),
        Of::Lines => (" r ", "no line that was used before has these letters"),
        Of::Places => (" > ", "nothing to go to has these letters"),
    };
    let prompt = Row::new().put(sign, ui.style(Role::Focused)).safe(&text, ui.style(Role::Text));
    prompt.draw(buf, area.x, area.y, width);
    let visible = usize::from(height) - 2;
    let selected = picker.selected.min(entries.len().saturating_sub(1));
    let top = (selected + 1).saturating_sub(visible);
    let list = Rect { y: area.y + 1, height: height - 2, ..area };
    for (y, (i, entry)) in (list.y..list.bottom()).zip(entries.iter().enumerate().skip(top)) {
        let chosen = i == selected;
        entry_row(entry, picker.of, chosen, usize::from(width), ui).draw(buf, area.x, y, width);
        if chosen {
            buf.set_style(Rect { y, height: 1, ..area }, ui.style(Role::Selected));
        }
    }
    if entries.is_empty() && visible > 0 {
        let none = Row::new().fill(1).put(none, ui.style(Role::Dim)).within(width.into());
        none.draw(buf, list.x, list.y, width);
    }
    let rule = Row::new().rule("─", usize::from(width), ui.style(Role::Rule));
    rule.draw(buf, area.x, area.bottom() - 1, width);
    let before: String = picker.line.text().chars().take(picker.line.cursor()).collect();
    let x = area.x + 3 + Safe::line(&before).width().min(room) as u16;
    Position { x: x.min(area.right().saturating_sub(1)), y: area.y }
}

fn entry_row(entry: &Entry, of: Of, chosen: bool, width: usize, ui: &Ui) -> Row {
    let (text, dim) = (ui.style(Role::Text), ui.style(Role::Dim));
    let mark = mark(chosen, ui);
    match of {
        Of::Commands => {
            let line = mark
                .cell(&entry.label, 18, text)
                .fill_by(1)
                .cell(&entry.keys, KEYS, ui.style(Role::Key))
                .fill_by(1);
            let left = width.saturating_sub(line.width());
            line.cell(&entry.help, left, dim)
        }
        Of::Lines => mark.join(matched(&entry.label, &entry.letters, width.saturating_sub(1), text, ui)),
        Of::Places => {
            let label = (width / 2).clamp(20, 44);
            let line = mark.cell(entry.sort, 7, dim).fill_by(2);
            let line = line.join(matched(&entry.label, &entry.letters, label, text, ui)).fill_by(2);
            let count = entry.count.map(|count| words::plural(count, "event")).unwrap_or_default();
            let right = Row::new().right(&count, COUNT, dim).fill_by(1);
            let width = width.min(LONGEST);
            let left = width.saturating_sub(line.width() + right.width() + 1);
            let aside = if entry.keys.is_empty() { &entry.help } else { &entry.keys };
            line.cut(aside, left, dim).with_right(right, width)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::View;
    use crate::tui::tests::support::settings;

    fn ui() -> Ui {
        Ui::new(&settings((80, 24)))
    }

    fn picker(of: Of, text: &str) -> Picker {
        Picker { line: Line::new(text), ..Picker::new(of) }
    }

    fn labels(picker: &Picker, user: &UserData) -> Vec<String> {
        picker.entries(&ui(), user).into_iter().map(|entry| entry.label).collect()
    }

    #[test]
    fn the_palette_finds_by_name_first_and_by_help_after() {
        let (ui, user) = (ui(), UserData::default());
        let mut palette = picker(Of::Commands, "filter");
        let names = labels(&palette, &user);
        assert!(names.starts_with(&["edit-filter".into(), "clear-filter".into()]), "{names:?}");
        assert!(names.contains(&"undo-query".to_owned()), "{names:?}");
        let goal = |palette: &Picker| palette.chosen(&ui, &user).map(|entry| entry.goal);
        assert_eq!(goal(&palette), Some(Goal::Run(Command::EditFilter)));
        palette.choose(Motion::Lines(1), &ui, &user);
        assert_eq!(goal(&palette), Some(Goal::Run(Command::ClearFilter)));
        assert_eq!(goal(&picker(Of::Commands, "filter zzz")), None);
        for (typed, meant) in [("page-up", Command::PageUp), ("page up", Command::PageUp)] {
            assert_eq!(goal(&picker(Of::Commands, typed)), Some(Goal::Run(meant)), "{typed}");
        }
    }

    #[test]
    fn an_empty_palette_offers_all_that_is_not_for_typing() {
        let offered = picker(Of::Commands, "").commands();
        assert!(offered.iter().all(|row| row.contexts != [Context::Prompt]));
        assert!(offered.len() > 30);
    }

    #[test]
    fn lines_and_places_are_found_by_their_letters() {
        let mut user =
            UserData { lines: vec!["type:flow".into(), "status:failed".into()], ..UserData::default() };
        assert_eq!(labels(&picker(Of::Lines, ""), &user), ["type:flow", "status:failed"]);
        assert_eq!(labels(&picker(Of::Lines, "sfail"), &user), ["status:failed"]);
        user.views.push(View { name: "Failures".into(), ..View::default() });
        let mut jump = picker(Of::Places, "fail");
        let value =
            |value: &str, name: &str| Value { value: value.into(), name: Some(name.into()), count: 2 };
        jump.take("entity", vec![value("e1", "Failover"), value("fail-9", "Orders")]);
        jump.take("actor", vec![value("u1", "fa.il@example.com")]);
        let entries = jump.entries(&ui(), &user);
        let goals: Vec<Goal> = entries.into_iter().map(|entry| entry.goal).collect();
        let actor = Goal::Actor("fa.il@example.com".into());
        for goal in [Goal::Tab(1), Goal::Entity("e1".into()), Goal::Entity("fail-9".into()), actor] {
            assert!(goals.contains(&goal), "{goal:?} in {goals:?}");
        }
        assert!(labels(&picker(Of::Places, "redraw"), &user).contains(&"redraw".to_owned()));
        assert_eq!(labels(&picker(Of::Places, ""), &user)[..2], ["All", "Failures"]);
    }
}
