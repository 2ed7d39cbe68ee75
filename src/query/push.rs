//! What of a query a server can be asked for.
//!
//! Only what holds for every event that is selected may narrow what is fetched: a condition that stands by
//! itself, is not negated, and names one exact value. Everything else is decided here, and what was fetched is
//! decided here again. Which conditions a server knows is its feed profile's business.

use crate::domain::{Action, Condition, Status, Timestamp};

use super::Query;
use super::ast::{Expr, Term, Test};
use super::fields::{Kind, Part, PartKind};
use super::text::Pattern;

/// One of the clauses of a query, all of which have to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Its text, in the canonical form.
    pub text: String,
    /// What a server can be asked for, or why it cannot: a few words that follow "since".
    pub asked: Result<Vec<Condition>, &'static str>,
}

impl Query {
    /// The clauses of the query, in its order. A query without conditions has none.
    pub fn clauses(&self) -> Vec<Clause> {
        let clause = |expr: &Expr| Clause { text: expr.to_string(), asked: asked(expr) };
        match &self.expr {
            Expr::All => Vec::new(),
            Expr::And(sides) => sides.iter().map(clause).collect(),
            other => vec![clause(other)],
        }
    }

    /// What a server can be asked for: one condition for each field, the tightest of several times.
    pub fn conditions(&self) -> Vec<Condition> {
        let mut conditions: Vec<Condition> = Vec::new();
        for condition in self.clauses().into_iter().filter_map(|clause| clause.asked.ok()).flatten() {
            match conditions.iter_mut().find(|known| known.key() == condition.key()) {
                None => conditions.push(condition),
                Some(known) => tighten(known, &condition),
            }
        }
        conditions
    }

    /// The times that the query is about: from the first on, before the second.
    pub fn bounds(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let (mut since, mut until) = (None, None);
        for condition in self.conditions() {
            match condition {
                Condition::Since(time) => since = since.max(Some(time)),
                Condition::Until(time) => {
                    until = Some(until.map_or(time, |other: Timestamp| other.min(time)));
                }
                _ => {}
            }
        }
        (since, until)
    }

    /// Whether the query says of events of this source that none is selected.
    pub fn leaves_out_source(&self, source: &str) -> bool {
        let part = Part::Source(source);
        let misses = |expr: &Expr| match expr {
            Expr::Term(term) => is_about_source(term) && !term.agrees(&part),
            Expr::Not(inner) => {
                matches!(&**inner, Expr::Term(term) if is_about_source(term) && term.agrees(&part))
            }
            _ => false,
        };
        match &self.expr {
            Expr::And(sides) => sides.iter().any(misses),
            other => misses(other),
        }
    }
}

const ABOUT_SOURCES: &str = "it says which sources are asked";

fn is_about_source(term: &Term) -> bool {
    matches!(term, Term::Field(..)) && term.looks_at(PartKind::Source)
}

/// Of two times the one that leaves less; of two words the first, since no event has both.
fn tighten(known: &mut Condition, other: &Condition) {
    match (known, other) {
        (Condition::Since(known), Condition::Since(other)) => *known = (*known).max(*other),
        (Condition::Until(known), Condition::Until(other)) => *known = (*known).min(*other),
        _ => {}
    }
}

fn asked(expr: &Expr) -> Result<Vec<Condition>, &'static str> {
    let term = match expr {
        Expr::Term(term) => term,
        Expr::Not(inner) if matches!(&**inner, Expr::Term(term) if is_about_source(term)) => {
            return Err(ABOUT_SOURCES);
        }
        Expr::Not(_) => return Err("it is negated"),
        Expr::Or(_) => return Err("it is one of several"),
        Expr::All | Expr::And(_) => return Err("it is no single condition"),
    };
    let Term::Field(row, tests) = term else { return Err("no server is asked for texts and raw values") };
    let [test] = tests.as_slice() else { return Err("it names several values") };
    let exact = |pattern: &Pattern| match pattern {
        Pattern::Exact(needle) if !needle.text.is_empty() => Ok(needle.text.to_string()),
        _ => Err("it does not name one exact value"),
    };
    match (row.key, test) {
        ("action", Test::Text(pattern)) => action(&exact(pattern)?),
        ("type", Test::Text(pattern)) => Ok(vec![Condition::Type(exact(pattern)?)]),
        ("entity", Test::Text(pattern)) => Ok(vec![Condition::Entity(exact(pattern)?)]),
        ("actor", Test::Text(pattern) | Test::Me(pattern)) => Ok(vec![Condition::Actor(exact(pattern)?)]),
        ("status", Test::Word(word)) => {
            let status =
                [Status::Success, Status::Failed].into_iter().find(|status| status.word() == word.word);
            status
                .map(|status| vec![Condition::Status(status)])
                .ok_or("no server is asked for what is unknown")
        }
        ("source", _) => Err(ABOUT_SOURCES),
        (_, Test::Time(_)) if matches!(row.kind, Kind::Time(_)) => stretch(term),
        _ => Err("no server filters by it"),
    }
}

