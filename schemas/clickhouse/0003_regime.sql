-- Rows of before were all asked under opt-in, and nobody told what was deleted. One column per statement: old servers know
-- no IF NOT EXISTS here, so that a column which is there already has to be told from other faults.
ALTER TABLE decisions ADD COLUMN regime String DEFAULT 'opt-in';
ALTER TABLE decisions ADD COLUMN removed Array(String);
