//! Summaries by a language model: asked for after they were looked at, shown as they come.

use crate::domain::Summary;
use crate::tui::app::App;
use crate::tui::message::{Effect, Notice, Proposal};
use crate::tui::overlay::{Ai, Overlay, Stage};

impl App {
    /// Shows what would be sent about what is marked, else the selected event, else the rest.
    pub(super) fn open_ai(&mut self, ask: &mut Vec<Effect>) {
        let mut scopes = self.scopes();
        if scopes.is_empty() {
            self.notice = Some(Notice::info("there is no event to sum up"));
            return;
        }
        // Marks say what is meant. Without any, it is the event before the whole list.
        if self.above.is_empty() && self.timeline.marked_rows().is_empty() && scopes.len() > 1 {
            scopes.rotate_right(1);
        }
        self.ai_generation += 1;
        let ai = Ai::new(scopes, self.ai_generation);
        ask.push(Effect::Draft { generation: ai.generation, rows: ai.rows() });
        self.overlays.push(Overlay::Ai(ai));
    }

    /// Turns to the next thing that can be summed up.
    pub(super) fn turn_ai(&mut self, ask: &mut Vec<Effect>) {
        self.ai_generation += 1;
        let generation = self.ai_generation;
        let Some(Overlay::Ai(ai)) = self.overlays.last_mut() else { return };
        if !ai.writes() {
            ai.turn(generation);
            ask.push(Effect::Draft { generation, rows: ai.rows() });
        }
    }

    /// Sends what is shown, or what was shown, once more.
    pub(super) fn accept_ai(&mut self, ask: &mut Vec<Effect>) {
        let Some(Overlay::Ai(ai)) = self.overlays.last_mut() else { return };
        match std::mem::replace(&mut ai.stage, Stage::Drafting) {
            Stage::Proposed(proposal) | Stage::Failed(proposal, _) => {
                ask.push(Effect::Summarize { generation: ai.generation });
                ai.come_to(Stage::Writing(proposal, String::new()));
            }
            // What was answered before is asked again only after one more look at what is sent.
            Stage::Written(_) => {
                ai.ask_again();
                ask.push(Effect::Draft { generation: ai.generation, rows: ai.rows() });
            }
            other => ai.stage = other,
        }
    }

    /// Stops the model, else leaves.
    pub(super) fn cancel_ai(&mut self, ask: &mut Vec<Effect>) {
        let Some(Overlay::Ai(ai)) = self.overlays.last_mut() else { return };
        if let Stage::Writing(proposal, _) = &ai.stage {
            let proposal = proposal.clone();
            self.ai_generation += 1;
            ai.generation = self.ai_generation;
            ask.push(Effect::DropSummary);
            // The draft is made anew under its new number, should it be sent after all.
            ask.push(Effect::Draft { generation: ai.generation, rows: ai.rows() });
            ai.come_to(Stage::Failed(proposal, "stopped: what had come is not kept".to_owned()));
            return;
        }
        self.overlays.pop();
    }

    /// What would be sent is there.
    pub(super) fn drafted(&mut self, generation: u64, result: Result<Proposal, Vec<String>>) -> bool {
        let Some(ai) = self.ai_waiting(generation) else { return false };
        match (result, &ai.stage) {
            (Ok(proposal), Stage::Failed(_, why)) => {
                let why = why.clone();
                ai.stage = Stage::Failed(proposal, why);
            }
            (Ok(proposal), _) => match proposal.kept.clone().filter(|_| !ai.asked_again()) {
                Some(summary) => ai.come_to(Stage::Written(summary)),
                None => ai.come_to(Stage::Proposed(proposal)),
            },
            (Err(lines), _) => ai.come_to(Stage::Off(lines)),
        }
        true
    }

    /// More of the text is there.
    pub(super) fn writing(&mut self, generation: u64, text: String) -> bool {
        match self.ai_waiting(generation).map(|ai| &mut ai.stage) {
            Some(Stage::Writing(_, so_far)) => {
                *so_far = text;
                true
            }
            _ => false,
        }
    }

    /// The summary is there, or will not come.
    pub(super) fn summarized(&mut self, generation: u64, result: Result<Summary, String>) -> bool {
        if let Ok(summary) = &result {
            self.take_summaries(vec![summary.clone()]);
        }
        let Some(ai) = self.ai_waiting(generation) else { return false };
        match (result, std::mem::replace(&mut ai.stage, Stage::Drafting)) {
            (Ok(summary), _) => ai.come_to(Stage::Written(summary)),
            (Err(why), Stage::Writing(proposal, _)) => ai.come_to(Stage::Failed(proposal, why)),
            (Err(_), other) => ai.stage = other,
        }
        true
    }

    /// Summaries of single events, to be shown beside them; a new one takes the place of an older one by the same
    /// model.
    pub(super) fn take_summaries(&mut self, summaries: Vec<Summary>) -> bool {
        for summary in summaries.into_iter().filter(|summary| summary.events.len() == 1) {
            self.written.retain(|known| known.hash != summary.hash);
            self.written.push(summary);
        }
        true
    }

    fn ai_waiting(&mut self, generation: u64) -> Option<&mut Ai> {
        self.overlays.iter_mut().rev().find_map(|overlay| match overlay {
            Overlay::Ai(ai) if ai.generation == generation => Some(ai),
            _ => None,
        })
    }
}
