//! Effects about what stands beside the list: counts, and where the cache has gaps.

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
            Effect::Gaps { generation } => {
                self.latest(&self.newest.gaps, generation, move |library, _| {
                    // Where that cannot be read, what was known stays.
                    Some(Message::Gaps { generation, gaps: library.gaps().ok()? })
                });
            }
            Effect::DropSurvey { generation } => self.newest.survey.store(generation, Ordering::SeqCst),
            _ => {}
        }
    }
}
