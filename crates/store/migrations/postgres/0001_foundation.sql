-- Why: the first records of the ledger fix its form, so everything that stands beside them is made at once.
-- Marks: [open] ids, states, dates, no text and no address · [sealed] ciphertext · [blind] keyed or salted hash.
-- Kinds: truth (never rebuilt), projection (rebuilt identically from the truth), working (never evidence).

CREATE TABLE meta (                       -- working
  name TEXT NOT NULL PRIMARY KEY,         -- [open] what is set
  value BYTEA NOT NULL                     -- [open] house id, schema version, instance lock, held flag
);

CREATE TABLE ledger (                     -- truth: INSERT and SELECT only
  seq BIGINT NOT NULL PRIMARY KEY,       -- [open] position, from 1, no gaps
  recorded_at BIGINT NOT NULL,           -- [open] µs UTC, never decreases
  stream BYTEA NOT NULL,                   -- [open]
  version BIGINT NOT NULL,               -- [open] position in the stream, from 1
  realm BIGINT NOT NULL CHECK (realm IN (0, 1)), -- [open] live, exercise
  key_id BYTEA NOT NULL,                   -- [open] key of the payload
  payload BYTEA NOT NULL,                  -- [sealed]
  payload_hash BYTEA NOT NULL,             -- [open] SHA-256 of the sealed payload
  previous BYTEA NOT NULL,                 -- [open] hash of the record before
  hash BYTEA NOT NULL,                     -- [open] hash of this record
  UNIQUE (stream, version)
);


CREATE TABLE body (                       -- truth
  id BYTEA NOT NULL PRIMARY KEY,           -- [open]
  dossier BYTEA NOT NULL,                  -- [open]
  compartment BIGINT NOT NULL,           -- [open]
  key_id BYTEA NOT NULL,                   -- [open]
  realm BIGINT NOT NULL CHECK (realm IN (0, 1)), -- [open]
  sealed BYTEA NOT NULL                    -- [sealed]
);

CREATE TABLE sealed_key (                 -- truth; rows go when a compartment is erased
  key_id BYTEA NOT NULL,                   -- [open]
  recipient_kind TEXT NOT NULL,           -- [open] house; later person, partner
  recipient BYTEA NOT NULL,                -- [open]
  dossier BYTEA NOT NULL,                  -- [open]
  compartment BIGINT NOT NULL,           -- [open]
  epoch BIGINT NOT NULL,                 -- [open] changes when re-wrapped
  wrapped BYTEA NOT NULL,                  -- [sealed] changes when re-wrapped
  PRIMARY KEY (key_id, recipient_kind, recipient)
);
CREATE INDEX sealed_key_by_dossier ON sealed_key (dossier, compartment);

CREATE TABLE approver (                   -- truth
  person BYTEA NOT NULL PRIMARY KEY,       -- [open]
  public_key BYTEA NOT NULL,               -- [open]
  memory_kib BIGINT NOT NULL,            -- [open]
  passes BIGINT NOT NULL,                -- [open]
  salt BYTEA NOT NULL,                     -- [open]
  sealed BYTEA NOT NULL,                   -- [sealed] private half under the password
  since BIGINT NOT NULL,                 -- [open]
  founding BIGINT NOT NULL               -- [open]
);

CREATE TABLE file (                       -- truth: published documents and signatures, byte for byte
  sha256 BYTEA NOT NULL PRIMARY KEY,       -- [open] the bytes are public
  bytes BYTEA NOT NULL                     -- [open] public
);

