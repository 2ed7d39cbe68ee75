//! The clipboard: by a program of the desktop, else by way of the terminal.
//!
//! A program is the surer way: it takes any length and says when it failed. Over SSH it would fill the clipboard of
//! the wrong machine, so there the terminal is asked at once.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;

use crate::domain::plural;
use crate::tui::Notice;

/// How long a program may take.
const LIMIT: Duration = Duration::from_secs(2);

/// Terminals drop longer ones without a word: 100,000 bytes after encoding is the common limit.
const BY_TERMINAL: usize = 74_000;

/// Programs that fill a clipboard from what they read, each with the variable that says that its desktop is there.
const TOOLS: &[(&str, &str, &[&str])] = &[
    ("WAYLAND_DISPLAY", "wl-copy", &[]),
    ("DISPLAY", "xclip", &["-selection", "clipboard", "-in"]),
    ("DISPLAY", "xsel", &["--clipboard", "--input"]),
    ("WSL_DISTRO_NAME", "clip.exe", &[]),
];

/// The one of a Mac, which needs no variable.
const OF_A_MAC: (&str, &[&str]) = ("pbcopy", &[]);

/// A program that fills the clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tool {
    name: &'static str,
    path: PathBuf,
    args: &'static [&'static str],
}

impl Tool {
    /// The programs that are there, the best first. `variable` is the environment.
    pub(super) fn find(variable: impl Fn(&str) -> Option<OsString>) -> Vec<Self> {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        if is_set("SSH_CONNECTION") || is_set("SSH_TTY") {
            return Vec::new();
        }
        let path = variable("PATH").unwrap_or_default();
        let mac = cfg!(target_os = "macos").then_some(OF_A_MAC);
        let fit = TOOLS.iter().filter(|(needs, ..)| is_set(needs)).map(|(_, name, args)| (*name, *args));
        mac.into_iter()
            .chain(fit)
            .filter_map(|(name, args)| {
                let mut places = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
                let path = places.find_map(|folder| Some(folder.join(name)).filter(|file| file.is_file()))?;
                Some(Self { name, path, args })
            })
            .collect()
    }

    /// Hands `text` to the program. Variables in `hidden` are kept from it.
    async fn take(&self, text: &str, hidden: &[String]) -> Result<(), String> {
        let mut command = tokio::process::Command::new(&self.path);
        command.args(self.args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command.kill_on_drop(true);
        for name in hidden {
            command.env_remove(name);
        }
        let work = async {
            let mut child = command.spawn()?;
            let mut input = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
            input.write_all(text.as_bytes()).await?;
            drop(input);
            child.wait().await
        };
        match tokio::time::timeout(LIMIT, work).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(format!("`{}` failed ({status})", self.name)),
            Ok(Err(error)) => Err(format!("`{}` failed: {error}", self.name)),
            Err(_) => Err(format!("`{}` took too long", self.name)),
        }
    }
}

/// Hands `text` to the first of `tools` that takes it; else why none did, where one was tried.
pub(super) async fn by_tool(
    tools: &[Tool],
    what: &str,
    text: &str,
    hidden: &[String],
) -> Result<Notice, Option<String>> {
    let mut failed = None;
    for tool in tools {
        match tool.take(text, hidden).await {
            Ok(()) => return Ok(Notice::info(copied(what, text, &format!("with `{}`", tool.name)))),
            Err(why) => failed = Some(why),
        }
    }
    Err(failed)
}

/// Puts `text` on the clipboard through the terminal (OSC 52), which also works over SSH. `why` is what kept a
/// program from it.
pub(super) fn by_terminal(what: &str, text: &str, why: Option<&str>) -> Notice {
    let since = why.map(|why| format!(", since {why}")).unwrap_or_default();
    if text.len() > BY_TERMINAL {
        return Notice::error(format!(
            "The {what} is too long for the terminal's clipboard, which takes 74 kB{since}"
        ));
    }
    match crossterm::execute!(io::stdout(), crossterm::clipboard::CopyToClipboard::to_clipboard_from(text))
        .and_then(|()| io::stdout().flush())
    {
        Ok(()) => Notice::info(copied(what, text, &format!("through the terminal (OSC 52){since}"))),
        Err(error) => Notice::error(format!("Not copied: {error}")),
    }
}

