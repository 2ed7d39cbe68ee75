//! The browser in a real pseudo-terminal: what it draws there, and how it leaves the terminal behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::process::Stdio;

use pty_process::Size;

use support::terminal::{LIMIT, Terminal};

#[tokio::test]
async fn the_browser_draws_answers_keys_and_leaves_the_terminal_as_it_was() {
    let (mut terminal, mut child) = Terminal::with_demo(30, 100).await;
    assert!(terminal.screen.screen().alternate_screen());
    assert!(terminal.screen.screen().hide_cursor());
    terminal.press("?").await;
    terminal.until("In a list of events").await;
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
    let status = ended.expect("the program goes on without a terminal").unwrap();
    let left: Vec<_> = std::fs::read_dir(places.path()).unwrap().map(|one| one.unwrap().path()).collect();
    assert!(left.is_empty(), "the demo left {left:?} behind, {status}");
    assert!(status.code().is_some(), "{status}");
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
