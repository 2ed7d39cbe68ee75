//! `backtrail list`: the events that a query selects.

mod ask;

use std::io::{self, Write};

use tokio_util::sync::CancellationToken;

use super::args::{Fetch, Form, Leave, ListArgs};
use super::print::{self, Printer};
use super::{asked, details, strict};
use crate::config::Options;
use crate::domain::{Event, Heads, List, RowId, Safe, Timestamp, Zone};
use crate::export::{About, Format};
use crate::query::{self, Arrangement, Group, Query, QueryError, Sort};
use crate::runtime::{self, Exit, Failure, Session, Target};

/// How many events are read from the cache at a time.
const CHUNK: usize = 500;

pub(super) async fn run(
    args: ListArgs,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    let asks = args.fetch || args.explain;
    let session = if asks { super::open_session(options)? } else { super::open_to_read(options).await? };
    let mut fetched = Vec::new();
    if asks {
        let query = parse(&args.query.join(" "), &session)?;
        if args.explain {
            return ask::explain(&query, &session).await;
        }
        fetched = ask::fetch(&query, &session, stop).await?;
    }
    let query = asked::read(&args.query, &session).await?;
    let zone = query.directives().zone.unwrap_or(session.config.ui.zone);
    let partial = strict::check(args.strict, (&query, None), zone, &session).await?;
    let printed = print_found(&query, &args, &session, stop).await?;
    let printed = if printed == Exit::Fine { partial.unwrap_or(printed) } else { printed };
    // What could not be fetched may be what was looked for.
    let asked = if stop.is_cancelled() { Exit::Interrupted } else { Exit::of_sync(&fetched) };
    Ok(if asked == Exit::Fine { printed } else { asked })
}

/// Prints what the cache has of the query, in the order and with the columns that it asks for.
async fn print_found(
    query: &Query,
    args: &ListArgs,
    session: &Session,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    let directives = query.directives().clone();
    let how = directives.arrangement(session.config.ui.zone);
    let is_table = args.form.is_table();
    // Only a person reads headings, and a run as one line; a program gets every event.
    let group = if is_table || how.group != Group::Run { how.group } else { Group::None };
    let how = Arrangement { group, ..how };
    let limit = args.limit.unwrap_or(usize::MAX);
    let list = session.library.list_of(query.clone(), how, limit).await?;
    let count = list.len().min(limit);
    let tells_changes = args.form.format().is_some_and(Format::tells_changes);
    let ask = Fetch { fetch: args.fetch && tells_changes };
    details::fetch(ask, &list.page(0, count), session, stop).await?;
    if args.form.format().is_some_and(|format| format.passes() > 1) && directives.sort.is_none() {
        // A report tells a story from its beginning.
        let rows: Vec<RowId> = list.page(0, count).into_iter().rev().collect();
        return print_events(&rows, (args.form, &args.leave), query, session).await;
    }
    let range = runtime::range([0, count.wrapping_sub(1)].into_iter().filter_map(|place| list.get(place)));
    let mut about = about(query, (count, range), how.zone, &args.leave, session).await?;
    if args.form.format().is_some_and(|format| format.passes() > 1) {
        about.summaries.extend(session.library.summaries_among(&list.page(0, count)).await?);
    }
    let sheet = Sheet::begin(args.form, &args.leave, about)?;
    let Sheet { mut printer, target } = sheet;
    if let Some(columns) = &directives.columns {
        if args.form.json || args.form.jsonl {
            print::warn("`cols:` chooses among the columns of a table: a JSON object has all of them");
        }
        printer = printer.with_columns(columns);
    }
    // By time, headings stand there only where they were asked for.
    let has_heads =
        is_table && (directives.group.is_some() || directives.sort.is_some_and(|sort| !is_time(sort)));
    let heads = has_heads.then_some(how);
    let passes = args.form.format().map_or(1, Format::passes);
    for pass in 0..passes {
        if pass > 0
            && let Some(exit) = print::ended(printer.next_pass())?
        {
            return Ok(exit);
        }
        if let Some(exit) = print_list(&list, limit, heads, &mut printer, session).await? {
            return Ok(exit);
        }
    }
    Sheet { printer, target }.end(count)
}

/// What a report on these events says, `reach` being how many there are and when they happened.
async fn about(
    query: &Query,
    (count, range): (usize, Option<(Timestamp, Timestamp)>),
    zone: Zone,
    leave: &Leave,
    session: &Session,
) -> Result<About, Failure> {
    let feeds = session.library.coverage().await?;
    Ok(About {
        query: query.to_string(),
        count,
        range,
        coverage: runtime::coverage(&feeds, query, zone),
        zone,
        made: Timestamp::now(),
        feeds: session.feed_names(),
        unmasked: leave.unmasked,
        summaries: session.library.summaries().await?,
        ..About::default()
    })
}

