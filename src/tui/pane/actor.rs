//! One actor: its names, what it did and when, and which line of that is selected.

pub(in crate::tui) mod view;

use std::sync::Arc;

use crate::domain::{Actor, Event, Profile, RowId, Zone};
use crate::query;
use crate::tui::message::Effect;
use crate::tui::motion::Motion;

/// The screen about one actor.
#[derive(Debug)]
pub(in crate::tui) struct ActorPane {
    pub(in crate::tui) actor: Actor,
    pub(in crate::tui) state: Loaded,
    place: usize,
}

/// What came of asking.
#[derive(Debug)]
pub(in crate::tui) enum Loaded {
    Waiting,
    Here(Known),
    Failed(String),
}

/// What is known of the actor, with the events that this names.
#[derive(Debug)]
pub(in crate::tui) struct Known {
    pub(in crate::tui) profile: Box<Profile>,
    events: Vec<Arc<Event>>,
}

impl Known {
    /// One of the events that the profile names.
    pub(in crate::tui) fn event(&self, row: RowId) -> Option<&Arc<Event>> {
        self.events.iter().find(|event| event.row == row)
    }
}

/// A line that can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Item {
    Alias(usize),
    Action(usize),
    Type(usize),
    Event(RowId),
}

/// What is done with a selected line.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::tui) enum Way {
    /// This filter is put into force.
    Filter(String),
    /// The event is opened.
    Open,
}

impl ActorPane {
    pub(in crate::tui) fn of(actor: &Actor) -> Self {
        Self { actor: actor.clone(), state: Loaded::Waiting, place: 0 }
    }

    /// What there is to ask.
    pub(in crate::tui) fn question(&self, zone: Zone) -> Effect {
        Effect::Profile { actor: self.actor.clone(), zone }
    }

    /// Takes what is known, or why nothing is.
    pub(in crate::tui) fn take(&mut self, result: Result<(Box<Profile>, Vec<Arc<Event>>), String>) {
        match result {
            Ok((profile, events)) => {
                let selected = self.selected();
                self.state = Loaded::Here(Known { profile, events });
                let place = self.items().iter().position(|item| Some(*item) == selected);
                self.place = place.unwrap_or(self.place);
            }
            // What is on the screen is worth more than the news that it could not be read again.
            Err(_) if self.known().is_some() => {}
            Err(message) => self.state = Loaded::Failed(message),
        }
    }

    /// Whether nothing is known yet.
    pub(in crate::tui) fn waits(&self) -> bool {
        matches!(self.state, Loaded::Waiting)
    }

    pub(in crate::tui) fn known(&self) -> Option<&Known> {
        match &self.state {
            Loaded::Here(known) => Some(known),
            _ => None,
        }
    }

    /// Every line that can be selected, in the order of the screen.
    pub(in crate::tui) fn items(&self) -> Vec<Item> {
        let Some(known) = self.known() else { return Vec::new() };
        let profile = &known.profile;
        let left = (0..profile.aliases.len())
            .map(Item::Alias)
            .chain((0..profile.actions.len()).map(Item::Action))
            .chain((0..profile.types.len()).map(Item::Type));
        let events = [&profile.latest, &profile.failures, &profile.touches];
        left.chain(events.into_iter().flatten().map(|row| Item::Event(*row))).collect()
    }

    /// The place of the selected line among [`ActorPane::items`].
    pub(in crate::tui) fn place(&self) -> usize {
        self.place.min(self.items().len().saturating_sub(1))
    }

    fn selected(&self) -> Option<Item> {
        self.items().get(self.place()).copied()
    }

    /// The event of the selected line.
    pub(in crate::tui) fn event(&self) -> Option<&Arc<Event>> {
        match self.selected()? {
            Item::Event(row) => self.known()?.event(row),
            _ => None,
        }
    }

    pub(in crate::tui) fn go(&mut self, motion: Motion, page: usize) {
        self.place = motion.from(self.place(), self.items().len(), page);
    }

    /// What the selected line leads to.
    pub(in crate::tui) fn way(&self) -> Option<Way> {
        let profile = &self.known()?.profile;
        let with = |key: &str, value: &str| {
            Way::Filter(format!("{} {}", self.term(), query::exact_term(key, value)))
        };
        Some(match self.selected()? {
            Item::Alias(nth) => {
                let alias = profile.aliases.get(nth)?;
                let name = alias.name.as_deref().or(alias.id.as_deref())?;
                let (actor, source) =
                    (query::exact_term("actor", name), query::exact_term("source", &alias.source));
                Way::Filter(format!("{actor} {source}"))
            }
            Item::Action(nth) => with("action", &profile.actions.get(nth)?.value),
            Item::Type(nth) => with("type", &profile.types.get(nth)?.value),
            Item::Event(_) => Way::Open,
        })
    }

    /// The condition that selects what the actor did, under all of its names.
    fn term(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        let aliases = self.known().map(|known| known.profile.aliases.as_slice()).unwrap_or_default();
        for name in aliases.iter().filter_map(|alias| alias.name.as_deref().or(alias.id.as_deref())) {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        let terms = names.iter().map(|name| query::exact_term("actor", name));
        let values: Vec<String> = terms.map(|term| term.trim_start_matches("actor:").to_owned()).collect();
        format!("actor:{}", values.join(","))
    }

    /// Puts `event` in the place of what was known about it before.
    pub(in crate::tui) fn renew(&mut self, event: &Arc<Event>) {
        if let Loaded::Here(known) = &mut self.state {
            for old in known.events.iter_mut().filter(|old| old.row == event.row) {
                *old = event.clone();
            }
        }
    }
}
