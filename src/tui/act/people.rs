//! What commands do to find who did what, and what else happened: around an event, before it, by its actor.
//! And to find the way back from there.

use crate::domain::{Actor, Case, Event, Profile, Suspects, span};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::{Effect, Notice};
use crate::tui::motion::Motion;
use crate::tui::overlay::{Asked, Overlay, Told};
use crate::tui::pane::actor::{self, ActorPane, Way};
use crate::tui::pane::event::{EventView, related};
use crate::tui::pane::suspects::{self, SuspectsPane};
use crate::tui::pane::{Screen, lifecycle};
use crate::tui::view;
use crate::tui::words;
use std::sync::Arc;

impl App {
    /// The commands about the way that was come and about the screen as a whole.
    pub(super) fn act_on_way(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        match command {
            Command::Forward => self.forward(ask),
            Command::Messages => {
                let lines = self.said.lines(&self.ui);
                let told = Told::of("messages", "messages, the latest first", lines);
                self.overlays.push(Overlay::Told(told));
            }
            Command::PreviewPlace => {
                self.ui.preview = true;
                self.ui.side = self.ui.side.other();
            }
            Command::Zoom => self.zoom(ask),
            Command::Mouse => {
                self.has_mouse = !self.has_mouse;
                ask.push(Effect::Mouse(self.has_mouse));
                let text = if self.has_mouse {
                    "the mouse chooses and scrolls; most terminals still select text while shift is held"
                } else {
                    "the mouse is the terminal's again"
                };
                self.notice = Some(Notice::info(text));
            }
            Command::Screenshot => {
                let name = self.ui.zone.at(self.ui.now).format("backtrail-%Y%m%d-%H%M%S.svg").to_string();
                self.ask_for(Asked::Picture, &name);
            }
            _ => return false,
        }
        true
    }

    /// The list for itself or, where the preview has the keys, the event.
    fn zoom(&mut self, ask: &mut Vec<Effect>) {
        match self.above.last() {
            None if self.in_preview => {
                self.ui.zoomed = false;
                self.open_event(ask);
            }
            Some(Screen::Event(_)) => {
                self.leave_screen();
            }
            _ => {
                self.ui.zoomed = !self.ui.zoomed;
                self.in_preview = false;
            }
        }
    }

    /// Has a picture of the screen written to `path`.
    pub(super) fn take_picture(&mut self, path: &str, ask: &mut Vec<Effect>) {
        if path.is_empty() {
            return;
        }
        ask.push(Effect::Picture { path: path.to_owned(), svg: view::picture(self) });
    }

    /// Shows what happened around the event in all sources; the selection stays on it.
    pub(super) fn show_around(&mut self, ask: &mut Vec<Effect>) {
        let Some(event) = self.event().cloned() else { return };
        let text = related::around(&event);
        if self.above.is_empty() && self.filter.applied() == text {
            self.notice = Some(Notice::info("these are the 10 minutes before and after this event"));
            return;
        }
        self.leap_to(&text, ask);
        self.timeline.select(event.row);
        let time = words::clock(event.record.time, self.ui.zone, true);
        self.notice = Some(Notice::info(format!(
            "10 minutes before and after {time} in all sources: `{}` goes back, `{}` says what is suspicious",
            self.ui.key(Command::Back),
            self.ui.key(Command::Suspects)
        )));
    }

    /// Opens what changed before the event.
    pub(super) fn open_suspects(&mut self, ask: &mut Vec<Effect>) {
        let Some(event) = self.event().cloned() else { return };
        let pane = SuspectsPane::at(event.record.time, self.ui.zone);
        let same = |screen: &Screen| matches!(screen, Screen::Suspects(open) if open.case.at == pane.case.at);
        if let Some(depth) = self.above.iter().position(same) {
            self.above.truncate(depth + 1);
            return;
        }
        ask.push(pane.question());
        self.above.push(Screen::Suspects(pane));
    }

