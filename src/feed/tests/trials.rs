//! What somebody is told who tries a profile on a body that does not fit, or that is no body at all.
//!
//! Every case has to be told in words that lead to the mistake, without a panic and without an endless wait.

use serde_json::{Value, json};

use super::super::report::{self, stand_ins};
use super::super::{Profile, saved};
use crate::domain::Problem;

const PROFILE: &str = r#"schema = 1
id = "x"
name = "X"
auth = { kind = "none" }
request = { base = "https://x.example", path = "/x" }
[items]
at = "/events"
[map]
id = "/id"
time = "/at"
action = "/kind"
summary = "{/kind} {/name}"
entity = { type = "service", id = "/eid", name = "/name" }
actor = { type = "user", name = "/who/name" }
[[changes]]
kind = "map"
at = "/changes"
"#;

fn record() -> Value {
    json!({
        "id": 1, "at": "2026-04-01T10:00:00Z", "kind": "update", "name": "web", "service": {"id": 7}, "eid": "e1",
        "user": "ana", "who": {"name": "ana"}, "tags": ["a", "b"], "changes": {"a": {"from": 1, "to": 2}},
    })
}

/// Everything that is said about `profile` and what it makes of `body`, and how many events come out.
fn tried(profile: &str, body: &[u8]) -> (Vec<Problem>, usize) {
    let (drafted, mut problems) = Profile::draft("x.toml", profile);
    let Some(drafted) = drafted else { return (problems, 0) };
    let (binding, scope) = stand_ins(&drafted);
    let events = match saved::read(&drafted, &binding, scope.as_ref(), body) {
        Ok(page) => {
            let read = report::read(&drafted, &binding, scope.as_ref(), body, &page);
            problems.extend(report::problems("x.toml", profile, &read, &page));
            page.records.len()
        }
        Err(error) => {
            let message = format!("the sample: {error}");
            problems.push(report::problem("x.toml", profile, "items.at", message, None));
            0
        }
    };
    (problems, events)
}

fn body_of(records: &[Value]) -> String {
    json!({"events": records, "total": records.len()}).to_string()
}

/// The profile with one part of it written otherwise is told about in one problem with these words.
#[track_caller]
fn told(replace: &str, with: &str, parts: &[&str]) {
    assert!(PROFILE.contains(replace), "{replace}");
    let profile = PROFILE.replacen(replace, with, 1);
    let (problems, _) = tried(&profile, body_of(&[record(), record()]).as_bytes());
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let fits = said.iter().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(fits, "{with}: {parts:?} in {said:#?}");
}

#[test]
fn a_profile_that_fits_is_not_found_fault_with() {
    let (problems, events) = tried(PROFILE, body_of(&[record()]).as_bytes());
    // `service` and `user` are words here, although records have members of these names.
    assert_eq!((problems, events), (vec![], 1));
    let mut bare = record();
    bare.as_object_mut().unwrap().retain(|key, _| ["id", "at", "kind"].contains(&key.as_str()));
    assert_eq!(
        tried(PROFILE, body_of(&[bare]).as_bytes()).0,
        [],
        "`/eid` is not meant to be `/id`, which has a use"
    );
}

