-- Journal and ledger in one: a decision is durable and in the audit trail with the same commit.
CREATE TABLE decisions (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT, -- order of recording, never reused: the outbox's cursor when ClickHouse is the ledger
  id            BLOB    NOT NULL,              -- UUIDv7, 16 bytes
  site          TEXT    NOT NULL,
  subject       TEXT    NOT NULL,
  notice        TEXT    NOT NULL,
  action        TEXT    NOT NULL,
  outcome       TEXT    NOT NULL,              -- accepted, refused, partial, signal
  purposes      TEXT    NOT NULL,              -- JSON object, purpose -> boolean
  services      TEXT    NOT NULL,              -- JSON object, service -> boolean
  source        TEXT    NOT NULL,
  synthetic     INTEGER NOT NULL,
  locale        TEXT    NOT NULL,
  page          TEXT    NOT NULL,              -- origin and path only
  decided_at    INTEGER NOT NULL,              -- microseconds since 1970, the client's claim; 0 when not told
  recorded_at   INTEGER NOT NULL,              -- microseconds since 1970, the server's clock
  lifetime_days INTEGER NOT NULL,
  flags         TEXT    NOT NULL,              -- JSON array
  digest        INTEGER NOT NULL               -- tells a retry from another decision under the same id
) STRICT;

-- The id comes first because UUIDv7 grows with time: inserts touch the index's last pages only, however many rows
-- there are, and a receipt is found by id alone. Site and subject make it exact: ids of two visitors never meet.
CREATE UNIQUE INDEX decisions_by_id ON decisions (id, site, subject);
CREATE INDEX decisions_by_time ON decisions (site, recorded_at);

CREATE TABLE choices (
  site        TEXT    NOT NULL,
  subject     TEXT    NOT NULL,
  recorded_at INTEGER NOT NULL,
  id          BLOB    NOT NULL,
  seq         INTEGER NOT NULL,                -- the decision that made it
  PRIMARY KEY (site, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox_cursor (
  shard  INTEGER PRIMARY KEY,
  seq    INTEGER NOT NULL,                     -- everything up to here is in the ledger
  frozen INTEGER NOT NULL DEFAULT 0,           -- end of the batch that is being shipped; 0 when none is
  holder TEXT    NOT NULL DEFAULT '',          -- who ships, and until when (microseconds since 1970)
  leased INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The decisions table is one shard.
INSERT INTO outbox_cursor (shard, seq) VALUES (0, 0);

-- Decisions that ClickHouse will never take: kept here and shown, never dropped. The decision itself stays in decisions.
CREATE TABLE dead_letters (
  id      BLOB NOT NULL,
  site    TEXT NOT NULL,
  subject TEXT NOT NULL,
  reason  TEXT NOT NULL,
  PRIMARY KEY (id, site, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE sites (
  id       TEXT    PRIMARY KEY,
  document TEXT    NOT NULL,                   -- site.schema.json
  revision INTEGER NOT NULL                    -- grows with each change to any site
) STRICT;

CREATE TABLE notices (
  site     TEXT NOT NULL,
  id       TEXT NOT NULL,                      -- hash of the document
  document TEXT NOT NULL,                      -- notice.schema.json, canonical
  PRIMARY KEY (site, id)
) STRICT;

CREATE TABLE scripts (
  site     TEXT NOT NULL,
  hash     TEXT NOT NULL,
  document BLOB NOT NULL,                      -- the built script with its encodings, kept so that a pinned address never changes
  PRIMARY KEY (site, hash)
) STRICT;

CREATE TABLE users (
  email         TEXT PRIMARY KEY,              -- lower case
  password_hash TEXT NOT NULL,                 -- argon2id, PHC string
  role          TEXT NOT NULL,
  created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  token      TEXT    PRIMARY KEY,              -- SHA-256 of the cookie's token
  document   BLOB    NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;
