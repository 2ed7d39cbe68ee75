//! A query resolved against the vocabulary, ready to run over the columns.
//!
//! Three-valued: of a row, a condition may be known to hold, known not to hold, or open until the event
//! is read. Both bounds are kept, "must hold" and "can hold", one bit per row each; negation exchanges
//! and inverts them, so the answer stays exact however conditions nest.
//!
//! What a query demands at its top level is kept apart by facet, because the values of a facet are counted
//! without the demands on that facet itself.

use crate::domain::{Event, FacetKey, Timestamp};
use crate::query::{Expr, Marked, Part, PartKind, Query, Term, fingerprint};

use super::segment::{Column, MOST, Segment, parts_of, status_of};
use super::vocabulary::Lexicon;

/// How many words hold a bit for each row of a segment.
pub(super) const WORDS: usize = MOST / 64;

/// For each row of a segment whether a condition must hold and whether it can.
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

    fn and(&mut self, other: &Self) {
        self.combine(other, |a, b| a & b);
    }

    /// Settles a row that was open.
    fn settle(&mut self, at: usize, holds: bool) {
        let bit = 1 << (at % 64);
        if holds {
            self.must[at / 64] |= bit;
        } else {
            self.can[at / 64] &= !bit;
        }
    }

    fn is_open(&self, at: usize) -> bool {
        (self.can[at / 64] & !self.must[at / 64]) & (1 << (at % 64)) != 0
    }

    fn can_any(&self) -> bool {
        self.can.iter().any(|word| *word != 0)
    }
}

/// What a query demands, one entry for everything and for each facet that it makes demands on.
#[derive(Debug)]
pub(super) struct Plan {
    demands: Vec<Demand>,
}

#[derive(Debug)]
struct Demand {
    /// The facet that does without it.
    facet: Option<FacetKey>,
    expr: Expr,
    node: Node,
}

/// The shape of a condition over columns.
#[derive(Debug)]
enum Node {
    All,
    Leaf(Leaf),
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
}

/// One condition: it holds for a row when any of these says so.
#[derive(Debug, Default)]
struct Leaf {
    /// For a column, which of the numbers in it make the condition hold.
    tables: Vec<(Column, Vec<bool>)>,
    /// Which bytes of status and parts do.
    marks: Option<Vec<bool>>,
    /// Stretches of time that do, the end excluded.
    times: Vec<Stretch>,
    /// Rows that it holds for.
    marked: Vec<Marked>,
    /// Fingerprints of change sets that may; an empty list stands for any.
    sets: Option<Vec<u32>>,
    /// Whether the rest of an event may.
    is_open: bool,
}

/// From when until when; open where there is no end.
type Stretch = (Option<Timestamp>, Option<Timestamp>);

/// The answers of a plan for the rows of one segment, one per demand.
pub(super) struct Answers<'p> {
    plan: &'p Plan,
    bits: Vec<Bits>,
}

impl Plan {
    /// The plan of a query for a search that counts `facets`.
    pub(super) fn of(query: &Query, facets: &[FacetKey], lexicon: &Lexicon) -> Self {
        let whole = std::slice::from_ref(query.expr());
        let conjuncts = if let Expr::And(sides) = query.expr() { sides } else { whole };
        let mut demands: Vec<(Option<FacetKey>, Vec<Expr>)> = Vec::new();
        for conjunct in conjuncts {
            let facet = facets.iter().copied().find(|facet| is_about(conjunct, *facet));
            match demands.iter_mut().find(|(of, _)| *of == facet) {
                Some((_, sides)) => sides.push(conjunct.clone()),
                None => demands.push((facet, vec![conjunct.clone()])),
            }
        }
        let demands = demands.into_iter().map(|(facet, mut sides)| {
            let expr = if sides.len() == 1 { sides.swap_remove(0) } else { Expr::And(sides) };
            Demand { facet, node: Node::of(&expr, lexicon), expr }
        });
        Self { demands: demands.collect() }
    }

    /// Whether the query makes demands on a facet, which its counts do without.
    pub(super) fn lifts(&self, facet: FacetKey) -> bool {
        self.demands.iter().any(|demand| demand.facet == Some(facet))
    }

