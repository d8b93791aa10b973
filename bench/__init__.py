"""Benchmarks, and the figures they last gave."""
