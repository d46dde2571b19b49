-- Why: a subscription says by which channel its copies go, and each channel takes its own copies, so that one that is
-- stuck keeps no other waiting. Marks and kinds as in 0001.

ALTER TABLE subscriber ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail'; -- [open] how copies go
DROP INDEX delivery_due;
CREATE INDEX delivery_due ON delivery (state, channel, next_at);
