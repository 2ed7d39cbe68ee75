//! What each command does.
//!
//! A command is offered to what lies over the screen, then to the line being edited, then to what every
//! screen knows, then to the screen itself. What nobody takes does nothing.

mod ai;
mod compare;
mod copy;
mod diff;
mod event;
mod export;
mod facets;
mod filter;
mod go;
mod histogram;
mod life;
mod overlay;
mod people;
mod record;
mod related;
mod views;

pub(super) use event::nothing_further;

use std::sync::Arc;

use super::app::App;
use super::command::Command;
use super::message::{Effect, Notice};
use super::motion::Motion;
use super::overlay::{Asked, Help, Of, Overlay};
use super::pane::Screen;
use super::pane::sources::{self, SourcesPane};
use super::pane::timeline::Side;
use super::waiting::Why;
use super::words;

impl App {
    /// Does what the user wants.
    pub(super) fn act(&mut self, command: Command, ask: &mut Vec<Effect>) {
        let depth = self.above.len();
        let taken = self.act_on_form(command, ask)
            || self.act_on_overlay(command, ask)
            || self.act_on_filter(command, ask)
            || self.act_on_facets(command, ask)
            || self.act_on_places(command, ask)
            || self.act_on_way(command, ask)
            || self.act_anywhere(command, ask)
            || self.act_on_views(command, ask)
            || self.arrange(command, ask)
            || self.act_on_sides(command, ask)
            || self.act_on_diff(command, ask)
            || self.act_on_event(command, ask);
        if !taken {
            self.act_on_screen(command, ask);
        }
        let on_the_way = matches!(command, Command::Forward | Command::Back | Command::Close);
        if self.above.len() > depth && !on_the_way {
            self.trail.turn_off();
        }
    }

    /// The commands that mean the same on every screen.
    fn act_anywhere(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        match command {
            Command::Interrupt if self.stop_looking(ask) => {}
            Command::Quit | Command::Interrupt => self.quit(ask),
            Command::Suspend => ask.push(Effect::Suspend),
            Command::Redraw => ask.push(Effect::Redraw),
            Command::Help => self.overlays.push(Overlay::Help(Help::about(self.context()))),
            Command::Palette => self.pick(Of::Commands, ask),
            Command::Jump => self.pick(Of::Places, ask),
            Command::Close if self.above.is_empty() && !self.in_preview && !self.trail.leads_back() => {
                self.overlays.push(Overlay::Quit);
            }
            Command::Histogram => self.toggle_histogram(),
            Command::Back | Command::Close => self.back(ask),
            Command::Sources => self.open_sources(),
            Command::RefreshSource => self.refresh(ask),
            Command::RefreshAll => self.ask_for_news(None, ask),
            Command::Follow => self.timeline.set_follow(!self.timeline.follows()),
            Command::TimeFormat => self.ui.ages = !self.ui.ages,
            Command::Preview => self.ui.preview = !self.ui.preview,
            Command::Zone => self.other_zone(ask),
            Command::Explain => ask.push(Effect::Explain { query: self.filter.query().clone() }),
            Command::EditFilter => self.edit_filter(ask),
            Command::ClearFilter => {
                self.lifted = None;
                let changed = self.filter.set("", &self.ui.context());
                self.filter_changed(Some(changed), "there is no filter to clear", ask);
            }
            Command::UndoQuery => {
                let changed = self.filter.undo(&self.ui.context());
                self.filter_changed(changed, "there is no filter before this one", ask);
            }
            Command::RedoQuery => {
                let changed = self.filter.redo(&self.ui.context());
                self.filter_changed(changed, "there is no filter after this one", ask);
            }
            _ => return false,
        }
        true
    }

    /// Ends the program, with how far was read.
    fn quit(&mut self, ask: &mut Vec<Effect>) {
        self.mark_read(ask);
        ask.push(Effect::Quit);
    }

    /// Leaves the innermost place; at the timeline there is nothing to leave but marks and what is looked for.
    fn back(&mut self, ask: &mut Vec<Effect>) {
        if let Some(Screen::Sources(pane)) = self.above.last_mut()
            && pane.scope.take().is_some()
        {
            return;
        }
        if let Some(Screen::Histogram(pane)) = self.above.last_mut()
            && pane.dismiss()
        {
            return;
        }
        if self.leave_screen() || std::mem::take(&mut self.in_preview) {
            return;
        }
        if self.pinned.take().is_none() && !self.drop_marks() && !self.drop_search() {
            self.leap_back(ask);
        }
    }

    /// Gives up the range that was begun, else all marks, and says so; whether there was anything to give up.
    fn drop_marks(&mut self) -> bool {
        let before = self.timeline.marked() as u64;
        let dropped = self.timeline.clear_marks();
        if dropped {
            let said = match self.timeline.marked() as u64 {
                0 => format!("dropped {}", words::plural(before, "mark")),
                left => format!("gave up the range; {} marked", words::count(left)),
            };
            self.notice = Some(Notice::info(said));
        }
        dropped
    }

    /// Begins a range, or ends it and says what is marked.
    fn range(&mut self) {
        let ends = self.timeline.range_rows().is_some();
        self.timeline.range();
        if ends {
            let marked = words::count(self.timeline.marked() as u64);
            let text = format!("{marked} marked: `{}` drops the marks", self.ui.key(Command::Back));
            self.notice = Some(Notice::info(text));
        }
    }

    fn open_sources(&mut self) {
        if !matches!(self.above.last(), Some(Screen::Sources(_))) {
            let source = self.event().map(|event| event.source.clone());
            self.above.push(Screen::Sources(SourcesPane::at(source)));
        }
    }

