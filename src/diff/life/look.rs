//! What can be worked out of a life, as questions and answers: so that it can be done where nobody waits for it.

use std::sync::Arc;

use super::{Blame, Life, Portrait};
use crate::domain::{RowId, Timestamp};

/// A moment of a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Right after the event at this row.
    After(RowId),
    /// At a time.
    At(Timestamp),
}

/// What can be asked of a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Which event changed each field last?
    Fields,
    /// How was it at a moment?
    State(Moment),
}

/// A question to a life. Two are the same only where they are about the very same events.
#[derive(Debug, Clone)]
pub struct LifeQuestion {
    /// The life.
    pub life: Arc<Life>,
    /// What is asked of it.
    pub look: Look,
}

impl PartialEq for LifeQuestion {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.life, &other.life) && self.look == other.look
    }
}

impl LifeQuestion {
    /// About how many bytes have to be read to answer it.
    pub fn weight(&self) -> usize {
        self.life.weight()
    }

    /// The answer.
    pub fn answer(&self) -> Seen {
        let life = &self.life;
        match self.look {
            Look::Fields => Seen::Fields(life.blame()),
            Look::State(Moment::After(row)) => {
                let place = life.steps.iter().position(|step| step.event.row == row);
                Seen::State(life.portrait(place.unwrap_or(life.steps.len())))
            }
            Look::State(Moment::At(time)) => Seen::State(life.portrait_of(time)),
        }
    }
}

/// The answer to a [`Look`].
#[derive(Debug, Clone)]
pub enum Seen {
    /// To [`Look::Fields`].
    Fields(Vec<Blame>),
    /// To [`Look::State`].
    State(Portrait),
}

impl Life {
    /// About how many bytes its records are.
    pub fn weight(&self) -> usize {
        self.steps.iter().map(|step| step.event.record.weight()).sum()
    }
}
