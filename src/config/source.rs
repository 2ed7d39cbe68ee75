//! The `[[source]]` tables.

mod needs;
mod route;
mod via;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use toml::de::DeValue;

use super::base::{self, Base};
use super::problem::Reader;
use super::secret::SecretRef;
use super::table::{Field, Table};
use crate::domain::{Place, ScopeChoice, Via, did_you_mean};
use crate::feed::{Catalog, Profile};
pub(super) use needs::secret;

pub use route::CaFile;
pub(super) use via::check;

/// What can stand in a `[[source]]` table.
const KEYS: &[&str] = &[
    "name",
    "feed",
    "base",
    "command",
    "file",
    "timeout",
    "scope",
    "vars",
    "poll",
    "keep",
    "insecure_http",
    "proxy",
    "ca_file",
    "secret",
];

/// How often a source is asked when neither the user nor its profile says.
const DEFAULT_POLL: Duration = Duration::from_secs(60);

/// The shortest and the longest time between two polls.
const POLL_LIMITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(7 * 24 * 60 * 60));

/// The shortest and the longest time that events are kept, where there is an end to it.
const KEEP_LIMITS: (Duration, Duration) =
    (Duration::from_secs(24 * 60 * 60), Duration::from_secs(100 * 366 * 24 * 60 * 60));

/// What stands for no end to it.
pub(super) const KEEP_ALL: &str = "all";

/// A source as the user configured it, checked against its feed profile.
#[derive(Debug, Clone)]
pub struct Source {
    /// The user's name for it.
    pub name: Arc<str>,
    /// How its history is asked for and read.
    pub profile: Arc<Profile>,
    /// How it is, where the server refuses that.
    pub stand_in: Option<Arc<Profile>>,
    /// Where its answers come from.
    pub via: Via,
    /// Where the configuration says so: its `command` or `file`, else the source as a whole.
    pub place: Place,
    /// Scheme, host, port and path that every request goes below, without a slash at its end. Empty where
    /// no requests are made.
    pub base: String,
    /// Scheme, host and port of the base; the program or the file where no requests are made.
    pub origin: String,
    /// The values of the profile's variables that the user gave.
    pub vars: BTreeMap<String, String>,
    /// Where the profile's secrets come from, in the order of the file.
    pub secrets: Vec<SecretRef>,
    /// Which scopes are asked, where the profile fans out.
    pub scopes: ScopeChoice,
    /// The time between two polls.
    pub poll: Duration,
    /// How far back from now events are kept; `None` is for ever.
    pub keep: Option<Duration>,
    /// Whether secrets may travel over plain `http` to another machine.
    pub insecure_http: bool,
    /// The proxy that its requests take, as scheme, host and port; `None` is what the environment says.
    pub proxy: Option<String>,
    /// Who may vouch for its server beside those whom the machine trusts.
    pub ca_file: Option<CaFile>,
}

/// What is needed to read a source beside its table.
pub(super) struct Surroundings<'c> {
    pub(super) catalog: &'c Catalog,
    /// The folder of the user's own feed profiles, to name it.
    pub(super) feeds: &'c Path,
    /// The configuration file.
    pub(super) file: &'c Path,
    pub(super) home: Option<&'c Path>,
    /// How far back events are kept where a source does not say.
    pub(super) keep: Option<Duration>,
}

/// Reads all sources. One that something is wrong with is left out and noted.
pub(super) fn read_all(reader: &mut Reader<'_>, field: &Field<'_>, around: &Surroundings<'_>) -> Vec<Source> {
    let DeValue::Array(elements) = field.value else {
        reader.withhold(&field.span);
        reader.note(
            &field.key_span,
            "source",
            "this is one table, not a list of sources",
            "write `[[source]]` with two brackets",
        );
        return Vec::new();
    };
    let mut sources = Vec::new();
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for element in elements {
        let DeValue::Table(table) = element.get_ref() else {
            reader.withhold(&element.span());
            reader.note(
                &element.span(),
                "source",
                "this is no table",
                "begin each source with a line `[[source]]`",
            );
            continue;
        };
        let table = Table::new("source", element.span(), table);
        if let Some(field) = table.get("name")
            && let Some(name) = field.value.as_str()
        {
            let line = reader.place(field.span.start).line;
            if let Some(first) = names.insert(name.to_lowercase(), line) {
                let message = format!("line {first} already has a source of the name `{name}`");
                reader.note(&field.span, "source.name", message, "give each source a name of its own");
            }
        }
        sources.extend(read(reader, &table, around));
    }
    sources
}

