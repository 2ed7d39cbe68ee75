//! Two sides, drawn: what stands on the left and on the right, and below what is different between them.
//!
//! ```text
//! Default Recommendation   decision_flow · df_7 · kaireon-prod
//! left   Wed 1 Apr 2026 10:00  ^ publish   v7  jane.smith
//! right  Wed 1 Apr 2026 10:30  < rollback  v7 → back to v6, now v8  jane.smith   30 min later, 1 between
//!
//! 2 changed · 1 added
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{ComparePane, Sides};
use crate::diff::{Subject, Versions, elapsed};
use crate::domain::{Event, Safe};
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::pane::event::look::Arrangement;
use crate::tui::pane::event::{changes, view};
use crate::tui::pane::timeline::row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Lines above the differences.
const HEAD: u16 = 4;

/// The widest that differences are laid out on one side.
const WIDEST: u16 = 120;

/// Where the differences stand.
pub(in crate::tui) fn body(layout: &Layout, ui: &Ui) -> Rect {
    let widest = if ui.look.arrangement == Arrangement::Sides { 2 * WIDEST } else { WIDEST };
    let (body, head) = (layout.body, HEAD.min(layout.body.height));
    Rect {
        x: body.x + 1,
        y: body.y + head,
        width: body.width.saturating_sub(2).min(widest),
        height: body.height - head,
    }
}

/// Draws the screen.
pub(in crate::tui) fn draw(app: &App, pane: &ComparePane, buf: &mut Buffer) {
    let (ui, layout) = (&app.ui, app.layout());
    let area = layout.body;
    let width = usize::from(area.width.saturating_sub(1));
    for (y, line) in (area.y..area.bottom()).zip(head(pane, width, ui)) {
        line.within(width).draw(buf, area.x, y, area.width);
    }
    let body = body(&layout, ui);
    if let Some(subject) = &pane.subject {
        let text = changes::difference(app, subject, usize::from(body.width));
        view::draw_text(app, &text, pane.view, body, buf);
    } else {
        let line = Row::new().put("Reading the life of this entity…", ui.style(Role::Dim));
        line.draw(buf, body.x, body.y, body.width);
    }
}

fn head(pane: &ComparePane, width: usize, ui: &Ui) -> [Row; 3] {
    let (left, right) = match &pane.sides {
        Sides::Events(left, right) | Sides::Range(left, right) => (left, right),
        Sides::Edit(event, _) => (event, event),
    };
    let entity = &right.record.entity;
    let label = entity.label().unwrap_or("no entity");
    let same = left.source == right.source && left.record.entity.same_as(entity);
    let rest = if same {
        let id = entity.id.as_deref().filter(|id| *id != label);
        let parts = [entity.kind.as_deref(), id, Some(&*right.source)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    } else {
        "are different entities".to_owned()
    };
    let title = Row::new().fill(1);
    let title = if same {
        title.cut(label, width.saturating_sub(1), ui.style(Role::Title)).fill_by(2)
    } else {
        // The older one stands on the left.
        let older = left.record.entity.label().unwrap_or("no entity");
        let title = title.cut(older, width / 3, ui.style(Role::Title)).put(" and ", ui.style(Role::Dim));
        title.cut(label, width / 3, ui.style(Role::Title)).fill_by(1)
    };
    let room = width.saturating_sub(title.width());
    let title = title.cut(&rest, room, ui.style(Role::Dim));
    match &pane.sides {
        Sides::Events(..) => {
            let apart = apart(pane, left, right);
            [title, side("left", left, "", !same, width, ui), side("right", right, &apart, !same, width, ui)]
        }
        Sides::Range(..) => [
            title,
            side("before", left, "", false, width, ui),
            side("after", right, &between(pane), false, width, ui),
        ],
        Sides::Edit(event, edit) => edits(event, *edit, title, width, ui),
    }
}

/// `left   1 Apr 10:00  ^ publish   v7  jane.smith`, with what there is to add at the end.
fn side(name: &str, event: &Event, more: &str, named: bool, width: usize, ui: &Ui) -> Row {
    let record = &event.record;
    let row = Row::new()
        .fill(1)
        .cell(name, 6, ui.style(Role::Dim))
        .fill_by(1)
        .right(&words::short(record.time, ui.now, ui.zone), 12, ui.style(Role::Time))
        .fill_by(2)
        .cell(&row::action(event), 10, row::action_style(event, ui))
        .fill_by(2);
    let entity = if named { record.entity.label().unwrap_or_default().to_owned() } else { String::new() };
    let version = Versions::of(&record.changes).words(&record.action).unwrap_or_default();
    let actor = Safe::line(record.actor.label().unwrap_or("–"));
    let actor = row::short_name(&actor, 24);
    let parts = [
        (entity.as_str(), Role::Text),
        (version.as_str(), Role::Text),
        (actor.as_ref(), Role::Actor),
        (more, Role::Dim),
    ];
    parts.into_iter().filter(|(text, _)| !text.is_empty()).fold(row, |row, (text, role)| {
        let room = width.saturating_sub(row.width());
        row.cut(text, room, ui.style(role)).fill_by(2)
    })
}

/// How far the right side is from the left one.
fn apart(pane: &ComparePane, left: &Event, right: &Event) -> String {
    let millis = right.record.time.millis().saturating_sub(left.record.time.millis());
    let word = if millis < 0 { "earlier" } else { "later" };
    let time = format!("{} {word}", elapsed(millis.saturating_abs()));
    match &pane.subject {
        Some(Subject::Moments(_, from, to)) if from.abs_diff(*to) > 1 => {
            format!("{time}, {} between", words::count(from.abs_diff(*to) as u64 - 1))
        }
        _ => time,
    }
}

fn between(pane: &ComparePane) -> String {
    match &pane.subject {
        Some(Subject::Moments(life, ..)) => {
            format!("the net change of {}", words::plural(life.steps.len() as u64, "event"))
        }
        _ => String::new(),
    }
}

fn edits(event: &Event, edit: usize, title: Row, width: usize, ui: &Ui) -> [Row; 3] {
    let revisions = event.fate.as_ref().map_or(&[][..], |fate| &fate.revisions);
    let seen = |at: Option<usize>| {
        at.and_then(|at| revisions.get(at)).map(|edit| words::full(edit.replaced_at, ui.zone))
    };
    let line = |name: &str, text: String| {
        let row = Row::new().fill(1).cell(name, 6, ui.style(Role::Dim)).fill_by(1);
        let room = width.saturating_sub(row.width());
        row.cut(&text, room, ui.style(Role::Text))
    };
    let which = format!("edit {} of {}", revisions.len() - edit.min(revisions.len()), revisions.len());
    let before = seen(Some(edit)).map(|time| format!("what the feed said until {time}  {which}"));
    let after = seen(edit.checked_sub(1)).map(|time| format!("what it said then, until {time}"));
    [
        title,
        line("before", before.unwrap_or_default()),
        line("after", after.unwrap_or_else(|| "what it says now".to_owned())),
    ]
}
