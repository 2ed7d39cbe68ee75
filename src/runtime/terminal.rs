//! The terminal, entered and left as it was.
//!
//! Leaving must work from everywhere: the normal end, an error on the way, a panic, a signal, a stop
//! with Ctrl-Z. So the modes that are on live in one place here, and leaving is idempotent.

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::layout::{Position, Rect};
use rustix::event::{PollFd, PollFlags, poll};
use tokio_util::sync::CancellationToken;

use crate::domain::Safe;
use crate::tui::Notify;

/// Whether this process has the terminal in its own modes.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Whether the terminal sends what the mouse does.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// The backend of a real terminal.
pub(crate) type Frames = CrosstermBackend<FrameWriter>;

/// The terminal in the program's modes; dropping it gives the terminal back.
#[derive(Debug)]
pub(crate) struct Screen {
    /// What is drawn on.
    pub(crate) terminal: Terminal<Frames>,
}

impl Screen {
    /// Takes the terminal over: raw mode, the alternate screen, no cursor, bracketed paste.
    pub(crate) fn enter() -> io::Result<Self> {
        enter_modes()?;
        let terminal =
            Terminal::new(CrosstermBackend::new(FrameWriter::default())).inspect_err(|_| leave())?;
        Ok(Self { terminal })
    }
}

/// Longer than it takes a signal to stop every thread of the process.
const STOPPING: Duration = Duration::from_millis(100);

/// Gives the terminal back, stops the process as Ctrl-Z does, and takes the terminal over again when it
/// goes on.
pub(crate) fn suspend(terminal: &mut Terminal<Frames>) -> io::Result<()> {
    leave();
    // The whole group stops, so that a shell sees its job stop even when another program started us.
    rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
    // Another thread may be the one that takes the signal, and this one runs on until it does. Without a
    // rest here it would take the terminal over again just before the stop, and leave the shell with it.
    thread::sleep(STOPPING);
    enter_modes()?;
    blank(terminal)
}

/// Makes the terminal blank, so that the next frame is drawn whole. `Terminal::clear` would ask the terminal
/// where its cursor is, and whoever reads keys meanwhile may take the answer: then it fails after two seconds.
pub(crate) fn blank<B: Backend>(terminal: &mut Terminal<B>) -> Result<(), B::Error> {
    let size = terminal.size()?;
    terminal.resize(Rect::from((Position::ORIGIN, size)))
}

/// Collects what is drawn until it is flushed and writes it at once, between the marks that let a terminal
/// show a frame whole.
#[derive(Debug, Default)]
pub(crate) struct FrameWriter(Vec<u8>);

impl Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // Whoever is dropped after the terminal was given back may still want to show the cursor. If the terminal
        // is gone, that fails, and it would be complained of on a stderr that is gone too.
        if self.0.is_empty() || !ENTERED.load(Ordering::SeqCst) {
            self.0.clear();
            return Ok(());
        }
        let mut out = io::stdout().lock();
        queue!(out, BeginSynchronizedUpdate)?;
        out.write_all(&self.0)?;
        self.0.clear();
        queue!(out, EndSynchronizedUpdate)?;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

fn enter_modes() -> io::Result<()> {
    ENTERED.store(true, Ordering::SeqCst);
    enable_raw_mode()
        .and_then(|()| execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide))
        .and_then(|()| {
            // It was ours before the program was suspended.
            if MOUSE.load(Ordering::SeqCst) { execute!(io::stdout(), EnableMouseCapture) } else { Ok(()) }
        })
        .inspect_err(|_| leave())
}

/// Gives the terminal back, once, however often it is called.
pub(crate) fn leave() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        // A terminal that is gone cannot be put right, so what fails here has no one to be told.
        if MOUSE.load(Ordering::SeqCst) {
            let _ = execute!(io::stdout(), DisableMouseCapture);
        }
        let _ =
            execute!(io::stdout(), EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Has the terminal send what the mouse does, or leaves the mouse to it.
pub(super) fn take_mouse(on: bool) {
    MOUSE.store(on, Ordering::SeqCst);
    if ENTERED.load(Ordering::SeqCst) {
        // Where the terminal takes nothing more, the next frame says so.
        let _ = if on {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        };
    }
}

/// Tells somebody who looks elsewhere that something happened.
pub(super) fn notify(how: Notify, text: &str) {
    if ENTERED.load(Ordering::SeqCst) {
        let mut out = io::stdout().lock();
        let _ = out.write_all(announcement(how, text).as_bytes()).and_then(|()| out.flush());
    }
}

/// What a terminal has to be sent. The text comes from a feed, and none of it may end the sequence.
fn announcement(how: Notify, text: &str) -> String {
    let text: String = Safe::line(text).cut(120).as_str().chars().filter(|c| *c != ';').collect();
    match how {
        Notify::Off => String::new(),
        Notify::Bell => "\x07".to_owned(),
        Notify::Osc9 => format!("\x1b]9;{text}\x1b\\"),
        Notify::Osc777 => format!("\x1b]777;notify;Backtrail;{text}\x1b\\"),
    }
}

/// Whether there is a terminal to draw on and to read keys from.
pub(crate) fn is_usable() -> bool {
    is_there() && std::env::var_os("TERM").is_none_or(|term| term != "dumb" && !term.is_empty())
}

/// Whether stdin and stdout are terminals, whatever these can do.
pub(crate) fn is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Makes a panic of the calling thread leave the terminal before it is reported. A panic elsewhere is
/// logged, so that it does not write over the screen while the program goes on.
pub(crate) fn leave_on_panic() {
    let screen_thread = thread::current().id();
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == screen_thread {
            leave();
            report(info);
        } else if ENTERED.load(Ordering::SeqCst) {
            tracing::error!(panic = %info, "a background task ended early");
        } else {
            report(info);
        }
    }));
}

/// Ends the process when the terminal is gone. Reading keys from a terminal that was closed can spin
/// for ever without an error, and no hang-up signal comes when another process leads the session.
/// `stop` is cancelled first: an orderly end leaves no files behind.
pub(crate) fn end_when_gone(stop: CancellationToken) -> io::Result<()> {
    thread::Builder::new().name("terminal-watch".to_owned()).spawn(move || {
        loop {
            let stdin = io::stdin();
            let mut watched = [PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::empty())];
            // Without a requested event, poll returns only for a hang-up or an error.
            match poll(&mut watched, None) {
                Ok(_)
                    if watched[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) =>
                {
                    break;
                }
                Err(error) if error != rustix::io::Errno::INTR => break,
                _ => thread::sleep(Duration::from_millis(200)),
            }
        }
        stop.cancel();
        // The loop usually notices; this is for when it cannot.
        thread::sleep(Duration::from_secs(1));
        leave();
        let _ = io::stdout().flush();
        std::process::exit(super::Exit::Interrupted as i32);
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_ends_where_it_should_whatever_a_feed_sends() {
        for (how, text, sent) in [
            (Notify::Off, "x", ""),
            (Notify::Bell, "x", "\x07"),
            (Notify::Osc9, "update of A; by b", "\x1b]9;update of A by b\x1b\\"),
            (Notify::Osc777, "x", "\x1b]777;notify;Backtrail;x\x1b\\"),
        ] {
            assert_eq!(announcement(how, text), sent);
        }
        let hostile = announcement(Notify::Osc9, "a\x07b\x1b\\c\u{9c}d\ne");
        assert_eq!(hostile.matches(['\x07', '\x1b', '\u{9c}', '\n']).count(), 2, "{hostile:?}");
    }
}
