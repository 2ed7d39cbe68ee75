//! The long texts of an event, in a few bytes: packed one by one, with what events of one profile share.
//!
//! Records of a profile resemble each other far more than the parts of one record do. So the first thousand of
//! a profile make a codebook (a dictionary of Zstandard), and every record is compressed with it alone: it can
//! be read without any other, and a new one costs two microseconds. What was packed before there was a
//! codebook is packed anew when its rows are put away (see `seal`), and so are the bodies that an older version
//! of this program wrote into the table `body`.
//!
//! A packed body is one frame. Unpacked, all numbers being LEB128: one byte, of which bit 0 says whether identity is
//! the feed's own id and bit 1 whether there is a tenth text; the length of each text plus one, or 0 where there is
//! none, in the order of [`Body`]; then the texts. Older versions of this program wrote nine texts.

mod codebook;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::codec::{self, Encoded, damaged};
use crate::domain::Record;

pub(super) use codebook::Codebooks;

/// Which of the texts is the record itself, and which the changes.
const RAW: usize = 0;
const CHANGES: usize = 5;
const REFUSED: usize = 6;
const DOCUMENTS: usize = 9;

const TEXTS: usize = 10;

/// What the first byte says.
const NATIVE: u8 = 1;
const WITH_DOCUMENTS: u8 = 2;

/// The long texts of an event, as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body {
    /// Whether identity is the feed's own id.
    pub(super) native: bool,
    /// Raw, identity (absent where it is the raw text itself), error, summary, AI summary, changes as JSON,
    /// why the second request was refused, URL, facts as JSON, documents as JSON.
    texts: [Option<Box<str>>; TEXTS],
}

impl Body {
    pub(super) fn of(record: &Record, encoded: &Encoded) -> Self {
        let (native, identity) = codec::identity_columns(record);
        let texts = [
            Some(&*record.raw),
            identity,
            record.error.as_deref(),
            record.summary.as_deref(),
            record.ai_summary.as_deref(),
            encoded.changes.as_deref(),
            encoded.refused.as_deref(),
            record.url.as_deref(),
            encoded.facts.as_deref(),
            encoded.documents.as_deref(),
        ];
        Self { native, texts: texts.map(|text| text.map(Box::from)) }
    }

    pub(super) fn raw(&self) -> &str {
        self.texts[RAW].as_deref().unwrap_or_default()
    }

    pub(super) fn changes(&self) -> Option<&str> {
        self.texts[CHANGES].as_deref()
    }

    pub(super) fn refused(&self) -> Option<&str> {
        self.texts[REFUSED].as_deref()
    }

    pub(super) fn documents(&self) -> Option<&str> {
        self.texts[DOCUMENTS].as_deref()
    }

    /// The same with what a second request said.
    pub(super) fn with_detail(
        mut self,
        changes: Option<String>,
        refused: Option<&str>,
        documents: Option<&str>,
    ) -> Self {
        self.texts[CHANGES] = changes.map(Box::from);
        self.texts[REFUSED] = refused.map(Box::from);
        self.texts[DOCUMENTS] = documents.map(Box::from);
        self
    }

    /// Native, raw, identity, error, summary, AI summary, changes, refused, URL, facts, documents.
    pub(super) fn into_parts(self) -> (bool, [Option<Box<str>>; TEXTS]) {
        (self.native, self.texts)
    }

