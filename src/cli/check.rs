//! `backtrail check`: whether a query selects more events than it may, for scripts and alarms.

use std::sync::Arc;

use serde_json::json;

use super::args::CheckQueryArgs;
use super::{asked, print, strict};
use crate::config::Options;
use crate::domain::{SourceStatus, Timestamp, plural};
use crate::runtime::{Exit, Failure};

pub(super) async fn run(args: CheckQueryArgs, options: &Options) -> Result<Exit, Failure> {
    let session = super::open_to_read(options).await?;
    let query = asked::read(&args.query, &session).await?;
    let zone = query.directives().zone.unwrap_or(session.config.ui.zone);
    let partial = strict::check(args.strict, (&query, None), zone, &session).await?;
    let count = session.library.rows(query).await?.len();
    let coverage = Coverage::of(&session.remembered().await?);
    let fits = count <= args.max;
    let line = if args.json {
        let as_of = coverage.as_of.map(|time| time.to_string());
        json!({
            "count": count,
            "max": args.max,
            "ok": fits,
            "complete": coverage.missing.is_empty(),
            "as_of": as_of,
            "missing": coverage.missing.iter().map(|name| &**name).collect::<Vec<_>>(),
        })
        .to_string()
    } else {
        let events = plural(count as u64, "event");
        let verdict = if fits { "at most" } else { "more than" };
        format!("{events}, {verdict} {} · {}", args.max, coverage.words())
    };
    print::ended(print::lines([line]))?;
    // Too many is an answer even where more may be missing.
    Ok(if fits { partial.unwrap_or(Exit::Fine) } else { Exit::OVER })
}

/// How much of what the sources hold the cache is known to hold.
struct Coverage {
    /// The moment as of which it holds everything; none where it never did.
    as_of: Option<Timestamp>,
    /// The sources that were never read to their end.
    missing: Vec<Arc<str>>,
}

impl Coverage {
    fn of(statuses: &[SourceStatus]) -> Self {
        let missing: Vec<Arc<str>> =
            statuses.iter().filter(|it| it.last_sync.is_none()).map(|it| Arc::clone(&it.name)).collect();
        let oldest = statuses.iter().filter_map(|status| status.last_sync).min();
        Self { as_of: oldest.filter(|_| missing.is_empty()), missing }
    }

    fn words(&self) -> String {
        match (self.as_of, self.missing.as_slice()) {
            (Some(time), _) => format!("complete as of {time}"),
            (None, []) => "no source is configured".to_owned(),
            (None, missing) => format!("incomplete: {} not read to the end yet", missing.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_what_the_count_can_be_trusted_with() {
        let status = |name: &str, last_sync: Option<i64>| SourceStatus {
            last_sync: last_sync.map(Timestamp::from_millis),
            ..SourceStatus::idle(&name.into(), "kaireonai", "https://example.com")
        };
        for (statuses, words) in [
            (vec![], "no source is configured"),
            (
                vec![status("a", Some(5_000)), status("b", Some(1_000))],
                "complete as of 1970-01-01T00:00:01.000Z",
            ),
            (vec![status("a", Some(5_000)), status("b", None)], "incomplete: b not read to the end yet"),
        ] {
            assert_eq!(Coverage::of(&statuses).words(), words);
        }
    }
}
