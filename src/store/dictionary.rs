//! Texts that repeat from event to event, each held once on disk and once in memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, ToSql, params};

use super::body::Codebooks;
use super::codec::{actor_kind, actor_kind_code};
use crate::domain::{Action, Actor, Entity, FeedNames};

/// How many entries of each sort are held in memory, at most.
const HELD: usize = 1 << 16;

/// The dictionary tables and what is in memory of them.
///
/// Entries are never removed from the tables, so what is in memory stays true while other programs write.
/// Only a rolled-back transaction takes entries away: [`Dictionaries::forget`].
#[derive(Debug, Default)]
pub(super) struct Dictionaries {
    words: Dictionary<str>,
    entities: Dictionary<Entity>,
    actors: Dictionary<Actor>,
    feeds: HashMap<i64, FeedNames>,
    actions: HashMap<i64, Action>,
    /// What bodies are packed with.
    pub(super) codebooks: Codebooks,
}

/// Each key has one slot that it may be held in, and shares it with the keys [`HELD`] above and below:
/// keys are given out one after the other, so the newest are held and nothing has to be sorted by use.
#[derive(Debug)]
struct Dictionary<T: ?Sized> {
    slots: Vec<Option<Slot<T>>>,
    /// By source, so that a value can be looked up without being copied into a key.
    keys: HashMap<i64, HashMap<Arc<T>, i64>>,
}

#[derive(Debug)]
struct Slot<T: ?Sized> {
    key: i64,
    source: i64,
    value: Arc<T>,
}

impl<T: ?Sized> Default for Dictionary<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), keys: HashMap::new() }
    }
}

impl<T: ?Sized + Eq + Hash> Dictionary<T> {
    fn key(&self, source: i64, value: &T) -> Option<i64> {
        self.keys.get(&source)?.get(value).copied()
    }

    fn value(&self, key: i64) -> Option<Arc<T>> {
        let slot = self.slots.get(place(key))?.as_ref()?;
        (slot.key == key).then(|| Arc::clone(&slot.value))
    }

    fn hold(&mut self, source: i64, key: i64, value: Arc<T>) -> Arc<T> {
        let place = place(key);
        if self.slots.len() <= place {
            self.slots.resize_with(place + 1, || None);
        }
        let slot = Slot { key, source, value: Arc::clone(&value) };
        if let Some(left) = self.slots[place].replace(slot)
            && let Some(keys) = self.keys.get_mut(&left.source)
        {
            keys.remove(&left.value);
        }
        self.keys.entry(source).or_default().insert(Arc::clone(&value), key);
        value
    }
}

fn place(key: i64) -> usize {
    key.rem_euclid(HELD as i64) as usize
}

/// Words belong to no source.
const NO_SOURCE: i64 = 0;

impl Dictionaries {
    /// Drops what is in memory.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The key of a word, which is made if it is not there. Inside a transaction.
    pub(super) fn key_of_word(&mut self, conn: &Connection, text: &str) -> rusqlite::Result<i64> {
        if let Some(held) = self.words.key(NO_SOURCE, text) {
            return Ok(held);
        }
        let key = found_or_made(
            conn,
            "SELECT word FROM word WHERE text = ?1",
            "INSERT INTO word (text) VALUES (?1)",
            &[&text],
        )?;
        self.words.hold(NO_SOURCE, key, text.into());
        Ok(key)
    }

    /// The key of an entity of a source, which is made if it is not there. Inside a transaction.
    pub(super) fn key_of_entity(
        &mut self,
        conn: &Connection,
        source: i64,
        entity: &Entity,
    ) -> rusqlite::Result<i64> {
        if let Some(held) = self.entities.key(source, entity) {
            return Ok(held);
        }
        let key = found_or_made(
            conn,
            "SELECT entity FROM entity WHERE source = ?1 AND ifnull(kind, 0) = ifnull(?2, 0)
             AND ifnull(id, 0) = ifnull(?3, 0) AND ifnull(name, 0) = ifnull(?4, 0)",
            "INSERT INTO entity (source, kind, id, name) VALUES (?1, ?2, ?3, ?4)",
            params![source, entity.kind, entity.id, entity.name],
        )?;
        self.entities.hold(source, key, Arc::new(entity.clone()));
        Ok(key)
    }

