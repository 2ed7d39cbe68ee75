//! Sources that are not asked over HTTP: `command` and `file`.

use std::path::{Path, PathBuf};

use super::{ScopeChoice, Surroundings};
use crate::config::paths::expand;
use crate::config::problem::{Place, Problem, Reader};
use crate::config::secret::is_runnable;
use crate::config::table::{Field, Table};
use crate::feed::Profile;

/// Where the answers of a source come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Via {
    /// Requests over the network, as its profile describes them.
    #[default]
    Http,
    /// What this program with these arguments prints. No shell is involved.
    Command {
        /// The program, then its arguments.
        argv: Vec<String>,
        /// Where the configuration says so.
        place: Place,
    },
    /// What this file holds.
    File {
        /// The file.
        path: PathBuf,
        /// Where the configuration says so.
        place: Place,
    },
}

/// What only makes sense for a source that is asked over HTTP.
const HTTP_ONLY: &[&str] = &["base", "insecure_http", "secret"];

/// How the table says that its source is asked; `None` when what it says makes no sense.
pub(super) fn read(reader: &mut Reader<'_>, table: &Table<'_>, around: &Surroundings<'_>) -> Option<Via> {
    let (command, file) = (table.get("command"), table.get("file"));
    let (field, via) = match (command, file) {
        (None, None) => return Some(Via::Http),
        (Some(field), None) => (field, read_command(reader, field)),
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

fn read_command(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Via> {
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
    Some(Via::Command { argv, place: reader.place(field.key_span.start) })
}

fn read_file(reader: &mut Reader<'_>, field: &Field<'_>, around: &Surroundings<'_>) -> Option<Via> {
    let example = "\"~/exports/audit.jsonl\"";
    let text = field.text(reader, example)?;
    if text.trim().is_empty() {
        let help = format!("write `file = {example}`");
        reader.note(&field.span, &field.path, "there is no file to read", help);
        return None;
    }
    let path = expand(text, around.file, around.home);
    Some(Via::File { path, place: reader.place(field.key_span.start) })
}

/// What stands for the source where one over the network shows its origin.
pub(super) fn shown(via: &Via) -> String {
    match via {
        Via::Http => String::new(),
        Via::Command { argv, .. } => format!("the command `{}`", argv.first().map_or("", String::as_str)),
        Via::File { path, .. } => format!("`{}`", path.display()),
    }
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
pub(in crate::config) fn check(via: &Via) -> Option<Problem> {
    let (place, key, message, help) = match via {
        Via::Http => return None,
        Via::Command { argv, place } => {
            let program = argv.first()?;
            if is_runnable(program) {
                return None;
            }
            (
                place,
                "command",
                format!("there is no program `{program}`"),
                "install it, or write its path in full",
            )
        }
        Via::File { path, place } => {
            (place, "file", missing(path)?, "write the path of a file that is there")
        }
    };
    Some(Problem::at(place, format!("source.{key}"), message, Some(help.to_owned())))
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
