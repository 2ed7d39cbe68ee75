//! `backtrail sources test`: one page of one source, and what it showed.

use indicatif::HumanCount;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::cli::feeds::field_table;
use crate::cli::print;
use crate::config::Options;
use crate::domain::{Fault, Outcome, Timestamp, escape_json, plural};
use crate::feed::integrity::Verification;
use crate::feed::report::{self, Report};
use crate::feed::{Binding, Page};
use crate::runtime::{Exit, Failure};
use crate::sync::Probe;

/// A clock that is off by more than this many milliseconds is worth a word.
const CLOCK_MATTERS: i64 = 5_000;

pub(super) async fn run(name: &str, json: bool, options: &Options) -> Result<Exit, Failure> {
    let session = super::super::open_with_sources(options)?;
    let Some(source) = session.config.sources.iter().find(|source| *source.name == *name) else {
        let known: Vec<&str> = session.config.sources.iter().map(|source| &*source.name).collect();
        return Err(Failure::usage(format!("no source is called `{name}`"))
            .help(format!("there is `{}`", known.join("`, `"))));
    };
    let (reports, _heard) = mpsc::unbounded_channel();
    let connected = session.connect(reports).await;
    let refused = connected.refused.into_iter().find(|status| *status.name == *name);
    let probed = match refused.and_then(|status| status.fault) {
        Some(fault) => Err(fault),
        None => connected.engine.probe(name).await,
    };
    let probe = match probed {
        Ok(probe) => probe,
        Err(fault) => return failed(name, json, fault),
    };
    let binding = Binding { vars: source.vars.clone(), ..Binding::default() };
    let scope = probe.scope.as_ref().map(|(scope, _)| scope);
    let report = report::read(&probe.profile, &binding, scope, &probe.body, &probe.page);
    let printed = if json {
        print::lines([escape_json(&as_json(name, &probe, &report).to_string())])
    } else {
        print::lines(describe(name, &probe, &report))
    };
    print::ended(printed)?;
    Ok(Exit::Fine)
}

/// The source gave no page: the exit code is the one that a sync would end with.
fn failed(name: &str, json: bool, fault: Fault) -> Result<Exit, Failure> {
    let (message, fix) = (fault.message.clone(), fault.fix.clone());
    let status = fault.http_status;
    let request_id = fault.request_id.clone();
    let exit = Exit::of_sync(&[Outcome {
        source: name.into(),
        complete: false,
        events_new: 0,
        events_total: 0,
        pages: 0,
        requests: 0,
        fault: Some(fault),
    }]);
    if !json {
        return Err(Failure::new(exit, format!("{name}: {message}")).help(fix));
    }
    let line = json!({
        "source": name, "status": status, "error": message, "fix": fix, "request_id": request_id,
    });
    print::ended(print::lines([escape_json(&line.to_string())]))?;
    Ok(exit)
}

/// The order in which the records stand, as far as their times tell.
fn order(page: &Page) -> &'static str {
    let times: Vec<Timestamp> = page.records.iter().map(|record| record.time).collect();
    let (first, last) = (times.first(), times.last());
    match () {
        () if first == last => "cannot be told from this page",
        () if times.is_sorted_by(|a, b| a >= b) => "newest first",
        () if times.is_sorted() => "oldest first",
        () => "mixed",
    }
}

/// How many entries name the one that stands next to them, of those that stand next to one.
fn links(page: &Page) -> Option<(usize, usize)> {
    let looked = page.links.iter().filter(|(_, link)| link.previous.is_some() && link.older.is_some());
    let held = looked.clone().filter(|(_, link)| link.previous == link.older).count();
    (!page.links.is_empty()).then(|| (held, looked.count()))
}

/// What the server says about its own entries. It is the server's word, and told as such.
fn verified(verification: &Result<Verification, String>) -> String {
    let said = match verification {
        Ok(said) => said,
        Err(why) => return format!("not known: {why}"),
    };
    let number = |count: Option<u64>| count.map(|count| HumanCount(count).to_string());
    let count = match (number(said.verified), number(said.scanned), number(said.total)) {
        (Some(verified), Some(scanned), Some(total)) if scanned != total => {
            format!("{verified} of {scanned} entries in order, {total} in all")
        }
        (Some(verified), Some(of), _) | (Some(verified), None, Some(of)) => {
            format!("{verified} of {of} entries in order")
        }
        (Some(verified), None, None) => format!("{verified} entries in order"),
        (None, ..) => "no count".to_owned(),
    };
    let place = said.broken_at.as_ref().map(|id| format!(" at `{id}`")).unwrap_or_default();
    let reason = said.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let verdict = if said.intact { "intact".to_owned() } else { format!("broken{place}{reason}") };
    format!("the server says: {verdict}, {count}")
}

