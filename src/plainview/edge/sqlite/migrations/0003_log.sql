-- The public log: entries written in the transaction of the fact they state, and what was published of them.
-- `entry` is always the index of an entry, from 0; NULL: that fact is older than the log.

CREATE TABLE log_entries (
  n           INTEGER PRIMARY KEY,            -- index in the log, from 0 without gaps; never changed
  type        TEXT NOT NULL,
  body        BLOB NOT NULL,                  -- canonical JSON, the leaf's bytes
  at_ms       INTEGER NOT NULL
) STRICT;
CREATE INDEX log_entries_type ON log_entries (type, n);

-- A head is here before its signature leaves the process; one size never has two roots.
CREATE TABLE log_heads (
  size        INTEGER PRIMARY KEY,
  root        TEXT NOT NULL,
  at_ms       INTEGER NOT NULL
) STRICT;

-- The last cosignature of each witness, to be handed out with the head it is for.
CREATE TABLE cosignatures (
  witness     TEXT PRIMARY KEY,               -- its name in the policy
  size        INTEGER NOT NULL REFERENCES log_heads (size),
  line        TEXT NOT NULL,                  -- the signature's line in the note
  at_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE trust (
  version     INTEGER PRIMARY KEY,
  document    TEXT NOT NULL,                  -- trust-v1, canonical JSON
  signatures  TEXT NOT NULL,                  -- JSON list of [key, signature]
  entry       INTEGER NOT NULL
) STRICT;

CREATE TABLE sources (
  digest      TEXT PRIMARY KEY,               -- of the listing, which is an object, as each file is
  entry       INTEGER NOT NULL                -- the last that states it
) STRICT, WITHOUT ROWID;

-- Roots over salted commitments, in the order of events.seq, without gaps or overlaps.
CREATE TABLE intervals (
  number      INTEGER PRIMARY KEY,            -- from 1
  after_seq   INTEGER NOT NULL,
  upto_seq    INTEGER NOT NULL UNIQUE,
  receipts    INTEGER NOT NULL,               -- how many of the leaves are receipts; they come first
  leaves      BLOB NOT NULL,                  -- the commitments, 32 bytes each: receipts, then events
  entry       INTEGER NOT NULL
) STRICT;

-- The secret that a viewer's salts are derived from. Without its row the viewer's commitments say nothing.
CREATE TABLE viewer_salts (
  viewer      INTEGER PRIMARY KEY REFERENCES viewers (no),
  secret      BLOB NOT NULL                   -- 32 random bytes
) STRICT;
INSERT INTO viewer_salts SELECT no, fresh_secret() FROM viewers;

-- From the moment an upload is whole until it is in a frozen row or refused.
CREATE TABLE promises (
  upload      TEXT PRIMARY KEY REFERENCES uploads (id),
  commitment  TEXT NOT NULL,
  deadline_ms INTEGER NOT NULL,
  entry       INTEGER NOT NULL,
  changed     INTEGER,                        -- the catalogue change that published it
  ended       INTEGER                         -- entry that kept or refused it
) STRICT, WITHOUT ROWID;
CREATE INDEX promises_open ON promises (changed) WHERE ended IS NULL;

ALTER TABLE epochs ADD COLUMN entry INTEGER;
ALTER TABLE hour_keys ADD COLUMN entry INTEGER;
ALTER TABLE hour_keys ADD COLUMN revealed INTEGER;  -- entry with the key itself
ALTER TABLE decisions ADD COLUMN salt BLOB;         -- of the commitment to its public reason
ALTER TABLE weights ADD COLUMN recipe TEXT NOT NULL DEFAULT 'starting-1';
ALTER TABLE weights ADD COLUMN origin TEXT NOT NULL DEFAULT 'starting';
ALTER TABLE weights ADD COLUMN lineage TEXT NOT NULL DEFAULT '0000000000000000000000000000000000000000000000000000000000000000';
