//! What leaves the program as a user makes it leave: files, reports, what shells and manuals need.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use backtrail::config::Options;
use backtrail::runtime::{Session, browse};
use backtrail::tui::key::Key;
use backtrail::tui::theme::Theme;
use ratatui::buffer::Cell;
use serde_json::Value;
use support::Home;

/// A cache with two events, one of which holds secrets.
struct Cache {
    home: Home,
    config: String,
}

const CANARY: &str = "sk-live-canary-4711";

impl Cache {
    fn new() -> Self {
        let home = Home::new();
        let record = |id: &str, time: &str, name: &str| {
            serde_json::json!({
                "id": id, "timestamp": time, "action": "update", "entityType": "connector", "entityId": id,
                "entityName": name, "userName": "ana@example.com", "changes": {}, "summary": format!("{name} uses {CANARY}"),
                "settings": { "apiKey": CANARY, "ratio": 0 },
            })
        };
        let lines = format!(
            "{}\n{}\n",
            record("one", "2026-04-01T10:00:00Z", "First")
                .to_string()
                .replace("\"ratio\":0", "\"ratio\":1.10"),
            record("two", "2026-04-01T11:00:00Z", "<script>Second")
        );
        fs::write(home.0.path().join("changes.jsonl"), lines).unwrap();
        let config = home.write_config("");
        let cache = Self { home, config };
        let file = cache.path("changes.jsonl");
        let imported = cache.run(&["import", &file, "--feed", "kaireonai", "--source", "k"]);
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        cache
    }

    fn path(&self, name: &str) -> String {
        self.home.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, args: &[&str]) -> Output {
        self.home.backtrail(&[&["--config", &self.config], args].concat()).output().unwrap()
    }

    fn stdout(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

#[test]
fn secrets_are_masked_in_every_form_and_given_out_where_that_is_asked() {
    let cache = Cache::new();
    for form in ["--table", "--json", "--jsonl", "--csv", "--md", "--report", "--html"] {
        let text = cache.stdout(&["list", form]);
        assert!(text.contains("First") && !text.contains(CANARY), "{form}: {text}");
        if form != "--html" && form != "--report" {
            assert!(cache.stdout(&["list", form, "--unmasked"]).contains(CANARY), "{form}");
        }
    }
    let jsonl = cache.stdout(&["list", "entity:First", "--jsonl"]);
    assert!(jsonl.contains("\"ratio\":1.10"), "what is no secret stays byte for byte: {jsonl}");
    let event: Value = serde_json::from_str(&jsonl).unwrap();
    assert_eq!(event["raw"]["settings"]["apiKey"], "••••");
    let id = event["id"].as_str().unwrap();
    assert!(!cache.stdout(&["show", id, "--json"]).contains(CANARY));
    assert!(!cache.stdout(&["show", id]).contains(CANARY));
    let unmasked: Value = serde_json::from_str(&cache.stdout(&["show", id, "--json", "--unmasked"])).unwrap();
    assert_eq!(unmasked["raw"]["settings"]["apiKey"], CANARY);
    assert!(!cache.stdout(&["lifecycle", "one", "--jsonl"]).contains(CANARY));
}

#[test]
fn a_report_tells_its_story_from_the_beginning_and_keeps_the_files_of_others() {
    let cache = Cache::new();
    let report = cache.stdout(&["list", "source:k", "--report"]);
    let (first, second) = (report.find("First").unwrap(), report.find("Second").unwrap());
    assert!(first < second, "{report}");
    for words in ["# Change report", "source:k", "2 events", "**Coverage:**", "## Timeline", "are masked"] {
        assert!(report.contains(words), "no `{words}`: {report}");
    }
    let path = cache.path("report.html");
    let output = cache.run(&["list", "source:k", "--html", "--out", &path]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{said}");
    assert!(said.contains("report.html: 2 events") && said.contains("secrets masked"), "{said}");
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.ends_with("</html>\n") && !page.contains("<script>") && !page.contains(CANARY));

    let again = cache.run(&["list", "--csv", "--out", &path]);
    let said = String::from_utf8(again.stderr).unwrap();
    assert_eq!(again.status.code(), Some(2));
    assert!(said.contains("exists already") && said.contains("--force"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), page);
    cache.stdout(&["list", "--csv", "--out", &path, "--force"]);
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 3);
    assert_eq!(cache.run(&["list", "--out", &cache.path("no/such/file")]).status.code(), Some(2));
    let left: Vec<_> =
        fs::read_dir(cache.home.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".tmp")), "{left:?}");
}

