-- Why: columns that nobody reads are written, rebuilt and compared for nothing, and a thief of the database reads
-- them; and the desk lists what waits from here, without folding every stream.
-- Marks and kinds as in 0001. What stays is what a rebuild makes of it, so nothing is rebuilt. The stage of a case is
-- what its own stream says; whether it is published stands in advisory.

ALTER TABLE party DROP COLUMN name_ja;
ALTER TABLE party DROP COLUMN name_en;
ALTER TABLE party DROP COLUMN listed;
ALTER TABLE party DROP COLUMN standing;

ALTER TABLE report DROP COLUMN kind;

ALTER TABLE case_file DROP COLUMN clock_start;
ALTER TABLE case_file DROP COLUMN world;

ALTER TABLE participant DROP COLUMN part;
ALTER TABLE participant DROP COLUMN tracking;
ALTER TABLE participant DROP COLUMN cell;
ALTER TABLE participant DROP COLUMN report_state;
ALTER TABLE participant DROP COLUMN consent;
ALTER TABLE participant DROP COLUMN asked_at;
ALTER TABLE participant DROP COLUMN answered_at;

ALTER TABLE advisory DROP COLUMN first_at;
ALTER TABLE advisory DROP COLUMN published_at;
ALTER TABLE advisory DROP COLUMN plan_at;

ALTER TABLE subscriber DROP COLUMN lang;

CREATE INDEX report_open ON report (id) WHERE state NOT IN ('accepted', 'declined', 'merged', 'withdrawn');
CREATE INDEX report_over ON report (id) WHERE state IN ('declined', 'withdrawn');
CREATE INDEX case_open ON case_file (id) WHERE stage <> 'closed';
CREATE INDEX case_over ON case_file (id) WHERE stage = 'closed';
