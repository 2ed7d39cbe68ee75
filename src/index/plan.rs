//! A query resolved against the vocabulary, ready to run over the columns.
//!
//! What a query demands at its top level is kept apart by facet, because the values of a facet are counted
//! without the demands on that facet itself.

use crate::domain::{Event, EventId, FacetKey, Marks, RowId, Timestamp};
use crate::query::{Expr, Marked, Part, PartKind, Query, Term, TextSearch, Texts, fingerprint};

use super::bits::{Bits, WORDS};
use super::segment::{Column, Segment};
use super::vocabulary::Lexicon;

/// What a query demands, one entry for everything and for each facet that it makes demands on.
#[derive(Debug)]
pub(super) struct Plan {
    demands: Vec<Demand>,
    /// The conditions on the texts of events, by the number that nodes know them by.
    texts: Vec<TextSearch>,
    /// The events that conditions on texts name, and where they are, once that was looked up (see [`Plan::named`]).
    named: Vec<(EventId, Option<RowId>)>,
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
    /// Which of all marks do, by their number.
    marks: Option<Vec<bool>>,
    /// Stretches of time that do, the end excluded.
    times: Vec<Stretch>,
    /// Rows that it holds for.
    marked: Vec<Marked>,
    /// Fingerprints of change sets that may; an empty list stands for any.
    sets: Option<Vec<u32>>,
    /// Whether the texts of an event, or the whole of it, may: the number of the condition on them.
    texts: Option<usize>,
}

/// What the texts of a segment said, by the number of the condition; nothing where they were not asked.
pub(super) type Found = Vec<Option<Box<Bits>>>;

/// What there is to run a plan on.
struct Scene<'a> {
    segment: &'a Segment,
    searches: &'a [TextSearch],
    named: &'a [(EventId, Option<RowId>)],
    found: &'a [Option<Box<Bits>>],
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
        let mut texts = Vec::new();
        let demands: Vec<Demand> = demands
            .into_iter()
            .map(|(facet, mut sides)| {
                let expr = if sides.len() == 1 { sides.swap_remove(0) } else { Expr::And(sides) };
                Demand { facet, node: Node::of(&expr, lexicon, &mut texts), expr }
            })
            .collect();
        let named = texts.iter().flat_map(TextSearch::events).map(|event| (*event, None)).collect();
        Self { demands, texts, named }
    }

    /// The events that conditions name, to be told where they are.
    pub(super) fn named(&mut self) -> &mut [(EventId, Option<RowId>)] {
        &mut self.named
    }

    /// Whether the query makes demands on a facet, which its counts do without.
    pub(super) fn lifts(&self, facet: FacetKey) -> bool {
        self.demands.iter().any(|demand| demand.facet == Some(facet))
    }

    /// Whether some rows may be decided by their events alone.
    pub(super) fn is_open(&self) -> bool {
        self.demands.iter().any(|demand| demand.node.is_open())
    }

    /// What the texts of a segment say, where a condition asks for them.
    pub(super) fn scan(&self, segment: &Segment, texts: &Texts) -> Found {
        let Some(kept) = segment.kept() else { return Vec::new() };
        let same_rows = kept.seal.rows == segment.rows;
        let place = |row: usize| {
            if same_rows { Some(row) } else { segment.rows.binary_search(kept.seal.rows.get(row)?).ok() }
        };
        let scan = |search: &TextSearch| {
            let mut bits = Box::new(Bits::NONE);
            search.scan(texts, |row, is_open| {
                if let Some(at) = place(row) {
                    bits.can[at / 64] |= 1 << (at % 64);
                    bits.must[at / 64] |= u64::from(!is_open) << (at % 64);
                }
            });
            bits
        };
        let asks = |search: &&TextSearch| search.may_be_in(&kept.seal.filter);
        self.texts.iter().map(|search| Some(search).filter(asks).map(scan)).collect()
    }

    /// What the columns of a segment say, with what its texts said; `None` where no row can count for
    /// anything.
    pub(super) fn run(&self, segment: &Segment, found: &[Option<Box<Bits>>]) -> Option<Answers<'_>> {
        let scene = Scene { segment, searches: &self.texts, named: &self.named, found };
        let mut bits = Vec::with_capacity(self.demands.len());
        for demand in &self.demands {
            let answer = demand.node.run(&scene);
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
    fn of(expr: &Expr, lexicon: &Lexicon, texts: &mut Vec<TextSearch>) -> Self {
        let mut all = |sides: &[Expr]| sides.iter().map(|side| Self::of(side, lexicon, texts)).collect();
        match expr {
            Expr::All => Self::All,
            Expr::Term(term) => {
                let mut leaf = Leaf::of(term, lexicon);
                if let Some(search) = TextSearch::of(term) {
                    leaf.texts = Some(texts.len());
                    texts.push(search);
                }
                Self::Leaf(leaf)
            }
            Expr::Not(inner) => Self::Not(Box::new(Self::of(inner, lexicon, texts))),
            Expr::And(sides) => Self::And(all(sides)),
            Expr::Or(sides) => Self::Or(all(sides)),
        }
    }

    fn is_open(&self) -> bool {
        match self {
            Self::All => false,
            Self::Leaf(leaf) => leaf.texts.is_some() || leaf.sets.is_some(),
            Self::Not(inner) => inner.is_open(),
            Self::And(sides) | Self::Or(sides) => sides.iter().any(Self::is_open),
        }
    }

    /// The answer for the rows of a segment. Bits beyond the last row mean nothing.
    fn run(&self, scene: &Scene<'_>) -> Bits {
        match self {
            Self::All => Bits::ALL,
            Self::Leaf(leaf) => leaf.run(scene),
            Self::Not(inner) => {
                let mut bits = inner.run(scene);
                bits.invert();
                bits
            }
            Self::And(sides) => {
                let mut bits = Bits::ALL;
                for side in sides {
                    bits.and(&side.run(scene));
                    if !bits.can_any() {
                        break;
                    }
                }
                bits
            }
            Self::Or(sides) => {
                let mut bits = Bits::NONE;
                for side in sides {
                    bits.combine(&side.run(scene), |a, b| a | b);
                }
                bits
            }
        }
    }
}

