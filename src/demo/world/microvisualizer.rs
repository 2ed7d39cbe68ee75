//! The Microvisualizer workspace: what its services go through, and how project histories tell it.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::clock::{DAY, MINUTE};
use super::event::{CompactEvent, Focus, Moment, NO_EVENT, Verb};
use super::people::{Actor, some_key, somebody};
use super::random::{Random, derive};
use super::roster::Roster;
use super::services::{Edit, PROJECTS, SERVICES, Snapshot};
use crate::domain::Timestamp;

/// Every project and everything that happened in it.
#[derive(Debug)]
pub(in crate::demo) struct Workspace {
    seed: u64,
    founded: Timestamp,
    /// The events of each project, oldest first.
    projects: Vec<Vec<CompactEvent>>,
    services: Vec<State>,
    roster: Roster,
    focus: Option<Focus>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    now: Snapshot,
    created: Timestamp,
    /// The place of its last event in its project.
    last: u32,
}

/// The place of the story's service.
const STORY_SERVICE: u16 = 0;

/// What people change, with how often.
const BY_HAND: &[(Edit, u64)] = &[
    (Edit::Description, 12),
    (Edit::Category, 5),
    (Edit::Owner, 8),
    (Edit::Flows, 14),
    (Edit::Consumes, 18),
    (Edit::Produces, 16),
    (Edit::TopicOwner, 9),
    (Edit::Repository, 4),
    (Edit::Replicas, 6),
];

/// What builds change, with how often.
const BY_KEY: &[(Edit, u64)] = &[(Edit::Version, 80), (Edit::Replicas, 12), (Edit::Consumes, 8)];

impl Workspace {
    /// A workspace in which `planned` services will come to be, or as many as there are names for.
    pub(super) fn new(seed: u64, founded: Timestamp, planned: usize) -> Self {
        let planned = planned.clamp(1, SERVICES.len());
        let state = State { now: Snapshot::default(), created: founded, last: NO_EVENT };
        Self {
            seed,
            founded,
            projects: vec![Vec::new(); PROJECTS.len()],
            services: vec![state; planned],
            roster: Roster::new(planned),
            focus: None,
        }
    }

    /// Lets the next thing happen; `false` if there is nothing it could happen to.
    pub(super) fn step(&mut self, moment: &mut Moment<'_>) -> bool {
        if self.roster.due(moment.progress).is_some() {
            let actor = self.someone(moment, self.roster.born());
            self.found(moment.time, actor, moment.random);
            return true;
        }
        let focus = moment.goes_on(self.focus);
        let Some(entity) = focus.map(|f| f.entity).or_else(|| self.roster.pick(moment.random, moment.avoid))
        else {
            return false;
        };
        let actor = match focus {
            Some(focus) => focus.actor,
            None => self.someone(moment, entity),
        };
        let state = &mut self.services[usize::from(entity)];
        let age = moment.time.millis().saturating_sub(state.created.millis());
        let verb = if SERVICES[usize::from(entity)].doomed && age > 20 * DAY && moment.random.chance(15) {
            self.roster.remove(entity);
            Verb::Delete
        } else {
            edit(&mut state.now, actor, moment.random);
            Verb::Update
        };
        self.push(moment.time, entity, actor, verb);
        true
    }

    fn someone(&self, moment: &mut Moment<'_>, entity: u16) -> Actor {
        if moment.random.chance(if moment.at_work { 62 } else { 12 }) {
            somebody(moment.random, self.seed, u64::from(entity) | 0x200)
        } else {
            some_key(moment.random)
        }
    }

    fn push(&mut self, time: Timestamp, entity: u16, actor: Actor, verb: Verb) {
        let until = time.millis().saturating_add(20 * MINUTE);
        self.focus = (verb != Verb::Delete).then_some(Focus { entity, actor, until });
        let state = &mut self.services[usize::from(entity)];
        let project = &mut self.projects[SERVICES[usize::from(entity)].project];
        let before = std::mem::replace(&mut state.last, project.len() as u32);
        project.push(CompactEvent { time, state: state.now.pack(), before, entity, actor, verb });
    }

    /// Brings the next service into being.
    pub(super) fn found(&mut self, time: Timestamp, actor: Actor, random: &mut Random) {
        let entity = self.roster.add();
        let state = &mut self.services[usize::from(entity)];
        state.now = Snapshot::first(random);
        state.created = time;
        self.push(time, entity, actor, Verb::Create);
    }

    /// The story's edit of its service.
    pub(super) fn hurry(&mut self, time: Timestamp, actor: Actor) {
        self.services[usize::from(STORY_SERVICE)].now.hurry();
        self.push(time, STORY_SERVICE, actor, Verb::Update);
    }

    /// How many events there are in all.
    pub(in crate::demo) fn len(&self) -> usize {
        self.projects.iter().map(Vec::len).sum()
    }

    /// The place of the project with this id.
    pub(in crate::demo) fn project(id: &str) -> Option<usize> {
        PROJECTS.iter().position(|project| project.id == id)
    }

    /// The events of one project, oldest first.
    pub(in crate::demo) fn events(&self, project: usize) -> &[CompactEvent] {
        &self.projects[project]
    }

