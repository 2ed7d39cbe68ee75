//! The changes before a moment, drawn, the most suspicious first.
//!
//! ```text
//! before Wed 25 Mar 2026 14:32:07 +00:00                - shorter   2 h   = longer
//! 9 changes in the 2 h before, from all sources, the most suspicious first
//!
//! ▌1  5.9  25 Mar 14:18  ^ publish   Home Page NBA    ben@example.com
//!          undone 33 min later, 19 min after the moment · 13 min before
//! ```

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Loaded, SuspectsPane};
use crate::domain::{Reason, Safe, Suspect, Suspects, span};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::pane::brief::{self, Beside};
use crate::tui::pane::{event, lifecycle, mark};
use crate::tui::scrollbar::Extent;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Lines above the first change.
const HEAD: u16 = 3;

/// From this width of the screen on, each reason stands with its points.
const POINTS_FROM: u16 = 100;

/// The place and the points, with the gaps behind them.
const MARGIN: usize = 11;

/// How many lines the reasons of one change take at most, where they stand with their points or below the name
/// and elsewhere.
const LINES: (usize, usize) = (3, 2);

/// A screen of fewer lines has no room for more than the fewer.
const LOW: u16 = 16;

/// Below this width, the name stands with the reasons.
const NAME_FROM: usize = 80;

/// How many changes are seen at once.
pub(in crate::tui) fn page(pane: &SuspectsPane, layout: &Layout, ui: &Ui) -> usize {
    let area = lifecycle::view::beside(layout).0;
    pane.found().map_or(1, |found| seen(found, pane.place(), area, ui).len())
}

/// The places of the changes that are seen when the one at `place` is selected: that one about in the middle,
/// all of them whole.
fn seen(found: &Suspects, place: usize, area: Rect, ui: &Ui) -> Range<usize> {
    let room = usize::from(area.height.saturating_sub(HEAD));
    let tall = |suspect: &Suspect| 1 + why(suspect, area.width.into(), ui).len();
    let heights: Vec<usize> = found.found.iter().map(tall).collect();
    let lines = |from: usize, to: usize| heights.get(from..to).unwrap_or_default().iter().sum::<usize>();
    let middle = room.midpoint(lines(place, place + 1));
    let first = |to: usize, room: usize| (0..to).find(|from| lines(*from, to) <= room).unwrap_or(to);
    let top = first(place + 1, middle).min(place).min(first(heights.len(), room));
    let end = (top + 1..=heights.len()).rfind(|end| lines(top, *end) <= room);
    // One that has no room as a whole is seen in part.
    top..end.unwrap_or(top + 1).min(heights.len())
}

/// Draws the screen.
pub(in crate::tui) fn draw(app: &App, pane: &SuspectsPane, buf: &mut Buffer) {
    let ui = &app.ui;
    let (area, preview) = lifecycle::view::beside(&app.layout());
    let moment = words::full(pane.case.at, ui.zone);
    let title =
        Row::new().fill(1).cut(&format!("before {moment}"), usize::from(area.width), ui.style(Role::Title));
    title.with_right(window(pane, ui), usize::from(area.width)).draw(buf, area.x, area.y, area.width);
    let (text, role) = match &pane.state {
        Loaded::Waiting => ("Reading the cache…".to_owned(), Role::Dim),
        Loaded::Failed(message) => (message.clone(), Role::Failed),
        Loaded::Here(found) => (told(found, ui), Role::Dim),
    };
    let room = usize::from(area.width.saturating_sub(2)).max(1);
    let lines = Safe::new(&text).wrap(room);
    for (y, line) in (area.y + 1..area.y + HEAD).zip(&lines) {
        Row::new().fill(1).safe(line, ui.style(role)).draw(buf, area.x, y, area.width);
    }
    if let Some(found) = pane.found() {
        list(app, pane, found, area, buf);
    }
    if preview.is_empty() {
        return;
    }
    let style = ui.style(Role::Rule);
    let line = Row::new().put("│", style);
    (area.top()..area.bottom()).for_each(|y| line.draw(buf, area.right(), y, 1));
    if pane.event().is_some() {
        event::view::draw(app, pane.event(), app.preview, preview, buf);
    }
}

/// How far back is looked, between the keys that change it.
fn window(pane: &SuspectsPane, ui: &Ui) -> Row {
    let (key, dim) = (ui.style(Role::Key), ui.style(Role::Dim));
    Row::new()
        .put(&ui.key(Command::ShorterWindow), key)
        .put(" shorter", dim)
        .fill_by(3)
        .put(&span(pane.case.window), ui.style(Role::Accent))
        .fill_by(3)
        .put(&ui.key(Command::LongerWindow), key)
        .put(" longer", dim)
        .fill_by(2)
}

