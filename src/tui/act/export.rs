//! What goes out of the program: the form that says what, and what came of it.

use crate::domain::{RowId, Rows};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::{Effect, Message, NotWritten, Notice};
use crate::tui::overlay::export::counted;
use crate::tui::overlay::{Export, Overlay};
use crate::tui::pane::Screen;

impl App {
    /// Opens the form for what is selected, marked and listed.
    pub(super) fn open_export(&mut self) {
        let scopes = self.scopes();
        if scopes.is_empty() {
            self.notice = Some(Notice::info("there is no event to export"));
            return;
        }
        let stem = format!("changes-{}", self.ui.zone.at(self.ui.now).format("%Y-%m-%d"));
        self.overlays.push(Overlay::Export(Export::new(scopes, stem)));
    }

    /// What of the screen can leave, what is most likely meant first.
    pub(super) fn scopes(&self) -> Vec<(String, Rows)> {
        let one = |row: RowId| Rows::from_iter([row]);
        let event = self.event().map(|event| event.row);
        let this = event.map(|row| ("this event".to_owned(), one(row)));
        let mut scopes = Vec::new();
        match self.above.last() {
            None => {
                let mut marked = self.timeline.marked_rows();
                if !marked.is_empty() {
                    marked.sort_by_key(|row| std::cmp::Reverse(*row));
                    let rows = Rows::from_iter(marked);
                    scopes.push((format!("{} that are marked", counted(rows.len())), rows));
                }
                let all = self.timeline.list().rows().clone();
                let words = if self.filter.is_empty() { "of the cache" } else { "of the filter" };
                if !all.is_empty() {
                    scopes.push((format!("{} {words}", counted(all.len())), all));
                }
                scopes.extend(this);
            }
            Some(Screen::Lifecycle(pane)) => {
                let steps = pane.life().map(|life| life.steps.iter().map(|step| step.event.row));
                let mut life: Vec<RowId> = steps.into_iter().flatten().collect();
                life.sort_by_key(|row| std::cmp::Reverse(*row));
                if !life.is_empty() {
                    let rows = Rows::from_iter(life);
                    scopes.push((format!("{} of this entity", counted(rows.len())), rows));
                }
                scopes.extend(this);
            }
            Some(_) => scopes.extend(this),
        }
        scopes
    }

    /// Has what was chosen written.
    pub(super) fn accept_export(&mut self, ask: &mut Vec<Effect>) {
        let title =
            self.tabs.current().map_or("Change report".to_owned(), |name| format!("Change report: {name}"));
        let query = self.filter.query().clone();
        let zone = self.ui.zone;
        let Some(Overlay::Export(export)) = self.overlays.last_mut() else { return };
        if export.busy {
            return;
        }
        match export.outgoing() {
            Ok(outgoing) => {
                (export.busy, export.failed) = (true, None);
                ask.push(Effect::Export { outgoing, title, query, zone });
            }
            Err(why) => export.failed = Some(why.to_owned()),
        }
    }

    /// Takes what came of letting something out of the program.
    pub(in crate::tui) fn heard_of_leaving(&mut self, message: Message, ask: &mut Vec<Effect>) -> bool {
        match message {
            Message::Exported(result) => self.exported(result),
            Message::Drafted { generation, result } => self.drafted(generation, result),
            Message::Writing { generation, text } => self.writing(generation, text),
            Message::Summarized { generation, result } => self.summarized(generation, result),
            Message::Summaries(summaries) => self.take_summaries(summaries),
            Message::NotTaken { what, text, why } => {
                ask.push(Effect::CopyByTerminal { what, text, why });
                false
            }
            _ => false,
        }
    }

    /// Something was written, or was not.
    fn exported(&mut self, result: Result<Option<String>, NotWritten>) -> bool {
        let form = self.overlays.iter_mut().rposition(|overlay| matches!(overlay, Overlay::Export(_)));
        let key = self.ui.key(Command::Complete);
        match (result, form) {
            (Ok(said), form) => {
                if let Some(place) = form {
                    self.overlays.remove(place);
                }
                if let Some(said) = said {
                    self.notice = Some(Notice::info(said));
                }
            }
            (Err(why), Some(place)) => {
                if let Overlay::Export(export) = &mut self.overlays[place] {
                    export.refused(why, &key);
                }
            }
            (Err(NotWritten::Failed(why)), None) => self.notice = Some(Notice::error(why)),
            (Err(NotWritten::Exists(path)), None) => {
                self.notice = Some(Notice::error(format!("`{path}` exists already")));
            }
        }
        true
    }
}
