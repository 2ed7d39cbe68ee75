//! An event in one line, for a screen that lists a few of them from different days.

use crate::domain::{Event, Safe};
use crate::tui::draw::Row;
use crate::tui::gist;
use crate::tui::pane::timeline::row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// The widest day and time of day.
const TIME: usize = 12;

/// The glyph, a space, and the longest word that all feeds share.
const ACTION: usize = 10;

/// The cells for what an entity is called.
const ENTITY: (usize, usize) = (10, 26);

/// From this width on, there is room to say what changed.
const GIST: usize = 66;

/// The line after its first cell, in `width` cells. Time, action and entity are always there; the actor or,
/// where all events are by one, what changed comes after them where there is room.
pub(in crate::tui) fn line(event: &Event, width: usize, with_actor: bool, ui: &Ui) -> Row {
    let dim = ui.style(Role::Dim);
    let time = if ui.ages {
        words::age(event.row.time(), ui.now)
    } else {
        words::short(event.row.time(), ui.now, ui.zone)
    };
    let start = Row::new()
        .right(&time, TIME, ui.style(Role::Time))
        .fill_by(2)
        .cell(&row::action(event), ACTION, row::action_style(event, ui))
        .fill_by(2);
    let left = width.saturating_sub(start.width());
    let entity = event.record.entity.label().unwrap_or("–");
    if width < GIST {
        return start.cell(entity, left, ui.style(Role::Entity));
    }
    let room = (left / 2).clamp(ENTITY.0, ENTITY.1);
    let line = start.cell(entity, room, ui.style(Role::Entity)).fill_by(2);
    let left = width.saturating_sub(line.width());
    if with_actor {
        let name = Safe::line(event.record.actor.label().unwrap_or("–"));
        return line.cell(&row::short_name(&name, left), left, ui.style(Role::Actor));
    }
    let (label, text) = row::beside_entity(event);
    let text = if label.is_empty() { text } else { format!("{label} {text}") };
    line.cell(gist::fitted(&text, left), left, dim)
}
