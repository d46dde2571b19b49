-- Why: people sign in, follow links and keep drafts; none of it existed before there were pages.
-- Marks and kinds as in 0001.

CREATE TABLE credential (                 -- truth: what a person of the house signs in with
  person BLOB NOT NULL PRIMARY KEY,       -- [open]
  memory_kib INTEGER NOT NULL,            -- [open] cost of Argon2id
  passes INTEGER NOT NULL,                -- [open]
  salt BLOB NOT NULL,                     -- [open]
  verifier BLOB NOT NULL,                 -- [blind] Argon2id of the password
  since INTEGER NOT NULL                  -- [open] changes with the password
) STRICT, WITHOUT ROWID;

CREATE TABLE token (                      -- working: links of one use
  hash BLOB NOT NULL PRIMARY KEY,         -- [blind] SHA-256 of 128 random bits
  purpose TEXT NOT NULL,                  -- [open]
  subject BLOB NOT NULL,                  -- [open] whom it is for
  code BLOB NOT NULL,                     -- [blind] keyed hash of the code beside the link, or empty
  tries INTEGER NOT NULL,                 -- [open] wrong codes so far; changes
  expires_at INTEGER NOT NULL,            -- [open]
  used_at INTEGER NOT NULL,               -- [open] 0 before; changes
  sealed BLOB NOT NULL                    -- [sealed] what it carries
) STRICT, WITHOUT ROWID;
CREATE INDEX token_by_subject ON token (purpose, subject);

CREATE TABLE session (                    -- working; not in backups
  hash BLOB NOT NULL PRIMARY KEY,         -- [blind] SHA-256 of 256 random bits
  side TEXT NOT NULL,                     -- [open] desk, partner
  subject BLOB NOT NULL,                  -- [open] person or participant
  strength INTEGER NOT NULL,              -- [open] 0 link, 1 second channel, 2 strong, 3 desk; changes
  began_at INTEGER NOT NULL,              -- [open]
  seen_at INTEGER NOT NULL,               -- [open] changes
  stepped_at INTEGER NOT NULL,            -- [open] when a password was last given; changes
  ends_at INTEGER NOT NULL                -- [open]
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_subject ON session (side, subject);

CREATE TABLE draft (                      -- working: half-written texts
  name TEXT NOT NULL PRIMARY KEY,         -- [open] what it is a draft of
  person BLOB NOT NULL,                   -- [open] who saved last; changes
  at INTEGER NOT NULL,                    -- [open] when; changes
  sealed BLOB NOT NULL                    -- [sealed] changes
) STRICT, WITHOUT ROWID;

CREATE TABLE looked (                     -- working: how far somebody has read
  person BLOB NOT NULL,                   -- [open]
  stream BLOB NOT NULL,                   -- [open]
  seq INTEGER NOT NULL,                   -- [open] ledger position; changes
  at INTEGER NOT NULL,                    -- [open] changes
  PRIMARY KEY (person, stream)
) STRICT, WITHOUT ROWID;

CREATE INDEX stream_by_dossier ON stream (dossier);
CREATE INDEX participant_by_party ON participant (party);
