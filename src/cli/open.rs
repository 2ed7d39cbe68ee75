//! `backtrail open`: the browser, with a filter and at an event.

use tokio_util::sync::CancellationToken;

use super::args::OpenArgs;
use super::{asked, list};
use crate::config::Options;
use crate::runtime::browse::{self, Begin};
use crate::runtime::{Exit, Failure, Session};

pub(super) async fn run(
    args: OpenArgs,
    options: &Options,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    browse::require_terminal()?;
    let session = Session::open(options)?;
    let begin = begin(&args, &session).await?;
    browse::in_terminal(session, begin, stop).await
}

/// Where to begin. What cannot be read is said before the screen is taken.
pub(super) async fn begin(args: &OpenArgs, session: &Session) -> Result<Begin, Failure> {
    let text = args.query.join(" ");
    list::parse(&text, session)?;
    let at = match &args.at {
        Some(at) => Some(asked::place(at, session).await?),
        None => None,
    };
    Ok(Begin { query: Some(text), at })
}
