-- Version 1 of the state database. Instants are whole Unix seconds; customers' ids are stored as the shop stores them
-- (a column without a type keeps a number a number and a text a text).

CREATE TABLE runs (
  id             INTEGER PRIMARY KEY,
  campaign       TEXT    NOT NULL,
  occurrence     TEXT    NOT NULL,
  as_of          INTEGER NOT NULL,
  seed           INTEGER NOT NULL,
  live           INTEGER NOT NULL,
  status         TEXT    NOT NULL CHECK (status IN ('running', 'finished', 'stopped')),
  plan           TEXT    NOT NULL,
  plan_hash      TEXT    NOT NULL,
  git_commit     TEXT,
  herald_version TEXT    NOT NULL,
  fingerprint    TEXT    NOT NULL,
  started_at     INTEGER NOT NULL,
  finished_at    INTEGER,
  stop_reason    TEXT,
  audience_size  INTEGER,
  next_ordinal   INTEGER NOT NULL DEFAULT 0,
  UNIQUE (campaign, occurrence)
) STRICT;

-- The files a run was made from, as they were when it first started.
CREATE TABLE run_sources (
  run     INTEGER NOT NULL REFERENCES runs (id),
  path    TEXT    NOT NULL,
  content TEXT    NOT NULL,
  PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;

-- The frozen audience, in the order in which it is worked through.
CREATE TABLE run_audience (
  run      INTEGER NOT NULL REFERENCES runs (id),
  ordinal  INTEGER NOT NULL,
  customer         NOT NULL,
  PRIMARY KEY (run, ordinal),
  UNIQUE (customer, run)
) WITHOUT ROWID;

-- Which data each chunk was made from.
CREATE TABLE run_chunks (
  run           INTEGER NOT NULL REFERENCES runs (id),
  first_ordinal INTEGER NOT NULL,
  next_ordinal  INTEGER NOT NULL,
  plan_hash     TEXT    NOT NULL,
  fingerprint   TEXT    NOT NULL,
  PRIMARY KEY (run, first_ordinal)
) STRICT, WITHOUT ROWID;

-- The one record of messages: journal and outbox. Narrow, since each row is written twice; what a message was made from lies beside it.
CREATE TABLE messages (
  id             INTEGER PRIMARY KEY,
  run            INTEGER NOT NULL REFERENCES runs (id),
  customer               NOT NULL,
  address        TEXT,                -- in its comparison form; missing once the person is erased
  status         TEXT    NOT NULL CHECK (status IN
    ('planned', 'leased', 'handed_over', 'accepted', 'deferred', 'failed', 'set_aside', 'suppressed', 'unknown')),
  due_at         INTEGER NOT NULL,
  handed_over_at INTEGER,
  variant        TEXT,
  template       TEXT    NOT NULL,
  message_id     TEXT    NOT NULL,
  recipient      TEXT,                -- the address as the shop writes it; missing once the person is erased
  subject        TEXT    NOT NULL,
  hash           BLOB,                -- BLAKE3 of the bytes handed over
  place          TEXT,                -- where the transport put them
  error          TEXT,                -- why it failed or was set aside
  UNIQUE (customer, run),
  UNIQUE (address, run)
);
CREATE INDEX messages_by_status ON messages (run, status);
-- All that `sends` shows, in the order in which segments count it.
CREATE INDEX messages_sent ON messages (customer, handed_over_at, run, variant) WHERE handed_over_at IS NOT NULL;

CREATE TABLE message_inputs (
  message INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  inputs  TEXT NOT NULL
);

-- Why a customer of the audience got no message.
CREATE TABLE exclusions (
  run      INTEGER NOT NULL REFERENCES runs (id),
  customer         NOT NULL,
  gate     TEXT    NOT NULL,
  reason   TEXT    NOT NULL,
  PRIMARY KEY (run, customer)
) WITHOUT ROWID;
CREATE INDEX exclusions_by_customer ON exclusions (customer);

-- Addresses never to be written to again; hashed, so that they outlive the erasure of the person.
CREATE TABLE suppressions (
  address_hash BLOB    NOT NULL PRIMARY KEY,
  reason       TEXT    NOT NULL,
  source       TEXT    NOT NULL,
  at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE opens (
  id INTEGER PRIMARY KEY, customer NOT NULL, at INTEGER NOT NULL, campaign TEXT, variant TEXT,
  run INTEGER REFERENCES runs (id), message INTEGER REFERENCES messages (id)
);
CREATE INDEX opens_by_customer ON opens (customer, at);
CREATE TABLE clicks (
  id INTEGER PRIMARY KEY, customer NOT NULL, at INTEGER NOT NULL, campaign TEXT, variant TEXT,
  run INTEGER REFERENCES runs (id), message INTEGER REFERENCES messages (id), url TEXT
);
CREATE INDEX clicks_by_customer ON clicks (customer, at);
CREATE TABLE conversions (
  id INTEGER PRIMARY KEY, customer NOT NULL, at INTEGER NOT NULL, campaign TEXT, variant TEXT,
  run INTEGER REFERENCES runs (id), message INTEGER REFERENCES messages (id)
);
CREATE INDEX conversions_by_customer ON conversions (customer, at);
CREATE TABLE unsubscribes (
  id INTEGER PRIMARY KEY, customer NOT NULL, at INTEGER NOT NULL, campaign TEXT, variant TEXT,
  run INTEGER REFERENCES runs (id), message INTEGER REFERENCES messages (id)
);
CREATE INDEX unsubscribes_by_customer ON unsubscribes (customer, at);
CREATE TABLE complaints (
  id INTEGER PRIMARY KEY, customer NOT NULL, at INTEGER NOT NULL, campaign TEXT, variant TEXT,
  run INTEGER REFERENCES runs (id), message INTEGER REFERENCES messages (id)
);
CREATE INDEX complaints_by_customer ON complaints (customer, at);
CREATE TABLE bounces (
  id INTEGER PRIMARY KEY, customer NOT NULL, at INTEGER NOT NULL, campaign TEXT, variant TEXT,
  run INTEGER REFERENCES runs (id), message INTEGER REFERENCES messages (id), hard INTEGER, detail TEXT
);
CREATE INDEX bounces_by_customer ON bounces (customer, at);

-- The campaign by a subquery, which SQLite leaves out where nobody asks for it.
CREATE VIEW sends (customer, at, campaign, variant, run, message) AS
SELECT m.customer, m.handed_over_at, (SELECT r.campaign FROM runs AS r WHERE r.id = m.run), m.variant, m.run, m.id
FROM messages AS m
WHERE m.handed_over_at IS NOT NULL;
