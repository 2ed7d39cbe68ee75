//! Values of a key let in and kept out, as from a list of them, and a stretch of time put in the place of
//! another.
//!
//! What a list of values says of a query is what the query says at its top level with whole values: `key:a,b`
//! lets in, `-key:a,b` keeps out. Whatever else it says of the key stays, except where it would stand in the
//! way of what was chosen.

use super::Query;
use super::ast::{Expr, Term, Test};
use super::fields::{FieldRow, Kind};
use super::text::Pattern;

/// What a query says of one value of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stance {
    /// Nothing.
    Open,
    /// It names the value as one to select.
    In,
    /// It names the value as one to leave out.
    Out,
}

impl Query {
    /// What the query says of a value, which is given as the condition that names it (`exact_term`).
    pub fn stance(&self, value: &Self) -> Stance {
        let Some((row, test)) = value.named() else { return Stance::Open };
        let names = |tests: &[Test]| tests.iter().any(|it| same(it, test));
        for side in self.sides() {
            match about(side, row) {
                Some((true, tests)) if names(tests) => return Stance::In,
                Some((false, tests)) if names(tests) => return Stance::Out,
                _ => {}
            }
        }
        Stance::Open
    }

    /// The query with these values of one key let in, beside those that are let in by their whole name
    /// already. A condition on the key that is wider than a list of values gives way.
    #[must_use]
    pub fn with_values(&self, values: &[Self]) -> Self {
        let Some((row, _)) = values.first().and_then(Self::named) else { return self.clone() };
        let mut sides = self.without_values(values).into_sides();
        let is_list =
            |side: &Expr| matches!(about(side, row), Some((true, tests)) if tests.iter().all(is_whole));
        let lists = |side: &Expr| matches!(about(side, row), Some((true, _)));
        let single = sides.iter().filter(|side| lists(side)).count() == 1;
        let home = sides.iter().position(is_list).filter(|_| single);
        let chosen = values.iter().filter_map(|value| Some(value.named()?.1.clone()));
        if let Some(Expr::Term(Term::Field(_, tests))) = home.map(|at| &mut sides[at]) {
            tests.extend(chosen);
        } else {
            let place = sides.iter().position(lists).unwrap_or(sides.len());
            sides.retain(|side| !lists(side));
            sides.insert(place, Expr::Term(Term::Field(row, chosen.collect())));
        }
        self.made_of(sides)
    }

    /// The query with these values of one key kept out. Where others are let in by name, that is done by not
    /// naming these.
    #[must_use]
    pub fn kept_out(&self, values: &[Self]) -> Self {
        let Some((row, _)) = values.first().and_then(Self::named) else { return self.clone() };
        let mut sides = self.without_values(values).into_sides();
        let named_only =
            |side: &Expr| matches!(about(side, row), Some((true, tests)) if tests.iter().all(is_whole));
        if sides.iter().any(named_only) {
            return self.made_of(sides);
        }
        let chosen = values.iter().filter_map(|value| Some(value.named()?.1.clone()));
        let list = sides.iter_mut().find_map(|side| match side {
            Expr::Not(inner) => match &mut **inner {
                Expr::Term(Term::Field(of, tests)) if of.key == row.key && tests.iter().all(is_whole) => {
                    Some(tests)
                }
                _ => None,
            },
            _ => None,
        });
        match list {
            Some(tests) => tests.extend(chosen),
            None => sides.push(Expr::Term(Term::Field(row, chosen.collect())).complement()),
        }
        self.made_of(sides)
    }

    /// The query without what it says of these values of one key by name.
    #[must_use]
    pub fn without_values(&self, values: &[Self]) -> Self {
        let named: Vec<(&FieldRow, &Test)> = values.iter().filter_map(Self::named).collect();
        let kept = |row: &FieldRow, tests: &mut Vec<Test>| {
            tests.retain(|it| !named.iter().any(|(of, test)| of.key == row.key && same(it, test)));
            !tests.is_empty()
        };
        let mut sides = self.sides().to_vec();
        sides.retain_mut(|side| match side {
            Expr::Term(Term::Field(row, tests)) => kept(row, tests),
            Expr::Not(inner) => match &mut **inner {
                Expr::Term(Term::Field(row, tests)) => kept(row, tests),
                _ => true,
            },
            _ => true,
        });
        self.made_of(sides)
    }

    /// The query with `stretch`, conditions on time, in the place of those that it has at its top level.
    #[must_use]
    pub fn within(&self, stretch: &Self) -> Self {
        let is_time = |side: &Expr| matches!(side, Expr::Term(Term::Field(row, _)) if matches!(row.kind, Kind::Time(_)));
        let sides = self.sides().iter().filter(|side| !is_time(side)).chain(stretch.sides());
        self.made_of(sides.cloned().collect())
    }

    /// The key and the value that a condition names, where it is the condition for one value.
    fn named(&self) -> Option<(&'static FieldRow, &Test)> {
        match &self.expr {
            Expr::Term(Term::Field(row, tests)) if tests.len() == 1 => Some((*row, &tests[0])),
            _ => None,
        }
    }

