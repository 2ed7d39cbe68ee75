//! What the user made: views, lines typed before, bookmarks, notes, and how far they have read.
//!
//! None of it can be fetched again, so it is kept apart from the cache.

use std::sync::Arc;

use super::{Entity, EventId, RowId};

/// A saved query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Its name; no two views share one.
    pub name: String,
    /// Its text.
    pub query: String,
    /// The newest event that was on the screen under it.
    pub read_to: Option<RowId>,
}

/// All that the user made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserData {
    /// The views, in the order of their tabs.
    pub views: Vec<View>,
    /// The name of the view that the browser begins with; without one, it begins with all events.
    pub default: Option<String>,
    /// The newest event that was on the screen among all events.
    pub read_to: Option<RowId>,
    /// Lines that were used as a filter, the latest first.
    pub lines: Vec<String>,
    /// Events to come back to, the latest bookmark first.
    pub bookmarks: Vec<EventId>,
    /// Notes about events.
    pub notes: Vec<(EventId, String)>,
    /// Entities to be told about: the source that knows each, and the entity.
    pub watched: Vec<(Arc<str>, Entity)>,
    /// Sources that are asked for nothing by themselves.
    pub paused: Vec<Arc<str>>,
}

/// One thing that the user did to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserChange {
    /// Saves a query under a name, at the end of the views or in the place of the one of that name.
    SaveView {
        /// Its name.
        name: String,
        /// Its text.
        query: String,
    },
    /// Gives a view another name, which no other has.
    RenameView {
        /// Its name so far.
        from: String,
        /// Its name from now on.
        to: String,
    },
    /// Removes a view.
    DropView(String),
    /// Puts the views in this order; those not named come last.
    OrderViews(Vec<String>),
    /// Begins with this view from now on, or with all events.
    BeginWith(Option<String>),
    /// Has read up to this event, under a view or among all events.
    Read {
        /// The view.
        view: Option<String>,
        /// The newest event that was on the screen.
        to: RowId,
    },
    /// Used a line as a filter.
    UseLine(String),
    /// Bookmarks an event, or takes the bookmark away.
    Bookmark(EventId, bool),
    /// Writes a note about an event; an empty one takes it away.
    Note(EventId, String),
    /// Watches an entity, or does not any more.
    Watch {
        /// The source that knows it.
        source: Arc<str>,
        /// The entity.
        entity: Entity,
        /// Whether it is watched from now on.
        on: bool,
    },
    /// Has a source rest until it is asked for, or does not any more.
    Pause {
        /// Its name.
        source: Arc<str>,
        /// Whether it rests from now on.
        on: bool,
    },
}

/// How many lines are remembered.
pub const LINES: usize = 1_000;

impl UserData {
    /// The same after `change`: what a file of it would say, without looking.
    pub fn apply(&mut self, change: &UserChange) {
        match change {
            UserChange::SaveView { name, query } => match self.view_mut(name) {
                Some(view) => view.query.clone_from(query),
                None => {
                    self.views.push(View { name: name.clone(), query: query.clone(), read_to: None });
                }
            },
            UserChange::RenameView { from, to } => self.rename(from, to),
            UserChange::DropView(name) => {
                self.views.retain(|view| view.name != *name);
                self.default = self.default.take().filter(|default| default != name);
            }
            UserChange::OrderViews(names) => {
                let place = |view: &View| names.iter().position(|name| *name == view.name);
                self.views.sort_by_key(|view| place(view).unwrap_or(names.len()));
            }
            UserChange::BeginWith(name) => {
                self.default.clone_from(name);
            }
            UserChange::Read { view: None, to } => self.read_to = Some(*to),
            UserChange::Read { view: Some(name), to } => {
                if let Some(view) = self.view_mut(name) {
                    view.read_to = Some(*to);
                }
            }
            UserChange::UseLine(text) => {
                self.lines.retain(|line| line != text);
                self.lines.insert(0, text.clone());
                self.lines.truncate(LINES);
            }
            UserChange::Bookmark(id, on) => {
                if !*on || !self.bookmarks.contains(id) {
                    self.bookmarks.retain(|other| other != id);
                    self.bookmarks.splice(0..0, on.then_some(*id));
                }
            }
            UserChange::Note(id, text) => {
                self.notes.retain(|(other, _)| other != id);
                self.notes.splice(0..0, (!text.is_empty()).then(|| (*id, text.clone())));
            }
            UserChange::Pause { source, on } => {
                self.paused.retain(|paused| paused != source);
                self.paused.extend(on.then(|| Arc::clone(source)));
            }
            UserChange::Watch { source, entity, on } => {
                let is_it = |(at, it): &(Arc<str>, Entity)| at == source && it.same_as(entity);
                if *on && self.watched.iter().any(is_it) {
                    return;
                }
                self.watched.retain(|watched| !is_it(watched));
                self.watched.splice(0..0, on.then(|| (Arc::clone(source), entity.clone())));
            }
        }
    }

    fn rename(&mut self, from: &str, to: &str) {
        if self.views.iter().any(|view| view.name == to) {
            return;
        }
        if let Some(view) = self.view_mut(from) {
            to.clone_into(&mut view.name);
            if self.default.as_deref() == Some(from) {
                self.default = Some(to.to_owned());
            }
        }
    }

    /// The view of this name.
    pub fn view(&self, name: &str) -> Option<&View> {
        self.views.iter().find(|view| view.name == name)
    }

    fn view_mut(&mut self, name: &str) -> Option<&mut View> {
        self.views.iter_mut().find(|view| view.name == name)
    }

    /// Whether a source rests until it is asked for.
    pub fn is_paused(&self, source: &str) -> bool {
        self.paused.iter().any(|paused| **paused == *source)
    }

    /// The note about an event.
    pub fn note(&self, id: EventId) -> Option<&str> {
        self.notes.iter().find(|(other, _)| *other == id).map(|(_, text)| text.as_str())
    }
}
