//! Pieces of text, each with its looks, laid out in lines of a given width.

use ratatui::style::{Modifier, Style};

use crate::diff::{Piece, Side};
use crate::domain::Safe;
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;

/// The longest value that is laid out, in bytes.
pub(super) const LONGEST: usize = 16 * 1024;

/// Words of one text as they look: what is also in the other one, and what is not. The latter is underlined,
/// so that it stands out without colours too.
pub(super) fn worded(ui: &Ui, pieces: &[Piece], role: Role) -> Vec<(String, Style)> {
    let changed = ui.style(role).add_modifier(Modifier::UNDERLINED);
    let look = |piece: &Piece| if piece.changed { changed } else { ui.style(Role::Text) };
    pieces.iter().map(|piece| (piece.text.clone(), look(piece))).collect()
}

/// The pieces of one line of a text, as it looks on its side.
pub(super) fn lined(ui: &Ui, pieces: &[Piece], side: Side) -> Vec<(String, Style)> {
    let role = match side {
        Side::Both => Role::Dim,
        Side::Before => Role::Removed,
        Side::After => Role::Added,
    };
    if pieces.iter().any(|piece| piece.changed) {
        return worded(ui, pieces, role);
    }
    pieces.iter().map(|piece| (piece.text.clone(), ui.style(role))).collect()
}

/// The pieces in lines of at most `room` cells: broken between words, or one line that is cut.
pub(super) fn flow(pieces: &[(String, Style)], room: usize, wrap: bool) -> Vec<Row> {
    if !wrap {
        return vec![cut(pieces, room)];
    }
    // Most lines fit, and then no word of them has to be looked at.
    if pieces.iter().map(|(text, _)| text.len()).sum::<usize>() <= room.saturating_mul(4) {
        let whole = pieces.iter().fold(Row::new(), |row, (text, style)| row.put(text, *style));
        if whole.width() <= room {
            return vec![whole];
        }
    }
    let mut rows = vec![Row::new()];
    for (text, style) in pieces {
        for word in bounded(text).split_inclusive(' ') {
            let (safe, bare) = (Safe::line(word), Safe::line(word.trim_end()));
            let left = room.saturating_sub(rows.last().map_or(0, Row::width));
            if bare.width() > left && left < room {
                rows.push(Row::new());
            }
            let left = room.saturating_sub(rows.last().map_or(0, Row::width));
            if bare.width() <= left {
                // The space at the end of a line is not drawn.
                add(&mut rows, if safe.width() <= left { &safe } else { &bare }, *style);
                continue;
            }
            // A word that is longer than a line is broken where the line ends.
            for (i, part) in safe.wrap(room.max(1)).iter().enumerate() {
                if i > 0 {
                    rows.push(Row::new());
                }
                add(&mut rows, part, *style);
            }
        }
    }
    rows
}

fn add(rows: &mut [Row], text: &Safe, style: Style) {
    if let Some(last) = rows.last_mut() {
        *last = std::mem::take(last).safe(text, style);
    }
}

/// The pieces on one line of at most `room` cells, with a mark where they are cut.
fn cut(pieces: &[(String, Style)], room: usize) -> Row {
    let mut row = Row::new();
    let last = pieces.len().saturating_sub(1);
    for (i, (text, style)) in pieces.iter().enumerate() {
        let left = room.saturating_sub(row.width());
        // More than so many characters do not fit, and a longer text needs not be looked at.
        let text: String = text.chars().take(room.saturating_add(1) * 4).collect();
        let safe = Safe::line(&text);
        // A cell is kept for the mark as long as something follows.
        if safe.width() + usize::from(i < last) > left {
            return row.cut(&format!("{text} …"), left, *style);
        }
        row = row.safe(&safe, *style);
    }
    row
}

/// A text that is short enough to be laid out.
pub(super) fn bounded(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= LONGEST {
        return text.into();
    }
    let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}… (cut here, {} bytes in all)", &text[..end], text.len()).into()
}
