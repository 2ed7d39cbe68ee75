//! The whole browser without a terminal: the real loop, the real cache, real HTTP against the demo's
//! systems, and keys from a list. What is asserted is what a person would read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::net::SocketAddr;

use backtrail::config::Options;
use backtrail::demo::{self, Server};
use backtrail::domain::Timestamp;
use backtrail::runtime::{Session, browse};
use backtrail::tui::key::Key;
use backtrail::tui::theme::Theme;
use ratatui::buffer::{Buffer, Cell};
use tempfile::TempDir;

/// A world that ends on 1 October 2026 at 12:00 UTC, so that its story is of the day before.
const UNTIL: i64 = 1_790_856_000_000;

struct Demo {
    server: Option<Server>,
    folder: TempDir,
}

impl Demo {
    async fn start(events: usize) -> Self {
        let options = demo::Options {
            seed: 3,
            events,
            until: Timestamp::from_millis(UNTIL),
            live: None,
            faults: false,
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        let server = demo::start(options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let config = demo::configuration(server.addr()).replace("poll = \"5s\"", "poll = \"1h\"");
        std::fs::write(folder.path().join("config.toml"), format!("{config}\n[ui]\nzone = \"utc\"\n"))
            .unwrap();
        Self { server: Some(server), folder }
    }

    fn session(&self) -> Session {
        let folder = self.folder.path();
        let inside = |name: &str| Some(folder.join(name));
        let options =
            Options { config: inside("config.toml"), cache_dir: inside("cache"), data_dir: inside("data") };
        Session::open(&options).unwrap()
    }

    /// What is on a screen of this size after these keys.
    async fn screen(&self, size: (u16, u16), keys: &str) -> String {
        let keys = keys.split_whitespace().map(|key| key.parse::<Key>().unwrap().into()).collect();
        let theme = Theme::built_in("dark").unwrap();
        text(&browse::unseen(self.session(), theme, size, keys).await.unwrap())
    }
}

fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let lines = buffer.content().chunks(width).map(|row| row.iter().map(Cell::symbol).collect::<String>());
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// The keys that type `text`.
fn typed(text: &str) -> String {
    text.chars().map(|c| if c == ' ' { "space ".to_owned() } else { format!("{c} ") }).collect()
}

#[track_caller]
fn assert_shows(screen: &str, words: &[&str]) {
    for word in words {
        assert!(screen.contains(word), "no `{word}` on:\n{screen}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_all_three_systems_are_on_one_timeline() {
    let demo = Demo::start(900).await;
    let screen = demo.screen((160, 50), "").await;
    assert_shows(&screen, &["3 sources", "ok 3", "900 events", "Thu 1 Oct 2026"]);
    let screen =
        demo.screen((160, 50), &format!("f {} enter", typed("source:streamkap-prod since:2026-09-30"))).await;
    assert_shows(&screen, &["streamkap-prod", "orders-to-snowflake", " of 900"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_counts_what_it_selects_and_a_wrong_one_says_why_and_keeps_the_list() {
    let demo = Demo::start(900).await;
    let query = typed("type:decision_flow action:rollback entity:\"Home Page NBA\" since:2026-09-30");
    let screen = demo.screen((140, 40), &format!("f {query} enter")).await;
    assert_shows(&screen, &["1 of 900", "Home Page NBA", "< rollback", "ana@example.com"]);
    let screen = demo.screen((140, 40), &format!("f {}", typed("acton:update"))).await;
    assert_shows(&screen, &["acton", "did you mean", "action", "update"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_is_shown_for_each_way_of_telling_it() {
    let demo = Demo::start(900).await;
    // In the record itself.
    let query = typed("action:rollback entity:\"Home Page NBA\" since:2026-09-30");
    let screen = demo.screen((140, 40), &format!("f {query} enter enter ]")).await;
    assert_shows(&screen, &["version", "7", "6", "notes", "CTR"]);
    // By a second request, made when the event is opened.
    let query = typed("entity:\"Checkout API\" on:2026-09-30 around:2026-09-30T14:26~5m");
    let screen = demo.screen((140, 40), &format!("f {query} enter enter ]")).await;
    assert_shows(&screen, &["Checkout API", "→"]);
    // In the words of a language model only.
    let query = typed("source:streamkap-prod status:failed on:2026-09-30");
    let screen = demo.screen((140, 40), &format!("f {query} enter enter")).await;
    assert_shows(&screen, &["AI · from Streamkap", "failed"]);
    let screen = demo.screen((140, 40), &format!("f {query} enter enter ]")).await;
    assert_shows(&screen, &["Streamkap sends none with this event"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_opens_the_life_of_an_entity_and_another_leads_back() {
    let demo = Demo::start(900).await;
    let query = typed("action:rollback entity:\"Home Page NBA\" since:2026-09-30");
    let life = demo.screen((140, 44), &format!("f {query} enter e")).await;
    assert_shows(
        &life,
        &["lifecycle", "Home Page NBA", "live", "^ publish", "v7 → back to v6, now v8", "●─╮", "●─╯"],
    );
    let oldest = demo.screen((140, 44), &format!("f {query} enter e G")).await;
    assert_shows(&oldest, &["+ create"]);
    let back = demo.screen((140, 44), &format!("f {query} enter e esc")).await;
    assert_shows(&back, &["1 of 900", "action:rollback"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sources_screen_says_how_each_is_doing_and_what_to_do() {
    let mut demo = Demo::start(600).await;
    let screen = demo.screen((120, 40), "g s").await;
    assert_shows(
        &screen,
        &["streamkap-prod", "kaireonai", "microvisualizer", "12 scopes", "3 scopes", "ready"],
    );

    // With the systems gone, what was stored is still there, and each source says what is wrong.
    demo.server.take().unwrap().stop().await;
    let screen = demo.screen((120, 40), "").await;
    assert_shows(&screen, &["600 events", "failed 3"]);
    let screen = demo.screen((120, 40), "g s").await;
    assert_shows(
        &screen,
        &["refused the connection", "check that the server is running", "complete", "145 events"],
    );
    assert!(!screen.contains("never complete"), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn help_and_palette_know_every_command_of_the_place() {
    let demo = Demo::start(200).await;
    assert_shows(&demo.screen((120, 120), "?").await, &["open-lifecycle", "edit-filter", "quit"]);
    assert_shows(&demo.screen((120, 40), &format!(": {}", typed("lifec"))).await, &["open-lifecycle"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_size_shows_time_action_and_entity() {
    let demo = Demo::start(600).await;
    let query = typed("action:rollback entity:\"Home Page NBA\" since:2026-09-30");
    for size in [(200, 60), (120, 40), (80, 24), (60, 20), (40, 10)] {
        let screen = demo.screen(size, &format!("f {query} enter")).await;
        assert_shows(&screen, &["14:5", "rollback", "Home Page NBA"]);
    }
    assert_shows(&demo.screen((30, 8), "").await, &["40", "10"]);
}
