//! What an event keeps of the record that it was cut out of.
//!
//! Only the inner record is stored with an event. A later request about it can still name what stood around
//! it, provided that the map lifted that out as it was.

use serde_json::Value;

use super::expr::{Expr, Path, Segment};
use super::json::Json;
use super::record::Map;
use super::request::put;
use crate::domain::Record;

/// The places in the outer record that the map takes a text from without changing it.
pub(super) fn kept(map: &Map) -> Vec<&Path> {
    plain(map).map(|(path, _)| path).collect()
}

/// The outer record of `record`, as far as it is kept.
pub(super) fn of(map: &Map, record: &Record) -> Json<'static> {
    let mut outer = Value::Null;
    for (path, text) in plain(map) {
        if let (Some(place), Some(text)) = (pointer(path), text.of(record)) {
            put(&mut outer, &place, text.into());
        }
    }
    Json::parse(&outer.to_string()).map_or(Json::Null, Json::into_owned)
}

/// Where an event keeps a text.
enum Part<'m> {
    EntityId,
    EntityName,
    ActorId,
    ActorName,
    Fact(&'m str),
}

impl Part<'_> {
    fn of<'r>(&self, record: &'r Record) -> Option<&'r str> {
        match self {
            Self::EntityId => record.entity.id.as_deref(),
            Self::EntityName => record.entity.name.as_deref(),
            Self::ActorId => record.actor.id.as_deref(),
            Self::ActorName => record.actor.name.as_deref(),
            Self::Fact(name) => {
                record.facts.iter().find(|fact| fact.name == *name).map(|fact| fact.value.as_str())
            }
        }
    }
}

fn plain(map: &Map) -> impl Iterator<Item = (&Path, Part<'_>)> {
    let own = [
        (map.entity_id.as_ref(), Part::EntityId),
        (map.entity_name.as_ref(), Part::EntityName),
        (map.actor_id.as_ref(), Part::ActorId),
        (map.actor_name.as_ref(), Part::ActorName),
    ];
    let facts = map.facts.iter().map(|(name, expr)| (Some(expr), Part::Fact(name)));
    own.into_iter().chain(facts).filter_map(|(expr, part)| match expr {
        Some(Expr::Pointer(path)) if path.outer && pointer(path).is_some() => Some((path, part)),
        _ => None,
    })
}

/// The JSON Pointer of a path without placeholders.
fn pointer(path: &Path) -> Option<String> {
    path.segments.iter().try_fold(String::new(), |pointer, segment| match segment {
        Segment::Key(key) => Some(format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))),
        Segment::Slot(_) => None,
    })
}
