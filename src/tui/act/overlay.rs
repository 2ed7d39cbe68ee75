//! What commands do to whatever lies over the screen, and what becomes of what was typed or picked there.

use crate::domain::{Actor, Event, RowId};
use crate::query::complete::Value;
use crate::query::{self, Query};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::{Asker, Effect, Notice};
use crate::tui::motion::Motion;
use crate::tui::overlay::{self, Ask, Asked, Goal, Help, Of, Overlay, Picker};
use crate::tui::pane::lifecycle::LifecyclePane;
use std::sync::Arc;

impl App {
    pub(super) fn act_on_overlay(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        let layout = self.layout();
        if self.overlays.last().is_some_and(Overlay::is_question) {
            return self.answer_question(command, ask);
        }
        let Some(overlay) = self.overlays.last_mut() else { return false };
        match (overlay, command) {
            (Overlay::Ask(line), Command::Back | Command::Cancel | Command::Close) => {
                let was_search = line.what == Asked::Find;
                self.overlays.pop();
                if was_search {
                    self.look_for("", ask);
                }
            }
            (Overlay::Help(help), command) if help.typing => match command {
                Command::Accept => help.typing = false,
                Command::Cancel => *help = Help::about(help.about),
                Command::NextChoice | Command::PreviousChoice => {
                    let by = if command == Command::NextChoice { 1 } else { -1 };
                    let lines = overlay::help::lines(&self.ui, help).len();
                    help.go(Motion::Lines(by), lines, overlay::help::page(&layout));
                }
                _ => {}
            },
            (Overlay::Help(help), Command::Find) => help.typing = true,
            (_, Command::Back | Command::Cancel | Command::Close) | (Overlay::Help(_), Command::Help) => {
                self.overlays.pop();
            }
            (Overlay::Ask(_), Command::Accept) => self.accept_line(ask),
            (Overlay::Pick(picker), Command::Accept | Command::Complete) => {
                let chosen = picker.chosen(&self.ui, &self.user).map(|entry| entry.goal);
                self.overlays.pop();
                if let Some(goal) = chosen {
                    self.go_to_goal(goal, command == Command::Accept, ask);
                }
            }
            (Overlay::Pick(picker), Command::NextChoice) => {
                picker.choose(Motion::Lines(1), &self.ui, &self.user);
            }
            (Overlay::Pick(picker), Command::PreviousChoice) => {
                picker.choose(Motion::Lines(-1), &self.ui, &self.user);
            }
            (Overlay::Told(told), command) => {
                let Some(motion) = Motion::of(command) else { return false };
                told.go(motion, &layout, &self.ui);
            }
            (Overlay::Help(help), command) => {
                let Some(motion) = Motion::of(command) else {
                    // Whoever has read what a key does may press it.
                    self.overlays.pop();
                    return false;
                };
                let lines = overlay::help::lines(&self.ui, help).len();
                help.go(motion, lines, overlay::help::page(&layout));
            }
            _ => {}
        }
        true
    }

    /// Does what was asked about where the command says so; any other is one for the screen below.
    fn answer_question(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        match (self.overlays.last_mut(), command) {
            (Some(Overlay::Quit), Command::Close | Command::Accept) => self.quit(ask),
            (Some(Overlay::Reveal(..)), Command::Reveal | Command::Accept) => self.reveal(ask),
            (Some(Overlay::DropView(name)), Command::DropView | Command::Accept | Command::Open) => {
                let name = std::mem::take(name);
                self.overlays.pop();
                self.drop_view(&name, ask);
            }
            (_, command) => {
                self.overlays.pop();
                return matches!(command, Command::Back | Command::Cancel | Command::Close);
            }
        }
        true
    }

    /// What commands do to the forms for what leaves the program.
    pub(super) fn act_on_form(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        let layout = self.layout();
        match (self.overlays.last_mut(), command) {
            (Some(Overlay::Ai(_)), Command::Cancel) => self.cancel_ai(ask),
            (Some(Overlay::Ai(_)), Command::Accept) => self.accept_ai(ask),
            (Some(Overlay::Ai(_)), Command::Complete) => self.turn_ai(ask),
            (Some(Overlay::Ai(ai)), Command::NextChoice) => ai.go(Motion::Lines(1), &layout),
            (Some(Overlay::Ai(ai)), Command::PreviousChoice) => ai.go(Motion::Lines(-1), &layout),
            (Some(Overlay::Export(_)), Command::Accept) => self.accept_export(ask),
            (Some(Overlay::Export(export)), Command::NextChoice) => export.go(true),
            (Some(Overlay::Export(export)), Command::PreviousChoice) => export.go(false),
            (Some(Overlay::Export(export)), Command::Complete) => export.turn(true),
            _ => return false,
        }
        true
    }

    /// Opens a list to pick from.
    pub(super) fn pick(&mut self, of: Of, ask: &mut Vec<Effect>) {
        self.overlays.push(Overlay::Pick(Picker::new(of)));
        self.picker_changed(ask);
    }

