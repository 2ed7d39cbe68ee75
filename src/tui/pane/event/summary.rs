//! The Summary tab: what was written about an event, each text under the name of its author, and the
//! facts, which come from the data.

use super::view::Text;
use crate::domain::{Event, Safe, Status};
use crate::tui::draw::Row;
use crate::tui::life::Versions;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// The width of the names of facts.
const NAME: usize = 14;

/// The tab for one event.
pub(super) fn text(ui: &Ui, event: &Event, width: usize) -> Text {
    let mut text = Text::default();
    let record = &event.record;
    if record.status == Status::Failed {
        paragraph(
            &mut text,
            ui,
            ("failed", Role::Failed),
            record.error.as_deref().unwrap_or("The feed does not say why."),
            width,
        );
    }
    if let Some(ai) = &record.ai_summary {
        let label = format!("AI · from {}", ui.feed_name(&event.feed));
        paragraph(&mut text, ui, (&label, Role::Ai), ai, width);
    }
    // A feed whose only text is its model's may offer it as the summary too.
    if let Some(summary) =
        record.summary.as_ref().filter(|summary| Some(*summary) != record.ai_summary.as_ref())
    {
        paragraph(&mut text, ui, ("auto", Role::Automatic), summary, width);
    }
    if let Some(versions) = Versions::of(&record.changes).words(&record.action) {
        paragraph(&mut text, ui, ("version", Role::Dim), &versions, width);
    }
    for (name, value) in facts(ui, event) {
        fact(&mut text, ui, &name, &value, width);
    }
    text
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
        (event.count > 1).then(|| format!("{} times, each time the same", words::count(event.count.into()))),
    );
    for other in &record.facts {
        add(&other.name, Some(other.value.clone()));
    }
    add("page", record.url.clone());
    add("native id", record.identity.native().map(str::to_owned));
    add("event id", Some(event.id.to_string()));
    facts
}

fn fact(text: &mut Text, ui: &Ui, name: &str, value: &str, width: usize) {
    let name_width = NAME.min(width / 3);
    let room = width.saturating_sub(name_width + 2).max(1);
    for (i, line) in Safe::line(value).wrap(room).iter().enumerate() {
        let row = Row::new().cell(if i == 0 { name } else { "" }, name_width, ui.style(Role::Dim)).fill_by(2);
        text.push(row.safe(line, ui.style(Role::Text)));
    }
}
