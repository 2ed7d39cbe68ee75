//! One event as a row of the list.
//!
//! ```text
//! ▌10:30:05  < rollback  decision_flow  Default Recomm…  jane.smith…  kaireon-prod  v5 → back to v3
//!  16:45:10  ~ update    service        Orders           ci key       micro-prod    owner "a" → "b" +2
//!  time      action      type           entity           actor        source        summary
//! ```

use super::columns::{ACTION, Clock, Column, Columns, DATED, GAP, MARK};
use crate::diff::Versions;
use crate::domain::{Actor, ActorKind, Change, Event, LinkState, RowId, Safe, Status, UserData};
use crate::tui::draw::Row;
use crate::tui::gist;
use crate::tui::pane;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// How a row is marked, beside its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Mark {
    None,
    /// It is selected, and the keys go elsewhere.
    Selected,
    /// It is selected, and the keys go to its list.
    Focused,
}

/// The most cells of an actor below the action, where what follows begins after it.
const ACTOR: usize = 18;

/// How wide a summary has to be for a mark, such as that of a broken link, to come with its word.
const LINK_WORD: usize = 28;

/// What the user made of an event, between its time and what was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) enum Sign {
    #[default]
    None,
    /// There is a bookmark.
    Bookmark,
    /// There is a note.
    Note,
}

impl Sign {
    /// What `user` made of `event`.
    pub(in crate::tui) fn of(event: &Event, user: &UserData) -> Self {
        if user.note(event.id).is_some() {
            Self::Note
        } else if user.bookmarks.contains(&event.id) {
            Self::Bookmark
        } else {
            Self::None
        }
    }

    /// The sign in the gap, with a blank behind it.
    fn row(self, looks: Looks, ui: &Ui) -> Row {
        let style = ui.style(Role::Accent);
        let sign = match self {
            // The mark of the selection is in the place of the other one. The selection is always one end of a
            // range: there the bar goes on in the mark.
            _ if looks.chosen == Chosen::Marked && looks.mark != Mark::None => looks.chosen.sign(),
            Self::None => " ",
            Self::Bookmark => "★",
            Self::Note => "✎",
        };
        if sign == " " { Row::new().fill(GAP) } else { Row::new().put(sign, style).fill(GAP) }
    }
}

/// Whether the user chose an event, alone or with those around it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) enum Chosen {
    #[default]
    No,
    /// It is marked.
    Marked,
    /// It is in the range that was begun.
    Ranged,
}

impl Chosen {
    fn sign(self) -> &'static str {
        match self {
            Self::No => " ",
            Self::Marked => "*",
            Self::Ranged => "┃",
        }
    }
}

/// What a row says in its time column.
pub(in crate::tui) fn time(row: RowId, ui: &Ui, width: usize) -> String {
    match width {
        _ if ui.ages => words::age(row.time(), ui.now),
        DATED.. => words::short(row.time(), ui.now, ui.zone),
        _ => words::clock(row.time(), ui.zone, width >= 8),
    }
}

/// What was done, as glyph and word. What failed shows that instead of its own glyph.
pub(in crate::tui) fn action(event: &Event) -> String {
    let record = &event.record;
    let glyph = if record.status == Status::Failed { '!' } else { record.action.glyph() };
    format!("{glyph} {}", record.action.word())
}

/// How the action of an event looks.
pub(in crate::tui) fn action_style(event: &Event, ui: &Ui) -> ratatui::style::Style {
    match (event.record.status, &event.record.action) {
        (Status::Failed, _) => ui.style(Role::Failed),
        (_, action) => ui.theme.for_action(action),
    }
}

/// What was said about an event in one line, and the label that has to stand before it.
fn said(event: &Event) -> (&'static str, &str) {
    let record = &event.record;
    let summary = record.summary.as_deref();
    match &record.ai_summary {
        _ if record.status == Status::Failed => {
            ("failed", record.error.as_deref().or(summary).unwrap_or_default())
        }
        Some(text) => ("AI", text),
        None => ("", summary.unwrap_or_default()),
    }
}

