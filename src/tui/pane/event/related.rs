//! The Related tab: what happened together with an event, near to it, to the same entity, and by the same actor.
//!
//! ```text
//! Same change set  deploy-42                              2 others
//! ▌   10:30:05  ~ update    Orders         micro-prod
//!     10:30:00  this event
//!
//! Within 10 minutes, all sources                         31 others
//! kaireon-prod: not known before 10:25:00
//!     10:31:40  ^ publish   Default Flow   kaireon-prod
//!     25 more · g w lists all: around:3kq0x8v2m4n6p1rt~10m
//! ```
//!
//! Every section is a filter, and the filter that a section names selects what the section counts.

use crate::domain::{Event, Neighbours, RowId, Safe, Stretch, Timestamp};
use crate::query::{self, Context, Query};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::message::Effect;
use crate::tui::pane::brief::{self, Times};
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// How far what is near may be, in milliseconds.
const NEAR: i64 = 10 * 60_000;

/// How many feeds with a gap are named.
const NAMED: usize = 3;

/// What events can have in common with one.
struct Section {
    title: &'static str,
    /// The filter that selects them and the one event; nothing where the event does not say.
    filter: fn(&Event) -> Option<String>,
    /// What they have in common, to stand beside the title.
    name: fn(&Event) -> Option<&str>,
    /// What is said where the event does not say, and where there is no other.
    unsaid: &'static str,
    alone: &'static str,
    /// The command that leads to the same filter from anywhere.
    command: Option<Command>,
}

const SECTIONS: [Section; 4] = [
    Section {
        title: "Same change set",
        filter: |event| {
            let set = query::exact_term("set", event.record.set.as_deref()?);
            // The same number may mean another set elsewhere.
            Some(format!("{set} {}", query::exact_term("source", &event.source)))
        },
        name: |event| event.record.set.as_deref(),
        unsaid: "The feed names no change set for this event",
        alone: "The cache has no other event of this change set",
        command: None,
    },
    Section {
        title: "Within 10 minutes, all sources",
        filter: |event| Some(around(event)),
        name: |_| None,
        unsaid: "",
        alone: "Nothing else is known of these minutes",
        command: Some(Command::Around),
    },
    Section {
        title: "Same entity",
        filter: same_entity,
        name: |event| event.record.entity.label(),
        unsaid: "The feed does not say what was changed",
        alone: "The cache has no other event of this entity",
        command: None,
    },
    Section {
        title: "Same actor",
        filter: |event| Some(query::exact_term("actor", event.record.actor.label()?)),
        name: |event| event.record.actor.label(),
        unsaid: "The feed does not say who it was",
        alone: "The cache has no other event by this actor",
        command: None,
    },
];

/// The filter that selects what happened to the entity of an event.
pub(in crate::tui) fn same_entity(event: &Event) -> Option<String> {
    let entity = &event.record.entity;
    let mut terms = vec![query::exact_term("source", &event.source)];
    terms.extend(entity.kind.as_deref().map(|kind| query::exact_term("type", kind)));
    terms.push(query::exact_term("entity", entity.id.as_deref().or(entity.name.as_deref())?));
    Some(terms.join(" "))
}

/// The filter that selects what happened around an event.
pub(in crate::tui) fn around(event: &Event) -> String {
    format!("around:{}~10m", event.id)
}

/// What is known of the event that was looked at last, and the question about it.
#[derive(Debug, Default)]
pub(in crate::tui) struct Relations {
    about: Option<About>,
    generation: u64,
    /// Whether the answer is still to come.
    open: bool,
    /// Whether the cache grew since it was asked.
    stale: bool,
}

#[derive(Debug)]
struct About {
    row: RowId,
    /// The filter of each section.
    filters: [Option<String>; SECTIONS.len()],
    state: State,
}

#[derive(Debug)]
enum State {
    Waiting,
    /// For each section that has a filter, in their order.
    Here(Vec<Neighbours>),
    Failed(String),
}

