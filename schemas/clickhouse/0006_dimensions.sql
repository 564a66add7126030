-- Where decisions came from and how long the visitor looked at the notice before; of rows of before nobody knows. One column
-- per statement, as in 0003.
ALTER TABLE decisions ADD COLUMN country String;
ALTER TABLE decisions ADD COLUMN device String;
ALTER TABLE decisions ADD COLUMN browser String;
ALTER TABLE decisions ADD COLUMN waited UInt32;