impl Leaf {
    fn of(term: &Term, lexicon: &Lexicon) -> Self {
        let mut leaf = Self::default();
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
            let agrees = |marks: Marks| {
                term.agrees(&Part::Status(marks.status())) || term.agrees(&Part::Parts(marks.parts()))
            };
            leaf.marks = Some(Marks::all().map(agrees).collect());
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

    fn run(&self, scene: &Scene<'_>) -> Bits {
        let segment = scene.segment;
        let mut bits = Bits::NONE;
        for (column, agrees) in &self.tables {
            let holds = |number: &u32| agrees.get(*number as usize).copied().unwrap_or_default();
            fill(&mut bits.must, segment.column(*column), holds);
        }
        if let Some(agrees) = &self.marks {
            fill(&mut bits.must, &segment.marks, |marks| agrees[usize::from(marks.bits())]);
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
        if let Some(number) = self.texts {
            bits.combine(&scene.ask_texts(number), |a, b| a | b);
        }
        for (can, must) in bits.can.iter_mut().zip(&bits.must) {
            *can |= must;
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

impl Scene<'_> {
    /// What the texts say of a condition on them.
    fn ask_texts(&self, number: usize) -> Bits {
        let search = &self.searches[number];
        let mut bits = Bits::NONE;
        match (self.segment.kept(), self.found.get(number)) {
            (None, _) => bits.can = Bits::ALL.can,
            (Some(kept), found) => {
                match found {
                    Some(Some(found)) => bits = Bits::clone(found),
                    _ if search.may_be_in(&kept.seal.filter) => bits.can = Bits::ALL.can,
                    _ => {}
                }
                // What was said of them is what they were before.
                for at in kept.loose.iter().filter_map(|row| self.segment.rows.binary_search(row).ok()) {
                    bits.can[at / 64] |= 1 << (at % 64);
                    bits.must[at / 64] &= !(1 << (at % 64));
                }
            }
        }
        for (event, row) in self.named {
            if let (true, Some(row)) = (search.events().contains(event), row)
                && let Ok(at) = self.segment.rows.binary_search(&row.0)
            {
                bits.must[at / 64] |= 1 << (at % 64);
                bits.can[at / 64] |= 1 << (at % 64);
            }
        }
        bits
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
