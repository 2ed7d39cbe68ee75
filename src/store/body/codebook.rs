//! Codebooks: what the records of a profile have in common, learned from the first thousand of them.
//!
//! A codebook is kept under a number that nothing else ever gets, and never changes; bodies name the one they
//! were packed with. The newest of a profile is used for new bodies.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::get_frame_content_size;

use crate::store::codec::{Digest16, damaged, digest_of};

/// What stands for no codebook.
const NONE: i64 = 0;

/// What stands for the profile of a codebook that is about to be taken away. No profile is called so.
const RETIRED: &str = "";

/// How many records a codebook is learned from.
const SAMPLES: usize = if cfg!(test) { 40 } else { 1000 };

/// A profile with fewer records than this in a stretch that is put away learns nothing from it.
const LEAST: usize = if cfg!(test) { 10 } else { 250 };

/// The length of a codebook in bytes. Twice as much saves two bytes of eighty.
const LENGTH: usize = 16 << 10;

/// No more bytes of samples are held for one profile.
const MOST_SAMPLED: usize = 2 << 20;

/// A higher level takes four times as long and saves nothing on texts this short.
const LEVEL: i32 = 3;

/// No body is longer than this, in bytes; what says otherwise is damaged.
const MOST_BYTES: usize = 256 << 20;

/// More room than this is not held on to after a body was read.
const ROOM: usize = 1 << 20;

/// The codebooks that are in use, and what the next ones will be learned from.
#[derive(Default)]
pub(in crate::store) struct Codebooks {
    current: HashMap<String, i64>,
    packers: HashMap<i64, Compressor<'static>>,
    unpackers: HashMap<i64, Decompressor<'static>>,
    samples: HashMap<String, Samples>,
    buffer: Vec<u8>,
}

impl std::fmt::Debug for Codebooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Codebooks").field("current", &self.current).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Samples {
    bytes: Vec<u8>,
    lengths: Vec<usize>,
}

