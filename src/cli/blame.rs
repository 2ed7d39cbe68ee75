//! `backtrail blame`: who changed each field of an entity last, and when.

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::args::BlameArgs;
use super::{details, life, lifecycle, print};
use crate::config::Options;
use crate::diff::{self, Blame, Life};
use crate::domain::{Safe, Zone, escape_json};
use crate::runtime::{Exit, Failure};

pub(super) async fn run(
    args: BlameArgs,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    let session = super::open_to_read(options).await?;
    let (source, entity) = life::named(&args.entity, &session).await?;
    let rows = session.library.life_rows(&source, &entity);
    details::fetch(args.ask, &rows, &session, stop).await?;
    let life = life::read(&source, &entity, &session).await?;
    details::tell_unasked(life.steps.iter().map(|step| step.event.as_ref()));
    let mut blame = life.blame();
    if blame.is_empty() {
        let text = format!("the events of `{}` do not say which fields they changed", args.entity);
        let next = format!("`backtrail lifecycle \"{}\"` prints what is known of it", args.entity);
        return Err(Failure::not_found(text).help(next));
    }
    if let Some(path) = &args.path {
        let known = blame.first().map(|blame| blame.path.clone()).unwrap_or_default();
        blame.retain(|blame| diff::is_within(&blame.path, path));
        if blame.is_empty() {
            return Err(Failure::not_found(format!("no field `{path}` is known of `{}`", args.entity))
                .help(format!("paths are written as `backtrail blame` prints them: `{known}`")));
        }
    }
    let printed = if args.json {
        let fields: Vec<Value> = blame.iter().map(|blame| field_json(blame, &life)).collect();
        let all = json!({ "source": &*source, "entity": lifecycle::entity_json(&life), "fields": fields });
        serde_json::to_string_pretty(&all)
            .map_err(Into::into)
            .and_then(|text| print::lines([escape_json(&text)]))
    } else {
        print::lines(lines(&blame, &life, session.config.ui.zone, args.path.is_some()))
    };
    print::ended(printed)?;
    Ok(Exit::Fine)
}

/// One line for each field; with both values where a field was asked for.
fn lines(blame: &[Blame], life: &Life, zone: Zone, full: bool) -> Vec<String> {
    let actor = |blame: &Blame| {
        let step = life.steps.get(blame.step);
        step.and_then(|step| step.event.record.actor.label()).unwrap_or("–").to_owned()
    };
    let actors = blame.iter().map(|blame| Safe::line(&actor(blame)).width()).max().unwrap_or(0).min(28);
    let paths = blame.iter().map(|blame| Safe::line(&blame.path).width()).max().unwrap_or(0).min(48);
    let line = |blame: &Blame| {
        let by = match life.steps.get(blame.step) {
            Some(step) => format!(
                "{}  {}  {}  {}",
                life::time(life, blame.step, zone),
                Safe::line(step.event.record.action.word()).pad(10).as_str(),
                Safe::line(&actor(blame)).cut(actors).pad(actors).as_str(),
                step.event.id
            ),
            None => "unchanged as far as is known".to_owned(),
        };
        let value = match (&blame.value, full.then_some(()).and(blame.change.as_ref())) {
            (_, Some(change)) => match (&change.before, &change.after) {
                (Some(before), Some(after)) => format!("{} → {}", diff::short(before), diff::short(after)),
                (Some(before), None) => format!("was {}", diff::short(before)),
                (None, Some(after)) => diff::short(after),
                (None, None) => "not said".to_owned(),
            },
            (Some(value), None) => diff::short(value),
            (None, None) => "not there".to_owned(),
        };
        let doubt = blame
            .doubt
            .map(|doubt| format!("  (may have changed since: {})", life::because(doubt, life, zone)));
        let path = Safe::line(&blame.path).pad(paths);
        format!("{}  {by}  {value}{}", path.as_str(), doubt.unwrap_or_default())
    };
    blame.iter().map(line).collect()
}

fn field_json(blame: &Blame, life: &Life) -> Value {
    let step = life.steps.get(blame.step);
    json!({
        "path": blame.path,
        "value": blame.value,
        "event": step.map(|step| step.event.id.to_string()),
        "time": step.map(|step| step.event.record.time.to_string()),
        "actor": step.and_then(|step| step.event.record.actor.label()),
        "action": step.map(|step| step.event.record.action.word()),
        "before": blame.change.as_ref().and_then(|change| change.before.as_ref()),
        "after": blame.change.as_ref().and_then(|change| change.after.as_ref()),
        "sure": blame.doubt.is_none(),
    })
}
