//! The values of keys beside the list, with how many events have them: what there is to choose from.
//!
//! The pane holds no filter of its own. What is chosen goes into the text of the filter, and which values are
//! chosen is read from the query; so the line can be edited by hand at any time. The cursor is a value and
//! not a line: it stays where it is while counts change their order.

pub(in crate::tui) mod view;

use crate::domain::{Facet, FacetKey, FacetValue};
use crate::tui::line::Line;
use crate::tui::motion::Motion;

/// The keys, in the order in which they are shown.
pub(in crate::tui) const KEYS: [FacetKey; 7] = [
    FacetKey::Action,
    FacetKey::Type,
    FacetKey::Entity,
    FacetKey::Actor,
    FacetKey::Source,
    FacetKey::Status,
    FacetKey::ActorType,
];

/// The most values that are listed of a key.
pub(in crate::tui) const MOST: usize = 50;

/// How many are listed of a key that is not unfolded.
const FEW: usize = 6;

/// A value of a key.
type Name = (FacetKey, Box<str>);

/// The pane.
#[derive(Debug)]
pub(in crate::tui) struct Facets {
    /// Whether it stands beside the list where there is room.
    beside: bool,
    focused: bool,
    line: Line,
    typing: bool,
    cursor: Option<Name>,
    /// The place of the cursor among the values, for when its value is gone.
    place: usize,
    marked: Vec<Name>,
    unfolded: Option<FacetKey>,
    /// The first line on the screen.
    top: usize,
}

impl Default for Facets {
    fn default() -> Self {
        Self {
            beside: true,
            focused: false,
            line: Line::default(),
            typing: false,
            cursor: None,
            place: 0,
            marked: Vec::new(),
            unfolded: None,
            top: 0,
        }
    }
}

/// A line of the pane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::tui) enum Item<'a> {
    /// A key and how many values it has.
    Key(FacetKey, usize),
    /// One of its values.
    Value(FacetKey, &'a FacetValue),
    /// How many more values it has.
    More(usize),
}

impl Facets {
    pub(in crate::tui) fn beside(&self) -> bool {
        self.beside
    }

    pub(in crate::tui) fn focused(&self) -> bool {
        self.focused
    }

    /// Whether keys go to the line that narrows the values.
    pub(in crate::tui) fn typing(&self) -> bool {
        self.focused && self.typing
    }

    pub(in crate::tui) fn line(&self) -> &Line {
        &self.line
    }

    /// The line, for the keys that are typed into it.
    pub(in crate::tui) fn line_mut(&mut self) -> &mut Line {
        &mut self.line
    }

    /// Another text narrows the values: the cursor goes to the first that has it.
    pub(in crate::tui) fn narrowed(&mut self) {
        (self.cursor, self.place, self.top) = (None, 0, 0);
    }

    /// What the values that are listed have in them.
    pub(in crate::tui) fn typed(&self) -> &str {
        self.line.text()
    }

    pub(in crate::tui) fn top(&self) -> usize {
        self.top
    }

    pub(in crate::tui) fn focus(&mut self) {
        (self.focused, self.beside) = (true, true);
    }

    /// Lets the keys go back to the list; the pane stays where it stands beside it.
    pub(in crate::tui) fn leave(&mut self) {
        (self.focused, self.typing) = (false, false);
    }

    /// Takes the pane away.
    pub(in crate::tui) fn hide(&mut self) {
        self.leave();
        self.beside = false;
    }

    pub(in crate::tui) fn start_typing(&mut self) {
        self.typing = true;
    }

    pub(in crate::tui) fn end_typing(&mut self) {
        self.typing = false;
    }

    /// Takes back what was done last in the pane itself; whether there was anything.
    pub(in crate::tui) fn dismiss(&mut self) -> bool {
        if !self.line.text().is_empty() {
            (self.line, self.typing) = (Line::default(), false);
        } else if !self.marked.is_empty() {
            self.marked.clear();
        } else {
            return false;
        }
        true
    }

