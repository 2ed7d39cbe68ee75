//! What a query does: which of its conditions the servers are asked for, and what is decided here.

use std::sync::Arc;

use crate::config::Config;
use crate::domain::{Safe, Via};
use crate::feed::Profile;
use crate::query::{Clause, Query};
use crate::store::{Db, Store, StoreError};
use crate::sync::narrow;

/// Knows the configured sources, and what their servers can filter by.
#[derive(Clone)]
pub struct Explainer {
    sources: Arc<[Known]>,
    store: Store,
}

struct Known {
    name: Arc<str>,
    profile: Arc<Profile>,
    stand_in: Option<Arc<Profile>>,
    /// Whether there is a server that can be asked for a part of its list.
    has_server: bool,
}

impl Explainer {
    /// For the sources of `config`, with the cache that knows their entities.
    pub fn new(config: &Config, store: &Store) -> Self {
        let known = config.sources.iter().map(|source| Known {
            name: Arc::clone(&source.name),
            profile: Arc::clone(&source.profile),
            stand_in: source.stand_in.clone(),
            has_server: matches!(source.via, Via::Http),
        });
        Self { sources: known.collect(), store: store.clone() }
    }

    /// For each source, what it is asked for and what is decided here, as lines of text.
    pub async fn explain(&self, query: &Query) -> Result<Vec<String>, StoreError> {
        let clauses = query.clauses();
        let summaries = self.store.run(Db::sources_summary).await?;
        let mut lines = Vec::new();
        for source in self.sources.iter() {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            // Where a feed stands in for another, it is the one that would be asked.
            let noted = summaries.iter().any(|summary| summary.name == source.name && summary.note.is_some());
            let profile = source.stand_in.as_ref().filter(|_| noted).unwrap_or(&source.profile);
            lines.push(format!("{}  ({})", source.name, profile.name()));
            let said = self.of_source((source, profile), query, &clauses).await?;
            lines.extend(said.into_iter().map(|line| format!("  {line}")));
        }
        Ok(lines)
    }

    async fn of_source(
        &self,
        (source, profile): (&Known, &Profile),
        query: &Query,
        clauses: &[Clause],
    ) -> Result<Vec<String>, StoreError> {
        if query.leaves_out_source(&source.name) {
            return Ok(vec!["is not asked: the query leaves it out".to_owned()]);
        }
        let filter = if source.has_server {
            narrow(&self.store, &source.name, profile, &query.conditions()).await?
        } else {
            profile.narrow(&[])
        };
        let asked = filter.asked();
        let mut lines = column("asks for", asked.iter().map(|one| format!("{}={}", one.param, one.value)));
        if asked.is_empty() {
            lines = column(
                "asks for",
                ["everything new: its server is asked for nothing of this query".to_owned()].into_iter(),
            );
        }
        let here = clauses.iter().filter_map(|clause| {
            let why = match &clause.asked {
                Err(why) => *why,
                Ok(conditions) => {
                    let sent = |key| asked.iter().any(|one| one.key == key);
                    let left = conditions.iter().find(|condition| !sent(condition.key()))?;
                    // Of an entity the server knows the id, and a name may be that of several.
                    let knows = !profile.narrow(std::slice::from_ref(left)).is_empty();
                    if knows { "several entities are called so" } else { "the feed has no filter for it" }
                }
            };
            Some(format!("{}  ({why})", Safe::line(&clause.text).as_str()))
        });
        lines.extend(column(
            "decides here",
            here.chain(["all of it once more, for every event that comes".to_owned()]),
        ));
        Ok(lines)
    }
}

/// A title, and the entries under each other beside it.
fn column(title: &str, entries: impl Iterator<Item = String>) -> Vec<String> {
    let lines = entries.enumerate();
    lines.map(|(at, entry)| format!("{:<14}{entry}", if at == 0 { title } else { "" })).collect()
}
