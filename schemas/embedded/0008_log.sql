-- The log of all decisions: a Merkle tree over a commitment to each, in the order of recording, with a signed head. Derived
-- from nothing: what is lost here cannot be made again, because salts are random.
CREATE TABLE log_entries (
  entry      INTEGER PRIMARY KEY,              -- 0, 1, 2 and so on
  seq        INTEGER NOT NULL UNIQUE,          -- of decisions
  salt       BLOB    NOT NULL,                 -- 16 bytes
  commitment BLOB    NOT NULL                  -- SHA-256
) STRICT;

-- C2SP tlog-tiles: up to 256 hashes each.
CREATE TABLE log_tiles (
  level INTEGER NOT NULL,
  n     INTEGER NOT NULL,
  data  BLOB    NOT NULL,
  PRIMARY KEY (level, n)
) STRICT, WITHOUT ROWID;

-- The last of each hour. The newest is the log's head.
CREATE TABLE log_checkpoints (
  hour INTEGER PRIMARY KEY,                    -- since 1970
  size INTEGER NOT NULL,                       -- how many entries it stands for
  note TEXT    NOT NULL                        -- C2SP tlog-checkpoint
) STRICT;
