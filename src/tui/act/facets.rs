//! What commands do in the pane of facets: moving, marking, narrowing, and choosing values, which edits the
//! filter.

use crate::query::{self, Query, Stance};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::Effect;
use crate::tui::motion::Motion;
use crate::tui::pane::facets;

impl App {
    /// The commands that mean something else while the keys go to the facets.
    pub(super) fn act_on_facets(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        if command == Command::Facets {
            self.toggle_facets();
            return true;
        }
        if !self.in_facets() {
            return false;
        }
        let page = facets::view::page(&self.layout());
        let (pane, values) = (&mut self.facets, self.counts.facets());
        if let Some(motion) = Motion::of(command) {
            pane.go(motion, values, page);
            return true;
        }
        match command {
            Command::NextDay => pane.go_key(true, values),
            Command::PreviousDay => pane.go_key(false, values),
            Command::Unfold => pane.unfold(true, values),
            Command::Fold => pane.unfold(false, values),
            Command::Mark => pane.mark(values),
            Command::NarrowValues => pane.start_typing(),
            Command::Accept => pane.end_typing(),
            Command::NextChoice => pane.go(Motion::Lines(1), values, page),
            Command::PreviousChoice => pane.go(Motion::Lines(-1), values, page),
            Command::Cancel => {
                pane.dismiss();
                pane.end_typing();
            }
            Command::Back | Command::Close => {
                if !pane.dismiss() {
                    pane.leave();
                }
            }
            Command::NextPane => pane.leave(),
            Command::IncludeValue => self.choose_values(Stance::In, ask),
            Command::ExcludeValue => self.choose_values(Stance::Out, ask),
            _ => return false,
        }
        true
    }

    /// Whether keys go to the facets.
    pub(in crate::tui) fn in_facets(&self) -> bool {
        self.facets.focused() && self.above.is_empty() && !self.filter.editing()
    }

    /// Goes to the facets; from them, takes them away.
    fn toggle_facets(&mut self) {
        if self.in_facets() {
            return self.facets.hide();
        }
        self.above.clear();
        self.in_preview = false;
        self.facets.focus();
    }

    /// Lets in or keeps out the values that are marked, else the one that the cursor is on; where the filter
    /// says so of all of them already, takes that back.
    fn choose_values(&mut self, wanted: Stance, ask: &mut Vec<Effect>) {
        let context = self.ui.context();
        let mut query = self.filter.query().clone();
        for (key, names) in self.facets.chosen(self.counts.facets()) {
            let term = |name: &str| query::parse(&query::exact_term(key.key(), name), &context).ok();
            let values: Vec<Query> = names.iter().filter_map(|name| term(name)).collect();
            query = match wanted {
                _ if values.iter().all(|value| query.stance(value) == wanted) => {
                    query.without_values(&values)
                }
                Stance::Out => query.kept_out(&values),
                Stance::In | Stance::Open => query.with_values(&values),
            };
        }
        self.facets.clear_marks();
        self.lifted = None;
        let changed = self.filter.set(&query.to_string(), &context);
        self.filter_changed(Some(changed), "", ask);
    }
}