#[test]
fn a_value_that_misses_is_told_with_what_was_meant() {
    for (replace, with, parts) in [
        (
            "\"/name\"",
            "\"name\"",
            ["13:", "`map.entity.name`: `name` is a text of its own", "did you mean `/name`?"],
        ),
        ("\"/who/name\"", "\"who.name\"", ["14:", "`map.actor.name`", "did you mean `/who/name`?"]),
        ("\"/who/name\"", "\"who/name\"", ["14:", "the same in all records", "did you mean `/who/name`?"]),
        ("\"/who/name\"", "\"/tags[1]\"", ["14:", "no record has a value", "did you mean `/tags/1`?"]),
        ("\"/who/name\"", "\"/who/nmae\"", ["14:", "no record has a value", "did you mean `/who/name`?"]),
        ("\"/who/name\"", "\"$.who.name\"", ["14:", "`$.who.name` starts with `$`", "JSON Pointer"]),
        ("\"/id\"", "\"id\"", ["9:", "the same for all records", "did you mean `/id`?"]),
        ("\"/at\"", "\"/when\"", ["10:", "`map.time`", "no record has a value at `/when`"]),
        ("\"/events\"", "\"/evnts\"", ["7:", "`items.at`", "expected a list at `/evnts` but found nothing"]),
        ("\"/events\"", "\"events\"", ["7:", "is no JSON Pointer", "did you mean `/events`?"]),
        ("\"/events\"", "\"/total\"", ["7:", "`items.at`", "but found a number"]),
        ("\"/who/name\"", "7", ["14:", "`map.actor.name`", "expected a text, found a whole number"]),
        ("\"/who/name\"", "2026-01-01", ["14:", "`map.actor.name`", "expected a text, found a date"]),
        ("\"{/kind} {/name}\"", "\"{kind}\"", ["12:", "cannot read the placeholder `{kind}`", "`{/name}`"]),
        ("\"{/kind} {/name}\"", "\"{/kind\"", ["12:", "a brace without its other half", "write `{{`"]),
        (
            "https://x.example",
            "https://{@t}.example",
            ["5:", "an address has no placeholders", "leave it out"],
        ),
        (
            "https://x.example",
            "https://me:pw@x.example",
            ["5:", "`https://…@x.example` holds a user name", "`secret`"],
        ),
        ("https://x.example", "x.example", ["5:", "`request.base`", "does not start with `https://`"]),
        ("path = \"/x\"", "path = \"/x\", page_size = 50", ["5:", "`request.page_size`", "default = 50"]),
        (
            "path = \"/x\"",
            "path = \"/x\", body = { query = \"{ a }\" }",
            ["5:", "`request.body.query`", "written twice"],
        ),
        ("path = \"/x\"", "path = \"/x?a=1\"", ["5:", "a path has no `?`", "put parameters under `query`"]),
        ("schema = 1", "schema = 99999999999999999999", ["1:", "`schema`", "expected a whole number"]),
        ("schema = 1", "schema = 1\nschema = 1", ["2:", "duplicate key", ""]),
    ] {
        told(replace, with, &parts);
    }
}

#[test]
fn a_time_that_cannot_be_read_is_told_once_with_how_to_say_what_it_is() {
    for (first, second, parts) in [
        (
            json!(1_775_037_600),
            json!(1_775_037_601),
            ["its time `1775037600` cannot be read", "`format = \"auto\"`"],
        ),
        (json!("1775037600123"), json!("1"), ["2 of 2 records", "`format = \"auto\"`"]),
        (
            json!("04/01/2026 10:00"),
            json!("12/31/2025 08:15"),
            ["2 of 2 records", "`format = \"%m/%d/%Y %H:%M\"`"],
        ),
        (json!({"seconds": 1}), json!({"seconds": 2}), ["2 of 2 records", "cannot be read"]),
    ] {
        let records = [first, second].map(|time| {
            let mut record = record();
            record["at"] = time;
            record
        });
        let (problems, events) = tried(PROFILE, body_of(&records).as_bytes());
        let said = problems[0].to_string();
        assert_eq!((problems.len(), events), (1, 0), "{problems:#?}");
        assert!(parts.iter().all(|part| said.contains(part)) && said.contains(":10:"), "{said}");
    }
}

