//! The sources: which one is selected.

mod act;
mod coverage;
pub(in crate::tui) mod view;

use std::sync::Arc;

use crate::domain::SourceStatus;
use crate::tui::motion::Motion;

/// The screen with the state of every source.
#[derive(Debug, Default)]
pub(in crate::tui) struct SourcesPane {
    /// The name of the selected source; `None` is the first.
    selected: Option<Arc<str>>,
    /// The index of the first source on the screen.
    pub(in crate::tui) top: usize,
    /// The scope that is selected, where the selected source is looked into.
    pub(in crate::tui) scope: Option<usize>,
}

impl SourcesPane {
    /// A screen with the source of that name selected.
    pub(in crate::tui) fn at(selected: Option<Arc<str>>) -> Self {
        Self { selected, top: 0, scope: None }
    }

    /// The index of the selected source.
    pub(in crate::tui) fn place(&self, sources: &[SourceStatus]) -> usize {
        sources.iter().position(|source| Some(&source.name) == self.selected.as_ref()).unwrap_or(0)
    }

    /// The name of the selected source.
    pub(in crate::tui) fn name(&self, sources: &[SourceStatus]) -> Option<Arc<str>> {
        sources.get(self.place(sources)).map(|source| source.name.clone())
    }

    pub(in crate::tui) fn go(&mut self, motion: Motion, sources: &[SourceStatus], page: usize) {
        let place = motion.from(self.place(sources), sources.len(), page);
        self.selected = sources.get(place).map(|source| source.name.clone());
    }

    /// Keeps the selection on the screen, of which `page` sources are seen at once.
    pub(in crate::tui) fn settle(&mut self, sources: &[SourceStatus], page: usize) {
        let (place, page) = (self.place(sources), page.max(1));
        self.top = self.top.clamp((place + 1).saturating_sub(page), place);
    }
}
