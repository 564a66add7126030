-- Where decisions came from, as far as it concerns many people at once, and how long the visitor looked at the notice before.
-- Of rows of before nobody knows.
ALTER TABLE decisions ADD COLUMN country TEXT    NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN device  TEXT    NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN browser TEXT    NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN waited  INTEGER NOT NULL DEFAULT 0;    -- seconds, rounded up to a few steps; 0 when not known

-- What pages tell of their notice, counted per quarter of an hour. Rows of hours that are over go into rollup_columns.
CREATE TABLE exposures (
  site     TEXT    NOT NULL,
  slot     INTEGER NOT NULL,                   -- quarters of an hour since 1970
  event    TEXT    NOT NULL,
  notice   TEXT    NOT NULL,
  locale   TEXT    NOT NULL,
  regime   TEXT    NOT NULL,
  page     TEXT    NOT NULL,
  country  TEXT    NOT NULL,
  device   TEXT    NOT NULL,
  browser  TEXT    NOT NULL,
  views    INTEGER NOT NULL,
  visitors INTEGER NOT NULL,                   -- of those, the first of a visitor and UTC day
  PRIMARY KEY (site, slot, event, notice, locale, regime, page, country, device, browser)
) STRICT, WITHOUT ROWID;

-- Who was counted today, as hashes under a key that is thrown away: of two days nobody can tell that they were one visitor's.
CREATE TABLE visitors (
  day  TEXT NOT NULL,                          -- YYYY-MM-DD, UTC
  site TEXT NOT NULL,
  mark BLOB NOT NULL,
  PRIMARY KEY (day, site, mark)
) STRICT, WITHOUT ROWID;

-- Decisions and exposures by all their dimensions, an hour of a site at a time, each dimension in a row of its own so that a
-- question reads what it asks for. Derived from decisions and rebuilt from them; of exposures it is all that is kept.
CREATE TABLE rollup_columns (
  site TEXT    NOT NULL,
  kind TEXT    NOT NULL,                       -- decisions, exposures
  name TEXT    NOT NULL,                       -- the dimension
  hour INTEGER NOT NULL,                       -- since 1970
  data BLOB    NOT NULL,
  PRIMARY KEY (site, kind, name, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_cursor (seq INTEGER NOT NULL) STRICT; -- decisions up to here are in rollup_columns
INSERT INTO rollup_cursor (seq) VALUES (0);

-- Hours that changed after they were rolled up: an earlier delivery of a decision took the place of a later one, or
-- decisions were erased. They are counted from the decisions until they are rolled up anew.
CREATE TABLE rollup_stale (
  site    TEXT    NOT NULL,
  hour    INTEGER NOT NULL,
  changes INTEGER NOT NULL,                    -- tells whether there was another one since
  PRIMARY KEY (site, hour)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER decisions_changed AFTER UPDATE ON decisions BEGIN
  INSERT INTO rollup_stale VALUES (OLD.site, OLD.recorded_at / 3600000000, 1), (NEW.site, NEW.recorded_at / 3600000000, 1)
    ON CONFLICT DO UPDATE SET changes = changes + 1;
END;
CREATE TRIGGER decisions_removed AFTER DELETE ON decisions BEGIN
  INSERT INTO rollup_stale VALUES (OLD.site, OLD.recorded_at / 3600000000, 1)
    ON CONFLICT DO UPDATE SET changes = changes + 1;
END;
