-- Why: the states of a copy have names, of which the domain decides; and a copy carries its own Date, so that one
-- Message-ID has one content whatever the configuration says later. The columns are those of docs/design/forms.md §7.
-- Marks and kinds as in 0001. A column's type cannot be changed in place, so the table is made anew.

ALTER TABLE delivery RENAME TO delivery_of_3;

CREATE TABLE delivery (                   -- truth: one row per (revision, subscriber, channel)
  id BLOB NOT NULL PRIMARY KEY,           -- [open]
  advisory BLOB NOT NULL,                 -- [open]
  revision INTEGER NOT NULL,              -- [open]
  subscriber BLOB NOT NULL,               -- [open]
  channel TEXT NOT NULL,                  -- [open]
  reference TEXT NOT NULL UNIQUE,         -- [blind] stands in Message-ID and envelope
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'accepted', 'deferred', 'refused', 'maybe', 'expired', 'acknowledged', 'given_up', 'bounced', 'held')), -- [open] changes
  attempts INTEGER NOT NULL,              -- [open] changes
  next_at INTEGER NOT NULL,               -- [open] changes
  deadline INTEGER NOT NULL,              -- [open]
  changed_at INTEGER NOT NULL,            -- [open] changes
  detail INTEGER NOT NULL,                -- [open] SMTP code of the last answer, 0 without one; changes
  realm INTEGER NOT NULL CHECK (realm IN (0, 1)), -- [open]
  date_at INTEGER NOT NULL,               -- [open] Date of the mail at every try; 0 in rows of schema 3 and before
  reference_sealed BLOB NOT NULL,         -- [sealed] the reference, where only its hash stands beside it; else empty
  codes_generation INTEGER NOT NULL       -- [open] generation of the house's code key that made reference and code
) STRICT, WITHOUT ROWID;

INSERT INTO delivery
SELECT id, advisory, revision, subscriber, channel, reference,
  CASE state WHEN 0 THEN 'waiting' WHEN 1 THEN 'sending' WHEN 2 THEN 'accepted' WHEN 3 THEN 'maybe'
    WHEN 4 THEN 'deferred' WHEN 5 THEN 'refused' WHEN 6 THEN 'expired' WHEN 7 THEN 'acknowledged'
    WHEN 8 THEN 'given_up' END,
  attempts, next_at, deadline, changed_at, detail, realm, 0, x'', 1
FROM delivery_of_3;

DROP TABLE delivery_of_3;

CREATE INDEX delivery_due ON delivery (state, next_at);
CREATE INDEX delivery_by_copy ON delivery (advisory, revision);
CREATE INDEX delivery_by_subscriber ON delivery (subscriber);
