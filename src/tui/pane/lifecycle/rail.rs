//! The events of a life, drawn as a rail, newest above.
//!
//! ```text
//! ▌●─╮ 1 Apr 10:30   < rollback  v7 → back to v6, now v8  jane.smith  1 h 18 m after the publish
//!  ● │ 1 Apr 09:12   ^ publish   v7                       jane.smith  reverted after 1 h 18 m
//!  ┆ ┆               events may be missing here
//!  ●─╯ 24 Mar 16:45  ^ publish   v6                       john.doe
//!  ●   20 Mar 11:02  ~ update    ×5                       john.doe    2 changed: ~ owner, ~ mode
//!  ○   2 Mar 08:00   + create                             john.doe
//! ```
//!
//! A way back is one more step forward in time; the arc beside the rail points to the step that brought
//! about the version it goes back to.

use ratatui::layout::Rect;

use super::LifecyclePane;
use super::items::{Item, Net};
use super::view::Shown;
use crate::diff::{Life, Step, elapsed};
use crate::domain::{Action, Event, Safe, Status};
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::gist;
use crate::tui::pane::mark;
use crate::tui::pane::timeline::row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// The widest that the column of versions gets.
const VERSION: usize = 8;

/// How many arcs may stand side by side; further ways back are told in words only.
const LANES: usize = 3;

/// The lines that are on the screen, and the place of the selected one among them.
pub(super) fn lines(app: &App, pane: &LifecyclePane, life: &Life, area: Rect) -> Shown {
    let ui = &app.ui;
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut shown = Shown::default();
    let selected = pane.item();
    let ways = lanes(life, &pane.items);
    let widths = life.steps.iter().filter_map(version).map(|words| Safe::line(&words).width());
    let counts = pane.items.iter().filter(|item| item.is_run());
    let counts = counts.map(|item| words::count(item.steps.len() as u64).len() + 1);
    let versions = widths.chain(counts).filter(|width| *width <= VERSION);
    let versions = versions.max().unwrap_or(0);
    for (i, item) in pane.items.iter().enumerate().skip(pane.top) {
        if shown.lines.len() >= height {
            break;
        }
        let selected = Some(i) == selected;
        let rail = Rail { ways: &ways, place: i, last: i + 1 == pane.items.len(), versions };
        let rows = rows(life, item, &rail, width, app.layout().row_height, selected, ui);
        if selected {
            let y = area.y + shown.lines.len() as u16;
            shown.marked = Some(Rect { y, height: rows.len() as u16, ..area }.intersection(area));
        }
        shown.lines.extend(rows);
        if item.gap {
            let row = Row::new().fill(1).put(&rail.torn(), ui.style(Role::Warning)).fill_by(1);
            shown.lines.push(row.cut("events may be missing here", width / 2, ui.style(Role::Warning)));
        }
    }
    if shown.lines.len() < height && !life.from_the_start {
        let text = " ┆ what came before is not in the cache";
        shown.lines.push(Row::new().put(text, ui.style(Role::Dim)));
    }
    shown.extent = (pane.items.len(), pane.top);
    shown
}

/// The arc of a way back, down to the step it goes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct WayBack {
    from: usize,
    to: usize,
    lane: usize,
}

/// Gives each way back the first lane that is free all along it.
fn lanes(life: &Life, items: &[Item]) -> Vec<WayBack> {
    let mut ways = Vec::new();
    let mut taken_to: [Option<usize>; LANES] = [None; LANES];
    let place = |step: usize| items.iter().position(|item| item.steps.contains(&step));
    for (from, item) in items.iter().enumerate() {
        let Some(to) = life.steps[item.steps.start].back_to.and_then(place) else { continue };
        if let Some(lane) = taken_to.iter().position(|end| end.is_none_or(|end| end < from)) {
            taken_to[lane] = Some(to);
            ways.push(WayBack { from, to, lane });
        }
    }
    ways
}

/// What stands beside one step.
struct Rail<'a> {
    ways: &'a [WayBack],
    place: usize,
    last: bool,
    /// The width of the column of versions.
    versions: usize,
}

fn version(step: &Step) -> Option<String> {
    step.versions.words(&step.event.record.action)
}

impl Rail<'_> {
    /// The cells beside the step: its dot, then a column and a gap for each lane in use.
    fn cells(&self, step: &Step) -> String {
        let dot = match (&step.event.record.action, step.event.record.status) {
            (_, Status::Failed) => '!',
            (Action::Create, _) => '○',
            (Action::Delete | Action::Erase | Action::Archive, _) => '×',
            _ => '●',
        };
        let mut cells = String::from(dot);
        let width = self.ways.iter().map(|way| way.lane + 1).max().unwrap_or(0);
        // A lane's corner is joined to the dot by a line that runs under the lanes before it.
        let corner = self
            .ways
            .iter()
            .filter(|way| way.from == self.place || way.to == self.place)
            .map(|way| way.lane)
            .max();
        for lane in 0..width {
            let joined = corner.is_some_and(|corner| lane <= corner);
            cells.push(if joined { '─' } else { ' ' });
            let here =
                self.ways.iter().find(|way| way.lane == lane && (way.from..=way.to).contains(&self.place));
            cells.push(match here {
                Some(way) if way.from == self.place => '╮',
                Some(way) if way.to == self.place => '╯',
                Some(_) if joined && Some(lane) != corner => '┼',
                Some(_) => '│',
                None if joined => '─',
                None => ' ',
            });
        }
        cells
    }

    /// The cells where the rail is torn by a gap.
    fn torn(&self) -> String {
        self.below().replace('│', "┆")
    }

    /// The cells beside the second line of the step.
    fn below(&self) -> String {
        let mut cells = String::from(if self.last { ' ' } else { '│' });
        let width = self.ways.iter().map(|way| way.lane + 1).max().unwrap_or(0);
        for lane in 0..width {
            let passes =
                self.ways.iter().any(|way| way.lane == lane && (way.from..way.to).contains(&self.place));
            cells.push_str(if passes { " │" } else { "  " });
        }
        cells
    }
}

