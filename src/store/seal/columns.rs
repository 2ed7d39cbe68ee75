//! The columns of a stretch of rows as bytes.
//!
//! All numbers are little-endian. The number of rows, of odd times and of pairs of words (4 bytes each); the
//! places (8 bytes each), oldest first; places and times of the rows whose place does not tell the time (8
//! bytes each); pairs of words (4 bytes each); then column by column (4 bytes each) feeds, entities, actors,
//! pairs of words by their position, and fingerprints of change sets; at last the marks (2 bytes each).

use std::collections::HashMap;
use std::ops::Range;

use crate::domain::{IndexRow, Marks, SealedRows, Timestamp};

/// The bytes of rows that stand oldest first.
pub(super) fn write(rows: &[IndexRow]) -> Vec<u8> {
    let mut words: Vec<(u32, u32)> = Vec::new();
    let mut known: HashMap<(u32, u32), u32> = HashMap::new();
    let mut deeds = Vec::with_capacity(rows.len());
    for row in rows {
        let pair = (row.action, row.raw_action);
        deeds.push(*known.entry(pair).or_insert_with(|| {
            words.push(pair);
            words.len() as u32 - 1
        }));
    }
    let odd = || rows.iter().filter_map(|row| Some([row.row.0, row.time?.millis()]));
    let mut bytes = Vec::with_capacity(12 + rows.len() * 30 + words.len() * 8);
    for length in [rows.len(), odd().count(), words.len()] {
        bytes.extend((length as u32).to_le_bytes());
    }
    bytes.extend(rows.iter().flat_map(|row| row.row.0.to_le_bytes()));
    bytes.extend(odd().flatten().flat_map(i64::to_le_bytes));
    bytes.extend(words.iter().flat_map(|(action, raw)| [*action, *raw]).flat_map(u32::to_le_bytes));
    for column in [
        rows.iter().map(|row| row.feed).collect(),
        rows.iter().map(|row| row.entity).collect(),
        rows.iter().map(|row| row.actor).collect(),
        deeds,
        rows.iter().map(|row| row.set).collect::<Vec<u32>>(),
    ] {
        bytes.extend(column.into_iter().flat_map(u32::to_le_bytes));
    }
    bytes.extend(rows.iter().flat_map(|row| row.marks.bits().to_le_bytes()));
    bytes
}

/// The columns that `bytes` hold, of rows in `places`; `None` where they are not what was written.
pub(super) fn read(bytes: &[u8], places: Range<i64>) -> Option<SealedRows> {
    let mut bytes = Bytes(bytes);
    let lengths = bytes.numbers(3)?;
    let [count, odd, words] = [0, 1, 2].map(|at| lengths[at] as usize);
    let rows = bytes.longs(count)?;
    let times = bytes.longs(odd.checked_mul(2)?)?;
    let words = bytes.numbers(words.checked_mul(2)?)?;
    let sealed = SealedRows {
        rows,
        times: times.chunks_exact(2).map(|pair| (pair[0], Timestamp::from_millis(pair[1]))).collect(),
        words: words.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect(),
        feeds: bytes.numbers(count)?,
        entities: bytes.numbers(count)?,
        actors: bytes.numbers(count)?,
        deeds: bytes.numbers(count)?,
        sets: bytes.numbers(count)?,
        marks: bytes.shorts(count)?.into_iter().map(Marks::from_bits).collect::<Option<_>>()?,
        ..SealedRows::default()
    };
    let in_order = sealed.rows.is_sorted_by(|a, b| a < b) && sealed.times.is_sorted_by(|a, b| a.0 < b.0);
    let ends = [sealed.rows.first(), sealed.rows.last()];
    let inside = ends.into_iter().flatten().all(|row| places.contains(row));
    (bytes.0.is_empty() && in_order && inside).then_some(sealed)
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn shorts(&mut self, count: usize) -> Option<Vec<u16>> {
        let bytes = self.take(count.checked_mul(2)?)?;
        Some(bytes.as_chunks().0.iter().map(|two| u16::from_le_bytes(*two)).collect())
    }

    fn numbers(&mut self, count: usize) -> Option<Vec<u32>> {
        let bytes = self.take(count.checked_mul(4)?)?;
        Some(bytes.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect())
    }

    fn longs(&mut self, count: usize) -> Option<Vec<i64>> {
        let bytes = self.take(count.checked_mul(8)?)?;
        Some(bytes.as_chunks().0.iter().map(|eight| i64::from_le_bytes(*eight)).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Parts, RowId, Status};

    fn rows() -> impl Strategy<Value = Vec<IndexRow>> {
        let numbers = prop::collection::vec(0..5_u32, 6);
        let row = (1..1000_i64, prop::option::of(any::<i64>()), numbers, any::<u8>());
        prop::collection::vec(row, 0..40).prop_map(|rows| {
            let mut place = 0;
            rows.into_iter()
                .map(|(step, time, numbers, parts)| {
                    place += step;
                    IndexRow {
                        row: RowId(place),
                        time: time.map(Timestamp::from_millis),
                        feed: numbers[0],
                        entity: numbers[1],
                        actor: numbers[2],
                        action: numbers[3],
                        raw_action: numbers[4],
                        set: numbers[5],
                        marks: Marks::new(Status::Failed, Parts::from_bits(parts)),
                    }
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(rows in rows(), at in any::<prop::sample::Index>()) {
            let bytes = write(&rows);
            let sealed = read(&bytes, 0..i64::MAX).unwrap();
            prop_assert_eq!(sealed.rows.len(), rows.len());
            for (at, row) in rows.iter().enumerate() {
                let (action, raw_action) = sealed.words[sealed.deeds[at] as usize];
                let time = sealed.times.iter().find(|(place, _)| *place == row.row.0).map(|(_, time)| *time);
                let back = IndexRow {
                    row: RowId(sealed.rows[at]),
                    time,
                    feed: sealed.feeds[at],
                    entity: sealed.entities[at],
                    actor: sealed.actors[at],
                    action,
                    raw_action,
                    set: sealed.sets[at],
                    marks: sealed.marks[at],
                };
                prop_assert_eq!(&back, row);
            }
            prop_assert_eq!(read(&bytes[..at.index(bytes.len())], 0..i64::MAX), None);
            if !rows.is_empty() {
                prop_assert_eq!(read(&bytes, 0..rows[0].row.0), None);
            }
        }
    }
}
