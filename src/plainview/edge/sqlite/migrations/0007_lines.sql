-- Recipes side by side: each recipe that an arm of an experiment names learns a line of weights of
-- its own, from the same windows as the main line. A line is called EXPERIMENT/RECIPE.

ALTER TABLE experiments ADD COLUMN recipes TEXT NOT NULL DEFAULT '[]';  -- JSON list beside `arms`: digests, zeros for none

CREATE TABLE lines (
  line        TEXT PRIMARY KEY,
  experiment  TEXT NOT NULL REFERENCES experiments (name),
  recipe      TEXT NOT NULL,                  -- digest
  begun       INTEGER NOT NULL                -- how many main ticks there were when it began
) STRICT, WITHOUT ROWID;
CREATE INDEX lines_experiment ON lines (experiment);

CREATE TABLE line_weights (
  n           INTEGER PRIMARY KEY,
  line        TEXT NOT NULL REFERENCES lines (line),
  digest      TEXT NOT NULL,
  lineage     TEXT NOT NULL,                  -- zeros: the main weights, with which the line begins
  ticks       INTEGER NOT NULL,               -- the tick that made it, or `begun`
  published_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX line_weights_line ON line_weights (line, n);

-- A line's tick has the number of the main tick whose window it learns.
CREATE TABLE line_ticks (
  line        TEXT NOT NULL REFERENCES lines (line),
  number      INTEGER NOT NULL,
  tick        TEXT NOT NULL,                  -- JSON of ports.learning.TickRecord
  at_ms       INTEGER NOT NULL,
  PRIMARY KEY (line, number)
) STRICT, WITHOUT ROWID;
