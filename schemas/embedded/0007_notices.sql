-- What each site published when, and by whom; the notices themselves stay as they are. Nothing is ever removed.
CREATE TABLE publications (
  seq      INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  document TEXT NOT NULL                       -- draft.schema.json, publication
) STRICT;
CREATE INDEX publications_by_site ON publications (site, seq);

CREATE TABLE drafts (
  site     TEXT PRIMARY KEY,
  document TEXT NOT NULL                       -- draft.schema.json
) STRICT;