/// What an event did, in the fewest words: what a person or a model wrote about it or the versions it
/// names, else the fields it changed, else the sentence that the feed built, where that says more than the
/// row does.
fn gist(event: &Event) -> (&'static str, String) {
    let (label, text) = beside_entity(event);
    let versions = Versions::of(&event.record.changes).words(&event.record.action);
    match versions.filter(|_| label.is_empty()) {
        Some(versions) if text.is_empty() => (label, versions),
        Some(versions) => (label, format!("{versions} · {text}")),
        None => (label, text),
    }
}

/// The same for a place that shows the versions by themselves.
fn beside_versions(event: &Event) -> (&'static str, String) {
    let (label, text) = said(event);
    if !label.is_empty() {
        return (label, text.to_owned());
    }
    let is_version = |change: &Change| Versions::of(std::slice::from_ref(change)) != Versions::default();
    let (versions, fields): (Vec<_>, Vec<_>) =
        event.record.changes.iter().partition(|change| is_version(change));
    let otherwise = if versions.is_empty() { text.to_owned() } else { String::new() };
    (label, gist::of(fields.into_iter()).unwrap_or(otherwise))
}

/// The same for a place that shows the action and the entity by themselves too: a sentence that only
/// repeats them (`Updated service "Orders"`) is left out.
pub(in crate::tui) fn beside_entity(event: &Event) -> (&'static str, String) {
    let (label, text) = beside_versions(event);
    let Some(entity) = event.record.entity.label().filter(|_| label.is_empty()) else { return (label, text) };
    let rest = text.replacen(entity, "", 1);
    let names_it = rest.len() < text.len() && rest.split_whitespace().count() <= 4;
    (label, if names_it || is_bare(&text, event) { String::new() } else { text })
}

/// Whether a sentence names nothing but what was done and the type of what it was done to: `Updated Customer`.
fn is_bare(text: &str, event: &Event) -> bool {
    let kind = event.record.entity.kind.as_deref().unwrap_or_default().to_lowercase();
    let action: String = event.record.action.word().chars().take(4).collect();
    let is_known = |word: &str| {
        let word = word.to_lowercase();
        word.starts_with(&action) || kind.split(['_', '-', ' ']).any(|part| part == word) || word == kind
    };
    text.split_whitespace().all(is_known)
}

/// How an event is shown beside what it says.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Looks {
    pub(in crate::tui) mark: Mark,
    pub(in crate::tui) sign: Sign,
    pub(in crate::tui) chosen: Chosen,
    /// How many events the line stands for.
    pub(in crate::tui) stands_for: usize,
    pub(super) clock: Clock,
}

/// An event as one line.
pub(super) fn one_line(event: &Event, columns: &Columns, looks: Looks, ui: &Ui) -> Row {
    let mut row = mark(looks, ui);
    for (at, (column, width)) in columns.cells.iter().enumerate() {
        row = match at {
            0 => row,
            // What the user made of the event stands before the second column.
            1 => row.join(looks.sign.row(looks, ui)),
            _ => row.fill_by(GAP),
        };
        row = row.join(cell(event, *column, *width, columns.actor_kind, looks, ui));
    }
    row
}

fn cell(event: &Event, column: Column, width: usize, actor_kind: bool, looks: Looks, ui: &Ui) -> Row {
    let record = &event.record;
    let (row, dim) = (Row::new(), ui.style(Role::Dim));
    match column {
        Column::Time => row.right(&time(event.row, ui, width), width, ui.style(Role::Time)),
        Column::Action => row.cell(&action(event), width, action_style(event, ui)),
        Column::Type => row.cell(record.entity.kind.as_deref().unwrap_or_default(), width, dim),
        Column::Entity => row.cell(entity(event), width, ui.style(Role::Entity)),
        Column::Actor => actor(&record.actor, width, actor_kind, ui),
        Column::ActorType => row.cell(record.actor.kind.word(), width, dim),
        Column::Source => row.cell(&event.source, width, dim),
        Column::Status => row.cell(record.status.word(), width, ui.theme.for_status(record.status)),
        Column::Summary => summary(event, width, looks.stands_for, ui),
    }
}

