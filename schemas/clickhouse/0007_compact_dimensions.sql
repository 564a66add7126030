-- needs ClickHouse 22.8
ALTER TABLE decisions
  MODIFY COLUMN country LowCardinality(String) CODEC(ZSTD(1)),
  MODIFY COLUMN device LowCardinality(String) CODEC(ZSTD(1)),
  MODIFY COLUMN browser LowCardinality(String) CODEC(ZSTD(1)),
  MODIFY COLUMN waited UInt32 CODEC(T64('bit'), ZSTD(1));
