//! The last line: a notice or what is going on, and the keys that lead further.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::Safe;
use crate::tui::app::App;
use crate::tui::command::{Command, Context};
use crate::tui::draw::Row;
use crate::tui::message::Weight;
use crate::tui::overlay::Overlay;
use crate::tui::pane::Screen;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Draws the line.
pub(super) fn draw(app: &App, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    let width = usize::from(area.width);
    let left = if matches!(app.overlays.last(), Some(Overlay::Quit)) {
        let question = format!("Quit? `{}` again quits, any other key stays", ui.key(Command::Close));
        Row::new().fill(1).cut(&question, width.saturating_sub(2), ui.style(Role::Warning))
    } else if let Some(Overlay::Reveal(_, path)) = app.overlays.last() {
        let question =
            format!("Show `{path}`? `{}` again shows it, any other key does not", ui.key(Command::Reveal));
        Row::new().fill(1).cut(&question, width.saturating_sub(2), ui.style(Role::Warning))
    } else if let Some(Overlay::DropView(name)) = app.overlays.last() {
        let key = ui.key(Command::DropView);
        let question = format!("Remove the view `{name}`? `{key}` again removes it, any other key keeps it");
        Row::new().fill(1).cut(&question, width.saturating_sub(2), ui.style(Role::Warning))
    } else if let Some(notice) = &app.notice {
        let role = match notice.weight {
            Weight::Info => Role::Text,
            Weight::Error => Role::Failed,
        };
        let text = Safe::line(&notice.text).cut(width.saturating_sub(2));
        with_spinner(app, Row::new().fill(1).put(text.as_str(), ui.style(role)), 3, width)
    } else {
        state(app, width)
    };
    let room = width.saturating_sub(left.width() + 3);
    left.with_right(hints(app, room), width).draw(buf, area.x, area.y, area.width);
}

/// The next keys on each screen, the most useful last, with what they do in a word or two.
const IN_LIST: &[(Command, &str)] = &[
    (Command::NextPane, "pane"),
    (Command::NextTab, "next tab"),
    (Command::Open, "open"),
    (Command::OpenLifecycle, "life"),
    (Command::EditFilter, "filter"),
];
const IN_EVENT: &[(Command, &str)] = &[
    (Command::NextOfEntity, "older"),
    (Command::OpenLifecycle, "life"),
    (Command::DiffLayout, "layout"),
    (Command::NextChange, "next change"),
    (Command::NextTab, "next tab"),
    (Command::Back, "back"),
];
const IN_RELATED: &[(Command, &str)] = &[
    (Command::OpenActor, "actor"),
    (Command::Around, "around"),
    (Command::NextTab, "next tab"),
    (Command::Open, "open"),
    (Command::Back, "back"),
];
const IN_LIFECYCLE: &[(Command, &str)] = &[
    (Command::GoToTime, "state at a time"),
    (Command::Compare, "compare"),
    (Command::Open, "open"),
    (Command::NextTab, "next tab"),
    (Command::Back, "back"),
];
const IN_COMPARE: &[(Command, &str)] = &[
    (Command::NextOfEntity, "older on the right"),
    (Command::DiffLayout, "layout"),
    (Command::NextChange, "next change"),
    (Command::Back, "back"),
];
const IN_SUSPECTS: &[(Command, &str)] = &[
    (Command::ShorterWindow, "shorter"),
    (Command::LongerWindow, "longer"),
    (Command::Open, "open"),
    (Command::Back, "back"),
];
const IN_ACTOR: &[(Command, &str)] = &[(Command::Open, "open or filter"), (Command::Back, "back")];
const IN_SOURCES: &[(Command, &str)] = &[
    (Command::RefreshAll, "refresh all"),
    (Command::Unreadable, "unreadable"),
    (Command::TestSource, "test"),
    (Command::PauseSource, "pause"),
    (Command::Backfill, "backfill"),
    (Command::Open, "coverage"),
    (Command::RefreshSource, "refresh"),
    (Command::Back, "back"),
];
const IN_SCOPES: &[(Command, &str)] =
    &[(Command::Unreadable, "unreadable"), (Command::Open, "fetch"), (Command::Back, "back")];
