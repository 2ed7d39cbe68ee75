//! What the range comes to, drawn in the place of the preview.
//!
//! ```text
//! range  5 events of 2 entities
//!
//! Orders  3 events, reverted after 3 h 12 m
//!   2 changed
//!   ~ owner  "team-shop" → "team-orders"
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::diff::{Comparison, Life, elapsed};
use crate::domain::Safe;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// The fields that are shown of one entity where there are several.
const FIELDS: usize = 6;

/// Draws it, where a range was begun; whether there is one.
pub(in crate::tui) fn draw(app: &App, area: Rect, buf: &mut Buffer) -> bool {
    let Some(range) = &app.range else { return false };
    let (ui, width) = (&app.ui, usize::from(area.width));
    let events = words::plural(range.len() as u64, "event");
    let what = format!("{events} of {}", words::entities(range.lives.len() as u64));
    let head = Row::new().put("range", ui.style(Role::Accent)).fill_by(2);
    let room = width.saturating_sub(head.width());
    let mut lines = vec![head.cut(&what, room, ui.style(Role::Title))];
    let next = match range.lives.len() {
        1 => format!(
            "`{}` opens the net change, `{}` ends the range",
            ui.key(Command::Open),
            ui.key(Command::Range)
        ),
        _ => format!("`{}` ends the range", ui.key(Command::Range)),
    };
    put(&mut lines, &next, 0, width, ui.style(Role::Dim));
    if range.missing > 0 {
        let text = format!("{} are not looked at here", words::plural(range.missing as u64, "event"));
        lines.push(Row::new().cut(&text, width, ui.style(Role::Warning)));
    }
    let most = if range.lives.len() == 1 { usize::MAX } else { FIELDS };
    for (life, net) in range.lives.iter().zip(&range.net) {
        lines.push(Row::new());
        entity(life, net, most, width, ui, &mut lines);
    }
    let height = usize::from(area.height);
    let more = lines.len().saturating_sub(height);
    if more > 0 && height > 0 {
        lines.truncate(height - 1);
        let text = format!("↓ {} more", words::count(more as u64 + 1));
        lines.push(Row::new().cut(&text, width, ui.style(Role::Dim)));
    }
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        line.draw(buf, area.x, y, area.width);
    }
    true
}

/// Adds a text in as many lines as it takes, so far from the edge.
fn put(lines: &mut Vec<Row>, text: &str, margin: usize, width: usize, style: Style) {
    let wrapped = Safe::line(text).wrap(width.saturating_sub(margin).max(1));
    lines.extend(wrapped.iter().map(|line| Row::new().fill(margin).safe(line, style)));
}

/// One entity and its net change.
fn entity(life: &Life, net: &Comparison, most: usize, width: usize, ui: &Ui, lines: &mut Vec<Row>) {
    let newest = &life.steps[0].event.record;
    let mut facts = vec![words::plural(life.steps.len() as u64, "event")];
    if let Some(pair) = life.steps.iter().find_map(|step| step.undone) {
        facts.push(format!("reverted after {}", elapsed(pair.millis)));
    }
    let name = newest.entity.label().unwrap_or("no entity");
    let title = Row::new().cut(name, width, ui.style(Role::Title)).fill_by(2);
    let room = width.saturating_sub(title.width());
    lines.push(title.cut(&facts.join(", "), room, ui.style(Role::Dim)));
    let counts = net.diff.counts.words();
    let counts = if counts.is_empty() { "no net change that is known".to_owned() } else { counts };
    put(lines, &counts, 2, width, ui.style(Role::Dim));
    for block in net.diff.telling().take(most) {
        let row = Row::new().fill(2).put(block.kind.glyph(), ui.theme.for_op(block.kind.op())).fill_by(1);
        let room = width.saturating_sub(row.width());
        let row = row.cut(&block.path, room, ui.style(Role::Text)).fill_by(2);
        let (values, room) = (block.values(), width.saturating_sub(row.width()));
        if Safe::line(&values).width() <= room {
            lines.push(row.put(&values, ui.style(Role::Dim)));
        } else {
            lines.push(row);
            put(lines, &values, 4, width, ui.style(Role::Dim));
        }
    }
    let rest = net.diff.telling().count().saturating_sub(most);
    if rest > 0 {
        let text = format!("… and {} more", words::count(rest as u64));
        lines.push(Row::new().fill(2).cut(&text, width.saturating_sub(2), ui.style(Role::Dim)));
    }
    for note in &net.notes {
        put(lines, note, 2, width, ui.style(Role::Warning));
    }
}
