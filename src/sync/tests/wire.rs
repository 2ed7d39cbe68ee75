//! A server on a loopback port that says exactly what a test wants, byte by byte.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with one request.
pub(in crate::sync) enum Answer {
    /// Writes these bytes and closes.
    Bytes(Vec<u8>),
    /// Writes these bytes and waits for the next request on the same connection.
    Stay(Vec<u8>),
    /// Writes the first bytes, then the second ones for as long as somebody reads them.
    Endless(Vec<u8>, Vec<u8>),
    /// Writes the first bytes, then one of the second ones after each such time.
    Drip(Vec<u8>, Duration, Vec<u8>),
    /// Writes these bytes and keeps the connection open without another word.
    Hang(Vec<u8>),
    /// Breaks the connection.
    Reset,
}

/// The server; it ends when this is dropped.
pub(in crate::sync) struct Wire {
    pub(in crate::sync) origin: String,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Wire {
    /// Answers each request by asking `script` with its text.
    pub(in crate::sync) async fn serve(script: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        let script = Arc::new(script);
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                let (script, seen) = (Arc::clone(&script), Arc::clone(&seen));
                open.spawn(async move {
                    let mut request = read_request(&mut socket).await;
                    loop {
                        seen.lock().unwrap().push(request.clone());
                        if !say(&mut socket, script(&request)).await {
                            return;
                        }
                        request = read_request(&mut socket).await;
                        if request.is_empty() {
                            return;
                        }
                    }
                });
            }
        });
        Self { origin, requests, task }
    }

    /// The requests so far, heads and bodies.
    pub(in crate::sync) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Says it. Gives whether another request may come on this connection.
async fn say(socket: &mut TcpStream, answer: Answer) -> bool {
    match answer {
        Answer::Bytes(bytes) => {
            let _ = socket.write_all(&bytes).await;
            let _ = socket.shutdown().await;
        }
        Answer::Stay(bytes) => return socket.write_all(&bytes).await.is_ok(),
        Answer::Endless(first, rest) => {
            let mut alive = socket.write_all(&first).await.is_ok();
            while alive {
                alive = socket.write_all(&rest).await.is_ok();
            }
        }
        Answer::Drip(first, every, rest) => {
            let _ = socket.write_all(&first).await;
            for byte in rest {
                tokio::time::sleep(every).await;
                if socket.write_all(&[byte]).await.is_err() {
                    break;
                }
            }
        }
        Answer::Hang(bytes) => {
            let _ = socket.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
        Answer::Reset => socket.set_zero_linger().unwrap(),
    }
    false
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        let mut chunk = [0; 4096];
        match socket.read(&mut chunk).await {
            Ok(0) | Err(_) => return text,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}

/// A whole answer with a body, further header lines (each ended by CR LF) and a `Date`.
pub(in crate::sync) fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} Said\r\ndate: Sun, 06 Nov 2033 12:00:00 GMT\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The same, to be handed back by a script.
pub(in crate::sync) fn says(status: u16, body: &str) -> Answer {
    Answer::Bytes(answer(status, "", body))
}
