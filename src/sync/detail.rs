//! What changed in one event, asked for with requests of its own.
//!
//! It assumes that some of these requests may be refused although others are answered. What the record
//! itself says is kept whatever the answers are, and asking twice must not show a change twice.

use std::sync::Arc;

use crate::domain::{Change, Detail, Event, Fault, Record, RowId};
use crate::feed::{Scope, ShapeError, detail, errors, request};

use super::http::Reply;
use super::line::{Line, Tally, lock};

/// The server knows nothing of what was asked for (RFC 9110, section 15.5.5).
const NOT_FOUND: u16 = 404;

/// What the requests about one event brought.
#[derive(Debug, Default)]
struct Found {
    changes: Vec<Change>,
    documents: Option<Box<str>>,
    answered: bool,
    /// What the server said to the first request that it refused.
    refused: Option<String>,
}

/// Makes every request that the profile describes for `event`, and stores what they say.
pub(super) async fn fetch(line: &Line, event: &Event) -> Result<Event, Fault> {
    let profile = &*line.source.profile;
    let wanted = detail::wanted(profile, &line.source.binding, event);
    if wanted.is_empty() {
        return Ok(event.clone());
    }
    let scope = event.scope.as_deref().map(|id| scope_of(line, id));
    let mut found = Found::default();
    for which in wanted {
        ask(line, scope.as_ref(), event, which, &mut found).await?;
    }
    let came = match found.refused {
        Some(reason) if !found.answered => Detail::Refused(reason),
        _ => Detail::Fetched,
    };
    let mut changes = if event.record.detail == Detail::Fetched {
        detail::own_changes(profile, event)
    } else {
        event.record.changes.clone()
    };
    changes.append(&mut found.changes);
    let record =
        Arc::new(Record { changes, detail: came, documents: found.documents, ..event.record.clone() });
    let (row, kept) = (event.row, Arc::clone(&record));
    let saved = line.store.run(move |db| db.save_detail(row, &kept)).await;
    let saved = saved.map_err(|error| line.fault_of_store(&error))?;
    // The row may have moved or gone meanwhile; what was asked for is answered all the same.
    Ok(saved.unwrap_or_else(|| Event { record: Arc::unwrap_or_clone(record), ..event.clone() }))
}

/// Makes the requests for each of these events that has any.
pub(super) async fn fetch_all(line: &Line, rows: &[RowId]) -> Result<(), Fault> {
    for row in rows.iter().copied() {
        let events = line.store.run(move |db| db.events(&[row])).await;
        let events = events.map_err(|error| line.fault_of_store(&error))?;
        for event in events.iter().filter(|event| event.record.detail == Detail::Available) {
            fetch(line, event).await?;
        }
    }
    Ok(())
}

/// Makes the request `which`, once or for each value that the profile names.
async fn ask(
    line: &Line,
    scope: Option<&Scope>,
    event: &Event,
    which: usize,
    found: &mut Found,
) -> Result<(), Fault> {
    let (profile, binding) = (&*line.source.profile, &line.source.binding);
    let fault = |error: &ShapeError, reply: &Reply| line.fault_of_shape(error, reply);
    let Some(values) = detail::values(profile, binding, which, event) else {
        let reply = send(line, scope, (event, which, None)).await?;
        if found.is_answer(line, which, &reply) {
            let read = detail::read(profile, which, event, &reply.body);
            found.take(read.map_err(|error| fault(&error, &reply))?);
        }
        return Ok(());
    };
    let (mut bodies, mut last) = (Vec::new(), None);
    for value in &values {
        let Some(value) = value else {
            bodies.push(None);
            continue;
        };
        let reply = send(line, scope, (event, which, Some(value))).await?;
        if !found.is_answer(line, which, &reply) {
            // Half a comparison would show as changed what nobody has looked at.
            return Ok(());
        }
        bodies.push(Some(reply.body.clone()));
        last = Some(reply);
    }
    let Some(last) = last else { return Ok(()) };
    let read = detail::read_each(profile, which, event, &bodies);
    found.take(read.map_err(|error| fault(&error, &last))?);
    Ok(())
}

async fn send(
    line: &Line,
    scope: Option<&Scope>,
    what: (&Event, usize, Option<&str>),
) -> Result<Reply, Fault> {
    let (profile, binding) = (&*line.source.profile, &line.source.binding);
    let build = |token: Option<&_>| request::detail(profile, binding, scope, what, token);
    let accept = |status| profile.detail_may_answer(what.1, status);
    line.ask(&Tally::default(), scope, build, accept).await
}

impl Found {
    fn take(&mut self, answer: detail::Answer) {
        self.changes.extend(answer.changes);
        self.documents = answer.documents.or(self.documents.take());
    }

    /// Whether a reply is an answer, and not one that the profile foresees as "nothing to see"; why it is
    /// none is remembered.
    fn is_answer(&mut self, line: &Line, which: usize, reply: &Reply) -> bool {
        if (200..300).contains(&reply.status) {
            self.answered = true;
            return true;
        }
        let profile = &line.source.profile;
        let says = errors::read(profile, &reply.headers, &reply.body);
        let said = says.message.unwrap_or_else(|| format!("the server answered {}", reply.status));
        let reason = match profile.detail_word(which) {
            Some(what) if reply.status == NOT_FOUND => format!("it knows no {what} for this one ({said})"),
            Some(what) => format!("it does not let this key read {what} ({said})"),
            None => said,
        };
        self.refused.get_or_insert_with(|| line.mask(&reason));
        false
    }
}

/// The scope as the server listed it last, else by its id alone.
fn scope_of(line: &Line, id: &str) -> Scope {
    let listed = lock(&line.scopes);
    let listed = listed.as_ref().and_then(|(_, scopes)| scopes.iter().find(|scope| scope.id == id));
    listed.cloned().unwrap_or_else(|| line.source.profile.scope_from_id(id))
}
