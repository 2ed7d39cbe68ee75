//! Tests of the room as a whole: the built-in profiles over recorded answers, requests, and bad input.

mod hostile;
mod integrity;
mod language;
mod pages;
mod problems;
mod profiles;
mod providers;
mod reference;
mod requests;
mod saved;
mod trials;
mod values;

use std::sync::{Arc, LazyLock};

use super::{Binding, Catalog, Page, Position, Profile, Scope, page};
use crate::domain::{Event, EventId, Record, RowId, Secret};

/// Read once: some tests ask for profiles very often.
static BUILT_IN: LazyLock<Catalog> = LazyLock::new(Catalog::built_in);

pub(super) fn built_in(id: &str) -> Arc<Profile> {
    BUILT_IN.get(id).expect("a built-in profile")
}

pub(super) fn fixture(path: &str) -> String {
    let path = format!("{}/tests/fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(super) fn binding() -> Binding {
    Binding {
        vars: [("tenant", "acme")].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        secrets: [("token", "t0k"), ("id", "client"), ("key", "s3cret")]
            .map(|(k, v)| (k.to_owned(), Secret::new(v.to_owned())))
            .into(),
        ..Binding::default()
    }
}

pub(super) fn scope(id: &str) -> Scope {
    Scope { id: id.to_owned(), name: Some("Shop".to_owned()), ..Scope::default() }
}

/// Reads `body` as the first page of `profile`.
pub(super) fn read(profile: &Profile, body: &str) -> Result<Page, super::ShapeError> {
    let scope = profile.fans_out().then(|| scope("scope-1"));
    let position = Position::first(profile);
    page::read(profile, &binding(), scope.as_ref(), &position, &[], body.as_bytes())
}

/// A profile with `map` for a bare list of records, with its time at `/t`.
pub(super) fn profile_with(map: &str, rest: &str) -> Profile {
    let text = format!(
        "schema = 1\nid = \"x\"\nname = \"X\"\nauth = {{ kind = \"none\" }}\n\
         request = {{ base = \"https://x.example\", path = \"/x\" }}\nitems = {{ at = \"\" }}\n\
         vars = {{ tenant = {{ default = \"acme\" }} }}\n{rest}\n[map]\ntime = \"/t\"\n{map}\n"
    );
    Profile::parse("x.toml", &text).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

/// An event in the cache that was sent as `raw`.
pub(super) fn event(raw: &str) -> Event {
    let mut record = read(&profile_with("", ""), r#"[{"t": "2026-01-01"}]"#).unwrap().records.remove(0);
    record.raw = raw.into();
    cached(record)
}

/// `record` as an event in the cache.
pub(super) fn cached(record: Record) -> Event {
    let (source, feed) = (Arc::from("s"), Arc::from("f"));
    Event {
        row: RowId(1),
        id: EventId([0; 10]),
        source,
        feed,
        scope: None,
        count: 1,
        link: crate::domain::LinkState::None,
        fate: None,
        record,
    }
}
