//! Rows that were put away in stretches.

/// Where [`crate::store::seal`] puts them.
pub(super) const SEALED: &str = "
-- What could be read from the events again, in stretches of rows that have come to rest (see `seal`). A
-- stretch holds from its start up to, not including, its past; no two overlap.
CREATE TABLE segment (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    start  INTEGER NOT NULL UNIQUE,
    past   INTEGER NOT NULL
) STRICT;

CREATE TABLE segment_columns (
    number INTEGER PRIMARY KEY,
    data   BLOB NOT NULL,
    filter BLOB NOT NULL
) STRICT;

CREATE TABLE segment_texts (
    number INTEGER PRIMARY KEY,
    data   BLOB NOT NULL
) STRICT;

-- Rows of a stretch that came, changed or left after it was put away.
CREATE TABLE loose (
    row INTEGER PRIMARY KEY
) STRICT;
";
