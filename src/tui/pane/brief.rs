//! An event in one line, for a screen that lists a few of them from different days.

use crate::domain::{Event, Safe, Timestamp};
use crate::tui::draw::Row;
use crate::tui::gist;
use crate::tui::pane::timeline::row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// The widest day and time of day.
const TIME: usize = 12;

/// The glyph, a space, and the longest word that all feeds share.
const ACTION: usize = 10;

/// The cells for what an entity is called.
const ENTITY: (usize, usize) = (10, 26);

/// From this width on, there is room to say what changed.
const GIST: usize = 66;

/// The cells for the name of a source.
const SOURCE: usize = 18;

/// The fewest cells in which it is worth saying who it was beside the source.
const NAME: usize = 12;

/// What stands after the entity where there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Beside {
    /// Who it was.
    Actor,
    /// What changed: all events are by one.
    Gist,
    /// Where it was, then who.
    Source,
}

/// The line after its first cell, in `width` cells. Time, action and entity are always there.
pub(in crate::tui) fn line(event: &Event, width: usize, beside: Beside, ui: &Ui) -> Row {
    let time = words::short(event.row.time(), ui.now, ui.zone);
    rest(event, start(&time, event.row.time(), ui), width, beside, ui)
}

/// How the times of a list are said, all of them in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Times {
    /// The time of day to the second: all are of one day.
    OfDay,
    /// The day, and the time of day to the minute.
    Dated,
}

impl Times {
    /// The way for a list of these times.
    pub(in crate::tui) fn of(times: impl IntoIterator<Item = Timestamp>, ui: &Ui) -> Self {
        let mut days = times.into_iter().map(|time| words::day(time, ui.zone));
        let first = days.next();
        if days.all(|day| Some(day) == first) { Self::OfDay } else { Self::Dated }
    }

    fn say(self, time: Timestamp, ui: &Ui) -> String {
        match self {
            Self::OfDay => words::clock(time, ui.zone, true),
            Self::Dated => words::short(time, ui.now, ui.zone),
        }
    }
}

/// The same for an event among others that happened near to one.
pub(in crate::tui) fn line_near(event: &Event, times: Times, width: usize, ui: &Ui) -> Row {
    let time = times.say(event.row.time(), ui);
    rest(event, start(&time, event.row.time(), ui), width, Beside::Source, ui)
}

/// The cell with the time of `moment` in lines about what happened near to it.
pub(in crate::tui) fn here(moment: Timestamp, times: Times, ui: &Ui) -> Row {
    start(&times.say(moment, ui), moment, ui)
}

/// The cell with the time, as an age where the user wants ages.
fn start(time: &str, at: Timestamp, ui: &Ui) -> Row {
    let age = ui.ages.then(|| words::age(at, ui.now));
    Row::new().right(age.as_deref().unwrap_or(time), TIME, ui.style(Role::Time))
}

fn rest(event: &Event, start: Row, width: usize, beside: Beside, ui: &Ui) -> Row {
    let dim = ui.style(Role::Dim);
    let start = start.fill_by(2).cell(&row::action(event), ACTION, row::action_style(event, ui)).fill_by(2);
    let left = width.saturating_sub(start.width());
    let entity = event.record.entity.label().unwrap_or("–");
    if width < GIST {
        return start.cell(entity, left, ui.style(Role::Entity));
    }
    let room = (left / 2).clamp(ENTITY.0, ENTITY.1);
    let line = start.cell(entity, room, ui.style(Role::Entity)).fill_by(2);
    let left = width.saturating_sub(line.width());
    let name = Safe::line(event.record.actor.label().unwrap_or("–"));
    let who = |line: Row, left: usize| line.cell(&row::short_name(&name, left), left, ui.style(Role::Actor));
    match beside {
        Beside::Actor => return who(line, left),
        Beside::Source if left < SOURCE + 2 + NAME => return line.cell(&event.source, left, dim),
        Beside::Source => {
            return who(line.cell(&event.source, SOURCE, dim).fill_by(2), left - SOURCE - 2);
        }
        Beside::Gist => {}
    }
    let (label, text) = row::beside_entity(event);
    let text = if label.is_empty() { text } else { format!("{label} {text}") };
    line.cell(gist::fitted(&text, left), left, dim)
}
