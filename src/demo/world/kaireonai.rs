//! The KaireonAI tenant: what its entities go through, and how its change history tells it.

mod audit;
mod versions;

use serde_json::{Value, json};

use super::clock::MINUTE;
use super::event::{CompactEvent, Focus, Moment, NO_EVENT, Verb};
use super::names::{
    ARCHIVE_REASONS, CHANNEL, DECISION_FLOW, KINDS, PUBLISH_NOTES, REVIEW_COMMENTS, ROLLBACK_NOTES, STATUSES,
};
use super::people::{Actor, somebody};
use super::random::{Random, derive};
use super::roster::Roster;
use super::said::Said;
use super::story;
use crate::domain::Timestamp;

/// Everything in the tenant and everything that happened to it.
#[derive(Debug)]
pub(in crate::demo) struct Tenant {
    seed: u64,
    entities: Vec<Entity>,
    roster: Roster,
    /// How many of each type are gone for good.
    gone: Vec<usize>,
    focus: Option<Focus>,
    /// Oldest first.
    events: Vec<CompactEvent>,
    /// The place of the event before which an entry is missing from the audit log.
    tampered: Option<usize>,
}

#[derive(Debug)]
struct Entity {
    kind: usize,
    id: String,
    name: Option<String>,
    archived: bool,
    /// Whether a change waits for a reviewer.
    pending: bool,
    status: u16,
    /// The number of the version that was published last.
    version: u16,
    limit: u16,
    tags: u16,
}

/// The place of the story's decision flow.
const STORY_FLOW: u16 = 0;
/// The place of the story's channel.
const STORY_CHANNEL: u16 = 1;

/// Which changes are asked for; what is `None` does not matter.
#[derive(Debug, Default)]
pub(in crate::demo) struct Filter {
    pub(in crate::demo) kind: Option<String>,
    pub(in crate::demo) entity: Option<String>,
    pub(in crate::demo) action: Option<String>,
    /// Events at this time or after it.
    pub(in crate::demo) since: Option<Timestamp>,
}

impl Tenant {
    /// A tenant in which `planned` entities will come to be, or as many as there are names for.
    pub(super) fn new(seed: u64, planned: usize, capacity: usize) -> Self {
        let entities = entities(seed, planned.max(usize::from(story::ENTITIES)));
        Self {
            seed,
            roster: Roster::new(entities.len()),
            entities,
            gone: vec![0; KINDS.len()],
            focus: None,
            events: Vec::with_capacity(capacity),
            tampered: None,
        }
    }

    /// Lets the next thing happen; `false` if there is nothing it could happen to.
    pub(super) fn step(&mut self, moment: &mut Moment<'_>) -> bool {
        if self.roster.due(moment.progress).is_some() {
            let entity = self.roster.add();
            let by_hand = moment.at_work && KINDS[self.entities[usize::from(entity)].kind].word != "customer";
            let actor = self.somebody(moment, entity, if by_hand { 96 } else { 10 });
            self.push(moment.time, entity, actor, Verb::Create, Said::Nothing);
            return true;
        }
        let focus = moment.goes_on(self.focus);
        let Some(entity) = focus.map(|f| f.entity).or_else(|| self.roster.pick(moment.random, moment.avoid))
        else {
            return false;
        };
        let verb = self.choose(moment.random, entity);
        let by_hand = if moment.at_work { 92 } else { 35 };
        let actor = match (verb, focus) {
            (Verb::Erase, _) => Actor::SYSTEM,
            // Automation neither reviews nor publishes.
            (Verb::Update, Some(focus)) => focus.actor,
            (Verb::Update, None) => self.somebody(moment, entity, by_hand),
            _ => self.somebody(moment, entity, 100),
        };
        let said = self.apply(moment.random, entity, verb);
        self.push(moment.time, entity, actor, verb, said);
        true
    }

    fn somebody(&self, moment: &mut Moment<'_>, entity: u16, percent: u64) -> Actor {
        if moment.random.chance(percent) {
            somebody(moment.random, self.seed, u64::from(entity))
        } else {
            Actor::SYSTEM
        }
    }

    /// One of the things that can be done to `entity` as it is now.
    fn choose(&self, random: &mut Random, place: u16) -> Verb {
        // Versions of the story's entities have to come out as the story tells them.
        if place < story::ENTITIES {
            return Verb::Update;
        }
        let entity = &self.entities[usize::from(place)];
        let verbs = KINDS[entity.kind].verbs;
        let of_kind = self.entities.iter().filter(|other| other.kind == entity.kind).count();
        let may_go = self.gone[entity.kind] * 5 < of_kind * 2;
        let weights: Vec<u64> = verbs
            .iter()
            .map(|(verb, weight)| {
                let possible = match verb {
                    Verb::Restore => entity.archived,
                    Verb::Delete => entity.archived && may_go,
                    Verb::Erase => may_go,
                    Verb::Rollback => !entity.archived && entity.version >= 2,
                    Verb::Approve | Verb::Reject => !entity.archived && entity.pending,
                    // Versions are told in sixteen bits.
                    Verb::Publish => !entity.archived && entity.version < u16::MAX - 1,
                    _ => !entity.archived,
                };
                if possible { *weight } else { 0 }
            })
            .collect();
        verbs[random.weighted(&weights)].0
    }

