//! The long texts of events, packed.

/// Where [`crate::store::body`] puts them.
pub(super) const PACKED: &str = "
-- What the records of one profile have in common; the newest of a profile is used for new bodies.
CREATE TABLE codebook (
    codebook INTEGER PRIMARY KEY,
    profile  TEXT NOT NULL,
    digest   BLOB NOT NULL,             -- over data
    data     BLOB NOT NULL
) STRICT;

-- The long texts of each event (see `body`). Those that are in the table body are moved here bit by bit.
CREATE TABLE packed (
    row      INTEGER PRIMARY KEY,
    codebook INTEGER NOT NULL,          -- 0 for none
    data     BLOB NOT NULL
) STRICT;
";
