-- Why: whoever is to approve draws a key before those who may approve have signed for it; it waits beside the one in
-- force. Marks and kinds as in 0001.

CREATE TABLE offered_key (                -- working
  person BLOB NOT NULL PRIMARY KEY,       -- [open]
  public_key BLOB NOT NULL,               -- [open]
  memory_kib INTEGER NOT NULL,            -- [open]
  passes INTEGER NOT NULL,                -- [open]
  salt BLOB NOT NULL,                     -- [open]
  sealed BLOB NOT NULL                    -- [sealed] private half under its own password
) STRICT, WITHOUT ROWID;
