//! Answers that are too long, too slow or not what they say they are. Time is tokio's and stands still until
//! everybody waits, so these take none.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::time::Instant;

use super::*;
use crate::sync::http::body::Excess;

const MIB: usize = 1 << 20;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// An answer with a body that is folded and has its length on it.
fn folded(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// What comes of one request to a server that says this, and how long it takes by tokio's clock.
async fn said(
    script: impl Fn(&str) -> Answer + Send + Sync + 'static,
) -> (Result<Reply, HttpError>, Duration) {
    let wire = Wire::serve(script).await;
    let begun = Instant::now();
    (ask(&wire.origin, "/").await, begun.elapsed())
}

#[tokio::test]
async fn a_folded_body_is_unfolded_and_a_damaged_one_refused() {
    let text = br#"{"ok":true}"#.repeat(3);
    assert_eq!(ask_bytes(folded(&gzip(&text))).await.unwrap().body, text);
    let mut damaged = gzip(&text);
    damaged[12] ^= 0xff;
    let error = ask_bytes(folded(&damaged)).await.unwrap_err();
    assert!(matches!(error, HttpError::Garbled { .. }), "{error:?}");
    let whole = gzip(&text);
    let error = ask_bytes(folded(&whole[..whole.len() - 9])).await.unwrap_err();
    assert!(matches!(error, HttpError::Truncated { .. }), "{error:?}");
    let other = answer(200, "content-encoding: br\r\n", "{}");
    let error = ask_bytes(other).await.unwrap_err();
    assert!(error.to_string().ends_with("is compressed as `br`, which was not asked for"), "{error}");
}

#[tokio::test]
async fn a_body_beyond_the_bounds_is_not_read_on() {
    let big = "x".repeat(70_000);
    let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n11170\r\n{big}\r\n0\r\n\r\n");
    let small = gzip(&[b'x'; 33]);
    for (bytes, wire, body, excess) in [
        (answer(200, "", &big), 69_999, 99_999, Some(Excess::Wire(69_999))),
        (answer(200, "", &big), 70_000, 99_999, None),
        (chunked.clone().into_bytes(), 69_999, 99_999, Some(Excess::Wire(69_999))),
        (chunked.into_bytes(), 70_000, 99_999, None),
        (folded(&small), 99_999, 32, Some(Excess::Body(32))),
        (folded(&small), 99_999, 33, None),
        (folded(&small), small.len() - 1, 33, Some(Excess::Wire(small.len() - 1))),
    ] {
        let server = Wire::serve(move |_| Answer::Bytes(bytes.clone())).await;
        let peer = Peer::new(&server.origin, false).unwrap();
        let http = Http { bounds: Bounds { wire, body }, ..Http::default() };
        let expected = excess.map(|excess| HttpError::TooLarge { origin: server.origin.clone(), excess });
        assert_eq!(http.send(&get(&server.origin), &peer).await.err(), expected);
    }
}

#[tokio::test]
async fn a_bomb_is_put_out_while_it_is_small() {
    let bomb = folded(&gzip(&vec![b' '; 64 * MIB]));
    assert!(bomb.len() < 70_000);
    let error = ask_bytes(bomb).await.unwrap_err();
    assert!(error.to_string().ends_with("unfolds to more than 200 times its size"), "{error}");
}

#[tokio::test]
async fn a_body_without_an_end_is_left() {
    for (head, rest, least) in [
        ("HTTP/1.1 200 OK\r\n\r\n", vec![b' '; 64 * 1024], 16 * MIB),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            [b"ffff\r\n", &*vec![b'['; 0xffff], b"\r\n"].concat(),
            16 * MIB,
        ),
    ] {
        let rest = rest.clone();
        let (reply, _) = said(move |_| Answer::Endless(head.as_bytes().to_vec(), rest.clone())).await;
        let HttpError::TooLarge { excess, .. } = reply.unwrap_err() else { panic!("{head}") };
        assert_eq!(excess, Excess::Wire(least));
    }
}

