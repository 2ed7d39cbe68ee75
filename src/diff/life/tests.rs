//! What the events of a life say together: states, versions, ways back, what undid what.

use serde_json::json;

use super::*;
use crate::diff::life_tests::{event, set};
use crate::domain::Op;

fn of(events: Vec<Arc<Event>>) -> Life {
    Life::of(events, Matcher::default(), Vec::new())
}

fn life(actions: &[(Action, Status)]) -> Life {
    let events = actions.iter().enumerate().map(|(age, (action, status))| {
        let mut event = event(100 - age as i64, action.clone(), "flow", "F");
        event.record.status = *status;
        Arc::new(event)
    });
    of(events.collect())
}

#[test]
fn versions_are_told_from_names_of_fields() {
    for (action, fields, words) in [
        (Action::Publish, vec![("version", json!(5))], Some("v5")),
        (Action::Publish, vec![("version", json!("v5"))], Some("v5")),
        (
            Action::Update,
            vec![("meta.from_version", json!(4)), ("meta.to_version", json!(5))],
            Some("v4 → v5"),
        ),
        (
            Action::Rollback,
            vec![("fromVersion", json!(7)), ("toVersion", json!(6)), ("newVersion", json!(8))],
            Some("v7 → back to v6, now v8"),
        ),
        (Action::Rollback, vec![("toVersion", json!(6))], Some("back to v6")),
        (Action::Update, vec![("newVersion", json!(3))], Some("v3")),
        (Action::Update, vec![("fromVersion", json!(3))], Some("from v3")),
        (Action::Update, vec![("parts[a].version", json!(3))], None),
        (Action::Update, vec![("version", json!({ "major": 1 }))], None),
        (Action::Update, vec![("conversion", json!(3))], None),
        (Action::Update, vec![], None),
    ] {
        let changes: Vec<Change> = fields.iter().map(|(path, value)| set(path, value.clone())).collect();
        assert_eq!(Versions::of(&changes).words(&action).as_deref(), words, "{fields:?}");
    }
    let replaced =
        Change { path: "version".into(), op: Op::Replace, before: Some(json!(1)), after: Some(json!(2)) };
    assert_eq!(Versions::of(&[replaced]).words(&Action::Update).as_deref(), Some("v1 → v2"));
}

#[test]
fn the_state_is_what_the_last_event_that_took_effect_left() {
    use Action::{Archive, Create, Delete, Erase, Publish, Reject, Restore, Update};
    for (actions, state) in [
        (vec![], State::Unknown),
        (vec![Create], State::Live),
        (vec![Create, Archive], State::Archived),
        (vec![Create, Archive, Restore], State::Live),
        (vec![Create, Delete], State::Deleted),
        (vec![Create, Delete, Create], State::Live),
        (vec![Publish, Erase], State::Deleted),
        (vec![Update, Reject], State::Live),
        (vec![Action::Other("touch".into())], State::Unknown),
    ] {
        let steps: Vec<_> = actions.iter().map(|action| (action.clone(), Status::Success)).collect();
        assert_eq!(life(&steps).state, state, "{actions:?}");
    }
    assert_eq!(life(&[(Create, Status::Success), (Delete, Status::Failed)]).state, State::Live);
}

#[test]
fn a_way_back_points_to_the_step_that_brought_the_version_about() {
    let step = |age, action: Action, fields: &[(&str, i64)]| {
        let mut event = event(age, action, "flow", "F");
        event.record.changes = fields.iter().map(|(path, value)| set(path, json!(value))).collect();
        Arc::new(event)
    };
    let life = of(vec![
        step(50, Action::Publish, &[("version", 1)]),
        step(40, Action::Publish, &[("version", 2)]),
        step(30, Action::Rollback, &[("toVersion", 1), ("newVersion", 3)]),
        step(20, Action::Rollback, &[("toVersion", 3), ("newVersion", 4)]),
        step(10, Action::Rollback, &[("toVersion", 99)]),
    ]);
    let targets: Vec<Option<usize>> = life.steps.iter().map(|step| step.back_to).collect();
    assert_eq!(targets, [None, Some(2), Some(4), None, None]);
    assert_eq!(life.version(), Some("99"));
    assert!(!life.from_the_start);
}

#[test]
fn what_undid_what_and_how_long_it_took() {
    let step = |age, action: Action, version: Option<(&str, i64)>| {
        let mut event = event(age, action, "flow", "F");
        event.record.changes = version.iter().map(|(path, value)| set(path, json!(value))).collect();
        event
    };
    let mut failed = step(15, Action::Restore, None);
    failed.record.status = Status::Failed;
    let events = [
        step(100, Action::Create, None),
        step(90, Action::Publish, Some(("version", 1))),
        step(80, Action::Publish, Some(("version", 2))),
        step(70, Action::Rollback, Some(("fromVersion", 2))),
        step(60, Action::Rollback, Some(("fromVersion", 9))),
        step(50, Action::Rollback, None),
        step(40, Action::Archive, None),
        failed,
        step(10, Action::Restore, None),
        step(0, Action::Delete, None),
    ];
    let life = of(events.into_iter().map(Arc::new).collect());
    let pairs: Vec<(usize, usize, i64)> = life
        .steps
        .iter()
        .enumerate()
        .filter_map(|(i, step)| step.undoes.map(|other| (i, other.step, other.millis / 60_000)))
        .collect();
    assert_eq!(pairs, [(0, 9, 100), (1, 3, 30), (4, 8, 40), (6, 7, 10)]);
    for (i, other, _) in pairs {
        assert_eq!(life.steps[other].undone.map(|by| by.step), Some(i));
    }
}

#[test]
fn a_moment_has_the_state_that_the_steps_before_it_left() {
    let life = life(&[
        (Action::Create, Status::Success),
        (Action::Archive, Status::Success),
        (Action::Restore, Status::Success),
    ]);
    let states: Vec<State> = (0..=3).map(|at| life.state_at(at)).collect();
    assert_eq!(states, [State::Live, State::Archived, State::Live, State::Deleted]);
    let time = |at: usize| life.steps[at].event.row.time();
    assert_eq!(life.place_at(time(1)), 1);
    assert_eq!(life.place_at(time(1).plus_millis(-1)), 2);
    assert_eq!(life.place_at(time(2).plus_millis(-1)), 3);
}
