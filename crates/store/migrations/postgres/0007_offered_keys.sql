-- Why: whoever is to approve draws a key before those who may approve have signed for it; it waits beside the one in
-- force. Marks and kinds as in 0001.

CREATE TABLE offered_key (                -- working
  person BYTEA NOT NULL PRIMARY KEY,      -- [open]
  public_key BYTEA NOT NULL,              -- [open]
  memory_kib BIGINT NOT NULL,             -- [open]
  passes BIGINT NOT NULL,                 -- [open]
  salt BYTEA NOT NULL,                    -- [open]
  sealed BYTEA NOT NULL                   -- [sealed] private half under its own password
);
GRANT SELECT, INSERT, UPDATE, DELETE ON offered_key TO noroshi_run;
