//! The filter line and the rule below it, which gives way to what is wrong with the filter.
//!
//! ```text
//! filter> acton:rollback                       37 of 1,204 · complete as of 10:38
//!         ^^^^^ there is no key `acton`, did you mean `action`? · tab
//! ```

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::{Safe, SourceState, SourceStatus};
use crate::query::complete::Subject;
use crate::query::{Note, QueryError};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::waiting::Why;
use crate::tui::words;

const PROMPT: &str = " filter> ";

/// Draws both lines; returns where text is being typed.
pub(super) fn draw(app: &App, layout: &Layout, buf: &mut Buffer) -> Option<Position> {
    let ui = &app.ui;
    let area = layout.filter;
    let editing = app.filter.editing();
    let counts = counts(app, usize::from(area.width) / 2);
    let prompt = Row::new().put(PROMPT, ui.style(if editing { Role::Focused } else { Role::Dim }));
    let room = room(&counts, layout);
    let cursor = if editing { app.filter.cursor() } else { 0 };
    let (shown, cursor, skipped) = window(app.filter.text(), cursor, room);
    let text = if app.filter.is_empty() && !editing {
        prompt.join(invitation(ui, room))
    } else {
        let left = room.saturating_sub(shown.width());
        let ghost = app.popup.ghost(&app.filter).unwrap_or_default();
        prompt.safe(&shown, ui.style(Role::Text)).cut(ghost, left, ui.style(Role::Dim))
    };
    text.with_right(counts, usize::from(area.width)).draw(buf, area.x, area.y, area.width);
    if let Some(error) = app.filter.error() {
        let says = Pointed::error(error, ui);
        says.draw(app.filter.text(), skipped, layout.rule, buf);
    } else if let Some(note) = app.note() {
        Pointed::note(note, editing, ui).draw(app.filter.text(), skipped, layout.rule, buf);
    } else if let Some(hint) = hint(app) {
        hint.draw(buf, layout.rule.x, layout.rule.y, layout.rule.width);
    } else {
        let rule = Row::new().rule("─", usize::from(area.width), ui.style(Role::Rule));
        rule.draw(buf, layout.rule.x, layout.rule.y, layout.rule.width);
    }
    let x = area.x + (PROMPT.len() + cursor) as u16;
    editing.then_some(Position { x: x.min(area.right().saturating_sub(1)), y: area.y })
}

/// How many cells the text of the line has.
fn room(counts: &Row, layout: &Layout) -> usize {
    usize::from(layout.filter.width).saturating_sub(PROMPT.len() + counts.width() + 3).max(8)
}

/// The column that what is being typed begins at.
pub(super) fn slot_column(app: &App, layout: &Layout) -> Option<usize> {
    if !app.filter.editing() || !app.popup.is_shown() {
        return None;
    }
    let start = app.popup.slot()?.span.start;
    let counts = counts(app, usize::from(layout.filter.width) / 2);
    let (_, _, skipped) = window(app.filter.text(), app.filter.cursor(), room(&counts, layout));
    let before = Safe::line(app.filter.text().get(..start)?).width();
    Some(PROMPT.len() + before.saturating_sub(skipped))
}

/// While a value is typed: what its key means.
fn hint(app: &App) -> Option<Row> {
    if !app.filter.editing() {
        return None;
    }
    let ui = &app.ui;
    let (key, help) = match &app.popup.slot()?.of {
        Subject::Value(row, _) => (row.key, format!("{} · {}", row.help, row.comparison())),
        Subject::Word(row) => (row.key, row.help.to_owned()),
        Subject::Line | Subject::Key | Subject::Free => return None,
    };
    let row = Row::new().fill(PROMPT.len()).put(&format!("{key}: "), ui.style(Role::Key));
    let room = usize::from(ui.area.width).saturating_sub(row.width() + 1);
    Some(row.cut(&help, room, ui.style(Role::Dim)))
}

/// What stands in the line as long as there is no filter: how to begin one, with as many examples as fit.
fn invitation(ui: &Ui, room: usize) -> Row {
    let row = Row::new().put(&ui.key(Command::EditFilter), ui.style(Role::Key));
    let dim = ui.style(Role::Dim);
    let forms = [
        " narrows the list, for example `action:rollback since:7d` or `status:failed`",
        " narrows the list, for example `action:rollback since:7d`",
        " narrows the list",
    ];
    match forms.into_iter().find(|form| row.width() + form.len() <= room) {
        Some(form) => row.put(form, dim),
        None => row,
    }
}