#[test]
fn every_shell_is_given_the_words_of_the_program() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = home.backtrail(&["completions", shell]).output().unwrap();
        assert!(output.status.success(), "{shell}");
        let script = String::from_utf8(output.stdout).unwrap();
        for word in ["backtrail", "lifecycle", "unmasked", "completions"] {
            assert!(script.contains(word), "{shell} lacks `{word}`");
        }
    }
    assert_eq!(home.backtrail(&["completions", "cmd"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn a_shell_takes_its_completions() {
    let home = Home::new();
    let script = home.0.path().join("completions");
    fs::write(&script, home.backtrail(&["completions", "bash"]).output().unwrap().stdout).unwrap();
    let ask = format!(
        "source {} && COMP_WORDS=(backtrail li) COMP_CWORD=1 && _backtrail backtrail li backtrail && echo \"${{COMPREPLY[@]}}\"",
        script.display()
    );
    let Ok(output) = std::process::Command::new("bash").args(["-c", &ask]).output() else { return };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.split_whitespace().eq(["list", "lifecycle"]) || said.contains("list"), "{said}{output:?}");
}

#[test]
fn there_is_a_manual_page_for_every_subcommand() {
    let home = Home::new();
    let output = home.backtrail(&["man"]).output().unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.contains(".TH BACKTRAIL 1") && page.contains("completions"), "{page}");
    let folder = home.0.path().join("man/man1");
    let output = home.backtrail(&["man", "--out", folder.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let has = |name: &str| Path::new(&folder).join(name).is_file();
    for name in [
        "backtrail.1",
        "backtrail-list.1",
        "backtrail-sources.1",
        "backtrail-sources-coverage.1",
        "backtrail-man.1",
    ] {
        assert!(has(name), "{name}");
    }
    assert!(!has("backtrail-help.1"));
    let list = fs::read_to_string(folder.join("backtrail-list.1")).unwrap();
    assert!(list.contains("unmasked") && list.contains("backtrail list"), "{list}");
}

/// What is on a screen after these keys.
async fn screen(cache: &Cache, keys: &str) -> String {
    let inside = |name: &str| Some(cache.home.0.path().join(name));
    let options = Options {
        config: Some(cache.config.clone().into()),
        cache_dir: inside("cache/backtrail"),
        data_dir: inside("data/backtrail"),
    };
    let keys = keys.split_whitespace().map(|key| key.parse::<Key>().unwrap().into()).collect();
    let session = Session::open(&options).unwrap();
    let buffer = browse::unseen(session, Theme::built_in("dark").unwrap(), (120, 40), keys).await.unwrap();
    let rows =
        buffer.content().chunks(120).map(|row| row.iter().map(Cell::symbol).collect::<String>() + "\n");
    rows.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_writes_what_the_screen_shows_to_a_file() {
    let cache = Cache::new();
    let path = cache.path("from-the-screen.html");
    let typed = path.chars().map(String::from).collect::<Vec<_>>().join(" ");
    let keys = format!("x down tab down down down ctrl-u {typed} enter");
    let shown = screen(&cache, &keys).await;
    assert!(shown.contains("from-the-screen.html: 2 events"), "{shown}");
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.contains("First") && page.ends_with("</html>\n") && !page.contains(CANARY), "{page}");
    // The form stays and says why, and the file stays as it is.
    let shown = screen(&cache, &keys).await;
    assert!(shown.contains("exists already"), "{shown}");
    assert_eq!(fs::read_to_string(&path).unwrap(), page);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_raw_tab_shows_a_secret_only_after_a_question() {
    let cache = Cache::new();
    let masked = screen(&cache, "enter ] ]").await;
    assert!(masked.contains("\"apiKey\": \"••••\"") && !masked.contains(CANARY), "{masked}");
    let shown = screen(&cache, "enter ] ] X X").await;
    assert!(shown.contains(CANARY), "{shown}");
}
