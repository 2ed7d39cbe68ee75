//! A feed that is read instead of another one, which the server keeps from this key.
//!
//! Both are asked at the same base with the same credentials and share one gate and one state on the screen.
//! Each has a walk of its own, so neither says anything about how complete the other is. What both tell of is
//! one event as far as they give it the same id: then what the feed proper said of it stays, and what the
//! stand-in said gives way as soon as the feed proper can be read.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::{Condition, Event, Fault, Secret};
use crate::feed::Binding;

use super::engine::{Walked, walk_line};
use super::filtered::{self, Fetched};
use super::line::{Line, Tally, lock};
use super::probe::{Probe, probe};
use super::{Extent, Source};

/// How long a refusal is taken for granted before the feed proper is tried again. A key seldom becomes
/// another one's while the program runs.
const REST: Duration = Duration::from_secs(60 * 60);

/// The line to the feed that is read instead.
#[derive(Debug)]
pub(super) struct StandIn {
    pub(super) line: Line,
    proper: Mutex<Proper>,
}

/// What became of the feed proper in this run of the program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Proper {
    #[default]
    Untried,
    Readable,
    Refused(Instant),
}

impl StandIn {
    /// The stand-in of `line`, if its profile names one.
    pub(super) fn of(line: &Line) -> Option<Box<Self>> {
        let source = &line.source;
        let profile = Arc::clone(source.stand_in.as_ref()?);
        let binding = Binding {
            base: source.binding.base.clone(),
            vars: known(&source.binding.vars, profile.vars().iter().map(|var| var.name.as_str())),
            // The one place where a credential is held twice: both lines lead to the same origin.
            secrets: source
                .binding
                .secrets
                .iter()
                .map(|(name, secret)| (name.clone(), Secret::new(secret.expose().to_owned())))
                .collect(),
        };
        let beside = Source {
            name: Arc::clone(&source.name),
            profile,
            stand_in: None,
            via: source.via.clone(),
            hidden: source.hidden.clone(),
            binding,
            scopes: source.scopes.clone(),
            poll: source.poll,
            keep: source.keep,
            insecure_http: source.insecure_http,
            proxy: source.proxy.clone(),
            trusted: source.trusted.clone(),
        };
        let line = line.beside(beside, source.profile.id());
        Some(Box::new(Self { line, proper: Mutex::default() }))
    }

    /// Whether the feed proper was refused a short time ago.
    fn is_needed(&self) -> bool {
        matches!(*lock(&self.proper), Proper::Refused(at) if at.elapsed() < REST)
    }
}

fn known<'n>(
    vars: &BTreeMap<String, String>,
    names: impl Iterator<Item = &'n str>,
) -> BTreeMap<String, String> {
    names.filter_map(|name| Some((name.to_owned(), vars.get(name)?.clone()))).collect()
}

impl Line {
    /// Whether `fault` means that the feed is kept from this key, and another one is to be read.
    fn is_refused(&self, fault: &Fault) -> bool {
        fault.http_status.is_some_and(|status| self.source.profile.falls_back_on(status))
    }

    /// The stand-in, if the feed proper was refused a short time ago.
    fn needed_stand_in(&self) -> Option<&StandIn> {
        self.stand_in.as_deref().filter(|stand_in| stand_in.is_needed())
    }

    /// The line over which `event` came.
    pub(super) fn of_event(&self, event: &Event) -> &Self {
        let stand_in = self.stand_in.as_deref().map(|stand_in| &stand_in.line);
        stand_in.filter(|line| *event.feed == *line.source.profile.id()).unwrap_or(self)
    }

    /// From now on the stand-in is read, and the user is told so.
    async fn stand_aside(&self, stand_in: &StandIn) -> Result<(), Fault> {
        *lock(&stand_in.proper) = Proper::Refused(Instant::now());
        let note = self.source.profile.fallback_note(&stand_in.line.source.profile);
        if self.board.status().note == note { Ok(()) } else { self.tell(note).await }
    }

    /// The feed proper can be read. An earlier run may have left a note that says otherwise.
    async fn come_back(&self, stand_in: &StandIn) -> Result<(), Fault> {
        let before = mem::replace(&mut *lock(&stand_in.proper), Proper::Readable);
        if before == Proper::Readable { Ok(()) } else { self.tell(None).await }
    }

    /// Says, and remembers for other programs, what the user should know of the source although it works.
    async fn tell(&self, note: Option<String>) -> Result<(), Fault> {
        self.board.amend(|status| status.note.clone_from(&note));
        let name = Arc::clone(&self.source.name);
        let saved = self.store.run(move |db| db.save_note(&name, note.as_deref())).await;
        saved.map_err(|error| self.fault_of_store(&error))
    }
}

/// Walks every feed of a source, or of its stand-in.
pub(super) async fn walk(line: &Line, tally: &Tally, extent: &Extent) -> Walked {
    let Some(stand_in) = line.stand_in.as_deref() else { return walk_line(line, tally, extent).await };
    if stand_in.is_needed() {
        return walk_line(&stand_in.line, tally, extent).await;
    }
    let mut walked = walk_line(line, tally, extent).await;
    if !walked.faults.iter().any(|(_, fault)| line.is_refused(fault)) {
        let told = line.come_back(stand_in).await;
        walked.faults.extend(told.err().map(|fault| (None, fault)));
        return walked;
    }
    let mut walked = walk_line(&stand_in.line, tally, extent).await;
    // A key that may read neither is told so, and nothing is read instead.
    if !walked.faults.iter().any(|(_, fault)| line.is_refused(fault)) {
        let told = line.stand_aside(stand_in).await;
        walked.faults.extend(told.err().map(|fault| (None, fault)));
    }
    walked
}

/// Fetches the part of a source that meets `conditions`, or of its stand-in.
pub(super) async fn fetch(line: &Line, conditions: &[Condition]) -> Fetched {
    if let Some(stand_in) = line.needed_stand_in() {
        return filtered::fetch(&stand_in.line, conditions).await;
    }
    let fetched = filtered::fetch(line, conditions).await;
    match (&line.stand_in, &fetched.fault) {
        (Some(stand_in), Some(fault)) if line.is_refused(fault) => {
            filtered::fetch(&stand_in.line, conditions).await
        }
        _ => fetched,
    }
}

/// Asks a source for one page, or its stand-in.
pub(super) async fn look(line: &Line) -> Result<Probe, Fault> {
    let probed = probe(line).await;
    match (&line.stand_in, &probed) {
        (Some(stand_in), Err(fault)) if line.is_refused(fault) => {
            let profile = &stand_in.line.source.profile;
            let note = line.source.profile.fallback_note(profile);
            probe(&stand_in.line).await.map(|probe| Probe { note, profile: Arc::clone(profile), ..probe })
        }
        _ => probed,
    }
}
