//! What is said about queries that are understood.

use chrono::DateTime;

use super::*;

/// A note's part of the text, its message, and the text after its edit.
fn told(text: &str, notes: Vec<Note>) -> Vec<(String, String, String)> {
    notes
        .into_iter()
        .map(|note| {
            assert!(!note.message.ends_with('.'), "{}", note.message);
            let fixed = note.fix.as_ref().map(|fix| fix.apply(text)).unwrap_or_default();
            (text[note.span].to_owned(), note.message, fixed)
        })
        .collect()
}

#[track_caller]
fn check(text: &str, notes: Vec<Note>, expected: &[(&str, &str, &str)]) {
    let told = told(text, notes);
    let told: Vec<_> = told.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(told, expected, "{text}");
}

#[test]
fn conditions_that_exclude_each_other() {
    let both =
        |a: &str, b: &str, either: &str| format!("no event is both `{a}` and `{b}`: either is `{either}`");
    for (text, span, message, fixed) in [
        (
            "action:create action:update",
            "action:update",
            both("action:create", "action:update", "action:create,update"),
            "action:create,update",
        ),
        ("type:a since:7d kind:b", "kind:b", both("type:a", "kind:b", "type:a,b"), "type:a,b since:7d"),
        (
            "(status:failed x status:success) OR y",
            "status:success",
            both("status:failed", "status:success", "status:failed,success"),
            "(status:failed,success x) OR y",
        ),
        ("type:a,b -type:B,a", "type:a,b", "`type:a,b` is excluded here as well".into(), ""),
        (
            "since:2026-03 until:2026-02",
            "until:2026-02",
            "no time is within `until:2026-02` and the other times here".into(),
            "",
        ),
    ] {
        check(text, read_all(text).notes, &[(span, &message, fixed)]);
    }
    for text in [
        "action:create action:created",
        "action:deploy action:publish",
        "action:create OR action:update",
        "type:a,b type:b,c",
        "type:a* type:b",
        "entity:a entity:b",
        "type:a -type:b",
        "since:2026-02 until:2026-02",
        "on:2026-01,2026-05 since:2026-03",
        "around:3kq0x8v2m4n6p1rt since:2026-03 on:2026-03",
    ] {
        check(text, read_all(text).notes, &[]);
    }
}

/// A cache with a few values.
struct Small {
    changes: bool,
}

impl World for Small {
    fn values(&self, key: &str) -> Option<Vec<String>> {
        let values: &[&str] = match key {
            "type" => &["service", "decision_flow"],
            "entity" => &["dest_1", "Orders to Snowflake"],
            "action" => &["update", "snapshot"],
            "note" => &[],
            _ => return None,
        };
        Some(values.iter().copied().map(str::to_owned).collect())
    }

    fn has_changes(&self) -> bool {
        self.changes
    }

    fn reaches(&self) -> Option<Timestamp> {
        let time = DateTime::parse_from_rfc3339("2026-02-01T00:00:00Z").unwrap();
        Some(Timestamp::from_millis(time.timestamp_millis()))
    }

    fn masks(&self, name: &str) -> bool {
        name == "password"
    }

    fn show(&self, time: Timestamp) -> String {
        time.utc().format("%-d %b").to_string()
    }
}

#[test]
fn queries_that_the_cache_has_nothing_for() {
    let advice = |text: &str, changes: bool| advise(&read_all(text).mentions, &Small { changes });
    let masked = |path: &str| format!("values of `{path}` are masked, and no query can look at them");
    for (text, expected) in [
        (
            "type:servce",
            vec![(
                "servce",
                "the cache has no `type:` like `servce`: did you mean `service`?".to_owned(),
                "type:service",
            )],
        ),
        ("type:zzz", vec![("zzz", "the cache has no `type:` like `zzz`".to_owned(), "")]),
        (
            "-type:service,x_flow*",
            vec![("x_flow*", "the cache has no `type:` like `x_flow*`".to_owned(), "")],
        ),
        ("type:/^x/", vec![("/^x/", "no type in the cache is like this".to_owned(), "")]),
        (
            "entity:snoflake",
            vec![(
                "snoflake",
                "the cache has no `entity:` like `snoflake`: did you mean `Snowflake`?".to_owned(),
                "entity:Snowflake",
            )],
        ),
        ("entity:orders type:SERVICE actor:nobody note:x action:updated", vec![]),
        ("since:2026-03", vec![]),
        ("since:2026-01", vec![("2026-01", "the cache reaches back to 1 Feb so far".to_owned(), "")]),
        ("field:config.password->x", vec![("config.password", masked("config.password"), "")]),
        ("field:password", vec![]),
        ("@auth.password:x", vec![("@auth.password", masked("auth.password"), "")]),
    ] {
        let expected: Vec<_> =
            expected.iter().map(|(span, message, fixed)| (*span, message.as_str(), *fixed)).collect();
        check(text, advice(text, true), &expected);
    }
    check(
        "field:mode",
        advice("field:mode", false),
        &[("mode", "no feed in the cache says which fields changed", "")],
    );
}
