//! One event, drawn: its head, the line of tabs, and the text of the tab that is shown.
//!
//! ```text
//! < rollback  Default Recommendation
//! jane.smith  Wed 1 Apr 2026 10:30:00 +02:00
//! [Summary]  Diff 5  Raw  Related
//!
//! v5 → back to v3, now v6
//! ```

use std::rc::Rc;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::{Arrangement, Compared};
use super::raw::Group;
use super::{EventView, Tab, changes, raw, related, summary};
use crate::domain::{Event, Safe, Summary};
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::pane::timeline::row;
use crate::tui::scrollbar::Extent;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Lines above the text of a tab.
const HEAD: u16 = 4;

/// The text of a tab.
#[derive(Debug, Default)]
pub(in crate::tui) struct Text {
    pub(in crate::tui) lines: Vec<Row>,
    /// The lines at which a changed field, a masked value of the record, or a related event begins.
    pub(in crate::tui) marks: Vec<usize>,
    /// Which of the blocks of the model, of the masked values, or of the related events begins at each mark.
    pub(in crate::tui) blocks: Vec<usize>,
    /// The objects and lists of the record, on the tab that shows it.
    pub(in crate::tui) groups: Vec<Group>,
    /// For each line the innermost of them that it belongs to.
    pub(in crate::tui) inside: Vec<Option<usize>>,
}

impl Text {
    pub(super) fn push(&mut self, row: Row) {
        self.lines.push(row);
    }

    /// Says that a block of the model begins here.
    pub(super) fn mark(&mut self, block: usize) {
        self.marks.push(self.lines.len());
        self.blocks.push(block);
    }
}

/// The widest that an event is laid out: longer lines are hard to read.
const WIDEST: u16 = 120;

/// The place of an event that fills the screen, away from its edges.
pub(in crate::tui) fn page(layout: &Layout, ui: &Ui, tab: Tab) -> Rect {
    let body = layout.body;
    // Two texts beside each other are two of that width.
    let two = tab == Tab::Diff && ui.look.arrangement == Arrangement::Sides;
    let widest = if two { 2 * WIDEST } else { WIDEST };
    Rect { x: body.x + 1, width: body.width.saturating_sub(2).min(widest), ..body }
}

/// Where the text of a tab stands in the place of an event.
pub(in crate::tui) fn body(area: Rect) -> Rect {
    let head = HEAD.min(area.height);
    Rect { y: area.y + head, height: area.height - head, ..area }
}

/// The text of `tab`, as lines of at most `width` cells.
pub(in crate::tui) fn text(app: &App, event: &Event, tab: Tab, width: u16) -> Rc<Text> {
    let width = usize::from(width);
    match tab {
        Tab::Summary => {
            let compared = app.comparisons.of(event);
            let written: Vec<&Summary> =
                app.written.iter().filter(|summary| summary.events == [event.id]).collect();
            let note = app.user.note(event.id);
            Rc::new(summary::text(&app.ui, event, (compared, &written), note, width))
        }
        Tab::Diff => changes::text(app, event, width),
        Tab::Raw => Rc::new(raw::text(&app.ui, app.comparisons.of(event), width)),
        Tab::Related => {
            let mut text = Text::default();
            for (item, line) in related::lines(app, event, width) {
                if item.is_some() {
                    text.mark(text.marks.len());
                }
                text.push(line);
            }
            Rc::new(text)
        }
    }
}

/// Draws an event, or that it is still being read.
pub(in crate::tui) fn draw(
    app: &App,
    event: Option<&Arc<Event>>,
    view: EventView,
    area: Rect,
    buf: &mut Buffer,
) {
    let ui = &app.ui;
    let Some(event) = event else {
        let line = Row::new().put("Reading the cache…", ui.style(Role::Dim));
        line.draw(buf, area.x, area.y, area.width);
        return;
    };
    let width = usize::from(area.width);
    for (y, line) in (area.y..area.bottom()).zip(head(app, event, view.tab, width)) {
        line.draw(buf, area.x, y, area.width);
    }
    let body = body(area);
    draw_text(app, &text(app, event, view.tab, body.width), view, body, buf);
}

