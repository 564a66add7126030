-- needs ClickHouse 22.8
-- An insert is acknowledged when it is on disk, since a signed head would stand for what a power cut took. Entries are found
-- by their decision's id.
ALTER TABLE log_entries ADD INDEX IF NOT EXISTS log_entries_by_id id TYPE bloom_filter(0.001) GRANULARITY 4;
ALTER TABLE log_entries MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
ALTER TABLE log_tiles MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
ALTER TABLE log_checkpoints MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;
