-- Why: the first records of the ledger fix its form, so everything that stands beside them is made at once.
-- Marks: [open] ids, states, dates, no text and no address · [sealed] ciphertext · [blind] keyed or salted hash.
-- Kinds: truth (never rebuilt), projection (rebuilt identically from the truth), working (never evidence).

CREATE TABLE meta (                       -- working
  name TEXT NOT NULL PRIMARY KEY,         -- [open] what is set
  value BLOB NOT NULL                     -- [open] house id, schema version, instance lock, held flag
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (                     -- truth: INSERT and SELECT only
  seq INTEGER NOT NULL PRIMARY KEY,       -- [open] position, from 1, no gaps
  recorded_at INTEGER NOT NULL,           -- [open] µs UTC, never decreases
  stream BLOB NOT NULL,                   -- [open]
  version INTEGER NOT NULL,               -- [open] position in the stream, from 1
  realm INTEGER NOT NULL CHECK (realm IN (0, 1)), -- [open] live, exercise
  key_id BLOB NOT NULL,                   -- [open] key of the payload
  payload BLOB NOT NULL,                  -- [sealed]
  payload_hash BLOB NOT NULL,             -- [open] SHA-256 of the sealed payload
  previous BLOB NOT NULL,                 -- [open] hash of the record before
  hash BLOB NOT NULL,                     -- [open] hash of this record
  UNIQUE (stream, version)
) STRICT;

CREATE TRIGGER ledger_grows BEFORE INSERT ON ledger
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
  OR EXISTS (SELECT 1 FROM ledger WHERE stream = NEW.stream AND version = NEW.version)
BEGIN SELECT raise(ABORT, 'ledger: only the next record may be added'); END;
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger
BEGIN SELECT raise(ABORT, 'ledger: a record is never changed'); END;
CREATE TRIGGER ledger_keeps BEFORE DELETE ON ledger
BEGIN SELECT raise(ABORT, 'ledger: a record is never removed'); END;

CREATE TABLE body (                       -- truth
  id BLOB NOT NULL PRIMARY KEY,           -- [open]
  dossier BLOB NOT NULL,                  -- [open]
  compartment INTEGER NOT NULL,           -- [open]
  key_id BLOB NOT NULL,                   -- [open]
  realm INTEGER NOT NULL CHECK (realm IN (0, 1)), -- [open]
  sealed BLOB NOT NULL                    -- [sealed]
) STRICT, WITHOUT ROWID;

CREATE TABLE sealed_key (                 -- truth; rows go when a compartment is erased
  key_id BLOB NOT NULL,                   -- [open]
  recipient_kind TEXT NOT NULL,           -- [open] house; later person, partner
  recipient BLOB NOT NULL,                -- [open]
  dossier BLOB NOT NULL,                  -- [open]
  compartment INTEGER NOT NULL,           -- [open]
  epoch INTEGER NOT NULL,                 -- [open] changes when re-wrapped
  wrapped BLOB NOT NULL,                  -- [sealed] changes when re-wrapped
  PRIMARY KEY (key_id, recipient_kind, recipient)
) STRICT, WITHOUT ROWID;
CREATE INDEX sealed_key_by_dossier ON sealed_key (dossier, compartment);

CREATE TABLE approver (                   -- truth
  person BLOB NOT NULL PRIMARY KEY,       -- [open]
  public_key BLOB NOT NULL,               -- [open]
  memory_kib INTEGER NOT NULL,            -- [open]
  passes INTEGER NOT NULL,                -- [open]
  salt BLOB NOT NULL,                     -- [open]
  sealed BLOB NOT NULL,                   -- [sealed] private half under the password
  since INTEGER NOT NULL,                 -- [open]
  founding INTEGER NOT NULL               -- [open]
) STRICT, WITHOUT ROWID;

CREATE TABLE file (                       -- truth: published documents and signatures, byte for byte
  sha256 BLOB NOT NULL PRIMARY KEY,       -- [open] the bytes are public
  bytes BLOB NOT NULL                     -- [open] public
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (                   -- truth: one row per (revision, subscriber, channel)
  id BLOB NOT NULL PRIMARY KEY,           -- [open]
  advisory BLOB NOT NULL,                 -- [open]
  revision INTEGER NOT NULL,              -- [open]
  subscriber BLOB NOT NULL,               -- [open]
  channel TEXT NOT NULL,                  -- [open]
  reference TEXT NOT NULL UNIQUE,         -- [blind] stands in Message-ID and envelope
  state INTEGER NOT NULL,                 -- [open] changes
  attempts INTEGER NOT NULL,              -- [open] changes
  next_at INTEGER NOT NULL,               -- [open] changes
  deadline INTEGER NOT NULL,              -- [open]
  changed_at INTEGER NOT NULL,            -- [open] changes
  detail INTEGER NOT NULL,                -- [open] SMTP code of the last answer, 0 without one; changes
  realm INTEGER NOT NULL CHECK (realm IN (0, 1)) -- [open]
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (state, next_at);
CREATE INDEX delivery_by_copy ON delivery (advisory, revision);
CREATE INDEX delivery_by_subscriber ON delivery (subscriber);

CREATE TABLE stream (                     -- projection
  id BLOB NOT NULL PRIMARY KEY,           -- [open]
  kind TEXT NOT NULL,                     -- [open]
  version INTEGER NOT NULL,               -- [open]
  dossier BLOB NOT NULL,                  -- [open]
  realm INTEGER NOT NULL                  -- [open]
) STRICT, WITHOUT ROWID;

CREATE TABLE party (                      -- projection
  id BLOB NOT NULL PRIMARY KEY,           -- [open]
  name_ja TEXT NOT NULL,                  -- [open] name of an organisation of the register
  name_en TEXT NOT NULL,                  -- [open]
  folded_ja TEXT NOT NULL,                -- [open]
  folded_en TEXT NOT NULL,                -- [open]
  listed INTEGER NOT NULL,                -- [open]
  standing TEXT NOT NULL                  -- [open] version of the standing agreement, or empty
) STRICT, WITHOUT ROWID;
CREATE INDEX party_by_en ON party (folded_en);
CREATE INDEX party_by_ja ON party (folded_ja);

CREATE TABLE report (                     -- projection
  id BLOB NOT NULL PRIMARY KEY,           -- [open]
  handling TEXT NOT NULL,                 -- [open]
  kind TEXT NOT NULL,                     -- [open]
  state TEXT NOT NULL,                    -- [open]
  received_at INTEGER NOT NULL,           -- [open]
  lookup TEXT NOT NULL                    -- [blind] hash of the mailbox's look-up id, or empty
) STRICT, WITHOUT ROWID;
CREATE INDEX report_by_handling ON report (handling);

CREATE TABLE case_file (                  -- projection
  id BLOB NOT NULL PRIMARY KEY,           -- [open]
  number TEXT NOT NULL,                   -- [open]
  stage TEXT NOT NULL,                    -- [open]
  opened_at INTEGER NOT NULL,             -- [open]
  clock_start INTEGER NOT NULL,           -- [open] 起算日, 0 before
  embargo TEXT NOT NULL,                  -- [open]
  until INTEGER NOT NULL,                 -- [open] 0 without a date
  world TEXT NOT NULL,                    -- [open] letters of the formal model
  realm INTEGER NOT NULL,                 -- [open]
  UNIQUE (id, realm)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_by_number ON case_file (number);

CREATE TABLE participant (                -- projection
  id BLOB NOT NULL PRIMARY KEY,           -- [open]
  case_id BLOB NOT NULL,                  -- [open]
  party BLOB NOT NULL,                    -- [open]
  part TEXT NOT NULL,                     -- [open]
  tracking TEXT NOT NULL,                 -- [open]
  cell TEXT NOT NULL,                     -- [open]
  report_state TEXT NOT NULL,             -- [open]
  consent TEXT NOT NULL,                  -- [open]
  asked_at INTEGER NOT NULL,              -- [open] 0 if never
  answered_at INTEGER NOT NULL,           -- [open] 0 if never
  realm INTEGER NOT NULL,                 -- [open] equal to the case's: the wall
  FOREIGN KEY (case_id, realm) REFERENCES case_file (id, realm) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX participant_by_case ON participant (case_id);

CREATE TABLE advisory (                   -- projection
  id BLOB NOT NULL PRIMARY KEY,           -- [open]
  case_id BLOB NOT NULL,                  -- [open]
  number TEXT NOT NULL,                   -- [open] empty before the first publication
  revision INTEGER NOT NULL,              -- [open] last published, 0 before
  first_at INTEGER NOT NULL,              -- [open]
  published_at INTEGER NOT NULL,          -- [open]
  plan TEXT NOT NULL,                     -- [open] hash of the plan that waits, or empty
  plan_at INTEGER NOT NULL,               -- [open] its instant, or 0
  approvals INTEGER NOT NULL,             -- [open]
  realm INTEGER NOT NULL,                 -- [open] equal to the case's: the wall
  FOREIGN KEY (case_id, realm) REFERENCES case_file (id, realm) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX advisory_by_case ON advisory (case_id);
CREATE INDEX advisory_by_number ON advisory (number);

CREATE TABLE subscriber (                 -- projection
  id BLOB NOT NULL PRIMARY KEY,           -- [open]
  active INTEGER NOT NULL,                -- [open]
  lang TEXT NOT NULL,                     -- [open]
  scope TEXT NOT NULL,                    -- [open]
  target TEXT NOT NULL,                   -- [open] folded name of a vendor or product, or empty
  reference TEXT NOT NULL                 -- [blind]
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriber_by_scope ON subscriber (active, scope, target);
CREATE INDEX subscriber_by_reference ON subscriber (reference);

CREATE TABLE number (                     -- projection: every number of every series, unique over all
  digits TEXT NOT NULL PRIMARY KEY,       -- [open]
  series TEXT NOT NULL,                   -- [open]
  stream BLOB NOT NULL                    -- [open]
) STRICT, WITHOUT ROWID;

CREATE TABLE leaf (                       -- projection: leaves of the archive log in order
  seq INTEGER NOT NULL,                   -- [open] ledger record that carries it
  at INTEGER NOT NULL,                    -- [open] position in the record
  bytes TEXT NOT NULL,                    -- [open] public
  PRIMARY KEY (seq, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (                     -- working
  name TEXT NOT NULL PRIMARY KEY,         -- [open] stable name of the intent
  kind TEXT NOT NULL,                     -- [open]
  subject BLOB NOT NULL,                  -- [open] stream that it is about
  argument TEXT NOT NULL,                 -- [open] hash or code, no text
  run_at INTEGER NOT NULL,                -- [open]
  attempts INTEGER NOT NULL,              -- [open]
  lease_until INTEGER NOT NULL,           -- [open]
  done INTEGER NOT NULL                   -- [open]
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (done, run_at);

CREATE TABLE mailbox (                    -- working
  lookup TEXT NOT NULL,                   -- [blind]
  at INTEGER NOT NULL,                    -- [open] position
  sealed BLOB NOT NULL,                   -- [sealed] to the key that only the receipt gives
  PRIMARY KEY (lookup, at)
) STRICT, WITHOUT ROWID;
