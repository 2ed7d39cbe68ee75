//! The Streamkap account: what its destinations go through, and how their configuration history tells it.

use serde_json::{Value, json};

use super::clock::MINUTE;
use super::event::{CompactEvent, Focus, Moment, NO_EVENT, Verb};
use super::names::{
    BACKGROUND_CHANGES, CONNECTOR_ERRORS, DESTINATIONS, Destination, SETTING_COUNT, SETTING_REASONS, SETTINGS,
};
use super::people::{Actor, somebody};
use super::random::{Random, derive};
use super::roster::Roster;
use crate::domain::Timestamp;

/// Every destination and everything that happened to it.
#[derive(Debug)]
pub(in crate::demo) struct Account {
    seed: u64,
    histories: Vec<History>,
    roster: Roster,
    focus: Option<Focus>,
}

#[derive(Debug)]
struct History {
    /// The place of the value each setting has now.
    settings: [u8; SETTING_COUNT],
    /// Oldest first.
    events: Vec<CompactEvent>,
}

/// The place of the story's destination.
const STORY_DESTINATION: u16 = 0;
/// How many settings from the top of the table only the story changes.
const STORY_SETTINGS: usize = 2;

/// One setting that went from one value to another.
#[derive(Debug, Clone, Copy)]
struct Turn {
    setting: u8,
    from: u8,
    to: u8,
}

/// What a record tells, packed into the eight bytes of [`CompactEvent::state`].
#[derive(Debug, Clone, Copy)]
struct Told {
    /// Which sentence of the tables is used where there is a choice.
    variant: u8,
    failed: bool,
    turns: [Option<Turn>; 2],
}

/// The setting of a turn that did not happen.
const NO_SETTING: u8 = 255;

impl Told {
    fn pack(self) -> u64 {
        let mut bytes = [self.variant, u8::from(self.failed), NO_SETTING, 0, 0, NO_SETTING, 0, 0];
        for (turn, bytes) in self.turns.iter().zip(bytes[2..].chunks_exact_mut(3)) {
            if let Some(Turn { setting, from, to }) = turn {
                bytes.copy_from_slice(&[*setting, *from, *to]);
            }
        }
        u64::from_le_bytes(bytes)
    }

    fn unpack(bits: u64) -> Self {
        let bytes = bits.to_le_bytes();
        let turn = |at: usize| {
            let turn = Turn { setting: bytes[at], from: bytes[at + 1], to: bytes[at + 2] };
            (turn.setting != NO_SETTING).then_some(turn)
        };
        Self { variant: bytes[0], failed: bytes[1] == 1, turns: [turn(2), turn(5)] }
    }
}

impl Account {
    /// An account in which `planned` destinations will come to be, or as many as there are names for.
    pub(super) fn new(seed: u64, planned: usize) -> Self {
        let planned = planned.clamp(1, DESTINATIONS.len());
        let histories = (0..planned).map(|place| History {
            settings: std::array::from_fn(|setting| {
                let roll = derive(&[seed, 0x5e7, place as u64, setting as u64]);
                if setting < STORY_SETTINGS {
                    0
                } else {
                    (roll % SETTINGS[setting].values.len() as u64) as u8
                }
            }),
            events: Vec::new(),
        });
        Self { seed, histories: histories.collect(), roster: Roster::new(planned), focus: None }
    }

    /// Lets the next thing happen; `false` if there is nothing it could happen to.
    pub(super) fn step(&mut self, moment: &mut Moment<'_>) -> bool {
        if self.roster.due(moment.progress).is_some() {
            let actor = somebody(moment.random, self.seed, u64::from(self.roster.born()) | 0x100);
            self.found(moment.time, actor);
            return true;
        }
        let focus = moment.goes_on(self.focus);
        let Some(entity) = focus.map(|f| f.entity).or_else(|| self.roster.pick(moment.random, moment.avoid))
        else {
            return false;
        };
        let by_hand = if moment.at_work { 85 } else { 12 };
        let actor = match focus {
            Some(focus) => focus.actor,
            None if moment.random.chance(by_hand) => {
                somebody(moment.random, self.seed, u64::from(entity) | 0x100)
            }
            None => Actor::SYSTEM,
        };
        let told = self.change(moment.random, entity, actor);
        self.push(moment.time, entity, actor, Verb::Update, told);
        true
    }

