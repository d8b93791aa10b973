-- Learning: what receipts taught, the ticks made of it, and what was published when.
-- `seq` of a receipt is that of its `served` event: its place in the order of counting.

CREATE TABLE lessons (
  seq         INTEGER PRIMARY KEY,
  viewer      INTEGER NOT NULL REFERENCES viewers (no),
  count       INTEGER NOT NULL,               -- examples, at least 1
  at_ms       INTEGER NOT NULL,               -- the receipt's now_ms
  records     BLOB NOT NULL                   -- the examples, packed as learn-v1 says
) STRICT;
CREATE INDEX lessons_viewer ON lessons (viewer);
CREATE INDEX lessons_counts ON lessons (seq, viewer, count);  -- what waits is counted without reading records

-- Receipts that nothing was learned from, because what they say could not be made again.
CREATE TABLE lesson_faults (
  seq         INTEGER PRIMARY KEY,
  receipt     TEXT NOT NULL,
  reason      TEXT NOT NULL,
  at_ms       INTEGER NOT NULL
) STRICT;

-- Each tick with all that it was made from; zeros for files of one that could not be made.
CREATE TABLE ticks (
  number      INTEGER PRIMARY KEY,
  tick        TEXT NOT NULL,                  -- JSON of ports.learning.TickRecord
  upto_seq    INTEGER NOT NULL,               -- where its window ends: the cursor after it
  examples    INTEGER NOT NULL,               -- that it was offered
  at_ms       INTEGER NOT NULL
) STRICT;

CREATE INDEX ticks_end ON ticks (upto_seq);

ALTER TABLE weights ADD COLUMN ticks INTEGER NOT NULL DEFAULT 0;  -- how many there were when it was published

-- Receipts that were served, by place, without walking over viewers' own events.
CREATE INDEX events_of_service ON events (seq) WHERE key IS NULL;

INSERT INTO facts VALUES ('lessons_upto', '0'), ('lessons_receipts', '0'), ('lessons_passed_over', '0'),
  ('lessons_pruned', '0'), ('lessons_bytes', '0');
