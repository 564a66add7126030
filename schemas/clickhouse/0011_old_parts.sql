-- needs ClickHouse 22.8
-- What was erased leaves the disk within a minute and not within eight. A power cut that takes a part before it is on disk
-- costs nothing: decisions of the last quarter of an hour are compared with the outbox.
ALTER TABLE decisions MODIFY SETTING old_parts_lifetime = 30;
