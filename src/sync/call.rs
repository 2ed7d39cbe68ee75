//! One question to a server that is no source, with its answer as it comes.
//!
//! It goes through the same door as every request of a source, so that what holds there holds here: one origin,
//! no redirect, no encryption left out unasked, a bounded answer, and no header or body in an error.

use std::sync::Arc;
use std::time::Duration;

use super::Redactor;
use super::http::{Http, Peer};
use crate::domain::Secret;
use crate::feed::{Body, Method, Request};

/// The most that is read of an answer, in bytes.
const MOST: usize = 8 * 1024 * 1024;

/// A server that is asked questions.
#[derive(Debug, Clone)]
pub struct Caller {
    http: Arc<Http>,
    peer: Peer,
    redactor: Redactor,
    timeout: Duration,
}

/// What an answer begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallHead {
    /// The HTTP status.
    pub status: u16,
}

impl Caller {
    /// A way to the server of `base`. `timeout` bounds the whole answer and every silence in it.
    pub fn new(
        base: &str,
        insecure_http: bool,
        timeout: Duration,
        redactor: Redactor,
    ) -> Result<Self, String> {
        let peer = Peer::new(base, insecure_http).map_err(|error| error.to_string())?;
        Ok(Self { http: Arc::new(Http::patient(timeout)), peer, redactor, timeout })
    }

    /// Posts JSON and hands `each` the answer piece by piece, with its head; where `each` says no, the connection
    /// is closed and that is all. Dropping the future closes it as well. The error is for people.
    pub async fn post(
        &self,
        url: &str,
        key: Option<Secret>,
        body: String,
        each: &mut (dyn FnMut(&CallHead, &[u8]) -> bool + Send),
    ) -> Result<CallHead, String> {
        if let Some(key) = &key {
            self.redactor.hide(key);
        }
        let headers =
            key.map(|key| ("Authorization".to_owned(), Secret::new(format!("Bearer {}", key.expose()))));
        let request = Request {
            method: Method::Post,
            url: url.to_owned(),
            secret_query: Vec::new(),
            headers: headers.into_iter().collect(),
            body: Some(Body { content_type: "application/json", text: Secret::new(body) }),
            timeout: Some(self.timeout),
        };
        let sent = self.http.stream(&request, &self.peer, MOST, each).await;
        sent.map_err(|error| self.redactor.mask(&error.to_string()).into_owned())
    }

    /// `text` without any secret that is known.
    pub fn mask(&self, text: &str) -> String {
        self.redactor.mask(text).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_connection_is_closed_when_nobody_waits_for_its_answer_any_more() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let mut length = 0;
            while !request[..length].ends_with(b"{}") {
                length += stream.read(&mut request[length..]).await.unwrap();
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nfirst").await.unwrap();
            let mut rest = Vec::new();
            // Ends when the other side closes.
            let _ = stream.read_to_end(&mut rest).await;
        });
        let caller = Caller::new(&base, false, Duration::from_secs(60), Redactor::default()).unwrap();
        let (seen, mut came) = tokio::sync::mpsc::unbounded_channel();
        let url = format!("{base}/x");
        let mut each = move |head: &CallHead, bytes: &[u8]| {
            seen.send((head.status, bytes.to_vec())).unwrap();
            true
        };
        {
            let asked = caller.post(&url, None, "{}".into(), &mut each);
            tokio::select! {
                ended = asked => panic!("the answer has no end: {ended:?}"),
                part = came.recv() => assert_eq!(part, Some((200, b"first".to_vec()))),
            }
        }
        server.await.unwrap();
    }

    #[tokio::test]
    async fn nothing_goes_to_another_origin_or_unencrypted() {
        let make = |base, open| Caller::new(base, open, Duration::from_secs(5), Redactor::default());
        assert!(make("ftp://x", false).is_err());
        let caller = make("https://a.example", false).unwrap();
        let mut each = |_: &CallHead, _: &[u8]| true;
        let why = caller.post("https://b.example/x", None, "{}".into(), &mut each).await.unwrap_err();
        assert!(why.contains("b.example"), "{why}");
        let caller = make("http://a.example", false).unwrap();
        let why = caller.post("http://a.example/x", None, "{}".into(), &mut each).await.unwrap_err();
        assert!(why.contains("a.example"), "{why}");
    }
}
