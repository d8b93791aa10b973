-- A report that the operator looked at and left: when, and who. NULL: it is open.
ALTER TABLE comment_reports ADD COLUMN settled_ms INTEGER;
ALTER TABLE comment_reports ADD COLUMN settled_by INTEGER REFERENCES viewers (no);
CREATE INDEX comment_reports_open ON comment_reports (comment, reason) WHERE settled_ms IS NULL;
