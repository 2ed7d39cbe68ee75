//! Random lives of which the truth is known: whatever is claimed of a moment must be true.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::finder::Finder;
use super::life::{Basis, Doubt, Life};
use super::path;
use super::*;
use crate::domain::{Action, Change, Entity, Event, Identity, Op, Record};
use crate::domain::{Status, Stretch, Timestamp};

/// An event `minutes` before some moment, to be changed by the test.
pub(super) fn event(minutes: i64, action: Action, kind: &str, name: &str) -> Event {
    let time = Timestamp::from_millis(1_775_040_000_000 - minutes * 60_000);
    let identity = Identity::Native(format!("{minutes}-{name}"));
    let entity = Entity { kind: Some(kind.into()), id: Some(name.into()), name: None };
    let record = Record { action, entity, status: Status::Success, ..Record::bare(identity, time) };
    Event::new("a", "b", None, record)
}

/// A field that the feed names with its new value only.
pub(super) fn set(path: &str, after: Value) -> Change {
    Change { path: path.into(), op: Op::Set, before: None, after: Some(after) }
}

/// How an event is told.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// Both whole documents stand in the record.
    Snapshots,
    /// A second request brought both.
    Fetched,
    /// Each changed field, before and after.
    Pairs,
    /// The fields that changed with their new values, nothing said of others.
    AfterOnly,
    /// A sentence.
    Summary,
    /// It failed, and changed nothing.
    Failed,
    /// It happened while nobody could look: the cache lacks it, and knows that it may.
    Missed,
}

/// One thing that happened to a document.
#[derive(Debug, Clone)]
struct Happening {
    way: Way,
    edits: Vec<(u8, u8)>,
}

fn happening() -> impl Strategy<Value = Happening> {
    let way = prop_oneof![
        2 => Just(Way::Snapshots),
        2 => Just(Way::Fetched),
        8 => Just(Way::Pairs),
        2 => Just(Way::AfterOnly),
        1 => Just(Way::Summary),
        1 => Just(Way::Failed),
        1 => Just(Way::Missed),
    ];
    (way, proptest::collection::vec((any::<u8>(), any::<u8>()), 1..4))
        .prop_map(|(way, edits)| Happening { way, edits })
}

/// Changes one thing in a document.
fn edit(document: &mut Value, what: u8, how: u8) {
    let value = match how % 4 {
        0 => json!(how),
        1 => json!(format!("text {how}")),
        2 => Value::Null,
        _ => json!({ "in": how % 8 }),
    };
    let Value::Object(fields) = document else { return };
    match what % 8 {
        0 => drop(fields.insert(format!("f{}", how % 3), value)),
        1 => drop(fields.remove(&format!("f{}", how % 3))),
        2 => {
            let config = fields.entry("config").or_insert_with(|| json!({}));
            if let Value::Object(config) = config {
                config.insert(format!("c{}", how % 2), value);
            }
        }
        3 => {
            if let Some(Value::Object(config)) = fields.get_mut("config") {
                config.remove(&format!("c{}", how % 2));
            }
        }
        4 => {
            let parts = fields.entry("parts").or_insert_with(|| json!([]));
            let name = format!("p{}", how % 3);
            if let Value::Array(parts) = parts {
                match parts.iter_mut().find(|part| part["name"] == json!(name)) {
                    Some(part) if how > 200 => part["owner"] = json!(how),
                    Some(part) => part["more"] = value,
                    None => parts.insert(0, json!({ "name": name, "owner": how % 2 })),
                }
            }
        }
        5 => {
            if let Some(Value::Array(parts)) = fields.get_mut("parts") {
                parts.retain(|part| part["name"] != json!(format!("p{}", how % 3)));
            }
        }
        6 => {
            let steps = fields.entry("steps").or_insert_with(|| json!([]));
            if let Value::Array(steps) = steps {
                let at = usize::from(how) % (steps.len() + 1);
                if how.is_multiple_of(3) && at < steps.len() {
                    steps.remove(at);
                } else {
                    steps.insert(at, json!(how));
                }
            }
        }
        _ => {
            let tags = fields.entry("tags").or_insert_with(|| json!([]));
            let tag = json!(format!("t{}", how % 4));
            if let Value::Array(tags) = tags {
                match tags.iter().position(|other| *other == tag) {
                    Some(at) => drop(tags.remove(at)),
                    None => tags.push(tag),
                }
            }
        }
    }
}