fn read(reader: &mut Reader<'_>, table: &Table<'_>, around: &Surroundings<'_>) -> Option<Source> {
    let name = name(reader, table);
    let profile = profile(reader, table, around);
    table.only(reader, KEYS, |key| misplaced(key, profile.as_deref()));
    let via = via::read(reader, table, around);
    let http = via == Some(Via::Http);
    let insecure_http =
        table.get("insecure_http").filter(|_| http).and_then(|field| field.boolean(reader)).unwrap_or(false);
    let unasked = profile.as_deref().filter(|profile| http && !profile.makes_requests());
    if let Some(profile) = unasked {
        let message = format!("the feed `{}` does not say how to ask over HTTP", profile.id());
        let help = "add `command = [\"…\"]` or `file = \"…\"`";
        reader.note(&table.span, "source.feed", message, help);
    }
    let base = match &via {
        _ if unasked.is_some() => None,
        Some(Via::Http) => base(reader, table, profile.as_deref(), insecure_http),
        Some(local) => Some(Base { url: String::new(), origin: local.to_string() }),
        None => None,
    };
    let proxy = route::proxy(reader, table).filter(|_| http);
    let ca_file = route::ca_file(reader, table, around).filter(|_| http);
    let poll = table.get("poll").and_then(|field| length(reader, field, "60s", POLL_LIMITS));
    let keep = table.get("keep").map_or(around.keep, |field| self::keep(reader, field, around.keep));
    let scopes = table.get("scope").and_then(|field| scopes(reader, field, profile.as_deref()));
    let vars = needs::vars(reader, table, profile.as_deref(), http);
    let secrets = if http { needs::secrets(reader, table, profile.as_deref(), around) } else { Vec::new() };
    if let Some(profile) = profile.as_deref().filter(|_| !http) {
        via::check_scope(reader, table, profile, scopes.as_ref());
    }
    let (profile, base) = (profile?, base?);
    // A profile that names a feed which cannot stand in for it is told of where profiles are read.
    let stand_in = around.catalog.stand_in(&profile).ok().flatten().filter(|_| http);
    Some(Source {
        stand_in,
        name: name?.into(),
        place: reader.place(via::at(table)),
        via: via?,
        poll: poll.or(profile.poll()).unwrap_or(DEFAULT_POLL),
        keep,
        base: base.url,
        origin: base.origin,
        vars,
        secrets,
        scopes: scopes.unwrap_or_default(),
        insecure_http,
        proxy,
        ca_file,
        profile,
    })
}

fn name<'d>(reader: &mut Reader<'_>, table: &Table<'d>) -> Option<&'d str> {
    let example = "\"streamkap-prod\"";
    let Some(field) = table.get("name") else {
        reader.note(&table.span, "source.name", "this source has no name", format!("add `name = {example}`"));
        return None;
    };
    let name = field.text(reader, example)?;
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.chars().count() > 64 || !name.chars().all(fits) {
        let help = format!("write up to 64 letters, digits, `-`, `_` or `.`, such as `name = {example}`");
        reader.note(&field.span, &field.path, "this is no name that can be typed in a filter", help);
        return None;
    }
    Some(name)
}

fn profile(reader: &mut Reader<'_>, table: &Table<'_>, around: &Surroundings<'_>) -> Option<Arc<Profile>> {
    let known = || around.catalog.ids();
    let Some(field) = table.get("feed") else {
        let help = format!("add `feed = \"…\"` with one of `{}`", known().collect::<Vec<_>>().join("`, `"));
        reader.note(&table.span, "source.feed", "this source does not say how to read it", help);
        return None;
    };
    let id = field.text(reader, "\"streamkap\"")?;
    let profile = around.catalog.get(id);
    if profile.is_none() {
        let known: Vec<&str> = known().collect();
        let help = did_you_mean(id, known.iter().copied()).unwrap_or_else(|| {
            let folder = around.feeds.display();
            format!("there are `{}`; profiles of your own belong in `{folder}`", known.join("`, `"))
        });
        reader.note(&field.span, &field.path, format!("there is no feed profile `{id}`"), help);
    }
    profile
}

