//! Each reason by a table of changes; the order by what outweighs what.

use super::*;
use crate::domain::{Actor, Entity, Identity, LinkState, Record};

/// Wed 25 Mar 2026, 14:32 UTC.
const AT: Timestamp = Timestamp::from_millis(1_774_449_120_000);

const CASE: Case = Case { at: AT, window: Case::WINDOW, zone: Zone::Utc };

/// A change so many minutes before the moment that nothing else can be said of.
fn clue(minutes: i64) -> Clue {
    let time = AT.plus_millis(-minutes * MINUTE);
    let usual = Share { count: 100, of: 1_000, values: 10 };
    Clue {
        row: RowId(time.millis()),
        time,
        failed: false,
        by_person: true,
        undone: None,
        first_touch: false,
        action: usual,
        entity: usual,
        actor: usual,
    }
}

fn event() -> Arc<Event> {
    let identity = Identity::Native("1".into());
    let record = Record {
        action: Action::Publish,
        actor: Actor { name: Some("ben@example.com".into()), ..Actor::default() },
        entity: Entity { name: Some("Home Page NBA".into()), ..Entity::default() },
        ..Record::bare(identity.clone(), AT)
    };
    let id = crate::domain::EventId::derive("s", None, &identity);
    let (source, feed): (Arc<str>, Arc<str>) = ("s".into(), "f".into());
    let link = LinkState::None;
    Arc::new(Event { row: RowId(1), id, source, feed, scope: None, count: 1, link, fate: None, record })
}

fn undone(minutes: i64, after: i64) -> Clue {
    Clue { undone: Some(AT.plus_millis(after * MINUTE)), ..clue(minutes) }
}

fn share(count: usize) -> Share {
    Share { count, of: 1_000, values: 10 }
}

#[test]
fn every_reason_has_its_words_and_its_points() {
    let saturday = Case { at: AT.plus_millis(3 * 24 * HOUR), ..CASE };
    let on_saturday = Clue { time: saturday.at.plus_millis(-60 * MINUTE), ..clue(0) };
    let night = Clue { time: AT.plus_millis(-10 * HOUR), ..clue(0) };
    let night_case = Case { window: 20 * HOUR, ..CASE };
    for (name, clue, case, points, words) in [
        ("near", clue(30), CASE, 1.5, "30 min before"),
        ("near", clue(0), CASE, 2.0, "0 s before"),
        ("undone-after", undone(14, 19), CASE, 3.947, "undone 33 min later, 19 min after the moment"),
        ("undone-after", undone(14, 12 * 60), CASE, 2.0, "undone 12 h 14 min later, 12 h after the moment"),
        ("undone-before", undone(14, -4), CASE, -2.0, "but undone 10 min later, before the moment"),
        ("failed", Clue { failed: true, ..clue(9) }, CASE, 1.0, "it failed"),
        (
            "first-touch",
            Clue { first_touch: true, ..clue(9) },
            CASE,
            1.0,
            "the first time ben@example.com changed Home Page NBA",
        ),
        ("off-hours", on_saturday, saturday, 1.0, "outside working hours: Sat 13:32"),
        ("off-hours", night, night_case, 1.0, "outside working hours: Wed 04:32"),
        (
            "rare-action",
            Clue { action: share(5), ..clue(9) },
            CASE,
            0.8,
            "`publish` is rare: 5 of 1,000 events",
        ),
        (
            "rare-actor",
            Clue { actor: share(1), ..clue(9) },
            CASE,
            0.96,
            "ben@example.com is rare: 1 of 1,000 events",
        ),
        (
            "rare-entity",
            Clue { entity: share(5), ..clue(9) },
            CASE,
            0.4,
            "Home Page NBA is rare: 5 of 1,000 events",
        ),
    ] {
        let suspect = Suspect::of(event(), &clue, &case);
        let reason = suspect.reasons.iter().find(|reason| reason.name == name).unwrap();
        assert!((reason.points - points).abs() < 0.001, "{name}: {}", reason.points);
        assert_eq!(reason.words, words);
        let sum: f64 = suspect.reasons.iter().map(|reason| reason.points).sum();
        assert!((suspect.score - sum).abs() < 1e-9, "the score is what the reasons say");
    }
}

#[test]
fn what_does_not_apply_is_not_said() {
    let offset = chrono::FixedOffset::east_opt(9 * 3600).unwrap();
    for (name, clue, case) in [
        ("undone-after", undone(14, -4), CASE),
        ("undone-before", undone(14, 19), CASE),
        ("off-hours", clue(9), CASE),
        ("off-hours", Clue { by_person: false, ..clue(9) }, Case { zone: Zone::Fixed(offset), ..CASE }),
        ("rare-action", Clue { action: share(25), ..clue(9) }, CASE),
        ("rare-actor", Clue { actor: Share::default(), ..clue(9) }, CASE),
        ("rare-entity", Clue { entity: Share { count: 1, of: 4, values: 1 }, ..clue(9) }, CASE),
        ("near", clue(120), CASE),
    ] {
        let suspect = Suspect::of(event(), &clue, &case);
        assert!(suspect.reasons.iter().all(|reason| reason.name != name), "{name}: {:?}", suspect.reasons);
    }
    let tokyo = Suspect::of(event(), &clue(9), &Case { zone: Zone::Fixed(offset), ..CASE });
    assert!(tokyo.reasons.iter().any(|reason| reason.words == "outside working hours: Wed 23:23"));
}

#[test]
fn what_was_undone_after_the_moment_comes_before_everything_that_is_only_odd() {
    let odd = Clue { failed: true, first_touch: true, actor: share(1), ..clue(1) };
    let order = |clues: Vec<Clue>| -> Vec<i64> {
        rank(clues, &CASE, 9).iter().map(|clue| since(clue.time, AT) / MINUTE).collect()
    };
    assert_eq!(order(vec![clue(3), undone(14, 19), odd]), [14, 1, 3]);
    assert_eq!(order(vec![undone(5, -2), clue(60)]), [60, 5], "what was not in force any more comes last");
    assert_eq!(order(vec![clue(9), clue(3), clue(6)]), [3, 6, 9]);
    assert_eq!(rank(vec![clue(9), clue(3), clue(6)], &CASE, 2).len(), 2);
}

#[test]
fn no_two_reasons_share_a_name_and_none_weighs_nothing() {
    for (at, row) in REASONS.iter().enumerate() {
        assert!(row.weight != 0.0 && REASONS[at + 1..].iter().all(|other| other.name != row.name));
    }
}

#[test]
fn spans_are_said_in_two_units_at_most() {
    for (millis, words) in [
        (40_000, "40 s"),
        (14 * MINUTE + 59_000, "14 min"),
        (60 * MINUTE, "1 h"),
        (65 * MINUTE, "1 h 5 min"),
        (74 * HOUR, "3 d 2 h"),
    ] {
        assert_eq!(span(millis), words);
    }
}