fn rules() -> Matcher {
    Matcher::new(&Rules { array_keys: vec![("/tags".into(), Align::Set)], ..Rules::default() })
}

/// A life and the document after each of its events, oldest first, that before all of them included; the times
/// of what the cache lacks.
struct World {
    events: Vec<Event>,
    truths: Vec<Value>,
    gaps: Vec<Stretch>,
}

const SPACE: i64 = 10;

fn world(begun: bool, happenings: &[Happening]) -> World {
    let mut world = World { events: Vec::new(), truths: Vec::new(), gaps: Vec::new() };
    let mut truth = json!({ "f0": 1, "config": { "c0": "x" }, "parts": [{ "name": "p0" }], "steps": [1, 2] });
    let mut minutes = SPACE * (happenings.len() as i64 + 2);
    if begun {
        let mut made = event(minutes, Action::Create, "service", "S");
        made.record.changes = compare(&Value::Null, &truth, &Rules::default());
        world.truths.push(Value::Null);
        world.events.push(made);
    }
    world.truths.push(truth.clone());
    for happening in happenings {
        minutes -= SPACE;
        let before = truth.clone();
        if happening.way != Way::Failed {
            happening.edits.iter().for_each(|(what, how)| edit(&mut truth, *what, *how));
        }
        let mut event = event(minutes, Action::Update, "service", "S");
        if happening.way == Way::Missed {
            let (lo, hi) = (event.record.time.plus_millis(-1_000), event.record.time.plus_millis(1_000));
            world.gaps.push(Stretch { lo, hi });
            // The truth at the moment of the event before is what it was.
            continue;
        }
        let changes = compare_with(&before, &truth, &rules());
        if happening.way == Way::Pairs && changes.is_empty() {
            // Nothing happened, and nobody says that something did.
            continue;
        }
        event.record.changes = match happening.way {
            Way::Snapshots => {
                event.record.raw = json!({ "before": before, "after": truth }).to_string().into();
                changes
            }
            Way::Fetched => {
                let both = Snapshots { before, after: truth.clone() };
                event.record.documents = Some(both.to_text().into());
                changes
            }
            Way::Pairs => changes,
            Way::AfterOnly => stated(&changes),
            Way::Summary => Vec::new(),
            Way::Failed => {
                event.record.status = Status::Failed;
                compare(&before, &json!({ "f0": "tried" }), &Rules::default())
            }
            Way::Missed => unreachable!(),
        };
        world.truths.push(truth.clone());
        world.events.push(event);
    }
    world
}

/// The new values alone.
fn stated(changes: &[Change]) -> Vec<Change> {
    let plain = |change: &&Change| change.after.is_some() && !change.path.contains('[');
    let set = |change: &Change| Change { op: Op::Set, before: None, ..change.clone() };
    changes.iter().filter(plain).map(set).collect()
}

impl World {
    fn life(&self) -> Life {
        Life::of(self.events.iter().cloned().map(Arc::new).collect(), rules(), self.gaps.clone())
    }

    /// The document after the step at `at`, newest first.
    fn truth(&self, at: usize) -> &Value {
        &self.truths[self.truths.len() - 1 - at]
    }
}

/// A list without an order.
fn sorted(value: &Value) -> Value {
    let Value::Array(list) = value else { return value.clone() };
    let mut list = list.clone();
    list.sort_by_key(Value::to_string);
    Value::Array(list)
}

