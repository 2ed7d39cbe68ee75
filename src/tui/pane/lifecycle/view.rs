//! The life of an entity, drawn as a rail, newest above.
//!
//! ```text
//! Default Recommendation   decision_flow · df_7 · kaireon-prod
//! live · v8 · 6 events, from its creation on
//!
//! ▌●─╮ Wed 1 Apr 10:30  < rollback  v7 → back to v6, now v8  jane.smith
//!  ● │ Wed 1 Apr 09:12  ^ publish   v7                       jane.smith
//!  ●─╯ Tue 24 Mar 16:45 ^ publish   v6                       john.doe
//!  ○   Mon 2 Mar 08:00  + create                             john.doe
//! ```
//!
//! A way back is one more step forward in time; the arc beside the rail points to the step that brought
//! about the version it goes back to.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{LifecyclePane, Loaded};
use crate::domain::{Action, Safe, Status};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::life::{Life, State, Step};
use crate::tui::pane::event;
use crate::tui::pane::timeline::row;
use crate::tui::scrollbar::Extent;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Lines above the rail.
const HEAD: u16 = 3;

/// How many arcs may stand side by side; further ways back are told in words only.
const LANES: usize = 3;

/// How many steps are seen at once.
pub(in crate::tui) fn page(layout: &Layout) -> usize {
    usize::from(layout.body.height.saturating_sub(HEAD + 1) / layout.row_height).max(1)
}

/// From this width on, the selected step is shown beside the rail.
const PREVIEW_FROM: u16 = 130;

/// The places of the rail and of the selected step; the latter is empty where there is no room or the
/// user wants none.
pub(in crate::tui) fn places(layout: &Layout) -> (Rect, Rect) {
    if layout.area.width >= PREVIEW_FROM && !layout.preview.is_empty() {
        (layout.list, layout.preview)
    } else {
        (layout.body, Rect::default())
    }
}

/// Draws the screen.
pub(in crate::tui) fn draw(app: &App, pane: &LifecyclePane, buf: &mut Buffer) {
    let ui = &app.ui;
    let (area, preview) = places(&app.layout());
    if !preview.is_empty() {
        beside(app, pane, area, preview, buf);
    }
    let width = usize::from(area.width);
    let mut lines = head(pane, width, ui);
    let mut marked = None;
    match &pane.life {
        Loaded::Waiting => lines.push(Row::new().fill(1).put("Reading the cache…", ui.style(Role::Dim))),
        Loaded::Failed(message) => {
            for line in Safe::new(message).wrap(width.saturating_sub(2).max(1)) {
                lines.push(Row::new().fill(1).safe(&line, ui.style(Role::Failed)));
            }
        }
        Loaded::Here(life) if life.steps.is_empty() => {
            let text =
                format!("The cache has no event of this entity; `{}` goes back.", ui.key(Command::Back));
            lines.push(Row::new().fill(1).put(&text, ui.style(Role::Dim)));
        }
        Loaded::Here(life) => marked = steps(app, pane, life, area, &mut lines),
    }
    for (y, row) in (area.y..area.bottom()).zip(lines) {
        row.draw(buf, area.x, y, area.width);
    }
    if let Some(life) = pane.life() {
        let head = HEAD.min(area.height);
        let bar = Rect {
            x: if preview.is_empty() { area.right().saturating_sub(1) } else { area.right() },
            y: area.y + head,
            width: 1,
            height: area.height - head,
        };
        let extent = Extent { len: life.steps.len(), above: pane.top, shown: page(&app.layout()) };
        extent.draw(buf, bar, ui.style(Role::Rule));
    }
    if let Some(marked) = marked {
        buf.set_style(marked, ui.style(Role::Selected));
    }
}

/// The line between rail and preview, and the selected step.
fn beside(app: &App, pane: &LifecyclePane, rail: Rect, preview: Rect, buf: &mut Buffer) {
    let style = app.ui.style(Role::Rule);
    let line = Row::new().put("│", style);
    (rail.top()..rail.bottom()).for_each(|y| line.draw(buf, rail.right(), y, 1));
    if app.overlays.is_empty() {
        Row::new().put("┬", style).draw(buf, rail.right(), app.layout().rule.y, 1);
    }
    if pane.event().is_some() {
        event::view::draw(app, pane.event(), app.preview, preview, buf);
    }
}

