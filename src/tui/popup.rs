//! What may stand at the cursor of the filter line, listed below it.
//!
//! The list is made from what is known at the moment, at every key, and never waits: values of the cache are
//! asked for, and until they come the list has those that came last for the same key, or none.

use super::filter::Filter;
use super::motion::Motion;
use crate::domain::UserData;
use crate::query::complete::{self, Choice, Offer, Slot, Value};
use crate::query::{Context, Query};

/// As many values as an answer has where there may be more.
const FULL: usize = 50;

/// The list below the filter line.
#[derive(Debug, Default)]
pub(super) struct Popup {
    slot: Option<Slot>,
    choices: Vec<Choice>,
    selected: usize,
    /// Dismissed until the next key.
    closed: bool,
    /// The values that came last.
    known: Option<Known>,
    /// What was asked for last, and with which number.
    asked: Option<Asked>,
    generation: u64,
}

#[derive(Debug)]
struct Known {
    key: &'static str,
    values: Vec<Value>,
}

#[derive(Debug, Clone, PartialEq)]
struct Asked {
    key: &'static str,
    rest: Query,
    typed: String,
    /// Whether the answer may lack values that fit less well.
    partial: bool,
}

/// Values of the cache that would help.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    /// Comes back with the answer.
    pub(super) generation: u64,
    /// What is being typed.
    pub(super) slot: Slot,
    /// The key.
    pub(super) key: &'static str,
    /// The query to count the values under.
    pub(super) rest: Query,
}

impl Popup {
    /// Looks at the line again after a key; says which values would help and are not here yet.
    pub(super) fn look(&mut self, filter: &Filter, user: &UserData, context: &Context) -> Option<Wanted> {
        if !filter.editing() {
            self.close();
            return None;
        }
        let slot = Slot::at(filter.text(), filter.cursor_byte());
        if self.slot.as_ref() == Some(&slot) {
            return None;
        }
        self.closed = false;
        self.selected = 0;
        let wanted = self.want(&slot, filter.text(), context);
        self.slot = Some(slot);
        self.make(filter.text(), user, context);
        wanted
    }

    fn want(&mut self, slot: &Slot, text: &str, context: &Context) -> Option<Wanted> {
        let Some((key, rest)) = slot.wants(text, context) else {
            self.asked = None;
            return None;
        };
        let enough = self.asked.as_ref().is_some_and(|asked| {
            let narrower = !asked.partial && slot.typed.starts_with(&asked.typed);
            asked.key == key && asked.rest == rest && (asked.typed == slot.typed || narrower)
        });
        if enough {
            return None;
        }
        self.generation += 1;
        let (typed, generation) = (slot.typed.clone(), self.generation);
        // Until the answer comes, nobody knows whether it holds all.
        self.asked = Some(Asked { key, rest: rest.clone(), typed, partial: true });
        Some(Wanted { generation, slot: slot.clone(), key, rest })
    }

    fn make(&mut self, text: &str, user: &UserData, context: &Context) {
        let Some(slot) = &self.slot else { return };
        let key = slot.wants(text, context).map(|(key, _)| key);
        let values = match &self.known {
            Some(known) if Some(known.key) == key => known.values.as_slice(),
            _ => &[],
        };
        let views: Vec<(String, String)> =
            user.views.iter().map(|view| (view.name.clone(), view.query.clone())).collect();
        let offer = Offer { recent: &user.lines, views: &views, values, knows_me: context.me.is_some() };
        self.choices = complete::choices(slot, &offer);
        // What stands there already is no choice.
        self.choices.retain(|choice| text.get(choice.fix.span.clone()) != Some(&choice.fix.replacement));
        self.selected = self.selected.min(self.choices.len().saturating_sub(1));
    }

    /// Takes values that came; those of an earlier question are too late.
    pub(super) fn take(
        &mut self,
        generation: u64,
        values: Vec<Value>,
        filter: &Filter,
        user: &UserData,
        context: &Context,
    ) -> bool {
        if generation != self.generation {
            return false;
        }
        let Some(asked) = &mut self.asked else { return false };
        asked.partial = values.len() >= FULL;
        self.known = Some(Known { key: asked.key, values });
        self.make(filter.text(), user, context);
        self.is_shown()
    }

    /// Dismisses the list until the next key.
    pub(super) fn dismiss(&mut self) {
        self.closed = true;
    }

    /// Forgets what was typed: the line is not edited any more.
    pub(super) fn close(&mut self) {
        self.slot = None;
        self.choices.clear();
        self.asked = None;
    }

    /// Whether there is a list to be seen.
    pub(super) fn is_shown(&self) -> bool {
        !self.closed && !self.choices.is_empty()
    }

    /// The choices on the list, the most likely first.
    pub(super) fn choices(&self) -> &[Choice] {
        if self.is_shown() { &self.choices } else { &[] }
    }

    /// The place of the choice that is taken next.
    pub(super) fn selected(&self) -> usize {
        self.selected
    }

    /// The choice that is taken next.
    pub(super) fn chosen(&self) -> Option<&Choice> {
        self.choices().get(self.selected)
    }

    /// Moves to another choice.
    pub(super) fn choose(&mut self, motion: Motion) {
        self.selected = motion.from(self.selected, self.choices.len(), 1);
    }

    /// What is being typed.
    pub(super) fn slot(&self) -> Option<&Slot> {
        self.slot.as_ref()
    }

    /// The filter without the value that is being typed, while what is typed may become one on the list.
    pub(super) fn rest(&self) -> Option<&Query> {
        self.asked.as_ref().filter(|_| self.is_shown()).map(|asked| &asked.rest)
    }

    /// What the choice would put behind the cursor, where it goes on with what is typed.
    pub(super) fn ghost(&self, filter: &Filter) -> Option<&str> {
        let (text, at) = (filter.text(), filter.cursor_byte());
        let fix = &self.chosen()?.fix;
        // An empty line is shown as empty: whatever stands there first is only one of many ways to begin.
        if text.trim().is_empty() || fix.span.end != at || at != text.len() {
            return None;
        }
        let typed = text.get(fix.span.clone()).filter(|typed| !typed.is_empty())?;
        fix.replacement.strip_prefix(typed)
    }
}
