//! Effects about the counts that stand beside the list.

use std::sync::atomic::Ordering;

use super::Ports;
use crate::tui::{Effect, Message};

impl Ports {
    /// Carries out those effects; others are not known here and do nothing.
    pub(super) fn count(&self, effect: Effect) {
        match effect {
            Effect::Survey { generation, query, ask, typed } => {
                self.latest(&self.newest.survey, generation, move |library, wanted| {
                    let survey = library.counts(&query, &ask, &typed, wanted).transpose()?;
                    let result = survey.map_err(|error| error.to_string());
                    Some(Message::Surveyed { generation, result })
                });
            }
            Effect::DropQuery { generation } => self.newest.query.store(generation, Ordering::SeqCst),
            Effect::DropSurvey { generation } => self.newest.survey.store(generation, Ordering::SeqCst),
            Effect::Watch { query } => self.watched(query),
            Effect::Suspects { query, case } => self.suspects(query, case),
            Effect::Neighbours { generation, row, among } => self.neighbours(generation, row, among),
            _ => {}
        }
    }
}