/// All places at which a document holds a scalar, a list or an empty object.
fn leaves(document: &Value, at: &str, found: &mut Vec<String>) {
    match document {
        Value::Object(fields) if !fields.is_empty() || at.is_empty() => {
            fields.iter().for_each(|(key, value)| leaves(value, &child(at, key), found));
        }
        _ => found.push(at.to_owned()),
    }
}

fn check(world: &World) -> Result<[usize; 3], TestCaseError> {
    let life = world.life();
    let mut counts = [0; 3];
    for at in 0..=life.steps.len() {
        let (portrait, truth) = (life.portrait(at), world.truth(at));
        for field in portrait.fields.iter().filter(|field| field.basis.is_sure()) {
            let steps = path::steps(&field.path);
            let there = if field.path == DOCUMENT {
                Some(truth).filter(|it| !it.is_null())
            } else {
                Finder::default().find(truth, &steps)
            };
            let (told, there) = if field.loose || field.path == "tags" {
                (field.value.as_ref().map(sorted), there.map(sorted))
            } else {
                (field.value.clone(), there.cloned())
            };
            prop_assert_eq!(told, there, "{} at {}, {:?}", field.path, at, field.basis);
        }
        if portrait.whole.is_some_and(Basis::is_sure) && truth.is_object() {
            let mut there = Vec::new();
            leaves(truth, "", &mut there);
            let sure: Vec<&str> = portrait.fields.iter().map(|field| field.path.as_str()).collect();
            // A list that could not be followed is left out; nothing else may be.
            for path in
                there.iter().filter(|path| !["parts", "steps", "tags", "config"].contains(&path.as_str()))
            {
                prop_assert!(sure.contains(&path.as_str()), "{} is missing at {}: {:?}", path, at, sure);
            }
        }
        counts.iter_mut().zip(portrait.counts()).for_each(|(all, own)| *all += own);
    }
    Ok(counts)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_claimed_of_a_moment_is_true(
        begun in any::<bool>(),
        happenings in proptest::collection::vec(happening(), 1..12),
    ) {
        check(&world(begun, &happenings))?;
    }

    #[test]
    fn with_pairs_from_the_creation_on_every_field_is_blamed_on_its_last_change(
        edits in proptest::collection::vec(proptest::collection::vec((any::<u8>(), any::<u8>()), 1..4), 1..10),
    ) {
        let happenings: Vec<Happening> =
            edits.into_iter().map(|edits| Happening { way: Way::Pairs, edits }).collect();
        let world = world(true, &happenings);
        let life = world.life();
        let all = life.blame();
        for blame in &all {
            let steps = path::steps(&blame.path);
            // What changed in a list is told apart from the list.
            if all.iter().any(|other| other.path.starts_with(&format!("{}[", blame.path))) {
                continue;
            }
            if steps.iter().any(|step| matches!(step, path::Step::Element(_))) || blame.value.is_none() {
                continue;
            }
            // The order of a set means nothing.
            let value = |at: usize| Finder::default().find(world.truth(at), &steps).map(|value| if blame.path == "tags" { sorted(value) } else { value.clone() });
            prop_assert_eq!(blame.doubt, None);
            // It is what it is now since that step, and was something else before.
            prop_assert!((0..=blame.step).all(|at| value(at) == value(0)), "{}", blame.path);
            prop_assert!(value(blame.step + 1) != value(0), "{} by {}", blame.path, blame.step);
        }
    }

    #[test]
    fn two_moments_differ_as_their_documents_do(
        edits in proptest::collection::vec(proptest::collection::vec((0..4_u8, any::<u8>()), 1..4), 1..10),
        from in any::<prop::sample::Index>(),
    ) {
        let happenings: Vec<Happening> =
            edits.into_iter().map(|edits| Happening { way: Way::Pairs, edits }).collect();
        let world = world(true, &happenings);
        let life = world.life();
        let from = from.index(life.steps.len());
        let told = life.between(from, 0, &[]);
        let mut paths: Vec<String> = told.diff.changes.iter().map(|(change, _)| change.path.clone()).collect();
        let mut expected: Vec<String> =
            compare_with(world.truth(from), world.truth(0), &rules()).into_iter().map(|c| c.path).collect();
        paths.sort();
        expected.sort();
        // An object that came, went or was emptied may be told by its fields.
        let near = |path: &String, all: &[String]| {
            all.iter().any(|other| path.starts_with(other.as_str()) || other.starts_with(path.as_str()))
        };
        prop_assert!(paths.iter().all(|path| near(path, &expected)), "{:?} {:?}", paths, expected);
        prop_assert!(
            expected.iter().all(|path| path == "config" || near(path, &paths)), "{:?} {:?}", expected, paths
        );
    }
}

