//! `backtrail list`: the events that a query selects.

use super::args::{Form, ListArgs};
use super::print::{self, Printer};
use crate::config::Options;
use crate::domain::{RowId, Timestamp};
use crate::query::{self, Query};
use crate::runtime::{Exit, Failure, Session};

/// How many events are read from the cache at a time.
const CHUNK: usize = 500;

pub(super) async fn run(args: ListArgs, options: &Options) -> Result<Exit, Failure> {
    let session = Session::open(options)?;
    let query = parse(&args.query.join(" "), &session)?;
    session.library.load().await?;
    let rows = session.library.rows(query).await?;
    let wanted = &rows[..rows.len().min(args.limit.unwrap_or(usize::MAX))];
    print_events(wanted, args.form, &session).await
}

/// Reads a query as the user of this session means it.
pub(super) fn parse(text: &str, session: &Session) -> Result<Query, Failure> {
    let context =
        query::Context { now: Timestamp::now(), zone: session.config.ui.zone, me: session.config.me.clone() };
    query::parse(text, &context).map_err(|error| {
        // The caret stands under the words it is about, so both lines start at the same column.
        let before = text.get(..error.span.start).map_or(0, |before| before.chars().count());
        let length = text.get(error.span.clone()).map_or(1, |part| part.chars().count().max(1));
        let message = format!("{}\n  {text}\n  {}{}", error.message, " ".repeat(before), "^".repeat(length));
        let failure = Failure::usage(message);
        match error.fix {
            Some(fix) => failure.help(format!("did you mean `{}`?", fix.replacement)),
            None => failure,
        }
    })
}

/// Prints the events at `rows`, reading a few at a time.
pub(super) async fn print_events(rows: &[RowId], form: Form, session: &Session) -> Result<Exit, Failure> {
    let mut printer = Printer::new(form, session.config.ui.zone);
    for chunk in rows.chunks(CHUNK) {
        let events = session.library.events(chunk.to_vec()).await?;
        for event in &events {
            if let Some(exit) = print::ended(printer.event(event))? {
                return Ok(exit);
            }
        }
    }
    print::ended(printer.finish().map(|_| ()))?;
    Ok(Exit::Fine)
}