/// `37 of 1,204 · complete as of 10:38` in at most `room` cells, where that is possible at all.
fn counts(app: &App, room: usize) -> Row {
    let (selected, of) = app.timeline.counts();
    let text = if !app.timeline.answered() {
        "reading".to_owned()
    } else if app.question.begun {
        format!("{} so far, searching…", words::count(selected as u64))
    } else if app.question.open == Some(Why::Filter) {
        // The list below is still that of the filter before.
        "searching…".to_owned()
    } else if app.filter.is_empty() {
        words::plural(of as u64, "event")
    } else {
        format!("{} of {}", words::count(selected as u64), words::count(of as u64))
    };
    let number = Row::new().put(&text, app.ui.style(Role::Text));
    let forms = forms(app);
    let with = |words: &String| number.clone().put(&format!(" · {words}"), app.ui.style(Role::Dim));
    let fits = forms.iter().filter(|form| !form.is_empty()).map(with).find(|row| row.width() < room);
    fits.unwrap_or(number).fill_by(1)
}

/// What stands behind the number, the longest first.
fn forms(app: &App) -> Vec<String> {
    if app.filter.looks_past() {
        return vec!["without the value that is half typed".to_owned(), "value half typed".to_owned()];
    }
    let synced = app.sources.iter().all(|source| source.last_sync.is_some());
    if let Some(missing) = app.missing().filter(|_| synced) {
        return missing.forms(&app.sources, &app.ui);
    }
    let (long, short) = freshness(&app.sources, &app.ui);
    vec![long, short]
}

/// How far the list can be trusted to hold everything, in two lengths: a source is complete as of its
/// last sync that reached the end.
fn freshness(sources: &[SourceStatus], ui: &Ui) -> (String, String) {
    let complete = sources.iter().filter(|source| source.last_sync.is_some()).count();
    let of = sources.len();
    let busy =
        |state: &SourceState| matches!(state, SourceState::Syncing { .. } | SourceState::Waiting { .. });
    let oldest = sources.iter().filter_map(|source| source.last_sync).min();
    match oldest {
        Some(time) if complete == of => {
            let today = words::day(time, ui.zone) == words::day(ui.now, ui.zone);
            let time =
                if today { words::clock(time, ui.zone, false) } else { words::short(time, ui.now, ui.zone) };
            (format!("complete as of {time}"), format!("as of {time}"))
        }
        _ if sources.iter().any(|source| busy(&source.state)) => {
            (format!("syncing, {complete} of {of} sources complete"), format!("syncing {complete}/{of}"))
        }
        None if sources.iter().all(|source| source.state == SourceState::Idle) && of > 0 => {
            ("cached, not synced yet".to_owned(), "cached".to_owned())
        }
        _ if of > 0 => (format!("{complete} of {of} sources complete"), format!("{complete}/{of} complete")),
        _ => (String::new(), String::new()),
    }
}

/// The part of `text` that `room` cells show with the cursor in them, the cursor's column in that part,
/// and how many cells were left out before it.
fn window(text: &str, cursor: usize, room: usize) -> (Safe, usize, usize) {
    let at = byte_of(text, cursor);
    let before = Safe::line(&text[..at]).width();
    let skipped = (before + 1).saturating_sub(room);
    let mut left_out = 0;
    let mut start = text.len();
    for (at, c) in text.char_indices() {
        if left_out >= skipped {
            start = at;
            break;
        }
        left_out += Safe::line(c.encode_utf8(&mut [0; 4])).width();
    }
    let shown = Safe::line(&text[start.min(at)..]).cut(room);
    (shown, before.saturating_sub(left_out.min(before)), left_out.min(before))
}

fn byte_of(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}

/// A caret under a part of the line, then what there is to say about it, in several lengths.
struct Pointed {
    span: Range<usize>,
    /// From the fullest to the shortest, which is cut where it does not fit.
    messages: Vec<Safe>,
    style: Style,
}

