//! Encrypted connections: whom the program believes, and what it says when it does not.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rstest::rstest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::*;

/// One that signs certificates, with its own in PEM.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A server that has a certificate of this authority for these names, good until the end of `year`.
    async fn serve(&self, names: &[&str], year: i32) -> Secured {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Secured::start(TlsAcceptor::from(Arc::new(config))).await
    }

    /// Trust in this authority, by way of a file.
    fn trusted(&self) -> Arc<Authorities> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, format!("# our own\n{}", self.0.pem())).unwrap();
        Arc::new(Authorities::read(&path).unwrap())
    }
}

/// A server that answers every request with what it was asked; it ends when this is dropped.
struct Secured {
    port: u16,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Secured {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Secured {
    async fn start(acceptor: TlsAcceptor) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(socket).await else { return };
                    let mut request = [0; 4096];
                    let length = stream.read(&mut request).await.unwrap_or(0);
                    let request = String::from_utf8_lossy(&request[..length]);
                    let _ = stream.write_all(&answer(200, "", &request)).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { port, task }
    }
}

/// Asks `https://{host}`, a name for this machine.
async fn ask(host: &str, server: &Secured, trusted: Option<Arc<Authorities>>) -> Result<Reply, HttpError> {
    let base = format!("https://{host}:{}", server.port);
    let mut http = Http::default();
    http.clients.names.push((host.to_owned(), ([127, 0, 0, 1], server.port).into()));
    let peer = Peer { trusted, ..Peer::new(&base, false).unwrap() };
    http.send(&get(&format!("{base}/things")), &peer).await
}

#[rstest]
#[case::by_address("127.0.0.1")]
#[case::by_name("api.example.test")]
#[tokio::test]
async fn a_server_of_ones_own_company_is_believed_with_its_file(#[case] host: &str) {
    let ours = Authority::new();
    let server = ours.serve(&["127.0.0.1", "api.example.test"], 2999).await;
    let reply = ask(host, &server, Some(ours.trusted())).await.unwrap();
    let asked = String::from_utf8(reply.body).unwrap();
    assert!(asked.starts_with("GET /things HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("authorization: Bearer canary-1\r\n"), "{asked}");
}

#[rstest]
#[case::nobody_vouches("127.0.0.1", "127.0.0.1", 2999, false, "UnknownIssuer")]
#[case::another_name("api.example.test", "other.example.test", 2999, true, "not valid for name")]
#[case::over("127.0.0.1", "127.0.0.1", 2001, true, "expired")]
#[tokio::test]
async fn a_certificate_that_proves_nothing_ends_it(
    #[case] host: &str,
    #[case] named: &str,
    #[case] year: i32,
    #[case] known: bool,
    #[case] reason: &str,
) {
    let ours = Authority::new();
    let server = ours.serve(&[named], year).await;
    let error = ask(host, &server, known.then(|| ours.trusted())).await.unwrap_err();
    assert!(matches!(error, HttpError::Tls { .. }), "{error:?}");
    assert!(error.to_string().contains(reason), "{error}");
}

#[tokio::test]
async fn trust_in_one_authority_is_no_trust_in_another() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let server = theirs.serve(&["127.0.0.1"], 2999).await;
    let error = ask("127.0.0.1", &server, Some(ours.trusted())).await.unwrap_err();
    assert!(matches!(error, HttpError::Tls { .. }), "{error:?}");
}

#[tokio::test]
async fn trust_belongs_to_one_source() {
    let ours = Authority::new();
    let server = ours.serve(&["127.0.0.1"], 2999).await;
    let base = format!("https://127.0.0.1:{}", server.port);
    let http = Http::default();
    let with = Peer { trusted: Some(ours.trusted()), ..Peer::new(&base, false).unwrap() };
    http.send(&get(&base), &with).await.unwrap();
    let error = http.send(&get(&base), &Peer::new(&base, false).unwrap()).await.unwrap_err();
    assert!(matches!(error, HttpError::Tls { .. }), "{error:?}");
}

#[tokio::test]
async fn a_handshake_that_breaks_is_told() {
    for bytes in [&b""[..], b"\x15\x03\x03\x00\x02\x02\x28", b"HTTP/1.1 400 Bad Request\r\n\r\n", &[0; 64]] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("https://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut hello = [0; 4096];
            let length = socket.read(&mut hello).await.unwrap();
            let _ = socket.write_all(bytes).await;
            String::from_utf8_lossy(&hello[..length]).into_owned()
        });
        let error = Http::default().send(&get(&base), &Peer::new(&base, false).unwrap()).await.unwrap_err();
        let told = match error {
            HttpError::Tls { .. } => !bytes.is_empty(),
            HttpError::Unreachable { .. } | HttpError::Reset { .. } => bytes.is_empty(),
            _ => false,
        };
        assert!(told, "{bytes:?}: {error:?}");
        assert!(!server.await.unwrap().contains("canary"), "nothing is said before the handshake");
    }
}
