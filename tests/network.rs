//! What stands between the program and its servers: proxies, certificates of one's own, answers that never end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rstest::rstest;
use support::Home;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned, crypto};

/// Longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(60);

/// A page of a KaireonAI tenant with one change.
const PAGE: &str = r#"{"changes":[{"id":"chg_1","action":"update","entityType":"flow","entityId":"f","entityName":"F",
    "summary":"S","user":{"id":"u","name":"Ada"},"timestamp":"2026-01-01T00:00:00Z","changes":{}}],"total":1,"page":1,"limit":200}"#;

fn page() -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{PAGE}",
        PAGE.len()
    )
    .into_bytes()
}

fn source(name: &str, base: &str, rest: &str) -> String {
    format!(
        "[[source]]\nname = \"{name}\"\nfeed = \"kaireonai\"\nbase = \"{base}\"\nvars = {{ tenant = \"t\" }}\n{rest}\n\
         secret.token = {{ env = \"TOKEN\" }}\n"
    )
}

/// A listener that tells the beginning of everything that is sent to it, and answers with the same each time.
fn listen(says: Vec<u8>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = tell.send(read_some(&mut stream));
            let _ = stream.write_all(&says);
        }
    });
    (addr, told)
}

fn read_some(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 4096];
    let count = stream.read(&mut bytes).unwrap_or(0);
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}

/// A program under way; it ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sync(home: &Home, config: &str, environment: &[(&str, &str)]) -> Running {
    let mut command = home.backtrail(&["--config", config, "sync", "--json"]);
    command.env("TOKEN", "canary-token").envs(environment.iter().copied());
    Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

#[rstest]
#[case::https(
    "https://api.example.test",
    "HTTPS_PROXY",
    "http://{}",
    "CONNECT api.example.test:443 HTTP/1.1\r\n"
)]
#[case::https_in_small_letters(
    "https://api.example.test",
    "https_proxy",
    "http://{}",
    "CONNECT api.example.test:443"
)]
#[case::all("https://api.example.test:8443", "ALL_PROXY", "http://{}", "CONNECT api.example.test:8443")]
#[case::http(
    "http://api.example.test",
    "HTTP_PROXY",
    "http://{}",
    "GET http://api.example.test/change-history?"
)]
#[case::socks("https://api.example.test", "ALL_PROXY", "socks5h://{}", "\u{5}")]
fn the_variables_for_proxies_are_followed(
    #[case] base: &str,
    #[case] name: &str,
    #[case] value: &str,
    #[case] asked: &str,
) {
    let home = Home::new();
    let (proxy, told) = listen(Vec::new());
    let config = home.write_config(&source("k", base, "insecure_http = true"));
    let _running = sync(&home, &config, &[(name, &value.replace("{}", &proxy))]);
    let first = told.recv_timeout(LIMIT).unwrap();
    assert!(first.starts_with(asked), "{first:?}");
    assert_eq!(first.contains("canary"), base.starts_with("http://"), "a tunnel shows no secret: {first:?}");
}

#[test]
fn a_password_in_the_variable_is_for_the_proxy() {
    let home = Home::new();
    let (proxy, told) = listen(Vec::new());
    let config = home.write_config(&source("k", "https://api.example.test", ""));
    let _running = sync(&home, &config, &[("HTTPS_PROXY", &format!("http://me:secret@{proxy}"))]);
    let first = told.recv_timeout(LIMIT).unwrap().to_lowercase();
    assert!(first.contains("proxy-authorization: basic bwu6c2vjcmv0"), "{first}");
}

#[rstest]
#[case::this_machine("127.0.0.1", "")]
#[case::named_as_an_exception("0.0.0.0", "0.0.0.0")]
fn what_needs_no_proxy_takes_none(#[case] host: &str, #[case] no_proxy: &str) {
    let home = Home::new();
    let (proxy, asked) = listen(Vec::new());
    let (server, told) = listen(page());
    let port = server.rsplit(':').next().unwrap();
    let config = home.write_config(&source("k", &format!("http://{host}:{port}"), "insecure_http = true"));
    let proxy = format!("http://{proxy}");
    let _running =
        sync(&home, &config, &[("HTTP_PROXY", &proxy), ("ALL_PROXY", &proxy), ("NO_PROXY", no_proxy)]);
    assert!(told.recv_timeout(LIMIT).unwrap().starts_with("GET /change-history?"));
    assert!(asked.try_recv().is_err());
}

#[test]
fn the_proxy_of_a_source_comes_before_that_of_the_environment() {
    let home = Home::new();
    let (own, told) = listen(Vec::new());
    let (other, asked) = listen(Vec::new());
    let config =
        home.write_config(&source("k", "https://api.example.test", &format!("proxy = \"http://{own}\"")));
    let _running = sync(&home, &config, &[("HTTPS_PROXY", &format!("http://{other}"))]);
    assert!(told.recv_timeout(LIMIT).unwrap().starts_with("CONNECT api.example.test:443"));
    assert!(asked.try_recv().is_err());
}

