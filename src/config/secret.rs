//! Where a secret comes from, and fetching it.
//!
//! The configuration names the place; nothing here keeps, logs or shows what was found there. Commands,
//! files and variables fail in words that never quote what could be the secret itself, pasted where only
//! its place belongs.

use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, geteuid, kill_process_group};
use tokio::io::AsyncReadExt as _;
use zeroize::Zeroizing;

use crate::domain::{Place, Problem, Secret};

/// How long a command may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(10);

/// The longest secret, in bytes.
const MAX_LENGTH: usize = 64 * 1024;

/// A secret that a source needs, and where to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRef {
    /// What the feed profile calls it.
    pub name: String,
    /// Where it comes from.
    pub from: SecretFrom,
    /// Where the configuration says so.
    pub place: Place,
}

/// A place that a secret can come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretFrom {
    /// The environment variable of this name.
    Env(String),
    /// What this program with these arguments writes to its standard output. No shell is involved.
    Command(Vec<String>),
    /// The content of this file.
    File(PathBuf),
}

/// Fetches secrets.
#[derive(Debug, Clone)]
pub struct Resolver {
    /// Variables that hold secrets of any source; commands do not get to see them.
    hidden: Vec<String>,
    command_limit: Duration,
}

impl Resolver {
    /// A resolver for the secrets of one configuration; `all` is every secret in it.
    pub fn new<'s>(all: impl IntoIterator<Item = &'s SecretRef>) -> Self {
        let variable = |secret: &SecretRef| match &secret.from {
            SecretFrom::Env(name) => Some(name.clone()),
            SecretFrom::Command(_) | SecretFrom::File(_) => None,
        };
        Self { hidden: all.into_iter().filter_map(variable).collect(), command_limit: COMMAND_LIMIT }
    }

    /// Fetches one secret. Line breaks at its end are no part of it. It needs a running tokio runtime and
    /// takes up to ten seconds when a command is asked.
    pub async fn resolve(&self, secret: &SecretRef) -> Result<Secret, Problem> {
        let found = match &secret.from {
            SecretFrom::Env(name) => variable(name),
            SecretFrom::Command(argv) => self.output(argv).await,
            SecretFrom::File(path) => {
                let path = path.clone();
                tokio::task::spawn_blocking(move || content(&path))
                    .await
                    .unwrap_or_else(|_| Err(Cause::new("reading the file was interrupted", "try again")))
            }
        };
        found.and_then(|bytes| checked(&bytes)).map_err(|cause| cause.at(secret))
    }

    async fn output(&self, argv: &[String]) -> Result<Zeroizing<Vec<u8>>, Cause> {
        let Some((program, arguments)) = argv.split_first() else {
            return Err(Cause::new(
                "the command is empty",
                "name a program: `{ command = [\"pass\", \"show\", \"x\"] }`",
            ));
        };
        let mut command = tokio::process::Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own, so that what the program itself has started ends with it.
        command.process_group(0).kill_on_drop(true);
        for name in &self.hidden {
            command.env_remove(name);
        }
        let mut child = command.spawn().map_err(|error| {
            Cause::new(
                format!("the command `{program}` cannot be started: {error}"),
                "write the program and each argument as a text of its own, and the program with its path if it is not in `PATH`",
            )
        })?;
        let ended = tokio::time::timeout(self.command_limit, read_to_end(&mut child)).await;
        // A program that has ended has no id any more, and its number may be another program's by now.
        if let Some(group) = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
            // It may be ending at this moment.
            let _ = kill_process_group(group, Signal::KILL);
        }
        ended
            .unwrap_or_else(|_| {
                let limit = humantime::format_duration(self.command_limit);
                Err(Cause::new(
                    format!("the command `{program}` gave no answer within {limit}"),
                    "run it by hand: it may be waiting for a password, which it cannot ask for here",
                ))
            })
            .map_err(|cause| cause.naming(program))
    }
}

async fn read_to_end(child: &mut tokio::process::Child) -> Result<Zeroizing<Vec<u8>>, Cause> {
    let by_hand = "run it by hand to see why";
    let failed = |error: std::io::Error| Cause::new(format!("the command `{{}}` failed: {error}"), by_hand);
    // Room for all of it from the start: growing would leave copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LENGTH + 1));
    if let Some(out) = child.stdout.take() {
        out.take(MAX_LENGTH as u64 + 1).read_to_end(&mut bytes).await.map_err(failed)?;
    }
    if bytes.len() > MAX_LENGTH {
        return Err(too_long());
    }
    let status = child.wait().await.map_err(failed)?;
    if status.success() {
        Ok(bytes)
    } else {
        Err(Cause::new(format!("the command `{{}}` ended with {status}"), by_hand))
    }
}

