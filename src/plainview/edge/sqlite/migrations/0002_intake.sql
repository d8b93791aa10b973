-- What an upload was sent with and where it stands in line.

ALTER TABLE uploads ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE uploads ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
CREATE INDEX uploads_expiry ON uploads (stage, expires_ms);
CREATE INDEX renditions_object ON renditions (object);
CREATE INDEX videos_poster ON videos (poster);

-- Attempts count claims; failures those that ended with an error rather than with a dead process.
ALTER TABLE jobs ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