CREATE TABLE delivery (                   -- truth: one row per (revision, subscriber, channel)
  id BYTEA NOT NULL PRIMARY KEY,           -- [open]
  advisory BYTEA NOT NULL,                 -- [open]
  revision BIGINT NOT NULL,              -- [open]
  subscriber BYTEA NOT NULL,               -- [open]
  channel TEXT NOT NULL,                  -- [open]
  reference TEXT NOT NULL UNIQUE,         -- [blind] stands in Message-ID and envelope
  state BIGINT NOT NULL,                 -- [open] changes
  attempts BIGINT NOT NULL,              -- [open] changes
  next_at BIGINT NOT NULL,               -- [open] changes
  deadline BIGINT NOT NULL,              -- [open]
  changed_at BIGINT NOT NULL,            -- [open] changes
  detail BIGINT NOT NULL,                -- [open] SMTP code of the last answer, 0 without one; changes
  realm BIGINT NOT NULL CHECK (realm IN (0, 1)) -- [open]
);
CREATE INDEX delivery_due ON delivery (state, next_at);
CREATE INDEX delivery_by_copy ON delivery (advisory, revision);
CREATE INDEX delivery_by_subscriber ON delivery (subscriber);

CREATE TABLE stream (                     -- projection
  id BYTEA NOT NULL PRIMARY KEY,           -- [open]
  kind TEXT NOT NULL,                     -- [open]
  version BIGINT NOT NULL,               -- [open]
  dossier BYTEA NOT NULL,                  -- [open]
  realm BIGINT NOT NULL                  -- [open]
);

CREATE TABLE party (                      -- projection
  id BYTEA NOT NULL PRIMARY KEY,           -- [open]
  name_ja TEXT NOT NULL,                  -- [open] name of an organisation of the register
  name_en TEXT NOT NULL,                  -- [open]
  folded_ja TEXT NOT NULL,                -- [open]
  folded_en TEXT NOT NULL,                -- [open]
  listed BIGINT NOT NULL,                -- [open]
  standing TEXT NOT NULL                  -- [open] version of the standing agreement, or empty
);
CREATE INDEX party_by_en ON party (folded_en);
CREATE INDEX party_by_ja ON party (folded_ja);

CREATE TABLE report (                     -- projection
  id BYTEA NOT NULL PRIMARY KEY,           -- [open]
  handling TEXT NOT NULL,                 -- [open]
  kind TEXT NOT NULL,                     -- [open]
  state TEXT NOT NULL,                    -- [open]
  received_at BIGINT NOT NULL,           -- [open]
  lookup TEXT NOT NULL                    -- [blind] hash of the mailbox's look-up id, or empty
);
CREATE INDEX report_by_handling ON report (handling);

CREATE TABLE case_file (                  -- projection
  id BYTEA NOT NULL PRIMARY KEY,           -- [open]
  number TEXT NOT NULL,                   -- [open]
  stage TEXT NOT NULL,                    -- [open]
  opened_at BIGINT NOT NULL,             -- [open]
  clock_start BIGINT NOT NULL,           -- [open] 起算日, 0 before
  embargo TEXT NOT NULL,                  -- [open]
  until BIGINT NOT NULL,                 -- [open] 0 without a date
  world TEXT NOT NULL,                    -- [open] letters of the formal model
  realm BIGINT NOT NULL,                 -- [open]
  UNIQUE (id, realm)
);
CREATE INDEX case_by_number ON case_file (number);

