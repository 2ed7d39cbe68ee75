//! What commands do with the changes of one event: lay them out, fold them, show what is masked.

use std::rc::Rc;
use std::sync::Arc;

use crate::diff::{Comparison, Mask, Subject};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::{Effect, Notice};
use crate::tui::overlay::Overlay;
use crate::tui::pane::event::look::{self, Arrangement};
use crate::tui::pane::event::view::Text;
use crate::tui::pane::event::{self, EventView, Tab};
use crate::tui::pane::{Screen, compare};
use crate::tui::words;

impl App {
    /// The commands about the changes of the event that has the keys.
    pub(super) fn act_on_diff(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        match command {
            Command::OpenDiff => {
                self.preview = EventView::of(Tab::Diff);
                self.open_event(ask);
            }
            Command::DiffLayout => self.look(Self::next_layout),
            Command::LessContext => self.look(|app| app.widen(false)),
            Command::MoreContext => self.look(|app| app.widen(true)),
            Command::Wrap => self.look(|app| {
                app.ui.look.wrap = !app.ui.look.wrap;
                if app.ui.look.wrap { "long lines are broken" } else { "long lines are cut" }.to_owned()
            }),
            Command::Ignored => self.look(|app| {
                app.ui.look.ignored = !app.ui.look.ignored;
                let word = if app.ui.look.ignored { "shown" } else { "left out" };
                format!("fields that every save touches are {word}{}", app.whether_there_are_any())
            }),
            Command::FoldChange => self.fold_change(true),
            Command::UnfoldChange => self.fold_change(false),
            Command::FoldAll => self.fold_all(true),
            Command::UnfoldAll => self.fold_all(false),
            Command::Reveal => self.ask_to_reveal(),
            _ => return false,
        }
        true
    }

    /// Turns to the tab with the changes, changes how they are looked at, and stays at the same change.
    fn look(&mut self, change: impl FnOnce(&mut Self) -> String) {
        self.turn_to_changes();
        let here = self.block_here();
        let said = change(self);
        self.notice = Some(Notice::info(said));
        if let Some(block) = here {
            self.stay_at(block);
        }
    }

    fn turn_to_changes(&mut self) {
        let view = self.view_of_event();
        if view.tab != Tab::Diff {
            *view = EventView::of(Tab::Diff);
            if matches!(self.above.last(), Some(Screen::Event(_))) {
                self.preview = EventView::of(Tab::Diff);
            }
        }
    }

    /// Takes the next layout that fits where the changes stand.
    fn next_layout(&mut self) -> String {
        let fits =
            |app: &Self| app.width_of_changes().is_none_or(|width| app.ui.look.arrangement.fits(width));
        if !fits(self) {
            // What does not fit is shown by paths, and the one after that is the next.
            self.ui.look.arrangement = Arrangement::default();
        }
        let next = |app: &mut Self| app.ui.look.arrangement = app.ui.look.arrangement.next();
        next(self);
        let mut why = String::new();
        if let (false, Some(width)) = (fits(self), self.width_of_changes()) {
            why = format!("; side by side needs {} columns, and there are {width}", Arrangement::SIDES_NEED);
            next(self);
        }
        format!("{}{why}", self.ui.look.arrangement.words())
    }

    /// The columns that changes have where they stand now.
    fn width_of_changes(&self) -> Option<usize> {
        let layout = self.layout();
        let body = match self.above.last() {
            Some(Screen::Event(_)) => event::view::body(event::view::page(&layout, &self.ui, Tab::Diff)),
            Some(Screen::Compare(_)) => compare::view::body(&layout, &self.ui),
            _ => event::view::body(layout.preview),
        };
        (!body.is_empty()).then_some(usize::from(body.width))
    }

    /// What the changes on the screen were compared to.
    fn made(&self) -> Option<Arc<Comparison>> {
        self.comparisons.about(&self.subject()?)?.comparison().cloned()
    }

