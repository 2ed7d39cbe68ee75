//! `backtrail lifecycle`: everything that happened to one entity, oldest first, and its state at a time.

use std::borrow::Cow;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::args::{Form, LifecycleArgs};
use super::{asked, details, life, list, print};
use crate::config::Options;
use crate::diff::{self, Basis, Life, Portrait, Reversal, Step};
use crate::domain::{Action, RowId, Safe, Status, Zone, escape_json, plural};
use crate::query;
use crate::runtime::{Exit, Failure, Session};

pub(super) async fn run(
    args: LifecycleArgs,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    let session = super::open_to_read(options).await?;
    let zone = session.config.ui.zone;
    let (source, entity) = life::named(&args.entity, &session).await?;
    let form = events_form(&args)?;
    let rows: Vec<RowId> = session.library.life_rows(&source, &entity);
    details::fetch(args.ask, &rows, &session, stop).await?;
    if let Some(form) = form {
        let query = list::parse(&query::exact_term("entity", &args.entity), &session)?;
        return list::print_events(&rows, (form, &args.leave), &query, &session).await;
    }
    let life = life::read(&source, &entity, &session).await?;
    details::tell_unasked(life.steps.iter().map(|step| step.event.as_ref()));
    let printed = match &args.at {
        Some(at) => {
            let portrait = at_time(at, &life, &session).await?;
            if args.form.json {
                as_json(&state_json(&source, &life, &portrait))
            } else {
                print::lines(state_lines(&source, &life, &portrait, zone))
            }
        }
        None if args.form.json => as_json(&life_json(&source, &life)),
        None => print::lines(life_lines(&source, &life, zone)),
    };
    print::ended(printed)?;
    Ok(Exit::Fine)
}

/// The form that its events are printed in, where they are to be printed as they stand; else its life is told.
fn events_form(args: &LifecycleArgs) -> Result<Option<Form>, Failure> {
    let Form { table, jsonl, csv, md, report, html, .. } = args.form;
    if table || jsonl || csv || md || report || html {
        return Ok(Some(args.form));
    }
    if args.leave.out.is_some() || args.leave.unmasked {
        return Err(Failure::usage("`--out` and `--unmasked` are for the events of a life")
            .help("add `--jsonl`, `--csv`, `--md`, `--report` or `--html`"));
    }
    Ok(None)
}

/// The entity after the event with an id, or at a time.
async fn at_time(at: &str, life: &Life, session: &Session) -> Result<Portrait, Failure> {
    let row = asked::place(at, session).await?;
    Ok(match life.steps.iter().position(|step| step.event.row == row) {
        Some(place) => life.portrait(place),
        None => life.portrait_of(row.time()),
    })
}

fn as_json(value: &Value) -> std::io::Result<()> {
    print::lines([escape_json(&serde_json::to_string_pretty(value)?)])
}

/// `live · v8 · 6 events, from its creation on`.
fn state(life: &Life) -> String {
    let events = plural(life.steps.len() as u64, "event");
    let whole = if life.from_the_start { ", from its creation on" } else { "" };
    let version = life.version().map(|version| format!(" · v{version}")).unwrap_or_default();
    format!("{}{version} · {events}{whole}", life.state.word())
}

/// What undid a step, or what it undid, in words.
fn undoing(step: &Step) -> Option<String> {
    if let Some(by) = step.undone {
        let word = match step.event.record.action {
            Action::Archive => "restored",
            Action::Create => "deleted",
            _ => "reverted",
        };
        return Some(format!("{word} after {}", diff::elapsed(by.millis)));
    }
    step.undoes.map(|of| format!("{} after what it undid", diff::elapsed(of.millis)))
}

fn life_lines(source: &str, life: &Life, zone: Zone) -> Vec<String> {
    let mut lines = vec![life::identity(source, life), state(life), String::new()];
    let version = |step: &Step| step.versions.words(&step.event.record.action).unwrap_or_default();
    let widest = |texts: Vec<String>| texts.iter().map(|text| Safe::line(text).width()).max().unwrap_or(0);
    let versions = widest(life.steps.iter().map(version).collect());
    let actor = |step: &Step| step.event.record.actor.label().unwrap_or("–").to_owned();
    let actors = widest(life.steps.iter().map(actor).collect()).min(28);
    for (i, step) in life.steps.iter().enumerate().rev() {
        let record = &step.event.record;
        let failed = if record.status == Status::Failed { "!" } else { "" };
        let said = undoing(step).into_iter().chain(record.said().map(Cow::into_owned));
        let cells = [
            Safe::line(&step.event.id.to_string()).pad(16),
            Safe::line(&life::time(life, i, zone)).pad(19),
            Safe::line(&format!("{}{failed}", record.action)).pad(10),
            Safe::line(&version(step)).pad(versions),
            Safe::line(&actor(step)).cut(actors).pad(actors),
            Safe::line(&said.collect::<Vec<_>>().join("  ")),
        ];
        let cells: Vec<&str> = cells.iter().map(Safe::as_str).filter(|cell| !cell.is_empty()).collect();
        lines.push(cells.join("  ").trim_end().to_owned());
        let older = i.checked_sub(1).and_then(|newer| life.steps.get(newer));
        if older.is_some_and(|newer| life.has_gap(step.event.row.time(), newer.event.row.time())) {
            lines.push(format!("{:16}  events may be missing here", "┆"));
        }
    }
    lines
}