    fn write(&self) -> Vec<u8> {
        let length: usize = self.texts.iter().flatten().map(|text| text.len()).sum();
        let mut bytes = Vec::with_capacity(length + 2 * TEXTS);
        let with_documents = self.documents().is_some();
        bytes.push(if self.native { NATIVE } else { 0 } | if with_documents { WITH_DOCUMENTS } else { 0 });
        for text in &self.texts[..texts(with_documents)] {
            put_number(&mut bytes, text.as_ref().map_or(0, |text| text.len() as u64 + 1));
        }
        for text in self.texts.iter().flatten() {
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (first, mut rest) = bytes.split_first()?;
        let mut lengths = [0; TEXTS];
        for length in &mut lengths[..texts(first & WITH_DOCUMENTS != 0)] {
            *length = take_number(&mut rest)?;
        }
        let mut texts = [const { None }; TEXTS];
        for (text, length) in texts.iter_mut().zip(lengths) {
            if let Some(length) = length.checked_sub(1) {
                let (here, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
                *text = Some(std::str::from_utf8(here).ok()?.into());
                rest = after;
            }
        }
        (rest.is_empty() && *first <= NATIVE | WITH_DOCUMENTS && texts[RAW].is_some())
            .then_some(Self { native: first & NATIVE != 0, texts })
    }
}

/// How many texts are written.
fn texts(with_documents: bool) -> usize {
    if with_documents { TEXTS } else { DOCUMENTS }
}

fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Keeps the body of the event at `row`, over what is there, with the codebook of its profile.
pub(super) fn put(
    tx: &Transaction<'_>,
    codebooks: &mut Codebooks,
    row: i64,
    profile: &str,
    body: &Body,
) -> rusqlite::Result<()> {
    let (codebook, data) = codebooks.pack(tx, profile, &body.write())?;
    tx.prepare_cached("INSERT OR REPLACE INTO packed (row, codebook, data) VALUES (?1, ?2, ?3)")?
        .execute(params![row, codebook, data])
        .map(drop)
}

/// Takes the body of an event away, however it is kept.
pub(super) fn remove(tx: &Transaction<'_>, row: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM packed WHERE row = ?1")?.execute([row])?;
    remove_old(tx, row)
}

/// Takes away what an older version of this program kept of a body.
pub(super) fn remove_old(tx: &Transaction<'_>, row: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM body WHERE row = ?1")?.execute([row]).map(drop)
}

/// The body of the event at `row`.
pub(super) fn get(conn: &Connection, codebooks: &mut Codebooks, row: i64) -> rusqlite::Result<Option<Body>> {
    let mut select = conn.prepare_cached("SELECT codebook, data FROM packed WHERE row = ?1")?;
    let mut found = select.query([row])?;
    match found.next()? {
        Some(packed) => unpack(conn, codebooks, packed.get(0)?, packed.get_ref(1)?.as_blob()?).map(Some),
        None => get_old(conn, row),
    }
}

/// The body that a frame holds.
pub(super) fn unpack(
    conn: &Connection,
    codebooks: &mut Codebooks,
    codebook: i64,
    data: &[u8],
) -> rusqlite::Result<Body> {
    let body = codebooks.unpack(conn, codebook, data, Body::read)?;
    body.ok_or_else(|| damaged(1, "an event cannot be unpacked"))
}

/// The body that an older version of this program kept.
pub(super) fn get_old(conn: &Connection, row: i64) -> rusqlite::Result<Option<Body>> {
    conn.prepare_cached(
        "SELECT native, raw, identity, error, summary, ai_summary, changes, refused, url, facts
         FROM body WHERE row = ?1",
    )?
    .query_one([row], |row| {
        let mut texts = [const { None }; TEXTS];
        for (at, text) in texts.iter_mut().enumerate().take(DOCUMENTS) {
            *text = row.get(at + 1)?;
        }
        Ok(Body { native: row.get(0)?, texts })
    })
    .optional()
}

/// Packs anew the bodies in a stretch of rows that are kept without a codebook, where there is one by now or
/// they are enough to make one.
pub(super) fn renew(
    tx: &Transaction<'_>,
    codebooks: &mut Codebooks,
    start: i64,
    past: i64,
) -> rusqlite::Result<()> {
    let plain: Vec<(i64, String)> = tx
        .prepare_cached(
            "SELECT row, profile FROM event JOIN feed USING (feed) WHERE row >= ?1 AND row < ?2
             AND ifnull((SELECT codebook FROM packed WHERE packed.row = event.row), 0) = 0",
        )?
        .query_map([start, past], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (row, profile) in &plain {
        if let Some(body) = get(tx, codebooks, *row)? {
            codebooks.learn(tx, profile, &body.write())?;
        }
    }
    for (row, profile) in &plain {
        let old = get_old(tx, *row)?;
        if codebooks.knows(tx, profile)? || old.is_some() {
            let packed = get(tx, codebooks, *row)?;
            if let Some(body) = packed.or(old) {
                put(tx, codebooks, *row, profile, &body)?;
                remove_old(tx, *row)?;
            }
        }
    }
    Ok(())
}

/// Packs all bodies of a profile anew, with a codebook that only they have taught.
pub(super) fn unlearn(
    tx: &Transaction<'_>,
    codebooks: &mut Codebooks,
    profile: &str,
) -> rusqlite::Result<()> {
    codebooks.retire(tx, profile)?;
    let mut last = i64::MIN;
    loop {
        let rows: Vec<i64> = tx
            .prepare_cached(
                "SELECT row FROM packed JOIN event USING (row) JOIN feed USING (feed)
                 WHERE profile = ?1 AND row > ?2 ORDER BY row LIMIT 1000",
            )?
            .query_map(params![profile, last], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let Some(newest) = rows.last() else { break };
        last = *newest;
        for row in rows {
            if let Some(body) = get(tx, codebooks, row)? {
                put(tx, codebooks, row, profile, &body)?;
            }
        }
    }
    Codebooks::forget_retired(tx)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_body_comes_back(
            native in any::<bool>(),
            raw in ".{0,200}",
            others in prop::collection::vec(prop::option::of(".{0,40}"), TEXTS - 1),
            cut in any::<prop::sample::Index>(),
        ) {
            let texts: Vec<Option<Box<str>>> =
                std::iter::once(Some(raw)).chain(others).map(|text| text.map(Box::from)).collect();
            let body = Body { native, texts: texts.try_into().unwrap() };
            let bytes = body.write();
            prop_assert_eq!(Body::read(&bytes), Some(body));
            prop_assert_eq!(Body::read(&bytes[..cut.index(bytes.len())]), None);
        }
    }
}