fn action(word: &str) -> Result<Vec<Condition>, &'static str> {
    match Action::from_word(word) {
        Action::Other(own) if *own == *"unknown" => Err("no server is asked for what is unknown"),
        Action::Unknown => Err("no server is asked for what is unknown"),
        // Letters keep their case where the word is the feed's own.
        Action::Other(_) => Ok(vec![Condition::Action(word.trim().to_owned())]),
        known => Ok(vec![Condition::Action(known.word().to_owned())]),
    }
}

fn stretch(term: &Term) -> Result<Vec<Condition>, &'static str> {
    let (from, to) = term.stretches().next().ok_or("its time is not known yet")?;
    Ok(from.map(Condition::Since).into_iter().chain(to.map(Condition::Until)).collect())
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;
    use crate::domain::{Timestamp, Zone};
    use crate::query::{Context, parse};

    fn context() -> Context {
        let now = Utc.with_ymd_and_hms(2026, 4, 1, 12, 0, 0).unwrap().into();
        Context { now, zone: Zone::Utc, me: Some("jane@example.com".into()) }
    }

    fn read(text: &str) -> Query {
        parse(text, &context()).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// The conditions as `key=value`.
    fn asked_for(text: &str) -> String {
        let word = |condition: Condition| {
            let value = match &condition {
                Condition::Action(text)
                | Condition::Type(text)
                | Condition::Entity(text)
                | Condition::Actor(text) => text.clone(),
                Condition::Status(status) => status.word().to_owned(),
                Condition::Since(time) | Condition::Until(time) => time.to_string(),
            };
            format!("{}={value}", condition.key())
        };
        read(text).conditions().into_iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn exact_positive_single_conditions_are_asked_for_and_nothing_else() {
        for (text, asked) in [
            ("", ""),
            ("action:rollback", "action=rollback"),
            ("action:rolled_back", "action=rollback"),
            ("action:soft_delete", "action=archive"),
            ("action:Snapshot", "action=Snapshot"),
            ("type:decision_flow action:publish", "type=decision_flow action=publish"),
            ("entity:=flow_77", "entity=flow_77"),
            ("entity:=\"Home Page NBA\"", "entity=Home Page NBA"),
            ("actor:=jane actor_type:user", "actor=jane"),
            ("actor:@me", "actor=jane@example.com"),
            ("status:failed", "status=failed"),
            ("since:2026-03-25", "since=2026-03-25T00:00:00.000Z"),
            ("since:2026-03-25 since:2026-03-27", "since=2026-03-27T00:00:00.000Z"),
            ("until:2026-03-25 until:2026-03-20", "until=2026-03-21T00:00:00.000Z"),
            ("on:2026-03-25", "since=2026-03-25T00:00:00.000Z until=2026-03-26T00:00:00.000Z"),
            ("since:1h", "since=2026-04-01T11:00:00.000Z"),
            // Not exact, not positive, not single, not by itself, not a field of servers.
            ("entity:flow_77", ""),
            ("type:decision*", ""),
            ("type:~decision", ""),
            ("type:\"\"", ""),
            ("action:/roll/", ""),
            ("-action:rollback", ""),
            ("NOT type:offer", ""),
            ("action:create,update", ""),
            ("action:create OR type:offer", ""),
            ("(action:create OR action:update) type:offer", "type=offer"),
            ("status:unknown", ""),
            ("action:unknown", ""),
            ("is:failed has:diff", ""),
            ("rollback \"two words\" @changes.toVersion:3", ""),
            ("field:mode version:3 set:x id:y error:e summary:s", ""),
            ("source:kaireon", ""),
            ("around:3kq0x8v2m4n6p1rt", ""),
            ("sort:time tz:utc", ""),
        ] {
            assert_eq!(asked_for(text), asked, "{text}");
        }
    }

    #[test]
    fn what_is_decided_here_says_why() {
        for (text, why) in [
            ("-type:offer", "negated"),
            ("type:offer,flow", "several values"),
            ("a OR b", "one of several"),
            ("entity:flow", "exact"),
            ("words", "texts"),
            ("has:diff", "no server filters"),
            ("source:x", "which sources"),
            ("-source:x", "which sources"),
            ("around:3kq0x8v2m4n6p1rt", "not known yet"),
        ] {
            let clauses = read(text).clauses();
            let [Clause { asked: Err(said), .. }] = clauses.as_slice() else { panic!("{text}: {clauses:?}") };
            assert!(said.contains(why), "{text}: {said}");
        }
        let texts: Vec<String> = read("action:updated -status:failed (a OR b)")
            .clauses()
            .into_iter()
            .map(|clause| clause.text)
            .collect();
        assert_eq!(texts, ["action:updated", "-status:failed", "a OR b"]);
    }

    #[test]
    fn a_query_can_leave_whole_sources_out() {
        for (text, left_out) in [
            ("", [false, false]),
            ("source:kaireon*", [false, true]),
            ("source:kaireonai action:update", [false, true]),
            ("-source:kaireonai", [true, false]),
            ("source:kaireonai OR action:update", [false, false]),
            ("-(source:kaireonai OR action:update)", [false, false]),
            ("kaireonai", [false, false]),
        ] {
            let query = read(text);
            assert_eq!(
                ["kaireonai", "streamkap"].map(|name| query.leaves_out_source(name)),
                left_out,
                "{text}"
            );
        }
    }

    proptest::proptest! {
        /// An event that meets the query meets every condition of it.
        #[test]
        fn no_selected_event_misses_a_condition(
            terms in proptest::collection::vec(proptest::sample::select(vec![
                "action:update", "action:updated", "type:offer", "entity:=o1", "status:failed", "since:2026-03-01",
                "until:2026-03-02", "on:2026-03-01", "-type:offer", "OR", "action:create,update", "o1",
            ]), 0..6),
            at in -3_i64..4,
        ) {
            let Ok(query) = parse(&terms.join(" "), &context()) else { return Ok(()) };
            let noon = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
            let time = Timestamp::from(noon).plus_millis(at * 43_200_000);
            let event = event_at(time);
            if query.matches(&event) {
                for condition in query.conditions() {
                    proptest::prop_assert!(meets(&event, &condition), "{condition:?}");
                }
            }
        }
    }

    fn event_at(time: Timestamp) -> crate::domain::Event {
        use crate::domain::{Action, Entity, Event, EventId, Identity, Record, RowId};
        let entity = Entity { kind: Some("offer".into()), id: Some("o1".into()), name: None };
        let record = Record {
            action: Action::Update,
            raw_action: Some("updated".into()),
            entity,
            status: Status::Failed,
            ..Record::bare(Identity::Native("1".into()), time)
        };
        Event {
            row: RowId(1),
            id: EventId([0; 10]),
            source: "s".into(),
            feed: "f".into(),
            scope: None,
            count: 1,
            link: crate::domain::LinkState::None,
            fate: None,
            record,
        }
    }

    fn meets(event: &crate::domain::Event, condition: &Condition) -> bool {
        let record = &event.record;
        match condition {
            Condition::Action(word) => record.action.word() == word,
            Condition::Type(kind) => record.entity.kind.as_ref() == Some(kind),
            Condition::Entity(id) => record.entity.id.as_ref() == Some(id),
            Condition::Actor(_) => false,
            Condition::Status(status) => record.status == *status,
            Condition::Since(time) => *time <= record.time,
            Condition::Until(time) => record.time < *time,
        }
    }
}
