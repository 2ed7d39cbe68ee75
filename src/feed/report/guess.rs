//! What somebody who wrote a profile most likely meant, judging by records that it is tried on.
//!
//! A guess is worth a line only where it is nearly sure: a wrong one sends people away from their mistake.

use std::collections::BTreeSet;

use super::super::expr::{Expr, From, Path, Piece, Segment, Slot, scalar};
use super::super::json::Json;
use super::super::pointer::child;
use crate::domain::nearest;

/// For a pointer that leads nowhere in any record: the one that leads to a member with nearly that name.
pub(super) fn near_miss(expr: &Expr, records: &[Json<'_>]) -> Option<String> {
    let path = match expr {
        Expr::Pointer(path) => path,
        Expr::Template(pieces) => pieces.iter().find_map(|piece| match piece {
            Piece::Slot(Slot { from: From::Path(path), .. }) => Some(path),
            _ => None,
        })?,
        _ => return None,
    };
    let keys = keys(path).filter(|_| !path.outer)?;
    let mut reached: Vec<&Json<'_>> = records.iter().collect();
    for (depth, key) in keys.iter().enumerate() {
        let below: Vec<&Json<'_>> = reached.iter().filter_map(|value| child(value, key)).collect();
        if below.is_empty() {
            let members = reached.iter().filter_map(|value| value.members());
            let names: BTreeSet<&str> =
                members.flat_map(|members| members.iter().map(|(name, _)| name)).collect();
            let mut said = keys.clone();
            said.splice(depth..=depth, instead_of(key, &names)?);
            return Some(pointer(said));
        }
        reached = below;
    }
    None
}

/// The segments that `key` stands for among the members that there are.
fn instead_of<'k>(key: &'k str, names: &BTreeSet<&'k str>) -> Option<Vec<&'k str>> {
    // `list[0]` is how other languages name an element.
    if let Some((list, place)) = key.strip_suffix(']').and_then(|key| key.split_once('['))
        && names.contains(list)
    {
        return Some(vec![list, place]);
    }
    // A longer name that begins like the one that is missing is more often another thing.
    let other = |name: &str| name.len() > key.len() + 1 && name.starts_with(key);
    let name = nearest(key, names.iter().copied()).filter(|name| key.len() > 2 && !other(name))?;
    Some(vec![name])
}

/// For a text that is the same for all records and the name of something that they have: the pointer to it.
pub(super) fn without_slash(expr: &Expr, records: &[Json<'_>]) -> Option<String> {
    let Expr::Template(pieces) = expr else { return None };
    let [Piece::Text(text)] = &pieces[..] else { return None };
    let said: Vec<&str> = text.trim_start_matches('.').split(['.', '/']).collect();
    let leads_there = |record: &Json<'_>| {
        let found = said.iter().try_fold(record, |value, key| child(value, key));
        found.and_then(scalar).is_some()
    };
    records.iter().any(leads_there).then(|| pointer(said))
}

fn keys(path: &Path) -> Option<Vec<&str>> {
    path.segments.iter().map(key).collect()
}

fn key(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Key(key) => Some(key),
        Segment::Slot(_) => None,
    }
}

fn pointer(keys: Vec<&str>) -> String {
    let segments = keys.into_iter().map(|key| key.replace('~', "~0").replace('/', "~1"));
    segments.fold(String::new(), |pointer, segment| pointer + "/" + &segment)
}