    /// Whether some rows may be decided by their events alone.
    pub(super) fn is_open(&self) -> bool {
        self.demands.iter().any(|demand| demand.node.is_open())
    }

    /// What the columns of a segment say; `None` where no row can count for anything.
    pub(super) fn run(&self, segment: &Segment) -> Option<Answers<'_>> {
        let mut bits = Vec::with_capacity(self.demands.len());
        for demand in &self.demands {
            let answer = demand.node.run(segment);
            if demand.facet.is_none() && !answer.can_any() {
                return None;
            }
            bits.push(answer);
        }
        Some(Answers { plan: self, bits })
    }
}

impl Answers<'_> {
    /// The rows that everything but the demands on `facet` selects.
    pub(super) fn without(&self, facet: Option<FacetKey>) -> Bits {
        let mut all = Bits::ALL;
        for (demand, bits) in self.plan.demands.iter().zip(&self.bits) {
            if facet.is_none() || demand.facet != facet {
                all.and(bits);
            }
        }
        all
    }

    /// Settles the row at a position by its event; one that is gone is selected by nothing.
    pub(super) fn settle(&mut self, at: usize, event: Option<&Event>) {
        for (demand, bits) in self.plan.demands.iter().zip(&mut self.bits) {
            if bits.is_open(at) {
                bits.settle(at, event.is_some_and(|event| demand.expr.matches(event)));
            } else if event.is_none() {
                bits.must[at / 64] &= !(1 << (at % 64));
                bits.can[at / 64] &= !(1 << (at % 64));
            }
        }
    }
}

/// Whether a condition sets demands on a facet and on nothing else.
fn is_about(expr: &Expr, facet: FacetKey) -> bool {
    match expr {
        Expr::Term(Term::Field(row, _)) => row.key == facet.key(),
        Expr::All | Expr::Term(_) => false,
        Expr::Not(inner) => is_about(inner, facet),
        Expr::And(sides) | Expr::Or(sides) => sides.iter().all(|side| is_about(side, facet)),
    }
}

impl Node {
    fn of(expr: &Expr, lexicon: &Lexicon) -> Self {
        let all = |sides: &[Expr]| sides.iter().map(|side| Self::of(side, lexicon)).collect();
        match expr {
            Expr::All => Self::All,
            Expr::Term(term) => Self::Leaf(Leaf::of(term, lexicon)),
            Expr::Not(inner) => Self::Not(Box::new(Self::of(inner, lexicon))),
            Expr::And(sides) => Self::And(all(sides)),
            Expr::Or(sides) => Self::Or(all(sides)),
        }
    }

    fn is_open(&self) -> bool {
        match self {
            Self::All => false,
            Self::Leaf(leaf) => leaf.is_open || leaf.sets.is_some(),
            Self::Not(inner) => inner.is_open(),
            Self::And(sides) | Self::Or(sides) => sides.iter().any(Self::is_open),
        }
    }

    /// The answer for the rows of a segment. Bits beyond the last row mean nothing.
    fn run(&self, segment: &Segment) -> Bits {
        match self {
            Self::All => Bits::ALL,
            Self::Leaf(leaf) => leaf.run(segment),
            Self::Not(inner) => {
                let mut bits = inner.run(segment);
                bits.invert();
                bits
            }
            Self::And(sides) => {
                let mut bits = Bits::ALL;
                for side in sides {
                    bits.and(&side.run(segment));
                    if !bits.can_any() {
                        break;
                    }
                }
                bits
            }
            Self::Or(sides) => {
                let mut bits = Bits::NONE;
                for side in sides {
                    bits.combine(&side.run(segment), |a, b| a | b);
                }
                bits
            }
        }
    }
}

