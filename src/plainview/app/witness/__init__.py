"""`plainview witness`: a server of its own, that needs the base install alone."""
