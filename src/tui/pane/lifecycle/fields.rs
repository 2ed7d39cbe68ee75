//! The last change of each field, drawn: what it is now, who made it so, and when.
//!
//! ```text
//! 4 fields, the last change first · enter shows the event
//!
//! ▌owner        "team-orders"          1 Apr 10:30  ~ update   jane.smith
//!  extras.sla   "99.9"                12 Mar 09:00  ~ update   ci-deployer   ?
//!  description  "Takes orders"         as far as is known it never changed
//! ```

use ratatui::layout::Rect;

use super::LifecyclePane;
use super::view::Shown;
use crate::diff::{self, Blame, Doubt, Life};
use crate::domain::{Op, Safe, Status};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::pane::timeline::row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Lines above the fields.
pub(super) const HEAD: u16 = 2;

/// The widest column of paths.
const WIDEST: usize = 40;

/// The lines that are on the screen, and the place of the selected one among them.
pub(super) fn lines(app: &App, pane: &LifecyclePane, life: &Life, area: Rect) -> Shown {
    let (ui, width) = (&app.ui, usize::from(area.width));
    let mut shown = Shown::default();
    if pane.blame.is_empty() {
        shown.lines = nothing(app, pane, life, width);
        return shown;
    }
    let dim = ui.style(Role::Dim);
    let doubtful = pane.blame.iter().filter(|blame| blame.doubt.is_some()).count();
    let mut head = format!("{}, the last change first", words::plural(pane.blame.len() as u64, "field"));
    if doubtful > 0 {
        head = format!("{head} · {doubtful} may have changed since (?)");
    }
    if let Some(text) = on_the_way(app, pane, life).and_then(|text| text.into_iter().next()) {
        head = format!("{head} · {text}");
    }
    shown.lines.push(Row::new().fill(1).cut(&head, width.saturating_sub(2), dim));
    let selected = pane.field[0].selected;
    let why = pane.blame.get(selected).and_then(|blame| blame.doubt).map(|doubt| because(doubt, life, ui));
    let why = why.unwrap_or_else(|| format!("`{}` shows the event", ui.key(Command::Open)));
    shown.lines.push(Row::new().fill(1).cut(&why, width.saturating_sub(2), dim));
    let column = column(pane.blame.iter().map(|blame| blame.path.as_str()), width);
    let height = usize::from(area.height.saturating_sub(HEAD));
    for (i, blame) in pane.blame.iter().enumerate().skip(pane.field[0].top).take(height) {
        if i == selected {
            let y = area.y + shown.lines.len() as u16;
            shown.marked = Some(Rect { y, height: 1, ..area }.intersection(area));
        }
        shown.lines.push(line(blame, life, i == selected, column, width, ui));
    }
    shown.extent = (pane.blame.len(), pane.field[0].top);
    shown
}

/// The width of a column of paths.
pub(super) fn column<'p>(paths: impl Iterator<Item = &'p str>, width: usize) -> usize {
    let most = (width * 2 / 5).min(WIDEST);
    paths.map(|path| Safe::line(path).width().min(most)).max().unwrap_or(0).max(5)
}

fn line(blame: &Blame, life: &Life, selected: bool, column: usize, width: usize, ui: &Ui) -> Row {
    let row = if selected { Row::new().put("▌", ui.style(Role::Focused)) } else { Row::new().fill_by(1) };
    let row = row.cell(&blame.path, column, ui.style(Role::Text)).fill_by(2);
    let by = by(blame, life, ui, width);
    let room = width.saturating_sub(row.width() + by.width() + 3);
    let row = if room >= 8 { row.join(value(blame, room, ui)).fill_by(2) } else { row };
    let left = width.saturating_sub(row.width() + 1);
    if by.width() <= left { row.join(by) } else { row }
}

/// What the field is now, in exactly `room` cells.
fn value(blame: &Blame, room: usize, ui: &Ui) -> Row {
    let removed = blame.change.as_ref().is_some_and(|change| change.op == Op::Remove);
    match &blame.value {
        Some(value) => Row::new().cell(&diff::short(value), room, ui.style(Role::Text)),
        None if removed => Row::new().cell("not there any more", room, ui.style(Role::Removed)),
        None => Row::new().cell("changed, not said to what", room, ui.style(Role::Dim)),
    }
}

