-- A subject's current choice is its last decision, which this index finds. A table of choices beside it said the same, and
-- took a statement and a page of its own to keep for each decision.
DROP TABLE choices;
CREATE INDEX decisions_by_subject ON decisions (subject, recorded_at, id);