#[test]
fn most_of_a_random_life_is_known() {
    let happenings: Vec<Happening> = (0..40_u8)
        .map(|i| Happening {
            way: Way::Pairs,
            edits: vec![(i % 6, i.wrapping_mul(37)), (i % 5, i.wrapping_mul(91))],
        })
        .collect();
    let [sent, inferred, doubtful] = check(&world(true, &happenings)).unwrap();
    assert!(sent > 40 && inferred > 100 && doubtful == 0, "{sent} {inferred} {doubtful}");
}

fn pair(minutes: i64, path: &str, before: &str, after: &str) -> Event {
    let mut event = event(minutes, Action::Update, "service", "S");
    let (before, after) = (Some(json!(before)), Some(json!(after)));
    event.record.changes = vec![Change { path: path.into(), op: Op::Replace, before, after }];
    event
}

fn life(events: Vec<Event>) -> Life {
    Life::of(events.into_iter().map(Arc::new).collect(), Matcher::default(), Vec::new())
}

fn told(life: &Life, at: usize, path: &str) -> (Option<Value>, Basis) {
    let portrait = life.portrait(at);
    let field = portrait.fields.into_iter().find(|field| field.path == path).unwrap();
    (field.value, field.basis)
}

#[test]
fn what_was_sent_is_told_from_what_follows() {
    let life = life(vec![
        pair(40, "owner", "a", "b"),
        pair(30, "mode", "x", "y"),
        event(20, Action::Update, "service", "S"),
        pair(10, "owner", "c", "d"),
    ]);
    assert_eq!(told(&life, 3, "owner"), (Some(json!("b")), Basis::Sent(3)));
    assert_eq!(told(&life, 3, "mode"), (Some(json!("x")), Basis::Sent(2)), "the next one says what it was");
    assert_eq!(told(&life, 2, "owner"), (Some(json!("b")), Basis::Inferred(3)));
    assert_eq!(told(&life, 1, "owner"), (Some(json!("c")), Basis::Sent(0)));
    assert_eq!(told(&life, 1, "mode"), (Some(json!("y")), Basis::Doubtful(2, Doubt::Mute(1))));
    assert_eq!(told(&life, 4, "owner"), (Some(json!("a")), Basis::Sent(3)));
}

#[test]
fn what_does_not_fit_together_is_doubtful() {
    let life =
        life(vec![pair(30, "owner", "a", "b"), pair(20, "mode", "x", "y"), pair(10, "owner", "z", "d")]);
    let (value, basis) = told(&life, 1, "owner");
    assert_eq!((value, basis), (Some(json!("b")), Basis::Doubtful(2, Doubt::Contradicted(0))));
    assert_eq!(told(&life, 0, "mode").1, Basis::Doubtful(1, Doubt::Contradicted(0)));
}

