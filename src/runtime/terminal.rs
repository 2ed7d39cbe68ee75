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
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
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

/// Whether this process has the terminal in its own modes.
static ENTERED: AtomicBool = AtomicBool::new(false);

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
        if self.0.is_empty() {
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
        .inspect_err(|_| leave())
}

/// Gives the terminal back, once, however often it is called.
pub(crate) fn leave() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        // A terminal that is gone cannot be put right, so what fails here has no one to be told.
        let _ =
            execute!(io::stdout(), EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
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
