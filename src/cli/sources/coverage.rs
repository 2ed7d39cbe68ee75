//! `backtrail sources coverage`: of which stretches of time the cache knows that it has everything.

use serde_json::{Value, json};

use crate::cli::print;
use crate::config::Options;
use crate::domain::{Gap, Safe, Segment, Timestamp, Zone, escape_json, plural};
use crate::runtime::{Exit, Failure};
use crate::store::{Db, FeedSummary};

pub(super) async fn run(json: bool, options: &Options) -> Result<Exit, Failure> {
    let session = super::super::open_with_sources(options)?;
    let summaries = session.store.run(Db::sources_summary).await?;
    let configured = |name: &str| session.config.sources.iter().any(|source| *source.name == *name);
    let known: Vec<&FeedSummary> =
        summaries.iter().filter(|source| configured(&source.name)).flat_map(|source| &source.feeds).collect();
    let printed = if json {
        print::lines(known.iter().map(|feed| escape_json(&as_json(feed).to_string()).into_owned()))
    } else {
        let zone = session.config.ui.zone;
        print::lines(known.iter().flat_map(|feed| describe(feed, zone)))
    };
    print::ended(printed)?;
    let asked = |name: &str| summaries.iter().any(|summary| *summary.name == *name);
    for source in session.config.sources.iter().filter(|source| !asked(&source.name)) {
        print::note(&format!("{}: was never asked: `backtrail sync {0}` asks", source.name));
    }
    Ok(Exit::Fine)
}

/// The first and the last instant that are known; nothing where there is no end.
fn ends(segment: &Segment) -> (Option<Timestamp>, Timestamp) {
    let first = (!segment.floor).then(|| segment.span.lo.plus_millis(1));
    (first, segment.span.hi.plus_millis(-1))
}

/// The first and the last instant that are not.
fn limits(gap: &Gap) -> (Option<Timestamp>, Option<Timestamp>) {
    let first = (gap.span.lo != Timestamp::MIN).then(|| gap.span.lo.plus_millis(1));
    let last = (gap.span.hi != Timestamp::MAX).then(|| gap.span.hi.plus_millis(-1));
    (first, last)
}

fn as_json(feed: &FeedSummary) -> Value {
    let ledger = &feed.state.ledger;
    let text = |time: Timestamp| time.to_string();
    let segments = ledger.segments().iter().map(|segment| {
        let (from, to) = ends(segment);
        let from = from.or(ledger.kept_from());
        json!({ "from": from.map(text), "to": text(to), "verified_at": segment.verified_at.map(text) })
    });
    let gaps = ledger.gaps();
    let gaps = gaps.iter().map(|gap| {
        let (from, to) = limits(gap);
        json!({
            "from": from.map(text), "to": to.map(text), "reason": gap.reason.word(),
            "can_be_filled": !ledger.is_final(gap.span),
        })
    });
    json!({
        "source": &*feed.key.source,
        "feed": &*feed.key.feed,
        "scope": feed.key.scope_id(),
        "events": feed.events,
        "total": feed.state.last_total,
        "removed_before": ledger.kept_from().map(text),
        "complete": gaps.len() == 0,
        "audited_at": feed.audited_at.map(text),
        "segments": segments.collect::<Vec<_>>(),
        "gaps": gaps.collect::<Vec<_>>(),
    })
}