impl Codebooks {
    /// A body as a frame, and the number of the codebook that it was packed with.
    pub(super) fn pack(
        &mut self,
        tx: &Transaction<'_>,
        profile: &str,
        body: &[u8],
    ) -> rusqlite::Result<(i64, Vec<u8>)> {
        let mut codebook = self.current(tx, profile)?;
        if codebook == NONE {
            let samples = self.samples.entry(profile.to_owned()).or_default();
            samples.add(body);
            if samples.lengths.len() >= SAMPLES || samples.bytes.len() >= MOST_SAMPLED {
                codebook = self.make(tx, profile)?;
            }
        }
        let packer = match self.packers.entry(codebook) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(free) => free.insert(packer(&stored(tx, codebook)?).map_err(unwritable)?),
        };
        Ok((codebook, packer.compress(body).map_err(unwritable)?))
    }

    /// Looks at a body of a profile that has no codebook, and makes one of what it has seen when that is
    /// enough for rows that have come to rest.
    pub(super) fn learn(&mut self, tx: &Transaction<'_>, profile: &str, body: &[u8]) -> rusqlite::Result<()> {
        if self.current(tx, profile)? != NONE {
            return Ok(());
        }
        let samples = self.samples.entry(profile.to_owned()).or_default();
        samples.add(body);
        if samples.lengths.len() >= LEAST {
            self.make(tx, profile)?;
        }
        Ok(())
    }

    /// Whether there is a codebook for a profile.
    pub(super) fn knows(&mut self, conn: &Connection, profile: &str) -> rusqlite::Result<bool> {
        Ok(self.current(conn, profile)? != NONE)
    }

    /// What `read` makes of the body that a frame holds; nothing where it holds none.
    pub(super) fn unpack<R>(
        &mut self,
        conn: &Connection,
        codebook: i64,
        frame: &[u8],
        read: impl FnOnce(&[u8]) -> Option<R>,
    ) -> rusqlite::Result<Option<R>> {
        let unpacker = match self.unpackers.entry(codebook) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(free) => {
                let unpacker = Decompressor::with_dictionary(&stored(conn, codebook)?);
                free.insert(unpacker.map_err(|_| damaged(0, "a codebook cannot be used"))?)
            }
        };
        let length = get_frame_content_size(frame).ok().flatten();
        let length = length.and_then(|length| usize::try_from(length).ok());
        let Some(length) = length.filter(|length| *length <= MOST_BYTES) else { return Ok(None) };
        if self.buffer.capacity() > ROOM {
            self.buffer = Vec::new();
        }
        self.buffer.clear();
        self.buffer.reserve(length);
        let unpacked = unpacker.decompress_to_buffer(frame, &mut self.buffer);
        Ok(if matches!(unpacked, Ok(it) if it == length) { read(&self.buffer) } else { None })
    }

    /// From now on the codebooks of a profile are used for nothing new.
    pub(super) fn retire(&mut self, tx: &Transaction<'_>, profile: &str) -> rusqlite::Result<()> {
        self.current.remove(profile);
        self.samples.remove(profile);
        tx.execute("UPDATE codebook SET profile = ?2 WHERE profile = ?1", [profile, RETIRED]).map(drop)
    }

    /// Takes away the codebooks that were retired. No body may name one any more.
    pub(super) fn forget_retired(tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.execute("DELETE FROM codebook WHERE profile = ?1", [RETIRED]).map(drop)
    }

    fn current(&mut self, conn: &Connection, profile: &str) -> rusqlite::Result<i64> {
        if let Some(codebook) = self.current.get(profile) {
            return Ok(*codebook);
        }
        let found: Option<i64> = conn
            .prepare_cached("SELECT max(codebook) FROM codebook WHERE profile = ?1")?
            .query_one([profile], |row| row.get(0))?;
        // Another program may make one at any time; as long as there is none, it is looked for again.
        if let Some(found) = found {
            self.current.insert(profile.to_owned(), found);
        }
        Ok(found.unwrap_or(NONE))
    }

    /// Makes a codebook of the samples; where they have nothing in common, there is none, and they are
    /// forgotten.
    fn make(&mut self, tx: &Transaction<'_>, profile: &str) -> rusqlite::Result<i64> {
        let Some(samples) = self.samples.remove(profile) else { return Ok(NONE) };
        let Ok(data) = zstd::dict::from_continuous(&samples.bytes, &samples.lengths, LENGTH) else {
            return Ok(NONE);
        };
        tx.prepare_cached("INSERT INTO codebook (profile, digest, data) VALUES (?1, ?2, ?3)")?
            .execute(params![profile, digest_of(&data), data])?;
        let codebook = tx.last_insert_rowid();
        self.current.insert(profile.to_owned(), codebook);
        Ok(codebook)
    }
}

impl Samples {
    fn add(&mut self, body: &[u8]) {
        // A very long record says little of the others.
        let length = body.len().min(MOST_SAMPLED / 64);
        self.bytes.extend_from_slice(&body[..length]);
        self.lengths.push(length);
    }
}

/// A codebook as it was made: one wrong bit in it would spoil every body.
fn stored(conn: &Connection, codebook: i64) -> rusqlite::Result<Vec<u8>> {
    if codebook == NONE {
        return Ok(Vec::new());
    }
    let found: Option<(Vec<u8>, Digest16)> = conn
        .prepare_cached("SELECT data, digest FROM codebook WHERE codebook = ?1")?
        .query_one([codebook], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match found {
        Some((data, digest)) if digest_of(&data) == digest => Ok(data),
        Some(_) => Err(damaged(0, "a codebook is not what it was")),
        None => Err(damaged(0, "an event names a codebook that is not there")),
    }
}

/// Bodies are short and found by their row, so a frame says nothing that is known anyway.
fn packer(codebook: &[u8]) -> io::Result<Compressor<'static>> {
    let mut packer = Compressor::with_dictionary(LEVEL, codebook)?;
    packer.include_checksum(false)?;
    packer.include_dictid(false)?;
    packer.include_contentsize(true)?;
    Ok(packer)
}

fn unwritable(error: io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}