    /// What is to be added where fields that change with every save are shown or left out.
    fn whether_there_are_any(&self) -> &'static str {
        match self.made() {
            Some(made) if made.diff.counts.ignored == 0 => "; there are none here",
            Some(made) if made.diff.is_noise() => " where there are others",
            _ => "",
        }
    }

    /// Shows more of what stayed, or less: as much as makes a difference.
    fn widen(&mut self, more: bool) -> String {
        let text = |app: &Self| app.text_of_event().map(|(text, _)| text);
        // Whether it made one is seen by laying it out again, which takes long where the texts are long.
        let is_quick = self.subject().is_some_and(|subject| subject.weight() <= look::AT_ONCE);
        let (before, was) = (text(self), self.ui.look);
        while self.ui.look.widen(more) {
            let now = if is_quick { text(self) } else { None };
            let same = |now: &Rc<Text>, before: &Rc<Text>| now.lines == before.lines;
            if is_quick && now.iter().zip(&before).all(|(now, before)| same(now, before)) {
                continue;
            }
            return match self.ui.look.context() {
                0 => "only what changed is shown".to_owned(),
                usize::MAX => "all that stayed is shown".to_owned(),
                most => format!(
                    "up to {} on each side of a change",
                    words::plural(most as u64, self.ui.look.arrangement.unit())
                ),
            };
        }
        self.ui.look = was;
        if more {
            "nothing more stands around these changes"
        } else {
            "nothing is shown around these changes"
        }
        .to_owned()
    }

    /// The block of the model that was gone to, else the first that is seen.
    pub(super) fn block_here(&mut self) -> Option<usize> {
        let view = *self.view_of_event();
        let (text, _) = self.text_of_event()?;
        let seen = text.marks.partition_point(|mark| *mark < view.scroll);
        let place = view.change.unwrap_or(seen).min(text.blocks.len().checked_sub(1)?);
        text.blocks.get(place).copied()
    }

    /// Goes to the block, wherever it stands now.
    fn stay_at(&mut self, block: usize) {
        let Some((text, page)) = self.text_of_event() else { return };
        let Some(place) = text.blocks.iter().position(|other| *other == block) else {
            self.view_of_event().change = None;
            return;
        };
        let (mark, lines) = (text.marks[place], text.lines.len());
        let view = self.view_of_event();
        view.change = Some(place);
        if mark < view.scroll || mark >= view.scroll + page {
            view.scroll = mark;
        }
        view.scroll = view.scroll.min(lines.saturating_sub(page));
    }

    /// The path of the change that was gone to, or of the first that is seen.
    pub(super) fn path_here(&mut self) -> Option<String> {
        if self.view_of_event().tab != Tab::Diff {
            return None;
        }
        let place = self.block_here()?;
        let made = self.comparisons.about(&self.subject()?)?.comparison()?;
        made.diff.blocks.get(place).map(|block| block.path.clone())
    }

    /// Goes to the change of the field at this path, or of what it stands in.
    pub(super) fn show_field(&mut self, path: &str) {
        let Some(subject) = self.subject().filter(|subject| subject.weight() <= look::AT_ONCE) else {
            return;
        };
        // As small as it is, it is compared at once and nothing is asked for.
        self.comparisons.want(&subject);
        let made = self.comparisons.about(&subject).and_then(|compared| compared.comparison().cloned());
        let Some(made) = made else { return };
        let block = |fits: &dyn Fn(&str) -> bool| made.diff.blocks.iter().position(|block| fits(&block.path));
        let block = block(&|own| own == path)
            .or_else(|| block(&|own| path.starts_with(own)))
            .or_else(|| block(&|own| own.starts_with(path)));
        if let Some(block) = block {
            self.stay_at(block);
        }
    }

    fn fold_change(&mut self, fold: bool) {
        if self.view_of_event().tab == Tab::Raw {
            return self.fold_in_record(fold);
        }
        if self.nothing_to_fold() {
            return;
        }
        let (Some(subject), Some(block)) = (self.subject(), self.block_here()) else {
            self.notice = Some(Notice::info("this event names no changed field"));
            return;
        };
        if let Some(compared) = self.comparisons.about_mut(&subject) {
            compared.fold(block, fold);
        }
        self.stay_at(block);
    }

    /// Says so where the tab that is shown has nothing that folds: turning to another one is not what was asked.
    fn nothing_to_fold(&mut self) -> bool {
        let nothing = self.view_of_event().tab != Tab::Diff;
        if nothing {
            self.notice = Some(Notice::info("nothing folds on this tab"));
        }
        nothing
    }

    fn fold_all(&mut self, fold: bool) {
        if self.view_of_event().tab == Tab::Raw {
            return self.fold_all_in_record(fold);
        }
        if self.nothing_to_fold() {
            return;
        }
        let (Some(subject), here) = (self.subject(), self.block_here()) else { return };
        let Some(compared) = self.comparisons.about_mut(&subject) else { return };
        compared.fold_all(fold);
        if let Some(block) = here {
            self.stay_at(block);
        }
    }

    /// Asks whether to show the masked value of the change that was gone to, or says why it cannot be shown.
    fn ask_to_reveal(&mut self) {
        if self.view_of_event().tab == Tab::Raw {
            return self.ask_to_reveal_in_record();
        }
        self.turn_to_changes();
        let (Some(subject), Some(place)) = (self.subject(), self.block_here()) else {
            self.notice = Some(Notice::info("this event names no changed field"));
            return;
        };
        let made = self.comparisons.about(&subject).and_then(|compared| compared.comparison().cloned());
        let Some(made) = made else { return };
        self.stay_at(place);
        let block = &made.diff.blocks[place];
        match block.mask.can_be_lifted() {
            Ok(()) => self.overlays.push(Overlay::Reveal(subject, block.path.clone())),
            Err(why) if block.mask == Mask::Kept => {
                let raw = if made.record.hidden.is_empty() {
                    String::new()
                } else {
                    let (tab, key) = (self.ui.key(Command::NextTab), self.ui.key(Command::Reveal));
                    format!("; the record may: `{tab}` to Raw, and `{key}` there")
                };
                self.notice = Some(Notice::error(format!("`{}`: {why}{raw}", block.path)));
            }
            Err(why) => self.notice = Some(Notice::info(format!("`{}`: {why}", block.path))),
        }
    }

    /// Asks whether to show the first masked value of the record that is seen, else the first of all.
    fn ask_to_reveal_in_record(&mut self) {
        let Some(event) = self.event().cloned() else { return };
        let scroll = self.view_of_event().scroll;
        let Some((text, _)) = self.text_of_event() else { return };
        let Some(made) = self.comparisons.of(&event).and_then(|compared| compared.comparison()) else {
            return;
        };
        let seen = text.marks.partition_point(|mark| *mark < scroll);
        let place = text.blocks.get(seen).or(text.blocks.first()).copied().unwrap_or(0);
        match made.record.hidden.get(place) {
            Some(place) => {
                let place = place.clone();
                self.overlays.push(Overlay::Reveal(Subject::Event(event), place));
            }
            None => self.notice = Some(Notice::info("nothing in this record is masked")),
        }
    }

    /// Shows the value that was asked about.
    pub(super) fn reveal(&mut self, ask: &mut Vec<Effect>) {
        let Some(Overlay::Reveal(subject, path)) = self.overlays.pop() else { return };
        if self.subject().as_ref() == Some(&subject) {
            ask.extend(self.comparisons.reveal(&subject, path));
        }
    }
}
