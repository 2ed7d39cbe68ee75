//! What the cache knows of one actor.

use std::sync::Arc;

use super::{ActorKind, FacetValue, RowId};

/// What the cache knows of one actor.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// What the actor is called in which source, the most frequent first.
    pub aliases: Vec<Alias>,
    /// How many events it made, how many of them failed, and how many there are in all.
    pub events: usize,
    /// How many of them failed.
    pub failed: usize,
    /// How many events there are, whoever made them.
    pub of: usize,
    /// What it did, the most frequent action first.
    pub actions: Vec<FacetValue>,
    /// To what, the most frequent type first.
    pub types: Vec<FacetValue>,
    /// How many entities it changed.
    pub entities: usize,
    /// How many events it made in each hour of each weekday, Monday first.
    pub hours: [[u32; 24]; 7],
    /// Its oldest event.
    pub first: Option<RowId>,
    /// Its newest events, newest first.
    pub latest: Vec<RowId>,
    /// Its newest events that failed, newest first.
    pub failures: Vec<RowId>,
    /// The newest events by which it changed an entity for the first time, newest first.
    pub touches: Vec<RowId>,
}

/// A name that an actor bears in one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The source.
    pub source: Arc<str>,
    /// A person, a key or the system.
    pub kind: ActorKind,
    /// The feed's id.
    pub id: Option<String>,
    /// A name or an e-mail address.
    pub name: Option<String>,
    /// How many events it made under it.
    pub count: usize,
}
