//! The first line: the program, how the sources are doing, the zone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::{Safe, SourceState, Zone};
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::overlay::Overlay;
use crate::tui::pane::Screen;
use crate::tui::settings::Ui;
use crate::tui::tabs::Tab;
use crate::tui::theme::Role;
use crate::tui::words;

/// Draws the line. The name and the tabs stand on the left and stay where they are, whatever screen is gone
/// into; how the sources are doing stands on the right and never leaves.
pub(super) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    let width = usize::from(area.width);
    let name = Row::new().fill(1).put("backtrail", ui.style(Role::Header)).fill_by(2);
    let here = screen(app).map_or(Row::new(), |screen| {
        Row::new().put("› ", ui.style(Role::Dim)).put(screen, ui.style(Role::Title)).fill_by(2)
    });
    let number = Row::new().put(&words::plural(app.sources.len() as u64, "source"), ui.style(Role::Text));
    let states = states(app);
    let zone = match ui.zone {
        Zone::Utc => "UTC".to_owned(),
        zone => zone.label(ui.now),
    };
    let zone = Row::new().put(&zone, ui.style(Role::Dim)).fill_by(1);
    let states_with = |row: Row| if states.width() == 0 { row } else { states.clone().fill_by(2).join(row) };
    let rights =
        [number.fill_by(2).join(states_with(zone.clone())), states_with(zone), states.clone().fill_by(1)];
    let has_tabs = !app.user.views.is_empty();
    // Room for two tabs, or there is none worth the name.
    let least = here.width() + if has_tabs { 2 * TAB } else { 0 };
    let sides = rights.iter().flat_map(|right| [(&name, right)]);
    let unnamed = Row::new().fill(1);
    let sides = sides.chain([(&unnamed, &rights[2])]);
    let fits = sides.clone().find(|(left, right)| left.width() + least + right.width() < width);
    let (left, right) = fits.unwrap_or((&unnamed, &rights[2]));
    let room = width.saturating_sub(left.width() + right.width() + 2);
    let mut row = left.clone();
    if has_tabs {
        // A screen that was gone into is worth more than the second tab.
        let most = room.saturating_sub(here.width());
        row = row.join(tabs(app, if most < TAB { room } else { most })).fill_by(1);
    }
    let row = if row.width() + here.width() + right.width() < width { row.join(here) } else { row };
    // States that fill the line leave no room for anything beside them.
    let row = if row.width() + right.width() < width {
        row.with_right(right.clone(), width)
    } else {
        Row::new().fill(1).join(right.clone()).within(width)
    };
    row.draw(buf, area.x, area.y, area.width);
}

/// About as many cells as a tab takes.
const TAB: usize = 14;

/// The most cells of a name where not all tabs fit.
const NAME: usize = 24;

/// The tabs, as many as fit into `room` cells, that in front among them: `[1 All]  2 Failed +3 …`.
fn tabs(app: &App, room: usize) -> Row {
    let ui = &app.ui;
    let tabs = app.tabs();
    let rows = |name: usize| -> Vec<Row> {
        tabs.iter().enumerate().map(|(place, tab)| tab_row(place, tab, name, ui)).collect()
    };
    let whole = rows(room);
    if whole.iter().map(|row| row.width() + 1).sum::<usize>() <= room {
        return whole.into_iter().fold(Row::new(), |all, row| all.join(row).fill_by(1));
    }
    let rows = rows(NAME.min(room.saturating_sub(5)));
    let front = tabs.iter().position(|tab| tab.current).unwrap_or_default();
    // From the first tab with which that in front still fits, after a mark where some stand before it.
    let mark = |from: usize| if from > 0 { 2 } else { 0 };
    let width =
        |from: usize| mark(from) + rows[from..=front].iter().map(|row| row.width() + 1).sum::<usize>();
    let from = (0..=front).find(|from| width(*from) < room).unwrap_or(front);
    let more = Row::new().put("…", ui.style(Role::Dim));
    let mut all = if from > 0 { more.clone().fill_by(1) } else { Row::new() };
    let start = all.width();
    for (nth, row) in rows.iter().enumerate().skip(from) {
        let rest = usize::from(nth + 1 < rows.len());
        if all.width() + row.width() + 1 + rest > room && all.width() > start {
            return all.join(more).within(room);
        }
        all = all.join(row.clone()).fill_by(1);
    }
    all.within(room)
}

fn tab_row(place: usize, tab: &Tab<'_>, name: usize, ui: &Ui) -> Row {
    let name = Safe::line(tab.name).cut(name);
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
