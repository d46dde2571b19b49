-- Why: a text that was exchanged or deleted left the chain whole. A record says of each row written with it what it
-- is (docs/design/forms.md 1); older records say nothing. Marks and kinds as in 0001.

ALTER TABLE ledger ADD COLUMN rows_root BLOB NOT NULL DEFAULT x''; -- [open] root over the rows written with it; empty in records of form 1
ALTER TABLE ledger ADD COLUMN covered BLOB NOT NULL DEFAULT x''; -- [open] what the root is made of: table, key and hash of each row
