//! The Summary tab: what was written about an event, each text under the name of its author, and the
//! facts, which come from the data.

use super::fields::{self, Page};
use super::look::Compared;
use super::revisions;
use super::view::Text;
use crate::diff::{MASK, Versions, names_secret};
use crate::domain::{Event, LinkState, Safe, Status, Summary};
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// The widest column of the names of facts; a longer name is cut.
const NAME: usize = 16;

/// The changed fields shown beside the facts, and the lines they may take.
const CHANGES: usize = 6;
const LINES: usize = 12;

/// The tab for one event.
pub(super) fn text(
    ui: &Ui,
    event: &Event,
    (compared, written): (Option<&Compared>, &[&Summary]),
    note: Option<&str>,
    width: usize,
) -> Text {
    let mut text = Text::default();
    let record = &event.record;
    if let Some(note) = note {
        paragraph(&mut text, ui, ("your note", Role::Accent), note, width);
    }
    if record.status == Status::Failed {
        paragraph(
            &mut text,
            ui,
            ("failed", Role::Failed),
            record.error.as_deref().unwrap_or("The feed does not say why."),
            width,
        );
    }
    if event.link == LinkState::Broken {
        let words = format!(
            "The entry before this one does not bear the hash that this one names: an entry is missing, out of \
             place or was written again. {} does not say how its hashes come about, so nothing more can be told.",
            ui.feed_name(&event.feed)
        );
        paragraph(&mut text, ui, ("≠ broken link", Role::Warning), &words, width);
    }
    if let Some(ai) = &record.ai_summary {
        let label = format!("AI · from {}", ui.feed_name(&event.feed));
        paragraph(&mut text, ui, (&label, Role::Ai), ai, width);
    }
    for summary in written {
        paragraph(&mut text, ui, (&summary.label(ui.zone), Role::Ai), &summary.text, width);
    }
    if let Some(summary) = record.automatic() {
        paragraph(&mut text, ui, ("automatic", Role::Automatic), summary, width);
    }
    changed(&mut text, ui, event, compared, width);
    let facts = facts(ui, event);
    let names = facts.iter().map(|(name, _)| Safe::line(name).width());
    let column = names.filter(|name| *name <= NAME).max().unwrap_or(0).min(width * 9 / 20);
    for (name, value) in &facts {
        fact(&mut text, ui, (name, column), value, width);
    }
    revisions::put(&mut text, ui, event, width);
    text
}

/// The first changed fields: who reads no further has seen them.
fn changed(text: &mut Text, ui: &Ui, event: &Event, compared: Option<&Compared>, width: usize) {
    let changes = &event.record.changes;
    let versions = Versions::of(changes).words(&event.record.action);
    if versions.is_none() && changes.is_empty() {
        return;
    }
    let head = Row::new().put(if changes.is_empty() { "version" } else { "changed" }, ui.style(Role::Dim));
    let head = match &versions {
        Some(versions) => head.fill_by(2).cut(versions, width.saturating_sub(9), ui.style(Role::Title)),
        None => head,
    };
    text.push(head);
    // The marks of these fields are of no use outside the tab that shows all of them.
    let mut fields = Text::default();
    let page = Page { ui, look: ui.look, width: width.saturating_sub(2).max(1) };
    let shown = compared.map_or(0, |compared| fields::put(&mut fields, page, compared, CHANGES));
    let more = shown.saturating_sub(CHANGES);
    let cut = fields.lines.len().saturating_sub(LINES);
    for line in fields.lines.into_iter().take(LINES) {
        text.push(Row::new().fill(2).join(line));
    }
    if more > 0 || cut > 0 {
        let rest =
            if more > 0 { format!("… and {} more", words::count(more as u64)) } else { "…".to_owned() };
        let rest = format!("{rest}: {} shows all", ui.key(Command::NextTab));
        text.push(Row::new().fill(2).cut(&rest, width.saturating_sub(2), ui.style(Role::Dim)));
    }
    text.push(Row::new());
}

/// A text under the name of its author.
fn paragraph(text: &mut Text, ui: &Ui, (label, role): (&str, Role), body: &str, width: usize) {
    text.push(Row::new().put(Safe::line(label).cut(width).as_str(), ui.style(role)));
    for line in Safe::new(body).wrap(width.saturating_sub(2).max(1)) {
        text.push(Row::new().fill(2).safe(&line, ui.style(Role::Text)));
    }
    text.push(Row::new());
}

fn facts(ui: &Ui, event: &Event) -> Vec<(String, String)> {
    let record = &event.record;
    let mut facts = Vec::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            facts.push((name.to_owned(), value));
        }
    };
    let raw = record.raw_action.as_deref().filter(|raw| *raw != record.action.word());
    add(
        "action",
        Some(record.action.word().to_owned() + &raw.map(|raw| format!(" (`{raw}`)")).unwrap_or_default()),
    );
    add("status", Some(record.status.word().to_owned()));
    add("type", record.entity.kind.clone());
    add("entity", record.entity.name.clone());
    add("entity id", record.entity.id.clone());
    add("actor", record.actor.name.clone());
    add("actor id", record.actor.id.clone());
    add("actor type", Some(record.actor.kind.word().to_owned()));
    add("time", Some(words::full(record.time, ui.zone)));
    add("source", Some(format!("{} · {}", event.source, ui.feed_name(&event.feed))));
    add("scope", event.scope.as_ref().map(ToString::to_string));
    add("change set", record.set.clone());
    add(
        "seen",
        (event.count > 1).then(|| format!("{} times, each time the same", words::count(event.count))),
    );
    add(
        "gone",
        event
            .gone_at()
            .map(|time| format!("its feed does not have it any more, found {}", words::full(time, ui.zone))),
    );
    add(
        "edited",
        (event.edits() > 0)
            .then(|| format!("{}, each kept: see below", words::plural(event.edits(), "time"))),
    );
    add("link", event.link.words().map(str::to_owned));
    for other in &record.facts {
        let shown = if names_secret(&other.name) { MASK } else { &other.value };
        add(&other.name, Some(shown.to_owned()));
    }
    add("page", record.url.clone());
    add("native id", record.identity.native().map(str::to_owned));
    add("event id", Some(event.id.to_string()));
    facts
}

fn fact(text: &mut Text, ui: &Ui, (name, column): (&str, usize), value: &str, width: usize) {
    let room = width.saturating_sub(column + 2).max(1);
    for (i, line) in wrapped(value, room).iter().enumerate() {
        let row = Row::new().cell(if i == 0 { name } else { "" }, column, ui.style(Role::Dim)).fill_by(2);
        text.push(row.safe(line, ui.style(Role::Text)));
    }
}

/// A value in lines of at most `room` cells; the zone of a time does not stand alone.
fn wrapped(value: &str, room: usize) -> Vec<Safe> {
    let lines = Safe::line(value).wrap(room);
    if let [first, zone] = lines.as_slice()
        && zone.as_str().starts_with(['+', '-'])
        && let Some((day, clock)) = first.as_str().trim_end().rsplit_once(' ')
    {
        return vec![Safe::line(day), Safe::line(&format!("{clock} {}", zone.as_str()))];
    }
    lines
}
