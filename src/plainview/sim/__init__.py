"""A seeded world of viewers and videos, for tests, drills, benchmarks and the demo's crowd.

How its viewers come to like things is *not* of the form of our ranker, on purpose: see `taste.py`.
"""
