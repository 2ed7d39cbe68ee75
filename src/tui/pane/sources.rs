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

    /// Moves to another source, on a screen with room for so many lines.
    pub(in crate::tui) fn go(&mut self, motion: Motion, sources: &[SourceStatus], room: usize) {
        let page = self.seen(sources, room).max(1);
        let place = motion.from(self.place(sources), sources.len(), page);
        self.selected = sources.get(place).map(|source| source.name.clone());
    }

    /// Keeps the selection on the screen, which has room for so many lines, and leaves none of them empty that
    /// a source above could fill.
    pub(in crate::tui) fn settle(&mut self, sources: &[SourceStatus], room: usize) {
        let place = self.place(sources);
        self.top = self.top.min(place);
        while self.top < place && self.top + self.seen(sources, room) <= place {
            self.top += 1;
        }
        while let Some(above) = self.top.checked_sub(1) {
            if above + (Self { top: above, ..Self::default() }).seen(sources, room) < sources.len() {
                break;
            }
            self.top = above;
        }
    }

    /// How many sources are seen from the first one on.
    fn seen(&self, sources: &[SourceStatus], room: usize) -> usize {
        let mut used = 0;
        // The line that sets the last one apart need not be seen.
        let fits = |source: &&SourceStatus| {
            used += view::lines(source);
            used <= room + 1
        };
        sources.iter().skip(self.top).take_while(fits).count()
    }
}
