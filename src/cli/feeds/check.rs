//! `backtrail feeds check`: everything that is wrong with a profile, and what it makes of a sample.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::args::{CheckArgs, Form};
use crate::cli::print::{self, Printer};
use crate::cli::show::describe_change;
use crate::config::{self, Options};
use crate::domain::{Event, Problem, Record, Safe, Zone, escape_json};
use crate::feed::report::{FieldReport, Report, parts};
use crate::feed::{Page, Profile, Scope, report, saved};
use crate::runtime::{Exit, Failure, read_saved};

/// How many events, records that are none, and changes of one event are shown.
const SHOWN: usize = 50;
/// Of how many events the changes are shown.
const CHANGED: usize = 3;

/// What a sample came to.
#[derive(Default)]
struct Tried {
    report: Option<Report>,
    events: Vec<Event>,
    quarantined: Vec<(String, String)>,
    /// What the sample is, where it is no page of events.
    other: Option<String>,
    /// What came of the parts of the profile that read such a sample.
    parts: Vec<FieldReport>,
}

pub(super) fn run(args: &CheckArgs, options: &Options) -> Result<Exit, Failure> {
    let (file, text) = profile_text(&args.profile, options)?;
    let sample = args.sample.as_deref().map(read_saved).transpose()?;
    let (profile, mut problems) = Profile::draft(&file, &text);
    if let (Some(profile), Ok(catalog)) = (&profile, super::catalog(options))
        && let Err((message, help)) = catalog.stand_in(profile)
    {
        problems.push(report::problem(&file, &text, "fallback.feed", message, Some(help)));
    }
    let tried = match (profile, sample) {
        (Some(profile), Some(body)) => {
            let (tried, found) = try_on(&profile, &file, &text, &body);
            problems.extend(found);
            tried
        }
        _ => Tried::default(),
    };
    problems.sort_by_key(|problem| (problem.line, problem.column));
    if args.json {
        let all = as_json(&file, &tried, &problems);
        print::ended(print::lines([escape_json(&all.to_string())]))?;
        return Ok(if problems.is_empty() { Exit::Fine } else { Exit::Usage });
    }
    tell(args, &file, &tried, problems.is_empty())?;
    if problems.is_empty() {
        return Ok(Exit::Fine);
    }
    Err(Failure::of_problems(problems))
}

/// The profile in a file, or an installed one by its id where there is no such file.
fn profile_text(path: &Path, options: &Options) -> Result<(String, String), Failure> {
    let shown = path.display().to_string();
    if !path.exists()
        && let Ok(catalog) = super::catalog(options)
        && let Some(profile) = catalog.text(&shown)
    {
        return Ok((profile.file.clone().unwrap_or(shown), profile.text.to_string()));
    }
    let text = config::read_text(path)
        .map_err(|message| Failure::usage(message).help("`backtrail feeds list` prints what is installed"))?;
    Ok((shown, text))
}

fn try_on(profile: &Profile, file: &str, text: &str, body: &[u8]) -> (Tried, Vec<Problem>) {
    let (binding, scope) = report::stand_ins(profile);
    let page = saved::read(profile, &binding, scope.as_ref(), body);
    let no_events = page.as_ref().map_or(true, |page| page.records.is_empty() && page.length > 0);
    if no_events {
        if let Some(part) = parts::read(profile, body) {
            let (other, parts) = (Some(part.what), part.fields);
            return (Tried { other, parts, ..Tried::default() }, Vec::new());
        }
        if let Some(other) = report::other_answer(profile, body) {
            return (Tried { other: Some(other), ..Tried::default() }, Vec::new());
        }
    }
    match page {
        Ok(page) => {
            let read = report::read(profile, &binding, scope.as_ref(), body, &page);
            let problems = report::problems(file, text, &read, &page);
            (tried(profile, scope.as_ref(), page, read), problems)
        }
        Err(error) => {
            let problem = report::problem(file, text, "items.at", format!("the sample: {error}"), None);
            (Tried::default(), vec![problem])
        }
    }
}

fn tried(profile: &Profile, scope: Option<&Scope>, page: Page, report: Report) -> Tried {
    let quarantined = page.quarantined.into_iter().map(|one| (one.reason, one.raw.into_string())).collect();
    let events = page.records.into_iter().map(|record| event(profile, scope, record)).collect();
    Tried { report: Some(report), events, quarantined, ..Tried::default() }
}

/// The record as the event that a source called like the profile would have.
fn event(profile: &Profile, scope: Option<&Scope>, record: Record) -> Event {
    let scope = scope.map(|scope| scope.id.as_str());
    Event::new(profile.id(), profile.id(), scope, record)
}

