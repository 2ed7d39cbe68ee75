//! One record of a page, read as an event.

use serde_json::Value;

use super::expr::{Expr, Values, Words, canonical};
use super::profile::Profile;
use super::shape::clip;
use super::{Binding, Scope, changes};
use crate::domain::{Action, Actor, ActorKind, Detail, Entity, Fact, Identity, Record, Status};

/// Where each part of an event comes from.
#[derive(Debug, Default)]
pub(super) struct Map {
    pub(super) id: Option<Expr>,
    pub(super) time: Option<Expr>,
    pub(super) action: Option<Field>,
    pub(super) status: Option<Field>,
    pub(super) error: Option<Expr>,
    pub(super) summary: Option<Expr>,
    pub(super) ai_summary: Option<Expr>,
    pub(super) url: Option<Expr>,
    pub(super) group: Option<Expr>,
    pub(super) entity_kind: Option<Field>,
    pub(super) entity_id: Option<Expr>,
    pub(super) entity_name: Option<Expr>,
    pub(super) actor_kind: Option<Field>,
    pub(super) actor_id: Option<Expr>,
    pub(super) actor_name: Option<Expr>,
    /// In the order of the profile.
    pub(super) facts: Vec<(String, Expr)>,
}

impl Map {
    /// The mapped fields with their keys, in the order in which an event shows them, facts last.
    pub(super) fn fields(&self) -> Vec<(String, &Expr)> {
        fn expr(field: Option<&Field>) -> Option<&Expr> {
            field.map(|field| &field.expr)
        }
        let own = [
            ("id", self.id.as_ref()),
            ("time", self.time.as_ref()),
            ("action", expr(self.action.as_ref())),
            ("status", expr(self.status.as_ref())),
            ("error", self.error.as_ref()),
            ("summary", self.summary.as_ref()),
            ("ai_summary", self.ai_summary.as_ref()),
            ("url", self.url.as_ref()),
            ("group", self.group.as_ref()),
            ("entity.type", expr(self.entity_kind.as_ref())),
            ("entity.id", self.entity_id.as_ref()),
            ("entity.name", self.entity_name.as_ref()),
            ("actor.type", expr(self.actor_kind.as_ref())),
            ("actor.id", self.actor_id.as_ref()),
            ("actor.name", self.actor_name.as_ref()),
        ];
        let own = own.into_iter().filter_map(|(key, expr)| Some((key.to_owned(), expr?)));
        let facts = self.facts.iter().map(|(name, expr)| (format!("facts.{name}"), expr));
        own.chain(facts).collect()
    }
}

/// A value that stands for one of a set of words.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) expr: Expr,
    /// What the feed's words mean.
    pub(super) words: Option<std::sync::Arc<Words>>,
}

impl Field {
    /// The feed's own word, and what it means.
    fn read(&self, values: &Values<'_>) -> Option<(String, String)> {
        let own = self.expr.text(values)?;
        let meant = self.words.as_ref().map_or(own.as_str(), |words| words.word(&own)).to_owned();
        Some((own, meant))
    }
}

/// Reads one record, parsed from `raw`; `outer` is the one it was cut out of. The error says in words for people why it is no event.
pub(super) fn read(
    profile: &Profile,
    binding: &Binding,
    scope: Option<&Scope>,
    raw: &str,
    value: &Value,
    outer: Option<&Value>,
) -> Result<Record, String> {
    if !value.is_object() {
        return Err("it is not an object".to_owned());
    }
    let values = Values { record: Some(value), outer, scope, ..Values::of(profile, binding) };
    let map = &profile.map;
    let text = |expr: &Option<Expr>| expr.as_ref().and_then(|expr| expr.text(&values));
    let time = map.time.as_ref().and_then(|time| time.value(&values));
    let time = match time.as_deref() {
        None => return Err("it has no time".to_owned()),
        Some(time) => profile
            .time
            .read(time)
            .ok_or_else(|| format!("its time `{}` cannot be read", clip(&time.to_string(), 60)))?,
    };
    let action = map.action.as_ref().and_then(|field| field.read(&values));
    let mut facts: Vec<Fact> = map
        .facts
        .iter()
        .filter_map(|(name, expr)| Some(Fact { name: name.clone(), value: fact(expr, &values)? }))
        .collect();
    let status = status(map.status.as_ref().and_then(|field| field.read(&values)), &mut facts);
    Ok(Record {
        identity: identity(map.id.as_ref(), &values, value),
        time,
        action: action.as_ref().map_or(Action::Unknown, |(_, word)| Action::from_word(word)),
        raw_action: action.map(|(own, _)| own),
        entity: Entity {
            kind: map.entity_kind.as_ref().and_then(|field| field.read(&values)).map(|(_, word)| word),
            id: text(&map.entity_id),
            name: text(&map.entity_name),
        },
        actor: Actor {
            kind: actor_kind(map.actor_kind.as_ref(), &values),
            id: text(&map.actor_id),
            name: text(&map.actor_name),
        },
        status,
        error: text(&map.error),
        summary: text(&map.summary),
        ai_summary: text(&map.ai_summary),
        changes: changes::extract(&profile.changes, value, outer),
        detail: if profile.details_of(binding, value).next().is_some() {
            Detail::Available
        } else {
            Detail::Nothing
        },
        set: text(&map.group),
        url: text(&map.url),
        facts,
        raw: raw.into(),
    })
}

/// An id that is absent, null or empty tells no records apart; then the whole content does.
fn identity(id: Option<&Expr>, values: &Values<'_>, record: &Value) -> Identity {
    let found = id.and_then(|expr| Some((expr, expr.text(values).filter(|text| !text.is_empty())?)));
    match found {
        Some((Expr::Hash(_), parts)) => Identity::Content(parts),
        Some((_, id)) => Identity::Native(id),
        None => Identity::Content(canonical(record)),
    }
}

/// A word that is no status of ours is kept as a fact.
fn status(found: Option<(String, String)>, facts: &mut Vec<Fact>) -> Status {
    let Some((own, meant)) = found else {
        return Status::Unknown;
    };
    let status = Status::ALL.into_iter().find(|status| status.word().eq_ignore_ascii_case(&meant));
    status.unwrap_or_else(|| {
        facts.push(Fact { name: "status".to_owned(), value: own });
        Status::Unknown
    })
}

fn actor_kind(field: Option<&Field>, values: &Values<'_>) -> ActorKind {
    let Some((_, meant)) = field.and_then(|field| field.read(values)) else {
        return ActorKind::Unknown;
    };
    let kind = ActorKind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(&meant));
    kind.unwrap_or_default()
}

/// Facts may be lists or objects too; those are shown as JSON.
fn fact(expr: &Expr, values: &Values<'_>) -> Option<String> {
    expr.text(values).or_else(|| {
        let value = expr.value(values)?;
        (value.is_array() || value.is_object()).then(|| value.to_string())
    })
}
