//! Repeatable chance.
//!
//! Everything random about the world comes from here, so that one seed tells one story on every
//! machine. It may not be used for anything that has to be hard to guess.

/// A stream of numbers that depends on nothing but its seed: `SplitMix64` by Steele, Lea and Flood
/// ("Fast Splittable Pseudorandom Number Generators", 2014), after the public domain code by Sebastiano
/// Vigna at <https://prng.di.unimi.it/splitmix64.c>.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

/// The odd number that `SplitMix64` steps by: 2^64 divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `limit`; zero when `limit` is zero. Multiply-and-shift is off by less than one in
    /// 2^32 for the small limits used here.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// The same as a place in a list.
    pub(super) fn place(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// Whether something that happens `percent` times in a hundred happens now.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One place of a list of weights, the heavier the likelier.
    pub(super) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut roll = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if roll < *weight {
                return place;
            }
            roll -= weight;
        }
        0
    }
}

/// The finishing step of `SplitMix64`: spreads a number over all 64 bits and never maps two to one.
pub(super) fn mix(number: u64) -> u64 {
    let z = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number that depends on all `parts` and their order: what is derived for one event or one request.
pub(in crate::demo) fn derive(parts: &[u64]) -> u64 {
    parts.iter().fold(0, |sum, part| mix(sum.wrapping_add(STEP) ^ mix(part.wrapping_add(STEP))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_the_published_code() {
        // The first outputs of splitmix64.c for the seed 1234567.
        let mut random = Random::new(1_234_567);
        for number in [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423] {
            assert_eq!(random.next(), number);
        }
    }

    #[test]
    fn numbers_stay_below_their_limit_and_reach_all_of_it() {
        let mut random = Random::new(1);
        let mut seen = [0; 7];
        for _ in 0..700 {
            seen[random.place(7)] += 1;
        }
        assert!(seen.iter().all(|n| *n > 50), "{seen:?}");
        assert_eq!(random.below(0), 0);
        assert!((0..200).all(|_| random.weighted(&[0, 3, 0, 1]) % 2 == 1));
    }

    #[test]
    fn what_is_derived_depends_on_every_part_and_the_order() {
        assert_ne!(derive(&[1, 2]), derive(&[2, 1]));
        assert_ne!(derive(&[1, 0]), derive(&[1]));
        assert_eq!(derive(&[7, 9]), derive(&[7, 9]));
    }
}
