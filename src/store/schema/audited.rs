//! When counts were compared.

/// Where [`crate::store::audited`] puts them.
pub(super) const AUDITED: &str = "
-- What the last comparison of a feed's count with the cache came to.
CREATE TABLE audit (
    feed INTEGER PRIMARY KEY,
    at   INTEGER NOT NULL,              -- ms, local clock
    off  INTEGER NOT NULL               -- events that the feed counts more than the cache has
) STRICT;
";
