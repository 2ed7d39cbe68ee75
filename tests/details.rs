//! What changed in events of feeds that say so only when they are asked about each one, on the command line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde_json::Value;
use support::Home;

#[test]
fn what_changed_is_asked_where_that_is_wanted_and_else_it_is_said_that_nobody_asked() {
    let home = Home::new();
    let kept = home.0.path().join("kept");
    let demo = |args: &[&str]| {
        let mut all =
            vec!["demo", "--events", "900", "--live", "off", "--keep", kept.to_str().unwrap(), "--"];
        all.extend(args);
        let output = home.backtrail(&all).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let updates = ["list", "entity:=checkout-api action:update", "--limit", "2", "--jsonl"];
    let ids: Vec<String> = demo(&updates)
        .1
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    let (newer, older) = (ids[0].as_str(), ids[1].as_str());

    let (code, out, said) = demo(&["diff", newer]);
    assert!(code == 1 && out.is_empty() && said.contains("`--fetch`"), "{code} {out} {said}");
    let report = ["list", "entity:=checkout-api action:update", "--limit", "2", "--report"];
    let (_, out, _) = demo(&report);
    assert_eq!(out.matches("changes: not known: its source was not asked").count(), 2);
    // Of a publish the feed says part of what it changed, and more when it is asked.
    let publish = ["list", "entity:=\"Home Page NBA\" action:publish", "--limit", "1", "--jsonl"];
    let (_, line, _) = demo(&publish);
    let publish: Value = serde_json::from_str(line.trim()).unwrap();
    let publish = publish["id"].as_str().unwrap();
    let (code, out, said) = demo(&["diff", publish]);
    assert!(code == 0 && out.contains("version") && !out.contains("scoringModel"), "{out}");
    assert!(said.contains("what else changed in 1 event was not asked; `--fetch` asks"), "{said}");
    assert!(demo(&["show", publish]).1.contains("was not asked what else changed"));
    assert!(demo(&["blame", "Home Page NBA"]).2.contains("`--fetch` asks"));
    let (_, out, said) = demo(&["diff", publish, "--fetch"]);
    assert!(out.contains("scoringModel") && !said.contains("--fetch"), "{out} {said}");
    assert!(demo(&["blame", "Home Page NBA", "--fetch"]).1.contains("scoringModel"));

    let (code, out, said) = demo(&["diff", newer, "--fetch"]);
    assert!(code == 0 && out.contains("changed") && out.contains('→'), "{code} {out} {said}");
    // It is kept, and so are the whole documents: every field is known, and not those alone that changed.
    assert_eq!(demo(&["diff", newer]).1, out);
    let (_, state, _) = demo(&["lifecycle", "checkout-api", "--at", newer]);
    assert!(state.contains("all of its fields") && state.contains("description"), "{state}");

    let (_, out, _) = demo(&[&report[..], &["--fetch"]].concat());
    assert!(!out.contains("not known") && out.matches('→').count() >= 2, "{out}");
    let (code, out, said) = demo(&["diff", older, newer]);
    assert!(code == 1 && out.contains('→') && !said.contains("not compared"), "{code} {out} {said}");
}
