//! What each API says when it says no.

use super::*;

#[tokio::test]
async fn every_streamkap_error_has_the_shape_of_fastapi() {
    let demo = Demo::start(200).await;
    let token = demo.token().await;
    let wrong = json!({ "client_id": "demo-client", "secret": "no" });
    let missing = json!({ "client_id": "demo-client" });
    let at = "/streamkap/auth/access-token";
    for (answer, status, detail) in [
        (send(demo.get("/streamkap/destinations")).await, 401, "\"Not authenticated\""),
        (send(demo.post(at, &wrong)).await, 401, "\"Invalid client credentials\""),
        (send(demo.post(at, &missing)).await, 422, "\"loc\":[\"body\",\"secret\"]"),
        (
            send(demo.client.post(format!("http://{}{at}", demo.server.addr())).body("{")).await,
            422,
            "json_invalid",
        ),
        (demo.streamkap(&token, "/destinations/nope/config-history").await, 404, "\"Destination not found\""),
        (demo.streamkap(&token, "/destinations?page_size=101").await, 422, "less than or equal to 100"),
        (demo.streamkap(&token, "/destinations/x/config-history?page=0").await, 422, "\"ctx\":{\"ge\":1}"),
        (demo.streamkap(&token, "/elsewhere").await, 404, "\"Not Found\""),
    ] {
        let Answer(found, headers, body) = answer;
        assert_eq!(found, status, "{body}");
        assert!(body["detail"].to_string().contains(detail), "{body}");
        assert!(headers["x-request-id"].to_str().unwrap().starts_with("req-"));
    }
    let Answer(_, headers, _) = demo.streamkap(&token, "/destinations").await;
    assert!(headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn a_token_is_renewed_once_and_runs_out() {
    let demo = Demo::start(200).await;
    let first = demo.token().await;
    let refresh = json!({ "refresh_token": first["refreshToken"] });
    let second = send(demo.post("/streamkap/auth/access-token/refresh", &refresh)).await.ok();
    assert_ne!(second["accessToken"], first["accessToken"]);
    assert_eq!(demo.streamkap(&second, "/destinations").await.0, 200);
    assert_eq!(send(demo.post("/streamkap/auth/access-token/refresh", &refresh)).await.0, 401);

    // Tokens that never live are what a client sees when it was asleep for too long.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let router = router(&Shared::new(World::new(1, 200, UNTIL)), 1, Duration::ZERO);
    let task = tokio::spawn(async move { axum::serve(listener, router).await });
    let credentials = json!({ "client_id": "demo-client", "secret": "demo-streamkap-secret" });
    let request = demo.client.post(format!("http://{addr}/streamkap/auth/access-token")).json(&credentials);
    let token = send(request).await.ok();
    let request = demo.client.get(format!("http://{addr}/streamkap/destinations"));
    let Answer(status, _, body) = send(request.bearer_auth(token["accessToken"].as_str().unwrap())).await;
    assert_eq!((status, &body), (401, &json!({ "detail": "Access token is invalid or has expired" })));
    task.abort();
}

#[tokio::test]
async fn every_kaireonai_error_has_code_message_and_status() {
    let demo = Demo::start(200).await;
    let ask = |token: &str, tenant: Option<&str>| {
        let request = demo.get("/kaireonai/api/v1/change-history").bearer_auth(token);
        send(match tenant {
            Some(tenant) => request.header("X-Tenant-Id", tenant),
            None => request,
        })
    };
    for (answer, status, code) in [
        (
            send(demo.get("/kaireonai/api/v1/change-history").header("X-Tenant-Id", "demo-tenant")).await,
            401,
            "UNAUTHORIZED",
        ),
        (ask("demo-kaireonai-editor", None).await, 401, "UNAUTHORIZED"),
        (ask("sk_wrong", Some("demo-tenant")).await, 401, "UNAUTHORIZED"),
        (ask("demo-kaireonai-editor", Some("another")).await, 403, "FORBIDDEN"),
        (ask("demo-kaireonai-viewer", Some("demo-tenant")).await, 403, "FORBIDDEN"),
        (demo.kaireonai("?since=yesterday").await, 400, "VALIDATION_ERROR"),
        (demo.kaireonai("?page=one").await, 400, "VALIDATION_ERROR"),
        (send(demo.get("/kaireonai/api/v1/elsewhere")).await, 404, "NOT_FOUND"),
    ] {
        let Answer(found, _, body) = answer;
        assert_eq!(
            (found, &body["error"]["code"], &body["error"]["status"]),
            (status, &json!(code), &json!(status))
        );
        assert!(body["error"]["message"].is_string());
    }
}

#[tokio::test]
async fn every_microvisualizer_error_has_status_code_and_message() {
    let demo = Demo::start(200).await;
    let unknown = "/v1/projects/shop-a1b2c/history/0b6a3a0e-3a52-4f0e-9f0f-6d1f6c2a9b11/diff";
    for (answer, status, code, field) in [
        (send(demo.get("/microvisualizer/v1/projects")).await, 401, "unauthorized", None),
        (demo.microvisualizer("/v1/projects/unknown-project/history").await, 404, "project_not_found", None),
        (demo.microvisualizer(unknown).await, 404, "not_found", None),
        (
            demo.microvisualizer("/v1/projects/Shop/history").await,
            400,
            "validation_failed",
            Some("projectId"),
        ),
        (demo.microvisualizer("/v1/projects?size=101").await, 400, "validation_failed", Some("size")),
        (demo.microvisualizer("/v1/projects?page=-1").await, 400, "validation_failed", Some("page")),
        (
            demo.microvisualizer("/v1/projects/shop-a1b2c/history?size=0").await,
            400,
            "validation_failed",
            Some("size"),
        ),
        (
            demo.microvisualizer("/v1/projects/shop-a1b2c/history/7/diff").await,
            400,
            "validation_failed",
            Some("snapshotId"),
        ),
        (demo.microvisualizer("/elsewhere").await, 404, "not_found", None),
    ] {
        let Answer(found, _, body) = answer;
        assert_eq!((found, &body["status"], &body["code"]), (status, &json!(status), &json!(code)));
        assert!(body["message"].is_string());
        assert_eq!(body["violations"][0]["field"].as_str(), field, "{body}");
    }
}