    /// Changes the settings of a destination, and says what the record tells.
    fn change(&mut self, random: &mut Random, entity: u16, actor: Actor) -> Told {
        let variant = random.below(256) as u8;
        if actor == Actor::SYSTEM {
            return Told { variant, failed: false, turns: [None; 2] };
        }
        let failed = random.chance(8);
        let held = if entity == STORY_DESTINATION { STORY_SETTINGS } else { 0 };
        let first = held + random.place(SETTINGS.len() - held);
        let second = held + random.place(SETTINGS.len() - held);
        let two = first != second && random.chance(20);
        let settings = &mut self.histories[usize::from(entity)].settings;
        let mut turn = |setting: usize| {
            let values = SETTINGS[setting].values.len() as u8;
            let from = settings[setting];
            let to = (from + 1 + random.below(u64::from(values) - 1) as u8) % values;
            if !failed {
                settings[setting] = to;
            }
            Turn { setting: setting as u8, from, to }
        };
        Told { variant, failed, turns: [Some(turn(first)), two.then(|| turn(second))] }
    }

    fn push(&mut self, time: Timestamp, entity: u16, actor: Actor, verb: Verb, told: Told) {
        self.focus = Some(Focus { entity, actor, until: time.millis().saturating_add(15 * MINUTE) });
        let event = CompactEvent { time, state: told.pack(), before: NO_EVENT, entity, actor, verb };
        self.histories[usize::from(entity)].events.push(event);
    }

    /// Brings the next destination into being.
    pub(super) fn found(&mut self, time: Timestamp, actor: Actor) {
        let entity = self.roster.add();
        let told = Told { variant: 0, failed: false, turns: [None; 2] };
        self.push(time, entity, actor, Verb::Create, told);
    }

    /// Someone tries to raise the tasks of the story's destination and to switch it to upsert.
    pub(super) fn reconfigure(&mut self, time: Timestamp, actor: Actor, failed: bool) {
        let settings = &mut self.histories[usize::from(STORY_DESTINATION)].settings;
        let turns = [0, 1].map(|setting: u8| {
            let from = settings[usize::from(setting)];
            let to = 1;
            if !failed {
                settings[usize::from(setting)] = to;
            }
            Some(Turn { setting, from, to })
        });
        self.push(time, STORY_DESTINATION, actor, Verb::Update, Told { variant: 0, failed, turns });
    }

    /// How many events there are in all.
    pub(in crate::demo) fn len(&self) -> usize {
        self.histories.iter().map(|history| history.events.len()).sum()
    }

    /// The places of all destinations that exist.
    pub(in crate::demo) fn destinations(&self) -> std::ops::Range<usize> {
        0..usize::from(self.roster.born())
    }

    /// The place of the destination with this id.
    pub(in crate::demo) fn find(&self, id: &str) -> Option<usize> {
        self.destinations().find(|place| self.id(*place) == id)
    }

    /// The events of one destination, oldest first.
    pub(in crate::demo) fn events(&self, destination: usize) -> &[CompactEvent] {
        &self.histories[destination].events
    }

    /// The id of a destination, in the form of a MongoDB object id: a time, a machine, a counter.
    pub(in crate::demo) fn id(&self, destination: usize) -> String {
        let created = self.events(destination).first().map_or(0, |event| event.time.millis() / 1_000);
        object_id(created, self.seed, destination as u32)
    }

