-- What a video's sound is known by, made once from its first rendition: 64 signed bytes, or none.
ALTER TABLE videos ADD COLUMN sound BLOB NOT NULL DEFAULT x'';

-- What its words mean to a text model, where one is installed, and the model's digest; NULL = not read.
ALTER TABLE videos ADD COLUMN meaning BLOB NOT NULL DEFAULT x'';
ALTER TABLE videos ADD COLUMN meaning_by TEXT;
