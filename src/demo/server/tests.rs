//! The three APIs over real sockets, as a stranger would ask them.

mod audit;
mod errors;

use std::collections::BTreeSet;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use axum::http::HeaderValue;

use super::*;
use crate::demo::{Options, configuration, configuration_of_admin, start};

/// 2026-07-15T10:20:00Z, a Wednesday.
const UNTIL: Timestamp = Timestamp::from_millis(1_784_110_800_000);

struct Demo {
    server: Server,
    client: Client,
}

/// One answer: status, headers, body.
struct Answer(u16, HeaderMap, Value);

impl Demo {
    async fn start(events: usize) -> Self {
        Self::with(Options { events, ..options() }).await
    }

    async fn with(options: Options) -> Self {
        // Another test may have been first; either way there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        Self { server: start(options).await.unwrap(), client }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}{path}", self.server.addr()))
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client.post(format!("http://{}{path}", self.server.addr())).json(body)
    }

    async fn token(&self) -> Value {
        let credentials = json!({ "client_id": "demo-client", "secret": "demo-streamkap-secret" });
        send(self.post("/streamkap/auth/access-token", &credentials)).await.ok()
    }

    async fn streamkap(&self, token: &Value, path: &str) -> Answer {
        let token = token["accessToken"].as_str().unwrap();
        send(self.get(&format!("/streamkap{path}")).bearer_auth(token)).await
    }

    async fn kaireonai(&self, query: &str) -> Answer {
        self.kaireonai_as("editor", &format!("/change-history{query}")).await
    }

    /// What the tenant says to the key of somebody with this role.
    async fn kaireonai_as(&self, role: &str, path: &str) -> Answer {
        let request = self.get(&format!("/kaireonai/api/v1{path}"));
        let request = request.bearer_auth(format!("demo-kaireonai-{role}"));
        send(request.header("X-Tenant-Id", "demo-tenant")).await
    }

    async fn microvisualizer(&self, path: &str) -> Answer {
        send(self.get(&format!("/microvisualizer{path}")).bearer_auth("demo-microvisualizer-key")).await
    }
}

impl Answer {
    /// The body of a success.
    fn ok(self) -> Value {
        assert_eq!(self.0, 200, "{}", self.2);
        self.2
    }
}

fn options() -> Options {
    Options {
        seed: 1,
        events: 600,
        until: UNTIL,
        live: None,
        faults: false,
        addr: ([127, 0, 0, 1], 0).into(),
    }
}

