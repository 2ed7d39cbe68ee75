//! How changes are looked at: ways that hold for every event, and what was made of each one.
//!
//! The lines of what was laid out last are kept beside it. They follow from the state alone, so a view may make
//! them: nobody can tell whether they were there before.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::sides;
use super::view::Text;
use crate::diff::{Block, Comparison, Subject};
use crate::domain::Event;
use crate::tui::draw::Row;
use crate::tui::message::Effect;

/// Records and values of up to so many bytes are compared at once: that takes less than a frame.
pub(in crate::tui) const AT_ONCE: usize = 64 * 1024;

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

    /// The fewest columns that two sides beside each other need.
    pub(in crate::tui) const SIDES_NEED: usize = sides::NEEDED;

    /// Whether changes can be laid out like this in so many columns; by paths they are where they cannot.
    pub(in crate::tui) fn fits(self, width: usize) -> bool {
        self != Self::Sides || width >= Self::SIDES_NEED
    }

    /// What stays and is shown beside what did not.
    pub(in crate::tui) fn unit(self) -> &'static str {
        match self {
            Self::Tree => "unchanged field",
            Self::Paths | Self::Sides => "unchanged line",
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What was made of one thing that has two sides.
#[derive(Debug)]
pub(in crate::tui) struct Compared {
    subject: Subject,
    comparison: Option<Arc<Comparison>>,
    /// The blocks that are folded to one line, as places in the model.
    folded: HashSet<usize>,
    /// The objects and lists of the record that are folded, by their first lines.
    record_folded: HashSet<usize>,
    /// Paths of masked values that the user wants to see.
    pub(in crate::tui) revealed: Vec<String>,
    /// The lines that were laid out last. Drawing and scrolling ask for the same ones again and again.
    laid: RefCell<Option<Laid>>,
}

/// Lines, and what they were laid out for.
#[derive(Debug)]
struct Laid {
    look: Look,
    width: usize,
    above: Vec<Row>,
    text: Rc<Text>,
}

impl Compared {
    pub(in crate::tui) fn comparison(&self) -> Option<&Arc<Comparison>> {
        self.comparison.as_ref()
    }

    /// Whether a block is on the screen at all.
    pub(in crate::tui) fn shows(&self, look: Look, block: &Block) -> bool {
        look.ignored || !block.ignored || self.comparison.as_ref().is_some_and(|made| made.diff.is_noise())
    }

    pub(in crate::tui) fn is_folded(&self, block: usize) -> bool {
        self.folded.contains(&block)
    }

    pub(in crate::tui) fn fold(&mut self, block: usize, fold: bool) {
        if fold {
            self.folded.insert(block);
        } else {
            self.folded.remove(&block);
        }
        self.laid.take();
    }

    pub(in crate::tui) fn fold_all(&mut self, fold: bool) {
        let blocks = self.comparison.as_ref().map_or(0, |made| made.diff.blocks.len());
        self.folded = if fold { (0..blocks).collect() } else { HashSet::new() };
        self.laid.take();
    }

    pub(in crate::tui) fn is_record_folded(&self, open: usize) -> bool {
        self.record_folded.contains(&open)
    }

    /// Folds objects and lists of the record, or unfolds them.
    pub(in crate::tui) fn fold_record(&mut self, open: impl IntoIterator<Item = usize>, fold: bool) {
        for open in open {
            if fold {
                self.record_folded.insert(open);
            } else {
                self.record_folded.remove(&open);
            }
        }
    }

    /// The lines for this look and width below those `above`: the last ones where nothing is different, else as
    /// `lay` makes them.
    pub(super) fn laid(
        &self,
        look: Look,
        width: usize,
        above: Vec<Row>,
        lay: impl FnOnce(&mut Text),
    ) -> Rc<Text> {
        let mut last = self.laid.borrow_mut();
        if let Some(laid) = &*last
            && (laid.look, laid.width, &laid.above) == (look, width, &above)
        {
            return Rc::clone(&laid.text);
        }
        let mut text = Text { lines: above.clone(), ..Text::default() };
        lay(&mut text);
        let text = Rc::new(text);
        *last = Some(Laid { look, width, above, text: Rc::clone(&text) });
        text
    }
}

/// What was made of what was looked at last, the newest last.
#[derive(Debug, Default)]
pub(in crate::tui) struct Comparisons {
    kept: Vec<Compared>,
}

impl Comparisons {
    /// What was made of `event` as it is now.
    pub(in crate::tui) fn of(&self, event: &Event) -> Option<&Compared> {
        let is_it = |kept: &&Compared| matches!(&kept.subject, Subject::Event(own) if std::ptr::eq(own.as_ref(), event));
        self.kept.iter().rev().find(is_it)
    }

    /// What was made of something.
    pub(in crate::tui) fn about(&self, subject: &Subject) -> Option<&Compared> {
        self.kept.iter().rev().find(|kept| kept.subject == *subject)
    }

    /// The same, to be changed.
    pub(in crate::tui) fn about_mut(&mut self, subject: &Subject) -> Option<&mut Compared> {
        self.kept.iter_mut().rev().find(|kept| kept.subject == *subject)
    }

    /// Compares something, at once where that is quick; otherwise asks for it.
    pub(in crate::tui) fn want(&mut self, subject: &Subject) -> Option<Effect> {
        if self.about(subject).is_some() {
            return None;
        }
        if let Subject::Event(event) = subject {
            let was = |kept: &Compared| matches!(&kept.subject, Subject::Event(own) if own.row == event.row);
            self.kept.retain(|kept| !was(kept));
        }
        if self.kept.len() >= KEPT {
            self.kept.remove(0);
        }
        self.kept.push(Compared {
            subject: subject.clone(),
            comparison: None,
            folded: HashSet::new(),
            record_folded: HashSet::new(),
            revealed: Vec::new(),
            laid: RefCell::default(),
        });
        self.again(subject)
    }

    /// Shows one more masked value.
    pub(in crate::tui) fn reveal(&mut self, subject: &Subject, path: String) -> Option<Effect> {
        self.about_mut(subject)?.revealed.push(path);
        self.again(subject)
    }

    fn again(&mut self, subject: &Subject) -> Option<Effect> {
        let kept = self.about_mut(subject)?;
        if subject.weight() > AT_ONCE {
            return Some(Effect::Compare { subject: subject.clone(), revealed: kept.revealed.clone() });
        }
        let made = Arc::new(subject.compare(&kept.revealed));
        kept.put(made);
        None
    }

    /// The answer came; whether anybody still waits for it.
    pub(in crate::tui) fn take(
        &mut self,
        subject: &Subject,
        revealed: &[String],
        comparison: Arc<Comparison>,
    ) -> bool {
        let kept = self.about_mut(subject).filter(|kept| kept.revealed == revealed);
        kept.map(|kept| kept.put(comparison)).is_some()
    }
}

impl Compared {
    fn put(&mut self, comparison: Arc<Comparison>) {
        // A value that is shown may have more lines than its mask.
        self.record_folded.clear();
        self.comparison = Some(comparison);
        self.laid.take();
    }
}
