//! What is surely not in the texts of many rows, in a few bits for each of their words.
//!
//! A Bloom filter (Burton H. Bloom, 1970) over all runs of three and of five bytes in the texts. A needle is
//! in no text unless all of its runs are in the filter. Three bytes find needles as short as a syllable; five
//! tell a word from one that is made of the same syllables. Ids, which are only ever looked for whole, are in
//! it as fingerprints.
//!
//! The bytes: the version of this format, the number of probes and whether runs of five are in it (1 byte
//! each), then the bits, the lowest first.

use super::texts::Texts;

const FORMAT: u8 = 1;

const HEAD: usize = 3;

/// Bits for each run; with [`PROBES`] probes about one of eighty that are not in the texts seems to be.
const BITS_EACH: usize = 10;

const PROBES: u8 = 4;

/// No filter is longer, in bytes: what is as good as random is not worth more memory.
const MOST: usize = 64 << 10;

/// The lengths of the runs.
const SHORT: usize = 3;
const LONG: usize = 5;

/// Something that can be in a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(u64);

impl Key {
    fn of(sort: u64, value: u64) -> Self {
        // The finalizer of SplitMix64 (Steele, Lea, Flood, 2014).
        let mut hash = (value ^ (sort << 56)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self(hash ^ (hash >> 31))
    }

    fn of_run(run: &[u8]) -> Self {
        let value = run.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte));
        Self::of(run.len() as u64, value)
    }

    /// The id of which this is the fingerprint.
    pub(super) fn of_id(fingerprint: u32) -> Self {
        Self::of(100, fingerprint.into())
    }

    /// Some version number.
    pub(super) fn of_versions() -> Self {
        Self::of(101, 0)
    }

    /// The bits that stand for it among `bits`.
    fn places(self, bits: usize, probes: u8) -> impl Iterator<Item = usize> {
        // Two halves make as many hashes as are needed (Kirsch, Mitzenmacher, 2006).
        let (first, step) = (self.0 >> 32, (self.0 & 0xffff_ffff) | 1);
        (0..u64::from(probes)).map(move |probe| {
            let hash = first.wrapping_add(probe.wrapping_mul(step)) & 0xffff_ffff;
            ((hash * bits as u64) >> 32) as usize
        })
    }
}

/// The runs of a needle that has to be in a text as it stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Runs {
    short: Vec<Key>,
    long: Vec<Key>,
}

impl Runs {
    pub(super) fn of(needle: &str) -> Self {
        let keys = |length: usize| needle.as_bytes().windows(length).map(Key::of_run).collect();
        Self { short: keys(SHORT), long: keys(LONG) }
    }
}

/// The filter over some rows.
#[derive(Debug, Clone)]
pub struct Filter {
    bits: Box<[u8]>,
    probes: u8,
    has_long: bool,
}

impl Filter {
    /// The filter that `bytes` hold; `None` where they are not in a form that this program knows.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        match bytes.get(..HEAD)? {
            [FORMAT, probes @ 1..=16, has_long @ 0..=1] if bytes.len() > HEAD => {
                Some(Self { bits: bytes[HEAD..].into(), probes: *probes, has_long: *has_long == 1 })
            }
            _ => None,
        }
    }

    /// The filter over `texts`, in the form that [`Filter::read`] reads.
    pub(crate) fn over(texts: &Texts) -> Vec<u8> {
        let (ids, has_versions) = texts.marks();
        let mut others: Vec<Key> = ids.map(Key::of_id).collect();
        others.extend(has_versions.then(Key::of_versions));
        let short = distinct_runs(texts, SHORT);
        let long = distinct_runs(texts, LONG);
        let room = |keys: usize| (keys * BITS_EACH).div_ceil(8).max(8);
        let has_long = room(others.len() + short.len() + long.len()) <= MOST;
        let keys = others.len() + short.len() + if has_long { long.len() } else { 0 };
        let length = room(keys).min(MOST);
        // With fewer bits for each, fewer probes let less through.
        let probes = if length < MOST { PROBES } else { (length * 8 * 7 / 10 / keys).clamp(1, 4) as u8 };
        let mut bytes = vec![0; HEAD + length];
        bytes[..HEAD].copy_from_slice(&[FORMAT, probes, u8::from(has_long)]);
        let bits = &mut bytes[HEAD..];
        let long = if has_long { long } else { Vec::new() };
        for key in others.into_iter().chain(short).chain(long) {
            key.places(length * 8, probes).for_each(|place| bits[place / 8] |= 1 << (place % 8));
        }
        bytes
    }

    pub(super) fn has(&self, key: Key) -> bool {
        key.places(self.bits.len() * 8, self.probes)
            .all(|place| self.bits[place / 8] & (1 << (place % 8)) != 0)
    }

    /// Whether a needle may be in some text.
    pub(super) fn has_all(&self, runs: &Runs) -> bool {
        (!self.has_long || runs.long.iter().all(|key| self.has(*key)))
            && runs.short.iter().all(|key| self.has(*key))
    }
}

/// Each run of so many bytes in the texts, once.
fn distinct_runs(texts: &Texts, length: usize) -> Vec<Key> {
    /// How many runs are remembered, so that most repetitions are seen at once. A power of two.
    const REMEMBERED: usize = 1 << 14;
    let mut seen = vec![Key(0); REMEMBERED];
    let mut keys = Vec::new();
    for run in texts.pieces().flat_map(|piece| piece.windows(length)) {
        let key = Key::of_run(run);
        let slot = &mut seen[key.0 as usize % REMEMBERED];
        if *slot != key {
            *slot = key;
            keys.push(key);
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}
