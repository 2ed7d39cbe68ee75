//! What every built-in profile has to keep, whoever adds it: documentation, a recorded answer, events with
//! all their parts, and an end.
//!
//! Recorded answers lie in `tests/fixtures/ID/`: `history.json` is the first page, `end.json` the last one
//! where it takes more than one, `detail*.json` answers to the second request for one event. Headers of
//! `X.json` that matter are in `X.headers`, one on a line.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Binding, Page, Position, Profile, Request, Scope, Token, detail, page, request};
use super::{BUILT_IN, built_in};
use crate::domain::{Action, Change, Event, Identity, Op, Record, Secret, Timestamp};

/// Values for whatever profiles ask the user for.
const VARS: &[(&str, &str)] = &[
    ("tenant", "acme"),
    ("org", "octo-org"),
    ("owner", "octo-org"),
    ("repo", "demo"),
    ("id", "acme/web"),
    ("account", "023e105f4ecef8ad9ca31a8372d0c353"),
    ("email", "mia@example.com"),
    ("project", "1000"),
];

/// Where requests go when the profile leaves that to the user.
const BASE: &str = "https://base.example";

fn binding(profile: &Profile) -> Binding {
    let needed = profile.vars().iter().filter(|var| var.required);
    let value = |name: &str| {
        let found = VARS.iter().find(|(key, _)| *key == name);
        found.unwrap_or_else(|| panic!("give `{name}` a value in the table above")).1.to_owned()
    };
    Binding {
        base: profile.base().map_or_else(|| BASE.to_owned(), |_| String::new()),
        vars: needed.map(|var| (var.name.clone(), value(&var.name))).collect(),
        secrets: (profile.secrets().iter())
            .map(|need| (need.name.clone(), Secret::new(format!("secret-{}", need.name))))
            .collect(),
    }
}

fn scope(profile: &Profile) -> Option<Scope> {
    let name = Some("Scope one".to_owned());
    profile.fans_out().then(|| Scope { name, ..profile.scope_from_id("scope-1") })
}

fn fixture(id: &str, name: &str) -> Option<String> {
    std::fs::read_to_string(format!("{}/tests/fixtures/{id}/{name}", env!("CARGO_MANIFEST_DIR"))).ok()
}

/// Reads the recorded answer `name` to the request at `position`.
fn read(profile: &Profile, position: &Position, name: &str) -> Page {
    let body = fixture(profile.id(), &format!("{name}.json"))
        .unwrap_or_else(|| panic!("tests/fixtures/{}/{name}.json is missing", profile.id()));
    let headers = fixture(profile.id(), &format!("{name}.headers")).unwrap_or_default();
    let headers: Vec<_> = headers
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let scope = scope(profile);
    page::read(profile, &binding(profile), scope.as_ref(), position, &headers, body.as_bytes())
        .unwrap_or_else(|error| panic!("{} {name}: {error}", profile.id()))
}

fn each(check: impl Fn(&Profile)) {
    for id in BUILT_IN.ids() {
        check(&built_in(id));
    }
}

#[test]
fn every_file_is_in_the_table_and_bears_the_id_of_its_profile() {
    let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/feeds"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    for file in &files {
        let text = std::fs::read_to_string(format!("{}/assets/feeds/{file}", env!("CARGO_MANIFEST_DIR")));
        let profile = Profile::parse(file, &text.unwrap()).unwrap_or_else(|problems| {
            panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        });
        assert_eq!(format!("{}.toml", profile.id()), *file);
    }
    let mut known: Vec<String> = BUILT_IN.ids().map(|id| format!("{id}.toml")).collect();
    known.sort();
    assert_eq!(files, known, "files under assets/feeds, and the table of built-in profiles");
}

#[test]
fn every_profile_says_where_it_is_documented_and_what_to_fill_in() {
    each(|profile| {
        let id = profile.id();
        assert!(profile.docs().is_some_and(|docs| docs.starts_with("https://")), "{id} has no docs");
        assert!(!profile.name().is_empty() && profile.name() != id, "{id} has a name for people");
        for var in profile.vars() {
            assert!(var.label.is_some(), "{id}: `{}` has no label", var.name);
        }
        for secret in profile.secrets() {
            assert!(secret.label.is_some(), "{id}: the secret `{}` has no label", secret.name);
        }
    });
}