impl Relations {
    /// Asks about `event`, where that was not done already.
    pub(in crate::tui) fn want(&mut self, event: &Event, context: &Context) -> Option<Effect> {
        let filters = SECTIONS.map(|section| (section.filter)(event));
        let known = self.about.take().filter(|about| about.row == event.row);
        let is_asked = known.as_ref().is_some_and(|about| about.filters == filters);
        // While the cache is being filled, each answer is waited for: else there would never be one.
        if is_asked && (self.open || !self.stale) {
            self.about = known;
            return None;
        }
        let parse = |filter: &String| query::parse(filter, context);
        let among: Result<Vec<Query>, _> = filters.iter().flatten().map(parse).collect();
        (self.stale, self.open) = (false, among.is_ok());
        self.generation += 1;
        let state = match (&among, known) {
            (Err(error), _) => State::Failed(error.to_string()),
            (Ok(_), Some(About { state: State::Here(found), .. })) if is_asked => State::Here(found),
            (Ok(_), _) => State::Waiting,
        };
        self.about = Some(About { row: event.row, filters, state });
        let among = among.ok()?.into_iter().map(|query| query.anchored(event.id, event.record.time));
        Some(Effect::Neighbours { generation: self.generation, row: event.row, among: among.collect() })
    }

    /// Takes an answer; whether it is waited for.
    pub(in crate::tui) fn take(&mut self, generation: u64, result: Result<Vec<Neighbours>, String>) -> bool {
        let Some(about) = self.about.as_mut().filter(|_| self.open && generation == self.generation) else {
            return false;
        };
        self.open = false;
        match result {
            Ok(found) => about.state = State::Here(found),
            // What is on the screen is worth more than the news that it could not be read again.
            Err(_) if matches!(about.state, State::Here(_)) => {}
            Err(message) => about.state = State::Failed(message),
        }
        true
    }

    /// The cache grew: what is known is that of before.
    pub(in crate::tui) fn grow_stale(&mut self) {
        self.stale = true;
    }

    /// Whether the first answer about the event is still to come.
    pub(in crate::tui) fn waits(&self) -> bool {
        self.open && self.about.as_ref().is_some_and(|about| matches!(about.state, State::Waiting))
    }

    /// Puts `event` in the place of what was known about it before.
    pub(in crate::tui) fn renew(&mut self, event: &std::sync::Arc<Event>) {
        if let Some(About { state: State::Here(found), .. }) = &mut self.about {
            let all = found.iter_mut().flat_map(|one| one.newer.iter_mut().chain(&mut one.older));
            all.filter(|old| old.row == event.row).for_each(|old| *old = event.clone());
        }
    }
}

/// A line that can be selected.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum Item {
    /// The event is opened.
    Event(std::sync::Arc<Event>),
    /// The filter is put into force.
    All(String),
}

impl Item {
    /// Whether both lead to the same.
    pub(in crate::tui) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Event(one), Self::Event(other)) => one.row == other.row,
            (one, other) => one == other,
        }
    }
}

/// The lines of the tab in `width` cells, with what can be selected. Keys are named where they count.
pub(in crate::tui) fn lines(app: &App, event: &Event, width: usize) -> Vec<(Option<Item>, Row)> {
    let ui = &app.ui;
    let about = app.relations.about.as_ref().filter(|about| about.row == event.row);
    let mut found = match about.map(|about| &about.state) {
        Some(State::Here(found)) => found.iter(),
        _ => [].iter(),
    };
    let mut lines = Vec::new();
    for (nth, section) in SECTIONS.iter().enumerate() {
        if nth > 0 {
            lines.push((None, Row::new()));
        }
        let filter = (section.filter)(event);
        let neighbours = filter.as_ref().and_then(|_| found.next());
        lines.push((None, heading(section, event, neighbours, width, ui)));
        if section.command == Some(Command::Around) {
            let unknown = unknown(app, event.record.time);
            lines.extend(unknown.iter().flat_map(|text| said(text, Role::Warning, width, ui)));
        }
        match (filter, neighbours) {
            (None, _) => lines.extend(said(section.unsaid, Role::Dim, width, ui)),
            (Some(_), None) => {
                let (role, text) = match about.map(|about| &about.state) {
                    Some(State::Failed(message)) => (Role::Failed, message.as_str()),
                    _ => (Role::Dim, "Reading the cache…"),
                };
                lines.extend(said(text, role, width, ui));
            }
            (Some(_), Some(neighbours)) if neighbours.others == 0 => {
                lines.extend(said(section.alone, Role::Dim, width, ui));
            }
            (Some(filter), Some(neighbours)) => {
                let moments = neighbours.events().map(|other| other.row.time());
                let times = Times::of(moments.chain([event.record.time]), ui);
                let row = |other: &std::sync::Arc<Event>| {
                    let line = brief::line_near(other, times, width, ui);
                    (Some(Item::Event(other.clone())), line)
                };
                lines.extend(neighbours.newer.iter().map(row));
                let here = brief::here(event.record.time, times, ui).fill_by(2);
                lines.push((None, here.put("this event", ui.style(Role::Dim))));
                lines.extend(neighbours.older.iter().map(row));
                let more = neighbours.others.saturating_sub(neighbours.events().count());
                if more > 0 {
                    let row = rest(more, section.command, &filter, app);
                    lines.push((Some(Item::All(filter)), row.within(width)));
                }
            }
        }
    }
    lines
}

