//! How changes are looked at: ways that hold for every event, and what was made of each one.

use std::collections::HashSet;
use std::sync::Arc;

use crate::diff::{Block, Comparison};
use crate::domain::Event;
use crate::tui::message::Effect;

/// Records and values of up to so many bytes are compared at once: that takes less than a frame.
const AT_ONCE: usize = 64 * 1024;

/// How many events keep what was made of them.
const KEPT: usize = 24;

/// Lines, or fields, that stayed and are shown beside those that did not.
const CONTEXTS: [usize; 6] = [0, 1, 3, 8, 20, usize::MAX];

/// How changes are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::tui) enum Arrangement {
    /// One block for each changed field, under its path.
    #[default]
    Paths,
    /// Under the objects that they stand in.
    Tree,
    /// What was on the left, what is on the right.
    Sides,
}

impl Arrangement {
    pub(in crate::tui) fn next(self) -> Self {
        match self {
            Self::Paths => Self::Tree,
            Self::Tree => Self::Sides,
            Self::Sides => Self::Paths,
        }
    }

    pub(in crate::tui) fn words(self) -> &'static str {
        match self {
            Self::Paths => "changes by their paths",
            Self::Tree => "changes as a tree",
            Self::Sides => "changes side by side",
        }
    }
}

/// How changes are looked at, whichever event they are of.
#[derive(Debug, Clone, Copy)]
pub(in crate::tui) struct Look {
    pub(in crate::tui) arrangement: Arrangement,
    /// Its place in the list of contexts.
    pub(in crate::tui) context: usize,
    /// Whether long lines are broken; otherwise they are cut.
    pub(in crate::tui) wrap: bool,
    /// Whether fields that change with every save are shown.
    pub(in crate::tui) ignored: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { arrangement: Arrangement::default(), context: 1, wrap: true, ignored: false }
    }
}

impl Look {
    /// Lines, or fields, that stayed and are shown beside those that did not.
    pub(in crate::tui) fn context(self) -> usize {
        CONTEXTS[self.context.min(CONTEXTS.len() - 1)]
    }

    /// Shows more of what stayed, or less; whether there was more, or less, to show.
    pub(in crate::tui) fn widen(&mut self, more: bool) -> bool {
        let next = if more { self.context + 1 } else { self.context.wrapping_sub(1) };
        let possible = next < CONTEXTS.len();
        if possible {
            self.context = next;
        }
        possible
    }
}

/// What was made of one event.
#[derive(Debug)]
pub(in crate::tui) struct Compared {
    event: Arc<Event>,
    comparison: Option<Arc<Comparison>>,
    /// The blocks that are folded to one line, as places in the model.
    pub(in crate::tui) folded: HashSet<usize>,
    /// Paths of masked values that the user wants to see.
    pub(in crate::tui) revealed: Vec<String>,
}

impl Compared {
    pub(in crate::tui) fn comparison(&self) -> Option<&Arc<Comparison>> {
        self.comparison.as_ref()
    }

    /// Whether a block is on the screen at all.
    pub(in crate::tui) fn shows(&self, look: Look, block: &Block) -> bool {
        look.ignored || !block.ignored || self.comparison.as_ref().is_some_and(|made| made.diff.is_noise())
    }
}

/// What was made of the events that were looked at last, the newest last.
#[derive(Debug, Default)]
pub(in crate::tui) struct Comparisons {
    kept: Vec<Compared>,
}

impl Comparisons {
    /// What was made of `event` as it is now.
    pub(in crate::tui) fn of(&self, event: &Event) -> Option<&Compared> {
        self.kept.iter().rev().find(|kept| std::ptr::eq(kept.event.as_ref(), event))
    }

    /// The same, to be changed.
    pub(in crate::tui) fn of_mut(&mut self, event: &Event) -> Option<&mut Compared> {
        self.kept.iter_mut().rev().find(|kept| std::ptr::eq(kept.event.as_ref(), event))
    }

    /// Compares what `event` holds, at once where that is quick; otherwise asks for it.
    pub(in crate::tui) fn want(&mut self, event: &Arc<Event>) -> Option<Effect> {
        if self.of(event).is_some() {
            return None;
        }
        self.kept.retain(|kept| kept.event.row != event.row);
        if self.kept.len() >= KEPT {
            self.kept.remove(0);
        }
        let (folded, revealed) = (HashSet::new(), Vec::new());
        self.kept.push(Compared { event: event.clone(), comparison: None, folded, revealed });
        self.again(event)
    }

    /// Shows one more masked value of `event`.
    pub(in crate::tui) fn reveal(&mut self, event: &Arc<Event>, path: String) -> Option<Effect> {
        self.of_mut(event)?.revealed.push(path);
        self.again(event)
    }

    fn again(&mut self, event: &Arc<Event>) -> Option<Effect> {
        let kept = self.of_mut(event)?;
        if Comparison::weight(event) > AT_ONCE {
            return Some(Effect::Compare { event: event.clone(), revealed: kept.revealed.clone() });
        }
        kept.comparison = Some(Arc::new(Comparison::of(event, &kept.revealed)));
        None
    }

    /// The answer came; whether anybody still waits for it.
    pub(in crate::tui) fn take(
        &mut self,
        event: &Event,
        revealed: &[String],
        comparison: Arc<Comparison>,
    ) -> bool {
        let kept = self.of_mut(event).filter(|kept| kept.revealed == revealed);
        kept.map(|kept| kept.comparison = Some(comparison)).is_some()
    }
}
