//! A server that hands back what it was sent, in every way that a careless one might.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use serde_json::json;

/// The tokens that can be bought: one, what renews it, and one of another shop. Like everything secret here
/// they begin with `canary-`.
pub(crate) const SOLD: [&str; 3] =
    ["canary-07-access.token/==", "canary-08-refresh+token", "canary-10-form-token"];

/// How a server hands back what it was sent.
pub(crate) type Fault = fn(&str) -> Vec<u8>;

fn http(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} Said\r\ndate: Sun, 06 Nov 2033 12:00:00 GMT\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n{headers}\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// An error in words that each of the providers could use.
fn error(status: u16, words: &str) -> Vec<u8> {
    let body = json!({"error": {"message": words}, "message": words, "detail": words, "errors": [words],
        "errorMessages": [words]});
    http(status, "", body.to_string().as_bytes())
}

pub(crate) fn percent(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

/// The part of a request that holds a secret: its last header, its query or its body.
fn secret_part(sent: &str) -> String {
    let at = sent.find("canary-").or_else(|| sent.find("canary%")).unwrap_or(0);
    sent[at..].chars().take(60).collect()
}

/// What stands in no header as it is.
fn one_line(sent: &str) -> String {
    sent.replace("\r\n", " ").chars().filter(|c| !c.is_control()).collect()
}

pub(crate) const FAULTS: &[(&str, Fault)] = &[
    ("400 with all of it", |sent| error(400, sent)),
    ("401", |sent| error(401, &format!("who is {sent}?"))),
    ("402", |sent| error(402, sent)),
    ("403 in base 64", |sent| error(403, &BASE64_STANDARD.encode(sent))),
    ("403 in the other base 64", |sent| {
        error(403, &format!("x {}", BASE64_URL_SAFE.encode(format!("a{sent}"))))
    }),
    ("404 percent-encoded", |sent| error(404, &percent(sent))),
    ("404 as a web page", |sent| http(404, "", format!("<html><title>{sent}</title>").as_bytes())),
    ("409 cut in the middle of it", |sent| error(409, &format!("{}{}", "x".repeat(288), secret_part(sent)))),
    ("422", |sent| {
        let detail = json!({"detail": [{"loc": ["query", sent], "msg": sent, "input": sent}]});
        http(422, "", detail.to_string().as_bytes())
    }),
    ("429 for long", |sent| [error(429, sent).replacen_head("retry-after: 4000\r\n")].concat()),
    ("501", |sent| error(501, sent)),
    ("503 for long", |sent| error(503, sent).replacen_head("retry-after: 4000\r\n")),
    ("200 as a web page", |sent| http(200, "", format!("<html>{}", secret_part(sent)).as_bytes())),
    ("200 as no JSON", |sent| http(200, "", format!("you sent {}", secret_part(sent)).as_bytes())),
    ("200 cut in the middle of it", |sent| {
        http(200, "", format!("{}{}", "x".repeat(190), secret_part(sent)).as_bytes())
    }),
    ("200 with another list", |sent| {
        http(200, "", json!({"you": secret_part(sent), "all": sent}).to_string().as_bytes())
    }),
    ("200 with escapes", |sent| {
        let units: Vec<_> = secret_part(sent).encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        http(200, "", format!("{{\"you\": \"{}\"}}", units.concat()).as_bytes())
    }),
    ("a redirect", |sent| http(302, &format!("location: http://127.0.0.1:1/{}\r\n", percent(sent)), b"")),
    ("headers full of it", |sent| {
        let line = one_line(sent);
        let headers = format!(
            "x-request-id: {line}\r\nrequest-id: {line}\r\ndd-request-id: {line}\r\ncontent-encoding: {line}\r\netag: \"{line}\"\r\n"
        );
        http(500 - 97, &headers, b"{}")
    }),
    ("a content type made of it", |sent| {
        let whole = String::from_utf8(http(200, "", b"[]")).unwrap();
        whole.replace("application/json", &one_line(&secret_part(sent))).into_bytes()
    }),
    ("a link made of it", |sent| {
        let link =
            format!("link: <http://evil.example/{}?k={}>; rel=\"next\"\r\n", percent(sent), percent(sent));
        http(200, &link, br#"{"items": []}"#)
    }),
    ("a reason made of it", |sent| {
        format!("HTTP/1.1 403 {}\r\ncontent-length: 0\r\n\r\n", one_line(sent)).into_bytes()
    }),
    ("no HTTP", |sent| one_line(sent).into_bytes()),
    ("an answer that breaks off", |sent| {
        let whole = http(200, "", format!("{{\"you\": {}}}", json!(sent)).as_bytes());
        whole[..whole.len() - 2].to_vec()
    }),
];

trait ReplaceHead {
    fn replacen_head(self, headers: &str) -> Vec<u8>;
}

impl ReplaceHead for Vec<u8> {
    /// The same answer with further headers.
    fn replacen_head(self, headers: &str) -> Vec<u8> {
        String::from_utf8(self)
            .unwrap()
            .replacen("connection: close\r\n", &format!("connection: close\r\n{headers}"), 1)
            .into_bytes()
    }
}

/// A server that hands back what it is sent. Tokens can be bought of it unless it refuses that as well.
pub(crate) struct Echo {
    pub(crate) addr: String,
    /// What it does, and whether it sells no tokens but does that there too.
    pub(crate) fault: Arc<Mutex<(Fault, bool)>>,
    /// The requests so far, heads and bodies.
    pub(crate) seen: Arc<Mutex<Vec<String>>>,
}

impl Echo {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        let fault = Arc::new(Mutex::new((FAULTS[0].1, false)));
        let (says, seen) = (Arc::clone(&fault), Arc::<Mutex<Vec<String>>>::default());
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (says, log) = (Arc::clone(&says), Arc::clone(&log));
                std::thread::spawn(move || answer(stream.unwrap(), *says.lock().unwrap(), &log));
            }
        });
        Self { addr, fault, seen }
    }
}

fn answer(mut stream: TcpStream, (fault, sells): (Fault, bool), log: &Mutex<Vec<String>>) {
    let sent = read_request(&mut stream);
    log.lock().unwrap().push(sent.clone());
    let bytes = match sent.split(' ').nth(1).unwrap_or_default() {
        "/bought/auth/access-token" if !sells => {
            let token = json!({"accessToken": SOLD[0], "refreshToken": SOLD[1], "expiresIn": 3600});
            http(200, "", token.to_string().as_bytes())
        }
        "/form/token" if !sells => http(200, "", json!({"access_token": SOLD[2]}).to_string().as_bytes()),
        _ => fault(&sent),
    };
    let _ = stream.write_all(&bytes);
}

pub(crate) fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        match stream.read(&mut chunk) {
            Ok(read @ 1..) => bytes.extend_from_slice(&chunk[..read]),
            _ => return text,
        }
    }
}