#[test]
fn a_body_that_is_none_is_told_as_what_it_is() {
    let good = body_of(&[record()]);
    let utf16: Vec<u8> = [0xFEFF].into_iter().chain(good.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let cut = &good.as_bytes()[..good.len() - 20];
    let trailing = format!("{good}garbage");
    for (body, part) in [
        (&utf16[..], "it is in UTF-16"),
        (b"{\"events\": \"\xFF\xFE\"}", "byte 12 is not UTF-8"),
        (b"<!DOCTYPE html><title>Sign in</title>", "a web page instead of JSON"),
        (cut, "EOF while parsing"),
        (trailing.as_bytes(), "not readable JSON"),
        (b"42", "found nothing in `42`"),
        (b"{\"events\": null}", "found null"),
        (b"{\"events\": {\"a\": 1}}", "found an object"),
        (b"nothing at all", "not readable JSON"),
    ] {
        let (problems, events) = tried(PROFILE, body);
        let said = problems[0].to_string();
        assert!(events == 0 && said.contains(part) && said.contains("7:"), "{part}: {said}");
    }
}

#[test]
fn what_is_odd_and_can_be_read_is_read() {
    let good = body_of(&[record(), record()]);
    let record = record().to_string();
    for body in [
        format!("\u{FEFF}{good}"),
        good.replace(',', ",\r\n"),
        format!("{record}\n{record}\n"),
        format!("[{record}, {record}]"),
        good.replacen("\"id\":1", "\"id\":0,\"id\":1", 1),
    ] {
        assert_eq!(tried(PROFILE, body.as_bytes()), (vec![], 2), "{body}");
    }
    for profile in [PROFILE.replace('\n', "\r\n"), format!("\u{FEFF}{PROFILE}")] {
        assert_eq!(tried(&profile, good.as_bytes()), (vec![], 2));
    }
}

fn deep_tables() -> String {
    let tables: Vec<String> = (1..200).map(|n| format!("[{}]\n", vec!["a"; n].join("."))).collect();
    tables.concat()
}

#[test]
fn what_is_huge_or_deep_is_read_or_refused_and_never_waited_for() {
    let wide = |count: usize| (0..count).map(|n| (format!("k{n}"), json!(n))).collect::<Value>();
    let pairs = (0..5_000).flat_map(|n| [(format!("from_{n}"), json!(n)), (format!("to_{n}"), json!(n + 1))]);
    let with = |key: &str, value: Value| {
        let mut record = record();
        record[key] = value;
        body_of(&[record])
    };
    let deep = |open: &str, close: &str, levels: usize| {
        let changes = format!("{}1{}", open.repeat(levels), close.repeat(levels));
        with("changes", json!("•")).replace("\"•\"", &changes)
    };
    for (body, events) in [
        (with("name", json!("x".repeat(1_000_000))), 1),
        (with("changes", wide(20_000)), 1),
        (with("changes", pairs.collect()), 1),
        (with("more", wide(20_000)), 1),
        (with("more", (0..50_000).map(|n| json!({ "a": n })).collect()), 1),
        (with("changes", json!({"l": {"from": vec![1; 20_000], "to": vec![2; 20_000]}})), 1),
        (body_of(&vec![record(); 2_000]), 2_000),
        (deep("{\"a\":", "}", 60), 1),
        (deep("{\"a\":", "}", 100), 0),
        (deep("[", "]", 100_000), 0),
    ] {
        assert_eq!(tried(PROFILE, body.as_bytes()).1, events);
    }
    for profile in [
        format!("{PROFILE}x = {}{}\n", "[".repeat(50_000), "]".repeat(50_000)),
        PROFILE.replace("\"/who/name\"", &format!("\"{}\"", "/a".repeat(50_000))),
        PROFILE.replace("\"/who/name\"", &format!("\"{}\"", "{/a}".repeat(20_000))),
        PROFILE.replace("\"/who/name\"", &format!("{}\"/a\"{}", "[".repeat(50), "]".repeat(50))),
        format!("{PROFILE}[vars.a]\npattern = \"(x{{1000}}){{1000}}\"\n"),
        deep_tables(),
        "\0\u{1}\u{2}".to_owned(),
        "}}}{{{".to_owned(),
        "{\"schema\": 1}".to_owned(),
        String::new(),
    ] {
        let (problems, _) = tried(&profile, body_of(&[record()]).as_bytes());
        assert!(
            problems.iter().all(|problem| problem.line > 0 && !problem.message.is_empty()),
            "{problems:#?}"
        );
    }
}

#[test]
fn of_a_great_many_mistakes_the_first_are_told_and_the_others_counted() {
    let keys: Vec<String> = (0..20_000).map(|n| format!("k{n} = {n}\n")).collect();
    let (problems, _) = tried(&format!("{PROFILE}{}", keys.concat()), body_of(&[record()]).as_bytes());
    assert_eq!(problems.len(), 101);
    assert!(problems[100].message.contains("19900 more problems"), "{:?}", problems[100]);
    // Tables too deep to be read are told once, wherever they stand.
    let (problems, _) = tried(&deep_tables(), b"");
    assert_eq!(problems.iter().filter(|problem| problem.message.contains("recursion")).count(), 1);
}