/// An event as two lines: what and which above, who and how below.
pub(super) fn two_lines(event: &Event, width: usize, looks: Looks, ui: &Ui) -> [Row; 2] {
    let time = if looks.clock == Clock::Dated { DATED } else { 5 };
    let first = mark(looks, ui)
        .right(&self::time(event.row, ui, time), time, ui.style(Role::Time))
        .join(looks.sign.row(looks, ui))
        .cell(&action(event), ACTION, action_style(event, ui));
    let room = width.saturating_sub(first.width() + GAP);
    let indent = MARK + time + GAP;
    let mut second = mark(looks, ui).fill(indent);
    let room_below = width.saturating_sub(indent);
    // The text below begins where the entity above does.
    let name = Safe::line(event.record.actor.label().unwrap_or("–"));
    let is_cut = short_name(&name, ACTION).ends_with('…');
    let longest = if is_cut { name.width().clamp(ACTION, ACTOR) } else { ACTION };
    second = second.join(actor(&event.record.actor, room_below.min(longest), false, ui)).fill_by(GAP);
    let left = width.saturating_sub(second.width());
    [
        first.fill_by(GAP).cell(entity(event), room, ui.style(Role::Entity)),
        second.join(summary(event, left, looks.stands_for, ui)),
    ]
}

/// The row of an event that is not here yet: its time is known from its place.
pub(in crate::tui) fn placeholder(row: RowId, width: usize, looks: Looks, ui: &Ui) -> Row {
    let start = mark(looks, ui).right(&time(row, ui, width), width, ui.style(Role::Time));
    start.fill_by(GAP).put("…", ui.style(Role::Dim))
}

/// The first cell of a row.
fn mark(looks: Looks, ui: &Ui) -> Row {
    match looks.mark {
        Mark::None if looks.chosen != Chosen::No => {
            Row::new().put(looks.chosen.sign(), ui.style(Role::Accent))
        }
        Mark::None | Mark::Focused => pane::mark(looks.mark == Mark::Focused, ui),
        Mark::Selected => Row::new().put("▏", ui.style(Role::Focused)),
    }
}

/// The name of an actor, and what it is where it is no person.
fn actor(actor: &Actor, width: usize, with_kind: bool, ui: &Ui) -> Row {
    let name = Safe::line(actor.label().unwrap_or("–"));
    let kind = actor.kind.word();
    let person = matches!(actor.kind, ActorKind::User | ActorKind::Unknown);
    let kind = if with_kind && !person && kind != name.as_str() { kind } else { "" };
    let room = width.saturating_sub(if kind.is_empty() { 0 } else { kind.len() + 1 });
    let row = Row::new().put(&short_name(&name, room), ui.style(Role::Actor));
    let row = if kind.is_empty() { row } else { row.fill_by(1).put(kind, ui.style(Role::Dim)) };
    row.fill(width)
}

/// A name in at most `room` cells. Of an address the part after the `@` goes first: it is what all
/// addresses of a list have in common, so nothing says that it is left out.
pub(in crate::tui) fn short_name(name: &Safe, room: usize) -> String {
    if name.width() > room
        && let Some((person, _)) = name.as_str().split_once('@')
        && (1..=room).contains(&Safe::line(person).width())
    {
        return person.to_owned();
    }
    name.cut(room).as_str().to_owned()
}

fn entity(event: &Event) -> &str {
    event.record.entity.label().unwrap_or("–")
}

/// Adds a mark and a gap behind it, as far as they fit into `width` cells.
fn marked(row: Row, mark: &str, gap: usize, width: usize, style: ratatui::style::Style) -> Row {
    let left = width.saturating_sub(row.width());
    let gap = gap.min(left.saturating_sub(mark.chars().count()));
    row.cut(mark, left, style).fill_by(gap)
}

