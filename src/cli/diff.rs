//! `backtrail diff`: what changed in one event, or between two.

use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::args::DiffArgs;
use super::{details, life, print, show};
use crate::config::Options;
use crate::diff::{Comparison, Diff, Subject};
use crate::domain::{Event, EventId, escape_json};
use crate::runtime::{Exit, Failure, Session};

pub(super) async fn run(
    args: DiffArgs,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    let id = show::id(&args.id)?;
    let other = args.other.as_deref().map(show::id).transpose()?;
    let session = super::open_to_read(options).await?;
    let first = event(id, &args, &session, stop).await?;
    match other {
        None => one(&args, &first, &session),
        Some(id) => {
            let second = event(id, &args, &session, stop).await?;
            two(&args, first, second, &session).await
        }
    }
}

/// The event with this id, asked about first where that is wanted.
async fn event(
    id: EventId,
    args: &DiffArgs,
    session: &Session,
    stop: &CancellationToken,
) -> Result<Event, Failure> {
    let row = show::event(session, id).await?.row;
    details::fetch(args.ask, &[row], session, stop).await?;
    show::event(session, id).await
}

/// What changed in one event.
fn one(args: &DiffArgs, event: &Event, session: &Session) -> Result<Exit, Failure> {
    if event.record.changes.is_empty() {
        let why = show::why_no_changes(&event.record.detail, &show::feed_name(session, event));
        return Err(Failure::not_found(why)
            .help(format!("`backtrail show {} --json` prints the record as it was sent", event.id)));
    }
    details::tell_unasked([event]);
    let made = Comparison::of(event, &[]);
    let patch = || made.patch().map_err(|why| Failure::not_found(why).help("leave `--patch` out"));
    let printed = if args.patch { as_json(&patch()?) } else { written(args, &made.diff) };
    print::ended(printed)?;
    Ok(Exit::Fine)
}

/// What is different after the second of two events: in what the life of their entity tells of both moments, else
/// in the documents as they left them or in the records.
async fn two(args: &DiffArgs, first: Event, second: Event, session: &Session) -> Result<Exit, Failure> {
    let (one, other) = (&first.record.entity, &second.record.entity);
    let subject = if first.source == second.source && one.label().is_some() && one.same_as(other) {
        let life = Arc::new(life::read(&first.source, one, session).await?);
        let place = |event: &Event| life.steps.iter().position(|step| step.event.row == event.row);
        place(&first).zip(place(&second)).map(|(from, to)| Subject::Moments(Arc::clone(&life), from, to))
    } else {
        None
    };
    let rules = || session.feed_rules().remove(&second.feed).unwrap_or_default();
    let subject =
        subject.unwrap_or_else(|| Subject::Events(Arc::new(first), Arc::new(second.clone()), rules()));
    match &subject {
        Subject::Moments(life, from, to) => {
            let (newest, oldest) = (*from.min(to), *from.max(to));
            details::tell_unasked(life.unasked(newest..oldest + 1).map(AsRef::as_ref));
        }
        _ => details::tell_unasked([&second]),
    }
    let made = subject.compare(&[]);
    for note in &made.notes {
        print::note(note);
    }
    if made.diff.blocks.is_empty() {
        return Ok(Exit::Fine);
    }
    let patch = || made.patch().map_err(|why| Failure::not_found(why).help("leave `--patch` out"));
    let printed = if args.patch { as_json(&patch()?) } else { written(args, &made.diff) };
    print::ended(printed)?;
    Ok(Exit::DIFFERS)
}

fn written(args: &DiffArgs, diff: &Diff) -> std::io::Result<()> {
    if args.markdown { print::lines([diff.markdown()]) } else { print::lines(diff.text()) }
}

fn as_json(patch: &Value) -> std::io::Result<()> {
    print::lines([escape_json(&serde_json::to_string_pretty(patch)?)])
}
