//! What became of an event in its feed: that it is gone, what was said of it before.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::{EventId, Fate, Parts, Revision, Timestamp};

/// The revisions that are read of one event.
const READ: i64 = 5;

/// What became of the event `id`, which is gone since `gone_at` and has these `parts`. Most have no fate, and
/// cost nothing.
pub(super) fn read(
    conn: &Connection,
    id: EventId,
    gone_at: Option<Timestamp>,
    parts: Parts,
) -> rusqlite::Result<Option<Box<Fate>>> {
    if !parts.has(Parts::EDITED) {
        return Ok(gone_at.map(|_| Box::new(Fate { gone_at, ..Fate::default() })));
    }
    let edits = conn
        .prepare_cached("SELECT count(*) FROM revision WHERE id = ?1")?
        .query_one([id.0], |row| row.get::<_, i64>(0))
        .optional()?;
    let mut select = conn.prepare_cached(
        "SELECT raw, replaced_at FROM revision WHERE id = ?1 ORDER BY revision DESC LIMIT ?2",
    )?;
    let revisions = select.query_map(params![id.0, READ], |row| {
        let replaced_at = Timestamp::from_millis(row.get(1)?);
        Ok(Revision { raw: row.get::<_, String>(0)?.into(), replaced_at })
    })?;
    let revisions = revisions.collect::<rusqlite::Result<Vec<_>>>()?;
    let edits = edits.and_then(|edits| u64::try_from(edits).ok()).unwrap_or_default();
    Ok(Some(Box::new(Fate { gone_at, edits, revisions })))
}