#[test]
fn every_profile_maps_all_parts_of_every_recorded_event() {
    each(|profile| {
        let page = read(profile, &Position::first(profile), "history");
        let id = profile.id();
        assert!(page.quarantined.is_empty(), "{id}: {:?}", page.quarantined);
        assert!(page.records.len() >= 2, "{id}: two records show more than one");
        let mut identities = BTreeSet::new();
        for record in &page.records {
            let raw = &record.raw;
            let (Identity::Native(key) | Identity::Content(key)) = &record.identity;
            assert!(!key.starts_with('{'), "{id}: no id in {raw}");
            assert!(identities.insert(key.clone()), "{id}: `{key}` twice");
            assert_ne!(record.action, Action::Unknown, "{id}: no action in {raw}");
            assert!(record.entity.kind.is_some(), "{id}: no sort of entity in {raw}");
            assert!(record.entity.id.is_some(), "{id}: no entity in {raw}");
            assert!(record.actor.label().is_some(), "{id}: no actor in {raw}");
            let summary = record.summary.as_deref().unwrap_or_default();
            assert!(!summary.trim().is_empty(), "{id}: no summary in {raw}");
        }
    });
}

/// The requests of a walk over the recorded pages, which ends where the answers say that the list does. The
/// error says what else would be asked for.
fn walk(profile: &Profile) -> Result<Vec<Request>, String> {
    let (binding, scope, token) = (binding(profile), scope(profile), bought(profile));
    let now = Timestamp::from_millis(1_775_001_600_000); // 2026-04-01
    let (since, until) = profile.ranges(None, now, Duration::ZERO)[0];
    let mut position = Position::first(profile).within(since, until);
    let mut requests = Vec::new();
    let mut seen = 0_u64;
    for name in ["history", "end"] {
        let request = request::page(profile, &binding, scope.as_ref(), &position, token.as_ref());
        requests.push(request.map_err(|error| error.to_string())?);
        let answer = read(profile, &position, name);
        assert_eq!(answer.stray, None, "{}", profile.id());
        seen += answer.length as u64;
        let whole = answer.total.is_some_and(|total| seen >= total);
        let next = answer.next.filter(|_| answer.more != Some(false) && answer.length > 0 && !whole);
        match next {
            // A place that was just asked for brings nothing new.
            Some(next) if next != position => position = next,
            _ => return Ok(requests),
        }
    }
    Err(format!("{position:?} is still to be asked for"))
}

#[test]
fn every_profile_that_fans_out_lists_its_scopes() {
    each(|profile| {
        let Some(first) = Position::first_of_scopes(profile, None) else { return };
        let id = profile.id();
        let binding = binding(profile);
        let request = request::scopes(profile, &binding, None, &first, bought(profile).as_ref()).unwrap();
        assert!(request.url.starts_with(profile.base().unwrap_or(BASE)), "{id} goes to {}", request.url);
        let body = fixture(id, "scopes.json").unwrap_or_else(|| panic!("{id} has no scopes.json"));
        let page = page::read_scopes(profile, &binding, None, &first, &[], body.as_bytes()).unwrap();
        assert!(!page.scopes.is_empty() && page.scopes.len() == page.length, "{id}: {page:?}");
        assert!(page.scopes.iter().all(|scope| scope.name.is_some()), "{id}: {page:?}");
        let whole = page.total.is_some_and(|total| page.length as u64 >= total);
        assert!(page.next.is_none() || page.more == Some(false) || whole, "{id}: the list has no end");
    });
}

/// A token as an exchange would have brought it.
fn bought(profile: &Profile) -> Option<Token> {
    let token = || Token { access: Secret::new("token".to_owned()), refresh: None, expires_in: None };
    profile.exchanges().then(token)
}

#[test]
fn every_profile_pages_to_an_end_and_never_leaves_its_base() {
    each(|profile| {
        if !profile.makes_requests() {
            return;
        }
        let id = profile.id();
        let requests = walk(profile).unwrap_or_else(|error| panic!("{id}: {error}"));
        let recorded = if fixture(id, "end.json").is_some() { 2 } else { 1 };
        assert_eq!(requests.len(), recorded, "{id}: pages that were asked for");
        let base = profile.base().unwrap_or(BASE);
        for request in &requests {
            assert!(
                request.url.starts_with(base) || same_origin(base, &request.url),
                "{id}: {}",
                request.url
            );
        }
        let asked: BTreeSet<String> = requests.iter().map(line).collect();
        assert_eq!(asked.len(), recorded, "{id} asks twice for the same page: {asked:?}");
    });
}

/// Addresses that a server names need not go on below the path of the base.
fn same_origin(base: &str, url: &str) -> bool {
    let end = base[8..].find('/').map_or(base.len(), |slash| slash + 8);
    url.strip_prefix(&base[..end]).is_some_and(|rest| rest.starts_with('/'))
}

/// Method, address and body of a request.
fn line(request: &Request) -> String {
    let body = request.body.as_ref().map_or(String::new(), |body| format!(" {}", body.text.expose()));
    format!("{} {}{body}", format!("{:?}", request.method).to_uppercase(), request.url)
}