fn as_json(file: &str, tried: &Tried, problems: &[Problem]) -> Value {
    let of_events = tried.report.iter().flat_map(|report| &report.fields);
    let fields = of_events.chain(&tried.parts).map(|field| {
        let tried = field.tried.iter();
        json!({
            "field": field.field,
            "hit": field.hits(),
            "fallback": field.fallbacks(),
            "miss": field.misses,
            "tried": tried.map(|(at, records)| json!({"at": at, "records": records})).collect::<Vec<_>>(),
        })
    });
    let problems = problems.iter().map(|problem| {
        json!({
            "file": problem.file, "line": problem.line, "column": problem.column, "key": problem.key,
            "message": problem.message, "help": problem.help,
        })
    });
    let quarantined = tried.quarantined.iter().map(|(reason, raw)| json!({"reason": reason, "raw": raw}));
    json!({
        "file": file,
        "records": tried.report.as_ref().map(|report| report.records),
        "sample_is": tried.other,
        "fields": fields.collect::<Vec<_>>(),
        "events": tried.events,
        "quarantined": quarantined.collect::<Vec<_>>(),
        "problems": problems.collect::<Vec<_>>(),
    })
}

fn tell(args: &CheckArgs, file: &str, tried: &Tried, fine: bool) -> Result<(), Failure> {
    let mut lines = Vec::new();
    if let (Some(report), Some(sample)) = (&tried.report, &args.sample) {
        lines.push(format!("{} records in {}", report.records, sample.display()));
        lines.push(String::new());
        lines.extend(table(&report.fields));
        lines.push(String::new());
    }
    if let Some(other) = &tried.other {
        lines.push(format!("the sample is {other}"));
        if !tried.parts.is_empty() {
            lines.push(String::new());
            lines.extend(table(&tried.parts));
            lines.push(String::new());
        }
    }
    if print::ended(print::lines(lines))?.is_some() {
        return Ok(());
    }
    if !tried.events.is_empty() {
        let mut printer = Printer::new(Form::default(), Zone::Utc, false);
        let mut printed = tried.events.iter().take(SHOWN).try_for_each(|event| printer.event(event));
        printed = printed.and_then(|()| printer.finish().map(|_| ()));
        print::ended(printed)?;
    }
    let mut last = more(tried.events.len(), "events");
    last.extend(changes(&tried.events));
    let raw = |(reason, raw): &(String, String)| {
        format!("not an event: {reason}: {}", Safe::line(raw).cut(100).as_str())
    };
    last.extend(tried.quarantined.iter().take(SHOWN).map(raw));
    last.extend(more(tried.quarantined.len(), "records that are no events"));
    if tried.report.as_ref().is_some_and(|report| report.records == 0) {
        last.push("the sample holds no records, so nothing could be tried".to_owned());
    }
    last.extend(fine.then(|| format!("{file} is fine")));
    print::ended(print::lines(last))?;
    Ok(())
}

/// How many there are beyond those that are shown.
fn more(count: usize, what: &str) -> Vec<String> {
    let more = count.saturating_sub(SHOWN);
    (more > 0).then(|| format!("… and {more} more {what}")).into_iter().collect()
}

/// What changed in the first events of which the profile can tell.
fn changes(events: &[Event]) -> Vec<String> {
    let mut lines = Vec::new();
    let told = events.iter().filter(|event| !event.record.changes.is_empty());
    for event in told.take(CHANGED) {
        lines.extend([String::new(), format!("{}  changed", event.id)]);
        let changes = &event.record.changes;
        lines.extend(
            changes
                .iter()
                .take(SHOWN)
                .map(|change| format!("  {}", Safe::line(&describe_change(change)).cut(120).as_str())),
        );
        lines.extend(more(changes.len(), "changes"));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// One line for each field: in how many records the first expression hit, a later one stood in, none did.
pub(in crate::cli) fn table(fields: &[FieldReport]) -> Vec<String> {
    let width = fields.iter().map(|field| field.field.len()).max().unwrap_or(0).max(5);
    let mut lines =
        vec![format!("{:<width$}  {:>6}  {:>8}  {:>6}  FROM", "FIELD", "HIT", "FALLBACK", "MISS")];
    for field in fields {
        let counted = field.tried.len() > 1;
        let from = field.tried.iter().map(
            |(at, records)| {
                if counted { format!("{at} ×{records}") } else { at.clone() }
            },
        );
        let from: Vec<String> = from.collect();
        let line = format!(
            "{:<width$}  {:>6}  {:>8}  {:>6}  {}",
            field.field,
            field.hits(),
            field.fallbacks(),
            field.misses,
            from.join("  ")
        );
        lines.push(line);
    }
    lines
}
