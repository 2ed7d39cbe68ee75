//! From which time on a feed is kept.

pub(super) const RETENTION: &str = "
-- What is older was removed on purpose and is not brought in again.
CREATE TABLE retention (
    feed      INTEGER PRIMARY KEY,
    kept_from INTEGER NOT NULL,         -- ms
    removed   INTEGER NOT NULL          -- how many events, as often as the feed had them
) STRICT;
";
