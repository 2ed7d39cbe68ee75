//! What the events of one entity say about its life: its state, its versions, its ways back.
//!
//! Pure, and the same for every provider: a version is whatever a changed field with a version's name
//! says. Only events that took effect change the state.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::domain::{Action, Change, Event, Status};

/// What the cache lets us say about an entity today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Live,
    Archived,
    Deleted,
    /// Nothing that we know of took effect.
    Unknown,
}

impl State {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Archived => "archived",
            Self::Deleted => "deleted",
            Self::Unknown => "unknown",
        }
    }

    /// The state after an event.
    fn after(self, event: &Event) -> Self {
        if event.record.status == Status::Failed {
            return self;
        }
        match &event.record.action {
            Action::Create | Action::Update | Action::Publish | Action::Rollback | Action::Restore => {
                Self::Live
            }
            Action::Delete | Action::Erase => Self::Deleted,
            Action::Archive => Self::Archived,
            Action::Approve | Action::Reject | Action::Other(_) | Action::Unknown => self,
        }
    }
}

/// The versions that one event names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Versions {
    /// The version before.
    pub(super) from: Option<String>,
    /// The version whose content is in force after the event.
    pub(super) to: Option<String>,
    /// The number that this content bears now, where it is a new one.
    pub(super) new: Option<String>,
}

impl Versions {
    /// Reads the versions out of changed fields: `version`, `fromVersion`, `to_version`, `newVersion`,
    /// however deep they stand.
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut versions = Self::default();
        for change in changes {
            if change.path.contains('[') {
                // A part of the entity may have versions of its own.
                continue;
            }
            let leaf = change.path.rsplit(['.', '/']).next().unwrap_or_default();
            let leaf: String =
                leaf.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
            let (before, after) = (number(change.before.as_ref()), number(change.after.as_ref()));
            match leaf.as_str() {
                "fromversion" | "oldversion" | "previousversion" => versions.from = after.or(before),
                "toversion" => versions.to = after.or(before),
                "newversion" => versions.new = after.or(before),
                "version" => {
                    versions.to = versions.to.or(after);
                    versions.from = versions.from.or(before);
                }
                _ => {}
            }
        }
        versions
    }

    /// The number of what is in force after the event.
    pub(super) fn now(&self) -> Option<&str> {
        self.new.as_deref().or(self.to.as_deref())
    }

    /// In words: `v5`, `v4 → v5`, and for a way back `v7 → back to v6, now v8`.
    pub(super) fn words(&self, action: &Action) -> Option<String> {
        let from = self.from.as_ref().map(|from| format!("v{from} → ")).unwrap_or_default();
        match (&self.to, &self.new) {
            (Some(to), None) if *action == Action::Rollback => Some(format!("{from}back to v{to}")),
            (Some(to), Some(new)) if *action == Action::Rollback => {
                Some(format!("{from}back to v{to}, now v{new}"))
            }
            (_, Some(now)) | (Some(now), None) => Some(format!("{from}v{now}")),
            (None, None) => self.from.as_ref().map(|from| format!("from v{from}")),
        }
    }
}

/// A version as text, without a leading `v`.
fn number(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.trim().trim_start_matches(['v', 'V']).to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= 40).then_some(text)
}

/// One event of a life.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) event: Arc<Event>,
    pub(super) versions: Versions,
    /// For a way back: the index of the step that brought about the version it goes back to.
    pub(super) back_to: Option<usize>,
}

/// The life of one entity as far as the cache knows it.
#[derive(Debug, Clone)]
pub(super) struct Life {
    /// Newest first.
    pub(super) steps: Vec<Step>,
    pub(super) state: State,
    /// Whether the oldest step is the creation.
    pub(super) from_the_start: bool,
}

impl Life {
    /// Puts events of one entity, in any order, into a life.
    pub(super) fn of(mut events: Vec<Arc<Event>>) -> Self {
        events.sort_by_key(|event| std::cmp::Reverse(event.row));
        events.dedup_by_key(|event| event.row);
        let state = events.iter().rev().fold(State::Unknown, |state, event| state.after(event));
        let from_the_start = events.last().is_some_and(|event| event.record.action == Action::Create);
        let mut steps: Vec<Step> = events
            .into_iter()
            .map(|event| Step { versions: Versions::of(&event.record.changes), event, back_to: None })
            .collect();
        point_back(&mut steps);
        Self { steps, state, from_the_start }
    }

    /// The number of what is in force today.
    pub(super) fn version(&self) -> Option<&str> {
        self.steps
            .iter()
            .filter(|step| step.event.record.status != Status::Failed)
            .find_map(|step| step.versions.now())
    }
}