    /// Opens a line to type.
    pub(super) fn ask_for(&mut self, what: Asked, text: &str) {
        self.overlays.push(Overlay::Ask(Ask::new(what, text)));
    }

    /// Another text is typed in the picker: names of the cache are asked for where it lists them.
    pub(in crate::tui) fn picker_changed(&mut self, ask: &mut Vec<Effect>) {
        let Some(Overlay::Pick(picker)) = self.overlays.last_mut() else { return };
        picker.renew();
        if picker.of != Of::Places {
            return;
        }
        picker.generation += 1;
        if picker.generation == 1 && !self.user.bookmarks.is_empty() {
            ask.push(Effect::Bookmarks { ids: self.user.bookmarks.clone() });
        }
        for key in ["entity", "actor"] {
            ask.push(Effect::Values {
                asker: Asker::Jump,
                generation: picker.generation,
                key,
                rest: Query::all(),
                typed: picker.line.text().to_owned(),
            });
        }
    }

    /// Another text is typed in a line: a search follows it.
    pub(in crate::tui) fn asked_changed(&mut self, ask: &mut Vec<Effect>) {
        if let Some(Overlay::Ask(Ask { line, what: Asked::Find, .. })) = self.overlays.last() {
            let text = line.text().to_owned();
            self.look_for(&text, ask);
        }
    }

    pub(in crate::tui) fn take_values(
        &mut self,
        asker: Asker,
        generation: u64,
        key: &'static str,
        values: Vec<Value>,
        ask: &mut Vec<Effect>,
    ) -> bool {
        match (asker, self.overlays.last_mut()) {
            (Asker::Jump, Some(Overlay::Pick(picker))) if picker.generation == generation => {
                picker.take(key, values);
                true
            }
            (Asker::Jump, _) => false,
            (Asker::Completion, _) => {
                let shown = self.popup.take(generation, values, &self.filter, &self.user, &self.ui.context());
                if shown && self.question.open.is_none() && self.timeline.list().is_empty() {
                    self.look_past_half_typed(ask);
                }
                shown
            }
        }
    }

    pub(in crate::tui) fn take_bookmarks(&mut self, events: &[Arc<Event>]) -> bool {
        let Some(Overlay::Pick(picker)) = self.overlays.last_mut() else { return false };
        picker.take_bookmarks(events, &self.user, &self.ui);
        true
    }

    /// Selects an event in the list; where the filter leaves it out, among all.
    fn show_in_list(&mut self, row: RowId, ask: &mut Vec<Effect>) {
        if self.timeline.list().rows().position(row).is_none() {
            self.leap_to("", ask);
        } else {
            self.above.clear();
            self.in_preview = false;
        }
        self.timeline.leap(row);
    }

    fn accept_line(&mut self, ask: &mut Vec<Effect>) {
        let Some(Overlay::Ask(Ask { line, what, .. })) = self.overlays.pop() else { return };
        let text = line.text();
        match what {
            Asked::Find => {
                if let Err(error) = query::parse(text, &self.ui.context()) {
                    self.notice = Some(Notice::error(error.to_string()));
                }
                self.accept_search();
            }
            Asked::SaveView => self.save_view(text, ask),
            Asked::RenameView(from) => self.rename_view(&from, text, ask),
            Asked::Note(id) => self.write_note(id, text.trim(), ask),
            Asked::Time => self.go_to_time(text),
            Asked::Picture => self.take_picture(text.trim(), ask),
        }
    }

    fn go_to_goal(&mut self, goal: Goal, accept: bool, ask: &mut Vec<Effect>) {
        let context = self.ui.context();
        match goal {
            Goal::Run(command) => self.act(command, ask),
            Goal::Picture(path) => self.take_picture(&path, ask),
            Goal::Use(line) => {
                let changed = self.filter.type_in(&line, &context);
                self.line_changed(changed, ask);
                if accept {
                    self.popup.dismiss();
                    self.act(Command::Accept, ask);
                }
            }
            Goal::Event(row) => self.show_in_list(row, ask),
            Goal::Tab(place) => self.show_tab(place, ask),
            Goal::Entity(value) => {
                if let Ok(query) = query::parse(&query::exact_term("entity", &value), &context) {
                    ask.push(Effect::Newest { query });
                }
            }
            Goal::Actor(name) => {
                self.open_profile(&Actor { name: Some(name), ..Actor::default() }, ask);
                self.trail.turn_off();
            }
        }
    }

    /// Opens the life that the newest event of an entity belongs to.
    pub(in crate::tui) fn open_newest(
        &mut self,
        result: Result<Option<Arc<Event>>, String>,
        ask: &mut Vec<Effect>,
    ) -> bool {
        match result {
            Ok(Some(event)) => {
                self.trail.turn_off();
                self.push_lifecycle(&event, LifecyclePane::of(&event), ask);
            }
            Ok(None) => self.notice = Some(Notice::info("the cache holds no event of it any more")),
            Err(message) => self.notice = Some(Notice::error(message)),
        }
        true
    }
}
