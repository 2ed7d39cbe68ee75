//! The two names of an event: where it stands in time, and what it is called.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::{Identity, Timestamp};

/// The stable public name of an event: 80 bits of a hash over source, scope and identity, written as
/// sixteen characters of Crockford's base 32 in lower case.
///
/// The same record has the same id in every cache that calls its source by the same name, so an id can
/// be sent to a colleague. Among ten million events the odds of two sharing an id are about 4e-11.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub [u8; 10]);

/// Crockford's alphabet: no `i`, `l`, `o` or `u`, so an id survives being read aloud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl EventId {
    /// The id of a record of `source` in `scope`.
    pub fn derive(source: &str, scope: Option<&str>, identity: &Identity) -> Self {
        let (tag, text) = match identity {
            Identity::Native(id) => (b"n", id),
            Identity::Content(content) => (b"c", content),
        };
        let mut hash = Sha256::new();
        for part in [source, scope.unwrap_or_default()] {
            // Lengths keep ("ab", "c") and ("a", "bc") apart.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update(tag);
        hash.update(text);
        let digest = hash.finalize();
        let mut id = [0; 10];
        id.copy_from_slice(&digest[..10]);
        Self(id)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.iter().fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        for place in (0..16).rev() {
            let digit = (bits >> (place * 5)) & 31;
            write!(f, "{}", char::from(ALPHABET[digit as usize]))?;
        }
        Ok(())
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an event id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event id is 16 letters and digits, such as `3kq0x8v2m4n6p1rt`")]
pub struct NotAnId;

impl FromStr for EventId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.len() != 16 {
            return Err(NotAnId);
        }
        let mut bits = 0_u128;
        for byte in text.bytes() {
            let lower = byte.to_ascii_lowercase();
            let digit = ALPHABET.iter().position(|b| *b == lower).ok_or(NotAnId)?;
            bits = (bits << 5) | digit as u128;
        }
        let mut id = [0; 10];
        id.copy_from_slice(&bits.to_be_bytes()[6..]);
        Ok(Self(id))
    }
}

/// The place of an event in the cache: time-ordered, unique in one cache, newest greatest.
///
/// The upper 45 bits are milliseconds since the epoch, the lower 18 tell events of one millisecond
/// apart, so that reading "the next 200 older" is a walk along the primary key and the day of a row is
/// known without reading it. Times outside the years 1485 to 2527 sort at the ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId(pub i64);

/// How many bits tell events of one millisecond apart.
const TIE_BITS: u32 = 18;

impl RowId {
    /// The place that an event would like to have; the store takes the next free one above it.
    pub fn preferred(time: Timestamp, id: EventId) -> Self {
        let limit = i64::MAX >> TIE_BITS;
        let millis = time.millis().clamp(-limit, limit - 1);
        let low = (i64::from(id.0[0]) << 10) | (i64::from(id.0[1]) << 2) | (i64::from(id.0[2]) >> 6);
        Self((millis << TIE_BITS) | low)
    }

    /// The smallest place of the millisecond `time`.
    pub fn floor(time: Timestamp) -> Self {
        let limit = i64::MAX >> TIE_BITS;
        Self(time.millis().clamp(-limit, limit - 1) << TIE_BITS)
    }

    /// The time of the event at this place.
    pub fn time(self) -> Timestamp {
        Timestamp::from_millis(self.0 >> TIE_BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_being_written_and_read() {
        let id = EventId::derive("prod", Some("dest_1"), &Identity::Native("68f0".into()));
        let text = id.to_string();
        assert_eq!(text.len(), 16);
        assert_eq!(text.parse::<EventId>(), Ok(id));
        assert_eq!(text.to_uppercase().parse::<EventId>(), Ok(id));
    }

    #[test]
    fn ids_differ_by_source_scope_and_kind_of_identity() {
        let native = Identity::Native("1".into());
        let ids = [
            EventId::derive("a", None, &native),
            EventId::derive("b", None, &native),
            EventId::derive("a", Some("s"), &native),
            EventId::derive("as", None, &native),
            EventId::derive("a", None, &Identity::Content("1".into())),
        ];
        for (i, a) in ids.iter().enumerate() {
            assert!(ids[i + 1..].iter().all(|b| a != b));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "3kq0", "ulous0000000000i", "3kq0x8v2m4n6p1rt5"] {
            assert_eq!(text.parse::<EventId>(), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn rows_sort_by_time_and_know_it() {
        let id = EventId([255; 10]);
        let earlier = RowId::preferred(Timestamp::from_millis(1_774_000_000_000), id);
        let later = RowId::preferred(Timestamp::from_millis(1_774_000_000_001), EventId([0; 10]));
        assert!(earlier < later);
        assert_eq!(earlier.time().millis(), 1_774_000_000_000);
        assert!(RowId::floor(later.time()) <= later && RowId::floor(later.time()) > earlier);
    }

    #[test]
    fn times_at_the_ends_of_the_calendar_do_not_overflow() {
        for millis in [i64::MIN, -62_167_219_200_000, 253_402_300_800_000, i64::MAX] {
            let row = RowId::preferred(Timestamp::from_millis(millis), EventId([7; 10]));
            assert_eq!(row.0.signum(), millis.signum());
        }
    }
}
