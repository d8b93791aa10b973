-- Experiments: what was declared, what divides viewers, how it ended. The public log states both ends.

CREATE TABLE experiments (
  name        TEXT PRIMARY KEY,
  plan        TEXT NOT NULL,                  -- digest of the declaration, an object
  arms        TEXT NOT NULL,                  -- JSON list of names of policies; the first is the measure
  shares      TEXT NOT NULL,                  -- JSON list of thousandths
  from_ms     INTEGER NOT NULL,
  to_ms       INTEGER NOT NULL,
  salt        BLOB NOT NULL,                  -- 32 bytes, committed to in the entry, revealed at the end
  entry       INTEGER NOT NULL,
  stop_ms     INTEGER,                        -- stopped early, from then on
  reason_code TEXT NOT NULL DEFAULT 'over',
  end_entry   INTEGER
) STRICT, WITHOUT ROWID;

-- What each receipt says of itself, so that an arm's viewers are found without reading all receipts.
ALTER TABLE receipts ADD COLUMN arm TEXT NOT NULL DEFAULT '';
CREATE INDEX receipts_arm ON receipts (arm, viewer, number) WHERE arm <> '';