/// Adds the steps that are on the screen to `lines`; gives the place of the selected one.
fn steps(app: &App, pane: &LifecyclePane, life: &Life, area: Rect, lines: &mut Vec<Row>) -> Option<Rect> {
    let ui = &app.ui;
    let width = usize::from(area.width);
    let mut marked = None;
    let selected = pane.place();
    let ways = lanes(life);
    let shown = page(&app.layout());
    let widths = life.steps.iter().filter_map(version).map(|words| Safe::line(&words).width());
    let versions = widths.max().unwrap_or(0).min(width / 4);
    for (i, step) in life.steps.iter().enumerate().skip(pane.top).take(shown) {
        let selected = Some(i) == selected;
        let rail = Rail { ways: &ways, place: i, last: i + 1 == life.steps.len(), versions };
        let rows = rows(step, &rail, width, app.layout().row_height, selected, ui);
        if selected {
            let y = area.y + lines.len() as u16;
            marked = Some(Rect { y, height: rows.len() as u16, ..area }.intersection(area));
        }
        lines.extend(rows);
    }
    if pane.top + shown >= life.steps.len() && !life.from_the_start {
        let text = " ┆ what came before is not in the cache";
        lines.push(Row::new().put(text, ui.style(Role::Dim)));
    }
    marked
}

fn head(pane: &LifecyclePane, width: usize, ui: &Ui) -> Vec<Row> {
    let entity = &pane.entity;
    let newest = pane.life().map(|life| &life.steps[0].event.record.entity);
    let label = newest.and_then(|entity| entity.label()).or(entity.label()).unwrap_or("no name");
    let id = entity.id.as_deref().filter(|id| *id != label);
    let identity: Vec<&str> =
        [entity.kind.as_deref(), id, Some(&*pane.source)].into_iter().flatten().collect();
    let title = Row::new().fill(1).cut(label, width.saturating_sub(1), ui.style(Role::Title)).fill_by(2);
    let room = width.saturating_sub(title.width());
    let title = title.put(Safe::line(&identity.join(" · ")).cut(room).as_str(), ui.style(Role::Dim));
    let mut state = Row::new().fill(1);
    if let Some(life) = pane.life() {
        state = state.put(life.state.word(), ui.style(state_role(life.state)));
        let mut facts = Vec::new();
        facts.extend(life.version().map(|version| format!("v{version}")));
        let events = words::plural(life.steps.len() as u64, "event");
        let whole = life.from_the_start && width >= 60;
        facts.push(if whole { format!("{events}, from its creation on") } else { events });
        let rest = Safe::line(&format!(" · {}", facts.join(" · "))).cut(width.saturating_sub(state.width()));
        state = state.safe(&rest, ui.style(Role::Dim));
    }
    vec![title, state, Row::new()]
}

fn state_role(state: State) -> Role {
    match state {
        State::Live => Role::Success,
        State::Archived => Role::Warning,
        State::Deleted => Role::Removed,
        State::Unknown => Role::Dim,
    }
}

/// The arc of a way back, down to the step it goes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct WayBack {
    from: usize,
    to: usize,
    lane: usize,
}

/// Gives each way back the first lane that is free all along it.
fn lanes(life: &Life) -> Vec<WayBack> {
    let mut ways = Vec::new();
    let mut taken_to: [Option<usize>; LANES] = [None; LANES];
    for (from, step) in life.steps.iter().enumerate() {
        let Some(to) = step.back_to else { continue };
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

fn rows(step: &Step, rail: &Rail<'_>, width: usize, height: u16, selected: bool, ui: &Ui) -> Vec<Row> {
    let event = &step.event;
    let mark = || {
        if selected { Row::new().put("▌", ui.style(Role::Focused)) } else { Row::new().fill_by(1) }
    };
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
    let version = version(step).unwrap_or_default();
    let actor = Safe::line(event.record.actor.label().unwrap_or("–"));
    let (label, said) = row::beside_entity(event);
    let said = if label.is_empty() { said } else { format!("{label} {said}") };
    let role = if event.record.status == Status::Failed { Role::Failed } else { Role::Dim };
    if height > 1 {
        let left = width.saturating_sub(start.width());
        let fits = Safe::line(&version).width() <= left;
        let first = if fits { start.put(&version, style) } else { start };
        let second = mark().put(&rail.below(), ui.style(Role::Rule)).fill_by(1);
        let second = if fits { second } else { second.put(&version, style).fill_by(2) };
        let second = second.put(&row::short_name(&actor, 14), ui.style(Role::Actor)).fill_by(2);
        let left = width.saturating_sub(second.width());
        return vec![first, second.cut(&said, left, ui.style(role)).within(width)];
    }
    let actors = if width >= 110 { 24 } else { 16 };
    let row = start
        .cell(&version, rail.versions, style)
        .fill_by(if rail.versions > 0 { 2 } else { 0 })
        .cell(&row::short_name(&actor, actors), actors, ui.style(Role::Actor))
        .fill_by(2);
    let left = width.saturating_sub(row.width() + 1);
    vec![row.cell(&said, left, ui.style(role))]
}
