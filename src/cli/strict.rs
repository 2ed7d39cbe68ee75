//! `--strict`: an answer out of a cache that may lack part of it is a failure.

use super::args::Strict;
use super::print;
use crate::domain::{Stretch, Zone};
use crate::query::Query;
use crate::runtime::{self, Exit, Failure, Session};

/// The exit code of a partial answer, where such are not wanted: what is missing of the events that `query` is
/// about, of `within` alone where that is given, is said on stderr.
pub(super) async fn check(
    wanted: Strict,
    (query, within): (&Query, Option<Stretch>),
    zone: Zone,
    session: &Session,
) -> Result<Option<Exit>, Failure> {
    if !wanted.strict {
        return Ok(None);
    }
    let feeds = session.library.coverage().await?;
    let missing = runtime::missing(&feeds, query, within, zone);
    if missing.is_empty() {
        return Ok(None);
    }
    print::warn(&format!("the answer is partial: {}", missing.join("; ")));
    Ok(Some(Exit::Network))
}
