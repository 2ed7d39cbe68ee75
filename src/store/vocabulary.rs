//! What the numbers in the columns in memory stand for, read in bulk from the dictionary tables.

use rusqlite::{Connection, Row};

use super::codec::{self, damaged};
use super::db::Db;
use super::error::StoreError;
use crate::domain::{Actor, Entity, FeedNames, Vocabulary, Wanted};

/// Keys are given out one after the other. A reader makes room for each up to the greatest, so a greater
/// step than this, which only damage makes, is not followed.
const STEP: u32 = 1 << 20;

impl Db {
    /// What the numbers that `wanted` names stand for, each sort in ascending order.
    pub fn vocabulary(&mut self, wanted: &Wanted) -> Result<Vocabulary, StoreError> {
        vocabulary(&self.conn, wanted).map_err(self.explain())
    }
}

fn vocabulary(conn: &Connection, wanted: &Wanted) -> rusqlite::Result<Vocabulary> {
    let mut words = Vec::with_capacity(wanted.words.len());
    for number in &wanted.words {
        let mut select = conn.prepare_cached("SELECT word, text FROM word WHERE word = ?1")?;
        words.extend(
            select
                .query_map([number], |row| Ok((codec::number(row, 0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()?,
        );
    }
    let feeds = numbered(
        conn,
        "SELECT feed, name, profile, scope FROM feed JOIN source USING (source) WHERE feed > ?1 ORDER BY feed",
        wanted.feeds_above,
        |row| Ok(FeedNames { source: row.get(1)?, feed: row.get(2)?, scope: row.get(3)? }),
    )?;
    let entities = numbered(
        conn,
        "SELECT entity, kind, id, name FROM entity WHERE entity > ?1 ORDER BY entity",
        wanted.entities_above,
        |row| Ok(Entity { kind: row.get(1)?, id: row.get(2)?, name: row.get(3)? }),
    )?;
    let actors = numbered(
        conn,
        "SELECT actor, kind, id, name FROM actor WHERE actor > ?1 ORDER BY actor",
        wanted.actors_above,
        |row| Ok(Actor { kind: codec::actor_kind(row, 1)?, id: row.get(2)?, name: row.get(3)? }),
    )?;
    Ok(Vocabulary { feeds, entities, actors, words })
}

/// The entries that a query gives, with their numbers in its first column.
fn numbered<T>(
    conn: &Connection,
    sql: &str,
    above: u32,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<(u32, T)>> {
    let mut select = conn.prepare_cached(sql)?;
    let mut rows = select.query([above])?;
    let mut entries: Vec<(u32, T)> = Vec::new();
    while let Some(row) = rows.next()? {
        let number = codec::number(row, 0)?;
        let last = entries.last().map_or(above, |(number, _)| *number);
        if number - last > STEP {
            return Err(damaged(0, "a number is far above the one before"));
        }
        entries.push((number, read(row)?));
    }
    Ok(entries)
}
