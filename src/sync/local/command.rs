//! Running a program for what it prints.
//!
//! The program has no shell around it, nothing to read, and no terminal: it is the leader of a session of
//! its own. What it has started ends with it, when its time is over and when nobody waits any more.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap, ProcessSession};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::in_words;
use crate::domain::Safe;

/// How much of what it complains about is kept while it runs, in bytes.
const TAIL: usize = 2048;
/// How much of that is shown, in characters.
const SHOWN: usize = 300;

/// Why a program gave nothing to read, in words that follow its name.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    /// There is none, or it is no program.
    #[error("cannot be started: {0}")]
    Start(std::io::Error),
    /// It took too long.
    #[error("was ended after {}{}", in_words(*limit), said(tail))]
    Time {
        /// How long it had.
        limit: Duration,
        /// The end of what it complained about.
        tail: String,
    },
    /// It printed too much.
    #[error("printed more than {} MiB", limit >> 20)]
    Size {
        /// How many bytes it might print.
        limit: usize,
    },
    /// It says itself that it failed.
    #[error("ended with {status}{}", said(tail))]
    Ended {
        /// How.
        status: ExitStatus,
        /// The end of what it complained about.
        tail: String,
    },
    /// What it printed could not be had.
    #[error("could not be listened to: {0}")]
    Pipe(std::io::Error),
}

fn said(tail: &str) -> String {
    if tail.is_empty() { String::new() } else { format!(": {tail}") }
}

/// A program under way. Dropped before its end, it is ended, and so is everything in its session.
struct Running {
    child: Box<dyn ChildWrapper>,
    over: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        // A program that has ended and was asked how has no id any more; its number may be another's by now.
        if !self.over {
            let _ = self.child.start_kill();
        }
    }
}

/// What the program prints, at most `size` bytes within `time`. Nothing it prints counts unless it ends well.
pub(super) async fn run(
    argv: &[String],
    hidden: &[String],
    size: usize,
    time: Duration,
) -> Result<Vec<u8>, CommandError> {
    let program = argv.first().map(String::as_str).unwrap_or_default();
    let mut command = CommandWrap::with_new(program, |command| {
        command.args(argv.iter().skip(1)).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for name in hidden {
            command.env_remove(name);
        }
    });
    let child = command.wrap(ProcessSession).spawn().map_err(CommandError::Start)?;
    let mut running = Running { child, over: false };
    let (out, err) = (running.child.stdout().take(), running.child.stderr().take());
    let mut tail = Vec::new();
    let ended = tokio::time::timeout(time, async {
        // Both at once: a program waits when nobody takes what it says.
        let (printed, ()) = tokio::try_join!(all(out, size), async {
            keep_tail(err, &mut tail).await;
            Ok(())
        })?;
        let status = running.child.wait().await.map_err(CommandError::Pipe)?;
        running.over = true;
        Ok((printed, status))
    })
    .await;
    let tail = shown(&tail);
    match ended {
        Err(_) => Err(CommandError::Time { limit: time, tail }),
        Ok(Err(error)) => Err(error),
        Ok(Ok((printed, status))) if status.success() => Ok(printed),
        Ok(Ok((_, status))) => Err(CommandError::Ended { status, tail }),
    }
}

async fn all(out: Option<impl AsyncRead + Unpin>, size: usize) -> Result<Vec<u8>, CommandError> {
    let mut printed = Vec::new();
    if let Some(out) = out {
        out.take(size as u64 + 1).read_to_end(&mut printed).await.map_err(CommandError::Pipe)?;
    }
    if printed.len() > size { Err(CommandError::Size { limit: size }) } else { Ok(printed) }
}

/// Reads to the end and keeps the last of it. A complaint that cannot be read is none.
async fn keep_tail(err: Option<impl AsyncRead + Unpin>, tail: &mut Vec<u8>) {
    let Some(mut err) = err else { return };
    let mut chunk = [0; 1024];
    while let Ok(length @ 1..) = err.read(&mut chunk).await {
        tail.extend_from_slice(&chunk[..length]);
        let surplus = tail.len().saturating_sub(TAIL);
        tail.drain(..surplus);
    }
}

/// The end of a complaint on one line, without anything that a terminal would act on.
fn shown(tail: &[u8]) -> String {
    let text = String::from_utf8_lossy(tail);
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let surplus = line.chars().count().saturating_sub(SHOWN);
    let end: String = line.chars().skip(surplus).collect();
    let mark = if surplus > 0 { "…" } else { "" };
    Safe::line(&format!("{mark}{end}")).as_str().to_owned()
}

#[cfg(test)]
mod tests;
