//! Who does things: a small company that works in all three systems.

use super::random::{Random, derive};

/// One person. The same person has another id in each system, as in life; the address is what they share.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) email: &'static str,
    /// The id in Streamkap, a UUID.
    pub(super) streamkap: &'static str,
    /// The id in KaireonAI; null for whoever came in through single sign-on.
    pub(super) kaireonai: Option<&'static str>,
}

const fn person(email: &'static str, streamkap: &'static str, kaireonai: &'static str) -> Person {
    let kaireonai = if kaireonai.is_empty() { None } else { Some(kaireonai) };
    Person { email, streamkap, kaireonai }
}

/// Everybody. The first four play the story; their places are named below.
const PEOPLE: &[Person] = &[
    person("dana@example.com", "7f3d2c1b-6a5e-4d4c-9b8a-0f1e2d3c4b5a", "user_010"),
    person("ben@example.com", "c41e7a90-52b8-4f0e-8a67-d2b94e10c7f3", "user_012"),
    person("ana@example.com", "0a9d5e72-e3c1-47bb-b1f5-6c8e20d7a934", "user_011"),
    person("mia@example.com", "e5b30f46-9d27-4c6a-93e8-71fa0c5d82b6", "user_013"),
    person("li@example.com", "2b7e1516-28ae-42a6-abf7-158809cf4f3c", "user_014"),
    person("omar.haddad@example.com", "91c6d8e3-4fa2-4b07-a5d9-3e80b7126cf4", "user_017"),
    person("priya.nair@example.com", "3d07b5f9-c68a-4e12-8b3c-f59ae4d2017b", "user_019"),
    person("jonas.weber@example.com", "b8f24a6d-10e7-49c3-9f56-82cd7be3a041", "user_021"),
    person("sofia.rossi@example.com", "6e91c0d4-7b35-4d8f-a2e0-c4f713b95d68", "user_022"),
    person("kwame.mensah@example.com", "f20b8d57-a94c-4361-8e7d-5b16a9c0e3f2", "user_026"),
    person("yuki.tanaka@example.com", "48d3f6a1-0c9e-4b75-b6d2-e17a85f4c930", ""),
    person("elena.petrova@example.com", "d57ac913-e8f0-42d6-9c4b-06be3f81a27d", "user_030"),
    person("tom.fraser@example.com", "1c84be60-5d2f-4a9e-87f3-b9d0c62e5a17", "user_031"),
    person("ines.garcia@example.com", "a36f09d8-b7c4-4e51-9d8a-7f42e1c0b653", ""),
];

/// Machines that sign in with a key of their own. Only Microvisualizer names them.
const KEYS: &[&str] = &["ci-publisher", "catalog-sync", "terraform-apply"];

/// Who did something, in one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Actor(u8);

/// Keys come after as many people as will ever be listed.
const FIRST_KEY: u8 = 200;

impl Actor {
    pub(super) const SYSTEM: Self = Self(0);
    pub(super) const DANA: Self = Self(1);
    pub(super) const BEN: Self = Self(2);
    pub(super) const ANA: Self = Self(3);
    pub(super) const MIA: Self = Self(4);
    /// The key that publishes from the build.
    pub(super) const CI: Self = Self(FIRST_KEY);

    /// The person, unless it is a key or the system itself.
    pub(super) fn person(self) -> Option<&'static Person> {
        PEOPLE.get(usize::from(self.0).checked_sub(1)?)
    }

    /// The name of the key, if it is one.
    pub(super) fn key(self) -> Option<&'static str> {
        KEYS.get(usize::from(self.0.checked_sub(FIRST_KEY)?)).copied()
    }
}

/// A person for the thing that `entity` stands for: mostly one of the three who look after it.
pub(super) fn somebody(random: &mut Random, seed: u64, entity: u64) -> Actor {
    let place = if random.chance(75) {
        derive(&[seed, 0x9e0, entity, random.below(3)]) % PEOPLE.len() as u64
    } else {
        random.below(PEOPLE.len() as u64)
    };
    Actor(place as u8 + 1)
}

/// Any of the keys, the publishing one most of the time.
pub(super) fn some_key(random: &mut Random) -> Actor {
    Actor(FIRST_KEY + random.weighted(&[6, 3, 2]) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_exactly_one_of_person_key_and_system() {
        for (actor, email, key) in [
            (Actor::SYSTEM, None, None),
            (Actor::DANA, Some("dana@example.com"), None),
            (Actor::BEN, Some("ben@example.com"), None),
            (Actor::ANA, Some("ana@example.com"), None),
            (Actor::MIA, Some("mia@example.com"), None),
            (Actor::CI, None, Some("ci-publisher")),
            (Actor(199), None, None),
            (Actor(255), None, None),
        ] {
            assert_eq!(actor.person().map(|p| p.email), email);
            assert_eq!(actor.key(), key);
        }
        let mut random = Random::new(5);
        assert!((0..500).all(|n| somebody(&mut random, 1, n).person().is_some()));
        assert!((0..500).all(|_| some_key(&mut random).key().is_some()));
    }
}