    fn refresh(&mut self, ask: &mut Vec<Effect>) {
        let source = match self.above.last() {
            Some(Screen::Sources(pane)) => pane.name(&self.sources),
            _ => self.event().map(|event| event.source.clone()).or_else(|| self.only_source()),
        };
        // A filter that selects nothing yet may do so because nothing was fetched.
        if source.is_none() && self.filter.query().conditions().is_empty() {
            self.notice = Some(Notice::info("no source is selected"));
            return;
        }
        self.ask_for_news(source, ask);
    }

    /// The source that the filter is about, where it is about a single one.
    fn only_source(&self) -> Option<Arc<str>> {
        let query = self.filter.query();
        let mut meant = self.sources.iter().filter(|source| !query.leaves_out_source(&source.name));
        let only = meant.next().map(|source| source.name.clone());
        only.filter(|_| meant.next().is_none())
    }

    /// Asks for what is new; in a list that a filter narrows, for what that is about first.
    fn ask_for_news(&mut self, source: Option<Arc<str>>, ask: &mut Vec<Effect>) {
        let in_sources = matches!(self.above.last(), Some(Screen::Sources(_)));
        let wanted = if in_sources { Vec::new() } else { self.filter.query().conditions() };
        let whom = source.as_deref().unwrap_or("every source");
        let what = if wanted.is_empty() { "for news" } else { "for what the filter is about, then for news" };
        self.notice = Some(Notice::info(format!("asking {whom} {what}")));
        ask.push(Effect::Refresh { source, wanted });
    }

    fn act_on_screen(&mut self, command: Command, ask: &mut Vec<Effect>) {
        if command == Command::Range && !matches!(self.above.last(), None | Some(Screen::Histogram(_))) {
            let text = format!(
                "a range begins in the list of events: `{}` goes back to it",
                self.ui.key(Command::Back)
            );
            self.notice = Some(Notice::info(text));
            return;
        }
        match self.above.last() {
            None => self.act_on_timeline(command, ask),
            Some(Screen::Event(_)) => self.act_in_event(command, ask),
            Some(Screen::Lifecycle(_)) => self.act_in_lifecycle(command, ask),
            Some(Screen::Compare(_)) => self.act_in_compare(command, ask),
            Some(Screen::Actor(_)) => self.act_in_actor(command, ask),
            Some(Screen::Suspects(_)) => self.act_in_suspects(command, ask),
            Some(Screen::Views(_)) => self.act_in_views(command, ask),
            Some(Screen::Histogram(_)) => self.act_in_histogram(command, ask),
            Some(Screen::Sources(_)) => {
                if self.act_on_source(command, ask) {
                    return;
                }
                if Motion::of(command).is_some_and(|motion| self.go_scope(motion)) {
                    return;
                }
                let room = sources::view::room(&self.layout());
                if let (Some(motion), Some(Screen::Sources(pane))) =
                    (Motion::of(command), self.above.last_mut())
                {
                    pane.go(motion, &self.sources, room);
                }
            }
        }
    }

    fn act_on_timeline(&mut self, command: Command, ask: &mut Vec<Effect>) {
        let measure = self.measure();
        let motion = Motion::of(command);
        match (command, motion) {
            (Command::NextPane, _) => self.next_pane(),
            (Command::Mark, _) => self.timeline.mark(),
            (Command::Range, _) => self.range(),
            (Command::NextTab, _) => self.preview.turn(1),
            (Command::PreviousTab, _) => self.preview.turn(-1),
            (Command::PreviewDown, _) => self.scroll_preview(Motion::Lines(3)),
            (Command::PreviewUp, _) => self.scroll_preview(Motion::Lines(-3)),
            (Command::NextChange, _) => self.seek_change(true),
            (Command::PreviousChange, _) => self.seek_change(false),
            (_, Some(motion)) if self.in_preview => self.scroll_preview(motion),
            (_, Some(motion)) if self.timeline.go_gap(motion) => {}
            (_, Some(motion)) => {
                let page = measure.fits(&self.timeline.list(), self.timeline.top());
                self.timeline.go(motion, page);
            }
            (Command::NextDay, _) => self.timeline.go_group(Side::Older, self.ui.zone),
            (Command::PreviousDay, _) => self.timeline.go_group(Side::Newer, self.ui.zone),
            (Command::Find, _) => self.ask_for(Asked::Find, ""),
            (Command::NextMatch, _) => self.go_to_match(Side::Older),
            (Command::PreviousMatch, _) => self.go_to_match(Side::Newer),
            (Command::NextSetback, _) => self.setback(Side::Older, ask),
            (Command::PreviousSetback, _) => self.setback(Side::Newer, ask),
            (Command::NextOfEntity, _) => self.neighbour(Side::Older, ask),
            (Command::PreviousOfEntity, _) => self.neighbour(Side::Newer, ask),
            (Command::Unfold, _) if self.timeline.unfold() => self.ask(Why::Fold, ask),
            (Command::Open, _) if self.open_related(ask) => {}
            (Command::Open, _) if self.fill_gap(ask) => {}
            (Command::Open | Command::Unfold, _) => self.open_event(ask),
            (Command::Fold, _) if self.timeline.fold() => self.ask(Why::Fold, ask),
            _ => {}
        }
    }

    /// From the list to the preview, to the facets beside the list, and back.
    fn next_pane(&mut self) {
        let layout = self.layout();
        if !self.in_preview && !layout.preview.is_empty() {
            self.in_preview = true;
        } else {
            self.in_preview = false;
            if !layout.facets.is_empty() {
                self.facets.focus();
            }
        }
    }
}