    /// One destination as the list tells it.
    pub(in crate::demo) fn tell_destination(&self, place: usize) -> Value {
        let row = &DESTINATIONS[place];
        let settings = &self.histories[place].settings;
        let tasks: u32 = SETTINGS[0].values[usize::from(settings[0])].parse().unwrap_or(1);
        let created = self.events(place).first().map_or(Timestamp::from_millis(0), |event| event.time);
        json!({
            "name": row.name,
            "connector": row.connector,
            "id": self.id(place),
            "connector_display_name": row.product,
            "created_timestamp": created.utc().format("%Y-%m-%dT%H:%M:%S%.6f").to_string(),
            "sub_id": "sub_01",
            "tenant_id": "ten_01",
            "config": {
                "tasks.max": tasks,
                "ingestion.mode": SETTINGS[1].values[usize::from(settings[1])],
            },
            "topic_ids": [format!("topic_{}", place + 1)],
            "topic_map": {},
            "topics": [format!("default.{}", row.topic)],
            "tasks": (0..tasks).collect::<Vec<u32>>(),
            "connector_status": "Active",
            "desired_state": "Active",
            "task_statuses": {},
        })
    }

    /// One record as it goes over the wire. What a record may leave out, some of them do.
    pub(in crate::demo) fn tell(&self, destination: usize, place: usize) -> Value {
        let event = &self.events(destination)[place];
        let row = &DESTINATIONS[destination];
        let told = Told::unpack(event.state);
        let roll = derive(&[self.seed, 0x0dd, destination as u64, place as u64]);
        let mut record = serde_json::Map::new();
        let mut put = |key: &str, value: Value| {
            record.insert(key.to_owned(), value);
        };
        put(
            "id",
            object_id(event.time.millis() / 1_000, self.seed ^ (destination as u64 + 1), place as u32).into(),
        );
        put("action", if event.verb == Verb::Create { "created" } else { "updated" }.into());
        if told.failed {
            let error = CONNECTOR_ERRORS[usize::from(told.variant) % CONNECTOR_ERRORS.len()];
            put("status", "failed".into());
            put("error_message", error.into());
        } else if destination == usize::from(STORY_DESTINATION) || !roll.is_multiple_of(11) {
            // The story's own outcome is always spelt out.
            put("status", "success".into());
            put("error_message", Value::Null);
        }
        put("timestamp", written(event.time, roll >> 8).into());
        put("connector_name", row.name.into());
        put("connector_type", row.connector.into());
        let person = event.actor.person();
        put("user_id", person.map(|p| p.streamkap).into());
        put("user_email", person.map(|p| p.email).into());
        put("ai_summary", json!({ "summary": summary(row, event.verb, told) }));
        if (roll >> 16).is_multiple_of(17) {
            put("change_source", if person.is_some() { "web" } else { "scheduler" }.into());
        }
        Value::Object(record)
    }
}

/// The same time in one of the ways the API writes it: with or without a zone, with or without a fraction.
fn written(time: Timestamp, roll: u64) -> String {
    let time = time.utc();
    let form = match roll % 8 {
        0 => "%Y-%m-%dT%H:%M:%S%.6f",
        1 => "%Y-%m-%dT%H:%M:%S%.6f+00:00",
        _ => "%Y-%m-%dT%H:%M:%S%.6fZ",
    };
    time.format(form).to_string()
}

fn object_id(seconds: i64, seed: u64, counter: u32) -> String {
    let machine = derive(&[seed, 0x0b1d]) & 0xff_ffff_ffff;
    format!("{:08x}{machine:010x}{:06x}", seconds as u32, counter & 0xff_ffff)
}

