//! The configuration file and the environment, read into one checked value.
//!
//! [`load`] gives a [`Config`] that the rest of the program can rely on, or every [`Problem`] of the file
//! at once, each with file, line, key and a way out. The room reads files at startup and fetches secrets
//! when asked ([`Resolver`]); it opens no connection, and no secret ever becomes part of a `Config` or of
//! a message.
//!
//! `table` walks the file key by key and `problem` keeps what is wrong with it; `source`, `ui`, `keys` and `ai` each
//! read the part of their name, and `print` writes all of it; `paths` says where everything is, `secret` where secrets come from.

mod ai;
mod base;
mod init;
mod keys;
mod paths;
mod print;
mod problem;
mod secret;
mod source;
mod table;
mod ui;

#[cfg(test)]
mod tests;

use std::io::{ErrorKind, Read as _};
use std::path::Path;

use directories::BaseDirs;

use self::problem::Reader;
use self::source::Surroundings;
use self::table::Table;
use crate::domain::Problem;
use crate::feed::Catalog;
use crate::tui::keymap::Keymap;

pub use ai::{AI_LINES, Ai};
pub use init::{SAMPLE, init};
pub use paths::{Options, Paths, paths};
pub use problem::Diagnostic;
pub use secret::{Resolver, SecretFrom, SecretRef};
pub use source::{CaFile, Source};
pub use ui::{TimeStyle, Ui};

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 1024 * 1024;

/// What can stand at the top of the file.
const KEYS: &[&str] = &["source", "ui", "keys", "me", "keep", "ai"];

/// Everything that the user configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where everything is.
    pub paths: Paths,
    /// The sources, in the order of the file.
    pub sources: Vec<Source>,
    /// How the screen looks and begins.
    pub ui: Ui,
    /// Which key means which command.
    pub keymap: Keymap,
    /// Who `@me` is in a filter.
    pub me: Option<String>,
    /// The model that summaries are asked of; off where there is none.
    pub ai: Option<Ai>,
}

impl Config {
    /// A configuration without sources, for places that have no file.
    pub fn empty(paths: Paths) -> Self {
        Self { paths, sources: Vec::new(), ui: Ui::default(), keymap: Keymap::built_in(), me: None, ai: None }
    }

    /// Reads `text`, the content of the file `paths.config`. All problems are reported, in the order of
    /// the file. Themes and keys that have a file of their own are read from there.
    pub fn parse(paths: &Paths, text: &str, catalog: &Catalog) -> Result<Self, Vec<Diagnostic>> {
        let file = paths.config.display().to_string();
        let mut reader = Reader::new(&file, text);
        let Some(document) = table::parse(&mut reader) else { return Err(reader.finish()) };
        let root = Table::new("", document.span(), document.get_ref());
        root.only(&mut reader, KEYS, |key| {
            (key == "sources").then(|| "begin each source with a line `[[source]]`".to_owned())
        });
        let dirs = BaseDirs::new();
        let home = dirs.as_ref().map(BaseDirs::home_dir);
        let keep = root.get("keep").and_then(|field| source::keep(&mut reader, field, None));
        let around = Surroundings { catalog, feeds: &paths.feeds, file: &paths.config, home, keep };
        let mut config = Self::empty(paths.clone());
        if let Some(field) = root.get("source") {
            config.sources = source::read_all(&mut reader, field, &around);
        }
        if let Some(field) = root.get("ui") {
            config.ui = ui::read(&mut reader, field, &paths.config, home);
        }
        if let Some(keymap) =
            root.get("keys").and_then(|field| keys::read(&mut reader, field, &paths.config, home))
        {
            config.keymap = keymap;
        }
        config.ai = root.get("ai").and_then(|field| ai::read(&mut reader, field, &around));
        config.me = root
            .get("me")
            .and_then(|field| field.text(&mut reader, "\"jane@example.com\""))
            .map(str::to_owned);
        if reader.is_clean() { Ok(config) } else { Err(reader.finish()) }
    }

    /// Every secret of every source, and the key of the model.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        let key = self.ai.as_ref().and_then(|ai| ai.key.as_ref());
        self.sources.iter().flat_map(|source| &source.secrets).chain(key)
    }
}

/// Reads the user's feed profiles and the configuration file. Without a file there are no sources, unless
/// the user named the file: then it has to be there.
pub fn load(options: &Options) -> Result<Config, Vec<Diagnostic>> {
    let paths = paths(options).map_err(|problem| vec![problem.into()])?;
    let catalog = catalog(&paths)?;
    if !paths.config_named && !paths.config.exists() {
        return Ok(Config::empty(paths));
    }
    let text = read_text(&paths.config).map_err(|message| {
        let missing = !paths.config.exists();
        let help =
            if missing { "write one with `backtrail config init`" } else { "mend it, or move it away" };
        let help = Some(help.to_owned());
        vec![Problem::about_file(paths.config.display().to_string(), message, help).into()]
    })?;
    Config::parse(&paths, &text, &catalog)
}

/// Everything that is wrong with the configuration, secrets, programs and files that are not there
/// included. Programs are looked up, not run.
pub fn check(options: &Options) -> Vec<Diagnostic> {
    match load(options) {
        Ok(config) => {
            let via = config.sources.iter().filter_map(source::check);
            config.secrets().filter_map(secret::check).chain(via).map(Diagnostic::from).collect()
        }
        Err(problems) => problems,
    }
}

/// The feed profiles that sources can name: the built-in ones and the user's own.
pub fn catalog(paths: &Paths) -> Result<Catalog, Vec<Diagnostic>> {
    let about = |path: &Path, message: String| {
        let help = Some("check its permissions".to_owned());
        vec![Problem::about_file(path.display().to_string(), message, help).into()]
    };
    let entries = match std::fs::read_dir(&paths.feeds) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Catalog::built_in()),
        Err(error) => return Err(about(&paths.feeds, format!("the folder cannot be read: {error}"))),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path =
            entry.map_err(|error| about(&paths.feeds, format!("the folder cannot be read: {error}")))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = read_text(&path).map_err(|message| about(&path, message))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Catalog::built_in()
        .with_user_profiles(&files)
        .map_err(|problems| problems.into_iter().map(Diagnostic::from).collect())
}

/// The text of a file of at most 1 MiB, or what is wrong with it.
pub fn read_text(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let unreadable = |error: &std::io::Error| match error.kind() {
        ErrorKind::NotFound => format!("there is no file `{shown}`"),
        _ => format!("`{shown}` cannot be read: {error}"),
    };
    let meta = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !meta.is_file() {
        return Err(format!("`{shown}` is not a regular file"));
    }
    let file = std::fs::File::open(path).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("`{shown}` is longer than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let sound = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = String::from_utf8_lossy(sound).matches('\n').count() + 1;
        format!("`{shown}` is not text in UTF-8, from line {line} on")
    })
}
