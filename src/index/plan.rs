//! A query resolved against the dictionaries, ready to run over the columns.
//!
//! Three-valued: of a row, a condition may be known to hold, known not to hold, or open until the event
//! is read. Both bounds are kept, "must hold" and "can hold", one bit per row each; negation exchanges
//! and inverts them, so the answer stays exact however conditions nest.

use crate::domain::{RowId, Timestamp};
use crate::query::{Expr, Part, PartKind, Query, Rows, Term};

use super::columns::{Columns, NO_SET, Table, fingerprint, parts_of, status_of};

/// Rows are evaluated in blocks small enough for the nearest cache.
pub(super) const BLOCK: usize = 4096;

const WORDS: usize = BLOCK / 64;

/// For each row of a block whether a condition must hold and whether it can.
#[derive(Debug, Clone)]
pub(super) struct Bits {
    pub(super) must: [u64; WORDS],
    pub(super) can: [u64; WORDS],
}

impl Bits {
    const NONE: Self = Self { must: [0; WORDS], can: [0; WORDS] };
    const ALL: Self = Self { must: [u64::MAX; WORDS], can: [u64::MAX; WORDS] };

    fn invert(&mut self) {
        for (must, can) in self.must.iter_mut().zip(&mut self.can) {
            (*must, *can) = (!*can, !*must);
        }
    }

    fn combine(&mut self, other: &Self, with: impl Fn(u64, u64) -> u64) {
        for (mine, other) in self.must.iter_mut().zip(other.must) {
            *mine = with(*mine, other);
        }
        for (mine, other) in self.can.iter_mut().zip(other.can) {
            *mine = with(*mine, other);
        }
    }
}

/// The shape of a query over columns.
#[derive(Debug)]
pub(super) enum Plan {
    All,
    Leaf(Leaf),
    Not(Box<Plan>),
    And(Vec<Plan>),
    Or(Vec<Plan>),
}

/// One condition: it holds for a row when any of these says so.
#[derive(Debug, Default)]
pub(super) struct Leaf {
    /// For a column, which of the numbers in it make the condition hold.
    tables: Vec<(Column, Vec<bool>)>,
    /// Which bytes of status and parts do.
    marks: Option<Vec<bool>>,
    /// Positions whose time does, and those whose time may.
    times: Vec<TimeSpan>,
    /// Positions that it holds for, ascending.
    places: Vec<usize>,
    /// Fingerprints of change sets that may; an empty list stands for any.
    sets: Option<Vec<u32>>,
    /// Whether the rest of an event may.
    is_open: bool,
}

#[derive(Debug, Clone, Copy)]
enum Column {
    Place,
    Entity,
    Actor,
    Deed,
}

/// Half-open ranges of positions.
#[derive(Debug)]
struct TimeSpan {
    must: (usize, usize),
    can: Vec<(usize, usize)>,
}

impl Plan {
    pub(super) fn of(query: &Query, table: &Table) -> Self {
        Self::of_expr(query.expr(), table)
    }

    fn of_expr(expr: &Expr, table: &Table) -> Self {
        let all = |sides: &[Expr]| sides.iter().map(|side| Self::of_expr(side, table)).collect();
        match expr {
            Expr::All => Self::All,
            Expr::Term(term) => Self::Leaf(Leaf::of(term, table)),
            Expr::Not(inner) => Self::Not(Box::new(Self::of_expr(inner, table))),
            Expr::And(sides) => Self::And(all(sides)),
            Expr::Or(sides) => Self::Or(all(sides)),
        }
    }

    /// The answer for the rows from `start`, a multiple of [`BLOCK`]. Bits beyond the last row mean nothing.
    pub(super) fn run(&self, columns: &Columns, start: usize) -> Bits {
        match self {
            Self::All => Bits::ALL,
            Self::Leaf(leaf) => leaf.run(columns, start),
            Self::Not(inner) => {
                let mut bits = inner.run(columns, start);
                bits.invert();
                bits
            }
            Self::And(sides) => {
                let mut bits = Bits::ALL;
                for side in sides {
                    bits.combine(&side.run(columns, start), |a, b| a & b);
                    if bits.can.iter().all(|word| *word == 0) {
                        break;
                    }
                }
                bits
            }
            Self::Or(sides) => {
                let mut bits = Bits::NONE;
                for side in sides {
                    bits.combine(&side.run(columns, start), |a, b| a | b);
                }
                bits
            }
        }
    }
}

