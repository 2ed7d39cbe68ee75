//! Fetching only what a query is about, over real sockets.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::fake::kaireonai_change;
use super::paging::{Asked, profile_of, source_of};
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, answer, says};
use crate::domain::{Condition, FaultKind, Timestamp};
use crate::store::{FeedKey, FeedState};
use crate::sync::{Fetched, Which};

/// A change of the tenant that every seventh time is a rollback, and every third is about an offer.
fn change(n: usize) -> Value {
    let mut change = kaireonai_change(n);
    if n.is_multiple_of(7) {
        change["action"] = "rollback".into();
    }
    if n.is_multiple_of(3) {
        change["entityType"] = "offer".into();
        change["entityId"] = format!("offer_{}", n % 9).into();
        change["entityName"] = format!("Offer {}", n % 9).into();
    }
    change
}

/// A page of the changes that the filters of a request let through.
fn tenant(request: &str, total: usize) -> String {
    let asked = Asked::read(request);
    let number = |name: &str| asked.query[name].parse::<usize>().unwrap();
    let (page, limit) = (number("page"), number("limit"));
    let lets_through = |change: &Value| {
        [("action", "action"), ("entityType", "entityType"), ("entityId", "entityId")]
            .iter()
            .all(|(param, field)| asked.query.get(*param).is_none_or(|wanted| change[*field] == **wanted))
    };
    let all: Vec<Value> = (0..total).rev().map(change).filter(lets_through).collect();
    let part: Vec<&Value> = all.iter().skip((page - 1) * limit).take(limit).collect();
    json!({"changes": part, "total": all.len(), "page": page, "limit": limit}).to_string()
}

async fn fetch(rig: &Rig, conditions: &[Condition]) -> Fetched {
    let mut fetched = rig.engine.fetch(&Which::All, conditions).await;
    assert_eq!(fetched.len(), 1);
    fetched.remove(0)
}

fn state_of(rig: &Rig) -> FeedState {
    let key = FeedKey::new("kaireonai-prod", "kaireonai");
    rig.store.run_blocking(move |db| db.state(&key)).unwrap()
}

fn rollback() -> Condition {
    Condition::Action("rollback".into())
}

#[tokio::test]
async fn what_is_asked_for_comes_and_nothing_is_claimed() {
    let wire = Wire::serve(|request| says(200, &tenant(request, 2_000))).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let fetched = fetch(&rig, &[rollback(), Condition::Type("offer".into())]).await;
    assert_eq!((fetched.came, fetched.new, fetched.ended, &fetched.fault), (96, 96, true, &None));
    let asked: Vec<_> = fetched.asked.iter().map(|one| (&*one.param, &*one.value)).collect();
    assert_eq!(asked, [("action", "rollback"), ("entityType", "offer")]);
    assert_eq!(wire.requests().len(), 1);
    assert!(wire.requests()[0].contains("page=1&limit=200&action=rollback&entityType=offer "));
    assert_eq!(state_of(&rig), FeedState::default(), "a part of a list says nothing about the whole");
    let again = fetch(&rig, &[rollback(), Condition::Type("offer".into())]).await;
    assert_eq!((again.came, again.new), (96, 0));

    // What is fetched later is the whole, once each.
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_new, outcome.events_total), (true, 1_904, 2_000));
    assert!(state_of(&rig).ledger.is_whole());
}

