//! Effects that ask the sources for something: news, one page, a stretch of time, what changed in one event.

use std::sync::Arc;

use super::Ports;
use crate::domain::{Condition, Fault, FaultKind, Outcome, RowId, Stretch, Timestamp, count, plural};
use crate::sync::{Extent, Fetched, Which};
use crate::tui::{Message, Notice};

impl Ports {
    pub(super) fn fetch_detail(&self, row: RowId) {
        let (library, engine) = (self.library.clone(), Arc::clone(&self.engine));
        self.answer(async move {
            let result = match library.events(vec![row]).await {
                Ok(mut events) => match events.pop() {
                    Some(event) => engine.wait().await.detail(&event).await.map(Arc::new),
                    None => Err(store_fault("the event is no longer in the cache".to_owned())),
                },
                Err(error) => Err(store_fault(error.to_string())),
            };
            Message::Detail { row, result }
        });
    }

    /// Asks for what is wanted first, then for all news: a walk over everything may take its time.
    pub(super) fn refresh(&self, source: Option<Arc<str>>, wanted: Vec<Condition>) {
        let (engine, stop, outbox) = (Arc::clone(&self.engine), self.stop.clone(), self.outbox.clone());
        let under_way = self.begin();
        tokio::spawn(async move {
            let which = source.map_or(Which::All, |source| Which::Named(vec![source]));
            let work = async {
                let engine = engine.wait().await;
                if !wanted.is_empty() {
                    let fetched = engine.fetch(&which, &wanted).await;
                    fetched.iter().filter_map(told).for_each(|notice| outbox.send(Message::Notice(notice)));
                }
                engine.sync(&which).await
            };
            if let Some(outcomes) = stop.run_until_cancelled(work).await {
                outbox.send(Message::Notice(came(&outcomes)));
            }
            drop(under_way);
        });
    }

    /// Asks a source for one page, and says what came.
    pub(super) fn test(&self, source: Arc<str>) {
        let engine = Arc::clone(&self.engine);
        self.answer(async move {
            Message::Notice(match engine.wait().await.probe(&source).await {
                Ok(probe) => {
                    let (read, not) = (probe.page.records.len(), probe.page.quarantined.len());
                    let not =
                        if not == 0 { String::new() } else { format!(", {not} more that cannot be read") };
                    let took = probe.took.as_millis();
                    Notice::info(format!("{source} answers in {took} ms: {read} events in one page{not}"))
                }
                Err(fault) => Notice::error(format!("{source}: {}; {}", fault.message, fault.fix)),
            })
        });
    }

    /// Asks for a stretch of time of one scope.
    pub(super) fn fill(&self, source: Arc<str>, scope: Option<Arc<str>>, span: Stretch) {
        let (engine, stop) = (Arc::clone(&self.engine), self.stop.clone());
        let under_way = self.begin();
        tokio::spawn(async move {
            let which = Which::Named(vec![source]);
            let extent = extent_of(span, scope.as_deref());
            let work = async { engine.wait().await.sync_within(&which, &extent).await };
            stop.run_until_cancelled(work).await;
            drop(under_way);
        });
    }

    /// Lets a source rest, or go on.
    pub(super) fn pause(&self, source: Arc<str>, on: bool) {
        let engine = Arc::clone(&self.engine);
        tokio::spawn(async move { engine.wait().await.pause(&source, on) });
    }
}

/// A stretch of time of one scope, as it is asked for.
fn extent_of(span: Stretch, scope: Option<&str>) -> Extent {
    Extent {
        full: false,
        since: (span.lo != Timestamp::MIN).then(|| span.lo.plus_millis(1)),
        until: (span.hi != Timestamp::MAX).then_some(span.hi),
        scope: scope.map(Box::from),
    }
}

