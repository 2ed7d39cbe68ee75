//! A server that speaks the three supported APIs, and the world it tells about.
//!
//! It lives inside the program so that a newcomer sees real work over real HTTP without an account
//! anywhere. It listens on a loopback address only, keeps nothing on disk, and knows nothing about how
//! it is read: everything else in the program treats it like any other server.
//!
//! `world` makes up the people, the things and what happens to them, the same for the same seed; `server`
//! tells it, one file per API.

mod server;
mod world;

use std::io;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::domain::Timestamp;

pub use server::Server;

/// What the demo shows and how it behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// The same seed, number of events and end give the same world.
    pub seed: u64,
    /// How many events there are at the start; must be in [`EVENTS`].
    pub events: usize,
    /// The end of the 120 days that the world covers; usually now.
    pub until: Timestamp,
    /// How often another event arrives; `None` for never.
    pub live: Option<Duration>,
    /// Whether requests are sometimes slow, refused or cut off. Asking again always helps.
    pub faults: bool,
    /// Where to listen; port 0 for any free one. Must be a loopback address.
    pub addr: SocketAddr,
}

/// How many events a world can have.
pub const EVENTS: RangeInclusive<usize> = 50..=10_000_000;

impl Default for Options {
    /// Some 6,000 events until now, another one every five seconds, no faults, any free port.
    fn default() -> Self {
        Self {
            seed: 1,
            events: 6_000,
            until: Timestamp::now(),
            live: Some(Duration::from_secs(5)),
            faults: false,
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
        }
    }
}

/// How many events each source has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Streamkap, all destinations together.
    pub streamkap: usize,
    /// KaireonAI.
    pub kaireonai: usize,
    /// Microvisualizer, all projects together.
    pub microvisualizer: usize,
}

impl Counts {
    /// All events together.
    pub fn total(&self) -> usize {
        self.streamkap + self.kaireonai + self.microvisualizer
    }

    /// Each count beside the name that [`configuration`] gives its source.
    pub fn by_source(&self) -> [(&'static str, usize); 3] {
        [
            ("streamkap-prod", self.streamkap),
            ("kaireonai", self.kaireonai),
            ("microvisualizer", self.microvisualizer),
        ]
    }
}

/// Starts the demo server.
///
/// Fails if `addr` cannot be listened on or is no loopback address, or if the number of events is out of
/// [`EVENTS`]. Must be called inside a tokio runtime; the world is built on a thread for blocking work.
pub async fn start(options: Options) -> io::Result<Server> {
    if !EVENTS.contains(&options.events) {
        let (least, most) = EVENTS.into_inner();
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("a demo world has {least} to {most} events, not {}", options.events),
        ));
    }
    if !options.addr.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!(
                "the demo listens on a loopback address such as `127.0.0.1:7001`, not on `{}`",
                options.addr
            ),
        ));
    }
    Server::start(options).await
}

/// A complete configuration file with the three sources that the server at `addr` offers.
///
/// The credentials are handed over by a command, as real ones would be by a password manager.
pub fn configuration(addr: SocketAddr) -> String {
    written(addr, "kaireonai", server::kaireonai::CREDENTIALS.editor)
}

/// The same with a key of KaireonAI that may read the audit log, which is read in place of the change history.
pub fn configuration_of_admin(addr: SocketAddr) -> String {
    written(addr, "kaireonai-audit", server::kaireonai::CREDENTIALS.admin)
}

fn written(addr: SocketAddr, feed: &str, key_of_kaireonai: &str) -> String {
    let streamkap = server::streamkap::CREDENTIALS;
    let kaireonai = server::kaireonai::CREDENTIALS;
    let microvisualizer = server::microvisualizer::TOKEN;
    format!(
        r#"# Three sources of the demo server at {addr}; they are there as long as it runs.

[[source]]
name = "streamkap-prod"
feed = "streamkap"
base = "http://{addr}{streamkap_at}"
scope = "all"
vars = {{ collection = "destinations" }}
poll = "5s"
[source.secret]
id = {{ command = ["printf", "%s", "{id}"] }}
key = {{ command = ["printf", "%s", "{key}"] }}

# `kaireonai-audit` in place of `kaireonai` reads the audit log, with the key `{admin}`. With the key
# of an editor, `{editor}`, the server refuses that, and the plain history is read instead.
[[source]]
name = "kaireonai"
feed = "{feed}"
base = "http://{addr}{kaireonai_at}"
vars = {{ tenant = "{tenant}" }}
poll = "5s"
[source.secret]
token = {{ command = ["printf", "%s", "{key_of_kaireonai}"] }}

[[source]]
name = "microvisualizer"
feed = "microvisualizer"
base = "http://{addr}{microvisualizer_at}"
scope = "all"
poll = "5s"
[source.secret]
token = {{ command = ["printf", "%s", "{microvisualizer}"] }}
"#,
        streamkap_at = server::streamkap::AT,
        kaireonai_at = server::kaireonai::AT,
        microvisualizer_at = server::microvisualizer::AT,
        id = streamkap.id,
        key = streamkap.secret,
        tenant = kaireonai.tenant,
        editor = kaireonai.editor,
        admin = kaireonai.admin,
    )
}
