"""HTTP, worker, supervisor, command line, settings; `wire` alone builds objects."""
