//! The story worth finding: one hour in which something broke, and what was done before and after.
//!
//! It is told on the day before the world's end, whatever the seed; only seconds differ.

use super::World;
use super::clock::{DAY, DAYS, HOUR, MINUTE, SECOND};
use super::names::PUBLISH_NOTES;
use super::people::Actor;
use super::random::{Random, derive};
use crate::domain::Timestamp;

/// One thing that happens because the story needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scene {
    /// What the story needs comes to be.
    DestinationCreated,
    ServiceCreated,
    FlowCreated,
    ChannelCreated,
    /// An ordinary version, with the place of its note.
    FlowPublished(usize),
    /// 14:05: a change of the connector fails.
    ConnectorFails,
    /// 14:18: the version that turns out to be bad.
    BadVersion,
    /// 14:26: the service is edited.
    ServiceEdited,
    /// 14:32: automation reacts to what broke.
    Regression,
    /// 14:51: back to the version before.
    RolledBack,
    /// 14:58: the change of the connector works.
    ConnectorSucceeds,
}

/// When the story's hour begins: 14:00 UTC on the day before `until`.
pub(super) fn hour(until: i64) -> i64 {
    until.div_euclid(DAY).saturating_sub(1).saturating_mul(DAY).saturating_add(14 * HOUR)
}

/// How long before the hour begins and after it ends nothing else may happen to the story's entities.
pub(super) const QUIET: i64 = 30 * MINUTE;

/// How many entities from the top of each table belong to the story, or may be taken to.
pub(super) const ENTITIES: u16 = 2;

/// What comes before everything else, in the order of the tables of the three systems.
pub(super) const FOUNDING: [Scene; 4] =
    [Scene::DestinationCreated, Scene::ServiceCreated, Scene::FlowCreated, Scene::ChannelCreated];

/// Every other scene with its time, oldest first, for a world that ends at `until`.
pub(super) fn scenes(seed: u64, until: i64) -> Vec<(i64, Scene)> {
    let start = until.saturating_sub(DAYS * DAY);
    // Before the hour come the weeks in which versions are published, in days from the start.
    let before = [(2, 0), (11, 1), (30, 2), (54, 7), (79, 3), (101, 9)];
    let hour = hour(until);
    let during = [
        (5, Scene::ConnectorFails),
        (18, Scene::BadVersion),
        (26, Scene::ServiceEdited),
        (32, Scene::Regression),
        (51, Scene::RolledBack),
        (58, Scene::ConnectorSucceeds),
    ];
    let spread = |nth: usize, limit: i64| (derive(&[seed, 0x57, nth as u64]) % limit as u64) as i64;
    let before = before.iter().enumerate().map(|(nth, (day, note))| {
        (start.saturating_add(day * DAY + spread(nth, 20 * MINUTE)), Scene::FlowPublished(*note))
    });
    let during = during.iter().enumerate().map(|(nth, (minute, scene))| {
        (hour.saturating_add(minute * MINUTE + spread(nth + 100, 55 * SECOND)), *scene)
    });
    before.chain(during).collect()
}

impl World {
    /// Lets one scene happen.
    pub(super) fn play(&mut self, time: Timestamp, scene: Scene) {
        match scene {
            Scene::DestinationCreated => self.streamkap.found(time, Actor::DANA),
            Scene::ServiceCreated => {
                let mut random = Random::new(derive(&[self.seed, 0x5e7]));
                self.microvisualizer.found(time, Actor::CI, &mut random);
            }
            Scene::FlowCreated | Scene::ChannelCreated => self.kaireonai.found(time, Actor::BEN),
            Scene::FlowPublished(note) => self.kaireonai.publish(time, Actor::BEN, note),
            Scene::ConnectorFails => self.streamkap.reconfigure(time, Actor::DANA, true),
            Scene::BadVersion => self.kaireonai.publish(time, Actor::BEN, PUBLISH_NOTES.len()),
            Scene::ServiceEdited => self.microvisualizer.hurry(time, Actor::MIA),
            Scene::Regression => self.kaireonai.regress(time),
            Scene::RolledBack => self.kaireonai.roll_back(time, Actor::ANA),
            Scene::ConnectorSucceeds => self.streamkap.reconfigure(time, Actor::DANA, false),
        }
    }
}
