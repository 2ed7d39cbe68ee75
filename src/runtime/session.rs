//! What a command works with: the configuration, the cache and, once secrets are there, the engine.
//!
//! Two steps, because a secret may come from a program that takes its time: the cache can be read, and
//! shown, before the first secret is asked for.

use std::collections::BTreeMap;
use std::env;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::explain::Explainer;
use super::library::{Library, Surroundings};
use super::retention::Retention;
use super::user::User;
use super::{Failure, log};
use crate::config::{self, CaFile, Config, Options, Resolver};
use crate::diff::Matcher;
use crate::domain::{Fault, FaultKind, Problem, SourceState, SourceStatus, Timestamp};
use crate::feed::Binding;
use crate::store::{Db, Store, StoreError};
use crate::sync::{self, Authorities, Engine, Redactor, Report};

/// The file of the cache, in the folder of the cache.
const CACHE_FILE: &str = "cache.db";

/// The configuration and the cache.
pub struct Session {
    /// What the user configured.
    pub config: Config,
    /// The cache.
    pub store: Store,
    /// Reading and selecting what is in the cache.
    pub library: Library,
    /// What the user should know although everything works.
    pub notices: Vec<String>,
    /// What must not be shown.
    redactor: Redactor,
    _log: Option<tracing_appender::non_blocking::WorkerGuard>,
}

/// The engine over the sources whose secrets are there, and the state of the others.
pub struct Connected {
    /// The engine.
    pub engine: Engine,
    /// Sources that cannot be asked, each with the reason.
    pub refused: Vec<SourceStatus>,
}

impl Session {
    /// Reads the configuration and opens the cache.
    pub fn open(options: &Options) -> Result<Self, Failure> {
        let config = config::load(options).map_err(Failure::of_problems)?;
        let path = config.paths.cache_dir.join(CACHE_FILE);
        // The cache comes first: it makes the folder, closed to others, that the log goes into as well.
        let (store, notices) = Store::open(&path)?;
        let redactor = Redactor::default();
        redactor.hide_proxies(
            env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        );
        let log = log::start(&config.paths.log, redactor.clone());
        let notices =
            notices.iter().map(ToString::to_string).inspect(|text| tracing::warn!("{text}")).collect();
        let library = Library::new(store.clone());
        Ok(Self { config, store, library, notices, redactor, _log: log })
    }

    /// What the user made, and what they should know about it. The library is told, for queries about it.
    pub async fn user(&self) -> (User, Vec<String>) {
        let (user, notices) = User::open(&self.config.paths.data_dir).await;
        for text in &notices {
            tracing::warn!("{text}");
        }
        self.library.introduce(&user);
        (user, notices)
    }

    /// What removes events that are too old by the configuration, but for those that `user` marked.
    pub(crate) fn retention(&self, user: User) -> Retention {
        Retention::new(self.store.clone(), user, &self.config.sources)
    }

    /// Says what a query does.
    pub fn explainer(&self) -> Explainer {
        Explainer::new(&self.config, &self.store)
    }

    /// What is configured around the cache.
    pub fn surroundings(&self) -> Surroundings {
        let sources = self.config.sources.iter().map(|source| Arc::clone(&source.name)).collect();
        Surroundings { sources, zone: self.config.ui.zone }
    }

    /// Fails, with a way to begin, where no source is configured.
    pub fn require_sources(&self) -> Result<(), Failure> {
        if self.config.sources.is_empty() {
            let file = &self.config.paths.config;
            let begin = if file.exists() {
                "take the `#` away from one of its examples and fill it in"
            } else {
                "run `backtrail config init` for a file to start from"
            };
            return Err(Failure::usage(format!("no source is configured in `{}`", file.display()))
                .help(format!("{begin}, or `backtrail demo` to try it without one")));
        }
        Ok(())
    }

    /// The name of each feed profile in use, by its id.
    pub fn feed_names(&self) -> BTreeMap<Arc<str>, String> {
        let sources = self.config.sources.iter();
        let profiles = sources.flat_map(|source| std::iter::once(&source.profile).chain(&source.stand_in));
        profiles.map(|profile| (Arc::from(profile.id()), profile.name().to_owned())).collect()
    }

    /// Asks for summaries.
    pub fn summarizer(&self) -> super::Summarizer {
        let resolver = Resolver::new(self.config.secrets());
        let (ai, library) = (self.config.ai.clone(), self.library.clone());
        super::Summarizer::new(ai, library, self.store.clone(), resolver, self.redactor.clone())
    }

