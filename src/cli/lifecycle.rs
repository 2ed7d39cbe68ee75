//! `backtrail lifecycle`: everything that happened to one entity, oldest first.

use std::sync::Arc;

use super::args::LifecycleArgs;
use super::list;
use crate::config::Options;
use crate::domain::{Entity, RowId};
use crate::query;
use crate::runtime::{Exit, Failure, Session};

/// How many entities are named when a name fits several.
const NAMED: usize = 8;

pub(super) async fn run(args: LifecycleArgs, options: &Options) -> Result<Exit, Failure> {
    let session = super::open_to_read(options).await?;
    session.library.load().await?;
    let query = list::parse(&query::exact_term("entity", &args.entity), &session)?;
    let rows = session.library.rows(query).await?.page(0, usize::MAX);
    let mut found = entities(&rows, &session).await?;
    match found.len() {
        0 => Err(Failure::not_found(format!(
            "no entity in the cache has the id or the name `{}`",
            args.entity
        ))
        .help("`backtrail list entity:PART` finds parts of names")),
        1 => {
            let (source, entity) = found.remove(0);
            let rows: Vec<RowId> = session.library.life_rows(&source, &entity);
            let query = list::parse(&query::exact_term("entity", &args.entity), &session)?;
            list::print_events(&rows, (args.form, &args.leave), &query, &session).await
        }
        several => {
            let names = found.iter().take(NAMED).map(|(source, entity)| {
                let kind = entity.kind.as_deref().unwrap_or("–");
                format!("\n  {}  {kind} of {source}", entity.id.as_deref().or(entity.label()).unwrap_or("–"))
            });
            let more = several.saturating_sub(NAMED);
            let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
            Err(Failure::usage(format!(
                "`{}` is the name of {several} entities:{}{more}",
                args.entity,
                names.collect::<String>()
            ))
            .help("give the id of one of them"))
        }
    }
}

/// The different entities that the events at `rows` are about.
async fn entities(
    rows: &[RowId],
    session: &Session,
) -> Result<Vec<(Arc<str>, Entity)>, crate::store::StoreError> {
    let mut found: Vec<(Arc<str>, Entity)> = Vec::new();
    for chunk in rows.chunks(500) {
        for event in session.library.events(chunk.to_vec()).await? {
            let entity = event.record.entity;
            if !found.iter().any(|(source, known)| *source == event.source && known.same_as(&entity)) {
                found.push((event.source, entity));
            }
        }
    }
    Ok(found)
}