    /// The places of all projects, the one that changed last first.
    pub(in crate::demo) fn projects(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..PROJECTS.len()).collect();
        places.sort_by_key(|place| std::cmp::Reverse(self.projects[*place].last().map(|event| event.time)));
        places
    }

    /// One project as the list tells it.
    pub(in crate::demo) fn tell_project(&self, place: usize) -> Value {
        let row = &PROJECTS[place];
        let last = self.projects[place].last();
        let living =
            self.roster.living().iter().filter(|service| SERVICES[usize::from(**service)].project == place);
        let (updated_by, updated_by_type) =
            last.map_or(("mia@example.com", "MEMBER"), |event| actor(event.actor));
        json!({
            "id": row.id,
            "name": row.name,
            "description": row.description,
            "archived": false,
            "pinned": place == 0,
            "serviceCount": living.count(),
            "isOwner": true,
            "createdBy": "mia@example.com",
            "createdByType": "MEMBER",
            "updatedBy": updated_by,
            "updatedByType": updated_by_type,
            "createdAt": self.founded.to_string(),
            "updatedAt": last.map_or(self.founded, |event| event.time).to_string(),
        })
    }

    /// One record as it goes over the wire.
    pub(in crate::demo) fn tell(&self, project: usize, place: usize) -> Value {
        let event = &self.projects[project][place];
        let row = &SERVICES[usize::from(event.entity)];
        let (actor_name, actor_type) = actor(event.actor);
        json!({
            "snapshotId": self.snapshot_id(project, place),
            "serviceSlug": row.slug,
            "serviceName": row.name,
            "changeType": match event.verb {
                Verb::Create => "CREATE",
                Verb::Delete => "DELETE",
                _ => "UPDATE",
            },
            "actorName": actor_name,
            "actorType": actor_type,
            // As many digits as the time needs: none, or three.
            "timestamp": event.time.utc().to_rfc3339_opts(SecondsFormat::AutoSi, true),
        })
    }

    /// The service before and after one event. What was created has `before: null`; what was deleted has
    /// no `after` at all: the API allows both.
    pub(in crate::demo) fn tell_diff(&self, project: usize, place: usize) -> Value {
        let events = &self.projects[project];
        let event = &events[place];
        let service = usize::from(event.entity);
        let before = events.get(event.before as usize);
        let before = before.map_or(Value::Null, |event| Snapshot::unpack(event.state).tell(service));
        match event.verb {
            Verb::Delete => json!({ "before": before }),
            _ => json!({ "before": before, "after": Snapshot::unpack(event.state).tell(service) }),
        }
    }

    /// The place of the event with this snapshot id in a project.
    pub(in crate::demo) fn find_snapshot(&self, project: usize, id: &str) -> Option<usize> {
        let (high, low) = halves(id)?;
        let place = (low ^ self.mask(project, high)) & LOW_BITS;
        let place = usize::try_from(place).ok()?;
        (place < self.projects[project].len() && self.snapshot_id(project, place) == id).then_some(place)
    }

    /// A UUID of version 4 (RFC 9562) from which the place can be read back, so that no table is needed:
    /// the upper half is drawn for the place, the lower is the place, masked with a number drawn for the
    /// upper half.
    pub(in crate::demo) fn snapshot_id(&self, project: usize, place: usize) -> String {
        let high = derive(&[self.seed, 0x51d, project as u64, place as u64]);
        let high = (high & !0xf000) | 0x4000;
        let low = ((place as u64 ^ self.mask(project, high)) & LOW_BITS) | (1 << 63);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }

    fn mask(&self, project: usize, high: u64) -> u64 {
        derive(&[self.seed, 0x3a5c, project as u64, high])
    }
}

/// What a UUID leaves of its lower half once the variant is marked.
const LOW_BITS: u64 = (1 << 62) - 1;

/// Both halves of a UUID in its usual form.
pub(in crate::demo) fn halves(id: &str) -> Option<(u64, u64)> {
    let groups: Vec<&str> = id.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    if lengths != [8, 4, 4, 4, 12] || !id.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit()) {
        return None;
    }
    let digits = groups.concat();
    Some((u64::from_str_radix(&digits[..16], 16).ok()?, u64::from_str_radix(&digits[16..], 16).ok()?))
}

fn edit(now: &mut Snapshot, by: Actor, random: &mut Random) {
    let table = if by.key().is_some() { BY_KEY } else { BY_HAND };
    let before = *now;
    for _ in 0..=random.below(3) / 2 {
        let weights: Vec<u64> = table.iter().map(|(_, weight)| *weight).collect();
        now.edit(table[random.weighted(&weights)].0, random);
    }
    // Two edits can undo each other.
    if *now == before {
        now.edit(Edit::Version, random);
    }
}

fn actor(actor: Actor) -> (&'static str, &'static str) {
    match (actor.person(), actor.key()) {
        (Some(person), _) => (person.email, "MEMBER"),
        (None, Some(key)) => (key, "API_KEY"),
        (None, None) => ("system", "API_KEY"),
    }
}
