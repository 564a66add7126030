-- Documents that are taken up again until they are done with; package register has the kinds.
CREATE TABLE register (
  kind     TEXT    NOT NULL,
  site     TEXT    NOT NULL,
  id       TEXT    NOT NULL,
  revision INTEGER NOT NULL,                   -- 1 when it is new
  due      INTEGER,                            -- milliseconds since 1970; NULL for never
  document BLOB    NOT NULL,
  PRIMARY KEY (kind, site, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX register_due ON register (kind, due) WHERE due IS NOT NULL;
