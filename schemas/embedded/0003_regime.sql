-- Rows of before were all asked under opt-in, and nobody told what was deleted.
ALTER TABLE decisions ADD COLUMN regime  TEXT NOT NULL DEFAULT 'opt-in';
ALTER TABLE decisions ADD COLUMN removed TEXT NOT NULL DEFAULT '[]';     -- JSON array
