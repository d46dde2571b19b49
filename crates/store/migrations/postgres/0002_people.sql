-- Why: people sign in, follow links and keep drafts; none of it existed before there were pages.
-- Marks and kinds as in 0001.

CREATE TABLE credential (                 -- truth: what a person of the house signs in with
  person BYTEA NOT NULL PRIMARY KEY,       -- [open]
  memory_kib BIGINT NOT NULL,            -- [open] cost of Argon2id
  passes BIGINT NOT NULL,                -- [open]
  salt BYTEA NOT NULL,                     -- [open]
  verifier BYTEA NOT NULL,                 -- [blind] Argon2id of the password
  since BIGINT NOT NULL                  -- [open] changes with the password
);

CREATE TABLE token (                      -- working: links of one use
  hash BYTEA NOT NULL PRIMARY KEY,         -- [blind] SHA-256 of 128 random bits
  purpose TEXT NOT NULL,                  -- [open]
  subject BYTEA NOT NULL,                  -- [open] whom it is for
  code BYTEA NOT NULL,                     -- [blind] keyed hash of the code beside the link, or empty
  tries BIGINT NOT NULL,                 -- [open] wrong codes so far; changes
  expires_at BIGINT NOT NULL,            -- [open]
  used_at BIGINT NOT NULL,               -- [open] 0 before; changes
  sealed BYTEA NOT NULL                    -- [sealed] what it carries
);
CREATE INDEX token_by_subject ON token (purpose, subject);

CREATE TABLE session (                    -- working; not in backups
  hash BYTEA NOT NULL PRIMARY KEY,         -- [blind] SHA-256 of 256 random bits
  side TEXT NOT NULL,                     -- [open] desk, partner
  subject BYTEA NOT NULL,                  -- [open] person or participant
  strength BIGINT NOT NULL,              -- [open] 0 link, 1 second channel, 2 strong, 3 desk; changes
  began_at BIGINT NOT NULL,              -- [open]
  seen_at BIGINT NOT NULL,               -- [open] changes
  stepped_at BIGINT NOT NULL,            -- [open] when a password was last given; changes
  ends_at BIGINT NOT NULL                -- [open]
);
CREATE INDEX session_by_subject ON session (side, subject);

CREATE TABLE draft (                      -- working: half-written texts
  name TEXT NOT NULL PRIMARY KEY,         -- [open] what it is a draft of
  person BYTEA NOT NULL,                   -- [open] who saved last; changes
  at BIGINT NOT NULL,                    -- [open] when; changes
  sealed BYTEA NOT NULL                    -- [sealed] changes
);

CREATE TABLE looked (                     -- working: how far somebody has read
  person BYTEA NOT NULL,                   -- [open]
  stream BYTEA NOT NULL,                   -- [open]
  seq BIGINT NOT NULL,                   -- [open] ledger position; changes
  at BIGINT NOT NULL,                    -- [open] changes
  PRIMARY KEY (person, stream)
);

CREATE INDEX stream_by_dossier ON stream (dossier);
CREATE INDEX participant_by_party ON participant (party);

GRANT SELECT, INSERT, UPDATE, DELETE ON credential, token, session, draft, looked TO noroshi_run;