    /// The lines over these facets.
    pub(in crate::tui) fn items<'a>(&self, facets: &'a [Facet]) -> Vec<Item<'a>> {
        let mut items = Vec::new();
        for facet in facets.iter().filter(|facet| !facet.values.is_empty()) {
            let most = if self.unfolded == Some(facet.key) { MOST } else { FEW };
            // One more line would do to show the value instead of how many are left.
            let shown = if facet.distinct == most + 1 { most + 1 } else { most }.min(facet.values.len());
            items.push(Item::Key(facet.key, facet.distinct));
            items.extend(facet.values[..shown].iter().map(|value| Item::Value(facet.key, value)));
            if shown < facet.distinct {
                items.push(Item::More(facet.distinct - shown));
            }
        }
        items
    }

    /// The values that are listed.
    fn values<'a>(&self, facets: &'a [Facet]) -> Vec<(FacetKey, &'a FacetValue)> {
        let values = self.items(facets).into_iter();
        values
            .filter_map(|item| if let Item::Value(key, value) = item { Some((key, value)) } else { None })
            .collect()
    }

    /// The place of the cursor among the values, and its value.
    fn here<'a>(&self, facets: &'a [Facet]) -> Option<(usize, (FacetKey, &'a FacetValue))> {
        let values = self.values(facets);
        let same = |(key, value): &(FacetKey, &FacetValue)| {
            self.cursor.as_ref().is_some_and(|(of, name)| of == key && *name == value.value)
        };
        let place = values.iter().position(same).unwrap_or(self.place.min(values.len().saturating_sub(1)));
        values.get(place).map(|value| (place, *value))
    }

    pub(in crate::tui) fn is_cursor(&self, key: FacetKey, value: &FacetValue) -> bool {
        self.cursor.as_ref().is_some_and(|(of, name)| *of == key && *name == value.value)
    }

    pub(in crate::tui) fn is_marked(&self, key: FacetKey, value: &FacetValue) -> bool {
        self.marked.iter().any(|(of, name)| *of == key && *name == value.value)
    }

    /// What a choice is about: the marked values, else the one that the cursor is on. Grouped by key.
    pub(in crate::tui) fn chosen(&self, facets: &[Facet]) -> Vec<(FacetKey, Vec<Box<str>>)> {
        let here = || self.here(facets).map(|(_, (key, value))| (key, value.value.clone()));
        let names = if self.marked.is_empty() { here().into_iter().collect() } else { self.marked.clone() };
        let of = |key: FacetKey| names.iter().filter(move |(of, _)| *of == key).map(|(_, name)| name.clone());
        KEYS.into_iter()
            .map(|key| (key, of(key).collect::<Vec<_>>()))
            .filter(|(_, names)| !names.is_empty())
            .collect()
    }

    pub(in crate::tui) fn clear_marks(&mut self) {
        self.marked.clear();
    }

    /// Marks the value that the cursor is on, or takes its mark away, and goes on to the next.
    pub(in crate::tui) fn mark(&mut self, facets: &[Facet]) {
        let Some((_, (key, value))) = self.here(facets) else { return };
        if self.is_marked(key, value) {
            self.marked.retain(|(of, name)| *of != key || *name != value.value);
        } else {
            self.marked.push((key, value.value.clone()));
        }
        self.go(Motion::Lines(1), facets, 1);
    }

    pub(in crate::tui) fn go(&mut self, motion: Motion, facets: &[Facet], page: usize) {
        let Some((place, _)) = self.here(facets) else { return };
        let values = self.values(facets);
        self.put(motion.from(place, values.len(), page), &values);
    }

    /// Goes to the first value of the next key below or above.
    pub(in crate::tui) fn go_key(&mut self, down: bool, facets: &[Facet]) {
        let Some((place, (key, _))) = self.here(facets) else { return };
        let values = self.values(facets);
        let first = |key: FacetKey| values.iter().position(|(of, _)| *of == key);
        let target = if down {
            values.iter().skip(place).position(|(of, _)| *of != key).map(|further| place + further)
        } else {
            match first(key) {
                Some(own) if own < place => Some(own),
                own => {
                    own.and_then(|own| values.get(own.checked_sub(1)?)).and_then(|(above, _)| first(*above))
                }
            }
        };
        if let Some(target) = target {
            self.put(target, &values);
        }
    }

    fn put(&mut self, place: usize, values: &[(FacetKey, &FacetValue)]) {
        if let Some((key, value)) = values.get(place) {
            (self.place, self.cursor) = (place, Some((*key, value.value.clone())));
        }
    }

    /// Lists all values of the key that the cursor is on, or as few as of the others.
    pub(in crate::tui) fn unfold(&mut self, whole: bool, facets: &[Facet]) {
        self.unfolded = self.here(facets).map(|(_, (key, _))| key).filter(|_| whole);
    }

    /// Keeps the cursor on a value, and on the screen, of which `page` lines are seen at once.
    pub(in crate::tui) fn settle(&mut self, facets: &[Facet], page: usize) {
        let Some((place, (key, value))) = self.here(facets) else {
            self.top = 0;
            return;
        };
        if self.cursor.is_none() || place != self.place || !self.is_cursor(key, value) {
            (self.place, self.cursor) = (place, Some((key, value.value.clone())));
        }
        let items = self.items(facets);
        let line = items.iter().position(|item| *item == Item::Value(key, value)).unwrap_or_default();
        // The key above its first value is seen with it.
        let upper =
            if matches!(items.get(line.wrapping_sub(1)), Some(Item::Key(..))) { line - 1 } else { line };
        let lower = (line + 1).saturating_sub(page.max(1));
        self.top = self.top.clamp(lower, upper.max(lower));
        self.top = self.top.min(items.len().saturating_sub(page));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facet(key: FacetKey, names: &[&str], distinct: usize) -> Facet {
        let value = |name: &&str| FacetValue { value: (*name).into(), label: (*name).into(), count: 1 };
        Facet { key, values: names.iter().map(value).collect(), distinct }
    }

    fn under(pane: &Facets, facets: &[Facet]) -> String {
        pane.here(facets).map_or_else(String::new, |(_, (_, value))| value.value.to_string())
    }

    #[test]
    fn the_cursor_stays_on_its_value_and_where_it_was_when_that_is_gone() {
        let facets = [facet(FacetKey::Action, &["a", "b", "c"], 3), facet(FacetKey::Status, &["x", "y"], 2)];
        let mut pane = Facets::default();
        pane.settle(&facets, 9);
        assert_eq!(under(&pane, &facets), "a");
        pane.go(Motion::Lines(1), &facets, 9);
        let other = [facet(FacetKey::Action, &["b", "a", "c"], 3)];
        pane.settle(&other, 9);
        assert_eq!(under(&pane, &other), "b");
        let without = [facet(FacetKey::Action, &["a", "c"], 2)];
        pane.settle(&without, 9);
        assert_eq!(under(&pane, &without), "a");
        pane.settle(&[], 9);
        assert_eq!(pane.chosen(&[]), []);
    }

    #[test]
    fn it_goes_from_key_to_key() {
        let facets = [facet(FacetKey::Action, &["a", "b"], 2), facet(FacetKey::Status, &["x", "y"], 2)];
        let mut pane = Facets::default();
        for (down, expected) in [(true, "x"), (true, "x"), (false, "a"), (false, "a")] {
            pane.go_key(down, &facets);
            assert_eq!(under(&pane, &facets), expected);
        }
        pane.go(Motion::Bottom, &facets, 9);
        pane.go_key(false, &facets);
        assert_eq!(under(&pane, &facets), "x", "its own key first");
    }

    #[test]
    fn of_many_values_few_are_listed_until_they_are_unfolded() {
        let names: Vec<String> = (0..9).map(|n| n.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let many = [facet(FacetKey::Action, &names, 80)];
        let mut pane = Facets::default();
        assert_eq!((pane.items(&many).len(), pane.items(&many)[7]), (8, Item::More(74)));
        pane.unfold(true, &many);
        assert_eq!((pane.items(&many).len(), pane.items(&many)[10]), (11, Item::More(71)));
        pane.unfold(false, &many);
        assert_eq!(pane.items(&many).len(), 8);
        let seven = [facet(FacetKey::Action, &names[..7], 7)];
        assert_eq!(pane.items(&seven).len(), 8, "one more would take the same line");
        pane.settle(&many, 4);
        for _ in 0..5 {
            pane.go(Motion::Lines(1), &many, 4);
            pane.settle(&many, 4);
        }
        assert_eq!((under(&pane, &many).as_str(), pane.top()), ("5", 3));
        pane.go(Motion::Top, &many, 4);
        pane.settle(&many, 4);
        assert_eq!(pane.top(), 0, "with its key");
    }
}
