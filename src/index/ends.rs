//! The first and the last event of each entity.

use std::collections::HashMap;

use super::Index;
use crate::domain::{Entity, RowId};

/// Where the lives of all entities begin and end in the cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ends {
    /// The oldest event of each entity, ascending.
    pub first: Vec<RowId>,
    /// The newest event of each entity, ascending.
    pub last: Vec<RowId>,
}

impl Index {
    /// The ends of all lives, one for each entity of each source, under whatever names it had. Events that
    /// name no entity are none of any. One pass over the columns.
    pub fn ends(&mut self) -> Ends {
        self.table.settle();
        let columns = &self.table.columns;
        let dictionaries = &self.table.dictionaries;
        let one: Vec<Option<u32>> = same(dictionaries.entities.values().iter().map(AsRef::as_ref));
        let sources: HashMap<&str, u32> =
            dictionaries.places.values().iter().map(|place| &*place.source).zip(0..).collect();
        let source: Vec<u32> =
            dictionaries.places.values().iter().map(|place| sources[&*place.source]).collect();
        let mut lives: HashMap<(u32, u32), (i64, i64)> = HashMap::new();
        for ((row, place), entity) in columns.rows.iter().zip(&columns.place).zip(&columns.entity) {
            let Some(entity) = one[*entity as usize] else { continue };
            lives.entry((source[*place as usize], entity)).or_insert((*row, *row)).1 = *row;
        }
        let sorted = |end: fn(&(i64, i64)) -> i64| {
            let mut rows: Vec<RowId> = lives.values().map(|life| RowId(end(life))).collect();
            rows.sort_unstable();
            rows
        };
        Ends { first: sorted(|life| life.0), last: sorted(|life| life.1) }
    }
}

/// One number for all entries of the dictionary that are the same entity; none for those that name nothing.
fn same<'e>(entities: impl Iterator<Item = &'e Entity>) -> Vec<Option<u32>> {
    let mut numbers: HashMap<(Option<&str>, bool, &str), u32> = HashMap::new();
    entities
        .map(|entity| {
            let name = entity.id.as_deref().or(entity.name.as_deref())?;
            let next = numbers.len() as u32;
            Some(*numbers.entry((entity.kind.as_deref(), entity.id.is_some(), name)).or_insert(next))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::IndexRow;
    use crate::index::tests::row_by;

    #[test]
    fn every_entity_of_a_source_has_two_ends() {
        let mut index = Index::default();
        let nameless = IndexRow { entity: std::sync::Arc::default(), ..row_by(1, 0) };
        // Odd rows are of one entity, even rows of another; each has another name.
        index.insert([2, 3, 4, 5, 6].map(|row| row_by(row, 0)));
        index.insert([nameless, IndexRow { source: "t".into(), ..row_by(9, 0) }]);
        let rows = |rows: &[i64]| rows.iter().copied().map(RowId).collect::<Vec<_>>();
        assert_eq!(index.ends(), Ends { first: rows(&[2, 3, 9]), last: rows(&[5, 6, 9]) });
    }

    #[test]
    fn the_ends_are_those_that_entities_themselves_agree_on() {
        let entity = |kind: Option<&str>, id: Option<&str>, name: Option<&str>| Entity {
            kind: kind.map(Into::into),
            id: id.map(Into::into),
            name: name.map(Into::into),
        };
        let all = [
            entity(None, Some("a"), None),
            entity(None, Some("a"), Some("n")),
            entity(None, None, Some("a")),
            entity(Some("k"), Some("a"), Some("n")),
            entity(None, None, Some("n")),
        ];
        let numbers = same(all.iter());
        for (a, one) in all.iter().zip(&numbers) {
            for (b, other) in all.iter().zip(&numbers) {
                assert_eq!(a.same_as(b), one == other, "{a:?} {b:?}");
            }
        }
        assert_eq!(same([Entity::default()].iter()), [None]);
    }
}
