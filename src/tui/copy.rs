//! What can be copied, and the text that goes to the clipboard.
//!
//! The text is made fit to be pasted into a terminal: it holds nothing that a terminal would obey.

use super::command::Command;
use super::filter::Filter;
use super::settings::Ui;
use super::words;
use crate::diff::{Comparison, Leaving, Subject, Versions};
use crate::domain::{Event, Safe, escape_json};
use std::borrow::Cow;

/// The largest event whose changes are written out between two keys, in bytes; clipboards take less.
const LARGEST: usize = 256 * 1024;

/// Something that can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copy {
    Line,
    EventId,
    EntityId,
    Actor,
    Json,
    Query,
    Permalink,
    Diff,
    Markdown,
    Patch,
}

impl Copy {
    /// What a command copies.
    pub(super) fn of(command: Command) -> Option<Self> {
        Some(match command {
            Command::CopyLine => Self::Line,
            Command::CopyEventId => Self::EventId,
            Command::CopyEntityId => Self::EntityId,
            Command::CopyActor => Self::Actor,
            Command::CopyJson => Self::Json,
            Command::CopyQuery => Self::Query,
            Command::CopyPermalink => Self::Permalink,
            Command::CopyDiff => Self::Diff,
            Command::CopyMarkdown => Self::Markdown,
            Command::CopyPatch => Self::Patch,
            _ => return None,
        })
    }

    /// What it is, as it follows "the".
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Line => "event as a line",
            Self::EventId => "event id",
            Self::EntityId => "entity id",
            Self::Actor => "actor",
            Self::Json => "record as JSON",
            Self::Query => "filter",
            Self::Permalink => "command that opens this again",
            Self::Diff => "changes as text",
            Self::Markdown => "changes as Markdown",
            Self::Patch => "changes as a JSON Patch",
        }
    }

    /// Whether it says something of an event, and so of several.
    pub(super) fn is_of_events(self) -> bool {
        !matches!(self, Self::Query | Self::Permalink)
    }

    /// What it is of several events, as it follows "the".
    pub(super) fn names(self) -> &'static str {
        match self {
            Self::Line => "marked events as lines",
            Self::EventId => "ids of the marked events",
            Self::EntityId => "entities of the marked events",
            Self::Actor => "actors of the marked events",
            Self::Json => "marked records as JSON lines",
            Self::Diff => "changes of the marked events as text",
            Self::Markdown => "changes of the marked events as Markdown",
            Self::Patch => "changes of the marked events as JSON Patches",
            Self::Query | Self::Permalink => self.name(),
        }
    }

    /// The text, or why there is none.
    pub(super) fn text(self, event: Option<&Event>, filter: &Filter, ui: &Ui) -> Result<String, String> {
        if self == Self::Query {
            if filter.is_empty() {
                return Err("there is no filter to copy".to_owned());
            }
            return Ok(Safe::line(&filter.query().to_string()).as_str().to_owned());
        }
        if self == Self::Permalink {
            return Ok(permalink(&filter.query().to_string(), event));
        }
        let Some(event) = event else { return Err("no event is selected".to_owned()) };
        if matches!(self, Self::Diff | Self::Markdown | Self::Patch) {
            return self.changes(event);
        }
        let event = &Leaving::of(event).event;
        let entity = &event.record.entity;
        let text = match self {
            Self::EventId => Some(event.id.to_string()),
            Self::EntityId => entity.id.clone().or(entity.name.clone()),
            Self::Actor => event.record.actor.label().map(str::to_owned),
            Self::Json => return Ok(escape_json(&event.record.raw).into_owned()),
            Self::Diff | Self::Markdown | Self::Patch | Self::Line | Self::Query | Self::Permalink => {
                Some(line(event, ui))
            }
        };
        let text = text.ok_or_else(|| "this event does not name one".to_owned())?;
        Ok(Safe::line(&text).as_str().to_owned())
    }

    /// What changed, with every secret masked, whatever the screen shows at the moment.
    fn changes(self, event: &Event) -> Result<String, String> {
        if event.record.changes.is_empty() {
            return Err("this event names no changed field".to_owned());
        }
        if Comparison::weight(event) > LARGEST {
            return Err(format!("this is too much for a clipboard: `backtrail diff {}` prints it", event.id));
        }
        self.written(&Comparison::of(event, &[]))
    }

    /// What is different between two sides, where it is that which is to be copied.
    pub(super) fn difference(self, subject: &Subject) -> Option<Result<String, String>> {
        if !matches!(self, Self::Diff | Self::Markdown | Self::Patch) {
            return None;
        }
        if subject.weight() > LARGEST {
            return Some(Err("this is too much for a clipboard".to_owned()));
        }
        Some(self.written(&subject.compare(&[])))
    }

    fn written(self, made: &Comparison) -> Result<String, String> {
        match self {
            Self::Patch => {
                let patch =
                    serde_json::to_string_pretty(&made.patch()?).map_err(|error| error.to_string())?;
                Ok(escape_json(&made.record.clean(&patch)).into_owned())
            }
            Self::Markdown => Ok(Safe::new(&made.record.clean(&made.diff.markdown())).as_str().to_owned()),
            _ => Ok(Safe::new(&made.record.clean(&made.diff.text().join("\n"))).as_str().to_owned()),
        }
    }
}

/// A line for a shell that opens the browser with this filter, at this event.
fn permalink(query: &str, event: Option<&Event>) -> String {
    let query = Safe::line(query);
    // Between these quotes a shell takes everything as it stands but the quote itself.
    let quoted = query.as_str().replace('\'', r"'\''");
    let at = event.map(|event| format!(" --at {}", event.id)).unwrap_or_default();
    format!("backtrail open '{quoted}'{at}")
}

/// Time, action, entity, actor and summary.
fn line(event: &Event, ui: &Ui) -> String {
    let record = &event.record;
    let versions = Versions::of(&record.changes).words(&record.action);
    let parts = [
        Some(words::full(record.time, ui.zone)),
        Some(record.action.word().to_owned()),
        record.entity.label().map(str::to_owned),
        record.actor.label().map(str::to_owned),
        versions,
        record.said().map(Cow::into_owned),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permalink_is_one_word_to_a_shell() {
        assert_eq!(permalink("", None), "backtrail open ''");
        assert_eq!(
            permalink(r#"entity:="it's $HOME" -x"#, None),
            r#"backtrail open 'entity:="it'\''s $HOME" -x'"#
        );
    }
}
