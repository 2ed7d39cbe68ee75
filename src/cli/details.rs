//! `--fetch`: asks the sources what changed in events of which the cache does not know it.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::args::Fetch;
use super::print;
use crate::domain::{Detail, Event, RowId, plural};
use crate::runtime::{Failure, Session, details};

/// Says on stderr how many of these events nobody asked about: what is printed of them may not be all.
pub(super) fn tell_unasked<'e>(events: impl IntoIterator<Item = &'e Event>) {
    let unasked = events.into_iter().filter(|event| event.record.detail == Detail::Available).count();
    if unasked > 0 {
        let events = plural(unasked as u64, "event");
        print::note(&format!("what else changed in {events} was not asked; `--fetch` asks"));
    }
}

/// Asks about the events at `rows` where that is wanted. What could not be learnt is said on stderr, and the answer
/// is then what the cache has.
pub(super) async fn fetch(
    wanted: Fetch,
    rows: &[RowId],
    session: &Session,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    if !wanted.fetch {
        return Ok(());
    }
    let unknown = details::unknown(&session.library, rows).await?;
    if unknown.is_empty() {
        return Ok(());
    }
    // Nobody watches how the sources are doing.
    let (reports, _) = mpsc::unbounded_channel();
    let engine = session.connect(reports).await.engine;
    let asking = details::ask(&engine, unknown);
    tokio::pin!(asking);
    let told = tokio::select! {
        told = &mut asking => told,
        () = stop.cancelled() => {
            engine.stop();
            asking.await
        }
    };
    if let Some(left) = told.left_out() {
        print::warn(&left);
    }
    Ok(())
}