    /// The key of an actor of a source, which is made if it is not there. Inside a transaction.
    pub(super) fn key_of_actor(
        &mut self,
        conn: &Connection,
        source: i64,
        actor: &Actor,
    ) -> rusqlite::Result<i64> {
        if let Some(held) = self.actors.key(source, actor) {
            return Ok(held);
        }
        let key = found_or_made(
            conn,
            "SELECT actor FROM actor WHERE source = ?1 AND kind = ?2
             AND ifnull(id, 0) = ifnull(?3, 0) AND ifnull(name, 0) = ifnull(?4, 0)",
            "INSERT INTO actor (source, kind, id, name) VALUES (?1, ?2, ?3, ?4)",
            params![source, actor_kind_code(actor.kind), actor.id, actor.name],
        )?;
        self.actors.hold(source, key, Arc::new(actor.clone()));
        Ok(key)
    }

    /// The word that has this key.
    pub(super) fn word(&mut self, conn: &Connection, key: i64) -> rusqlite::Result<Arc<str>> {
        if let Some(held) = self.words.value(key) {
            return Ok(held);
        }
        let text: Arc<str> = conn
            .prepare_cached("SELECT text FROM word WHERE word = ?1")?
            .query_one([key], |row| row.get(0))
            .map_err(missing)?;
        Ok(self.words.hold(NO_SOURCE, key, text))
    }

    /// The action whose word has this key.
    pub(super) fn action(&mut self, conn: &Connection, key: i64) -> rusqlite::Result<Action> {
        if let Some(action) = self.actions.get(&key) {
            return Ok(action.clone());
        }
        let action = Action::from_word(&self.word(conn, key)?);
        if self.actions.len() >= HELD {
            self.actions.clear();
        }
        self.actions.insert(key, action.clone());
        Ok(action)
    }

    /// The entity that has this key.
    pub(super) fn entity(&mut self, conn: &Connection, key: i64) -> rusqlite::Result<Arc<Entity>> {
        if let Some(held) = self.entities.value(key) {
            return Ok(held);
        }
        let (source, entity) = conn
            .prepare_cached("SELECT source, kind, id, name FROM entity WHERE entity = ?1")?
            .query_one([key], |row| {
                Ok((row.get(0)?, Entity { kind: row.get(1)?, id: row.get(2)?, name: row.get(3)? }))
            })
            .map_err(missing)?;
        Ok(self.entities.hold(source, key, Arc::new(entity)))
    }

    /// The actor that has this key.
    pub(super) fn actor(&mut self, conn: &Connection, key: i64) -> rusqlite::Result<Arc<Actor>> {
        if let Some(held) = self.actors.value(key) {
            return Ok(held);
        }
        let (source, actor) = conn
            .prepare_cached("SELECT source, kind, id, name FROM actor WHERE actor = ?1")?
            .query_one([key], |row| {
                Ok((row.get(0)?, Actor { kind: actor_kind(row, 1)?, id: row.get(2)?, name: row.get(3)? }))
            })
            .map_err(missing)?;
        Ok(self.actors.hold(source, key, Arc::new(actor)))
    }

    /// The names of the feed that has this key.
    pub(super) fn names(&mut self, conn: &Connection, feed: i64) -> rusqlite::Result<FeedNames> {
        if let Some(names) = self.feeds.get(&feed) {
            return Ok(names.clone());
        }
        let names = conn
            .prepare_cached(
                "SELECT name, profile, scope FROM feed JOIN source USING (source) WHERE feed = ?1",
            )?
            .query_one([feed], |row| {
                Ok(FeedNames { source: row.get(0)?, feed: row.get(1)?, scope: row.get(2)? })
            })
            .map_err(missing)?;
        self.feeds.insert(feed, names.clone());
        Ok(names)
    }
}

/// The key that `find` gives for `values`, else the key of the row that `make` inserts from the same values.
fn found_or_made(conn: &Connection, find: &str, make: &str, values: &[&dyn ToSql]) -> rusqlite::Result<i64> {
    match conn.prepare_cached(find)?.query_one(values, |row| row.get(0)).optional()? {
        Some(key) => Ok(key),
        None => conn.prepare_cached(make)?.insert(values),
    }
}

/// An event that names an entry which is not there: the file is damaged.
fn missing(error: rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::QueryReturnedNoRows => super::codec::damaged(0, "an event refers to nothing"),
        other => other,
    }
}
