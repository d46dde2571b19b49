-- Why: which plan waits and how many approved it is asked of the advisory's own stream; nobody reads it here.
-- Marks and kinds as in 0001. What stays is what a rebuild makes of it, so nothing is rebuilt.

ALTER TABLE advisory DROP COLUMN plan;
ALTER TABLE advisory DROP COLUMN approvals;
