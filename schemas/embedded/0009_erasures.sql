-- Decisions that were erased, and of which the log tells so. Nothing here says whose they were.
CREATE TABLE log_tombstones (
  seq    INTEGER PRIMARY KEY,                  -- among those of decisions, none of which has it: its place in the log
  erased INTEGER NOT NULL UNIQUE,              -- index of the entry whose decision is gone
  at     INTEGER NOT NULL,                     -- microseconds since 1970
  reason TEXT    NOT NULL
) STRICT;
