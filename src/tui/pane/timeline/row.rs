//! One event as a row of the list, and which columns a list of a given width has.
//!
//! ```text
//! ▌10:30:05  < rollback  decision_flow  Default Recomm…  jane.smith…  kaireon-prod  v5 → back to v3
//!  16:45:10  ~ update    service        Orders           ci key       micro-prod    owner "a" → "b" +2
//!  time      action      type           entity           actor        source        summary
//! ```
//!
//! Columns leave as the list gets narrower: source, type, the sort of actor, seconds, the actor. Time,
//! action and entity never leave; the summary takes what is left.

use crate::domain::{Actor, ActorKind, Change, Event, LinkState, RowId, Safe, Status};
use crate::tui::draw::Row;
use crate::tui::gist;
use crate::tui::life::Versions;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// The width of each column; zero is a column that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::tui) struct Columns {
    pub(super) time: usize,
    pub(super) kind: usize,
    pub(super) entity: usize,
    pub(super) actor: usize,
    /// Whether an actor that is no person says so, in the column of the actor.
    pub(super) actor_kind: bool,
    pub(super) source: usize,
    pub(super) summary: usize,
}

/// How a row is marked, beside its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Mark {
    None,
    /// It is selected, and the keys go elsewhere.
    Selected,
    /// It is selected, and the keys go to its list.
    Focused,
}

/// The glyph, a space, and the longest word that all feeds share.
const ACTION: usize = 10;

/// The mark of the selection and what stands between two columns.
const MARK: usize = 1;
const GAP: usize = 2;

/// How wide a summary has to be for the mark of a broken link to come with its word.
const LINK_WORD: usize = 28;

impl Columns {
    /// The columns of a list with one line for each event.
    pub(in crate::tui) fn of(width: usize, ages: bool) -> Self {
        let has = |from: usize, wide: usize| if width >= from { wide } else { 0 };
        let mut columns = Self {
            time: if ages || width < 84 { 5 } else { 8 },
            kind: has(104, 14),
            entity: 0,
            actor: match width {
                ..64 => 0,
                64..84 => 12,
                84..120 => 16,
                _ => 20,
            },
            actor_kind: width >= 92,
            source: has(140, 16),
            summary: 0,
        };
        let rest = width.saturating_sub(columns.used());
        columns.entity = (rest / 2).clamp(12, 30);
        columns.summary = rest.saturating_sub(columns.entity);
        columns
    }

    /// What all columns but the entity and the summary take.
    fn used(&self) -> usize {
        let optional = [self.kind, self.actor, self.source];
        let gaps = optional.iter().filter(|width| **width > 0).count() * GAP;
        MARK + self.time + GAP + ACTION + optional.iter().sum::<usize>() + gaps + 2 * GAP
    }
}