const IN_VIEWS: &[(Command, &str)] = &[(Command::Open, "show"), (Command::Back, "back")];
const IN_FACETS: &[(Command, &str)] = &[
    (Command::Mark, "mark"),
    (Command::NarrowValues, "narrow"),
    (Command::Facets, "hide"),
    (Command::Back, "back"),
    (Command::ExcludeValue, "exclude"),
    (Command::IncludeValue, "include"),
];
const IN_HISTOGRAM: &[(Command, &str)] = &[
    (Command::Back, "back"),
    (Command::Stack, "stack"),
    (Command::Range, "range"),
    (Command::NextBar, "later"),
    (Command::PreviousBar, "earlier"),
    (Command::ApplyRange, "only these"),
];
const ANYWHERE: &[(Command, &str)] = &[(Command::Help, "help"), (Command::Palette, "command")];
const TYPING: &[(Command, &str)] =
    &[(Command::Complete, "complete"), (Command::Accept, "apply"), (Command::Cancel, "as it was")];

/// After the first key of a sequence: what may follow stands above, with the way to the rest of it.
const BEGUN: &[(Command, &str)] = &[(Command::Back, "close")];

const IN_HELP: &[(Command, &str)] =
    &[(Command::Down, "down"), (Command::Find, "find"), (Command::Back, "close")];

/// A text that was asked for.
const IN_TEXT: &[(Command, &str)] = &[(Command::Down, "down"), (Command::Back, "close")];

/// While there is nothing in the list.
const IN_NOTHING: &[(Command, &str)] =
    &[(Command::Sources, "sources"), (Command::RefreshAll, "refresh all"), (Command::EditFilter, "filter")];

const PICKING: &[(Command, &str)] =
    &[(Command::NextChoice, "next"), (Command::Accept, "choose"), (Command::Cancel, "close")];

pub(in crate::tui) const ASKED: &[(Command, &str)] =
    &[(Command::Accept, "done"), (Command::Cancel, "leave it")];

const EXPORTING: &[(Command, &str)] = &[
    (Command::NextChoice, "next line"),
    (Command::Complete, "change it"),
    (Command::Cancel, "leave"),
    (Command::Accept, "write"),
];

const NARROWING: &[(Command, &str)] = &[(Command::Accept, "choose"), (Command::Cancel, "list all")];

const CHOOSING: &[(Command, &str)] = &[
    (Command::NextChoice, "next"),
    (Command::Complete, "take"),
    (Command::Accept, "apply"),
    (Command::Cancel, "close"),
];

/// As many of the next keys as fit into `room` cells.
fn hints(app: &App, room: usize) -> Row {
    let ui = &app.ui;
    let here = match (app.overlays.last(), app.above.last()) {
        (Some(Overlay::Help(_)), _) => IN_HELP,
        (Some(Overlay::Told(_)), _) => IN_TEXT,
        // The question says what the keys do.
        (Some(Overlay::Quit | Overlay::Reveal(..)), _) => return Row::new(),
        (Some(_), _) => &[],
        (None, _) if app.in_related() => IN_RELATED,
        (None, Some(Screen::Event(_))) => IN_EVENT,
        (None, Some(Screen::Lifecycle(_))) => IN_LIFECYCLE,
        (None, Some(Screen::Compare(_))) => IN_COMPARE,
        (None, Some(Screen::Suspects(_))) => IN_SUSPECTS,
        (None, Some(Screen::Actor(_))) => IN_ACTOR,
        (None, Some(Screen::Sources(pane))) if pane.scope.is_some() => IN_SCOPES,
        (None, Some(Screen::Sources(_))) => IN_SOURCES,
        (None, Some(Screen::Views(_))) => IN_VIEWS,
        (None, Some(Screen::Histogram(_))) => IN_HISTOGRAM,
        // There is nothing that could be asked for anything.
        (None, None) if app.sources.is_empty() && app.timeline.counts().1 == 0 => &[(Command::Close, "quit")],
        (None, None) if app.timeline.place().is_none() => IN_NOTHING,
        (None, None) if app.in_facets() => IN_FACETS,
        (None, None) if app.in_preview => IN_EVENT,
        (None, None) => IN_LIST,
    };
    let all = match app.context() {
        _ if !app.pressed.is_empty() => BEGUN.to_vec(),
        _ if matches!(app.overlays.last(), Some(Overlay::Help(help)) if !help.typing) => here.to_vec(),
        Context::Prompt if app.overlays.is_empty() && app.popup.is_shown() => CHOOSING.to_vec(),
        Context::Prompt if app.facets.typing() => NARROWING.to_vec(),
        Context::Prompt => match app.overlays.last() {
            Some(Overlay::Export(_)) => EXPORTING.to_vec(),
            Some(Overlay::Ai(ai)) => ai.hints(),
            Some(Overlay::Pick(_)) => PICKING.to_vec(),
            Some(_) => ASKED.to_vec(),
            None => TYPING.to_vec(),
        },
        _ => [here, ANYWHERE].concat(),
    };
    keys(&all, room, ui)
}