fn summary(event: &Event, width: usize, stands_for: usize, ui: &Ui) -> Row {
    let (label, text) = gist(event);
    let style = ui.style(match label {
        "failed" => Role::Failed,
        "AI" => Role::Ai,
        _ => Role::Dim,
    });
    let mut row = Row::new();
    if stands_for > 1 {
        row = row.cut(&format!("×{} ", words::count(stands_for as u64)), width, ui.style(Role::Accent));
    }
    if event.link == LinkState::Broken {
        let (mark, gap) = if width >= LINK_WORD { ("≠ link", 2) } else { ("≠", 1) };
        row = marked(row, mark, gap, width, ui.style(Role::Warning));
    }
    if let Some(fate) = &event.fate {
        let (gone, edited) = if width >= LINK_WORD { ("⌫ gone", "✐ edited") } else { ("⌫", "✐") };
        let gap = if width >= LINK_WORD { 2 } else { 1 };
        if fate.gone_at.is_some() {
            row = marked(row, gone, gap, width, ui.style(Role::Removed));
        }
        if fate.edits > 0 {
            row = marked(row, edited, gap, width, ui.style(Role::Changed));
        }
    }
    let left = width.saturating_sub(row.width());
    if !label.is_empty() {
        let cell = label.len().min(left);
        row = row.cell(label, cell, style).fill_by(usize::from(left > label.len()));
    }
    let left = width.saturating_sub(row.width());
    row.cell(gist::fitted(&text, left), left, ui.style(Role::Dim))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_the_host_goes_first() {
        for (name, room, short) in [
            ("ana@example.com", 15, "ana@example.com"),
            ("ana@example.com", 14, "ana"),
            ("ana@example.com", 3, "ana"),
            ("yuki.tanaka@example.com", 11, "yuki.tanaka"),
            ("yuki.tanaka@example.com", 10, "yuki.tana…"),
            ("@example.com", 6, "@exam…"),
            ("terraform-apply", 10, "terraform…"),
            ("日本@example.com", 6, "日本"),
            ("ana", 0, ""),
        ] {
            assert_eq!(short_name(&Safe::line(name), room), short, "{name} in {room}");
        }
    }

    #[test]
    fn the_gist_is_what_changed_rather_than_that_something_did() {
        use crate::domain::{Action, Op};
        use crate::tui::tests::support::{event, set};
        use serde_json::json;
        let gist_of = |action: Action, changes: Vec<Change>| {
            let mut event = event(1, action, "flow", "F");
            event.record.changes = changes;
            gist(&event).1
        };
        let limit =
            Change { path: "limit".into(), op: Op::Replace, before: Some(json!(9)), after: Some(json!(3)) };
        assert_eq!(gist_of(Action::Update, vec![]), "");
        let said = |text: &str, kind: &str| {
            let mut event = event(1, Action::Update, kind, "cust_140");
            event.record.summary = Some(text.into());
            gist(&event).1
        };
        assert_eq!(said("Updated Customer", "customer"), "");
        assert_eq!(said("Updated Contact Policy", "contact_policy"), "");
        assert_eq!(said("Updated Customer twice", "customer"), "Updated Customer twice");
        assert_eq!(beside_entity(&event(1, Action::Update, "flow", "F")).1, "");
        let mut told = event(1, Action::Update, "flow", "F");
        told.record.summary = Some("Updated F because the partner asked for it".into());
        assert_eq!(beside_entity(&told).1, "Updated F because the partner asked for it");
        assert_eq!(gist_of(Action::Update, vec![limit.clone()]), "limit 9 → 3");
        let version = || set("version", json!(7));
        assert_eq!(gist_of(Action::Publish, vec![version()]), "v7");
        assert_eq!(gist_of(Action::Publish, vec![version(), limit]), "v7 · limit 9 → 3");
    }
}