    /// Writes events out.
    pub(crate) fn export(&self) -> super::Export {
        super::Export { library: self.library.clone(), feeds: Arc::new(self.feed_names()) }
    }

    /// How the documents of each feed profile in use are compared, and what is masked in them, by its id.
    pub fn feed_rules(&self) -> BTreeMap<Arc<str>, Matcher> {
        let sources = self.config.sources.iter();
        let profiles = sources.flat_map(|source| std::iter::once(&source.profile).chain(&source.stand_in));
        profiles.map(|profile| (Arc::from(profile.id()), profile.rules())).collect()
    }

    /// Every configured source with what the cache remembers of it.
    pub async fn remembered(&self) -> Result<Vec<SourceStatus>, Failure> {
        let summaries = self.store.run(Db::sources_summary).await?;
        let statuses = self.config.sources.iter().map(|source| {
            let mut status = idle(source);
            if let Some(summary) = summaries.iter().find(|summary| summary.name == source.name) {
                status.events = summary.events;
                status.quarantined = summary.quarantined;
                status.broken = summary.broken;
                status.scopes = source.profile.fans_out().then(|| summary.scopes());
                // An older configuration may have named another feed.
                status.note = summary.note.clone().filter(|_| source.stand_in.is_some());
                status.last_sync = summary.last_sync;
                status.fault.clone_from(&summary.fault);
            }
            status
        });
        Ok(statuses.collect())
    }

    /// Puts away what has come to rest in the cache, so that whoever asks next has the answer sooner. That
    /// takes some seconds for a million new events, and can be done later.
    pub async fn put_away(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        while !stop.is_cancelled() && self.store.run(Db::seal_some).await? {}
        Ok(())
    }

    /// Fetches the secrets of every source and makes an engine over those that have all of theirs.
    pub async fn connect(&self, reports: UnboundedSender<Report>) -> Connected {
        let resolver = Resolver::new(self.config.secrets());
        let hidden: Vec<String> = self.config.secrets().filter_map(config::SecretRef::variable).collect();
        let mut ready = Vec::new();
        let mut refused = Vec::new();
        for source in &self.config.sources {
            match bind(source, &resolver, &hidden).await {
                Ok(source) => ready.push(source),
                Err(fault) => {
                    tracing::warn!(source = %source.name, "{}", fault.message);
                    refused.push(SourceStatus {
                        state: SourceState::Failed,
                        fault: Some(fault),
                        ..idle(source)
                    });
                }
            }
        }
        let engine = Engine::new(ready, self.store.clone(), self.redactor.clone(), &reports);
        Connected { engine, refused }
    }
}

async fn bind(
    source: &config::Source,
    resolver: &Resolver,
    hidden: &[String],
) -> Result<sync::Source, Fault> {
    let fault = |kind, mut problem: Problem| Fault {
        kind,
        fix: problem.help.take().unwrap_or_else(|| "Run `backtrail config check`".to_owned()),
        message: problem.to_string(),
        http_status: None,
        request_id: None,
        at: Timestamp::now(),
    };
    let mut secrets = BTreeMap::new();
    for secret in &source.secrets {
        let value = resolver.resolve(secret).await;
        let value = value.map_err(|problem| fault(FaultKind::SignIn, problem))?;
        secrets.insert(secret.name.clone(), value);
    }
    let trusted = trusted(source).map_err(|problem| fault(FaultKind::Configuration, problem))?;
    Ok(sync::Source {
        name: Arc::clone(&source.name),
        profile: Arc::clone(&source.profile),
        stand_in: source.stand_in.clone(),
        binding: Binding { base: source.base.clone(), vars: source.vars.clone(), secrets },
        via: source.via.clone(),
        hidden: hidden.to_vec(),
        scopes: source.scopes.clone(),
        poll: source.poll,
        keep: source.keep,
        insecure_http: source.insecure_http,
        proxy: source.proxy.clone(),
        trusted,
    })
}

/// Who may vouch for the server of `source` beside those whom the machine trusts.
pub(crate) fn trusted(source: &config::Source) -> Result<Option<Arc<Authorities>>, Problem> {
    let Some(CaFile { path, place }) = &source.ca_file else { return Ok(None) };
    Authorities::read(path).map(|trusted| Some(Arc::new(trusted))).map_err(|mut problem| {
        let help = problem.help.take();
        Problem::at(place.clone(), "source.ca_file", problem.to_string(), help)
    })
}

fn idle(source: &config::Source) -> SourceStatus {
    SourceStatus::idle(&source.name, source.profile.id(), &source.origin)
}