fn variable(name: &str) -> Result<Zeroizing<Vec<u8>>, Cause> {
    use std::os::unix::ffi::OsStringExt as _;
    std::env::var_os(name).map(|value| Zeroizing::new(value.into_vec())).ok_or_else(|| unset(name))
}

fn unset(name: &str) -> Cause {
    // A name with small letters may be the secret itself, put where its name belongs.
    if name.contains(|c: char| c.is_ascii_lowercase()) {
        Cause::new("the environment variable named here is not set", "set it, or name another one")
    } else {
        Cause::new(
            format!("the environment variable `{name}` is not set"),
            format!("set it before you start `backtrail`: `export {name}=…`"),
        )
    }
}

fn content(path: &Path) -> Result<Zeroizing<Vec<u8>>, Cause> {
    let file = open(path)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LENGTH + 1));
    file.take(MAX_LENGTH as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.len() > MAX_LENGTH { Err(too_long()) } else { Ok(bytes) }
}

/// Opens the file if nobody else can read or change it.
fn open(path: &Path) -> Result<std::fs::File, Cause> {
    let shown = path.display();
    // Opening a named pipe would otherwise wait until somebody writes to it.
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)
        .map_err(|error| unreadable(path, &error))?;
    // Asked of the open file, so that it cannot be exchanged in between.
    let meta = file.metadata().map_err(|error| unreadable(path, &error))?;
    if !meta.is_file() {
        return Err(Cause::new(
            format!("`{shown}` is not a regular file"),
            "name a file that holds nothing but the secret",
        ));
    }
    if meta.uid() != geteuid().as_raw() {
        return Err(Cause::new(
            format!("`{shown}` belongs to another user"),
            "copy it to a file of your own",
        ));
    }
    if meta.mode() & 0o077 != 0 {
        return Err(Cause::new(
            format!("`{shown}` is open to other users"),
            format!("run `chmod 600 {shown}`"),
        ));
    }
    Ok(file)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Cause {
    let shown = path.display();
    match error.kind() {
        std::io::ErrorKind::NotFound => Cause::new(
            format!("there is no file `{shown}`"),
            format!("write the secret into it, then run `chmod 600 {shown}`"),
        ),
        _ => Cause::new(format!("`{shown}` cannot be read: {error}"), "check the path and its permissions"),
    }
}

/// The secret in `bytes`: one line of text.
fn checked(bytes: &[u8]) -> Result<Secret, Cause> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(Cause::new("the secret is not text in UTF-8", "check that this is the right place"));
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(Cause::new("the secret is empty", "check that this is the right place"));
    }
    if text.contains(char::is_control) {
        let help = "keep only the secret there, or let the command cut out the right line";
        return Err(Cause::new("the secret has several lines or control characters", help));
    }
    Ok(Secret::new(text.to_owned()))
}

fn too_long() -> Cause {
    Cause::new("the secret is longer than 64 KiB", "check that this is the right place")
}

/// Whether the secret can be expected to be there: variables and files are looked at, commands are only
/// looked up, because running one may ask the user for something.
pub(super) fn check(secret: &SecretRef) -> Option<Problem> {
    let cause = match &secret.from {
        SecretFrom::Env(name) => {
            std::env::var_os(name).is_none_or(|value| value.is_empty()).then(|| unset(name))
        }
        SecretFrom::File(path) => open(path).err(),
        SecretFrom::Command(argv) => argv.first().filter(|program| !is_runnable(program)).map(|program| {
            Cause::new(format!("there is no program `{program}`"), "install it, or write its path in full")
        }),
    };
    cause.map(|cause| cause.at(secret))
}

fn is_runnable(program: &str) -> bool {
    let runnable = |path: &Path| path.metadata().is_ok_and(|meta| meta.is_file() && meta.mode() & 0o111 != 0);
    if program.contains('/') {
        return runnable(Path::new(program));
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| runnable(&folder.join(program)))
}

/// Why a secret could not be had.
#[derive(Debug)]
struct Cause {
    /// `{}` stands for the program, where one is involved.
    message: String,
    help: String,
}

impl Cause {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }

    fn naming(self, program: &str) -> Self {
        Self { message: self.message.replace("{}", program), ..self }
    }

    fn at(self, secret: &SecretRef) -> Problem {
        Problem::at(
            secret.place.clone(),
            format!("source.secret.{}", secret.name),
            self.message,
            Some(self.help),
        )
    }
}

#[cfg(test)]
mod tests;