/// `Same change set  deploy-42      2 others`.
fn heading(section: &Section, event: &Event, found: Option<&Neighbours>, width: usize, ui: &Ui) -> Row {
    let count =
        found.filter(|found| found.others > 0).map(|found| words::plural(found.others as u64, "other"));
    let count = Row::new().put(&count.unwrap_or_default(), ui.style(Role::Dim));
    let mut title = Row::new().put(section.title, ui.style(Role::Header));
    if let Some(name) = (section.name)(event) {
        let room = width.saturating_sub(title.width() + count.width() + 4);
        title = title.fill_by(2).cut(name, room, ui.style(Role::Text));
    }
    title.with_right(count, width)
}

/// How the others are seen that have no line.
fn rest(more: usize, command: Option<Command>, filter: &str, app: &App) -> Row {
    let (ui, dim) = (&app.ui, app.ui.style(Role::Dim));
    let row = Row::new().fill(2).put(&format!("{} more", words::count(more as u64)), dim);
    let key = command.or(app.in_event().then_some(Command::Open));
    let row = match key {
        None => row.put(": ", dim),
        Some(command) => {
            row.put(" · ", dim).put(&ui.key(command), ui.style(Role::Key)).put(" lists all: ", dim)
        }
    };
    row.put(filter, ui.style(Role::Accent))
}

fn said(text: &str, role: Role, width: usize, ui: &Ui) -> Vec<(Option<Item>, Row)> {
    let lines = Safe::line(text).wrap(width.max(1));
    lines.iter().map(|line| (None, Row::new().safe(line, ui.style(role)))).collect()
}

/// What the cache does not know of the time around `moment`, one line for each feed.
fn unknown(app: &App, moment: Timestamp) -> Vec<String> {
    let (from, to) = (moment.plus_millis(-NEAR), moment.plus_millis(NEAR));
    let holes = app.unknown(from, to);
    let mut lines: Vec<String> =
        holes.iter().map(|(of, span)| format!("{of}: {}", told(*span, (from, to), &app.ui))).collect();
    lines.dedup();
    if lines.len() > NAMED + 1 {
        let rest = lines.split_off(NAMED).len();
        lines
            .push(format!("and {rest} more feeds are not known in full: `{}`", app.ui.key(Command::Sources)));
    }
    lines
}

/// What is not known of the time from `from` to `to`.
fn told(span: Stretch, (from, to): (Timestamp, Timestamp), ui: &Ui) -> String {
    let clock = |time| words::clock(time, ui.zone, true);
    // The ends of the stretch are known themselves, to the millisecond.
    let first = span.lo.plus_millis(1);
    match (span.lo < from, span.hi > to) {
        (true, true) => "nothing is known of this time".to_owned(),
        (true, false) => format!("not known before {}", clock(span.hi)),
        (false, true) => format!("not known after {}", clock(first)),
        (false, false) => format!("not known between {} and {}", clock(first), clock(span.hi)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::tests::support::{NOW, settings};

    #[test]
    fn a_gap_is_told_as_far_as_it_reaches_into_the_time() {
        let ui = Ui::new(&settings((80, 24)));
        let at = |minutes: i64| NOW.plus_millis(minutes * 60_000);
        for (lo, hi, text) in [
            (-60, 60, "nothing is known of this time"),
            (-60, -4, "not known before 10:36:00"),
            (3, 60, "not known after 10:43:00"),
            (-4, 3, "not known between 10:36:00 and 10:43:00"),
        ] {
            let span = Stretch { lo: at(lo), hi: at(hi) };
            assert_eq!(told(span, (at(-10), at(10)), &ui), text);
        }
    }
}