/// What undid a step, or what it undid.
fn undoing(step: &Step) -> Option<(String, Role)> {
    match (step.undone, step.undoes) {
        (Some(by), _) => {
            let (time, action) = (elapsed(by.millis), &step.event.record.action);
            Some(match action {
                Action::Archive => (format!("restored after {time}"), Role::Dim),
                Action::Create => (format!("deleted after {time}"), Role::Dim),
                _ => (format!("reverted after {time}"), Role::Warning),
            })
        }
        (None, Some(of)) => {
            let time = elapsed(of.millis);
            let text = match step.event.record.action {
                Action::Restore => format!("it was archived for {time}"),
                Action::Delete => format!("it was there for {time}"),
                _ => format!("{time} after the publish"),
            };
            Some((text, Role::Dim))
        }
        (None, None) => None,
    }
}

/// What the step, or the run that begins with it, comes to.
fn said(item: &Item, event: &Event) -> String {
    let told = || {
        let (label, said) = row::beside_entity(event);
        if label.is_empty() { said } else { format!("{label} {said}") }
    };
    match &item.net {
        // A run of which nothing is said is as silent as a single step.
        None | Some(Net::Untold) => told(),
        Some(Net::Changed(fields)) => fields.clone(),
        Some(Net::Back) => "changed back: nothing is left of it".to_owned(),
        Some(Net::Unasked) => "not asked yet what changed".to_owned(),
    }
}

fn rows(
    life: &Life,
    item: &Item,
    rail: &Rail<'_>,
    width: usize,
    height: u16,
    selected: bool,
    ui: &Ui,
) -> Vec<Row> {
    let step = &life.steps[item.steps.start];
    let event = &step.event;
    let mark = || mark(selected, ui);
    let style = row::action_style(event, ui);
    let time = if ui.ages {
        words::age(event.row.time(), ui.now)
    } else {
        words::short(event.row.time(), ui.now, ui.zone)
    };
    let start = mark()
        .put(&rail.cells(step), ui.style(Role::Rule))
        .fill_by(1)
        .right(&time, if ui.ages { 5 } else { 12 }, ui.style(Role::Time))
        .fill_by(2)
        .cell(&row::action(event), 10, style)
        .fill_by(2);
    let count = (item.steps.len() > 1).then(|| format!("×{}", item.steps.len()));
    let version = count.or_else(|| version(step)).unwrap_or_default();
    // Most steps name one version. What is longer is told where there is room, not in a column that would be
    // blank beside all others.
    let is_long = height == 1 && Safe::line(&version).width() > VERSION;
    let (version, told) = if is_long { (String::new(), version) } else { (version, String::new()) };
    let actor = Safe::line(event.record.actor.label().unwrap_or("–"));
    let said = said(item, event);
    let role = if event.record.status == Status::Failed { Role::Failed } else { Role::Dim };
    let undoing = undoing(step).filter(|_| item.steps.len() == 1);
    let end = |row: Row| {
        let left = width.saturating_sub(row.width() + 1);
        let row = if is_long { row.cut(&told, left, style).fill_by(2) } else { row };
        let left = width.saturating_sub(row.width() + 1);
        match &undoing {
            Some((text, role)) => {
                let row = row.cut(text, left, ui.style(*role)).fill_by(2);
                let left = width.saturating_sub(row.width() + 1);
                if left > 8 { row.cut(gist::fitted(&said, left), left, ui.style(Role::Dim)) } else { row }
            }
            None => row.cut(gist::fitted(&said, left), left, ui.style(role)),
        }
    };
    if height > 1 {
        let left = width.saturating_sub(start.width());
        let fits = Safe::line(&version).width() <= left;
        let first = if fits { start.put(&version, style) } else { start };
        let second = mark().put(&rail.below(), ui.style(Role::Rule)).fill_by(1);
        let second = if fits { second } else { second.put(&version, style).fill_by(2) };
        let second = second.put(&row::short_name(&actor, 14), ui.style(Role::Actor)).fill_by(2);
        return vec![first, end(second)];
    }
    let actors = if width >= 110 { 24 } else { 16 };
    let row = start
        .cell(&version, rail.versions, style)
        .fill_by(if rail.versions > 0 { 2 } else { 0 })
        .cell(&row::short_name(&actor, actors), actors, ui.style(Role::Actor))
        .fill_by(2);
    vec![end(row)]
}
