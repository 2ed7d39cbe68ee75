//! What keys and pastes become: a command of whatever has the keys, or text in the line that is being typed.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use super::app::App;
use super::command::{Command, Context};
use super::key::{Key, spell};
use super::keymap::Lookup;
use super::line::Line;
use super::message::Effect;
use super::motion::Motion;
use super::overlay::{Help, Overlay};
use super::pane::Screen;

impl App {
    /// What keys mean at the moment.
    pub(super) fn context(&self) -> Context {
        match (self.overlays.last(), self.above.last()) {
            (Some(overlay), _) => overlay.context(),
            (None, None) if self.filter.editing() => Context::Prompt,
            (None, None) if self.facets.typing() => Context::Prompt,
            (None, None) if self.facets.focused() => Context::Facets,
            (None, None) if !self.in_preview => Context::Lists,
            (None, Some(Screen::Lifecycle(_) | Screen::Actor(_) | Screen::Suspects(_))) => Context::Lists,
            (None, None | Some(Screen::Event(_) | Screen::Compare(_))) => Context::Detail,
            (None, Some(Screen::Sources(_))) => Context::Sources,
            (None, Some(Screen::Views(_))) => Context::Views,
            (None, Some(Screen::Histogram(_))) => Context::Histogram,
        }
    }

    pub(super) fn key(&mut self, key: KeyEvent, ask: &mut Vec<Effect>) -> bool {
        if key.kind == KeyEventKind::Release {
            return false;
        }
        self.notice = None;
        self.timeline.pin();
        let context = self.context();
        self.pressed.push(key);
        match self.ui.keymap.lookup(context, &self.pressed) {
            Lookup::Found(command) => {
                self.pressed.clear();
                self.act(command, ask);
            }
            Lookup::Prefix(_) => {}
            Lookup::None => {
                let begun = self.pressed.split_last().map(|(_, begun)| begun.to_vec()).unwrap_or_default();
                let alone = begun.is_empty();
                self.pressed.clear();
                if !alone && self.ui.keymap.lookup(context, &[key]) == Lookup::Found(Command::Help) {
                    self.explain(context, &begun);
                } else if alone && context.takes_text() {
                    self.typed(key, ask);
                } else if self.overlays.last().is_some_and(Overlay::is_question) {
                    self.overlays.pop();
                }
            }
        }
        true
    }

    /// Opens the help at the sequences that begin with these keys.
    fn explain(&mut self, context: Context, begun: &[KeyEvent]) {
        let mut help = Help::about(context);
        let keys: Vec<Key> = begun.iter().copied().map(Key::from).collect();
        help.line = Line::new(&format!("@{}", spell(&keys)));
        self.overlays.push(Overlay::Help(help));
    }

    fn typed(&mut self, key: KeyEvent, ask: &mut Vec<Effect>) {
        let layout = self.layout();
        let in_facets = self.in_facets();
        match self.overlays.last_mut() {
            Some(Overlay::Pick(picker)) => {
                if picker.line.key(key) {
                    self.picker_changed(ask);
                }
            }
            Some(Overlay::Ask(line)) => {
                if line.key(key) {
                    self.asked_changed(ask);
                }
            }
            Some(Overlay::Ai(ai)) => {
                let motion = match key.code {
                    KeyCode::Char('j') => Motion::Lines(1),
                    KeyCode::Char('k') => Motion::Lines(-1),
                    KeyCode::Char(' ') | KeyCode::PageDown => Motion::Pages(1),
                    KeyCode::PageUp => Motion::Pages(-1),
                    _ => return,
                };
                ai.go(motion, &layout);
            }
            Some(Overlay::Export(export)) => match key.code {
                _ if export.types() => export.type_in(key),
                KeyCode::Right | KeyCode::Char(' ' | 'l') => export.turn(true),
                KeyCode::Left | KeyCode::Char('h') => export.turn(false),
                KeyCode::Char('j') => export.go(true),
                KeyCode::Char('k') => export.go(false),
                _ => {}
            },
            Some(Overlay::Help(help)) => {
                if help.line.key(key) {
                    help.scroll = 0;
                }
            }
            Some(_) => {}
            None if in_facets => {
                if self.facets.line_mut().key(key) {
                    self.facets.narrowed();
                }
            }
            None => {
                let changed = self.filter.key(key, &self.ui.context());
                self.line_changed(changed, ask);
            }
        }
    }

    pub(super) fn paste(&mut self, text: &str, ask: &mut Vec<Effect>) -> bool {
        if self.context() != Context::Prompt {
            return false;
        }
        let in_facets = self.in_facets();
        match self.overlays.last_mut() {
            Some(Overlay::Pick(picker)) => {
                picker.line.paste(text);
                self.picker_changed(ask);
            }
            Some(Overlay::Ask(line)) => {
                line.paste(text);
                self.asked_changed(ask);
            }
            Some(Overlay::Export(export)) if export.types() => {
                export.line.paste(text);
                export.typed();
            }
            Some(Overlay::Help(help)) => help.line.paste(text),
            Some(_) => return false,
            None if in_facets => {
                self.facets.line_mut().paste(text);
                self.facets.narrowed();
            }
            None => {
                let changed = self.filter.paste(text, &self.ui.context());
                self.line_changed(changed, ask);
            }
        }
        true
    }
}
