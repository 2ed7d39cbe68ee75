//! What the events of one entity say about its life: its state, its versions, its ways back, what each of
//! them undid, and what is known of its fields at any moment of it.
//!
//! It may assume that all events are of one entity, and nothing else: some carry whole documents, some the
//! fields that changed, some new values alone, some no more than a sentence. It is the same for every provider:
//! a version is whatever a changed field with a version's name says. Only events that took effect change
//! anything. It must not guess: what is inferred is told apart from what was sent, and where anything may have
//! happened unseen, a value is no more than the last one known.

mod blame;
mod inside;
mod look;
mod moments;
mod portrait;
mod runs;
mod told;
mod trace;

pub use blame::Blame;
pub use look::{LifeQuestion, Look, Moment, Seen};
pub use portrait::{Basis, Doubt, Field, Portrait};
pub use runs::runs;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use self::told::Told;
use super::rules::Matcher;
use crate::domain::{Action, Change, Detail, Event, Status, Stretch, Timestamp};

/// What the cache lets us say about an entity today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is there.
    Live,
    /// It was put away and can come back.
    Archived,
    /// It is gone.
    Deleted,
    /// Nothing that we know of took effect.
    Unknown,
}

impl State {
    /// The word for it.
    pub fn word(self) -> &'static str {
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
pub struct Versions {
    /// The version before.
    pub from: Option<String>,
    /// The version whose content is in force after the event.
    pub to: Option<String>,
    /// The number that this content bears now, where it is a new one.
    pub new: Option<String>,
}

impl Versions {
    /// Reads the versions out of changed fields: `version`, `fromVersion`, `to_version`, `newVersion`,
    /// however deep they stand.
    pub fn of(changes: &[Change]) -> Self {
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
    pub fn now(&self) -> Option<&str> {
        self.new.as_deref().or(self.to.as_deref())
    }

    /// In words: `v5`, `v4 → v5`, and for a way back `v7 → back to v6, now v8`.
    pub fn words(&self, action: &Action) -> Option<String> {
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
pub struct Step {
    /// What happened.
    pub event: Arc<Event>,
    /// The versions that it names.
    pub versions: Versions,
    /// For a way back: the index of the step that brought about the version it goes back to.
    pub back_to: Option<usize>,
    /// What it undid: the publication that it rolled back, the creation of what it deleted.
    pub undoes: Option<Reversal>,
    /// What undid it.
    pub undone: Option<Reversal>,
    told: OnceLock<Arc<Told>>,
    rules: Arc<Matcher>,
}

/// The other half of a pair of which one undid the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reversal {
    /// The index of the other step.
    pub step: usize,
    /// How long it was from one to the other, in milliseconds.
    pub millis: i64,
}

/// The life of one entity as far as the cache knows it.
#[derive(Debug, Clone)]
pub struct Life {
    /// Newest first.
    pub steps: Vec<Step>,
    /// How it is today.
    pub state: State,
    /// Whether the oldest step is the creation.
    pub from_the_start: bool,
    /// Where the cache may lack events of it.
    gaps: Vec<Stretch>,
    /// How its documents are compared, and what is masked in them.
    rules: Arc<Matcher>,
}

impl Life {
    /// Puts events of one entity, in any order, into a life. The rules are those of its feed; the cache may lack
    /// events at the times of the gaps.
    pub fn of(mut events: Vec<Arc<Event>>, rules: Matcher, gaps: Vec<Stretch>) -> Self {
        let rules = Arc::new(rules);
        events.sort_by_key(|event| std::cmp::Reverse(event.row));
        events.dedup_by_key(|event| event.row);
        let state = events.iter().rev().fold(State::Unknown, |state, event| state.after(event));
        let from_the_start = events.last().is_some_and(|event| event.record.action == Action::Create);
        let mut steps: Vec<Step> = events.into_iter().map(|event| Step::of(event, &rules)).collect();
        point_back(&mut steps);
        pair_up(&mut steps);
        Self { steps, state, from_the_start, gaps, rules }
    }

    /// The same with other events. What was read of those that are the same is not read again.
    #[must_use]
    pub fn with(&self, events: Vec<Arc<Event>>) -> Self {
        let mut life = Self::of(events, Matcher::clone(&self.rules), self.gaps.clone());
        for step in &mut life.steps {
            let place = self.steps.partition_point(|old| old.event.row > step.event.row);
            if let Some(old) = self.steps.get(place).filter(|old| Arc::ptr_eq(&old.event, &step.event)) {
                step.told = old.told.clone();
            }
        }
        life
    }

    /// The state after the step at `at`; nothing is known of what was before the oldest.
    pub fn state_at(&self, at: usize) -> State {
        let events = self.steps.iter().skip(at).rev().map(|step| &step.event);
        let state = events.fold(State::Unknown, |state, event| state.after(event));
        match self.steps.get(at.wrapping_sub(1)) {
            // Before it was created it was not there.
            Some(next) if at == self.steps.len() && next.is(&Action::Create) => State::Deleted,
            _ => state,
        }
    }

    /// The index of the step that was the last one at this time; one past the oldest where there was none.
    pub fn place_at(&self, time: Timestamp) -> usize {
        self.steps.partition_point(|step| step.event.row.time() > time)
    }

    /// How its documents are compared, and what is masked in them.
    pub fn rules(&self) -> &Matcher {
        &self.rules
    }

    /// Whether the cache may lack events between two times, both left out.
    pub fn has_gap(&self, from: Timestamp, to: Timestamp) -> bool {
        self.gaps.iter().any(|gap| gap.lo.plus_millis(1) < to && from.plus_millis(1) < gap.hi)
    }

    /// Events among some of its steps that can still be asked what they changed, the newest first.
    pub fn unasked(&self, steps: Range<usize>) -> impl Iterator<Item = &Arc<Event>> {
        let steps = self.steps.get(steps).unwrap_or_default().iter().map(|step| &step.event);
        steps.filter(|event| event.record.detail == Detail::Available)
    }

    /// The number of what is in force today.
    pub fn version(&self) -> Option<&str> {
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

impl Step {
    fn of(event: Arc<Event>, rules: &Arc<Matcher>) -> Self {
        let versions = Versions::of(&event.record.changes);
        let (told, rules) = (OnceLock::new(), Arc::clone(rules));
        Self { event, versions, back_to: None, undoes: None, undone: None, told, rules }
    }

    /// Whether it changed anything.
    pub fn took_effect(&self) -> bool {
        self.event.record.status != Status::Failed
    }

    /// Whether it says of every field that it changed what became of it.
    pub fn tells_all(&self) -> bool {
        self.told().says == told::Says::All
    }

    fn is(&self, action: &Action) -> bool {
        self.took_effect() && self.event.record.action == *action
    }

    /// What it says about the fields, read when it is first asked for.
    fn told(&self) -> &Told {
        self.told.get_or_init(|| Arc::new(Told::by(&self.event, &self.rules)))
    }
}

/// Finds for each step that undoes another the one that it undid. `steps` stand newest first.
fn pair_up(steps: &mut [Step]) {
    // What can still be undone: publications, archivings and creations, the newest last.
    let (mut published, mut archived, mut created) = (Vec::new(), Vec::new(), Vec::new());
    for i in (0..steps.len()).rev() {
        if !steps[i].took_effect() {
            continue;
        }
        let undone = match &steps[i].event.record.action {
            Action::Publish => {
                published.push(i);
                None
            }
            Action::Archive => {
                archived.push(i);
                None
            }
            Action::Create => {
                created.push(i);
                None
            }
            Action::Rollback => {
                let from = steps[i].versions.from.clone();
                let is_it = |at: &usize| from.is_none() || steps[*at].versions.now() == from.as_deref();
                let place = published.iter().rposition(is_it);
                place.map(|place| published.remove(place))
            }
            Action::Restore => archived.pop(),
            Action::Delete => created.pop(),
            _ => None,
        };
        if let Some(other) = undone {
            let time = |at: usize| steps[at].event.record.time.millis();
            let millis = time(i).saturating_sub(time(other)).max(0);
            steps[i].undoes = Some(Reversal { step: other, millis });
            steps[other].undone = Some(Reversal { step: i, millis });
        }
    }
}

#[cfg(test)]
mod tests;