/// What came of asking one source for a part of its list, if it was asked.
fn told(fetched: &Fetched) -> Option<Notice> {
    let Fetched { source, asked, came, new, ended, fault } = fetched;
    if let Some(fault) = fault {
        return Some(Notice::error(format!("{source}: {}", fault.message)));
    }
    let asked: Vec<String> = asked.iter().map(|one| format!("{}={}", one.param, one.value)).collect();
    let rest = if *ended { "" } else { ", and there is more" };
    (!asked.is_empty()).then(|| {
        Notice::info(format!("{source}: {came} events with {}, {new} of them new{rest}", asked.join(" ")))
    })
}

/// What came of asking for news.
fn came(outcomes: &[Outcome]) -> Notice {
    let new: u64 = outcomes.iter().map(|outcome| outcome.events_new).sum();
    let news = match new {
        0 => "nothing new".to_owned(),
        several => plural(several, "new event"),
    };
    let failed: Vec<(&Outcome, &Fault)> =
        outcomes.iter().filter_map(|outcome| Some((outcome, outcome.fault.as_ref()?))).collect();
    match (failed.as_slice(), outcomes) {
        ([], [one]) => Notice::info(format!("{}: {news}", one.source)),
        ([], several) => {
            let with: Vec<String> = several
                .iter()
                .filter(|outcome| outcome.events_new > 0)
                .map(|outcome| format!("{} {}", outcome.source, count(outcome.events_new)))
                .collect();
            Notice::info(if with.is_empty() { news } else { format!("{news}: {}", with.join(", ")) })
        }
        ([(outcome, fault)], [_]) => {
            Notice::error(format!("{}: {}; {}", outcome.source, fault.message, fault.fix))
        }
        ([(outcome, fault)], _) => {
            Notice::error(format!("{}: {}; {}; else {news}", outcome.source, fault.message, fault.fix))
        }
        (several, _) => {
            let names: Vec<&str> = several.iter().map(|(outcome, _)| &*outcome.source).collect();
            Notice::error(format!("{} could not be asked; else {news}", names.join(", ")))
        }
    }
}

fn store_fault(message: String) -> Fault {
    Fault {
        kind: FaultKind::Store,
        message,
        fix: "Refresh the source and try again".to_owned(),
        http_status: None,
        request_id: None,
        at: Timestamp::now(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::Weight;

    #[test]
    fn a_gap_is_asked_for_from_its_first_instant_to_its_last() {
        let at = Timestamp::from_millis;
        let some = extent_of(Stretch { lo: at(10), hi: at(20) }, Some("shop"));
        assert_eq!((some.since, some.until), (Some(at(11)), Some(at(20))));
        assert_eq!((some.scope.as_deref(), some.full), (Some("shop"), false));
        assert_eq!(extent_of(Stretch::ALL, None), Extent::default());
    }

    #[test]
    fn what_came_of_a_refresh_is_said() {
        let outcome = |name: &str, new: u64, failed: bool| Outcome {
            source: name.into(),
            complete: !failed,
            events_new: new,
            events_total: 10,
            pages: 1,
            requests: 1,
            fault: failed.then(|| Fault { fix: "wait".into(), ..store_fault("it hung up".into()) }),
        };
        for (outcomes, weight, said) in [
            (vec![outcome("a", 0, false)], Weight::Info, "a: nothing new"),
            (vec![outcome("a", 1, false), outcome("b", 0, false)], Weight::Info, "1 new event: a 1"),
            (
                vec![outcome("a", 1_200, false), outcome("b", 4, false)],
                Weight::Info,
                "1,204 new events: a 1,200, b 4",
            ),
            (vec![outcome("a", 0, true)], Weight::Error, "a: it hung up; wait"),
            (
                vec![outcome("a", 0, true), outcome("b", 2, false)],
                Weight::Error,
                "a: it hung up; wait; else 2 new events",
            ),
            (
                vec![outcome("a", 0, true), outcome("b", 0, true)],
                Weight::Error,
                "a, b could not be asked; else nothing new",
            ),
        ] {
            let notice = came(&outcomes);
            assert_eq!((notice.weight, notice.text.as_str()), (weight, said));
        }
    }
}