async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer(status, headers, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

fn ids(records: &Value, key: &str) -> Vec<String> {
    records.as_array().unwrap().iter().map(|record| record[key].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn walking_every_page_of_streamkap_yields_every_event_once() {
    let demo = Demo::start(3_000).await;
    let token = demo.token().await;
    let first = demo.streamkap(&token, "/destinations?page_size=5").await.ok();
    assert_eq!(
        (&first["page"], &first["page_size"], &first["has_next"]),
        (&json!(1), &json!(5), &json!(true))
    );
    let list = demo.streamkap(&token, "/destinations?page_size=100").await.ok();
    assert_eq!((&list["total"], &list["has_next"]), (&json!(12), &json!(false)));
    let mut seen = BTreeSet::new();
    let mut nulls = BTreeSet::new();
    for id in ids(&list["result"], "id") {
        let mut told = 0;
        for page in 1.. {
            let path = format!("/destinations/{id}/config-history?page={page}&page_size=20");
            let body = demo.streamkap(&token, &path).await.ok();
            assert_eq!((&body["page"], &body["page_size"]), (&json!(page), &json!(20)));
            let records = ids(&body["result"], "id");
            told += records.len();
            nulls.extend(["total", "has_next"].into_iter().filter(|key| body[*key].is_null()));
            let more = body["has_next"].as_bool().unwrap_or(body["total"].as_u64() > Some(page * 20));
            assert!(records.len() == 20 || !more);
            assert!(body["total"].is_null() || more || body["total"] == told);
            assert!(records.into_iter().all(|id| seen.insert(id)), "no event comes twice");
            if !more {
                break;
            }
        }
    }
    assert_eq!(seen.len(), demo.server.counts().streamkap);
    assert_eq!(nulls.into_iter().collect::<Vec<_>>(), ["has_next", "total"]);
}

#[tokio::test]
async fn walking_every_page_of_kaireonai_yields_every_event_once() {
    let demo = Demo::start(1_000).await;
    let default = demo.kaireonai("").await.ok();
    assert_eq!((&default["page"], &default["limit"]), (&json!(1), &json!(50)));
    assert_eq!(default["changes"].as_array().unwrap().len(), 50);
    let total = default["total"].as_u64().unwrap() as usize;
    assert_eq!(total, demo.server.counts().kaireonai);
    let mut all = Vec::new();
    for page in 1..=total.div_ceil(70) {
        let body = demo.kaireonai(&format!("?limit=70&page={page}")).await.ok();
        assert_eq!(
            (&body["page"], &body["limit"], &body["total"]),
            (&json!(page), &json!(70), &json!(total))
        );
        all.extend(body["changes"].as_array().unwrap().clone());
    }
    let past = demo.kaireonai("?limit=70&page=9999").await.ok();
    assert_eq!((&past["changes"], &past["total"]), (&json!([]), &json!(total)));
    assert_eq!(all.iter().map(|c| c["id"].as_str().unwrap()).collect::<BTreeSet<_>>().len(), total);
    assert!(all.is_sorted_by(|a, b| a["timestamp"].as_str() >= b["timestamp"].as_str()), "newest first");
}

#[tokio::test]
async fn walking_every_page_of_microvisualizer_yields_every_event_once() {
    let demo = Demo::start(1_000).await;
    let projects = demo.microvisualizer("/v1/projects").await.ok();
    assert_eq!(
        (&projects["page"], &projects["size"], &projects["total"]),
        (&json!(0), &json!(20), &json!(3))
    );
    assert_eq!(
        (&projects["first"], &projects["last"], &projects["totalPages"]),
        (&json!(true), &json!(true), &json!(1))
    );
    let listed = projects["data"].as_array().unwrap();
    assert!(listed.is_sorted_by(|a, b| a["updatedAt"].as_str() >= b["updatedAt"].as_str()));
    let mut seen = BTreeSet::new();
    for id in ids(&projects["data"], "id") {
        for page in 0.. {
            let body =
                demo.microvisualizer(&format!("/v1/projects/{id}/history?page={page}&size=30")).await.ok();
            let events = body["events"].as_array().unwrap();
            assert!(events.iter().all(|event| seen.insert(event["snapshotId"].as_str().unwrap().to_owned())));
            if (page + 1) * 30 >= body["totalCount"].as_u64().unwrap() {
                break;
            }
            assert_eq!(events.len(), 30);
        }
    }
    assert_eq!(seen.len(), demo.server.counts().microvisualizer);
    let second = demo.microvisualizer("/v1/projects?size=2&page=1").await.ok();
    assert_eq!((second["data"].as_array().unwrap().len(), &second["last"]), (1, &json!(true)));
}

#[tokio::test]
async fn the_diff_of_an_event_has_two_whole_services() {
    let demo = Demo::start(600).await;
    let history = demo.microvisualizer("/v1/projects/shop-a1b2c/history").await.ok();
    let events = history["events"].as_array().unwrap();
    let update = events.iter().find(|event| event["changeType"] == "UPDATE").unwrap();
    let id = update["snapshotId"].as_str().unwrap();
    let diff = demo.microvisualizer(&format!("/v1/projects/shop-a1b2c/history/{id}/diff")).await.ok();
    for side in ["before", "after"] {
        assert_eq!(diff[side]["name"], update["serviceName"]);
        assert!(diff[side]["consumes"].is_array() && diff[side]["produces"].is_array());
    }
    assert_ne!(diff["before"], diff["after"]);
}

#[tokio::test]
async fn the_four_filters_of_kaireonai_narrow_the_list() {
    let demo = Demo::start(1_000).await;
    let all = demo.kaireonai("?action=rollback&entityType=decision_flow").await.ok();
    let rollback = &all["changes"][0];
    assert!(all["changes"].as_array().unwrap().iter().all(|c| c["action"] == "rollback"));
    let [entity, at] = ["entityId", "timestamp"].map(|key| rollback[key].as_str().unwrap());
    let life = demo.kaireonai(&format!("?entityId={entity}&limit=200")).await.ok();
    let life = life["changes"].as_array().unwrap();
    assert!(life.iter().all(|change| change["entityId"] == entity));
    assert_eq!(life.last().unwrap()["action"], "create");
    let since = demo.kaireonai(&format!("?entityId={entity}&since={at}&limit=200")).await.ok();
    assert_eq!(since["changes"].as_array().unwrap().last(), Some(rollback), "since is inclusive");
    assert_eq!(demo.kaireonai("?limit=5000").await.ok()["limit"], 200);
}

#[tokio::test]
async fn live_events_arrive_at_the_top() {
    let demo = Demo::with(Options { live: Some(Duration::from_millis(1)), ..options() }).await;
    let newest = async || demo.kaireonai("?limit=1").await.ok()["changes"][0].clone();
    let (before, count) = (newest().await, demo.server.counts());
    let after = loop {
        let after = newest().await;
        if demo.server.counts().total() > count.total() + 20 && after != before {
            break after;
        }
    };
    assert!(after["timestamp"].as_str() >= before["timestamp"].as_str());
    assert!(demo.server.counts().kaireonai > count.kaireonai);
}

#[tokio::test]
async fn with_faults_everything_is_there_for_whoever_asks_again() {
    let demo = Demo::with(Options { faults: true, ..options() }).await;
    let url = |page| format!("/microvisualizer/v1/projects/shop-a1b2c/history?size=10&page={page}");
    let (mut events, mut bad) = (0, BTreeSet::new());
    for page in 0..12 {
        let body = loop {
            let response = demo.get(&url(page)).bearer_auth("demo-microvisualizer-key").send().await.unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            match response.text().await {
                Ok(text) if status == 200 => break serde_json::from_str::<Value>(&text).unwrap(),
                Ok(text) if status == 429 => {
                    let body: Value = serde_json::from_str(&text).unwrap();
                    assert!((1..=2).contains(&body["retryAfter"].as_u64().unwrap()));
                    assert_eq!(
                        (&body["code"], &headers["retry-after"]),
                        (&json!("rate_limited"), &HeaderValue::from_static("1"))
                    );
                    bad.insert("limited");
                }
                Ok(text) => {
                    assert!(
                        status == 500 && text.contains("internal_error")
                            || status == 502 && text.contains("<html>")
                    );
                    bad.insert("failed");
                }
                Err(_) => {
                    bad.insert("cut");
                }
            }
        };
        events += body["events"].as_array().unwrap().len();
        assert_eq!(body["totalCount"].as_u64().unwrap().min((page + 1) * 10), events as u64);
    }
    assert!(!bad.is_empty(), "this seed has at least one fault in twelve requests");
}

#[tokio::test]
async fn a_server_that_stopped_or_was_dropped_frees_its_address() {
    let demo = Demo::start(200).await;
    let addr = demo.server.addr();
    assert_eq!(demo.kaireonai("").await.0, 200);
    demo.server.stop().await;
    let again = start(Options { addr, ..options() }).await.unwrap();
    let taken = start(Options { addr, ..options() }).await.unwrap_err();
    assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
    drop(again);
    while TcpListener::bind(addr).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn options_out_of_range_are_refused_in_words() {
    for (options, words) in [
        (Options { events: 10, ..options() }, "50 to 10000000 events, not 10"),
        (Options { events: 10_000_001, ..options() }, "not 10000001"),
        (Options { addr: ([0, 0, 0, 0], 0).into(), ..options() }, "not on `0.0.0.0:0`"),
    ] {
        let error = start(options).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn the_configuration_is_toml_that_names_the_three_sources() {
    let text = configuration(([127, 0, 0, 1], 7_001).into());
    let table: toml::Table = text.parse().unwrap();
    let sources = table["source"].as_array().unwrap();
    let names: Vec<&str> = sources.iter().map(|source| source["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["streamkap-prod", "kaireonai", "microvisualizer"]);
    assert_eq!(sources[0]["base"].as_str(), Some("http://127.0.0.1:7001/streamkap"));
    assert_eq!(sources[1]["vars"]["tenant"].as_str(), Some("demo-tenant"));
    assert_eq!(sources[2]["secret"]["token"]["command"][2].as_str(), Some("demo-microvisualizer-key"));
    let feed = |text: String| {
        let table: toml::Table = text.parse().unwrap();
        let source = &table["source"].as_array().unwrap()[1];
        [&source["feed"], &source["secret"]["token"]["command"][2]].map(|it| it.as_str().unwrap().to_owned())
    };
    assert_eq!(feed(text), ["kaireonai", "demo-kaireonai-editor"]);
    let admin = configuration_of_admin(([127, 0, 0, 1], 7_001).into());
    assert_eq!(feed(admin), ["kaireonai-audit", "demo-kaireonai-admin"]);
}
