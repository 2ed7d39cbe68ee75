//! What language models wrote about events at the user's request.

/// Where [`crate::store::summary`] puts it. It can be had again, so it belongs to the cache.
pub(super) const SUMMARY: &str = "
CREATE TABLE summary (
    hash  BLOB PRIMARY KEY,             -- of all that was sent, to which model and where
    model TEXT NOT NULL,
    host  TEXT NOT NULL,                -- local, or the host
    made  INTEGER NOT NULL,             -- ms, local clock
    text  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The events that it is about.
CREATE TABLE summary_event (
    id   BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX summary_event_hash ON summary_event (hash);
";
