//! What was looked for in the list with `find`: it leads from one event to the next and leaves none out.
//!
//! The events found are those of the list that agree with a line in the language of the filter, so a
//! search belongs to the filter in force and is made again when that changes.

use super::app::App;
use super::message::{Effect, Notice};
use super::pane::timeline::Side;
use crate::domain::{RowId, Rows};
use crate::query::{self, Query};

/// The search that `next-match` goes on with.
#[derive(Debug, Default)]
pub(super) struct Search {
    text: String,
    words: Vec<String>,
    query: Option<Query>,
    /// What was found, newest first; `None` until the answer comes.
    rows: Option<Rows>,
    generation: u64,
    /// Where to go as soon as the answer comes.
    go: Option<Side>,
}

impl Search {
    /// What is looked for, where anything is.
    pub(super) fn text(&self) -> Option<&str> {
        self.query.is_some().then_some(self.text.as_str())
    }

    /// Whether the event at this place was found.
    pub(super) fn has(&self, row: RowId) -> bool {
        self.rows.as_ref().is_some_and(|rows| rows.position(row).is_some())
    }

    /// The words that are looked for, in lower case: those of a term with its key are its values.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether it is still being looked for.
    pub(super) fn waits(&self) -> bool {
        self.query.is_some() && self.rows.is_none()
    }

    /// How many were found, and the place among them of the selected row.
    pub(super) fn count(&self, selected: Option<RowId>) -> Option<(Option<usize>, usize)> {
        let rows = self.rows.as_ref()?;
        Some((selected.and_then(|row| rows.position(row)), rows.len()))
    }

    /// The row to go to from `selected`.
    fn next(&self, selected: RowId, side: Side) -> Option<RowId> {
        let rows = self.rows.as_ref()?;
        let here = rows.at_or_older(selected);
        match side {
            Side::Older if rows.get(here) == Some(selected) => rows.get(here + 1),
            Side::Older => rows.get(here),
            Side::Newer => here.checked_sub(1).and_then(|newer| rows.get(newer)),
        }
    }
}

impl App {
    /// Looks for `text` while it is typed; nothing is looked for where it cannot be read.
    pub(super) fn look_for(&mut self, text: &str, ask: &mut Vec<Effect>) {
        let query = query::preview(text, &self.ui.context()).ok().map(|reading| reading.query);
        self.search.query = query.filter(|_| !text.trim().is_empty());
        text.clone_into(&mut self.search.text);
        self.search.words = words(text);
        self.search.go = None;
        self.search_again(ask);
    }

    /// Makes the search again: the list is another one.
    pub(super) fn search_again(&mut self, ask: &mut Vec<Effect>) {
        self.search.rows = None;
        self.search.generation += 1;
        if let Some(found) = &self.search.query {
            let query = self.filter.query().and(found);
            ask.push(Effect::Search { generation: self.search.generation, query });
        }
    }

    /// Goes to the next event found, or as soon as it is known which that is.
    pub(super) fn go_to_match(&mut self, side: Side) {
        if self.search.query.is_none() {
            let key = self.ui.key(super::command::Command::Find);
            self.notice = Some(Notice::info(format!("nothing is looked for: `{key}` finds")));
            return;
        }
        let Some(selected) = self.timeline.selected() else { return };
        if self.search.rows.is_none() {
            self.search.go = Some(side);
            return;
        }
        if let Some(row) = self.search.next(selected, side) {
            self.timeline.leap(row);
        } else {
            let none = self.search.rows.as_ref().is_some_and(Rows::is_empty);
            let text = if none {
                format!("nothing in the list is like `{}`", self.search.text)
            } else {
                super::act::nothing_further(side, &format!("event like `{}`", self.search.text))
            };
            self.notice = Some(Notice::info(text));
        }
    }

    /// Goes to what was looked for: the selected event if it is one, else the next older one, else the next
    /// newer.
    pub(super) fn accept_search(&mut self) {
        if self.search.rows.as_ref().is_some_and(Rows::is_empty) {
            let text = format!("nothing in the list is like `{}`", self.search.text);
            self.drop_search();
            self.notice = Some(Notice::info(text));
            return;
        }
        let (Some(selected), Some(rows)) = (self.timeline.selected(), &self.search.rows) else {
            self.search.go = Some(Side::Older);
            return;
        };
        if rows.position(selected).is_some() {
            return;
        }
        let side = if self.search.next(selected, Side::Older).is_some() { Side::Older } else { Side::Newer };
        self.go_to_match(side);
    }

    /// Looks for nothing any more; whether anything was looked for.
    pub(super) fn drop_search(&mut self) -> bool {
        let looked = self.search.query.is_some();
        // What is still to come of it is an answer to nothing.
        self.search = Search { generation: self.search.generation + 1, ..Search::default() };
        looked
    }

    pub(super) fn matches(&mut self, generation: u64, result: Result<Rows, String>) -> bool {
        if generation != self.search.generation {
            return false;
        }
        match result {
            Ok(rows) => self.search.rows = Some(rows),
            Err(message) => self.notice = Some(Notice::error(message)),
        }
        match self.search.go.take() {
            Some(Side::Older) => self.accept_search(),
            Some(Side::Newer) => self.go_to_match(Side::Newer),
            None => {}
        }
        true
    }
}

/// What of a line in the language of the filter may be seen in an event.
fn words(text: &str) -> Vec<String> {
    let sought = |term: &&str| !term.starts_with(['-', '!']) && *term != "OR";
    let values = |term: &str| term.rsplit(':').next().unwrap_or_default().to_lowercase();
    let terms: Vec<String> = text.split_whitespace().filter(sought).map(values).collect();
    let words = terms.iter().flat_map(|values| values.split(','));
    let bare = words.map(|word| word.trim_matches(['"', '*', '=', '~', '/', '(', ')']).to_owned());
    bare.filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn what_may_be_seen_of_a_search_are_its_words() {
        for (text, expected) in [
            ("Orders", &["orders"][..]),
            ("type:service,flow -status:failed", &["service", "flow"]),
            ("\"Default Flow\" OR entity:=x*", &["default", "flow", "x"]),
            ("  ", &[]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }
}