/// Draws a text as far as it is scrolled.
pub(in crate::tui) fn draw_text(app: &App, text: &Text, view: EventView, body: Rect, buf: &mut Buffer) {
    let (ui, width) = (&app.ui, usize::from(body.width));
    // The window may have grown since it was scrolled.
    let scroll = view.scroll.min(text.lines.len().saturating_sub(usize::from(body.height)));
    let below = text.lines.len().saturating_sub(scroll + usize::from(body.height));
    // The last line says how much there is below it.
    let counts = u16::from(below > 0 && body.height > 1);
    for (y, line) in (body.y..body.bottom() - counts).zip(text.lines.iter().skip(scroll)) {
        line.draw(buf, body.x, y, body.width);
    }
    let place = match view.tab {
        Tab::Diff => view.change,
        Tab::Related => app.in_event().then(|| view.selected(text)),
        Tab::Summary | Tab::Raw => None,
    };
    let mark = place.and_then(|place| text.marks.get(place)).and_then(|mark| mark.checked_sub(scroll));
    if let Some(y) = mark.filter(|y| *y < usize::from(body.height)) {
        let (x, y) = (body.x.saturating_sub(1), body.y + y as u16);
        Row::new().put("▌", ui.style(Role::Focused)).draw(buf, x, y, 1);
        if view.tab == Tab::Related {
            buf.set_style(Rect { x, y, width: body.width + 1, height: 1 }, ui.style(Role::Selected));
        }
    }
    let bar = Rect { x: body.right().min(app.ui.area.right().saturating_sub(1)), width: 1, ..body };
    let extent = Extent { len: text.lines.len(), above: scroll, shown: usize::from(body.height) };
    if bar.x >= body.right() {
        extent.draw(buf, bar, ui.style(Role::Rule));
    }
    if counts > 0 {
        let more =
            Row::new().put(&format!(" ↓ {} more ", words::count(below as u64 + 1)), ui.style(Role::Dim));
        let line = Row::new().fill(width.saturating_sub(more.width())).join(more);
        line.draw(buf, body.x, body.bottom() - 1, body.width);
    }
}

fn head(app: &App, event: &Event, tab: Tab, width: usize) -> [Row; 3] {
    let ui = &app.ui;
    let record = &event.record;
    let label = record.entity.label().unwrap_or("no entity");
    let title = Row::new().put(&row::action(event), row::action_style(event, ui)).fill_by(2);
    let room = width.saturating_sub(title.width());
    let title = title.cut(label, room, ui.style(Role::Title));
    let actor = record.actor.label().unwrap_or("unknown actor");
    let actor = row::short_name(&Safe::line(actor), width / 2);
    let who = Row::new().put(&actor, ui.style(Role::Actor)).fill_by(2);
    let left = width.saturating_sub(who.width());
    let age = words::ago(record.time, ui.now);
    let full = words::full(record.time, ui.zone);
    let short = words::short(record.time, ui.now, ui.zone);
    // The fullest form that fits.
    let forms = [(full.as_str(), age.as_str()), (&full, ""), (&short, &age), (&short, "")];
    let fits = |(time, age): &(&str, &str)| time.len() + age.len() + 2 <= left;
    let (time, age) = forms.into_iter().find(fits).unwrap_or((&short, ""));
    let left_after = left.saturating_sub(time.len() + 2);
    let when =
        Row::new().cut(time, left, ui.style(Role::Time)).fill_by(2).cut(age, left_after, ui.style(Role::Dim));
    [title, who.join(when), tabs(changed_fields(app, event), tab, ui)]
}

/// How many changed fields the tab with them tells of. JSON in a text is told field by field.
fn changed_fields(app: &App, event: &Event) -> usize {
    let made = app.comparisons.of(event).and_then(Compared::comparison);
    made.map_or(event.record.changes.len(), |made| made.diff.telling().count())
}

fn tabs(changed: usize, shown: Tab, ui: &Ui) -> Row {
    let mut row = Row::new();
    for tab in Tab::ALL {
        let count = match tab {
            Tab::Diff if changed > 0 => format!(" {}", words::count(changed as u64)),
            _ => String::new(),
        };
        // Blanks stand where the brackets would, so that no name moves.
        let (open, close, role) =
            if tab == shown { ("[", "]", Role::Focused) } else { (" ", " ", Role::Dim) };
        row = row
            .put(&format!("{open}{}{close}", tab.name()), ui.style(role))
            .put(&count, ui.style(Role::Dim))
            .fill_by(1);
    }
    row
}
