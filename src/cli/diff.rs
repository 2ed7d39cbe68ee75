//! `backtrail diff`: what changed in one event, or between two.

use serde_json::Value;

use super::args::DiffArgs;
use super::{print, show};
use crate::config::Options;
use crate::diff::{Comparison, Diff, Snapshots, patch};
use crate::domain::{Change, Event, escape_json};
use crate::runtime::{Exit, Failure, Session};

pub(super) async fn run(args: DiffArgs, options: &Options) -> Result<Exit, Failure> {
    let id = show::id(&args.id)?;
    let other = args.other.as_deref().map(show::id).transpose()?;
    let session = super::open_to_read(options).await?;
    let first = show::event(&session, id).await?;
    match other {
        None => one(&args, &first, &session),
        Some(id) => two(&args, &first, &show::event(&session, id).await?),
    }
}

/// What changed in one event.
fn one(args: &DiffArgs, event: &Event, session: &Session) -> Result<Exit, Failure> {
    if event.record.changes.is_empty() {
        let why = show::why_no_changes(&event.record.detail, &show::feed_name(session, event));
        return Err(Failure::not_found(why)
            .help(format!("`backtrail show {} --json` prints the record as it was sent", event.id)));
    }
    let made = Comparison::of(event, &[]);
    let patch = || made.patch().map_err(|why| Failure::not_found(why).help("leave `--patch` out"));
    let printed = if args.patch { as_json(&patch()?) } else { written(args, &made.diff) };
    print::ended(printed)?;
    Ok(Exit::Fine)
}

/// What is different in the second of two events: in the documents as they left them, or in the records.
fn two(args: &DiffArgs, first: &Event, second: &Event) -> Result<Exit, Failure> {
    let changes: Vec<Change> =
        [first, second].iter().flat_map(|event| event.record.changes.iter().cloned()).collect();
    let rules = Snapshots::rules(&changes);
    let left =
        |event: &Event| Snapshots::find(&event.record.raw, &event.record.changes).map(|both| both.after);
    let (before, after) = if let (Some(before), Some(after)) = (left(first), left(second)) {
        (before, after)
    } else {
        print::note("these records do not both carry whole documents: the records themselves are compared");
        (record(first)?, record(second)?)
    };
    let diff = Diff::of_documents(&before, &after, &rules);
    if diff.blocks.is_empty() {
        return Ok(Exit::Fine);
    }
    let printed = if args.patch { as_json(&patch(&before, &after, &rules)) } else { written(args, &diff) };
    print::ended(printed)?;
    Ok(Exit::DIFFERS)
}

fn record(event: &Event) -> Result<Value, Failure> {
    serde_json::from_str(&event.record.raw)
        .map_err(|error| Failure::usage(format!("the record of `{}` is no JSON: {error}", event.id)))
}

fn written(args: &DiffArgs, diff: &Diff) -> std::io::Result<()> {
    if args.markdown { print::lines([diff.markdown()]) } else { print::lines(diff.text()) }
}

fn as_json(patch: &Value) -> std::io::Result<()> {
    print::lines([escape_json(&serde_json::to_string_pretty(patch)?)])
}