/// What a language model would write about the change.
fn summary(row: &Destination, verb: Verb, told: Told) -> String {
    if verb == Verb::Create {
        return format!("Created a {} destination for the {} topics.", row.product, row.topic);
    }
    let variant = usize::from(told.variant);
    let turns: Vec<String> = told.turns.iter().flatten().map(|turn| phrase(*turn, told.failed)).collect();
    if turns.is_empty() {
        return BACKGROUND_CHANGES[variant % BACKGROUND_CHANGES.len()].replace("{topic}", row.topic);
    }
    let turns = turns.join(" and ");
    if told.failed {
        return format!("Attempted to {turns}; the update did not apply.");
    }
    let reason = SETTING_REASONS[variant % SETTING_REASONS.len()].replace("{topic}", row.topic);
    let mut text = format!("{turns}{reason}.");
    // Every phrase opens with an ASCII verb.
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// `raised tasks.max from 5 to 10`, or the same as something that was only tried.
fn phrase(turn: Turn, tried: bool) -> String {
    let setting = &SETTINGS[usize::from(turn.setting)];
    let [from, to] = [turn.from, turn.to].map(|value| setting.values[usize::from(value)]);
    let number = |text: &str| text.split(' ').next().and_then(|n| n.parse::<u64>().ok());
    let verb = match (setting.ordered, number(to) > number(from), tried) {
        (true, true, false) => "raised",
        (true, false, false) => "lowered",
        (false, _, false) => "switched",
        (true, true, true) => "raise",
        (true, false, true) => "lower",
        (false, _, true) => "switch",
    };
    format!("{verb} {} from {from} to {to}", setting.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_as_it_went_in() {
        let turn = Some(Turn { setting: 3, from: 1, to: 4 });
        for (failed, turns) in [(false, [None, None]), (true, [turn, None]), (false, [turn, turn])] {
            let told = Told { variant: 200, failed, turns };
            assert_eq!(format!("{:?}", Told::unpack(told.pack())), format!("{told:?}"));
        }
    }

    #[test]
    fn a_setting_goes_on_from_where_it_was_and_a_failure_changes_nothing() {
        let mut random = Random::new(8);
        let mut account = Account::new(8, 12);
        let mut expected = account.histories[0].settings;
        let mut failures = 0;
        account.found(Timestamp::from_millis(0), Actor::DANA);
        for _ in 0..2_000 {
            let told = account.change(&mut random, STORY_DESTINATION, Actor::DANA);
            failures += usize::from(told.failed);
            for turn in told.turns.into_iter().flatten() {
                let now = &mut expected[usize::from(turn.setting)];
                assert_eq!(*now, turn.from);
                assert_ne!(turn.from, turn.to);
                assert!(usize::from(turn.setting) >= STORY_SETTINGS);
                *now = if told.failed { turn.from } else { turn.to };
            }
        }
        assert!((80..300).contains(&failures), "{failures}");
        assert_eq!(expected, account.histories[0].settings);
    }

    #[test]
    fn summaries_name_the_values() {
        let turns = [Some(Turn { setting: 0, from: 0, to: 1 }), Some(Turn { setting: 1, from: 0, to: 1 })];
        for (verb, told, text) in [
            (
                Verb::Update,
                Told { variant: 0, failed: false, turns },
                "Raised tasks.max from 5 to 10 and switched ingestion mode from append to upsert.",
            ),
            (
                Verb::Update,
                Told { variant: 0, failed: true, turns: [turns[0], None] },
                "Attempted to raise tasks.max from 5 to 10; the update did not apply.",
            ),
            (
                Verb::Update,
                Told { variant: 2, failed: false, turns: [Some(Turn { setting: 3, from: 4, to: 0 }), None] },
                "Lowered the flush interval from 300 s to 10 s because consumer lag on orders kept growing.",
            ),
            (
                Verb::Create,
                Told { variant: 0, failed: false, turns: [None; 2] },
                "Created a Snowflake destination for the orders topics.",
            ),
        ] {
            assert_eq!(summary(&DESTINATIONS[0], verb, told), text);
        }
    }

    #[test]
    fn times_are_written_with_and_without_a_zone() {
        let time = Timestamp::from_millis(1_774_000_000_007);
        assert_eq!(written(time, 0), "2026-03-20T09:46:40.007000");
        assert_eq!(written(time, 1), "2026-03-20T09:46:40.007000+00:00");
        assert_eq!(written(time, 2), "2026-03-20T09:46:40.007000Z");
    }
}
