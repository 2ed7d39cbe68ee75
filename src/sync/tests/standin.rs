//! A feed that is read because the server keeps another one from the key, over real sockets.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::paging::Asked;
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, answer, says};
use crate::domain::{Condition, Detail, FaultKind, Timestamp};
use crate::sync::Which;

const NOTE: &str = "this key has no role admin, so the plain change history is read: it does not say what fields were before";

/// A tenant that keeps one history and tells it in two ways.
struct Tenant {
    admin: AtomicBool,
    editor: AtomicBool,
    total: AtomicUsize,
}

impl Tenant {
    fn new(admin: bool, total: usize) -> Arc<Self> {
        Arc::new(Self {
            admin: AtomicBool::new(admin),
            editor: AtomicBool::new(true),
            total: AtomicUsize::new(total),
        })
    }

    fn tell(&self, request: &str) -> Answer {
        let asked = Asked::read(request);
        let refused = || {
            let body = r#"{"error": {"code": "FORBIDDEN", "message": "Requires role admin", "status": 403}}"#;
            Answer::Bytes(answer(403, "", body))
        };
        let (list, most, of): (_, _, fn(usize) -> Value) = match asked.path.as_str() {
            "/audit-logs" if self.admin.load(Ordering::SeqCst) => ("logs", 100, audit),
            "/change-history" if self.editor.load(Ordering::SeqCst) => ("changes", 200, change),
            "/audit-logs/verify" if self.admin.load(Ordering::SeqCst) => {
                return says(200, r#"{"intact": true}"#);
            }
            "/decision-flows/versions" => {
                let version = |n: u64| json!({"version": n, "summary": {"nodeCount": n}});
                return says(200, &json!({"versions": [version(1), version(2)]}).to_string());
            }
            _ => return refused(),
        };
        let number = |name: &str| asked.query[name].parse::<usize>().unwrap();
        let (page, limit) = (number("page"), number("limit").min(most));
        let wanted = |n: &usize| {
            let record = of(*n);
            asked.query.get("action").is_none_or(|action| record["action"] == **action)
        };
        let all: Vec<usize> = (0..self.total.load(Ordering::SeqCst)).rev().filter(wanted).collect();
        let part: Vec<Value> = all.iter().skip((page - 1) * limit).take(limit).map(|n| of(*n)).collect();
        says(200, &json!({list: part, "total": all.len(), "page": page, "limit": limit}).to_string())
    }

    async fn serve(self: &Arc<Self>) -> Wire {
        let tenant = Arc::clone(self);
        Wire::serve(move |request| tenant.tell(request)).await
    }
}

fn shared(n: usize) -> Value {
    let action = if n.is_multiple_of(10) { "publish" } else { "update" };
    let changes = if n.is_multiple_of(10) { json!({"version": 2}) } else { json!({}) };
    json!({
        "id": format!("log_{n}"), "action": action, "entityType": "decision_flow", "entityId": "flow_1",
        "entityName": "Home", "changes": changes,
        "timestamp": Timestamp::from_millis(1_700_000_000_000 + n as i64 * 60_000).to_string(),
    })
}

fn change(n: usize) -> Value {
    let mut change = shared(n);
    change["summary"] = "Updated Decision Flow".into();
    change["user"] = json!({"id": "u", "name": "Ada"});
    change
}

fn audit(n: usize) -> Value {
    let mut entry = shared(n);
    for (key, value) in [
        ("before", json!({"limit": n})),
        ("after", json!({"limit": n + 1})),
        ("userId", "u".into()),
        ("userName", "Ada".into()),
        ("integrityHash", format!("h{n}").into()),
        ("prevHash", format!("h{}", n as i64 - 1).into()),
    ] {
        entry[key] = value;
    }
    entry
}

fn paths(wire: &Wire) -> Vec<String> {
    wire.requests().iter().map(|request| Asked::read(request).path).collect()
}

/// How many events each feed has in the cache; no event is there twice.
fn of_feeds(rig: &Rig) -> (usize, usize) {
    let events = rig.events();
    let ids: HashSet<_> = events.iter().map(|event| event.record.identity.native().unwrap()).collect();
    assert_eq!(ids.len(), events.len(), "an event is one event, whoever tells of it");
    let of = |feed: &str| events.iter().filter(|event| &*event.feed == feed).count();
    (of("kaireonai-audit"), of("kaireonai"))
}

#[tokio::test]
async fn a_key_without_the_right_reads_the_other_feed_and_is_told_so() {
    let tenant = Tenant::new(false, 250);
    let wire = tenant.serve().await;
    let mut rig = Rig::new(vec![source("kaireonai-audit", &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total, &outcome.fault), (true, 250, &None));
    assert_eq!(of_feeds(&rig), (0, 250));
    assert_eq!(paths(&wire), ["/audit-logs", "/change-history", "/change-history"]);
    let status = rig.statuses().pop().unwrap();
    assert_eq!((status.note.as_deref(), &status.fault), (Some(NOTE), &None));
    // It is not asked for again and again, and news come in.
    tenant.total.store(260, Ordering::SeqCst);
    assert_eq!(rig.sync().await.events_new, 10);
    assert_eq!(paths(&wire).iter().filter(|path| *path == "/audit-logs").count(), 1);
    // Another program, and the next start, know as much.
    let rig = rig.restarted(vec![source("kaireonai-audit", &wire.origin)]);
    assert_eq!(rig.engine.statuses().await.unwrap()[0].note.as_deref(), Some(NOTE));
}

#[tokio::test]
async fn a_key_that_gains_the_right_sees_every_event_once_and_in_full() {
    let tenant = Tenant::new(false, 150);
    let wire = tenant.serve().await;
    let rig = Rig::new(vec![source("kaireonai-audit", &wire.origin)]);
    rig.sync().await;
    let ids: HashSet<_> = rig.events().iter().map(|event| event.id).collect();
    tenant.admin.store(true, Ordering::SeqCst);
    tenant.total.store(153, Ordering::SeqCst);
    let mut rig = rig.restarted(vec![source("kaireonai-audit", &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_new, outcome.events_total), (true, 3, 153));
    assert_eq!(of_feeds(&rig), (153, 0));
    assert!(
        ids.iter().all(|id| rig.events().iter().any(|event| event.id == *id)),
        "under the names they had"
    );
    assert!(
        rig.events().iter().all(|event| event.record.changes.iter().any(|change| change.path == "limit"))
    );
    assert_eq!(rig.statuses().pop().unwrap().note, None);
    assert_eq!(rig.engine.statuses().await.unwrap()[0].note, None);

    // And one that loses it keeps what was told, and goes on with the plain history.
    tenant.admin.store(false, Ordering::SeqCst);
    tenant.total.store(155, Ordering::SeqCst);
    let rig = rig.restarted(vec![source("kaireonai-audit", &wire.origin)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_new, outcome.events_total), (true, 2, 155));
    assert_eq!(of_feeds(&rig), (153, 2));
    let told =
        rig.events().iter().filter(|event| event.record.changes.iter().any(|it| it.path == "limit")).count();
    assert_eq!(told, 153);
    tenant.admin.store(true, Ordering::SeqCst);
    let rig = rig.restarted(vec![source("kaireonai-audit", &wire.origin)]);
    assert_eq!(rig.sync().await.events_total, 155);
    assert_eq!(of_feeds(&rig), (155, 0));
}

#[tokio::test]
async fn a_key_that_may_read_neither_is_told_so() {
    let tenant = Tenant::new(false, 10);
    tenant.editor.store(false, Ordering::SeqCst);
    let wire = tenant.serve().await;
    let rig = Rig::new(vec![source("kaireonai-audit", &wire.origin)]);
    let fault = rig.sync().await.fault.unwrap();
    assert_eq!(fault.kind, FaultKind::Forbidden);
    let status = rig.engine.statuses().await.unwrap().remove(0);
    assert_eq!((status.note, status.events), (None, 0));
}

#[tokio::test]
async fn what_goes_wrong_otherwise_is_no_reason_to_read_another_feed() {
    for status in [401, 404, 500] {
        let wire = Wire::serve(move |_| Answer::Bytes(answer(status, "", "{}"))).await;
        let rig = Rig::new(vec![source("kaireonai-audit", &wire.origin)]);
        assert!(rig.sync().await.fault.is_some());
        assert!(paths(&wire).iter().all(|path| path == "/audit-logs"), "{status}: {:?}", paths(&wire));
    }
}

#[tokio::test]
async fn looking_fetching_and_opening_go_to_whoever_answers() {
    let tenant = Tenant::new(false, 50);
    let wire = tenant.serve().await;
    let rig = Rig::new(vec![source("kaireonai-audit", &wire.origin)]);
    let probe = rig.engine.probe("kaireonai-audit-prod").await.unwrap();
    assert_eq!((probe.profile.id(), probe.note.as_deref(), probe.page.length), ("kaireonai", Some(NOTE), 50));
    assert_eq!(probe.verification, None);
    // The audit log has no filter for actions, so only the plain history can be asked for them.
    let publish = [Condition::Action("publish".into())];
    let fetched = rig.engine.fetch(&Which::All, &publish).await.remove(0);
    assert_eq!(
        (fetched.asked.len(), fetched.came, &fetched.fault),
        (0, 0, &None),
        "nobody has been refused yet"
    );
    rig.sync().await;
    let fetched = rig.engine.fetch(&Which::All, &publish).await.remove(0);
    assert_eq!((fetched.asked.len(), fetched.came, &fetched.fault), (1, 5, &None));
    let event = rig.events().into_iter().find(|event| event.record.detail == Detail::Available).unwrap();
    let opened = rig.engine.detail(&event).await.unwrap();
    assert!(opened.record.changes.iter().any(|change| change.path == "nodeCount"));

    tenant.admin.store(true, Ordering::SeqCst);
    let probe = rig.engine.probe("kaireonai-audit-prod").await.unwrap();
    assert_eq!((probe.profile.id(), &probe.note, probe.page.length), ("kaireonai-audit", &None, 50));
    assert!(probe.verification.unwrap().unwrap().intact);
    let types = [Condition::Type("decision_flow".into())];
    let rig = rig.restarted(vec![source("kaireonai-audit", &wire.origin)]);
    assert_eq!(rig.engine.fetch(&Which::All, &types).await.remove(0).fault, None);
}

#[tokio::test]
async fn both_feeds_wait_for_the_time_that_the_server_names_to_either() {
    let times = AtomicUsize::new(0);
    let tenant = Tenant::new(false, 5);
    let wire = Wire::serve(move |request| match Asked::read(request).path.as_str() {
        "/change-history" if times.fetch_add(1, Ordering::SeqCst) == 0 => {
            Answer::Bytes(answer(429, "retry-after: 30\r\n", "{}"))
        }
        _ => tenant.tell(request),
    })
    .await;
    let mut rig = Rig::new(vec![source("kaireonai-audit", &wire.origin)]);
    assert!(rig.sync().await.complete);
    assert!(rig.waits().iter().any(|wait| wait.as_secs() >= 29), "{:?}", rig.waits());
    let waited = rig
        .statuses()
        .into_iter()
        .any(|status| matches!(status.state, crate::domain::SourceState::Waiting { .. }));
    assert!(waited, "and the one state that is shown says so");
    let allowed = rig.store.run_blocking(|db| db.next_allowed_at("kaireonai-audit-prod")).unwrap();
    assert!(allowed.is_some());
}
