//! The changes before a moment, drawn, the most suspicious first.
//!
//! ```text
//! before Wed 25 Mar 2026 14:32:07 +00:00                - shorter   2 h   = longer
//! 9 changes in the 2 h before, from all sources, the most suspicious first
//!
//! ▌1  5.9  25 Mar 14:18  ^ publish   Home Page NBA    ben@example.com
//!          undone 33 min later, 19 min after the moment · 13 min before
//! ```

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

/// How many lines one change takes: what it is, and why it is suspected.
fn height(width: u16) -> u16 {
    if width < 90 { 3 } else { 2 }
}

/// How many changes are seen at once.
pub(in crate::tui) fn page(layout: &Layout) -> usize {
    let area = lifecycle::view::beside(layout).0;
    usize::from(area.height.saturating_sub(HEAD) / height(area.width)).max(1)
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
    let page = page(&app.layout());
    let len = found.found.len();
    let top = (pane.place() + 1).saturating_sub(page.div_ceil(2)).min(len.saturating_sub(page));
    let tall = height(area.width);
    let mut y = area.y + HEAD;
    for (nth, suspect) in found.found.iter().enumerate().skip(top).take(page) {
        let selected = nth == pane.place();
        for (line, row) in rows(nth, suspect, usize::from(area.width), tall, ui).into_iter().enumerate() {
            let y = y + line as u16;
            if y < area.bottom() {
                mark(selected, ui).join(row).draw(buf, area.x, y, area.width);
            }
        }
        if selected {
            let place = Rect { y, height: tall, ..area }.intersection(area);
            buf.set_style(place, ui.style(Role::Selected));
        }
        y += tall;
    }
    let right = u16::from(lifecycle::view::beside(&app.layout()).1.is_empty());
    let bar = Rect {
        x: area.right().saturating_sub(right),
        y: area.y + HEAD,
        width: 1,
        height: area.height.saturating_sub(HEAD),
    };
    Extent { len, above: top, shown: page }.draw(buf, bar, ui.style(Role::Rule));
}

/// One change without the mark before it.
fn rows(nth: usize, suspect: &Suspect, width: usize, tall: u16, ui: &Ui) -> Vec<Row> {
    let points = format!("{:.1}", suspect.score);
    let narrow = width < 60;
    let head = Row::new().right(&(nth + 1).to_string(), 2, ui.style(Role::Dim)).fill_by(1);
    // The points are what the words below come to: they go first.
    let head = if narrow { head } else { head.right(&points, 4, ui.style(Role::Accent)).fill_by(2) };
    let room = width.saturating_sub(head.width() + 2);
    let head = head.join(brief::line(&suspect.event, room, Beside::Actor, ui));
    let margin = if narrow { 3 } else { MARGIN - 2 };
    let told = |reason: &Reason| match ui.area.width {
        // The sum alone where there is no room for what it is made of.
        ..POINTS_FROM => reason.words.clone(),
        _ => format!("{} ({:+.1})", reason.words, reason.points),
    };
    let mut why: Vec<String> = suspect.reasons.iter().map(told).collect();
    let actor = suspect.event.record.actor.label().unwrap_or("–");
    if width < 80 {
        // There was no room for the name above.
        why.insert(0, actor.to_owned());
    }
    let room = width.saturating_sub(margin + 3).max(1);
    let lines = usize::from(tall) - 1;
    let mut text = Safe::line(&why.join(" · ")).wrap(room);
    if text.len() > lines {
        let rest: Vec<&str> = text[lines - 1..].iter().map(Safe::as_str).collect();
        text[lines - 1] = Safe::line(&rest.join(" ")).cut(room);
        text.truncate(lines);
    }
    let why = text.iter().map(|line| Row::new().fill(margin).safe(line, ui.style(Role::Dim)));
    let blank = std::iter::repeat_with(Row::new);
    std::iter::once(head).chain(why).chain(blank).take(usize::from(tall)).collect()
}
