//! `[integrity]`: entries that name the hash of the one before them, and a server that verifies its own.
//!
//! What an answer shows is which entries stand next to each other in it. That two entries are neighbours in
//! the list itself follows only where nothing could be left out between them: within one answer to a request
//! for the whole list, and from one page to the next where the server itself led from one to the other.

use std::hash::{Hash, Hasher};

use super::expr::scalar;
use super::json::Json;
use super::page::{Envelope, text};
use super::pointer::Pointer;
use super::profile::{Ask, Profile};
use super::reach::Order;
use super::{Position, Seam, ShapeError, bounds};
use crate::domain::{Identity, Link, Record, Timestamp};

/// Where entries say how they hang together.
#[derive(Debug)]
pub(super) struct Integrity {
    /// The hash of an entry.
    pub(super) hash: Pointer,
    /// The hash of the entry before it.
    pub(super) previous: Pointer,
    pub(super) verify: Option<VerifyAsk>,
}

/// The request that lets the server verify its entries, and where it says what came of it.
#[derive(Debug)]
pub(super) struct VerifyAsk {
    pub(super) ask: Ask,
    /// Statuses that mean that this is not for everybody.
    pub(super) optional: Vec<u16>,
    pub(super) intact: Pointer,
    pub(super) verified: Option<Pointer>,
    pub(super) scanned: Option<Pointer>,
    pub(super) total: Option<Pointer>,
    pub(super) broken_at: Option<Pointer>,
    pub(super) reason: Option<Pointer>,
}

/// What the server says about its own entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Whether it found nothing wrong with those that it looked at.
    pub intact: bool,
    /// How many it found to be in order.
    pub verified: Option<u64>,
    /// How many it looked at.
    pub scanned: Option<u64>,
    /// How many there are.
    pub total: Option<u64>,
    /// The entry that something is wrong with, by the feed's own id.
    pub broken_at: Option<String>,
    /// What is wrong with it, in the server's words.
    pub reason: Option<String>,
}

impl Profile {
    /// Whether its entries name the hash of the one before them.
    pub fn links_entries(&self) -> bool {
        self.integrity.is_some()
    }

    /// Whether the server can be asked to verify its own entries.
    pub fn verifies(&self) -> bool {
        self.integrity.as_ref().is_some_and(|integrity| integrity.verify.is_some())
    }

    /// Whether an answer of this status to the request for verification means that it is not for everybody.
    pub fn verification_may_answer(&self, status: u16) -> bool {
        let verify = self.integrity.as_ref().and_then(|integrity| integrity.verify.as_ref());
        verify.is_some_and(|verify| verify.optional.contains(&status))
    }
}

impl VerifyAsk {
    /// The places of an answer with their keys.
    pub(super) fn places(&self) -> [(&'static str, Option<&Pointer>); 6] {
        [
            ("intact", Some(&self.intact)),
            ("verified", self.verified.as_ref()),
            ("scanned", self.scanned.as_ref()),
            ("total", self.total.as_ref()),
            ("broken_at", self.broken_at.as_ref()),
            ("reason", self.reason.as_ref()),
        ]
    }
}

/// Reads the answer to [`request::verification`](super::request::verification).
pub fn read(profile: &Profile, body: &[u8]) -> Result<Verification, ShapeError> {
    let verify = profile.integrity.as_ref().and_then(|integrity| integrity.verify.as_ref());
    let verify = verify.ok_or(ShapeError::NotDescribed { what: "verification" })?;
    let text = text(body)?;
    let envelope = Envelope::read(text)?;
    super::errors::ok_but_error(profile, &envelope)?;
    let intact = envelope.at(&verify.intact).and_then(|raw| raw.get().parse::<bool>().ok());
    let number = |pointer: &Option<Pointer>| envelope.number(pointer.as_ref());
    let said = |pointer: &Option<Pointer>| {
        let value = bounds::record(envelope.at(pointer.as_ref()?)?.get()).ok()?;
        scalar(&value).filter(|text| !text.is_empty()).map(|text| super::shape::clip(&text, 200))
    };
    Ok(Verification {
        intact: intact
            .ok_or_else(|| envelope.unexpected(&verify.intact, "a boolean", envelope.at(&verify.intact)))?,
        verified: number(&verify.verified),
        scanned: number(&verify.scanned),
        total: number(&verify.total),
        broken_at: said(&verify.broken_at),
        reason: said(&verify.reason),
    })
}

/// One entry of a list, as far as its place in the chain is concerned.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    identity: Identity,
    time: Timestamp,
    hash: Option<Box<str>>,
    previous: Option<Box<str>>,
}

