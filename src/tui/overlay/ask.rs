//! A line to type in the place of the status line: what to find, the name of a view, a note.

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};

use crate::domain::{EventId, Safe};
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::line::Line;
use crate::tui::theme::Role;
use crate::tui::view::status;
use crate::tui::words;

/// A line to type.
#[derive(Debug)]
pub(in crate::tui) struct Ask {
    pub(in crate::tui) line: Line,
    pub(in crate::tui) what: Asked,
    /// Whether what stands there is only proposed: the first letter that is typed takes its place.
    proposed: bool,
}

/// What the line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Asked {
    /// What to look for in the list.
    Find,
    /// The name that the filter is saved under.
    SaveView,
    /// Another name for the view of this one.
    RenameView(String),
    /// A note about an event.
    Note(EventId),
    /// The time to go to.
    Time,
    /// The file that a picture of the screen is written to.
    Picture,
}

impl Ask {
    pub(in crate::tui) fn new(what: Asked, text: &str) -> Self {
        let proposed = what == Asked::SaveView && !text.is_empty();
        Self { line: Line::new(text), what, proposed }
    }

    /// Takes a key that is no command; whether the text is another one now.
    pub(in crate::tui) fn key(&mut self, key: KeyEvent) -> bool {
        let types = matches!(key.code, KeyCode::Char(_))
            && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if std::mem::take(&mut self.proposed) && types {
            self.line = Line::default();
        }
        self.line.key(key)
    }

    /// Takes pasted text.
    pub(in crate::tui) fn paste(&mut self, text: &str) {
        if std::mem::take(&mut self.proposed) {
            self.line = Line::default();
        }
        self.line.paste(text);
    }

    fn label(&self) -> String {
        match &self.what {
            Asked::Find => "/".to_owned(),
            Asked::SaveView => "save the filter as> ".to_owned(),
            Asked::RenameView(name) => format!("another name for {name}> "),
            Asked::Note(_) => "note> ".to_owned(),
            Asked::Time => "go to> ".to_owned(),
            Asked::Picture => "picture to> ".to_owned(),
        }
    }
}

impl Asked {
    /// What could be typed, as long as nothing is.
    fn example(&self) -> &'static str {
        match self {
            Self::Find => "words, or a filter such as `status:failed`",
            Self::SaveView => "a name such as `Failures`",
            Self::RenameView(_) => "",
            Self::Note(_) => "what is worth knowing about this event",
            Self::Time => "such as `14:30`, `yesterday` or `2026-03-01`",
            Self::Picture => "a file ending in `.svg`",
        }
    }
}

/// Draws the line; returns where text is being typed.
pub(in crate::tui) fn draw(app: &App, ask: &Ask, area: Rect, buf: &mut Buffer) -> Position {
    let ui = &app.ui;
    super::clear(area, ui, buf);
    let width = usize::from(area.width);
    let label = Row::new().fill(1).cut(&ask.label(), width / 2, ui.style(Role::Focused));
    let found = match ask.what {
        Asked::Find => found(app),
        _ => Row::new(),
    };
    let room = width.saturating_sub(label.width() + found.width() + 2).max(1);
    let (text, column) = window(&ask.line, room);
    let x = area.x + (label.width() + column) as u16;
    let style = ui.style(if ask.proposed { Role::Dim } else { Role::Text });
    let row = label.safe(&text, style);
    let keys = |left: usize| status::keys(status::ASKED, left, ui);
    let example = ask.what.example();
    let has_room = ask.line.text().is_empty() && example.len() < room;
    let row = if has_room { row.fill_by(1).put(example, ui.style(Role::Dim)) } else { row };
    // What is typed has room to grow before the keys come.
    let left = width.saturating_sub(row.width() + found.width() + 4);
    let found = if found.width() > 0 { found.fill_by(2) } else { found };
    let row = row.with_right(found.join(keys(left)), width);
    row.draw(buf, area.x, area.y, area.width);
    Position { x: x.min(area.right().saturating_sub(1)), y: area.y }
}

/// How many are found so far.
fn found(app: &App) -> Row {
    let Some((_, count)) = app.search.count(None) else { return Row::new() };
    let text =
        if count == 0 { "nothing found".to_owned() } else { format!("{} found", words::count(count as u64)) };
    Row::new().put(&text, app.ui.style(Role::Dim)).fill_by(1)
}

/// The end of the line up to the cursor that `room` cells show, what follows it, and the cursor's column.
pub(super) fn window(line: &Line, room: usize) -> (Safe, usize) {
    let (before, after) = line.text().split_at(line.cursor_byte());
    let mut start = 0;
    for (at, _) in before.char_indices() {
        start = at;
        if Safe::line(&before[at..]).width() < room {
            break;
        }
    }
    if before.is_empty() {
        start = 0;
    }
    let column = Safe::line(&before[start..]).width();
    (Safe::line(&format!("{}{after}", &before[start..])).cut(room), column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_in_view() {
        for (text, room, shown, column) in [
            ("abc", 10, "abc", 3),
            ("", 3, "", 0),
            ("abcdefghij", 5, "ghij", 4),
            ("日本語日本語", 5, "本語", 4),
        ] {
            let (part, at) = window(&Line::new(text), room);
            assert_eq!((part.as_str(), at), (shown, column), "{text} {room}");
        }
    }
}
