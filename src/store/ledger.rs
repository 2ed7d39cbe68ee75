//! The table `coverage`, and from `retention` where it ends: what is known to be complete of a feed, and remarks on what is not.
//!
//! A ledger has a handful of rows, so it is read and written whole. Nothing here decides what may be claimed.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::{GapReason, Ledger, Note, Segment, Stretch, Timestamp};

/// The ledger of the feed with this key.
pub(super) fn read(conn: &Connection, feed: i64) -> rusqlite::Result<Ledger> {
    let mut select = conn.prepare_cached(
        "SELECT lo, hi, reason, floor, verified_at FROM coverage WHERE feed = ?1 ORDER BY rowid",
    )?;
    let mut rows = select.query([feed])?;
    let (mut segments, mut notes) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let span =
            Stretch { lo: Timestamp::from_millis(row.get(0)?), hi: Timestamp::from_millis(row.get(1)?) };
        match row.get::<_, Option<String>>(2)? {
            // A reason that a newer program wrote is as good as none: it only informs.
            Some(word) => notes.extend(GapReason::from_word(&word).map(|reason| Note { span, reason })),
            None if span.lo < span.hi => segments.push(Segment {
                span,
                floor: row.get(3)?,
                verified_at: row.get::<_, Option<i64>>(4)?.map(Timestamp::from_millis),
            }),
            None => {}
        }
    }
    let mut ledger = Ledger::new(segments, notes);
    let kept: Option<i64> = conn
        .prepare_cached("SELECT kept_from FROM retention WHERE feed = ?1")?
        .query_one([feed], |row| row.get(0))
        .optional()?;
    if let Some(kept) = kept {
        ledger.keep_from(Timestamp::from_millis(kept));
    }
    Ok(ledger)
}

/// Writes the ledger of a feed over what is there, but for the time that it is kept from, which is written with
/// what is removed. Inside a transaction.
pub(super) fn write(conn: &Connection, feed: i64, ledger: &Ledger) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM coverage WHERE feed = ?1")?.execute([feed])?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO coverage (feed, lo, hi, reason, floor, verified_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for one in ledger.segments() {
        let verified_at = one.verified_at.map(Timestamp::millis);
        let (lo, hi) = (one.span.lo.millis(), one.span.hi.millis());
        insert.execute(params![feed, lo, hi, None::<&str>, one.floor, verified_at])?;
    }
    for note in ledger.notes() {
        let (lo, hi) = (note.span.lo.millis(), note.span.hi.millis());
        insert.execute(params![feed, lo, hi, note.reason.word(), false, None::<i64>])?;
    }
    Ok(())
}