    /// Does it, and says what the record says about it.
    fn apply(&mut self, random: &mut Random, place: u16, verb: Verb) -> Said {
        let entity = &mut self.entities[usize::from(place)];
        let mut sentence = |sentences: &[&str]| random.place(sentences.len()) as u16;
        match verb {
            Verb::Create => Said::Nothing,
            Verb::Update => update(entity, random),
            Verb::Publish => {
                entity.version += 1;
                let note = if entity.version == 1 { 0 } else { sentence(PUBLISH_NOTES).max(1) };
                Said::Published { version: entity.version, note }
            }
            Verb::Rollback => {
                let from = entity.version;
                entity.version += 1;
                // The one before is the usual choice; sometimes it has to be an older one.
                let back = 1 + random.weighted(&[7, 2, 1]) as u16;
                let note = 1 + random.place(ROLLBACK_NOTES.len() - 1) as u16;
                Said::RolledBack { from, to: from.saturating_sub(back).max(1), note }
            }
            Verb::Approve | Verb::Reject => {
                entity.pending = false;
                let half = (REVIEW_COMMENTS.len() / 2) as u16;
                let comment = sentence(REVIEW_COMMENTS) % half;
                Said::Reviewed { comment: if verb == Verb::Approve { comment } else { comment + half } }
            }
            Verb::Archive => {
                entity.archived = true;
                Said::Archived { reason: sentence(ARCHIVE_REASONS) }
            }
            Verb::Restore => {
                entity.archived = false;
                Said::Nothing
            }
            Verb::Delete | Verb::Erase => {
                self.gone[entity.kind] += 1;
                self.roster.remove(place);
                let summaries = random.below(40) as u16;
                match verb {
                    Verb::Erase => {
                        Said::Erased { interactions: summaries * 9 + random.below(80) as u16, summaries }
                    }
                    _ => Said::Nothing,
                }
            }
        }
    }

    fn push(&mut self, time: Timestamp, entity: u16, actor: Actor, verb: Verb, said: Said) {
        // Nobody goes on with what was just put away.
        let over = matches!(verb, Verb::Delete | Verb::Erase | Verb::Archive);
        self.focus =
            (!over).then(|| Focus { entity, actor, until: time.millis().saturating_add(20 * MINUTE) });
        self.events.push(CompactEvent { time, state: said.pack(), before: NO_EVENT, entity, actor, verb });
    }

    /// Brings the story's next entity into being.
    pub(super) fn found(&mut self, time: Timestamp, actor: Actor) {
        let entity = self.roster.add();
        self.push(time, entity, actor, Verb::Create, Said::Nothing);
    }

    /// Publishes the next version of the story's flow; no note of the usual ones is the story's own.
    pub(super) fn publish(&mut self, time: Timestamp, actor: Actor, note: usize) {
        let flow = &mut self.entities[usize::from(STORY_FLOW)];
        flow.version += 1;
        let said = Said::Published { version: flow.version, note: note as u16 };
        self.push(time, STORY_FLOW, actor, Verb::Publish, said);
    }

    /// Rolls the story's flow back to the version before.
    pub(super) fn roll_back(&mut self, time: Timestamp, actor: Actor) {
        let flow = &mut self.entities[usize::from(STORY_FLOW)];
        let from = flow.version;
        flow.version += 1;
        let said = Said::RolledBack { from, to: from.saturating_sub(1), note: 0 };
        // Somebody would rather not have it known what came between.
        self.tampered = Some(self.events.len());
        self.push(time, STORY_FLOW, actor, Verb::Rollback, said);
    }

    /// Automation lowers the rate limit of the story's channel.
    pub(super) fn regress(&mut self, time: Timestamp) {
        let said = Said::Fallback { from: 1_200, to: 300 };
        self.push(time, STORY_CHANNEL, Actor::SYSTEM, Verb::Update, said);
    }

    /// How many events there are.
    pub(in crate::demo) fn len(&self) -> usize {
        self.events.len()
    }

    /// The records that `filter` lets through, newest first: at most `limit` of them after the first
    /// `skip`, and how many there are in all.
    pub(in crate::demo) fn changes(&self, filter: &Filter, skip: usize, limit: usize) -> (usize, Vec<Value>) {
        let from = filter.since.map_or(0, |since| self.events.partition_point(|event| event.time < since));
        let places = from..self.events.len();
        if filter.kind.is_none() && filter.entity.is_none() && filter.action.is_none() {
            let page = places.clone().rev().skip(skip).take(limit).map(|place| self.tell(place)).collect();
            return (places.len(), page);
        }
        let wanted: Vec<bool> = self
            .entities
            .iter()
            .map(|entity| {
                filter.kind.as_deref().is_none_or(|kind| kind == KINDS[entity.kind].word)
                    && filter.entity.as_deref().is_none_or(|id| id == entity.id)
            })
            .collect();
        let hits = |place: &usize| {
            let event = &self.events[*place];
            wanted[usize::from(event.entity)]
                && filter.action.as_deref().is_none_or(|a| a == action(event.verb))
        };
        let mut total = 0;
        let mut page = Vec::new();
        for place in places.rev().filter(hits) {
            if total >= skip && page.len() < limit {
                page.push(self.tell(place));
            }
            total += 1;
        }
        (total, page)
    }

