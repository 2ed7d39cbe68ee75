//! One actor, drawn.
//!
//! ```text
//! ben@example.com   user
//! 1,204 of 12,000 events · 31 failed · 87 entities · since 2 Dec 2025
//!
//! Names                                 │ Last events
//! ▌ben@example.com  kaireon    1,100    │  25 Mar 14:18  ^ publish   Home Page NBA
//! What was done                         │ Failed
//!  update    802  ━━━━━━━━              │  24 Mar 09:02  ! update    Orders to Snowflake
//! When                                  │ For the first time
//!  Mon  ······▁▃▅▇▆▅▃▅▇▆▅▂······        │  …
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{ActorPane, Item, Known, Loaded};
use crate::domain::{ActorKind, FacetValue, RowId, Safe};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::pane::brief::{self, Beside};
use crate::tui::scrollbar::Extent;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Lines above what can be scrolled.
const HEAD: u16 = 3;

/// From this width on, events stand beside the counts.
const TWO: u16 = 110;

/// The columns of the counts where events stand beside them.
const LEFT: u16 = 58;

/// The widest bar beside a count.
const BAR: usize = 16;

/// How full an hour is.
const LEVELS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// How many lines are seen at once.
pub(in crate::tui) fn page(layout: &Layout) -> usize {
    usize::from(layout.body.height.saturating_sub(HEAD)).max(1)
}

/// A line, and which item it is.
type Line = (Option<Item>, Row);

/// Draws the screen.
pub(in crate::tui) fn draw(app: &App, pane: &ActorPane, buf: &mut Buffer) {
    let ui = &app.ui;
    let area = app.layout().body;
    let width = usize::from(area.width);
    let kind = match pane.actor.kind {
        ActorKind::Unknown => "",
        kind => kind.word(),
    };
    let title = Row::new().fill(1).cut(
        pane.actor.label().unwrap_or("nobody who is named"),
        width.saturating_sub(kind.len() + 4),
        ui.style(Role::Title),
    );
    title.fill_by(2).put(kind, ui.style(Role::Dim)).draw(buf, area.x, area.y, area.width);
    let known = match &pane.state {
        Loaded::Here(known) => known,
        Loaded::Waiting => return said("Reading the cache…", Role::Dim, ui, area, buf),
        Loaded::Failed(message) => return said(message, Role::Failed, ui, area, buf),
    };
    if known.profile.events == 0 {
        let text = format!("The cache has no event by this actor; `{}` goes back", ui.key(Command::Back));
        return said(&text, Role::Dim, ui, area, buf);
    }
    said(&told(known, ui), Role::Dim, ui, area, buf);
    let body = Rect { y: area.y + HEAD, height: area.height.saturating_sub(HEAD), ..area };
    if area.width < TWO {
        let lines = [counts(known, width, ui), events(known, width, ui)].concat();
        return column(pane, &lines, body, ui, buf);
    }
    let left = Rect { width: LEFT, ..body };
    let right = Rect { x: body.x + LEFT + 1, width: body.width - LEFT - 1, ..body };
    let line = Row::new().put("│", ui.style(Role::Rule));
    (body.top()..body.bottom()).for_each(|y| line.draw(buf, left.right(), y, 1));
    column(pane, &counts(known, usize::from(left.width), ui), left, ui, buf);
    column(pane, &events(known, usize::from(right.width), ui), right, ui, buf);
}

fn said(text: &str, role: Role, ui: &Ui, area: Rect, buf: &mut Buffer) {
    let lines = Safe::new(text).wrap(usize::from(area.width.saturating_sub(2)).max(1));
    for (y, line) in (area.y + 1..area.y + HEAD).zip(&lines) {
        Row::new().fill(1).safe(line, ui.style(role)).draw(buf, area.x, y, area.width);
    }
}

fn told(known: &Known, ui: &Ui) -> String {
    let profile = &known.profile;
    let mut facts = vec![format!(
        "{} of {}",
        words::count(profile.events as u64),
        words::plural(profile.of as u64, "event")
    )];
    if profile.failed > 0 {
        facts.push(format!("{} failed", words::count(profile.failed as u64)));
    }
    facts.push(match profile.entities {
        1 => "1 entity".to_owned(),
        number => format!("{} entities", words::count(number as u64)),
    });
    facts.extend(profile.first.map(|row| format!("since {}", words::short(row.time(), ui.now, ui.zone))));
    facts.join(" · ")
}

