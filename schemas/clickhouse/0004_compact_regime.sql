-- needs ClickHouse 22.8
ALTER TABLE decisions
  MODIFY COLUMN regime LowCardinality(String) DEFAULT 'opt-in',
  MODIFY COLUMN removed Array(LowCardinality(String));