impl Pointed {
    /// What is wrong and the key that mends it.
    fn error(error: &QueryError, ui: &Ui) -> Self {
        let plain = Safe::line(&error.to_string());
        let mut messages = vec![plain.clone()];
        if let Some(fix) = &error.fix {
            let key = format!("`{}` puts `{}`", ui.key(Command::Complete), fix.replacement);
            messages.insert(0, Safe::line(&format!("{plain} · {key}")));
            // What is wrong comes before what mends it.
            let wrong = &error.message;
            messages.extend([format!("{wrong} · {key}"), wrong.clone(), key].map(|text| Safe::line(&text)));
        }
        messages.push(plain);
        Self { span: error.span.clone(), messages, style: ui.style(Role::Failed) }
    }

    /// What is worth knowing and, while the line is edited, the key that puts what was probably meant.
    fn note(note: &Note, editing: bool, ui: &Ui) -> Self {
        let plain = Safe::line(&note.message);
        // What comes after the colon is help.
        let short = note.message.split(": ").next().unwrap_or_default();
        let mut messages = vec![plain.clone(), Safe::line(short)];
        if let Some(fix) = note.fix.as_ref().filter(|_| editing) {
            let key = format!("`{}` puts `{}`", ui.key(Command::Complete), fix.replacement);
            messages.insert(0, Safe::line(&format!("{plain} · {key}")));
        }
        messages.push(plain);
        Self { span: note.span.clone(), messages, style: ui.style(Role::Warning) }
    }

    fn draw(&self, text: &str, skipped: usize, area: Rect, buf: &mut Buffer) {
        let columns =
            |to: usize| text.get(..to).map_or(0, |part| Safe::line(part).width()).saturating_sub(skipped);
        let (start, end) = (columns(self.span.start), columns(self.span.end));
        let width = usize::from(area.width);
        let carets = "^".repeat(end.saturating_sub(start).clamp(1, 24));
        let column = (PROMPT.len() + start).min(width.saturating_sub(carets.len()));
        let (left, right) = (column.saturating_sub(2), width.saturating_sub(column + carets.len() + 1));
        // The fullest message that fits on either side, to the right where both do.
        let fits = self.messages.iter().find(|message| message.width() <= left.max(right));
        let message = fits.or(self.messages.last()).cloned().unwrap_or_default().cut(left.max(right));
        let carets = Row::new().put(&carets, self.style);
        let row = if message.width() <= right {
            Row::new().fill(column).join(carets).fill_by(1).safe(&message, self.style)
        } else {
            Row::new().fill(left + 1 - message.width()).safe(&message, self.style).fill(column).join(carets)
        };
        row.draw(buf, area.x, area.y, area.width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_always_in_the_part_that_is_shown() {
        for (text, cursor, room, shown, column) in [
            ("action:x", 8, 20, "action:x", 8),
            ("action:x", 0, 20, "action:x", 0),
            ("abcdefghij", 10, 5, "ghij", 4),
            ("abcdefghij", 2, 5, "abcd…", 2),
            ("日本語日本語", 6, 5, "本語", 4),
        ] {
            let (part, at, _) = window(text, cursor, room);
            assert_eq!((part.as_str(), at), (shown, column), "{text} {cursor} {room}");
        }
    }

    #[test]
    fn it_is_told_how_complete_the_list_is() {
        use crate::tui::tests::support::{NOW, settings, source};
        let ui = Ui::new(&settings((80, 24)));
        let with = |state: SourceState, synced: Option<i64>| {
            let mut source = source("a", "streamkap", state);
            source.last_sync = synced.map(|minutes| NOW.plus_millis(-minutes * 60_000));
            source
        };
        let syncing = || SourceState::Syncing { pages: 1, events_new: 0 };
        for (sources, long, short) in [
            (vec![], "", ""),
            (vec![with(SourceState::Idle, None)], "cached, not synced yet", "cached"),
            (
                vec![with(SourceState::Ready, Some(2)), with(syncing(), Some(5))],
                "complete as of 10:35",
                "as of 10:35",
            ),
            (
                vec![with(SourceState::Idle, Some(24 * 60))],
                "complete as of 31 Mar 10:40",
                "as of 31 Mar 10:40",
            ),
            (
                vec![with(SourceState::Ready, Some(2)), with(syncing(), None)],
                "syncing, 1 of 2 sources complete",
                "syncing 1/2",
            ),
            (
                vec![with(SourceState::Ready, Some(2)), with(SourceState::Failed, None)],
                "1 of 2 sources complete",
                "1/2 complete",
            ),
        ] {
            assert_eq!(freshness(&sources, &ui), (long.to_owned(), short.to_owned()));
        }
    }
}