fn life_json(source: &str, life: &Life) -> Value {
    let other = |pair: Option<Reversal>| {
        pair.map(|pair| json!({ "event": life.steps[pair.step].event.id.to_string(), "millis": pair.millis }))
    };
    let step = |(i, step): (usize, &Step)| {
        let record = &step.event.record;
        let back_to = step.back_to.map(|to| life.steps[to].event.id.to_string());
        json!({
            "id": step.event.id.to_string(),
            "time": record.time.to_string(),
            "action": record.action.word(),
            "status": (record.status != Status::Unknown).then(|| record.status.word()),
            "actor": record.actor.label(),
            "version": { "from": step.versions.from, "to": step.versions.to, "new": step.versions.new },
            "back_to": back_to,
            "undoes": other(step.undoes),
            "undone_by": other(step.undone),
            "state": life.state_at(i).word(),
            "gap_before": life.steps.get(i + 1).is_some_and(|older| {
                life.has_gap(older.event.row.time(), step.event.row.time())
            }),
        })
    };
    json!({
        "source": source,
        "entity": entity_json(life),
        "state": life.state.word(),
        "version": life.version(),
        "from_the_start": life.from_the_start,
        "steps": life.steps.iter().enumerate().rev().map(step).collect::<Vec<_>>(),
    })
}

pub(super) fn entity_json(life: &Life) -> Value {
    let entity = life.steps.first().map(|step| &step.event.record.entity);
    json!({
        "type": entity.and_then(|entity| entity.kind.as_ref()),
        "id": entity.and_then(|entity| entity.id.as_ref()),
        "name": entity.and_then(|entity| entity.name.as_ref()),
    })
}

fn state_lines(source: &str, life: &Life, portrait: &Portrait, zone: Zone) -> Vec<String> {
    let [sent, inferred, doubtful] = portrait.counts();
    let whole = match portrait.whole {
        Some(whole) if whole.is_sure() => "all of its fields",
        _ => "it may have more fields than these",
    };
    let after = match life.steps.get(portrait.at) {
        Some(step) => {
            format!("after {} of {}", step.event.record.action, life::time(life, portrait.at, zone))
        }
        None => "before the first event".to_owned(),
    };
    let mut lines = vec![life::identity(source, life), format!("{} · {after}", portrait.state.word())];
    if portrait.fields.is_empty() {
        lines.push("nothing is known of its fields at this moment".to_owned());
        return lines;
    }
    lines.extend([
        format!("{sent} sent · {inferred} inferred · {doubtful} doubtful · {whole}"),
        String::new(),
    ]);
    let paths = portrait.fields.iter().map(|field| Safe::line(&field.path).width()).max().unwrap_or(0);
    for field in &portrait.fields {
        let value = field.value.as_ref().map_or_else(|| "not there".to_owned(), diff::short);
        let basis = match field.basis {
            Basis::Sent(step) => format!("sent {}", life::time(life, step, zone)),
            Basis::Inferred(step) => format!("inferred from {}", life::time(life, step, zone)),
            Basis::Doubtful(step, doubt) => {
                let why = life::because(doubt, life, zone);
                format!("doubtful: last known {}, {why}", life::time(life, step, zone))
            }
        };
        lines.push(format!("{}  {value}  ({basis})", Safe::line(&field.path).pad(paths.min(40)).as_str()));
    }
    lines
}

fn state_json(source: &str, life: &Life, portrait: &Portrait) -> Value {
    let event = |step: usize| life.steps.get(step).map(|step| step.event.id.to_string());
    let fields = portrait.fields.iter().map(|field| {
        json!({
            "path": field.path,
            "there": field.value.is_some(),
            "value": field.value,
            "basis": field.basis.word(),
            "event": event(field.basis.step()),
        })
    });
    json!({
        "source": source,
        "entity": entity_json(life),
        "state": portrait.state.word(),
        "after": event(portrait.at),
        "whole": portrait.whole.is_some_and(Basis::is_sure),
        "fields": fields.collect::<Vec<_>>(),
    })
}
