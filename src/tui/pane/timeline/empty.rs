//! What stands in the place of the list when there is nothing to list: why, and the next key.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::{Safe, SourceState};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::ledgers::{self, Extent};
use crate::tui::theme::Role;
use crate::tui::words;

/// A title, and paragraphs below it.
struct Explanation {
    title: String,
    role: Role,
    paragraphs: Vec<String>,
}

/// Draws why the list is empty.
pub(in crate::tui) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let explanation = explain(app);
    let width = usize::from(area.width.saturating_sub(6)).min(76);
    let title = Row::new().put(&explanation.title, app.ui.style(explanation.role));
    let wrapped = |paragraph: &String| Safe::new(paragraph).wrap(width);
    let paragraphs: Vec<Vec<Safe>> = explanation.paragraphs.iter().map(wrapped).collect();
    let room = usize::from(area.height);
    let kept = fitting(&paragraphs, room.saturating_sub(1));
    let all = 1 + kept.iter().map(|lines| lines.len() + 1).sum::<usize>();
    let mut lines = vec![title];
    for paragraph in kept {
        // Lines that set apart are the first to go.
        if all <= room {
            lines.push(Row::new());
        }
        lines.extend(paragraph.iter().map(|line| Row::new().safe(line, app.ui.style(Role::Text))));
    }
    if lines.len() > room {
        lines.truncate(room);
        let last = lines.pop().unwrap_or_default().put(" …", app.ui.style(Role::Dim));
        lines.push(last);
    }
    let top = area.y + area.height.saturating_sub(lines.len() as u16) / 3;
    for (y, line) in (top..area.bottom()).zip(lines) {
        line.draw(buf, area.x + 3.min(area.width), y, area.width.saturating_sub(3));
    }
}

/// The paragraphs that fit whole into `room` lines. The first names the keys and always stands; where nothing
/// fits beside it, the beginning of the second is worth more than nothing.
fn fitting(paragraphs: &[Vec<Safe>], room: usize) -> Vec<&Vec<Safe>> {
    let mut taken = 0;
    let mut kept = Vec::new();
    for (nth, lines) in paragraphs.iter().enumerate() {
        if nth == 0 || taken + lines.len() <= room {
            taken += lines.len();
            kept.push(lines);
        }
    }
    if kept.len() == 1 && taken < room {
        kept.extend(paragraphs.get(1));
    }
    kept
}

fn explain(app: &App) -> Explanation {
    let key = |command| format!("`{}`", app.ui.key(command));
    let (_, of) = app.timeline.counts();
    if !app.timeline.answered() {
        return plain("Reading the cache…", []);
    }
    if of > 0 && !app.filter.is_empty() {
        return no_match(app, of);
    }
    if app.sources.is_empty() {
        return plain(
            "No source is configured",
            [
                format!(
                    "`backtrail config init` writes a file to fill in; `backtrail demo` shows the program with \
                     sources of its own. {} quits.",
                    key(Command::Quit)
                ),
                "A source is a system whose change history you want to read.".to_owned(),
            ],
        );
    }
    if app.sources.iter().all(|source| source.state == SourceState::Failed) {
        return failed(app);
    }
    let sources = format!("{} shows how each source is doing.", key(Command::Sources));
    if syncing(app) {
        return plain("Fetching the first events…", [format!("{sources} They appear here as they come.")]);
    }
    plain("The sources have sent no events", [format!("{} asks again, {sources}", key(Command::RefreshAll))])
}

fn plain<const N: usize>(title: &str, paragraphs: [String; N]) -> Explanation {
    Explanation { title: title.to_owned(), role: Role::Title, paragraphs: paragraphs.into() }
}

fn syncing(app: &App) -> bool {
    app.sources.iter().any(|source| matches!(source.state, SourceState::Syncing { .. } | SourceState::Idle))
}

fn no_match(app: &App, of: usize) -> Explanation {
    let key = |command| format!("`{}`", app.ui.key(command));
    let more = if syncing(app) { ", and more are being fetched" } else { "" };
    let extent = app.extent();
    let next = if app.filter.editing() {
        format!("{} brings back the filter from before.", key(Command::Cancel))
    } else {
        // Where all of it is here already there is nothing to fetch.
        let asks = !app.filter.query().conditions().is_empty() && extent != Extent::Whole;
        let fetch = format!(" {} fetches what it is about.", key(Command::RefreshSource));
        format!(
            "{} edits the filter, {} clears it.{}",
            key(Command::EditFilter),
            key(Command::ClearFilter),
            if asks { &fetch } else { "" }
        )
    };
    let there = if of == 1 { "There is" } else { "There are" };
    let cached = format!("{there} {} in the cache{more}.", words::plural(of as u64, "event"));
    let why = match extent {
        Extent::Unknown => None,
        Extent::Whole => {
            let all = match app.filter.query().bounds() {
                (None, None) => "The sources offer no others",
                _ => "All events of that time are among them",
            };
            Some(format!("{all}, so none like this was sent."))
        }
        Extent::Lacks(hole) => Some(format!(
            "The cache does not know all of that time: {}, {}: {}.",
            hole.label,
            ledgers::stretch(hole.span, &app.ui),
            hole.reason.sentence()
        )),
    };
    let paragraphs = [next, cached].into_iter().chain(why).collect();
    Explanation { title: "No event matches the filter".to_owned(), role: Role::Title, paragraphs }
}

/// Every source fails: each says why and what to do.
fn failed(app: &App) -> Explanation {
    let mut paragraphs = vec![format!(
        "`{}` shows the sources, `{}` asks all of them again.",
        app.ui.key(Command::Sources),
        app.ui.key(Command::RefreshAll)
    )];
    for source in &app.sources {
        if let Some(fault) = &source.fault {
            paragraphs.push(format!("{}: {}. Next: {}.", source.name, fault.message, fault.fix));
        }
    }
    Explanation { title: "No source answers".to_owned(), role: Role::Failed, paragraphs }
}
