//! The life of an entity: what it is, what it came to, and below the tab that is shown.
//!
//! ```text
//! Default Recommendation   decision_flow · df_7 · kaireon-prod
//! live · v8 · 6 events, from its creation on
//! [Events]  Fields  State
//!
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{LifecyclePane, Loaded, Tab, fields, moment, rail};
use crate::diff::State;
use crate::domain::Safe;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::pane::event;
use crate::tui::scrollbar::Extent;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// From this height on, an empty line stands below the tabs.
const ROOMY: u16 = 12;

/// From this width on, the selected step is shown beside the rail.
const PREVIEW_FROM: u16 = 130;

/// Lines above what the tab shows.
fn head_height(layout: &Layout) -> u16 {
    if layout.body.height >= ROOMY { 4 } else { 3 }
}

/// Lines for events or fields, without those that say what they are of.
pub(in crate::tui) fn height(layout: &Layout, tab: Tab) -> usize {
    let taken = head_height(layout)
        + match tab {
            Tab::Events => 0,
            Tab::Fields => fields::HEAD,
            Tab::State => moment::HEAD,
        };
    usize::from(layout.body.height.saturating_sub(taken)).max(1)
}

/// How many events or fields are seen at once.
pub(in crate::tui) fn page(layout: &Layout, tab: Tab) -> usize {
    let rows = if tab == Tab::Events { usize::from(layout.row_height) } else { 1 };
    (height(layout, tab) / rows).max(1)
}

/// The places of the tab and of the selected step; the latter is empty where there is no room or the
/// user wants none.
pub(in crate::tui) fn places(layout: &Layout, tab: Tab) -> (Rect, Rect) {
    if tab == Tab::Events { beside(layout) } else { (layout.body, Rect::default()) }
}

/// The same for any rail of events.
pub(in crate::tui) fn beside(layout: &Layout) -> (Rect, Rect) {
    if layout.area.width >= PREVIEW_FROM && !layout.preview.is_empty() {
        (layout.list, layout.preview)
    } else {
        (layout.body, Rect::default())
    }
}

/// What a tab draws.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) lines: Vec<Row>,
    /// The selected lines.
    pub(super) marked: Option<Rect>,
    /// How many rows there are, and how many of them stand above.
    pub(super) extent: (usize, usize),
}

/// Draws the screen.
pub(in crate::tui) fn draw(app: &App, pane: &LifecyclePane, buf: &mut Buffer) {
    let (ui, layout) = (&app.ui, app.layout());
    let (area, preview) = places(&layout, pane.tab);
    if !preview.is_empty() {
        draw_preview(app, pane, area, preview, buf);
    }
    let width = usize::from(area.width);
    let head_height = head_height(&layout).min(area.height);
    for (y, row) in (area.y..area.bottom()).zip(head(pane, width, head_height, ui)) {
        row.within(width).draw(buf, area.x, y, area.width);
    }
    let body = Rect { y: area.y + head_height, height: area.height - head_height, ..area };
    let shown = match (&pane.life, pane.life()) {
        (Loaded::Waiting, _) => told("Reading the cache…", Role::Dim, width, ui),
        (Loaded::Failed(message), _) => told(message, Role::Failed, width, ui),
        (Loaded::Here(_), None) => {
            let text =
                format!("The cache has no event of this entity; `{}` goes back.", ui.key(Command::Back));
            told(&text, Role::Dim, width, ui)
        }
        (Loaded::Here(_), Some(life)) => match pane.tab {
            Tab::Events => rail::lines(app, pane, life, body),
            Tab::Fields => fields::lines(app, pane, life, body),
            Tab::State => moment::lines(app, pane, life, body),
        },
    };
    for (y, row) in (body.y..body.bottom()).zip(shown.lines) {
        row.within(width).draw(buf, body.x, y, body.width);
    }
    let x = if preview.is_empty() { area.right().saturating_sub(1) } else { area.right() };
    let bar = Rect { x, width: 1, ..body };
    let (len, above) = shown.extent;
    Extent { len, above, shown: page(&layout, pane.tab) }.draw(buf, bar, ui.style(Role::Rule));
    if let Some(marked) = shown.marked {
        buf.set_style(marked, ui.style(Role::Selected));
    }
}

fn told(text: &str, role: Role, width: usize, ui: &Ui) -> Shown {
    let lines = Safe::new(text).wrap(width.saturating_sub(2).max(1));
    let lines = lines.iter().map(|line| Row::new().fill(1).safe(line, ui.style(role))).collect();
    Shown { lines, ..Shown::default() }
}

/// The line between rail and preview, and the selected step.
fn draw_preview(app: &App, pane: &LifecyclePane, rail: Rect, preview: Rect, buf: &mut Buffer) {
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

fn head(pane: &LifecyclePane, width: usize, height: u16, ui: &Ui) -> Vec<Row> {
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
    let mut lines = vec![title, state, tabs(pane, ui)];
    if height > 3 {
        lines.push(Row::new());
    }
    lines
}

fn tabs(pane: &LifecyclePane, ui: &Ui) -> Row {
    let mut row = Row::new().fill(1);
    for tab in Tab::ALL {
        let (open, close, role) =
            if tab == pane.tab { ("[", "]", Role::Focused) } else { (" ", " ", Role::Dim) };
        row = row.put(&format!("{open}{}{close}", tab.name()), ui.style(role)).fill_by(1);
    }
    row
}

/// How a state looks.
pub(super) fn state_role(state: State) -> Role {
    match state {
        State::Live => Role::Success,
        State::Archived => Role::Warning,
        State::Deleted => Role::Removed,
        State::Unknown => Role::Dim,
    }
}
