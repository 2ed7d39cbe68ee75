//! KaireonAI's audit log and the versions of its flows, as a stranger would ask for them.

use super::*;

#[tokio::test]
async fn walking_every_page_of_the_audit_log_yields_every_event_once() {
    let demo = Demo::start(1_000).await;
    let default = demo.kaireonai_as("admin", "/audit-logs").await.ok();
    assert_eq!((&default["page"], &default["limit"]), (&json!(1), &json!(50)));
    let total = default["total"].as_u64().unwrap() as usize;
    assert_eq!(total, demo.server.counts().kaireonai);
    let mut all = Vec::new();
    for page in 1..=total.div_ceil(100) {
        let body = demo.kaireonai_as("admin", &format!("/audit-logs?limit=5000&page={page}")).await.ok();
        assert_eq!((&body["page"], &body["limit"]), (&json!(page), &json!(100)), "a hundred at most");
        all.extend(ids(&body["logs"], "id"));
    }
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), total);
    let history = demo.kaireonai("?limit=200").await.ok();
    assert_eq!(ids(&history["changes"], "id"), all[..200], "both tell of the same entries");
    let offers = demo.kaireonai_as("admin", "/audit-logs?entityType=offer&limit=100").await.ok();
    assert!(offers["logs"].as_array().unwrap().iter().all(|entry| entry["entityType"] == "offer"));
    let past = demo.kaireonai_as("admin", "/audit-logs?page=9999").await.ok();
    assert_eq!((&past["logs"], &past["total"]), (&json!([]), &json!(total)));
}

#[tokio::test]
async fn the_audit_log_is_for_admins_and_versions_are_for_editors_too() {
    let demo = Demo::start(200).await;
    let history = demo.kaireonai("?entityType=decision_flow&limit=1").await.ok();
    let flow = history["changes"][0]["entityId"].as_str().unwrap().to_owned();
    let versions = format!("/decision-flows/versions?id={flow}");
    for (role, path, status) in [
        ("admin", "/change-history", 200),
        ("admin", "/audit-logs", 200),
        ("admin", "/audit-logs/verify", 200),
        ("admin", &*versions, 200),
        ("editor", "/audit-logs", 403),
        ("editor", "/audit-logs/verify", 403),
        ("editor", &*versions, 200),
        ("viewer", "/audit-logs", 403),
        ("viewer", &*versions, 403),
        ("nobody", "/audit-logs", 401),
        ("admin", "/audit-logs?page=one", 400),
        ("admin", "/audit-logs/verify?limit=all", 400),
        ("editor", "/decision-flows/versions", 400),
        ("editor", "/decision-flows/versions?id=flow_0", 404),
        ("editor", &*format!("{versions}&version=x"), 400),
        ("editor", &*format!("{versions}&version=60000"), 404),
    ] {
        let Answer(found, _, body) = demo.kaireonai_as(role, path).await;
        assert_eq!(found, status, "{role} {path}: {body}");
        if found != 200 {
            assert_eq!(body["error"]["status"], status, "{body}");
            assert!(body["error"]["message"].is_string() && body["error"]["code"].is_string());
        }
    }
}

#[tokio::test]
async fn versions_are_listed_in_short_and_told_in_full_one_by_one() {
    let demo = Demo::start(1_000).await;
    let history = demo.kaireonai("?entityType=decision_flow&action=rollback&limit=200").await.ok();
    let story = history["changes"].as_array().unwrap().iter().find(|it| it["entityName"] == "Home Page NBA");
    let flow = story.unwrap()["entityId"].as_str().unwrap();
    let list = demo.kaireonai_as("editor", &format!("/decision-flows/versions?id={flow}")).await.ok();
    assert_eq!(list["flowId"], flow);
    let numbers: Vec<u64> = list["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["version"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=8).collect::<Vec<_>>());
    assert!(list["versions"][0]["summary"]["nodeCount"].is_u64());
    let one =
        demo.kaireonai_as("editor", &format!("/decision-flows/versions?id={flow}&version=7")).await.ok();
    assert!(one["versions"][0]["configSnapshot"]["scoring"]["model"].is_string(), "{one}");
}
