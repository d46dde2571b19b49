-- Why: the states of a copy have names, of which the domain decides; and a copy carries its own Date, so that one
-- Message-ID has one content whatever the configuration says later. The columns are those of docs/design/forms.md §7.
-- Marks and kinds as in 0001.

ALTER TABLE delivery ALTER COLUMN state TYPE TEXT USING
  CASE state WHEN 0 THEN 'waiting' WHEN 1 THEN 'sending' WHEN 2 THEN 'accepted' WHEN 3 THEN 'maybe'
    WHEN 4 THEN 'deferred' WHEN 5 THEN 'refused' WHEN 6 THEN 'expired' WHEN 7 THEN 'acknowledged'
    WHEN 8 THEN 'given_up' END;
ALTER TABLE delivery ADD CONSTRAINT delivery_state
  CHECK (state IN ('waiting', 'sending', 'accepted', 'deferred', 'refused', 'maybe', 'expired', 'acknowledged', 'given_up', 'bounced', 'held'));

-- Rows of schema 3 and before get these values; every later row says its own.
ALTER TABLE delivery ADD COLUMN date_at BIGINT NOT NULL DEFAULT 0; -- [open] Date of the mail at every try; 0 in rows of schema 3 and before
ALTER TABLE delivery ADD COLUMN reference_sealed BYTEA NOT NULL DEFAULT ''; -- [sealed] the reference, where only its hash stands beside it; else empty
ALTER TABLE delivery ADD COLUMN codes_generation BIGINT NOT NULL DEFAULT 1; -- [open] generation of the house's code key that made reference and code
ALTER TABLE delivery ALTER COLUMN date_at DROP DEFAULT;
ALTER TABLE delivery ALTER COLUMN reference_sealed DROP DEFAULT;
ALTER TABLE delivery ALTER COLUMN codes_generation DROP DEFAULT;