impl Leaf {
    fn of(term: &Term, table: &Table) -> Self {
        let dictionaries = &table.dictionaries;
        let mut leaf = Self { is_open: term.looks_at(PartKind::Event), ..Self::default() };
        if term.looks_at(PartKind::Source) {
            let places = dictionaries.places.values().iter();
            let agrees = places.map(|place| term.agrees(&Part::Source(&place.source)));
            leaf.tables.push((Column::Place, agrees.collect()));
        }
        if term.looks_at(PartKind::Entity) {
            let entities = dictionaries.entities.values().iter();
            let agrees = entities.map(|entity| term.agrees(&Part::Entity(entity)));
            leaf.tables.push((Column::Entity, agrees.collect()));
        }
        if term.looks_at(PartKind::Actor) {
            let actors = dictionaries.actors.values().iter();
            leaf.tables.push((Column::Actor, actors.map(|actor| term.agrees(&Part::Actor(actor))).collect()));
        }
        if term.looks_at(PartKind::Action) {
            let deeds = dictionaries.deeds.values().iter();
            let agrees = deeds.map(|deed| term.agrees(&Part::Action(&deed.action, deed.raw.as_deref())));
            leaf.tables.push((Column::Deed, agrees.collect()));
        }
        if term.looks_at(PartKind::Status) || term.looks_at(PartKind::Parts) {
            let agrees = |marks| {
                term.agrees(&Part::Status(status_of(marks))) || term.agrees(&Part::Parts(parts_of(marks)))
            };
            leaf.marks = Some((0..=u8::MAX).map(agrees).collect());
        }
        if term.looks_at(PartKind::Time) {
            leaf.times = term.stretches().map(|stretch| TimeSpan::of(stretch, &table.columns)).collect();
        }
        for rows in term.places() {
            match rows {
                Rows::Among(rows) => {
                    leaf.places.extend(rows.iter().filter_map(|row| table.columns.position(*row)));
                }
                Rows::Above(row) => {
                    let first = table.columns.rows.partition_point(|it| *it <= row.0);
                    leaf.times.push(TimeSpan { must: (first, table.columns.len()), can: Vec::new() });
                }
            }
        }
        leaf.places.sort_unstable();
        if term.looks_at(PartKind::Set) {
            let prints = term.whole_texts().map(|texts| texts.into_iter().map(fingerprint).collect());
            leaf.sets = Some(prints.unwrap_or_default());
        }
        leaf
    }

    fn run(&self, columns: &Columns, start: usize) -> Bits {
        let end = columns.len().min(start + BLOCK);
        let mut bits = Bits::NONE;
        for (column, agrees) in &self.tables {
            let numbers = match column {
                Column::Place => &columns.place,
                Column::Entity => &columns.entity,
                Column::Actor => &columns.actor,
                Column::Deed => &columns.deed,
            };
            fill(&mut bits.must, &numbers[start..end], |number| agrees[*number as usize]);
        }
        if let Some(agrees) = &self.marks {
            fill(&mut bits.must, &columns.marks[start..end], |marks| agrees[usize::from(*marks)]);
        }
        for span in &self.times {
            fill_range(&mut bits.must, span.must, start, end);
            for can in &span.can {
                fill_range(&mut bits.can, *can, start, end);
            }
        }
        let first = self.places.partition_point(|place| *place < start);
        for place in self.places[first..].iter().take_while(|place| **place < end) {
            let at = place - start;
            bits.must[at / 64] |= 1 << (at % 64);
        }
        match self.sets.as_deref() {
            None => {}
            Some([]) => fill(&mut bits.can, &columns.set[start..end], |set| *set != NO_SET),
            Some(sets) => fill(&mut bits.can, &columns.set[start..end], |set| sets.contains(set)),
        }
        for (can, must) in bits.can.iter_mut().zip(&bits.must) {
            *can = if self.is_open { u64::MAX } else { *can | must };
        }
        bits
    }
}

fn fill<T>(bits: &mut [u64; WORDS], values: &[T], holds: impl Fn(&T) -> bool) {
    for (word, values) in bits.iter_mut().zip(values.chunks(64)) {
        for (at, value) in values.iter().enumerate() {
            *word |= u64::from(holds(value)) << at;
        }
    }
}

/// Sets the bits of the positions of `range` that lie in the block.
fn fill_range(bits: &mut [u64; WORDS], range: (usize, usize), start: usize, end: usize) {
    let (from, to) = (range.0.clamp(start, end) - start, range.1.clamp(start, end) - start);
    for at in from..to {
        bits[at / 64] |= 1 << (at % 64);
    }
}

/// How many places of one millisecond may be taken by events of the one before, which found all of theirs
/// taken. Places are tried from a random one upwards, so it would take hundreds of thousands of events in
/// one millisecond to push this many over.
const SPILL: i64 = 1024;

impl TimeSpan {
    /// The positions of rows from `from` up to, not including, `to`. A row knows its time to the
    /// millisecond, but for two exceptions, which stay open: a row that a full millisecond pushed into the
    /// next, and rows at the ends of what a row can say.
    fn of((from, to): (i64, i64), columns: &Columns) -> Self {
        let rows = &columns.rows;
        let floor = |millis: i64| RowId::floor(Timestamp::from_millis(millis)).0;
        let before = |row: i64| rows.partition_point(|it| *it < row);
        let (first, past) = (before(floor(from)), before(floor(to)));
        let (first_sure, past_spilled) =
            (before(floor(from).saturating_add(SPILL)), before(floor(to).saturating_add(SPILL)));
        let lowest = before(floor(i64::MIN + 1).saturating_add(1 << 18));
        let highest = before(floor(i64::MAX));
        let sure = (first_sure.max(lowest), past.min(highest));
        let sure = if sure.0 < sure.1 { sure } else { (first_sure, first_sure) };
        Self { must: sure, can: vec![(first, past_spilled), (0, lowest), (highest, rows.len())] }
    }
}
