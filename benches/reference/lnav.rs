//! The same question asked of `lnav`, where it is installed, over the same events as JSON lines.

use std::fs;
use std::process::{Command, Stdio};

use crate::cache::Cache;
use crate::table::{Amount, median_of};

/// How `lnav` is told what the fields of a line are.
const FORMAT: &str = r#"{
  "$schema": "https://lnav.org/schemas/format-v1.schema.json",
  "backtrail_events": {
    "title": "Backtrail events", "description": "One event per line", "json": true,
    "line-format": [{"field": "__timestamp__"}, " ", {"field": "action"}, " ", {"field": "summary"}],
    "timestamp-field": "time", "body-field": "summary",
    "value": {"action": {"kind": "string", "identifier": true}, "summary": {"kind": "string"}}
  }
}"#;

/// Opens all events and prints those of one action with both programs, and prints how they compare.
pub(crate) fn compare(cache: &Cache) {
    if Command::new("lnav").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        println!("\n`lnav` is not installed, so nothing is compared with it");
        return;
    }
    let lines = cache.folder.join("events.jsonl");
    if !lines.exists() {
        let list = Command::new(env!("CARGO_BIN_EXE_backtrail"))
            .args(["list", "--jsonl", "--limit", &cache.events.to_string()])
            .args(cache.arguments())
            .stdout(fs::File::create(&lines).unwrap())
            .status();
        assert!(list.unwrap().success());
    }
    let settings = cache.folder.join("lnav");
    let formats = settings.join("formats/backtrail");
    fs::create_dir_all(&formats).unwrap();
    fs::write(formats.join("events.json"), FORMAT).unwrap();
    let theirs = median_of(3, || {
        // Without a terminal it prints what its filters let through.
        let mut lnav = Command::new("lnav");
        lnav.arg("-n").arg("-I").arg(&settings).args(["-c", ":filter-in rollback"]).arg(&lines);
        let printed = lnav.stderr(Stdio::null()).output().unwrap();
        assert!(printed.status.success() && !printed.stdout.is_empty(), "lnav printed nothing");
    });
    let ours = median_of(3, || {
        let mut list = Command::new(env!("CARGO_BIN_EXE_backtrail"));
        list.args(["list", "action:rollback", "--jsonl", "--limit", &cache.events.to_string()]);
        let printed = list.args(cache.arguments()).output().unwrap();
        assert!(printed.status.success() && !printed.stdout.is_empty(), "backtrail printed nothing");
    });
    let (Amount::Time(theirs), Amount::Time(ours)) = (theirs, ours) else { return };
    println!(
        "\nopen {} events and print those of one action: lnav {theirs:.2?}, backtrail {ours:.2?}, {:.1} times as fast",
        cache.events,
        theirs.as_secs_f64() / ours.as_secs_f64()
    );
}