/// What is asked for, and the events of the first recorded page as people would note them down.
fn shown(profile: &Profile) -> String {
    let mut text = String::new();
    let (binding, scope, token) = (binding(profile), scope(profile), bought(profile));
    if let Some(first) = Position::first_of_scopes(profile, None) {
        let request = request::scopes(profile, &binding, None, &first, token.as_ref()).unwrap();
        writeln!(text, "scopes {}", line(&request)).unwrap();
    }
    for (place, request) in walk(profile).unwrap_or_default().iter().enumerate() {
        for (name, value) in request.headers.iter().filter(|_| place == 0) {
            writeln!(text, "header {name}: {}", value.expose()).unwrap();
        }
        writeln!(text, "page   {}", line(request)).unwrap();
    }
    let page = read(profile, &Position::first(profile), "history");
    for record in &page.records {
        event(&mut text, record).unwrap();
    }
    let first = Event::new("source", profile.id(), None, page.records[0].clone());
    for name in ["detail", "detail-create", "detail-update"] {
        let Some(body) = fixture(profile.id(), &format!("{name}.json")) else { continue };
        let which = detail::wanted(profile, &binding, &first)[0];
        let request =
            request::detail(profile, &binding, scope.as_ref(), (&first, which, None), token.as_ref());
        writeln!(text, "{name} {}", line(&request.unwrap())).unwrap();
        changes(&mut text, &detail::read(profile, which, &first, body.as_bytes()).unwrap().changes).unwrap();
    }
    text
}

fn event(out: &mut String, record: &Record) -> std::fmt::Result {
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let entity = &record.entity;
    writeln!(out, "{} {} ({})", record.time, record.action, or(&record.raw_action))?;
    match &record.identity {
        Identity::Native(id) => writeln!(out, "  id      {id}")?,
        Identity::Content(parts) => writeln!(out, "  known by {parts}")?,
    }
    writeln!(out, "  entity  {} {} \"{}\"", or(&entity.kind), or(&entity.id), or(&entity.name))?;
    let actor = &record.actor;
    writeln!(out, "  actor   {} {} \"{}\"", actor.kind.word(), or(&actor.id), or(&actor.name))?;
    writeln!(out, "  status  {}", record.status.word())?;
    writeln!(out, "  summary {}", or(&record.summary))?;
    for (name, value) in [("error", &record.error), ("url", &record.url), ("set", &record.set)] {
        if let Some(value) = value {
            writeln!(out, "  {name:7} {value}")?;
        }
    }
    for fact in &record.facts {
        writeln!(out, "  fact    {}: {}", fact.name, fact.value)?;
    }
    changes(out, &record.changes)
}

fn changes(out: &mut String, changes: &[Change]) -> std::fmt::Result {
    for change in changes {
        let value = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), ToString::to_string);
        match change.op {
            Op::Set => writeln!(out, "  change  {} = {}", change.path, value(&change.after))?,
            _ => writeln!(
                out,
                "  change  {}: {} → {}",
                change.path,
                value(&change.before),
                value(&change.after)
            )?,
        }
    }
    Ok(())
}

#[test]
fn the_recorded_events_are_read_as_before() {
    each(|profile| insta::assert_snapshot!(profile.id().to_owned(), shown(profile)));
}

/// Every way in which a server can spoil one value.
fn odd_values() -> [Value; 9] {
    let deep = (0..90).fold(Value::Null, |inner, _| json!([inner]));
    let huge = Value::from(1e300);
    [Value::Null, json!(""), json!(7), json!(true), json!([]), json!({}), json!("9999-99-99"), huge, deep]
}

/// The places of all values in `value` that hold no others.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, inner)| leaves(inner, &format!("{at}/{}", escaped(key)), found));
        }
        Value::Array(list) if !list.is_empty() => {
            (0..)
                .zip(list)
                .for_each(|(place, inner): (usize, _)| leaves(inner, &format!("{at}/{place}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

#[test]
fn one_odd_value_costs_at_most_the_record_that_it_is_in() {
    each(|profile| {
        let id = profile.id();
        let body: Value = serde_json::from_str(&fixture(id, "history.json").unwrap()).unwrap();
        let (binding, scope, position) = (binding(profile), scope(profile), Position::first(profile));
        let read = |body: &Value| {
            page::read(profile, &binding, scope.as_ref(), &position, &[], body.to_string().as_bytes())
        };
        let whole = read(&body).unwrap().records.len();
        let mut places = Vec::new();
        leaves(&body, "", &mut places);
        for place in places {
            for odd in odd_values() {
                let mut spoilt = body.clone();
                *spoilt.pointer_mut(&place).unwrap() = odd;
                // An error of the whole answer is one; in a record it must not become one.
                let Ok(page) = read(&spoilt) else {
                    assert!(place.starts_with("/errors"), "{id}: {place}");
                    continue;
                };
                assert!(page.records.len() + 1 >= whole, "{id}: {place} costs more than one record");
                assert_eq!(page.records.len() + page.quarantined.len(), whole, "{id}: {place} is lost");
            }
        }
    });
}
