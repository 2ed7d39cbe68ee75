//! Sources without HTTP: what a program prints, and what a file holds.
//!
//! Either is one body, read whole by the same profile as an answer over the network and brought into the
//! same cache. It assumes that the program is the user's own and can hang, talk without end or fail like
//! any server. It must not let one outlive its time, use a shell, or give it the terminal; and it must not
//! read a file again that has not changed.

mod command;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use self::command::CommandError;
use crate::store::Learned;

use super::line::{Line, Tally, lock};
use super::probe::Probe;
use super::pull;
use crate::domain::{Detail, Fault, FaultKind, ScopeChoice, Segment, Stretch, Timestamp, Via};
use crate::feed::{Binding, Page, Scope, ShapeError, saved};

/// The most that is taken from a program or a file, in bytes.
const LIMIT: usize = 64 * 1024 * 1024;

/// What a file looks like from outside: when it was changed, and its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    changed: Option<SystemTime>,
    size: u64,
}

/// A body, and the stamp of the file it was read from.
struct Body {
    bytes: Vec<u8>,
    stamp: Option<Stamp>,
}

/// Brings in what the source has. A file that looks as it did last time is left alone.
pub(super) async fn bring_in(line: &Line, tally: &Tally) -> Result<(), Fault> {
    let known = *lock(&line.seen);
    let Some(body) = body(line, known).await? else { return Ok(()) };
    let scope = scope(line);
    let mut page = read(line, scope.clone(), body.bytes).await?;
    for record in &mut page.records {
        if record.detail == Detail::Available {
            record.detail =
                Detail::Refused("only a request could tell, and this source makes none".to_owned());
        }
    }
    let drifted = page.quarantined.len() * 2 > page.length;
    let key = pull::key_of(line, scope.as_ref());
    let times = || page.records.iter().map(|record| record.time);
    let span = times().min().zip(times().max()).filter(|_| !drifted);
    // It holds what it holds: nothing older, and nothing newer than its newest.
    let span =
        span.and_then(|(oldest, newest)| Stretch::between(oldest.plus_millis(-1), newest.plus_millis(1)));
    let learned = Learned {
        generation: Some(pull::begin(line, &key).await?.0.generation),
        segments: span.map(|span| Segment { span, verified_at: None, floor: true }).into_iter().collect(),
        synced_at: Some(Timestamp::now()),
        ..Learned::default()
    };
    pull::store(line, tally, &key, page, learned).await?;
    if drifted {
        return Err(line.fault_of_drift());
    }
    *lock(&line.seen) = body.stamp;
    Ok(())
}

/// Reads what the source has and keeps nothing of it.
pub(super) async fn probe(line: &Line) -> Result<Probe, Fault> {
    let begun = Instant::now();
    let body = body(line, None).await?.map(|body| body.bytes).unwrap_or_default();
    let took = begun.elapsed();
    let scope = scope(line);
    let page = read(line, scope.clone(), body.clone()).await?;
    Ok(Probe {
        profile: Arc::clone(&line.source.profile),
        note: None,
        scope: scope.map(|scope| (scope, 1)),
        status: None,
        body,
        took,
        clock: None,
        size: None,
        requests: 0,
        page,
        verification: None,
    })
}

/// The one scope that everything here is of, where the profile fans out.
fn scope(line: &Line) -> Option<Scope> {
    match &line.source.scopes {
        ScopeChoice::Only(ids) => ids.first().map(|id| line.source.profile.scope_from_id(id)),
        ScopeChoice::All => None,
    }
}

/// What there is to read; `None` where it is a file that still looks like `known`.
async fn body(line: &Line, known: Option<Stamp>) -> Result<Option<Body>, Fault> {
    match &line.source.via {
        Via::Http => Ok(None),
        Via::Command { argv, timeout } => {
            let ran = command::run(argv, &line.source.hidden, LIMIT, *timeout).await;
            let bytes = ran.map_err(|error| fault_of_command(line, &error))?;
            Ok(Some(Body { bytes, stamp: None }))
        }
        Via::File(path) => {
            let path = path.clone();
            let opened = tokio::task::spawn_blocking(move || content(&path, known)).await;
            opened.unwrap_or_else(|_| Err("was given up".to_owned())).map_err(|why| {
                let message = format!("{} {why}", line.origin());
                let fix = format!("check `file` of `{}`", line.source.name);
                line.fault(FaultKind::Configuration, &message, &fix)
            })
        }
    }
}

/// The content of a file, or what is wrong with it in words that follow its name.
fn content(path: &Path, known: Option<Stamp>) -> Result<Option<Body>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    // Looked at before it is opened: opening a named pipe would wait until somebody writes to it.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is not a regular file".to_owned());
    }
    let file = File::open(path).map_err(unreadable)?;
    // Before the content, so that what is written meanwhile counts as a change.
    let meta = file.metadata().map_err(unreadable)?;
    let stamp = Some(Stamp { changed: meta.modified().ok(), size: meta.len() });
    if stamp == known {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > LIMIT {
        return Err(format!("is longer than {} MiB", LIMIT >> 20));
    }
    Ok(Some(Body { bytes, stamp }))
}

/// Reading much takes long, so it is done where nobody else waits.
async fn read(line: &Line, scope: Option<Scope>, body: Vec<u8>) -> Result<Page, Fault> {
    let profile = Arc::clone(&line.source.profile);
    let binding = Binding { vars: line.source.binding.vars.clone(), ..Binding::default() };
    let work = move || saved::read(&profile, &binding, scope.as_ref(), &body);
    let page = tokio::task::spawn_blocking(work).await;
    page.unwrap_or(Err(ShapeError::Empty)).map_err(|error| {
        let message = format!("{}: {error}", line.origin());
        let fix = format!("check it with `backtrail feeds check {} --sample FILE`", line.source.profile.id());
        line.fault(FaultKind::Shape, &message, &fix)
    })
}

fn fault_of_command(line: &Line, error: &CommandError) -> Fault {
    let name = &line.source.name;
    let by_hand = "run it by hand to see why";
    let (kind, fix) = match error {
        CommandError::Start(_) => (
            FaultKind::Configuration,
            format!("check `command` of `{name}`: the program, then each argument, each a text of its own"),
        ),
        CommandError::Time { .. } => {
            let more = format!("if it needs more time, set `timeout` of `{name}`");
            (
                FaultKind::Network,
                format!("{by_hand}: it may ask for something, which it cannot do here; {more}"),
            )
        }
        CommandError::Size { .. } => (FaultKind::Shape, format!("let `command` of `{name}` ask for less")),
        CommandError::Ended { .. } | CommandError::Pipe(_) => (FaultKind::Server, by_hand.to_owned()),
    };
    line.fault(kind, &format!("{} {error}", line.origin()), &fix)
}

/// A length of time as a person writes it.
fn in_words(time: Duration) -> String {
    humantime::format_duration(time).to_string()
}
