//! Queries made from queries.

use crate::domain::{RowId, Zone};

use super::Query;
use super::ast::{Directives, Expr, Group, Sort, Term, Test};
use super::fields::{FIELDS, Kind};
use super::marks::{Mark, Marked};

impl Query {
    /// What both select. The directives of `other` override those of `self`.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let (mine, theirs) = (&self.directives, &other.directives);
        Self {
            expr: Expr::all_of(vec![self.expr.clone(), other.expr.clone()]),
            directives: Directives {
                sort: theirs.sort.or(mine.sort),
                group: theirs.group.or(mine.group),
                zone: theirs.zone.or(mine.zone),
                columns: theirs.columns.clone().or_else(|| mine.columns.clone()),
            },
        }
    }

    /// What this one selects and `other` does not. The directives stay as they are.
    #[must_use]
    pub fn and_not(&self, other: &Self) -> Self {
        Self {
            expr: Expr::all_of(vec![self.expr.clone(), other.expr.clone().complement()]),
            directives: self.directives.clone(),
        }
    }

    /// What this one selects as far as `condition` selects it too or, to exclude it, does not. A condition
    /// that says the contrary at the top level gives way; one that says the same is not repeated.
    #[must_use]
    pub fn narrowed(&self, condition: &Self, include: bool) -> Self {
        let plain = condition.expr.clone();
        let (wanted, contrary) =
            if include { (plain.clone(), plain.complement()) } else { (plain.clone().complement(), plain) };
        let mut sides = match self.expr.clone() {
            Expr::And(sides) => sides,
            other => vec![other],
        };
        sides.retain(|side| *side != contrary);
        if !sides.contains(&wanted) {
            sides.push(wanted);
        }
        Self { expr: Expr::all_of(sides), directives: self.directives.clone() }
    }

    /// All events, shown as this one says.
    #[must_use]
    pub fn without_conditions(&self) -> Self {
        Self { expr: Expr::All, directives: self.directives.clone() }
    }

    /// The same shown in another order, under headings that fit it.
    #[must_use]
    pub fn sorted(&self, sort: Sort) -> Self {
        let sort = Some(sort).filter(|sort| *sort != Sort::NewestFirst);
        Self {
            expr: self.expr.clone(),
            directives: Directives { sort, group: None, ..self.directives.clone() },
        }
    }

    /// The same under other headings.
    #[must_use]
    pub fn grouped(&self, group: Group) -> Self {
        let plain = Directives { group: None, ..self.directives.clone() };
        let default = plain.arrangement(Zone::Utc).group;
        let group = Some(group).filter(|group| *group != default);
        Self { expr: self.expr.clone(), directives: Directives { group, ..plain } }
    }

    /// What this one selects of the events above `row`.
    #[must_use]
    pub fn newer_than(&self, row: RowId) -> Self {
        let above = FIELDS.iter().find_map(|field| {
            let Kind::Words(words) = field.kind else { return None };
            let word = words.iter().find(|word| word.mark == Some(Mark::New))?;
            Some(Expr::Term(Term::Field(field, vec![Test::Mark(word, Some(Marked::Above(row)))])))
        });
        Self {
            expr: Expr::all_of(above.into_iter().chain([self.expr.clone()]).collect()),
            directives: self.directives.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Context, parse};
    use super::*;

    fn read(text: &str) -> Query {
        parse(text, &Context::default()).unwrap()
    }

    #[test]
    fn narrowing_neither_repeats_nor_contradicts() {
        for (text, term, include, expected) in [
            ("", "type:a", true, "type:a"),
            ("x", "type:a", true, "x type:a"),
            ("type:a x", "type:a", true, "type:a x"),
            ("-type:a x", "type:a", true, "x type:a"),
            ("type:a x", "type:a", false, "x -type:a"),
            ("-type:a", "type:a", false, "-type:a"),
            ("a OR b", "type:a", false, "(a OR b) -type:a"),
            ("a OR b sort:time", "type:a", true, "(a OR b) type:a sort:time"),
            ("-(a b)", "type:a", true, "-(a b) type:a"),
        ] {
            let narrowed = read(text).narrowed(&read(term), include);
            assert_eq!(narrowed.to_string(), expected, "{text} {term} {include}");
            assert_eq!(read(expected), narrowed);
        }
    }

    #[test]
    fn conditions_can_be_lifted_and_old_events_left_out() {
        assert_eq!(read("x sort:time tz:utc").without_conditions().to_string(), "sort:time tz:utc");
        assert_eq!(read("x sort:entity group:day").sorted(Sort::Actor).to_string(), "x sort:actor");
        assert_eq!(read("sort:entity").sorted(Sort::NewestFirst).to_string(), "");
        assert_eq!(read("x").grouped(Group::Run).to_string(), "x group:run");
        assert_eq!(read("x group:run").grouped(Group::Day).to_string(), "x", "that is how it is anyway");
        assert_eq!(read("sort:actor").grouped(Group::Day).to_string(), "sort:actor group:day");
        let newer = read("type:a").newer_than(RowId(5));
        assert_eq!(newer.to_string(), "is:new type:a");
        let told = newer.clone().marked(&super::super::Told::default());
        assert_eq!((newer.marks(), told == newer), (vec![], true), "it was told what is new");
    }
}
