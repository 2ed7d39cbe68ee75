//! What is known to be complete, what is gone, and what records said before they were changed.

/// Where [`crate::store::ledger`] and [`crate::store::write`] put them.
pub(super) const LEDGER: &str = "
-- What is known to be complete, and remarks on what is not. Times are in ms, both ends left out.
CREATE TABLE coverage (
    feed        INTEGER NOT NULL,
    lo          INTEGER NOT NULL,
    hi          INTEGER NOT NULL,
    reason      TEXT,                   -- NULL: complete; else why not
    floor       INTEGER NOT NULL,       -- the feed offered nothing older
    verified_at INTEGER                 -- by the server's clock
) STRICT;
CREATE INDEX coverage_feed ON coverage (feed);

-- What one walk wrote down before belongs to no stretch of time: the next walk reads the list once more.
ALTER TABLE feed DROP COLUMN complete_to_floor;
ALTER TABLE feed DROP COLUMN top;
ALTER TABLE feed ADD COLUMN ascending INTEGER;              -- NULL: not seen yet
ALTER TABLE feed ADD COLUMN mixed INTEGER NOT NULL DEFAULT 0; -- answers came in no order
ALTER TABLE feed ADD COLUMN lateness INTEGER NOT NULL DEFAULT 0; -- ms
ALTER TABLE feed ADD COLUMN checked INTEGER;                -- ms; what came late before is found
ALTER TABLE feed ADD COLUMN resume_below INTEGER;           -- ms
ALTER TABLE feed ADD COLUMN resume_at TEXT;                 -- how to go on below that time
UPDATE feed SET last_total = NULL;

-- When an event was found to be gone from its feed, by the server's clock.
ALTER TABLE event ADD COLUMN gone_at INTEGER;
CREATE INDEX event_feed ON event (feed);

-- What an event said before its feed changed it.
CREATE TABLE revision (
    revision    INTEGER PRIMARY KEY,
    id          BLOB NOT NULL,          -- of the event
    raw         TEXT NOT NULL,
    time        INTEGER NOT NULL,       -- ms
    replaced_at INTEGER NOT NULL        -- ms, local clock
) STRICT;
CREATE INDEX revision_id ON revision (id);
";
