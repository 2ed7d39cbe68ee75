//! What a profile can say about fetching, over real sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::paging::{Asked, profile_of, source_of};
use super::rig::Rig;
use super::wire::{Answer, Wire, answer, says};
use crate::domain::{Detail, FaultKind};

/// A list of records that began `hours` hours ago, one each hour.
fn hourly(hours: std::ops::Range<i64>) -> Vec<Value> {
    let now = crate::domain::Timestamp::now().millis();
    let time = |hour: i64| crate::domain::Timestamp::from_millis(now - hour * 3_600_000).to_string();
    hours.map(|hour| json!({"id": format!("h{hour}"), "time": time(hour), "v": 1})).collect()
}

#[tokio::test]
async fn an_unchanged_list_is_not_sent_again() {
    let wire = Wire::serve(|request| {
        let asked = Asked::read(request);
        if asked.head.contains("if-none-match: \"v1\"") {
            return Answer::Bytes(answer(304, "etag: \"v1\"\r\n", ""));
        }
        Answer::Bytes(answer(200, "etag: \"v1\"\r\n", &Value::from(hourly(0..3)).to_string()))
    })
    .await;
    let profile = profile_of("kind = 'none'", "", "sync = { etag = true }");
    let rig = Rig::new(vec![source_of(&profile, &wire.origin)]);
    assert_eq!(rig.sync().await.events_new, 3);
    let again = rig.sync().await;
    assert_eq!((again.complete, again.pages, again.requests, again.events_total), (true, 0, 1, 3));
    assert!(wire.requests()[1].contains("if-none-match: \"v1\""), "{}", wire.requests()[1]);
    // An answer to a question that was not asked is no end.
    let confused = Wire::serve(|_| Answer::Bytes(answer(304, "", ""))).await;
    let outcome = Rig::new(vec![source_of(&profile, &confused.origin)]).sync().await;
    assert!(!outcome.complete, "{outcome:?}");
}

#[tokio::test]
async fn a_later_sync_asks_only_for_what_may_be_new() {
    let wire = Wire::serve(|_| says(200, &Value::from(hourly(0..3)).to_string())).await;
    let sync = "sync = { since_param = 'from', since_format = 'epoch_s', overlap = '1h', order = 'asc' }";
    let rig = Rig::new(vec![source_of(&profile_of("kind = 'none'", "", sync), &wire.origin)]);
    rig.sync().await;
    assert!(rig.sync().await.complete);
    let since = |request: &String| Asked::read(request).query.get("from").map(|s| s.parse::<i64>().unwrap());
    let asked: Vec<_> = wire.requests().iter().map(since).collect();
    let newest = rig.events()[0].record.time.millis();
    assert_eq!(asked, [None, Some((newest - 3_600_000).div_euclid(1000))]);
}

#[tokio::test]
async fn a_range_of_time_is_cut_into_spans_without_a_hole_between_them() {
    let wire = Wire::serve(|request| {
        let asked = Asked::read(request);
        let bound = |name: &str| asked.query[name].parse::<i64>().unwrap();
        let (from, to) = (bound("from"), bound("to"));
        assert!(to - from <= 86_400_000 + 1, "no more than a day and the step between times");
        let inside = |record: &Value| {
            let time = crate::domain::Timestamp::from_millis(
                chrono::DateTime::parse_from_rfc3339(record["time"].as_str().unwrap())
                    .unwrap()
                    .timestamp_millis(),
            );
            (from..to).contains(&time.millis())
        };
        says(200, &Value::from(hourly(1..120).into_iter().filter(inside).collect::<Vec<_>>()).to_string())
    })
    .await;
    let window = "window = { from = 'from', to = 'to', format = 'epoch_ms', span = '1d', default_lookback = '10d', required = true }";
    let profile = profile_of("kind = 'none'", "", window);
    let rig = Rig::new(vec![source_of(&profile, &wire.origin)]);
    let first = rig.sync().await;
    assert_eq!((first.complete, first.events_total), (true, 119), "{first:?}");
    let requests = wire.requests().len();
    let again = rig.sync().await;
    assert!(again.complete, "{again:?}");
    assert!(wire.requests().len() - requests <= 2, "only the newest span is asked for again");
}

