-- Third parties that visitors' browsers met, counted per day.
CREATE TABLE sightings (
  site    TEXT    NOT NULL,
  day     TEXT    NOT NULL,                    -- YYYY-MM-DD, UTC
  host    TEXT    NOT NULL,                    -- * for those beyond the hosts that are kept
  kind    TEXT    NOT NULL,
  service TEXT    NOT NULL,
  pages   INTEGER NOT NULL,
  PRIMARY KEY (site, host, kind, service, day)
) STRICT, WITHOUT ROWID;
