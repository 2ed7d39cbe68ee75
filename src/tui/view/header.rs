//! The first line: the program, how the sources are doing, the zone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::{Safe, SourceState, Zone};
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::overlay::Overlay;
use crate::tui::pane::Screen;
use crate::tui::tabs::Tab;
use crate::tui::theme::Role;
use crate::tui::words;

/// Draws the line.
pub(super) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    let width = usize::from(area.width);
    let mut name = Row::new().fill(1).put("backtrail", ui.style(Role::Header)).fill_by(2);
    if let Some(screen) = screen(app) {
        name = name.put("› ", ui.style(Role::Dim)).put(screen, ui.style(Role::Title)).fill_by(2);
    }
    let number = Row::new().put(&words::plural(app.sources.len() as u64, "source"), ui.style(Role::Text));
    let states = states(app);
    let zone = match ui.zone {
        Zone::Utc => "UTC".to_owned(),
        zone => zone.label(ui.now),
    };
    let zone = Row::new().put(&zone, ui.style(Role::Dim)).fill_by(1);
    if app.user.views.is_empty() {
        // The states of the sources are worth more than the name of the program.
        let forms = [
            name.clone().join(number.clone()).fill_by(2).join(states.clone()),
            name.join(states.clone()),
            Row::new().fill(1).join(number).fill_by(2).join(states.clone()),
        ];
        let fits = forms.into_iter().find(|row| row.width() <= width);
        let left = fits.unwrap_or(Row::new().fill(1).join(states));
        return left.with_right(zone, width).draw(buf, area.x, area.y, area.width);
    }
    let sides = [
        (name.clone(), number.fill_by(2).join(states.clone()).fill_by(2).join(zone.clone())),
        (name, states.clone().fill_by(2).join(zone)),
        (Row::new().fill(1), states.clone().fill_by(1)),
    ];
    // Room for two tabs, or there is none worth the name.
    let fits = sides.into_iter().find(|(left, right)| left.width() + right.width() + 2 * TAB <= width);
    let (left, right) = fits.unwrap_or((Row::new().fill(1), states.fill_by(1)));
    let room = width.saturating_sub(left.width() + right.width() + 2);
    left.join(tabs(app, room)).with_right(right, width).draw(buf, area.x, area.y, area.width);
}

/// About as many cells as a tab takes.
const TAB: usize = 14;

/// The tabs, as many as fit into `room` cells, that in front among them: `[1 All]  2 Failed +3`.
fn tabs(app: &App, room: usize) -> Row {
    let ui = &app.ui;
    let tabs = app.tabs();
    let one = |(place, tab): (usize, &Tab<'_>)| {
        let name = Safe::line(tab.name).cut(24);
        let text = format!("{} {}{}", place + 1, name.as_str(), if tab.changed { "*" } else { "" });
        let row = if tab.current {
            Row::new().put(&format!("[{text}]"), ui.style(Role::Title))
        } else {
            Row::new().fill_by(1).put(&text, ui.style(Role::Dim)).fill_by(1)
        };
        match tab.unread {
            0 => row,
            unread => row.put(&format!("+{} ", words::count(unread as u64)), ui.style(Role::Accent)),
        }
    };
    let rows: Vec<Row> = tabs.iter().enumerate().map(one).collect();
    let front = tabs.iter().position(|tab| tab.current).unwrap_or_default();
    // From the first tab with which that in front still fits.
    let width = |from: usize| rows[from..=front].iter().map(|row| row.width() + 1).sum::<usize>();
    let from = (0..=front).find(|from| width(*from) <= room).unwrap_or(front);
    let mut all = Row::new();
    for row in &rows[from..] {
        if all.width() + row.width() + 1 > room && all.width() > 0 {
            break;
        }
        all = all.join(row.clone()).fill_by(1);
    }
    all
}

/// What fills the body of the screen, unless it is the list.
fn screen(app: &App) -> Option<&'static str> {
    let over = app.overlays.iter().rev().find_map(|overlay| match overlay {
        Overlay::Told(told) => Some(told.name()),
        Overlay::Help(_) => Some("help"),
        Overlay::Ai(_) => Some("AI summary"),
        _ => None,
    });
    if over.is_some() {
        return over;
    }
    app.above.last().map(|screen| match screen {
        Screen::Event(_) => "event",
        Screen::Lifecycle(_) => "lifecycle",
        Screen::Compare(_) => "compare",
        Screen::Actor(_) => "actor",
        Screen::Suspects(_) => "suspects",
        Screen::Sources(_) => "sources",
        Screen::Views(_) => "views",
        Screen::Histogram(_) => "histogram",
    })
}

/// `ok 1  syncing 1  wait(429 40s) 1  failed 1`.
fn states(app: &App) -> Row {
    let ui = &app.ui;
    let mut row = Row::new();
    let (mut ok, mut syncing, mut failed) = (0, 0, 0);
    let mut waits: Vec<(String, u64)> = Vec::new();
    for source in &app.sources {
        match &source.state {
            SourceState::Ready => ok += 1,
            // Looking for news and finding none is how a source is when all is well.
            SourceState::Syncing { events_new: 0, .. } if source.last_sync.is_some() => ok += 1,
            SourceState::Syncing { .. } => syncing += 1,
            SourceState::Failed => failed += 1,
            SourceState::Idle => {}
            SourceState::Waiting { until, reason } => {
                let text = format!("wait({reason} {})", words::until(*until, ui.now));
                match waits.iter_mut().find(|(other, _)| *other == text) {
                    Some((_, number)) => *number += 1,
                    None => waits.push((text, 1)),
                }
            }
        }
    }
    let mut add = |word: &str, number: u64, role: Role| {
        if number > 0 {
            let gap = if row.width() == 0 { 0 } else { 2 };
            row = std::mem::take(&mut row).fill_by(gap).put(&format!("{word} {number}"), ui.style(role));
        }
    };
    add("ok", ok, Role::Success);
    add("syncing", syncing, Role::Accent);
    for (text, number) in &waits {
        add(text, *number, Role::Warning);
    }
    add("failed", failed, Role::Failed);
    row
}
