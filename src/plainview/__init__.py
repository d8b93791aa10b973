"""Short video you host, with a feed nobody can quietly change. ARCHITECTURE.md is the map."""

__version__ = "0.1.0.dev0"