#[test]
fn a_gap_between_casts_a_doubt() {
    let events: Vec<Arc<Event>> =
        vec![pair(30, "owner", "a", "b"), pair(10, "mode", "x", "y")].into_iter().map(Arc::new).collect();
    let time = |at: usize| events[at].record.time;
    let gap = Stretch { lo: time(0).plus_millis(5), hi: time(1).plus_millis(-5) };
    let life = Life::of(events.clone(), Matcher::default(), vec![gap]);
    assert_eq!(told(&life, 0, "owner").1, Basis::Doubtful(1, Doubt::Gap));
    assert_eq!(told(&life, 0, "mode").1, Basis::Sent(0));
    assert_eq!(told(&life, 1, "owner").1, Basis::Sent(1));
    assert_eq!(told(&life, 1, "mode").1, Basis::Doubtful(0, Doubt::Gap), "it came after the gap");
    let in_the_gap = life.portrait_of(gap.lo.plus_millis(10));
    assert!(in_the_gap.fields.iter().all(|field| !field.basis.is_sure()), "{in_the_gap:?}");
    let blamed: Vec<_> =
        life.blame().into_iter().map(|blame| (blame.path, blame.step, blame.doubt)).collect();
    assert_eq!(blamed, [("mode".to_owned(), 0, None), ("owner".to_owned(), 1, Some(Doubt::Gap))]);
}

#[test]
fn secrets_are_masked_in_everything_that_is_told() {
    let mut event = pair(10, "auth.password", "hunter1", "hunter2");
    event.record.raw = json!({
        "before": { "auth": { "password": "hunter1", "user": "u" }, "env": [{ "name": "DB_TOKEN", "value": "t0p" }] },
        "after": { "auth": { "password": "hunter2", "user": "u" }, "env": [{ "name": "DB_TOKEN", "value": "t0p" }] },
    })
    .to_string()
    .into();
    let life = life(vec![event, pair(20, "pin.api_key", "hunter3", "hunter4")]);
    let told = format!("{:?}", life.blame());
    assert!(!told.contains("hunter") && told.contains(MASK), "{told}");
    for at in 0..=2 {
        let portrait = life.portrait(at);
        let shown: Vec<&Option<Value>> = portrait.fields.iter().map(|field| &field.value).collect();
        let shown = format!("{shown:?} {}", portrait.document());
        assert!(!shown.contains("hunter") && !shown.contains("t0p"), "{shown}");
    }
    let made = life.between(1, 0, &[]);
    assert_eq!(made.diff.counts.words(), "1 changed · 1 masked");
    assert!(!made.diff.text().join("\n").contains("hunter"));
    let revealed = life.between(1, 0, &["auth.password".to_owned()]);
    assert!(revealed.diff.text().join("\n").contains("hunter2"), "{:?}", revealed.diff.text());
}

#[test]
fn what_cancels_out_is_no_net_change() {
    let life = life(vec![
        pair(40, "owner", "a", "b"),
        pair(30, "mode", "x", "y"),
        pair(20, "owner", "b", "c"),
        pair(10, "mode", "y", "x"),
    ]);
    assert_eq!(life.net(0, 3, &[]).diff.text(), ["1 changed", "", "~ owner  \"a\" → \"c\""]);
    assert_eq!(runs(&life.steps, crate::domain::Zone::Utc), vec![0_usize..4]);
}

#[test]
fn what_an_event_states_beside_its_documents_is_no_field() {
    let mut event = pair(10, "mode", "x", "y");
    event.record.changes.push(set("notes", json!("because")));
    event.record.changes.push(set("version", json!(7)));
    event.record.raw =
        json!({ "before": { "mode": "x", "version": 1 }, "after": { "mode": "y", "version": 1 } })
            .to_string()
            .into();
    let life = life(vec![event]);
    let fields: Vec<String> = life.portrait(0).fields.into_iter().map(|field| field.path).collect();
    assert_eq!(fields, ["mode", "version"]);
    assert_eq!(told(&life, 0, "version"), (Some(json!(1)), Basis::Sent(0)));
    let blame: Vec<(String, usize)> =
        life.blame().into_iter().map(|blame| (blame.path, blame.step)).collect();
    assert_eq!(blame, [("mode".to_owned(), 0), ("version".to_owned(), 1)]);
    assert_eq!(life.version(), Some("7"), "the number that people know it by is the event's");
}