    /// Looks further back for what changed before a moment, or less far.
    pub(super) fn widen_window(&mut self, longer: bool, ask: &mut Vec<Effect>) {
        let Some(Screen::Suspects(pane)) = self.above.last_mut() else {
            let key = self.ui.key(Command::Suspects);
            self.notice = Some(Notice::info(format!("this is for what changed before an event: `{key}`")));
            return;
        };
        if let Some(question) = pane.widen(longer) {
            ask.push(question);
        } else {
            let (window, end) = (span(pane.case.window), if longer { "far" } else { "near" });
            self.notice = Some(Notice::info(format!("{window} before is as {end} as it goes")));
        }
    }

    pub(in crate::tui) fn take_suspects(
        &mut self,
        case: Case,
        result: &Result<Suspects, String>,
        ask: &mut Vec<Effect>,
    ) -> bool {
        for screen in &mut self.above {
            if let Screen::Suspects(pane) = screen {
                ask.extend(pane.take(case, result.clone()));
            }
        }
        true
    }

    pub(super) fn act_in_suspects(&mut self, command: Command, ask: &mut Vec<Effect>) {
        let layout = self.layout();
        if !lifecycle::view::beside(&layout).1.is_empty() && self.turn_preview(command) {
            return;
        }
        let motion = match command {
            Command::Open | Command::Unfold => return self.open_event(ask),
            other => Motion::of(other),
        };
        if let (Some(motion), Some(Screen::Suspects(pane))) = (motion, self.above.last_mut()) {
            pane.go(motion, suspects::view::page(pane, &layout, &self.ui));
            self.preview = EventView::of(self.preview.tab);
        }
    }

    /// The commands about an event that is shown beside a list on a screen of its own.
    pub(super) fn turn_preview(&mut self, command: Command) -> bool {
        match command {
            Command::NextTab => self.preview.turn(1),
            Command::PreviousTab => self.preview.turn(-1),
            Command::PreviewDown => self.scroll_preview(Motion::Lines(3)),
            Command::PreviewUp => self.scroll_preview(Motion::Lines(-3)),
            _ => return false,
        }
        true
    }

    /// Opens what is known of the actor of the event.
    pub(super) fn open_actor(&mut self, ask: &mut Vec<Effect>) {
        let Some(event) = self.event() else { return };
        let actor = event.record.actor.clone();
        if actor.label().is_none() {
            self.notice = Some(Notice::info("the feed does not say who it was"));
            return;
        }
        self.open_profile(&actor, ask);
    }

    /// Opens what is known of an actor who has a name or an id.
    pub(super) fn open_profile(&mut self, actor: &Actor, ask: &mut Vec<Effect>) {
        let same =
            |screen: &Screen| matches!(screen, Screen::Actor(pane) if pane.actor.label() == actor.label());
        if let Some(depth) = self.above.iter().position(same) {
            // Going round in circles would make the way back endless.
            self.above.truncate(depth + 1);
            return;
        }
        let pane = ActorPane::of(actor);
        ask.push(pane.question(self.ui.zone));
        self.above.push(Screen::Actor(pane));
    }

    pub(in crate::tui) fn take_profile(
        &mut self,
        actor: &Actor,
        result: &Result<(Box<Profile>, Vec<Arc<Event>>), String>,
    ) -> bool {
        for screen in &mut self.above {
            if let Screen::Actor(pane) = screen
                && pane.actor == *actor
            {
                pane.take(result.clone());
            }
        }
        true
    }

    pub(super) fn act_in_actor(&mut self, command: Command, ask: &mut Vec<Effect>) {
        let page = actor::view::page(&self.layout());
        let Some(Screen::Actor(pane)) = self.above.last_mut() else { return };
        if let Some(motion) = Motion::of(command) {
            return pane.go(motion, page);
        }
        if !matches!(command, Command::Open | Command::Unfold) {
            return;
        }
        match pane.way() {
            Some(Way::Filter(text)) => self.leap_to(&text, ask),
            Some(Way::Open) => self.open_event(ask),
            None => {}
        }
    }
}