/// What was copied, in one line, and which way it went: a short text itself, else how much it is. Its beginning
/// would say neither what it is nor that it is whole.
fn copied(what: &str, text: &str, way: &str) -> String {
    /// The most characters of a text that is shown.
    const SHOWN: usize = 48;
    let text = text.trim_end_matches('\n');
    let (lines, characters) = (text.lines().count(), text.chars().count());
    if lines <= 1 && characters <= SHOWN {
        return format!("Copied the {what} {way}: {text}");
    }
    let much = if lines > 1 { plural(lines as u64, "line") } else { plural(characters as u64, "character") };
    format!("Copied the {what} {way}: {much}")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::*;

    /// A program in `folder` that does this.
    fn tool(folder: &Path, name: &str, does: &str) {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n[ \"$1\" = probe ] && exit 0\n{does}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        // A program that another thread is just starting may hold the file open for a moment.
        while std::process::Command::new(&path).arg("probe").status().is_err() {
            std::thread::yield_now();
        }
    }

    /// The programs that an environment with these variables has.
    fn found(folder: &Path, set: &[&str]) -> Vec<Tool> {
        Tool::find(|name| match name {
            "PATH" => Some(folder.into()),
            _ => set.contains(&name).then(|| "1".into()),
        })
    }

    #[test]
    fn it_is_said_what_was_copied() {
        let way = "through the terminal (OSC 52)";
        assert_eq!(
            copied("event id", "3kq0", way),
            "Copied the event id through the terminal (OSC 52): 3kq0"
        );
        assert!(copied("actor", &"é".repeat(1_060), way).ends_with("(OSC 52): 1,060 characters"));
        assert!(copied("marked records as JSON lines", "{}\n{}", way).ends_with("(OSC 52): 2 lines"));
        assert!(copied("changes as text", "one line\n", way).ends_with("(OSC 52): one line"));
    }

    #[test]
    fn only_programs_of_a_desktop_that_is_there_are_asked() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["wl-copy", "xclip", "xsel"] {
            tool(folder.path(), name, "cat > /dev/null");
        }
        let names = |set: &[&str]| found(folder.path(), set).iter().map(|tool| tool.name).collect::<Vec<_>>();
        let none: Vec<&str> = Vec::new();
        assert_eq!(names(&[]).into_iter().filter(|name| *name != "pbcopy").collect::<Vec<_>>(), none);
        assert_eq!(names(&["DISPLAY"]), ["xclip", "xsel"]);
        assert_eq!(names(&["DISPLAY", "WAYLAND_DISPLAY"]), ["wl-copy", "xclip", "xsel"]);
        assert_eq!(names(&["DISPLAY", "SSH_CONNECTION"]), none);
    }

    #[tokio::test]
    async fn a_program_gets_the_text_and_no_secrets_of_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let seen = folder.path().join("seen");
        tool(folder.path(), "xclip", &format!("/bin/cat > {0}; echo \"$PATH|$*\" >> {0}", seen.display()));
        let tools = found(folder.path(), &["DISPLAY"]);
        let long = "x".repeat(200_000);
        let notice = by_tool(&tools, "actor", &long, &["PATH".to_owned()]).await.unwrap();
        assert!(notice.text.starts_with("Copied the actor with `xclip`: 200,000 c"), "{}", notice.text);
        let got = fs::read_to_string(&seen).unwrap();
        assert!(got.starts_with(&long) && got.contains("|-selection clipboard -in"), "{}", &got[200_000..]);
        assert!(!got.contains(&folder.path().join("x").display().to_string()));
    }

    #[tokio::test]
    async fn the_next_program_is_tried_where_one_fails_and_then_the_terminal() {
        let folder = tempfile::tempdir().unwrap();
        tool(folder.path(), "xclip", "exit 1");
        let tools = found(folder.path(), &["DISPLAY"]);
        let why = by_tool(&tools, "actor", "ana", &[]).await.unwrap_err().unwrap();
        assert!(why.contains("`xclip` failed"), "{why}");
        tool(folder.path(), "xsel", "exec /bin/cat > /dev/null");
        let tools = found(folder.path(), &["DISPLAY"]);
        let notice = by_tool(&tools, "actor", "ana", &[]).await.unwrap();
        assert!(notice.text.contains("with `xsel`"), "{}", notice.text);
        assert_eq!(by_tool(&[], "actor", "ana", &[]).await.unwrap_err(), None);
        let long = by_terminal("diff", &"x".repeat(80_000), Some(&why));
        assert!(long.text.contains("74 kB, since `xclip` failed"), "{}", long.text);
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_hangs_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        tool(folder.path(), "xclip", "exec /bin/sleep 600");
        let tools = found(folder.path(), &["DISPLAY"]);
        let why = by_tool(&tools, "actor", "ana", &[]).await.unwrap_err().unwrap();
        assert!(why.contains("took too long"), "{why}");
    }
}
