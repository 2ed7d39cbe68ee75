//! `backtrail list`: the events that a query selects.

mod ask;

use tokio_util::sync::CancellationToken;

use super::args::{Form, ListArgs};
use super::print::{self, Printer};
use crate::config::Options;
use crate::domain::{RowId, Safe, Timestamp, Zone};
use crate::query::{self, Directives, Query, QueryError, Sort};
use crate::runtime::{Exit, Failure, Session};

/// How many events are read from the cache at a time.
const CHUNK: usize = 500;

pub(super) async fn run(
    args: ListArgs,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    let asks = args.fetch || args.explain;
    let session = if asks { super::open(options)? } else { super::open_to_read(options).await? };
    let query = parse(&args.query.join(" "), &session)?;
    if args.explain {
        return ask::explain(&query, &session).await;
    }
    let fetched = if args.fetch { ask::fetch(&query, &session, stop).await? } else { Vec::new() };
    let directives = query.directives().clone();
    warn_of_what_changes_nothing(&directives);
    session.library.load().await?;
    let mut rows = session.library.rows(query).await?.to_vec();
    if directives.sort == Some(Sort::OldestFirst) {
        rows.reverse();
    }
    rows.truncate(args.limit.unwrap_or(usize::MAX));
    let zone = directives.zone.unwrap_or(session.config.ui.zone);
    let printed = print_events(&rows, args.form, zone, &session).await?;
    // What could not be fetched may be what was looked for.
    let asked = if stop.is_cancelled() { Exit::Interrupted } else { Exit::of_sync(&fetched) };
    Ok(if asked == Exit::Fine { printed } else { asked })
}

/// Silence would look as if it had been understood.
fn warn_of_what_changes_nothing(directives: &Directives) {
    let sorted = matches!(directives.sort, None | Some(Sort::NewestFirst | Sort::OldestFirst));
    if !sorted || directives.group.is_some() || directives.columns.is_some() {
        print::warn(
            "the list is in the order of time: `group:`, `cols:` and other values of `sort:` change nothing here",
        );
    }
}

/// Reads a query as the user of this session means it.
pub(super) fn parse(text: &str, session: &Session) -> Result<Query, Failure> {
    let context =
        query::Context { now: Timestamp::now(), zone: session.config.ui.zone, me: session.config.me.clone() };
    query::parse(text, &context).map_err(|error| explain(text, &error))
}

/// What is wrong with a query, with a mark under the words it is about, and what to write instead.
fn explain(text: &str, error: &QueryError) -> Failure {
    let shown = Safe::line(text);
    let width = |part: Option<&str>| Safe::line(part.unwrap_or_default()).width();
    let before = width(text.get(..error.span.start));
    let length = width(text.get(error.span.clone())).max(1);
    let mark = format!("{}{}", " ".repeat(before), "^".repeat(length));
    let failure = Failure::usage(format!("{}\n  {}\n  {mark}", error.message, shown.as_str()));
    // Another word speaks for itself; an edit of any other sort is shown by what it makes of the whole.
    let mended = error.fix.as_ref().map(|fix| match fix.replacement.trim() {
        word if word.len() > 1 && !fix.span.is_empty() => word.to_owned(),
        _ => fix.apply(text).trim().to_owned(),
    });
    match (mended.filter(|mended| !mended.is_empty()), &error.hint) {
        (Some(mended), _) => failure.help(format!("did you mean `{mended}`?")),
        (None, Some(hint)) => failure.help(hint),
        (None, None) => failure,
    }
}

/// Prints the events at `rows`, reading a few at a time.
pub(super) async fn print_events(
    rows: &[RowId],
    form: Form,
    zone: Zone,
    session: &Session,
) -> Result<Exit, Failure> {
    let mut printer = Printer::new(form, zone);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_cannot_be_read_says_where_and_what_to_write() {
        for (text, lines) in [
            ("acton:x", ["acton:x", "^^^^^", "did you mean `action`?"]),
            ("é acton:x", ["é acton:x", "    ^^^^^", "did you mean `action`?"]),
            ("(a", ["(a", "^", "did you mean `(a)`?"]),
            ("\"open", ["\"open", "^^^^^", "did you mean `\"open\"`?"]),
            ("a OR", ["a OR", "    ^^", "did you mean `a`?"]),
            ("status:flied", ["status:flied", "       ^^^^^", "did you mean `failed`?"]),
            ("sort:foo", ["sort:foo", "     ^^^", "help: "]),
            ("since:nonsense", ["since:nonsense", "      ^^^^^^^^", "help: "]),
            ("xyzzy:y", ["xyzzy:y", "^^^^^", "help: "]),
        ] {
            let error = query::parse(text, &query::Context::default()).unwrap_err();
            let told = explain(text, &error).to_string();
            assert!(lines.iter().all(|line| told.contains(line)), "{told}");
        }
    }

    #[test]
    fn what_cannot_be_mended_by_an_edit_is_not_answered_with_an_empty_one() {
        let error = query::parse("-", &query::Context::default()).unwrap_err();
        assert!(!explain("-", &error).to_string().contains("``"));
    }
}
