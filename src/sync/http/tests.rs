//! Requests and answers byte by byte, over loopback sockets.

mod limits;
mod route;
mod tls;

use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::domain::Secret;
use crate::feed::Body;
use crate::sync::tests::wire::{Answer, Wire, answer, says};

fn get(url: &str) -> Request {
    Request {
        method: Method::Get,
        url: url.to_owned(),
        secret_query: Vec::new(),
        headers: vec![("Authorization".to_owned(), Secret::new("Bearer canary-1".to_owned()))],
        body: None,
        timeout: None,
    }
}

async fn ask(origin: &str, path: &str) -> Result<Reply, HttpError> {
    let peer = Peer::new(origin, false).unwrap();
    Http::default().send(&get(&format!("{origin}{path}")), &peer).await
}

async fn ask_bytes(bytes: Vec<u8>) -> Result<Reply, HttpError> {
    let wire = Wire::serve(move |_| Answer::Bytes(bytes.clone())).await;
    ask(&wire.origin, "/").await
}

#[tokio::test]
async fn an_answer_comes_whole_with_lower_case_headers_and_the_servers_clock() {
    let wire = Wire::serve(|_| Answer::Bytes(answer(404, "X-Request-Id: r-1\r\n", "{}"))).await;
    let reply = ask(&wire.origin, "/things?page=1").await.unwrap();
    assert_eq!((reply.status, reply.body.as_slice()), (404, b"{}".as_slice()));
    assert!(reply.headers.contains(&("x-request-id".to_owned(), "r-1".to_owned())));
    assert_eq!(reply.date, http_date("Sun, 06 Nov 2033 12:00:00 GMT"));
    let request = &wire.requests()[0];
    assert!(request.starts_with("GET /things?page=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("authorization: Bearer canary-1\r\n"), "{request}");
    assert!(request.contains(concat!("user-agent: backtrail/", env!("CARGO_PKG_VERSION"))), "{request}");
    assert!(request.contains("accept-encoding: gzip\r\n"), "{request}");
    assert!(!request.to_lowercase().contains("referer"), "{request}");
}

#[tokio::test]
async fn a_body_is_sent_with_its_type_and_secret_parameters_are_encoded() {
    let wire = Wire::serve(|_| says(200, "{}")).await;
    let body = Body { content_type: "application/json", text: Secret::new("{\"a\":1}".to_owned()) };
    let request = Request {
        method: Method::Post,
        secret_query: vec![("key".to_owned(), Secret::new("a&b c".to_owned()))],
        body: Some(body),
        ..get(&format!("{}/x?y=1", wire.origin))
    };
    Http::default().send(&request, &Peer::new(&wire.origin, false).unwrap()).await.unwrap();
    let sent = &wire.requests()[0];
    assert!(sent.starts_with("POST /x?y=1&key=a%26b+c HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("content-type: application/json\r\n") && sent.ends_with("{\"a\":1}"), "{sent}");
}

#[tokio::test]
async fn a_redirect_is_refused_and_no_request_reaches_its_target() {
    let target = Wire::serve(|_| says(200, "{}")).await;
    let location = format!("location: {}/login?token=abc\r\n", target.origin);
    let wire = Wire::serve(move |_| Answer::Bytes(answer(302, &location, ""))).await;
    let error = ask(&wire.origin, "/").await.unwrap_err();
    let expected =
        HttpError::Redirect { origin: wire.origin.clone(), target: target.origin.clone(), status: 302 };
    assert_eq!(error, expected);
    assert!(target.requests().is_empty());
    assert!(!error.to_string().contains("token"), "{error}");
}

#[tokio::test]
async fn a_request_to_another_origin_is_not_sent() {
    let other = Wire::serve(|_| says(200, "{}")).await;
    let peer = Peer::new("https://api.example.com", false).unwrap();
    let error = Http::default().send(&get(&format!("{}/next", other.origin)), &peer).await.unwrap_err();
    assert!(matches!(error, HttpError::OtherOrigin { .. }), "{error}");
    assert!(other.requests().is_empty());
}

#[rstest]
#[case("https://api.example.com/v1", false, true)]
#[case("http://api.example.com/v1", false, false)]
#[case("http://api.example.com/v1", true, true)]
#[case("http://127.0.0.1:8080", false, true)]
#[case("http://127.9.9.9:8080", false, true)]
#[case("http://[::1]:8080", false, true)]
#[case("http://localhost:8080", false, true)]
#[case("http://10.0.0.1", false, false)]
#[case("http://localhost.example.com", false, false)]
#[case("http://127.0.0.1.example.com", false, false)]
fn only_this_machine_may_be_asked_without_encryption(
    #[case] base: &str,
    #[case] insecure_http: bool,
    #[case] allowed: bool,
) {
    let peer = Peer::new(base, insecure_http).unwrap();
    assert_eq!(peer.check(&Url::parse(base).unwrap()).is_ok(), allowed);
}

#[rstest]
fn what_is_no_address_is_refused(
    #[values("", "api.example.com", "ftp://example.com", "file:///etc/passwd", "http://")] base: &str,
) {
    assert_eq!(Peer::new(base, false).unwrap_err(), HttpError::BadUrl);
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(ask(&origin, "/").await.unwrap_err(), HttpError::Refused { origin });
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told_apart() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 64]).await;
        let _ = socket.write_all(&answer(400, "", "{}")).await;
    });
    let error = ask(&origin, "/").await.unwrap_err();
    assert!(matches!(error, HttpError::Tls { .. }), "{error:?}");
    server.await.unwrap();
}

#[tokio::test]
async fn a_server_that_closes_without_an_answer_is_a_reset() {
    let error = ask_bytes(Vec::new()).await.unwrap_err();
    assert!(matches!(error, HttpError::Reset { .. }), "{error:?}");
}

#[tokio::test]
async fn a_body_cut_at_any_byte_is_never_taken_for_whole() {
    let whole = answer(200, "", "{\"events\":[1,2]}");
    let body = whole.len() - 16;
    for cut in 0..whole.len() {
        let error = ask_bytes(whole[..cut].to_vec()).await.unwrap_err();
        match error {
            HttpError::Reset { .. } if cut < body => {}
            HttpError::Truncated { bytes, .. } if cut >= body => assert_eq!(bytes, cut - body),
            other => panic!("cut at {cut}: {other:?}"),
        }
    }
    assert_eq!(ask_bytes(whole).await.unwrap().body.len(), 16);
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_named_and_not_shown() {
    let wire = Wire::serve(|_| says(200, "{}")).await;
    let headers = vec![("X-Key".to_owned(), Secret::new("canary\r\nX-Evil: 1".to_owned()))];
    let request = Request { headers, ..get(&wire.origin) };
    let error = Http::default().send(&request, &Peer::new(&wire.origin, false).unwrap()).await.unwrap_err();
    assert_eq!(error, HttpError::BadHeader { name: "X-Key".to_owned() });
    assert!(wire.requests().is_empty());
}

#[test]
fn a_reply_shows_neither_headers_nor_body_when_debugged() {
    let headers = vec![("set-cookie".to_owned(), "canary".to_owned())];
    let reply = Reply { status: 200, headers, body: b"canary".to_vec(), date: None };
    assert_eq!(format!("{reply:?}"), "Reply { status: 200, bytes: 6, .. }");
}
