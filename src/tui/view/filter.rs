//! The filter line and the rule below it, which gives way to what is wrong with the filter.
//!
//! ```text
//! filter> acton:rollback                                    37 of 1,204 · cached
//!         ^^^^^ there is no key `acton`, did you mean `action`? · tab
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::{Safe, SourceState};
use crate::query::{self, QueryError};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

const PROMPT: &str = " filter> ";

/// Draws both lines; returns where text is being typed.
pub(super) fn draw(app: &App, layout: &Layout, buf: &mut Buffer) -> Option<Position> {
    let ui = &app.ui;
    let area = layout.filter;
    let editing = app.filter.editing();
    let counts = counts(app);
    let prompt = Row::new().put(PROMPT, ui.style(if editing { Role::Focused } else { Role::Dim }));
    let room = usize::from(area.width).saturating_sub(prompt.width() + counts.width() + 3).max(8);
    let (shown, cursor, skipped) = window(app.filter.text(), app.filter.cursor(), room);
    let text = if app.filter.is_empty() && !editing {
        let hint = format!("`{}` narrows the list", ui.key(Command::EditFilter));
        prompt.put(&hint, ui.style(Role::Dim))
    } else {
        prompt.safe(&shown, ui.style(Role::Text))
    };
    text.with_right(counts, usize::from(area.width)).draw(buf, area.x, area.y, area.width);
    if let Some(error) = app.filter.error() {
        wrong(app.filter.text(), error, skipped, layout.rule, ui, buf);
    } else if let Some(hint) = hint(app) {
        hint.draw(buf, layout.rule.x, layout.rule.y, layout.rule.width);
    } else {
        let rule = Row::new().rule("─", usize::from(area.width), ui.style(Role::Rule));
        rule.draw(buf, layout.rule.x, layout.rule.y, layout.rule.width);
    }
    let x = area.x + (PROMPT.len() + cursor) as u16;
    editing.then_some(Position { x: x.min(area.right().saturating_sub(1)), y: area.y })
}

/// While the line is edited: the keys that the word at the cursor may become, or what its key means.
fn hint(app: &App) -> Option<Row> {
    if !app.filter.editing() {
        return None;
    }
    let ui = &app.ui;
    let row = Row::new().fill(PROMPT.len());
    let word = app.filter.word();
    if let Some((key, _)) = word.split_once(':') {
        let field = query::field(key)?;
        let help = format!("{} · {}", field.help, field.comparison());
        return Some(
            row.put(&format!("{}: ", field.key), ui.style(Role::Key)).put(&help, ui.style(Role::Dim)),
        );
    }
    let keys: Vec<String> = app.filter.keys().map(|field| format!("{}:", field.key)).collect();
    (!keys.is_empty()).then(|| {
        let room = usize::from(ui.area.width).saturating_sub(PROMPT.len() + 1);
        row.cut(&keys.join("  "), room, ui.style(Role::Dim))
    })
}

/// `37 of 1,204 · cached`, `1,204 events · syncing`.
fn counts(app: &App) -> Row {
    let (selected, of) = app.timeline.counts();
    let text = if !app.timeline.answered() {
        "reading".to_owned()
    } else if app.filter.is_empty() {
        words::plural(of as u64, "event")
    } else {
        format!("{} of {}", words::count(selected as u64), words::count(of as u64))
    };
    let syncing = app.sources.iter().any(|source| matches!(source.state, SourceState::Syncing { .. }));
    let state = if syncing { " · syncing " } else { " · cached " };
    Row::new().put(&text, app.ui.style(Role::Text)).put(state, app.ui.style(Role::Dim))
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

/// A caret under what is wrong, then what it is and the key that mends it.
fn wrong(text: &str, error: &QueryError, skipped: usize, area: Rect, ui: &Ui, buf: &mut Buffer) {
    let columns =
        |to: usize| text.get(..to).map_or(0, |part| Safe::line(part).width()).saturating_sub(skipped);
    let (start, end) = (columns(error.span.start), columns(error.span.end));
    let style = ui.style(Role::Failed);
    let width = usize::from(area.width);
    let carets = "^".repeat(end.saturating_sub(start).clamp(1, 24));
    let column = (PROMPT.len() + start).min(width.saturating_sub(carets.len()));
    let (left, right) = (column.saturating_sub(2), width.saturating_sub(column + carets.len() + 1));
    let plain = Safe::line(&error.to_string());
    let mut messages = vec![plain.clone()];
    if let Some(fix) = &error.fix {
        let key = format!("`{}` puts `{}`", ui.key(Command::Complete), fix.replacement);
        messages.insert(0, Safe::line(&format!("{plain} · {key}")));
        messages.extend([Safe::line(&format!("{} · {key}", error.message)), Safe::line(&key)]);
    }
    // The fullest message that fits on either side, to the right where both do.
    let message = messages.into_iter().find(|message| message.width() <= left.max(right)).unwrap_or(plain);
    let message = message.cut(left.max(right));
    let carets = Row::new().put(&carets, style);
    let row = if message.width() <= right {
        Row::new().fill(column).join(carets).fill_by(1).safe(&message, style)
    } else {
        Row::new().fill(left + 1 - message.width()).safe(&message, style).fill(column).join(carets)
    };
    row.draw(buf, area.x, area.y, area.width);
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
}
