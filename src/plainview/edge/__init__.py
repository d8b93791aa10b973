"""One module per outside thing: the database, files, clock, keys; and asserting in-memory fakes."""
