//! `backtrail import`: the records of a file into the cache, once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use indicatif::HumanCount;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::args::ImportArgs;
use super::{feeds, print};
use crate::config::Options;
use crate::domain::{Timestamp, escape_json};
use crate::feed::{Binding, Page, Profile, Scope, saved};
use crate::runtime::{Exit, Failure, Session, read_saved};
use crate::store::{FeedKey, Learned, Written};

pub(super) async fn run(
    args: ImportArgs,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    let session = Session::open(options)?;
    let catalog = feeds::catalog(options)?;
    let profile = catalog.get(&args.feed).ok_or_else(|| feeds::unknown(&catalog, &args.feed))?;
    let source = source(&args)?;
    let binding = Binding { vars: vars(&args, &source, &profile, &session)?, ..Binding::default() };
    let scope = scope(&args, &profile)?;
    let body = read_saved(&args.file)?;
    let shown = args.file.display();
    let page = saved::read(&profile, &binding, scope.as_ref(), &body)
        .map_err(|error| Failure::usage(format!("`{shown}`: {error}")).help(check(&args)))?;
    if let (0, Some(first)) = (page.records.len(), page.quarantined.first()) {
        let message = format!("no record of `{shown}` can be read as an event: {}", first.reason);
        return Err(Failure::usage(message).help(check(&args)));
    }
    let unreadable = page.quarantined.len();
    let written = keep(&session, &source, &profile, scope.as_ref(), page).await?;
    let (new, known) = (written.new.len() as u64, (written.repeated + written.changed.len()) as u64);
    let printed = if args.json {
        let line = json!({
            "source": &*source, "feed": args.feed, "events_new": new, "events_known": known,
            "quarantined": unreadable,
        });
        print::lines([escape_json(&line.to_string())])
    } else {
        let mut lines = vec![format!("{source}  {} new, {} known", HumanCount(new), HumanCount(known))];
        lines.extend((unreadable > 0).then(|| {
            format!(
                "  {} records could not be read as events; {}",
                HumanCount(unreadable as u64),
                check(&args)
            )
        }));
        print::lines(lines)
    };
    print::ended(printed)?;
    session.put_away(stop).await?;
    Ok(Exit::Fine)
}

/// What says why a file cannot be read.
fn check(args: &ImportArgs) -> String {
    format!("`backtrail feeds check {} --sample {}` says why", args.feed, args.file.display())
}

/// The name of the source: as given, else the file's, in letters that can be typed in a filter.
fn source(args: &ImportArgs) -> Result<Arc<str>, Failure> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if let Some(name) = &args.source {
        if name.is_empty() || name.chars().count() > 64 || !name.chars().all(fits) {
            return Err(Failure::usage(format!("`{name}` cannot name a source"))
                .help("write up to 64 letters, digits, `-`, `_` or `.`"));
        }
        return Ok(name.as_str().into());
    }
    let stem = args.file.file_stem().and_then(|stem| Path::new(stem).to_str()).unwrap_or_default();
    let name: String = stem.chars().map(|c| if fits(c) { c } else { '-' }).take(64).collect();
    if name.is_empty() {
        return Err(Failure::usage("the file has no name to call its source by")
            .help("give one with `--source NAME`"));
    }
    Ok(name.into())
}

/// What the user configured for this source, and what the command line says.
fn vars(
    args: &ImportArgs,
    name: &str,
    profile: &Profile,
    session: &Session,
) -> Result<BTreeMap<String, String>, Failure> {
    let configured = session.config.sources.iter().find(|source| *source.name == *name);
    if let Some(other) = configured.filter(|source| source.profile.id() != profile.id()) {
        let message = format!("the source `{name}` is one of the feed `{}`", other.profile.id());
        return Err(Failure::usage(message).help("choose another name with `--source NAME`"));
    }
    let mut vars = configured.map(|source| source.vars.clone()).unwrap_or_default();
    for (name, value) in &args.vars {
        let Some(var) = profile.vars().iter().find(|var| var.name == *name) else {
            let known: Vec<&str> = profile.vars().iter().map(|var| var.name.as_str()).collect();
            let failure = Failure::usage(format!("the feed `{}` asks for no `{name}`", profile.id()));
            return Err(failure.help(format!("it asks for `{}`", known.join("`, `"))));
        };
        if !var.accepts(value) {
            let pattern = var.pattern.as_ref().map_or_else(String::new, ToString::to_string);
            return Err(Failure::usage(format!("`{name}={value}` does not match `{pattern}`")));
        }
        vars.insert(name.clone(), value.clone());
    }
    Ok(vars)
}

fn scope(args: &ImportArgs, profile: &Profile) -> Result<Option<Scope>, Failure> {
    match (&args.scope, profile.fans_out()) {
        (Some(id), true) if !profile.can_be_scope(id) => {
            let message = format!(
                "`{id}` is no scope of the feed `{}`, whose scopes lie inside of others",
                profile.id()
            );
            Err(Failure::usage(message).help("write `--scope outer-id/inner-id`"))
        }
        (Some(id), true) => Ok(Some(profile.scope_from_id(id))),
        (None, false) => Ok(None),
        (None, true) => {
            Err(Failure::usage(format!("the feed `{}` keeps one history per scope", profile.id()))
                .help("say which one the file is of with `--scope ID`"))
        }
        (Some(_), false) => {
            Err(Failure::usage(format!("the feed `{}` has no scopes", profile.id()))
                .help("leave `--scope` out"))
        }
    }
}

async fn keep(
    session: &Session,
    source: &Arc<str>,
    profile: &Profile,
    scope: Option<&Scope>,
    page: Page,
) -> Result<Written, Failure> {
    let mut key = FeedKey::new(Arc::clone(source), profile.id());
    if let Some(scope) = scope {
        key = key.in_scope(scope.id.as_str(), scope.name.as_deref());
    }
    // What is brought in by hand says nothing about how far a walk has come.
    let written = session.store.run(move |db| {
        let nothing = Learned::default();
        let Page { records, quarantined, links, .. } = &page;
        db.write_linked_page(&key, records, quarantined, links, &nothing, Timestamp::now())
    });
    Ok(written.await?)
}