    /// The id of the entry about an event, here and in the audit log.
    fn id(&self, place: usize) -> String {
        format!("audit_{:08x}", scramble(self.seed, place as u32))
    }

    /// One record as it goes over the wire.
    pub(in crate::demo) fn tell(&self, place: usize) -> Value {
        let event = &self.events[place];
        let entity = &self.entities[usize::from(event.entity)];
        let summary = match &entity.name {
            Some(name) => format!("{} {} \"{name}\"", past(event.verb), KINDS[entity.kind].title),
            None => format!("{} {}", past(event.verb), KINDS[entity.kind].title),
        };
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
            "summary": summary,
            "user": { "id": user, "name": name },
            "timestamp": event.time.to_string(),
            "changes": Said::unpack(event.state).tell(),
        })
    }
}

fn update(entity: &mut Entity, random: &mut Random) -> Said {
    entity.pending |= random.chance(25);
    // The record of an update is empty more often than not. Of a customer, tags are all that is told.
    let weights = if entity.name.is_some() { [52, 14, 12, 8, 6, 6] } else { [70, 0, 0, 0, 0, 30] };
    match random.weighted(&weights) {
        1 => {
            let from = entity.status;
            entity.status = if from == 1 { 2 } else { 1 };
            debug_assert!(usize::from(entity.status) < STATUSES.len());
            Said::Status { from, to: entity.status }
        }
        2 if KINDS[entity.kind].offered => Said::Priority { value: 5 * random.below(20) as u16 + 5 },
        3 => {
            let from = entity.limit;
            entity.limit = 1 + (from + random.below(6) as u16) % 7;
            let to = entity.limit;
            if KINDS[entity.kind].offered { Said::Limit { from, to } } else { Said::Timeout { from, to } }
        }
        4 if entity.kind == DECISION_FLOW => Said::Weights { propensity: 5 * random.below(13) as u16 + 30 },
        5 => {
            let tag = random.below(6) as u16;
            entity.tags ^= 1 << tag;
            Said::Tag { tag, added: entity.tags & (1 << tag) != 0 }
        }
        _ => Said::Nothing,
    }
}

/// The table of entities: the story's first, the others in an order that depends on the seed.
fn entities(seed: u64, count: usize) -> Vec<Entity> {
    let mut places: Vec<(u64, usize, usize)> = KINDS
        .iter()
        .enumerate()
        .flat_map(|(kind, row)| (0..row.first.len() * row.second.len()).map(move |nth| (kind, nth)))
        .map(|(kind, nth)| {
            let first = nth == 0 && (kind == DECISION_FLOW || kind == CHANNEL);
            let rank = if first { kind as u64 } else { derive(&[seed, 0xe27, kind as u64, nth as u64]) | 16 };
            (rank, kind, nth)
        })
        .collect();
    places.sort_unstable();
    places.truncate(count);
    places.into_iter().map(|(_, kind, nth)| entity(seed, kind, nth)).collect()
}

fn entity(seed: u64, kind: usize, nth: usize) -> Entity {
    let row = &KINDS[kind];
    let name = format!("{}{}", row.first[nth / row.second.len()], row.second[nth % row.second.len()]);
    // Two numbers of one type differ by three at least, whatever the seed.
    let number = 10 + nth as u64 * 7 + derive(&[seed, kind as u64, nth as u64]) % 5;
    Entity {
        kind,
        id: format!("{}_{number}", row.prefix),
        name: (!name.is_empty()).then_some(name),
        archived: false,
        pending: false,
        status: 0,
        version: 0,
        limit: 3,
        tags: 0,
    }
}

/// KaireonAI's word for it.
fn action(verb: Verb) -> &'static str {
    words(verb).0
}

fn past(verb: Verb) -> &'static str {
    words(verb).1
}

fn words(verb: Verb) -> (&'static str, &'static str) {
    match verb {
        Verb::Create => ("create", "Created"),
        Verb::Update => ("update", "Updated"),
        Verb::Delete => ("delete", "Deleted"),
        Verb::Publish => ("publish", "Published"),
        Verb::Rollback => ("rollback", "Rolled back"),
        Verb::Approve => ("approve", "Approved"),
        Verb::Reject => ("reject", "Rejected"),
        Verb::Archive => ("soft_delete", "Archived"),
        Verb::Restore => ("restore", "Restored"),
        Verb::Erase => ("gdpr_erasure", "Erased"),
    }
}

/// Spreads a place over 32 bits without ever mapping two to one: `lowbias32` of Chris Wellons' "Hash
/// Function Prospector" (<https://github.com/skeeto/hash-prospector>, public domain).
fn scramble(seed: u64, place: u32) -> u32 {
    let x = place ^ (derive(&[seed, 0xa0d17]) as u32);
    let x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    let x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}