fn never(report: &Report) -> Vec<&str> {
    report.fields.iter().filter(|field| field.never()).map(|field| field.field.as_str()).collect()
}

fn as_json(name: &str, probe: &Probe, report: &Report) -> Value {
    let page = &probe.page;
    let fields = report.fields.iter().map(|field| {
        json!({
            "field": field.field, "hit": field.hits(), "fallback": field.fallbacks(), "miss": field.misses,
        })
    });
    json!({
        "source": name,
        "feed": probe.profile.id(),
        "note": probe.note,
        "scope": probe.scope.as_ref().map(|(scope, _)| scope.id.as_str()),
        "scopes": probe.scope.as_ref().map(|(_, count)| count),
        "status": probe.status,
        "requests": probe.requests,
        "millis": u64::try_from(probe.took.as_millis()).unwrap_or(u64::MAX),
        "bytes": probe.body.len(),
        "records": page.length,
        "asked_for": probe.size,
        "page_cap": page.effective_size,
        "order": order(page),
        "total": page.total,
        "more": page.more,
        "clock_millis": probe.clock,
        "never_mapped": never(report),
        "quarantined": page.quarantined.len(),
        "links": links(page).map(|(held, looked)| json!({ "hold": held, "of": looked })),
        "verification": probe.verification.as_ref().map(|verification| match verification {
            Ok(said) => json!({
                "intact": said.intact, "verified": said.verified, "scanned": said.scanned, "total": said.total,
                "broken_at": said.broken_at, "reason": said.reason, "error": Value::Null,
            }),
            Err(why) => json!({ "intact": Value::Null, "error": why }),
        }),
        "fields": fields.collect::<Vec<_>>(),
        "error": Value::Null,
    })
}

fn describe(name: &str, probe: &Probe, report: &Report) -> Vec<String> {
    let page = &probe.page;
    let mut lines = vec![name.to_owned()];
    let mut fact = |title: &str, value: String| lines.push(format!("  {title:<11} {value}"));
    if let Some(note) = &probe.note {
        fact("note", note.clone());
    }
    if let Some((scope, count)) = &probe.scope {
        fact("scope", format!("{} (the first of {count})", scope.id));
    }
    if let Some(status) = probe.status {
        let millis = probe.took.as_millis();
        fact(
            "answer",
            format!(
                "status {status}, {} bytes in {millis} ms, {}",
                probe.body.len(),
                plural(probe.requests, "request")
            ),
        );
    }
    fact("page", page_line(probe));
    fact("order", order(page).to_owned());
    if probe.status.is_some() {
        fact(
            "total",
            page.total.map_or_else(|| "the server does not say".to_owned(), |total| total.to_string()),
        );
        fact(
            "more",
            page.more.map_or("the server does not say", |more| if more { "yes" } else { "no" }).to_owned(),
        );
        fact("clock", clock(probe.clock));
    }
    if let Some((held, looked)) = links(page) {
        fact(
            "links",
            format!("{held} of {looked} entries of this page name the hash of the one before them"),
        );
    }
    if let Some(verification) = &probe.verification {
        fact("verified", verified(verification));
    }
    let never = never(report);
    if !never.is_empty() && page.length > 0 {
        fact("never maps", never.join(", "));
    }
    if !page.quarantined.is_empty() {
        fact("unreadable", format!("{} of {} records", page.quarantined.len(), page.length));
        lines.extend(page.quarantined.iter().take(3).map(|one| format!("              {}", one.reason)));
    }
    if page.length > 0 {
        lines.push(String::new());
        lines.extend(field_table(&report.fields).into_iter().map(|line| format!("  {line}")));
    }
    lines
}

/// How many records came, how many were asked for, and how many the server is willing to send.
fn page_line(probe: &Probe) -> String {
    let records = format!("{} records", probe.page.length);
    let Some(size) = probe.size else { return records };
    match probe.page.effective_size.filter(|used| *used != u64::from(size)) {
        Some(used) => format!("{records}, {size} asked for; the server cuts pages at {used}"),
        None => format!("{records}, {size} asked for"),
    }
}

fn clock(difference: Option<i64>) -> String {
    let Some(difference) = difference else { return "the server does not tell its time".to_owned() };
    let seconds = (difference.abs() + 500) / 1000;
    match difference {
        _ if difference.abs() <= CLOCK_MATTERS => "agrees with this machine's".to_owned(),
        1.. => format!("the server's is {seconds} s ahead of this machine's"),
        _ => format!("the server's is {seconds} s behind this machine's"),
    }
}
