//! Sources that are not asked over HTTP: `command` and `file`.

use std::path::Path;
use std::time::Duration;

use super::{Source, Surroundings, length};
use crate::config::paths::expand;
use crate::config::problem::Reader;
use crate::config::secret::is_runnable;
use crate::config::table::{Field, Table};
use crate::domain::{COMMAND_TIMEOUT, Problem, ScopeChoice, Via};
use crate::feed::Profile;

/// What only makes sense for a source that is asked over HTTP.
const HTTP_ONLY: &[&str] = &["base", "insecure_http", "proxy", "ca_file", "secret"];

/// The shortest and the longest time that a program may be given.
const TIMEOUT_LIMITS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(60 * 60));

/// How the table says that its source is asked; `None` when what it says makes no sense.
pub(super) fn read(reader: &mut Reader<'_>, table: &Table<'_>, around: &Surroundings<'_>) -> Option<Via> {
    let (command, file) = (table.get("command"), table.get("file"));
    if let Some(timeout) = table.get("timeout").filter(|_| command.is_none()) {
        let message = "this is how long a `command` may take, and there is none";
        reader.note(&timeout.key_span, &timeout.path, message, "remove it");
    }
    let (field, via) = match (command, file) {
        (None, None) => return Some(Via::Http),
        (Some(field), None) => (field, read_command(reader, field, table.get("timeout"))),
        (None, Some(field)) => (field, read_file(reader, field, around)),
        (Some(one), Some(other)) => {
            let second = if one.key_span.start > other.key_span.start { one } else { other };
            let message = "a source is either a command or a file";
            reader.note(&second.key_span, &second.path, message, "remove one of the two");
            return None;
        }
    };
    for key in HTTP_ONLY {
        if let Some(other) = table.get(key) {
            reader.withhold(&other.span);
            let message = format!("a source with `{}` is not asked over HTTP", field.key);
            reader.note(&other.key_span, &other.path, message, "remove it");
        }
    }
    via
}

fn read_command(reader: &mut Reader<'_>, field: &Field<'_>, timeout: Option<&Field<'_>>) -> Option<Via> {
    let example = "[\"aws\", \"cloudtrail\", \"lookup-events\"]";
    if field.value.is_str() {
        let help =
            format!("write each as a text of its own, such as `command = {example}`; no shell reads it");
        reader.note(&field.span, &field.path, "this is no list of a program and its arguments", help);
        return None;
    }
    let argv: Vec<String> = field.texts(reader, example)?.into_iter().map(str::to_owned).collect();
    if argv.first().is_none_or(|program| program.trim().is_empty()) {
        let help = format!("write `command = {example}`");
        reader.note(&field.span, &field.path, "there is no program to run", help);
        return None;
    }
    let timeout = match timeout {
        Some(timeout) => length(reader, timeout, "5m", TIMEOUT_LIMITS)?,
        None => COMMAND_TIMEOUT,
    };
    Some(Via::Command { argv, timeout })
}

fn read_file(reader: &mut Reader<'_>, field: &Field<'_>, around: &Surroundings<'_>) -> Option<Via> {
    let example = "\"~/exports/audit.jsonl\"";
    let text = field.text(reader, example)?;
    if text.trim().is_empty() {
        let help = format!("write `file = {example}`");
        reader.note(&field.span, &field.path, "there is no file to read", help);
        return None;
    }
    Some(Via::File(expand(text, around.file, around.home)))
}

/// The byte of the file that says how the source is asked.
pub(super) fn at(table: &Table<'_>) -> usize {
    let field = table.get("command").or_else(|| table.get("file"));
    field.map_or(table.span.start, |field| field.key_span.start)
}

/// Notes what is wrong with the scopes of a source that is not asked over HTTP: everything it has is of one.
pub(super) fn check_scope(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    profile: &Profile,
    chosen: Option<&ScopeChoice>,
) {
    let scope = table.get("scope");
    let one = matches!(chosen, Some(ScopeChoice::Only(ids)) if ids.len() == 1);
    if !profile.fans_out() || one {
        return;
    }
    let message = format!("the feed `{}` keeps one history per scope, and this is one of them", profile.id());
    let span = scope.map_or(&table.span, |field| &field.span);
    reader.note(span, "source.scope", message, "say which: `scope = [\"its-id\"]`");
}

/// Whether the program or the file can be expected to be there; neither is run or read.
pub(in crate::config) fn check(source: &Source) -> Option<Problem> {
    let (key, message, help) = match &source.via {
        Via::Http => return None,
        Via::Command { argv, .. } => {
            let program = argv.first().filter(|program| !is_runnable(program))?;
            let message = format!("there is no program `{program}`");
            ("source.command", message, "install it, or write its path in full")
        }
        Via::File(path) => ("source.file", missing(path)?, "write the path of a file that is there"),
    };
    Some(Problem::at(source.place.clone(), key, message, Some(help.to_owned())))
}

fn missing(path: &Path) -> Option<String> {
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => None,
        Ok(_) => Some(format!("`{shown}` is not a regular file")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Some(format!("there is no file `{shown}`"))
        }
        Err(error) => Some(format!("`{shown}` cannot be read: {error}")),
    }
}