/// Draws lines, scrolled to where the selected one is seen.
fn column(pane: &ActorPane, lines: &[Line], area: Rect, ui: &Ui, buf: &mut Buffer) {
    let selected = pane.items().get(pane.place()).copied();
    let height = usize::from(area.height);
    // The same event may stand under several headings: the place decides, and not the event.
    let nth = pane.items()[..pane.place().min(pane.items().len())]
        .iter()
        .filter(|item| Some(**item) == selected)
        .count();
    let mut same = lines.iter().enumerate().filter(|(_, (item, _))| item.is_some() && *item == selected);
    let place = same.nth(nth).map(|(at, _)| at);
    let above = place.map_or(0, |at| (at + 1).saturating_sub(height * 2 / 3));
    let above = above.min(lines.len().saturating_sub(height));
    for (y, (at, (_, row))) in (area.y..area.bottom()).zip(lines.iter().enumerate().skip(above)) {
        let chosen = Some(at) == place;
        let mark = if chosen { "▌" } else { " " };
        Row::new().put(mark, ui.style(Role::Focused)).join(row.clone()).draw(buf, area.x, y, area.width);
        if chosen {
            buf.set_style(Rect { y, height: 1, ..area }, ui.style(Role::Selected));
        }
    }
    let bar = Rect { x: area.right().saturating_sub(1), width: 1, ..area };
    Extent { len: lines.len(), above, shown: height }.draw(buf, bar, ui.style(Role::Rule));
}

fn heading(text: &str, ui: &Ui) -> Line {
    (None, Row::new().put(text, ui.style(Role::Header)))
}

fn counts(known: &Known, width: usize, ui: &Ui) -> Vec<Line> {
    let profile = &known.profile;
    let room = width.saturating_sub(2);
    let mut lines = vec![heading("Names", ui)];
    for (nth, alias) in profile.aliases.iter().enumerate() {
        let name = alias.name.as_deref().or(alias.id.as_deref()).unwrap_or("–");
        let id = alias.id.as_deref().filter(|id| *id != name);
        let count = Row::new().put(&words::count(alias.count as u64), ui.style(Role::Text)).fill_by(1);
        let left = room.saturating_sub(count.width() + 2);
        let place = [Some(&*alias.source), id].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let row = Row::new().cell(name, (left / 2).min(30), ui.style(Role::Actor)).fill_by(2);
        let rest = left.saturating_sub(row.width());
        let row = row.cut(&place, rest, ui.style(Role::Dim)).fill(left).fill_by(2).join(count);
        lines.push((Some(Item::Alias(nth)), row));
    }
    put_counts(&mut lines, "What was done", &profile.actions, Item::Action, room, ui);
    lines.push((None, Row::new()));
    lines.push(heading("When", ui));
    lines.extend(strip(&profile.hours, room, ui));
    put_counts(&mut lines, "To what", &profile.types, Item::Type, room, ui);
    lines.push((None, Row::new()));
    lines
}

fn put_counts(
    lines: &mut Vec<Line>,
    title: &str,
    values: &[FacetValue],
    item: fn(usize) -> Item,
    room: usize,
    ui: &Ui,
) {
    let Some(most) = values.first().map(|value| value.count) else { return };
    lines.push((None, Row::new()));
    lines.push(heading(title, ui));
    let rows = values.iter().map(|value| count_row(value, most, room, ui));
    lines.extend(rows.enumerate().map(|(nth, row)| (Some(item(nth)), row)));
}

fn count_row(value: &FacetValue, most: usize, room: usize, ui: &Ui) -> Row {
    let name = (room / 2).min(24);
    let row = Row::new()
        .cell(&value.value, name, ui.style(Role::Text))
        .right(&words::count(value.count as u64), 8, ui.style(Role::Text))
        .fill_by(2);
    let bar = BAR.min(room.saturating_sub(row.width()));
    let cells = (value.count * bar).div_ceil(most.max(1)).min(bar);
    row.rule("━", cells, ui.style(Role::Accent))
}

/// One line for each weekday, one cell or two for each hour.
fn strip(hours: &[[u32; 24]; 7], room: usize, ui: &Ui) -> Vec<Line> {
    let wide = if room >= 54 { 2 } else { 1 };
    let most = hours.iter().flatten().copied().max().unwrap_or(0).max(1);
    let mut scale = Row::new().fill(5);
    for hour in [0, 6, 12, 18] {
        scale = scale.cell(&hour.to_string(), 6 * wide, ui.style(Role::Dim));
    }
    let mut lines = vec![(None, scale)];
    for (name, day) in DAYS.iter().zip(hours) {
        let mut row = Row::new().cell(name, 5, ui.style(Role::Dim));
        for count in day {
            let level = (u64::from(*count) * 8).div_ceil(u64::from(most)).saturating_sub(1);
            row = match count {
                0 => row.put("·", ui.style(Role::Rule)).fill_by(wide - 1),
                _ => row.put(&LEVELS[level as usize].repeat(wide), ui.style(Role::Accent)),
            };
        }
        lines.push((None, row));
    }
    lines
}

fn events(known: &Known, width: usize, ui: &Ui) -> Vec<Line> {
    let profile = &known.profile;
    let sections: [(&str, &[RowId]); 3] = [
        ("Last events", &profile.latest),
        ("Failed", &profile.failures),
        ("For the first time", &profile.touches),
    ];
    let mut lines = Vec::new();
    for (title, rows) in sections.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        if !lines.is_empty() {
            lines.push((None, Row::new()));
        }
        lines.push(heading(title, ui));
        lines.extend(rows.iter().map(|row| {
            let line =
                known.event(*row).map(|event| brief::line(event, width.saturating_sub(3), Beside::Gist, ui));
            (Some(Item::Event(*row)), line.unwrap_or_default())
        }));
    }
    lines
}
