//! The first line: the program, how the sources are doing, the zone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::{SourceState, Zone};
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::pane::Screen;
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
    // The states of the sources are worth more than the name of the program.
    let forms = [
        name.clone().join(number.clone()).fill_by(2).join(states.clone()),
        name.join(states.clone()),
        Row::new().fill(1).join(number).fill_by(2).join(states.clone()),
    ];
    let left = forms.into_iter().find(|row| row.width() <= width).unwrap_or(Row::new().fill(1).join(states));
    let zone = match ui.zone {
        Zone::Utc => "UTC".to_owned(),
        zone => zone.label(ui.now),
    };
    let right = Row::new().put(&zone, ui.style(Role::Dim)).fill_by(1);
    left.with_right(right, width).draw(buf, area.x, area.y, area.width);
}

fn screen(app: &App) -> Option<&'static str> {
    app.above.last().map(|screen| match screen {
        Screen::Event(_) => "event",
        Screen::Lifecycle(_) => "lifecycle",
        Screen::Sources(_) => "sources",
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