fn describe(feed: &FeedSummary, zone: Zone) -> Vec<String> {
    let shown = |time: Timestamp| zone.at(time).format("%Y-%m-%d %H:%M:%S").to_string();
    let ledger = &feed.state.ledger;
    let scope =
        feed.key.scope.as_ref().map(|scope| format!("  {}", scope.name.as_ref().unwrap_or(&scope.id)));
    let events = plural(feed.events, "event");
    let mut lines = vec![
        Safe::line(&format!("{}  {}{}  {events}", feed.key.source, feed.key.feed, scope.unwrap_or_default()))
            .as_str()
            .to_owned(),
    ];
    for segment in ledger.segments() {
        let (from, to) = ends(segment);
        let from = from.or(ledger.kept_from()).map_or_else(|| "the beginning".to_owned(), shown);
        lines.push(format!("  complete  from {from} to {}", shown(to)));
    }
    for gap in ledger.gaps() {
        let (from, to) = limits(&gap);
        let stretch = match (from, to) {
            (Some(from), Some(to)) if from == to => format!("at {}", shown(from)),
            (Some(from), Some(to)) => format!("from {} to {}", shown(from), shown(to)),
            (None, Some(to)) => format!("before {}", shown(to.plus_millis(1))),
            (Some(from), None) => format!("from {} on", shown(from)),
            (None, None) => "everything".to_owned(),
        };
        lines.push(format!("  gap       {stretch}: {}", gap.reason.sentence()));
    }
    if let Some(removed) = ledger.removed() {
        lines.push(format!("  removed   before {}: {}", shown(removed.span.hi), removed.reason.sentence()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{GapReason, Ledger, Note, Stretch};
    use crate::store::{FeedKey, FeedState};

    fn feed() -> FeedSummary {
        let at = |text: &str| {
            let time: chrono::DateTime<chrono::Utc> = text.parse().unwrap();
            Timestamp::from_millis(time.timestamp_millis())
        };
        let span = |lo: &str, hi: &str| Stretch { lo: at(lo), hi: at(hi) };
        let segment = |lo, hi, floor| Segment { span: span(lo, hi), verified_at: None, floor };
        let segments = [
            segment("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", false),
            segment("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", true),
        ];
        let reason = GapReason::RateLimited;
        let note = Note { span: span("2026-01-31T00:00:00Z", "2026-03-02T00:00:00Z"), reason };
        let ledger = Ledger::new(segments, [note]);
        FeedSummary {
            key: FeedKey::new("prod", "kaireonai").in_scope("one", Some("First")),
            events: 1_204,
            quarantined: 0,
            state: FeedState { ledger, ..FeedState::default() },
            audited_at: Some(at("2026-04-01T08:00:00Z")),
        }
    }

    #[test]
    fn a_gap_is_told_with_its_ends_and_the_reason() {
        assert_eq!(
            describe(&feed(), Zone::Utc),
            [
                "prod  kaireonai  First  1,204 events",
                "  complete  from 2026-03-01 00:00:00 to 2026-03-31 23:59:59",
                "  complete  from the beginning to 2026-01-31 23:59:59",
                "  gap       from 2026-02-01 00:00:00 to 2026-03-01 00:00:00: the server asked for a pause",
            ]
        );
        let json = as_json(&feed());
        assert_eq!((&json["complete"], &json["gaps"][0]["reason"]), (&false.into(), &"rate_limited".into()));
        assert_eq!(json["gaps"][0]["can_be_filled"], true);
        assert_eq!(json["audited_at"], "2026-04-01T08:00:00.000Z");
        assert_eq!(json["segments"][0]["from"], "2026-03-01T00:00:00.001Z");
        assert!(json["segments"][1]["from"].is_null());
    }

    #[test]
    fn what_was_removed_on_purpose_is_told_and_is_no_gap() {
        let mut feed = feed();
        let march = feed.state.ledger.segments()[0].span.lo;
        feed.state.ledger.keep_from(march.plus_millis(9 * 24 * 3_600_000));
        assert_eq!(
            describe(&feed, Zone::Utc)[1..],
            [
                "  complete  from 2026-03-10 00:00:00 to 2026-03-31 23:59:59",
                "  removed   before 2026-03-10 00:00:00: removed from this cache",
            ]
        );
        let json = as_json(&feed);
        assert_eq!((&json["complete"], &json["gaps"]), (&true.into(), &json!([])));
        assert_eq!(json["removed_before"], "2026-03-10T00:00:00.000Z");
        assert_eq!(json["segments"][0]["from"], json["removed_before"]);
    }

    #[test]
    fn a_feed_that_was_never_read_is_one_gap() {
        let feed = FeedSummary { state: FeedState::default(), ..feed() };
        assert_eq!(describe(&feed, Zone::Utc)[1..], ["  gap       everything: not fetched yet"]);
    }
}
