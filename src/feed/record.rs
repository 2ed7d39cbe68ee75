//! One record of a page, read as an event.

use std::borrow::Cow;

use super::expr::{Expr, Values, Words, canonical};
use super::json::Json;
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
    /// The feed's own word.
    fn read<'a>(&'a self, values: &Values<'a>) -> Option<Word<'a>> {
        Some(Word { own: self.expr.text(values)?, words: self.words.as_deref() })
    }
}

/// A word of the feed's own.
struct Word<'a> {
    own: Cow<'a, str>,
    words: Option<&'a Words>,
}

impl Word<'_> {
    /// What it means.
    fn meant(&self) -> &str {
        self.words.and_then(|words| words.known_word(&self.own)).unwrap_or(&self.own)
    }
}

/// Reads one record, parsed from `raw`; `outer` is the one it was cut out of. The error says in words for people why it is no event.
pub(super) fn read(
    profile: &Profile,
    binding: &Binding,
    scope: Option<&Scope>,
    raw: &str,
    value: &Json<'_>,
    outer: Option<&Json<'_>>,
) -> Result<Record, String> {
    if !value.is_object() {
        return Err("it is not an object".to_owned());
    }
    let values = Values { record: Some(value), outer, scope, ..Values::of(profile, binding) };
    let map = &profile.map;
    let text = |expr: &Option<Expr>| Some(expr.as_ref()?.text(&values)?.into_owned());
    let time = map.time.as_ref().and_then(|time| time.value(&values));
    let time = match time.as_deref() {
        None => return Err("it has no time".to_owned()),
        Some(time) => profile
            .time
            .read(time)
            .ok_or_else(|| format!("its time `{}` cannot be read", clip(&time.to_value().to_string(), 60)))?,
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
        action: action.as_ref().map_or(Action::Unknown, |word| Action::from_word(word.meant())),
        raw_action: action.map(|word| word.own.into_owned()),
        entity: Entity {
            kind: map
                .entity_kind
                .as_ref()
                .and_then(|field| field.read(&values))
                .map(|word| word.meant().to_owned()),
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
        documents: None,
        set: text(&map.group),
        url: text(&map.url),
        facts,
        raw: raw.into(),
    })
}

/// An id that is absent, null or empty tells no records apart; then the whole content does.
fn identity(id: Option<&Expr>, values: &Values<'_>, record: &Json<'_>) -> Identity {
    let found = id.and_then(|expr| Some((expr, expr.text(values).filter(|text| !text.is_empty())?)));
    match found {
        Some((Expr::Hash(_), parts)) => Identity::Content(parts.into_owned()),
        Some((_, id)) => Identity::Native(id.into_owned()),
        None => Identity::Content(canonical(record)),
    }
}

/// A word that is no status of ours is kept as a fact.
fn status(found: Option<Word<'_>>, facts: &mut Vec<Fact>) -> Status {
    let Some(found) = found else {
        return Status::Unknown;
    };
    let status = Status::ALL.into_iter().find(|status| status.word().eq_ignore_ascii_case(found.meant()));
    status.unwrap_or_else(|| {
        facts.push(Fact { name: "status".to_owned(), value: found.own.into_owned() });
        Status::Unknown
    })
}

fn actor_kind(field: Option<&Field>, values: &Values<'_>) -> ActorKind {
    let Some(found) = field.and_then(|field| field.read(values)) else {
        return ActorKind::Unknown;
    };
    let kind = ActorKind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(found.meant()));
    kind.unwrap_or_default()
}

/// Facts may be lists or objects too; those are shown as JSON.
fn fact(expr: &Expr, values: &Values<'_>) -> Option<String> {
    let text = expr.text(values).map(Cow::into_owned);
    text.or_else(|| {
        let value = expr.value(values)?;
        (value.is_list() || value.is_object()).then(|| value.to_value().to_string())
    })
}
