//! Which element of one array is which element of another.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The most elements, both arrays together and without what they share at both ends, whose order is compared.
const MAX_SEQUENCE: usize = 8_000;

/// What became of one element; the numbers are places in the old and in the new array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pair {
    /// The element is in both, perhaps with another content.
    Both(usize, usize),
    /// Only the old array has it.
    Removed(usize),
    /// Only the new array has it.
    Added(usize),
    /// It stands in another place among the elements that stayed.
    Moved(usize, usize),
}

impl Pair {
    fn mirrored(self) -> Self {
        match self {
            Self::Both(old, new) => Self::Both(new, old),
            Self::Removed(old) => Self::Added(old),
            Self::Added(new) => Self::Removed(new),
            Self::Moved(old, new) => Self::Moved(new, old),
        }
    }
}

/// The text of the field `key` of an element; `None` when it cannot tell elements apart. A whole document written
/// into that field is no name, and may hold what must be masked where a name is shown.
pub(super) fn identity(element: &Value, key: &str) -> Option<String> {
    match element.get(key)? {
        Value::String(text) if !text.trim_start().starts_with(['{', '[']) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Aligns by the field `key`; `None` unless every element has it and no two of one array share its value.
pub(super) fn by_key(before: &[Value], after: &[Value], key: &str) -> Option<Vec<Pair>> {
    let old = places(before, key)?;
    let new = places(after, key)?;
    let ids = |elements: &[Value]| elements.iter().filter_map(|e| identity(e, key)).collect::<Vec<_>>();
    let mut pairs = Vec::new();
    for (place, id) in ids(before).iter().enumerate() {
        if !new.contains_key(id) {
            pairs.push(Pair::Removed(place));
        }
    }
    let mut stayed = Vec::new();
    for (place, id) in ids(after).iter().enumerate() {
        if let Some(was) = old.get(id) {
            pairs.push(Pair::Both(*was, place));
            stayed.push((*was, place));
        } else {
            pairs.push(Pair::Added(place));
        }
    }
    pairs.extend(out_of_order(&stayed));
    Some(pairs)
}

fn places(elements: &[Value], key: &str) -> Option<HashMap<String, usize>> {
    let mut places = HashMap::with_capacity(elements.len());
    for (place, element) in elements.iter().enumerate() {
        if places.insert(identity(element, key)?, place).is_some() {
            return None;
        }
    }
    Some(places)
}

/// The fewest elements that must have moved to explain the new order: all but a longest increasing run of
/// old places (patience sorting, O(n log n)). `stayed` is in the new order.
fn out_of_order(stayed: &[(usize, usize)]) -> Vec<Pair> {
    let mut tails: Vec<usize> = Vec::new();
    let mut previous = vec![None; stayed.len()];
    for (i, (old, _)) in stayed.iter().enumerate() {
        let length = tails.partition_point(|tail| stayed[*tail].0 < *old);
        previous[i] = length.checked_sub(1).map(|shorter| tails[shorter]);
        if length == tails.len() {
            tails.push(i);
        } else {
            tails[length] = i;
        }
    }
    let mut kept = vec![false; stayed.len()];
    let mut next = tails.last().copied();
    while let Some(i) = next {
        kept[i] = true;
        next = previous[i];
    }
    let moved = stayed.iter().zip(kept).filter(|(_, kept)| !kept);
    moved.map(|((old, new), _)| Pair::Moved(*old, *new)).collect()
}

/// Aligns by value, without regard to order or repetition.
pub(super) fn as_sets(before: &[Value], after: &[Value]) -> Vec<Pair> {
    let only = |here: &[Value], there: &[Value], pair: fn(usize) -> Pair| {
        let mut seen: HashSet<&Value> = there.iter().collect();
        let mut pairs = Vec::new();
        for (place, value) in here.iter().enumerate() {
            if seen.insert(value) {
                pairs.push(pair(place));
            }
        }
        pairs
    };
    let mut pairs = only(before, after, Pair::Removed);
    pairs.extend(only(after, before, Pair::Added));
    pairs
}

/// Aligns by order: a longest common subsequence stays, equal elements outside of it have moved, and what
/// is left at the same spot is one element with another content. `None` when the arrays are too long.
pub(super) fn by_order(before: &[Value], after: &[Value]) -> Option<Vec<Pair>> {
    // Several alignments can be equally short. Which one is found must not depend on the direction of the
    // comparison, or undoing a change would read as another change than making it.
    if fingerprint(before) <= fingerprint(after) {
        by_order_one_way(before, after)
    } else {
        Some(by_order_one_way(after, before)?.into_iter().map(Pair::mirrored).collect())
    }
}

fn fingerprint(elements: &[Value]) -> (usize, u64) {
    let mut hasher = DefaultHasher::new();
    elements.hash(&mut hasher);
    (elements.len(), hasher.finish())
}

fn by_order_one_way(before: &[Value], after: &[Value]) -> Option<Vec<Pair>> {
    let head = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let (old, new) = (&before[head..], &after[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    if old.len() + new.len() > MAX_SEQUENCE {
        return None;
    }
    let mut numbers = HashMap::new();
    let mut number = |value| {
        let next = numbers.len();
        *numbers.entry(value).or_insert(next)
    };
    let old: Vec<usize> = old.iter().map(&mut number).collect();
    let new: Vec<usize> = new.iter().map(&mut number).collect();
    Some(edits(&old, &new).into_iter().map(|pair| shifted(pair, head)).collect())
}

fn shifted(pair: Pair, by: usize) -> Pair {
    match pair {
        Pair::Both(old, new) => Pair::Both(old + by, new + by),
        Pair::Removed(old) => Pair::Removed(old + by),
        Pair::Added(new) => Pair::Added(new + by),
        Pair::Moved(old, new) => Pair::Moved(old + by, new + by),
    }
}

fn edits(old: &[usize], new: &[usize]) -> Vec<Pair> {
    let hunks: Vec<_> = capture_diff_slices(Algorithm::Myers, old, new)
        .iter()
        .filter(|hunk| !matches!(hunk, DiffOp::Equal { .. }))
        .map(|hunk| (hunk.old_range(), hunk.new_range()))
        .collect();
    // What left one spot and arrived at another, first to first where a value occurs several times.
    let mut arrivals: HashMap<usize, VecDeque<usize>> = HashMap::new();
    for place in hunks.iter().flat_map(|(_, new)| new.clone()) {
        arrivals.entry(new[place]).or_default().push_back(place);
    }
    let mut moves = Vec::new();
    let mut arrived = HashSet::new();
    let mut left = HashSet::new();
    for place in hunks.iter().flat_map(|(old, _)| old.clone()) {
        if let Some(to) = arrivals.get_mut(&old[place]).and_then(VecDeque::pop_front) {
            moves.push(Pair::Moved(place, to));
            left.insert(place);
            arrived.insert(to);
        }
    }
    let mut pairs = Vec::new();
    for (old, new) in hunks {
        let mut gone = old.filter(|place| !left.contains(place));
        let mut come = new.filter(|place| !arrived.contains(place));
        loop {
            pairs.push(match (gone.next(), come.next()) {
                (Some(old), Some(new)) => Pair::Both(old, new),
                (Some(old), None) => Pair::Removed(old),
                (None, Some(new)) => Pair::Added(new),
                (None, None) => break,
            });
        }
    }
    pairs.extend(moves);
    pairs
}
