-- The ledger, in types that every ClickHouse of the last years knows; 0002 makes it compact where the server can.
--
-- Times are microseconds since 1970, because DateTime has seconds only. The id is a FixedString in network order, not a
-- UUID: ClickHouse sorts UUIDs by their second half, which would scatter what UUIDv7 keeps together. Read it as
-- hex(id). Site first, so that one site's decisions lie together; id second, because it grows with time.
--
-- The same decision delivered twice is one row after a merge, the one recorded first: precedence falls as time grows,
-- and ReplacingMergeTree keeps the greatest. Queries do not wait for merges.
CREATE TABLE IF NOT EXISTS decisions (
  id               FixedString(16),
  site             String,
  subject          String,
  notice           String,
  action           String,
  outcome          String,
  purposes_granted Array(String),
  purposes_refused Array(String),
  services_granted Array(String),
  services_refused Array(String),
  source           String,
  synthetic        UInt8,
  locale           String,
  page             String,
  decided_at       Int64,
  recorded_at      Int64,
  day              Date,
  lifetime_days    Int32,
  flags            Array(String),
  precedence       UInt64
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(day)
ORDER BY (site, id, subject);
