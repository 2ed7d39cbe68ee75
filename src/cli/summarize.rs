//! `backtrail summarize`: what a language model makes of some events.

use serde_json::json;

use super::args::SummarizeArgs;
use super::{asked, print};
use crate::config::Options;
use crate::domain::{Summary, Zone};
use crate::runtime::{Draft, Exit, Failure, NoSummary};

pub(super) async fn run(args: SummarizeArgs, options: &Options) -> Result<Exit, Failure> {
    let session = super::open_to_read(options).await?;
    let query = asked::read(&args.query, &session).await?;
    let zone = session.config.ui.zone;
    let rows = session.library.rows(query).await?;
    if rows.is_empty() {
        return Err(Failure::not_found("the query selects no event"));
    }
    let summarizer = session.summarizer();
    let draft = summarizer.draft(rows.iter().collect()).await.map_err(explain)?;
    if args.preview {
        print::ended(print::lines(preview(&draft)))?;
        return Ok(Exit::Fine);
    }
    let told = draft.kept.clone().filter(|_| !args.again);
    let summary = if let Some(summary) = told {
        summary
    } else {
        print::note(&draft.words());
        summarizer.ask(&draft, &mut |_| ()).await.map_err(explain)?
    };
    let printed = if args.json { vec![as_json(&summary)] } else { as_text(&summary, zone) };
    print::ended(print::lines(printed))?;
    Ok(Exit::Fine)
}

fn explain(why: NoSummary) -> Failure {
    match why {
        NoSummary::Off(lines) => Failure::usage(lines.join("\n")),
        NoSummary::Failed(why) => Failure::new(Exit::Network, why),
    }
}

fn preview(draft: &Draft) -> Vec<String> {
    let mut lines = vec![draft.words(), String::new()];
    lines.extend(draft.prompt.lines());
    lines
}

fn as_text(summary: &Summary, zone: Zone) -> Vec<String> {
    vec![summary.label(zone), String::new(), summary.text.clone()]
}

fn as_json(summary: &Summary) -> String {
    let Summary { model, host, made, text, events, .. } = summary;
    let events: Vec<String> = events.iter().map(ToString::to_string).collect();
    let json =
        json!({ "model": model, "host": host, "made": made.to_string(), "text": text, "events": events });
    crate::domain::escape_json(&json.to_string()).into_owned()
}