/// What a row says in its time column.
pub(in crate::tui) fn time(row: RowId, ui: &Ui, width: usize) -> String {
    if ui.ages { words::age(row.time(), ui.now) } else { words::clock(row.time(), ui.zone, width >= 8) }
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
/// names, else the fields it changed, else the sentence that the feed built.
fn gist(event: &Event) -> (&'static str, String) {
    let (label, text) = beside_versions(event);
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
    let repeats = rest.len() < text.len() && rest.split_whitespace().count() <= 4;
    (label, if repeats { String::new() } else { text })
}

/// An event as one line.
pub(in crate::tui) fn one_line(event: &Event, columns: Columns, selected: Mark, ui: &Ui) -> Row {
    let record = &event.record;
    let dim = ui.style(Role::Dim);
    let mut row =
        start(event.row, columns.time, selected, ui).cell(&action(event), ACTION, action_style(event, ui));
    let kind = record.entity.kind.as_deref().unwrap_or_default();
    let optional = |row: Row, text: &str, width: usize, style| {
        if width == 0 { row } else { row.fill_by(GAP).cell(text, width, style) }
    };
    row = optional(row, kind, columns.kind, dim);
    row = optional(row, entity(event), columns.entity, ui.style(Role::Entity));
    if columns.actor > 0 {
        row = row.fill_by(GAP).join(actor(&record.actor, columns.actor, columns.actor_kind, ui));
    }
    row = optional(row, &event.source, columns.source, dim);
    if columns.summary > 0 {
        row = row.fill_by(GAP).join(summary(event, columns.summary, ui));
    }
    row
}

/// An event as two lines: what and which above, who and how below.
pub(in crate::tui) fn two_lines(event: &Event, width: usize, selected: Mark, ui: &Ui) -> [Row; 2] {
    let time = 5;
    let first = start(event.row, time, selected, ui).cell(&action(event), ACTION, action_style(event, ui));
    let room = width.saturating_sub(first.width() + GAP);
    let indent = MARK + time + GAP;
    let mut second = mark(selected, ui).fill(indent);
    let room_below = width.saturating_sub(indent);
    // The text below begins where the entity above does.
    second = second.join(actor(&event.record.actor, room_below.min(ACTION), false, ui)).fill_by(GAP);
    let left = width.saturating_sub(second.width());
    [
        first.fill_by(GAP).cell(entity(event), room, ui.style(Role::Entity)),
        second.join(summary(event, left, ui)),
    ]
}

/// The row of an event that is not here yet: its time is known from its place.
pub(in crate::tui) fn placeholder(row: RowId, columns: Columns, selected: Mark, ui: &Ui) -> Row {
    start(row, columns.time, selected, ui).put("…", ui.style(Role::Dim))
}

fn start(row: RowId, width: usize, selected: Mark, ui: &Ui) -> Row {
    mark(selected, ui).right(&time(row, ui, width), width, ui.style(Role::Time)).fill_by(GAP)
}

fn mark(mark: Mark, ui: &Ui) -> Row {
    match mark {
        Mark::None => Row::new().fill_by(MARK),
        Mark::Selected => Row::new().put("▏", ui.style(Role::Focused)),
        Mark::Focused => Row::new().put("▌", ui.style(Role::Focused)),
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
/// addresses of a list have in common.
pub(in crate::tui) fn short_name(name: &Safe, room: usize) -> String {
    if name.width() > room
        && let Some((person, _)) = name.as_str().split_once('@')
        && (1..room).contains(&Safe::line(person).width())
    {
        return format!("{person}…");
    }
    name.cut(room).as_str().to_owned()
}

fn entity(event: &Event) -> &str {
    event.record.entity.label().unwrap_or("–")
}

fn summary(event: &Event, width: usize, ui: &Ui) -> Row {
    let (label, text) = gist(event);
    let style = ui.style(match label {
        "failed" => Role::Failed,
        "AI" => Role::Ai,
        _ => Role::Dim,
    });
    let mut row = Row::new();
    if event.link == LinkState::Broken {
        let (mark, gap) = if width >= LINK_WORD { ("≠ link", 2) } else { ("≠", 1) };
        row = row.put(mark, ui.style(Role::Warning)).fill_by(gap);
    }
    let left = width.saturating_sub(row.width());
    if !label.is_empty() {
        row = row.cell(label, label.len().min(left), style).fill_by(usize::from(left > label.len()));
    }
    let left = width.saturating_sub(row.width());
    row.cell(&text, left, ui.style(Role::Dim))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_leave_in_order_and_fill_the_width_exactly() {
        let mut seen = Vec::new();
        for width in (30..=200).rev() {
            let columns = Columns::of(width, false);
            if width >= 60 {
                assert_eq!(columns.used() + columns.entity + columns.summary, width, "{columns:?}");
                assert!(columns.summary >= 10, "{width}: {columns:?}");
            }
            assert!(columns.entity >= 12, "{width}: {columns:?}");
            assert!(width < 76 || columns.summary >= 16, "{width}: {columns:?}");
            let gone = [
                ("source", columns.source == 0),
                ("type", columns.kind == 0),
                ("actor type", !columns.actor_kind),
                ("seconds", columns.time < 8),
                ("actor shortened", columns.actor < 16),
                ("actor", columns.actor == 0),
            ];
            for (name, gone) in gone {
                if gone && !seen.contains(&name) {
                    seen.push(name);
                }
            }
        }
        // The actor's column gets narrower at once with the seconds.
        assert_eq!(seen, ["source", "type", "actor type", "seconds", "actor shortened", "actor"]);
    }

    #[test]
    fn of_an_address_the_host_goes_first() {
        for (name, room, short) in [
            ("ana@example.com", 15, "ana@example.com"),
            ("ana@example.com", 14, "ana…"),
            ("yuki.tanaka@example.com", 12, "yuki.tanaka…"),
            ("yuki.tanaka@example.com", 11, "yuki.tanak…"),
            ("@example.com", 6, "@exam…"),
            ("terraform-apply", 10, "terraform…"),
            ("日本@example.com", 6, "日本…"),
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
        assert_eq!(gist_of(Action::Update, vec![]), "update of F");
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