/// As many of these keys as fit into `room` cells, with what they do, the last of them first.
pub(in crate::tui) fn keys(all: &[(Command, &str)], room: usize, ui: &Ui) -> Row {
    let mut row = Row::new();
    for (command, word) in all.iter().copied().rev() {
        let Some(key) = ui.keymap.keys_of(command).into_iter().next() else { continue };
        let hint = Row::new()
            .put(&key, ui.style(Role::Key))
            .put(&format!(" {word}"), ui.style(Role::Dim))
            .fill_by(if row.width() == 0 { 1 } else { 3 });
        if hint.width() + row.width() > room {
            break;
        }
        row = hint.join(row);
    }
    row
}

/// `/scoring 2/5`: what was looked for, and which of those found is selected.
fn found(app: &App, text: &str) -> Row {
    let ui = &app.ui;
    let row = Row::new().put("/", ui.style(Role::Accent)).cut(text, 24, ui.style(Role::Accent)).fill_by(1);
    let number = match app.search.count(app.timeline.selected()) {
        None => "…".to_owned(),
        Some((_, 0)) => "nothing found".to_owned(),
        Some((None, of)) => format!("{} found", words::count(of as u64)),
        Some((Some(place), of)) => format!("{}/{}", words::count(place as u64 + 1), words::count(of as u64)),
    };
    row.put(&number, ui.style(Role::Dim))
}

/// The cells of the last two hints, with the gap before them.
const HELP: usize = 21;

/// The line with what is under way behind it, where that takes a while and has room.
fn with_spinner(app: &App, left: Row, gap: usize, width: usize) -> Row {
    let Some((glyph, words)) = app.spinning() else { return left };
    let (accent, dim) = (app.ui.style(Role::Accent), app.ui.style(Role::Dim));
    let alone = Row::new().fill(gap).put(glyph, accent);
    let told = alone.clone().fill_by(1).put(&words, dim);
    // The way to the help is worth more than the words.
    let room = width.saturating_sub(left.width());
    if told.width() + HELP < room {
        left.join(told)
    } else if alone.width() < room {
        left.join(alone)
    } else {
        left
    }
}

/// `^ 7 new   follow on   12/1,204   ⠹ syncing prod`.
fn state(app: &App, width: usize) -> Row {
    let ui = &app.ui;
    let dim = ui.style(Role::Dim);
    let mut row = Row::new().fill(1);
    let arrivals = app.timeline.arrivals();
    if arrivals > 0 {
        let text = format!("^ {} new", words::count(arrivals as u64));
        row = row.put(&text, ui.style(Role::Accent)).fill_by(3);
    }
    row = row.put(if app.timeline.follows() { "follow on" } else { "follow off" }, dim).fill_by(3);
    let follow = row.width();
    if let (Some(place), true) = (app.timeline.place(), app.above.is_empty()) {
        let of = app.timeline.list().len();
        row = row.put(&format!("{}/{}", words::count(place as u64 + 1), words::count(of as u64)), dim);
    }
    if let Some(pinned) = &app.pinned {
        let what = pinned.record.entity.label().unwrap_or_default();
        let time = words::short(pinned.record.time, ui.now, ui.zone);
        let text = format!("pinned {} {time}", Safe::line(what).cut(24).as_str());
        row = row.fill_by(3).put(&text, ui.style(Role::Accent));
    }
    let marked = app.timeline.marked();
    if let (Some(ranged), true) = (app.timeline.range_len(), app.above.is_empty()) {
        let next = format!(", {} ends it", ui.key(Command::Range));
        let next = if ui.area.width < 60 { "" } else { &next };
        let text = format!("range of {}{next}", words::count(ranged as u64));
        row = row.fill_by(3).put(&text, ui.style(Role::Accent));
    } else if marked > 0 && app.above.is_empty() {
        row = row.fill_by(3).put(&format!("{} marked", words::count(marked as u64)), ui.style(Role::Accent));
    }
    if let (Some(text), true) = (app.search.text(), app.above.is_empty()) {
        row = row.fill_by(3).join(found(app, text));
    }
    let gap = if row.width() > follow { 3 } else { 0 };
    with_spinner(app, row, gap, width)
}
