//! The request that brings an event, as a line for a shell, with the names of secrets where the secrets go.
//!
//! No secret is asked for. A request is built twice, with other words where secrets belong, and what differs
//! between the two is what holds one, however it is written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::config::{SecretFrom, Source};
use crate::domain::{Detail, Event, Safe, Secret, Via};
use crate::feed::{self, Binding, Method, Position, Profile, Request, Scope, Token};

/// What stands for secrets in the two builds. Neither has a letter that a header or an address would change.
const WORDS: [&str; 2] = ["SECRETA", "SECRETB"];

/// The line for `event`, or why there is none.
pub(super) fn line(sources: &[Source], event: &Event) -> Result<String, String> {
    let source = sources.iter().find(|source| source.name == event.source);
    let source = source.ok_or_else(|| format!("`{}` is not configured any more", event.source))?;
    if !matches!(source.via, Via::Http) {
        return Err(format!("`{}` is not asked over HTTP", source.name));
    }
    let profiles = std::iter::once(&source.profile).chain(&source.stand_in);
    let profile =
        profiles.into_iter().find(|profile| *profile.id() == *event.feed).unwrap_or(&source.profile);
    let [one, other] = WORDS.map(|word| request(source, profile, event, word));
    let (one, other) = (one?, other?);
    Ok(Safe::line(&written(source, &one, &other)).as_str().to_owned())
}

/// The request with `word` and the name of each secret in its place.
fn request(source: &Source, profile: &Arc<Profile>, event: &Event, word: &str) -> Result<Request, String> {
    let marked = |name: &str| Secret::new(format!("{word}_{name}_"));
    let secrets: BTreeMap<String, Secret> =
        source.secrets.iter().map(|secret| (secret.name.clone(), marked(&secret.name))).collect();
    let binding = Binding { base: source.base.clone(), vars: source.vars.clone(), secrets };
    let scope = event.scope.as_deref().map(|id| Scope { id: id.to_owned(), ..Scope::default() });
    let token = Token { access: marked("token"), refresh: None, expires_in: None };
    let (scope, token) = (scope.as_ref(), Some(&token));
    let own = (event.record.detail != Detail::Nothing)
        .then(|| feed::request::detail(profile, &binding, scope, (event, 0, None), token).ok())
        .flatten();
    own.map_or_else(|| feed::request::page(profile, &binding, scope, &Position::first(profile), token), Ok)
        .map_err(|error| error.to_string())
}

fn written(source: &Source, one: &Request, other: &Request) -> String {
    let mut line = "curl".to_owned();
    if one.method == Method::Post {
        line.push_str(" -X POST");
    }
    for ((name, value), (_, again)) in one.headers.iter().zip(&other.headers) {
        let value = named(source, value.expose(), again.expose());
        let _ = write!(line, " -H \"{}: {value}\"", quoted(name));
    }
    if let (Some(body), Some(again)) = (&one.body, &other.body) {
        let text = named(source, body.text.expose(), again.text.expose());
        let _ = write!(line, " -H \"Content-Type: {}\" -d \"{text}\"", body.content_type);
    }
    let mut url = quoted(&one.url);
    for ((name, value), (_, again)) in one.secret_query.iter().zip(&other.secret_query) {
        let sign = if url.contains('?') { '&' } else { '?' };
        let _ = write!(url, "{sign}{}={}", quoted(name), named(source, value.expose(), again.expose()));
    }
    line + &format!(" \"{url}\"")
}

/// A value with `$NAME` where a secret stands in it. Where its writing hides which part that is, all of it is one.
fn named(source: &Source, one: &str, other: &str) -> String {
    if one == other {
        return quoted(one);
    }
    let mut text = quoted(one);
    let names =
        source.secrets.iter().map(|secret| (secret.name.as_str(), variable(&secret.from, &secret.name)));
    for (name, variable) in names.chain([("token", "TOKEN".to_owned())]) {
        text = text.replace(&format!("{}_{name}_", WORDS[0]), &format!("${{{variable}}}"));
    }
    let plain = text.replace(WORDS[0], "") == text && text != quoted(one);
    if plain { text } else { "${SECRET}".to_owned() }
}

/// The variable that a secret comes from, else one that could hold it.
fn variable(from: &SecretFrom, name: &str) -> String {
    match from {
        SecretFrom::Env(variable) => variable.clone(),
        SecretFrom::Command(_) | SecretFrom::File(_) => name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
            .collect(),
    }
}

/// A text between double quotes of a shell, where it is taken as it stands.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Options, paths};
    use crate::domain::{Identity, Record, Timestamp};
    use crate::feed::Catalog;

    fn event(source: &str, feed: &str, scope: Option<&str>) -> Event {
        let identity = Identity::Native("e".into());
        let time = Timestamp::from_millis(1_000);
        Event::new(source, feed, scope, Record::bare(identity, time))
    }

    #[test]
    fn a_request_is_written_with_the_names_of_its_secrets() {
        let text = r#"
[[source]]
name = "k"
feed = "kaireonai"
base = "https://k.example/api/v1"
vars = { tenant = "a$b" }
[source.secret]
token = { env = "KAIREONAI_TOKEN" }
[[source]]
name = "s"
feed = "streamkap"
base = "https://s.example"
[source.secret]
id = { env = "STREAMKAP_ID" }
key = { command = ["pass", "show", "x"] }
[[source]]
name = "f"
feed = "kaireonai"
file = "/tmp/changes.jsonl"
"#;
        let paths = paths(&Options::default()).unwrap();
        let config = Config::parse(&paths, text, &Catalog::built_in()).unwrap();
        let line = |event: &Event| super::line(&config.sources, event);
        let k = line(&event("k", "kaireonai", None)).unwrap();
        assert!(k.starts_with("curl -H") && k.contains("Bearer ${KAIREONAI_TOKEN}\""), "{k}");
        assert!(k.contains("\"https://k.example/api/v1") && k.contains("a\\$b"), "{k}");
        let s = line(&event("s", "streamkap", Some("dest_1"))).unwrap();
        assert!(s.contains("${TOKEN}") && s.contains("https://s.example") && s.contains("dest_1"), "{s}");
        for line in [&k, &s] {
            assert!(!line.contains("SECRET"), "{line}");
        }
        assert!(line(&event("f", "kaireonai", None)).unwrap_err().contains("not asked over HTTP"));
        assert!(line(&event("gone", "kaireonai", None)).unwrap_err().contains("not configured"));
    }
}
