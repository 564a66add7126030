-- What pages tell of their notice, counted per quarter of an hour. Rows of one key are added up as ClickHouse merges them, and
-- queries do not wait for that.
CREATE TABLE IF NOT EXISTS exposures (
  site     String,
  slot     Int64,
  day      Date,
  event    String,
  notice   String,
  locale   String,
  regime   String,
  page     String,
  country  String,
  device   String,
  browser  String,
  views    UInt64,
  visitors UInt64
) ENGINE = SummingMergeTree((views, visitors))
PARTITION BY toYYYYMM(day)
ORDER BY (site, slot, event, notice, locale, regime, page, country, device, browser);