/// The last entry of the page before, where the server led from that page to this one.
///
/// Places are the same whatever led there: this has no say in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail(Option<Box<Entry>>);

impl PartialEq for Tail {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Tail {}

impl Hash for Tail {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// The entries of a page, in its order.
pub(super) struct Chain<'p> {
    integrity: &'p Integrity,
    order: Order,
    seam: Seam,
    entries: Vec<Entry>,
    /// For each entry: whether it follows the one before it with nothing between.
    follows: Vec<bool>,
    /// Whether the next entry will.
    joined: bool,
}

impl<'p> Chain<'p> {
    /// The chain of the page at `position`; none where the feed has no such thing.
    pub(super) fn new(profile: &'p Profile, position: &Position) -> Option<Self> {
        let integrity = profile.integrity.as_ref()?;
        let mut chain = Self {
            integrity,
            order: profile.order(),
            seam: profile.seam(),
            entries: Vec::new(),
            follows: Vec::new(),
            joined: false,
        };
        if let Some(tail) = position.tail.0.as_deref() {
            chain.push(tail.clone());
        }
        Some(chain)
    }

    fn push(&mut self, entry: Entry) {
        // A page may begin with what the one before it ended with, and a server may repeat itself.
        if self.joined && self.entries.last().is_some_and(|last| last.identity == entry.identity) {
            self.entries.pop();
            self.entries.push(entry);
            return;
        }
        self.entries.push(entry);
        self.follows.push(self.joined);
        self.joined = true;
    }

    /// Takes in the next record of the page.
    pub(super) fn record(&mut self, record: &Record, value: &Json<'_>) {
        let text = |pointer: &Pointer| {
            let text = pointer.of(value).and_then(scalar).filter(|text| !text.is_empty());
            text.map(|text| Box::from(&*text))
        };
        self.push(Entry {
            identity: record.identity.clone(),
            time: record.time,
            hash: text(&self.integrity.hash),
            previous: text(&self.integrity.previous),
        });
    }

    /// Something stands here that could not be read.
    pub(super) fn gap(&mut self) {
        self.joined = false;
    }

    /// What the entries say. Where the list is only a part of the whole, nobody is anybody's neighbour.
    pub(super) fn links(&self, position: &Position) -> Vec<(Identity, Link)> {
        let part = !position.filter.is_empty();
        let link =
            |entry: &Entry| Link { hash: entry.hash.clone(), previous: entry.previous.clone(), older: None };
        let mut links: Vec<Link> = self.entries.iter().map(link).collect();
        let direction = self.direction();
        for at in 1..self.entries.len() {
            let (above, below) = (&self.entries[at - 1], &self.entries[at]);
            if part || !self.follows[at] {
                continue;
            }
            match direction {
                Order::Descending if above.time >= below.time => links[at - 1].older.clone_from(&below.hash),
                Order::Ascending if below.time >= above.time => links[at].older.clone_from(&above.hash),
                _ => {}
            }
        }
        let named = |link: &Link| link.hash.is_some() || link.previous.is_some();
        let links = self.entries.iter().map(|entry| entry.identity.clone()).zip(links);
        links.filter(|(_, link)| named(link)).collect()
    }

    /// In which order the entries stand: as their times say, else as the documentation does.
    fn direction(&self) -> Order {
        match (self.entries.first(), self.entries.last()) {
            (Some(first), Some(last)) if first.time > last.time => Order::Descending,
            (Some(first), Some(last)) if first.time < last.time => Order::Ascending,
            _ => self.order,
        }
    }

    /// What the page after this one has to know.
    pub(super) fn tail(&self) -> Tail {
        let leads = self.seam == Seam::Named && self.joined;
        Tail(self.entries.last().filter(|_| leads).cloned().map(Box::new))
    }
}
