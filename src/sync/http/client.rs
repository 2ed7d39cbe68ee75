//! The clients: one for each way out of this machine and each set of certificates.
//!
//! Making one reads every certificate of the machine, so it is done when it is first needed and once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, Proxy, redirect};

use super::error::innermost;
use super::trust::Authorities;

/// How long the parts of a request may take.
#[derive(Debug, Clone, Copy)]
pub(in crate::sync) struct Times {
    /// To make a connection.
    pub(in crate::sync) connect: Duration,
    /// For the server to stay silent, before an answer and in the middle of it.
    pub(in crate::sync) idle: Duration,
    /// For all of it, unless its profile allows less.
    pub(in crate::sync) total: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            idle: Duration::from_secs(15),
            total: Duration::from_secs(60),
        }
    }
}

/// The way that requests take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::sync) enum Route {
    /// Straight there. For this machine: a proxy in the environment must not swallow local requests.
    Direct,
    /// As the environment says: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`.
    #[default]
    Environment,
    /// By way of this proxy, an address without a password.
    Through(String),
}

/// What clients differ in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setup {
    pub(super) route: Route,
    pub(super) trusted: Option<Arc<Authorities>>,
}

/// Every client that was made, and why one could not be.
#[derive(Debug, Default)]
pub(super) struct Clients {
    times: Times,
    made: Mutex<Vec<(Setup, Result<Client, String>)>>,
    /// Names that tests give an address.
    #[cfg(test)]
    pub(super) names: Vec<(String, std::net::SocketAddr)>,
}

impl Clients {
    pub(super) fn with(times: Times) -> Self {
        Self { times, ..Self::default() }
    }

    pub(super) fn times(&self) -> Times {
        self.times
    }

    /// The client for `setup`. The error is in the library's own words.
    pub(super) fn get(&self, setup: Setup) -> Result<Client, String> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = made.iter().find(|(known, _)| *known == setup) {
            return client.clone();
        }
        let client = self.make(&setup);
        made.push((setup, client.clone()));
        client
    }

    fn make(&self, setup: &Setup) -> Result<Client, String> {
        // The builder panics when no provider is installed. Someone else having installed one is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let made = self.builder(setup).and_then(ClientBuilder::build);
        made.map_err(|error| innermost(&error.without_url()))
    }

    fn builder(&self, setup: &Setup) -> reqwest::Result<ClientBuilder> {
        let builder = Client::builder()
            .user_agent(concat!("backtrail/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(self.times.connect)
            .read_timeout(self.times.idle)
            .timeout(self.times.total);
        let builder = match &setup.route {
            Route::Direct => builder.no_proxy(),
            Route::Environment => builder,
            // A proxy of one's own turns off those of the environment.
            Route::Through(address) => builder.proxy(Proxy::all(address)?),
        };
        #[cfg(test)]
        let builder = self.names.iter().fold(builder, |builder, (name, at)| builder.resolve(name, *at));
        // On a machine without a certificate store the builder fails, even for plain HTTP; with roots of
        // our own merged in, it works everywhere.
        let common = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref);
        let own = setup.trusted.iter().flat_map(|trusted| trusted.ders());
        let roots: Vec<_> = common.chain(own).map(Certificate::from_der).collect::<Result<_, _>>()?;
        Ok(builder.tls_certs_merge(roots))
    }
}
