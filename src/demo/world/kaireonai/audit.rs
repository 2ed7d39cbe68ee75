//! The audit log of the tenant: the same events as in its change history, with what each thing was before and
//! after, and a chain of hashes that is whole but for one place.
//!
//! Nothing of it is kept: what a thing was at some time follows from everything that was done to it before.

use serde_json::{Value, json};

use super::super::event::{CompactEvent, Verb};
use super::super::names::{KINDS, STATUSES};
use super::super::random::derive;
use super::super::said::Said;
use super::versions::Versions;
use super::{DECISION_FLOW, Entity, Tenant, action, scramble};

/// What is changed where the change history says nothing about it, with the values it can take.
const SILENT: [(&str, &[&str]); 4] = [
    ("description", &["", "Reviewed for the spring plan", "Wording agreed with legal", "Shorter, as tested"]),
    ("owner", &["growth", "retention", "partnerships", "platform"]),
    ("region", &["all", "emea", "amer", "apac"]),
    ("window", &["always", "weekdays", "08:00-20:00", "evenings"]),
];

/// What a thing is at some time.
#[derive(Debug, Clone, Default)]
struct State {
    /// How often it was written.
    writes: u32,
    archived: bool,
    status: u16,
    priority: u16,
    limit: u16,
    propensity: u16,
    tags: u16,
    fallback: u16,
    silent: [u8; SILENT.len()],
    versions: Versions,
}

impl Tenant {
    /// Entries about things of the type `kind`, newest first: at most `limit` of them after the first
    /// `skip`, and how many there are in all.
    pub(in crate::demo) fn audit(
        &self,
        kind: Option<&str>,
        skip: usize,
        limit: usize,
    ) -> (usize, Vec<Value>) {
        let is_meant = |event: &CompactEvent| {
            let entity = &self.entities[usize::from(event.entity)];
            kind.is_none_or(|kind| kind == KINDS[entity.kind].word)
        };
        let places: Vec<usize> =
            (0..self.events.len()).filter(|place| is_meant(&self.events[*place])).collect();
        let mut page: Vec<usize> = places.iter().rev().skip(skip).take(limit).copied().collect();
        // Oldest first, since each state follows from the one before.
        page.reverse();
        let mut states = vec![State::default(); self.entities.len()];
        let mut told = Vec::with_capacity(page.len());
        let mut done = 0;
        for place in page {
            for (at, event) in self.events.iter().enumerate().take(place).skip(done) {
                states[usize::from(event.entity)].apply(self.seed, at, event);
            }
            done = place + 1;
            let event = &self.events[place];
            let state = &mut states[usize::from(event.entity)];
            let before = state.clone();
            state.apply(self.seed, place, event);
            told.push(self.entry(place, &before, state));
        }
        told.reverse();
        (places.len(), told)
    }

    /// One entry as it goes over the wire.
    fn entry(&self, place: usize, before: &State, after: &State) -> Value {
        let event = &self.events[place];
        let entity = &self.entities[usize::from(event.entity)];
        let gone = matches!(event.verb, Verb::Delete | Verb::Erase);
        let (user, name) = match event.actor.person() {
            Some(person) => (person.kaireonai, person.email),
            None => (None, "system"),
        };
        json!({
            "id": self.id(place),
            "action": action(event.verb),
            "entityType": KINDS[entity.kind].word,
            "entityId": entity.id,
            "entityName": entity.name,
            "changes": Said::unpack(event.state).tell(),
            "before": (event.verb != Verb::Create).then(|| self.snapshot(event.entity, entity, before)),
            "after": (!gone).then(|| self.snapshot(event.entity, entity, after)),
            "entityVersion": after.writes,
            "userId": user,
            "userName": name,
            "tenantId": "tenant_01",
            "requestId": format!("req_{:08x}", scramble(self.seed ^ 0x4e9, place as u32)),
            "integrityHash": self.hash(place),
            "prevHash": self.named_before(place),
            "timestamp": event.time.to_string(),
        })
    }

    /// A thing as a whole.
    fn snapshot(&self, place: u16, entity: &Entity, state: &State) -> Value {
        let kind = &KINDS[entity.kind];
        let status =
            if state.archived { "archived" } else { STATUSES[usize::from(state.status) % STATUSES.len()] };
        let mut whole = json!({ "id": entity.id, "name": entity.name, "status": status });
        if kind.offered {
            whole["priority"] = json!(if state.priority == 0 { 50 } else { state.priority });
            whole["limits"] = json!({ "perCustomer": state.limit.max(1) });
        }
        if !kind.offered && entity.name.is_some() {
            whole["timeoutSeconds"] = json!(15 * state.limit.max(1));
        }
        if state.propensity > 0 {
            whole["weights"] = Said::Weights { propensity: state.propensity }.tell()["weights"].clone();
        }
        if state.fallback > 0 {
            whole["fallbackRateLimit"] = json!(state.fallback);
        }
        if state.tags > 0 {
            whole["tags"] = Said::tags(state.tags);
        }
        for ((name, values), value) in SILENT.iter().zip(state.silent) {
            whole[*name] = json!(values[usize::from(value) % values.len()]);
        }
        if entity.kind == DECISION_FLOW {
            whole["publishedVersion"] = json!(state.versions.newest());
            whole["config"] = state.versions.config(self.seed, place, None);
        }
        whole["version"] = json!(state.writes);
        whole
    }