/// What was meant by a key that a source does not have but its profile asks for.
fn misplaced(key: &str, profile: Option<&Profile>) -> Option<String> {
    let profile = profile?;
    if profile.secrets().iter().any(|secret| secret.name == key) {
        return Some(format!(
            "put it under `[source.secret]`, as `{key} = {{ env = \"{}\" }}`",
            needs::variable_for(profile, key)
        ));
    }
    let is_var = profile.vars().iter().any(|var| var.name == key);
    is_var.then(|| format!("put it into `vars = {{ {key} = \"…\" }}`"))
}

fn base(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    profile: Option<&Profile>,
    insecure_http: bool,
) -> Option<Base> {
    let own = profile.and_then(Profile::base);
    let (text, span) = match (table.get("base"), own) {
        (Some(field), _) => {
            let text = field.text(reader, "\"https://api.example.com\"");
            if text.is_none() {
                // What is no text is not taken apart, so nobody knows whether it holds a password.
                reader.withhold(&field.span);
            }
            (text?, field.span.clone())
        }
        (None, Some(own)) => (own, table.span.clone()),
        (None, None) => {
            if profile.is_some() {
                let help = "add `base = \"https://…\"`";
                reader.note(
                    &table.span,
                    "source.base",
                    "this feed has no address that is the same for everyone",
                    help,
                );
            }
            return None;
        }
    };
    base::parse(text, insecure_http)
        .map_err(|bad| {
            if bad.secret {
                reader.withhold(&span);
            }
            reader.note(&span, "source.base", bad.message, bad.help);
        })
        .ok()
}

/// How far back events are kept: a length of time, or for ever; `otherwise` where it cannot be read.
pub(super) fn keep(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    otherwise: Option<Duration>,
) -> Option<Duration> {
    if field.value.as_str() == Some(KEEP_ALL) {
        return None;
    }
    length(reader, field, "400d", KEEP_LIMITS).or(otherwise)
}

/// A length of time between two others, both included; `example` is one.
pub(super) fn length(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    example: &str,
    (shortest, longest): (Duration, Duration),
) -> Option<Duration> {
    let text = field.text(reader, &format!("\"{example}\""))?;
    match humantime::parse_duration(text) {
        Ok(length) if length < shortest || length > longest => {
            let limits = format!(
                "{} and {}",
                humantime::format_duration(shortest),
                humantime::format_duration(longest)
            );
            reader.note(
                &field.span,
                &field.path,
                format!("this is not between {limits}"),
                format!("write `{} = \"{example}\"`", field.key),
            );
            None
        }
        Ok(length) => Some(length),
        Err(_) => {
            let help = "write a number with a unit: `\"30s\"`, `\"5m\"`, `\"1h\"`";
            reader.note(&field.span, &field.path, "this is no length of time", help);
            None
        }
    }
}

fn scopes(reader: &mut Reader<'_>, field: &Field<'_>, profile: Option<&Profile>) -> Option<ScopeChoice> {
    let example = "\"all\"` or `scope = [\"first-id\", \"second-id\"]";
    if let Some(profile) = profile.filter(|profile| !profile.fans_out()) {
        let message = format!("the feed `{}` is asked as a whole and has no scopes", profile.id());
        reader.note(&field.key_span, &field.path, message, "remove the line");
        return None;
    }
    if field.value.as_str() == Some("all") {
        return Some(ScopeChoice::All);
    }
    if field.value.is_str() {
        reader.note(
            &field.span,
            &field.path,
            "this is neither `all` nor a list of ids",
            format!("write `scope = {example}`"),
        );
        return None;
    }
    let mut ids: Vec<String> = Vec::new();
    for id in field.texts(reader, example)? {
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    if ids.is_empty() || ids.iter().any(|id| id.trim().is_empty()) {
        reader.note(
            &field.span,
            &field.path,
            "an empty list or id asks for nothing",
            format!("write `scope = {example}`"),
        );
        return None;
    }
    if let Some(profile) = profile
        && let Some(id) = ids.iter().find(|id| !profile.can_be_scope(id))
    {
        let feed = profile.id();
        let message = format!("`{id}` is no scope of the feed `{feed}`, whose scopes lie inside of others");
        let help = "write `outer-id/inner-id`, with `%2F` for a slash in an id";
        reader.note(&field.span, &field.path, message, help);
        return None;
    }
    Some(ScopeChoice::Only(ids))
}
