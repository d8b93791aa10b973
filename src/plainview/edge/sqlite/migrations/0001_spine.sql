-- The spine: viewers and what they did, what they were served, the catalogue and what becomes of it.
-- Times are integer milliseconds UTC. Digests are 64 lower-case hex digits unless a column says blob.
-- Only the writer process changes these tables; all others read.

-- ------------------------------------------------------------------------------------- viewers

CREATE TABLE viewers (
  no          INTEGER PRIMARY KEY,           -- short name inside this database only
  id          TEXT NOT NULL UNIQUE,          -- 32 hex digits, as in events and receipts
  created_ms  INTEGER NOT NULL,
  n           INTEGER NOT NULL DEFAULT 0,    -- events in the chain
  head        BLOB NOT NULL,                 -- 32 bytes, the chain's head after event n
  number      INTEGER NOT NULL DEFAULT 0,    -- request number of the last slate
  receipt     TEXT NOT NULL                  -- its receipt's id, 64 zeros before the first
) STRICT;

-- The cookie holds a secret; only its SHA-256 is kept, and it never appears in a receipt.
CREATE TABLE sessions (
  token_hash  TEXT PRIMARY KEY,
  viewer      INTEGER NOT NULL REFERENCES viewers (no),
  is_operator INTEGER NOT NULL DEFAULT 0,
  created_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE operator_links (
  key_hash    TEXT PRIMARY KEY,
  made_ms     INTEGER NOT NULL,
  used_by     TEXT                            -- token_hash of the session that used it
) STRICT, WITHOUT ROWID;

-- `seq` is the order of counting: the freezer counts events after its cursor.
CREATE TABLE events (
  seq         INTEGER PRIMARY KEY,
  viewer      INTEGER NOT NULL REFERENCES viewers (no),
  n           INTEGER NOT NULL,
  key         TEXT,                           -- the client's id of it; NULL for the server's own
  body        BLOB NOT NULL                   -- canonical JSON, what is hashed into the chain
) STRICT;
CREATE UNIQUE INDEX events_chain ON events (viewer, n);
CREATE UNIQUE INDEX events_key ON events (viewer, key) WHERE key IS NOT NULL;

CREATE TABLE receipts (
  viewer      INTEGER NOT NULL REFERENCES viewers (no),
  number      INTEGER NOT NULL,
  id          TEXT NOT NULL UNIQUE,           -- SHA-256 of body
  nonce       TEXT NOT NULL,
  body        BLOB NOT NULL,
  signature   BLOB NOT NULL,
  served_n    INTEGER NOT NULL,               -- the `served` event written in the same transaction
  issued_ms   INTEGER NOT NULL,
  PRIMARY KEY (viewer, number)
) STRICT, WITHOUT ROWID;

-- ----------------------------------------------------------------------------------- catalogue

CREATE TABLE creators (
  id          INTEGER PRIMARY KEY,
  handle      TEXT NOT NULL UNIQUE COLLATE NOCASE,
  name        TEXT NOT NULL,
  bio         TEXT NOT NULL DEFAULT '',
  avatar      TEXT,                           -- object digest of a PNG
  viewer      INTEGER UNIQUE REFERENCES viewers (no),
  created_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE videos (
  id          INTEGER PRIMARY KEY,
  creator     INTEGER NOT NULL REFERENCES creators (id),
  upload      TEXT UNIQUE,
  caption     TEXT NOT NULL DEFAULT '',
  tags        TEXT NOT NULL DEFAULT '[]',     -- JSON list of strings
  topics      TEXT NOT NULL DEFAULT '[]',     -- JSON list of [topic, labeller], at most 4
  language    TEXT NOT NULL DEFAULT '',       -- two letters, '' = undetermined
  length_ms   INTEGER NOT NULL,
  width       INTEGER NOT NULL,
  height      INTEGER NOT NULL,
  has_sound   INTEGER NOT NULL,
  loudness    INTEGER NOT NULL DEFAULT 0,     -- measured, in hundredths of LUFS
  looks       BLOB NOT NULL,                  -- 8 bytes, difference hash of the poster
  thumbhash   BLOB NOT NULL,
  poster      TEXT NOT NULL,                  -- object digest
  published_ms INTEGER NOT NULL,
  changed     INTEGER NOT NULL                -- catalogue_changes.n of the last change, for the freezer
) STRICT;
CREATE INDEX videos_creator ON videos (creator, published_ms);
CREATE INDEX videos_changed ON videos (changed);

CREATE TABLE renditions (
  video       INTEGER NOT NULL REFERENCES videos (id),
  short_edge  INTEGER NOT NULL,
  width       INTEGER NOT NULL,
  height      INTEGER NOT NULL,
  size_bytes  INTEGER NOT NULL,
  object      TEXT NOT NULL,
  made_ms     INTEGER NOT NULL,
  PRIMARY KEY (video, short_edge)
) STRICT, WITHOUT ROWID;

-- What was decided about a video, in order; flags in an epoch are the fold of these. Never changed.
CREATE TABLE decisions (
  n           INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,           -- chosen by who asks, so that asking twice decides once
  video       INTEGER NOT NULL REFERENCES videos (id),
  action      TEXT NOT NULL,                  -- core.catalogue.facts.ACTIONS
  author      TEXT NOT NULL,                  -- creator, operator, machine
  reason_code TEXT NOT NULL DEFAULT '',
  public_reason TEXT NOT NULL DEFAULT '',
  at_ms       INTEGER NOT NULL
) STRICT;
CREATE INDEX decisions_video ON decisions (video, n);

-- Uncapped counts behind the epoch's log-bucketed counters; the freezer alone adds to them.
CREATE TABLE counts (
  video       INTEGER PRIMARY KEY REFERENCES videos (id),
  shown       INTEGER NOT NULL DEFAULT 0,
  finished    INTEGER NOT NULL DEFAULT 0,
  long        INTEGER NOT NULL DEFAULT 0,
  skipped     INTEGER NOT NULL DEFAULT 0,
  liked       INTEGER NOT NULL DEFAULT 0,
  saved       INTEGER NOT NULL DEFAULT 0,
  shared      INTEGER NOT NULL DEFAULT 0,
  followed    INTEGER NOT NULL DEFAULT 0,
  rejected    INTEGER NOT NULL DEFAULT 0,
  reported    INTEGER NOT NULL DEFAULT 0,
  looped      INTEGER NOT NULL DEFAULT 0,
  watch_s     INTEGER NOT NULL DEFAULT 0
) STRICT;

-- -------------------------------------------------------------------------------------- intake

CREATE TABLE uploads (
  id          TEXT PRIMARY KEY,               -- 32 hex digits
  viewer      INTEGER NOT NULL REFERENCES viewers (no),
  creator     INTEGER NOT NULL REFERENCES creators (id),
  filename    TEXT NOT NULL,
  caption     TEXT NOT NULL,
  tags        TEXT NOT NULL,
  topics      TEXT NOT NULL,
  size_bytes  INTEGER NOT NULL,
  received_bytes INTEGER NOT NULL DEFAULT 0,  -- fsynced bytes of the part file
  stage       TEXT NOT NULL,                  -- receiving, queued, probing, encoding, published, refused
  progress_per_mille INTEGER NOT NULL DEFAULT 0,
  digest      TEXT,                           -- of the whole file, once received
  receipt     BLOB,                           -- signed upload receipt, canonical JSON
  signature   BLOB,
  refusal     TEXT,                           -- JSON {code, message, what_to_do}
  created_ms  INTEGER NOT NULL,
  expires_ms  INTEGER NOT NULL,
  finished_ms INTEGER
) STRICT;
CREATE INDEX uploads_viewer ON uploads (viewer, created_ms);

-- Leased work. A row is `waiting`, or `leased` until lease_ms, or `done`, or `failed`.
CREATE TABLE jobs (
  id          INTEGER PRIMARY KEY,
  kind        TEXT NOT NULL,
  subject     TEXT NOT NULL,                  -- what it works on, such as an upload's id
  payload     BLOB NOT NULL DEFAULT x'',
  priority    INTEGER NOT NULL DEFAULT 0,     -- larger first
  stage       TEXT NOT NULL DEFAULT 'waiting',
  attempts    INTEGER NOT NULL DEFAULT 0,
  owner       TEXT,
  lease_ms    INTEGER NOT NULL DEFAULT 0,
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  last_error  TEXT NOT NULL DEFAULT '',
  created_ms  INTEGER NOT NULL,
  finished_ms INTEGER,
  UNIQUE (kind, subject)
) STRICT;
CREATE INDEX jobs_open ON jobs (stage, priority DESC, id) WHERE stage IN ('waiting', 'leased');

-- ------------------------------------------------------------------------------------- serving

CREATE TABLE objects (
  digest      TEXT PRIMARY KEY,
  kind        TEXT NOT NULL,                  -- weights, policy, rendition, poster, avatar
  size_bytes  INTEGER NOT NULL,
  made_ms     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE policies (
  place       INTEGER PRIMARY KEY,            -- order in which the switch shows them
  name        TEXT NOT NULL UNIQUE,
  digest      TEXT NOT NULL                   -- of the TOML's bytes, an object
) STRICT;

CREATE TABLE weights (
  n           INTEGER PRIMARY KEY,
  digest      TEXT NOT NULL,
  published_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE epochs (
  number      INTEGER PRIMARY KEY,
  root        TEXT NOT NULL,
  header      BLOB NOT NULL,                  -- canonical JSON, the first leaf
  file        TEXT NOT NULL,                  -- under epochs/
  starts_from INTEGER NOT NULL,               -- number of the epoch the file is a delta to; own number: whole
  rows        INTEGER NOT NULL,
  seq         INTEGER NOT NULL,               -- events up to this seq are counted
  changed     INTEGER NOT NULL,               -- catalogue changes up to this one are in it
  frozen_ms   INTEGER NOT NULL,
  served_ms   INTEGER NOT NULL                -- when it became the newest
) STRICT;

CREATE TABLE hour_keys (
  hour        INTEGER PRIMARY KEY,            -- hours since 1970 UTC
  key         BLOB NOT NULL,                  -- 32 bytes
  commitment  TEXT NOT NULL,                  -- SHA-256 of key
  committed_ms INTEGER NOT NULL
) STRICT;

-- Counters and settings that must survive: edition, catalogue_changes, removals.
CREATE TABLE facts (
  name        TEXT PRIMARY KEY,
  value       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO facts VALUES ('catalogue_changes', '0'), ('urgent_changes', '0');

-- The levers of "Be the villain"; none is ever pulled outside the demo.
CREATE TABLE levers (
  name        TEXT PRIMARY KEY,
  is_pulled   INTEGER NOT NULL,
  pulled_by   TEXT NOT NULL,                  -- viewer id
  detail      TEXT NOT NULL DEFAULT '{}',
  at_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