    /// The hash of an entry. What a real server puts into it is its own business, and so it is here.
    fn hash(&self, place: usize) -> String {
        digest(&[self.seed, 0xc4a1, place as u64])
    }

    /// The hash that an entry names as that of the one before it. Once in the story it is that of an entry
    /// which is not there: somebody took it out.
    fn named_before(&self, place: usize) -> Option<String> {
        if self.tampered == Some(place) {
            return Some(digest(&[self.seed, 0x60e]));
        }
        place.checked_sub(1).map(|before| self.hash(before))
    }

    /// What the tenant says about its own log, looking at the newest `limit` entries only, or at all.
    pub(in crate::demo) fn verify(&self, limit: Option<usize>) -> Value {
        let total = self.events.len();
        let scanned = limit.map_or(total, |limit| limit.min(total));
        let first = total - scanned;
        match self.tampered.filter(|place| *place > first) {
            None => json!({ "intact": true, "verified": scanned, "total": total, "scanned": scanned }),
            Some(place) => json!({
                "intact": false, "verified": place - first, "total": total, "scanned": scanned,
                "brokenAtId": self.id(place), "brokenReason": "chain_link_mismatch",
            }),
        }
    }

    /// The published versions of a flow, oldest first; with `only`, that one with its whole configuration.
    /// `None` where there is no such flow, or no such version.
    pub(in crate::demo) fn versions(&self, flow: &str, only: Option<u16>) -> Option<Value> {
        let is_flow = |entity: &Entity| entity.kind == DECISION_FLOW && entity.id == flow;
        let place = u16::try_from(self.entities.iter().position(is_flow)?).ok()?;
        let mut versions = Versions::default();
        let mut times = Vec::new();
        for event in self.events.iter().filter(|event| event.entity == place) {
            if versions.apply(Said::unpack(event.state)) {
                times.push(event);
            }
        }
        let told = |number: u16| {
            let event = times.get(usize::from(number).checked_sub(1)?)?;
            let notes = Said::unpack(event.state).tell()["notes"].clone();
            let summary = versions.summary(self.seed, place, number);
            Some(json!({
                "version": number, "publishedAt": event.time.to_string(), "notes": notes, "summary": summary,
            }))
        };
        if let Some(number) = only {
            let mut version = told(number)?;
            version["configSnapshot"] = versions.config(self.seed, place, Some(number));
            return Some(json!({ "flowId": flow, "versions": [version] }));
        }
        let all: Vec<Value> = (1..=versions.newest()).filter_map(told).collect();
        (!times.is_empty() || self.events.iter().any(|event| event.entity == place))
            .then(|| json!({ "flowId": flow, "versions": all }))
    }
}

/// What looks like a SHA-256 and tells as much about what went in.
fn digest(of: &[u64]) -> String {
    let parts: Vec<String> =
        (0..4).map(|part| format!("{:016x}", derive(&[of, &[part][..]].concat()))).collect();
    parts.concat()
}

impl State {
    /// What the event at `place` makes of it.
    fn apply(&mut self, seed: u64, place: usize, event: &CompactEvent) {
        self.writes += 1;
        match event.verb {
            Verb::Create => self.limit = 3,
            Verb::Archive => self.archived = true,
            Verb::Restore => self.archived = false,
            _ => {}
        }
        let said = Said::unpack(event.state);
        self.versions.apply(said);
        match said {
            Said::Status { to, .. } => self.status = to,
            Said::Priority { value } => self.priority = value,
            Said::Limit { to, .. } | Said::Timeout { to, .. } => self.limit = to,
            Said::Weights { propensity } => self.propensity = propensity,
            Said::Tag { tag, .. } => self.tags ^= 1 << tag,
            Said::Fallback { to, .. } => self.fallback = to,
            Said::Nothing if event.verb == Verb::Update => {
                let which = derive(&[seed, 0x51e, place as u64]) as usize % SILENT.len();
                let step = 1 + derive(&[seed, 0x51f, place as u64]) % 3;
                self.silent[which] = (self.silent[which] + step as u8) % 4;
            }
            _ => {}
        }
    }
}