#[tokio::test]
async fn each_of_the_four_filters_is_sent_in_the_servers_words() {
    let time = Timestamp::from_millis(1_700_000_000_000);
    for (condition, sent) in [
        (Condition::Action("update".into()), "action=update"),
        (Condition::Action("archive".into()), "action=soft_delete"),
        (Condition::Action("erase".into()), "action=gdpr_erasure"),
        (Condition::Action("recalculate".into()), "action=recalculate"),
        (Condition::Type("decision_flow".into()), "entityType=decision_flow"),
        (Condition::Entity("a&b=c d".into()), "entityId=a%26b%3Dc%20d"),
        (Condition::Since(time), "since=2023-11-14T22%3A13%3A20.000Z"),
    ] {
        let wire = Wire::serve(|_| says(200, r#"{"changes": [], "total": 0}"#)).await;
        let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
        assert_eq!(fetch(&rig, std::slice::from_ref(&condition)).await.fault, None);
        let requests = wire.requests();
        assert!(
            requests.len() == 1 && requests[0].contains(&format!("&{sent} ")),
            "{condition:?}: {requests:?}"
        );
    }
}

#[tokio::test]
async fn what_no_server_can_be_asked_for_is_not_asked_for() {
    let wire = Wire::serve(|_| says(200, "{}")).await;
    for (feed, condition) in [
        ("kaireonai", Condition::Until(Timestamp::from_millis(0))),
        ("kaireonai", Condition::Actor("jane".into())),
        ("kaireonai-audit", rollback()),
        ("microvisualizer", rollback()),
        ("streamkap", Condition::Type("destination".into())),
        // Two of its words mean an update: asking for one would leave out the other.
        ("cloudflare", Condition::Action("update".into())),
    ] {
        let rig = Rig::new(vec![source(feed, &wire.origin)]);
        let fetched = fetch(&rig, std::slice::from_ref(&condition)).await;
        assert_eq!((fetched.asked, fetched.came, fetched.fault), (vec![], 0, None), "{feed} {condition:?}");
    }
    assert_eq!(wire.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn the_name_of_an_entity_stands_for_its_id_where_it_is_known() {
    let wire = Wire::serve(|request| says(200, &tenant(request, 30))).await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let sent = async |text: &str| {
        let fetched = fetch(&rig, &[Condition::Entity(text.into())]).await;
        fetched.asked.first().map(|asked| asked.value.clone())
    };
    assert_eq!(sent("Offer 3").await.as_deref(), Some("Offer 3"), "nobody knows better yet");
    rig.sync().await;
    assert_eq!(sent("offer 3").await.as_deref(), Some("offer_3"));
    assert_eq!(sent("offer_6").await.as_deref(), Some("offer_6"));
    assert_eq!(sent("Next best offer").await, None, "several flows are called so");
    assert_eq!(sent("flow_99").await.as_deref(), Some("flow_99"));
}

#[tokio::test]
async fn it_runs_beside_a_walk_and_harms_it_in_no_way() {
    let looked = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&looked);
    let held = Arc::new(tokio::sync::Notify::new());
    let wire = Wire::serve(move |request| {
        if request.contains("page=4&") && !flag.load(Ordering::SeqCst) {
            return Answer::Hang(Vec::new());
        }
        says(200, &tenant(request, 1_500))
    })
    .await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let engine = rig.engine.clone();
    let done = Arc::clone(&held);
    let walk = tokio::spawn(async move {
        let outcomes = engine.sync(&Which::All).await;
        done.notify_one();
        outcomes
    });
    while wire.requests().len() < 4 {
        tokio::task::yield_now().await;
    }
    // The walk hangs at its fourth page, and what is asked for comes all the same, also from beyond that.
    let fetched = fetch(&rig, &[rollback()]).await;
    assert_eq!((fetched.came, fetched.ended, &fetched.fault), (215, true, &None));
    assert!(rig.events().iter().any(|event| event.record.identity.native() == Some("chg_0")));
    rig.engine.stop();
    held.notified().await;
    assert!(!walk.await.unwrap()[0].complete);
    looked.store(true, Ordering::SeqCst);
    let rig = rig.restarted(vec![source("kaireonai", &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total), (true, 1_500), "{outcome:?}");
}

#[tokio::test]
async fn filters_go_wherever_the_profile_says_and_times_into_its_range() {
    let wire = Wire::serve(|request| {
        let asked = Asked::read(request);
        let next = (!asked.head.contains("cursor")).then_some("b");
        says(
            200,
            &json!({"items": [{"id": asked.head, "time": "2026-01-01T00:00:00Z"}], "next": next}).to_string(),
        )
    })
    .await;
    let rest = "filters = { type = '/q/kind', until = { param = 'before', format = 'epoch_s' }, status = { param = 's', words = { failed = 'KO' } } }\n\
                sync = { since_param = 'from', since_format = 'epoch_ms' }";
    let paging = "kind = 'cursor'\nparam = 'cursor'\ncursor = '/next'";
    let rig = Rig::new(vec![source_of(&profile_of(paging, "/items", rest), &wire.origin)]);
    let time = |millis: i64| Timestamp::from_millis(1_767_225_600_000 + millis);
    let fetched = fetch(
        &rig,
        &[
            Condition::Type("flow".into()),
            Condition::Since(time(5)),
            Condition::Until(time(3_600_500)),
            Condition::Status(crate::domain::Status::Failed),
        ],
    )
    .await;
    assert_eq!((fetched.came, fetched.ended, &fetched.fault), (2, true, &None));
    let keys: Vec<_> = fetched.asked.iter().map(|asked| asked.key).collect();
    assert_eq!(keys, ["type", "since", "until", "status"]);
    for request in wire.requests() {
        let asked = Asked::read(&request);
        assert_eq!(asked.body["q"]["kind"], "flow");
        assert_eq!(asked.query["from"], "1767225600005");
        // Nothing before the end is cut off by seconds that are whole.
        assert_eq!((asked.query["before"].as_str(), asked.query["s"].as_str()), ("1767229201", "KO"));
    }
    assert!(
        Asked::read(&wire.requests()[1]).query.contains_key("cursor"),
        "the filter goes along with the cursor"
    );
}

#[tokio::test]
async fn a_range_of_time_that_is_required_is_asked_for_span_by_span() {
    let wire = Wire::serve(|_| says(200, "[]")).await;
    let window = "window = { from = 'from', to = 'to', format = 'epoch_ms', span = '1d', default_lookback = '10d', required = true }\nfilters = { type = 'kind' }";
    let rig = Rig::new(vec![source_of(&profile_of("kind = 'none'", "", window), &wire.origin)]);
    let now = Timestamp::now();
    let two_days = now.plus_millis(-2 * 86_400_000);
    let fetched = fetch(&rig, &[Condition::Type("flow".into()), Condition::Since(two_days)]).await;
    assert_eq!((fetched.ended, &fetched.fault), (true, &None));
    let requests = wire.requests();
    assert!((2..=3).contains(&requests.len()), "{requests:?}");
    for request in requests {
        let asked = Asked::read(&request);
        assert!(asked.query["from"].parse::<i64>().unwrap() >= two_days.millis());
        assert_eq!(asked.query["kind"], "flow");
    }
}

#[tokio::test]
async fn it_comes_to_an_end_whatever_the_server_says() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let wire = Wire::serve(move |request| {
        counter.fetch_add(1, Ordering::SeqCst);
        let page = Asked::read(request).query["page"].clone();
        let mut change = kaireonai_change(1);
        change["id"] = page.into();
        says(200, &json!({"changes": [change], "total": 1_000_000}).to_string())
    })
    .await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let fetched = fetch(&rig, &[rollback()]).await;
    assert_eq!((fetched.came, fetched.ended, &fetched.fault), (50, false, &None));
    assert_eq!(count.load(Ordering::SeqCst), 50);

    let circle =
        Wire::serve(|_| says(200, &json!({"items": [], "next": "a", "more": true}).to_string())).await;
    let paging = "kind = 'cursor'\nparam = 'cursor'\ncursor = '/next'\nmore = '/more'";
    let profile = profile_of(paging, "/items", "filters = { type = 'kind' }");
    let rig = Rig::new(vec![source_of(&profile, &circle.origin)]);
    assert_eq!(fetch(&rig, &[Condition::Type("flow".into())]).await.fault, None);
    assert!(circle.requests().len() <= 3, "{:?}", circle.requests());
}

#[tokio::test]
async fn what_goes_wrong_is_told_and_what_came_is_kept() {
    let said = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&said);
    let wire = Wire::serve(move |request| {
        let page = Asked::read(request).query["page"].clone();
        log.lock().unwrap().push(page.clone());
        match page.as_str() {
            "1" => says(200, &tenant(request, 2_000)),
            _ => Answer::Bytes(answer(403, "", r#"{"error": {"message": "not for canary-token"}}"#)),
        }
    })
    .await;
    let rig = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let fetched = fetch(&rig, &[rollback()]).await;
    let fault = fetched.fault.unwrap();
    assert_eq!((fault.kind, fetched.new, fetched.ended), (FaultKind::Forbidden, 200, false));
    assert!(!fault.message.contains("canary"), "{}", fault.message);
    assert_eq!(rig.events().len(), 200);
    assert_eq!(*said.lock().unwrap(), ["1", "2"]);
}
