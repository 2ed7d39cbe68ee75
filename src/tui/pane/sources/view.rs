//! The sources, drawn: one block for each, with what it does, what it brought, what went wrong and what
//! to do about it.
//!
//! ```text
//! ▌streamkap-prod  Streamkap  https://api.streamkap.com
//!   ready          last complete 2 minutes ago · 1,204 events · 12 scopes
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::{Progress, Safe, SourceState, SourceStatus, is_open};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::pane::mark;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

use super::{SourcesPane, coverage};

/// Lines above the first source.
const HEAD: u16 = 2;

/// How many lines there are for sources.
pub(in crate::tui) fn room(layout: &Layout) -> usize {
    usize::from(layout.body.height.saturating_sub(HEAD))
}

/// How many lines one source takes: name, state, a note, one for links that are broken, two for what went
/// wrong, one apart.
pub(in crate::tui) fn lines(source: &SourceStatus) -> usize {
    let more = [source.note.is_some(), source.broken > 0, source.fault.is_some(), source.fault.is_some()];
    2 + more.into_iter().filter(|it| *it).count() + 1
}

/// Draws the screen.
pub(in crate::tui) fn draw(app: &App, pane: &SourcesPane, area: Rect, buf: &mut Buffer) {
    if coverage::draw(app, area, buf) {
        return;
    }
    let ui = &app.ui;
    let width = usize::from(area.width);
    let title = Row::new().fill(1).put("Sources", ui.style(Role::Title));
    title.draw(buf, area.x, area.y, area.width);
    if app.sources.is_empty() {
        let text = "No source is configured: `backtrail config init` writes a file to fill in";
        let line = Row::new().fill(1).cut(text, width.saturating_sub(1), ui.style(Role::Text));
        line.draw(buf, area.x, area.y + HEAD, area.width);
        return;
    }
    let selected = pane.place(&app.sources);
    let mut y = area.y + HEAD;
    for (i, source) in app.sources.iter().enumerate().skip(pane.top) {
        let paused = app.user.is_paused(&source.name);
        let rows = block(source, (i == selected, paused), width, ui);
        // A source is shown whole or not at all, but for one that no screen is high enough for.
        if i > pane.top && usize::from(area.bottom().saturating_sub(y)) < rows.len() {
            break;
        }
        for (line, row) in rows.into_iter().enumerate() {
            if y < area.bottom() {
                row.draw(buf, area.x, y, area.width);
                if i == selected && line == 0 {
                    buf.set_style(Rect { y, height: 1, ..area }, ui.style(Role::Selected));
                }
            }
            y += 1;
        }
        y += 1;
    }
}

/// What a source is doing, in few words.
pub(in crate::tui) fn state(source: &SourceStatus, ui: &Ui) -> (String, Role) {
    match &source.state {
        SourceState::Idle => ("not asked yet".to_owned(), Role::Dim),
        SourceState::Syncing { pages, events_new } => {
            let pages = words::plural(*pages, "page");
            let pace = source.progress(ui.now).map(pace).unwrap_or_default();
            (format!("syncing · {pages}, {} new{pace}", words::count(*events_new)), Role::Accent)
        }
        SourceState::Waiting { until, reason } => {
            (format!("waiting ({reason}), next try in {}", words::until(*until, ui.now)), Role::Warning)
        }
        SourceState::Ready => ("ready".to_owned(), Role::Success),
        SourceState::Failed => ("failed".to_owned(), Role::Failed),
    }
}

/// How fast a sync goes, and how far it is where that can be told.
fn pace(Progress { per_second, of, seconds_left }: Progress) -> String {
    let mut text = format!(" · {} a second", words::count(per_second));
    if let Some((done, total)) = of.filter(|(_, total)| *total > 0) {
        let percent = done.saturating_mul(100) / total;
        let of = words::count(total);
        text.extend([" · ", &percent.to_string(), " % of ", &of]);
    }
    if let Some(seconds) = seconds_left {
        let left = words::length(i64::try_from(seconds).unwrap_or(i64::MAX).max(1));
        text.extend([", about ", &left, " left"]);
    }
    text
}

fn block(source: &SourceStatus, (selected, paused): (bool, bool), width: usize, ui: &Ui) -> Vec<Row> {
    let (mut state, mut role) = state(source, ui);
    if paused && !matches!(source.state, SourceState::Syncing { .. }) {
        let key = ui.key(Command::PauseSource);
        (state, role) = (format!("paused, {key} has it asked again"), Role::Warning);
    }
    let dim = ui.style(Role::Dim);
    let mark = mark(selected, ui);
    let name = mark.put(Safe::line(&source.name).cut(width / 2).as_str(), ui.style(Role::Title)).fill_by(2);
    let open = if is_open(&source.origin) { "not encrypted  " } else { "" };
    let name = name.put(open, ui.style(Role::Warning));
    let about = format!("{} · {}", ui.feed_name(&source.feed), source.origin);
    let room = width.saturating_sub(name.width());
    let mut facts = vec![match source.last_sync {
        Some(time) => format!("complete {}", words::ago(time, ui.now)),
        None => "never complete".to_owned(),
    }];
    facts.push(words::plural(source.events, "event"));
    facts.extend(source.scopes.map(|scopes| words::plural(scopes, "scope")));
    if source.quarantined > 0 {
        facts.push(format!("{} could not be read", words::plural(source.quarantined, "record")));
    }
    let doing = Row::new().fill(3).put(&state, ui.style(role)).fill_by(2);
    let left = width.saturating_sub(doing.width());
    let mut rows = vec![
        name.put(Safe::line(&about).cut(room).as_str(), dim),
        doing.put(Safe::line(&facts.join(" · ")).cut(left).as_str(), dim),
    ];
    if let Some(note) = &source.note {
        let text = Safe::line(note).cut(width.saturating_sub(3));
        rows.push(Row::new().fill(3).safe(&text, ui.style(Role::Text)));
    }
    if source.broken > 0 {
        let many = words::plural(source.broken, "event");
        let text = format!("≠ {many} not linked to the entry before: the filter `is:broken` shows which");
        let text = Safe::line(&text).cut(width.saturating_sub(3));
        rows.push(Row::new().fill(3).safe(&text, ui.style(Role::Warning)));
    }
    if let Some(fault) = &source.fault {
        let request = fault.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
        let what = fault.message.clone() + &request;
        for (text, role) in [(what, Role::Failed), (format!("Next: {}", fault.fix), Role::Text)] {
            let text = Safe::line(&text).cut(width.saturating_sub(3));
            rows.push(Row::new().fill(3).safe(&text, ui.style(role)));
        }
    }
    rows
}