/// When and by whom it was changed last; the last cell says whether that is doubtful.
fn by(blame: &Blame, life: &Life, ui: &Ui, width: usize) -> Row {
    let mark = if blame.doubt.is_some() { "?" } else { " " };
    let row = life.steps.get(blame.step).map_or_else(
        || {
            let cells = if width >= 110 { 50 } else { 28 };
            Row::new().cell("unchanged as far as is known", cells, ui.style(Role::Dim))
        },
        |step| {
            let event = &step.event;
            let time = words::short(event.row.time(), ui.now, ui.zone);
            let mut row = Row::new().right(&time, 12, ui.style(Role::Time)).fill_by(2);
            if width >= 100 {
                row = row.cell(&row::action(event), 10, row::action_style(event, ui)).fill_by(2);
            }
            if width < 60 {
                return row;
            }
            let actors = if width >= 110 { 24 } else { 14 };
            let actor = Safe::line(event.record.actor.label().unwrap_or("–"));
            row.cell(&row::short_name(&actor, actors), actors, ui.style(Role::Actor))
        },
    );
    row.fill_by(1).put(mark, ui.style(Role::Warning))
}

/// What is still being found out about the fields, or what went wrong with it; nothing where all is known that can be.
pub(super) fn on_the_way(app: &App, pane: &LifecyclePane, life: &Life) -> Option<Vec<String>> {
    if pane.is_working() {
        let size = life.weight() as f64 / 1_000_000.0;
        return Some(vec![format!(
            "Reading {size:.1} MB of records beside the screen; every key works meanwhile…"
        )]);
    }
    let unasked: Vec<_> = life.unasked(0..life.steps.len()).collect();
    let feed = app.ui.feed_name(&unasked.first()?.feed);
    let events = words::plural(unasked.len() as u64, "event");
    if unasked.iter().any(|event| app.details.asking(event.row)) {
        return Some(vec![format!("Asking {feed} what changed in {events}…")]);
    }
    let fault = unasked.iter().find_map(|event| app.details.fault(event.row));
    Some(match fault {
        Some(fault) => vec![
            format!("{feed} was asked what changed in {events}, and: {}.", fault.message),
            format!("Next: {}. Opening an event asks again.", fault.fix),
        ],
        None => vec![format!("{feed} was not asked yet what changed in {events}.")],
    })
}

/// Why there is no field to show, and what would help.
fn nothing(app: &App, pane: &LifecyclePane, life: &Life, width: usize) -> Vec<Row> {
    let ui = &app.ui;
    let newest = &life.steps[0].event;
    let feed = ui.feed_name(&newest.feed);
    let failed = life.steps.iter().any(|step| step.event.record.status == Status::Failed);
    let mut text = on_the_way(app, pane, life).unwrap_or_else(|| {
        vec![
            format!("{feed} says that something was done and by whom, and never which fields changed."),
            "So it is not known who changed a field last, nor what its value was at some time. A feed that sends \
             the fields with their values, or the whole document, would show both."
                .to_owned(),
        ]
    });
    if newest.record.ai_summary.is_some() {
        text.push(format!("What {feed} wrote about each event stands on the tab Events."));
    }
    if failed && life.unasked(0..life.steps.len()).next().is_none() {
        text.push("What failed changed nothing, and counts for none.".to_owned());
    }
    let mut lines = Vec::new();
    for paragraph in text {
        for line in Safe::new(&paragraph).wrap(width.saturating_sub(2).clamp(1, 100)) {
            lines.push(Row::new().fill(1).safe(&line, ui.style(Role::Dim)));
        }
        lines.push(Row::new());
    }
    lines
}

/// Why something may have changed unseen, as a sentence.
pub(super) fn because(doubt: Doubt, life: &Life, ui: &Ui) -> String {
    let step = |at: usize| {
        life.steps.get(at).map_or_else(
            || "another event".to_owned(),
            |step| {
                let time = words::short(step.event.row.time(), ui.now, ui.zone);
                format!("the {} of {time}", step.event.record.action.word())
            },
        )
    };
    match doubt {
        Doubt::Mute(at) => {
            format!("it may have changed since: {} does not say all that it changed", step(at))
        }
        Doubt::Contradicted(at) => format!("{} says something else", step(at)),
        Doubt::Gap => "it may have changed since: the cache may lack events of that time".to_owned(),
        Doubt::LeftOut => "changes of this field are left out by its feed profile".to_owned(),
    }
}
