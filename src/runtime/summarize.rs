//! Summaries on demand: events in, the text of a model out, kept so that the same question is asked once.
//!
//! Nothing is sent before somebody asked for it, and what is sent is what a [`Draft`] shows.

use std::sync::Arc;

use super::Library;
use crate::ai::{Answer, Prompt, cited, refused};
use crate::config::{AI_LINES, Ai, Resolver};
use crate::domain::{RowId, Summary, Timestamp, plural};
use crate::store::{Db, Store};
use crate::sync::{Caller, Redactor};

/// The most of a refusal that is read, in bytes.
const REFUSAL: usize = 64 * 1024;

/// How many events are read to choose from, beyond those that a model is told of.
const READ: usize = 5_000;

/// What is asked, ready to be sent.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The question.
    pub prompt: Prompt,
    /// The model.
    pub model: String,
    /// Where it is: `local`, else the host.
    pub place: String,
    /// What it answered to the same question before.
    pub kept: Option<Summary>,
    hash: [u8; 32],
}

impl Draft {
    /// What is about to be sent where, in one line.
    pub fn words(&self) -> String {
        let prompt = &self.prompt;
        let rest = if prompt.left_out > 0 {
            format!(" ({} older left out)", prompt.left_out)
        } else {
            String::new()
        };
        format!(
            "{} · {}: {}{rest}, {} masked, {} bytes, about {} tokens",
            self.model,
            self.place,
            plural(prompt.events.len() as u64, "event"),
            plural(prompt.masked as u64, "secret"),
            prompt.bytes(),
            prompt.tokens()
        )
    }
}

/// Asks for summaries.
#[derive(Clone)]
pub struct Summarizer {
    ai: Option<Arc<Ai>>,
    library: Library,
    store: Store,
    resolver: Resolver,
    redactor: Redactor,
}

/// Why there is no summary, in words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoSummary {
    /// No model is configured: the lines to add.
    Off(Vec<String>),
    /// Something went wrong.
    Failed(String),
}

impl NoSummary {
    /// All of it, line by line.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Off(lines) => lines.clone(),
            Self::Failed(why) => vec![why.clone()],
        }
    }
}

fn failed(why: impl std::fmt::Display) -> NoSummary {
    NoSummary::Failed(why.to_string())
}

impl Summarizer {
    /// A summarizer that asks `ai`; off where there is none.
    pub(super) fn new(
        ai: Option<Ai>,
        library: Library,
        store: Store,
        resolver: Resolver,
        redactor: Redactor,
    ) -> Self {
        Self { ai: ai.map(Arc::new), library, store, resolver, redactor }
    }

    fn ai(&self) -> Result<&Arc<Ai>, NoSummary> {
        self.ai.as_ref().ok_or_else(|| {
            let mut lines = vec![
                "no model is configured, so nothing is sent anywhere".to_owned(),
                "add these lines to your configuration (`backtrail config path config`) to switch it on:"
                    .to_owned(),
                String::new(),
            ];
            lines.extend(AI_LINES.iter().map(|line| format!("  {line}")));
            NoSummary::Off(lines)
        })
    }

    /// What would be sent about the events at these places, in any order.
    pub async fn draft(&self, mut rows: Vec<RowId>) -> Result<Draft, NoSummary> {
        let ai = Arc::clone(self.ai()?);
        rows.sort_unstable();
        rows.dedup();
        // The newest are told of; the others need not be read.
        let unread = rows.len().saturating_sub(READ);
        let events = self.library.events(rows.split_off(unread)).await.map_err(failed)?;
        if events.is_empty() {
            return Err(failed("there is no event to sum up"));
        }
        let made = tokio::task::spawn_blocking(move || {
            let mut prompt = Prompt::of(&events, ai.max_events);
            prompt.left_out += unread;
            let hash = prompt.hash(&ai.model, &ai.base_url);
            (prompt, hash, ai)
        });
        let (prompt, hash, ai) = made.await.map_err(failed)?;
        let kept = self.store.run(move |db: &mut Db| db.summary(hash)).await.map_err(failed)?;
        Ok(Draft { prompt, model: ai.model.clone(), place: ai.place().to_owned(), kept, hash })
    }

    /// Sends what `draft` shows, hands `each` the text so far whenever more of it has come, and keeps what it comes
    /// to. Dropping the future ends it.
    pub async fn ask(
        &self,
        draft: &Draft,
        each: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Summary, NoSummary> {
        let ai = self.ai()?;
        let caller =
            Caller::new(&ai.base_url, ai.insecure_http, ai.timeout, self.redactor.clone()).map_err(failed)?;
        let key = match &ai.key {
            Some(key) => Some(self.resolver.resolve(key).await.map_err(failed)?),
            None => None,
        };
        let url = format!("{}/chat/completions", ai.base_url);
        let body = draft.prompt.body(&ai.model, ai.stream);
        let (mut answer, mut wrong, mut refusal) = (Answer::default(), None, Vec::new());
        let mut take = |head: &crate::sync::CallHead, bytes: &[u8]| {
            if !(200..300).contains(&head.status) {
                refusal.extend_from_slice(&bytes[..bytes.len().min(REFUSAL - refusal.len())]);
                return refusal.len() < REFUSAL;
            }
            match answer.push(bytes) {
                Ok(()) => {
                    each(answer.text());
                    !answer.is_done()
                }
                Err(error) => {
                    wrong = Some(error);
                    false
                }
            }
        };
        let sent = caller.post(&url, key, body, &mut take);
        // A server that sends a little now and then is never silent, and may never end.
        let head = tokio::time::timeout(ai.timeout, sent).await;
        let head = head.map_err(|_| {
            failed(format!("no whole answer came within {}", humantime::format_duration(ai.timeout)))
        })?;
        let head = head.map_err(failed)?;
        if !(200..300).contains(&head.status) {
            return Err(failed(caller.mask(&refused(head.status, &refusal))));
        }
        let text = match wrong {
            Some(error) => Err(error),
            None => answer.finish(),
        };
        let text = text.map_err(|error| failed(caller.mask(&error.to_string())))?;
        let (text, _) = cited(&caller.mask(&text), &draft.prompt.events);
        let summary = Summary {
            hash: draft.hash,
            model: draft.model.clone(),
            host: draft.place.clone(),
            made: Timestamp::now(),
            text,
            events: draft.prompt.events.clone(),
        };
        let kept = summary.clone();
        if let Err(error) = self.store.run(move |db: &mut Db| db.keep_summary(&kept)).await {
            // The text is here; only the next time it has to be asked for again.
            tracing::warn!("the summary could not be kept: {error}");
        }
        Ok(summary)
    }

    /// The summaries of single events that are in the cache.
    pub async fn kept(&self) -> Vec<Summary> {
        self.library.summaries().await.unwrap_or_default()
    }
}
