"""The demonstration videos: seeded generators of short vertical clips with sound."""
