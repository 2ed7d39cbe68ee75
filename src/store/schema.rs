//! The tables, as a list of migrations; `user_version` counts the ones a file has been through.
//!
//! A migration that has been released is never edited: a change is a new entry at the end.
//!
//! References between tables are not enforced by SQLite: [`super::write`] is the only writer and keeps
//! them, and each check would cost a look-up per row. Texts that repeat stand once, in `word`, `entity`
//! and `actor`; what lists need stands in the narrow `event`, so that a million rows are read in about a
//! second; the long texts stand in `packed`, or where an older version put them in `body`, under the same key.

mod audited;
mod ledger;
mod packed;
mod purged;
mod retention;
mod sealed;
mod summary;

use super::database::Kind;

/// The cache.
pub(super) const CACHE: Kind = Kind {
    noun: "the cache",
    after_damage: ", sync to fill it",
    thread: "cache",
    // `BTRL` in ASCII.
    application_id: 0x4254_524C,
    migrations: MIGRATIONS,
    tables: TABLES,
    synchronous: "normal",
};

const TABLES: &[&str] = &[
    "source",
    "feed",
    "word",
    "entity",
    "actor",
    "event",
    "body",
    "moved",
    "quarantine",
    "arrival",
    "coverage",
    "revision",
    "link",
    "link_beside",
    "source_note",
    "segment",
    "segment_columns",
    "segment_texts",
    "loose",
    "codebook",
    "packed",
    "purged",
    "audit",
    "retention",
    "summary",
    "summary_event",
];

const MIGRATIONS: &[&str] = &[
    "
PRAGMA application_id = 0x4254524C;

CREATE TABLE source (
    source          INTEGER PRIMARY KEY,
    name            TEXT NOT NULL UNIQUE,
    next_allowed_at INTEGER,            -- ms; one credential at one origin shares one limit
    last_sync       INTEGER,            -- ms; when every feed of it was complete
    fault           TEXT                -- JSON; the last thing that went wrong
) STRICT;

-- A feed is a source, a profile and a scope, with the state of the walk over it.
CREATE TABLE feed (
    feed              INTEGER PRIMARY KEY,
    source            INTEGER NOT NULL,
    profile           TEXT NOT NULL,
    scope             TEXT,
    scope_name        TEXT,
    events            INTEGER NOT NULL DEFAULT 0,
    quarantined       INTEGER NOT NULL DEFAULT 0,
    generation        INTEGER NOT NULL DEFAULT 0,
    complete_to_floor INTEGER NOT NULL DEFAULT 0,
    top               INTEGER,          -- ms
    last_total        INTEGER,
    last_sync         INTEGER           -- ms
) STRICT;
-- NULLs count as different in a plain unique index; the number 0 differs from every text.
CREATE UNIQUE INDEX feed_key ON feed (source, profile, ifnull(scope, 0));

CREATE TABLE word (
    word INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE entity (
    entity INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    kind   TEXT,
    id     TEXT,
    name   TEXT
) STRICT;
CREATE UNIQUE INDEX entity_value ON entity (source, ifnull(kind, 0), ifnull(id, 0), ifnull(name, 0));

CREATE TABLE actor (
    actor  INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    id     TEXT,
    name   TEXT
) STRICT;
CREATE UNIQUE INDEX actor_value ON actor (source, kind, ifnull(id, 0), ifnull(name, 0));

CREATE TABLE event (
    row        INTEGER PRIMARY KEY,     -- time in ms << 18 | tie breaker
    id         BLOB NOT NULL UNIQUE,    -- 10 bytes
    feed       INTEGER NOT NULL,
    entity     INTEGER NOT NULL,
    actor      INTEGER NOT NULL,
    action     INTEGER NOT NULL,        -- a word; the empty one where the feed does not say
    raw_action INTEGER,                 -- a word
    change_set INTEGER,                 -- a word
    status     INTEGER NOT NULL,
    parts      INTEGER NOT NULL,
    detail     INTEGER NOT NULL,
    time       INTEGER,                 -- ms; only where row does not tell it exactly
    count      INTEGER NOT NULL,
    digest     BLOB NOT NULL,           -- over all the feed said; a poll compares it instead of the texts
    seq        INTEGER NOT NULL,        -- order of arrival and change in this cache
    first_seen INTEGER NOT NULL,        -- ms, local clock
    last_seen  INTEGER NOT NULL         -- ms, local clock, in steps of an hour
) STRICT;
CREATE INDEX event_seq ON event (seq);

CREATE TABLE body (
    row        INTEGER PRIMARY KEY,
    raw        TEXT NOT NULL,           -- exactly as it was sent
    native     INTEGER NOT NULL,        -- whether identity is the feed's own id
    identity   TEXT,                    -- NULL where it is the raw text itself
    error      TEXT,
    summary    TEXT,
    ai_summary TEXT,
    changes    TEXT,                    -- JSON; NULL where there are none
    refused    TEXT,                    -- why the second request was refused
    url        TEXT,
    facts      TEXT                     -- JSON; NULL where there are none
) STRICT;

-- Places that an event has left because its time changed, for other programs on the same cache.
CREATE TABLE moved (
    seq INTEGER PRIMARY KEY,
    row INTEGER NOT NULL
) STRICT;

CREATE TABLE quarantine (
    quarantine INTEGER PRIMARY KEY,
    feed       INTEGER NOT NULL,
    digest     BLOB NOT NULL,
    raw        TEXT NOT NULL,
    reason     TEXT NOT NULL,
    seen_at    INTEGER NOT NULL,        -- ms, local clock
    UNIQUE (feed, digest)
) STRICT;

-- One row: the last seq that was given out. It outlives the event that bore it.
CREATE TABLE arrival (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO arrival (one, seq) VALUES (1, 0);
",
    LINKS,
    sealed::SEALED,
    packed::PACKED,
    ledger::LEDGER,
    purged::PURGED,
    audited::AUDITED,
    retention::RETENTION,
    summary::SUMMARY,
    DOCUMENTS,
];

/// Nothing changes in the tables. From here on the body of an event can hold a tenth text, see
/// [`crate::store::body`], which an older version of this program would take for damage.
const DOCUMENTS: &str = "";

/// How entries that name the hash of the one before them hang together, and what there is to say about a
/// source that works. Both need nothing of other tables but the names of events, feeds and sources.
const LINKS: &str = "
CREATE TABLE link (
    id       BLOB PRIMARY KEY,          -- of the event
    feed     INTEGER NOT NULL,
    hash     BLOB,                      -- a digest of it
    previous BLOB,                      -- likewise, of the hash that it names
    beside   INTEGER NOT NULL,          -- 1 once an answer showed the named entry on its older side
    verdict  INTEGER NOT NULL           -- 0 open, 1 holds, 2 broken
) STRICT;
CREATE INDEX link_hash ON link (feed, hash) WHERE hash IS NOT NULL;
CREATE INDEX link_previous ON link (feed, previous) WHERE previous IS NOT NULL;
CREATE INDEX link_broken ON link (feed) WHERE verdict = 2;

-- Entries that answers showed on the older side of one that names another.
CREATE TABLE link_beside (
    id    BLOB NOT NULL,
    older BLOB NOT NULL,                -- its hash, as in link
    PRIMARY KEY (id, older)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_beside_older ON link_beside (older);

-- What the user should know of a source although it works.
CREATE TABLE source_note (
    source INTEGER PRIMARY KEY,
    note   TEXT
) STRICT;
";
