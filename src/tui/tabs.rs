//! The views as tabs: which one is in front, and where one was in each of the others.
//!
//! The first tab is all events and cannot be removed; the others are the saved views. Going to a tab puts
//! into force what it is named for; what else was typed there is one undo away, and its place in the list is
//! kept.

use std::collections::HashMap;

use super::app::App;
use super::filter::Filter;
use super::message::{Effect, Notice};
use super::pane::timeline::Place;
use super::waiting::Why;
use crate::domain::{RowId, UserChange, UserData};
use crate::query::{self, Query};

/// What the first tab is called.
pub(super) const ALL: &str = "All";

/// The tabs.
#[derive(Debug, Default)]
pub(super) struct Tabs {
    /// The name of the view in front; `None` is the first tab.
    current: Option<String>,
    kept: HashMap<Option<String>, Kept>,
    /// How many events of each tab were not read.
    unread: HashMap<Option<String>, usize>,
    generation: u64,
}

/// A tab that was left.
#[derive(Debug)]
struct Kept {
    filter: Filter,
    place: Place,
}

/// A tab as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tab<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Whether it is in front.
    pub(super) current: bool,
    /// Whether its filter is another one than was saved.
    pub(super) changed: bool,
    /// How many of its events were not read.
    pub(super) unread: usize,
}

impl Tabs {
    /// Tabs with the view that the user begins with in front.
    pub(super) fn new(user: &UserData) -> Self {
        Self { current: user.default.clone(), ..Self::default() }
    }

    /// The name of the view in front; `None` where all events are.
    pub(super) fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }
}

/// The text of the view of that name; of the first tab, the empty one.
fn saved<'a>(user: &'a UserData, name: Option<&str>) -> &'a str {
    name.and_then(|name| user.view(name)).map_or("", |view| &view.query)
}

