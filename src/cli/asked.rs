//! The query of a command line: read, told what the user marked, and held against the cache.

use super::{list, print};
use crate::domain::{RowId, Timestamp};
use crate::query::{self, Context, Query};
use crate::runtime::{Failure, Session};

/// What a query is read against.
pub(super) fn context(session: &Session) -> Context {
    Context { now: Timestamp::now(), zone: session.config.ui.zone, me: session.config.me.clone() }
}

/// Reads a query over the whole cache; says on stderr what is worth knowing about it.
pub(super) async fn read(words: &[String], session: &Session) -> Result<Query, Failure> {
    let text = words.join(" ");
    let query = list::parse(&text, session)?;
    if !query.marks().is_empty() {
        let (_, notices) = session.user().await;
        for notice in &notices {
            print::warn(notice);
        }
    }
    session.library.load().await?;
    advise(&text, session).await;
    Ok(query)
}

/// Says what the text of a query and the cache say about it.
async fn advise(text: &str, session: &Session) {
    let Ok(reading) = query::read(text, &context(session)) else { return };
    let (library, around) = (session.library.clone(), session.surroundings());
    let mentions = reading.mentions;
    let advice = tokio::task::spawn_blocking(move || library.advise(&mentions, &around)).await;
    for note in reading.notes.iter().chain(&advice.unwrap_or_default()) {
        let part = text.get(note.span.clone()).unwrap_or_default();
        print::warn(&format!("`{part}`: {}", note.message));
    }
}

/// The moment of an event by its id, or the instant that a time begins at.
pub(super) async fn moment(text: &str, session: &Session) -> Result<Timestamp, Failure> {
    if text.parse::<crate::domain::EventId>().is_ok() {
        return place(text, session).await.map(RowId::time);
    }
    query::moment(text, &context(session)).map(|(start, _)| start).map_err(|error| no_moment(text, &error))
}

fn no_moment(text: &str, error: &query::QueryError) -> Failure {
    Failure::usage(format!("`{text}` is neither the id of an event nor a time: {error}"))
        .help("write `3kq0x8v2m4n6p1rt`, `2026-03-25T14:32` or `14:32`")
}

/// The row to begin at: that of an event by its id, or the newest that is not later than a time.
pub(super) async fn place(text: &str, session: &Session) -> Result<RowId, Failure> {
    if let Ok(id) = text.parse() {
        let found = session.store.run(move |db| db.places(&[id])).await?;
        return found.first().map(|(_, row)| *row).ok_or_else(|| {
            Failure::not_found(format!("no event `{id}` in the cache"))
                .help("`backtrail sync` fetches what is new; `backtrail list` prints ids")
        });
    }
    let (_, end) = query::moment(text, &context(session)).map_err(|error| no_moment(text, &error))?;
    Ok(RowId(RowId::floor(end).0 - 1))
}
