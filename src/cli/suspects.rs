//! `backtrail suspects`: what changed before a moment, the most suspicious first, with the reasons.

use serde_json::{Value, json};

use super::args::SuspectsArgs;
use super::{asked, print, strict};
use crate::config::Options;
use crate::domain::{self, Case, Safe, Stretch, Suspect, Suspects, Zone};
use crate::runtime::{Exit, Failure};

pub(super) async fn run(args: SuspectsArgs, options: &Options) -> Result<Exit, Failure> {
    let session = super::open_to_read(options).await?;
    let query = asked::read(&args.query, &session).await?;
    let at = asked::moment(&args.at, &session).await?;
    let zone = query.directives().zone.unwrap_or(session.config.ui.zone);
    let case = Case { at, window: window(&args.window)?, zone };
    let within = Stretch { lo: at.plus_millis(-case.window), hi: at };
    let partial = strict::check(args.strict, (&query, Some(within)), zone, &session).await?;
    let (library, most) = (session.library.clone(), args.limit);
    let found = tokio::task::spawn_blocking(move || library.suspects(&query, &case, most, &|| true));
    let found = found.await.ok().transpose()?.flatten();
    let found = found.unwrap_or(Suspects { case, of: 0, found: Vec::new() });
    print::ended(if args.json {
        print::lines([as_json(&found).to_string()])
    } else {
        print::lines(table(&found))
    })?;
    Ok(if found.found.is_empty() { partial.unwrap_or(Exit::Fine) } else { Exit::SUSPECTED })
}

/// A length of time such as `2h` or `90m`, in milliseconds.
fn window(text: &str) -> Result<i64, Failure> {
    let length = humantime::parse_duration(text).ok();
    length.and_then(|length| i64::try_from(length.as_millis()).ok()).filter(|millis| *millis > 0).ok_or_else(
        || Failure::usage(format!("`{text}` is no length of time")).help("write `30m`, `2h` or `1d`"),
    )
}

fn table(suspects: &Suspects) -> Vec<String> {
    let Suspects { case, of, found } = suspects;
    let span = domain::span(case.window);
    let at = case.zone.at(case.at).format("%a %-d %b %Y %H:%M:%S %:z");
    if found.is_empty() {
        return vec![format!("nothing changed in the {span} before {at}")];
    }
    let mut lines = vec![format!(
        "{} in the {span} before {at}, the most suspicious first",
        domain::plural(*of as u64, "change")
    )];
    for (nth, suspect) in found.iter().enumerate() {
        lines.push(String::new());
        lines.push(head(nth + 1, suspect, case.zone));
        lines.extend(
            suspect
                .reasons
                .iter()
                .map(|reason| format!("      {:+.1}  {}", reason.points, Safe::line(&reason.words).as_str())),
        );
    }
    lines
}

/// `1.  5.9  14:18:23  publish  Home Page NBA  ben@example.com  kaireon  3kq0x8v2m4n6p1rt`.
fn head(nth: usize, suspect: &Suspect, zone: Zone) -> String {
    let event = &suspect.event;
    let record = &event.record;
    let named = |label: Option<&str>| Safe::line(label.unwrap_or("–")).as_str().to_owned();
    let time = zone.at(record.time).format("%-d %b %H:%M:%S");
    format!(
        "{nth:>2}. {:>4.1}  {time}  {}  {}  {}  {}  {}",
        suspect.score,
        Safe::line(record.action.word()).as_str(),
        named(record.entity.label()),
        named(record.actor.label()),
        Safe::line(&event.source).as_str(),
        event.id,
    )
}

fn as_json(suspects: &Suspects) -> Value {
    let one = |suspect: &Suspect| {
        let record = &suspect.event.record;
        json!({
            "id": suspect.event.id.to_string(),
            "time": record.time.to_string(),
            "action": record.action.word(),
            "entity": { "type": record.entity.kind, "id": record.entity.id, "name": record.entity.name },
            "actor": record.actor.label(),
            "source": &*suspect.event.source,
            "score": hundredths(suspect.score),
            "reasons": suspect.reasons.iter().map(|reason| json!({
                "name": reason.name, "points": hundredths(reason.points), "words": reason.words,
            })).collect::<Vec<_>>(),
        })
    };
    json!({
        "at": suspects.case.at.to_string(),
        "window_seconds": suspects.case.window / 1_000,
        "changes": suspects.of,
        "suspects": suspects.found.iter().map(one).collect::<Vec<_>>(),
    })
}

/// Rounded to what a reader can tell apart.
fn hundredths(points: f64) -> f64 {
    (points * 100.0).round() / 100.0
}
