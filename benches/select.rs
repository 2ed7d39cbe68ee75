//! How long a million rows take to load and to select from, without reading events.

use std::hint::black_box;
use std::sync::Arc;

use backtrail::domain::{Action, Actor, ActorKind, Entity, IndexRow, Parts, RowId, Status, Timestamp, Zone};
use backtrail::index::Index;
use backtrail::query::{self, Context};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

const ROWS: i64 = 1_000_000;
const NOW: i64 = 1_775_000_000_000;

/// Rows ten seconds apart over 5,000 entities and 60 actors, newest first as the store hands them out.
fn rows() -> Vec<IndexRow> {
    let entities: Vec<Arc<Entity>> = (0..5000)
        .map(|n| {
            let kind = ["destination", "decision_flow", "service", "offer"][n % 4];
            Arc::new(Entity {
                kind: Some(kind.into()),
                id: Some(format!("id_{n}")),
                name: Some(format!("Name {n}")),
            })
        })
        .collect();
    let actors: Vec<Arc<Actor>> = (0..60)
        .map(|n| {
            let kind = ActorKind::ALL[n % 3];
            Arc::new(Actor { kind, id: Some(format!("u{n}")), name: Some(format!("person{n}@example.com")) })
        })
        .collect();
    let sources: [Arc<str>; 3] = ["streamkap-prod".into(), "kaireon".into(), "visualizer".into()];
    let actions = [Action::Update, Action::Update, Action::Publish, Action::Create, Action::Rollback];
    (0..ROWS)
        .map(|n| {
            // Steps without a common factor mix the columns as real histories do.
            let pick = |many: usize, step: i64| (n * step % many as i64) as usize;
            IndexRow {
                row: RowId::floor(Timestamp::from_millis(NOW - n * 10_000)),
                source: Arc::clone(&sources[pick(3, 7)]),
                feed: Arc::clone(&sources[pick(3, 7)]),
                scope: None,
                entity: Arc::clone(&entities[pick(5000, 7919)]),
                actor: Arc::clone(&actors[pick(60, 31)]),
                action: actions[pick(5, 3)].clone(),
                raw_action: None,
                status: Status::ALL[pick(3, 5)],
                set: None,
                parts: Parts::default(),
            }
        })
        .collect()
}

fn select(c: &mut Criterion) {
    let context = Context { now: Timestamp::from_millis(NOW), zone: Zone::Utc, me: None };
    let mut group = c.benchmark_group("a million rows");
    group.sample_size(20);
    group.bench_function("load in batches of 10,000", |b| {
        b.iter_batched(
            rows,
            |rows| {
                let mut index = Index::default();
                let mut rows = rows.into_iter().peekable();
                while rows.peek().is_some() {
                    index.insert(rows.by_ref().take(10_000));
                }
                index.count()
            },
            BatchSize::PerIteration,
        );
    });
    let mut index = Index::default();
    index.insert(rows());
    for text in [
        "",
        "action:rollback",
        "type:decision_flow since:7d -status:failed",
        "(entity:12 OR actor:person7) -source:kaireon action:update,publish until:30d",
        "status:failed person7",
    ] {
        let query = query::parse(text, &context).unwrap_or_else(|_| query::Query::all());
        group.bench_function(format!("narrow `{text}`"), |b| b.iter(|| black_box(index.narrow(&query))));
    }
    group.finish();
}

criterion_group!(benches, select);
criterion_main!(benches);