/// Tells each way back which step it goes back to: the last one before it that brought that version about.
fn point_back(steps: &mut [Step]) {
    let mut brought: HashMap<String, usize> = HashMap::new();
    for (i, step) in steps.iter_mut().enumerate().rev() {
        if step.event.record.action == Action::Rollback {
            step.back_to = step.versions.to.as_ref().and_then(|version| brought.get(version).copied());
        }
        if let (Some(now), true) = (step.versions.now(), step.event.record.status != Status::Failed) {
            brought.insert(now.to_owned(), i);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Op;
    use crate::tui::tests::support::{event, set};

    fn life(actions: &[(Action, Status)]) -> Life {
        let events = actions.iter().enumerate().map(|(age, (action, status))| {
            let mut event = event(100 - age as i64, action.clone(), "flow", "F");
            event.record.status = *status;
            Arc::new(event)
        });
        Life::of(events.collect())
    }

    #[test]
    fn versions_are_told_from_names_of_fields() {
        for (action, fields, words) in [
            (Action::Publish, vec![("version", json!(5))], Some("v5")),
            (Action::Publish, vec![("version", json!("v5"))], Some("v5")),
            (
                Action::Update,
                vec![("meta.from_version", json!(4)), ("meta.to_version", json!(5))],
                Some("v4 → v5"),
            ),
            (
                Action::Rollback,
                vec![("fromVersion", json!(7)), ("toVersion", json!(6)), ("newVersion", json!(8))],
                Some("v7 → back to v6, now v8"),
            ),
            (Action::Rollback, vec![("toVersion", json!(6))], Some("back to v6")),
            (Action::Update, vec![("newVersion", json!(3))], Some("v3")),
            (Action::Update, vec![("fromVersion", json!(3))], Some("from v3")),
            (Action::Update, vec![("parts[a].version", json!(3))], None),
            (Action::Update, vec![("version", json!({ "major": 1 }))], None),
            (Action::Update, vec![("conversion", json!(3))], None),
            (Action::Update, vec![], None),
        ] {
            let changes: Vec<Change> = fields.iter().map(|(path, value)| set(path, value.clone())).collect();
            assert_eq!(Versions::of(&changes).words(&action).as_deref(), words, "{fields:?}");
        }
        let replaced =
            Change { path: "version".into(), op: Op::Replace, before: Some(json!(1)), after: Some(json!(2)) };
        assert_eq!(Versions::of(&[replaced]).words(&Action::Update).as_deref(), Some("v1 → v2"));
    }

    #[test]
    fn the_state_is_what_the_last_event_that_took_effect_left() {
        use Action::{Archive, Create, Delete, Erase, Publish, Reject, Restore, Update};
        for (actions, state) in [
            (vec![], State::Unknown),
            (vec![Create], State::Live),
            (vec![Create, Archive], State::Archived),
            (vec![Create, Archive, Restore], State::Live),
            (vec![Create, Delete], State::Deleted),
            (vec![Create, Delete, Create], State::Live),
            (vec![Publish, Erase], State::Deleted),
            (vec![Update, Reject], State::Live),
            (vec![Action::Other("touch".into())], State::Unknown),
        ] {
            let steps: Vec<_> = actions.iter().map(|action| (action.clone(), Status::Success)).collect();
            assert_eq!(life(&steps).state, state, "{actions:?}");
        }
        assert_eq!(life(&[(Create, Status::Success), (Delete, Status::Failed)]).state, State::Live);
    }

    #[test]
    fn a_way_back_points_to_the_step_that_brought_the_version_about() {
        let step = |age, action: Action, fields: &[(&str, i64)]| {
            let mut event = event(age, action, "flow", "F");
            event.record.changes = fields.iter().map(|(path, value)| set(path, json!(value))).collect();
            Arc::new(event)
        };
        let life = Life::of(vec![
            step(50, Action::Publish, &[("version", 1)]),
            step(40, Action::Publish, &[("version", 2)]),
            step(30, Action::Rollback, &[("toVersion", 1), ("newVersion", 3)]),
            step(20, Action::Rollback, &[("toVersion", 3), ("newVersion", 4)]),
            step(10, Action::Rollback, &[("toVersion", 99)]),
        ]);
        let targets: Vec<Option<usize>> = life.steps.iter().map(|step| step.back_to).collect();
        assert_eq!(targets, [None, Some(2), Some(4), None, None]);
        assert_eq!(life.version(), Some("99"));
        assert!(!life.from_the_start);
    }
}
