//! The browser in a real pseudo-terminal: what it draws there, and how it leaves the terminal behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::process::Stdio;
use std::time::Duration;

use pty_process::{Pty, Size};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Child;

/// Long enough for a busy machine; nothing waits for it to pass.
const LIMIT: Duration = Duration::from_secs(60);

struct Terminal {
    pty: Pty,
    screen: vt100::Parser,
    /// Every byte the program wrote.
    written: Vec<u8>,
    /// Where the demo keeps its things.
    places: TempDir,
}

impl Terminal {
    /// Starts the demo in a terminal of this size and waits until it shows all its events.
    async fn with_demo(rows: u16, columns: u16) -> (Self, Child) {
        let (pty, pts) = pty_process::open().unwrap();
        let places = tempfile::tempdir().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let child = pty_process::Command::new(env!("CARGO_BIN_EXE_backtrail"))
            .args(["demo", "--events", "500", "--live", "off"])
            .env("TERM", "xterm-256color")
            .env("TZ", "UTC")
            .env("TMPDIR", places.path())
            .env_remove("NO_COLOR")
            .kill_on_drop(true)
            .spawn(pts)
            .unwrap();
        let mut terminal =
            Self { pty, screen: vt100::Parser::new(rows, columns, 0), written: Vec::new(), places };
        terminal.until("500 events").await;
        (terminal, child)
    }

    /// Reads until the screen shows `words`.
    async fn until(&mut self, words: &str) {
        let seen = async { while !self.screen.screen().contents().contains(words) && self.read().await {} };
        let _ = tokio::time::timeout(LIMIT, seen).await;
        let contents = self.screen.screen().contents();
        assert!(contents.contains(words), "no `{words}` on:\n{contents}");
    }

    /// Reads until the program has closed the terminal.
    async fn until_closed(&mut self) {
        let closed = async { while self.read().await {} };
        tokio::time::timeout(LIMIT, closed).await.expect("the program goes on");
    }

    async fn read(&mut self) -> bool {
        let mut bytes = [0; 8192];
        // A closed pseudo-terminal reads as an error on Linux and as the end elsewhere.
        let count = self.pty.read(&mut bytes).await.unwrap_or(0);
        self.screen.process(&bytes[..count]);
        self.written.extend_from_slice(&bytes[..count]);
        count > 0
    }

    async fn press(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).await.unwrap();
    }

    #[track_caller]
    fn assert_left_as_it_was(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is still on");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is still on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}

#[tokio::test]
async fn the_browser_draws_answers_keys_and_leaves_the_terminal_as_it_was() {
    let (mut terminal, mut child) = Terminal::with_demo(30, 100).await;
    assert!(terminal.screen.screen().alternate_screen());
    assert!(terminal.screen.screen().hide_cursor());
    terminal.press("?").await;
    terminal.until("Move one line up").await;
    // Not Esc, which a terminal sends as the beginning of the next key when both come at once.
    terminal.press("q").await;
    terminal.press("faction:rollback\r").await;
    terminal.until("< rollback").await;
    terminal.press("Q").await;
    terminal.until_closed().await;
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
    terminal.assert_left_as_it_was();
}

#[tokio::test]
async fn a_signal_leaves_the_terminal_as_it_was() {
    let (mut terminal, mut child) = Terminal::with_demo(24, 80).await;
    let pid = child.id().unwrap().to_string();
    let sent = tokio::process::Command::new("kill").args(["-TERM", &pid]).stdin(Stdio::null()).status().await;
    assert!(sent.unwrap().success());
    terminal.until_closed().await;
    assert_eq!(child.wait().await.unwrap().code(), Some(130));
    terminal.assert_left_as_it_was();
}

#[tokio::test]
async fn a_terminal_that_is_closed_ends_the_program() {
    let (terminal, mut child) = Terminal::with_demo(24, 80).await;
    let Terminal { pty, places, .. } = terminal;
    drop(pty);
    let ended = tokio::time::timeout(LIMIT, child.wait()).await;
    assert!(ended.is_ok(), "the program goes on without a terminal");
    assert_eq!(std::fs::read_dir(places.path()).unwrap().count(), 0, "the demo left something behind");
}

#[tokio::test]
async fn after_a_stop_and_a_redraw_the_screen_is_whole_though_nobody_says_where_the_cursor_is() {
    let (mut terminal, mut child) = Terminal::with_demo(24, 80).await;
    // No shell leads this session, so the system lets the program go on at once.
    terminal.press("\u{1a}").await;
    terminal.screen = vt100::Parser::new(24, 80, 0);
    terminal.until("500 events").await;
    terminal.screen = vt100::Parser::new(24, 80, 0);
    terminal.press("\u{c}").await;
    terminal.until("500 events").await;
    terminal.press("Q").await;
    terminal.until_closed().await;
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_new_size_is_drawn_anew() {
    let (mut terminal, mut child) = Terminal::with_demo(24, 80).await;
    for (rows, columns) in [(8, 30), (2, 2), (50, 180)] {
        terminal.pty.resize(Size::new(rows, columns)).unwrap();
        terminal.screen.screen_mut().set_size(rows, columns);
    }
    terminal.until("[Summary]").await;
    terminal.press("Q").await;
    terminal.until_closed().await;
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
}
