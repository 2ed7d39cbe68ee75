//! What was taken out of the cache for good.

pub(super) const PURGED: &str = "
-- Events that no answer brings back. The id is a digest and tells nothing of what was there.
CREATE TABLE purged (
    id BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
";