/// A server whose certificate an authority of its own has signed, and that one's certificate in PEM.
fn secured() -> (String, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ours = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &ours).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let (config, listener) = (Arc::new(config), TcpListener::bind("127.0.0.1:0").unwrap());
    let base = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            if stream.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {
                let _ = stream.write_all(&page());
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    (base, ours.pem())
}

#[test]
fn a_server_of_ones_own_company_is_read_with_its_certificate_and_not_without() {
    let home = Home::new();
    let (base, pem) = secured();
    std::fs::write(home.0.path().join("ca.pem"), pem).unwrap();
    for (rest, code, said) in [("ca_file = \"ca.pem\"", 0, ""), ("", 4, "name that one as `ca_file`")] {
        let config = home.write_config(&source("k", &base, rest));
        let output =
            home.backtrail(&["--config", &config, "sync"]).env("TOKEN", "canary-token").output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn a_file_of_certificates_that_cannot_be_used_is_told_with_both_places() {
    let home = Home::new();
    let broken = "# ours\n-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n";
    std::fs::write(home.0.path().join("ca.pem"), broken).unwrap();
    let config = home.write_config(&source("k", "https://api.example.test", "ca_file = \"ca.pem\""));
    for command in [&["config", "check"][..], &["sync"]] {
        let args = [&["--config", &config], command].concat();
        let output = home.backtrail(&args).env("TOKEN", "canary-token").output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {told}");
        assert!(told.contains("backtrail.toml:6:11"), "{command:?}: {told}");
        assert!(
            told.contains("ca.pem:2:1: the certificate that begins here cannot be used"),
            "{command:?}: {told}"
        );
    }
}

/// The most memory that a process has held at once, in mebibytes.
#[cfg(target_os = "linux")]
fn peak(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

/// Blanks in gzip that unfold to a thousand times their size, over and over.
#[cfg(target_os = "linux")]
fn bomb() -> (Vec<u8>, Vec<u8>) {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    (0..64).for_each(|_| encoder.write_all(&vec![b' '; 1 << 20]).unwrap());
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n";
    (head.into(), encoder.finish().unwrap())
}

/// As many records as there is room for, in the length that is taken just so.
#[cfg(target_os = "linux")]
fn crumbs() -> (Vec<u8>, Vec<u8>) {
    let mut body = "{\"changes\": [".to_owned();
    while body.len() < (16 << 20) - 10 {
        body.push_str("{},");
    }
    body.push_str("1]}");
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    ((head + &body).into(), vec![b' '])
}

/// Text without an end that does not fold.
#[cfg(target_os = "linux")]
fn endless() -> (Vec<u8>, Vec<u8>) {
    ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"changes\": [\"".into(), vec![b'x'; 64 * 1024])
}

#[cfg(target_os = "linux")]
#[rstest]
#[case::a_bomb(bomb())]
#[case::a_body_without_an_end(endless())]
#[case::a_body_of_crumbs(crumbs())]
fn memory_stays_bounded_whatever_comes(#[case] (head, rest): (Vec<u8>, Vec<u8>)) {
    let home = Home::new();
    // One more source that never answers keeps the program there to be looked at.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
    let config = [source("bad", &base(&listener), ""), source("silent", &base(&silent), "")].concat();
    let config = home.write_config(&config);
    let running = sync(&home, &config, &[]);
    let (mut stream, _) = listener.accept().unwrap();
    read_some(&mut stream);
    stream.write_all(&head).unwrap();
    let mut sent = head.len();
    // Until the program has had enough.
    while stream.write_all(&rest).is_ok() {
        sent += rest.len();
        assert!(sent < 1 << 30, "the program takes everything");
    }
    // And has done with it what it does.
    let log = home.0.path().join("cache/backtrail/backtrail.log");
    let begun = Instant::now();
    while !std::fs::read_to_string(&log).is_ok_and(|log| log.contains("sync source=bad")) {
        assert!(begun.elapsed() < LIMIT, "{:?}", std::fs::read_to_string(&log));
        std::thread::yield_now();
    }
    let peak = peak(&running.0);
    println!("{peak} MiB at most, {} KiB sent", sent / 1024);
    assert!(peak < 150, "{peak} MiB");
}

#[test]
fn four_hung_requests_do_not_hold_up_the_end() {
    let home = Home::new();
    let listeners: Vec<_> = (0..4).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let config: String = listeners
        .iter()
        .enumerate()
        .map(|(n, listener)| {
            source(&format!("k{n}"), &format!("http://{}", listener.local_addr().unwrap()), "")
        })
        .collect();
    let config = home.write_config(&config);
    let mut running = sync(&home, &config, &[]);
    let hung: Vec<_> = listeners
        .iter()
        .map(|listener| {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(read_some(&mut stream).starts_with("GET "));
            stream
        })
        .collect();
    let begun = Instant::now();
    assert!(Command::new("kill").args(["-INT", &running.0.id().to_string()]).status().unwrap().success());
    assert_eq!(running.0.wait().unwrap().code(), Some(130));
    let took = begun.elapsed();
    println!("{took:?} from the signal to the end of the process");
    // The engine's own part of it is held to 200 ms where nothing else runs; a busy machine gets more.
    assert!(took < Duration::from_secs(2), "{took:?}");
    drop(hung);
}