#[tokio::test]
async fn a_place_that_is_gone_means_to_begin_again() {
    let times = AtomicUsize::new(0);
    let wire = Wire::serve(move |request| {
        let asked = Asked::read(request);
        match asked.query.get("continue").map(String::as_str) {
            None => says(200, &json!({"items": hourly(0..10), "next": "b"}).to_string()),
            Some(_) if times.fetch_add(1, Ordering::SeqCst) == 0 => says(410, "{}"),
            Some(_) => says(200, &json!({"items": hourly(10..15), "next": ""}).to_string()),
        }
    })
    .await;
    let paging = "kind = 'cursor'\nparam = 'continue'\ncursor = '/next'\nrestart_on = [410]";
    let rig = Rig::new(vec![source_of(&profile_of(paging, "/items", ""), &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total, outcome.requests), (true, 15, 4), "{outcome:?}");
    let lost = Wire::serve(|request| match Asked::read(request).query.get("continue") {
        None => says(200, &json!({"items": hourly(0..10), "next": "b"}).to_string()),
        Some(_) => says(410, "{}"),
    })
    .await;
    let rig = Rig::new(vec![source_of(&profile_of(paging, "/items", ""), &lost.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total), (false, 10));
    assert!(outcome.fault.unwrap().message.contains("loses the place"));
}

#[tokio::test]
async fn the_newer_of_two_versions_wins_wherever_it_stands() {
    let record = |version: u32| json!({"id": "a", "time": "2026-01-01T00:00:00Z", "version": version});
    for (first, second) in [(vec![9, 10, 8], vec![7]), (vec![7], vec![10, 9])] {
        let wire = Wire::serve(move |request| {
            let page = if Asked::read(request).query.contains_key("cursor") { &second } else { &first };
            let next = (!Asked::read(request).query.contains_key("cursor")).then_some("b");
            let items: Vec<Value> = page.iter().map(|version| record(*version)).collect();
            says(200, &json!({"items": items, "next": next}).to_string())
        })
        .await;
        let paging = "kind = 'cursor'\nparam = 'cursor'\ncursor = '/next'";
        let profile = profile_of(paging, "/items", "upsert = { version = '/version' }");
        let rig = Rig::new(vec![source_of(&profile, &wire.origin)]);
        assert!(rig.sync().await.complete);
        let events = rig.events();
        assert_eq!(events.len(), 1);
        assert!(events[0].record.raw.contains("\"version\":10"), "{}", events[0].record.raw);
    }
}

#[tokio::test]
async fn a_spent_limit_is_waited_for_before_the_server_says_no() {
    for (reset, format, status) in [
        ("30", "auto", 200),
        ("30", "delta_s", 403),
        ("2014891230", "auto", 200),
        ("2014891230", "epoch_s", 429),
        ("2014891230000", "auto", 200),
        ("2014891230000", "epoch_ms", 200),
        ("2033-11-06T12:00:30Z", "iso", 200),
        ("2033-11-06T12:00:30Z", "auto", 403),
    ] {
        let times = AtomicUsize::new(0);
        let headers = format!("x-left: 0\r\nx-reset: {reset}\r\n");
        let wire = Wire::serve(move |request| {
            let first = times.fetch_add(1, Ordering::SeqCst) == 0;
            let next = (!Asked::read(request).query.contains_key("cursor")).then_some("b");
            let body = json!({"items": hourly(0..2), "next": next}).to_string();
            if first {
                Answer::Bytes(answer(status, &headers, &body))
            } else {
                Answer::Bytes(answer(200, "x-left: 7\r\n", &body))
            }
        })
        .await;
        let rate = format!("rate = {{ remaining = 'X-Left', reset = 'X-Reset', reset_format = '{format}' }}");
        let paging = "kind = 'cursor'\nparam = 'cursor'\ncursor = '/next'";
        let rig = Rig::new(vec![source_of(&profile_of(paging, "/items", &rate), &wire.origin)]);
        let outcome = rig.sync().await;
        assert!(outcome.complete, "{reset} {format}: {outcome:?}");
        let longest = rig.waits().into_iter().max().unwrap_or_default();
        let about = Duration::from_secs(29)..=Duration::from_secs(30);
        assert!(about.contains(&longest), "{reset} {format} {status}: {longest:?}");
    }
}

#[tokio::test]
async fn details_are_asked_of_those_records_that_have_any() {
    let wire = Wire::serve(|request| {
        let asked = Asked::read(request);
        match asked.path.as_str() {
            "/api/list" => {
                let record = |id: &str, action: &str| {
                    json!({"id": id, "time": "2026-01-01T00:00:00Z", "action": action, "to": 3, "note": "n"})
                };
                says(200, &Value::from(vec![record("a", "publish"), record("b", "update")]).to_string())
            }
            "/versions" => {
                assert_eq!(asked.query["id"], "a");
                let version = |n: u32| json!({"version": n, "config": {"limit": n * 10}});
                says(200, &json!({"versions": [version(4), version(3), version(2)]}).to_string())
            }
            "/audit" => says(403, r#"{"message": "admins only"}"#),
            other => panic!("{other}"),
        }
    })
    .await;
    let details = "[[changes]]\nkind = 'text'\nat = '/note'\n\
        [[detail]]\npath = '/versions'\nquery = { id = '{/id}' }\nwhen = 'always'\nonly = { '/action' = ['publish', 'rollback'] }\n\
        changes = [{ kind = 'chain', at = '/versions', key = '/version', is = '^/to', snapshot = '/config' }]\n\
        [[detail]]\npath = '/audit'\nonly = { '/action' = 'publish' }\noptional = [403]\nchanges = [{ kind = 'map', at = '/x' }]\n\
        [[detail]]\npath = '/never'\nwhen = 'never'\nchanges = [{ kind = 'map', at = '/x' }]\n";
    let rig = Rig::new(vec![source_of(&profile_of("kind = 'none'", "", details), &wire.origin)]);
    let outcome = rig.sync().await;
    assert!(outcome.complete, "{outcome:?}");
    for event in rig.events() {
        let paths: Vec<_> = event.record.changes.iter().map(|change| change.path.as_str()).collect();
        let (wanted, detail) = match event.record.identity.native() {
            Some("a") => (vec!["note", "limit"], Detail::Fetched),
            _ => (vec!["note"], Detail::Nothing),
        };
        assert_eq!((paths, &event.record.detail), (wanted, &detail));
        let again = rig.engine.detail(&event).await.unwrap();
        assert_eq!(again.record.changes, event.record.changes, "asking twice shows nothing twice");
    }
    assert_eq!(rig.events().len(), 2);
}

/// A server that must never be asked, and one whose answers lead there.
async fn led_astray(
    profile: &str,
    lead: impl Fn(&str, &Asked) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> (Rig, Wire, Wire) {
    let thief = Wire::serve(|_| says(200, "[]")).await;
    let target = thief.origin.clone();
    let wire = Wire::serve(move |request| {
        let asked = Asked::read(request);
        let led = lead(&target, &asked);
        Answer::Bytes(led.unwrap_or_else(|| answer(200, "", &Value::from(hourly(0..3)).to_string())))
    })
    .await;
    let rig = Rig::new(vec![source_of(profile, &wire.origin)]);
    (rig, wire, thief)
}

/// The answer to a request that leads to the given address, if it does.
type Lead = fn(&str, &Asked) -> Option<Vec<u8>>;

#[tokio::test]
async fn no_answer_can_lead_a_secret_to_another_server() {
    let cases: &[(&str, &str, &str, Lead)] = &[
        ("a Link header", "kind = 'link'", "", |thief, _| {
            let link = format!("link: <{thief}/x?a=1>; rel=\"next\"\r\n");
            Some(answer(200, &link, &Value::from(hourly(0..3)).to_string()))
        }),
        ("a Link without a scheme", "kind = 'link'", "", |thief, _| {
            let link = format!("link: <{}/x>; rel=\"next\"\r\n", thief.trim_start_matches("http:"));
            Some(answer(200, &link, &Value::from(hourly(0..3)).to_string()))
        }),
        ("an address in the body", "kind = 'next_url'\nnext = '/next'", "/items", |thief, _| {
            Some(answer(200, "", &json!({"items": hourly(0..3), "next": format!("{thief}/x")}).to_string()))
        }),
        (
            "a user name that looks like the host",
            "kind = 'next_url'\nnext = '/next'",
            "/items",
            |thief, asked| {
                let host = asked.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
                let next = format!("http://{host}@{}/x", thief.trim_start_matches("http://"));
                Some(answer(200, "", &json!({"items": hourly(0..3), "next": next}).to_string()))
            },
        ),
        ("a backslash", "kind = 'next_url'\nnext = '/next'", "/items", |thief, _| {
            let next = format!("/\\{}/x", thief.trim_start_matches("http://"));
            Some(answer(200, "", &json!({"items": hourly(0..3), "next": next}).to_string()))
        }),
    ];
    for (name, paging, at, lead) in cases {
        let (rig, wire, thief) = led_astray(&profile_of(paging, at, ""), lead).await;
        let outcome = rig.sync().await;
        let fault = outcome.fault.unwrap_or_else(|| panic!("{name}: {:?}", wire.requests()));
        assert_eq!((fault.kind, outcome.events_total), (FaultKind::Shape, 3), "{name}: what came is kept");
        assert!(fault.message.contains("next page"), "{name}: {}", fault.message);
        assert_eq!(thief.requests(), Vec::<String>::new(), "{name}");
        assert_eq!(wire.requests().len(), 1, "{name}");
    }
    for status in [301, 302, 303, 307, 308] {
        let lead =
            move |thief: &str, _: &Asked| Some(answer(status, &format!("location: {thief}/x\r\n"), ""));
        let (rig, _wire, thief) = led_astray(&profile_of("kind = 'none'", "", ""), lead).await;
        let outcome = rig.sync().await;
        assert_eq!(outcome.fault.map(|fault| fault.kind), Some(FaultKind::Configuration), "{status}");
        assert_eq!(thief.requests(), Vec::<String>::new(), "{status}");
    }
}

#[tokio::test]
async fn a_list_of_scopes_cannot_lead_a_secret_away_either() {
    let scope = "[[scope]]\npath = '/scopes'\npaging = { kind = 'link' }\nitems = ''\nid = '/id'";
    let lead = |thief: &str, asked: &Asked| {
        let link = format!("link: <{thief}/x>; rel=\"next\"\r\n");
        (asked.path == "/scopes").then(|| answer(200, &link, r#"[{"id": "s"}]"#))
    };
    let (rig, _wire, thief) = led_astray(&profile_of("kind = 'none'", "", scope), lead).await;
    assert_eq!(rig.sync().await.fault.map(|fault| fault.kind), Some(FaultKind::Shape));
    assert_eq!(thief.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_secret_in_an_address_is_sent_once_and_never_shown() {
    let lead = |_: &str, asked: &Asked| {
        assert_eq!(asked.head.matches("canary-token").count(), 1, "{}", asked.head);
        let next = "/api/list?api_key=canary-token&api%5Fkey=canary-token&cursor=b";
        let link = match asked.query.get("cursor") {
            None => format!("link: <{next}>; rel=\"next\"\r\n"),
            Some(_) => {
                "link: <http://canary-token@127.0.0.1:1/canary?k=canary-token>; rel=\"next\"\r\n".to_owned()
            }
        };
        let rows = if asked.query.contains_key("cursor") { 3..5 } else { 0..3 };
        Some(answer(200, &link, &Value::from(hourly(rows)).to_string()))
    };
    let profile = profile_of("kind = 'link'", "", "");
    let profile = profile.replace("kind = 'header'", "kind = 'query'").replace(
        "headers = { Authorization = 'Bearer {@secret.token}' }",
        "query = { api_key = '{@secret.token}' }",
    );
    let (rig, wire, _thief) = led_astray(&profile, lead).await;
    let outcome = rig.sync().await;
    assert_eq!((outcome.events_total, wire.requests().len()), (5, 2), "{outcome:?}");
    let said = format!("{:?}", outcome.fault.unwrap());
    assert!(!said.contains("canary-token"), "{said}");
}

/// A body for a request and its number.
type Body = fn(&Asked, usize) -> Value;

#[tokio::test]
async fn pages_that_lead_in_a_circle_or_nowhere_come_to_an_end() {
    let cursor = "kind = 'cursor'\nparam = 'cursor'\ncursor = '/next'\nmore = '/more'";
    let cases: &[(&str, &str, Body, bool)] = &[
        ("the same cursor again", cursor, |_, _| json!({"items": hourly(0..3), "next": "a"}), false),
        (
            "two cursors in turn",
            cursor,
            |asked, n| {
                let other = if asked.query.get("cursor").is_some_and(|c| c == "a") { "b" } else { "a" };
                json!({"items": hourly(n as i64..n as i64 + 1), "next": other})
            },
            false,
        ),
        ("more without a cursor", cursor, |_, _| json!({"items": hourly(0..3), "more": true}), true),
        (
            "nothing but promises",
            cursor,
            |_, n| json!({"items": [], "next": format!("c{n}"), "more": true}),
            false,
        ),
        ("nothing but cursors", cursor, |_, n| json!({"items": [], "next": format!("c{n}")}), true),
        (
            "one instant that fills every page",
            "kind = 'keyset'\nparam = 'to'\nfrom = 'last:/time'\nsize_param = 'n'",
            |_, _| {
                let record = |n: usize| json!({"id": n, "time": "2026-01-01T00:00:00Z"});
                json!({"items": (0..10).map(record).collect::<Vec<_>>()})
            },
            false,
        ),
    ];
    for (name, paging, body, complete) in cases {
        let (times, body) = (Arc::new(AtomicUsize::new(0)), *body);
        let wire = Wire::serve(move |request| {
            says(200, &body(&Asked::read(request), times.fetch_add(1, Ordering::SeqCst)).to_string())
        })
        .await;
        let rig = Rig::new(vec![source_of(&profile_of(paging, "/items", ""), &wire.origin)]);
        let outcome = rig.sync().await;
        assert_eq!(outcome.complete, *complete, "{name}: {outcome:?}");
        assert!(wire.requests().len() <= 210, "{name}: {}", wire.requests().len());
    }
}
