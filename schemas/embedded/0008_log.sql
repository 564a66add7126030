-- The log of all decisions: a Merkle tree over a commitment to each, in the order of recording, with a signed head. What is
-- lost here cannot be made again, because salts are random.
CREATE TABLE log_entries (
  bundle INTEGER PRIMARY KEY,                  -- 256 entries each: 0, 1, 2 and so on
  first  INTEGER NOT NULL,                     -- seq of its first decision
  data   BLOB    NOT NULL                      -- of each entry the decision's seq as 8 bytes, salt (16) and commitment (32)
) STRICT;
CREATE UNIQUE INDEX log_entries_by_seq ON log_entries (first);

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
