//! What changed in events of feeds that say so only when they are asked about each one.
//!
//! A report or a life tells little of such events until they were looked at one by one. Here they are asked about
//! together, a few at a time and not without end: each is a request, and a server that refuses one is left alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt as _, stream};

use super::Library;
use crate::domain::{Detail, Event, Fault, RowId, plural};
use crate::store::StoreError;
use crate::sync::Engine;

/// The most events that are asked about at once.
const MOST: usize = 300;

/// How many requests are under way at a time; each source has its own pace beside that.
const AT_A_TIME: usize = 4;

/// How many events are read from the cache at a time.
const CHUNK: usize = 500;

/// What came of asking.
#[derive(Debug, Default)]
pub struct Told {
    /// Events of which it is known now what changed, or that their source does not tell.
    pub asked: usize,
    /// Events of which it is still not known.
    pub left: usize,
    /// How many of these were too many to be asked about at once.
    too_many: usize,
    /// What went wrong, by source.
    pub faults: BTreeMap<Arc<str>, Fault>,
}

impl Told {
    /// What there is still to say, in words; nothing where everything is known.
    pub fn left_out(&self) -> Option<String> {
        let why = match self.faults.iter().next() {
            Some((source, fault)) => format!(" ({source}: {})", fault.message),
            None if self.too_many > 0 => format!(" (at most {MOST} are asked about at once)"),
            None => String::new(),
        };
        match self.left {
            0 => None,
            left => Some(format!("what changed in {} is not known{why}", plural(left as u64, "event"))),
        }
    }
}

/// Which of the events at `rows` have not been asked about.
pub async fn unknown(library: &Library, rows: &[RowId]) -> Result<Vec<Event>, StoreError> {
    let mut unknown = Vec::new();
    for chunk in rows.chunks(CHUNK) {
        let events = library.events(chunk.to_vec()).await?;
        unknown.extend(events.into_iter().filter(|event| event.record.detail == Detail::Available));
    }
    Ok(unknown)
}

/// Asks what changed in each of `events`, and keeps the answers.
pub async fn ask(engine: &Engine, events: Vec<Event>) -> Told {
    let meant = events.len().min(MOST);
    let too_many = events.len() - meant;
    let mut told = Told { left: too_many, too_many, ..Told::default() };
    let faults = Mutex::new(BTreeMap::<Arc<str>, Fault>::new());
    let faults = &faults;
    let asked = stream::iter(events.into_iter().take(meant)).map(|event| async move {
        if faults.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&event.source) {
            return false;
        }
        match engine.detail(&event).await {
            Ok(event) => event.record.detail != Detail::Available,
            Err(fault) => {
                let mut faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
                faults.entry(Arc::clone(&event.source)).or_insert(fault);
                false
            }
        }
    });
    told.asked = asked.buffer_unordered(AT_A_TIME).filter(|done| std::future::ready(*done)).count().await;
    told.left += meant - told.asked;
    told.faults = std::mem::take(&mut *faults.lock().unwrap_or_else(PoisonError::into_inner));
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FaultKind, Timestamp};

    #[test]
    fn what_is_still_not_known_is_said_with_the_reason_that_holds() {
        let fault = Fault {
            kind: FaultKind::Server,
            message: "it hung up".into(),
            fix: "wait".into(),
            http_status: None,
            request_id: None,
            at: Timestamp::from_millis(0),
        };
        let told = |left, too_many, faults: &[&str]| {
            let faults = faults.iter().map(|name| (Arc::from(*name), fault.clone())).collect();
            Told { asked: 3, left, too_many, faults }.left_out()
        };
        assert_eq!(told(0, 0, &[]), None);
        assert_eq!(told(1, 0, &[]).as_deref(), Some("what changed in 1 event is not known"));
        let most = "what changed in 1,200 events is not known (at most 300 are asked about at once)";
        assert_eq!(told(1_200, 1_200, &[]).as_deref(), Some(most));
        let hung = "what changed in 2 events is not known (a: it hung up)";
        assert_eq!(told(2, 0, &["b", "a"]).as_deref(), Some(hung));
    }
}
