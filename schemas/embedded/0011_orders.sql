-- Erasures, where decisions are shipped to ClickHouse: noted first, and done when the decisions are gone from both. Site and
-- subject are emptied as soon as they are gone; what is left tells whoever ships what must not come back.
CREATE TABLE erasures (
  name     BLOB    PRIMARY KEY,                -- hash of site and subject
  until    INTEGER NOT NULL,                   -- microseconds since 1970: what was recorded up to then goes
  position INTEGER NOT NULL,                   -- seq of the last decision that goes
  reason   TEXT    NOT NULL,
  site     TEXT    NOT NULL,
  subject  TEXT    NOT NULL,
  ended    INTEGER NOT NULL DEFAULT 0          -- microseconds since 1970; 0 as long as something is left to do
) STRICT, WITHOUT ROWID;
