"""What an outsider runs: recompute a slate and say what differs. Needs `core` alone."""
