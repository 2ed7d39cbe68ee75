//! The fields of an entity at one moment, drawn, each with how it is known.
//!
//! ```text
//! after < rollback, Wed 1 Apr 2026 10:30:00 +00:00   live
//! 12 sent · 3 inferred · 1 doubtful   all of its fields
//!
//! ▌owner        "team-orders"         sent       1 Apr 10:30  jane.smith
//!  extras.sla   "99.9"                inferred  12 Mar 09:00  ci-deployer
//!  description  "Takes orders"      ? doubtful   2 Mar 08:00  ana
//! ```

use ratatui::layout::Rect;

use super::LifecyclePane;
use super::fields::{LONGEST, because, column, on_the_way};
use super::view::{Shown, state_role};
use crate::diff::{self, Basis, Field, Life, Moment, Portrait};
use crate::domain::Safe;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::pane::mark;
use crate::tui::pane::timeline::row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Lines above the fields.
pub(super) const HEAD: u16 = 4;

/// The lines that are on the screen, and the place of the selected one among them.
pub(super) fn lines(app: &App, pane: &LifecyclePane, life: &Life, area: Rect) -> Shown {
    let (ui, width) = (&app.ui, usize::from(area.width));
    let mut shown = Shown::default();
    let dim = ui.style(Role::Dim);
    let put = |shown: &mut Shown, text: &str| {
        for line in Safe::new(text).wrap(width.saturating_sub(2).clamp(1, 100)) {
            shown.lines.push(Row::new().fill(1).safe(&line, dim));
        }
    };
    let on_the_way = on_the_way(app, pane, life);
    let Some((moment, portrait)) = &pane.portrait else {
        on_the_way.iter().flatten().for_each(|text| put(&mut shown, text));
        return shown;
    };
    shown.lines.push(title(*moment, portrait, life, width, ui));
    shown.lines.push(how(portrait, width, ui));
    let selected = pane.field[1].selected;
    let told = portrait.fields.get(selected);
    shown.lines.push(Row::new().fill(1).cut(
        &next(told, life, ui),
        width.saturating_sub(2),
        ui.style(Role::Dim),
    ));
    shown.lines.push(Row::new());
    if portrait.fields.is_empty() {
        match (portrait.state, on_the_way) {
            (diff::State::Deleted, _) => put(&mut shown, "It was not there."),
            (_, Some(text)) => text.iter().for_each(|text| put(&mut shown, text)),
            (_, None) => put(
                &mut shown,
                "Nothing is known of its fields at this moment: no event near it carries values. A feed that sends \
                 the fields with their values, or the whole document, would show them.",
            ),
        }
        return shown;
    }
    let column = column(portrait.fields.iter().map(|field| field.path.as_str()), width);
    let height = usize::from(area.height.saturating_sub(HEAD));
    for (i, field) in portrait.fields.iter().enumerate().skip(pane.field[1].top).take(height) {
        if i == selected {
            let y = area.y + shown.lines.len() as u16;
            shown.marked = Some(Rect { y, height: 1, ..area }.intersection(area));
        }
        shown.lines.push(line(field, life, i == selected, column, width.min(LONGEST), ui));
    }
    shown.extent = (portrait.fields.len(), pane.field[1].top);
    shown
}

/// Which moment it is, and whether the entity was there.
fn title(moment: Moment, portrait: &Portrait, life: &Life, width: usize, ui: &Ui) -> Row {
    let row = Row::new().fill(1);
    let row = match (moment, life.steps.get(portrait.at)) {
        (Moment::At(time), _) => {
            row.put("at ", ui.style(Role::Dim)).put(&words::through(time, ui.zone), ui.style(Role::Time))
        }
        (Moment::After(_), Some(step)) => row
            .put("after ", ui.style(Role::Dim))
            .put(&row::action(&step.event), row::action_style(&step.event, ui))
            .put(", ", ui.style(Role::Dim))
            .put(&words::full(step.event.row.time(), ui.zone), ui.style(Role::Time)),
        (Moment::After(_), None) => row.put("before the first event", ui.style(Role::Dim)),
    };
    let before = portrait.at == life.steps.len();
    let there = if before && portrait.state == diff::State::Deleted {
        "not there yet"
    } else {
        portrait.state.word()
    };
    let row = row.fill_by(3);
    let room = width.saturating_sub(row.width());
    row.cut(there, room, ui.style(state_role(portrait.state)))
}

/// How the fields are known.
fn how(portrait: &Portrait, width: usize, ui: &Ui) -> Row {
    let counts = portrait.counts();
    let names = ["sent", "inferred", "doubtful"];
    let parts = counts.iter().zip(names).filter(|(number, _)| **number > 0);
    let parts: Vec<String> = parts.map(|(number, name)| format!("{number} {name}")).collect();
    let whole = match (portrait.fields.is_empty(), portrait.whole) {
        (true, _) => "",
        (false, Some(whole)) if whole.is_sure() => "   all of its fields",
        (false, _) => "   it may have more fields than these",
    };
    let text = format!("{}{whole}", parts.join(" · "));
    Row::new().fill(1).cut(&text, width.saturating_sub(2), ui.style(Role::Dim))
}

/// Why the selected field is doubtful; else what the keys do here.
fn next(field: Option<&Field>, life: &Life, ui: &Ui) -> String {
    match field.map(|field| field.basis) {
        Some(Basis::Doubtful(_, doubt)) => because(doubt, life, ui),
        _ => format!(
            "`{}` `{}` another event, `{}` a time, `{}` the event that told the field",
            ui.key(Command::PreviousOfEntity),
            ui.key(Command::NextOfEntity),
            ui.key(Command::GoToTime),
            ui.key(Command::Open),
        ),
    }
}

fn line(field: &Field, life: &Life, selected: bool, column: usize, width: usize, ui: &Ui) -> Row {
    let row = mark(selected, ui);
    let row = row.cell(&field.path, column, ui.style(Role::Text)).fill_by(2);
    let (mark, role) = match field.basis {
        Basis::Sent(_) => (" ", Role::Dim),
        Basis::Inferred(_) => (" ", Role::Accent),
        Basis::Doubtful(..) => ("?", Role::Warning),
    };
    let mut basis =
        Row::new().put(mark, ui.style(role)).fill_by(1).cell(field.basis.word(), 8, ui.style(role));
    if let Some(step) = life.steps.get(field.basis.step()).filter(|_| width >= 70) {
        let time = words::short(step.event.row.time(), ui.now, ui.zone);
        basis = basis.fill_by(2).right(&time, 12, ui.style(Role::Time));
        if width >= 100 {
            let actor = Safe::line(step.event.record.actor.label().unwrap_or("–"));
            let actors = if width >= 130 { 24 } else { 14 };
            let name = row::short_name(&actor, actors);
            basis = basis.fill_by(2).cell(&name, actors, ui.style(Role::Actor));
        }
    }
    let room = width.saturating_sub(row.width() + basis.width() + 3).max(1);
    let row = match &field.value {
        Some(value) => {
            let role = if field.basis.is_sure() { Role::Text } else { Role::Dim };
            row.cell(&diff::short(value), room, ui.style(role))
        }
        None => row.cell("not there", room, ui.style(Role::Dim)),
    };
    row.fill_by(2).join(basis)
}
