-- Why: one mailbox gets one copy of a revision, however many subscriptions it has; whether two of them are one mailbox
-- is told by a keyed hash, without opening any address. Marks and kinds as in 0001.

ALTER TABLE subscriber ADD COLUMN mailbox TEXT NOT NULL DEFAULT ''; -- [blind] keyed hash of the folded address; empty for older subscriptions
CREATE INDEX subscriber_by_mailbox ON subscriber (mailbox);