CREATE TABLE participant (                -- projection
  id BYTEA NOT NULL PRIMARY KEY,           -- [open]
  case_id BYTEA NOT NULL,                  -- [open]
  party BYTEA NOT NULL,                    -- [open]
  part TEXT NOT NULL,                     -- [open]
  tracking TEXT NOT NULL,                 -- [open]
  cell TEXT NOT NULL,                     -- [open]
  report_state TEXT NOT NULL,             -- [open]
  consent TEXT NOT NULL,                  -- [open]
  asked_at BIGINT NOT NULL,              -- [open] 0 if never
  answered_at BIGINT NOT NULL,           -- [open] 0 if never
  realm BIGINT NOT NULL,                 -- [open] equal to the case's: the wall
  FOREIGN KEY (case_id, realm) REFERENCES case_file (id, realm) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX participant_by_case ON participant (case_id);

CREATE TABLE advisory (                   -- projection
  id BYTEA NOT NULL PRIMARY KEY,           -- [open]
  case_id BYTEA NOT NULL,                  -- [open]
  number TEXT NOT NULL,                   -- [open] empty before the first publication
  revision BIGINT NOT NULL,              -- [open] last published, 0 before
  first_at BIGINT NOT NULL,              -- [open]
  published_at BIGINT NOT NULL,          -- [open]
  plan TEXT NOT NULL,                     -- [open] hash of the plan that waits, or empty
  plan_at BIGINT NOT NULL,               -- [open] its instant, or 0
  approvals BIGINT NOT NULL,             -- [open]
  realm BIGINT NOT NULL,                 -- [open] equal to the case's: the wall
  FOREIGN KEY (case_id, realm) REFERENCES case_file (id, realm) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX advisory_by_case ON advisory (case_id);
CREATE INDEX advisory_by_number ON advisory (number);

CREATE TABLE subscriber (                 -- projection
  id BYTEA NOT NULL PRIMARY KEY,           -- [open]
  active BIGINT NOT NULL,                -- [open]
  lang TEXT NOT NULL,                     -- [open]
  scope TEXT NOT NULL,                    -- [open]
  target TEXT NOT NULL,                   -- [open] folded name of a vendor or product, or empty
  reference TEXT NOT NULL                 -- [blind]
);
CREATE INDEX subscriber_by_scope ON subscriber (active, scope, target);
CREATE INDEX subscriber_by_reference ON subscriber (reference);

CREATE TABLE number (                     -- projection: every number of every series, unique over all
  digits TEXT NOT NULL PRIMARY KEY,       -- [open]
  series TEXT NOT NULL,                   -- [open]
  stream BYTEA NOT NULL                    -- [open]
);

CREATE TABLE leaf (                       -- projection: leaves of the archive log in order
  seq BIGINT NOT NULL,                   -- [open] ledger record that carries it
  at BIGINT NOT NULL,                    -- [open] position in the record
  bytes TEXT NOT NULL,                    -- [open] public
  PRIMARY KEY (seq, at)
);

CREATE TABLE outbox (                     -- working
  name TEXT NOT NULL PRIMARY KEY,         -- [open] stable name of the intent
  kind TEXT NOT NULL,                     -- [open]
  subject BYTEA NOT NULL,                  -- [open] stream that it is about
  argument TEXT NOT NULL,                 -- [open] hash or code, no text
  run_at BIGINT NOT NULL,                -- [open]
  attempts BIGINT NOT NULL,              -- [open]
  lease_until BIGINT NOT NULL,           -- [open]
  done BIGINT NOT NULL                   -- [open]
);
CREATE INDEX outbox_due ON outbox (done, run_at);

CREATE TABLE mailbox (                    -- working
  lookup TEXT NOT NULL,                   -- [blind]
  at BIGINT NOT NULL,                    -- [open] position
  sealed BYTEA NOT NULL,                   -- [sealed] to the key that only the receipt gives
  PRIMARY KEY (lookup, at)
);

-- Guards: the engine refuses change to a record; the chain and its anchors prove it (security.md §2.11).
CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ledger: a record is never changed or removed'; END $$;
CREATE TRIGGER ledger_stays BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_refuses();
CREATE TRIGGER ledger_whole BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses();


-- The role that the running house takes on: it can add records and read them, nothing else.
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'noroshi_run') THEN
    CREATE ROLE noroshi_run NOLOGIN;
    EXECUTE format('GRANT noroshi_run TO %I', session_user);
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT SELECT, INSERT ON ledger, body, file TO noroshi_run;
GRANT SELECT, INSERT, UPDATE, DELETE ON meta, sealed_key, approver, delivery, stream, party, report, case_file, participant, advisory, subscriber, number, leaf, outbox, mailbox TO noroshi_run;
