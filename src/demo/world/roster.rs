//! Which entities of one system exist at the moment, and which is to come next.

use super::random::Random;

/// The entities of one system, by their place in its table. They come to be in the order of the table.
#[derive(Debug)]
pub(super) struct Roster {
    born: u16,
    planned: u16,
    living: Vec<u16>,
}

/// The part of the world's time, in millionths, in which more than half of all entities come to be.
const FOUNDING: u64 = 80_000;

/// How many come to be at once, so that the first days are not about one thing only.
const AT_ONCE: u64 = 4;

impl Roster {
    /// For `planned` entities, none of which exists yet.
    pub(super) fn new(planned: usize) -> Self {
        let planned = u16::try_from(planned).unwrap_or(u16::MAX);
        Self { born: 0, planned, living: Vec::new() }
    }

    /// The place of the next entity, if it is time for one. `progress` is the part of the world's time
    /// that has passed, in millionths.
    pub(super) fn due(&self, progress: u64) -> Option<u16> {
        let progress = progress.min(1_000_000);
        let founded = 550_000 * progress.min(FOUNDING) / FOUNDING;
        let by_now = AT_ONCE + u64::from(self.planned) * (founded + 45 * progress / 100) / 1_000_000;
        (self.born < self.planned && u64::from(self.born) < by_now).then_some(self.born)
    }

    /// Makes the next entity exist, and says which one it is.
    pub(super) fn add(&mut self) -> u16 {
        self.living.push(self.born);
        self.born += 1;
        self.born - 1
    }

    /// Makes `entity` exist no more.
    pub(super) fn remove(&mut self, entity: u16) {
        self.living.retain(|living| *living != entity);
    }

    /// Any entity that exists, old ones more often than new ones, but none of the first `avoid` ones.
    pub(super) fn pick(&self, random: &mut Random, avoid: u16) -> Option<u16> {
        // The story's entities come first in every table and never go away, so they come first here too.
        let from = self.living.partition_point(|entity| *entity < avoid);
        let living = &self.living[from..];
        let skewed = random.place(living.len() + 1).min(random.place(living.len() + 1));
        living.get(skewed).or_else(|| living.first()).copied()
    }

    /// The places of all that came to be so far.
    pub(super) fn born(&self) -> u16 {
        self.born
    }

    /// The places of all that exist.
    pub(super) fn living(&self) -> &[u16] {
        &self.living
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_exist_after_the_founding_and_all_in_the_end() {
        let mut roster = Roster::new(40);
        for (progress, born) in [(0, 4), (80_000, 27), (500_000, 35), (1_000_000, 40), (u64::MAX, 40)] {
            while roster.due(progress).is_some() {
                roster.add();
            }
            assert_eq!(roster.born(), born, "{progress}");
        }
    }

    #[test]
    fn what_is_gone_or_avoided_is_never_picked() {
        let mut roster = Roster::new(6);
        let mut random = Random::new(2);
        assert_eq!(roster.pick(&mut random, 0), None);
        for _ in 0..6 {
            roster.add();
        }
        roster.remove(4);
        let mut seen = [0; 6];
        for _ in 0..600 {
            seen[usize::from(roster.pick(&mut random, 2).unwrap())] += 1;
        }
        assert_eq!((seen[0], seen[1], seen[4]), (0, 0, 0));
        assert!(seen[2] > seen[5] && seen[5] > 0, "{seen:?}");
        assert_eq!(roster.living(), [0, 1, 2, 3, 5]);
        assert_eq!(Roster::new(0).due(1_000), None);
    }
}
