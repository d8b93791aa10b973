-- What a video's sound is known by, made once from its first rendition: 64 signed bytes, or none.
ALTER TABLE videos ADD COLUMN sound BLOB NOT NULL DEFAULT x'';
