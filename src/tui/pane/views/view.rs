//! The saved views, drawn: one line each, in the order of the tabs.
//!
//! ```text
//! 1 view, and all events
//! ▌1  All
//!  2  Prod flows    source:prod* type:decision_flow                3 new   begins
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ViewsPane;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::pane::mark;
use crate::tui::tabs::Tab;
use crate::tui::theme::Role;
use crate::tui::words;

/// Lines above the first view, and below the last.
const HEAD: u16 = 2;
const FOOT: u16 = 2;

/// How many views are seen at once.
pub(in crate::tui) fn page(layout: &Layout) -> usize {
    usize::from(layout.body.height.saturating_sub(HEAD + FOOT)).max(1)
}

/// Draws the views.
pub(in crate::tui) fn draw(app: &App, pane: &ViewsPane, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    let tabs = app.tabs();
    let title = match tabs.len() - 1 {
        0 => "Views: none of your own yet".to_owned(),
        own => format!("Views: {} of your own", words::count(own as u64)),
    };
    Row::new().fill(1).put(&title, ui.style(Role::Title)).draw(buf, area.x, area.y, area.width);
    let shown = page(&app.layout());
    let name = tabs.iter().map(|tab| tab.name.chars().count()).max().unwrap_or_default();
    let name = name.clamp(8, usize::from(area.width / 3).max(8));
    for (y, (place, tab)) in
        (area.y + HEAD..area.bottom()).zip(tabs.iter().enumerate().skip(pane.top).take(shown))
    {
        line(app, place, tab, place == pane.place(), name).draw(buf, area.x, y, area.width);
        if place == pane.place() {
            buf.set_style(Rect { y, height: 1, ..area }, ui.style(Role::Selected));
        }
    }
    foot(app).within(area.width.into()).draw(buf, area.x, area.bottom().saturating_sub(1), area.width);
}

fn line(app: &App, place: usize, tab: &Tab<'_>, selected: bool, name: usize) -> Row {
    let ui = &app.ui;
    let (dim, width) = (ui.style(Role::Dim), usize::from(ui.area.width));
    let mark = mark(selected, ui);
    let key = command(place).map(|command| ui.key(command)).unwrap_or_default();
    let style = ui.style(if tab.current { Role::Title } else { Role::Text });
    let row = mark.cell(&key, 2, ui.style(Role::Key)).fill_by(1).cell(tab.name, name, style).fill_by(2);
    let view = place.checked_sub(1).and_then(|nth| app.user.views.get(nth));
    let begins = view.map(|view| view.name.as_str()) == app.user.default.as_deref();
    let mut right = Row::new();
    if tab.unread > 0 {
        let text = format!("{} new", words::count(tab.unread as u64));
        right = right.put(&text, ui.style(Role::Accent)).fill_by(2);
    }
    if tab.changed {
        right = right.put("changed since it was saved", dim).fill_by(2);
    }
    if begins {
        right = right.put("begins", dim).fill_by(2);
    }
    let query = view.map(|view| view.query.trim()).filter(|query| !query.is_empty()).unwrap_or("every event");
    let room = width.saturating_sub(row.width() + right.width() + 1);
    row.cut(query, room, dim).with_right(right, width)
}

/// The command that brings the tab at a place to the front, as far as there is one.
pub(in crate::tui) fn command(place: usize) -> Option<Command> {
    TABS.get(place).copied()
}

/// The commands that bring tabs to the front, in the order of the tabs.
pub(in crate::tui) const TABS: [Command; 10] = [
    Command::View1,
    Command::View2,
    Command::View3,
    Command::View4,
    Command::View5,
    Command::View6,
    Command::View7,
    Command::View8,
    Command::View9,
    Command::View10,
];

fn foot(app: &App) -> Row {
    let ui = &app.ui;
    if app.user.views.is_empty() {
        let text = format!("`{}` saves the filter in force as a view", ui.key(Command::SaveView));
        return Row::new().fill(1).put(&text, ui.style(Role::Dim));
    }
    let ways = [
        (Command::RenameView, "rename"),
        (Command::ViewUp, "left"),
        (Command::ViewDown, "right"),
        (Command::BeginWithView, "begin with it"),
        (Command::DropView, "remove"),
    ];
    let mut row = Row::new().fill(1);
    for (command, word) in ways {
        let key = ui.key(command);
        row = row.put(&key, ui.style(Role::Key)).put(&format!(" {word}"), ui.style(Role::Dim)).fill_by(3);
    }
    row
}
