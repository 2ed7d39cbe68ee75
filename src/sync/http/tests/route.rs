//! The ways out of this machine: proxies, names without an address, places that cannot be reached.

use super::*;
use crate::sync::http::client::Times;

/// A proxy that knows only itself, and what it was asked.
async fn proxy(says: &'static str) -> Wire {
    Wire::serve(move |request| {
        if request.starts_with("CONNECT ") {
            Answer::Bytes(format!("HTTP/1.1 {says}\r\ncontent-length: 0\r\n\r\n").into_bytes())
        } else {
            Answer::Bytes(answer(200, "", "{\"by\":\"proxy\"}"))
        }
    })
    .await
}

#[tokio::test]
async fn a_proxy_of_ones_own_is_asked_for_everything() {
    let by_way = proxy("200 OK").await;
    let peer = |base: &str| Peer { proxy: Some(by_way.origin.clone()), ..Peer::new(base, true).unwrap() };
    for base in ["http://api.example.test/v1", "http://127.0.0.1:1/v1"] {
        let reply = Http::default().send(&get(&format!("{base}/x?y=1")), &peer(base)).await.unwrap();
        assert_eq!(reply.body, b"{\"by\":\"proxy\"}");
        let asked = by_way.requests().pop().unwrap();
        assert!(asked.starts_with(&format!("GET {base}/x?y=1 HTTP/1.1\r\n")), "{asked}");
    }
}

#[tokio::test]
async fn a_tunnel_shows_the_proxy_no_secret() {
    let by_way = proxy("200 OK").await;
    let base = "https://api.example.test";
    let peer = Peer { proxy: Some(by_way.origin.clone()), ..Peer::new(base, false).unwrap() };
    let error = Http::default().send(&get(base), &peer).await.unwrap_err();
    let asked = by_way.requests();
    assert!(asked[0].starts_with("CONNECT api.example.test:443 HTTP/1.1\r\n"), "{asked:?}");
    assert!(!asked.concat().contains("canary"), "{asked:?}");
    assert!(!matches!(error, HttpError::NoName { .. }), "the name is the proxy's to look up: {error:?}");
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told() {
    let by_way = proxy("407 Proxy Authentication Required").await;
    let base = "https://api.example.test";
    let peer = Peer { proxy: Some(by_way.origin.clone()), ..Peer::new(base, false).unwrap() };
    let error = Http::default().send(&get(base), &peer).await.unwrap_err();
    assert!(matches!(error, HttpError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("proxy"), "{error}");
}

#[tokio::test]
async fn a_name_without_an_address_is_told_apart() {
    // A name with nothing between two dots cannot be looked up, so nobody outside is asked.
    let base = "http://a..b";
    let error = Http::default().send(&get(base), &Peer::new(base, true).unwrap()).await.unwrap_err();
    assert_eq!(error, HttpError::NoName { origin: base.to_owned() });
}

#[tokio::test]
async fn a_place_that_cannot_be_reached_is_told_apart() {
    // Nobody can connect to everybody.
    let base = "http://255.255.255.255:9";
    let error = Http::default().send(&get(base), &Peer::new(base, true).unwrap()).await.unwrap_err();
    assert!(matches!(error, HttpError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_name_of_another_machine_is_not_asked_without_encryption() {
    let wire = Wire::serve(|_| says(200, "{}")).await;
    let at = wire.origin.strip_prefix("http://").unwrap().parse().unwrap();
    let mut http = Http { clients: Clients::with(Times::default()), ..Http::default() };
    http.clients.names.push(("api.example.test".to_owned(), at));
    let base = format!("http://api.example.test:{}", at.port());
    let error = http.send(&get(&base), &Peer::new(&base, false).unwrap()).await.unwrap_err();
    assert_eq!(error, HttpError::NotEncrypted { origin: base.clone() });
    assert!(wire.requests().is_empty());
    http.send(&get(&base), &Peer::new(&base, true).unwrap()).await.unwrap();
    assert_eq!(wire.requests().len(), 1, "unless the user said so");
}

#[tokio::test]
async fn a_connection_that_went_stale_is_made_anew() {
    // The first answer leaves the connection open; what comes on it next meets a closed door.
    let wire = Wire::serve(|request| {
        if request.starts_with("GET /first ") {
            let whole = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
            Answer::Stay(whole.as_bytes().to_vec())
        } else {
            says(200, "{}")
        }
    })
    .await;
    let (http, peer) = (Http::default(), Peer::new(&wire.origin, false).unwrap());
    for path in ["/first", "/first", "/last"] {
        http.send(&get(&format!("{}{path}", wire.origin)), &peer).await.unwrap();
    }
    let asked: Vec<String> = wire.requests().iter().map(|asked| asked[..10].to_owned()).collect();
    assert_eq!(asked, ["GET /first", "GET /first", "GET /last "]);
    let close = Wire::serve(|request| match request {
        _ if request.starts_with("GET /first ") => {
            Answer::Stay(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec())
        }
        _ => Answer::Bytes(Vec::new()),
    })
    .await;
    let peer = Peer::new(&close.origin, false).unwrap();
    http.send(&get(&format!("{}/first", close.origin)), &peer).await.unwrap();
    let error = http.send(&get(&format!("{}/then", close.origin)), &peer).await.unwrap_err();
    assert!(matches!(error, HttpError::Reset { .. }), "{error:?}");
}