fn told(found: &Suspects, ui: &Ui) -> String {
    let window = span(found.case.window);
    match found.of {
        0 => format!(
            "Nothing changed in the {window} before, in any source; `{}` goes back, `{}` looks further back",
            ui.key(Command::Back),
            ui.key(Command::LongerWindow)
        ),
        of => {
            let changes = words::plural(of as u64, "change");
            let shown = found.found.len();
            let rest = if shown < of { format!(", the first {shown} of them") } else { String::new() };
            format!("{changes} in the {window} before, in all sources, the most suspicious first{rest}")
        }
    }
}

fn list(app: &App, pane: &SuspectsPane, found: &Suspects, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    let len = found.found.len();
    let seen = seen(found, pane.place(), area, ui);
    let mut y = area.y + HEAD;
    for (nth, suspect) in found.found.iter().enumerate().take(seen.end).skip(seen.start) {
        let selected = nth == pane.place();
        let rows = rows(nth, suspect, usize::from(area.width), ui);
        let place = Rect { y, height: rows.len() as u16, ..area }.intersection(area);
        for (y, row) in (place.top()..place.bottom()).zip(rows) {
            mark(selected, ui).join(row).draw(buf, area.x, y, area.width);
        }
        if selected {
            buf.set_style(place, ui.style(Role::Selected));
        }
        y = place.bottom();
    }
    let right = u16::from(lifecycle::view::beside(&app.layout()).1.is_empty());
    let bar = Rect {
        x: area.right().saturating_sub(right),
        y: area.y + HEAD,
        width: 1,
        height: area.height.saturating_sub(HEAD),
    };
    Extent { len, above: seen.start, shown: seen.len() }.draw(buf, bar, ui.style(Role::Rule));
}

/// One change without the mark before it: what it is, and why it is suspected.
fn rows(nth: usize, suspect: &Suspect, width: usize, ui: &Ui) -> Vec<Row> {
    let points = format!("{:.1}", suspect.score);
    let head = Row::new().right(&(nth + 1).to_string(), 2, ui.style(Role::Dim)).fill_by(1);
    // The points are what the words below come to: they go first.
    let head = if width < NARROW { head } else { head.right(&points, 4, ui.style(Role::Accent)).fill_by(2) };
    let room = width.saturating_sub(head.width() + 2);
    let head = head.join(brief::line(&suspect.event, room, Beside::Actor, ui));
    let why = why(suspect, width, ui);
    let why = why.iter().map(|line| Row::new().fill(margin(width)).safe(line, ui.style(Role::Dim)));
    std::iter::once(head).chain(why).collect()
}

/// Below this width, the points of a change are left out.
const NARROW: usize = 60;

/// The cells before its reasons.
fn margin(width: usize) -> usize {
    if width < NARROW { 3 } else { MARGIN - 2 }
}

/// The reasons of a change in lines. A reason is torn only where a line of its own is too short for it, and its
/// points stand where it ends.
fn why(suspect: &Suspect, width: usize, ui: &Ui) -> Vec<Safe> {
    let room = width.saturating_sub(margin(width) + 3).max(1);
    let is_long = width < NAME_FROM || ui.area.width >= POINTS_FROM;
    let most = if is_long && ui.area.height >= LOW { LINES.0 } else { LINES.1 };
    let points = |reason: &Reason| match ui.area.width {
        // The sum alone where there is no room for what it is made of.
        ..POINTS_FROM => String::new(),
        _ => format!(" ({:+.1})", reason.points),
    };
    let mut why: Vec<(&str, String)> =
        suspect.reasons.iter().map(|reason| (reason.words.as_str(), points(reason))).collect();
    if width < NAME_FROM {
        // There was no room for the name above.
        why.insert(0, (suspect.event.record.actor.label().unwrap_or("–"), String::new()));
    }
    let mut lines: Vec<Safe> = Vec::new();
    for (words, points) in &why {
        let whole = Safe::line(&format!("{words}{points}"));
        if let Some(line) = lines.last_mut() {
            let joined = Safe::line(&format!("{} · {}", line.as_str(), whole.as_str()));
            if joined.width() <= room {
                *line = joined;
                continue;
            }
        }
        if whole.width() <= room {
            lines.push(whole);
            continue;
        }
        lines.extend(Safe::line(words).wrap(room));
        if let Some(end) = lines.last_mut() {
            let words = end.cut(room.saturating_sub(points.len()));
            *end = Safe::line(&format!("{}{points}", words.as_str()));
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(end) = lines.last_mut() {
            // No number is cut: one cell is left free behind the lines.
            let gap = if end.width() + 2 <= room { " " } else { "" };
            *end = Safe::line(&format!("{}{gap}…", end.as_str()));
        }
    }
    lines
}
