-- needs ClickHouse 22.8
-- Same meaning, a fraction of the size; and receipts found by id without reading every site.
ALTER TABLE decisions
  MODIFY COLUMN notice LowCardinality(String),
  MODIFY COLUMN action LowCardinality(String),
  MODIFY COLUMN outcome LowCardinality(String),
  MODIFY COLUMN purposes_granted Array(LowCardinality(String)),
  MODIFY COLUMN purposes_refused Array(LowCardinality(String)),
  MODIFY COLUMN services_granted Array(LowCardinality(String)),
  MODIFY COLUMN services_refused Array(LowCardinality(String)),
  MODIFY COLUMN source LowCardinality(String),
  MODIFY COLUMN locale LowCardinality(String),
  MODIFY COLUMN flags Array(LowCardinality(String)),
  MODIFY COLUMN decided_at Int64 CODEC(Delta, ZSTD(1)),
  MODIFY COLUMN recorded_at Int64 CODEC(Delta, ZSTD(1)),
  MODIFY COLUMN precedence UInt64 CODEC(Delta, ZSTD(1)),
  ADD COLUMN IF NOT EXISTS recorded DateTime64(6, 'UTC') ALIAS fromUnixTimestamp64Micro(recorded_at),
  ADD INDEX IF NOT EXISTS decisions_by_id id TYPE bloom_filter(0.001) GRANULARITY 4;

-- Without a window a server without Keeper ignores insert_deduplication_token.
ALTER TABLE decisions MODIFY SETTING non_replicated_deduplication_window = 10000;
