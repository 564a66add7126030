-- needs ClickHouse 24.1
-- What was answered as one text, by which rates per purpose and service are grouped: four lists take ClickHouse ten times as
-- long. Parts of before make it up as they are read, until they merge.
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS answer LowCardinality(String)
  MATERIALIZED concat(notice, ' ', outcome, ' ', toString(purposes_granted), toString(purposes_refused), toString(services_granted), toString(services_refused))
  CODEC(ZSTD(1));
