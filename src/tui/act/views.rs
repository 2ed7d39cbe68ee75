//! What commands do to what the user made: views and their tabs, bookmarks, notes, watched entities.

use crate::domain::{EventId, UserChange};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::{Effect, Notice};
use crate::tui::motion::Motion;
use crate::tui::overlay::{Asked, Overlay};
use crate::tui::pane::Screen;
use crate::tui::pane::views::{self, ViewsPane};

impl App {
    /// The commands about views that mean the same on every screen.
    pub(super) fn act_on_views(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        if let Some(place) = views::view::TABS.iter().position(|tab| *tab == command) {
            self.show_tab(place, ask);
            return true;
        }
        match command {
            Command::SaveView => {
                let name = self.tabs.current().unwrap_or_default().to_owned();
                self.ask_for(Asked::SaveView, &name);
            }
            Command::Views => {
                if !matches!(self.above.last(), Some(Screen::Views(_))) {
                    let current = self.tabs().iter().position(|tab| tab.current).unwrap_or_default();
                    self.above.push(Screen::Views(ViewsPane::at(current)));
                    self.count_new(ask);
                }
            }
            Command::Bookmarks => {
                self.leap_to("is:bookmarked", ask);
            }
            Command::Notes => self.leap_to("has:note", ask),
            _ => return false,
        }
        true
    }

    /// The commands in the list of views.
    pub(super) fn act_in_views(&mut self, command: Command, ask: &mut Vec<Effect>) {
        let page = views::view::page(&self.layout());
        let count = self.user.views.len();
        let Some(Screen::Views(pane)) = self.above.last_mut() else { return };
        if let Some(motion) = Motion::of(command) {
            return pane.go(motion, count, page);
        }
        let place = pane.place();
        let name = pane.view().and_then(|nth| self.user.views.get(nth)).map(|view| view.name.clone());
        match (command, name) {
            (Command::Open, _) => self.show_tab(place, ask),
            (Command::BeginWithView, name) => {
                let what = name.as_ref().map_or("all events".to_owned(), |name| format!("`{name}`"));
                self.keep(UserChange::BeginWith(name), ask);
                self.notice = Some(Notice::info(format!("the browser begins with {what} from now on")));
            }
            (Command::RenameView, Some(name)) => self.ask_for(Asked::RenameView(name.clone()), &name),
            (Command::DropView, Some(name)) => self.overlays.push(Overlay::DropView(name)),
            (Command::ViewUp, Some(name)) => self.move_selected_view(&name, false, ask),
            (Command::ViewDown, Some(name)) => self.move_selected_view(&name, true, ask),
            (Command::RenameView | Command::DropView | Command::ViewUp | Command::ViewDown, None) => {
                self.notice = Some(Notice::info("the first tab stays as it is: it shows all events"));
            }
            _ => {}
        }
    }

    fn move_selected_view(&mut self, name: &str, right: bool, ask: &mut Vec<Effect>) {
        if !self.move_view(name, right, ask) {
            return;
        }
        if let Some(Screen::Views(pane)) = self.above.last_mut() {
            let place = pane.place();
            pane.select(if right { place + 1 } else { place - 1 });
        }
    }

    /// Bookmarks the event, or takes the bookmark away.
    pub(super) fn bookmark(&mut self, ask: &mut Vec<Effect>) {
        self.repeatable = Some(Command::Bookmark);
        let Some(id) = self.event().map(|event| event.id) else { return };
        let on = !self.user.bookmarks.contains(&id);
        self.keep(UserChange::Bookmark(id, on), ask);
        self.notice = Some(Notice::info(if on {
            format!("bookmarked: `{}` shows what you bookmarked", self.ui.key(Command::Bookmarks))
        } else {
            "took the bookmark away".to_owned()
        }));
    }

    /// Asks for a note about the event.
    pub(super) fn note_event(&mut self) {
        let Some(id) = self.event().map(|event| event.id) else { return };
        let text = self.user.note(id).unwrap_or_default().to_owned();
        self.ask_for(Asked::Note(id), &text);
    }

    /// Writes a note; an empty one takes it away.
    pub(super) fn write_note(&mut self, id: EventId, text: &str, ask: &mut Vec<Effect>) {
        if self.user.note(id).unwrap_or_default() != text {
            self.keep(UserChange::Note(id, text.to_owned()), ask);
        }
    }

    /// Watches the entity of the event, or does not any more.
    pub(super) fn watch(&mut self, ask: &mut Vec<Effect>) {
        self.repeatable = Some(Command::Watch);
        let Some(event) = self.event().cloned() else { return };
        let entity = event.record.entity.clone();
        let Some(name) = entity.label().map(str::to_owned) else {
            self.notice = Some(Notice::info("this event names no entity"));
            return;
        };
        let watched = |(source, other): &(std::sync::Arc<str>, crate::domain::Entity)| {
            *source == event.source && other.same_as(&entity)
        };
        let on = !self.user.watched.iter().any(watched);
        self.keep(UserChange::Watch { source: event.source.clone(), entity, on }, ask);
        self.notice = Some(Notice::info(if on {
            format!("watching {name}: `is:watched` selects what happens to it")
        } else {
            format!("not watching {name} any more")
        }));
    }
}
