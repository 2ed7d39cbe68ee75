//! A text that a language model wrote about events at the user's request.

use super::{EventId, Timestamp, Zone};

/// What a model wrote, and who, where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// A digest of all that was sent: the same question to the same model.
    pub hash: [u8; 32],
    /// The model, as the user named it.
    pub model: String,
    /// `local` for this machine, else the host.
    pub host: String,
    /// When it was written, by the local clock.
    pub made: Timestamp,
    /// The text. What it cites and was not told of is marked in it.
    pub text: String,
    /// The events it is about.
    pub events: Vec<EventId>,
}

impl Summary {
    /// Who wrote it, in the one form in which that is said: `AI · model · local · 1 Apr 2026`.
    pub fn label(&self, zone: Zone) -> String {
        format!("AI · {} · {} · {}", self.model, self.host, zone.at(self.made).format("%-d %b %Y"))
    }
}