impl Leaf {
    fn of(term: &Term, lexicon: &Lexicon) -> Self {
        let mut leaf = Self { is_open: term.looks_at(PartKind::Event), ..Self::default() };
        let mut table = |column, agrees: Vec<bool>| {
            // Most words are in no name at all.
            if agrees.contains(&true) {
                leaf.tables.push((column, agrees));
            }
        };
        if term.looks_at(PartKind::Source) {
            let agrees = lexicon
                .feeds()
                .iter()
                .map(|names| names.as_ref().is_some_and(|names| term.agrees(&Part::Source(&names.source))));
            table(Column::Feed, agrees.collect());
        }
        if term.looks_at(PartKind::Entity) {
            let agrees = |number| term.agrees(&Part::Entity(lexicon.entity(number)));
            table(Column::Entity, (0..lexicon.entity_count()).map(agrees).collect());
        }
        if term.looks_at(PartKind::Actor) {
            let agrees = |number| term.agrees(&Part::Actor(lexicon.actor(number)));
            table(Column::Actor, (0..lexicon.actor_count()).map(agrees).collect());
        }
        if term.looks_at(PartKind::Action) {
            let deeds = lexicon.deeds().iter();
            let agrees = deeds.map(|deed| term.agrees(&Part::Action(&deed.action, deed.raw.as_deref())));
            table(Column::Deed, agrees.collect());
        }
        if term.looks_at(PartKind::Status) || term.looks_at(PartKind::Parts) {
            let agrees = |marks| {
                term.agrees(&Part::Status(status_of(marks))) || term.agrees(&Part::Parts(parts_of(marks)))
            };
            leaf.marks = Some((0..=u8::MAX).map(agrees).collect());
        }
        if term.looks_at(PartKind::Time) {
            leaf.times = term.stretches().collect();
        }
        leaf.marked = term.marked().cloned().collect();
        if term.looks_at(PartKind::Set) {
            let prints = term.whole_texts().map(|texts| texts.into_iter().map(fingerprint).collect());
            leaf.sets = Some(prints.unwrap_or_default());
        }
        leaf
    }

    fn run(&self, segment: &Segment) -> Bits {
        let mut bits = Bits::NONE;
        for (column, agrees) in &self.tables {
            let holds = |number: &u32| agrees.get(*number as usize).copied().unwrap_or_default();
            fill(&mut bits.must, segment.column(*column), holds);
        }
        if let Some(agrees) = &self.marks {
            fill(&mut bits.must, &segment.marks, |marks| agrees[usize::from(*marks)]);
        }
        if !self.times.is_empty() {
            self.fill_times(&mut bits.must, segment);
        }
        self.marked.iter().for_each(|marked| fill_marked(&mut bits.must, marked, &segment.rows));
        match self.sets.as_deref() {
            None => {}
            Some([]) => fill(&mut bits.can, &segment.sets, |set| *set != 0),
            Some(sets) => fill(&mut bits.can, &segment.sets, |set| sets.contains(set)),
        }
        for (can, must) in bits.can.iter_mut().zip(&bits.must) {
            *can = if self.is_open { u64::MAX } else { *can | must };
        }
        bits
    }

    fn fill_times(&self, bits: &mut [u64; WORDS], segment: &Segment) {
        for (from, to) in &self.times {
            for at in segment.between(*from, *to) {
                bits[at / 64] |= 1 << (at % 64);
            }
        }
        for (at, time) in segment.odd_times() {
            let within =
                |(from, to): &Stretch| from.is_none_or(|from| from <= time) && to.is_none_or(|to| time < to);
            let holds = self.times.iter().any(within);
            bits[at / 64] &= !(1 << (at % 64));
            bits[at / 64] |= u64::from(holds) << (at % 64);
        }
    }
}

/// Sets the bits of those of `rows`, which stand oldest first, that are marked.
fn fill_marked(bits: &mut [u64; WORDS], marked: &Marked, rows: &[i64]) {
    let mut set = |at: usize| bits[at / 64] |= 1 << (at % 64);
    match marked {
        Marked::Above(mark) => (rows.partition_point(|row| *row <= mark.0)..rows.len()).for_each(set),
        Marked::Among(all) => {
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return };
            let here = all.partition_point(|row| row.0 < *first)..all.partition_point(|row| row.0 <= *last);
            all[here].iter().filter_map(|row| rows.binary_search(&row.0).ok()).for_each(&mut set);
        }
    }
}

fn fill<T>(bits: &mut [u64; WORDS], values: &[T], holds: impl Fn(&T) -> bool) {
    for (word, values) in bits.iter_mut().zip(values.chunks(64)) {
        for (at, value) in values.iter().enumerate() {
            *word |= u64::from(holds(value)) << at;
        }
    }
}
