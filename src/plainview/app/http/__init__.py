"""HTTP: what a client may ask, in `specs` of its own at /api/v1/openapi.json."""
