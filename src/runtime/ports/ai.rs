//! Effects that ask a language model.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::Ports;
use crate::runtime::{Draft, Session, Summarizer};
use crate::tui::{Effect, Message, Proposal};

/// Summaries that are asked for.
pub(super) struct Summaries {
    summarizer: Summarizer,
    /// What would be sent, with the number of the question.
    draft: Mutex<Option<(u64, Draft)>>,
    /// Ends the model that writes.
    writes: Mutex<CancellationToken>,
}

impl Summaries {
    pub(super) fn of(session: &Session) -> Self {
        Self { summarizer: session.summarizer(), draft: Mutex::default(), writes: Mutex::default() }
    }

    fn draft(&self) -> MutexGuard<'_, Option<(u64, Draft)>> {
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends what is being written; gives what ends the next.
    fn next(&self) -> CancellationToken {
        let mut writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        writes.cancel();
        *writes = CancellationToken::new();
        writes.clone()
    }
}

impl Ports {
    pub(super) fn sum_up(&self, effect: Effect) {
        let summaries = Arc::clone(&self.summaries);
        match effect {
            Effect::Draft { generation, rows } => self.answer(async move {
                let result = match summaries.summarizer.draft(rows.iter().collect()).await {
                    Ok(draft) => {
                        let proposal = proposal(&draft);
                        *summaries.draft() = Some((generation, draft));
                        Ok(proposal)
                    }
                    Err(why) => Err(why.lines()),
                };
                Message::Drafted { generation, result }
            }),
            Effect::Summarize { generation } => self.summarize(summaries, generation),
            Effect::DropSummary => {
                summaries.next();
            }
            _ => {}
        }
    }

    /// Tells the app of the summaries that were made before.
    pub(in crate::runtime) async fn tell_summaries(&self) {
        let kept = self.summaries.summarizer.kept().await;
        if !kept.is_empty() {
            self.tell(Message::Summaries(kept));
        }
    }

    fn summarize(&self, summaries: Arc<Summaries>, generation: u64) {
        let draft =
            summaries.draft().as_ref().filter(|(of, _)| *of == generation).map(|(_, draft)| draft.clone());
        let Some(draft) = draft else {
            let result = Err("what was to be sent is no longer there: look at it once more".to_owned());
            return self.tell(Message::Summarized { generation, result });
        };
        let (stop, outbox) = (summaries.next(), self.outbox.clone());
        self.answer(async move {
            let mut told = String::new();
            let mut each = |text: &str| {
                if text != told {
                    text.clone_into(&mut told);
                    outbox.send(Message::Writing { generation, text: told.clone() });
                }
            };
            let asked = stop.run_until_cancelled(summaries.summarizer.ask(&draft, &mut each)).await;
            let result = match asked {
                Some(Ok(summary)) => Ok(summary),
                Some(Err(why)) => Err(why.lines().join("\n")),
                None => Err("stopped".to_owned()),
            };
            Message::Summarized { generation, result }
        });
    }
}

fn proposal(draft: &Draft) -> Proposal {
    Proposal {
        label: format!("AI · {} · {}", draft.model, draft.place),
        head: draft.words(),
        lines: draft.prompt.lines(),
        kept: draft.kept.clone(),
    }
}
