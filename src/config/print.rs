//! The configuration in force, written as a file that would say all of it: defaults filled in, paths made whole,
//! secrets by where they come from.

use std::fmt::Write as _;
use std::time::Duration;

use toml::Value;

use super::secret::{SecretFrom, SecretRef};
use super::source::KEEP_ALL;
use super::ui::{AUTO, words};
use super::{Ai, Config, Source, Ui};
use crate::domain::{ScopeChoice, Via, Zone};
use crate::tui::command::{COMMANDS, Context};
use crate::tui::keymap::Keymap;

impl Config {
    /// The configuration as TOML that [`Config::parse`] reads as the same configuration.
    pub fn to_toml(&self) -> String {
        let mut text = format!("# {}\n", self.paths.config.display());
        if let Some(me) = &self.me {
            put(&mut text, "me", me.clone());
        }
        self.sources.iter().for_each(|source| write_source(&mut text, source));
        if let Some(ai) = &self.ai {
            write_ai(&mut text, ai);
        }
        write_ui(&mut text, &self.ui);
        write_keys(&mut text, &self.keymap);
        text
    }
}

/// One setting on a line of its own.
fn put(text: &mut String, key: &str, value: impl Into<Value>) {
    let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let key = if plain && !key.is_empty() { key.to_owned() } else { Value::from(key).to_string() };
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{key} = {}", value.into());
}

fn list(texts: &[String]) -> Value {
    Value::Array(texts.iter().cloned().map(Value::from).collect())
}

fn write_source(text: &mut String, source: &Source) {
    text.push_str("\n[[source]]\n");
    put(text, "name", &*source.name);
    put(text, "feed", source.profile.id());
    match &source.via {
        Via::Http => {
            put(text, "base", &*source.base);
            put(text, "insecure_http", source.insecure_http);
        }
        Via::Command { argv, timeout } => {
            put(text, "command", list(argv));
            put(text, "timeout", length(*timeout));
        }
        Via::File(path) => put(text, "file", path.display().to_string()),
    }
    match &source.scopes {
        ScopeChoice::All if source.profile.fans_out() => put(text, "scope", "all"),
        ScopeChoice::All => {}
        ScopeChoice::Only(ids) => put(text, "scope", list(ids)),
    }
    put(text, "poll", length(source.poll));
    put(text, "keep", source.keep.map_or_else(|| KEEP_ALL.to_owned(), length));
    if let Some(proxy) = &source.proxy {
        put(text, "proxy", &**proxy);
    }
    if let Some(file) = &source.ca_file {
        put(text, "ca_file", file.path.display().to_string());
    }
    if !source.vars.is_empty() {
        text.push_str("[source.vars]\n");
        source.vars.iter().for_each(|(name, value)| put(text, name, &**value));
    }
    if !source.secrets.is_empty() {
        text.push_str("[source.secret]\n");
        source.secrets.iter().for_each(|secret| put(text, &secret.name, whence(secret)));
    }
}

/// Where a secret comes from; what it is stands nowhere.
fn whence(secret: &SecretRef) -> Value {
    let (key, value) = match &secret.from {
        SecretFrom::Env(name) => ("env", Value::from(&**name)),
        SecretFrom::Command(argv) => ("command", list(argv)),
        SecretFrom::File(path) => ("file", Value::from(path.display().to_string())),
    };
    Value::Table([(key.to_owned(), value)].into_iter().collect())
}

fn write_ai(text: &mut String, ai: &Ai) {
    text.push_str("\n[ai]\n");
    put(text, "base_url", &*ai.base_url);
    put(text, "model", &*ai.model);
    if let Some(key) = &ai.key {
        put(text, "key", whence(key));
    }
    put(text, "timeout", length(ai.timeout));
    put(text, "max_events", i64::try_from(ai.max_events).unwrap_or(i64::MAX));
    put(text, "stream", ai.stream);
    put(text, "insecure_http", ai.insecure_http);
}

fn write_ui(text: &mut String, ui: &Ui) {
    text.push_str("\n[ui]\n");
    put(text, "theme", ui.theme_name.as_deref().unwrap_or(AUTO));
    let zone = match ui.zone {
        Zone::Local => "local".to_owned(),
        Zone::Utc => "utc".to_owned(),
        Zone::Fixed(offset) => offset.to_string(),
    };
    put(text, "zone", zone);
    put(text, "time", words::word(words::TIMES, &ui.time));
    put(text, "follow", ui.follow);
    put(text, "glyphs", words::word(words::GLYPHS, &ui.glyphs));
    put(text, "notify", words::word(words::NOTICES, &ui.notify));
    put(text, "spinner", ui.spinner);
}

/// Every key of every command, none where one was taken away.
fn write_keys(text: &mut String, keymap: &Keymap) {
    let built_in = Keymap::built_in();
    for context in Context::ALL {
        let _ = writeln!(text, "\n[keys.{}]", context.name());
        for row in COMMANDS {
            let keys = keymap.bound_in(context, row.command);
            if !keys.is_empty() || !built_in.bound_in(context, row.command).is_empty() {
                put(text, row.name, list(&keys));
            }
        }
    }
}

/// A length of time in its largest unit that leaves no rest.
fn length(length: Duration) -> String {
    let millis = length.as_millis();
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit = units.into_iter().find(|(unit, _)| millis > 0 && millis.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{millis}ms"), |(unit, name)| format!("{}{name}", millis / unit))
}
