//! `backtrail cache prune`: removing what is old.

use std::collections::HashSet;
use std::sync::Arc;

use indicatif::HumanCount;
use serde_json::json;

use super::agree;
use crate::cli::args::PruneArgs;
use crate::cli::print;
use crate::config::Options;
use crate::domain::{EventId, Safe, Timestamp, did_you_mean, escape_json};
use crate::query;
use crate::runtime::{Exit, Failure, Pruned, Session, limit, prune};
use crate::store::{Db, Pruning};

/// What is to be removed: of which source, from before which time.
type Old = (Arc<str>, Timestamp);

pub(super) async fn run(args: PruneArgs, options: &Options) -> Result<Exit, Failure> {
    let session = crate::cli::open_session(options)?;
    let before = args.before.as_deref().map(|text| time(text, &session)).transpose()?;
    let meant = meant(&args.sources, before, &session).await?;
    let (user, _) = session.user().await;
    let Some(spared) = user.marked().await else {
        return Err(Failure::usage("the file of your bookmarks and notes cannot be read")
            .help("nothing is removed while it is not known what you want to come back to"));
    };
    let mut lines = Vec::new();
    let asks = before.is_some() && !args.dry_run;
    if asks {
        let count = count(&meant, &spared, &session).await?;
        agree("remove", args.yes, &format!("{} events", HumanCount(count)))?;
    }
    let mut all = 0;
    for (source, before) in &meant {
        let pruned = if args.dry_run {
            let removed = count(&[(Arc::clone(source), *before)], &spared, &session).await?;
            Pruned { removed, ..Pruned::default() }
        } else {
            prune(&session.store, Pruning::new(source, *before, spared.clone())).await?
        };
        all += pruned.removed;
        lines.push(if args.json {
            as_json(source, *before, pruned, args.dry_run)
        } else {
            as_line(source, *before, pruned, (args.dry_run, &session))
        });
    }
    if !args.dry_run && all > 0 {
        // Another program that has the cache open keeps the room; the next removal gives it back.
        let _ = session.store.run(Db::tidy_up).await;
    }
    Ok(print::ended(print::lines(lines))?.unwrap_or(Exit::Fine))
}

fn time(text: &str, session: &Session) -> Result<Timestamp, Failure> {
    let context =
        query::Context { now: Timestamp::now(), zone: session.config.ui.zone, ..query::Context::default() };
    query::stretch(text, &context)
        .map(|(start, _)| start)
        .map_err(|hint| Failure::usage(format!("`--before {text}` is not a time")).help(hint))
}

/// The sources that are named, or all, each with the time before which it is removed.
async fn meant(names: &[String], before: Option<Timestamp>, session: &Session) -> Result<Vec<Old>, Failure> {
    let known = session.store.run(Db::sources_summary).await?;
    let known: Vec<Arc<str>> = known.into_iter().map(|source| source.name).collect();
    if let Some(name) = names.iter().find(|name| !known.iter().any(|known| **known == ***name)) {
        let help = did_you_mean(name, known.iter().map(|known| &**known));
        let help =
            help.unwrap_or_else(|| "`backtrail sources coverage` names those that it knows".to_owned());
        return Err(Failure::usage(format!("the cache knows no source `{name}`")).help(help));
    }
    let kept = |name: &str| {
        let source = session.config.sources.iter().find(|source| *source.name == *name)?;
        source.keep.map(limit)
    };
    let meant: Vec<Old> = known
        .into_iter()
        .filter(|name| names.is_empty() || names.iter().any(|named| **named == **name))
        .filter_map(|name| Some((Arc::clone(&name), before.or_else(|| kept(&name))?)))
        .collect();
    if meant.is_empty() {
        return Err(Failure::usage("nothing says how far back events are kept")
            .help("add `--before 400d`, or `keep = \"400d\"` to the configuration"));
    }
    Ok(meant)
}

async fn count(meant: &[Old], spared: &HashSet<EventId>, session: &Session) -> Result<u64, Failure> {
    let mut all = 0;
    for (source, before) in meant.iter().cloned() {
        let spared = spared.clone();
        all += session.store.run(move |db| db.count_before(&source, before, &spared)).await?;
    }
    Ok(all)
}

fn as_json(source: &str, before: Timestamp, pruned: Pruned, dry_run: bool) -> String {
    let json = json!({
        "source": source, "before": before.to_string(), "removed": pruned.removed, "kept_marked": pruned.kept,
        "dry_run": dry_run,
    });
    escape_json(&json.to_string()).into_owned()
}

fn as_line(source: &str, before: Timestamp, pruned: Pruned, (dry_run, session): (bool, &Session)) -> String {
    let before = session.config.ui.zone.at(before).format("%Y-%m-%d %H:%M").to_string();
    let did = if dry_run { "would remove" } else { "removed" };
    let kept = match pruned.kept {
        0 => String::new(),
        kept => format!(", kept {} that are bookmarked or noted", HumanCount(kept)),
    };
    let line = format!("{source}  {did} {} events from before {before}{kept}", HumanCount(pruned.removed));
    Safe::line(&line).as_str().to_owned()
}