    /// What has to hold, one by one.
    fn sides(&self) -> &[Expr] {
        match &self.expr {
            Expr::And(sides) => sides,
            other => std::slice::from_ref(other),
        }
    }

    fn into_sides(self) -> Vec<Expr> {
        match self.expr {
            Expr::All => Vec::new(),
            Expr::And(sides) => sides,
            other => vec![other],
        }
    }

    fn made_of(&self, sides: Vec<Expr>) -> Self {
        Self { expr: Expr::all_of(sides), directives: self.directives.clone() }
    }
}

/// The alternatives that a condition lets in (`true`) or keeps out, where it is about this key alone.
fn about<'a>(side: &'a Expr, row: &FieldRow) -> Option<(bool, &'a [Test])> {
    let (lets_in, term) = match side {
        Expr::Term(term) => (true, term),
        Expr::Not(inner) => match &**inner {
            Expr::Term(term) => (false, term),
            _ => return None,
        },
        _ => return None,
    };
    match term {
        Term::Field(of, tests) if of.key == row.key => Some((lets_in, tests)),
        _ => None,
    }
}

/// Whether both name the same value.
fn same(a: &Test, b: &Test) -> bool {
    match (a, b) {
        (Test::Text(Pattern::Exact(a)), Test::Text(Pattern::Exact(b))) => a.folded() == b.folded(),
        _ => a == b,
    }
}

/// Whether it is a whole value and no pattern.
fn is_whole(test: &Test) -> bool {
    matches!(test, Test::Text(Pattern::Exact(_)) | Test::Word(_))
}

#[cfg(test)]
mod tests {
    use super::super::{Context, exact_term, parse};
    use super::*;

    fn read(text: &str) -> Query {
        parse(text, &Context::default()).unwrap()
    }

    fn values(key: &str, names: &[&str]) -> Vec<Query> {
        names.iter().map(|name| read(&exact_term(key, name))).collect()
    }

    #[test]
    fn values_are_let_in_beside_each_other_and_in_the_place_of_patterns() {
        for (text, key, names, expected) in [
            ("", "action", &["update"][..], "action:update"),
            ("action:update x", "action", &["publish", "delete"], "action:update,publish,delete x"),
            ("action:update x", "action", &["UPDATE"], "x action:UPDATE"),
            ("x -action:update,publish", "action", &["update"], "x -action:publish action:update"),
            ("actor:jane x", "actor", &["jane.smith"], "actor:=jane.smith x"),
            ("actor:jane actor:smith", "actor", &["a b"], "actor:=\"a b\""),
            ("type:a OR type:b", "type", &["c"], "(type:a OR type:b) type:c"),
            ("x sort:time", "status", &["failed"], "x status:failed sort:time"),
        ] {
            let chosen = read(text).with_values(&values(key, names));
            assert_eq!(chosen.to_string(), expected, "{text}");
            assert_eq!(read(expected), chosen);
            assert!(values(key, names).iter().all(|value| chosen.stance(value) == Stance::In), "{text}");
        }
    }

    #[test]
    fn values_are_kept_out_by_name_or_by_not_being_named() {
        for (text, names, expected) in [
            ("", &["update"][..], "-action:update"),
            ("-action:update", &["publish", "delete"], "-action:update,publish,delete"),
            ("action:update,publish x", &["update"], "action:publish x"),
            ("action:update x", &["update"], "x -action:update"),
            ("action:up*", &["update"], "action:up* -action:update"),
            ("-(action:a x)", &["a"], "-(action:a x) -action:a"),
        ] {
            let chosen = read(text).kept_out(&values("action", names));
            assert_eq!(chosen.to_string(), expected, "{text}");
            assert_eq!(read(expected), chosen);
        }
        assert_eq!(read("-action:update").stance(&values("action", &["Update"])[0]), Stance::Out);
        assert_eq!(read("-action:update").stance(&values("type", &["update"])[0]), Stance::Open);
    }

    #[test]
    fn what_was_chosen_can_be_taken_back() {
        for (text, expected) in [
            ("action:update,publish", "action:publish"),
            ("action:update x", "x"),
            ("-action:publish,update", "-action:publish"),
            ("-action:update", ""),
            ("(action:update OR x)", "action:update OR x"),
        ] {
            assert_eq!(
                read(text).without_values(&values("action", &["update"])).to_string(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_stretch_of_time_takes_the_place_of_another() {
        let stretch = read("since:2026-03-25 until:2026-03-26T11:59");
        for (text, expected) in [
            ("", "since:2026-03-25 until:2026-03-26T11:59"),
            ("since:7d x", "x since:2026-03-25 until:2026-03-26T11:59"),
            ("on:monday -until:3d tz:utc", "-until:3d since:2026-03-25 until:2026-03-26T11:59 tz:utc"),
        ] {
            assert_eq!(read(text).within(&stretch).to_string(), expected, "{text}");
        }
    }
}