#[tokio::test]
async fn headers_without_an_end_are_left() {
    let (reply, _) = said(|_| {
        Answer::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-more: and more of it\r\n".repeat(1000))
    })
    .await;
    let error = reply.unwrap_err();
    assert!(matches!(error, HttpError::NotHttp { .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_no_http_is_told_apart() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "220 mail.example.com ESMTP\r\n",
        "\u{0}\u{1}\u{2}\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
    ] {
        let error = ask_bytes(bytes.as_bytes().to_vec()).await.unwrap_err();
        assert!(matches!(error, HttpError::NotHttp { .. }), "{bytes:?}: {error:?}");
    }
    let chunk = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfive\r\n12345\r\n0\r\n\r\n";
    let error = ask_bytes(chunk.as_bytes().to_vec()).await.unwrap_err();
    assert!(matches!(error, HttpError::NotHttp { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_says_nothing_has_fifteen_seconds() {
    let (reply, took) = said(|_| Answer::Hang(Vec::new())).await;
    assert!(matches!(reply.unwrap_err(), HttpError::Timeout { .. }));
    assert_eq!(took.as_secs(), 15);
    // The same in the middle of a head and of a body.
    for bytes in [&b"HTTP/1.1 200 OK\r\n"[..], b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n123"] {
        let (reply, took) = said(|_| Answer::Hang(bytes.to_vec())).await;
        assert!(matches!(reply.unwrap_err(), HttpError::Timeout { .. }));
        assert_eq!(took.as_secs(), 15);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_sends_a_byte_a_second_has_a_minute() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".to_vec();
    let (reply, took) =
        said(move |_| Answer::Drip(head.clone(), Duration::from_secs(1), vec![b'x'; 1000])).await;
    assert!(matches!(reply.unwrap_err(), HttpError::Timeout { .. }));
    assert_eq!(took.as_secs(), 60);
    let (reply, took) =
        said(|_| Answer::Drip(Vec::new(), Duration::from_secs(1), answer(200, "", "{}"))).await;
    assert!(matches!(reply.unwrap_err(), HttpError::Timeout { .. }), "the head comes as slowly");
    // Before an answer begins, nothing of it counts as a sign of life.
    assert!((15..=60).contains(&took.as_secs()), "{took:?}");
    // What comes slowly and in time is taken.
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n".to_vec();
    let (reply, took) =
        said(move |_| Answer::Drip(head.clone(), Duration::from_secs(10), b"12345".to_vec())).await;
    assert_eq!((reply.unwrap().body, took.as_secs()), (b"12345".to_vec(), 50));
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_runs_into_the_profiles_own_timeout() {
    let wire = Wire::serve(|_| Answer::Hang(Vec::new())).await;
    for (own, seconds) in [(3, 3), (600, 15)] {
        let request = Request { timeout: Some(Duration::from_secs(own)), ..get(&wire.origin) };
        let begun = Instant::now();
        let error =
            Http::default().send(&request, &Peer::new(&wire.origin, false).unwrap()).await.unwrap_err();
        assert_eq!(
            (error, begun.elapsed().as_secs()),
            (HttpError::Timeout { origin: wire.origin.clone() }, seconds)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_not_made_has_five_seconds() {
    // A backlog of one that is full: the next connection is neither taken nor refused.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let addr = listener.local_addr().unwrap();
    let mut filled = Vec::new();
    loop {
        let stream = std::net::TcpStream::connect_timeout(&addr, Duration::from_millis(100));
        match stream {
            Ok(stream) => filled.push(stream),
            Err(_) => break,
        }
        assert!(filled.len() < 100, "the backlog has no end");
    }
    let begun = Instant::now();
    let error = ask(&format!("http://{addr}"), "/").await.unwrap_err();
    assert!(matches!(error, HttpError::Timeout { .. }), "{error:?}");
    assert_eq!(begun.elapsed().as_secs(), 5);
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_reset_or_a_cut() {
    let (reply, _) = said(|_| Answer::Reset).await;
    assert!(matches!(reply.unwrap_err(), HttpError::Reset { .. }));
}
