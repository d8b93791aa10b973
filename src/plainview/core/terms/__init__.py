"""Ids, units and the frozen values that every step of the core shares."""
