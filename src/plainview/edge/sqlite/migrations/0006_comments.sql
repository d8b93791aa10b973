-- What is said under videos. The event of a comment stands in its writer's chain; the text only here, so
-- that it can be erased: a deleted comment keeps its row (its id is never another's, and it counts toward
-- the pace of its writer) and nothing that was said.

CREATE TABLE comments (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  video       INTEGER NOT NULL REFERENCES videos (id),
  viewer      INTEGER NOT NULL REFERENCES viewers (no),
  creator     INTEGER REFERENCES creators (id), -- the page under which it was said; who makes one later
                                              -- said what they said before without it
  alias       TEXT NOT NULL,                  -- without one: four hex digits of a salt of both
  text        TEXT NOT NULL,
  hidden_by   TEXT NOT NULL DEFAULT '',       -- creator, operator; empty: nobody
  is_deleted  INTEGER NOT NULL DEFAULT 0,
  at_ms       INTEGER NOT NULL
) STRICT;
CREATE INDEX comments_video ON comments (video, id) WHERE NOT is_deleted;
CREATE INDEX comments_viewer ON comments (viewer, id);

-- What was decided about a comment, in order. The operator's are in the public log. Never changed.
CREATE TABLE comment_decisions (
  n           INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,           -- chosen by who asks, so that asking twice decides once
  comment     INTEGER NOT NULL REFERENCES comments (id),
  action      TEXT NOT NULL,                  -- hide, restore
  author      TEXT NOT NULL,                  -- creator, operator
  reason_code TEXT NOT NULL,
  public_reason TEXT NOT NULL,
  entry       INTEGER,                        -- of the log; the creator's have none
  salt        BLOB,                           -- of the commitment; erased with what was said
  at_ms       INTEGER NOT NULL
) STRICT;
CREATE INDEX comment_decisions_comment ON comment_decisions (comment, n);

CREATE TABLE comment_reports (
  comment     INTEGER NOT NULL REFERENCES comments (id),
  viewer      INTEGER NOT NULL REFERENCES viewers (no),
  reason      TEXT NOT NULL,
  at_ms       INTEGER NOT NULL,
  PRIMARY KEY (comment, viewer)
) STRICT, WITHOUT ROWID;
CREATE INDEX comment_reports_viewer ON comment_reports (viewer, at_ms);

ALTER TABLE videos ADD COLUMN comments INTEGER NOT NULL DEFAULT 0;        -- that everybody sees
ALTER TABLE videos ADD COLUMN takes_comments INTEGER NOT NULL DEFAULT 1;
