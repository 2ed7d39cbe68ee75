//! An engine over scripted servers, with a cache of its own and waits that take no time.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::clock::Simulated;
use crate::domain::{Event, Outcome, ScopeChoice, Secret, SourceStatus, Via};
use crate::feed::{Binding, Catalog};
use crate::store::Store;
use crate::sync::clock::Clock;
use crate::sync::line::Means;
use crate::sync::{Engine, Redactor, Report, Source, Which};

/// An engine, its cache and everything it said.
pub(in crate::sync) struct Rig {
    pub(in crate::sync) engine: Engine,
    pub(in crate::sync) store: Store,
    pub(in crate::sync) reports: UnboundedReceiver<Report>,
    pub(in crate::sync) clock: Arc<Simulated>,
    dir: Arc<TempDir>,
}

/// A source of one of the built-in feeds at `origin`, with every value and secret filled in. The secrets
/// are `canary-` and the name of the secret.
pub(in crate::sync) fn source(feed: &str, origin: &str) -> Source {
    // Reading every profile takes longer than most tests.
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::built_in);
    let profile = CATALOG.get(feed).unwrap();
    let secrets = profile.secrets().iter();
    let secrets =
        secrets.map(|need| (need.name.clone(), Secret::new(format!("canary-{}", need.name)))).collect();
    let vars = profile.vars().iter().filter(|var| var.required && var.default.is_none());
    let vars = vars.map(|var| (var.name.clone(), "acme".to_owned())).collect();
    Source {
        name: format!("{feed}-prod").into(),
        binding: Binding { base: origin.to_owned(), vars, secrets },
        stand_in: CATALOG.stand_in(&profile).unwrap(),
        profile,
        via: Via::Http,
        hidden: Vec::new(),
        scopes: ScopeChoice::All,
        poll: Duration::from_secs(60),
        keep: None,
        insecure_http: false,
        proxy: None,
        trusted: None,
    }
}

impl Rig {
    pub(in crate::sync) fn new(sources: Vec<Source>) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let (store, notices) = Store::open(&dir.path().join("cache").join("backtrail.db")).unwrap();
        assert!(notices.is_empty(), "{notices:?}");
        Self::on(sources, store, dir, Simulated::new())
    }

    /// A rig whose clock stands until it is moved on.
    pub(in crate::sync) fn held(sources: Vec<Source>) -> Self {
        let rig = Self::new(Vec::new());
        Self::on(sources, rig.store.clone(), Arc::clone(&rig.dir), Simulated::held())
    }

    /// The same cache under a new engine, as after a restart.
    pub(in crate::sync) fn restarted(self, sources: Vec<Source>) -> Self {
        let clock = self.clock.after_a_restart();
        Self::on(sources, self.store.clone(), Arc::clone(&self.dir), clock)
    }

    /// Another program on the same cache: a connection of its own.
    pub(in crate::sync) fn beside(&self, sources: Vec<Source>) -> Self {
        let (store, _) = Store::open(self.store.path()).unwrap();
        Self::on(sources, store, Arc::clone(&self.dir), self.clock.after_a_restart())
    }

    fn on(sources: Vec<Source>, store: Store, dir: Arc<TempDir>, clock: Simulated) -> Self {
        let (sender, reports) = unbounded_channel();
        let clock = Arc::new(clock);
        let means = Means {
            store: store.clone(),
            http: Arc::default(),
            redactor: Redactor::default(),
            clock: Clock::Simulated(Arc::clone(&clock)),
        };
        let engine = Engine::with(sources, means, &sender);
        Self { engine, store, reports, clock, dir }
    }

    /// Syncs everything and gives the outcomes.
    pub(in crate::sync) async fn sync_all(&self) -> Vec<Outcome> {
        self.engine.sync(&Which::All).await
    }

    /// Syncs a rig of one source.
    pub(in crate::sync) async fn sync(&self) -> Outcome {
        let mut outcomes = self.sync_all().await;
        assert_eq!(outcomes.len(), 1);
        outcomes.remove(0)
    }

    /// Every event in the cache, newest first.
    pub(in crate::sync) fn events(&self) -> Vec<Event> {
        let read = self.store.run_blocking(|db| {
            let rows = db.chunk(None, usize::MAX >> 1)?.rows;
            db.events(&rows.iter().map(|row| row.row).collect::<Vec<_>>())
        });
        read.unwrap()
    }

    /// The statuses that were reported, oldest first.
    pub(in crate::sync) fn statuses(&mut self) -> Vec<SourceStatus> {
        let mut statuses = Vec::new();
        while let Ok(report) = self.reports.try_recv() {
            if let Report::Status(status) = report {
                statuses.push(status);
            }
        }
        statuses
    }

    pub(in crate::sync) fn waits(&self) -> Vec<Duration> {
        self.clock.waits()
    }
}