/// What events are printed on: stdout, or a file that is put in its place when it is whole.
struct Sheet {
    printer: Printer,
    target: Option<Target>,
}

impl Sheet {
    fn begin(form: Form, leave: &Leave, about: About) -> Result<Self, Failure> {
        let target = leave.out.as_deref().map(|path| Target::begin(path, leave.force)).transpose();
        let target = target.map_err(|failure| match &leave.out {
            Some(path) if !leave.force && path.is_file() => failure.help("add `--force` to replace it"),
            _ => failure,
        })?;
        let out: Box<dyn Write> = match &target {
            Some(target) => Box::new(target.writer()?),
            None => Box::new(io::stdout().lock()),
        };
        Ok(Self { printer: Printer::over(out, form, about), target })
    }

    /// Ends what was printed, so many events.
    fn end(self, count: usize) -> Result<Exit, Failure> {
        let mut masked = 0;
        print::ended(self.printer.finish().map(|values| masked = values))?;
        if let Some(target) = self.target {
            let path = target.path().display().to_string();
            target.keep()?;
            let hidden = if masked > 0 { format!(", {masked} secrets masked") } else { String::new() };
            print::note(&format!("wrote {path}: {count} events{hidden}"));
        }
        Ok(Exit::Fine)
    }
}

fn is_time(sort: Sort) -> bool {
    matches!(sort, Sort::NewestFirst | Sort::OldestFirst)
}

/// Prints the first `limit` lines of a list, under headings where `heads` says which; the end where the reader
/// has gone.
async fn print_list(
    list: &List,
    limit: usize,
    heads: Option<Arrangement>,
    printer: &mut Printer,
    session: &Session,
) -> Result<Option<Exit>, Failure> {
    let mut last = None;
    let mut place = 0;
    while place < list.len().min(limit) {
        let rows = list.page(place, CHUNK.min(limit - place));
        let count = rows.len();
        for event in session.library.events(rows).await? {
            let here = list.near(event.row).unwrap_or(place);
            let head = heads.and_then(|how| head(list, here, &event, &how));
            let is_new = head.is_some() && head != last;
            if let Some(head) = head.clone().filter(|_| is_new)
                && let Some(exit) = print::ended(printer.heading(&head))?
            {
                return Ok(Some(exit));
            }
            last = head;
            if let Some(exit) = print::ended(printer.line(&event, list.stands_for(here)))? {
                return Ok(Some(exit));
            }
        }
        place += count;
    }
    Ok(None)
}

/// What stands above the event at a place.
fn head(list: &List, place: usize, event: &Event, how: &Arrangement) -> Option<String> {
    let record = &event.record;
    let named = |label: Option<&str>| label.unwrap_or("–").to_owned();
    Some(match list.heads() {
        Heads::None => return None,
        Heads::Days => how.zone.at(event.row.time()).format("%a %-d %b %Y").to_string(),
        Heads::Groups(_) => {
            let name = match how.group {
                Group::Entity => named(record.entity.label()),
                Group::Actor => named(record.actor.label()),
                Group::Source => event.source.to_string(),
                Group::Set => named(record.set.as_deref()),
                Group::Day | Group::None | Group::Run => {
                    how.zone.at(event.row.time()).format("%a %-d %b %Y").to_string()
                }
            };
            let count = list.group(place).map_or(0, |(_, places)| places.len());
            format!("{name}  ({count})")
        }
    })
}

/// Reads a query as the user of this session means it.
pub(super) fn parse(text: &str, session: &Session) -> Result<Query, Failure> {
    query::parse(text, &asked::context(session)).map_err(|error| explain(text, &error))
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

/// Prints the events at `rows`, which `query` selects, reading a few at a time.
pub(super) async fn print_events(
    rows: &[RowId],
    (form, leave): (Form, &Leave),
    query: &Query,
    session: &Session,
) -> Result<Exit, Failure> {
    let reach = (rows.len(), runtime::range(rows.iter().copied()));
    let mut about = about(query, reach, session.config.ui.zone, leave, session).await?;
    about.summaries.extend(session.library.summaries_among(rows).await?);
    let mut sheet = Sheet::begin(form, leave, about)?;
    for pass in 0..form.format().map_or(1, Format::passes) {
        if pass > 0
            && let Some(exit) = print::ended(sheet.printer.next_pass())?
        {
            return Ok(exit);
        }
        for chunk in rows.chunks(CHUNK) {
            for event in &session.library.events(chunk.to_vec()).await? {
                if let Some(exit) = print::ended(sheet.printer.event(event))? {
                    return Ok(exit);
                }
            }
        }
    }
    sheet.end(rows.len())
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
