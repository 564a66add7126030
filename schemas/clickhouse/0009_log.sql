-- The log of decisions. What is entered twice, by a sequencer that took over from a dead one, is one row after a merge, the
-- one of the greatest version: queries read FINAL. A log goes by the name in its key.
CREATE TABLE IF NOT EXISTS log_entries (
  log        String,
  place      Int64,
  id         FixedString(16),
  site       String,
  subject    String,
  salt       FixedString(16),
  commitment FixedString(32),
  erased     Int64,
  at         Int64,
  reason     String,
  version    Int64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (log, place);

CREATE TABLE IF NOT EXISTS log_tiles (
  log     String,
  level   Int32,
  n       Int64,
  data    String,
  version Int64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (log, level, n);

CREATE TABLE IF NOT EXISTS log_checkpoints (
  log     String,
  hour    Int64,
  size    Int64,
  note    String,
  version Int64
) ENGINE = ReplacingMergeTree(version)
ORDER BY (log, hour);
