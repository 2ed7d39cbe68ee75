//! The saved views: which one is selected.

pub(in crate::tui) mod view;

use crate::tui::motion::Motion;

/// The screen with every view.
#[derive(Debug, Default)]
pub(in crate::tui) struct ViewsPane {
    /// The place of the selected tab; the first is all events.
    selected: usize,
    /// The place of the first tab on the screen.
    pub(in crate::tui) top: usize,
}

impl ViewsPane {
    /// A screen with the tab at that place selected.
    pub(in crate::tui) fn at(selected: usize) -> Self {
        Self { selected, top: 0 }
    }

    /// The place of the selected tab.
    pub(in crate::tui) fn place(&self) -> usize {
        self.selected
    }

    /// The index of the selected view; none where all events are selected.
    pub(in crate::tui) fn view(&self) -> Option<usize> {
        self.selected.checked_sub(1)
    }

    pub(in crate::tui) fn select(&mut self, place: usize) {
        self.selected = place;
    }

    /// Moves among the tabs of so many views.
    pub(in crate::tui) fn go(&mut self, motion: Motion, views: usize, page: usize) {
        self.selected = motion.from(self.selected, views + 1, page);
    }

    /// Keeps the selection among the tabs of so many views, and on the screen, of which `page` are seen at
    /// once.
    pub(in crate::tui) fn settle(&mut self, views: usize, page: usize) {
        self.selected = self.selected.min(views);
        self.top = self.top.clamp((self.selected + 1).saturating_sub(page.max(1)), self.selected);
    }
}
