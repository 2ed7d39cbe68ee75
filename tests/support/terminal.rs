//! The program in a pseudo-terminal, with a screen that reads what it draws.

use std::time::Duration;

use pty_process::{Pty, Size};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Child;

/// Long enough for a busy machine; nothing waits for it to pass.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A pseudo-terminal with the demo in it.
pub(crate) struct Terminal {
    pub(crate) pty: Pty,
    pub(crate) screen: vt100::Parser,
    /// Where the demo keeps its things.
    pub(crate) places: TempDir,
}

impl Terminal {
    /// Starts the demo in a terminal of this size and waits until it shows all its events.
    pub(crate) async fn with_demo(rows: u16, columns: u16) -> (Self, Child) {
        let (pty, pts) = pty_process::open().unwrap();
        let places = tempfile::tempdir().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let child = pty_process::Command::new(env!("CARGO_BIN_EXE_backtrail"))
            .args(["demo", "--events", "500", "--live", "off"])
            .env("TERM", "xterm-256color")
            .env("TZ", "UTC")
            .env("TMPDIR", places.path())
            .current_dir(places.path())
            .env_remove("NO_COLOR")
            .kill_on_drop(true)
            .spawn(pts)
            .unwrap();
        let mut terminal = Self { pty, screen: vt100::Parser::new(rows, columns, 0), places };
        terminal.until("500 events").await;
        (terminal, child)
    }

    /// Reads until the screen shows `words`.
    pub(crate) async fn until(&mut self, words: &str) {
        let seen = async { while !self.screen.screen().contents().contains(words) && self.read().await {} };
        let _ = tokio::time::timeout(LIMIT, seen).await;
        let contents = self.screen.screen().contents();
        assert!(contents.contains(words), "no `{words}` on:\n{contents}");
    }

    /// Reads until the program has closed the terminal.
    pub(crate) async fn until_closed(&mut self) {
        let closed = async { while self.read().await {} };
        assert!(tokio::time::timeout(LIMIT, closed).await.is_ok(), "the program goes on");
    }

    async fn read(&mut self) -> bool {
        let mut bytes = [0; 8192];
        // A closed pseudo-terminal reads as an error on Linux and as the end elsewhere.
        let count = self.pty.read(&mut bytes).await.unwrap_or(0);
        self.screen.process(&bytes[..count]);
        count > 0
    }

    pub(crate) async fn press(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).await.unwrap();
    }

    #[track_caller]
    pub(crate) fn assert_left_as_it_was(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is still on");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is still on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}