impl App {
    /// The tabs, in their order.
    pub(super) fn tabs(&self) -> Vec<Tab<'_>> {
        let names = std::iter::once(None).chain(self.user.views.iter().map(|view| Some(view.name.as_str())));
        names
            .map(|name| {
                let current = self.tabs.current() == name;
                let key = name.map(str::to_owned);
                Tab {
                    name: name.unwrap_or(ALL),
                    current,
                    changed: current && self.filter.applied() != saved(&self.user, name),
                    unread: if current { 0 } else { self.tabs.unread.get(&key).copied().unwrap_or_default() },
                }
            })
            .collect()
    }

    /// Brings the tab at this place to the front, with the filter that was saved.
    pub(super) fn show_tab(&mut self, place: usize, ask: &mut Vec<Effect>) {
        let view = place.checked_sub(1).map(|nth| self.user.views.get(nth));
        if view == Some(None) {
            let key = self.ui.key(super::command::Command::SaveView);
            let text = format!("there is no tab {}: `{key}` saves the filter as a view", place + 1);
            self.notice = Some(Notice::info(text));
            return;
        }
        let name = view.flatten().map(|view| view.name.clone());
        self.above.clear();
        self.in_preview = false;
        let context = self.ui.context();
        let text = saved(&self.user, name.as_deref()).to_owned();
        if name == self.tabs.current {
            let changed = self.filter.set(&text, &context);
            return self.filter_changed(Some(changed), "", ask);
        }
        self.mark_read(ask);
        self.trail.clear();
        let next = self.tabs.kept.remove(&name);
        let (filter, place) = match next {
            Some(Kept { mut filter, place }) => {
                filter.set(&text, &context);
                (filter, place)
            }
            None => (Filter::new(&text, &context), Place::default()),
        };
        let left = Kept {
            filter: std::mem::replace(&mut self.filter, filter),
            place: self.timeline.exchange(place),
        };
        let from = std::mem::replace(&mut self.tabs.current, name);
        self.tabs.kept.insert(from, left);
        self.query_changed(ask);
        self.count_new(ask);
    }

    /// Another query is in force: asks for its events and all that depends on it.
    pub(super) fn query_changed(&mut self, ask: &mut Vec<Effect>) {
        self.ask(Why::Filter, ask);
        self.search_again(ask);
        self.advise(ask);
    }

    /// Remembers how far was read under the tab in front.
    pub(super) fn mark_read(&mut self, ask: &mut Vec<Effect>) {
        let view = self.tabs.current.clone();
        // Under another filter than the tab's own, not all of its events were there to be read.
        if self.filter.applied() != saved(&self.user, view.as_deref()) {
            return;
        }
        let read_to = match &view {
            None => self.user.read_to,
            Some(name) => self.user.view(name).and_then(|view| view.read_to),
        };
        if let Some(to) = self.timeline.seen().filter(|seen| read_to.is_none_or(|read_to| read_to < *seen)) {
            self.keep(UserChange::Read { view, to }, ask);
        }
    }

    /// Keeps what the user did.
    pub(super) fn keep(&mut self, change: UserChange, ask: &mut Vec<Effect>) {
        self.user.apply(&change);
        ask.push(Effect::Keep(change));
    }

    /// Asks how many events of each tab but the one in front were not read.
    pub(super) fn count_new(&mut self, ask: &mut Vec<Effect>) {
        let context = self.ui.context();
        let newer = |text: &str, read_to: Option<RowId>| -> Option<Query> {
            Some(query::parse(text, &context).ok()?.newer_than(read_to?))
        };
        let all = newer("", self.user.read_to).map(|query| (None, query));
        let views = self
            .user
            .views
            .iter()
            .filter_map(|view| Some((Some(view.name.clone()), newer(&view.query, view.read_to)?)));
        let views: Vec<(Option<String>, Query)> =
            all.into_iter().chain(views).filter(|(name, _)| *name != self.tabs.current).collect();
        // Without saved views there are no tabs to be seen.
        if views.is_empty() || self.user.views.is_empty() {
            return;
        }
        self.tabs.generation += 1;
        ask.push(Effect::CountNew { generation: self.tabs.generation, views });
    }

    pub(super) fn take_new_counts(&mut self, generation: u64, counts: Vec<(Option<String>, usize)>) -> bool {
        if generation != self.tabs.generation {
            return false;
        }
        let counts = counts.into_iter().collect();
        let changed = self.tabs.unread != counts;
        self.tabs.unread = counts;
        changed
    }

    /// Saves the filter under a name, and brings its tab to the front.
    pub(super) fn save_view(&mut self, name: &str, ask: &mut Vec<Effect>) {
        let name = name.trim().to_owned();
        if name.is_empty() {
            return;
        }
        if name.eq_ignore_ascii_case(ALL) {
            self.notice = Some(Notice::info(format!("`{ALL}` is the first tab: take another name")));
            return;
        }
        let query = self.filter.applied().to_owned();
        let text = format!("saved the filter as `{name}`");
        self.keep(UserChange::SaveView { name: name.clone(), query }, ask);
        if self.tabs.current.as_deref() != Some(&name) {
            // The tab that the filter was typed in goes back to what it was.
            let context = self.ui.context();
            let old = saved(&self.user, self.tabs.current()).to_owned();
            let left = Kept { filter: Filter::new(&old, &context), place: Place::default() };
            let from = self.tabs.current.replace(name.clone());
            self.tabs.kept.remove(&Some(name));
            self.tabs.kept.insert(from, left);
        }
        self.mark_read(ask);
        self.count_new(ask);
        self.notice = Some(Notice::info(text));
    }

    /// Gives a view another name.
    pub(super) fn rename_view(&mut self, from: &str, to: &str, ask: &mut Vec<Effect>) {
        let to = to.trim().to_owned();
        if to.is_empty() || to == from {
            return;
        }
        if to.eq_ignore_ascii_case(ALL) || self.user.view(&to).is_some() {
            self.notice = Some(Notice::info(format!("there is a view named `{to}` already")));
            return;
        }
        let (old, new) = (Some(from.to_owned()), Some(to.clone()));
        if let Some(kept) = self.tabs.kept.remove(&old) {
            self.tabs.kept.insert(new.clone(), kept);
        }
        if let Some(unread) = self.tabs.unread.remove(&old) {
            self.tabs.unread.insert(new.clone(), unread);
        }
        if self.tabs.current == old {
            self.tabs.current = new;
        }
        self.keep(UserChange::RenameView { from: from.to_owned(), to }, ask);
    }

    /// Removes a view; if it is in front, its filter stays in force among all events.
    pub(super) fn drop_view(&mut self, name: &str, ask: &mut Vec<Effect>) {
        self.tabs.kept.remove(&Some(name.to_owned()));
        self.tabs.unread.remove(&Some(name.to_owned()));
        if self.tabs.current() == Some(name) {
            self.tabs.current = None;
            self.tabs.kept.remove(&None);
        }
        self.keep(UserChange::DropView(name.to_owned()), ask);
        self.notice = Some(Notice::info(format!("removed the view `{name}`")));
    }

    /// Moves a view one tab to the left or to the right.
    pub(super) fn move_view(&mut self, name: &str, right: bool, ask: &mut Vec<Effect>) -> bool {
        let mut names: Vec<String> = self.user.views.iter().map(|view| view.name.clone()).collect();
        let Some(here) = names.iter().position(|other| other == name) else { return false };
        let there = if right { here + 1 } else { here.wrapping_sub(1) };
        if there >= names.len() {
            return false;
        }
        names.swap(here, there);
        self.keep(UserChange::OrderViews(names), ask);
        true
    }
}
