//! The life of the entity that a person named, for the commands about it.

use std::sync::Arc;

use super::list;
use crate::diff::{Doubt, Life};
use crate::domain::{Entity, Event, GapReason, Stretch, Zone};
use crate::query;
use crate::runtime::{Failure, Session};

/// How many entities are named when a name fits several.
const NAMED: usize = 8;

/// The only entity of this id or name, with its source.
pub(super) async fn named(name: &str, session: &Session) -> Result<(Arc<str>, Entity), Failure> {
    session.library.load().await?;
    let query = list::parse(&query::exact_term("entity", name), session)?;
    let rows = session.library.rows(query).await?.page(0, usize::MAX);
    let mut found: Vec<(Arc<str>, Entity)> = Vec::new();
    for chunk in rows.chunks(500) {
        for event in session.library.events(chunk.to_vec()).await? {
            let entity = event.record.entity;
            if !found.iter().any(|(source, known)| *source == event.source && known.same_as(&entity)) {
                found.push((event.source, entity));
            }
        }
    }
    match found.len() {
        0 => Err(Failure::not_found(format!("no entity in the cache has the id or the name `{name}`"))
            .help("`backtrail list entity:PART` finds parts of names")),
        1 => Ok(found.remove(0)),
        several => {
            let names = found.iter().take(NAMED).map(|(source, entity)| {
                let kind = entity.kind.as_deref().unwrap_or("–");
                format!("\n  {}  {kind} of {source}", entity.id.as_deref().or(entity.label()).unwrap_or("–"))
            });
            let more = several.saturating_sub(NAMED);
            let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
            let text =
                format!("`{name}` is the name of {several} entities:{}{more}", names.collect::<String>());
            Err(Failure::usage(text).help("give the id of one of them"))
        }
    }
}

/// All that the cache knows of the life of an entity.
pub(super) async fn read(source: &str, entity: &Entity, session: &Session) -> Result<Life, Failure> {
    session.library.load().await?;
    let events = session.library.lifecycle(source, entity).await?;
    let events: Vec<Arc<Event>> = events.into_iter().map(Arc::new).collect();
    let rules = events.first().and_then(|event| session.feed_rules().remove(&event.feed));
    let mut gaps: Vec<Stretch> = Vec::new();
    for feed in session.library.coverage().await? {
        let is_its = |event: &Arc<Event>| event.scope == feed.scope && event.feed == feed.feed;
        if *feed.source == *source && events.iter().any(is_its) {
            let seen = feed.ledger.gaps().into_iter().filter(|gap| gap.reason != GapReason::Tie);
            gaps.extend(seen.map(|gap| gap.span));
        }
    }
    Ok(Life::of(events, rules.unwrap_or_default(), gaps))
}

/// Who an entity is, in one line.
pub(super) fn identity(source: &str, life: &Life) -> String {
    let Some(newest) = life.steps.first() else { return source.to_owned() };
    let entity = &newest.event.record.entity;
    let label = entity.label().unwrap_or("–");
    let id = entity.id.as_deref().filter(|id| *id != label);
    let rest: Vec<&str> = [entity.kind.as_deref(), id, Some(source)].into_iter().flatten().collect();
    format!("{label}  {}", rest.join(" · "))
}

/// When a step happened, as tables show it.
pub(super) fn time(life: &Life, step: usize, zone: Zone) -> String {
    let time = life.steps.get(step).map(|step| step.event.record.time);
    time.map_or_else(|| "–".to_owned(), |time| zone.at(time).format("%Y-%m-%d %H:%M:%S").to_string())
}

/// Why something may have changed unseen.
pub(super) fn because(doubt: Doubt, life: &Life, zone: Zone) -> String {
    match doubt {
        Doubt::Mute(step) => {
            format!("the event of {} does not say all that it changed", time(life, step, zone))
        }
        Doubt::Contradicted(step) => format!("the event of {} says something else", time(life, step, zone)),
        Doubt::Gap => "the cache may lack events".to_owned(),
        Doubt::LeftOut => "its feed profile leaves the field out".to_owned(),
    }
}
